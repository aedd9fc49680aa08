# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores of whole servers, and the histories of all restores."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...behaviors import REGIONS
from ...service import Call, Reply, event, operation
from ...state import Server, Subnet
from ...zones import check_zone
from ..common import asked_moment, between, moment_of, sorted_as
from .filesystem import files_of, plain
from .models import CATEGORIES, Policy, Restore
from .serializers import authored

if TYPE_CHECKING:
    from .service import Backup

_SORTS = (
    *("created_at", "modified_at", "backup_start_time"),
    *("restore_start_time", "restore_server_name", "restore_state"),
)


class Restores:
    """The operations on restores of servers, and how all restores end."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("RestoreBackup")
    def restore(self, call: Call) -> Reply:
        """Begin to make a new server out of a restore target."""
        service, body = self._service, call.body
        backup = service.available(call)
        if backup.policy_type != "VM_IMAGE":
            raise service.refused("InvalidPolicyType", "Files are restored to a server with an agent.")
        region = body.get("restore_region") or call.region
        if region not in REGIONS or not service.replica_part.related(call.region, region):
            raise service.refused("InvalidRegion", f"A backup of {call.region} is not restored to {region}.")
        zone = check_zone(call, body["restore_zone"], region) if body.get("restore_zone") else ""
        point = restorable(service, backup, body["restore_target_id"])
        self._check_type(backup, body["server_type_id"])
        subnets = self._subnets(call, backup, region)
        groups = body.get("security_groups") or []
        self._check_groups(call, region, groups)
        if self._taken(call, region, body["restore_server_name"]):
            raise service.refused("DuplicatedServerName", "A server of this name exists already.", 409)
        check_free(service, backup)
        server = Server(
            id=self._world.new_id(),
            account_id=backup.account_id,
            name=body["restore_server_name"],
            type=CATEGORIES[backup.server_category],
            region=region,
            ip=",".join(filter(None, map(self._address, subnets))),
            guid=self._world.new_id(),
            os_type=backup.server_os_type,
            subnet_id=subnets[0].id,
            server_type=body["server_type_id"],
            security_groups=groups,
            files=point.files,
            zone=zone,
        )
        fields = {name: getattr(server, name) for name in Server.__dataclass_fields__ if name != "created_at"}
        row = Restore(
            account_id=backup.account_id,
            backup_id=backup.id,
            point_id=point.id,
            region=region,
            backup_start_time=point.backup_start_time,
            schedule_name=point.schedule_name,
            restore_server_name=server.name,
            restore_state="INPROGRESS",
            server=fields,
        )
        service.restores.add(row)
        service.after(self._world.switches.number("backup_restore_seconds"), "restore_ends", restore_id=row.id)
        of_server = self._world.switches.text("backup_restore_answer") == "server"
        return service.accepted(server.id if of_server else backup.id, 202)

    def _check_type(self, backup: Policy, type_id: str) -> None:
        found = self._world.server_types.get(type_id)
        if found is None:
            raise self._service.not_found("ServerType")
        if found.type != CATEGORIES[backup.server_category]:
            raise self._service.refused("InvalidServerType", f"{type_id} is not a type of {backup.server_category}.")

    def _subnets(self, call: Call, backup: Policy, region: str) -> list[Subnet]:
        """The subnets that are asked for; where none is and the region stays the same, the original server's."""
        service = self._service
        asked = [network["subnet_id"] for network in call.body.get("networks") or []]
        if not asked and region == backup.server_region and backup.server_subnet_id:
            asked = [backup.server_subnet_id]
        if not asked:
            raise service.refused("InvalidNetwork", "A server that is restored elsewhere needs a subnet.")
        found = [self._world.subnets.get(subnet_id) for subnet_id in asked]
        mine = [s for s in found if s is not None and (s.region, s.account_id) == (region, call.account_id)]
        if len(mine) != len(asked):
            raise service.not_found("Subnet")
        if any(subnet.state != "ACTIVE" for subnet in mine):
            raise service.refused("InvalidSubnetState", "The subnet is not ACTIVE.")
        return mine

    def _check_groups(self, call: Call, region: str, asked: list[str]) -> None:
        for group in map(self._world.security_groups.get, asked):
            if group is None or (group.region, group.account_id) != (region, call.account_id):
                raise self._service.not_found("SecurityGroup")

    def _address(self, subnet: Subnet) -> str:
        """An address of a subnet; not one that is sure to be free."""
        if not subnet.cidr:
            return ""
        network = ipaddress.ip_network(subnet.cidr)
        return str(network[self._world.number(network.num_addresses // 2, network.num_addresses - 2)])

    def _taken(self, call: Call, region: str, name: str) -> bool:
        servers = any((s.name, s.region, s.account_id) == (name, region, call.account_id) for s in self._world.servers)
        mine = [r for r in self._service.restores if (r.region, r.account_id) == (region, call.account_id)]
        return servers or any((r.restore_server_name, r.restore_state) == (name, "INPROGRESS") for r in mine)

    @operation("CheckBackupRestoreServerNameDuplicate")
    def check_name(self, call: Call) -> Reply:
        """Whether a server of the region called, or one that is being restored there, has this name."""
        return Reply(200, {"result": self._taken(call, call.region, call.query["restore_server_name"])})

    @operation("ListBackupRestoreHistories")
    def listed(self, call: Call) -> Reply:
        """One page of the restores from a backup."""
        query = call.query
        earliest, latest = asked_moment(query["start_time"]), asked_moment(query["end_time"])
        backup = self._service.backup(call)
        found = [restore for restore in self._service.restores if restore.backup_id == backup.id]
        found = [r for r in found if between(moment_of(r.restore_start_time), earliest, latest)]
        if query["restore_state"]:
            found = [restore for restore in found if restore.restore_state == query["restore_state"]]
        found = sorted_as(found, query["sort"] or "created_at:desc", _SORTS)
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._shown(restore) for restore in page]})

    @staticmethod
    def _shown(restore: Restore) -> dict[str, Any]:
        """A restore as lists show it; only the times of its author have a zone."""
        plain_ones = ("backup_id", "restore_server_id", "restore_server_name", "restore_state", "schedule_name")
        return {
            **{name: getattr(restore, name) for name in plain_ones},
            **authored(restore),
            "backup_start_time": restore.backup_start_time[:19],
            "restore_end_time": restore.restore_end_time[:19] if restore.restore_end_time else None,
            "restore_start_time": restore.restore_start_time[:19],
        }

    @event("restore_ends")
    def _ends(self, data: Mapping[str, Any]) -> None:
        """A restore is over: there is a new server, or the files are on the one that they were meant for."""
        restore = self._service.restores.get(data["restore_id"])
        if restore is None or restore.restore_state != "INPROGRESS":
            return
        restore.restore_state = self._world.switches.text("backup_restore_ends_in")
        restore.restore_end_time = restore.modified_at = self._world.stamp()
        if restore.restore_state == "FAILED":
            return
        if restore.server:
            restore.restore_server_id = self._world.servers.add(Server(**restore.server)).id
        else:
            self._write(restore)

    def _write(self, restore: Restore) -> None:
        server = self._world.servers.get(restore.restore_server_id or "")
        if server is None or server.state != "RUNNING":
            restore.restore_state = "FAILED"
            return
        there = {plain(file) for file in files_of(server)}
        if restore.skips and there & set(restore.files):
            restore.restore_state = self._world.switches.text("backup_restore_existing")
        if restore.restore_state != "FAILED":
            server.files = sorted(there | set(restore.files))


def restorable(service: Backup, backup: Policy, point_id: str) -> Any:
    """A restore target of a backup that can be restored.

    :raises ApiError: 404, 400.
    """
    point = service.point(backup, point_id)
    if point.broken:
        raise service.refused("InvalidRestoreTarget", "The restore target cannot be restored.")
    return point


def check_free(service: Backup, backup: Policy) -> None:
    """Refuse a restore beside a job or another restore, if the switch says so.

    :raises ApiError: the answer to that.
    """
    busy = service.job_part.running(backup) or service.restoring(backup)
    if busy and service.world.switches.text("backup_restore_busy") != "accept":
        raise service.refused_as("backup_restore_busy", "InProgress", "A job of the backup is running.")
