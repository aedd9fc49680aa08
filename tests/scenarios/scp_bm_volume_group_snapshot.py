# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a group are taken, kept, restored and deleted."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import group, rated, volume
from tests.scenarios.baremetal_snapshots import NO_SERVERS, Owner, unrated, unused_gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    names = ["sg-data", "sg-log"]
    both = Owner("sg-all", of_group=True)
    return [
        *(rated(simulator, name) for name in names),
        group("the group sg-all", {"name": "sg-all", "volumes": names}, "CreateVolumeGroup"),
        *both.taken(),
        *(volume(f"{name} without servers", {"name": name, **NO_SERVERS}, "DetachVolume") for name in names),
        *both.restored(),
        group("no group sg-all", {"name": "sg-all", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        *(unrated(name) for name in names),
        *(unused_gone(name) for name in names),
    ]
