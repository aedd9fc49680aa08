# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something goes wrong at a call.

The task converges or says what went wrong, makes nothing twice, and goes on when it is run again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.operations import (
    archivestorage,
    backup,
    baremetal_blockstorage,
    filestorage,
    parallel_filestorage,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation
from tests.harness.faults import AT_A_CALL, CAUSES, TIMEOUT
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.scenarios import SCENARIOS, Step
from tests.scenarios.steps import MADE, RECORDS, without
from tests.simulator.fixture import Simulator

#: Simulated seconds for which a list can lag.
LAG = 60.0
#: What can be odd about all lists while a task runs.
AT_LISTS: dict[str, dict[str, Any]] = {
    "list-lag": {"kind": "list_lag", "seconds": LAG},
    "page-cap": {"kind": "page_cap", "count": 2},
    "duplicate": {"kind": "duplicate", "times": None},
    "drop": {"kind": "drop"},
}
KINDS = [*AT_A_CALL, *AT_LISTS]
#: Faults in which the service does the work, whatever it answers.
WORKED = ("lost", "error_after", "html_after", "truncated", "delay")
#: Operations that create or destroy each time that they are sent.
NOT_TWICE = {
    operation.name
    for table in (archivestorage, backup, baremetal_blockstorage, filestorage, parallel_filestorage)
    for operation in vars(table).values()
    if isinstance(operation, Operation) and (operation.creates or operation.destroys)
}
LONGEST = 600
#: By service, the names of the scenarios' volumes.
NAMES = {
    "filestorage": ("web_data", "snap_data", "plan_data", "repl_data", "repl_copy", "disk_data"),
    "parallel-filestorage": ("train_data", "eval_data", "ckpt_data"),
}
#: Volumes beside those of the scenarios, which they must not be taken for.
OTHERS = {
    service: {
        "volumes": [
            {"name": f"{name}_{number}_abc12{number}", "region": region}
            for name in names
            for number in range(2)
            for region in ("kr-west1", "kr-east1")
        ]
    }
    for service, names in NAMES.items()
}


@dataclass
class Played:
    """What a step did.

    :ivar again: the second run, if there was one.
    :ivar counts: how many things there are afterwards, by ``service.table``.
    :ivar fired: how often the fault happened.
    """

    step: Step
    first: TaskResult
    counts: Counter[str]
    again: TaskResult | None = None
    fired: int = 0

    def story(self) -> str:
        """Return a line for each run, for the user who looks into a failure."""
        return "\n".join(
            f"{result.name}: {result.status} {result.operations} {result.message}"
            f" {[(call['operation'], call['status'], call['fault']) for call in result.calls]}"
            for result in (self.first, self.again)
            if result is not None
        )


@dataclass
class Theater:
    """Plays scenarios from a simulator as new.

    :ivar undisturbed: by module, how each step goes when nothing goes wrong.
    """

    simulator: Simulator
    undisturbed: dict[str, list[Played]] = field(default_factory=dict)

    def usual(self, module: str) -> list[Played]:
        """Return how each step goes when nothing goes wrong."""
        if module not in self.undisturbed:
            steps = SCENARIOS[module](self.simulator)
            self.undisturbed[module] = self.play(module, [None] * len(steps))
        return self.undisturbed[module]

    def play(self, module: str, faults: Sequence[dict[str, Any] | None]) -> list[Played]:
        """Play a scenario with a fault at each step, or none; a step that had one is run again without it."""
        runner = self.begin()
        steps = SCENARIOS[module](self.simulator)
        played = []
        for step, fault in zip(steps, faults, strict=True):
            runner.run(step.before).succeeded()
            # What was made before is listed by now.
            self.simulator.pass_time(LAG if fault else 0)
            played.append(_play(runner, step, fault))
        return played

    def play_every_call(self, module: str, kind: str) -> int:
        """Play a scenario with a fault at each call of each step in turn; return how many calls there were."""
        runner = self.begin()
        repeated, calls = False, 0
        for step in SCENARIOS[module](self.simulator):
            runner.run(step.before).succeeded()
            before = self.simulator.checkpoint()
            usual = _play(runner, step, None)
            repeated = repeated or step.repeats
            for at in range(len(usual.first.calls)):
                self.simulator.go_back(before)
                _check_step(_play(runner, step, {**AT_A_CALL[kind], "skip": at}), usual, repeated=repeated)
                calls += 1
            # Later steps go on from what an undisturbed one did.
            self.simulator.go_back(before)
            _play(runner, step, None)
        return calls

    def begin(self) -> ModuleRunner:
        """Return a runner in a world as new, with other volumes in it."""
        self.simulator.reset()
        runner = ModuleRunner(self.simulator)
        runner.environ |= {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
        self.simulator.control("PUT", "clock", {"announce_delays": True})
        self.simulator.go_to_noon()
        self.simulator.patch_world(OTHERS)
        return runner


def _play(runner: ModuleRunner, step: Step, fault: dict[str, Any] | None) -> Played:
    """Run a step, with a fault if there is one, and once more after that."""
    simulator = runner.simulator
    if fault:
        simulator.fault(**fault)
    first = runner.run([step.task()])[-1]
    fired = sum(one["fired"] for one in simulator.faults()) if fault else 0
    simulator.clear_faults()
    again = None
    if fault and (first.failed or not step.repeats):
        # What later steps refer to is what the second run made.
        again = runner.run([step.task(name=f"again {step.name}")])[-1]
    return Played(step, first, _counts(simulator), again, fired)


def _counts(simulator: Simulator) -> Counter[str]:
    return Counter(simulator.counts())


def _check(played: Sequence[Played], simulator: Simulator, usual: Sequence[Played]) -> None:
    """Assert that each step converged or failed with a good message, and that there is what there should be."""
    repeated = False
    for done, expected in zip(played, usual, strict=True):
        repeated = repeated or done.step.repeats
        _check_step(done, expected, repeated=repeated)
    _check_nothing_left(simulator)


def _check_step(done: Played, expected: Played, *, repeated: bool) -> None:
    """Assert that a step converged or failed with a good message, and that there is what there should be.

    :param repeated: whether this step, or one before it, acts in every run.
    """
    step, first, again = done.step, done.first, done.again
    if first.failed:
        assert any(cause in first.message for cause in CAUSES), (step.name, first.message)
        assert first.result["error"]["operation"] in first.message, (step.name, first.message)
        # A task that works on a list reports a line for each failure, which begins with the item.
        lines = [line.partition(": ")[2] for line in first.result.get("failures") or ()] or [first.message]
        assert all(len(line) < LONGEST for line in lines), first.message
        assert again is not None
        assert not again.failed, (step.name, done.story())
    else:
        assert first.changed, (step.name, done.story())
        if again is not None and not step.repeats:
            assert (again.changed, again.writes) == (False, []), (step.name, done.story())
    _check_sent_once(done)
    uneven = (*RECORDS, *MADE) if repeated else RECORDS
    assert without(done.counts, uneven) == without(expected.counts, uneven), (step.name, done.story())


def _check_nothing_left(simulator: Simulator) -> None:
    assert simulator.counts() == {f"{service}.volumes": len(others["volumes"]) for service, others in OTHERS.items()}


def _check_sent_once(done: Played) -> None:
    """Assert that no call took effect twice that creates, or destroys, each time that it does.

    A failed step was run again on purpose, and is a separate run. One that went well has sent what a clean run sends.
    """
    runs = [done.first] if done.step.repeats or done.again is None or done.first.failed else [done.first, done.again]
    sent = Counter(
        call["operation"]
        for run in runs
        for call in run.calls
        if call["write"] and (200 <= call["status"] < 300 or call["fault"] in WORKED)
    )
    expected = Counter(done.step.operations)
    many = {name: count for name, count in sent.items() if name in NOT_TWICE and count > expected[name]}
    assert not many, (done.step.name, many, done.story())


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list[Played]]:
    """How scenarios go, for all tests of this file."""
    return {}


@pytest.fixture
def theater(simulator: Simulator, undisturbed: dict[str, list[Played]]) -> Theater:
    """Plays scenarios."""
    return Theater(simulator, undisturbed)


def _somewhere(kind: str, usual: Played) -> dict[str, Any]:
    """A fault at one call of a step: a writing one in half of the cases, otherwise any."""
    if kind in AT_LISTS:
        return AT_LISTS[kind]
    chance = random.Random(f"{kind} {usual.step.name}")
    calls = usual.first.calls
    writes = [number for number, call in enumerate(calls) if call["write"]]
    return {**AT_A_CALL[kind], "skip": chance.choice(writes if chance.random() < 0.5 else range(len(calls)))}


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        # Each kind with every other module, and each module with every other kind.
        pytest.param(module, kind, marks=() if (row + column) % 2 == 0 else pytest.mark.full_faults)
        for row, module in enumerate(SCENARIOS)
        for column, kind in enumerate(KINDS)
    ],
)
def test_fault_somewhere(theater: Theater, kind: str, module: str) -> None:
    """Each step has the fault at some call, or all along if it is one of lists."""
    usual = theater.usual(module)
    played = theater.play(module, [_somewhere(kind, one) for one in usual])
    _check(played, theater.simulator, usual)
    if kind in AT_A_CALL:
        assert sum(done.fired for done in played) >= len(played) / 2


@pytest.mark.full_faults
@pytest.mark.parametrize("kind", AT_A_CALL)
@pytest.mark.parametrize("module", SCENARIOS)
def test_fault_at_every_call(theater: Theater, kind: str, module: str) -> None:
    """Each step has the fault at each of its calls in turn."""
    assert theater.play_every_call(module, kind) > len(SCENARIOS[module](theater.simulator))
    _check_nothing_left(theater.simulator)
