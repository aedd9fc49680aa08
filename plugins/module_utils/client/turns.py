# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of concurrent calls of a client, which adapts to the answers of the services.

The platform publishes no limit. When it receives too many calls, it answers many of them with 503, or with 417
(platform-behaviour.md §2, §13). The limit therefore grows and falls like the congestion window of TCP.
"""

from __future__ import annotations

import threading
from collections import deque

FIRST_LIMIT = 8
MAX_LIMIT = 48
MIN_LIMIT = 2


class Turns:
    """Limits the number of concurrent calls. Who waits longest is next, so that all threads make equal progress.

    :param limit: the number of calls at the beginning.
    """

    def __init__(self, limit: int = FIRST_LIMIT) -> None:
        self._limit = float(limit)
        self._running = 0
        self._is_cautious = False
        self._reductions = 0
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        """The number of calls that may run at once now."""
        return int(self._limit)

    @property
    def waiting(self) -> int:
        """The number of calls that wait for a turn now."""
        return len(self._waiting)

    def take(self) -> int:
        """Wait for a turn, and take it; return what :meth:`give_back` needs to know of it."""
        admitted = threading.Event()
        with self._lock:
            self._waiting.append(admitted)
            self._admit()
        try:
            admitted.wait()
        except BaseException:
            self._withdraw(admitted)
            raise
        return self._reductions

    def give_back(self, turn: int, *, overloaded: bool | None) -> None:
        """End a turn.

        :param overloaded: whether the answer shows an overload; ``None`` if it shows nothing about the load.
        """
        with self._lock:
            is_used_up = self._running >= self.limit
            self._running -= 1
            if overloaded and turn == self._reductions:
                # Calls that began before the last reduction show nothing about the new limit.
                self._reductions += 1
                self._is_cautious = True
                self._limit = max(MIN_LIMIT, self._limit / 2)
            elif overloaded is False and is_used_up:
                # Double the limit in each round trip. After the first reduction, add one in each round trip.
                self._limit = min(MAX_LIMIT, self._limit + (1 / self._limit if self._is_cautious else 1))
            self._admit()

    def _admit(self) -> None:
        while self._waiting and self._running < self.limit:
            self._running += 1
            self._waiting.popleft().set()

    def _withdraw(self, admitted: threading.Event) -> None:
        """Let others have the turn of a thread that was interrupted while it waited."""
        with self._lock:
            if admitted.is_set():
                self._running -= 1
            else:
                self._waiting.remove(admitted)
            self._admit()
