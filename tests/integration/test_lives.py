# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole life of each noun, by both routes, in check mode and for real."""

from __future__ import annotations

import pytest

from tests.integration.harness import Controller
from tests.integration.lives import LIVES, check_life, played


@pytest.mark.parametrize("life", LIVES)
def test_life(routed: Controller, life: str) -> None:
    """Check mode foretells each step, the step does it, and again it does nothing."""
    steps = LIVES[life](routed.simulator)
    check_life(routed.run(played(steps)), steps)
    assert routed.simulator.resources() == {}
