# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage: replications, point by point (platform-behaviour.md §5.1 to §5.9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Api

EAST = "kr-east1"
PURPOSE = "filestorage.BadRequest.Invalid.volume.purpose"


def ask(volume_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": "my_copy",
        "replication_frequency": "5min",
        "region": EAST,
        "volume_id": volume_id,
        "replication_type": "replication",
        **fields,
    }


def begin(api: Api, **fields: Any) -> dict[str, Any]:
    """A replication in use: the answer to its creation."""
    source = api.volume()
    answer = api("POST", "/v1/replications", ask(source["id"], **fields))
    assert answer.status == 202, answer.body
    api.simulator.advance(3)
    found: dict[str, Any] = answer.body
    return found


def path_of(made: dict[str, Any], end: str = "replication") -> str:
    return f"/v1/replications/{made['replication_id']}?volume_id={made[f'{end}_volume_id']}"


def show(api: Api, made: dict[str, Any]) -> dict[str, Any]:
    answer = api("GET", path_of(made), region=EAST)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def policy(value: str) -> dict[str, str]:
    return {"replication_update_type": "policy", "replication_policy": value}


def end(api: Api, made: dict[str, Any]) -> None:
    assert api("PUT", path_of(made), policy("paused"), region=EAST).status == 202
    assert api("DELETE", path_of(made), region=EAST).status == 202


def test_1_create_on_the_source_makes_the_target(api: Api, simulator: Simulator) -> None:
    source = api.volume(type_name="SSD")
    answer = api("POST", "/v1/replications", ask(source["id"]))
    assert answer.status == 202
    assert answer.body["replication_status"] == "creating"
    assert (answer.body["source_volume_id"], answer.body["source_volume_region"]) == (source["id"], "kr-west1")
    assert answer.body["replication_volume_region"] == EAST
    target = api.show(answer.body["replication_volume_id"], EAST)
    assert (target["purpose"], target["protocol"], target["type_name"]) == ("replication", "NFS", "SSD")
    assert target["name"].startswith("my_copy_")
    assert len(target["name"]) == len("my_copy_") + 6
    assert api.show(source["id"])["purpose"] == "original"
    simulator.advance(3)
    assert api.show(target["id"], EAST)["state"] == "available"


@pytest.mark.parametrize(("here", "there"), [("kr-west1", "kr-west1"), ("kr-south1", EAST), ("kr-west1", "kr-south1")])
def test_1_regions(api: Api, here: str, there: str) -> None:
    source = api.volume(region=here)
    answer = api("POST", "/v1/replications", ask(source["id"], region=there), region=here)
    assert (answer.status, answer.error["detail"]) == (400, "Replication is not available.")


def test_1_unknown_source_and_wrong_host(api: Api) -> None:
    assert api("POST", "/v1/replications", ask("nothing")).status == 404
    assert api("POST", "/v1/replications", ask(api.volume()["id"], region="kr-west1"), region=EAST).status == 404


def test_1_possible_regions(api: Api) -> None:
    def regions(source: str, kind: str = "HDD", what: str = "replication") -> list[str]:
        query = f"type_name={kind}&source_region_name={source}&replication_type={what}"
        answer = api("GET", f"/v1/replications/regions?{query}")
        assert answer.status == 200
        found: list[str] = answer.body["regions"]
        return found

    assert regions("kr-west1") == ["kr-east1"]
    assert regions("kr-east1", what="backup") == ["kr-west1"]
    assert regions("kr-south1") == []
    assert regions("kr-west1", kind="TAPE") == []


def test_1_cifs_needs_its_password(api: Api) -> None:
    source = api.volume(protocol="CIFS", cifs_password="cifspwd0!!")
    assert api("POST", "/v1/replications", ask(source["id"])).status == 400
    answer = api("POST", "/v1/replications", ask(source["id"], cifs_password="cifspwd0!!"))
    assert (answer.status, answer.body["protocol"]) == (202, "CIFS")
    plain = api.volume()
    assert api("POST", "/v1/replications", ask(plain["id"], cifs_password="cifspwd0!!")).status == 400


def test_1_one_replication_a_source(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    assert api("POST", "/v1/replications", ask(made["source_volume_id"])).status == 409
    back = ask(made["replication_volume_id"], region="kr-west1")
    assert api("POST", "/v1/replications", back, region=EAST).error["code"] == PURPOSE
    simulator.switch(replication_second="allow")
    assert api("POST", "/v1/replications", ask(made["source_volume_id"])).status == 202


def test_2_ready_when_the_policy_is_use(api: Api, simulator: Simulator) -> None:
    source = api.volume()
    made = api("POST", "/v1/replications", ask(source["id"])).body
    assert show(api, made)["replication_policy"] == "creating"
    assert api("PUT", path_of(made), policy("paused"), region=EAST).status == 409
    simulator.advance(3)
    shown = show(api, made)
    assert (shown["replication_policy"], shown["replication_status"]) == ("use", "available")


def test_2_it_may_end_in_error(api: Api, simulator: Simulator) -> None:
    simulator.switch(replication_create_ends_in="error")
    made = begin(api)
    assert show(api, made)["replication_status"] == "error"
    assert api("DELETE", path_of(made), region=EAST).status == 202


@pytest.mark.parametrize("region", ["kr-west1", EAST])
@pytest.mark.parametrize("side", ["source", "replication"])
def test_3_reads_work_from_everywhere(api: Api, region: str, side: str) -> None:
    made = begin(api)
    listed = api("GET", f"/v1/replications?volume_id={made[f'{side}_volume_id']}", region=region).body
    assert listed["count"] == 1
    assert listed["replications"][0]["replication_id"] == made["replication_id"]
    shown = api("GET", path_of(made, side), region=region).body
    assert shown["source_volume_name"] == api.show(made["source_volume_id"])["name"]
    assert shown["replication_volume_name"] == api.show(made["replication_volume_id"], EAST)["name"]
    assert (shown["source_volume_access_level"], shown["replication_volume_access_level"]) == ("rw", "ro")
    assert shown["backup_retention_count"] is None


def test_3_reads_that_find_nothing(api: Api) -> None:
    made = begin(api)
    lonely = api.volume()
    assert api("GET", f"/v1/replications?volume_id={lonely['id']}").body == {"count": 0, "replications": []}
    assert api("GET", "/v1/replications?volume_id=nothing").status == 404
    assert api("GET", path_of(made), region="kr-south1").status == 404
    assert api("GET", f"/v1/replications/nothing?volume_id={made['source_volume_id']}").status == 404
    assert api("GET", f"/v1/replications/{made['replication_id']}?volume_id={lonely['id']}").status == 404


@pytest.mark.parametrize(("region", "side"), [("kr-west1", "source"), (EAST, "source"), ("kr-west1", "replication")])
def test_4_changes_need_the_target(api: Api, region: str, side: str) -> None:
    made = begin(api)
    for answer in (
        api("PUT", path_of(made, side), policy("paused"), region=region),
        api("DELETE", path_of(made, side), region=region),
    ):
        assert (answer.status, answer.error["code"], answer.error["detail"]) == (
            400,
            PURPOSE,
            "Check the volume purpose",
        )


def test_5_policy_and_schedule(api: Api) -> None:
    made = begin(api)
    answer = api("PUT", path_of(made), policy("paused"), region=EAST)
    assert (answer.status, answer.body["replication_id"]) == (202, made["replication_id"])
    assert show(api, made)["replication_policy"] == "paused"
    hourly = {"replication_update_type": "modify_schedule", "replication_frequency": "hourly"}
    assert api("PUT", path_of(made), hourly, region=EAST).body["replication_frequency"] == "hourly"
    assert show(api, made)["replication_frequency"] == "hourly"
    assert api("PUT", path_of(made), policy("use"), region=EAST).status == 202
    assert show(api, made)["replication_policy"] == "use"


def test_5_only_the_fields_of_the_type(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    mixed = {**policy("paused"), "replication_frequency": "hourly"}
    assert api("PUT", path_of(made), mixed, region=EAST).status == 202
    assert show(api, made)["replication_frequency"] == "5min"
    assert api("PUT", path_of(made), {"replication_update_type": "policy"}, region=EAST).status == 400
    simulator.switch(replication_extra_fields="400")
    assert api("PUT", path_of(made), mixed, region=EAST).error["code"] == "ValidationError"
    assert api("PUT", path_of(made), {**policy("paused"), "replication_frequency": None}, region=EAST).status == 202


def test_6_delete_needs_paused_and_takes_a_while(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    assert api("DELETE", path_of(made), region=EAST).status == 400
    end(api, made)
    assert show(api, made)["replication_status"] == "deleting"
    assert api("DELETE", path_of(made), region=EAST).status == 409
    simulator.advance(19)
    assert show(api, made)["replication_status"] == "deleting"
    assert api.show(made["source_volume_id"])["purpose"] == "original"
    simulator.advance(1)
    assert api("GET", path_of(made), region=EAST).status == 404
    assert api("GET", f"/v1/replications?volume_id={made['source_volume_id']}").body["count"] == 0
    assert api.show(made["source_volume_id"])["purpose"] == "none"
    assert api.show(made["replication_volume_id"], EAST)["purpose"] == "none"


def test_7_system_snapshots_hold_both_volumes(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    source, target = made["source_volume_id"], made["replication_volume_id"]
    simulator.advance(301)
    while_live = api.snapshots(source)
    assert len(while_live) == 2
    assert all(s["name"].startswith("snapmirror.") for s in while_live)
    assert api.snapshots(target, EAST) == []
    snapshot = f"/v1/snapshots/{while_live[0]['id']}?volume_id={source}"
    assert api("DELETE", snapshot).error["code"] == PURPOSE
    for volume, region in ((source, "kr-west1"), (target, EAST)):
        answer = api("DELETE", f"/v1/volumes/{volume}", region=region)
        assert answer.status == 400
        assert answer.error["detail"].startswith("Cannot delete volume because replication is in use")
    end(api, made)
    simulator.advance(20)
    assert [s["name"] for s in api.snapshots(target, EAST)] == [s["name"] for s in api.snapshots(source)]
    for volume, region in ((source, "kr-west1"), (target, EAST)):
        assert api("DELETE", f"/v1/volumes/{volume}", region=region).status == 400
        for found in api.snapshots(volume, region):
            assert api("DELETE", f"/v1/snapshots/{found['id']}?volume_id={volume}", region=region).status == 202
        simulator.advance(1)
        # Right after, the service may still say no; then it works.
        assert [api("DELETE", f"/v1/volumes/{volume}", region=region).status for _ignored in range(2)] == [400, 202]


def test_7_transfers_follow_the_frequency(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    source = made["source_volume_id"]
    assert len(api.snapshots(source)) == 1
    simulator.advance(300)
    before = [s["name"] for s in api.snapshots(source)]
    simulator.advance(300)
    after = [s["name"] for s in api.snapshots(source)]
    assert after[0] == before[1]
    assert api("PUT", path_of(made), policy("paused"), region=EAST).status == 202
    simulator.advance(3600)
    assert [s["name"] for s in api.snapshots(source)] == after
    assert api("PUT", path_of(made), policy("use"), region=EAST).status == 202
    assert [s["name"] for s in api.snapshots(source)] != after
    simulator.advance(86400 * 365)
    assert len(api.snapshots(source)) == 2


def test_8_a_disk_backup_ends_with_its_volume(api: Api, simulator: Simulator) -> None:
    made = begin(api, replication_type="backup", backup_retention_count=7, replication_frequency="daily")
    source, target = made["source_volume_id"], made["replication_volume_id"]
    assert api.show(target, EAST)["purpose"] == "backup"
    assert show(api, made)["backup_retention_count"] == 7
    change = {
        "replication_update_type": "modify_schedule",
        "replication_frequency": "weekly",
        "backup_retention_count": 9,
    }
    assert api("PUT", path_of(made), change, region=EAST).body["backup_retention_count"] == 9
    assert api("PUT", path_of(made), policy("paused"), region=EAST).status == 202
    assert api("DELETE", path_of(made), region=EAST).error["code"] == PURPOSE
    assert api("DELETE", f"/v1/volumes/{source}").status == 400
    assert api("DELETE", f"/v1/volumes/{target}", region=EAST).status == 202
    simulator.advance(1)
    assert api("GET", f"/v1/volumes/{target}", region=EAST).status == 404
    assert api("GET", f"/v1/replications?volume_id={source}").body["count"] == 1
    simulator.advance(20)
    assert api("GET", f"/v1/replications?volume_id={source}").body["count"] == 0
    assert api.show(source)["purpose"] == "none"
    assert len(api.snapshots(source)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"replication_type": "backup"},
        {"replication_type": "backup", "backup_retention_count": 0},
        {"replication_type": "backup", "backup_retention_count": 129},
        {"replication_type": "replication", "backup_retention_count": 2},
    ],
)
def test_8_the_count_goes_with_backups(api: Api, fields: dict[str, Any]) -> None:
    assert api("POST", "/v1/replications", ask(api.volume()["id"], **fields)).status == 400


def test_9_the_target_is_writable_while_paused(api: Api, simulator: Simulator) -> None:
    made = begin(api)
    api("PUT", path_of(made), policy("paused"), region=EAST)
    assert show(api, made)["replication_volume_access_level"] == "rw"
    simulator.switch(replication_target_writable_when_paused=False)
    assert show(api, made)["replication_volume_access_level"] == "ro"


def test_snapshots_of_a_target(api: Api, simulator: Simulator) -> None:
    target = begin(api)["replication_volume_id"]
    assert api("POST", "/v1/snapshots", {"volume_id": target}, region=EAST).error["code"] == PURPOSE
    simulator.switch(snapshot_on_target="allow")
    assert api("POST", "/v1/snapshots", {"volume_id": target}, region=EAST).status == 202
