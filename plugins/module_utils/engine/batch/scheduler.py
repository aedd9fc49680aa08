# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing many things in parallel, each when what it waits for has ended."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

from ...client.clock import SYSTEM_CLOCK, Clock


class Cancelled(Exception):
    """The task is over, so this thread has nothing more to do."""


@dataclass
class Scheduler:
    """Runs jobs in threads.

    :param limit: threads at most.
    :param on_idle: called now and then while nothing ends, with the indices of what goes on.
    :param idle: seconds between two such calls.
    :param clock: what jobs wait in.
    """

    limit: int
    on_idle: Callable[[Set[int]], None] | None = None
    idle: float = 1.0
    clock: Clock = SYSTEM_CLOCK
    _over: threading.Event = field(default_factory=threading.Event)

    def pause(self, seconds: float) -> None:
        """Sleep, in a job.

        :raises Cancelled: the task has been interrupted.
        """
        if self.clock.wait(self._over, seconds):
            raise Cancelled

    def work(self, order: Sequence[int], after: Sequence[Set[int]], job: Callable[[int], Set[int] | None]) -> None:
        """Run ``job`` for each index, and return when all have ended.

        :param order: all indices, so that each comes after those it waits for; what is ready is begun in this order.
        :param after: what each waits for.
        :param job: may return what else it has to come after, and is called again then. It can do so once.

        A job deals with its own failures. What it raises nevertheless is an error of the collection: nothing more is
        begun, what goes on comes to its end, and it is raised here. An interruption lets everything end at its next
        pause; threads that hang in a call do not keep the process from ending.
        """
        waiting, running, ended = list(order), set[int](), set[int]()
        put_off: dict[int, Set[int]] = {}
        results: queue.Queue[tuple[int, Set[int], BaseException | None]] = queue.Queue()
        broken: BaseException | None = None

        def run(index: int) -> None:
            try:
                results.put((index, job(index) or set(), None))
            except BaseException as error:  # noqa: BLE001  # It is raised where all threads meet.
                results.put((index, set(), error))

        try:
            while running or (waiting and broken is None):
                ready = [] if broken else [one for one in waiting if after[one] | put_off.get(one, set()) <= ended]
                if not (ready or running):
                    # All that is left waits for each other: one of those that were put off has to do without.
                    ready = [next(iter(put_off))]
                for index in ready[: self.limit - len(running)]:
                    waiting.remove(index)
                    put_off.pop(index, None)
                    running.add(index)
                    threading.Thread(target=run, args=(index,), daemon=True).start()
                index, first, error = self._next(results, running)
                broken = broken or error
                running.discard(index)
                if first:
                    put_off[index] = first
                    waiting.append(index)
                else:
                    ended.add(index)
        except BaseException:
            self._over.set()
            raise
        if broken is not None:
            raise broken

    def _next(
        self, results: queue.Queue[tuple[int, Set[int], BaseException | None]], running: Set[int]
    ) -> tuple[int, Set[int], BaseException | None]:
        """Return what ends next; meanwhile, progress is reported."""
        while True:
            try:
                return results.get(timeout=self.idle)
            except queue.Empty:
                if self.on_idle is not None:
                    self.on_idle(running)
