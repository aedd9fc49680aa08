# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: poll fast first and then slower, against a monotonic deadline, telling the user what is going on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..client.errors import CallError, StorageError, TransientError, Unreachable

T = TypeVar("T")

FIRST_POLL = 0.2
POLL_GROWTH = 1.4
#: Seconds of silence before, and between, lines about what is waited for.
REPORT_AFTER = 3.0
REPORT_EVERY = 15.0


class WaitTimeout(StorageError):
    """The time for waiting is over; the message has the last state seen."""


@dataclass
class Waiter:
    """Polls until something holds.

    :param limit: seconds for all waiting of one task (``wait_timeout``).
    :param slowest: seconds between two looks at the slowest.
    :param report: gets one line for the user now and then; ``None`` if progress is not reported.
    :param report_after: seconds of silence before the first line, and ``report_every`` between two.
    """

    limit: float
    slowest: float = 5.0
    report: Callable[[str], None] | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    report_after: float = REPORT_AFTER
    report_every: float = REPORT_EVERY
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = self.clock() + self.limit

    def until(self, look: Callable[[], T], missing: Callable[[T], str], *, slowest: float | None = None) -> T:
        """Look until nothing is missing, and return what was seen last.

        :param missing: what is still awaited in something seen, for the user; empty when all is there.
        :param slowest: seconds between two looks at the slowest, in place of :attr:`slowest`.
        :raises WaitTimeout: the deadline passed.

        A read that fails with a 5xx or a lost connection counts as "nothing new" (platform-behaviour.md §2).
        """
        started = self.clock()
        next_report = started + self.report_after
        interval = FIRST_POLL
        awaited = "an answer"
        while True:
            try:
                seen = look()
                awaited = missing(seen)
                if not awaited:
                    return seen
            except CallError as error:
                if not (error.status >= 500 or isinstance(error, (TransientError, Unreachable))):
                    raise
                awaited = f"an answer ({error.message})"
            now = self.clock()
            if now >= self._deadline:
                raise WaitTimeout(
                    f"Waited {self.limit:g} seconds (wait_timeout) for {awaited}. It may still get there:"
                    " run the task again to go on waiting, or raise wait_timeout.",
                )
            if self.report and now >= next_report:
                self.report(f"waiting for {awaited} ({now - started:.0f}s)")
                next_report = now + self.report_every
            self.pause(min(interval, self._deadline - now))
            interval = min(interval * POLL_GROWTH, self.slowest if slowest is None else slowest)

    def pause(self, seconds: float) -> None:
        """Sleep, but never past the deadline by more than a moment."""
        self.sleep(max(0.01, seconds))

    @property
    def remaining(self) -> float:
        """Seconds that are left for waiting."""
        return max(0.0, self._deadline - self.clock())

    @property
    def expired(self) -> bool:
        """Whether the time for waiting is over."""
        return self.clock() >= self._deadline
