# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup: replication to the other region (platform-behaviour.md §8)."""

from __future__ import annotations

import pytest

from tests.simulator.fixture import Simulator

from .backups import EAST, BackupApi, backup
from .test_backup_backups import CHANGES, change

__all__ = ["backup"]


@pytest.fixture
def pair(backup: BackupApi) -> tuple[str, str]:
    """A replicated backup of files and its replica."""
    target = backup.of_files(dr_enabled=True)
    return target, str(backup.show(target)["replica_backup_id"])


def test_a_replica(backup: BackupApi, simulator: Simulator, pair: tuple[str, str]) -> None:
    target, replica = pair
    shown, other = backup.show(target), backup.show(replica, EAST)
    assert (shown["dr_enabled"], shown["dr_region"], shown["origin_backup_id"]) == (True, EAST, None)
    assert (other["role_type"], other["origin_backup_id"], other["replica_backup_id"]) == ("REPLICA", target, None)
    assert (other["region"], other["server_region"], other["name"]) == (EAST, "kr-west1", shown["name"])
    assert [item["id"] for item in backup.ok("GET", "/backups", region=EAST)["contents"]] == [replica]
    assert backup("GET", f"/v1/backups/{replica}").status == 404
    backup.run(target)
    assert backup.points(replica, region=EAST) == []
    simulator.advance(5)
    (copy,) = backup.points(replica, region=EAST)
    (point,) = backup.points(target)
    assert copy["restore_target_id"] != point["restore_target_id"]
    assert copy["backup_start_time"] == point["backup_start_time"]
    simulator.advance(14 * 86400)
    assert copy not in backup.points(replica, "?size=100", EAST)


def test_restore_targets_of_both_ends_may_follow_a_changed_retention(
    backup: BackupApi, simulator: Simulator, pair: tuple[str, str]
) -> None:
    simulator.switch(backup_retention_applies="all", backup_replicate_seconds=50)
    target, replica = pair
    backup.run(target)
    simulator.advance(49)
    assert backup.points(replica, region=EAST) == []
    simulator.advance(1)
    change(backup, target, "retention-period")
    simulator.advance(1)
    assert [point["retention_period"] for point in backup.points(replica, region=EAST)] == ["MONTH_3"]
    simulator.advance(50 * 86400)
    assert len(backup.points(replica, "?size=100&sort=backup_start_time:asc", EAST)) > 2


def test_a_replica_is_changed_by_its_original(backup: BackupApi, simulator: Simulator, pair: tuple[str, str]) -> None:
    target, replica = pair
    answers = [change(backup, replica, what, EAST) for what in CHANGES]
    assert {answer.status for answer in answers} == {400}
    for what in ("retention-period", "filesystem-path"):
        assert change(backup, target, what).status == 200
        simulator.advance(1)
    other = backup.show(replica, EAST)
    assert (other["retention_period"], other["filesystem_paths"]) == ("MONTH_3", ["/etc"])


@pytest.mark.parametrize("off", ["goes", "stays"])
def test_replication_can_be_ended_and_begun(
    backup: BackupApi, simulator: Simulator, pair: tuple[str, str], off: str
) -> None:
    simulator.switch(backup_dr_off=off)
    target, replica = pair
    backup.ok("PUT", f"/backups/{target}/replication", {"dr_enabled": False})
    simulator.advance(1)
    shown = backup.show(target)
    assert (shown["dr_enabled"], shown["dr_region"], shown["replica_backup_id"]) == (False, None, None)
    assert backup("GET", f"/v1/backups/{replica}", region=EAST).status == (404 if off == "goes" else 200)
    backup.ok("PUT", f"/backups/{target}/replication", {"dr_enabled": True})
    simulator.advance(1)
    assert backup.show(backup.show(target)["replica_backup_id"], EAST)["origin_backup_id"] == target
    # The same again changes nothing.
    backup.ok("PUT", f"/backups/{target}/replication", {"dr_enabled": True})
    simulator.advance(1)
    assert len(simulator.world()["backup"]["backups"]) == (2 if off == "goes" else 3)
    if off == "stays":
        assert backup("DELETE", f"/v1/backups/{replica}", region=EAST).status == 200


@pytest.mark.parametrize("what", ["goes", "stays", "400"])
def test_deleting_the_original(backup: BackupApi, simulator: Simulator, pair: tuple[str, str], what: str) -> None:
    simulator.switch(backup_delete_with_replica=what)
    target, replica = pair
    assert backup("DELETE", f"/v1/backups/{target}").status == (400 if what == "400" else 200)
    simulator.advance(3)
    assert backup("GET", f"/v1/backups/{replica}", region=EAST).status == (404 if what == "goes" else 200)
    assert len(simulator.world()["backup"]["backups"]) == {"goes": 0, "stays": 1, "400": 2}[what]


def test_deleting_the_replica(backup: BackupApi, simulator: Simulator, pair: tuple[str, str]) -> None:
    target, replica = pair
    assert backup("DELETE", f"/v1/backups/{replica}", region=EAST).status == 400
    simulator.switch(backup_replica_delete="accept")
    assert backup("DELETE", f"/v1/backups/{replica}", region=EAST).status == 200
    simulator.advance(3)
    shown = backup.show(target)
    assert (shown["dr_enabled"], shown["replica_backup_id"]) == (False, None)


@pytest.mark.parametrize(("how", "create", "later"), [("create", 200, 400), ("never", 400, 400), ("always", 200, 200)])
def test_replication_of_images(backup: BackupApi, simulator: Simulator, how: str, create: int, later: int) -> None:
    simulator.switch(backup_dr_agentless=how)
    assert backup.asked(dr_enabled=True).status == create
    plain = backup.made("west-web2", name="plain")
    assert change(backup, plain, "replication").status == later


def test_an_image_comes_up_in_the_other_region(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made(dr_enabled=True)
    backup.run(target)
    simulator.advance(5)
    replica = backup.show(target)["replica_backup_id"]
    (point,) = backup.points(replica, region=EAST)
    body = {
        "restore_target_id": point["restore_target_id"],
        "restore_server_name": "west-web1",
        "server_type_id": "s1v1m2",
        "networks": [{"subnet_id": simulator.server("east-web1")["subnet_id"]}],
    }
    assert backup("POST", f"/v1/backups/{replica}/restore", body, region=EAST).status == 202
    simulator.advance(10)
    (history,) = backup.restores(replica, region=EAST)
    assert history["restore_state"] == "COMPLETED"
    found = [server for server in simulator.world()["servers"] if server["id"] == history["restore_server_id"]]
    assert [server["region"] for server in found] == [EAST]


def test_the_south_has_no_partner(backup: BackupApi) -> None:
    assert backup.asked("south1-web1", dr_enabled=True).status == 400
    assert backup.asked("south1-web1").status == 200
    assert backup.asked("south1-web2", name="b", region=EAST).status == 400


def test_what_is_stored_in_the_other_region_is_replicated_to_this_one(backup: BackupApi) -> None:
    target = backup.of_files(region=EAST, dr_enabled=True)
    shown = backup.show(target)
    assert (shown["region"], shown["dr_region"], shown["server_region"]) == (EAST, "kr-west1", "kr-west1")
    assert backup.show(shown["replica_backup_id"])["role_type"] == "REPLICA"
