# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of code with threads share."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Concurrency:
    """Counts how many threads are at work.

    :ivar most: the most that were at the same time.
    """

    def __init__(self) -> None:
        self.most = 0
        self._running = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a thread for as long as it is at work."""
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        yield
        with self._lock:
            self._running -= 1


@contextmanager
def interrupted(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise an error in the main thread after so many seconds, whatever it does, as a signal does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise error

    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
