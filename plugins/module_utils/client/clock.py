# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that the client and the engine wait in."""

from __future__ import annotations

import threading
import time


class Clock:
    """The time of this machine. All waiting goes through it, so that tests can put simulated time in its place."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set, but no longer than so many seconds; return whether it is set."""
        return event.wait(seconds)


SYSTEM_CLOCK = Clock()
