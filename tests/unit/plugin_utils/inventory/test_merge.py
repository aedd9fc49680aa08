# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which uses are of one and the same server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.scp.storage.plugins.plugin_utils.inventory.merge import merge
from ansible_collections.scp.storage.plugins.plugin_utils.inventory.sources import Server, Use

UUID = "1EBCB471-6d7b-44d1-9e25-9c88c4a1f9a4"
PLAIN = UUID.replace("-", "").lower()
GUID = "b2ebf652-7c43-4131-aeb4-1a390fa39508"


def volume(server_id: str, name: str = "", region: str = "west", **more: Any) -> Use:
    """A block volume of a server."""
    return Use("bm_volumes", region, "bm_volumes", {"id": "v", "volume_group": None}, server_id, name, **more)


def mount(server_id: str, region: str = "west") -> Use:
    """A mount, which shows no name."""
    return Use("filestorage_volumes", region, "mounts", {"id": "m", "name": "m"}, server_id, type="VM")


def agent(name: str, region: str = "west") -> Use:
    """An agent, which shows no id."""
    return Use("backup_agents", region, "agent", {"id": f"agent of {name}"}, name=name, addresses=("10.0.0.1",))


def backup(name: str, region: str = "west", role: str = "ORIGINAL") -> Use:
    """A backup, which shows no id."""
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
