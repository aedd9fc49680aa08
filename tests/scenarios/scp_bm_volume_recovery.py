# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two recovery volumes are created from a snapshot."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import gone, rated
from tests.scenarios.baremetal_snapshots import Owner, unrated, unused_gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    data = Owner("rec-data", of_group=False)
    return [
        rated(simulator, "rec-data"),
        data.young(keywords=data.named),
        data.step("recover rec-data", "recovery", {"snapshot": "latest", "name": "rec-copy"}, "Create Recovery"),
        data.step("once more", "recovery", {"snapshot": data.first_id, "name": "rec-copy-2"}, "Create Recovery"),
        unused_gone("rec-copy"),
        unused_gone("rec-copy-2"),
        unrated("rec-data"),
        gone("rec-data"),
    ]
