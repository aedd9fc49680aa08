# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something goes wrong at a call: the task converges or says what went wrong, makes nothing twice, and goes on when run again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import TIME_SCALE
from tests.integration.harness import Controller, Run, task
from tests.integration.lives import Step, all_lives
from tests.simulator.fixture import Simulator

#: Seconds that a call may take here, and by how much the fault ``delay`` exceeds them.
TIMEOUT = 2.0
#: What can go wrong with one call. Each is set for the call of the task with a certain number.
AT_A_CALL: dict[str, dict[str, Any]] = {
    "lost": {"kind": "lost"},
    "reset": {"kind": "reset"},
    "status-429": {"kind": "status", "status": 429, "retry_after": 0.2},
    "status-500": {"kind": "status", "status": 500},
    "status-503": {"kind": "status", "status": 503},
    "error-after-500": {"kind": "error_after", "status": 500},
    "error-after-503": {"kind": "error_after", "status": 503},
    "html": {"kind": "html", "status": 404},
    "html-after": {"kind": "html_after", "status": 200},
    "truncated": {"kind": "truncated"},
    "delay": {"kind": "delay", "seconds": TIMEOUT + 0.5},
}
#: What can be odd about all lists while a task runs.
AT_LISTS: dict[str, dict[str, Any]] = {
    "list-lag": {"kind": "list_lag", "seconds": TIME_SCALE},
    "page-cap": {"kind": "page_cap", "count": 2},
    "duplicate": {"kind": "duplicate", "times": None},
    "drop": {"kind": "drop"},
}
#: Words of which one says what went wrong with a call.
CAUSES = ("connection", "no JSON", "within", "refused with", "answered with", "an answer")
#: Volumes beside those of the lives, which they must not be taken for.
OTHERS = [
    {"name": f"{name}_{number}_abc12{number}", "region": region, "type_name": "SSD"}
    for name in ("web_data", "snap_data", "repl_data", "repl_copy", "disk_data") for number in range(2)
    for region in ("kr-west1", "kr-east1")
]


@pytest.fixture(scope="module")
def calls(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What each step of the lives calls when nothing goes wrong, and the counts of what there is after it."""
    simulator_process.reset()
    simulator_process.scale(TIME_SCALE)
    run = _run(Controller(simulator_process, tmp_path_factory.mktemp("calls")), lambda step: None).succeeded()
    return {
        step.name: [*run[step.name].calls, run[f"after {step.name}"].result["counts"]]
        for step in all_lives(simulator_process)
    }


def _run(controller: Controller, fault: Callable[[Step], Mapping[str, Any] | None]) -> Run:
    """Live all lives with a fault at each step; what failed is run again without it."""
    simulator = controller.simulator
    simulator.patch_world({"filestorage": {"volumes": OTHERS}})
    tasks = []
    for step in all_lives(simulator):
        register = step.keywords.get("register", "outcome")
        tasks += [
            task("simulator_fault", {"fault": fault(step)}, name=f"before {step.name}"),
            step.task(register=register, ignore_errors=True),
            task("simulator_fault", {}, name=f"fault of {step.name}"),
            step.task(name=f"again {step.name}", register=register, when=f"{register} is failed or {not step.repeats}"),
            task("simulator_fault", {}, name=f"after {step.name}"),
        ]
        if step.keywords.get("register"):
            # The second run was skipped, or is the one that counts.
            tasks[-2]["register"] = "second"
            tasks.append(task("ansible.builtin.set_fact", {register: "{{ second if second is not skipped else " + register + " }}"}))
    environ = {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
    return controller.run(tasks, environ=environ)


def _check(run: Run, controller: Controller, calls: Mapping[str, list[dict[str, Any]]]) -> None:
    """Assert what the test is about."""
    assert "Traceback" not in run.output
    assert run.rc == 0, _story(run)
    for step in all_lives(controller.simulator):
        first, again = run[step.name], run[f"again {step.name}"]
        if first.failed:
            assert any(cause in first.message for cause in CAUSES), (step.name, first.message)
            assert first.result["error"]["operation"] in first.message, (step.name, first.message)
            assert len(first.message) < 600, first.message
        else:
            assert first.changed, step.name
            if not step.repeats:
                assert (again.changed, again.writes) == (False, []), (step.name, again.operations)
        counts = dict(run[f"after {step.name}"].result["counts"])
        expected = dict(calls[step.name][-1])
        if step.name.startswith(("a first", "a newer", "go back", "the first")):
            # A step that acts in every run may have acted twice.
            counts.pop("snapshots")
            expected.pop("snapshots")
        assert counts == expected, (step.name, _story(run))
    left = controller.simulator.world()["filestorage"]
    assert len(left.pop("volumes")) == len(OTHERS)
    assert not any(left.values())


def _story(run: Run) -> str:
    return "\n".join(
        f"{result.name}: {result.status} {result.operations} {result.message}"
        f" {[(call['operation'], call['status'], call['fault']) for call in result.calls]}"
        for result in run if result.action.startswith("scp.")
    )


@pytest.mark.parametrize("kind", AT_A_CALL)
def test_fault_at_some_call(
    fast_simulator: Simulator, tmp_path: Path, kind: str, calls: dict[str, list[dict[str, Any]]]
) -> None:
    """Each step has the fault at one of its calls: the first writing one in every other step, otherwise any."""
    controller = Controller(fast_simulator, tmp_path)
    chance = random.Random(kind)
    names = list(calls)

    def fault(step: Step) -> dict[str, Any]:
        writes = [number for number, call in enumerate(calls[step.name][:-1]) if call["write"]]
        anywhere = chance.randrange(len(calls[step.name]) - 1)
        at = chance.choice(writes) if (names.index(step.name) + len(kind)) % 2 else anywhere
        return {**AT_A_CALL[kind], "skip": at}

    run = _run(controller, fault)
    (tmp_path / "story.txt").write_text(_story(run))
    _check(run, controller, calls)
    assert sum(result.result["fired"] for result in run if result.action == "simulator_fault") >= len(names) / 2


@pytest.mark.parametrize("kind", AT_LISTS)
def test_odd_lists(fast_simulator: Simulator, tmp_path: Path, kind: str, calls: dict[str, list[dict[str, Any]]]) -> None:
    """All lists are odd, while each step runs."""
    controller = Controller(fast_simulator, tmp_path)
    run = _run(controller, lambda step: AT_LISTS[kind])
    (tmp_path / "story.txt").write_text(_story(run))
    _check(run, controller, calls)


@pytest.mark.full_faults
@pytest.mark.parametrize("at", range(12))
@pytest.mark.parametrize("kind", AT_A_CALL)
def test_fault_at_every_call(
    fast_simulator: Simulator, tmp_path: Path, kind: str, at: int, calls: dict[str, list[dict[str, Any]]]
) -> None:
    """Each step has the fault at its call number ``at``, if it has as many."""
    controller = Controller(fast_simulator, tmp_path)
    _check(_run(controller, lambda step: {**AT_A_CALL[kind], "skip": at}), controller, calls)
