# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill, or its removal, dies or meets a fault; the next removal leaves everything as it was before the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.faults import AT_A_CALL, CAUSES
from tests.harness.modules import ModuleRunner
from tests.modules.dr.drills import ALL, arguments, assert_untouched, drill, drill_world, things, using
from tests.modules.dr.volumes import well

pytestmark = pytest.mark.module("scp_dr_drill")

STATES = ("present", "absent")
Things = dict[str, dict[str, Any]]
#: The writing calls after which a run is killed are shared out; one share always runs.
SHARES = 3
#: Faults that always run; the modules of the resources pass with each (tests/modules/test_faults.py).
USUAL = ("lost", "status-429", "error-after-503", "delay")
#: Fewer writing calls than an undisturbed run makes.
FEWEST_WRITES = 10


class Begun:
    """A run in one state, from where it begins, and what there was before the first drill.

    :ivar end: the simulator's state after an undisturbed run.
    """

    def __init__(self, runner: ModuleRunner, state: str, begin: str, before: Things) -> None:
        self.runner, self.state, self.begin, self.before = runner, state, begin, before
        simulator = runner.simulator
        self.options: dict[str, Any] = using(simulator)
        simulator.go_back(begin)
        self.usual = well(drill(runner, state, concurrency=1, **self.options))
        self.writes = [number for number, call in enumerate(self.usual.calls, 1) if call["write"]]
        assert len(self.writes) >= FEWEST_WRITES
        self.end = simulator.checkpoint()

    def again(self) -> None:
        """Begin again where it began."""
        self.runner.simulator.clear_faults()
        self.runner.simulator.go_back(self.begin)
        self.runner.simulator.clear_operations()

    def crash(self, after: int) -> bool:
        """Run it until an answer, and return whether it came so far."""
        args = arguments(self.state, ALL, concurrency=1, **self.options)
        return self.runner.crash("scp_dr_drill", args, after=after)

    def check(self) -> None:
        """Assert that a removal, or a drill with its removal, leaves what was there before, and nothing else."""
        if self.state == "present":
            well(drill(self.runner, **self.options))
        well(drill(self.runner, "absent", **self.options))
        assert_untouched(self.runner.simulator, self.before)
        last = well(drill(self.runner, "absent", **self.options))
        assert (last.changed, last.writes) == (False, [])


@pytest.fixture(scope="module")
def all_begun(stage: ModuleRunner) -> dict[str, Begun]:
    """What the tests of this file begin with, worked out once."""
    drill_world(stage.simulator)
    before = things(stage.simulator)
    present = Begun(stage, "present", stage.simulator.checkpoint(), before)
    return {"present": present, "absent": Begun(stage, "absent", present.end, before)}


@pytest.fixture
def begun(all_begun: dict[str, Begun], stage: ModuleRunner, state: str) -> Iterator[Begun]:
    """The run that a test is for, where it begins."""
    all_begun[state].again()
    yield all_begun[state]
    stage.simulator.check()


@pytest.mark.parametrize(
    "share", [pytest.param(share, marks=pytest.mark.full_faults if share else ()) for share in range(SHARES)]
)
@pytest.mark.parametrize("state", STATES)
def test_drill_that_dies_after_a_writing_call_leaves_nothing(begun: Begun, share: int) -> None:
    crashes = 0
    for number in begun.writes[share::SHARES]:
        begun.again()
        crashes += begun.runner.crash(
            "scp_dr_drill", arguments(begun.state, ALL, concurrency=1, **begun.options), after=number
        )
        begun.check()
    assert crashes > 1


@pytest.mark.parametrize("state", ["present"])
def test_drills_that_die_one_after_the_other_leave_nothing(begun: Begun) -> None:
    crashes = left = 0
    for number in begun.writes[::3]:
        crashes += begun.runner.crash(
            "scp_dr_drill", arguments("present", ALL, concurrency=1, **begun.options), after=number
        )
        left += things(begun.runner.simulator) != begun.before
    assert min(crashes, left) > 1
    begun.check()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault in USUAL else pytest.mark.full_faults) for fault in AT_A_CALL]
)
def test_drill_with_a_fault_at_each_writing_operation_leaves_nothing(begun: Begun, fault: str) -> None:
    """The first call of each writing operation goes wrong; what failed is reported, and nothing stays."""
    operations = set(begun.usual.accepted)
    for operation in operations:
        begun.runner.simulator.fault(**AT_A_CALL[fault], operation=operation, writes=True)
    disturbed = drill(begun.runner, begun.state, concurrency=1, **begun.options)
    if disturbed.failed:
        assert any(cause in disturbed.message for cause in CAUSES), disturbed.message
        assert disturbed.result["failures"]
    begun.runner.simulator.clear_faults()
    begun.check()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", ["ListVolumes", "ShowVolumeReplication", "ListVolumeGroups"])
def test_drill_with_a_fault_at_a_reading_operation_leaves_nothing(begun: Begun, operation: str) -> None:
    begun.runner.simulator.fault("status", status=403, operation=operation, times=1, skip=1)
    disturbed = drill(begun.runner, begun.state, **begun.options)
    if disturbed.failed:
        assert operation in disturbed.message
    begun.check()
