# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a volume are taken, restored and deleted."""

from __future__ import annotations

from typing import Any

from tests.scenarios.filestorage import NFS, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""

    def snapshot(name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        return Step(name, "scp_filestorage_snapshot", {"volume": "snap_data", **args}, operations, **more)

    first = "{{ first.snapshot.id }}"
    return [
        volume("create a volume for snapshots", {"name": "snap_data", **NFS}, "CreateVolume"),
        snapshot("take a snapshot where there is none", {"max_age": "12h"}, "CreateSnapshot"),
        snapshot("take a first snapshot", {}, "CreateSnapshot", repeats=True, keywords={"register": "first"}),
        snapshot("take a newer snapshot", {}, "CreateSnapshot", repeats=True),
        snapshot("restore the first", {"snapshot": first, "state": "restored"}, "RestoreSnapshot", repeats=True),
        snapshot("delete the first", {"snapshot": first, "state": "absent"}, "DeleteSnapshot"),
        volume("remove the volume with snapshots", {"name": "snap_data", "state": "absent"}, "DeleteVolume"),
    ]
