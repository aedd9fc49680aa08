# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group gets a snapshot schedule, which is changed and removed."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import gone, group, rated
from tests.scenarios.baremetal_snapshots import Owner
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    names = ["pg-data", "pg-log"]
    both = Owner("pg-all", of_group=True)
    return [
        *(rated(simulator, name) for name in names),
        group("the group pg-all", {"name": "pg-all", "volumes": names}, "CreateVolumeGroup"),
        *both.schedules(simulator),
        group("no group pg-all", {"name": "pg-all", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        *(gone(name) for name in names),
    ]
