# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Manager: tags and the list of resources (platform-behaviour.md §10)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Answer, Api

ACCOUNT = "5109a8be3c5d4e1f9a77c0de51a10001"
TAGS = [{"key": "team", "value": "web"}, {"key": "cost/center", "value": "42"}]


@dataclass
class Manager(Api):
    """Calls Resource Manager, whose address has no region."""

    service: str = "resourcemanager"
    version: str = "resourcemanager 1.0"

    def raw(self, path: str, region: str) -> str:
        """The path as on the wire."""
        return f"/{self.service}{path}"


@pytest.fixture
def manager(simulator: Simulator) -> Manager:
    return Manager(simulator)


@pytest.fixture
def volume(simulator: Simulator) -> dict[str, Any]:
    return Api(simulator).volume(tags=TAGS)


def by_parts(volume: dict[str, Any], rest: str = "", region: str = "kr-west1") -> str:
    return f"/v1/tags/{region}/filestorage/volume/{volume['id']}{rest}"


def srn(volume: dict[str, Any], region: str = "kr-west1", account: str = ACCOUNT) -> str:
    return f"srn:e::{account}:{region}::filestorage:volume/{volume['id']}"


def by_srn(volume: dict[str, Any], rest: str = "") -> str:
    return f"/v1/tags/{quote(base64.b64encode(srn(volume).encode()).decode(), safe='')}{rest}"


def tags_of(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer.body
    return {tag["key"]: tag["value"] for tag in answer.body["content"]["tags"]}


WAYS = pytest.mark.parametrize("way", [by_parts, by_srn])


@WAYS
def test_tags_of_creation_are_there(manager: Manager, volume: dict[str, Any], way: Any) -> None:
    answer = manager("GET", way(volume))
    assert tags_of(answer) == {"team": "web", "cost/center": "42"}
    assert answer.body["content"]["srn"] == srn(volume)
    assert (answer.body["count"], answer.body["page"], answer.body["size"]) == (2, 0, 20)
    assert tags_of(manager("GET", way(volume) + "?key=team")) == {"team": "web"}
    assert manager("GET", way(volume) + "?size=1&page=1").body["content"]["tags"] == TAGS[1:]


@WAYS
@pytest.mark.parametrize("how", ["merge", "replace"])
def test_bulk_sets_tags(manager: Manager, simulator: Simulator, volume: dict[str, Any], way: Any, how: str) -> None:
    simulator.switch(tags_bulk=how)
    answer = manager(
        "PUT", way(volume, "/bulk"), {"tags": [{"key": "team", "value": "db"}, {"key": "새 키", "value": ""}]}
    )
    assert answer.status == 200
    kept = {"cost/center": "42"} if how == "merge" else {}
    assert {tag["key"]: tag["value"] for tag in answer.body["content"][srn(volume)]} == {
        "team": "db",
        "새 키": "",
        **kept,
    }
    assert simulator.tags("filestorage.volumes", volume["id"]) == {"team": "db", "새 키": "", **kept}


@WAYS
def test_single_keys(manager: Manager, simulator: Simulator, volume: dict[str, Any], way: Any) -> None:
    key = quote("cost/center", safe="")
    assert manager("GET", way(volume, f"/{key}")).body["content"] == {"srn": srn(volume), "tag": TAGS[1]}
    assert manager("PUT", way(volume, f"/{key}"), {"value": "43"}).status == 200
    assert manager("PUT", way(volume, "/new"), {"value": ""}).status == 200
    assert simulator.tags("filestorage.volumes", volume["id"]) == {"team": "web", "cost/center": "43", "new": ""}
    assert manager("DELETE", way(volume, f"/{key}")).status == 204
    assert manager("DELETE", way(volume, f"/{key}")).status == 404
    simulator.switch(tag_delete_missing="accept", tag_key_missing="404")
    assert manager("DELETE", way(volume, f"/{key}")).status == 204
    assert manager("PUT", way(volume, f"/{key}"), {"value": "1"}).status == 404
    assert manager("GET", way(volume, f"/{key}")).status == 404
    assert manager("DELETE", way(volume)).status == 204
    assert simulator.tags("filestorage.volumes", volume["id"]) == {}


@pytest.mark.violations_expected
def test_key_that_is_not_escaped_is_another_path(manager: Manager, volume: dict[str, Any]) -> None:
    assert manager("DELETE", by_srn(volume, "/cost/center")).status == 403


@pytest.mark.violations_expected
def test_key_named_bulk_has_no_path_for_setting(manager: Manager, volume: dict[str, Any]) -> None:
    assert manager("PUT", by_parts(volume, "/bulk"), {"value": "1"}).status == 400
    assert manager("GET", by_parts(volume, "/bulk")).status == 404


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/bulk", {"tags": [{"key": "", "value": "a"}]}),
        ("/bulk", {"tags": [{"key": "k" * 129, "value": "a"}]}),
        ("/bulk", {"tags": [{"key": "k", "value": "a" * 257}]}),
        ("/bulk", {"tags": [{"key": "k!", "value": "a"}]}),
        ("/bulk", {"tags": [{"key": f"k{number}", "value": "a"} for number in range(51)]}),
        ("/k", {"value": "a" * 257}),
        ("/k", {"value": "a!"}),
        ("/k%21", {"value": "a"}),
        ("/k", {}),
    ],
)
def test_bad_tags_are_refused(manager: Manager, volume: dict[str, Any], path: str, body: Any) -> None:
    assert manager("PUT", by_parts(volume, path), body).status == 400
    assert tags_of(manager("GET", by_parts(volume))) == {"team": "web", "cost/center": "42"}


@pytest.mark.parametrize("tag", [{"key": "k!", "value": "a"}, {"key": "k", "value": "#1"}, {"key": "k", "value": "ä"}])
@pytest.mark.parametrize(
    ("service", "path", "body"),
    [
        ("filestorage 1.1", "/v1/volumes", {"name": "data", "protocol": "NFS", "type_name": "HDD"}),
        ("parallel-filestorage 1.0", "/v1/volumes", {"name": "data", "capacity_tb": 1}),
        ("baremetal-blockstorage 1.3", "/v1/volumes", {"name": "data", "disk_type": "HDD", "size_gb": 10}),
        ("archivestorage 1.1", "/v1/buckets", {"name": "data"}),
    ],
)
def test_tags_that_cannot_be_shown_are_refused_at_the_creation(
    manager: Manager, simulator: Simulator, service: str, path: str, body: dict[str, Any], tag: dict[str, str]
) -> None:
    if service.startswith("baremetal"):
        body = {**body, "attachments": [{"object_type": "BM", "object_id": simulator.server("west-db1")["id"]}]}
    before = simulator.resources()
    api = Api(simulator, service=service.partition(" ")[0], version=service)
    refused = api("POST", path, {**body, "tags": [tag]})
    assert refused.status == 400
    assert "should match pattern" in str(refused.body)
    assert simulator.resources() == before
    made = api("POST", path, {**body, "tags": [{"key": "team/한글", "value": "a_b:c"}]})
    assert made.status in (201, 202), made.body
    assert manager("GET", "/v1/tags?key=team/한글".replace("한글", quote("한글"))).status == 200


@pytest.mark.violations_expected
def test_signature_covers_the_path_as_sent(manager: Manager, simulator: Simulator) -> None:
    """Base64 of this id holds a slash and ends in an equals sign; each way to write it verifies as it was sent."""
    identifier = "xx?o?"
    simulator.patch_world({"filestorage": {"volumes": [{"id": identifier, "name": "odd_abc123", "tags": TAGS}]}})
    code = base64.b64encode(srn({"id": identifier}).encode()).decode()
    assert "/" in code
    assert code.endswith("=")
    escaped = code.replace("/", "%2F")
    for written in (escaped, quote(code, safe=""), quote(code, safe="=+")):
        assert tags_of(manager("GET", f"/v1/tags/{written}"))["team"] == "web"
    raw = f"/resourcemanager/v1/tags/{escaped}"
    headers = manager.headers("GET", raw)
    assert manager.send("GET", f"/resourcemanager/v1/tags/{quote(code, safe='')}", headers=headers).status == 401
    # With the slash as it is the path has one part more, which is a key.
    assert manager("GET", f"/v1/tags/{code}").status == 400


@pytest.mark.parametrize(
    "code",
    [
        "nothing",
        base64.urlsafe_b64encode(srn({"id": "???>>>"}).encode()).decode().rstrip("="),
        base64.b64encode(b"srn:s::a:b").decode(),
        base64.b64encode(b"srn:g::a:kr-west1::filestorage:volume/1").decode(),
    ],
)
def test_what_is_not_an_srn_is_refused(manager: Manager, code: str) -> None:
    assert manager("GET", f"/v1/tags/{quote(code, safe='')}").status == 400


def test_environments_that_share_regions_are_both_taken(manager: Manager, volume: dict[str, Any]) -> None:
    code = base64.b64encode(srn(volume).replace("srn:e:", "srn:s:").encode()).decode()
    assert tags_of(manager("GET", f"/v1/tags/{quote(code, safe='')}"))["team"] == "web"


def test_other_resources_are_not_found(manager: Manager, volume: dict[str, Any]) -> None:
    assert manager("GET", by_parts(volume, region="kr-east1")).status == 404
    assert manager("GET", f"/v1/tags/kr-west1/filestorage/share/{volume['id']}").status == 404
    assert manager("GET", "/v1/tags/kr-west1/filestorage/volume/nothing").status == 404
    foreign = base64.b64encode(srn(volume, account="0" * 32).encode()).decode()
    assert manager("GET", f"/v1/tags/{quote(foreign, safe='')}").status == 404


def test_tags_of_all_resources(manager: Manager, simulator: Simulator, volume: dict[str, Any]) -> None:
    other = Api(simulator).volume("other", region="kr-east1", tags=[{"key": "team", "value": "db"}])
    server = simulator.server("west-web1")
    simulator.set_tags("servers", server["id"], {"team": "ops"})
    answer = manager("GET", "/v1/tags?key=team")
    assert {(item["srn"], item["value"]) for item in answer.body["content"]} == {
        (srn(volume), "web"),
        (srn(other, "kr-east1"), "db"),
        (f"srn:e::{ACCOUNT}:kr-west1::virtualserver:server/{server['id']}", "ops"),
    }
    for query, count in {
        "service=filestorage": 3,
        "service=filestorage&region=kr-east1": 1,
        "resource_type=server": 1,
        f"resource_identifier={volume['id']}": 2,
        "value=42": 1,
        "offering=g": 0,
        f"account_id={ACCOUNT}": 4,
    }.items():
        assert manager("GET", f"/v1/tags?{query}").body["count"] == count, query
    assert manager("GET", "/v1/tags/keys").body == {"count": 2, "keys": ["cost/center", "team"]}
    assert manager("GET", "/v1/tags/values?key=team&region=kr-west1").body == {"count": 2, "values": ["ops", "web"]}


def test_changing_several_resources(manager: Manager, simulator: Simulator, volume: dict[str, Any]) -> None:
    other = Api(simulator).volume("other")
    new = [{"key": "stage", "value": "test"}]
    assert manager("PUT", "/v1/tags/bulk", {"tags": {srn(volume): new, srn(other): new}}).status == 200
    assert simulator.tags("filestorage.volumes", other["id"]) == {"stage": "test"}
    missing = srn({"id": "nothing"})
    assert manager("PUT", "/v1/tags/bulk", {"tags": {srn(other): TAGS, missing: TAGS}}).status == 404
    assert simulator.tags("filestorage.volumes", other["id"]) == {"stage": "test"}
    assert (
        manager("DELETE", "/v1/tags", {"tags": {srn(volume): ["stage", "team"], srn(other): ["stage"]}}).status == 204
    )
    assert simulator.tags("filestorage.volumes", other["id"]) == {}
    assert simulator.tags("filestorage.volumes", volume["id"]) == {"cost/center": "42"}


def test_resources(manager: Manager, simulator: Simulator, volume: dict[str, Any]) -> None:
    answer = manager("GET", f"/v1/resources/kr-west1/filestorage/volume/{volume['id']}")
    shown = answer.body["resource"]
    assert (shown["id"], shown["resource_name"], shown["srn"]) == (volume["id"], volume["name"], srn(volume))
    assert (shown["service"], shown["service_name"], shown["tags"]) == ("filestorage", "File Storage", TAGS)
    code = quote(base64.b64encode(srn(volume).encode()).decode(), safe="")
    assert manager("GET", f"/v1/resources/{code}").body == answer.body
    for query in (
        f"id={volume['id']}",
        "resource_name=my_volume",
        "service_name=filestorage",
        "service_name=File%20Storage",
        "resource_type=volume&region=kr-west1",
    ):
        assert manager("GET", f"/v1/resources?{query}").body["resources"] == [shown], query
    assert manager("GET", "/v1/resources?resource_type=volume&region=kr-east1").body["count"] == 0
    simulator.switch(resource_service_name="title")
    assert manager("GET", "/v1/resources?service_name=filestorage").body["count"] == 0
    everything = manager("GET", "/v1/resources?size=1000").body
    assert everything["count"] == len(everything["resources"]) > 100


@pytest.mark.parametrize("lookup", ["service_name=filestorage", "service_name=filestorage&sort=name:asc"])
def test_pages_of_resources(manager: Manager, simulator: Simulator, lookup: str) -> None:
    simulator.switch(unprinted_page_size=2)
    volumes = [{"id": f"v{number}", "name": f"v{number}_abc123"} for number in range(5)]
    simulator.patch_world({"filestorage": {"volumes": volumes}})
    pages = [manager("GET", f"/v1/resources?{lookup}&page={page}").body for page in range(3)]
    assert [len(page["resources"]) for page in pages] == [2, 2, 1]
    assert {item["id"] for page in pages for item in page["resources"]} == {item["id"] for item in volumes}
    assert {page["count"] for page in pages} == {5}


def test_new_resource_is_found_after_a_delay(manager: Manager, simulator: Simulator) -> None:
    simulator.switch(resource_delay_seconds=10)
    simulator.scale(0)
    made = Api(simulator).volume(tags=TAGS)
    assert manager("GET", by_parts(made)).status == 404
    assert manager("PUT", by_parts(made, "/bulk"), {"tags": TAGS}).status == 404
    assert manager("GET", "/v1/resources?service_name=filestorage").body["count"] == 0
    simulator.advance(10)
    assert manager("GET", "/v1/resources?service_name=filestorage").body["count"] == 1
    assert tags_of(manager("GET", by_parts(made)))["team"] == "web"


def test_entry_can_outlive_its_resource(manager: Manager, simulator: Simulator, volume: dict[str, Any]) -> None:
    simulator.switch(resource_stale_seconds=60)
    simulator.scale(0)
    assert Api(simulator)("DELETE", f"/v1/volumes/{volume['id']}").status == 202
    simulator.advance(2)
    assert Api(simulator)("GET", f"/v1/volumes/{volume['id']}").status == 404
    assert tags_of(manager("GET", by_parts(volume)))["team"] == "web"
    [entry] = manager("GET", "/v1/resources?service_name=filestorage").body["resources"]
    assert entry["id"] == volume["id"]
    simulator.advance(60)
    assert manager("GET", by_parts(volume)).status == 404
    assert manager("GET", "/v1/resources?service_name=filestorage").body["count"] == 0


def test_tags_of_every_kind_can_be_read(manager: Manager, simulator: Simulator) -> None:
    for service, kind, identifier in (
        ("virtualserver", "server", simulator.server("west-web1")["id"]),
        ("baremetal", "baremetal", simulator.server("west-db1")["id"]),
        ("multinodegpucluster", "gpu-node", simulator.server("west-gpunode1")["id"]),
        ("vpc", "vpc-endpoint", simulator.server("west-endpoint1")["id"]),
        ("vpc", "subnet", simulator.world()["subnets"][0]["id"]),
    ):
        path = f"/v1/tags/kr-west1/{service}/{kind}/{identifier}"
        assert manager("PUT", f"{path}/team", {"value": kind}).status == 200
        assert tags_of(manager("GET", path)) == {"team": kind}


def test_denied_and_discovery(manager: Manager, simulator: Simulator) -> None:
    root = f"{simulator.url}/resourcemanager"
    [version] = manager.send("GET", "/resourcemanager/").body["versions"]
    assert (version["id"], version["links"][0]["href"]) == ("v1.0", f"{root}/v1")
    simulator.switch(denied="resourcemanager")
    assert manager("GET", "/v1/resources").status == 403


@pytest.mark.violations_expected
def test_resource_manager_has_no_region_in_its_address(manager: Manager) -> None:
    raw = "/resourcemanager/kr-west1/v1/tags"
    assert manager.send("GET", raw, headers=manager.headers("GET", raw)).status == 404
