# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup is run by age and at will."""

from __future__ import annotations

from tests.scenarios.backup import gone, image, run
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    return [
        image("run-image", "west-web2"),
        run("a run of run-image", "run-image", max_age="12h"),
        run("one more run of run-image", "run-image"),
        gone("run-image"),
    ]
