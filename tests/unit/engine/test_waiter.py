# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: fast first, then slower, to a deadline, through passing trouble."""

from __future__ import annotations

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NotFound,
    TransientError,
)
from ansible_collections.scp.storage.plugins.module_utils.engine.waiter import Waiter, WaitTimeout

WHERE = CallContext("filestorage", "ShowVolume", "kr-west1", "GET")


class Time:
    """A clock that moves only in sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def waiter(self, limit: float = 60.0, lines: list[str] | None = None) -> Waiter:
        report = None if lines is None else lines.append
        return Waiter(limit, 5.0, report, self.sleep, lambda: self.now)


def test_looks_at_once_and_returns_what_was_seen() -> None:
    time = Time()
    assert time.waiter().until(lambda: "there", lambda seen: "") == "there"
    assert time.pauses == []


def test_polls_fast_first_then_slower_and_never_slower_than_the_slowest() -> None:
    time = Time()
    looks = iter(range(1000))
    time.waiter().until(lambda: next(looks), lambda seen: "more" if seen < 15 else "")
    assert time.pauses == sorted(time.pauses)
    assert time.pauses[0] == pytest.approx(0.2)
    assert time.pauses[-1] == pytest.approx(5.0)


def test_the_deadline_is_for_all_waiting_of_a_task_and_the_error_names_the_last_state() -> None:
    time = Time()
    waiter = time.waiter(limit=10)
    with pytest.raises(WaitTimeout) as caught:
        waiter.until(lambda: None, lambda seen: "volume data: creating")
    assert "volume data: creating" in caught.value.message
    assert "wait_timeout" in caught.value.message
    assert time.now == pytest.approx(110.0, abs=0.1)
    with pytest.raises(WaitTimeout):
        waiter.until(lambda: None, lambda seen: "volume data: creating")
    assert time.now < 110.5
    assert waiter.expired


@pytest.mark.parametrize("trouble", [CallError(WHERE, "failed", status=500), TransientError(WHERE, "lost")])
def test_goes_on_through_5xx_and_lost_connections(trouble: CallError) -> None:
    answers: list[CallError | str] = [trouble, trouble, "there"]

    def look() -> str:
        answer = answers.pop(0)
        if isinstance(answer, CallError):
            raise answer
        return answer

    assert Time().waiter().until(look, lambda seen: "") == "there"


def test_ends_on_an_error_that_does_not_pass() -> None:
    def look() -> str:
        raise NotFound(WHERE, "was refused with 404", status=404)

    with pytest.raises(NotFound):
        Time().waiter().until(look, lambda seen: "")


def test_progress_is_reported_after_a_moment_and_then_now_and_again() -> None:
    lines: list[str] = []
    time = Time()
    time.waiter(limit=60, lines=lines)
    with pytest.raises(WaitTimeout):
        time.waiter(limit=60, lines=lines).until(lambda: None, lambda seen: "volume data: creating")
    assert 3 <= len(lines) <= 6
    assert all("volume data: creating" in line for line in lines)


def test_waiter_without_time_looks_once() -> None:
    time = Time()
    with pytest.raises(WaitTimeout, match="Waited 0 seconds"):
        time.waiter(limit=0).until(lambda: None, lambda seen: "volume data: creating")
    assert time.pauses == []


def test_waiter_reports_what_is_missing_with_the_seconds_that_passed() -> None:
    lines: list[str] = []
    looks: list[float] = []
    time = Time()

    def look() -> None:
        looks.append(time.now - 100)

    with pytest.raises(WaitTimeout):
        time.waiter(limit=60, lines=lines).until(look, lambda seen: "volume data: creating")
    due, expected = 3.0, []
    for passed in looks[:-1]:
        if passed >= due:
            expected.append(f"waiting for volume data: creating ({passed:.0f}s)")
            due = passed + 15
    assert lines == expected


def test_waiter_names_the_error_of_the_last_look() -> None:
    def look() -> None:
        raise TransientError(WHERE, "lost its connection")

    with pytest.raises(WaitTimeout) as caught:
        Time().waiter(limit=1).until(look, lambda seen: "")
    assert "for an answer (ShowVolume of filestorage in kr-west1 lost its connection). It may" in caught.value.message
