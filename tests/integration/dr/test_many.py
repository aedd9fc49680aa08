# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many volumes at once: each step is sent for all before any is waited for, so the time follows the slowest volume.

That this holds by the clock too is measured by ``tests/benchmark``, as a ratio, and not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.harness.playbooks import Controller
from tests.integration.dr.scenario import DELETING, DISCARDING, EAST, WEST, play, replications, writes
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

MANY = 4
#: Block volumes, whose roles have more steps.
FEW = 3
#: Simulated seconds in one real one, and how long a creation takes in simulated seconds.
TIME_SCALE = 10.0
CREATION_SECONDS = 200.0


def last(operation: str, calls: Sequence[str]) -> int:
    """Where an operation was sent for the last time."""
    return len(calls) - 1 - calls[::-1].index(operation)


def test_each_step_is_sent_for_all_before_any_is_waited_for(simulator: Simulator, tmp_path: Path) -> None:
    """Set-up, set-up again, and teardown with the replicas' data."""
    controller = Controller(simulator, tmp_path)
    simulator.scale(TIME_SCALE)
    simulator.switch(filestorage_create_seconds=CREATION_SECONDS)
    many = {"dr_volumes": [f"vol_{number:03}" for number in range(MANY)]}
    made = [call["operation"] for call in play(controller, "dr_replication", many).succeeded().calls]
    assert made.count("CreateVolume") == made.count("CreateVolumeReplication") == MANY
    assert last("CreateVolume", made) < made.index("CreateVolumeReplication")
    assert replications(simulator) == {(name, WEST, name, EAST, "use"): 1 for name in many["dr_volumes"]}
    assert writes(play(controller, "dr_replication", many).succeeded()) == []

    ended = [call["operation"] for call in play(controller, "dr_teardown", {**many, **DELETING}).succeeded().calls]
    assert replications(simulator) == {}
    assert ended.count("DeleteVolumeReplication") == MANY
    first_cleared = min(ended.index(operation) for operation in ("DeleteSnapshot", "DeleteVolume"))
    assert last("DeleteVolumeReplication", ended) < first_cleared


def test_each_step_of_block_storage_is_sent_for_all_before_any_is_waited_for(
    simulator: Simulator, tmp_path: Path
) -> None:
    """All four roles, on volumes that have no space for snapshots yet."""
    controller = Controller(simulator, tmp_path)
    simulator.scale(2 * TIME_SCALE)
    names = [f"vol-{number:03}" for number in range(FEW)]
    simulator.patch_world({"baremetal-blockstorage": {"volumes": [{"name": name} for name in names]}})
    simulator.switch(bm_replication_create_seconds=CREATION_SECONDS / 2)
    many = {"dr_volumes": [{"name": name, "kind": "bm_volume", "snapshot_rate": 20} for name in names]}
    steps = [
        ("dr_replication", {}, ["CreateVolumeSnapshotRate", "CreateVolumeReplication"]),
        ("dr_failover", {}, ["SetVolumeReplicationPolicy"]),
        ("dr_failback", DISCARDING, ["SetVolumeReplicationPolicy"]),
        ("dr_teardown", DELETING, ["SetVolumeReplicationPolicy", "DeleteVolumeReplication", "DeleteVolume"]),
    ]
    for playbook, variables, operations in steps:
        run = play(controller, playbook, {**many, **variables}).succeeded()
        assert writes(run) == [operation for operation in operations for _ignored in names]
        assert writes(play(controller, playbook, {**many, **variables}).succeeded()) == []
    assert {volume["name"] for volume in simulator.world()["baremetal-blockstorage"]["volumes"]} == set(names)
