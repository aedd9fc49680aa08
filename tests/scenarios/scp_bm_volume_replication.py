# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume is replicated, failed over and back, and its replica deleted; then once more."""

from __future__ import annotations

from typing import Any

from tests.scenarios.baremetal_blockstorage import TARGET_REGION, rated, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""

    def replication(name: str, args: dict[str, Any], *operations: str) -> Step:
        return Step(name, "scp_bm_volume_replication", args, operations)

    source = {"volume": "r-data"}
    target = {"name": "r-copy", "target_region": TARGET_REGION}
    there = {"region": TARGET_REGION, "volume": "r-copy"}
    copy = {"region": TARGET_REGION, "name": "r-copy"}
    return [
        rated(simulator, "r-data"),
        replication("replicate the volume", {**source, **target, "cycle": "DAILY"}, "CreateVolumeReplication"),
        replication("more often", {**source, "cycle": "5MIN"}, "SetVolumeReplicationCycle"),
        replication("fail over", {**there, "policy": "BREAK"}, "SetVolumeReplicationPolicy"),
        replication(
            "fail back, less often",
            {**source, **target, "policy": "RESYNC", "cycle": "HOURLY"},
            "SetVolumeReplicationPolicy",
            "SetVolumeReplicationCycle",
        ),
        replication(
            "end it and delete the copy",
            {**source, **target, "delete_target_volume": True, "state": "absent"},
            "SetVolumeReplicationPolicy",
            "DeleteVolumeReplication",
            "DeleteVolume",
        ),
        replication(
            "replicate and break at once",
            {**source, **target, "cycle": "DAILY", "policy": "BREAK"},
            "CreateVolumeReplication",
            "SetVolumeReplicationPolicy",
        ),
        replication("end it from the other region", {**there, "state": "absent"}, "DeleteVolumeReplication"),
        volume("the copy goes", {**copy, "state": "absent"}, "DeleteVolume"),
        replication("replicate once more", {**source, **target, "cycle": "DAILY"}, "CreateVolumeReplication"),
        volume(
            "the replicated volume goes",
            {"name": "r-data", "state": "absent", "detach": True, "end_replication": True},
            "SetVolumeReplicationPolicy",
            "DeleteVolumeReplication",
            "DetachVolume",
            "DeleteVolume",
        ),
        volume("its copy goes", {**copy, "state": "absent"}, "DeleteVolume"),
    ]
