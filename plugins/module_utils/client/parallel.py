# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in parallel. The client limits how many calls run at once, for all callers (see :mod:`.turns`)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

#: How many items are worked on at once, and how many of those within an item.
MAX_WORKERS = 48
MAX_NESTED_WORKERS = 8
_nesting = threading.local()


def map_concurrently(function: Callable[[ItemT], ResultT], items: Sequence[ItemT]) -> list[ResultT]:
    """Call ``function`` for every item, several at once, and return the results in the order of the items.

    The first exception ends it, and what has not begun by then never begins. An interruption (``timeout:`` of a task,
    Ctrl-C) ends it at once. Threads that hang in a call do not keep the process from ending, unlike those of
    ``concurrent.futures``.
    """
    if len(items) < 2:
        return [function(item) for item in items]
    most = MAX_NESTED_WORKERS if getattr(_nesting, "is_worker", False) else MAX_WORKERS
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(items)):
        waiting.put(index)
    results: dict[int, ResultT] = {}
    failures: dict[int, BaseException] = {}
    over = threading.Event()
    ended = threading.Semaphore(0)

    def work() -> None:
        _nesting.is_worker = True
        try:
            while not over.is_set():
                index = waiting.get_nowait()
                try:
                    results[index] = function(items[index])
                except BaseException as error:  # noqa: BLE001  # It is raised where all threads meet.
                    failures[index] = error
                    over.set()
        except queue.Empty:
            pass
        finally:
            ended.release()

    workers = [threading.Thread(target=work, daemon=True) for _worker in range(min(most, len(items)))]
    try:
        for worker in workers:
            worker.start()
        for _worker in workers:
            ended.acquire()
    finally:
        over.set()
    if failures:
        raise failures[min(failures)]
    return [results[index] for index in range(len(items))]
