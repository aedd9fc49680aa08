# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bare Metal Server: the operations that find servers by name or address (platform-behaviour.md §13)."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Operation, Service

SERVICE = Service("baremetal", "1.1", "Bare Metal Server", newer=("1.2",))

_operation = partial(Operation, SERVICE)

LIST_BAREMETALS = _operation(
    "ListBaremetals",
    "GET",
    "/v1/baremetals",
    query=("size", "page", "sort", "server_name", "state", "ip", "vpc_id"),
    paging=Paging("baremetals", "count", "page", size="size", by_page=True),
    action="ListBaremetals",
)
SHOW_BAREMETAL = _operation("ShowBaremetal", "GET", "/v1/baremetals/{baremetal_id}", action="ShowBaremetal")
