# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where servers are known to storage: each source reads one list of a region, and shows which server uses what.

What lists show is taken from lists. A call for each volume is made where nothing else says who may mount it, and a call
for each thing where a part was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.scp.storage.plugins.module_utils.client.base_names import without_suffix
from ansible_collections.scp.storage.plugins.module_utils.client.errors import NotFound
from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently
from ansible_collections.scp.storage.plugins.module_utils.client.tags import tags_by_resource
from ansible_collections.scp.storage.plugins.module_utils.operations import (
    backup,
    baremetal_blockstorage,
    filestorage,
    parallel_filestorage,
    resourcemanager,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation

if TYPE_CHECKING:
    from ansible_collections.scp.storage.plugins.module_utils.client.session import Client

#: Parts that cost a call for each thing.
REPLICATION = "replication"
LAST_JOB = "last_job"
#: Costs a call for each thousand tags of a source in a region.
TAGS = "tags"
PARTS = (REPLICATION, LAST_JOB, TAGS)
#: What Backup calls the kinds of servers, and what access rules and attachments call them.
TYPES = {"VIRTUAL_SERVER": "VM", "GPU_SERVER": "GPU", "BAREMETAL_SERVER": "BM"}
#: ``purpose`` of a File Storage volume that has no replication and is none (platform-behaviour.md §5).
NO_PURPOSE = "none"
#: Role of a backup that is a copy of one in another region.
REPLICA = "REPLICA"

_BM_VOLUME = (
    "id",
    "name",
    "state",
    "purpose",
    "disk_type",
    "size_gb",
    "iscsi_target_ips",
    "volume_group",
    "has_relation",
    "zone",
)
_MOUNT = ("id", "name", "state", "protocol", "type_name", "purpose", "capacity_tb", "zone")
_AGENT = ("id", "name", "state", "connection_state", "server_backup_agent_ip", "server_category", "backup_policy_count")
_BACKUP = ("id", "name", "state", "policy_type", "retention_period", "role_type", "created_at")
_JOB = ("backup_job_guid", "backup_job_state", "backup_start_time", "backup_end_time", "schedule_name")
_REPLICATION = ("sync_state", "sync_cycle", "lag_time")


@dataclass(frozen=True, eq=False)
class Use:
    """One server uses one thing.

    :ivar held: where a server keeps the thing: ``bm_volumes``, ``mounts``, ``agent``, ``backups``.
    :ivar server_id: empty where the source knows the server by its name only; ``name`` the other way round.
    """

    source: str
    region: str
    held: str
    thing: dict[str, Any]
    server_id: str = ""
    name: str = ""
    type: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Server:
    """A server as Backup lists all of them: ``ids`` are its uuid and, where it is reported, its guid."""

    ids: tuple[str, ...]
    name: str
    type: str


@dataclass(frozen=True)
class Reader:
    """Reads with one client.

    :param gather: the :data:`PARTS` to read.
    :param server_name: the only server that is of interest, where that is known; lists are then asked for it.
    """

    client: Client
    gather: frozenset[str] = frozenset()
    server_name: str | None = None

    def bm_volumes(self, region: str) -> list[Use]:
        """Block volumes by their attachments."""
        # The oldest first: what is made meanwhile comes behind, and moves nothing to another page.
        query = {"sort": "created_at:asc", "object_name": self.server_name}
        volumes = self._list(baremetal_blockstorage.LIST_VOLUMES, region, query=query)
        shown = {str(volume["id"]): _picked(volume, _BM_VOLUME) for volume in volumes}
        if REPLICATION in self.gather:
            self._add_replications(region, list(shown.values()))
        return [
            Use(
                source="bm_volumes",
                region=region,
                held="bm_volumes",
                thing=shown[str(volume["id"])],
                server_id=str(server["id"]),
                name=str(server.get("name") or ""),
                type=str(server.get("type") or ""),
            )
            for volume in volumes
            for server in volume.get("attachments") or ()
        ]

    def _add_replications(self, region: str, volumes: list[dict[str, Any]]) -> None:
        """Give each volume its replication, or that of its group; a group has one for all of its members."""
        group_ids = list(dict.fromkeys(str(one["volume_group"]["id"]) for one in volumes if one["volume_group"]))
        of_groups = dict(
            zip(
                group_ids,
                map_concurrently(lambda group_id: self._group_replication(region, group_id), group_ids),
                strict=True,
            )
        )
        alone = [one for one in volumes if one["has_relation"] and not one["volume_group"]]
        of_volumes = map_concurrently(lambda volume: self._volume_replication(region, str(volume["id"])), alone)
        for volume in volumes:
            volume[REPLICATION] = of_groups[str(volume["volume_group"]["id"])] if volume["volume_group"] else None
        for volume, replication in zip(alone, of_volumes, strict=True):
            volume[REPLICATION] = replication

    def _volume_replication(self, region: str, volume_id: str) -> dict[str, Any] | None:
        call = baremetal_blockstorage.SHOW_VOLUME_REPLICATION
        return self._replication(call, "related_volumes", region, {"volume_id": volume_id})

    def _group_replication(self, region: str, group_id: str) -> dict[str, Any] | None:
        call = baremetal_blockstorage.SHOW_VOLUME_GROUP_REPLICATION
        return self._replication(call, "related_volume_groups", region, {"volume_group_id": group_id})

    def _replication(
        self, call: Operation, related: str, region: str, path: Mapping[str, str]
    ) -> dict[str, Any] | None:
        """A replication; a volume or group without one answers 404, or nothing (platform-behaviour.md §7)."""
        try:
            shown = self.client.call(call, region=region, path=path).get("result") or {}
        except NotFound:
            return None
        ends = shown.get(related) or []
        return {**_picked(shown, _REPLICATION), related: ends} if ends else None

    def filestorage_volumes(self, region: str) -> list[Use]:
        """File Storage volumes by their access rules."""
        found = self._list(filestorage.LIST_VOLUMES, region, query={"sort": "created_at:asc"})
        return [
            use for uses in map_concurrently(lambda one: self._filestorage_mounts(region, one), found) for use in uses
        ]

    def _filestorage_mounts(self, region: str, volume: dict[str, Any]) -> list[Use]:
        path = {"volume_id": str(volume["id"])}
        try:
            rules = self._list(filestorage.LIST_ACCESS_RULES, region, path=path)
            if not rules:
                return []
            shown = self.client.call(filestorage.SHOW_VOLUME, region=region, path=path)
            more: dict[str, Any] = {"path": shown.get("path")}
            if REPLICATION in self.gather:
                has_one = str(shown.get("purpose") or "").lower() != NO_PURPOSE
                more["replications"] = (
                    self._list(filestorage.LIST_VOLUME_REPLICATIONS, region, query=path) if has_one else []
                )
        except NotFound:
            if self._is_there(filestorage.SHOW_VOLUME, region, path):
                raise
            return []
        return [
            Use(
                source="filestorage_volumes",
                region=region,
                held="mounts",
                thing=_mount(filestorage.SERVICE.name, shown, more, rule.get("access_rule_state")),
                server_id=str(rule["object_id"]),
                type=str(rule.get("object_type") or ""),
            )
            for rule in rules
        ]

    def pfs_volumes(self, region: str) -> list[Use]:
        """Parallel File Storage volumes by their access rules."""
        found = self._list(parallel_filestorage.LIST_VOLUMES, region, query={"sort": "created_at:asc"})
        return [use for uses in map_concurrently(lambda one: self._pfs_mounts(region, one), found) for use in uses]

    def _pfs_mounts(self, region: str, volume: dict[str, Any]) -> list[Use]:
        path = {"volume_id": str(volume["id"])}
        try:
            rules = self._list(parallel_filestorage.LIST_ACCESS_RULE, region, path=path)
            if not rules:
                return []
            shown = self.client.call(parallel_filestorage.SHOW_VOLUME, region=region, path=path)
        except NotFound:
            if self._is_there(parallel_filestorage.SHOW_VOLUME, region, path):
                raise
            return []
        more = {"path": shown.get("mount_path")}
        return [
            Use(
                source="pfs_volumes",
                region=region,
                held="mounts",
                thing=_mount(parallel_filestorage.SERVICE.name, shown, more, rule.get("access_state")),
                server_id=str(rule["object_id"]),
                name=str(rule.get("object_name") or ""),
                type=str(rule.get("object_type") or ""),
                addresses=tuple(
                    str(address["access_ip"])
                    for address in rule.get("access_ip_list") or ()
                    if address.get("access_ip")
                ),
            )
            for rule in rules
        ]

    def backup_agents(self, region: str) -> list[Use]:
        """Backup agents; the list shows the server's name only."""
        agents = self._list(backup.LIST_BACKUP_AGENTS, region, query={"server_name": self.server_name})
        return [
            Use(
                source="backup_agents",
                region=region,
                held="agent",
                thing=_picked(agent, _AGENT),
                name=str(agent.get("server_name") or ""),
                type=TYPES.get(str(agent.get("server_category")), ""),
                addresses=tuple(str(agent.get("server_backup_agent_ip") or "").replace(",", " ").split()),
            )
            for agent in agents
        ]

    def backups(self, region: str) -> list[Use]:
        """Backups; the list shows the server's name only."""
        found = self._list(backup.LIST_BACKUPS, region, query={"server_name": self.server_name})
        shown = [{**_picked(one, _BACKUP), "region": region} for one in found]
        if LAST_JOB in self.gather:
            for one, job in zip(
                shown, map_concurrently(lambda one: self._last_job(region, one["id"]), shown), strict=True
            ):
                one[LAST_JOB] = job
        return [
            Use(
                source="backups",
                region=region,
                held="backups",
                thing=thing,
                name=str(one.get("server_name") or ""),
            )
            for one, thing in zip(found, shown, strict=True)
        ]

    def _last_job(self, region: str, backup_id: str) -> dict[str, Any] | None:
        """The job that began last, in whatever order the service lists them; its times are UTC and compare as texts."""
        try:
            jobs = self._list(backup.LIST_BACKUP_HISTORIES, region, path={"backup_id": backup_id})
        except NotFound:
            return None
        last = max(jobs, key=lambda job: str(job.get("backup_start_time") or ""), default=None)
        return None if last is None else _picked(last, _JOB)

    # -- tags ---------------------------------------------------------------------------------------------------------

    def tags(self, source: str, region: str) -> dict[str, dict[str, str]]:
        """The tags of what a source shows, by its id. What has no tags is not there."""
        service, resource_type = TAGGED[source]
        query = {"service": service, "resource_type": resource_type, "region": region}
        return tags_by_resource(self._list(resourcemanager.LIST_TAGS, region, query=query))

    # -- who is who ---------------------------------------------------------------------------------------------------

    def directory(self, region: str) -> list[Server]:
        """All servers that Backup knows in a region: with an agent (these also by their guid), and without one."""
        reads = [
            (operation, {**query, "server_category": category, "server_name": self.server_name}, kind)
            for category, kind in TYPES.items()
            for operation, query in (
                (backup.LIST_BACKUP_TARGETS, {"policy_type": "FILESYSTEM"}),
                (backup.LIST_TARGETS_OF_BACKUP_AGENT, {}),
            )
        ]
        lists = map_concurrently(lambda read: self._list(read[0], region, query=read[1]), reads)
        return [
            Server(
                ids=tuple(str(one[name]) for name in ("server_uuid", "server_guid") if one.get(name)),
                name=str(one.get("server_name") or ""),
                type=kind,
            )
            for (_operation, _query, kind), found in zip(reads, lists, strict=True)
            for one in found
        ]

    def identify(self, use: Use) -> tuple[str, str]:
        """The id and the region of the server that an agent or a backup is of; empty where it went meanwhile."""
        call, option = (
            (backup.SHOW_BACKUP_AGENT, "backup_agent_id") if use.held == "agent" else (backup.SHOW_BACKUP, "backup_id")
        )
        try:
            shown = self.client.call(call, region=use.region, path={option: str(use.thing["id"])})
        except NotFound:
            return "", ""
        return str(shown.get("server_uuid") or ""), str(shown.get("server_region") or use.region)

    def _is_there(self, show: Operation, region: str, path: Mapping[str, str]) -> bool:
        """Whether a volume exists of which something else does not: its servers may not be lost without a word."""
        try:
            self.client.call(show, region=region, path=path)
        except NotFound:
            return False
        return True

    def _list(self, operation: Operation, region: str, **options: Any) -> list[dict[str, Any]]:
        return self.client.read_list(operation, region=region, **options)


#: All sources by their names, and the service that each asks.
SOURCES: dict[str, Callable[[Reader, str], list[Use]]] = {
    "bm_volumes": Reader.bm_volumes,
    "filestorage_volumes": Reader.filestorage_volumes,
    "pfs_volumes": Reader.pfs_volumes,
    "backup_agents": Reader.backup_agents,
    "backups": Reader.backups,
}
#: What Resource Manager calls the things that each source shows: service and type.
TAGGED = {
    "bm_volumes": (baremetal_blockstorage.SERVICE.name, "volume"),
    "filestorage_volumes": (filestorage.SERVICE.name, "volume"),
    "pfs_volumes": (parallel_filestorage.SERVICE.name, "volume"),
    "backup_agents": (backup.SERVICE.name, "backup-agent"),
    "backups": (backup.SERVICE.name, "backup"),
}
#: Those that ask Backup, which can also show who is who.
OF_BACKUP = frozenset({"backup_agents", "backups"})


def _picked(thing: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: thing.get(name) for name in names}


def _mount(service: str, volume: Mapping[str, Any], more: Mapping[str, Any], rule_state: Any) -> dict[str, Any]:
    return {
        "service": service,
        **{name: volume[name] for name in _MOUNT if name in volume},
        "base_name": without_suffix(str(volume.get("name"))),
        **more,
        "access_state": rule_state,
    }
