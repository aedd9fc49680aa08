# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's word for workflows: stages, check mode across stages, failures, and what each returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Mode, run
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.engine.workflow import Workflow
from ansible_collections.scp.storage.plugins.module_utils.operations import filestorage as api
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import Storage
from tests.harness.modules import ModuleRunner

VOLUME = {"kind": "filestorage_volume", "protocol": "NFS", "type_name": "SSD"}
REFUSED = "refused_one"


class Doubling(Workflow):
    """Creates the volumes of a list, and then a second one for each that was created."""

    kinds: ClassVar = Storage.kinds

    def run(self) -> dict[str, Any]:
        names = self.params["names"]
        first = self.batch.converge([{**VOLUME, "name": name} for name in names])
        listed = self.batch.client.read_list(api.LIST_VOLUMES)
        done = [one for one in first if one.succeeded]
        second = self.batch.converge([{**VOLUME, "name": f"{one.name}_copy"} for one in done], wait=False)
        if REFUSED in names:
            raise StorageError("That is refused.")
        return {"first": [one.change for one in first], "second": [one.change for one in second], "seen": len(listed)}


SPEC = ModuleSpec(lambda: Doubling, options={"names": {"type": "list", "elements": "str", "required": True}})
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def play(runner: ModuleRunner) -> Play:
    """Run the workflow for some names."""

    def run_it(*names: str, check: bool = False, diff: bool = False) -> dict[str, Any]:
        params = dict.fromkeys(SPEC.argument_spec) | {"names": list(names), "wait": True, "concurrency": 8}
        return run(SPEC, params, runner.environ, Mode(check=check, diff=diff, connect=runner._client)).result

    return run_it


def test_workflow_check_mode_sees_what_earlier_stages_plan_and_sends_nothing(play: Play, runner: ModuleRunner) -> None:
    before = play("seen_one", check=True)["seen"]
    planned = play("web_one", "web_two", check=True, diff=True)
    assert planned["operations"] == ["CreateVolume"] * 4
    assert planned["seen"] == before + 1
    assert (planned["first"], planned["second"]) == (["created"] * 2, ["created"] * 2)
    assert [call for call in runner._new_calls() if call["method"] != "GET"] == []
    done = play("web_one", "web_two", diff=True)
    assert sorted(done["operations"]) == sorted(planned["operations"])
    assert (done["seen"], done["changed"]) == (planned["seen"], True)
    assert [diff["after_header"] for diff in done["diff"]] == [diff["after_header"] for diff in planned["diff"]]
    again = play("web_one", "web_two", diff=True)
    assert (again["changed"], again["operations"], again["diff"]) == (False, [], [])
    assert (again["first"], again["second"]) == (["unchanged"] * 2, ["unchanged"] * 2)


def test_workflow_continues_with_what_did_not_fail(play: Play, runner: ModuleRunner) -> None:
    runner.simulator.fault(kind="status", status=403, operation="CreateVolume", times=1)
    done = play("web_one", "web_two")
    assert sorted(done["first"]) == ["created", "failed"]
    assert done["second"] == ["created"]


def test_workflow_error_after_a_stage_reports_what_was_done(play: Play) -> None:
    done = play(REFUSED)
    assert (done["failed"], done["msg"]) == (True, "That is refused.")
    assert done["operations"] == ["CreateVolume", "CreateVolume"]


def test_workflow_result_has_no_diff_unless_asked(play: Play) -> None:
    assert "diff" not in play("web_one")


class Switching(Workflow):
    """Creates a volume with a replica, and fails over to the replica in a later stage, from the other region."""

    kinds: ClassVar = Storage.kinds

    def run(self) -> dict[str, Any]:
        (name,) = self.params["names"]
        replication = {"kind": "filestorage_replication", "volume": name}
        ends = {"name": name, "target_region": "kr-east1", "replication_frequency": "daily"}
        first = self.batch.converge([{**VOLUME, "name": name}, {**replication, **ends}], needs=[(), (0,)])
        paused = {**replication, "region": "kr-east1", "replication_policy": "paused"}
        second = self.batch.converge([paused])
        third = self.batch.converge([{**paused, "state": "absent", "delete_target_volume": True}])
        results = [*first, *second, *third]
        return {"changes": [one.change for one in results], "ended": [one.ended for one in results]}


SWITCHING = ModuleSpec(lambda: Switching, options=SPEC.options)


def test_workflow_check_mode_shows_a_planned_replication_in_both_regions(runner: ModuleRunner) -> None:
    def play(*, check: bool) -> dict[str, Any]:
        params = dict.fromkeys(SWITCHING.argument_spec) | {"names": ["web_one"], "wait": True, "concurrency": 8}
        return run(SWITCHING, params, runner.environ, Mode(check=check, connect=runner._client)).result

    planned = play(check=True)
    assert [call for call in runner._new_calls() if call["method"] != "GET"] == []
    done = play(check=False)
    assert planned["changes"] == done["changes"] == ["created", "created", "changed", "deleted"]
    assert planned["operations"] == done["operations"]
    assert done["ended"] == sorted(done["ended"])
    assert None not in done["ended"]


def test_workflow_resource_that_was_not_tried_has_no_end(runner: ModuleRunner) -> None:
    class Failing(Workflow):
        kinds: ClassVar = Storage.kinds

        def run(self) -> dict[str, Any]:
            pair = [{**VOLUME, "name": "web_one"}, {**VOLUME, "name": "web_two"}]
            return {"ended": [one.ended is not None for one in self.batch.converge(pair, needs=[(), (0,)])]}

    spec = ModuleSpec(lambda: Failing)
    runner.simulator.fault(kind="status", status=403, operation="CreateVolume", times=1)
    params = dict.fromkeys(spec.argument_spec) | {"wait": True, "concurrency": 8}
    assert run(spec, params, runner.environ, Mode(connect=runner._client)).result["ended"] == [True, False]
