# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill is killed after any of its writing calls; the next one leaves the world as it was before the first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.integration.dr.crashing import TIME_SCALE, crash_after
from tests.integration.dr.drill_fixtures import ALL, assert_untouched, drill_world, report, things
from tests.integration.dr.scenario import play, servers
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

#: After which writing calls the drills of a row are killed. Each clears up after the one before, and is killed in that
#: or in what comes then.
ROW = (3, 6, 12, 20)
#: Fewer writing calls than an undisturbed drill makes.
FEWEST_WRITES = 20
SHARES = 4


def variables(simulator: Simulator) -> dict[str, Any]:
    """A drill of all kinds, whose copies servers use."""
    return {
        "dr_volumes": ALL,
        "dr_drill_access_rules": servers(simulator, "east-web1"),
        "dr_drill_attachments": servers(simulator, "east-db1"),
    }


@pytest.fixture
def before(controller: Controller) -> dict[str, dict[str, Any]]:
    """What there is before the drill, in very fast time."""
    controller.simulator.scale(TIME_SCALE)
    drill_world(controller.simulator)
    return things(controller.simulator)


def drill_again(controller: Controller, before: dict[str, dict[str, Any]]) -> None:
    """Drill undisturbed: it passes, and nothing is left, or was ever written to."""
    run = play(controller, "dr_drill", variables(controller.simulator)).succeeded()
    assert report(run)["passed"]
    assert_untouched(controller.simulator, before)


def test_killed_again_and_again(controller: Controller, before: dict[str, dict[str, Any]]) -> None:
    """One drill after the other is killed, and the last one is not."""
    simulator = controller.simulator
    for number in ROW:
        assert crash_after(controller, number, "dr_drill", variables(simulator))
        assert things(simulator) != before
    simulator.clear_operations()
    drill_again(controller, before)


@pytest.mark.full_faults
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_after_every_write(controller: Controller, before: dict[str, dict[str, Any]], share: int) -> None:
    """The drill is killed after each writing call in turn, and run again."""
    simulator = controller.simulator
    begin = simulator.world()
    for number in range(share, 1000, SHARES):
        simulator.put_world(begin)
        if not crash_after(controller, number, "dr_drill", variables(simulator)):
            assert number >= FEWEST_WRITES
            return
        drill_again(controller, before)
