# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication and a disk backup are created, changed and ended."""

from __future__ import annotations

from typing import Any

from tests.scenarios.filestorage import NFS, TARGET_REGION, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""

    def replication(name: str, args: dict[str, Any], *operations: str, volume: str = "repl_data") -> Step:
        return Step(name, "scp_filestorage_replication", {"volume": volume, **args}, operations)

    target = {"name": "repl_copy", "target_region": TARGET_REGION}
    backup = {"name": "disk_copy", "target_region": TARGET_REGION, "replication_type": "backup"}
    return [
        volume("a volume to replicate", {"name": "repl_data", **NFS}, "CreateVolume"),
        replication("replicate", {**target, "replication_frequency": "daily"}, "CreateVolumeReplication"),
        replication("more often", {"replication_frequency": "hourly"}, "SetVolumeReplication"),
        replication("pause", {"replication_policy": "paused"}, "SetVolumeReplication"),
        replication("resume", {**target, "replication_policy": "use"}, "SetVolumeReplication"),
        replication(
            "end it",
            {**target, "delete_target_volume": True, "state": "absent"},
            "SetVolumeReplication",
            "DeleteVolumeReplication",
            "DeleteSnapshot",
            "DeleteSnapshot",
            "DeleteVolume",
            "DeleteSnapshot",
            "DeleteSnapshot",
        ),
        volume("the source goes", {"name": "repl_data", "state": "absent"}, "DeleteVolume"),
        volume("a volume to back up", {"name": "disk_data", **NFS}, "CreateVolume"),
        replication(
            "back it up",
            {**backup, "replication_frequency": "daily", "backup_retention_count": 7},
            "CreateVolumeReplication",
            volume="disk_data",
        ),
        replication("keep more", {"backup_retention_count": 9}, "SetVolumeReplication", volume="disk_data"),
        replication(
            "no backup",
            {**backup, "delete_target_volume": True, "state": "absent"},
            "DeleteVolume",
            "DeleteSnapshot",
            volume="disk_data",
        ),
        volume("the volume that was backed up goes", {"name": "disk_data", "state": "absent"}, "DeleteVolume"),
    ]
