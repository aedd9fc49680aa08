# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of failures share: cases, and what makes a message a good one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import TaskResult, task
from tests.placement import ROOT
from tests.simulator.fixture import Simulator

LONGEST = 600
OUTPUT = ROOT / "tests" / "output"


@dataclass(frozen=True)
class Case:
    """A task that fails.

    :ivar says: words that the message must have.
    :ivar check: run it in check mode.
    :ivar environ: changes to the environment variables; a function gets the simulator.
    :ivar switches: of the simulator, while it runs.
    """

    title: str
    module: str
    args: dict[str, Any]
    says: tuple[str, ...]
    environ: Callable[[Simulator], dict[str, str | None]] | None = None
    switches: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    check: bool = False


def check_messages(controller: Controller, cases: Sequence[Case], file: str) -> None:
    """Assert that each failure is one paragraph with the words that help, and nothing of the program's inside.

    :param file: below ``tests/output``; all messages are written to it, to be read as a whole.
    """
    lines = []
    wrong = []
    plain = [case for case in cases if not (case.switches or case.faults)]
    results = _together(controller, plain)
    for case in cases:
        if case not in plain:
            results[case.title] = _alone(controller, case)
    for case in cases:
        result = results[case.title]
        lines.append(f"{case.title}\n    {result.message}\n")
        wrong += [f"{case.title}: {problem}: {result.message}" for problem in _problems(case, result)]
    OUTPUT.mkdir(exist_ok=True)
    (OUTPUT / file).write_text("\n".join(lines), encoding="utf-8")
    assert not wrong, "\n".join(wrong)


def _together(controller: Controller, cases: list[Case]) -> dict[str, TaskResult]:
    """Run cases that need nothing of the simulator in one playbook."""
    base = {name: value for name, value in controller.environ.items() if name.startswith("SCP_")}
    tasks = []
    for case in cases:
        changes = case.environ(controller.simulator) if case.environ else {}
        # An empty variable counts as none, and a task can't unset one.
        environment = {name: "" if value is None else value for name, value in {**base, **changes}.items()}
        tasks.append(
            task(
                case.module,
                case.args,
                name=case.title,
                check=case.check or None,
                ignore_errors=True,
                environment=environment,
            )
        )
    run = controller.run(tasks, environ=dict.fromkeys(base)).succeeded()
    assert "Traceback" not in run.output
    return {result.name: result for result in run}


def _alone(controller: Controller, case: Case) -> TaskResult:
    """Run a case with its switches and faults."""
    simulator = controller.simulator
    before = {name: values["default"] for name, values in simulator.control("GET", "switches")["switches"].items()}
    simulator.switch(**case.switches)
    for fault in case.faults:
        simulator.fault(**fault)
    changes = case.environ(simulator) if case.environ else {}
    try:
        run = controller.run(
            [task(case.module, case.args, check=case.check or None, ignore_errors=True)], environ=changes
        )
    finally:
        simulator.clear_faults()
        simulator.switch(**{name: before[name] for name in case.switches})
    assert "Traceback" not in run.output
    return run[0]


def _problems(case: Case, result: TaskResult) -> list[str]:
    message = result.message
    problems = []
    if not result.failed:
        problems.append("did not fail")
    if len(message) >= LONGEST or "\n" in message:
        problems.append("is no paragraph")
    problems += [f"does not say {word!r}" for word in case.says if word not in message]
    problems += [f"says {word!r}" for word in ("Traceback", "object at 0x", "Exception", "None") if word in message]
    return problems
