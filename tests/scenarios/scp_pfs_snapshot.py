# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a volume are taken, kept, restored and deleted."""

from __future__ import annotations

from typing import Any

from tests.scenarios.parallel_filestorage import volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""

    def snapshot(name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        return Step(name, "scp_pfs_snapshot", {"volume": "ckpt_data", **args}, operations, **more)

    first = "{{ first_of_gpu.snapshot.id }}"
    return [
        volume("a GPU volume for snapshots", {"name": "ckpt_data", "capacity_tb": 2}, "CreateVolume"),
        snapshot("a GPU snapshot", {"max_age": "12h"}, "CreateSnapshot"),
        snapshot("a first GPU snapshot", {}, "CreateSnapshot", repeats=True, keywords={"register": "first_of_gpu"}),
        snapshot("a newer GPU snapshot", {}, "CreateSnapshot", repeats=True),
        snapshot("go back on GPU", {"snapshot": first, "state": "restored"}, "RestoreSnapshot", repeats=True),
        snapshot("the first GPU snapshot goes", {"snapshot": first, "state": "absent"}, "DeleteSnapshot"),
        snapshot("one more GPU snapshot", {}, "CreateSnapshot", repeats=True),
        snapshot("one GPU snapshot is kept", {"max_age": "12h", "keep": 1}, "DeleteSnapshot"),
        volume(
            "the GPU volume with a snapshot goes",
            {"name": "ckpt_data", "state": "absent"},
            "DeleteSnapshot",
            "DeleteVolume",
        ),
    ]
