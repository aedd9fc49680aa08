# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers to a call lead to a retry, how many retries there are, and how long to pause before each.

Writing calls of unknown outcome are another thing: the engine looks at what they did first (``engine/executor.py``).
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime

#: The service's own answer to too many calls: it has not done anything.
TOO_MANY = 429
#: Gateway statuses that come and go (platform-behaviour.md §2). A 500 can mean anything: a read is not repeated on it.
PASSING = frozenset({502, 503, 504})
#: What the firewall before the services answers to a burst of calls, with an HTML page (platform-behaviour.md §13).
FIREWALL = 417
#: Answers that show that there are too many calls.
OVERLOAD = PASSING | {FIREWALL, TOO_MANY}
# Older Pythons lack the short name, and errors.py imports this file before it refuses them.
_UTC = timezone.utc  # noqa: UP017
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0


@dataclass
class Retries:
    """Counts the retries of one call.

    :param allowed: how many retries at most (``max_retries``).
    """

    allowed: int
    used: int = 0

    def take(self) -> bool:
        """Use one retry; return whether there was one left."""
        if self.used >= self.allowed:
            return False
        self.used += 1
        return True

    def pause(self) -> float:
        """Return the seconds to wait before the retry that was taken last: they grow exponentially, with jitter."""
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (self.used - 1)) * random.uniform(0.5, 1.0)  # noqa: S311


def is_retried(status: int, method: str) -> bool:
    """Return whether the same call is sent again after an error answer: nothing was done, or it only reads."""
    return status == TOO_MANY or (status in PASSING and method == "GET")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, given as a number or a date; ``None`` where it asks nothing."""
    given = headers.get("Retry-After", "")
    try:
        seconds = float(given)
    except ValueError:
        moment = _seconds_of(given)
        if moment is None:
            return None
        # Both are of the service's clock, which can differ from this machine's.
        now = _seconds_of(headers.get("Date", ""))
        seconds = moment - (time.time() if now is None else now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _seconds_of(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        # HTTP's older form names no zone, and means UTC as all of its dates do.
        return (moment if moment.tzinfo else moment.replace(tzinfo=_UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
