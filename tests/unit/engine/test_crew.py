# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things at the same time: limits, failures, interruptions."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.crew import Crew, Stopped


def test_everything_is_done_once_after_what_it_waits_for() -> None:
    done: list[int] = []
    after = [{1, 2}, {3}, set(), set()]
    Crew(4).work([2, 3, 1, 0], after, done.append)

    assert sorted(done) == [0, 1, 2, 3]
    assert all(done.index(earlier) < done.index(later) for later, all_of in enumerate(after) for earlier in all_of)


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_at_a_time_than_allowed(limit: int) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def job(_index: int) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1

    Crew(limit).work(range(9), [set()] * 9, job)

    assert most == limit


def test_what_is_put_off_is_done_again_after_what_it_asks_for() -> None:
    done: list[int] = []

    def job(index: int) -> set[int]:
        done.append(index)
        return {1, 2} if done == [0] else set()

    Crew(1).work([0, 1, 2, 3], [set(), set(), set(), {0}], job)

    assert done == [0, 1, 2, 0, 3]


def test_what_is_put_off_and_waits_for_each_other_comes_to_an_end() -> None:
    done: list[int] = []

    def job(index: int) -> set[int]:
        done.append(index)
        return set() if done.count(index) > 1 else {1 - index}

    Crew(2).work([0, 1], [set(), set()], job)

    assert sorted(done) == [0, 0, 1, 1]


def test_an_error_of_the_program_ends_it_when_all_that_goes_on_has_ended() -> None:
    done: list[int] = []

    def job(index: int) -> None:
        if index == 0:
            raise LookupError("this one")
        time.sleep(0.05)
        done.append(index)

    with pytest.raises(LookupError, match="this one"):
        Crew(2).work(range(4), [set()] * 4, job)

    assert done == [1]


def test_an_interruption_ends_all_at_their_next_pause() -> None:
    ended = threading.Event()

    def interrupt(_running: object) -> None:
        raise KeyboardInterrupt

    crew = Crew(2, on_idle=interrupt, idle=0.01)

    def job(_index: int) -> None:
        try:
            crew.pause(60)
        except Stopped:
            ended.set()
            raise

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        crew.work([0, 1, 2], [set(), set(), {0}], job)

    assert ended.wait(1)
    assert time.monotonic() - began < 5
