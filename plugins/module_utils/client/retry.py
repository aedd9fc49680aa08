# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to pause before a call is sent once more."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

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
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
