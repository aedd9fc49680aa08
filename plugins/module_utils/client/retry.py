# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to pause before a call is sent once more."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0


@dataclass
class Retries:
    """Counts the retries of one call.

    :param allowed: how many retries at most (``max_retries``).
    :param budget: seconds that all pauses together may take (``timeout``).
    """

    allowed: int
    budget: float
    used: int = 0

    def pause(self, headers: Mapping[str, str] | None = None) -> float | None:
        """Seconds to wait before the next try, or ``None`` when there is none left.

        ``Retry-After``, in seconds or as a date, is honoured; otherwise the pause grows exponentially, with jitter.
        """
        if self.used >= self.allowed:
            return None
        seconds = _retry_after(headers)
        if seconds is None:
            seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.used) * random.uniform(0.5, 1.0)  # noqa: S311
        if seconds > self.budget:
            return None
        self.used += 1
        self.budget -= seconds
        return seconds


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    given = (headers or {}).get("Retry-After", "")
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
