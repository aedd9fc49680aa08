# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which uses are of one and the same server, and what hosts are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.plugin_utils.catalogue import (
    OPERATIONS,
    full_name,
    list_operation,
    parameters,
    sorted_out,
)
from ansible_collections.scp.storage.plugins.plugin_utils.hosts import Filters, host_names
from ansible_collections.scp.storage.plugins.plugin_utils.servers import merge
from ansible_collections.scp.storage.plugins.plugin_utils.sources import Server, Use
from ansible_collections.scp.storage.plugins.plugin_utils.texts import inert

UUID = "1EBCB471-6d7b-44d1-9e25-9c88c4a1f9a4"
PLAIN = UUID.replace("-", "").lower()
GUID = "b2ebf652-7c43-4131-aeb4-1a390fa39508"


def volume(server_id: str, name: str = "", region: str = "west", **more: Any) -> Use:
    """A block volume of a server."""
    return Use("bm_volumes", region, "bm_volumes", {"id": "v", "volume_group": None}, server_id, name, **more)


def mount(server_id: str, region: str = "west") -> Use:
    """A mount, which tells no name."""
    return Use("filestorage_volumes", region, "mounts", {"id": "m", "name": "m"}, server_id, type="VM")


def agent(name: str, region: str = "west") -> Use:
    """An agent, which tells no id."""
    return Use("backup_agents", region, "agent", {"id": f"agent of {name}"}, name=name, addresses=("10.0.0.1",))


def backup(name: str, region: str = "west", role: str = "ORIGINAL") -> Use:
    """A backup, which tells no id."""
    return Use("backups", region, "backups", {"id": f"{role} {name}", "name": "b", "role_type": role}, name=name)


class Services:
    """What the services would answer, and what they were asked."""

    def __init__(self, servers: Iterable[Server] = (), identities: dict[str, tuple[str, str]] | None = None) -> None:
        self.servers = list(servers)
        self.identities = identities or {}
        self.asked: list[str] = []

    def directory(self, region: str) -> list[Server]:
        """All servers of a region."""
        self.asked.append(region)
        return self.servers

    def identify(self, use: Use) -> tuple[str, str]:
        """Whose a thing is."""
        self.asked.append(str(use.thing["id"]))
        return self.identities.get(str(use.thing["id"]), ("", ""))

    def merge(self, *uses: Use) -> list[dict[str, Any]]:
        """The servers of these uses."""
        return merge(uses, self.directory, self.identify)


def test_ids_are_the_same_however_they_are_written() -> None:
    services = Services()
    (server,) = services.merge(mount(UUID), volume(PLAIN, "web1"), agent("web1"), backup("web1"))
    assert (server["id"], server["name"], server["type"], server["addresses"]) == (UUID, "web1", "VM", ["10.0.0.1"])
    assert server["sources"] == ["filestorage_volumes", "bm_volumes", "backup_agents", "backups"]
    assert [len(server[held]) for held in ("bm_volumes", "mounts", "backups")] == [1, 1, 1]
    assert services.asked == []


def test_a_name_is_one_of_its_region_only() -> None:
    servers = Services().merge(volume("a", "db1"), volume("b", "db1", "east"), agent("db1", "east"))
    assert [(server["id"], server["agent"] is not None) for server in servers] == [("b", True), ("a", False)]


def test_servers_without_a_name_are_looked_up_once_for_each_region() -> None:
    services = Services([Server((UUID, GUID), "web1", "VM"), Server(("other",), "web2", "VM")])
    servers = services.merge(mount(PLAIN), mount(GUID), agent("web1"), backup("web2"))
    assert services.asked == ["west"]
    assert [(server["id"], server["name"], server["agent"] is not None) for server in servers] == [
        (PLAIN, "web1", True),
        ("other", "web2", False),
    ]
    # Two services knew it by another id each.
    assert len(servers[0]["mounts"]) == 1


def test_nothing_is_looked_up_for_what_has_no_name() -> None:
    endpoint = Use("filestorage_volumes", "west", "mounts", {"id": "m"}, "e", type="ENDPOINT")
    services = Services()
    assert len(services.merge(endpoint, agent("web1"))) == 2
    assert services.asked == []


def test_a_name_of_several_is_asked_for() -> None:
    services = Services(identities={"agent of db1": ("b", "west")})
    servers = services.merge(volume("a", "db1"), volume("b", "db1"), agent("db1"))
    assert [server["id"] for server in servers if server["agent"]] == ["b"]
    # One that went meanwhile is left out.
    assert [server["agent"] for server in Services().merge(volume("a", "x"), volume("b", "x"), agent("x"))] == [
        None
    ] * 2


def test_a_replica_belongs_to_the_server_of_its_original() -> None:
    services = Services()
    (server,) = services.merge(backup("web1", "east", "REPLICA"), backup("web1"))
    assert (server["region"], len(server["backups"]), services.asked) == ("west", 2, [])
    services = Services(identities={"REPLICA web1": ("a", "west")})
    (server,) = services.merge(backup("web1", "east", "REPLICA"))
    assert (server["id"], server["region"], server["name"]) == ("a", "west", "web1")
    assert Services().merge(backup("web1", "east", "REPLICA")) == []


def server(identifier: str = "", name: str = "", region: str = "west", **more: Any) -> dict[str, Any]:
    """What is known of a server."""
    nothing = {"type": "", "addresses": [], "bm_volumes": [], "mounts": [], "agent": None, "backups": []}
    return {**nothing, "id": identifier, "name": name, "region": region, **more}


def test_host_names() -> None:
    servers = [
        server("1", "web1"),
        server("2", "web1", "east"),
        server("3", "db1"),
        server("4", "db1"),
        server("5", "localhost"),
        server("6", "{{ 1+1 }}"),
        server("7"),
        server("", "a b"),
        server("8", "all", addresses=["10.0.0.1"]),
    ]
    by_name = ["web1.west", "web1.east", "db1.west.3", "db1.west.4", "5", "6", "7", "server_a_b", "8"]
    assert host_names(servers, ["name"]) == by_name
    assert host_names(servers, ["address", "id"]) == ["1", "2", "3", "4", "5", "6", "7", "server_a_b", "10.0.0.1"]
    assert host_names(servers[:3], ["name_and_region"]) == ["web1.west", "web1.east", "db1.west"]


@given(
    servers=st.lists(
        st.tuples(st.sampled_from(["", "a", "a.west", "localhost", "{{"]), st.sampled_from(["west", "east"])),
        max_size=12,
    ),
    preference=st.lists(st.sampled_from(["name", "name_and_region", "id", "address"]), max_size=3),
)
def test_no_two_hosts_have_one_name(servers: list[tuple[str, str]], preference: list[str]) -> None:
    known = [server(f"id-{number}", name, region) for number, (name, region) in enumerate(servers)]
    found = host_names(known, preference)
    assert len(set(found)) == len(known)
    assert not set(found) & {"", "localhost"}


def test_filters() -> None:
    group = {"name": "data", "volume_group": {"name": "orders"}}
    one = server(
        "1", "db1", bm_volumes=[group, {"name": "log", "volume_group": None}], agent={"connection_state": "OK"}
    )
    for fits, given_filters in (
        (True, {}),
        (True, {"server_name": "db?", "volume_name": ["x", "lo*"]}),
        (False, {"server_name": "db?", "volume_name": "x"}),
        (True, {"volume_group_name": "orders"}),
        (False, {"backup_name": "*"}),
        (True, {"agent_connection_state": "OK"}),
    ):
        assert Filters(given_filters).fit(one) is fits, given_filters
    assert Filters({"server_name": "db1"}).server_name == "db1"
    assert Filters({"server_name": "db*"}).server_name is None
    for wrong in ({"name": "x"}, {"server_name": []}, {"server_name": [1]}):
        with pytest.raises(StorageError, match="filters has"):
            Filters(wrong)


def test_only_what_could_be_a_template_is_marked() -> None:
    """Whatever marks are, texts stay the same."""
    value = {"a": ["x-1.y/z", "{{ 1 }}", None, 5, True], "b": {"c": "#jinja2: x", "d": "이름 1"}}
    assert inert(value) == value
    trusted = getattr(__import__("ansible.template").template, "is_trusted_as_template", None)
    if trusted is not None:
        marked = inert(value)
        assert [trusted(text) for text in (*marked["a"][:2], *marked["b"].values())] == [True, False, False, True]


def test_every_list_operation_has_a_name_of_its_own() -> None:
    lists = [operation for operation in OPERATIONS if operation.paging is not None]
    assert len(OPERATIONS) == 129
    for operation in lists:
        assert list_operation(full_name(operation)) is operation
        path, query = parameters(operation)
        given_all = dict.fromkeys((*path, *query), "x")
        assert sorted_out(operation, given_all) == (dict.fromkeys(path, "x"), dict.fromkeys(query, "x"))
    assert full_name(list_operation("bm.listvolumes")) == "baremetal-blockstorage.ListVolumes"
    assert full_name(list_operation("ListBuckets")) == "archivestorage.ListBuckets"
