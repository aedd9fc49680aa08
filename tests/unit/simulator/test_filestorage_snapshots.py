# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage: snapshots and schedules (platform-behaviour.md §5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Api

DAY = 86400


def take(api: Api, volume_id: str) -> dict[str, Any]:
    answer = api("POST", "/v1/snapshots", {"volume_id": volume_id})
    assert answer.status == 202, answer.body
    assert answer.body["snapshot"]["volume_id"] == volume_id
    found: dict[str, Any] = answer.body["snapshot"]
    return found


def test_a_snapshot_is_there_at_once(api: Api) -> None:
    volume = api.volume()
    made = take(api, volume["id"])
    assert made["state"] == "available"
    korean = datetime.fromisoformat(made["created_at"]) + timedelta(hours=9)
    assert made["name"] == f"{volume['name']}.{korean:%Y-%m-%d_%H%M%S}"
    [shown] = api.snapshots(volume["id"])
    assert shown == {name: value for name, value in made.items() if name != "volume_id"}
    assert api("GET", f"/v1/snapshots?volume_id={volume['id']}").body["snapshot_size_total_byte"] == shown["size"]


def test_two_snapshots_in_one_second(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    first, second = take(api, volume["id"]), take(api, volume["id"])
    assert first["name"] < second["name"]
    simulator.switch(snapshot_same_second="same")
    assert take(api, volume["id"])["name"] == first["name"]
    simulator.switch(snapshot_same_second="409")
    assert api("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == 409


def test_snapshots_of_nothing(api: Api) -> None:
    volume = api.volume()
    assert api("POST", "/v1/snapshots", {"volume_id": "nothing"}).status == 404
    assert api("GET", "/v1/snapshots?volume_id=nothing").status == 404
    assert api("DELETE", f"/v1/snapshots/nothing?volume_id={volume['id']}").status == 404
    other = take(api, api.volume()["id"])
    assert api("DELETE", f"/v1/snapshots/{other['id']}?volume_id={volume['id']}").status == 404


def test_delete(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    path = f"/v1/snapshots/{take(api, volume['id'])['id']}?volume_id={volume['id']}"
    answer = api("DELETE", path)
    assert (answer.status, answer.body) == (202, "")
    assert api.snapshots(volume["id"])[0]["state"] == "deleting"
    simulator.advance(0.2)
    assert api.snapshots(volume["id"]) == []
    assert api("DELETE", path).status == 404


@pytest.mark.parametrize("busy", ["409", "500"])
def test_delete_may_be_refused_for_a_moment(api: Api, simulator: Simulator, busy: str) -> None:
    simulator.switch(snapshot_delete_busy=busy, snapshot_delete_busy_attempts=2)
    volume = api.volume()
    path = f"/v1/snapshots/{take(api, volume['id'])['id']}?volume_id={volume['id']}"
    assert [api("DELETE", path).status for _ignored in range(3)] == [int(busy), int(busy), 202]


def test_restore_drops_newer_ones(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    taken = []
    for _ignored in range(3):
        simulator.advance(1)
        taken.append(take(api, volume["id"]))
    path = f"/v1/snapshots/{taken[1]['id']}/restore?volume_id={volume['id']}"
    answer = api("PUT", path, {})
    assert answer.status == 202
    assert answer.body["snapshot"]["id"] == taken[1]["id"]
    assert [s["id"] for s in api.snapshots(volume["id"])] == [s["id"] for s in taken[:2]]
    assert api.show(volume["id"])["state"] == "restoring"
    assert api("PUT", path).status == 409
    simulator.advance(1)
    assert api.show(volume["id"])["state"] == "available"
    simulator.switch(snapshot_restore_drops_newer=False)
    assert api("PUT", f"/v1/snapshots/{taken[0]['id']}/restore?volume_id={volume['id']}").status == 202
    assert len(api.snapshots(volume["id"])) == 2


def test_restore_into_a_new_volume(api: Api) -> None:
    volume = api.volume(type_name="SSD")
    snapshot = take(api, volume["id"])["id"]
    body = {"name": "restored", "protocol": "NFS", "type_name": "SSD", "snapshot_id": snapshot}
    answer = api("POST", "/v1/volumes", body)
    assert (answer.status, answer.body["snapshot_id"]) == (202, snapshot)
    assert api("POST", "/v1/volumes", {**body, "type_name": "HDD"}).status == 400
    cifs = {"protocol": "CIFS", "cifs_password": "cifspwd0!!"}
    assert api("POST", "/v1/volumes", {**body, **cifs}).status == 400
    assert api("POST", "/v1/volumes", {**body, "snapshot_id": "nothing"}).status == 404
    assert api("POST", "/v1/volumes", body, region="kr-east1").status == 404


def test_there_is_a_most(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    many = [{"volume_id": volume["id"], "name": f"{volume['name']}.{number}"} for number in range(799)]
    simulator.patch_world({"filestorage": {"snapshots": many}})
    take(api, volume["id"])
    assert api("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == 400


# --- schedules ----------------------------------------------------------------------------------------------------


def plan(volume_id: str, count: int | None = None, **fields: Any) -> dict[str, Any]:
    body = {"volume_id": volume_id, "snapshot_schedule": {"frequency": "DAILY", "hour": "3", **fields}}
    return body if count is None else {**body, "snapshot_retention_count": count}


def schedules(api: Api, volume_id: str) -> dict[str, Any]:
    answer = api("GET", f"/v1/snapshot-schedules?volume_id={volume_id}")
    assert answer.status == 200
    found: dict[str, Any] = answer.body
    return found


def test_one_schedule_a_volume(api: Api, simulator: Simulator) -> None:
    volume = api.volume()["id"]
    assert schedules(api, volume)["snapshot_schedule"] == []
    made = api("POST", "/v1/snapshot-schedules", plan(volume))
    assert made.status == 202
    assert "id" not in made.body
    assert "id" not in made.body["snapshot_schedule"]
    assert made.body["snapshot_retention_count"] == 10
    found = schedules(api, volume)
    [shown] = found["snapshot_schedule"]
    assert shown.pop("id")
    assert shown == {"frequency": "DAILY", "day_of_week": None, "hour": "3"}
    assert found["snapshot_retention_count"] == 10
    assert api("POST", "/v1/snapshot-schedules", plan(volume)).status == 409
    simulator.switch(schedule_duplicate="400")
    assert api("POST", "/v1/snapshot-schedules", plan(volume)).status == 400


def test_change_and_delete_a_schedule(api: Api) -> None:
    volume = api.volume()["id"]
    api("POST", "/v1/snapshot-schedules", plan(volume, 5))
    number = schedules(api, volume)["snapshot_schedule"][0]["id"]
    path = f"/v1/snapshot-schedules/{number}?volume_id={volume}"
    weekly = {"snapshot_schedule": {"frequency": "WEEKLY", "day_of_week": "SUN", "hour": "23"}}
    answer = api("PUT", path, weekly)
    assert answer.status == 202
    assert answer.body == {"snapshot_retention_count": 5, "volume_id": volume, **weekly}
    assert schedules(api, volume)["snapshot_schedule"] == [{**weekly["snapshot_schedule"], "id": number}]
    assert api("PUT", f"/v1/snapshot-schedules/other?volume_id={volume}", weekly).status == 404
    assert api("DELETE", path).status == 202
    assert schedules(api, volume)["snapshot_schedule"] == []
    assert api("DELETE", path).status == 404


@pytest.mark.parametrize(
    ("count", "fields"),
    [(0, {}), (129, {}), (None, {"day_of_week": "MON"}), (None, {"frequency": "WEEKLY"})],
)
def test_schedules_that_make_no_sense(api: Api, count: int | None, fields: dict[str, str]) -> None:
    volume = api.volume()["id"]
    assert api("POST", "/v1/snapshot-schedules", plan(volume, count, **fields)).status == 400


@pytest.mark.violations_expected
@pytest.mark.parametrize("hour", [3, "24", "03"])
def test_the_hour_is_a_string(api: Api, hour: object) -> None:
    volume = api.volume()["id"]
    assert api("POST", "/v1/snapshot-schedules", plan(volume, hour=hour)).status == 400


def test_a_schedule_takes_snapshots(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    kept = take(api, volume["id"])
    api("POST", "/v1/snapshot-schedules", plan(volume["id"], 3))
    simulator.advance(DAY)
    first = api.snapshots(volume["id"])
    assert len(first) == 2
    assert first[1]["name"].endswith("_030000")
    # 3 o'clock in Korea is 18 o'clock UTC.
    assert "T18:00:00" in first[1]["created_at"]
    simulator.advance(10 * DAY)
    found = api.snapshots(volume["id"])
    assert found[0]["id"] == kept["id"]
    assert len(found) == 4
    assert all(s["name"].endswith("_030000") for s in found[1:])
    simulator.advance(DAY)
    assert api.snapshots(volume["id"])[-1]["id"] != found[-1]["id"]


def test_a_changed_schedule_fires_once(api: Api, simulator: Simulator) -> None:
    volume = api.volume()["id"]
    api("POST", "/v1/snapshot-schedules", plan(volume))
    number = schedules(api, volume)["snapshot_schedule"][0]["id"]
    weekly = {"snapshot_schedule": {"frequency": "WEEKLY", "day_of_week": "WED", "hour": "0"}}
    api("PUT", f"/v1/snapshot-schedules/{number}?volume_id={volume}", weekly)
    simulator.advance(14 * DAY)
    found = api.snapshots(volume)
    assert len(found) == 2
    for snapshot in found:
        assert (datetime.fromisoformat(snapshot["created_at"]) + timedelta(hours=9)).strftime("%a") == "Wed"
    api("DELETE", f"/v1/snapshot-schedules/{number}?volume_id={volume}")
    simulator.advance(14 * DAY)
    assert len(api.snapshots(volume)) == 2
