# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred things of five kinds: how long they take, and how many calls."""

from __future__ import annotations

import time

import pytest

from tests.benchmark.workloads import SWITCHES, hundred
from tests.harness.playbooks import Controller
from tests.harness.tasks import task

pytestmark = pytest.mark.newest_core

KINDS = 5
SECONDS = 1.0
#: A volume, its space for snapshots, its group, and the group's schedule, one after the other.
LONGEST_CHAIN = 4 * SECONDS
#: What a run costs beside waiting, on a machine that is busy with other tests.
WORK = 15.0


def test_a_hundred_things(controller: Controller) -> None:
    """They are made in little more than their longest chain takes; the second run reads each a few times."""
    simulator = controller.simulator
    simulator.scale(1)
    simulator.switch(**dict.fromkeys(SWITCHES, SECONDS))
    things = hundred(str(simulator.server("west-db1")["id"]))
    assert len(things) == 100
    assert len({thing["kind"] for thing in things}) == KINDS
    began = time.monotonic()
    run = controller.run(
        [
            task("scp_storage_apply", {"resources": things}, name="made"),
            task("scp_storage_apply", {"resources": things}, name="again"),
        ]
    ).succeeded()
    assert time.monotonic() - began < 3 * LONGEST_CHAIN + WORK
    made, again = run["made"], run["again"]
    assert sorted(made.accepted) == sorted(made.writes) == sorted(made.operations or ())
    assert (again.changed, again.writes) == (False, [])
    assert len(again.calls) <= 3 * len(things)
