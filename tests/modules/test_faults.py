# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something goes wrong at a call.

The task converges or says what went wrong, makes nothing twice, and goes on when it is run again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
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
#: What a step that acts in every run may have made twice.
MADE = (".snapshots", ".restore_targets")
#: Tables that keep every attempt.
RECORDS = (".histories", ".restore_histories")
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
        """Return a line for each run, for a person who looks into a failure."""
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
        self.simulator.reset()
        runner = ModuleRunner(self.simulator)
        runner.environ |= {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
        self.simulator.control("PUT", "clock", {"announce_delays": True})
        steps = SCENARIOS[module](self.simulator)
        self.simulator.patch_world(OTHERS)
        played = [_play(runner, step, fault) for step, fault in zip(steps, faults, strict=True)]
        runner.close()
        return played


def _play(runner: ModuleRunner, step: Step, fault: dict[str, Any] | None) -> Played:
    simulator = runner.simulator
    assert all(not result.failed for result in runner.run(step.before))
    if fault:
        # What was made before is listed by now.
        simulator.advance(LAG)
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
    return Counter({table: len(rows) for table, rows in simulator.resources().items()})


def _check(played: Sequence[Played], simulator: Simulator, usual: Sequence[Played]) -> None:
    """Assert that each step converged or failed with a good message, and that there is what there should be."""
    repeated = False
    for done, expected in zip(played, usual, strict=True):
        step, first, again = done.step, done.first, done.again
        if first.failed:
            assert any(cause in first.message for cause in CAUSES), (step.name, first.message)
            assert first.result["error"]["operation"] in first.message, (step.name, first.message)
            assert len(first.message) < LONGEST, first.message
            assert again is not None
            assert not again.failed, (step.name, done.story())
        else:
            assert first.changed, (step.name, done.story())
            if again is not None and not step.repeats:
                assert (again.changed, again.writes) == (False, []), (step.name, done.story())
        _check_sent_once(done)
        repeated = repeated or step.repeats
        uneven = (*RECORDS, *MADE) if repeated else RECORDS
        assert _without(done.counts, uneven) == _without(expected.counts, uneven), (step.name, done.story())
    left = {name: len(rows) for name, rows in simulator.resources().items()}
    assert left == {f"{service}.volumes": len(others["volumes"]) for service, others in OTHERS.items()}


def _check_sent_once(done: Played) -> None:
    """Assert that no call took effect twice that creates, or destroys, each time that it does.

    A failed step was run again on purpose, and is a run of its own. One that went well has sent what a clean run sends.
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


def _without(counts: Counter[str], endings: tuple[str, ...]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if not name.endswith(endings)}


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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("module", SCENARIOS)
def test_fault_somewhere(theater: Theater, kind: str, module: str) -> None:
    """Each step has the fault at some call, or all along if it is one of lists."""
    usual = theater.usual(module)
    played = theater.play(module, [_somewhere(kind, one) for one in usual])
    _check(played, theater.simulator, usual)
    if kind in AT_A_CALL:
        assert sum(done.fired for done in played) >= len(played) / 2


def _numbers(usual: Iterable[Played]) -> range:
    """Numbers of all calls of the longest step."""
    return range(max(len(one.first.calls) for one in usual))


@pytest.mark.full_faults
@pytest.mark.parametrize("kind", AT_A_CALL)
@pytest.mark.parametrize("module", SCENARIOS)
def test_fault_at_every_call(theater: Theater, kind: str, module: str) -> None:
    """Each step has the fault at each of its calls in turn."""
    usual = theater.usual(module)
    for at in _numbers(usual):
        faults = [{**AT_A_CALL[kind], "skip": at} if at < len(one.first.calls) else None for one in usual]
        _check(theater.play(module, faults), theater.simulator, usual)
