# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules of Backup: their options, and what handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.deferred import deferred
from ...engine.options import TAGS, gather_option
from ...engine.spec import ModuleSpec

if TYPE_CHECKING:
    from . import agent, backup, restore, restore_point, run, target_info
else:
    agent, backup, restore, restore_point, run, target_info = deferred(
        __package__, "agent", "backup", "restore", "restore_point", "run", "target_info"
    )

#: Category of the servers of ``scp_backup_policy``.
DEFAULT_CATEGORY = "VIRTUAL_SERVER"

BACKUP = ModuleSpec(
    load=lambda: backup.Backup,
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

BACKUP_INFO = ModuleSpec(
    load=lambda: backup.BackupInfo,
    options={
        "name": {"type": "str"},
        "backup_id": {"type": "str"},
        "server_name": {"type": "str"},
        "tags": TAGS,
        "gather": gather_option("detail", "schedules", "histories", "restore_histories", "restore_points", "tags"),
    },
    rules={"mutually_exclusive": [("backup_id", "name"), ("backup_id", "server_name")]},
)

RUN = ModuleSpec(
    load=lambda: run.Run,
    options={
        "backup": {"type": "str", "required": True},
        "max_age": {"type": "str"},
        "allow_partial": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
    wait_timeout=7200,
)

AGENT = ModuleSpec(
    load=lambda: agent.Agent,
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

AGENT_INFO = ModuleSpec(
    load=lambda: agent.AgentInfo,
    options={
        "name": {"type": "str"},
        "server_name": {"type": "str"},
        "server_backup_agent_ip": {"type": "str"},
        "os_type": {"type": "str", "choices": ["LINUX", "WINDOWS"]},
        "tags": TAGS,
        "gather": gather_option("detail", "tags"),
    },
)

TARGET_INFO = ModuleSpec(
    load=lambda: target_info.TargetInfo,
    options={
        "kind": {
            "type": "str",
            "required": True,
            "choices": ["servers", "agent_servers", "file_restore_servers", "subnets", "regions"],
        },
        "server_category": {"type": "str", "choices": ["VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER"]},
        "policy_type": {"type": "str", "choices": ["VM_IMAGE", "FILESYSTEM", "FILE_STORAGE"]},
        "server_name": {"type": "str"},
        "backup_region": {"type": "str"},
        "server_zone": {"type": "str"},
        "backup": {"type": "str"},
        "restore_region": {"type": "str"},
        "restore_zone": {"type": "str"},
        "vpc_id": {"type": "str"},
        "subnet_state": {"type": "str"},
        "from_region": {"type": "str"},
        "from_availability_zone": {"type": "str"},
        "to_region": {"type": "str"},
        "to_availability_zone": {"type": "str"},
        "backup_master_type": {
            "type": "str",
            "choices": ["AGENT", "AGENT_VM", "AGENT_BM", "AGENTLESS", "AGENT_SAP_INT", "AGENT_SAP_EXT"],
        },
    },
    rules={
        "required_if": [
            ("kind", "servers", ("server_category", "policy_type")),
            ("kind", "agent_servers", ("server_category",)),
            ("kind", "file_restore_servers", ("backup",)),
            ("kind", "subnets", ("backup",)),
        ]
    },
)

RESTORE_POINT = ModuleSpec(
    load=lambda: restore_point.RestorePoint,
    options={
        "backup": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["absent"], "required": True},
        "restore_points": {"type": "list", "elements": "str"},
        "older_than": {"type": "str"},
        "keep": {"type": "int"},
        "otp_session_id": {"type": "str", "no_log": True},
    },
    rules={
        "mutually_exclusive": [("restore_points", "older_than", "keep")],
        "required_one_of": [("restore_points", "older_than", "keep")],
    },
)

RESTORE_POINT_INFO = ModuleSpec(
    load=lambda: restore_point.RestorePointInfo,
    options={
        "backup": {"type": "str"},
        "server_name": {"type": "str"},
        "policy_type": {"type": "str", "choices": ["VM_IMAGE", "FILESYSTEM"]},
        "backup_start_time": {"type": "str"},
        "backup_end_time": {"type": "str"},
        "path": {"type": "str"},
        "restore_point": {"type": "str", "default": "latest"},
    },
    rules={"required_one_of": [("backup", "server_name")], "required_by": {"path": "backup"}},
)

RESTORE = ModuleSpec(
    load=lambda: restore.ServerRestore,
    options={
        "backup": {"type": "str", "required": True},
        "restore_point": {"type": "str", "required": True},
        "restore_server_name": {"type": "str", "required": True},
        "server_type_id": {"type": "str", "required": True},
        "networks": {
            "type": "list",
            "elements": "dict",
            "options": {"subnet_id": {"type": "str"}, "subnet": {"type": "str"}},
            "mutually_exclusive": [("subnet_id", "subnet")],
            "required_one_of": [("subnet_id", "subnet")],
        },
        "security_groups": {"type": "list", "elements": "str"},
        "restore_region": {"type": "str"},
        "restore_zone": {"type": "str"},
        "match_restore_point": {"type": "bool", "default": False},
        "allow_partial": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
    wait_timeout=7200,
)

FILE_RESTORE = ModuleSpec(
    load=lambda: restore.FileRestore,
    options={
        "backup": {"type": "str", "required": True},
        "restore_point": {"type": "str", "required": True},
        "server": {"type": "str"},
        "filesystem_paths": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "source": {"type": "str", "required": True},
                "destination": {"type": "str", "required": True},
            },
        },
        "overwrite": {"type": "bool", "default": False},
        "allow_partial": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
    wait_timeout=7200,
)
