# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual Server: the operations that find servers by name or address (platform-behaviour.md §13)."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Operation, Service

SERVICE = Service("virtualserver", "1.3", "Virtual Server", newer=("1.4", "1.5"))

_operation = partial(Operation, SERVICE)

LIST_VIRTUAL_SERVERS = _operation(
    "ListVirtualServers",
    "GET",
    "/v1/servers",
    query=(
        "name",
        "ip",
        "state",
        "product_category",
        "product_offering",
        "vpc_id",
        "server_type_id",
        "limit",
        "marker",
        "sort",
        "auto_scaling_group_id",
    ),
    paging=Paging("servers", marker="marker", after_last=True),
    action="ListVirtualServers",
)
SHOW_VIRTUAL_SERVER = _operation("ShowVirtualServer", "GET", "/v1/servers/{server_id}", action="ShowVirtualServer")
