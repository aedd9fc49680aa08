# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``scp_dr_drill``."""

from __future__ import annotations

from ...engine.spec import ModuleSpec
from ...resources.shared_options import ACCESS_RULE_TYPES, ATTACHMENT_TYPES, object_options
from .copies import ORIGINS
from .workflow import WAIT_TIMEOUT, Drill

DRILL = ModuleSpec(
    load=lambda: Drill,
    options={
        "volumes": {"type": "raw", "required": True},
        "target_region": {"type": "str"},
        "target_zone": {"type": "str"},
        "only": {"type": "list", "elements": "str"},
        "skip": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "from": {"type": "str", "choices": list(ORIGINS), "default": "auto"},
        "prefix": {"type": "str", "default": "drill"},
        "access_rules": object_options(ACCESS_RULE_TYPES),
        "attachments": object_options(ATTACHMENT_TYPES),
        "cifs_passwords": {"type": "dict", "no_log": True},
        "rto": {"type": "str"},
        "rpo": {"type": "str"},
        "force": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": WAIT_TIMEOUT},
        "variable_prefix": {"type": "str"},
    },
)
