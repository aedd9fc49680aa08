# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two recovery groups are created from a snapshot."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import gone, group, rated
from tests.scenarios.baremetal_snapshots import Owner, unrated, unused_gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    names = ["rg-data", "rg-log"]
    both = Owner("rg-all", of_group=True)

    def recover(name: str, snapshot: str, prefix: str) -> Step:
        args = {"snapshot": snapshot, "block_storage_name_prefix": prefix}
        return both.step(name, "recovery", args, "Create Recovery")

    copies = [f"{prefix}{name}" for prefix in ("a-", "b-") for name in names]
    return [
        *(rated(simulator, name) for name in names),
        group("the group rg-all", {"name": "rg-all", "volumes": names}, "CreateVolumeGroup"),
        both.young(keywords=both.named),
        recover("recover rg-all", "latest", "a-"),
        recover("recover rg-all once more", both.first_id, "b-"),
        *(
            group(f"no group {name}", {"name": name, "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup")
            for name in ("a-rg-all", "b-rg-all", "rg-all")
        ),
        *(unused_gone(name) for name in copies),
        *(unrated(name) for name in names),
        *(gone(name) for name in names),
    ]
