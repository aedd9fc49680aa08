# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many volumes at once: few calls, and the time of the slowest volume."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.benchmark.workloads import Fleet
from tests.harness.modules import ModuleRunner
from tests.modules.dr.volumes import CONFIRMED, DISCARDING, EAST, WEST, plan, well

FLEET = Fleet(20)
VOLUMES = FLEET.dr_variables()["dr_volumes"]
#: Lists of volumes and of groups in the regions of the volumes, and of block volumes in those of the replicas.
LISTS = 4
#: The least that it takes to see how a replication is: File Storage lists it first, for its id.
READS = 2 * FLEET.files + FLEET.blocks + FLEET.groups


@pytest.fixture
def fleet(runner: ModuleRunner) -> ModuleRunner:
    """Let the volumes of the fleet have replicas."""
    runner.simulator.patch_world(FLEET.block_storage())
    well(plan(runner, "present", VOLUMES))
    return runner


@pytest.mark.module("scp_dr_plan")
def test_second_run_makes_no_call_that_can_be_left_out(fleet: ModuleRunner) -> None:
    again = well(plan(fleet, "present", VOLUMES))
    assert (again.writes, len(again.calls)) == ([], LISTS + READS)


@pytest.mark.module("scp_dr_plan_info")
def test_status_makes_no_call_that_can_be_left_out(fleet: ModuleRunner) -> None:
    args = {"volumes": VOLUMES, "region": WEST, "target_region": EAST}
    assert len(well(fleet.run_task("scp_dr_plan_info", args)).calls) == LISTS + READS


@pytest.mark.module("scp_dr_plan")
@pytest.mark.every_look
def test_many_take_about_as_long_as_one(runner: ModuleRunner) -> None:
    """Each step takes long; with twelve volumes it is waited for at the same time."""
    runner.simulator.switch(replication_create_seconds=100, filestorage_create_seconds=100)
    lengths = {}
    for count in (1, 12):
        names = [f"volume_{count}_{number}" for number in range(count)]
        before = runner.clock.monotonic()
        made = well(plan(runner, "present", names))
        lengths[count] = runner.clock.monotonic() - before
        assert Counter(made.operations) == {"CreateVolume": count, "CreateVolumeReplication": count}
    # One after the other would take twelve times as long.
    assert lengths[12] < 1.5 * lengths[1], lengths


@pytest.mark.module("scp_dr_plan")
def test_all_fail_over_and_back_at_the_same_time(fleet: ModuleRunner) -> None:
    over = well(plan(fleet, "failed_over", VOLUMES))
    assert len(over.operations or []) == len(VOLUMES)
    assert well(plan(fleet, "failed_over", VOLUMES)).writes == []
    back = well(plan(fleet, "failed_back", VOLUMES, **DISCARDING))
    assert len(back.operations or []) == len(VOLUMES)
    ended = well(plan(fleet, "absent", VOLUMES, **CONFIRMED))
    assert ended.result["summary"] == f"0 created, 0 changed, {len(VOLUMES)} deleted, 0 unchanged, 0 failed"
