# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things at the same time: limits, failures, interruptions."""

from __future__ import annotations

import threading
import time
from collections.abc import Set

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.clock import SYSTEM_CLOCK, Clock
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.scheduler import Cancelled, Scheduler
from tests.unit.concurrency import Concurrency


def test_everything_is_done_once_after_what_it_waits_for() -> None:
    done: list[int] = []
    after = [{1, 2}, {3}, set(), set()]
    Scheduler(4).work([2, 3, 1, 0], after, done.append)

    assert sorted(done) == [0, 1, 2, 3]
    assert all(done.index(earlier) < done.index(later) for later, all_of in enumerate(after) for earlier in all_of)


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_at_a_time_than_allowed(limit: int) -> None:
    concurrency = Concurrency()

    def job(_index: int) -> None:
        with concurrency.one():
            time.sleep(0.02)

    Scheduler(limit).work(range(9), [set()] * 9, job)

    assert concurrency.most == limit


def test_what_is_put_off_is_done_again_after_what_it_asks_for() -> None:
    done: list[int] = []

    def job(index: int) -> set[int]:
        done.append(index)
        return {1, 2} if done == [0] else set()

    Scheduler(1).work([0, 1, 2, 3], [set(), set(), set(), {0}], job)

    assert done == [0, 1, 2, 0, 3]


def test_what_is_put_off_and_waits_for_each_other_comes_to_an_end() -> None:
    done: list[int] = []

    def job(index: int) -> set[int]:
        done.append(index)
        return set() if done.count(index) > 1 else {1 - index}

    Scheduler(2).work([0, 1], [set(), set()], job)

    assert sorted(done) == [0, 0, 1, 1]


def test_an_error_of_the_program_ends_it_when_all_that_goes_on_has_ended() -> None:
    done: list[int] = []

    def job(index: int) -> None:
        if index == 0:
            raise LookupError("this one")
        time.sleep(0.05)
        done.append(index)

    with pytest.raises(LookupError, match="this one"):
        Scheduler(2).work(range(4), [set()] * 4, job)

    assert done == [1]


def test_an_interruption_ends_all_at_their_next_pause() -> None:
    ended = threading.Event()

    def interrupt(_running: object) -> None:
        raise KeyboardInterrupt

    scheduler = Scheduler(2, on_idle=interrupt, idle=0.01)

    def job(_index: int) -> None:
        try:
            scheduler.pause(60)
        except Cancelled:
            ended.set()
            raise

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        scheduler.work([0, 1, 2], [set(), set(), {0}], job)

    assert ended.wait(1)
    assert time.monotonic() - began < 5


def test_scheduler_job_that_was_put_off_begins_after_what_it_asks_for_has_ended() -> None:
    """Not before, though there is a thread for it."""
    done: list[int] = []
    begun = threading.Event()

    def job(index: int) -> set[int]:
        done.append(index)
        if index == 0:
            begun.set()
            return {1} if done.count(0) == 1 else set()
        assert begun.wait(5)
        time.sleep(0.1)
        done.append(index)
        return set()

    Scheduler(2).work([0, 1], [set(), set()], job)

    assert done == [0, 1, 1, 0]


def test_scheduler_job_that_was_put_off_and_done_is_forgotten() -> None:
    """Others that wait for each other later get their turn."""
    done: list[int] = []
    asks = {0: {1}, 2: {3}, 3: {2}}

    def job(index: int) -> set[int]:
        done.append(index)
        return asks.pop(index, set())

    Scheduler(1).work([0, 1, 2, 3], [set(), set(), {0}, {0}], job)

    assert sorted(done) == [0, 0, 1, 2, 2, 3, 3]
    assert done[:3] == [0, 1, 0]


def test_scheduler_jobs_do_not_keep_the_process_from_ending() -> None:
    daemons: list[bool] = []
    Scheduler(1).work([0], [set()], lambda _index: daemons.append(threading.current_thread().daemon))
    assert daemons == [True]


def test_scheduler_pause_lasts_as_long_as_asked_for() -> None:
    waited: list[tuple[bool, float]] = []

    class Recorder(Clock):
        def wait(self, event: threading.Event, seconds: float) -> bool:
            waited.append((event.is_set(), seconds))
            return event.is_set()

    Scheduler(1, clock=Recorder()).pause(2.5)
    assert waited == [(False, 2.5)]


def test_clock_wait_ends_after_the_seconds_or_with_the_event() -> None:
    event = threading.Event()
    assert SYSTEM_CLOCK.wait(event, 0.01) is False
    event.set()
    assert SYSTEM_CLOCK.wait(event, 60) is True


def test_scheduler_reports_what_is_running_while_nothing_ends() -> None:
    running: list[set[int]] = []
    reported = threading.Event()

    def report(indices: Set[int]) -> None:
        running.append(set(indices))
        reported.set()

    def job(_index: int) -> None:
        assert reported.wait(5)

    Scheduler(2, on_idle=report, idle=0.01).work([0, 1, 2], [set(), set(), {1}], job)

    assert running[0] == {0, 1}
