# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers get backups of images and of files, with first runs, and all that a list can change of them."""

from __future__ import annotations

from typing import Any

from tests.scenarios.backup import NIGHTLY, SUNDAYS, agent, agent_gone, gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator

WEB, DB = "west-web1", "west-db3"


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    files: dict[str, Any] = {"server": DB, "server_category": "BAREMETAL_SERVER", "filesystem_paths": ["/data"]}
    return [
        policy("the backup of one server", [WEB], "CreateBackup"),
        # A platform may need the connection of an agent before it takes a backup of files.
        agent(DB, server_category="BAREMETAL_SERVER", check_connection=True),
        policy(
            "the backups of two servers, with first runs",
            [WEB, files],
            *("ManualBackup", "CreateBackup", "ManualBackup"),
            first_backup=True,
        ),
        policy(
            "kept longer, and other paths",
            [WEB, {**files, "filesystem_paths": ["/data", "/etc"], "retention_period": "YEAR_1"}],
            *("UpdateRetentionPeriod", "UpdateRetentionPeriod", "SetFilesystemPath"),
            retention_period="MONTH_3",
        ),
        policy(
            "more schedules, and a replica",
            [{"server": DB, "server_category": "BAREMETAL_SERVER", "dr_enabled": True}],
            *("SetBackupSchedule", "UpdateReplicationUse"),
            schedules=[SUNDAYS, NIGHTLY],
        ),
        gone(f"{WEB}-image"),
        gone(f"{DB}-files", "UpdateReplicationUse"),
        agent_gone(DB),
    ]


def policy(name: str, servers: list[Any], *operations: str, **more: Any) -> Step:
    """Return a step of ``scp_backup_policy``."""
    args = {"servers": servers, "schedules": [SUNDAYS], **more}
    return Step(name, "scp_backup_policy", args, operations, parallel=True)
