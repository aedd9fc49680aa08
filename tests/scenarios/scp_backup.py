# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of images and of files are created, changed and removed; one is kept in another region."""

from __future__ import annotations

from typing import Any

from tests.scenarios.backup import MONTHLY, NIGHTLY, SUNDAYS, agent, agent_gone, backup, files, gone, image
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    return [
        *of_images(simulator),
        *of_files(),
        image("gpu-image", "west-gpu1", server_category="GPU_SERVER", backup_region="kr-east1"),
        gone("gpu-image"),
    ]


def of_images(simulator: Simulator) -> list[Step]:
    """Return the steps of a backup of images, which names its server by uuid."""
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


def of_files() -> list[Step]:
    """Return the steps of a backup of files, with its agent, its paths and its replica."""
    both: dict[str, Any] = {"filesystem_paths": ["/data", "/etc/"]}
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
