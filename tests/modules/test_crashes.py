# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module dies after any of its answers: the next run converges, and nothing is created twice.

Each step of each scenario is crashed after its answers to writing calls, each time from the same state: a run that dies
while it reads or waits leaves the service as one that died after its last write. ``full_faults`` has all answers. The
scenario goes on from what the run after a crash has made, so that no step begins in a state that nothing disturbed.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.scenarios import SCENARIOS, Step
from tests.scenarios.steps import MADE, RECORDS, without
from tests.simulator.fixture import Simulator

#: What can be sent once more without harm while it is under way: it names what goes by id or path, and the service does
#: not show that a deletion has begun (a restore point that cannot be restored may as well be damaged).
HARMLESS = frozenset({"DeleteBucketObjects", "DeleteBucketObjectVersions", "DeleteBackupRestoreTarget"})
MODULES = [pytest.param(module, marks=pytest.mark.module(module)) for module in SCENARIOS]

Counts = dict[str, int]


class Crashes:
    """A scenario whose steps are crashed.

    :ivar variables: what its steps registered.
    """

    def __init__(self, runner: ModuleRunner) -> None:
        self.runner = runner
        self.simulator: Simulator = runner.simulator
        self.simulator.go_to_noon()
        self.variables: dict[str, Any] = {}
        self.crashed = 0
        self._seen = 0

    def play(self, step: Step, *, every: bool) -> None:
        """Crash a step after each of its writing calls, or after every answer, each time from the same state.

        The scenario goes on from what the next run made of a crash after the first writing call. What the step
        registers is that of an undisturbed run.
        """
        self.runner.run(step.before, variables=self.variables).succeeded()
        begin = self.simulator.checkpoint()
        usual = self.run(step, **step.keywords)
        expected = self.counts()
        first = next(number for number, call in enumerate(usual.calls, 1) if call["write"])
        others = [number for number, call in enumerate(usual.calls, 1) if (every or call["write"]) and number != first]
        for after in (*others, first):
            self.simulator.go_back(begin)
            crashed = self.crash(step, after, usual, expected)
            # It can look less often while it waits, and end before a later answer.
            assert crashed or after > first, (step.name, after)

    def run(self, step: Step, **keywords: Any) -> TaskResult:
        """Run a step to its end."""
        return self.runner.run([step.task(**keywords)], variables=self.variables).succeeded()[0]

    def crash(self, step: Step, after: int, usual: TaskResult, expected: Counts) -> bool:
        """Crash a step after so many answers, run it again, and assert that this is as if it had not crashed.

        :return: whether it made so many calls.
        """
        where = (step.name, after)
        self.new_writes()
        if not self.runner.crash(step.module, step.args, after=after, variables=self.variables):
            return False
        self.crashed += 1
        done = self.new_writes()
        again = self.run(step)
        done += Counter(again.accepted)
        if step.repeats:
            # What the first run began is joined while it is under way; otherwise the second run acts once more.
            usual_writes = Counter(usual.accepted)
            assert done == usual_writes or again.accepted == usual.accepted, where
            uneven = () if done == usual_writes else (*RECORDS, *MADE)
            assert without(self.counts(), uneven) == without(expected, uneven), where
            return True
        assert self.counts() == expected, where
        assert harmful(done) == harmful(Counter(usual.accepted)), where
        assert set(done) == set(usual.accepted), where
        third = self.run(step)
        assert (third.changed, third.operations, third.writes) == (False, [], []), where
        return True

    def counts(self) -> Counts:
        """Return how many of everything there are."""
        return self.simulator.counts()

    def new_writes(self) -> Counter[str]:
        """Return the writing calls that the simulator accepted since this was last asked for."""
        calls = self.simulator.operations(self._seen)
        self._seen = calls[-1]["sequence"] if calls else self._seen
        return Counter(call["operation"] for call in calls if call["write"] and 200 <= call["status"] < 300)


def harmful(writes: Counter[str]) -> Counter[str]:
    """Return the writing calls that must not be sent twice."""
    return Counter({operation: count for operation, count in writes.items() if operation not in HARMLESS})


@pytest.mark.parametrize(
    "every", [pytest.param(False, id="write"), pytest.param(True, id="answer", marks=pytest.mark.full_faults)]
)
@pytest.mark.parametrize("module", MODULES)
def test_scenario_whose_steps_crash_after_any_ends_clean(runner: ModuleRunner, module: str, *, every: bool) -> None:
    """Each step converges whenever the run before it died, and the scenario goes on from there to its end."""
    crashes = Crashes(runner)
    steps = SCENARIOS[module](runner.simulator)
    for step in steps:
        crashes.play(step, every=every)
    assert crashes.crashed >= len(steps)
    assert runner.simulator.resources() == {}
