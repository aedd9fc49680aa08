# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``scp_dr_plan`` and ``scp_dr_plan_info``."""

from __future__ import annotations

from typing import Any

from ...engine.spec import ModuleSpec
from ...resources.shared_options import ACCESS_RULE_TYPES, ATTACHMENT_TYPES, object_options
from .model import FREQUENCIES, HEALTHS
from .options import PROTOCOLS, TYPE_NAMES
from .plan import STATES, Plan
from .status import PlanInfo

_SWITCH = {"type": "bool", "default": False}
_VOLUMES: dict[str, Any] = {
    "volumes": {"type": "raw", "required": True},
    "target_region": {"type": "str"},
    "target_zone": {"type": "str"},
    "only": {"type": "list", "elements": "str"},
    "skip": {"type": "list", "elements": "str"},
    "paths": {"type": "bool"},
    "variable_prefix": {"type": "str"},
}

PLAN = ModuleSpec(
    load=lambda: Plan,
    options={
        **_VOLUMES,
        "state": {"type": "str", "choices": list(STATES), "default": "present"},
        "frequency": {"type": "str", "choices": list(FREQUENCIES), "default": "hourly"},
        "create": {"type": "bool", "default": True},
        "protocol": {"type": "str", "choices": list(PROTOCOLS)},
        "type_name": {"type": "str", "choices": list(TYPE_NAMES)},
        "cifs_passwords": {"type": "dict", "no_log": True},
        "snapshot_rate": {"type": "int"},
        "target_volume_prefix": {"type": "str", "default": "dr-"},
        "target_access_rules": object_options(ACCESS_RULE_TYPES),
        "target_attachments": object_options(ATTACHMENT_TYPES),
        "max_lag": {"type": "str"},
        "accept_lag": _SWITCH,
        "force": _SWITCH,
        "discard_target_changes": _SWITCH,
        "remove_access_rules": _SWITCH,
        "remove_attachments": _SWITCH,
        "confirm": _SWITCH,
        "delete_targets": _SWITCH,
        "detach": _SWITCH,
    },
)

PLAN_INFO = ModuleSpec(
    load=lambda: PlanInfo,
    options={
        **_VOLUMES,
        "paths": {"type": "bool", "default": False},
        "fail_on": {"type": "list", "elements": "str", "choices": list(HEALTHS), "default": []},
    },
)
