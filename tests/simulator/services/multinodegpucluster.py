# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups of Multi-node GPU Cluster (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

from ..service import Call, Reply, operation
from ..state import Server, World
from .neighbours import AUTHOR, Neighbour, addresses, found, page_size, subnet_of, zulu

KINDS = ("GPU_NODE", "MNGC")
"""The two names by which storage services know a node."""


class MultiNodeGpuCluster(Neighbour):
    """Multi-node GPU Cluster in all regions."""

    name = "multinodegpucluster"

    def __init__(self, world: World) -> None:
        """Show the servers and networks of the state."""
        super().__init__(world)
        self.use(self)

    @operation("ListGpuNodes")
    def list(self, call: Call) -> Reply:
        """One page of the nodes, with a count."""
        query = call.query
        rows = found(
            call,
            lambda: self.servers(call, *KINDS),
            query["gpu_node_name"],
            {
                "ip": addresses,
                "state": lambda server: server.state,
                "vpc_id": lambda server: subnet_of(self.world, server).vpc_id,
                "cluster_fabric_name": _fabric,
                "cluster_fabric_id": _fabric,
            },
        )
        page, count = call.numbered(rows, query["page"] or 0, page_size(call))
        return Reply(200, {"count": count, "gpu_nodes": [self._shown(call, server) for server in page]})

    @operation("ShowGpuNode")
    def show(self, call: Call) -> Reply:
        """One node."""
        server = self.server(call, "multinodegpucluster.NotFound.GpuNode", call.path["gpu_node_id"], *KINDS)
        return Reply(200, self._shown(call, server))

    def _shown(self, call: Call, server: Server) -> dict[str, Any]:
        subnet = subnet_of(self.world, server)
        answer = {
            "account_id": server.account_id,
            "cluster_fabric_id": _fabric(server),
            "cluster_fabric_name": _fabric(server),
            "created_at": zulu(server.created_at),
            "created_by": AUTHOR,
            "gpu_node_name": server.name,
            "id": server.id,
            "image_id": "IMAGE-simulator",
            "image_version": server.os_version,
            "init_script": "",
            "lock_enabled": False,
            "modified_at": zulu(server.created_at),
            "modified_by": AUTHOR,
            "network_id": server.subnet_id or "",
            "node_pool_id": f"pool-{server.region}",
            "os_type": server.os_type,
            "pfs_ip": addresses(server),
            "policy_ip": addresses(server)[0] if addresses(server) else "",
            "policy_nat": None,
            "policy_use_nat": False,
            "product_type_id": "PRODUCT-simulator",
            "region_id": server.region,
            "root_account": "root",
            "server_type": server.server_type,
            "state": server.state,
            "time_zone": "Asia/Seoul",
            "vpc_id": subnet.vpc_id,
        }
        return answer | ({"zone": server.zone} if call.since("1.3") else {})


def _fabric(server: Server) -> str:
    return f"fabric-{server.region}"


SERVICE = MultiNodeGpuCluster
