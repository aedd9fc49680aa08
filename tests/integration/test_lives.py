# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole life of each noun, in check mode and for real: in the controller's process, and as modules."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import ROUTES, Controller
from tests.integration.lives import LIVES, check_life, played

#: Lives that are always led by both routes, one of each service. How a module is started is the same for all, and
#: test_routes.py compares what both routes tell.
BY_BOTH = {"filestorage-volume", "pfs-volume", "bm-volume-group", "backup-files", "archive-bucket"}


@pytest.mark.parametrize(
    ("life", "route"),
    [
        pytest.param(
            life,
            route,
            marks=() if route == "in_process" or life in BY_BOTH else pytest.mark.full_routes,
        )
        for life in LIVES
        for route in ROUTES
    ],
)
def test_life(routed: Controller, life: str) -> None:
    """Check mode foretells each step, the step does it, and again it does nothing."""
    steps = LIVES[life](routed.simulator)
    check_life(routed.run(played(steps)), steps)
    assert routed.simulator.resources() == {}


def test_both_routes_of_each_service() -> None:
    """Each service has such a life."""
    assert set(LIVES) >= BY_BOTH
    assert {life.partition("-")[0] for life in BY_BOTH} == {life.partition("-")[0] for life in LIVES}
