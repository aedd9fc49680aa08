# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario is made of: steps, the tasks that play them, and what must hold for each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from typing import Any

from tests.harness.tasks import Run, TaskResult, task
from tests.simulator.fixture import Simulator

KOREAN_TIME = timezone(timedelta(hours=9))
#: Ends of the names of tables of what a step that acts in every run creates each time.
MADE = (".snapshots", ".restore_targets")
#: Those of tables that keep every attempt of such a step.
RECORDS = (".histories", ".restore_histories")


@dataclass(frozen=True)
class Step:
    """One step of a scenario: a task that changes something.

    :ivar operations: what it sends, by ``operationId``.
    :ivar repeats: it acts in every run, and is not a step to run twice.
    :ivar before: tasks of what happens before it, which change the simulator, or read what the step names.
    :ivar parallel: it works on a list, so its calls reach the service in no particular order.
    """

    name: str
    module: str
    args: dict[str, Any]
    operations: tuple[str, ...]
    repeats: bool = False
    keywords: dict[str, Any] = field(default_factory=dict)
    before: tuple[dict[str, Any], ...] = ()
    parallel: bool = False

    def in_order(self, operations: Sequence[str]) -> list[str]:
        """Return operations as they can be compared."""
        return sorted(operations) if self.parallel else list(operations)

    def task(self, **keywords: Any) -> dict[str, Any]:
        """The task."""
        return task(self.module, self.args, **{"name": self.name, **self.keywords, **keywords})


def far_hour(simulator: Simulator, hours: int = 8) -> int:
    """The hour of a schedule that does not come while a scenario lasts: so many hours from now, in Korean time."""
    now = simulator.now()
    return (now.astimezone(KOREAN_TIME) + timedelta(hours=hours)).hour


def played(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Each step in check mode, for real, again, and again in check mode; all with a diff."""
    tasks: list[dict[str, Any]] = []
    for step in steps:
        tasks += step.before
        tasks += [step.task(name=f"check {step.name}", check=True, diff=True, register="_"), step.task(diff=True)]
        if not step.repeats:
            tasks += [
                step.task(name=f"again {step.name}", diff=True),
                step.task(name=f"unchanged {step.name}", check=True),
            ]
    return tasks


def check_lifecycle(run: Run, steps: Sequence[Step]) -> None:
    """Assert that every step did what it was to do, that check mode predicted it, and that it was done once."""
    assert run.rc == 0, run.output[-4000:]
    assert_no_secrets(run, steps)
    for step in steps:
        done, predicted = run[step.name], run[f"check {step.name}"]
        assert done.operations == list(step.operations), step.name
        assert step.in_order(done.accepted) == step.in_order(done.operations), step.name
        assert done.changed, step.name
        assert predicted.writes == [], step.name
        assert predicted.operations == done.operations, step.name
        assert predicted.changed, step.name
        _check_diffs(step, predicted, done)
        if step.repeats:
            continue
        for name in ("again", "unchanged"):
            repeated = run[f"{name} {step.name}"]
            assert (repeated.changed, repeated.operations, repeated.writes) == (False, [], []), (name, step.name)
        diff = diff_of(run[f"again {step.name}"])
        assert diff["before"] == diff["after"], step.name


def assert_no_secrets(run: Run, steps: Sequence[Step]) -> None:
    """Assert that no result has the value of an option that is secret."""
    secrets = {str(value) for step in steps for option, value in step.args.items() if option.endswith("password")}
    for result in run:
        shown = json.dumps(result.result, default=str)
        assert not [secret for secret in secrets if secret in shown], result.name


def diff_of(result: TaskResult) -> dict[str, dict[str, Any]]:
    """Return the diff of a task, and of one that works on a list the diffs of all items by their headers."""
    diff = result.result["diff"]
    if not isinstance(diff, list):
        return dict(diff)
    return {side: {one["after_header"]: one[side] for one in diff} for side in ("before", "after")}


def _check_diffs(step: Step, predicted: TaskResult, done: TaskResult) -> None:
    for result in (predicted, done):
        diff = diff_of(result)
        assert diff["before"].keys() == diff["after"].keys(), step.name
        assert diff["before"] != diff["after"], step.name
    assert diff_of(predicted)["before"] == diff_of(done)["before"], step.name
    assert diff_of(predicted)["after"].keys() == diff_of(done)["after"].keys(), step.name


def without(counts: Mapping[str, int], endings: tuple[str, ...]) -> dict[str, int]:
    """Return the counts of all tables but those whose names end so."""
    return {table: count for table, count in counts.items() if not table.endswith(endings)}
