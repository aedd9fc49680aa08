# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that scenarios of Backup share."""

from __future__ import annotations

from typing import Any

from tests.scenarios.steps import Step

SUNDAYS = {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "1:00"}
NIGHTLY = {"type": "INCREMENTAL", "frequency": "DAILY", "start_time": "02:30"}
MONTHLY = {
    "type": "FULL",
    "frequency": "MONTHLY",
    "start_week": "WEEK_LAST",
    "start_day": "SAT",
    "start_time": "23:00:00",
}


def backup(name: str, args: dict[str, Any], *operations: str) -> Step:
    """A step of ``scp_backup``."""
    return Step(name, "scp_backup", args, operations)


def image(name: str, server: str = "west-web1", **more: Any) -> Step:
    """A new backup of images of a virtual server."""
    args = {
        "name": name,
        "server": server,
        "server_category": "VIRTUAL_SERVER",
        "policy_category": "AGENTLESS",
        "schedules": [SUNDAYS],
        **more,
    }
    return backup(f"the backup {name}", args, "CreateBackup")


def files(name: str, server: str = "west-db3", **more: Any) -> Step:
    """A new backup of files of a bare-metal server that has an agent."""
    args = {
        "name": name,
        "server": server,
        "server_category": "BAREMETAL_SERVER",
        "policy_category": "AGENT",
        "schedules": [MONTHLY],
        **more,
    }
    return backup(f"the backup {name}", args, "CreateBackup")


def gone(name: str, *before: str) -> Step:
    """A backup goes, with all that it has kept."""
    return backup(f"the backup {name} goes", {"name": name, "state": "absent"}, *before, "DeleteBackup")


def agent(server: str = "west-db3", **more: Any) -> Step:
    """A new agent."""
    return Step(f"the agent of {server}", "scp_backup_agent", {"server": server, **more}, ("CreateBackupAgent",))


def agent_gone(server: str = "west-db3") -> Step:
    """An agent goes."""
    args = {"server": server, "state": "absent"}
    return Step(f"the agent of {server} goes", "scp_backup_agent", args, ("DeleteBackupAgent",))


def run(name: str, backup: str, max_age: str | None = None) -> Step:
    """A run of a backup, in every run of the task or by age."""
    args = {"backup": backup, **({"max_age": max_age} if max_age else {})}
    return Step(name, "scp_backup_run", args, ("ManualBackup",), repeats=max_age is None)


def restored(backup: str, server: str, **more: Any) -> Step:
    """A new server out of the newest restore point."""
    args = {
        "backup": backup,
        "restore_point": "latest",
        "restore_server_name": server,
        "server_type_id": "s1v2m4",
        **more,
    }
    return Step(f"the server {server}", "scp_backup_restore", args, ("RestoreBackup",))


def fewer(name: str, backup: str, how: dict[str, Any], **more: Any) -> Step:
    """Restore points go."""
    args = {"backup": backup, "state": "absent", **how}
    return Step(name, "scp_backup_restore_point", args, ("DeleteBackupRestoreTarget",), **more)


def come_back(backup: str, to: str, **more: Any) -> Step:
    """Files come back, over those that are there."""
    args = {
        "backup": backup,
        "restore_point": "latest",
        "filesystem_paths": [{"source": "/data/app", "destination": "/data/app"}],
        "overwrite": True,
        **more,
    }
    return Step(f"files come back to {to}", "scp_backup_file_restore", args, ("RestoreAgentBackup",), repeats=True)
