# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of ``scp_dr_plan`` dies, or a call of it fails; the next one ends where an undisturbed one would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.faults import AT_A_CALL, CAUSES
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import ALL_KINDS, COMMON, CREATING, block_storage, plan, shape, verbs, well

pytestmark = pytest.mark.module("scp_dr_plan")

STATES = ("present", "failed_over", "failed_back", "absent")
#: The answers after which a run is killed are shared out; one share always runs.
SHARES = 12
#: Faults that always run; the modules of the resources pass with each (tests/modules/test_faults.py).
USUAL = ("lost", "status-429", "error-after-503", "delay")
#: Fewer calls than any run makes.
FEWEST_CALLS = 10


class Verb:
    """A state that volumes of all kinds are to be brought into, from the state that comes before it.

    :ivar begin: the simulator's state before; ``end`` is the one after.
    :ivar usual: an undisturbed run, whose calls come one after the other.
    """

    def __init__(self, runner: ModuleRunner, state: str, begin: str) -> None:
        self.runner, self.state, self.begin = runner, state, begin
        # Each hourly transfer would leave a snapshot.
        self.options: dict[str, Any] = {**verbs(runner.simulator)[state], "concurrency": 1, "frequency": "monthly"}
        runner.simulator.go_back(begin)
        self.volumes: Any = ALL_KINDS
        if state == "absent":
            # As it is handed over. A replica whose replication has gone is not deleted for its name alone.
            shown = runner.run_task("scp_dr_plan_info", {"volumes": ALL_KINDS, **COMMON})
            self.volumes = well(shown).result["replicas"]
        self.usual = self.run()
        self.wanted = shape(runner.simulator)
        self.end = runner.simulator.checkpoint()

    def run(self, **options: Any) -> TaskResult:
        """Run it to its end; it may not fail."""
        return well(plan(self.runner, self.state, self.volumes, **{**self.options, **options}))

    def again(self) -> None:
        """Begin again where it began."""
        self.runner.simulator.clear_faults()
        self.runner.simulator.go_back(self.begin)

    def crash(self, after: int, **options: Any) -> bool:
        """Run it until an answer, and return whether it came so far."""
        creating = CREATING if self.state == "present" else {}
        args = {"state": self.state, "volumes": self.volumes, **COMMON, **creating, **self.options, **options}
        return self.runner.crash("scp_dr_plan", args, after=after)

    def check(self) -> None:
        """Assert that a run now leads where the undisturbed one did, and that one after it changes nothing."""
        self.run()
        assert shape(self.runner.simulator) == self.wanted
        last = self.run()
        assert (last.changed, last.operations, last.writes) == (False, [], [])


class Verbs:
    """What the tests of this file begin with, each worked out once."""

    def __init__(self, runner: ModuleRunner) -> None:
        self._runner = runner
        self._known: dict[str, Verb] = {}
        block_storage(runner.simulator)
        self._nothing = runner.simulator.checkpoint()

    def verb(self, state: str) -> Verb:
        """Return what leads to a state."""
        if state not in self._known:
            place = STATES.index(state)
            begin = self.verb(STATES[place - 1]).end if place else self._nothing
            self._known[state] = Verb(self._runner, state, begin)
        return self._known[state]


@pytest.fixture(scope="module")
def all_verbs(stage: ModuleRunner) -> Verbs:
    """All of them, for the tests of this file."""
    return Verbs(stage)


@pytest.fixture
def verb(all_verbs: Verbs, stage: ModuleRunner, state: str) -> Iterator[Verb]:
    """The one that a test is for, where it begins."""
    found = all_verbs.verb(state)
    stage.simulator.clear_operations()
    found.again()
    yield found
    stage.simulator.check()


@pytest.mark.parametrize("state", STATES)
def test_plan_that_dies_after_a_writing_call_is_finished_by_the_next(verb: Verb) -> None:
    simulator = verb.runner.simulator
    numbers = [number for number, call in enumerate(verb.usual.calls, 1) if call["write"]]
    assert numbers
    for number in numbers:
        verb.again()
        simulator.clear_operations()
        if not verb.crash(number):
            # It looked less often while it waited.
            assert shape(simulator) == verb.wanted
            continue
        verb.check()
        done = Counter(call["operation"] for call in simulator.writes() if 200 <= call["status"] < 300)
        assert done == Counter(verb.usual.accepted), number


@pytest.mark.parametrize(
    "share", [pytest.param(share, marks=pytest.mark.full_faults if share else ()) for share in range(SHARES)]
)
@pytest.mark.parametrize("state", STATES)
def test_plan_that_dies_after_any_answer_is_finished_by_the_next(verb: Verb, share: int) -> None:
    for number in range(1 + share, 1000, SHARES):
        verb.again()
        if not verb.crash(number, concurrency=64):
            break
        verb.check()
    assert number > FEWEST_CALLS


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault in USUAL else pytest.mark.full_faults) for fault in AT_A_CALL]
)
def test_plan_with_a_fault_at_each_writing_operation_converges(verb: Verb, fault: str) -> None:
    """The first call of each writing operation goes wrong; what failed is reported, and nothing is done twice."""
    simulator = verb.runner.simulator
    for operation in set(verb.usual.accepted):
        simulator.fault(**AT_A_CALL[fault], operation=operation, writes=True)
    disturbed = plan(verb.runner, verb.state, verb.volumes, **verb.options)
    if disturbed.failed:
        assert any(cause in disturbed.message for cause in CAUSES), disturbed.message
        assert any(operation in disturbed.message for operation in set(verb.usual.accepted)), disturbed.message
        assert disturbed.result["failures"]
    simulator.clear_faults()
    verb.check()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", ["ListVolumes", "ShowVolumeReplication"])
def test_plan_with_a_fault_at_a_reading_operation_converges(verb: Verb, operation: str) -> None:
    simulator = verb.runner.simulator
    simulator.fault("status", status=403, operation=operation, times=1, skip=1)
    disturbed = plan(verb.runner, verb.state, verb.volumes, **verb.options)
    if disturbed.failed:
        assert operation in disturbed.message
    verb.check()
