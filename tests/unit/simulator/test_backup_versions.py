# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs in Backup 1.3 and 1.4: zones, File Storage, session ids (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .backups import EAST, IMAGE, BackupApi, backup
from .conftest import Api

__all__ = ["backup"]


@pytest.fixture
def newer(backup: BackupApi) -> BackupApi:
    """Calls Backup 1.3."""
    return BackupApi(backup.simulator, version="backup 1.3")


@pytest.fixture
def newest(backup: BackupApi) -> BackupApi:
    """Calls Backup 1.4."""
    return BackupApi(backup.simulator, version="backup 1.4")


@pytest.mark.parametrize(
    ("generation", "three", "versions"),
    [
        ("old", True, ["v1.2", "v1.1", "v1.0"]),
        ("both", True, ["v1.4", "v1.3", "v1.2", "v1.1", "v1.0"]),
        ("both", False, ["v1.4", "v1.2", "v1.1", "v1.0"]),
        ("new", True, ["v1.4", "v1.3"]),
        ("new", False, ["v1.4"]),
    ],
)
def test_versions_of_backup(backup: BackupApi, generation: str, three: bool, versions: list[str]) -> None:
    backup.simulator.switch(backup_generations=generation, backup_1_3_offered=three)
    listed = backup.send("GET", "/backup/kr-west1").body["versions"]
    assert [version["id"] for version in listed] == versions
    for number in ("1.2", "1.3", "1.4"):
        status = BackupApi(backup.simulator, version=f"backup {number}")("GET", "/v1/backups").status
        assert status == (200 if f"v{number}" in versions else 406)


# --- zones ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [None, "kr-west1-b"])
def test_backup_in_a_zone(backup: BackupApi, newer: BackupApi, zone: str | None) -> None:
    made = newer.made(zone=zone)
    shown = newer.show(made)
    assert (shown["zone"], shown["server_zone"]) == (zone or "kr-west1-a", "kr-west1-a")
    assert (shown["dr_zone"], shown["is_server_deleted"]) == (None, False)
    assert {"zone", "dr_zone", "server_zone", "is_server_deleted"} & set(backup.show(made)) == set()
    backup.simulator.patch_world({"servers": [{"id": shown["server_uuid"], "removed": True}]})
    assert newer.show(made)["is_server_deleted"] is True
    assert newer.show(made)["server_zone"] == "kr-west1-a"
    backup.simulator.switch(zone_of_older="none")
    assert newer.show(made)["zone"] == zone


def test_backup_of_an_older_version_has_a_zone(backup: BackupApi, newer: BackupApi) -> None:
    made = backup.of_files(dr_enabled=True)
    shown = newer.show(made)
    assert (shown["zone"], shown["dr_zone"]) == ("kr-west1-a", "kr-east1-a")


def test_invalid_zone_of_a_backup(newer: BackupApi) -> None:
    answer = newer.asked(zone="kr-west1-c")
    assert (answer.status, answer.error["code"]) == (400, "backup.BadRequest.Invalid.zone")
    assert newer.asked(zone="kr-east1-a").status == 400
    assert newer.asked(zone="kr-east1-a", region=EAST).status == 200


@pytest.mark.violations_expected
def test_older_version_takes_no_zone(backup: BackupApi) -> None:
    assert backup.asked(zone="kr-west1-a").status == 400


def test_restore_into_a_zone(newer: BackupApi, simulator: Simulator) -> None:
    made = newer.made()
    body = {
        "restore_server_name": "again",
        "restore_target_id": newer.point(made),
        "server_type_id": "s1v1m2",
        "restore_zone": "kr-west1-b",
    }
    path = f"/v1/backups/{made}/restore"
    assert newer("POST", path, {**body, "restore_zone": "kr-east1-a"}).status == 400
    assert newer("POST", path, body).status == 202
    simulator.advance(10)
    assert simulator.server("again")["zone"] == "kr-west1-b"


@pytest.mark.violations_expected
def test_agent_in_a_zone(backup: BackupApi, newer: BackupApi) -> None:
    server = backup.simulator.server("west-db1")["id"]
    assert newer("POST", "/v1/backup-agents", {"server_uuid": server}).error["detail"] == ["Field required"] * 2
    wanted = {"server_uuid": server, "server_backup_agent_ip": None, "zone": None}
    assert newer("POST", "/v1/backup-agents", {**wanted, "zone": "kr-east1-a"}).status == 400
    assert newer("POST", "/v1/backup-agents", {**wanted, "server_backup_agent_ip": "10.9.9.9"}).status == 400
    agent = newer.agent(server_backup_agent_ip="10.10.1.14", zone="kr-west1-b")
    shown = newer.ok("GET", f"/backup-agents/{agent}")
    assert (shown["zone"], shown["region"], shown["is_server_deleted"]) == ("kr-west1-b", "kr-west1", False)
    assert "zone" not in backup.ok("GET", f"/backup-agents/{agent}")
    second = newer.agent("west-db2", server_backup_agent_ip=None, zone=None)
    shown = newer.ok("GET", f"/backup-agents/{second}")
    assert (shown["zone"], shown["server_backup_agent_ip"]) == ("kr-west1-a", "10.10.1.15")


def test_relationship_names_zones(newer: BackupApi) -> None:
    found = newer.ok("GET", "/backups/region-relationship?from_region=kr-west1&to_region=kr-east1")
    pairs = {(item["from_zone"], item["to_zone"]) for item in found["contents"]}
    assert pairs == {(f"kr-west1-{a}", f"kr-east1-{b}") for a in "ab" for b in "ab"}
    found = newer.ok("GET", "/backups/region-relationship?from_zone=kr-west1-a&to_zone=kr-east1-b")
    assert [sorted(item) for item in found["contents"]] == [["from_region", "from_zone", "to_region", "to_zone"]]


def test_lists_take_a_zone(newer: BackupApi, simulator: Simulator) -> None:
    simulator.patch_world({"servers": [{"id": simulator.server("west-web1")["id"], "zone": "kr-west1-b"}]})
    path = "/backups/backup-targets?server_category=VIRTUAL_SERVER&policy_type=VM_IMAGE&zone=kr-west1-b"
    assert [server["server_name"] for server in newer.ok("GET", path)["contents"]] == ["west-web1"]
    path = "/backup-agents/targets?server_category=VIRTUAL_SERVER&zone=kr-west1-b"
    assert [server["server_name"] for server in newer.ok("GET", path)["contents"]] == ["west-web1"]
    path = f"/backups/{newer.made()}/restore/restorable-subnets?region=kr-west1"
    assert newer.ok("GET", f"{path}&zone=kr-west1-a")["count"] == newer.ok("GET", path)["count"] > 0
    assert newer.ok("GET", f"{path}&zone=kr-west1-b")["count"] == 0


# --- File Storage --------------------------------------------------------------------------------------------------


def of_volume(volume: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**IMAGE, "policy_type": "FILE_STORAGE", "server_uuid": volume["id"], **fields}


def test_backup_of_a_file_storage_volume(backup: BackupApi, newer: BackupApi, simulator: Simulator) -> None:
    volume = Api(simulator).volume()
    path = "/backups/backup-targets?server_category=VIRTUAL_SERVER&policy_type=FILE_STORAGE"
    assert [item["server_uuid"] for item in newer.ok("GET", path)["contents"]] == [volume["id"]]
    made = newer.ok("POST", "/backups", of_volume(volume))["resource"]["id"]
    simulator.advance(5)
    shown = newer.show(made)
    assert (shown["policy_type"], shown["server_name"], shown["is_server_deleted"]) == (
        "FILE_STORAGE",
        volume["name"],
        False,
    )
    assert newer.run(made) == "SUCCESS"
    assert newer.point(made)
    assert backup.show(made)["policy_type"] == "FILE_STORAGE"
    simulator.patch_world({"filestorage": {"volumes": [{"id": volume["id"], "removed": True}]}})
    assert newer.show(made)["is_server_deleted"] is True
    assert newer.run(made) == "FAILED"


def test_file_storage_needs_a_volume(newer: BackupApi, simulator: Simulator) -> None:
    assert newer("POST", "/v1/backups", of_volume({"id": "nothing"})).status == 404
    volume = Api(simulator).volume()
    assert newer("POST", "/v1/backups", of_volume(volume, policy_category="AGENT")).status == 400
    simulator.switch(backup_file_storage="refuse")
    assert newer("POST", "/v1/backups", of_volume(volume)).status == 400


# --- deletion ------------------------------------------------------------------------------------------------------


@pytest.mark.violations_expected
@pytest.mark.parametrize("how", ["required", "optional"])
def test_deletion_with_a_session_id(newer: BackupApi, newest: BackupApi, how: str) -> None:
    newest.simulator.switch(backup_session_id=how)
    made = newest.made()
    point = newest.point(made)
    points = f"/v1/backups/{made}/restore-targets"
    body = {"restore_target_ids": [point]}
    if how == "required":
        assert newest("DELETE", f"/v1/backups/{made}").error["detail"] == ["Field required"]
        assert newest("DELETE", points, body).error["detail"] == ["Field required"]
        assert newest("DELETE", points, {**body, "session_id": "otp"}).status in (200, 202)
        newest.simulator.advance(60)
        assert newest("DELETE", f"/v1/backups/{made}", {"session_id": "otp"}).status in (200, 202)
        assert newest.simulator.operations()[-1]["body"] == {"session_id": "********"}
    else:
        assert newest("DELETE", points, body).status in (200, 202)
        newest.simulator.advance(60)
        assert newest("DELETE", f"/v1/backups/{made}").status in (200, 202)
    newest.simulator.advance(60)
    assert newer("GET", f"/v1/backups/{made}").status == 404


def test_session_ids_can_be_wrong(newest: BackupApi) -> None:
    newest.simulator.switch(backup_session_ids="right, also-right")
    made = newest.made()
    path = f"/v1/backups/{made}"
    assert newest("DELETE", path, {"session_id": "wrong"}).status == 400
    assert newest("DELETE", path, {"session_id": ""}).status == 400
    assert newest("DELETE", path, {"session_id": "also-right"}).status in (200, 202)


@pytest.mark.violations_expected
def test_older_versions_delete_without_a_session_id(newer: BackupApi) -> None:
    made = newer.made()
    assert newer("DELETE", f"/v1/backups/{made}", {"session_id": "otp"}).status == 400
    assert newer("DELETE", f"/v1/backups/{made}").status in (200, 202)
