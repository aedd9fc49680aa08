# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers are restored from the newest restore point, in two regions."""

from __future__ import annotations

from tests.scenarios.backup import gone, image, restored, run
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    world = simulator.world()
    group = next(found["id"] for found in world["security_groups"] if found["name"] == "east-web-sg")
    elsewhere = {"restore_region": "kr-east1", "networks": [{"subnet": "east-app-subnet"}], "security_groups": [group]}
    return [
        image("back-image", "west-web2"),
        run("a run of back-image", "back-image", max_age="12h"),
        restored("back-image", "back-restored"),
        restored("back-image", "back-standby", **elsewhere),
        gone("back-image"),
    ]
