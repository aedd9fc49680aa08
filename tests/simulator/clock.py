# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's own time, which tests can speed up, hold still and push forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

KOREAN_TIME = timezone(timedelta(hours=9), "KST")


class Clock:
    """Simulated time in seconds since the epoch.

    It starts at the real time and runs ``scale`` times as fast; a scale of 0 holds it still. Everything that takes
    time in the simulator runs on it, except signatures: those are checked against real time, so that a client can
    still sign while the clock is moved.

    :ivar announce_delays: answers that are held back come at once, and a header says how late they would have been.
    """

    def __init__(self, scale: float = 1.0, ahead: float = 0.0) -> None:
        """Start at the real time plus ``ahead`` seconds."""
        self.scale = scale
        self.announce_delays = False
        self._base = time.time() + ahead
        self._since = time.monotonic()

    def now(self) -> float:
        """The simulated time, in seconds since the epoch."""
        return self._base + (time.monotonic() - self._since) * self.scale

    def ahead(self) -> float:
        """How many seconds the simulated time is before (or, negative, behind) the real time."""
        return self.now() - time.time()

    def advance(self, seconds: float) -> None:
        """Push the time forward by ``seconds`` of simulated time; it never goes back."""
        self._base += max(0.0, seconds)

    def go_to(self, moment: float) -> None:
        """Set the time to ``moment`` (seconds since the epoch), unless that has passed."""
        self._base = max(moment, self.now())
        self._since = time.monotonic()

    def set_scale(self, scale: float) -> None:
        """Run ``scale`` times as fast from now on."""
        self._base = self.now()
        self._since = time.monotonic()
        self.scale = scale

    def set_ahead(self, ahead: float) -> None:
        """Go to the real time plus ``ahead`` seconds."""
        self._base = time.time() + ahead
        self._since = time.monotonic()


def stamp(moment: float) -> str:
    """``moment`` as the services print it: UTC with microseconds and no zone, ``2024-07-30T04:54:33.219373``."""
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def korean(moment: float) -> datetime:
    """``moment`` in Korean time (UTC+9), which names of snapshots and schedules use (platform-behaviour.md §5)."""
    return datetime.fromtimestamp(moment, tz=KOREAN_TIME)


def snapshot_stamp(moment: float) -> str:
    """The date part of a snapshot's name, ``2024-10-01_142150``, in Korean time."""
    return korean(moment).strftime("%Y-%m-%d_%H%M%S")


def next_time(moment: float, hour: float) -> float:
    """Return when it is ``hour`` o'clock (0 to 24, with a fraction) in Korea for the first time after ``moment``."""
    here = korean(moment)
    wanted = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour)
    return (wanted if wanted > here else wanted + timedelta(days=1)).timestamp()
