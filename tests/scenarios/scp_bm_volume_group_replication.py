# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group is replicated, failed over and back, and all of it removed."""

from __future__ import annotations

from typing import Any

from tests.scenarios.baremetal_blockstorage import TARGET_REGION, gone, group, rated, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""

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
