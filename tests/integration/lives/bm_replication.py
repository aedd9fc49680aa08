# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of replications of Block Storage (BM) volumes and volume groups."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.bm import gone, group, rated, volume
from tests.integration.lives.story import Step
from tests.simulator.fixture import Simulator

TARGET_REGION = "kr-east1"


def volume_life(simulator: Simulator) -> list[Step]:
    """A volume is replicated, failed over and back from there, and its copy deleted. Then once more."""

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


def group_life(simulator: Simulator) -> list[Step]:
    """A group is replicated, failed over and back; and all goes."""

    def replication(name: str, args: dict[str, Any], *operations: str) -> Step:
        return Step(name, "scp_bm_volume_group_replication", args, operations)

    source = {"volume_group": "rg-data"}
    target = {"name": "rg-copy", "target_region": TARGET_REGION}
    there = {"region": TARGET_REGION, "volume_group": "rg-copy"}
    east = {"region": TARGET_REGION, "state": "absent"}
    names = ["rg-data-1", "rg-data-2"]
    return [
        *(rated(simulator, name) for name in names),
        group(
            "group what is to be replicated",
            {"name": "rg-data", "volumes": names},
            "CreateVolumeGroup",
        ),
        replication(
            "replicate the group",
            {**source, **target, "cycle": "DAILY", "replication_volume_name_prefix": "to-"},
            "CreateVolumeGroupReplication",
        ),
        replication("replicate it more often", {**source, "cycle": "5MIN"}, "SetVolumeGroupReplicationCycle"),
        replication("fail the group over", {**there, "policy": "BREAK"}, "SetVolumeGroupReplicationPolicy"),
        replication("fail the group back", {**source, "policy": "RESYNC"}, "SetVolumeGroupReplicationPolicy"),
        replication(
            "end the replication of the group",
            {**source, **target, "state": "absent"},
            "SetVolumeGroupReplicationPolicy",
            "DeleteVolumeGroupReplication",
        ),
        group("no copied group", {"name": "rg-copy", **east}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        *(volume(f"the copy to-{name} goes", {"name": f"to-{name}", **east}, "DeleteVolume") for name in names),
        group("no replicated group", {"name": "rg-data", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        *(gone(name) for name in names),
    ]


LIVES = {"bm-volume-replication": volume_life, "bm-volume-group-replication": group_life}
