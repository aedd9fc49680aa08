# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lifecycle of each module by all ways to run it: in the controller's process, as a module, and as tests run it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.clock import SYSTEM_CLOCK
from tests.harness.modules import ModuleRunner
from tests.harness.playbooks import Controller, other_spelling
from tests.harness.tasks import COLLECTION, NOT_OFFERED, Run
from tests.scenarios import SCENARIOS, Step
from tests.simulator.app import known_switches
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

#: Far enough ahead of the real time, which simulated time cannot go back behind.
BEGINNING = "2099-03-02T03:04:05Z"
#: Simulated seconds that pass after each task.
BETWEEN_TASKS = 60.0
#: Nothing takes time, and all that is left to chance is drawn alike.
ALIKE = {
    "random_seed": "alike",
    **{
        name: 0
        for name, switch in known_switches().known.items()
        if name.endswith("_seconds") and isinstance(switch.default, float) and not name.startswith(("clock", "gateway"))
    },
}


def _begin(simulator: Simulator, module: str) -> list[Step]:
    """Begin a world that is the same each time, in which time stands still; return the steps."""
    simulator.reset()
    simulator.switch(**ALIKE)
    simulator.control("PUT", "clock", {"scale": 0, "now": BEGINNING})
    simulator.control("DELETE", "world")
    return SCENARIOS[module](simulator)


def _tasks(steps: Sequence[Step], *, as_processes: str | None = None) -> list[dict[str, Any]]:
    """Return the tasks of the steps.

    :param as_processes: a module whose tasks run as processes; steps of other modules only prepare for it.
    """
    tasks: list[dict[str, Any]] = []
    for step in steps:
        own = step.task(diff=True)
        if step.parallel:
            # In parallel, the ids that are drawn would be drawn in another order each time.
            own[f"{COLLECTION}.{step.module}"]["concurrency"] = 1
        if step.module == as_processes:
            own["vars"] = {**own.get("vars", {}), "ansible_python_interpreter": other_spelling()}
        tasks += [*step.before, own]
    return tasks


def _results(run: Run, steps: Sequence[Step]) -> list[str]:
    """Return the results as text, after the assertion that each step did what it was to do."""
    texts = []
    for step in steps:
        result = run[step.name]
        assert step.in_order(result.accepted) == step.in_order(step.operations), (step.name, result.message)
        assert result.changed, step.name
        reported = {name: value for name, value in result.result.items() if name != "invocation"}
        texts.append(f"{step.name} {json.dumps(reported, indent=1, sort_keys=True)}")
    return texts


def _written(run: Run) -> list[str]:
    """Return the paths of the writing calls that were not refused because of their version."""
    return [call["path"] for call in run.calls if call["write"] and call["status"] != NOT_OFFERED]


@pytest.mark.parametrize("module", SCENARIOS)
def test_lifecycle_is_the_same_by_all_routes(simulator: Simulator, tmp_path: Path, module: str) -> None:
    """Results are the same text, and so are the calls that reach the service."""
    # Time stands still in the simulator, also where a module waits.
    runner = ModuleRunner(simulator, SYSTEM_CLOCK)
    runner.between_tasks = BETWEEN_TASKS
    steps = _begin(simulator, module)
    runs = [runner.run(_tasks(steps)).succeeded()]
    for as_processes in (None, module):
        controller = Controller(simulator, tmp_path / str(as_processes))
        # Three processes fewer for each task that is one.
        controller.environ["ANSIBLE_PIPELINING"] = "1"
        controller.environ["TASK_LOG_BETWEEN_TASKS"] = str(BETWEEN_TASKS)
        assert _begin(simulator, module) == steps
        runs.append(controller.run(_tasks(steps, as_processes=as_processes)).succeeded())
        assert simulator.resources() == {}
    expected = _results(runs[0], steps)
    for run in runs[1:]:
        for one, other in zip(_results(run, steps), expected, strict=True):
            assert one == other
        assert _written(run) == _written(runs[0])
