# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of volumes and volume groups of Block Storage (BM)."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.story import Step
from tests.simulator.fixture import Simulator

SSD = {"disk_type": "SSD", "size_gb": 100, "qos": {"iops": 5000, "throughput": 250}}
HDD = {"disk_type": "HDD", "size_gb": 50}


def server(simulator: Simulator, name: str) -> dict[str, str]:
    """A server of this name as ``attachments`` lists it."""
    found = simulator.server(name)
    return {"object_type": found["type"], "object_id": found["id"]}


def volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    """A step of ``scp_bm_volume``."""
    return Step(name, "scp_bm_volume", args, operations)


def group(name: str, args: dict[str, Any], *operations: str) -> Step:
    """A step of ``scp_bm_volume_group``."""
    return Step(name, "scp_bm_volume_group", args, operations)


def rated(simulator: Simulator, name: str, **more: Any) -> Step:
    """A new volume with space for snapshots."""
    args = {"name": name, **SSD, "attachments": [server(simulator, "west-db1")], "snapshot_rate": 30, **more}
    return volume(f"the volume {name}", args, "CreateVolume", "CreateVolumeSnapshotRate")


def gone(name: str) -> Step:
    """A volume goes, its servers and snapshots with it."""
    args = {"name": name, "state": "absent", "detach": True}
    return volume(f"the volume {name} goes", args, "DetachVolume", "DeleteVolume")


def volume_life(simulator: Simulator) -> list[Step]:
    """A volume with servers, QoS and space for snapshots: made, changed, removed. Another one of the other type."""
    servers = [server(simulator, name) for name in ("west-db1", "west-db2", "west-mngc1")]
    data = {"name": "db-data"}
    return [
        volume(
            "make a volume",
            {**data, **SSD, "attachments": servers[:1], "tags": [{"key": "team", "value": "x"}]},
            "CreateVolume",
        ),
        volume(
            "more of everything",
            {**data, "qos": {"iops": 6000}, "snapshot_rate": 20, "attachments": servers},
            "SetVolumeQoS",
            "CreateVolumeSnapshotRate",
            "AttachVolume",
        ),
        volume("more space", {**data, "snapshot_rate": 40}, "SetVolumeSnapshotRate"),
        volume("no snapshots", {**data, "snapshot_rate": 0}, "DeleteVolumeSnapshotRate"),
        volume(
            "other servers",
            {**data, "attachments": servers[1:2], "purge_attachments": True},
            "DetachVolume",
        ),
        volume("no servers", {**data, "attachments": [], "purge_attachments": True}, "DetachVolume"),
        volume("a server again", {**data, "attachments": servers[:1]}, "AttachVolume"),
        volume("an HDD volume", {"name": "db-archive", **HDD, "attachments": servers[2:]}, "CreateVolume"),
        gone("db-archive"),
        gone("db-data"),
    ]


def group_life(simulator: Simulator) -> list[Step]:
    """A group: made of volumes, changed, taken apart. A volume leaves one, and ends its schedule, when it goes."""
    names = ["g-data", "g-log", "g-temp"]
    return [
        *(rated(simulator, name) for name in names),
        group("group them", {"name": "db-group", "volumes": names[:1]}, "CreateVolumeGroup"),
        group(
            "others in the group",
            {"name": "db-group", "volumes": names[1:], "purge_volumes": True},
            "AddVolumeGroupMemberOnVolumeGroup",
            "RemoveVolumeGroupMemberOnVolumeGroup",
        ),
        group("one more", {"name": "db-group", "volumes": names[:1]}, "AddVolumeGroupMemberOnVolumeGroup"),
        volume(
            "a member goes",
            {"name": "g-temp", "state": "absent", "detach": True, "leave_volume_group": True},
            "RemoveVolumeGroupMemberOnVolumeGroup",
            "DetachVolume",
            "DeleteVolume",
        ),
        group("no group", {"name": "db-group", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        gone("g-data"),
        gone("g-log"),
    ]


LIVES = {"bm-volume": volume_life, "bm-volume-group": group_life}
