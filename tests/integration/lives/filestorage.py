# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of the nouns of File Storage."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.story import Step, far_hour
from tests.simulator.fixture import Simulator

TARGET_REGION = "kr-east1"


def volume_life(simulator: Simulator) -> list[Step]:
    """A volume with rules: made, changed, removed. Another one with CIFS."""
    rules = [_rule(simulator, "west-web1"), _rule(simulator, "west-db1")]
    volume = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
    change = {**volume, "file_unit_recovery_enabled": False, "access_rules": rules[1:], "purge_access_rules": True}
    cifs = {
        "name": "office",
        "protocol": "CIFS",
        "type_name": "HDD",
        "cifs_password": "S3cret!pass",
        "tags": [{"key": "team", "value": "x"}],
    }
    return [
        _volume(
            "make a volume",
            {**volume, "file_unit_recovery_enabled": True, "access_rules": rules},
            "CreateVolume",
            "SetVolume",
            "SetAccessRule",
            "SetAccessRule",
        ),
        _volume("change it", change, "SetVolume", "SetAccessRule"),
        _volume("no rules", {"name": "web_data", "access_rules": [], "purge_access_rules": True}, "SetAccessRule"),
        _volume("a rule again", {"name": "web_data", "access_rules": rules[:1]}, "SetAccessRule"),
        _volume("a CIFS volume", cifs, "CreateVolume"),
        _volume("the CIFS volume goes", {"name": "office", "state": "absent"}, "DeleteVolume"),
        _volume(
            "the volume goes with its rule", {"name": "web_data", "state": "absent"}, "SetAccessRule", "DeleteVolume"
        ),
    ]


def snapshot_life(simulator: Simulator) -> list[Step]:
    """Snapshots of a volume and its schedule."""

    def snapshot(name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        return Step(name, "scp_filestorage_snapshot", {"volume": "snap_data", **args}, operations, **more)

    def schedule(name: str, args: dict[str, Any], *operations: str) -> Step:
        return Step(name, "scp_filestorage_snapshot_schedule", {"volume": "snap_data", **args}, operations)

    first = "{{ first.snapshot.id }}"
    daily = {"frequency": "DAILY", "hour": str(far_hour(simulator))}
    return [
        _volume("a volume for snapshots", {"name": "snap_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
        schedule("a schedule", {**daily, "snapshot_retention_count": 30}, "CreateSnapshotSchedule"),
        schedule("another schedule", {"frequency": "WEEKLY", "day_of_week": "SUN"}, "SetSnapshotSchedule"),
        schedule("daily again", {"frequency": "DAILY"}, "SetSnapshotSchedule"),
        schedule("fewer kept", {"snapshot_retention_count": 5}, "SetSnapshotSchedule"),
        schedule("no schedule", {"state": "absent"}, "DeleteSnapshotSchedule"),
        snapshot("a snapshot", {"max_age": "12h"}, "CreateSnapshot"),
        snapshot("a first snapshot", {}, "CreateSnapshot", repeats=True, keywords={"register": "first"}),
        snapshot("a newer one", {}, "CreateSnapshot", repeats=True),
        snapshot("go back", {"snapshot": first, "state": "restored"}, "RestoreSnapshot", repeats=True),
        snapshot("the first one goes", {"snapshot": first, "state": "absent"}, "DeleteSnapshot"),
        _volume("the volume with snapshots goes", {"name": "snap_data", "state": "absent"}, "DeleteVolume"),
    ]


def replication_life() -> list[Step]:
    """A replication and a disk backup, with their volumes."""

    def replication(name: str, args: dict[str, Any], *operations: str, volume: str = "repl_data") -> Step:
        return Step(name, "scp_filestorage_replication", {"volume": volume, **args}, operations)

    target = {"name": "repl_copy", "target_region": TARGET_REGION}
    backup = {"name": "disk_copy", "target_region": TARGET_REGION, "replication_type": "backup"}
    return [
        _volume("a volume to replicate", {"name": "repl_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
        replication("replicate", {**target, "replication_frequency": "daily"}, "CreateVolumeReplication"),
        replication("more often", {"replication_frequency": "hourly"}, "SetVolumeReplication"),
        replication("pause", {"replication_policy": "paused"}, "SetVolumeReplication"),
        replication("take up again", {**target, "replication_policy": "use"}, "SetVolumeReplication"),
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
        _volume("the source goes", {"name": "repl_data", "state": "absent"}, "DeleteVolume"),
        _volume("a volume to back up", {"name": "disk_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
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
        _volume("the volume that was backed up goes", {"name": "disk_data", "state": "absent"}, "DeleteVolume"),
    ]


def _volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    return Step(name, "scp_filestorage_volume", args, operations)


def _rule(simulator: Simulator, server: str) -> dict[str, str]:
    found = simulator.server(server)
    return {"object_type": found["type"], "object_id": found["id"]}


LIVES = {
    "filestorage-volume": volume_life,
    "filestorage-snapshot": snapshot_life,
    "filestorage-replication": lambda _ignored: replication_life(),
}
