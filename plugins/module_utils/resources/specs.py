# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules that belong to no single storage service: connection, servers and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.settings import SERVICES
from ..engine.deferred import deferred
from ..engine.options import REQUIRED_TAGS, TAGS
from ..engine.spec import ModuleSpec

if TYPE_CHECKING:
    from . import connection, resource_tags, server_info
else:
    connection, resource_tags, server_info = deferred(__package__, "connection", "resource_tags", "server_info")

CONNECTION_INFO = ModuleSpec(
    load=lambda: connection.Connection,
    options={"services": {"type": "list", "elements": "str", "choices": sorted({*SERVICES} - {"iam"})}},
)

SERVER_INFO = ModuleSpec(
    load=lambda: server_info.ServerInfo,
    options={
        "object_types": {
            "type": "list",
            "elements": "str",
            "choices": ["VM", "GPU", "BM", "GPU_NODE", "ENDPOINT", "SUBNET"],
        },
        "regions": {"type": "list", "elements": "str"},
        "name": {"type": "str"},
        "server_id": {"type": "str"},
        "address": {"type": "str"},
        "state": {"type": "str"},
        "vpc_id": {"type": "str"},
        "zone": {"type": "str"},
        "owner": {"type": "str", "choices": ["user", "auto_scaling", "kubernetes"]},
    },
)

TAG = ModuleSpec(
    load=lambda: resource_tags.ResourceTags,
    options={
        "srn": {"type": "str"},
        "service": {"type": "str"},
        "resource_type": {"type": "str"},
        "resource_id": {"type": "str"},
        "name": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "tags": REQUIRED_TAGS,
        "purge_tags": {"type": "bool", "default": False},
    },
    rules={
        "required_one_of": [("srn", "resource_id", "name")],
        "mutually_exclusive": [("srn", "resource_id", "name"), ("srn", "service"), ("srn", "resource_type")],
    },
)

TAG_INFO = ModuleSpec(
    load=lambda: resource_tags.ResourceTagsInfo,
    options={
        "service": {"type": "str"},
        "resource_type": {"type": "str"},
        "resource_id": {"type": "str"},
        "tags": TAGS,
    },
)
