# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups of VPC (platform-behaviour.md §13): subnets and VPC endpoints."""

from __future__ import annotations

import ipaddress
from operator import attrgetter
from typing import Any

from ..behaviors import Switch
from ..errors import validation_error
from ..service import Call, Reply, operation
from ..state import Server, Subnet, World
from .neighbours import AUTHOR, NOWHERE, Neighbour, addresses, found, page_size, zulu

ENDPOINT = "ENDPOINT"


class Vpc(Neighbour):
    """VPC in all regions."""

    name = "vpc"
    switches = (
        Switch(
            "vpc_private_subnets",
            "unreadable",
            "VPC: subnets of type PRIVATE. Unreadable (seen live): asking for the type is 400, showing one 404, and "
            "lists leave them out.",
            ("unreadable", "readable"),
        ),
    )

    def __init__(self, world: World) -> None:
        """Show the servers and networks of the state."""
        super().__init__(world)
        self.use(self)

    # --- subnets ------------------------------------------------------------------------------------------------

    @operation("ListSubnets")
    def subnets(self, call: Call) -> Reply:
        """One page of the subnets, with a count."""
        query = call.query
        if query["type"] == "PRIVATE" and not self._private():
            raise validation_error("Value error, invalid subnet type")
        here = self.world.subnets
        plain = ("id", "cidr", "state", "vpc_id", "vpc_name", "category", "primary_subnet_id")
        rows = found(
            call,
            lambda: [subnet for subnet in here.having("region", call.region) if self._visible(call, subnet)],
            query["name"],
            {
                **{name: attrgetter(name) for name in plain},
                "type": lambda subnet: _type(call, subnet),
                "zone": _zones,
            },
        )
        page, size = query["page"] or 0, page_size(call)
        shown, count = call.numbered(rows, page, size)
        subnets = [self._subnet(call, subnet) for subnet in shown]
        sort = [query["sort"]] if query["sort"] else None
        return Reply(200, {"count": count, "page": page, "size": size, "sort": sort, "subnets": subnets})

    @operation("ShowSubnet")
    def subnet(self, call: Call) -> Reply:
        """One subnet."""
        subnet = self.world.subnets.get(call.path["subnet_id"])
        if subnet is None or subnet.region != call.region or not self._visible(call, subnet):
            raise self.not_found("Subnet.SubnetNotFound", call.path["subnet_id"])
        more: dict[str, Any] = {
            "allocation_pools": [],
            "description": None,
            "dhcp_ip_address": None,
            "dns_nameservers": [],
            "host_routes": [],
        }
        return Reply(200, {"subnet": self._subnet(call, subnet) | more})

    def _private(self) -> bool:
        return self.world.switches.text("vpc_private_subnets") == "readable"

    def _visible(self, call: Call, subnet: Subnet) -> bool:
        return subnet.account_id == call.account_id and (subnet.type != "PRIVATE" or self._private())

    def _subnet(self, call: Call, subnet: Subnet) -> dict[str, Any]:
        plain = ("account_id", "cidr", "id", "name", "state", "vpc_id", "vpc_name")
        answer = {
            **{name: getattr(subnet, name) for name in plain},
            "created_at": zulu(subnet.created_at),
            "created_by": AUTHOR,
            "gateway_ip_address": str(ipaddress.ip_network(subnet.cidr)[1]) if subnet.cidr else None,
            "modified_at": zulu(subnet.created_at),
            "modified_by": AUTHOR,
            "type": _type(call, subnet),
        }
        if call.since("1.3"):
            answer |= {
                "category": subnet.category,
                "primary_subnet_id": subnet.primary_subnet_id,
                "zones": _zones(subnet),
            }
        return answer

    # --- endpoints ----------------------------------------------------------------------------------------------

    @operation("ListVpcEndpoints")
    def endpoints(self, call: Call) -> Reply:
        """One page of the endpoints, with a count."""
        query = call.query
        rows = found(
            call,
            lambda: self.servers(call, ENDPOINT),
            query["name"],
            {
                "id": lambda endpoint: endpoint.id,
                "vpc_id": lambda endpoint: self._net(endpoint).vpc_id,
                "vpc_name": lambda endpoint: self._net(endpoint).vpc_name,
                "subnet_id": lambda endpoint: self._net(endpoint).id,
                "resource_key": _key,
                "resource_type": lambda endpoint: "FS",
                "endpoint_ip_address": addresses,
                "state": lambda endpoint: "ACTIVE",
            },
        )
        page, size = query["page"] or 0, page_size(call)
        shown, count = call.numbered(rows, page, size)
        endpoints = [self._endpoint(endpoint) for endpoint in shown]
        sort = [query["sort"]] if query["sort"] else None
        return Reply(200, {"count": count, "page": page, "size": size, "sort": sort, "vpc_endpoints": endpoints})

    @operation("ShowVpcEndpoint")
    def endpoint(self, call: Call) -> Reply:
        """One endpoint."""
        found = self.server(call, "VpcEndpoint.VpcEndpointNotFound", call.path["vpc_endpoint_id"], ENDPOINT)
        return Reply(200, {"vpc_endpoint": self._endpoint(found) | {"description": None}})

    def _net(self, endpoint: Server) -> Subnet:
        """The subnet of an endpoint, which is its region's first unless the seed has one."""
        subnet = self.world.subnets.get(endpoint.subnet_id or "")
        here = (net for net in self.world.subnets.having("region", endpoint.region) if net.type != "PRIVATE")
        return subnet or next(here, NOWHERE)

    def _endpoint(self, endpoint: Server) -> dict[str, Any]:
        subnet = self._net(endpoint)
        return {
            "account_id": endpoint.account_id,
            "created_at": zulu(endpoint.created_at),
            "created_by": AUTHOR,
            "endpoint_ip_address": endpoint.ip,
            "id": endpoint.id,
            "modified_at": zulu(endpoint.created_at),
            "modified_by": AUTHOR,
            "name": endpoint.name,
            "resource_info": "File Storage",
            "resource_key": _key(endpoint),
            "resource_type": "FS",
            "state": "ACTIVE",
            "subnet_id": subnet.id,
            "subnet_name": subnet.name,
            "vpc_id": subnet.vpc_id,
            "vpc_name": subnet.vpc_name,
        }


def _type(call: Call, subnet: Subnet) -> str:
    """The type of a subnet in the words of a version: what was GENERAL is PUBLIC or PRIVATE in newer ones."""
    if call.since("1.3"):
        return "PUBLIC" if subnet.type == "GENERAL" else subnet.type
    return "GENERAL" if subnet.type in ("PUBLIC", "PRIVATE") else subnet.type


def _zones(subnet: Subnet) -> list[str]:
    return subnet.zones or [f"{subnet.region}-a"]


def _key(endpoint: Server) -> str:
    return f"filestorage.{endpoint.region}"


SERVICE = Vpc
