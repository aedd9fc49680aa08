# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that scenarios of Block Storage (BM) share."""

from __future__ import annotations

from typing import Any

from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator

TARGET_REGION = "kr-east1"
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
