# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups of Virtual Server (platform-behaviour.md §13), which lists GPU servers and nodes of Kubernetes too."""

from __future__ import annotations

from typing import Any

from ..errors import validation_error
from ..service import Call, Reply, operation
from ..state import Server, World
from .neighbours import AUTHOR, Neighbour, addresses, found, subnet_of, zulu

KINDS = ("VM", "GPU")
STATES = {"RUNNING": "ACTIVE", "STOPPED": "SHUTOFF"}


class VirtualServer(Neighbour):
    """Virtual Server in all regions."""

    name = "virtualserver"

    def __init__(self, world: World) -> None:
        """Show the servers and networks of the state."""
        super().__init__(world)
        self.use(self)

    @operation("ListVirtualServers")
    def list(self, call: Call) -> Reply:
        """The servers after the marker, without a count."""
        query = call.query
        rows = found(
            call,
            lambda: self.servers(call, *KINDS),
            query["name"],
            {
                "ip": addresses,
                "state": lambda server: STATES[server.state],
                "product_category": _category,
                "product_offering": _offering,
                "vpc_id": lambda server: subnet_of(self.world, server).vpc_id,
                "server_type_id": lambda server: server.server_type,
                "auto_scaling_group_id": lambda server: server.auto_scaling_group_id,
            },
        )
        start = 0
        if query["marker"]:
            places = call.places(rows)
            if query["marker"] not in places:
                raise validation_error("Value error, invalid marker")
            start = places[query["marker"]] + 1
        limit = query["limit"] or self.world.switches.count("unprinted_page_size")
        page, _ignored = call.page(rows, start, limit)
        return Reply(200, {"servers": [self._shown(call, server) for server in page]})

    @operation("ShowVirtualServer")
    def show(self, call: Call) -> Reply:
        """One server."""
        server = self.server(call, "VirtualServer.VirtualServerNotFound", call.path["server_id"], *KINDS)
        return Reply(200, self._shown(call, server))

    def _shown(self, call: Call, server: Server) -> dict[str, Any]:
        subnet = subnet_of(self.world, server)
        ips = [{"ip_address": address, "version": 4} for address in addresses(server)]
        answer = {
            "account_id": server.account_id,
            "addresses": [{"ip_addresses": ips, "subnet_name": subnet.name}] if ips else [],
            "auto_scaling_group_id": server.auto_scaling_group_id,
            "created_at": zulu(server.created_at),
            "created_by": AUTHOR,
            "disk_config": "MANUAL",
            "id": server.id,
            "image_id": None,
            "is_marketplace": False,
            "keypair_name": None,
            "launch_configuration_id": None,
            "locked": False,
            "metadata": {},
            "modified_at": zulu(server.created_at),
            "name": server.name,
            "partition_number": None,
            "planned_compute_os_type": "windows" if server.os_type == "WINDOWS" else "open_source",
            "product_category": _category(server),
            "product_offering": _offering(server),
            "security_groups": [{"name": self._group(group)} for group in server.security_groups],
            "server_group_id": None,
            "server_type": {
                "disk": 0,
                "ephemeral": 0,
                "extra_specs": {},
                "id": server.server_type,
                "name": server.server_type,
                "ram": 2048,
                "swap": 0,
                "vcpus": 1,
            },
            "state": STATES[server.state],
            "volumes": [],
            "vpc_id": subnet.vpc_id or None,
        }
        if call.since("1.4"):
            answer["zone"] = server.zone
        if call.since("1.5"):
            answer["is_spot"] = False
        return answer

    def _group(self, group: Any) -> str:
        known = self.world.security_groups.get(str(group))
        return known.name if known else str(group)


def _offering(server: Server) -> str:
    return server.product_offering or ("gpu_server" if server.type == "GPU" else "virtual_server")


def _category(server: Server) -> str:
    return "container" if _offering(server).startswith("k8s") else "compute"


SERVICE = VirtualServer
