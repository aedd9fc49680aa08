# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of failures: what a case is, and what its message must be.

>>> @each(CASES)                                                                                     # doctest: +SKIP
... def test_message(runner: ModuleRunner, case: Case) -> None:
...     check_case(runner, case)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.collection_path import ROOT
from tests.harness.modules import ModuleRunner
from tests.harness.playbooks import Controller
from tests.harness.tasks import TaskResult, task
from tests.simulator.fixture import Simulator

LONGEST = 600
OUTPUT = ROOT / "tests" / "output"
_SEED = json.loads((ROOT / "tests" / "simulator" / "seed.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    """A task that fails.

    :ivar says: words that the message must have.
    :ivar check: run it in check mode.
    :ivar environ: changes to the environment variables; a function gets the simulator.
    :ivar switches: of the simulator, while it runs.
    :ivar sends: the writing calls that it makes before it fails, by ``operationId``, refused ones too.
    """

    title: str
    module: str
    args: dict[str, Any]
    says: tuple[str, ...]
    environ: Callable[[Simulator], dict[str, str | None]] | None = None
    switches: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    check: bool = False
    sends: tuple[str, ...] = ()


def each(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Make each case a test case whose id is its module and its title, and which is marked with its module."""
    return pytest.mark.parametrize(
        "case",
        [pytest.param(case, id=f"{case.module}-{case.title}", marks=pytest.mark.module(case.module)) for case in cases],
    )


def check_case(runner: ModuleRunner | Controller, case: Case) -> None:
    """Run a case, and assert that its message is good and that it sent what it should.

    A good message is one paragraph with the words that help, and without internals of the program.
    """
    result = _run(runner, case)
    assert _problems(case, result) == [], result.message
    assert tuple(result.writes) == case.sends, f"sent {result.writes}"


def check_messages(runner: ModuleRunner | Controller, cases: Sequence[Case], file: str) -> None:
    """Assert of many cases in one world that their messages are good.

    :param file: below ``tests/output``; all messages are written to it, to be read as a whole.
    """
    lines = []
    wrong = []
    for case in cases:
        result = _run(runner, case)
        lines.append(f"{case.title}\n    {result.message}\n")
        wrong += [f"{case.title}: {problem}: {result.message}" for problem in _problems(case, result)]
    OUTPUT.mkdir(exist_ok=True)
    (OUTPUT / file).write_text("\n".join(lines), encoding="utf-8")
    assert not wrong, "\n".join(wrong)


def seed_server(name: str) -> dict[str, str]:
    """A server that the simulator starts with, for example ``attachments`` lists it."""
    found = next(server for server in _SEED["servers"] if server["name"] == name)
    return {"object_type": found["type"], "object_id": found["id"]}


def _run(runner: ModuleRunner | Controller, case: Case) -> TaskResult:
    """Run a case with its switches and faults, which are gone afterwards."""
    simulator = runner.simulator
    before = {}
    if case.switches:
        known = simulator.control("GET", "switches")["switches"]
        before = {name: known[name]["default"] for name in case.switches}
        simulator.switch(**case.switches)
    for fault in case.faults:
        simulator.fault(**fault)
    changes = case.environ(simulator) if case.environ else {}
    # An empty variable counts as none, and a task cannot unset one.
    environment = {name: "" if value is None else value for name, value in changes.items()}
    one = task(
        case.module,
        case.args,
        name=case.title,
        check=case.check or None,
        ignore_errors=True,
        environment=environment,
    )
    try:
        run = runner.run([one]).succeeded()
    finally:
        if case.faults:
            simulator.clear_faults()
        if before:
            simulator.switch(**before)
    assert "Traceback" not in run.output
    return run[0]


def _problems(case: Case, result: TaskResult) -> list[str]:
    message = result.message
    problems = []
    if not result.failed:
        problems.append("did not fail")
    if len(message) >= LONGEST or "\n" in message:
        problems.append("is not a paragraph")
    problems += [f"does not say {word!r}" for word in case.says if word not in message]
    problems += [f"says {word!r}" for word in ("Traceback", "object at 0x", "Exception", "None") if word in message]
    return problems
