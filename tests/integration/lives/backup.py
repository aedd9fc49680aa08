# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of backups and agents."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.story import Step
from tests.simulator.fixture import Simulator

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


def image_life(simulator: Simulator) -> list[Step]:
    """A backup of images: made by the server's uuid, changed, removed."""
    return [
        image(
            "app-image",
            simulator.server("west-app1")["id"],
            schedules=[NIGHTLY, SUNDAYS],
            retention_period="MONTH_1",
            tags=[{"key": "team", "value": "x"}],
        ),
        backup(
            "other times for app-image",
            {"name": "app-image", "schedules": [{**SUNDAYS, "start_day": "MON"}, {**NIGHTLY, "start_time": "3:00"}]},
            "SetBackupSchedule",
        ),
        backup(
            "all else of app-image",
            {"name": "app-image", "retention_period": "YEAR_1", "schedules": [MONTHLY]},
            "UpdateRetentionPeriod",
            "SetBackupSchedule",
        ),
        gone("app-image"),
    ]


def files_life(_simulator: Simulator) -> list[Step]:
    """A backup of files, with its agent, its paths and its replica."""
    both = {"filesystem_paths": ["/data", "/etc/"]}
    return [
        agent(server_category="BAREMETAL_SERVER", check_connection=True),
        files("db-files", dr_enabled=True, encrypt_enabled=False, **both),
        backup("other paths", {"name": "db-files", "filesystem_paths": ["/etc", "/home"]}, "SetFilesystemPath"),
        backup("all of it", {"name": "db-files", "is_all_filesystem": True}, "SetFilesystemPath"),
        backup(
            "paths again, kept longer",
            {"name": "db-files", **both, "retention_period": "MONTH_3"},
            "UpdateRetentionPeriod",
            "SetFilesystemPath",
        ),
        backup("no replica", {"name": "db-files", "dr_enabled": False}, "UpdateReplicationUse"),
        backup("a replica again", {"name": "db-files", "dr_enabled": True}, "UpdateReplicationUse"),
        gone("db-files", "UpdateReplicationUse"),
        agent_gone(),
    ]


def elsewhere_life(simulator: Simulator) -> list[Step]:
    """A backup of a GPU server that is kept in another region, and an agent in a subnet of its own choice."""
    gpu = simulator.server("west-gpu1")
    return [
        image("gpu-image", "west-gpu1", server_category="GPU_SERVER", backup_region="kr-east1"),
        agent(gpu["id"], subnet_id=gpu["subnet_id"], tags=[{"key": "team", "value": "x"}]),
        agent_gone(gpu["id"]),
        gone("gpu-image"),
    ]


LIVES = {"backup-image": image_life, "backup-files": files_life, "backup-elsewhere": elsewhere_life}
