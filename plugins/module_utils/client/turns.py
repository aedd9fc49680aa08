# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls of a client run at once: more while the services answer, and fewer when they are overloaded.

The platform has no published limit, and answers 503 in storms, or 417, when it gets too many calls
(platform-behaviour.md §2, §13). So the limit grows and falls as the congestion window of TCP does.
"""

from __future__ import annotations

import threading

FIRST_LIMIT = 8
MAX_LIMIT = 32
MIN_LIMIT = 2


class Turns:
    """Lets a limited number of threads call at once.

    :param limit: of calls at the beginning.
    """

    def __init__(self, limit: int = FIRST_LIMIT) -> None:
        self._limit = float(limit)
        self._running = 0
        self._is_cautious = False
        self._reductions = 0
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """The number of calls that may run at once now."""
        return int(self._limit)

    def take(self) -> int:
        """Wait for a turn, and take it; return what :meth:`give_back` needs to know of it."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self.limit)
            self._running += 1
            return self._reductions

    def give_back(self, turn: int, *, overloaded: bool | None) -> None:
        """End a turn.

        :param overloaded: whether the answer shows that there are too many calls; ``None`` if it shows neither.
        """
        with self._changed:
            is_used_up = self._running >= self.limit
            self._running -= 1
            if overloaded and turn == self._reductions:
                # Calls that ran at the same time as one of a reduction say nothing about the new limit.
                self._reductions += 1
                self._is_cautious = True
                self._limit = max(MIN_LIMIT, self._limit / 2)
            elif overloaded is False and is_used_up:
                # Twice as many with each round trip at first, and one more after the limit was too high once.
                self._limit = min(MAX_LIMIT, self._limit + (1 / self._limit if self._is_cautious else 1))
            self._changed.notify_all()
