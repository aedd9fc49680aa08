# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spec of ``scp_snapshot_policy``."""

from __future__ import annotations

from ...engine.spec import ModuleSpec
from ...resources.kinds import with_short_forms
from ..items import LIST_OPTIONS
from .kinds import OWNER_KINDS
from .workflow import SnapshotPolicy

SNAPSHOT_POLICY = ModuleSpec(
    load=lambda: SnapshotPolicy,
    options={
        "volumes": {"type": "raw", "required": True},
        "kind": {
            "type": "str",
            "choices": with_short_forms(OWNER_KINDS),
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
