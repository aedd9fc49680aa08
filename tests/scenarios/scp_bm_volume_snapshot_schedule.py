# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume gets a snapshot schedule, which is changed and removed."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import gone, rated
from tests.scenarios.baremetal_snapshots import Owner, unrated
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    data = Owner("p-data", of_group=False)
    return [rated(simulator, "p-data"), *data.schedules(simulator), unrated("p-data"), gone("p-data")]
