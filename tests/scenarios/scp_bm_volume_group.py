# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group is created, changed and taken apart; a member leaves it when it is removed."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import gone, group, rated, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
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
