# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups of Bare Metal Server (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

from ..service import Call, Reply, operation
from ..state import Server, World
from .neighbours import AUTHOR, Neighbour, addresses, found, page_size, subnet_of, zulu

KIND = "BM"


class BareMetal(Neighbour):
    """Bare Metal Server in all regions."""

    name = "baremetal"

    def __init__(self, world: World) -> None:
        """Show the servers and networks of the state."""
        super().__init__(world)
        self.use(self)

    @operation("ListBaremetals")
    def list(self, call: Call) -> Reply:
        """One page of the servers, with a count."""
        query = call.query
        rows = found(
            call,
            lambda: self.servers(call, KIND),
            query["server_name"],
            {
                "ip": addresses,
                "state": lambda server: server.state,
                "vpc_id": lambda server: subnet_of(self.world, server).vpc_id,
            },
        )
        page, count = call.numbered(rows, query["page"] or 0, page_size(call))
        return Reply(200, {"baremetals": [self._listed(call, server) for server in page], "count": count})

    @operation("ShowBaremetal")
    def show(self, call: Call) -> Reply:
        """One server."""
        server = self.server(call, "baremetal.NotFound.Server", call.path["baremetal_id"], KIND)
        answer = {
            **self._listed(call, server),
            "account_id": server.account_id,
            "hyper_threading_use": True,
            "init_script": "",
            "local_subnet_info": [],
            "private_nat_info": None,
            "public_nat_info": None,
            "root_account": "root",
            "time_zone": "Asia/Seoul",
            "use_local_subnet": False,
        }
        if call.since("1.2"):
            answer |= {"cpu_socket": 2, "total_cpu_vcore": 64}
        return Reply(200, answer)

    def _listed(self, call: Call, server: Server) -> dict[str, Any]:
        subnet = subnet_of(self.world, server)
        answer = {
            "created_at": zulu(server.created_at),
            "created_by": AUTHOR,
            "id": server.id,
            "image_id": "IMAGE-simulator",
            "image_version": server.os_version,
            "lock_enabled": False,
            "modified_at": zulu(server.created_at),
            "modified_by": AUTHOR,
            "network_id": server.subnet_id or "",
            "os_type": server.os_type,
            "placement_group_name": None,
            "policy_ip": addresses(server)[0] if addresses(server) else "",
            "product_type_id": "PRODUCT-simulator",
            "region_id": server.region,
            "server_name": server.name,
            "server_type": server.server_type,
            "state": server.state,
            "vpc_id": subnet.vpc_id,
        }
        return answer | ({"zone": server.zone} if call.since("1.2") else {})


SERVICE = BareMetal
