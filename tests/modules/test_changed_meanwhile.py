# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service changes between a read that items of a loop share and the write of one of them.

A shared read may lead to "nothing to do". Everything else is decided on what is there now, so that an item that writes
or fails does what it would do alone: nothing is created twice, overwritten or deleted unasked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.scenarios import SCENARIOS, Step
from tests.scenarios.steps import RECORDS, without
from tests.simulator.fixture import Simulator

MODULES = [pytest.param(module, marks=pytest.mark.module(module)) for module in SCENARIOS]
#: What differs between two runs of one step: ids, suffixes of names, and times.
CHANCE = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|_[a-z0-9]{6}\b|\d+")


@dataclass(frozen=True)
class Ending:
    """What a run of a step came to."""

    failed: bool
    operations: tuple[str, ...]
    message: str
    counts: Mapping[str, int]


class Meanwhile:
    """A scenario whose steps meet another state than the one that was read for the items before.

    :ivar variables: what its steps registered.
    :ivar saved: calls that shared reads have saved.
    :ivar cases: how many states were met.
    """

    def __init__(self, runner: ModuleRunner) -> None:
        self.runner = runner
        self.simulator: Simulator = runner.simulator
        self.variables: dict[str, Any] = {}
        self.saved = 0
        self.cases = 0

    def play(self, module: str) -> None:
        """Play each step in each of the states that its own state can have become."""
        empty = self.simulator.checkpoint()
        steps = SCENARIOS[module](self.simulator)
        for step in steps:
            self.runner.run(step.before, variables=self.variables).succeeded()
            before = self.simulator.checkpoint()
            usual = self.ending(step, self.run(step, **step.keywords))
            after = self.simulator.checkpoint()
            self.saved += self.shared_reads(step, after)
            # Another process has done it: created, changed or deleted it.
            self.meet(step, seen=before, there=after, alone=self.alone(step, after))
            # Another process has deleted all.
            self.meet(step, seen=before, there=empty, alone=self.alone(step, empty))
            if not step.repeats:
                # Another process has undone it.
                self.meet(step, seen=after, there=before, alone=usual, may_be_unchanged=True)
            self.simulator.go_back(after)

    def alone(self, step: Step, there: str) -> Ending:
        """Return what a run that has read nothing before comes to."""
        self.simulator.go_back(there)
        return self.ending(step, self.run(step))

    def shared_reads(self, step: Step, there: str) -> int:
        """Return how many reads are saved where two others have read before.

        A look that finds something to do is followed by one that shares nothing.
        """
        self.simulator.go_back(there)
        first = self.run(step, check=True)
        self.runner.one_task = True
        self.run(step, check=True)
        shared = self.run(step, check=True)
        self.runner.one_task = False
        return max(0, len(first.calls) - len(shared.calls))

    def meet(self, step: Step, *, seen: str, there: str, alone: Ending, may_be_unchanged: bool = False) -> None:
        """Run a step that has read one state and meets another; compare it with a run that has read nothing before.

        :param may_be_unchanged: nothing is to be done in the state that was read.
        """
        self.simulator.go_back(seen)
        self.run(step, check=True)
        self.runner.one_task = True
        self.run(step, check=True)
        self.simulator.go_back(there)
        counts = self.counts()
        result = self.run(step)
        self.runner.one_task = False
        ending = self.ending(step, result)
        self.cases += 1
        if may_be_unchanged and not result.writes:
            assert not result.changed, step.name
            assert not result.failed, (step.name, result.message)
            assert ending.counts == counts, step.name
        else:
            assert ending == alone, (step.name, result.message)

    def run(self, step: Step, **keywords: Any) -> TaskResult:
        """Run a step; what it registers is kept if that is asked for."""
        variables = self.variables if "register" in keywords else dict(self.variables)
        return self.runner.run([step.task(**{"register": "_", **keywords})], variables=variables)[-1]

    def ending(self, step: Step, result: TaskResult) -> Ending:
        """Return what a run came to."""
        message = CHANCE.sub("#", result.message)
        operations = sorted(result.accepted) if step.parallel else result.accepted
        return Ending(result.failed, tuple(operations), message, self.counts())

    def counts(self) -> dict[str, int]:
        """Return how many there are of everything."""
        return without(Counter(self.simulator.counts()), RECORDS)


@pytest.mark.parametrize("module", MODULES)
def test_scenario_that_meets_another_state_than_it_read_ends_as_alone(runner: ModuleRunner, module: str) -> None:
    meanwhile = Meanwhile(runner)
    meanwhile.play(module)
    assert meanwhile.cases
    assert meanwhile.saved, "no read was shared"
    assert runner.simulator.resources() == {}


VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
OTHER = {"id": "0" * 32, "name": "web_data_abc123", "protocol": "NFS", "type_name": "SSD"}


def having_read(runner: ModuleRunner, *args: Mapping[str, Any]) -> None:
    """Let the next runs be items of a loop that has read the list of volumes for others."""
    runner.one_task = True
    for one in args or ({**VOLUME, "name": "first"}, {**VOLUME, "name": "second"}):
        runner.run_task("scp_filestorage_volume", one, check=True)
    runner.simulator.clear_operations()


@pytest.mark.module("scp_filestorage_volume")
def test_volume_that_was_created_meanwhile_is_not_created_twice(runner: ModuleRunner) -> None:
    having_read(runner)
    runner.simulator.patch_world({"filestorage": {"volumes": [OTHER]}})
    result = runner.run_task("scp_filestorage_volume", VOLUME)
    assert (result.changed, result.writes, result.result["volume"]["id"]) == (False, [], OTHER["id"])
    checked = runner.run_task("scp_filestorage_volume", VOLUME, check=True)
    assert (checked.changed, checked.operations) == (False, [])


@pytest.mark.module("scp_filestorage_volume")
def test_volume_that_was_created_otherwise_meanwhile_is_an_error(runner: ModuleRunner) -> None:
    having_read(runner)
    runner.simulator.patch_world({"filestorage": {"volumes": [{**OTHER, "type_name": "HDD"}]}})
    result = runner.run_task("scp_filestorage_volume", VOLUME)
    assert (result.failed, result.writes) == (True, [])
    assert "type_name is 'HDD' and cannot be changed to 'SSD'" in result.message


@pytest.mark.module("scp_filestorage_volume")
def test_volume_that_took_the_name_meanwhile_is_not_deleted_by_the_old_id(runner: ModuleRunner) -> None:
    """The name belongs to another volume by now, which is what the task names; the old one is no longer there."""
    volumes = [OTHER, {**OTHER, "id": "1" * 32, "name": "first_abc123"}]
    runner.simulator.patch_world({"filestorage": {"volumes": volumes}})
    having_read(runner)
    new = {**OTHER, "id": "2" * 32, "name": "web_data_def456"}
    runner.simulator.patch_world({"filestorage": {"volumes": [{"id": OTHER["id"], "removed": True}, new]}})
    result = runner.run_task("scp_filestorage_volume", {"name": "web_data", "state": "absent"})
    assert result.writes == ["DeleteVolume"]
    (deleted,) = [call["path"] for call in runner.simulator.writes()]
    assert deleted.endswith(new["id"])


@pytest.mark.module("scp_filestorage_volume")
def test_error_about_what_was_read_is_reported_only_if_it_still_holds(runner: ModuleRunner) -> None:
    runner.simulator.patch_world({"filestorage": {"volumes": [{**OTHER, "type_name": "HDD"}]}})
    having_read(runner)
    runner.simulator.patch_world({"filestorage": {"volumes": [OTHER]}})
    result = runner.run_task("scp_filestorage_volume", VOLUME)
    assert (result.failed, result.changed) == (False, False), result.message


@pytest.mark.module("scp_filestorage_volume")
def test_own_write_is_seen_by_the_next_item(runner: ModuleRunner) -> None:
    """What an item has deleted, the next one does not take for unchanged."""
    names = ["first", "second", "web_data", "web_data"]
    runner.run([{"scp.storage.scp_filestorage_volume": {**VOLUME, "name": "{{ item }}"}, "loop": names}]).succeeded()
    having_read(runner)
    assert runner.run_task("scp_filestorage_volume", VOLUME).reads == []
    assert runner.run_task("scp_filestorage_volume", {"name": "web_data", "state": "absent"}).changed
    assert runner.run_task("scp_filestorage_volume", VOLUME).writes == ["CreateVolume"]


BATCH = {"resources": [{"kind": "filestorage_volume", **VOLUME, "name": name} for name in ("first", "web_data", "new")]}


@pytest.mark.module("scp_storage_apply")
@pytest.mark.parametrize("check", [False, True])
def test_batch_acts_on_what_is_there_and_not_on_what_was_read(runner: ModuleRunner, check: bool) -> None:
    runner.simulator.patch_world({"filestorage": {"volumes": [OTHER]}})
    having_read(runner)
    # One of them was created, another deleted, and the third one is still missing.
    first = {**OTHER, "id": "1" * 32, "name": "first_abc123"}
    runner.simulator.patch_world({"filestorage": {"volumes": [first]}})
    result = runner.run_task("scp_storage_apply", BATCH, check=check)
    assert not result.failed, result.message
    assert [one["changed"] for one in result.result["resources"]] == [False, False, True]
    assert result.operations == ["CreateVolume"]
    assert result.writes == ([] if check else ["CreateVolume"])
