# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions: which are offered, which one answers; what differs in File Storage 1.2 (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import ControlRefused, Simulator

from .conftest import Answer, Api

BODY = {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}
ZONED = {**BODY, "zone": "kr-west1-a"}


@pytest.fixture
def old(simulator: Simulator) -> Api:
    return Api(simulator)


@pytest.fixture
def new(simulator: Simulator) -> Api:
    return Api(simulator, version="filestorage 1.2")


def refused(answer: Answer) -> str:
    """The code of a refusal because of the version."""
    assert answer.status == 406, answer.body
    return str(answer.error["code"])


def offered(api: Api, region: str = "kr-west1", service: str = "filestorage") -> dict[str, str]:
    return {item["id"]: item["status"] for item in api.send("GET", f"/{service}/{region}/").body["versions"]}


# --- what is offered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        ("old", {"v1.1": "CURRENT", "v1.0": "DEPRECATED"}),
        ("both", {"v1.2": "CURRENT", "v1.1": "SUPPORTED", "v1.0": "DEPRECATED"}),
        ("new", {"v1.2": "CURRENT"}),
    ],
)
def test_discovery_lists_what_is_offered(old: Api, new: Api, generation: str, expected: dict[str, str]) -> None:
    old.simulator.switch(filestorage_generations=generation)
    assert offered(old) == expected
    for api, version in ((old, "v1.1"), (new, "v1.2")):
        answer = api("GET", "/v1/volumes")
        if version in expected:
            assert answer.status == 200
            assert api.simulator.operations()[-1]["version"] == version.removeprefix("v")
        else:
            assert refused(answer) == "NoSuchVersion"
            number = version.removeprefix("v")
            assert answer.error["detail"] == f"API version {number} is not supported on this method"
            assert api.simulator.operations()[-1]["version"] is None


def test_generations_sets_all_five_services(simulator: Simulator, old: Api) -> None:
    simulator.switch(generations="new", backup_generations="old")
    switches = simulator.control("GET", "switches")["switches"]
    values = {name: switches[name]["value"] for name in switches if name.endswith("_generations")}
    assert values == {
        "archivestorage_generations": "new",
        "backup_generations": "old",
        "baremetal_blockstorage_generations": "new",
        "filestorage_generations": "new",
        "parallel_filestorage_generations": "new",
        "baremetal_generations": "both",
        "multinodegpucluster_generations": "both",
        "virtualserver_generations": "both",
        "vpc_generations": "both",
    }


def test_regions_can_differ(simulator: Simulator, old: Api, new: Api) -> None:
    simulator.switch(generations="both,kr-east1=new")
    assert "v1.1" in offered(old)
    assert offered(old, "kr-east1") == {"v1.2": "CURRENT"}
    assert old("GET", "/v1/volumes").status == 200
    assert refused(old("GET", "/v1/volumes", region="kr-east1")) == "NoSuchVersion"
    assert new("GET", "/v1/volumes", region="kr-east1").status == 200
    simulator.switch(generations="kr-east1=old")
    assert offered(old, "kr-east1") == {"v1.1": "CURRENT", "v1.0": "DEPRECATED"}
    assert "v1.2" in offered(old)


@pytest.mark.parametrize("value", ["newer", "both,kr-north1=new", "both,kr-east1=newer", "kr-east1:new"])
def test_wrong_generations_are_refused(simulator: Simulator, value: str) -> None:
    with pytest.raises(ControlRefused, match="old, both, new"):
        simulator.switch(generations=value)


def test_day_of_the_change(simulator: Simulator, old: Api, new: Api) -> None:
    """What was made on the old generation is there on the new one, while the simulator runs."""
    made = old.volume()
    assert old("GET", "/v1/volumes").status == 200
    simulator.switch(generations="new")
    assert refused(old("GET", "/v1/volumes")) == "NoSuchVersion"
    assert refused(old("POST", "/v1/volumes", BODY)) == "NoSuchVersion"
    shown = new("GET", f"/v1/volumes/{made['id']}").body
    assert (shown["name"], shown["zone"], shown["az_type"]) == (made["name"], "kr-west1-a", None)


def test_old_versions_end_on_their_day(simulator: Simulator, old: Api) -> None:
    simulator.scale(0)
    now = simulator.control("GET", "clock")["now"]
    year = int(now[:4]) + 1
    simulator.switch(old_versions_end=f"{year + 1}-06-01")
    simulator.control("PUT", "clock", {"now": f"{year}-06-01T00:00:00"})
    assert offered(old)["v1.1"] == "SUPPORTED"
    simulator.control("PUT", "clock", {"now": f"{year + 1}-05-01T00:00:00"})
    versions = old.send("GET", "/filestorage/kr-west1").body["versions"]
    assert [(v["id"], v["status"], v["not_before"]) for v in versions[:2]] == [
        ("v1.2", "CURRENT", ""),
        ("v1.1", "DEPRECATED", f"{year + 1}-06-01"),
    ]
    assert old("GET", "/v1/volumes").status == 200
    simulator.control("PUT", "clock", {"now": f"{year + 1}-06-01T00:00:00"})
    assert offered(old) == {"v1.2": "CURRENT"}
    assert old("GET", "/v1/volumes").status == 406
    simulator.switch(old_versions="serve")
    assert old("GET", "/v1/volumes").status == 200
    with pytest.raises(ControlRefused):
        simulator.switch(old_versions_end="soon")


# --- versions of single operations ---------------------------------------------------------------------------------

REGIONS = "/v1/replications/regions?type_name=HDD&source_region_name=kr-west1&replication_type=replication"


def without_version(api: Api, path: str) -> Answer:
    raw = f"/filestorage/kr-west1{path}"
    headers = api.headers("GET", raw)
    del headers["Scp-Api-Version"]
    return api.send("GET", raw, headers=headers)


@pytest.mark.parametrize("generation", ["both", "new"])
@pytest.mark.parametrize(
    ("kept", "with_old", "without"), [("kept", 200, 200), ("headerless", 406, 200), ("gone", 406, 406)]
)
def test_operation_that_newer_versions_lack(
    simulator: Simulator, old: Api, new: Api, generation: str, kept: str, with_old: int, without: int
) -> None:
    simulator.switch(generations=generation, operations_of_older_versions=kept)
    both = generation == "both"
    assert refused(new("GET", REGIONS)) == "NoSuchVersion"
    assert old("GET", REGIONS).status == (200 if both else with_old)
    assert without_version(old, REGIONS).status == (200 if both else without)


def test_operation_that_older_versions_lack(simulator: Simulator, old: Api, new: Api) -> None:
    path = "/v1/replications/zones?type_name=HDD&source_zone=kr-west1-a&replication_type=replication"
    assert new("GET", path).body == {"zones": ["kr-east1-a", "kr-east1-b"]}
    assert refused(old("GET", path)) == "NoSuchVersion"


@pytest.mark.violations_expected
def test_newest_version_answers_without_a_version(simulator: Simulator, old: Api) -> None:
    old.volume()
    assert "zone" in without_version(old, "/v1/volumes").body["filestorages"][0]
    simulator.switch(generations="old")
    assert "zone" not in without_version(old, "/v1/volumes").body["filestorages"][0]


# --- File Storage 1.2 ----------------------------------------------------------------------------------------------


def test_volume_in_a_zone(new: Api) -> None:
    made = new("POST", "/v1/volumes", {**BODY, "zone": "kr-west1-b"})
    assert (made.status, made.body["zone"]) == (202, "kr-west1-b")
    shown = new.show(made.body["volume_id"])
    assert (shown["zone"], "type_id" in shown) == ("kr-west1-b", False)
    [listed] = new("GET", "/v1/volumes").body["filestorages"]
    assert (listed["zone"], listed["az_type"], "type_id" in listed) == ("kr-west1-b", None, True)


def test_both_versions_see_the_same_volumes(old: Api, new: Api) -> None:
    first = old.volume("first")
    second = new.volume("second", zone="kr-west1-b")
    assert {"zone", "az_type"} & set(old.show(second["id"])) == set()
    assert "type_id" in old.show(second["id"])
    zones = {v["id"]: v["zone"] for v in new("GET", "/v1/volumes").body["filestorages"]}
    assert zones == {first["id"]: "kr-west1-a", second["id"]: "kr-west1-b"}
    new.simulator.switch(zone_of_older="none")
    assert new.show(first["id"])["zone"] == ""


@pytest.mark.violations_expected
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_zone_is_held_to_the_version(simulator: Simulator, version: str) -> None:
    api = Api(simulator, version=f"filestorage {version}")
    answer = api("POST", "/v1/volumes", ZONED if version == "1.1" else BODY)
    assert (answer.status, answer.error["code"]) == (400, "ValidationError")
    expected = "Extra inputs are not permitted" if version == "1.1" else "Field required"
    assert answer.error["detail"] == [expected]


@pytest.mark.parametrize("zone", ["kr-west1-c", "kr-east1-a", "kr-west1", "nowhere", ""])
def test_invalid_zones(simulator: Simulator, new: Api, zone: str) -> None:
    answer = new("POST", "/v1/volumes", {**BODY, "zone": zone})
    assert (answer.status, answer.error["code"]) == (400, "filestorage.BadRequest.Invalid.zone")
    assert new("GET", "/v1/volumes").body["count"] == 0
    simulator.switch(zone_refusal="InvalidAvailabilityZone")
    assert new("POST", "/v1/volumes", {**BODY, "zone": zone}).error["code"].endswith("InvalidAvailabilityZone")
    simulator.switch(zone_bare_region="accept")
    answer = new("POST", "/v1/volumes", {**BODY, "zone": zone})
    assert answer.status == (202 if zone == "kr-west1" else 400)


def test_zones_by_region_and_account(simulator: Simulator, new: Api) -> None:
    def status(zone: str, region: str = "") -> int:
        return new("POST", "/v1/volumes", {**BODY, "zone": zone}, region=region).status

    simulator.switch(zones="b,kr-east1=a+c")
    assert [status(f"kr-west1-{letter}") for letter in "abc"] == [400, 202, 400]
    assert [status(f"kr-east1-{letter}", "kr-east1") for letter in "abc"] == [202, 400, 202]
    pair: dict[str, Any] = {"access_key": simulator.access_key, "zones": ["kr-east1-c"]}
    simulator.patch_world({"key_pairs": [pair]})
    assert [status(f"kr-west1-{letter}") for letter in "ab"] == [400, 400]
    assert [status(f"kr-east1-{letter}", "kr-east1") for letter in "ac"] == [400, 202]


def replicate(api: Api, volume: dict[str, Any], **place: str) -> Answer:
    body = {
        "name": "copy",
        "volume_id": volume["id"],
        "replication_type": "replication",
        "replication_frequency": "5min",
        **place,
    }
    return api("POST", "/v1/replications", body)


def test_replication_to_a_zone(simulator: Simulator, old: Api, new: Api) -> None:
    source = new.volume(zone="kr-west1-b")
    answer = replicate(new, source, zone="kr-east1-b")
    assert answer.status == 202, answer.body
    zones = {"source_volume_zone": "kr-west1-b", "replication_volume_zone": "kr-east1-b"}
    regions = {"source_volume_region": "kr-west1", "replication_volume_region": "kr-east1"}
    assert answer.body.items() >= (zones | regions).items()
    simulator.advance(4)
    query = f"?volume_id={source['id']}"
    for api, expected in ((new, zones | regions), (old, regions)):
        [listed] = api("GET", f"/v1/replications{query}").body["replications"]
        shown = api("GET", f"/v1/replications/{listed['replication_id']}{query}").body
        assert listed.items() >= expected.items()
        assert shown.items() >= expected.items()
        assert ("source_volume_zone" in shown) == (api is new)
    assert new.show(answer.body["replication_volume_id"], "kr-east1")["zone"] == "kr-east1-b"


def test_replication_by_region_and_by_zone_are_one(old: Api, new: Api) -> None:
    source = old.volume()
    assert replicate(old, source, region="kr-east1").status == 202
    [seen] = new("GET", f"/v1/replications?volume_id={source['id']}").body["replications"]
    assert (seen["source_volume_zone"], seen["replication_volume_zone"]) == ("kr-west1-a", "kr-east1-a")


@pytest.mark.violations_expected
def test_replication_takes_a_zone_in_place_of_a_region(new: Api) -> None:
    source = new.volume(zone="kr-west1-a")
    assert replicate(new, source, region="kr-east1").status == 400
    assert replicate(new, source, region="kr-east1", zone="kr-east1-a").status == 400
    for zone in ("kr-east1-c", "kr-east1", "kr-south1-a", "kr-west1-b", "kr-west1-a"):
        assert replicate(new, source, zone=zone).status == 400


def test_replication_within_a_region(simulator: Simulator, new: Api) -> None:
    path = "/v1/replications/zones?type_name=HDD&source_zone=kr-west1-a&replication_type=replication"
    simulator.switch(replication_within_region="allow")
    assert new("GET", path).body["zones"] == ["kr-west1-b", "kr-east1-a", "kr-east1-b"]
    source = new.volume(zone="kr-west1-a")
    assert replicate(new, source, zone="kr-west1-a").status == 400
    made = replicate(new, source, zone="kr-west1-b")
    assert made.status == 202
    simulator.advance(4)
    target = new.show(made.body["replication_volume_id"])
    assert (target["zone"], target["purpose"]) == ("kr-west1-b", "replication")
    for end in (source, target):
        [seen] = new("GET", f"/v1/replications?volume_id={end['id']}").body["replications"]
        assert (seen["source_volume_region"], seen["replication_volume_region"]) == ("kr-west1", "kr-west1")


@pytest.mark.parametrize("zone", ["kr-west1-c", "kr-south1-a", "nowhere", "kr-west1"])
def test_zone_that_cannot_be_used_has_no_targets(new: Api, zone: str) -> None:
    path = f"/v1/replications/zones?type_name=HDD&source_zone={zone}&replication_type=replication"
    assert new("GET", path).body == {"zones": []}
