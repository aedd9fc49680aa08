# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the executor walks along a plan: when it waits, when it reads again, and what it reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    StorageError,
    TransientError,
    UnknownOutcome,
)
from ansible_collections.scp.storage.plugins.module_utils.client.shared_reads import Look
from ansible_collections.scp.storage.plugins.module_utils.engine.executor import Executor
from ansible_collections.scp.storage.plugins.module_utils.engine.journal import Journal
from ansible_collections.scp.storage.plugins.module_utils.engine.listing import ListEntry
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import Step
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from ansible_collections.scp.storage.plugins.module_utils.engine.waiter import Waiter, WaitTimeout


@dataclass(frozen=True)
class Stair:
    """What a read shows.

    :ivar level: how many steps were done.
    :ivar busy: whether something is under way.
    :ivar other: whether these are the stairs that another process made under the same name.
    """

    level: int = 0
    busy: bool = False
    state: str = "fine"
    source: str = "planned"
    other: bool = False


@dataclass
class Service:
    """Takes steps, and writes down in their order what it is asked.

    :ivar busy: reads that show each step under way.
    :ivar lag: reads by name that show the level before the last step.
    :ivar others: reads by name after the last step that show what another process made instead.
    """

    level: int = 0
    busy: int = 0
    lag: int = 0
    state: str = "fine"
    log: list[str] = field(default_factory=list)
    settings: Any = field(default_factory=lambda: SimpleNamespace(region="kr-west1"))
    under_way: int = 0
    behind: int = 0
    others: int = 0
    unreadable: bool = False
    look: Look | None = None

    def sharing(self, **_ignored: Any) -> Service:
        return self

    def prepare(self, _operation: Any, **_ignored: Any) -> dict[str, Any]:
        return {}

    def call(self, operation: Any, *, body: Mapping[str, Any], **_ignored: Any) -> dict[str, Any]:
        self.log.append(operation.name)
        self.level, self.under_way, self.behind = body["level"], self.busy, self.lag
        return {}

    def read(self, how: str) -> Stair:
        self.log.append(how)
        if self.unreadable and "Step1" in self.log:
            raise TransientError(CallContext("storage", "Show", "kr-west1", "GET"), "got no answer")
        busy = self.under_way > 0
        self.under_way -= 1
        level = self.level
        if how == "find":
            level -= self.behind > 0
            self.behind -= 1
            if "Step1" in self.log and self.others > 0:
                self.others -= 1
                return Stair(self.level, busy, self.state, how, other=True)
        return Stair(level, busy, self.state, how)


class Stairs(Resource[Stair]):
    """Wants all of its steps to be done; ``params["steps"]`` holds what is special about each."""

    result_key = "stairs"

    def find(self) -> Stair:
        return self.client.read("find")  # type: ignore[attr-defined,no-any-return]

    def refresh(self, state: Stair) -> Stair:
        assert isinstance(state, Stair)
        return self.client.read("refresh")  # type: ignore[attr-defined,no-any-return]

    def next_step(self, state: Stair) -> Step[Stair] | None:
        steps: list[dict[str, Any]] = self.params["steps"]
        if state.level >= len(steps):
            return None
        number = state.level + 1
        operation = SimpleNamespace(
            name=f"Step{number}", method="PUT", service="storage", creates=False, destroys=False
        )
        step: Step[Stair] = Step(
            operation, lambda before, _answer: replace(before, level=number), body={"level": number}
        )
        return replace(step, **steps[state.level])

    def identity(self, state: Stair) -> str:
        return "other" if state.other else "own"

    def pending(self, state: Stair) -> str:
        return "stairs: busy" if state.busy else ""

    def failed(self, state: Stair) -> str:
        return "The stairs are broken." if state.state == "broken" else ""

    def view(self, state: Stair) -> dict[str, Any]:
        return {"level": state.level}

    def managed(self, state: Stair) -> dict[str, Any] | None:
        return self.view(state)


def executor(
    service: Service,
    *steps: dict[str, Any],
    wait: bool = True,
    limit: float = 60.0,
    journal: Journal | None = None,
    **params: Any,
) -> Executor[Stair]:
    time = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        time.now += seconds

    resource = Stairs({"steps": steps, **params}, service)  # type: ignore[arg-type]
    return Executor(resource, Waiter(limit, 5.0, None, sleep, lambda: time.now), wait=wait, journal=journal)


@pytest.mark.parametrize(("wait", "operations"), [(True, ["Step1", "Step2", "Step3"]), (False, ["Step1", "Step2"])])
@pytest.mark.parametrize("show", [True, False], ids=["check", "apply"])
def test_executor_without_wait_ends_after_a_step_that_replans(wait: bool, operations: list[str], show: bool) -> None:
    """Check mode lists the same operations that the run sends."""
    service, journal = Service(), Journal()
    made = executor(service, {}, {"replan_after": True}, {}, wait=wait, journal=journal)
    (made.show if show else made.apply)()
    assert made.outcome.operations == journal.operations == operations
    assert [name for name in service.log if name.startswith("Step")] == ([] if show else operations)
    assert made.outcome.before == Stair(source="find")
    assert made.outcome.after is not None
    assert made.outcome.after.level == len(operations)
    assert made.planned


def test_executor_reads_by_name_after_a_step_that_replans() -> None:
    service = Service(busy=1)
    made = executor(service, {"replan_after": True}, {})
    made.apply()
    assert service.log == ["find", "Step1", "refresh", "refresh", "find", "Step2", "refresh", "refresh"]


def test_executor_waits_between_steps_until_the_first_has_settled() -> None:
    service = Service(busy=2)
    executor(service, {}, {}, wait=False).apply()
    # After the last one a task that does not wait looks once.
    assert service.log == ["find", "Step1", "refresh", "refresh", "refresh", "Step2", "refresh"]


def test_executor_does_not_wait_after_a_step_that_the_next_need_not_wait_for() -> None:
    service = Service(busy=1)
    executor(service, {"no_wait": True}, {}).apply()
    assert service.log == ["find", "Step1", "Step2", "refresh", "refresh"]


def test_executor_waits_until_the_effect_of_a_step_is_seen() -> None:
    seen: list[Stair] = []

    def done(state: Stair) -> bool:
        seen.append(state)
        return len(seen) > 2

    made = executor(Service(), {"done": done})
    made.apply()
    assert len(seen) == 3
    with pytest.raises(WaitTimeout, match="for Step1 to take effect"):
        executor(Service(), {"done": lambda _state: False}).apply()


def test_executor_waits_for_what_is_under_way_before_it_begins() -> None:
    service = Service(under_way=2)
    executor(service, {}).apply()
    assert service.log == ["find", "refresh", "refresh", "find", "Step1", "refresh"]


def test_executor_with_nothing_to_do_waits_only_if_asked_to() -> None:
    service = Service(under_way=2)
    executor(service).apply()
    assert service.log == ["find", "refresh", "refresh"]
    service = Service(under_way=2)
    made = executor(service, wait=False)
    made.apply()
    assert service.log == ["find"]
    assert made.outcome.after == Stair(busy=True, source="find")


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("lag", [0, 1, 4])
def test_executor_waits_until_the_list_shows_what_it_made(wait: bool, lag: int) -> None:
    """The next task would make another; so this does not depend on ``wait``."""
    service = Service(lag=lag)
    made = executor(service, {"listed": True}, wait=wait)
    made.apply()
    assert service.log.count("find") == 1 + lag + 1
    assert made.outcome.operations == ["Step1"]


def test_executor_without_wait_reads_its_result_after_the_list_shows_what_it_made() -> None:
    service = Service(lag=1)
    executor(service, {"listed": True}, wait=False).apply()
    assert service.log == ["find", "Step1", "find", "find", "refresh"]


@pytest.mark.parametrize("wait", [True, False])
def test_executor_looks_on_while_the_list_shows_only_what_another_process_made(wait: bool) -> None:
    service = Service(others=3)
    executor(service, {"listed": True}, wait=wait).apply()
    assert service.log.count("find") == 1 + 3 + 1
    with pytest.raises(WaitTimeout, match=r"to list what Step1 made \(own\), beside other, which has the same name"):
        executor(Service(others=10_000), {"listed": True}, wait=wait).apply()


def test_executor_does_not_look_for_what_it_only_changed() -> None:
    service = Service(lag=4)
    executor(service, {}).apply()
    assert service.log.count("find") == 1


def test_executor_names_what_the_list_does_not_show() -> None:
    with pytest.raises(WaitTimeout, match="for the service to list what Step1 made"):
        executor(Service(lag=10_000), {"listed": True}).apply()


class Listed(Stairs):
    """Stairs that can be found without their list; ``params["lists"]`` holds the lists that have to show them."""

    def list_entries(self, state: Stair) -> Sequence[ListEntry]:
        return [
            ListEntry("the stairs", region, partial(self._read, region), frozenset({"own"}))
            for region in self.params["lists"]
        ]

    def _read(self, region: str) -> list[dict[str, str]]:
        self.client.log.append(f"list {region}")  # type: ignore[attr-defined]
        answer: Any = self.params["lists"][region].pop(0)
        if isinstance(answer, StorageError):
            raise answer
        return [{"id": identifier} for identifier in answer]


def listed_executor(service: Service, lists: Mapping[str, list[Any]], *steps: dict[str, Any], **more: Any) -> Any:
    made = executor(service, *steps, lists=lists, **more)
    made.resource = Listed(made.resource.params, service)  # type: ignore[arg-type]
    return made


OWN, OTHER = ("other", "own"), ("other",)


def failing(region: str, status: int = 0) -> CallError:
    kind = CallError if status else TransientError
    return kind(CallContext("storage", "List", region, "GET"), "was refused", status=status)


@pytest.mark.parametrize("wait", [True, False])
def test_executor_waits_until_all_lists_show_what_it_made(wait: bool) -> None:
    """Each list is read until it does, and not again."""
    service = Service()
    lists = {"kr-west1": [(), OTHER, OWN], "kr-east1": [(), OWN]}
    made = listed_executor(service, lists, {"listed": True}, wait=wait)
    made.apply()
    assert service.log == ["find", "Step1", "refresh", *["list kr-west1"] * 3, *["list kr-east1"] * 2]
    assert made.outcome.doubts == []


def test_executor_reads_no_list_after_a_change() -> None:
    service = Service()
    listed_executor(service, {"kr-west1": []}, {}).apply()
    assert service.log == ["find", "Step1", "refresh"]


@pytest.mark.parametrize("status", [0, 403, 503])
def test_executor_succeeds_where_a_list_of_another_region_cannot_be_read(status: int) -> None:
    """The other lists of that region are not read either."""
    service = Service()
    lists = {"kr-east1": [failing("kr-east1", status)], "kr-west1": [OWN]}
    made = listed_executor(service, lists, {"listed": True})
    made.apply()
    (warning,) = made.outcome.doubts
    assert warning.startswith("Step1 made the stairs in kr-east1. Whether the service lists it there could not be read")
    assert service.log[-2:] == ["list kr-east1", "list kr-west1"]


def test_executor_fails_where_the_list_of_its_region_cannot_be_read() -> None:
    """A failure that may pass is waited for."""
    service = Service()
    listed_executor(service, {"kr-west1": [failing("kr-west1", 503), OWN]}, {"listed": True}).apply()
    assert service.log[-2:] == ["list kr-west1"] * 2
    with pytest.raises(CallError, match="was refused"):
        listed_executor(Service(), {"kr-west1": [failing("kr-west1", 403)]}, {"listed": True}).apply()


def test_executor_names_the_list_that_does_not_show_what_it_made() -> None:
    expected = r"Waited 60 seconds \(wait_timeout\) for the service to list the stairs in kr-east1, which Step1 made\."
    made = listed_executor(Service(), {"kr-east1": [OTHER] * 1000}, {"listed": True})
    with pytest.raises(WaitTimeout, match=expected):
        made.apply()
    assert made.outcome.operations == ["Step1"]


def test_executor_waits_for_lists_after_an_unknown_outcome() -> None:
    class Forgetful(Service):
        def call(self, operation: Any, *, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
            super().call(operation, body=body, **more)
            raise UnknownOutcome(CallContext("storage", "Create", "kr-west1", "POST"), "got no answer")

    service = Forgetful()
    listed_executor(service, {"kr-west1": [(), OWN]}, {"listed": True}).apply()
    assert service.log[-2:] == ["list kr-west1"] * 2


def test_executor_without_wait_reports_the_plan_where_the_last_read_fails() -> None:
    made = executor(Service(unreadable=True), {}, wait=False)
    made.apply()
    assert made.outcome.after == Stair(1, source="find")
    assert made.outcome.operations == ["Step1"]


def test_executor_that_fails_reports_what_was_done_and_seen() -> None:
    service = Service(busy=10_000)
    made = executor(service, {}, {})
    with pytest.raises(WaitTimeout, match="stairs: busy"):
        made.apply()
    assert made.outcome.operations == ["Step1"]
    assert made.outcome.after == Stair(1, busy=True, source="refresh")


@pytest.mark.parametrize("state", ["present", "absent"])
def test_executor_refuses_what_failed_unless_it_is_to_go(state: str) -> None:
    made = executor(Service(state="broken"), {}, state=state)
    if state == "absent":
        made.apply()
        assert made.outcome.operations == ["Step1"]
    else:
        with pytest.raises(StorageError, match="The stairs are broken"):
            made.apply()
        assert made.outcome.operations == []
        assert not made.planned
        assert made.outcome.before == made.outcome.after == Stair(state="broken", source="find")


def test_executor_refuses_a_negative_time_before_it_reads() -> None:
    service = Service()
    with pytest.raises(StorageError, match=r"wait_timeout is -1\. Give a number of seconds, from 0 on"):
        executor(service, {}, limit=-1).apply()
    assert service.log == []
    executor(service, limit=0).apply()
    assert service.log == ["find"]


def test_executor_checks_the_options_before_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_resource: Stairs) -> None:
        raise StorageError("Options that cannot work.")

    monkeypatch.setattr(Stairs, "check", refuse)
    service = Service()
    for run in (executor(service, {}).apply, executor(service, {}).show):
        with pytest.raises(StorageError, match="Options that cannot work"):
            run()
    assert service.log == []


def test_executor_sends_a_step_with_all_that_it_says() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    class Recorder(Service):
        def call(self, operation: Any, *, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
            sent.append((operation.name, {"body": body, **more}))
            return super().call(operation, body=body)

    said = {
        "region": "kr-east1",
        "path": {"id": "a"},
        "query": {"force": True},
        "body": {"level": 1, "size": 2},
        "insist": ("size",),
    }
    executor(Recorder(), said).apply()
    # A write waits for the service as long as the task does.
    assert sent == [("Step1", {**said, "patience": 60.0})]


@dataclass
class Stale(Service):
    """A service whose first look is answered by what was read before.

    :ivar known: the level, and the state, that were read before.
    :ivar partial: it is not old, but less than what the service shows.
    """

    known: tuple[int, str] = (0, "fine")
    busy_before: bool = False
    partial: bool = False

    def sharing(self, **_ignored: Any) -> Service:
        return View(self, Look(reused=not self.partial, partial=self.partial))


class View(Service):
    """What the first look reads through."""

    def __init__(self, service: Stale, look: Look) -> None:
        super().__init__()
        self.service, self.look = service, look

    def read(self, how: str) -> Stair:
        self.service.log.append(f"shared {how}")
        return Stair(self.service.known[0], self.service.busy_before, self.service.known[1], "shared")


@pytest.mark.parametrize("partial", [False, True], ids=["reused", "partial"])
@pytest.mark.parametrize("show", [True, False], ids=["check", "apply"])
@pytest.mark.parametrize(
    ("known", "busy", "there", "log", "operations"),
    [
        ((1, "fine"), False, 0, ["shared find"], []),
        ((0, "fine"), False, 1, ["shared find", "find"], []),
        ((1, "fine"), True, 1, ["shared find", "find"], []),
        ((1, "broken"), False, 1, ["shared find", "find"], []),
        ((0, "fine"), False, 0, ["shared find", "find"], ["Step1"]),
    ],
    ids=["unchanged", "done-meanwhile", "was-under-way", "was-broken", "to-do"],
)
def test_executor_acts_on_a_fresh_look_only(
    known: tuple[int, str],
    busy: bool,
    there: int,
    log: list[str],
    operations: list[str],
    show: bool,
    partial: bool,
) -> None:
    service = Stale(level=there, known=known, busy_before=busy, partial=partial)
    run = executor(service, {})
    (run.show if show else run.apply)()
    assert service.log[: len(log)] == log
    assert (run.outcome.operations, "Step1" in service.log) == (operations, bool(operations) and not show)
    assert run.resource.client is service
    if not operations:
        assert service.log == log


def test_executor_reports_an_error_of_a_fresh_look_only() -> None:
    service = Stale(level=1, state="broken", known=(1, "broken"))
    run = executor(service, {})
    with pytest.raises(StorageError, match="The stairs are broken"):
        run.apply()
    assert service.log == ["shared find", "find"]
    assert run.outcome.before is not None
    assert run.outcome.before.source == "find"


def test_executor_looks_once_if_the_first_look_is_conclusive() -> None:
    service = Stale(known=(0, "fine"))
    service.sharing = lambda **_ignored: View(service, Look())  # type: ignore[method-assign]
    run = executor(service, {})
    run.show()
    assert (service.log, run.outcome.operations) == (["shared find"], ["Step1"])
