# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM): snapshot rates, snapshots, their space, schedules and recoveries (platform-behaviour.md §7)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .bare_metal import EAST, BmApi, bm

__all__ = ["bm"]

DAY = 86400.0
RATE = {"snapshot_rate": 50}


def now(simulator: Simulator) -> datetime:
    return datetime.fromisoformat(simulator.control("GET", "clock")["now"].removesuffix("Z"))


def until(simulator: Simulator, hour: int) -> None:
    """Go to a quarter past this hour on a Korean clock."""
    korean = now(simulator) + timedelta(hours=9)
    then = korean.replace(hour=hour, minute=15, second=0, microsecond=0)
    then += timedelta(days=then <= korean)
    simulator.advance((then - korean).total_seconds())


def listed(api: BmApi, volume: str) -> dict[str, Any]:
    found: dict[str, Any] = api.ok("GET", f"/v1/volumes/{volume}/snapshots")
    return found


# --- the rate -----------------------------------------------------------------------------------------------------


def test_the_rate(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    path = f"/v1/volumes/{volume}/snapshot-rates"
    shown = {"is_snapshot_activated": True, "snapshot_rate": 50, "volume_id": volume}
    assert bm.ok("POST", path, RATE) == shown
    assert (bm.state(volume), bm.show(volume)["snapshot_rate"]) == ("EDITING", 0)
    simulator.advance(1)
    assert (bm.state(volume), bm.show(volume)["snapshot_rate"]) == ("IN_USE", 50)
    assert bm("POST", path, RATE).status == 400
    simulator.switch(bm_rate_duplicate="409")
    assert bm("POST", path, RATE).status == 409
    assert bm.ok("PUT", path, {"snapshot_rate": 60}) == {**shown, "snapshot_rate": 60}
    simulator.advance(1)
    assert listed(bm, volume)["snapshot_capacity_mb"] == 61440
    answer = bm.ok("DELETE", path)
    assert answer == {"is_snapshot_activated": False, "snapshot_rate": 0, "volume_id": volume}
    simulator.advance(1)
    for status in (400, 404):
        simulator.switch(bm_rate_missing=status)
        assert bm("DELETE", path).status == status
        assert bm("PUT", path, RATE).status == status


def test_the_range_of_the_rate_is_a_switch(bm: BmApi, simulator: Simulator) -> None:
    path = f"/v1/volumes/{bm.made()}/snapshot-rates"
    for rate in (-1, 0, 101):
        assert bm("POST", path, {"snapshot_rate": rate}).error["code"] == "ValidationError"
    simulator.switch(bm_snapshot_rate_min=20, bm_snapshot_rate_max=500)
    assert bm("POST", path, {"snapshot_rate": 19}).status == 400
    assert bm("POST", path, {"snapshot_rate": 500}).status == 200


def test_without_a_rate_there_is_nothing(bm: BmApi) -> None:
    volume = bm.made()
    path = f"/v1/volumes/{volume}"
    answers = [
        bm("POST", f"{path}/snapshots"),
        bm("POST", f"{path}/snapshot-schedules", {"hour": 3}),
        bm("POST", f"{path}/replications", {"cycle": "5MIN", "name": "copy", "region": EAST}),
        bm("POST", "/v1/volume-groups", {"name": "vg-01", "volume_ids": [volume]}),
    ]
    assert [answer.status for answer in answers] == [400] * 4
    assert all("no snapshot rate" in answer.error["detail"] for answer in answers)
    assert listed(bm, volume) == {
        "is_snapshot_policy": False, "snapshot_capacity_mb": 0, "snapshot_capacity_rate": 0,
        "snapshot_total_usage": 0, "snapshots": [], "volume_id": volume,
    }  # fmt: skip


def test_deleting_the_rate_ends_snapshots(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    bm.take(f"/volumes/{volume}")
    bm.ok("POST", f"/v1/volumes/{volume}/snapshot-schedules", {"hour": 3})
    path = f"/v1/volumes/{volume}/snapshot-rates"
    simulator.switch(bm_rate_delete_with_schedule="400")
    assert bm("DELETE", path).status == 400
    simulator.switch(bm_rate_delete_with_schedule="accept")
    bm.ok("DELETE", path)
    simulator.advance(1)
    shown = bm.show(volume)
    assert (shown["snapshot_rate"], shown["snapshot_schedule"]["frequency"]) == (0, "NONE")
    assert bm.taken(f"/volumes/{volume}") == []


def test_a_group_or_a_replication_keeps_the_rate(bm: BmApi, simulator: Simulator) -> None:
    _ignored, volumes = bm.grouped()
    replicated = bm.made("bs-03", rate=50)
    bm.ok("POST", f"/v1/volumes/{replicated}/replications", {"cycle": "5MIN", "name": "copy", "region": EAST})
    simulator.advance(5)
    for volume in (volumes[0], replicated):
        assert bm("DELETE", f"/v1/volumes/{volume}/snapshot-rates").status == 400
        assert bm("PUT", f"/v1/volumes/{volume}/snapshot-rates", RATE).status == 200


# --- snapshots ----------------------------------------------------------------------------------------------------


def test_snapshots(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    made = bm.ok("POST", f"/v1/volumes/{volume}/snapshots")
    shown = bm.show(volume)
    assert set(made) == {"account_id", "snapshot_id", "snapshot_name", "volume_id"}
    assert (made["volume_id"], made["account_id"]) == (volume, shown["account_id"])
    pattern = rf"{shown['storage_volume_name']}___bs-01\.\d{{4}}-\d\d-\d\d_\d{{6}}"
    assert re.fullmatch(pattern, made["snapshot_name"])
    second = bm.take(f"/volumes/{volume}")
    assert bm.taken(f"/volumes/{volume}") == [made["snapshot_id"], second]
    first = listed(bm, volume)["snapshots"][0]
    assert first["snapshot_name"] == made["snapshot_name"]
    assert first["created_dt"].endswith("Z")
    path = f"/v1/volumes/{volume}/snapshots/{second}"
    expected = {"account_id": shown["account_id"], "snapshot_id": second, "volume_id": volume}
    assert bm.ok("DELETE", path) == expected
    assert bm("DELETE", path).status == 409
    simulator.advance(0.2)
    assert bm("DELETE", path).status == 404
    assert bm.taken(f"/volumes/{volume}") == [made["snapshot_id"]]


def test_two_snapshots_in_one_second(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    path = f"/v1/volumes/{volume}/snapshots"
    names = {bm.ok("POST", path)["snapshot_name"] for _ignored in range(3)}
    assert len(names) == 3
    simulator.switch(bm_snapshot_same_second="409")
    assert bm("POST", path).status == 409
    simulator.switch(bm_snapshot_same_second="same")
    assert bm.ok("POST", path)["snapshot_name"] in names


@pytest.mark.violations_expected
def test_create_takes_no_body(bm: BmApi) -> None:
    volume = bm.made(rate=50)
    assert bm("POST", f"/v1/volumes/{volume}/snapshots", {"name": "mine"}).status == 400
    assert bm("POST", f"/v1/volumes/{volume}/snapshots", {}).status == 200


@pytest.mark.parametrize("drops", [True, False])
def test_restore_needs_the_servers_to_let_go(bm: BmApi, simulator: Simulator, drops: bool) -> None:
    simulator.switch(bm_restore_drops_newer=drops)
    volume = bm.made(rate=50)
    first, _ignored = bm.take(f"/volumes/{volume}"), bm.take(f"/volumes/{volume}")
    path = f"/v1/volumes/{volume}/snapshots/{first}/restore"
    assert bm("PUT", path).error["detail"].endswith("is attached to a server.")
    bm.ok("DELETE", f"/v1/volumes/{volume}/attachments", {"attachments": [bm.server("west-db1")["object_id"]]})
    simulator.advance(2)
    assert bm.ok("PUT", path)["snapshot_id"] == first
    assert bm.state(volume) == "EDITING"
    simulator.advance(2)
    assert bm.state(volume) == "AVAILABLE"
    assert len(bm.taken(f"/volumes/{volume}")) == (1 if drops else 2)
    other = bm.made("bs-02", rate=50, free=True)
    assert bm("PUT", f"/v1/volumes/{other}/snapshots/{first}/restore").status == 404


# --- space --------------------------------------------------------------------------------------------------------


def test_space_fills_with_time(bm: BmApi, simulator: Simulator) -> None:
    # 100 GB: 10 % are 10240 MB, 90 % of that 9216. A snapshot takes 102.4 MB at once, the newest 1024 MB more a day.
    volume = bm.made(rate=10)
    first = bm.take(f"/volumes/{volume}")
    assert listed(bm, volume)["snapshot_total_usage"] == pytest.approx(102.4)
    simulator.advance(2 * DAY)
    bm.take(f"/volumes/{volume}")
    simulator.advance(3 * DAY)
    bm.take(f"/volumes/{volume}")
    found = listed(bm, volume)
    assert [s["snapshot_size_mb"] for s in found["snapshots"]] == pytest.approx([2150.4, 3174.4, 102.4], abs=1)
    assert found["snapshot_capacity_rate"] == 10
    # Five of nearly nine days have gone; on the ninth there is no room for the oldest.
    simulator.advance(3.5 * DAY)
    assert first in bm.taken(f"/volumes/{volume}")
    simulator.advance(0.5 * DAY)
    assert first not in bm.taken(f"/volumes/{volume}")
    assert len(bm.taken(f"/volumes/{volume}")) == 2
    # The next follows when the newest alone is big enough for it, and at last that one itself.
    simulator.advance(30 * DAY)
    assert bm.taken(f"/volumes/{volume}") == []


def test_space_fills_with_snapshots(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_snapshot_base_percent=2.0, bm_snapshot_growth_percent=0)
    volume = bm.made(rate=10)
    taken = [bm.take(f"/volumes/{volume}") for _ignored in range(6)]
    assert bm.taken(f"/volumes/{volume}") == taken[2:]
    simulator.switch(bm_snapshot_space_limit=50)
    bm.take(f"/volumes/{volume}")
    assert len(bm.taken(f"/volumes/{volume}")) == 2


def test_less_space_costs_snapshots(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_snapshot_base_percent=2.0, bm_snapshot_growth_percent=0)
    volume = bm.made(rate=10)
    taken = [bm.take(f"/volumes/{volume}") for _ignored in range(4)]
    bm.ok("PUT", f"/v1/volumes/{volume}/snapshot-rates", {"snapshot_rate": 5})
    simulator.advance(1)
    assert bm.taken(f"/volumes/{volume}") == taken[2:]


def test_a_members_lack_of_space_costs_the_whole_snapshot(bm: BmApi, simulator: Simulator) -> None:
    group, volumes = bm.grouped()
    simulator.switch(bm_snapshot_base_percent=30.0, bm_snapshot_growth_percent=0)
    taken = [bm.take(f"/volume-groups/{group}") for _ignored in range(2)]
    bm.ok("PUT", f"/v1/volumes/{volumes[0]}/snapshot-rates", RATE)
    simulator.advance(1)
    assert bm.taken(f"/volume-groups/{group}") == taken[1:]
    assert listed(bm, volumes[1])["snapshot_total_usage"] == pytest.approx(30720)


# --- schedules ----------------------------------------------------------------------------------------------------


def test_schedules(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    path = f"/v1/volumes/{volume}/snapshot-schedules"
    for method in ("PUT", "DELETE"):
        assert bm(method, path, {"hour": 3} if method == "PUT" else None).status == 404
    simulator.switch(bm_schedule_missing="400")
    assert bm("DELETE", path).status == 400
    daily = {"day_of_week": None, "frequency": "DAILY", "hour": 3, "volume_id": volume}
    assert bm.ok("POST", path, {"hour": 3}) == daily
    assert bm.show(volume)["snapshot_schedule"] == {"frequency": "DAILY", "hour": 3, "day_of_week": "MON"}
    assert bm("POST", path, {"hour": 4}).status == 409
    simulator.switch(bm_schedule_duplicate="400", bm_schedule_shows_monday=False)
    assert bm("POST", path, {"hour": 4}).status == 400
    assert bm.show(volume)["snapshot_schedule"] == {"frequency": "DAILY", "hour": 3}
    weekly = {"day_of_week": "SUN", "frequency": "WEEKLY", "hour": 23, "volume_id": volume}
    assert bm.ok("PUT", path, {"hour": 23, "day_of_week": "SUN"}) == weekly
    assert bm.show(volume)["snapshot_schedule"] == {"frequency": "WEEKLY", "hour": 23, "day_of_week": "SUN"}
    assert bm.ok("PUT", path, {"hour": 0})["frequency"] == "DAILY"
    for hour in (-1, 24):
        assert bm("PUT", path, {"hour": hour}).status == 400
    assert bm.ok("DELETE", path)["hour"] == 0
    assert bm.show(volume)["snapshot_schedule"] == {"frequency": "NONE"}


@pytest.mark.violations_expected
def test_hours_are_numbers(bm: BmApi) -> None:
    path = f"/v1/volumes/{bm.made(rate=50)}/snapshot-schedules"
    assert bm("POST", path, {"hour": "3"}).status == 400
    assert bm("POST", path, {"hour": 3, "day_of_week": None}).status == 400
    assert bm("POST", path, {"day_of_week": "SUN"}).status == 400


def test_schedules_take_snapshots(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    until(simulator, 12)
    bm.ok("POST", f"/v1/volumes/{volume}/snapshot-schedules", {"hour": 13})
    simulator.advance(DAY * 3)
    names = [snapshot["snapshot_name"] for snapshot in listed(bm, volume)["snapshots"]]
    assert len(names) == 3
    assert all(name.endswith("_130000") for name in names)
    # A busy volume misses its turn.
    bm.patch(volume, state="EDITING")
    simulator.advance(DAY)
    assert len(bm.taken(f"/volumes/{volume}")) == 3
    bm.patch(volume, state="IN_USE")
    bm.ok("DELETE", f"/v1/volumes/{volume}/snapshot-schedules")
    simulator.advance(DAY * 3)
    assert len(bm.taken(f"/volumes/{volume}")) == 3


def test_weekly_schedules(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=100)
    bm.ok("POST", f"/v1/volumes/{volume}/snapshot-schedules", {"hour": 3, "day_of_week": "WED"})
    simulator.advance(28 * DAY)
    found = listed(bm, volume)["snapshots"]
    assert len(found) == 4
    days = {datetime.fromisoformat(s["created_dt"].removesuffix("Z")) + timedelta(hours=9) for s in found}
    assert {day.strftime("%a %H") for day in days} == {"Wed 03"}


def test_members_have_no_schedule_of_their_own(bm: BmApi, simulator: Simulator) -> None:
    _ignored, volumes = bm.grouped()
    path = f"/v1/volumes/{volumes[0]}/snapshot-schedules"
    assert bm("POST", path, {"hour": 3}).status == 400
    simulator.switch(bm_member_schedule="allow")
    assert bm("POST", path, {"hour": 3}).status == 200


# --- recoveries ---------------------------------------------------------------------------------------------------


def test_recovery(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    snapshot = bm.take(f"/volumes/{volume}")
    path = f"/v1/volumes/{volume}/recoveries"
    made = bm.ok("POST", path, {"name": "second", "snapshot_id": snapshot})["resource_id"]
    assert bm.state(made) == "CREATING"
    simulator.advance(5)
    origin, second = bm.show(volume), bm.show(made)
    assert (second["state"], second["purpose"], second["attachments"]) == ("AVAILABLE", "RECOVERY", [])
    assert all(second[name] == origin[name] for name in ("size_gb", "disk_type", "qos"))
    assert (origin["purpose"], second["name"], second["snapshot_rate"]) == ("ORG", "second", 0)
    ends = {
        "origin_volume": {"id": volume, "name": "bs-01", "attachments": bm_ends(bm, "west-db1")},
        "recovery_volume": {"id": made, "name": "second", "attachments": []},
    }
    assert (origin["recovery"], second["recovery"]) == (ends, ends)
    simulator.switch(bm_recovery_purpose="CLONE")
    assert bm.show(made)["purpose"] == "CLONE"
    simulator.switch(bm_recovery_purpose="RECOVERY")
    for call, body in (
        ("snapshot-rates", RATE),
        ("replications", {"cycle": "5MIN", "name": "copy", "region": EAST}),
        ("snapshots", None),
    ):
        assert bm("POST", f"/v1/volumes/{made}/{call}", body).status == 400
    assert bm("POST", "/v1/volume-groups", {"name": "vg-01", "volume_ids": [made]}).status == 400
    bm.ok("POST", f"/v1/volumes/{made}/attachments", {"attachments": bm.servers("west-db2")})
    simulator.advance(2)
    assert bm.state(made) == "IN_USE"
    assert bm("POST", path, {"name": "x", "snapshot_id": snapshot}).status == 400
    assert bm("POST", path, {"name": "third", "snapshot_id": "unknown"}).status == 404


def bm_ends(api: BmApi, name: str) -> list[dict[str, str]]:
    server = api.server(name)
    return [{"id": server["object_id"], "type": server["object_type"]}]


def test_a_recovery_may_fail(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    snapshot = bm.take(f"/volumes/{volume}")
    simulator.switch(bm_fails="recover")
    made = bm.ok("POST", f"/v1/volumes/{volume}/recoveries", {"name": "second", "snapshot_id": snapshot})
    simulator.advance(5)
    assert bm.state(made["resource_id"]) == "ERROR"
    assert bm("DELETE", f"/v1/volumes/{made['resource_id']}").status == 202
