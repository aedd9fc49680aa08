# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the executor makes of a refusal: it passes, something under way explains it, or there is another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NotFound,
    StorageError,
    TransientError,
    UnknownOutcome,
)
from ansible_collections.scp.storage.plugins.module_utils.client.shared_reads import Look
from ansible_collections.scp.storage.plugins.module_utils.engine.executor import Executor
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import Step
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from ansible_collections.scp.storage.plugins.module_utils.engine.waiter import Waiter

CHANGE = SimpleNamespace(name="Change", method="PUT", service="storage", creates=False, destroys=False)
CREATION = SimpleNamespace(**{**vars(CHANGE), "creates": True})
RESTORE = SimpleNamespace(**{**vars(CHANGE), "destroys": True})
#: A status that does not say whether the change was made.
UNCLEAR = 503
HERE, THERE = "kr-west1", "kr-east1"


@dataclass
class Service:
    """A thing with a value, and what it answers to changes of it.

    :ivar answers: statuses of the next changes, by region; then it takes them.
    :ivar busy_reads: reads that show it changing, after each change that was refused.
    :ivar silent: the answer to the next change is lost; it takes effect when these reads have shown it changing.
    """

    answers: dict[str, list[int]] = field(default_factory=dict)
    busy_reads: int = 0
    silent: bool = False
    value: int = 0
    state: str = "fine"
    sent: list[str] = field(default_factory=list)
    settings: Any = field(default_factory=lambda: SimpleNamespace(region=HERE))
    look: Look | None = None
    _busy: int = 0
    _later: int | None = None

    def sharing(self, **_ignored: Any) -> Service:
        return self

    def prepare(self, _operation: Any, **_ignored: Any) -> dict[str, Any]:
        return {}

    def call(self, operation: Any, *, region: str, body: Mapping[str, Any], **_ignored: Any) -> dict[str, Any]:
        self.sent.append(region)
        if self.answers.get(region):
            self._busy = self.busy_reads
            status = self.answers[region].pop(0)
            raise (UnknownOutcome if status == UNCLEAR else CallError)(
                CallContext("storage", operation.name, region, "PUT"), f"was refused with {status}", status=status
            )
        if self.silent:
            self.silent = False
            self._busy, self._later = self.busy_reads, body["value"]
            raise UnknownOutcome(CallContext("storage", operation.name, region, "PUT"), "lost its connection")
        self.value, self.state = body["value"], "fine"
        return {}

    def read(self) -> Thing:
        self._busy -= 1
        if self._busy < 0 and self._later is not None:
            self.value, self._later = self._later, None
        return Thing(self.value, self.state, changing=self._busy >= 0)


@dataclass(frozen=True)
class Thing:
    value: int = 0
    state: str = "fine"
    changing: bool = False


class Adjusted(Resource[Thing]):
    """Wants the value 1."""

    result_key = "thing"
    repairs = True
    fallback = False

    def find(self) -> Thing:
        read: Thing = self.client.read()  # type: ignore[attr-defined]
        return read

    def next_step(self, state: Thing) -> Step[Thing] | None:
        if state.value == self.params["value"]:
            return None
        step: Step[Thing] = Step(
            CHANGE, lambda before, _answer: replace(before, value=1, state="fine"), region=HERE, body={"value": 1}
        )
        return replace(step, fallback=replace(step, region=THERE)) if self.fallback else step

    def pending(self, state: Thing) -> str:
        return "thing: changing" if state.changing else ""

    def failed(self, state: Thing) -> str:
        return f"The thing is {state.state}." if state.state != "fine" else ""

    def view(self, state: Thing) -> dict[str, Any]:
        return {"value": state.value}

    def managed(self, state: Thing) -> dict[str, Any] | None:
        return self.view(state)


class AdjustedElsewhere(Adjusted):
    fallback = True


def applied(service: Service, kind: type[Adjusted] = Adjusted, value: int = 1) -> Executor[Thing]:
    time = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        time.now += seconds

    resource = kind({"value": value}, service)  # type: ignore[arg-type]
    executor = Executor(resource, Waiter(600, 5.0, None, sleep, lambda: time.now), wait=True)
    executor.apply()
    return executor


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_something_under_way_explains_a_refusal(status: int) -> None:
    """Whatever the status is: the change is sent again when the thing is at rest, and counts once."""
    service = Service({HERE: [status, status]}, busy_reads=3)
    executor = applied(service)
    assert service.sent == [HERE] * 3
    assert executor.outcome.operations == ["Change"]
    assert service.value == 1


def test_something_under_way_explains_an_unclear_answer() -> None:
    """It is sent again as often as that takes, and not only a few times."""
    service = Service({HERE: [UNCLEAR] * 6}, busy_reads=8)
    assert applied(service).outcome.operations == ["Change"]
    assert service.sent == [HERE] * 7


def test_an_unclear_answer_that_nothing_explains_is_not_sent_for_ever() -> None:
    service = Service({HERE: [UNCLEAR] * 6})
    with pytest.raises(StorageError, match="It was sent 4 times"):
        applied(service)
    assert len(service.sent) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_a_refusal_that_nothing_explains_is_final(status: int) -> None:
    service = Service({HERE: [status]})
    with pytest.raises(CallError, match=str(status)):
        applied(service)
    assert service.sent == [HERE]


def test_refusals_are_not_believed_for_ever() -> None:
    service = Service({HERE: [409] * 10_000}, busy_reads=2)
    with pytest.raises(CallError, match="409"):
        applied(service)
    assert len(service.sent) < 1000


@pytest.mark.parametrize("status", [400, 404, 409])
def test_another_way_is_taken(status: int) -> None:
    service = Service({HERE: [status]})
    executor = applied(service, AdjustedElsewhere)
    assert service.sent == [HERE, THERE]
    assert executor.outcome.operations == ["Change"]


def test_another_way_waits_for_what_is_under_way() -> None:
    service = Service({HERE: [400]}, busy_reads=2)
    applied(service, AdjustedElsewhere)
    assert service.sent == [HERE, HERE]


def test_both_ways_refused_reports_both() -> None:
    service = Service({HERE: [400], THERE: [404]})
    with pytest.raises(StorageError, match=r"refused with 400.*The other way failed too.*refused with 404") as error:
        applied(service, AdjustedElsewhere)
    assert error.value.facts["region"] == HERE


@pytest.mark.parametrize("status", [401, 403, 429])
def test_no_other_way_for_those_who_may_not(status: int) -> None:
    service = Service({HERE: [status]})
    with pytest.raises(CallError, match=str(status)):
        applied(service, AdjustedElsewhere)
    assert service.sent == [HERE]


def test_a_change_may_repair_what_is_in_error() -> None:
    service = Service(state="broken")
    assert applied(service).outcome.operations == ["Change"]


def test_what_is_in_error_and_needs_no_change_fails() -> None:
    service = Service(state="broken")
    with pytest.raises(StorageError, match="The thing is broken"):
        applied(service, value=0)
    assert service.sent == []


@pytest.mark.parametrize("reads", [0, 1, 40])
def test_a_lost_answer_is_waited_for_while_something_is_under_way(reads: int) -> None:
    """However long the change takes, it is sent once, and the task shows that it was done."""
    service = Service(busy_reads=reads, silent=True)
    executor = applied(service)
    assert service.sent == [HERE]
    assert executor.outcome.operations == ["Change"]
    assert service.value == 1


class Advised(Adjusted):
    def next_step(self, state: Thing) -> Step[Thing] | None:
        step = super().next_step(state)
        return step and replace(step, advice="Ask the one who has it.")


@pytest.mark.parametrize(("status", "reported"), [(400, True), (404, True), (409, True), (403, False), (500, False)])
def test_advice_goes_with_refusals_of_what_is_there(status: int, reported: bool) -> None:
    with pytest.raises(StorageError, match=f"was refused with {status}") as error:
        applied(Service({HERE: [status]}), Advised)
    assert error.value.message.endswith("Ask the one who has it.") is reported
    assert error.value.facts["status"] == status


class Creating(Adjusted):
    operation = CREATION

    def next_step(self, state: Thing) -> Step[Thing] | None:
        step = super().next_step(state)
        return step and replace(step, operation=self.operation)


class Restoring(Creating):
    operation = RESTORE


class Changing(Creating):
    operation = CHANGE


class Lost(Service):
    """Loses the first call."""

    def call(self, operation: Any, *, region: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        if not self.sent:
            self.sent.append(region)
            raise UnknownOutcome(CallContext("storage", operation.name, region, "PUT"), "got no answer")
        return super().call(operation, region=region, body=body, **more)


@pytest.mark.parametrize(
    ("kind", "why"), [(Creating, "could create a second one"), (Restoring, "would replace what has changed since")]
)
def test_executor_after_a_lost_answer_sends_no_creation_or_restore_again(kind: type[Adjusted], why: str) -> None:
    """Whatever its method is; the message says how often it was sent, and to look first."""
    service = Lost()
    with pytest.raises(StorageError, match=f"It was sent once.*{why}.*before you run the task again"):
        applied(service, kind)
    assert service.sent == [HERE]


def test_executor_after_a_lost_answer_sends_a_change_again() -> None:
    """A change that is done twice is as if it was done once."""
    service = Lost()
    assert applied(service, Changing).outcome.operations == ["Change"]
    assert service.sent == [HERE, HERE]


class Listed(Service):
    """Has a thing that is gone already, and shows it for some more reads."""

    shown = 3

    def call(self, operation: Any, *, region: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        self.sent.append(region)
        raise NotFound(CallContext("storage", operation.name, region, "DELETE"), "was refused with 404", status=404)

    def read(self) -> Thing:
        self.shown -= 1
        return Thing(0 if self.shown > 0 else 1)


DELETE = SimpleNamespace(name="Delete", method="DELETE", service="storage", creates=False, destroys=False)


class Deleting(Adjusted):
    def next_step(self, state: Thing) -> Step[Thing] | None:
        step = super().next_step(state)
        return step and replace(step, operation=DELETE)


def test_what_is_gone_already_need_not_be_deleted() -> None:
    """Only the list still shows it, and nothing is reported as done."""
    service = Listed()
    assert applied(service, Deleting).outcome.operations == []
    assert 1 <= len(service.sent) <= 2


def test_what_somebody_else_did_meanwhile_need_not_be_done() -> None:
    service = Service({HERE: [400]})
    seen = service.read

    def read() -> Thing:
        return Thing(1) if service.sent else seen()

    service.read = read  # type: ignore[method-assign]
    assert applied(service).outcome.operations == []
    assert service.sent == [HERE]


class Away(Service):
    """Loses the first change, and then answers no read for a while.

    :ivar silent_reads: reads that fail after that change.
    :ivar done: whether the change was made.
    """

    silent_reads = 0
    done = True

    def call(self, operation: Any, *, region: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        if not self.sent:
            self.sent.append(region)
            self.value = body["value"] if self.done else self.value
            raise UnknownOutcome(CallContext("storage", operation.name, region, "PUT"), "got no answer", status=UNCLEAR)
        return super().call(operation, region=region, body=body, **more)

    def read(self) -> Thing:
        if self.sent and self.silent_reads:
            self.silent_reads -= 1
            raise TransientError(CallContext("storage", "Show", HERE, "GET"), "got no answer")
        return super().read()


@pytest.mark.parametrize("reads", [0, 1, 3])
def test_executor_looks_again_until_a_read_answers(reads: int) -> None:
    service = Away()
    service.silent_reads = reads
    assert applied(service).outcome.operations == ["Change"]
    assert service.sent == [HERE]


def test_executor_sends_nothing_again_where_no_read_answers() -> None:
    """What is there is unknown, so a call could be repeated that was done; the error keeps the facts."""
    service = Away()
    service.silent_reads = 100
    with pytest.raises(StorageError, match="It was sent once, and nothing of it was seen afterwards") as error:
        applied(service)
    assert service.sent == [HERE]
    assert error.value.facts == {
        "service": "storage",
        "operation": "Change",
        "region": HERE,
        "status": UNCLEAR,
        "code": "",
        "detail": "",
        "request_id": "",
    }


def test_executor_change_of_something_that_is_gone_is_refused_at_once() -> None:
    """Only a deletion is done when what it deletes is not there."""
    service = Service()
    refuse = NotFound(CallContext("storage", "Change", HERE, "PUT"), "was refused with 404", status=404)

    def call(_operation: Any, *, region: str, **_more: Any) -> dict[str, Any]:
        service.sent.append(region)
        raise refuse

    service.call = call  # type: ignore[method-assign,assignment]
    with pytest.raises(NotFound, match="was refused with 404"):
        applied(service)
    assert service.sent == [HERE]


class Retrying(Adjusted):
    """Takes a 409 for one that passes by itself."""

    def next_step(self, state: Thing) -> Step[Thing] | None:
        step = super().next_step(state)
        return step and replace(step, is_retryable=lambda error: error.status == 409)


@dataclass
class Waits:
    """Runs a :class:`Retrying`, and writes down how long it waits."""

    service: Service
    pauses: list[float] = field(default_factory=list)

    def apply(self, limit: float = 600.0) -> Executor[Thing]:
        resource = Retrying({"value": 1}, self.service)  # type: ignore[arg-type]
        waiter = Waiter(limit, 5.0, None, self.pauses.append, lambda: sum(self.pauses))
        executor = Executor(resource, waiter, wait=True)
        executor.apply()
        return executor


def test_executor_refusal_that_passes_is_sent_again_after_growing_pauses() -> None:
    waits = Waits(Service({HERE: [409] * 12}))
    assert waits.apply().outcome.operations == ["Change"]
    assert waits.service.sent == [HERE] * 13
    assert waits.pauses[:3] == pytest.approx([0.3, 0.45, 0.675])
    assert waits.pauses[9:12] == [5.0] * 3


@pytest.mark.parametrize(("limit", "least", "most"), [(600.0, 90.0, 95.1), (20.0, 20.0, 25.1)])
def test_executor_refusal_that_does_not_pass_is_final_in_the_end(limit: float, least: float, most: float) -> None:
    """After a minute and a half, or when the time for waiting is over."""
    waits = Waits(Service({HERE: [409] * 10_000}))
    with pytest.raises(CallError, match="409"):
        waits.apply(limit)
    assert least <= sum(waits.pauses) <= most


def test_executor_refusal_that_passes_waits_for_what_is_under_way() -> None:
    waits = Waits(Service({HERE: [409]}, busy_reads=4))
    assert waits.apply().outcome.operations == ["Change"]
    assert waits.service.sent == [HERE] * 2
    assert len(waits.pauses) == 4


def test_executor_refusals_of_one_step_do_not_count_for_the_next() -> None:
    """Each step that is done gets the whole time again."""
    waits = Waits(Service({HERE: [409] * 20}))
    executor = waits.apply()
    first = sum(waits.pauses)
    assert 50 < first < 90
    waits.service.value = 0
    waits.service.answers[HERE] = [409] * 20
    executor.apply()
    assert executor.outcome.operations == ["Change", "Change"]
