# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a volume are taken, kept, restored and deleted."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import rated, volume
from tests.scenarios.baremetal_snapshots import NO_SERVERS, Owner, unrated, unused_gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    data = Owner("s-data", of_group=False)
    return [
        rated(simulator, "s-data"),
        *data.taken(),
        data.newer(),
        volume("s-data without servers", {"name": "s-data", **NO_SERVERS}, "DetachVolume"),
        *data.restored(),
        unrated("s-data"),
        unused_gone("s-data"),
    ]
