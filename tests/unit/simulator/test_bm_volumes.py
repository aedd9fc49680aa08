# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM): volumes, attachments, states and errors (platform-behaviour.md §7)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .bare_metal import EAST, HDD, PREFIX, QOS, BmApi, bm

__all__ = ["bm"]

HEX = re.compile(r"[0-9a-f]{32}")
DBS = [f"west-db{number}" for number in range(1, 15)]


def attachments(api: BmApi, volume: str) -> list[str]:
    return [server["name"] for server in api.show(volume)["attachments"]]


def ids(api: BmApi, *names: str) -> list[str]:
    return [api.server(name)["object_id"] for name in names]


def attach(api: BmApi, volume: str, *names: str) -> Any:
    return api("POST", f"/v1/volumes/{volume}/attachments", {"attachments": api.servers(*names)})


def detach(api: BmApi, volume: str, *names: str) -> Any:
    return api("DELETE", f"/v1/volumes/{volume}/attachments", {"attachments": ids(api, *names)})


def test_a_volume_is_born_in_use(bm: BmApi, simulator: Simulator) -> None:
    answer = bm.asked("west-db1", "west-mngc2", tags=[{"key": "team", "value": "a"}])
    assert answer.status == 202
    assert set(answer.body) == {"request_id", "resource_id"}
    volume = answer.body["resource_id"]
    assert HEX.fullmatch(volume)
    assert bm.state(volume) == "CREATING"
    simulator.advance(5)
    shown = bm.show(volume)
    assert (shown["state"], shown["previous_state"], shown["purpose"]) == ("IN_USE", "CREATING", "ORG")
    assert (shown["disk_type"], shown["size_gb"], shown["qos"]) == ("SSD", 100, QOS)
    assert [(a["name"], a["type"], a["state"]) for a in shown["attachments"]] == [
        ("west-db1", "BM", "RUNNING"),
        ("west-mngc2", "MNGC", "RUNNING"),
    ]
    assert shown["snapshot_schedule"]["frequency"] == "NONE"
    assert (shown["snapshot_rate"], shown["external_errors"], shown["is_encryption"]) == (0, [], True)
    assert shown["srn"] == f"srn:e::{shown['account_id']}:kr-west1::baremetal-blockstorage:volume/{volume}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown["created_at"])
    assert re.fullmatch(r"vo\d{12}[0-9a-f]{11}", shown["storage_volume_name"])
    assert len(shown["iscsi_target_ips"]) == 2
    assert not {"recovery", "volume_group"} & set(shown)
    assert simulator.world()["baremetal-blockstorage"]["volumes"][0]["tags"] == [{"key": "team", "value": "a"}]


def test_hdd_shows_no_qos(bm: BmApi) -> None:
    body = {**HDD, "attachments": bm.servers("west-db1")}
    assert "qos" not in bm.show(bm.ok("POST", "/v1/volumes", body)["resource_id"])


@pytest.mark.parametrize("count", [0, 9])
def test_one_to_eight_attachments(bm: BmApi, count: int) -> None:
    assert bm("POST", "/v1/volumes", {**HDD, "attachments": bm.servers(*DBS[:count])}).status == 400
    assert bm.asked(*DBS[:8]).status == 202


def test_servers_must_exist(bm: BmApi) -> None:
    known = bm.server("west-db1")
    strangers = [
        {**known, "object_id": "0" * 32},
        {**bm.server("west-db2"), "object_type": "MNGC"},
        bm.server("east-db1"),
    ]
    for stranger in strangers:
        assert bm("POST", "/v1/volumes", {**HDD, "attachments": [known, stranger]}).status == 404
    assert bm("POST", "/v1/volumes", {**HDD, "attachments": [known, known]}).status == 400
    assert bm("POST", "/v1/volumes", {**HDD, "attachments": [{"object_type": "BM"}]}).error["detail"] == [
        "Field required"
    ]
    assert bm.names() == []


@pytest.mark.violations_expected
def test_servers_are_bare_metal(bm: BmApi) -> None:
    assert bm("POST", "/v1/volumes", {**HDD, "attachments": bm.servers("west-web1")}).status == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "1volume"}, {"name": "ab"}, {"name": "a" * 29}, {"name": "my_volume"}, {"name": "-abc"},
        {"size_gb": 0}, {"size_gb": 16385},
        {"qos": None}, {"disk_type": "HDD"},
        {"tags": [{"key": "k", "value": "v" * 257}]}, {"tags": [{"key": "k" * 129}]},
    ],
)  # fmt: skip
def test_what_create_refuses(bm: BmApi, fields: dict[str, Any]) -> None:
    body = {**HDD, "disk_type": "SSD", "qos": QOS, "attachments": bm.servers("west-db1"), **fields}
    body = {name: value for name, value in body.items() if value is not None}
    assert bm("POST", "/v1/volumes", body).status == 400


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    "qos",
    [
        {"iops": 4999, "throughput": 250}, {"iops": 20001, "throughput": 250},
        {"iops": 5000, "throughput": 249}, {"iops": 5000, "throughput": 1001}, {"iops": 5000},
    ],
)  # fmt: skip
def test_the_range_of_qos(bm: BmApi, qos: dict[str, int]) -> None:
    assert bm.asked(qos=qos).error["code"] == "ValidationError"


def test_the_edges_are_allowed(bm: BmApi) -> None:
    assert bm.asked(name="A" * 28, size_gb=16384, qos={"iops": 20000, "throughput": 1000}).status == 202
    assert bm.asked(name="a-1", size_gb=1).status == 202


def test_names_may_have_to_be_unique(bm: BmApi, simulator: Simulator) -> None:
    bm.made()
    assert bm.asked().status == 202
    simulator.switch(bm_name_duplicate="409")
    assert bm.asked().status == 409
    assert bm.asked(name="bs-02").status == 202


def test_lists(bm: BmApi, simulator: Simulator) -> None:
    group, _ignored = bm.grouped("bs-b", "bs-a")
    for index in range(21):
        bm.asked("west-db2", name=f"vol-{index:02d}", size_gb=21 - index)
    first = bm.ok("GET", "/v1/volumes")
    assert (first["total_count"], len(first["volumes"])) == (23, 20)
    # The newest first, and by name what is of one age.
    assert bm.names("?limit=21") == [f"vol-{index:02d}" for index in range(21)]
    assert bm.names("?offset=21") == ["bs-a", "bs-b"]
    assert bm.names("?limit=2&sort=size_gb:desc,name:asc") == ["bs-a", "bs-b"]
    assert bm.names("?limit=2&sort=size_gb:asc") == ["vol-20", "vol-19"]
    assert bm("GET", "/v1/volumes?sort=colour:asc").status == 400
    assert bm("GET", "/v1/volumes?sort=name").status == 400
    assert bm.names("?name=ol-07") == ["vol-07"]
    assert bm.names("?object_name=west-db1&sort=name:asc") == ["bs-a", "bs-b"]
    assert bm.names("?volume_group_name=vg-&sort=name:asc") == ["bs-a", "bs-b"]
    simulator.switch(name_filter="exact")
    assert bm.names("?volume_group_name=vg-") == []
    assert bm.names("?object_name=west-db") == []
    assert bm.names(region=EAST) == []
    listed = bm.ok("GET", "/v1/volumes?name=bs-a")["volumes"][0]
    assert listed["volume_group"] == {"id": group, "name": "vg-01"}
    assert listed["attachments"] == [{"id": bm.server("west-db1")["object_id"], "name": "west-db1"}]
    assert (listed["is_in_volume_group"], listed["is_snapshot_activated"], listed["has_relation"]) == (
        True,
        True,
        False,
    )
    assert bm.ok("GET", "/v1/volumes?name=vol-07")["volumes"][0]["volume_group"] is None


def test_set_qos(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    path = f"/v1/volumes/{volume}/qos"
    assert bm.ok("PUT", path, {"iops": 6000, "throughput": 300}) == {"iops": 6000, "throughput": 300}
    assert (bm.state(volume), bm.show(volume)["qos"]) == ("EDITING", QOS)
    simulator.advance(1)
    assert (bm.state(volume), bm.show(volume)["qos"]) == ("IN_USE", {"iops": 6000, "throughput": 300})
    assert bm.ok("PUT", path, {"iops": 7000}) == {"iops": 7000, "throughput": 300}
    simulator.advance(1)
    for wrong in ({}, {"iops": 4999}, {"throughput": 1001}):
        assert bm("PUT", path, wrong).status == 400
    hdd = bm.ok("POST", "/v1/volumes", {**HDD, "attachments": bm.servers("west-db1")})["resource_id"]
    simulator.advance(5)
    assert bm("PUT", f"/v1/volumes/{hdd}/qos", QOS).status == 400


# --- attachments --------------------------------------------------------------------------------------------------


def test_attach_and_detach(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    answer = attach(bm, volume, "west-db2", "west-mngc1")
    assert (answer.status, answer.body["attachments"]) == (200, bm.servers("west-db2", "west-mngc1"))
    assert (bm.state(volume), attachments(bm, volume)) == ("ATTACHING", ["west-db1"])
    simulator.advance(2)
    assert (bm.state(volume), attachments(bm, volume)) == ("IN_USE", ["west-db1", "west-db2", "west-mngc1"])
    answer = detach(bm, volume, "west-mngc1", "west-db1")
    assert (answer.status, answer.body["attachments"]) == (200, bm.servers("west-mngc1", "west-db1"))
    assert (bm.state(volume), len(attachments(bm, volume))) == ("DETACHING", 3)
    simulator.advance(2)
    assert (bm.state(volume), attachments(bm, volume)) == ("IN_USE", ["west-db2"])
    detach(bm, volume, "west-db2")
    simulator.advance(2)
    assert (bm.state(volume), attachments(bm, volume)) == ("AVAILABLE", [])
    attach(bm, volume, "west-db3")
    simulator.advance(2)
    assert bm.state(volume) == "IN_USE"


def test_the_limit_counts_all_attachments(bm: BmApi) -> None:
    volume = bm.made()
    assert attach(bm, volume, *DBS[1:9]).status == 400
    assert attach(bm, volume).status == 400
    assert attach(bm, volume, *DBS[1:8]).status == 200


def test_attach_twice_and_detach_what_is_not_there(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    assert attach(bm, volume, "west-db1", "west-db2").status == 400
    assert detach(bm, volume, "west-db2").status == 400
    assert detach(bm, volume).status == 400
    simulator.switch(bm_attach_duplicate="409", bm_detach_missing="404")
    assert attach(bm, volume, "west-db1", "west-db2").status == 409
    assert detach(bm, volume, "west-db2").status == 404
    simulator.switch(bm_attach_duplicate="accept", bm_detach_missing="accept")
    assert attach(bm, volume, "west-db1", "west-db2").status == 200
    simulator.advance(2)
    assert attachments(bm, volume) == ["west-db1", "west-db2"]
    assert detach(bm, volume, "west-db1", "west-db3").status == 200
    simulator.advance(2)
    assert attachments(bm, volume) == ["west-db2"]


@pytest.mark.violations_expected
def test_detach_takes_plain_ids(bm: BmApi) -> None:
    volume = bm.made()
    body = {"attachments": bm.servers("west-db1")}
    assert bm("DELETE", f"/v1/volumes/{volume}/attachments", body).error["code"] == "ValidationError"
    assert bm("DELETE", f"/v1/volumes/{volume}/attachments").status == 400


# --- one change at a time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["CREATING", "EDITING", "ATTACHING", "DETACHING", "DELETING", "ERROR_DELETING"])
def test_one_change_at_a_time(bm: BmApi, simulator: Simulator, state: str) -> None:
    volume = bm.made(rate=50)
    bm.patch(volume, state=state)
    path = f"/v1/volumes/{volume}"
    for status in (409, 400):
        simulator.switch(bm_conflict_status=status)
        answers = [
            bm("PUT", f"{path}/qos", QOS),
            bm("PUT", f"{path}/snapshot-rates", {"snapshot_rate": 60}),
            bm("POST", f"{path}/snapshots"),
            bm("POST", f"{path}/snapshot-schedules", {"hour": 3}),
            bm("POST", f"{path}/replications", {"cycle": "5MIN", "name": "copy", "region": EAST}),
            bm("POST", "/v1/volume-groups", {"name": "vg-01", "volume_ids": [volume]}),
            attach(bm, volume, "west-db2"),
            detach(bm, volume, "west-db1"),
        ]
        assert [answer.status for answer in answers] == [status] * len(answers)
        assert all(answer.error["code"] == f"{PREFIX}{_kind(status)}.state" for answer in answers)
    assert bm.state(volume) == state


def _kind(status: int) -> str:
    return {409: "Conflict", 400: "BadRequest"}[status]


# --- errors -------------------------------------------------------------------------------------------------------


def test_creating_may_fail(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_fails="create")
    volume = bm.made()
    shown = bm.show(volume)
    assert (shown["state"], shown["attachments"]) == ("ERROR", [])
    assert shown["external_errors"] == [{"code": "Forbidden", "object_type": "BM", "status": 403}]
    # The next attempt can repair it.
    simulator.switch(bm_fails="off")
    assert attach(bm, volume, "west-db1").status == 200
    simulator.advance(2)
    shown = bm.show(volume)
    assert (shown["state"], shown["previous_state"], shown["external_errors"]) == ("IN_USE", "ATTACHING", [])


def test_a_failed_volume_can_be_deleted(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_fails="create", bm_repair_in_error="refuse")
    volume = bm.made()
    assert attach(bm, volume, "west-db1").status == 409
    assert bm("DELETE", f"/v1/volumes/{volume}").status == 202
    simulator.advance(3)
    assert bm("GET", f"/v1/volumes/{volume}").status == 404


def test_attaching_and_detaching_may_fail(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    simulator.switch(bm_fails="attach", bm_fail_status=500)
    attach(bm, volume, "west-mngc1")
    simulator.advance(2)
    shown = bm.show(volume)
    assert (shown["state"], shown["previous_state"]) == ("ERROR_EDITING", "ATTACHING")
    assert shown["external_errors"] == [{"code": "InternalServerError", "object_type": "MNGC", "status": 500}]
    assert attachments(bm, volume) == ["west-db1"]
    simulator.switch(bm_fails="detach")
    assert detach(bm, volume, "west-db1").status == 200
    assert bm.show(volume)["external_errors"] == []
    simulator.advance(2)
    assert (bm.state(volume), attachments(bm, volume)) == ("ERROR_EDITING", ["west-db1"])
    assert bm("DELETE", f"/v1/volumes/{volume}").status == 400
    simulator.switch(bm_fails="off")
    detach(bm, volume, "west-db1")
    simulator.advance(2)
    assert bm.state(volume) == "AVAILABLE"


def test_editing_may_fail(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    simulator.switch(bm_fails="edit")
    bm.ok("PUT", f"/v1/volumes/{volume}/qos", {"iops": 6000})
    simulator.advance(1)
    assert (bm.state(volume), bm.show(volume)["qos"]) == ("ERROR_EDITING", QOS)
    simulator.switch(bm_fails="off")
    bm.ok("POST", f"/v1/volumes/{volume}/snapshot-rates", {"snapshot_rate": 10})
    simulator.advance(1)
    assert (bm.state(volume), bm.show(volume)["snapshot_rate"]) == ("IN_USE", 10)


def test_external_errors_can_be_set(bm: BmApi) -> None:
    volume = bm.made()
    errors = [{"code": "NotFound", "object_type": "MNGC", "status": 404}]
    bm.patch(volume, state="ERROR", external_errors=errors)
    shown = bm.show(volume)
    assert (shown["state"], shown["external_errors"]) == ("ERROR", errors)


# --- deleting -----------------------------------------------------------------------------------------------------


def test_delete(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(free=True)
    assert bm.ok("DELETE", f"/v1/volumes/{volume}")["resource_id"] == volume
    assert bm.state(volume) == "DELETING"
    assert bm("DELETE", f"/v1/volumes/{volume}").status == 409
    simulator.advance(3)
    assert bm("GET", f"/v1/volumes/{volume}").error["code"] == f"{PREFIX}Notfound.volume"
    assert bm.names() == []


def test_a_deleted_volume_may_show_for_a_while(bm: BmApi, simulator: Simulator) -> None:
    simulator.switch(bm_deleted_shows_seconds=60)
    volume = bm.made(free=True)
    bm.ok("DELETE", f"/v1/volumes/{volume}")
    simulator.advance(3)
    assert bm.state(volume) == "DELETED"
    assert bm("DELETE", f"/v1/volumes/{volume}").status == 409
    simulator.advance(60)
    assert bm("GET", f"/v1/volumes/{volume}").status == 404


def test_deleting_may_fail(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(free=True)
    simulator.switch(bm_fails="delete")
    bm.ok("DELETE", f"/v1/volumes/{volume}")
    simulator.advance(3)
    assert bm.state(volume) == "ERROR_DELETING"
    simulator.switch(bm_fails="off")
    bm.ok("DELETE", f"/v1/volumes/{volume}")
    simulator.advance(3)
    assert bm("GET", f"/v1/volumes/{volume}").status == 404


def test_what_stands_in_the_way_is_named_one_by_one(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50)
    path = f"/v1/volumes/{volume}"
    bm.ok("POST", f"{path}/snapshot-schedules", {"hour": 3})
    bm.ok("POST", f"{path}/replications", {"cycle": "5MIN", "name": "copy", "region": EAST})
    simulator.advance(5)

    def reason() -> str:
        answer = bm("DELETE", path)
        assert answer.status == 400
        return str(answer.error["detail"])

    assert reason().endswith("it is attached to a server.")
    detach(bm, volume, "west-db1")
    simulator.advance(2)
    assert reason().endswith("it has a replication.")
    bm.ok("PUT", f"{path}/replications/policy", {"policy": "BREAK"})
    simulator.advance(1)
    bm.ok("DELETE", f"{path}/replications")
    simulator.advance(5)
    assert reason().endswith("it has a snapshot schedule.")
    bm.ok("DELETE", f"{path}/snapshot-schedules")
    assert bm("DELETE", path).status == 202


def test_a_group_is_in_the_way(bm: BmApi) -> None:
    _ignored, volumes = bm.grouped(free=True)
    assert bm("DELETE", f"/v1/volumes/{volumes[0]}").error["detail"].endswith("it is in a volume group.")


def test_snapshots_and_recoveries_may_be_in_the_way(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made(rate=50, free=True)
    path = f"/v1/volumes/{volume}"
    snapshot = bm.take(f"/volumes/{volume}")
    bm.ok("POST", f"{path}/recoveries", {"name": "second", "snapshot_id": snapshot})
    simulator.switch(bm_delete_with_snapshots="400", bm_delete_with_recovery="400")
    assert bm("DELETE", path).error["detail"].endswith("it has snapshots.")
    simulator.switch(bm_delete_with_snapshots="accept")
    assert bm("DELETE", path).error["detail"].endswith("there is a recovery volume of it.")
    simulator.switch(bm_delete_with_recovery="accept")
    assert bm("DELETE", path).status == 202
    simulator.advance(5)
    assert simulator.world()["baremetal-blockstorage"]["snapshots"] == []
    assert bm.names() == ["second"]


def test_regions_and_accounts_are_apart(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    assert bm("GET", f"/v1/volumes/{volume}", region=EAST).status == 404
    assert bm("GET", "/v1/volumes/whatever").status == 404
    stranger = simulator.world()["key_pairs"][1]["access_key"]
    bm.access_key, bm.secret_key = stranger, "simulator-secret-worth-nothing-111111111"
    assert bm("GET", f"/v1/volumes/{volume}").status == 404
    assert bm.names() == []


def test_the_world_can_be_put_back(bm: BmApi, simulator: Simulator) -> None:
    group, _ignored = bm.grouped()
    bm.take(f"/volume-groups/{group}")
    bm.ok("POST", f"/v1/volume-groups/{group}/replications", _replica())
    kept = simulator.world()
    simulator.reset()
    simulator.put_world(kept)
    assert simulator.world() == kept


def _replica() -> dict[str, str]:
    return {"cycle": "5MIN", "name": "dr-vg", "region": EAST, "replication_volume_name_prefix": "dr-"}
