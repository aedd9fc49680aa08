# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage: volumes, snapshots, snapshot schedules, replications."""

from __future__ import annotations

from .replication import Replication, ReplicationInfo
from .snapshot import Snapshot, SnapshotInfo, SnapshotSchedule
from .volume import Volume, VolumeInfo

__all__ = [
    "Replication",
    "ReplicationInfo",
    "Snapshot",
    "SnapshotInfo",
    "SnapshotSchedule",
    "Volume",
    "VolumeInfo",
]
