# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the name or uuid of a server to what the service calls it: only servers that Backup offers can be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ...client.errors import CallError, StorageError
from ...client.session import Client
from ...engine.lookup import is_id
from ...operations import backup as api
from ..objects import ObjectFinder, is_address
from .lookup import FILE_STORAGE, SERVER_CATEGORIES

#: Listing servers for images can answer this (platform-behaviour.md §2); they are then found in another way.
REFUSES_IMAGES = 500


#: By ``server_category``, what the servers are elsewhere.
_OBJECT_TYPES = {"VIRTUAL_SERVER": "VM", "GPU_SERVER": "GPU", "BAREMETAL_SERVER": "BM"}


def with_server_id(client: Client, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return options with the id of the server in ``server`` where they have its address.

    Backup lists servers by name and uuid, so that only an address has to be looked up where servers are managed.

    :raises StorageError: no server has it, or several have.
    """
    wanted = str(params.get("server") or "").strip()
    if not is_address(wanted):
        return params
    category = params.get("server_category")
    types = [_OBJECT_TYPES[category]] if category else list(_OBJECT_TYPES.values())
    found = ObjectFinder(client).identify(wanted, types, option="server", type_option="")
    return {**params, "server": found.id}


class Read(Protocol):
    """Reads servers of one category, and of one name where it is given, as far as the service's filter goes."""

    def __call__(self, category: str, name: str | None) -> list[dict[str, Any]]:
        """Return them as the service lists them."""


def needed_values(policy_type: str | None) -> tuple[str, ...]:
    """Return the values that an API version must support for a type of backup."""
    return (api.FILE_STORAGE,) if policy_type == FILE_STORAGE else ()


def fitting(servers: Iterable[Mapping[str, Any]], wanted: str) -> list[dict[str, Any]]:
    """The servers of that name or uuid."""
    return [dict(server) for server in servers if wanted in (server["server_name"], server["server_uuid"])]


def backup_servers(client: Client, policy_type: str) -> Read:
    """Reads the servers that can have a backup of this type, for files those with an agent."""

    def read(category: str, name: str | None) -> list[dict[str, Any]]:
        query = {"server_category": category, "policy_type": policy_type, "server_name": name}
        return client.read_list(api.LIST_BACKUP_TARGETS, query=query, insist=needed_values(policy_type))

    return read


def agentless_servers(client: Client) -> Read:
    """Reads the servers that have no agent yet."""

    def read(category: str, name: str | None) -> list[dict[str, Any]]:
        query = {"server_category": category, "server_name": name}
        return client.read_list(api.LIST_TARGETS_OF_BACKUP_AGENT, query=query)

    return read


def find_servers(read: Read, wanted: str, categories: Sequence[str] = SERVER_CATEGORIES) -> list[dict[str, Any]]:
    """All servers of that name or uuid, each with its ``server_category``."""
    found = []
    for category in categories:
        servers = [] if is_id(wanted) else fitting(read(category, wanted), wanted)
        servers = servers or fitting(read(category, None), wanted)
        found += [{**server, "server_category": category} for server in servers]
    return found


def the_one(servers: Sequence[dict[str, Any]], wanted: str, where: str) -> dict[str, Any] | None:
    """The only server, or ``None``. A uuid stands for its server, even if another server has that name.

    :raises StorageError: there are several; the message lists them.
    """
    servers = [server for server in servers if server["server_uuid"] == wanted] or servers
    if len(servers) > 1:
        candidates = "; ".join(f"{server['server_name']} ({server['server_uuid']})" for server in servers)
        raise StorageError(
            f"{wanted!r} fits {len(servers)} servers in {where}: {candidates}. Give the uuid of the one you mean.",
            candidates=[{"id": server["server_uuid"], "name": server["server_name"]} for server in servers],
        )
    return servers[0] if servers else None


def find_for_backup(client: Client, wanted: str, category: str, policy_type: str) -> dict[str, Any]:
    """The server of which a backup is to be made: ``server_uuid``, ``server_name`` and, if known, ``server_guid``.

    :raises StorageError: there is none, or none that can have such a backup, with what to do; or there are several.
    """
    where = client.settings.region
    try:
        servers = find_servers(backup_servers(client, policy_type), wanted, [category])
    except CallError as error:
        if error.status != REFUSES_IMAGES or policy_type != "VM_IMAGE":
            raise
        servers = _by_agents(client, wanted, category)
    found = the_one(servers, wanted, where)
    if found is None:
        raise StorageError(_why_not(client, wanted, category, policy_type))
    return found


def _by_agents(client: Client, wanted: str, category: str) -> list[dict[str, Any]]:
    """Servers as agents know them: each has an agent or has none. Only the first are reported with their guid."""
    reads = (agentless_servers(client), backup_servers(client, "FILESYSTEM"))
    return [server for read in reads for server in find_servers(read, wanted, [category])]


def _why_not(client: Client, wanted: str, category: str, policy_type: str) -> str:
    """Why a server cannot have a backup, and what to do."""
    where = client.settings.region
    if policy_type == "FILESYSTEM" and find_servers(agentless_servers(client), wanted, [category]):
        return (
            f"Server {wanted} in {where} has no backup agent, and its files cannot be backed up without one. Make it"
            " with scp_backup_agent, and install it on the server (role backup_agent does both)."
        )
    others = [other for other in SERVER_CATEGORIES if other != category]
    elsewhere = [
        server
        for read in (backup_servers(client, "FILESYSTEM"), agentless_servers(client))
        for server in find_servers(read, wanted, others)
    ]
    if elsewhere:
        kind = elsewhere[0]["server_category"]
        return f"Server {wanted} in {where} is a {kind}, and no {category}. Set server_category to {kind}."
    if policy_type == "VM_IMAGE" and _by_agents(client, wanted, category):
        named = client.read_list(api.LIST_BACKUPS, query={"server_name": None if is_id(wanted) else wanted})
        taken = [one for one in named if one["server_name"] == wanted and one["policy_type"] == policy_type]
        if taken:
            return (
                f"Server {wanted} in {where} is offered for no further image backup: there is"
                f" {taken[0]['name']} ({taken[0]['id']}) of it already. Change that one, or delete it first."
            )
    return (
        f"There is no {category} with the name or uuid {wanted!r} in {where} of which a backup can be made. Check its"
        " spelling, server_category and the region, and whether the server is still there."
    )


def is_gone(client: Client, backup: Mapping[str, Any]) -> bool:
    """Whether the server of a backup is no more: it is neither among those with an agent nor among those without."""
    uuid, category = str(backup["server_uuid"]), str(backup["server_category"])
    reads = (agentless_servers(client), backup_servers(client, "FILESYSTEM"))
    return not any(server["server_uuid"] == uuid for read in reads for server in read(category, None))
