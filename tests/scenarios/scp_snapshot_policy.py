# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of all kinds get schedules and snapshots, whose policies change with time."""

from __future__ import annotations

from typing import Any

from tests.scenarios.archivestorage import happens
from tests.scenarios.baremetal_blockstorage import SSD, group, server
from tests.scenarios.baremetal_blockstorage import volume as block_volume
from tests.scenarios.filestorage import NFS
from tests.scenarios.filestorage import volume as file_volume
from tests.scenarios.parallel_filestorage import volume as pfs_volume
from tests.scenarios.steps import Step, far_hour
from tests.simulator.fixture import Simulator

LATER = happens("half a day passes", advance=13 * 3600.0)


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    hour = far_hour(simulator, 20)
    block = {**SSD, "attachments": [server(simulator, "west-db1")]}
    file = {"name": "rule_data", "schedule": {"hour": hour, "snapshot_retention_count": 7}}
    kept: list[dict[str, Any]] = [
        {"name": "rule_train", "kind": "pfs_volume"},
        {"name": "rule-app", "kind": "bm_volume"},
        {"name": "rule-all", "kind": "bm_volume_group"},
    ]
    weekly = {"hour": hour, "day_of_week": "SUN"}
    return [
        file_volume("a volume for policies", {"name": "rule_data", **NFS}, "CreateVolume"),
        pfs_volume("a GPU volume for policies", {"name": "rule_train", "capacity_tb": 2}, "CreateVolume"),
        block_volume("a block volume for policies", {"name": "rule-app", **block}, "CreateVolume"),
        block_volume(
            "a member for policies",
            {"name": "rule-db", **block, "snapshot_rate": 30},
            "CreateVolume",
            "CreateVolumeSnapshotRate",
        ),
        group("a group for policies", {"name": "rule-all", "volumes": ["rule-db"]}, "CreateVolumeGroup"),
        policy("a schedule and a snapshot", [{**file, "max_age": "12h"}], "CreateSnapshotSchedule", "CreateSnapshot"),
        policy(
            "all kinds",
            [*kept, {**file, "max_age": "12h"}],
            *("CreateSnapshot", "CreateVolumeSnapshotRate", "CreateVolumeSnapshot", "CreateVolumeGroupSnapshot"),
            snapshot_rate=20,
        ),
        policy(
            "weekly schedules",
            [{"name": "rule_data", "schedule": weekly}, {"name": "rule-app", "kind": "bm", "schedule": weekly}],
            *("SetSnapshotSchedule", "CreateVolumeSnapshotSchedule"),
        ),
        policy(
            "the next snapshots",
            kept,
            *("CreateSnapshot", "CreateVolumeSnapshot", "CreateVolumeGroupSnapshot"),
            before=(LATER,),
        ),
        policy(
            "one snapshot of each kept",
            kept,
            *("DeleteSnapshot", "DeleteVolumeSnapshot", "DeleteVolumeGroupSnapshot"),
            keep=1,
        ),
        *_gone(),
    ]


def policy(name: str, volumes: list[dict[str, Any]], *operations: str, **more: Any) -> Step:
    """Return a step of ``scp_snapshot_policy``."""
    before = more.pop("before", ())
    return Step(
        name,
        "scp_snapshot_policy",
        {"volumes": volumes, "max_age": "12h", **more},
        operations,
        before=before,
        parallel=True,
    )


def _gone() -> list[Step]:
    no_servers = {"attachments": [], "purge_attachments": True}
    rate = {"snapshot_rate": 0}
    return [
        file_volume("the volume with policies goes", {"name": "rule_data", "state": "absent"}, "DeleteVolume"),
        pfs_volume(
            "the GPU volume with policies goes",
            {"name": "rule_train", "state": "absent"},
            *("DeleteSnapshot", "DeleteVolume"),
        ),
        group(
            "no group with policies", {"name": "rule-all", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"
        ),
        *(
            block_volume(f"{name} without servers and space", {"name": name, **no_servers, **rate, **more}, *operations)
            for name, more, operations in (
                (
                    "rule-app",
                    {"end_snapshot_schedule": True},
                    ("DeleteVolumeSnapshotSchedule", "DeleteVolumeSnapshotRate", "DetachVolume"),
                ),
                ("rule-db", {}, ("DeleteVolumeSnapshotRate", "DetachVolume")),
            )
        ),
        *(
            block_volume(f"the volume {name} with policies goes", {"name": name, "state": "absent"}, "DeleteVolume")
            for name in ("rule-app", "rule-db")
        ),
    ]
