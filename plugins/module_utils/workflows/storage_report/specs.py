# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spec of ``scp_storage_report``."""

from __future__ import annotations

from ...engine.spec import ModuleSpec
from ...resources.kinds import with_short_forms
from .models import KINDS, PROTECTED_KINDS
from .options import FAIL_ON
from .run import StorageReport

STORAGE_REPORT = ModuleSpec(
    load=lambda: StorageReport,
    options={
        "regions": {"type": "raw"},
        "kinds": {"type": "raw", "default": list(KINDS)},
        "history": {"type": "str"},
        "history_keep": {"type": "int", "default": 90},
        "snapshot_max_age": {"type": "raw", "default": "1d"},
        "snapshot_grace": {"type": "str", "default": "2h"},
        "snapshot_space_percent": {"type": "int", "default": 80},
        "policies": {"type": "raw"},
        "policy_kind": {
            "type": "str",
            "choices": with_short_forms(PROTECTED_KINDS),
            "default": "filestorage_volume",
        },
        "exempt": {"type": "raw"},
        "replication_max_lag": {"type": "str"},
        "backup_max_age": {"type": "str", "default": "8d"},
        "capacity_gb": {"type": "raw"},
        "growth_percent": {"type": "int", "default": 50},
        "growth_period": {"type": "str", "default": "7d"},
        "gather_tags": {"type": "bool", "default": False},
        "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "never"},
        "require_services": {"type": "bool", "default": False},
        "variable_prefix": {"type": "str"},
    },
)
