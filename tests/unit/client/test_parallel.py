# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in parallel: all results in order, the first failure ends it, and an interruption ends it at once."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.parallel import (
    MAX_NESTED_WORKERS,
    MAX_WORKERS,
    map_concurrently,
)
from tests.unit.concurrency import Concurrency, interrupted


class TimeIsUp(Exception):
    """What Ansible raises in the main thread of a task for ``timeout:``."""


def test_results_have_the_order_of_the_items() -> None:
    def slowest_first(number: int) -> int:
        time.sleep((20 - number) / 2000)
        return -number

    assert map_concurrently(slowest_first, list(range(20))) == [-number for number in range(20)]
    assert map_concurrently(slowest_first, []) == []


@pytest.mark.parametrize(("nested", "most"), [(False, MAX_WORKERS), (True, MAX_NESTED_WORKERS)])
def test_so_many_are_worked_on_at_once(*, nested: bool, most: int) -> None:
    concurrency = Concurrency()

    def work(_number: int) -> None:
        with concurrency.one():
            time.sleep(0.05)

    def outer(number: int) -> None:
        if number == 0:
            map_concurrently(work, range(2 * MAX_WORKERS))

    if nested:
        map_concurrently(outer, [0, 1])
    else:
        map_concurrently(work, range(2 * MAX_WORKERS))
    assert concurrency.most == most


@pytest.mark.parametrize("error", [ValueError("seven"), queue.Empty("seven"), KeyboardInterrupt("seven")])
def test_first_failure_ends_it(error: BaseException) -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.005)
        if number == 7:
            raise error

    with pytest.raises(type(error), match="seven"):
        map_concurrently(work, range(1000))
    assert len(begun) < 1000
    ended = len(begun)
    time.sleep(0.05)
    assert len(begun) == ended


def test_interruption_does_not_wait_for_calls_that_hang() -> None:
    hanging, begun = threading.Event(), []

    def work(number: int) -> None:
        begun.append(number)
        hanging.wait(60)

    began = time.monotonic()
    with pytest.raises(TimeIsUp), interrupted(0.2, TimeIsUp):
        map_concurrently(work, range(2 * MAX_WORKERS))
    hanging.set()
    assert time.monotonic() - began < 30
    time.sleep(0.1)
    assert len(begun) <= MAX_WORKERS
