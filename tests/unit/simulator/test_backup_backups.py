# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup: backups, what they may be, and what can be changed about them (platform-behaviour.md §8)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .backups import DAILY, EAST, FULL, BackupApi, backup

__all__ = ["backup"]

HEX = re.compile(r"[0-9a-f]{32}")
ZULU = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CHANGES = ("schedules", "retention-period", "filesystem-path", "replication", "manual-backup")


def change(api: BackupApi, target: str, what: str, region: str = "") -> Any:
    """Ask for one of CHANGES."""
    bodies: dict[str, Any] = {
        "schedules": {"schedules": [{**FULL, "start_time": "03:00:00"}]},
        "retention-period": {"retention_period": "MONTH_3"},
        "filesystem-path": {"backup_filesystem_paths": ["/etc"]},
        "replication": {"dr_enabled": True},
    }
    method = "POST" if what == "manual-backup" else "PUT"
    return api(method, f"/v1/backups/{target}/{what}", bodies.get(what), region=region)


# --- creating -----------------------------------------------------------------------------------------------------


def test_a_backup_of_a_virtual_server(backup: BackupApi, simulator: Simulator) -> None:
    server = simulator.server("west-web1")
    answer = backup.asked(server_guid=server["guid"], tags=[{"key": "team", "value": "a"}])
    assert answer.status == 200
    assert set(answer.body) == {"request_id", "resource"}
    target = answer.body["resource"]["id"]
    assert HEX.fullmatch(target)
    assert backup.show(target)["state"] == "CREATING"
    simulator.advance(5)
    shown = backup.show(target)
    expected = {
        "name": "backup-001", "state": "AVAILABLE", "policy_category": "AGENTLESS", "policy_type": "VM_IMAGE",
        "server_category": "VIRTUAL_SERVER", "server_name": "west-web1", "server_uuid": server["id"],
        "server_region": "kr-west1", "server_os_type": "LINUX", "region": "kr-west1", "role_type": "ORIGINAL",
        "retention_period": "WEEK_2", "encrypt_enabled": True, "dr_enabled": False, "dr_region": None,
        "backup_agent_id": None, "origin_backup_id": None, "replica_backup_id": None, "filesystem_paths": [],
        "is_all_filesystem": False,
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert ZULU.fullmatch(shown["created_at"])
    assert simulator.world()["backup"]["backups"][0]["tags"] == [{"key": "team", "value": "a"}]


def test_a_backup_of_files(backup: BackupApi) -> None:
    agent = backup.agent("west-db1")
    target = backup.made("west-db1", policy_category="AGENT", retention_period="YEAR_1", encrypt_enabled=False)
    shown = backup.show(target)
    assert (shown["backup_agent_id"], shown["filesystem_paths"]) == (agent, ["/data"])
    assert (shown["retention_period"], shown["encrypt_enabled"]) == ("YEAR_1", False)
    whole = backup.of_files("west-app1", name="all", filesystem_paths=None, is_all_filesystem=True)
    assert backup.show(whole)["is_all_filesystem"] is True
    assert backup.show(backup.of_files("west-gpu1", name="gpu"))["server_category"] == "GPU_SERVER"


@pytest.mark.parametrize(
    "fields",
    [
        {"policy_type": "FILESYSTEM"},
        {"policy_category": "AGENT", "policy_type": "VM_IMAGE", "filesystem_paths": []},
        {"filesystem_paths": ["/data"]}, {"is_all_filesystem": True},
        {"name": ""}, {"region": "kr-south1"}, {"region": "nowhere"},
        {"tags": [{"key": "k", "value": "v" * 257}]}, {"tags": [{"key": "k" * 129, "value": ""}]},
        {"schedules": []}, {"schedules": [FULL, FULL]}, {"schedules": [DAILY]}, {"schedules": [FULL, *[DAILY] * 7]},
        {"schedules": [{**FULL, "start_time": "01:15:00"}]}, {"schedules": [{**FULL, "start_time": "01:00"}]},
        {"schedules": [{**FULL, "start_time": "24:00:00"}]}, {"schedules": [{**FULL, "start_time": "01:30:01"}]},
        {"schedules": [{**FULL, "start_day": None}]},
        {"schedules": [{**FULL, "frequency": "MONTHLY"}]},
        {"schedules": [{**FULL, "frequency": "MONTHLY", "start_day": None, "start_week": "WEEK_1"}]},
    ],
)  # fmt: skip
def test_what_create_refuses(backup: BackupApi, fields: dict[str, Any]) -> None:
    assert backup.asked(**fields).status == 400
    assert backup.ok("GET", "/backups") == {"count": 0, "contents": []}


def test_a_bare_metal_server_needs_an_agent(backup: BackupApi) -> None:
    assert backup.asked("west-db1").status == 400
    assert backup.asked("west-gpu1").status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"filesystem_paths": []}, {"filesystem_paths": None}, {"filesystem_paths": ["data"]},
        {"filesystem_paths": ["/a", "/a/"]}, {"is_all_filesystem": True},
    ],
)  # fmt: skip
def test_paths_make_sense(backup: BackupApi, fields: dict[str, Any]) -> None:
    backup.agent("west-db1")
    assert backup.asked("west-db1", policy_category="AGENT", **fields).status == 400


@pytest.mark.violations_expected
@pytest.mark.parametrize("fields", [{"retention_period": "DAY_1"}, {"policy_type": "DISK"}, {"more": 1}])
def test_what_the_contract_refuses(backup: BackupApi, fields: dict[str, Any]) -> None:
    assert backup.asked(**fields).error["code"] == "ValidationError"


def test_the_server_must_exist(backup: BackupApi, simulator: Simulator) -> None:
    assert backup.asked(server_uuid="0" * 32).error["code"] == "Backup.NotFoundBackupTargetServer"
    assert backup.asked(server_category="GPU_SERVER").status == 404
    assert backup.asked(server_uuid=simulator.server("east-web1")["id"]).status == 404
    assert backup.asked(server_guid="0" * 32).status == 404
    assert backup.asked("west-stopped1").status == 200


def test_files_need_an_agent(backup: BackupApi, simulator: Simulator) -> None:
    answer = backup.asked("west-db1", policy_category="AGENT")
    assert (answer.status, answer.error["code"]) == (404, "Backup.NotFoundCreatedBackupAgent")
    server = simulator.server("west-db1")["id"]
    agent = backup.ok("POST", "/backup-agents", {"server_uuid": server})["resource"]["id"]
    assert backup.asked("west-db1", policy_category="AGENT").status == 409
    simulator.advance(2)
    simulator.switch(backup_unconnected_agent="400")
    assert backup.asked("west-db1", policy_category="AGENT").status == 400
    backup.ok("GET", f"/backup-agents/{agent}/check-connection-state")
    simulator.advance(1)
    assert backup.asked("west-db1", policy_category="AGENT").status == 200


@pytest.mark.parametrize("status", [409, 400])
def test_names_are_unique_in_a_region(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_name_duplicate=status)
    backup.made()
    assert backup.asked("west-web2").status == status
    assert backup.asked("east-web1").status == 200
    path = "/backups/check-name-duplication?backup_name="
    assert [backup.ok("GET", f"{path}{name}") for name in ("backup-001", "other")] == [
        {"result": True},
        {"result": False},
    ]


def test_a_server_may_have_one_image_backup_only(backup: BackupApi, simulator: Simulator) -> None:
    backup.made()
    assert backup.asked(name="second").status == 200
    simulator.switch(backup_server_twice="409")
    assert backup.asked(name="third").status == 409
    query = "/backups/backup-targets?server_category=VIRTUAL_SERVER&policy_type=VM_IMAGE&size=100"
    assert "west-web1" not in [server["server_name"] for server in backup.ok("GET", query)["contents"]]
    simulator.switch(backup_server_twice="400")
    assert backup.asked(name="third").status == 400


def test_switches_of_creating(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_guid_missing="400", backup_paths_agentless="ignore", backup_create_ends_in="ERROR")
    assert backup.asked().status == 400
    target = backup.made(server_guid=simulator.server("west-web1")["guid"], filesystem_paths=["/data"])
    assert (backup.show(target)["state"], backup.show(target)["filesystem_paths"]) == ("ERROR", [])
    assert change(backup, target, "manual-backup").status == 409
    assert backup("DELETE", f"/v1/backups/{target}").status == 200


@pytest.mark.parametrize("status", [409, 400])
def test_a_path_is_under_backup_once(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_path_duplicate=status)
    server = simulator.server("west-db1")["id"]
    check = f"/v1/backups/check-filesystem-duplication?server_uuid={server}&filesystem_path="
    missing = backup("GET", f"{check}/data")
    assert (missing.status, missing.error["code"]) == (404, "Backup.NotFoundCreatedBackupAgent")
    backup.of_files(filesystem_paths=["/data/", "/etc"])
    results = {path: backup("GET", check + path).body["result"] for path in ("/data", "/etc/", "/data/app")}
    assert results == {"/data": True, "/etc/": True, "/data/app": False}
    other = {"name": "other", "policy_category": "AGENT"}
    assert backup.asked("west-db1", **other, filesystem_paths=["/home", "/data"]).status == status
    assert backup.asked("west-db1", **other, filesystem_paths=["/home"]).status == 200
    everything = {"policy_category": "AGENT", "filesystem_paths": None, "is_all_filesystem": True}
    assert backup.asked("west-db1", name="all", **everything).status == 200
    assert backup.asked("west-db1", name="all too", **everything).status == status


# --- lists --------------------------------------------------------------------------------------------------------


def test_lists(backup: BackupApi, simulator: Simulator) -> None:
    for number in range(22):
        backup.asked("west-web1" if number % 2 else "west-gpu1", name=f"backup-{number:03d}")
        simulator.advance(1)
    first = backup.ok("GET", "/backups")
    assert (first["count"], len(first["contents"])) == (22, 20)
    assert first["contents"][0]["name"] == "backup-021"
    assert set(first["contents"][0]) == {
        *("created_at", "created_by", "id", "modified_at", "modified_by", "name", "policy_type"),
        *("retention_period", "role_type", "server_name", "state"),
    }
    second = backup.ok("GET", "/backups?page=1")
    assert [item["name"] for item in second["contents"]] == ["backup-001", "backup-000"]
    assert backup.ok("GET", "/backups?page=9")["contents"] == []
    by_name = backup.ok("GET", "/backups?sort=name:asc&size=2&server_name=west-gpu1")
    assert ([item["name"] for item in by_name["contents"]], by_name["count"]) == (["backup-000", "backup-002"], 11)
    assert backup.ok("GET", "/backups?name=-01")["count"] == 10
    assert backup.ok("GET", "/backups", region=EAST)["count"] == 0
    for query in ("page=-1", "size=0", "sort=size:asc", "sort=name"):
        assert backup("GET", f"/v1/backups?{query}").status == 400


def test_capped_pages_are_counted_as_capped(backup: BackupApi, simulator: Simulator) -> None:
    names = [f"backup-{number}" for number in range(5)]
    for name in names:
        backup.asked(name=name)
    simulator.switch(largest_page=2)
    pages = [backup.ok("GET", f"/backups?sort=name:asc&size=100&page={page}") for page in range(4)]
    assert [item["name"] for page in pages for item in page["contents"]] == names
    assert {page["count"] for page in pages} == {5}
    simulator.switch(largest_page=0)
    simulator.fault("duplicate", operation="ListBackups")
    found = backup.ok("GET", "/backups?sort=name:asc&size=2&page=1")["contents"]
    assert [item["name"] for item in found] == ["backup-1", "backup-2"]


def test_strangers_see_nothing(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    pair = simulator.world()["key_pairs"][1]
    other = BackupApi(simulator, access_key=pair["access_key"], secret_key="simulator-secret-worth-nothing-111111111")
    assert other("GET", f"/v1/backups/{target}").error["code"] == "Backup.NotFoundBackup"
    assert other.ok("GET", "/backups")["count"] == 0
    assert backup("GET", f"/v1/backups/{target}", region=EAST).status == 404
    for what in CHANGES:
        assert change(backup, "nonsense", what).status == 404


# --- changing -----------------------------------------------------------------------------------------------------


def test_what_can_be_changed(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    assert change(backup, target, "retention-period").body["resource"]["id"] == target
    assert (backup.show(target)["state"], backup.show(target)["retention_period"]) == ("EDITING", "WEEK_2")
    simulator.advance(1)
    assert (backup.show(target)["state"], backup.show(target)["retention_period"]) == ("AVAILABLE", "MONTH_3")
    assert change(backup, target, "filesystem-path").status == 200
    simulator.advance(1)
    assert backup.show(target)["filesystem_paths"] == ["/etc"]
    path = f"/backups/{target}/filesystem-path"
    backup.ok("PUT", path, {"backup_filesystem_paths": "/home", "is_all_filesystem": False})
    simulator.advance(1)
    assert backup.show(target)["filesystem_paths"] == ["/home"]
    backup.ok("PUT", path, {"backup_filesystem_paths": None, "is_all_filesystem": True})
    simulator.advance(1)
    shown = backup.show(target)
    assert (shown["filesystem_paths"], shown["is_all_filesystem"]) == ([], True)
    for body in ({}, {"backup_filesystem_paths": ["/a"], "is_all_filesystem": True}, {"is_all_filesystem": False}):
        assert backup("PUT", f"/v1{path}", body).status == 400
    assert shown["modified_at"] >= shown["created_at"]


def test_schedules_are_replaced(backup: BackupApi, simulator: Simulator) -> None:
    monthly = {"type": "INCREMENTAL", "frequency": "MONTHLY", "start_week": "WEEK_LAST", "start_day": "FRI"}
    target = backup.made(schedules=[{**monthly, "start_time": "23:30:00"}, FULL])
    before = backup.ok("GET", f"/backups/{target}/schedules")
    assert before["count"] == 2
    full, second = before["contents"]
    assert re.fullmatch(r"FULL_WEEKLY_01:00:00-[a-z0-9]{6}", full["name"])
    assert {name: full[name] for name in FULL} == FULL
    assert (full["backup_id"], full["state"], full["start_week"]) == (target, "AVAILABLE", None)
    assert (second["start_week"], second["start_day"]) == ("WEEK_LAST", "FRI")
    backup.ok("PUT", f"/backups/{target}/schedules", {"schedules": [{**FULL, "start_day": "MON"}]})
    assert backup.ok("GET", f"/backups/{target}/schedules") == before
    simulator.advance(1)
    (after,) = backup.ok("GET", f"/backups/{target}/schedules")["contents"]
    assert after["start_day"] == "MON"
    assert after["id"] not in {full["id"], second["id"]}
    for schedules in ([], [DAILY], [FULL, FULL]):
        assert backup("PUT", f"/v1/backups/{target}/schedules", {"schedules": schedules}).status == 400


def test_days_without_use(backup: BackupApi, simulator: Simulator) -> None:
    odd = {**FULL, "frequency": "DAILY", "start_day": "MON", "start_week": "WEEK_1"}
    shown = []
    for how in ("drop", "show"):
        simulator.switch(backup_schedule_extra=how)
        target = backup.made(name=how, schedules=[odd])
        (schedule,) = backup.ok("GET", f"/backups/{target}/schedules")["contents"]
        shown.append((schedule["start_day"], schedule["start_week"]))
    assert shown == [(None, None), ("MON", "WEEK_1")]
    simulator.switch(backup_schedule_extra="400")
    assert backup.asked(name="400", schedules=[odd]).status == 400


def test_an_image_has_no_paths(backup: BackupApi) -> None:
    target = backup.made()
    assert change(backup, target, "filesystem-path").status == 400
    assert change(backup, target, "replication").status == 400


@pytest.mark.parametrize("state", ["CREATING", "EDITING", "DELETING", "ERROR"])
def test_one_change_at_a_time(backup: BackupApi, simulator: Simulator, state: str) -> None:
    target = backup.of_files()
    backup.patch("backups", target, state=state)
    for status in (409, 400, 500):
        simulator.switch(backup_conflict_status=status)
        assert {change(backup, target, what).status for what in CHANGES} == {status}
    assert backup("DELETE", f"/v1/backups/{target}").status == (200 if state == "ERROR" else 500)


# --- deleting -----------------------------------------------------------------------------------------------------


def test_deleting(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    backup.run(target)
    assert backup.ok("DELETE", f"/backups/{target}")["resource"]["id"] == target
    assert backup.show(target)["state"] == "DELETING"
    simulator.advance(3)
    assert backup("GET", f"/v1/backups/{target}").status == 404
    assert backup("DELETE", f"/v1/backups/{target}").status == 404
    left = simulator.world()["backup"]
    assert not any(left[table] for table in ("backups", "schedules", "histories", "restore_targets"))


def test_deleting_may_fail(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_delete_ends_in="ERROR")
    target = backup.made()
    backup.ok("DELETE", f"/backups/{target}")
    simulator.advance(3)
    assert backup.show(target)["state"] == "ERROR"
    simulator.switch(backup_delete_ends_in="gone")
    backup.ok("DELETE", f"/backups/{target}")
    simulator.advance(3)
    assert backup.ok("GET", "/backups")["count"] == 0


@pytest.mark.parametrize("status", [409, 500])
def test_deleting_waits_for_a_job(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_delete_busy=status)
    target = backup.made()
    backup.ok("POST", f"/backups/{target}/manual-backup")
    assert backup("DELETE", f"/v1/backups/{target}").status == status
    simulator.advance(10)
    assert backup("DELETE", f"/v1/backups/{target}").status == 200


# --- what there is to choose from ---------------------------------------------------------------------------------


def test_backup_targets(backup: BackupApi, simulator: Simulator) -> None:
    path = "/backups/backup-targets?server_category={}&policy_type={}"

    def names(category: str, kind: str, more: str = "") -> list[str]:
        found = backup.ok("GET", path.format(category, kind) + more)
        assert found["count"] == len(found["contents"])
        return [server["server_name"] for server in found["contents"]]

    assert names("VIRTUAL_SERVER", "VM_IMAGE") == ["west-app1", "west-stopped1", "west-web1", "west-web2"]
    assert names("GPU_SERVER", "VM_IMAGE") == ["west-gpu1"]
    assert names("BAREMETAL_SERVER", "VM_IMAGE") == []
    assert names("VIRTUAL_SERVER", "VM_IMAGE", "&region=kr-east1&server_name=web1") == ["east-web1"]
    assert names("BAREMETAL_SERVER", "FILESYSTEM") == []
    backup.agent("west-db1")
    assert names("BAREMETAL_SERVER", "FILESYSTEM") == ["west-db1"]
    (shown,) = backup.ok("GET", path.format("GPU_SERVER", "VM_IMAGE"))["contents"]
    server = simulator.server("west-gpu1")
    assert shown == {
        "server_guid": server["guid"], "server_name": "west-gpu1", "server_os_version": "UBUNTU 22.04",
        "server_type": "g1v16h1", "server_uuid": server["id"],
    }  # fmt: skip
    simulator.switch(backup_vm_targets="500")
    refused = backup("GET", "/v1" + path.format("VIRTUAL_SERVER", "VM_IMAGE"))
    assert refused.error["code"] == "ContactAdminForAssistance"
    assert names("BAREMETAL_SERVER", "FILESYSTEM") == ["west-db1"]


@pytest.mark.violations_expected
def test_both_filters_of_backup_targets_are_required(backup: BackupApi) -> None:
    for query in ("server_category=GPU_SERVER", "policy_type=VM_IMAGE", "server_category=VM&policy_type=VM_IMAGE"):
        assert backup("GET", f"/v1/backups/backup-targets?{query}").error["code"] == "ValidationError"


def test_pages_of_backup_targets_are_small(backup: BackupApi) -> None:
    for number in range(1, 7):
        backup.agent(f"west-db{number}")
    path = "/backups/backup-targets?server_category=BAREMETAL_SERVER&policy_type=FILESYSTEM"
    assert [len(backup.ok("GET", f"{path}{more}")["contents"]) for more in ("", "&page=1", "&size=10")] == [5, 1, 6]


def test_regions(backup: BackupApi, simulator: Simulator) -> None:
    def pairs(query: str = "") -> set[tuple[str, str]]:
        found = backup.ok("GET", f"/backups/region-relationship{query}")
        assert found["count"] == len(found["contents"])
        return {(item["from_region"], item["to_region"]) for item in found["contents"]}

    assert {("kr-west1", EAST), (EAST, "kr-west1"), ("kr-south1", "kr-south1")} < pairs()
    assert pairs("?from_region=kr-west1") == {("kr-west1", EAST), ("kr-west1", "kr-west1")}
    assert pairs("?to_availability_zone=kr-south1&backup_master_type=AGENT") == {("kr-south1", "kr-south1")}
    assert pairs("?backup_master_type=AGENT_SAP_INT") == set()
    simulator.switch(backup_relations_to_self=False)
    assert pairs() == {("kr-west1", EAST), (EAST, "kr-west1")}
    target = backup.made(region=EAST)
    assert backup.show(target)["region"] == EAST
