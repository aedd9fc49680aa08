# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of Backup whose nouns ``scp_storage_apply`` or a workflow takes too.

They stand here and not in the module files, because the process of a module holds no other module.
"""

from __future__ import annotations

from ...engine.options import TAGS
from ...engine.spec import ModuleSpec
from . import agent, backup, run

BACKUP = ModuleSpec(
    handler=backup.Backup,
    options={
        "name": {"type": "str"},
        "backup_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server": {"type": "str"},
        "server_category": {"type": "str", "choices": ["VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER"]},
        "policy_category": {"type": "str", "choices": ["AGENTLESS", "AGENT"]},
        "policy_type": {"type": "str", "choices": ["VM_IMAGE", "FILESYSTEM", "FILE_STORAGE"]},
        "schedules": {
            "type": "list",
            "elements": "dict",
            "options": {
                "type": {"type": "str", "required": True, "choices": ["FULL", "INCREMENTAL"]},
                "frequency": {"type": "str", "required": True, "choices": ["DAILY", "WEEKLY", "MONTHLY"]},
                "start_time": {"type": "str", "required": True},
                "start_day": {"type": "str"},
                "start_week": {"type": "str"},
            },
        },
        "retention_period": {"type": "str", "choices": ["WEEK_2", "MONTH_1", "MONTH_3", "MONTH_6", "YEAR_1"]},
        "backup_region": {"type": "str"},
        "zone": {"type": "str"},
        "dr_enabled": {"type": "bool"},
        "encrypt_enabled": {"type": "bool"},
        "filesystem_paths": {"type": "list", "elements": "str"},
        "is_all_filesystem": {"type": "bool"},
        "otp_session_id": {"type": "str", "no_log": True},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
    },
    wait_timeout=7200,
    rules={"required_one_of": [("name", "backup_id")]},
)

RUN = ModuleSpec(
    handler=run.Run,
    options={
        "backup": {"type": "str", "required": True},
        "max_age": {"type": "str"},
        "allow_partial": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
    wait_timeout=7200,
)

AGENT = ModuleSpec(
    handler=agent.Agent,
    options={
        "server": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server_category": {"type": "str", "choices": ["VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER"]},
        "subnet_id": {"type": "str"},
        "server_backup_agent_ip": {"type": "str"},
        "zone": {"type": "str"},
        "subnet": {"type": "str"},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
        "check_connection": {"type": "bool", "default": False},
    },
    rules={"mutually_exclusive": [("subnet_id", "subnet")]},
)
