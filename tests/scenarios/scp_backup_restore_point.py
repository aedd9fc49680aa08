# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore points are deleted by number and by id."""

from __future__ import annotations

from tests.scenarios.backup import fewer, gone, image, run
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    return [
        image("point-image", "west-web2"),
        run("a run of point-image", "point-image", max_age="12h"),
        run("one more run of point-image", "point-image"),
        fewer("one restore point of point-image", "point-image", {"keep": 1}, keywords={"register": "point_image"}),
        fewer(
            "no restore point of point-image",
            "point-image",
            {"restore_points": ["{{ point_image.restore_point.restore_target_id }}"]},
        ),
        gone("point-image"),
    ]
