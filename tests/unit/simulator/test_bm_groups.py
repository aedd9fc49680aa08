# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM): groups, their members, snapshots, schedules and recoveries (platform-behaviour.md §7)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .bare_metal import EAST, PREFIX, BmApi, bm

__all__ = ["bm"]

DAY = 86400.0


def members(api: BmApi, group: str) -> list[str]:
    return [volume["name"] for volume in api.group(group)["member_volumes"]]


def change(api: BmApi, group: str, what: str, *volumes: str) -> Any:
    return api("PUT", f"/v1/volume-groups/{group}/members/{what}", {"volume_ids": list(volumes)})


def asked(api: BmApi, *volumes: str, **fields: Any) -> Any:
    return api("POST", "/v1/volume-groups", {"name": "vg-01", "volume_ids": list(volumes), **fields})


def test_a_group_is_made_of_volumes(bm: BmApi, simulator: Simulator) -> None:
    volumes = [bm.made(name, rate=50) for name in ("bs-01", "bs-02")]
    answer = asked(bm, *volumes, tags=[{"key": "team", "value": "a"}])
    assert answer.status == 202
    group = answer.body["resource_id"]
    assert re.fullmatch(r"[0-9a-f]{32}", group)
    shown = bm.group(group)
    assert (shown["state"], shown["purpose"]) == ("CREATING", "ORG")
    assert [bm.state(volume) for volume in volumes] == ["EDITING"] * 2
    simulator.advance(3)
    shown = bm.group(group)
    assert (shown["state"], shown["snapshot_schedule"]["frequency"]) == ("AVAILABLE", "NONE")
    assert (shown["has_origin"], shown["has_replication"]) == (False, False)
    assert "recovery" not in shown
    assert shown["member_volumes"][0] == {
        "id": volumes[0], "name": "bs-01", "disk_type": "SSD", "size_gb": 100, "snapshot_rate": 50, "state": "IN_USE",
    }  # fmt: skip
    assert bm.show(volumes[0])["volume_group"] == {"id": group, "name": "vg-01"}
    assert re.fullmatch(r"go\d{12}[0-9a-f]{11}", shown["storage_volume_group_name"])


def test_members_may_be_left_alone(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_group_holds_members=False)
    volume = bm.made(rate=50)
    asked(bm, volume)
    assert bm.state(volume) == "IN_USE"


def test_lists(bm: BmApi, simulator: Simulator) -> None:
    group, _ignored = bm.grouped()
    asked(bm, bm.made("bs-03", rate=50), name="other")
    simulator.advance(1)
    found = bm.ok("GET", "/v1/volume-groups")
    assert found["total_count"] == 2
    assert [(g["name"], g["num_of_block_storages"]) for g in found["volume_groups"]] == [("other", 1), ("vg-01", 2)]
    assert bm.ok("GET", "/v1/volume-groups?name=vg")["volume_groups"][0]["id"] == group
    assert bm.ok("GET", "/v1/volume-groups?limit=1&offset=1")["volume_groups"][0]["id"] == group
    assert bm.ok("GET", "/v1/volume-groups?sort=name:desc")["volume_groups"][0]["id"] == group
    assert bm("GET", "/v1/volume-groups?sort=size:desc").status == 400
    assert bm.ok("GET", "/v1/volume-groups", region=EAST)["total_count"] == 0
    assert bm("GET", f"/v1/volume-groups/{group}", region=EAST).error["code"] == f"{PREFIX}Notfound.volume_group"


def test_what_can_not_be_a_member(bm: BmApi, simulator: Simulator) -> None:
    plain, scheduled, replicated = bm.made("bs-01"), bm.made("bs-02", rate=50), bm.made("bs-03", rate=50)
    bm.ok("POST", f"/v1/volumes/{scheduled}/snapshot-schedules", {"hour": 3})
    bm.ok("POST", f"/v1/volumes/{replicated}/replications", {"cycle": "5MIN", "name": "copy", "region": EAST})
    simulator.advance(5)
    _ignored, grouped = bm.grouped("bs-04")
    for volume, why in (
        (plain, "no snapshot rate"),
        (scheduled, "a snapshot schedule"),
        (replicated, "a replication"),
        (grouped[0], "in a volume group"),
    ):
        answer = asked(bm, volume)
        assert (answer.status, why in answer.error["detail"]) == (400, True)
    assert asked(bm, "0" * 32).status == 404
    assert asked(bm).status == 400
    good = bm.made("bs-05", rate=50)
    assert asked(bm, good, good).status == 400
    assert asked(bm, good, name="vg_1").status == 400


def test_sixteen_members(bm: BmApi, simulator: Simulator) -> None:
    volumes = [bm.asked(name=f"bs-{index:02d}").body["resource_id"] for index in range(17)]
    simulator.advance(5)
    for volume in volumes:
        bm.ok("POST", f"/v1/volumes/{volume}/snapshot-rates", {"snapshot_rate": 50})
    simulator.advance(1)
    assert asked(bm, *volumes).status == 400
    group = asked(bm, *volumes[:16]).body["resource_id"]
    simulator.advance(3)
    assert change(bm, group, "add", volumes[16]).status == 400
    assert len(members(bm, group)) == 16


def test_members_come_and_go(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    third = bm.made("bs-03", rate=50)
    answer = change(bm, group, "add", third)
    assert answer.status == 200
    assert answer.body["id"] == group
    assert answer.body["member_volumes"][2] == {
        "id": third, "name": "bs-03", "disk_type": "SSD", "purpose": "ORG", "size_gb": 100,
        "so_volume_id": "", "so_volume_name": bm.show(third)["storage_volume_name"],
    }  # fmt: skip
    assert (bm.group(group)["state"], bm.state(third), members(bm, group)) == ("EDITING", "EDITING", ["bs-01", "bs-02"])
    assert change(bm, group, "remove", third).status == 409
    simulator.advance(1)
    assert (bm.group(group)["state"], members(bm, group)) == ("AVAILABLE", ["bs-01", "bs-02", "bs-03"])
    answer = change(bm, group, "remove", volumes[0], third)
    assert [volume["name"] for volume in answer.body["member_volumes"]] == ["bs-02"]
    simulator.advance(1)
    assert members(bm, group) == ["bs-02"]
    assert "volume_group" not in bm.show(third)


def test_adding_twice_and_removing_what_is_not_there(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    third = bm.made("bs-03", rate=50)
    assert change(bm, group, "add", volumes[0], third).status == 400
    assert change(bm, group, "remove", third).status == 400
    for what in ("add", "remove"):
        assert change(bm, group, what).status == 400
        assert change(bm, group, what, "0" * 32).status == 404
    simulator.switch(bm_member_missing="404")
    assert change(bm, group, "remove", third).status == 404
    simulator.switch(bm_member_missing="accept", bm_member_duplicate="accept")
    assert change(bm, group, "add", volumes[0], third).status == 200
    simulator.advance(1)
    assert change(bm, group, "remove", third).status == 200
    simulator.advance(1)
    assert change(bm, group, "remove", third).status == 200


def test_the_last_member(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    bm.take(f"/volume-groups/{group}")
    simulator.switch(bm_group_empty="400")
    assert change(bm, group, "remove", *volumes).status == 400
    simulator.switch(bm_group_empty="stays")
    assert change(bm, group, "remove", *volumes).body["member_volumes"] == []
    simulator.advance(10)
    assert (bm.group(group)["state"], members(bm, group)) == ("AVAILABLE", [])
    assert bm("POST", f"/v1/volume-groups/{group}/snapshots").status == 400
    change(bm, group, "add", volumes[0])
    simulator.advance(1)
    simulator.switch(bm_group_empty="goes")
    change(bm, group, "remove", volumes[0])
    simulator.advance(1)
    assert bm.group(group)["state"] == "DELETING"
    simulator.advance(2)
    assert bm("GET", f"/v1/volume-groups/{group}").status == 404
    assert simulator.world()["baremetal-blockstorage"]["snapshots"] == []
    assert bm.state(volumes[0]) == "IN_USE"


@pytest.mark.violations_expected
def test_no_call_deletes_a_group(bm: BmApi) -> None:
    group, _ignored = bm.grouped()
    assert bm("DELETE", f"/v1/volume-groups/{group}").status == 403


def test_a_busy_member_makes_the_group_busy(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    bm.patch(volumes[0], state="ATTACHING")
    assert bm("POST", f"/v1/volume-groups/{group}/snapshots").status == 409
    simulator.switch(bm_group_holds_members=False)
    assert bm("POST", f"/v1/volume-groups/{group}/snapshots").status == 200


# --- snapshots and schedules --------------------------------------------------------------------------------------


def test_snapshots_of_a_group(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    made = bm.ok("POST", f"/v1/volume-groups/{group}/snapshots")
    assert made["volume_group_id"] == group
    assert "___vg-01." in made["snapshot_name"]
    found = bm.ok("GET", f"/v1/volume-groups/{group}/snapshots")
    assert (found["is_snapshot_policy"], found["volume_group_id"]) == (True, group)
    assert [s["snapshot_id"] for s in found["snapshots"]] == [made["snapshot_id"]]
    # The members' parts take space, but are not the members' own.
    assert bm.taken(f"/volumes/{volumes[0]}") == []
    assert bm.ok("GET", f"/v1/volumes/{volumes[0]}/snapshots")["snapshot_total_usage"] > 0
    simulator.switch(bm_group_snapshots_show_on_members=True)
    (part,) = bm.taken(f"/volumes/{volumes[0]}")
    assert bm("DELETE", f"/v1/volumes/{volumes[0]}/snapshots/{part}").status == 400
    path = f"/v1/volume-groups/{group}/snapshots/{made['snapshot_id']}"
    assert bm.ok("DELETE", path)["volume_group_id"] == group
    simulator.advance(0.2)
    assert bm("DELETE", path).status == 404
    assert simulator.world()["baremetal-blockstorage"]["snapshots"] == []


def test_restoring_a_group(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    first, _ignored = bm.take(f"/volume-groups/{group}"), bm.take(f"/volume-groups/{group}")
    own = bm.take(f"/volumes/{volumes[1]}")
    path = f"/v1/volume-groups/{group}/snapshots/{first}/restore"
    assert bm("PUT", path).status == 400
    server = bm.server("west-db1")["object_id"]
    for volume in volumes:
        bm.ok("DELETE", f"/v1/volumes/{volume}/attachments", {"attachments": [server]})
    simulator.advance(2)
    assert bm.ok("PUT", path) == {
        "account_id": bm.group(group)["account_id"], "snapshot_id": first, "volume_group_id": group,
    }  # fmt: skip
    assert [bm.group(group)["state"], *(bm.state(volume) for volume in volumes)] == ["EDITING"] * 3
    simulator.advance(2)
    assert [bm.group(group)["state"], *(bm.state(volume) for volume in volumes)] == ["AVAILABLE"] * 3
    assert bm.taken(f"/volume-groups/{group}") == [first]
    assert own not in bm.taken(f"/volumes/{volumes[1]}")


def test_schedule_of_a_group(bm: BmApi, simulator: Simulator) -> None:
    group, _ignored = bm.grouped()
    path = f"/v1/volume-groups/{group}/snapshot-schedules"
    weekly = {"day_of_week": "SUN", "frequency": "WEEKLY", "hour": 18, "volume_group_id": group}
    assert bm.ok("POST", path, {"day_of_week": "SUN", "hour": 18}) == weekly
    assert bm("POST", path, {"hour": 4}).status == 409
    assert bm.ok("PUT", path, {"hour": 4})["frequency"] == "DAILY"
    assert bm.group(group)["snapshot_schedule"]["hour"] == 4
    simulator.advance(2 * DAY)
    assert len(bm.taken(f"/volume-groups/{group}")) == 2
    assert bm.ok("DELETE", path)["volume_group_id"] == group
    assert bm("DELETE", path).status == 404


# --- recoveries ---------------------------------------------------------------------------------------------------


def test_recovery_of_a_group(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    snapshot = bm.take(f"/volume-groups/{group}")
    late = bm.made("bs-03", rate=50)
    change(bm, group, "add", late)
    simulator.advance(1)
    path = f"/v1/volume-groups/{group}/recoveries"
    body = {"block_storage_name_prefix": "prefix-", "snapshot_id": snapshot}
    made = bm.ok("POST", path, body)["resource_id"]
    assert bm.group(made)["state"] == "CREATING"
    simulator.advance(5)
    shown = bm.group(made)
    assert (shown["state"], shown["purpose"], shown["name"]) == ("AVAILABLE", "RECOVERY", "prefix-vg-01")
    # The member that came after the snapshot is not in it.
    assert members(bm, made) == ["prefix-bs-01", "prefix-bs-02"]
    ends = {
        "origin_volume_group": {"id": group, "name": "vg-01"},
        "recovery_volume_group": {"id": made, "name": "prefix-vg-01"},
    }
    assert (shown["recovery"], bm.group(group)["recovery"]) == (ends, ends)
    member = shown["member_volumes"][0]
    assert (member["origin_volume"]["id"], member["recovery_volume"]["id"]) == (volumes[0], member["id"])
    assert bm.show(member["id"])["purpose"] == "RECOVERY"
    assert bm("POST", f"/v1/volume-groups/{made}/snapshots").status == 400
    assert bm("POST", path, {**body, "block_storage_name_prefix": "1-"}).status == 400
    assert bm("POST", path, {**body, "block_storage_name_prefix": "p" * 24}).status == 400
    assert bm("POST", path, {**body, "snapshot_id": "unknown"}).status == 404
    change(bm, made, "remove", *(volume["id"] for volume in shown["member_volumes"]))
    simulator.advance(3)
    assert bm("GET", f"/v1/volume-groups/{made}").status == 404
    assert bm("DELETE", f"/v1/volumes/{member['id']}").status == 202
