# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-node GPU Cluster: the operations that find GPU nodes by name or address (platform-behaviour.md §13)."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Operation, Service

SERVICE = Service("multinodegpucluster", "1.2", "Multi-node GPU Cluster", newer=("1.3",))

_operation = partial(Operation, SERVICE)

LIST_GPU_NODES = _operation(
    "ListGpuNodes",
    "GET",
    "/v1/gpu-nodes",
    query=(
        "size",
        "page",
        "sort",
        "gpu_node_name",
        "state",
        "ip",
        "vpc_id",
        "cluster_fabric_name",
        "cluster_fabric_id",
    ),
    paging=Paging("gpu_nodes", "count", "page", size="size", by_page=True, counted=False),
    action="ListGpuNodes",
)
SHOW_GPU_NODE = _operation("ShowGpuNode", "GET", "/v1/gpu-nodes/{gpu_node_id}", action="ShowGpuNode")
