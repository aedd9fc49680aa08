# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup: restoring servers and files (platform-behaviour.md §8)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .backups import EAST, SELDOM, BackupApi, backup
from .conftest import Answer

__all__ = ["backup"]

GROUP = "west-web-sg"


def named(simulator: Simulator, table: str, name: str) -> str:
    """The id of something in the world."""
    return str(next(row["id"] for row in simulator.world()[table] if row["name"] == name))


def restore(api: BackupApi, target: str, name: str = "restored-1", region: str = "", **fields: Any) -> Answer:
    """Ask for a server."""
    body = {"restore_server_name": name, "server_type_id": "s1v2m4", "restore_target_id": "", **fields}
    body["restore_target_id"] = fields.get("restore_target_id") or api.point(target)
    return api("POST", f"/v1/backups/{target}/restore", body, region=region)


# --- servers ------------------------------------------------------------------------------------------------------


def test_a_server_is_made(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    groups = [named(simulator, "security_groups", GROUP)]
    subnet = named(simulator, "subnets", "west-db-subnet")
    answer = restore(backup, target, networks=[{"subnet_id": subnet}], security_groups=groups)
    assert (answer.status, answer.body["resource"]["id"]) == (202, target)
    (history,) = backup.restores(target)
    assert set(history) == {
        *("backup_id", "backup_start_time", "created_at", "created_by", "modified_at", "modified_by"),
        *("restore_end_time", "restore_server_id", "restore_server_name", "restore_start_time", "restore_state"),
        "schedule_name",
    }
    assert (history["restore_state"], history["restore_server_id"]) == ("INPROGRESS", None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", history["restore_start_time"])
    simulator.advance(10)
    (history,) = backup.restores(target)
    assert (history["restore_state"], history["backup_id"]) == ("COMPLETED", target)
    assert history["restore_end_time"] > history["restore_start_time"]
    server = simulator.server("restored-1")
    assert server["id"] == history["restore_server_id"]
    assert (server["type"], server["region"], server["server_type"]) == ("VM", "kr-west1", "s1v2m4")
    assert (server["subnet_id"], server["security_groups"], server["os_type"]) == (subnet, groups, "LINUX")
    assert server["ip"].startswith("10.10.2.")
    assert backup.asked("restored-1", name="again").status == 200


def test_the_same_place_is_the_default(backup: BackupApi, simulator: Simulator) -> None:
    assert restore(backup, backup.made()).status == 202
    simulator.advance(10)
    assert simulator.server("restored-1")["subnet_id"] == simulator.server("west-web1")["subnet_id"]


def test_another_region(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    subnets = backup.ok("GET", f"/backups/{target}/restore/restorable-subnets?region={EAST}")
    assert (subnets["count"], {s["name"] for s in subnets["subnets"]}) == (2, {"east-app-subnet", "east-db-subnet"})
    subnet = subnets["subnets"][0]
    assert (subnet["gateway_ip_address"], subnet["vpc_name"], subnet["type"]) == ("10.20.1.1", "east-vpc", "GENERAL")
    assert restore(backup, target, restore_region=EAST).status == 400
    networks = [{"subnet_id": subnet["id"]}]
    assert restore(backup, target, networks=networks).status == 404
    assert restore(backup, target, "east-web1", restore_region=EAST, networks=networks).status == 409
    assert restore(backup, target, "west-web1", restore_region=EAST, networks=networks).status == 202
    simulator.advance(10)
    assert [s["region"] for s in simulator.world()["servers"] if s["name"] == "west-web1"] == ["kr-west1", EAST]
    for region in ("kr-south1", "nowhere"):
        assert restore(backup, target, "other", restore_region=region, networks=networks).status == 400


def test_filters_of_subnets(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    path = f"/backups/{target}/restore/restorable-subnets?region=kr-west1"
    vpc = simulator.world()["subnets"][0]["vpc_id"]
    assert backup.ok("GET", f"{path}&vpc_id={vpc}&state=ACTIVE")["count"] == 2
    assert backup.ok("GET", f"{path}&state=ERROR") == {"count": 0, "subnets": []}
    files = backup.of_files(name="files")
    assert backup("GET", f"/v1/backups/{files}/restore/restorable-subnets?region=kr-west1").status == 400


@pytest.mark.violations_expected
def test_the_region_of_subnets_is_required(backup: BackupApi) -> None:
    answer = backup("GET", "/v1/backups/nonsense/restore/restorable-subnets")
    assert (answer.status, answer.error["detail"]) == (400, ["Field required"])


def test_names_of_restored_servers(backup: BackupApi, simulator: Simulator) -> None:
    def taken(name: str) -> bool:
        return bool(backup.ok("GET", f"/backups/restore/check-name-duplication?restore_server_name={name}")["result"])

    target = backup.made()
    assert (taken("west-db1"), taken("restored-1"), taken("east-web1")) == (True, False, False)
    assert restore(backup, target, "west-db1").status == 409
    assert restore(backup, target).status == 202
    assert taken("restored-1")
    assert restore(backup, target).status == 409
    simulator.advance(10)
    assert taken("restored-1")
    assert restore(backup, target).status == 409
    assert restore(backup, target, "with a space_" + "x" * 50).status == 202


@pytest.mark.violations_expected
@pytest.mark.parametrize("name", ["", "x" * 64, "a.b"])
def test_names_that_are_none(backup: BackupApi, name: str) -> None:
    assert restore(backup, backup.made(), name).error["code"] == "ValidationError"


def test_what_restore_refuses(backup: BackupApi, simulator: Simulator) -> None:
    target, other = backup.made(), backup.made("west-web2", name="other")
    assert restore(backup, target, restore_target_id="nonsense").status == 404
    assert restore(backup, target, restore_target_id=backup.point(other)).status == 404
    assert restore(backup, target, server_type_id="x9").error["code"] == "Backup.NotFoundServerType"
    assert restore(backup, target, server_type_id="g1v16h1").status == 400
    assert restore(backup, target, networks=[{"subnet_id": "nonsense"}]).status == 404
    assert restore(backup, target, security_groups=["nonsense"]).status == 404
    east = named(simulator, "security_groups", "east-web-sg")
    assert restore(backup, target, security_groups=[east]).status == 404
    subnet = named(simulator, "subnets", "west-app-subnet")
    simulator.patch_world({"subnets": [{"id": subnet, "state": "ERROR"}]})
    assert restore(backup, target).status == 400
    backup.patch("backups", target, state="EDITING")
    assert restore(backup, target).status == 409
    assert backup.restores(target) == []


def test_the_original_server_may_be_gone(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    backup.point(target)
    simulator.patch_world({"servers": [{"id": backup.show(target)["server_uuid"], "removed": True}]})
    assert restore(backup, target, "west-web1").status == 202
    simulator.advance(10)
    assert backup.restores(target)[0]["restore_server_id"] == simulator.server("west-web1")["id"]


@pytest.mark.parametrize("outcome", ["COMPLETED", "PARTIAL_SUCCESS", "FAILED"])
def test_restores_end_as_switched(backup: BackupApi, simulator: Simulator, outcome: str) -> None:
    simulator.switch(backup_restore_ends_in=outcome, backup_restore_answer="server")
    target = backup.made()
    answered = restore(backup, target).body["resource"]["id"]
    simulator.advance(10)
    (history,) = backup.restores(target)
    assert (history["restore_state"], history["restore_server_id"]) == (
        outcome,
        None if outcome == "FAILED" else answered,
    )
    assert any(s["name"] == "restored-1" for s in simulator.world()["servers"]) == (outcome != "FAILED")


def test_what_waits_for_a_restore(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    point = backup.point(target)
    restore(backup, target)
    assert backup("DELETE", f"/v1/backups/{target}").status == 409
    body = {"restore_target_ids": [point]}
    assert backup("DELETE", f"/v1/backups/{target}/restore-targets", body).status == 409
    assert restore(backup, target, "restored-2").status == 202
    simulator.switch(backup_restore_busy="409")
    assert restore(backup, target, "restored-3").status == 409
    simulator.advance(10)
    assert backup("DELETE", f"/v1/backups/{target}/restore-targets", body).status == 200
    assert restore(backup, target, "restored-3", restore_target_id=point).status == 400


def test_retention_waits_for_a_restore(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_restore_seconds=20 * 86400)
    target = backup.made(schedules=[SELDOM])
    point = backup.point(target)
    restore(backup, target)
    simulator.advance(15 * 86400)
    assert point in [found["restore_target_id"] for found in backup.points(target)]
    simulator.advance(7 * 86400)
    assert point not in [found["restore_target_id"] for found in backup.points(target)]


def test_restore_histories(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    for number, outcome in enumerate(("COMPLETED", "FAILED", "PARTIAL_SUCCESS")):
        simulator.switch(backup_restore_ends_in=outcome)
        restore(backup, target, f"restored-{number}")
        simulator.advance(3600)
    newest, middle, oldest = backup.restores(target)
    assert (newest["restore_server_name"], oldest["restore_server_name"]) == ("restored-2", "restored-0")
    assert backup.restores(target, "?restore_state=FAILED") == [middle]
    assert backup.restores(target, "?sort=restore_server_name:asc&size=1&page=2") == [newest]
    assert backup.restores(target, f"?start_time={middle['restore_start_time']}Z") == [newest, middle]
    assert backup.restores(target, f"?end_time={middle['restore_start_time']}") == [middle, oldest]
    for query in ("start_time=x", "sort=x:asc", "size=0"):
        assert backup("GET", f"/v1/backups/{target}/restore-histories?{query}").status == 400


# --- files --------------------------------------------------------------------------------------------------------


def restore_files(api: BackupApi, target: str, server: str, *pairs: tuple[str, str], **fields: Any) -> Answer:
    """Ask for files."""
    body = {
        "restore_target_id": fields.pop("point", "") or api.point(target),
        "restore_server_uuid": api.simulator.server(server)["id"],
        "filesystem_paths": [{"source": source, "destination": destination} for source, destination in pairs],
        **fields,
    }
    return api("POST", f"/v1/backups/{target}/restore-agent-backup", body)


def test_files_come_back(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    backup.agent("west-db2")
    pairs = (("/data/app", "/restored"), ("/data/db/main.db", "/one/"))
    answer = restore_files(backup, target, "west-db2", *pairs, overwrite=True)
    assert (answer.status, answer.body["resource"]["id"]) == (200, target)
    assert backup.restores(target)[0]["restore_state"] == "INPROGRESS"
    simulator.advance(5)
    (history,) = backup.restores(target)
    server = simulator.server("west-db2")
    assert (history["restore_state"], history["restore_server_id"]) == ("COMPLETED", server["id"])
    assert history["restore_server_name"] == "west-db2"
    assert {"/restored/app.log", "/restored/config.yml", "/one/main.db", "/etc/hosts"} < set(server["files"])


@pytest.mark.parametrize("existing", ["PARTIAL_SUCCESS", "COMPLETED", "FAILED"])
def test_files_that_exist(backup: BackupApi, simulator: Simulator, existing: str) -> None:
    simulator.switch(backup_restore_existing=existing)
    target = backup.of_files()
    ends = []
    for overwrite in (True, False, None):
        assert restore_files(backup, target, "west-db1", ("/", "/"), overwrite=overwrite).status == 200
        simulator.advance(5)
        ends.append(backup.restores(target)[0]["restore_state"])
    assert ends == ["COMPLETED", existing, existing]


def test_where_files_can_go(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    path = f"/backups/{target}/agent-backup-restore-targets"
    for server in ("west-app1", *(f"west-db{number}" for number in range(2, 8))):
        backup.agent(server)
    first = backup.ok("GET", path)
    assert (first["count"], len(first["contents"])) == (7, 5)
    assert len(backup.ok("GET", f"{path}?page=1")["contents"]) == 2
    (shown,) = backup.ok("GET", f"{path}?server_name=db7")["contents"]
    assert shown == {
        "server_name": "west-db7", "server_os_version": "UBUNTU 22.04", "server_type": "s2v16m64_metal",
        "server_uuid": simulator.server("west-db7")["id"],
    }  # fmt: skip
    refused = {name: restore_files(backup, target, name, ("/", "/")) for name in ("west-app1", "west-db9", "east-db1")}
    assert {name: answer.status for name, answer in refused.items()} == {
        "west-app1": 400, "west-db9": 404, "east-db1": 404,
    }  # fmt: skip
    assert refused["west-db9"].error["code"] == "Backup.NotFoundCreatedBackupAgent"


def test_what_file_restores_refuse(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    assert restore_files(backup, target, "west-db1").status == 400
    assert restore_files(backup, target, "west-db1", ("data", "/")).status == 400
    assert restore_files(backup, target, "west-db1", ("/etc", "/")).error["code"] == "Backup.NotFoundFilesystemPath"
    assert restore_files(backup, target, "west-db1", ("/", "/"), point="nonsense").status == 404
    image = backup.made(name="image")
    assert restore_files(backup, image, "west-db1", ("/", "/")).status == 400
    assert backup("GET", f"/v1/backups/{image}/agent-backup-restore-targets").status == 400
    assert restore(backup, target).status == 400
    backup.patch("backups", target, state="EDITING")
    assert restore_files(backup, target, "west-db1", ("/", "/")).status == 409
    assert backup("GET", f"/v1/backups/{target}/agent-backup-restore-targets").status == 200


def test_a_server_that_stops_meanwhile(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    assert restore_files(backup, target, "west-db1", ("/", "/"), overwrite=True).status == 200
    simulator.patch_world({"servers": [{"id": simulator.server("west-db1")["id"], "state": "STOPPED"}]})
    simulator.advance(5)
    assert backup.restores(target)[0]["restore_state"] == "FAILED"


def test_the_paths_in_a_restore_target(backup: BackupApi, simulator: Simulator) -> None:
    files = ["/data/a.txt", "/data/app/x.log", "/data/app/y.log", "/other"]
    simulator.patch_world({"servers": [{"id": simulator.server("west-db1")["id"], "files": files}]})
    target = backup.of_files()
    point = backup.point(target)

    def listed(path: str) -> Any:
        return backup("GET", f"/v1/backups/{target}/filesystem-path?restore_target_id={point}&path={path}")

    root = listed("/").body
    assert root["count"] == 1
    (data,) = root["contents"]
    assert (data["item_type"], data["name"], data["path"]) == ("DIR", "data/", "/")
    assert re.fullmatch(r"/data/_\d{10}", data["id"])
    below = [(item["item_type"], item["name"], item["path"]) for item in listed("/data/").body["contents"]]
    assert below == [("FILE", "a.txt", "/data/"), ("DIR", "app/", "/data/")]
    assert [item["name"] for item in listed("/data/app").body["contents"]] == ["x.log", "y.log"]
    assert listed("/data/a.txt").body == {"count": 0, "contents": []}
    assert listed("/other").status == 404
    assert listed("data").status == 400
    simulator.switch(backup_path_unknown="empty")
    assert listed("/other").body == {"count": 0, "contents": []}
    image = backup.made(name="image")
    path = f"/v1/backups/{image}/filesystem-path?restore_target_id={backup.point(image)}&path=/"
    assert backup("GET", path).status == 400


def test_drives_are_folders(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files("west-app1", filesystem_paths=["C:\\data"])
    point = backup.point(target)
    path = f"/backups/{target}/filesystem-path?restore_target_id={point}&path="
    assert [item["name"] for item in backup.ok("GET", f"{path}/")["contents"]] == ["C/"]
    assert [item["name"] for item in backup.ok("GET", f"{path}C:%5Cdata")["contents"]] == ["app/", "db/"]
    assert restore_files(backup, target, "west-app1", ("C:\\data\\app", "D:\\")).status == 200
    simulator.advance(5)
    assert "/D/app.log" in simulator.server("west-app1")["files"]
