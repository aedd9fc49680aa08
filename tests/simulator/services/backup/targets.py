# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to choose from: servers for backups and agents, and subnets for restored servers."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ...errors import contact_admin, validation_error
from ...service import Call, Reply, operation
from ...state import Server, Subnet
from ..common import name_matches, sorted_as
from .models import CATEGORIES, FILE_STORAGE
from .serializers import zulu

if TYPE_CHECKING:
    from .service import Backup

_AUTHOR = "90dddfc2b1e04edba54ba2b41539a9ac"


class Targets:
    """The operations that list what other services have."""

    def __init__(self, service: Backup) -> None:
        """Look at the world of ``service``."""
        self._service = service
        self._world = service.world

    @operation("ListBackupTargets")
    def servers(self, call: Call) -> Reply:
        """One page of the servers that a backup can be made of; for files those with an agent, as seen live."""
        query, service = call.query, self._service
        category, image = query["server_category"], query["policy_type"] == "VM_IMAGE"
        if image and self._world.switches.text("backup_vm_targets") == "500":
            raise contact_admin()
        region = query["region"] or call.region
        if query["policy_type"] == FILE_STORAGE:
            found = list(service.file_storage(call.account_id, region).values())
        else:
            found = service.servers(call.account_id, region, category)
        if image:
            hidden = self._protected() if self._world.switches.text("backup_server_twice") != "accept" else set()
            found = [s for s in found if category != "BAREMETAL_SERVER" and s.id not in hidden]
        elif query["policy_type"] != FILE_STORAGE:
            found = [server for server in found if service.agent_of(server.id, call.account_id)]
        found = self._in_zone(call, found)
        found = self._named(found, query["server_name"])
        page, count = call.numbered(found, query["page"], query["size"])
        shown = [
            {
                "server_guid": server.guid or None,
                "server_name": server.name,
                "server_os_version": server.os_version,
                "server_type": server.server_type or None,
                "server_uuid": server.id,
            }
            for server in page
        ]
        return Reply(200, {"count": count, "contents": shown})

    @staticmethod
    def _in_zone(call: Call, servers: list[Server]) -> list[Server]:
        """The servers of the zone that newer versions can ask for."""
        zone = call.query.get("zone")
        return [server for server in servers if not zone or server.zone == zone]

    def _protected(self) -> set[str]:
        """The servers of which there is an image backup."""
        return {backup.server_uuid for backup in self._service.backups if backup.policy_type == "VM_IMAGE"}

    @operation("ListTargetsOfBackupAgent")
    def agent_servers(self, call: Call) -> Reply:
        """One page of the servers of a category that have no agent yet."""
        query, service = call.query, self._service
        if query["server_category"] not in CATEGORIES:
            raise validation_error("Value error, invalid server category")
        found = service.servers(call.account_id, call.region, query["server_category"])
        found = [server for server in found if service.agent_of(server.id, call.account_id) is None]
        found = self._in_zone(call, found)
        found = self._named(found, query["server_name"])
        column, _ignored, way = (query["sort"] or "server_name:asc").partition(":")
        columns = {"server_name": "name", "server_state": "state", "server_type": "server_type"}
        found = sorted_as(found, f"{columns.get(column, column)}:{way}", tuple(columns.values()))
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._agent_server(server) for server in page]})

    def _named(self, servers: list[Server], name: str | None) -> list[Server]:
        how = self._world.switches.text("name_filter")
        found = [server for server in servers if not name or name_matches(server.name, name, how)]
        return sorted(found, key=lambda server: server.name)

    def _agent_server(self, server: Server) -> dict[str, Any]:
        subnet = self._world.subnets.get(server.subnet_id or "")
        return {
            "server_backup_agent_ip": server.ip or None,
            "server_name": server.name,
            "server_state": server.state,
            "server_type": server.server_type or None,
            "server_uuid": server.id,
            "vpc_id": subnet.vpc_id if subnet else None,
        }

    @operation("ListBackupRestoreSubnets")
    def subnets(self, call: Call) -> Reply:
        """The subnets of a region into which a server can be restored; an image is needed for that."""
        query, service = call.query, self._service
        backup = service.backup(call)
        if backup.policy_type != "VM_IMAGE":
            raise service.refused("InvalidPolicyType", "The backup keeps files, and not an image.")
        found = [s for s in self._world.subnets if (s.region, s.account_id) == (query["region"], call.account_id)]
        for name in ("vpc_id", "state"):
            if query[name]:
                found = [subnet for subnet in found if getattr(subnet, name) == query[name]]
        if query.get("zone"):
            found = [subnet for subnet in found if query["zone"] in (subnet.zones or [f"{subnet.region}-a"])]
        shown = [_subnet(subnet) for subnet in call.listed(found)]
        return Reply(200, {"count": len(shown), "subnets": shown})


def _subnet(subnet: Subnet) -> dict[str, Any]:
    plain = ("account_id", "cidr", "id", "name", "state", "type", "vpc_id", "vpc_name")
    return {
        **{name: getattr(subnet, name) for name in plain},
        "created_at": zulu(subnet.created_at),
        "created_by": _AUTHOR,
        "gateway_ip_address": str(ipaddress.ip_network(subnet.cidr)[1]) if subnet.cidr else None,
        "modified_at": zulu(subnet.created_at),
        "modified_by": _AUTHOR,
    }
