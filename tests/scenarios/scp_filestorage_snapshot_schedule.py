# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume gets a snapshot schedule, which is changed and removed."""

from __future__ import annotations

from typing import Any

from tests.scenarios.filestorage import NFS, volume
from tests.scenarios.steps import Step, far_hour
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""

    def schedule(name: str, args: dict[str, Any], *operations: str) -> Step:
        return Step(name, "scp_filestorage_snapshot_schedule", {"volume": "plan_data", **args}, operations)

    daily = {"frequency": "DAILY", "hour": str(far_hour(simulator))}
    return [
        volume("create a volume for a schedule", {"name": "plan_data", **NFS}, "CreateVolume"),
        schedule("create a schedule", {**daily, "snapshot_retention_count": 30}, "CreateSnapshotSchedule"),
        schedule("make it weekly", {"frequency": "WEEKLY", "day_of_week": "SUN"}, "SetSnapshotSchedule"),
        schedule("make it daily again", {"frequency": "DAILY"}, "SetSnapshotSchedule"),
        schedule("keep fewer", {"snapshot_retention_count": 5}, "SetSnapshotSchedule"),
        schedule("remove the schedule", {"state": "absent"}, "DeleteSnapshotSchedule"),
        volume("remove the volume", {"name": "plan_data", "state": "absent"}, "DeleteVolume"),
    ]
