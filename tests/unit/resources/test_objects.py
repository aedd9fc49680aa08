# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, endpoints and subnets found by name or address: what matches, what is an error, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.clock import Clock
from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NotEntitled,
    NotFound,
    StorageError,
)
from ansible_collections.scp.storage.plugins.module_utils.client.shared_reads import ListKey, SharedList, SharedReads
from ansible_collections.scp.storage.plugins.module_utils.engine.lookup import ResourceNotFound
from ansible_collections.scp.storage.plugins.module_utils.resources import objects
from ansible_collections.scp.storage.plugins.module_utils.resources.objects import ObjectFinder, ObjectMistake

WEB_ID, TWIN_ID, GPU_ID, NODE_ID = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)


def server(identifier: str, name: str, address: str = "10.0.0.1", **fields: Any) -> dict[str, Any]:
    """Return a server as the list of virtual servers has it."""
    addresses = [{"subnet_name": "front", "ip_addresses": [{"ip_address": address, "version": 4}]}]
    shown = {"id": identifier, "name": name, "addresses": addresses, "state": "ACTIVE", "vpc_id": "vpc-1"}
    return {**shown, "product_offering": "virtual_server", "auto_scaling_group_id": None, **fields}


LISTS: dict[str, list[dict[str, Any]]] = {
    "ListVirtualServers": [
        server(WEB_ID, "web"),
        server(GPU_ID, "train", "10.0.0.3", product_offering="gpu_server"),
        server("5" * 32, "old", "10.0.0.9", state="DELETED"),
    ],
    "ListBaremetals": [
        {"id": "6" * 32, "server_name": "db", "policy_ip": "10.1.0.1", "network_id": "net-1", "vpc_id": "vpc-1"}
    ],
    "ListGpuNodes": [
        {"id": NODE_ID, "gpu_node_name": "node", "policy_ip": "10.2.0.1", "pfs_ip": ["10.3.0.1"], "vpc_id": "vpc-1"}
    ],
    "ListVpcEndpoints": [{"id": "7" * 32, "name": "files", "endpoint_ip_address": "10.4.0.1", "vpc_name": "main"}],
    "ListSubnets": [{"id": "8" * 32, "name": "front", "cidr": "10.0.0.0/24", "vpc_name": "main"}],
}


class Platform(Clock):
    """Answers lists, and counts what was read."""

    def __init__(
        self, lists: Mapping[str, Any] | None = None, shown: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        self.lists = dict(LISTS if lists is None else lists)
        self.shown = dict(shown or {})
        self.reads: Counter[str] = Counter()
        self.settings = SimpleNamespace(region="kr-west1")
        self.now = 0.0
        self._shared = SharedReads(self)
        self._shared.begin("task")

    def monotonic(self) -> float:
        """Return the time, which tests move."""
        return self.now

    def read_once(self, operation: Any, *, region: str = "", max_age: float | None = None) -> SharedList:
        """Read a list once."""

        def fetch() -> list[dict[str, Any]]:
            self.reads[operation.name] += 1
            found = self.lists[operation.name]
            if isinstance(found, Exception):
                raise found
            return list(found)

        return self._shared.once(ListKey(operation.service, region, operation.name), fetch, max_age)

    def call(self, operation: Any, *, region: str, path: Mapping[str, str]) -> dict[str, Any]:
        """Show one thing."""
        self.reads[operation.name] += 1
        identifier = next(iter(path.values()))
        if identifier not in self.shown:
            raise NotFound(CallContext(operation.service, operation.name, region, "GET"), "is gone")
        return self.shown[identifier]

    @property
    def finder(self) -> ObjectFinder:
        """Return a finder that reads here."""
        return ObjectFinder(self)  # type: ignore[arg-type]


def denied(service: str = "virtualserver", kind: Callable[..., CallError] = CallError, status: int = 403) -> CallError:
    """Return the error of a list that may not be read."""
    return kind(CallContext(service, "ListX", "kr-west1", "GET"), f"was refused with {status}", status=status)


@pytest.mark.parametrize(
    ("wanted", "object_type", "identifier"),
    [
        ("web", "VM", WEB_ID),
        ("10.0.0.1", "VM", WEB_ID),
        ("train", "GPU", GPU_ID),
        ("db", "BM", "6" * 32),
        ("10.1.0.1", "BM", "6" * 32),
        ("node", "GPU_NODE", NODE_ID),
        ("node", "MNGC", NODE_ID),
        ("10.3.0.1", "MNGC", NODE_ID),
        ("files", "ENDPOINT", "7" * 32),
        ("10.4.0.1", "ENDPOINT", "7" * 32),
        ("front", "SUBNET", "8" * 32),
        ("10.0.0.0/24", "SUBNET", "8" * 32),
        (f" {WEB_ID} ", "VM", WEB_ID),
    ],
)
def test_identify_finds_by_name_address_and_id(wanted: str, object_type: str, identifier: str) -> None:
    assert Platform().finder.identify(wanted, [object_type]).id == identifier


def test_identify_of_an_id_reads_nothing() -> None:
    platform = Platform()
    assert platform.finder.identify("9" * 32, ["VM"]).id == "9" * 32
    assert not platform.reads


@pytest.mark.parametrize("wanted", ["we", "Web", "webx", "10.0.0", "old", "10.0.0.9"])
def test_identify_rejects_parts_other_case_and_what_is_going(wanted: str) -> None:
    with pytest.raises(ResourceNotFound, match="There is no virtual server with the name or address"):
        Platform().finder.identify(wanted, ["VM"])


def test_identify_lists_all_candidates_with_id_network_and_address() -> None:
    platform = Platform({**LISTS, "ListVirtualServers": [server(WEB_ID, "web"), server(TWIN_ID, "web", "10.0.0.2")]})
    with pytest.raises(ObjectMistake) as caught:
        platform.finder.identify("web", ["VM"], id_option="object_id")
    message = caught.value.message
    for text in (WEB_ID, TWIN_ID, "front", "VPC vpc-1", "10.0.0.1", "10.0.0.2", "object_id", "2 virtual servers"):
        assert text in message
    assert [one["id"] for one in caught.value.facts["candidates"]] == [WEB_ID, TWIN_ID]
    assert platform.finder.identify("10.0.0.2", ["VM"]).id == TWIN_ID


def test_identify_prefers_the_name_to_an_address_of_the_same_text() -> None:
    platform = Platform({"ListVirtualServers": [server(WEB_ID, "web"), server(TWIN_ID, "10.0.0.1", "10.0.0.2")]})
    assert platform.finder.identify("10.0.0.1", ["VM"]).id == TWIN_ID


def test_identify_shows_similar_names() -> None:
    with pytest.raises(ResourceNotFound, match=r"Similar names: web\."):
        Platform().finder.identify("wep", ["VM"])


def test_identify_reports_the_type_that_it_is() -> None:
    with pytest.raises(ResourceNotFound, match=r"it is a GPU server\. Set object_type to GPU\."):
        Platform().finder.identify("train", ["VM"])


def test_identify_reports_that_private_subnets_may_be_missing() -> None:
    with pytest.raises(
        ResourceNotFound, match=r"type PRIVATE can be missing in the list\. For such a subnet, use the id"
    ):
        Platform().finder.identify("back", ["SUBNET"], option="subnet")


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (denied(), ("Grant the IAM action virtualserver:ListVirtualServers", "use object_id instead")),
        (denied(kind=NotEntitled, status=401), ("To continue without that list, use object_id instead",)),
        (denied(status=500), ("To continue without that list, use object_id instead",)),
    ],
    ids=["denied", "not offered", "broken"],
)
def test_identify_reports_what_is_missing_and_that_ids_work(error: CallError, parts: Sequence[str]) -> None:
    platform = Platform({"ListVirtualServers": error})
    with pytest.raises(StorageError) as caught:
        platform.finder.identify("web", ["VM"], id_option="object_id")
    for part in ("object_name 'web' cannot be looked up", "virtual servers in kr-west1 cannot be read", *parts):
        assert part in caught.value.message
    assert caught.value.facts["status"] == error.status


def test_identify_of_several_types_finds_what_it_may_read() -> None:
    platform = Platform({**LISTS, "ListBaremetals": denied("baremetal")})
    assert platform.finder.identify("node", objects.SERVER_TYPES).id == NODE_ID
    with pytest.raises(StorageError, match="baremetal:ListBaremetals"):
        platform.finder.identify("nothing", objects.SERVER_TYPES)


def test_with_ids_reads_each_list_once_for_a_thousand_rules() -> None:
    platform = Platform({"ListVirtualServers": [server(f"{number:032x}", f"web{number}") for number in range(1000)]})
    rules = [{"object_type": "VM", "object_name": f"web{number}"} for number in range(1000)]
    resolved, names = objects.with_ids(platform.finder, rules, "access_rules")
    assert [one["object_id"] for one in resolved] == [f"{number:032x}" for number in range(1000)]
    assert names["VM", f"{7:032x}"] == "web7"
    assert platform.reads == {"ListVirtualServers": 1}


def test_with_ids_that_may_not_be_read_asks_once() -> None:
    platform = Platform({"ListVirtualServers": denied()})
    for _volume in range(3):
        with pytest.raises(StorageError, match="virtualserver:ListVirtualServers"):
            objects.with_ids(platform.finder, [{"object_type": "VM", "object_name": "web"}], "access_rules")
    assert platform.reads == {"ListVirtualServers": 1}


def test_with_ids_reads_a_broken_list_again() -> None:
    platform = Platform({"ListVirtualServers": denied(status=500)})
    rules = [{"object_type": "VM", "object_name": "web"}]
    with pytest.raises(StorageError):
        objects.with_ids(platform.finder, rules, "access_rules")
    platform.lists = dict(LISTS)
    assert objects.with_ids(platform.finder, rules, "access_rules")[0][0]["object_id"] == WEB_ID


def test_with_ids_reports_all_mistakes_at_once() -> None:
    rules = [{"object_type": "VM", "object_name": name} for name in ("nix", "web", "nought", "nix")]
    with pytest.raises(StorageError) as caught:
        objects.with_ids(Platform().finder, rules, "access_rules")
    assert caught.value.message.count("'nix'") == 1
    assert "'nought'" in caught.value.message
    assert "access_rules: object_name" in caught.value.message


def test_with_ids_keeps_ids_and_reads_nothing() -> None:
    platform = Platform()
    rules = [{"object_type": "VM", "object_id": "any text"}]
    assert objects.with_ids(platform.finder, rules, "access_rules") == (rules, {})
    assert not platform.reads


def test_missing_name_reads_an_old_list_again() -> None:
    """What was created after the list was read is found."""
    platform = Platform()
    with pytest.raises(ResourceNotFound):
        platform.finder.identify("new", ["VM"])
    platform.lists = {**LISTS, "ListVirtualServers": [server(TWIN_ID, "new")]}
    with pytest.raises(ResourceNotFound):
        platform.finder.identify("new", ["VM"])
    platform.now = 1000.0
    assert platform.finder.identify("new", ["VM"]).id == TWIN_ID
    assert platform.reads == {"ListVirtualServers": 2}


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({}, "user"),
        ({"auto_scaling_group_id": "asg-1"}, "auto_scaling"),
        ({"product_offering": "k8s_vm"}, "kubernetes"),
        ({"product_offering": "k8s_gpu_vm"}, "kubernetes"),
        ({"product_offering": None, "product_category": "container"}, "kubernetes"),
        ({"product_offering": None, "product_category": None}, "user"),
    ],
)
def test_owner_of_a_listed_server(fields: dict[str, Any], owner: str) -> None:
    platform = Platform({"ListVirtualServers": [server(WEB_ID, "web", **fields)]})
    assert platform.finder.owner("VM", WEB_ID) == (owner, "web")
    assert platform.reads == {"ListVirtualServers": 1}


def test_owner_of_a_server_that_is_not_listed_is_read() -> None:
    platform = Platform(shown={TWIN_ID: server(TWIN_ID, "asg-9", auto_scaling_group_id="asg-1")})
    assert platform.finder.owner("VM", TWIN_ID) == ("auto_scaling", "asg-9")
    assert platform.finder.owner("VM", "0" * 32) == ("user", "")


@given(
    names=st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=6),
    wanted=st.text("ab", min_size=1, max_size=3),
)
def test_identify_returns_only_what_is_the_one(names: list[str], wanted: str) -> None:
    listed = [server(f"{number:032x}", name, f"10.0.1.{number}") for number, name in enumerate(names)]
    finder = Platform({"ListVirtualServers": listed}).finder
    fitting = [one["id"] for one in listed if one["name"] == wanted]
    if len(fitting) == 1:
        assert finder.identify(wanted, ["VM"]).id == fitting[0]
    else:
        with pytest.raises(StorageError) as caught:
            finder.identify(wanted, ["VM"])
        assert all(identifier in caught.value.message for identifier in fitting)
