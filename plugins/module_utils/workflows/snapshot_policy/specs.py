# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spec of ``scp_snapshot_policy``."""

from __future__ import annotations

from ...engine.spec import ModuleSpec
from ..items import LIST_OPTIONS
from .workflow import SnapshotPolicy

SNAPSHOT_POLICY = ModuleSpec(
    load=lambda: SnapshotPolicy,
    options={
        "volumes": {"type": "raw", "required": True},
        "kind": {
            "type": "str",
            "choices": [
                *("filestorage_volume", "pfs_volume", "bm_volume", "bm_volume_group"),
                *("filestorage", "pfs", "bm", "bm_group"),
            ],
            "default": "filestorage_volume",
        },
        "schedule": {"type": "raw"},
        "max_age": {"type": "str"},
        "keep": {"type": "int", "default": 0},
        "snapshot_rate": {"type": "int", "default": 0},
        "wait_timeout": {"type": "int", "default": 600},
        **LIST_OPTIONS,
    },
)
