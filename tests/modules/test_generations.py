# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API versions: modules against services that offer old versions, new ones, or both (architecture.md, decision 10)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.report.report_fixtures import KOREAN_TIME
from tests.scenarios import SCENARIOS, check_lifecycle, played

WEST, EAST = "kr-west1", "kr-east1"
GENERATIONS = ("old", "both", "new")
ZONES = json.dumps({region: f"{region}-a" for region in (WEST, EAST)})
FILE: dict[str, Any] = {"name": "data", "protocol": "NFS", "type_name": "SSD"}
#: By module, the options that create something, and the versions of its service.
CREATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "scp_filestorage_volume": (FILE, "1.1", "1.2"),
    "scp_pfs_volume": ({"name": "data", "capacity_tb": 1}, "1.0", "1.1"),
    "scp_bm_volume": ({"name": "data", "disk_type": "HDD", "size_gb": 10}, "1.3", "1.4"),
}
MODULES = list(SCENARIOS)


@pytest.fixture(autouse=True)
def _all_generations(runner: ModuleRunner) -> None:
    """Begin each test in the same way, whatever the tests of this run are to be offered."""
    runner.simulator.switch(generations="both")
    for variable in ("SCP_ZONE", "SCP_ZONES"):
        runner.environ.pop(variable, None)


def arguments(runner: ModuleRunner, module: str) -> dict[str, Any]:
    """The options that create a resource."""
    args = dict(CREATIONS[module][0])
    if module == "scp_bm_volume":
        server = runner.simulator.server("west-db1")
        args["attachments"] = [{"object_type": "BM", "object_id": server["id"]}]
    return args


def sent(result: TaskResult, operation: str) -> list[tuple[str | None, int]]:
    """The versions that answered an operation, none where it was refused for it, and the statuses of the answers."""
    return [(call["version"], call["status"]) for call in result.calls if call["operation"] == operation]


def asked(result: TaskResult) -> int:
    """How often a task asked a host for its versions."""
    return len([call for call in result.calls if call["method"] == "GET" and call["path"].endswith("/")])


def body_of(result: TaskResult, operation: str) -> Mapping[str, Any]:
    """The last body of an operation."""
    body: Mapping[str, Any] = [call["body"] for call in result.calls if call["operation"] == operation][-1]
    return body


def offer(runner: ModuleRunner, generation: str) -> None:
    """Let all services offer a generation, to a process that has not called them yet."""
    runner.simulator.switch(generations=generation)
    runner.new_process()


# Both are what test_lifecycles.py is about.
@pytest.mark.parametrize("generation", ["old", "new"])
@pytest.mark.parametrize("module", MODULES)
def test_lifecycle_in_each_generation(runner: ModuleRunner, module: str, generation: str) -> None:
    offer(runner, generation)
    runner.environ["SCP_ZONES"] = ZONES
    steps = SCENARIOS[module](runner.simulator)
    run = runner.run(played(steps))
    check_lifecycle(run, steps)
    assert runner.simulator.resources() == {}
    answered = {(call["service"], call["version"]) for call in run.calls if call["status"] < 300 and call["version"]}
    assert {service for service, _version in answered} == {call["service"] for call in run.calls}
    assert len(answered) == len(dict(answered)), "each service answered in one version"


@pytest.mark.parametrize("module", CREATIONS)
@pytest.mark.parametrize(("before", "after"), [("old", "both"), ("both", "new"), ("old", "new"), ("new", "both")])
def test_volume_of_another_generation_is_recognised(runner: ModuleRunner, module: str, before: str, after: str) -> None:
    runner.environ["SCP_ZONES"] = ZONES
    offer(runner, before)
    args = arguments(runner, module)
    created = runner.run_task(module, args)
    assert created.changed, created.message
    offer(runner, after)
    again = runner.run_task(module, args)
    assert (again.changed, again.writes) == (False, [])
    zoned = runner.run_task(module, {**args, "zone": "kr-west1-a"})
    assert (zoned.failed, zoned.changed, zoned.writes) == (False, False, [])
    assert again.result["volume"]["id"] == created.result["volume"]["id"]
    assert runner.run_task(module, {**args, "state": "absent", **_detach(module)}).changed


def _detach(module: str) -> dict[str, Any]:
    return {"detach": True, "attachments": None} if module == "scp_bm_volume" else {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("module", CREATIONS)
def test_missing_zone_is_reported_before_anything_is_sent(runner: ModuleRunner, module: str, check: bool) -> None:
    offer(runner, "new")
    args = arguments(runner, module)
    failed = runner.run_task(module, args, check=check)
    assert failed.failed
    assert failed.writes == []
    assert "requires a zone of kr-west1, and none is set. No zone of kr-west1 is known." in failed.message
    assert all(word in failed.message for word in ("option zone", "SCP_ZONE", "SCP_ZONES"))
    other = runner.run_task(module, {**args, "name": "other"}, environ={"SCP_ZONE": "kr-west1-b"})
    assert other.changed
    assert other.result["volume"]["zone"] == "kr-west1-b"
    failed = runner.run_task(module, args, check=check)
    assert "Known zones of kr-west1 are kr-west1-b." in failed.message
    # The zone of another region does not count.
    failed = runner.run_task(module, args, check=check, environ={"SCP_ZONE": "kr-east1-a"})
    assert "requires a zone of kr-west1" in failed.message


@pytest.mark.parametrize("module", CREATIONS)
def test_zone_option_uses_a_version_with_zones(runner: ModuleRunner, module: str) -> None:
    _args, _old, new = CREATIONS[module]
    args = {**arguments(runner, module), "zone": "kr-west1-b"}
    predicted = runner.run_task(module, args, check=True, diff=True)
    created = runner.run_task(module, args, diff=True)
    assert [version for version, _status in sent(created, "CreateVolume")] == [new]
    assert body_of(created, "CreateVolume")["zone"] == "kr-west1-b"
    assert created.result["diff"] == predicted.result["diff"]
    assert created.result["diff"]["after"]["zone"] == "kr-west1-b"
    again = runner.run_task(module, args)
    assert (again.changed, again.writes) == (False, [])
    moved = runner.run_task(module, {**args, "zone": "kr-west1-a"})
    assert moved.failed
    assert "zone is 'kr-west1-b' and cannot be changed to 'kr-west1-a'" in moved.message
    left = runner.run_task(module, {**args, "zone": None}, environ={"SCP_ZONE": "kr-west1-a"})
    assert (left.failed, left.changed) == (False, False)


@pytest.mark.parametrize("module", CREATIONS)
def test_zone_option_without_a_version_that_takes_it_is_refused(runner: ModuleRunner, module: str) -> None:
    _args, old, new = CREATIONS[module]
    args = {**arguments(runner, module), "zone": "kr-west1-b"}
    service = {"scp_pfs_volume": "parallel-filestorage", "scp_bm_volume": "baremetal-blockstorage"}
    pinned = runner.run_task(module, {**args, "api_versions": {service.get(module, "filestorage"): old}}, check=True)
    assert f"zone requires version {new} or newer, and api_versions sets {old}" in pinned.message
    offer(runner, "old")
    failed = runner.run_task(module, args)
    assert f"zone requires version {new} or newer, and the service offers" in failed.message
    assert failed.writes == []


@pytest.mark.parametrize("module", CREATIONS)
def test_zone_that_the_account_cannot_use_is_refused_by_the_service(runner: ModuleRunner, module: str) -> None:
    failed = runner.run_task(module, {**arguments(runner, module), "zone": "kr-west1-z"})
    assert failed.accepted == []
    assert "Which zones are valid depends on the account." in failed.message


def test_zone_of_another_region_is_refused(runner: ModuleRunner) -> None:
    for module in CREATIONS:
        failed = runner.run_task(module, {**arguments(runner, module), "zone": "kr-east1-a"})
        assert "zone 'kr-east1-a' is a zone of region kr-east1, but is used for region kr-west1" in failed.message
        assert failed.calls == []
    target = {"volume": "data", "target_region": EAST, "target_zone": "kr-west1-a"}
    for module in ("scp_filestorage_replication", "scp_bm_volume_replication"):
        failed = runner.run_task(module, target)
        assert "target_zone 'kr-west1-a' is a zone of region kr-west1" in failed.message
        assert failed.calls == []


# -- which version is used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generation", "versions", "expected"),
    [
        ("both", None, "1.1"),
        ("both", "auto", "1.1"),
        ("both", "oldest", "1.1"),
        ("both", "newest", "1.2"),
        ("both", {"filestorage": "1.2"}, "1.2"),
        ("both", {"filestorage": "newest", "*": "oldest"}, "1.2"),
        ("old", "newest", "1.1"),
        ("new", "oldest", "1.2"),
        ("new", {"filestorage": "1.2"}, "1.2"),
    ],
)
def test_version_that_is_used(runner: ModuleRunner, generation: str, versions: Any, expected: str) -> None:
    offer(runner, generation)
    runner.environ["SCP_ZONES"] = ZONES
    created = runner.run_task("scp_filestorage_volume", {**FILE, "api_versions": versions})
    assert created.changed, created.message
    assert [version for version, status in sent(created, "CreateVolume") if status < 300] == [expected]
    assert ("zone" in body_of(created, "CreateVolume")) == (expected == "1.2")
    pinned = isinstance(versions, dict) and versions["filestorage"] not in ("newest", "oldest")
    assert asked(created) == (0 if pinned else 1)
    runner.new_process()
    again = runner.run_task("scp_filestorage_volume", {**FILE, "api_versions": versions})
    assert (again.changed, again.writes) == (False, [])
    optimistic = pinned or expected == ("1.2" if versions == "newest" or isinstance(versions, dict) else "1.1")
    assert asked(again) == (0 if optimistic else 1)
    assert {call["status"] for call in again.calls} == ({200} if optimistic else {200, 406})


def test_pin_that_is_not_offered_lists_what_is_offered(runner: ModuleRunner) -> None:
    offer(runner, "new")
    failed = runner.run_task("scp_filestorage_volume", {**FILE, "api_versions": {"filestorage": "1.1"}}, check=True)
    assert "api_versions sets version 1.1 of filestorage, which http" in failed.message
    assert "does not offer. It offers 1.2 (CURRENT). Correct or leave out api_versions." in failed.message
    assert asked(failed) == 1


def test_host_is_asked_once_by_all_items_of_a_task(runner: ModuleRunner) -> None:
    offer(runner, "new")
    runner.environ["SCP_ZONES"] = ZONES
    runner.one_task = True
    items = [{**FILE, "name": f"data_{number}"} for number in range(4)]
    results = [runner.run_task("scp_filestorage_volume", item) for item in items]
    assert all(result.changed for result in results)
    assert sum(map(asked, results)) == 1
    resources = [{"kind": "filestorage_volume", **item, "name": f"more_{item['name']}"} for item in items]
    runner.new_process()
    batch = runner.run_task("scp_storage_apply", {"resources": resources, "concurrency": 4})
    assert batch.changed, batch.message
    assert asked(batch) == 1


def test_generation_that_changes_within_a_task(runner: ModuleRunner) -> None:
    """A version that was listed a moment ago is refused: the write is sent again in the next one."""
    runner.environ["SCP_ZONES"] = ZONES
    first = runner.run_task("scp_filestorage_volume", FILE)
    assert asked(first) == 1
    # The same process goes on with what it knows.
    runner.simulator.switch(generations="new")
    second = runner.run_task("scp_filestorage_volume", {**FILE, "name": "other"})
    assert second.changed, second.message
    assert asked(second) == 0
    assert [version for version, _status in sent(second, "CreateVolume")] == [None, "1.2"]
    assert sent(second, "CreateVolume")[0] == (None, 406)
    assert second.accepted == second.operations == ["CreateVolume"]
    # Without a zone it cannot go on, and nothing is written.
    runner.environ["SCP_ZONES"] = ""
    runner.simulator.switch(generations="both")
    runner.new_process()
    assert runner.run_task("scp_filestorage_volume", {**FILE, "name": "third"}).changed
    runner.simulator.switch(generations="new")
    failed = runner.run_task("scp_filestorage_volume", {**FILE, "name": "fourth"})
    assert "requires a zone of kr-west1" in failed.message
    assert failed.accepted == []


# -- replications ----------------------------------------------------------------------------------------------------

REPLICATION = {"volume": "data", "name": "copy", "replication_frequency": "hourly"}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_where_a_volume_can_be_replicated_to(runner: ModuleRunner, generation: str) -> None:
    offer(runner, generation)
    runner.environ["SCP_ZONES"] = ZONES
    runner.run_task("scp_filestorage_volume", FILE)
    found = runner.run_task("scp_filestorage_replication_info", {"volume": "data", "gather": ["regions"]})
    assert found.result["regions"] == {"replication": [EAST], "backup": [EAST]}
    operation = "ListVolumeReplicationZones" if generation == "new" else "ListVolumeReplicationRegion"
    assert operation in found.reads
    assert ("zones" in found.result) == (generation == "new")
    refused = runner.run_task("scp_filestorage_replication", {**REPLICATION, "target_region": "kr-south1"})
    assert "cannot be replicated to target_region 'kr-south1'" in refused.message
    assert refused.writes == []


def test_regions_of_a_volume_without_a_known_zone_come_without_a_version(runner: ModuleRunner) -> None:
    """The ceiling of the older operation is doubtful, so that it is called without a version beyond it."""
    runner.simulator.switch(zone_of_older="none")
    runner.run_task("scp_filestorage_volume", FILE)
    offer(runner, "new")
    found = runner.run_task("scp_filestorage_replication_info", {"volume": "data", "gather": ["regions"]})
    assert found.result["regions"] == {"replication": [EAST], "backup": [EAST]}
    # Only the contract of the older version describes that answer.
    assert sent(found, "ListVolumeReplicationRegion") == [("1.1", 200)] * 2
    assert "ListVolumeReplicationZones" not in found.reads


def test_replication_to_another_zone_of_the_region(runner: ModuleRunner) -> None:
    """Both ends are in one region: their ids show which one is which."""
    runner.simulator.switch(replication_within_region="allow")
    offer(runner, "new")
    volume = runner.run_task("scp_filestorage_volume", {**FILE, "zone": "kr-west1-a"}).result["volume"]
    same = runner.run_task("scp_filestorage_replication", {**REPLICATION, "target_zone": "kr-west1-a"})
    assert "The target of a replication must be in another region, or in another zone" in same.message
    args = {**REPLICATION, "target_zone": "kr-west1-b"}
    predicted = runner.run_task("scp_filestorage_replication", args, check=True)
    made = runner.run_task("scp_filestorage_replication", args)
    assert made.changed, made.message
    assert predicted.operations == made.operations == ["CreateVolumeReplication"]
    replication = made.result["replication"]
    assert (replication["source_volume_zone"], replication["replication_volume_zone"]) == ("kr-west1-a", "kr-west1-b")
    assert replication["source_volume_id"] == volume["id"]
    for end in ("data", "copy"):
        seen = runner.run_task("scp_filestorage_replication", {**args, "volume": end, "name": None})
        assert (seen.failed, seen.changed) == (False, False), seen.message
    paused = runner.run_task("scp_filestorage_replication", {**args, "replication_policy": "paused"})
    assert paused.operations == ["SetVolumeReplication"], paused.message
    gone = {**args, "state": "absent", "delete_target_volume": True}
    assert runner.run_task("scp_filestorage_replication", gone).changed
    again = runner.run_task("scp_filestorage_replication", gone)
    assert (again.changed, again.writes) == (False, [])
    assert [one["name"] for one in runner.simulator.resources()["filestorage.volumes"]] == [volume["name"]]


@pytest.mark.parametrize("generation", ["both", "new"])
def test_target_zone_alone_gives_the_region(runner: ModuleRunner, generation: str) -> None:
    offer(runner, generation)
    runner.environ["SCP_ZONE"] = "kr-west1-a"
    runner.run_task("scp_filestorage_volume", FILE)
    args = {**REPLICATION, "target_zone": "kr-east1-b"}
    predicted = runner.run_task("scp_filestorage_replication", args, check=True, diff=True)
    made = runner.run_task("scp_filestorage_replication", args, diff=True)
    assert made.changed, made.message
    assert predicted.operations == made.operations
    body = body_of(made, "CreateVolumeReplication")
    assert (body["zone"], "region" in body) == ("kr-east1-b", False)
    replication = made.result["replication"]
    assert (replication["replication_volume_region"], replication["replication_volume_zone"]) == (EAST, "kr-east1-b")
    again = runner.run_task("scp_filestorage_replication", args)
    assert (again.changed, again.writes) == (False, [])
    moved = runner.run_task("scp_filestorage_replication", {**args, "target_zone": "kr-east1-a"})
    assert "target_zone is 'kr-east1-b' and cannot be changed to 'kr-east1-a'" in moved.message
    gone = runner.run_task("scp_filestorage_replication", {**args, "state": "absent", "delete_target_volume": True})
    assert gone.changed, gone.message


@pytest.mark.parametrize("check", [True, False])
def test_missing_target_zone_is_reported(runner: ModuleRunner, check: bool) -> None:
    offer(runner, "new")
    runner.run_task("scp_filestorage_volume", {**FILE, "zone": "kr-west1-a"})
    args = {**REPLICATION, "target_region": EAST}
    failed = runner.run_task("scp_filestorage_replication", args, check=check)
    assert "requires a zone of kr-east1, and none is set. Known zones of kr-east1 are kr-east1-a, kr-east1-b." in (
        failed.message
    )
    assert "option target_zone" in failed.message
    assert failed.writes == []
    wrong = runner.run_task("scp_filestorage_replication", {**args, "target_zone": "kr-east1-x"}, check=check)
    assert "cannot be replicated to target_zone 'kr-east1-x'" in wrong.message


@pytest.mark.parametrize("generation", ["both", "new"])
def test_block_replications_go_to_a_zone(runner: ModuleRunner, generation: str) -> None:
    offer(runner, generation)
    runner.environ["SCP_ZONE"] = "kr-west1-a"
    server = {"object_type": "BM", "object_id": runner.simulator.server("west-db1")["id"]}
    volume = {"name": "data", "disk_type": "HDD", "size_gb": 10, "attachments": [server], "snapshot_rate": 20}
    assert runner.run_task("scp_bm_volume", volume).changed
    args = {"volume": "data", "name": "copy", "cycle": "HOURLY", "target_zone": "kr-east1-b"}
    here = runner.run_task("scp_bm_volume_replication", {**args, "target_zone": "kr-west1-b"})
    assert here.writes == ["CreateVolumeReplication"], "whether that is possible only the service knows"
    assert "Replication is not available" in here.message
    predicted = runner.run_task("scp_bm_volume_replication", args, check=True, diff=True)
    made = runner.run_task("scp_bm_volume_replication", args, diff=True)
    assert made.changed, made.message
    assert predicted.operations == made.operations
    assert predicted.result["diff"]["after"] == made.result["diff"]["after"]
    assert made.result["replication"]["target"]["zone"] == "kr-east1-b"
    again = runner.run_task("scp_bm_volume_replication", args)
    assert (again.changed, again.writes) == (False, [])
    moved = runner.run_task("scp_bm_volume_replication", {**args, "target_zone": "kr-east1-a"})
    assert "target_zone is 'kr-east1-b' and cannot be changed to 'kr-east1-a'" in moved.message
    gone = runner.run_task("scp_bm_volume_replication", {**args, "state": "absent", "delete_target_volume": True})
    assert gone.changed, gone.message


def test_block_group_is_created_in_the_zone_of_its_members(runner: ModuleRunner) -> None:
    offer(runner, "new")
    server = {"object_type": "BM", "object_id": runner.simulator.server("west-db1")["id"]}
    volume = {"name": "data", "disk_type": "HDD", "size_gb": 10, "attachments": [server], "zone": "kr-west1-b"}
    assert runner.run_task("scp_bm_volume", {**volume, "snapshot_rate": 20}).changed
    made = runner.run_task("scp_bm_volume_group", {"name": "group", "volumes": ["data"]})
    assert body_of(made, "CreateVolumeGroup")["zone"] == "kr-west1-b"
    assert made.result["volume_group"]["zone"] == "kr-west1-b"
    moved = runner.run_task("scp_bm_volume_group", {"name": "group", "zone": "kr-west1-a"})
    assert "zone is 'kr-west1-b' and cannot be changed to 'kr-west1-a'" in moved.message


# -- what is reported ------------------------------------------------------------------------------------------------


def test_services_that_only_names_and_tags_need_are_checked_on_request(runner: ModuleRunner) -> None:
    other = ["baremetal", "multinodegpucluster", "resourcemanager", "virtualserver", "vpc"]
    (five, ten) = (
        runner.run_task("scp_connection_info", args).result["services"] for args in ({}, {"services": other})
    )
    assert not {one["service"] for one in five} & set(other)
    assert {one["service"]: (one["usable"], one["problem"]) for one in ten} == dict.fromkeys(other, (True, None))
    assert all(one["versions"] for one in ten)
    runner.simulator.switch(denied="resourcemanager")
    (refused,) = runner.run_task("scp_connection_info", {"services": ["resourcemanager"]}).result["services"]
    assert (refused["usable"], "403" in refused["problem"]) == (False, True)


def test_connection_info_warns_of_a_version_that_ends(runner: ModuleRunner) -> None:
    look = runner.run_task("scp_connection_info", {"services": ["filestorage"]})
    (service,) = look.result["services"]
    assert (service["used_version"], service["deprecation"]) == ("1.1", None)
    assert "warnings" not in look.result
    soon = (datetime.now(UTC).date() + timedelta(days=50)).isoformat()
    runner.simulator.switch(old_versions_end=soon)
    runner.new_process()
    look = runner.run_task("scp_connection_info", {"services": ["filestorage"]})
    expected = (
        f"Version 1.1 of filestorage in kr-west1, which this collection uses, ends on {soon} (status DEPRECATED)."
    )
    assert look.result["services"][0]["deprecation"].startswith(expected)
    assert look.result["warnings"] == [look.result["services"][0]["deprecation"]]
    report = runner.run_task("scp_storage_report", {"kinds": ["filestorage_volume"]})
    assert report.result["warnings"] == look.result["warnings"]
    assert report.result["report"]["notes"][-1] == look.result["warnings"][0]
    assert report.result["table"][-1] == look.result["warnings"][0]
    # Only what is created in a zone needs one.
    both = runner.run_task("scp_connection_info", {"services": ["filestorage", "backup"]}).result["services"]
    assert ["set a zone" in one["deprecation"] for one in both] == [True, False]
    assert both[1]["deprecation"].endswith("Before that, update the collection scp.storage.")
    newest = runner.run_task("scp_connection_info", {"services": ["filestorage"], "api_versions": "newest"})
    assert "warnings" not in newest.result
    runner.simulator.switch(old_versions_end="")
    offer(runner, "new")
    (service,) = runner.run_task("scp_connection_info", {"services": ["filestorage"]}).result["services"]
    assert (service["used_version"], service["usable"]) == ("1.2", True)
    pinned = {"services": ["filestorage"], "api_versions": {"filestorage": "1.1"}}
    (service,) = runner.run_task("scp_connection_info", pinned).result["services"]
    assert (service["used_version"], service["usable"]) == (None, False)
    assert "api_versions sets version 1.1" in service["problem"]


# -- workflows -------------------------------------------------------------------------------------------------------


def test_plan_within_a_region(runner: ModuleRunner) -> None:
    """Both ends are in one region: which one is used is known by the side, and not by the region."""
    runner.simulator.switch(replication_within_region="allow")
    offer(runner, "new")
    runner.environ["SCP_ZONE"] = "kr-west1-a"
    web = {"name": "web", "target_name": "web_copy", "protocol": "NFS", "type_name": "SSD", "mount_path": "/srv/web"}
    plan = {"volumes": [web], "region": WEST, "target_zone": "kr-west1-b"}
    same = runner.run_task("scp_dr_plan", {**plan, "target_zone": None, "target_region": WEST})
    assert "a replica must be in another region, or in another zone" in same.message
    wrong = runner.run_task("scp_dr_plan", {**plan, "target_region": EAST})
    assert "target_zone kr-west1-b is not a zone of target_region kr-east1" in wrong.message
    made = runner.run_task("scp_dr_plan", plan)
    assert made.changed, made.message
    (replica,) = made.result["replicas"]
    assert (replica["target_zone"], replica["active_side"], replica["active_region"]) == ("kr-west1-b", "source", WEST)
    assert runner.run_task("scp_dr_plan", plan).changed is False
    fail_over = {**plan, "volumes": [replica], "state": "failed_over"}
    planned = runner.run_task("scp_dr_plan", fail_over, check=True, diff=True)
    assert " ".join(planned.result["table"][2].split()).count("kr-west1 (volume) kr-west1 (replica)") == 1
    ((difference),) = planned.result["diff"]
    in_use = [difference[when]["in_use_in"] for when in ("before", "after")]
    assert in_use == ["kr-west1 (volume)", "kr-west1 (replica)"]
    over = runner.run_task("scp_dr_plan", fail_over)
    assert over.changed, over.message
    (replica,) = over.result["replicas"]
    assert (replica["active_side"], replica["active_region"]) == ("target", WEST)
    assert [one["name"] for one in over.result["mounts"]] == [replica["target_id"]]
    mounts = runner.run_task("scp_mount_source_info", {"volumes": [replica]})
    assert not mounts.failed, mounts.message
    gone = {**plan, "volumes": [replica], "state": "absent", "confirm": True, "delete_targets": True}
    ended = runner.run_task("scp_dr_plan", gone)
    assert ended.changed, ended.message
    assert [one["base_name"] for one in runner.run_task("scp_filestorage_volume_info", {}).result["volumes"]] == ["web"]


@pytest.mark.parametrize("check", [True, False])
def test_plan_without_a_zone_of_the_target_changes_nothing(runner: ModuleRunner, check: bool) -> None:
    """One zone is set, that of the volumes: all are refused before the first of them is created."""
    server = {"object_type": "BM", "object_id": runner.simulator.server("west-db1")["id"]}
    block = {"name": "ledger", "disk_type": "HDD", "size_gb": 10, "attachments": [server]}
    assert runner.run_task("scp_bm_volume", block).changed
    assert runner.run_task("scp_filestorage_volume", {**FILE, "name": "office"}).changed
    offer(runner, "new")
    new = {"protocol": "NFS", "type_name": "SSD"}
    names = ("web", "mail", "office")
    volumes = [{"name": name, "target_name": f"{name}_copy", **new} for name in names]
    volumes.append({"name": "ledger", "kind": "bm_volume", "snapshot_rate": 20})
    task = {"volumes": volumes, "region": WEST, "target_region": EAST, "variable_prefix": "dr_replication_"}
    runner.environ["SCP_ZONE"] = "kr-west1-a"
    runner.new_process()
    before = runner.simulator.resources()
    refused = runner.run_task("scp_dr_plan", task, check=check)
    assert refused.failed
    assert (refused.writes, refused.operations) == ([], [])
    assert runner.simulator.resources() == before
    assert refused.message.startswith("Nothing was changed, because 4 of 4 volumes have no zone that can be used. ")
    assert "version 1.2 requires a zone of kr-east1, and none is set" in refused.message
    assert "Known zones of kr-east1 are kr-east1-a, kr-east1-b." in refused.message
    assert "version 1.4 requires a zone of kr-east1, and none is set" in refused.message
    assert "The zone of the settings (SCP_ZONE) is kr-west1-a, in another region." in refused.message
    ways = "Set the option dr_replication_target_zone, or zones (SCP_ZONES), which has a zone for each region."
    assert ways in refused.message
    failed = {one["name"] for one in refused.result["replicas"] if one["change"] == "failed"}
    assert failed == {*names, "ledger"}
    # Without any zone, those of the volumes themselves are missing as well.
    del runner.environ["SCP_ZONE"]
    runner.new_process()
    refused = runner.run_task("scp_dr_plan", task, check=check)
    assert (refused.writes, runner.simulator.resources()) == ([], before)
    assert "requires a zone of kr-west1, and none is set. Known zones of kr-west1 are kr-west1-a." in refused.message
    assert "Set the environment variable SCP_ZONE, or zones (SCP_ZONES) for kr-west1" in refused.message
    runner.environ["SCP_ZONES"] = ZONES
    runner.new_process()
    made = runner.run_task("scp_dr_plan", task, check=check)
    assert not made.failed, made.message
    assert len(made.operations) >= 2 * 2 + 1 + 2


def test_plan_with_a_zone_for_each_volume_needs_no_setting(runner: ModuleRunner) -> None:
    """A version that takes the zone is required, and only the volume itself gets the zone of the settings."""
    offer(runner, "new")
    web = {"name": "web", "protocol": "NFS", "type_name": "SSD", "target_zone": "kr-east1-b"}
    runner.environ["SCP_ZONE"] = "kr-west1-a"
    made = runner.run_task("scp_dr_plan", {"volumes": [web], "region": WEST})
    assert made.changed, made.message
    assert body_of(made, "CreateVolume")["zone"] == "kr-west1-a"
    assert body_of(made, "CreateVolumeReplication")["zone"] == "kr-east1-b"


@pytest.mark.parametrize("generation", ["both", "new"])
@pytest.mark.parametrize("origin", ["source", "replica"])
def test_drill_within_a_region(runner: ModuleRunner, generation: str, origin: str) -> None:
    """The copies of both ends are in one region: they differ by their names, and each is in the zone of its end."""
    runner.simulator.switch(replication_within_region="allow")
    offer(runner, generation)
    # The settings name a third zone, so that no copy gets the right one by default.
    runner.simulator.switch(zones="a+b+c")
    web = {"name": "web", "target_name": "web_copy", "protocol": "NFS", "type_name": "SSD"}
    plan = {"volumes": [web], "region": WEST, "target_zone": "kr-west1-b"}
    volume = {**FILE, "name": "web", "zone": "kr-west1-a"}
    assert runner.run_task("scp_filestorage_volume", volume).changed
    assert runner.run_task("scp_dr_plan", plan).changed
    runner.environ["SCP_ZONES"] = json.dumps({WEST: "kr-west1-c"})
    runner.new_process()
    if origin == "source":
        assert runner.run_task("scp_filestorage_snapshot", {"volume": "web"}).changed
    else:
        volumes = runner.simulator.resources()["filestorage.volumes"]
        (replica,) = (one["id"] for one in volumes if one["name"].startswith("web_copy"))
        taken = datetime.now(UTC) - timedelta(hours=1)
        name = f"web_copy.{taken.astimezone(KOREAN_TIME):%Y-%m-%d_%H%M%S}"
        snapshot = {"id": replica, "volume_id": replica, "name": name, "created_at": f"{taken:%Y-%m-%dT%H:%M:%S.%f}"}
        runner.simulator.patch_world({"filestorage": {"snapshots": [snapshot]}})
    before = runner.simulator.resources()
    task = {**plan, "from": origin, "prefix": "drill"}
    predicted = runner.run_task("scp_dr_drill", task, check=True)
    assert not predicted.failed, predicted.message
    drilled = runner.run_task("scp_dr_drill", task)
    assert not drilled.failed, drilled.message
    assert drilled.operations == predicted.operations
    (found,) = drilled.result["volumes"]
    assert (found["way"], found["result"]) == (origin, "passed")
    made = [call["body"] for call in drilled.calls if call["operation"] == "CreateVolume"]
    zones = [(body["name"], body["zone"]) for body in made]
    name = zones[0][0]
    if origin == "replica":
        assert zones == [(name, "kr-west1-b")]
    else:
        assert (name[-1], zones) == ("s", [(name, "kr-west1-a")])
        copied = body_of(drilled, "CreateVolumeReplication")
        assert (copied["name"][:-1], copied["zone"]) == (name[:-1], "kr-west1-b")
        assert copied["name"][-1] in "0123456789abcdef"
    again = runner.run_task("scp_dr_drill", task)
    assert (again.failed, len(again.result["removed"])) == (False, len(drilled.calls) and 1 + (origin == "source"))
    ended = runner.run_task("scp_dr_drill", {**task, "state": "absent"})
    assert (ended.failed, ended.result["left_behind"]) == (False, [])
    assert runner.simulator.resources() == before


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("explicit", [True, False])
def test_plan_with_a_zone_that_cannot_be_used_changes_nothing(
    runner: ModuleRunner, explicit: bool, check: bool
) -> None:
    """Which zones a volume can be replicated to, the service lists: before a volume is created to be replicated."""
    offer(runner, "new")
    wrong = "kr-east1-q"
    runner.environ["SCP_ZONES"] = json.dumps({WEST: "kr-west1-a", **({} if explicit else {EAST: wrong})})
    volumes = [{"name": "web", "protocol": "NFS", "type_name": "SSD"}, {"name": "nowhere", "kind": "bm_volume"}]
    options = {"target_zone": wrong} if explicit else {"target_region": EAST}
    refused = runner.run_task("scp_dr_plan", {"volumes": volumes, "region": WEST, **options}, check=check)
    assert (refused.failed, refused.writes, refused.operations) == (True, [], [])
    assert "because 1 of 2 volumes have no zone that can be used. web (kr-west1 to kr-east1): " in refused.message
    what = f"target_zone '{wrong}'" if explicit else f"zone '{wrong}' (SCP_ZONE, or zones of the settings)"
    assert f"Volume web in kr-west1 cannot be replicated to {what}. The service lists these zones" in refused.message
    assert "Beside this: nowhere" in refused.message
    # The module of the replication reports the same.
    assert runner.run_task("scp_filestorage_volume", {**FILE, "name": "mail", "zone": "kr-west1-a"}).changed
    one = {"volume": "mail", "name": "mail_copy", "target_region": EAST, **options, "replication_frequency": "daily"}
    alone = runner.run_task("scp_filestorage_replication", one, check=check)
    assert (alone.failed, alone.writes) == (True, [])
    assert f"in kr-west1 cannot be replicated to {what}" in alone.message


@pytest.mark.parametrize("state", ["present", "failed_over", "failed_back", "absent"])
def test_plan_with_another_zone_than_the_replica_has_changes_nothing(runner: ModuleRunner, state: str) -> None:
    """The list has the zone in which the replica is to be, and results have the one in which it is."""
    offer(runner, "new")
    runner.environ["SCP_ZONES"] = ZONES
    server = {"object_type": "BM", "object_id": runner.simulator.server("west-db1")["id"]}
    block = {"name": "ledger", "disk_type": "HDD", "size_gb": 10, "attachments": [server]}
    assert runner.run_task("scp_bm_volume", block).changed
    web = {"name": "web", "protocol": "NFS", "type_name": "SSD"}
    volumes = [web, {"name": "ledger", "kind": "bm_volume", "snapshot_rate": 20}]
    right = {"volumes": volumes, "region": WEST, "target_zone": "kr-east1-b"}
    assert runner.run_task("scp_dr_plan", right).changed
    options = {"absent": {"confirm": True}, "failed_over": {"accept_lag": True}}.get(state, {})
    wrong = {**right, "target_zone": "kr-east1-a", "state": state, **options}
    refused = runner.run_task("scp_dr_plan", wrong)
    assert refused.failed
    assert refused.writes == []
    assert "is in zone kr-east1-b, and target_zone is kr-east1-a. A replica stays in its zone" in refused.message
    assert {one["target_zone"] for one in refused.result["replicas"]} == {"kr-east1-b"}
    status = runner.run_task("scp_dr_plan_info", {"volumes": volumes, "region": WEST, "target_zone": "kr-east1-a"})
    assert [one["health"] for one in status.result["replicas"]] == ["ok", "ok"]
    assert "is in zone kr-east1-b" in "\n".join(status.result["table"])
    # The setting counts for what is created; a replica that exists may be elsewhere.
    kept = runner.run_task("scp_dr_plan", {**right, "target_zone": None, "target_region": EAST})
    assert (kept.failed, kept.changed) == (False, False)
    assert {one["target_zone"] for one in kept.result["replicas"]} == {"kr-east1-b"}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("origin", ["source", "replica"])
def test_drill_that_lacks_a_zone_changes_nothing(runner: ModuleRunner, origin: str, check: bool) -> None:
    """A drill from a snapshot of the volume makes a volume and a replica: neither is made without the other's zone."""
    offer(runner, "old")
    plan = {"volumes": [{"name": "web", "protocol": "NFS", "type_name": "SSD"}], "region": WEST, "target_region": EAST}
    assert runner.run_task("scp_dr_plan", plan).changed
    assert runner.run_task("scp_filestorage_snapshot", {"volume": "web"}).changed
    if origin == "replica":
        (volume,) = runner.run_task("scp_filestorage_volume_info", {"region": EAST}).result["volumes"]
        runner.simulator.patch_world({"filestorage": {"snapshots": [{"volume_id": volume["id"], "name": "web.1"}]}})
    # The volume is known to be in a zone by neither region.
    runner.simulator.switch(zone_of_older="none")
    offer(runner, "new")
    before = runner.simulator.resources()
    task = {**plan, "from": origin, "prefix": "drill"}
    places = (WEST, EAST) if origin == "source" else (EAST,)
    for place in places:
        refused = runner.run_task("scp_dr_drill", task, check=check)
        assert refused.failed
        assert (refused.writes, refused.operations, runner.simulator.resources()) == ([], [], before)
        assert refused.message.startswith("Nothing was changed: 1 of 1 volumes cannot be drilled. ")
        assert f"requires a zone of {place}, and none is set" in refused.message
        assert "the others" not in refused.message
        assert ("Set the option target_zone" in refused.message) == (origin == "source" and place == EAST)
        runner.environ["SCP_ZONES"] = json.dumps({WEST: "kr-west1-a"})
        runner.new_process()
    runner.environ["SCP_ZONES"] = ZONES
    runner.new_process()
    drilled = runner.run_task("scp_dr_drill", task, check=check)
    assert not drilled.failed, drilled.message
    assert "CreateVolume" in drilled.operations
