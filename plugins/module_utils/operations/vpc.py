# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC: the operations that find VPC endpoints and subnets by name or address (platform-behaviour.md §13)."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Operation, Service

SERVICE = Service("vpc", "1.2", "VPC", newer=("1.3", "1.4"))

_operation = partial(Operation, SERVICE)

LIST_VPC_ENDPOINTS = _operation(
    "ListVpcEndpoints",
    "GET",
    "/v1/vpc-endpoints",
    query=(
        "size",
        "page",
        "sort",
        "id",
        "name",
        "vpc_id",
        "vpc_name",
        "subnet_id",
        "resource_key",
        "resource_type",
        "endpoint_ip_address",
        "state",
    ),
    paging=Paging("vpc_endpoints", "count", "page", size="size", by_page=True),
    action="ListVpcEndpoints",
)
SHOW_VPC_ENDPOINT = _operation(
    "ShowVpcEndpoint", "GET", "/v1/vpc-endpoints/{vpc_endpoint_id}", answers="vpc_endpoint", action="ShowVpcEndpoint"
)
LIST_SUBNETS = _operation(
    "ListSubnets",
    "GET",
    "/v1/subnets",
    query=("size", "page", "sort", "id", "name", "type", "cidr", "state", "vpc_id", "vpc_name"),
    paging=Paging("subnets", "count", "page", size="size", by_page=True),
    action="ListSubnets",
)
SHOW_SUBNET = _operation("ShowSubnet", "GET", "/v1/subnets/{subnet_id}", answers="subnet", action="ShowSubnet")
