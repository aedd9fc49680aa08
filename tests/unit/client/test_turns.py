# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls run at once: more while services answer, fewer when they are overloaded, never without end."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.turns import (
    FIRST_LIMIT,
    MAX_LIMIT,
    MIN_LIMIT,
    Turns,
)
from tests.unit.concurrency import Concurrency, interrupted


def round_trip(turns: Turns, *, overloaded: bool | None = False) -> int:
    """Use the limit once, and return it."""
    limit = turns.limit
    taken = [turns.take() for _number in range(limit)]
    # The last one that ends finds that there was room, as others have ended before it.
    for turn in taken:
        turns.give_back(turn, overloaded=overloaded)
    return limit


def test_limit_grows_while_it_is_used_up() -> None:
    turns = Turns()
    limits = [round_trip(turns) for _number in range(2 * MAX_LIMIT)]
    assert limits[0] == FIRST_LIMIT
    assert limits == sorted(limits)
    assert limits[-1] == MAX_LIMIT


def test_limit_that_is_not_used_up_stays() -> None:
    turns = Turns()
    for _number in range(100):
        turns.give_back(turns.take(), overloaded=False)
    assert turns.limit == FIRST_LIMIT


def test_burst_of_refusals_counts_once_and_growth_is_slow_afterwards() -> None:
    turns = Turns(16)
    round_trip(turns, overloaded=True)
    assert turns.limit == 8
    round_trip(turns)
    assert turns.limit == 8
    for _number in range(40):
        round_trip(turns, overloaded=True)
    assert turns.limit == MIN_LIMIT


def test_answer_that_shows_nothing_changes_nothing() -> None:
    turns = Turns()
    round_trip(turns, overloaded=None)
    assert turns.limit == FIRST_LIMIT


@given(st.lists(st.sampled_from([True, False, None]), max_size=200))
def test_limit_stays_within_its_bounds(answers: list[bool | None]) -> None:
    turns = Turns()
    for overloaded in answers:
        round_trip(turns, overloaded=overloaded)
        assert MIN_LIMIT <= turns.limit <= MAX_LIMIT


def test_threads_that_wait_get_their_turn() -> None:
    """Also where the limit falls while more threads than that run."""
    turns, concurrency = Turns(), Concurrency()
    done: list[int] = []

    def call(number: int) -> None:
        turn = turns.take()
        with concurrency.one():
            done.append(number)
        turns.give_back(turn, overloaded=number % 5 == 0)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 200
    assert concurrency.most <= MAX_LIMIT


def test_who_waits_longest_is_next() -> None:
    """One that asks again waits behind all that waited before, so that none of them falls back."""
    turns = Turns(1)
    order = []

    def call(number: int) -> None:
        for _time in range(2):
            turn = turns.take()
            order.append(number)
            turns.give_back(turn, overloaded=None)

    held = turns.take()
    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(5)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        deadline = time.monotonic() + 30
        while turns.waiting < number and time.monotonic() < deadline:
            time.sleep(0.001)
    turns.give_back(held, overloaded=None)
    for thread in threads:
        thread.join(30)
    assert order[:5] == [0, 1, 2, 3, 4]
    assert sorted(order[5:]) == [0, 1, 2, 3, 4]


def test_turn_of_an_interrupted_thread_goes_to_the_next() -> None:
    """The main thread waits for a turn as well when the user presses Ctrl-C."""
    turns = Turns(1)
    held = turns.take()
    with pytest.raises(KeyboardInterrupt), interrupted(0.05, KeyboardInterrupt):
        turns.take()
    assert turns.waiting == 0
    turns.give_back(held, overloaded=None)
    turns.give_back(turns.take(), overloaded=None)
