# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something goes wrong at a call.

The task converges or says what went wrong, makes nothing twice, and goes on when it is run again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task
from tests.integration.conftest import TIME_SCALE
from tests.integration.lives import LIVES, Step
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
KINDS = [*AT_A_CALL, *AT_LISTS]
#: Words of which one says what went wrong with a call.
CAUSES = ("connection", "no JSON", "within", "refused with", "answered with", "an answer")
LONGEST = 600
#: What a step that acts in every run may have made twice.
MADE = (".snapshots", ".restore_targets")
#: Tables that keep every attempt.
RECORDS = (".histories", ".restore_histories")
#: By service, the names of the lives' volumes.
NAMES = {
    "filestorage": ("web_data", "snap_data", "repl_data", "repl_copy", "disk_data"),
    "parallel-filestorage": ("train_data", "eval_data", "ckpt_data"),
}
#: Volumes beside those of the lives, which they must not be taken for.
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


Usual = Callable[[str], Run]


@pytest.fixture(scope="module")
def usual(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Usual:
    """How a life goes when nothing goes wrong."""

    @cache
    def lived(life: str) -> Run:
        simulator_process.reset()
        simulator_process.scale(TIME_SCALE)
        controller = Controller(simulator_process, tmp_path_factory.mktemp("usual"))
        run = _run(controller, LIVES[life](simulator_process), lambda step: None).succeeded()
        simulator_process.reset()
        simulator_process.scale(TIME_SCALE)
        return run

    return lived


def _run(controller: Controller, steps: Sequence[Step], fault: Callable[[Step], Mapping[str, Any] | None]) -> Run:
    """Live with a fault at each step; each step is run again without it."""
    controller.simulator.patch_world(OTHERS)
    tasks = []
    for step in steps:
        register = step.keywords.get("register", "outcome")
        again = step.task(
            name=f"again {step.name}", register="second", when=f"{register} is failed or {not step.repeats}"
        )
        tasks += [
            *step.before,
            task("simulator_fault", {"fault": fault(step)}, name=f"before {step.name}"),
            step.task(register=register, ignore_errors=True),
            task("simulator_fault", {}, name=f"fault of {step.name}"),
            again,
            task("simulator_fault", {}, name=f"after {step.name}"),
        ]
        if "register" in step.keywords:
            # What later steps refer to is what the second run made, if there was one.
            kept = f"{{{{ {register} if second is skipped else second }}}}"
            tasks.append(task("ansible.builtin.set_fact", {register: kept}))
    return controller.run(tasks, environ={"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"})


def _check(run: Run, steps: Sequence[Step], simulator: Simulator, usual: Run) -> None:
    """Assert that each step converged or failed with a good message, and that there is what there should be."""
    assert "Traceback" not in run.output
    assert run.rc == 0, _story(run)
    repeated = False
    for step in steps:
        first, again = run[step.name], run[f"again {step.name}"]
        if first.failed:
            assert any(cause in first.message for cause in CAUSES), (step.name, first.message)
            assert first.result["error"]["operation"] in first.message, (step.name, first.message)
            assert len(first.message) < LONGEST, first.message
        else:
            assert first.changed, step.name
            if not step.repeats:
                assert (again.changed, again.writes) == (False, []), (step.name, _story(run))
        repeated = repeated or step.repeats
        uneven = (*RECORDS, *MADE) if repeated else RECORDS
        counts, expected = (
            {
                name: count
                for name, count in each[f"after {step.name}"].result["counts"].items()
                if not name.endswith(uneven)
            }
            for each in (run, usual)
        )
        assert counts == expected, (step.name, _story(run))
    left = {name: len(rows) for name, rows in simulator.resources().items()}
    assert left == {f"{service}.volumes": len(others["volumes"]) for service, others in OTHERS.items()}


def _story(run: Run) -> str:
    return "\n".join(
        f"{result.name}: {result.status} {result.operations} {result.message}"
        f" {[(call['operation'], call['status'], call['fault']) for call in result.calls]}"
        for result in run
        if result.action.startswith("scp.")
    )


def _somewhere(kind: str, step: Step, usual: Run) -> dict[str, Any]:
    """A fault at one call of a step: a writing one in half of the cases, otherwise any."""
    if kind in AT_LISTS:
        return AT_LISTS[kind]
    chance = random.Random(f"{kind} {step.name}")
    calls = usual[step.name].calls
    writes = [number for number, call in enumerate(calls) if call["write"]]
    return {**AT_A_CALL[kind], "skip": chance.choice(writes if chance.random() < 0.5 else range(len(calls)))}


@pytest.mark.parametrize(
    ("kind", "life"),
    [
        pytest.param(kind, life, marks=() if (number - shift) % len(LIVES) == 0 else pytest.mark.full_faults)
        for number, kind in enumerate(KINDS)
        for shift, life in enumerate(LIVES)
    ],
)
def test_fault_somewhere(fast_simulator: Simulator, tmp_path: Path, kind: str, life: str, usual: Usual) -> None:
    """Each step has the fault at some call, or all along if it is one of lists; each kind in one life by default."""
    expected = usual(life)
    steps = LIVES[life](fast_simulator)
    run = _run(Controller(fast_simulator, tmp_path), steps, lambda step: _somewhere(kind, step, expected))
    _check(run, steps, fast_simulator, expected)
    if kind in AT_A_CALL:
        fired = sum(result.result["fired"] for result in run if result.action == "simulator_fault")
        assert fired >= len(steps) / 2


@pytest.mark.full_faults
@pytest.mark.parametrize("at", range(12))
@pytest.mark.parametrize("kind", AT_A_CALL)
@pytest.mark.parametrize("life", LIVES)
def test_fault_at_every_call(
    fast_simulator: Simulator, tmp_path: Path, kind: str, at: int, life: str, usual: Usual
) -> None:
    """Each step of a life has the fault at its call number ``at``, if it has as many."""
    expected = usual(life)
    steps = LIVES[life](fast_simulator)
    run = _run(Controller(fast_simulator, tmp_path), steps, lambda step: {**AT_A_CALL[kind], "skip": at})
    _check(run, steps, fast_simulator, expected)
