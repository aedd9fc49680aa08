# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run dies after any of its writing calls; the next ends where an undisturbed one would, with nothing made twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.playbooks import LONGEST_RUN, Controller
from tests.integration.dr.scenario import (
    BILLING,
    DELETING,
    DISCARDING,
    EAST,
    LEDGER,
    UNPROTECTED_BLOCKS,
    VARIABLES,
    WEST,
    assert_protected,
    attached,
    block_replications,
    block_storage,
    blocks,
    play,
    protected_blocks,
    replications,
    servers,
    story,
    volumes,
)
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

#: Seconds by which the answer is late after which the run is killed.
LATE = 120.0
#: Simulated seconds in one real one: fast, as there are many runs.
TIME_SCALE = 100.0


def crash_after(controller: Controller, number: int, playbook: str, variables: dict[str, Any]) -> bool:
    """Run a playbook until writing call ``number`` (from 0) has done its work, and kill it before it knows.

    What dies later, while it reads or waits, leaves the service no other state than that.

    :return: whether it made so many calls; otherwise it has ended well.
    """
    simulator = controller.simulator
    simulator.clear_operations()
    simulator.fault("delay", skip=number, seconds=LATE, writes=True)
    running = controller.start(f"scp.storage.{playbook}", variables={**VARIABLES, **variables})
    deadline = time.monotonic() + LONGEST_RUN
    while len(simulator.writes()) <= number:
        if running.process.poll() is not None:
            running.finish().succeeded()
            simulator.clear_faults()
            return False
        assert time.monotonic() < deadline, "the run made no more calls"
        time.sleep(0.02)
    running.kill()
    simulator.clear_faults()
    return True


def crashes(controller: Controller, playbook: str, variables: dict[str, Any]) -> Iterator[int]:
    """From the world as it is now, crash after each writing call; each time, the run is to be repeated."""
    simulator = controller.simulator
    begin = simulator.world()
    for number in range(1000):
        simulator.put_world(begin)
        if not crash_after(controller, number, playbook, variables):
            assert number > 0, "it wrote nothing"
            return
        yield number
        if len(simulator.writes()) == number + 1:
            # Run again, it had nothing left to write: that was the last call.
            return


@pytest.fixture(autouse=True)
def _in_haste(fast_simulator: Simulator) -> None:
    fast_simulator.scale(TIME_SCALE)


def test_set_up(controller: Controller) -> None:
    """Set-up of a volume is killed after each call in turn, and run again."""
    only = {"dr_volumes": ["web_data"]}
    for _ignored in crashes(controller, "dr_replication", only):
        play(controller, "dr_replication", only).succeeded()
        assert volumes(controller.simulator) == {
            ("web_data", WEST, "original"): 1,
            ("web_data", EAST, "replication"): 1,
        }
        assert replications(controller.simulator) == {("web_data", WEST, "web_data", EAST, "use"): 1}


def test_set_up_of_two(controller: Controller) -> None:
    """The same with two volumes, in both directions."""
    for _ignored in crashes(controller, "dr_replication", {}):
        play(controller, "dr_replication").succeeded()
        assert_protected(controller.simulator)


#: What goes before, the variables, the policy that the replication ends with, and whether servers may mount its target.
OTHERS: dict[str, tuple[list[str], dict[str, Any], str | None, bool]] = {
    "dr_failover": (["dr_replication"], {}, "paused", True),
    "dr_failback": (
        ["dr_replication", "dr_failover"],
        {**DISCARDING, "dr_failback_remove_access_rules": True},
        "use",
        False,
    ),
    "dr_teardown": (["dr_replication", "dr_failover"], DELETING, None, False),
}


@pytest.mark.parametrize("playbook", OTHERS)
def test_the_others(controller: Controller, playbook: str) -> None:
    """Failing over, back and down of one volume are killed after a call, and run again."""
    before, variables, policy, open_to_servers = OTHERS[playbook]
    simulator: Simulator = controller.simulator
    server = simulator.server("east-web1")
    rules = [{"object_type": server["type"], "object_id": server["id"]}]
    only = {"dr_volumes": ["web_data"], "dr_target_access_rules": rules}
    story(controller, *((name, only) for name in before))
    for _ignored in crashes(controller, playbook, {**only, **variables}):
        play(controller, playbook, {**only, **variables}).succeeded()
        world = simulator.world()["filestorage"]
        if policy is None:
            assert volumes(simulator) == {("web_data", WEST, "none"): 1}
            assert not world["replications"]
            assert not world["snapshots"]
        else:
            assert replications(simulator) == {("web_data", WEST, "web_data", EAST, policy): 1}
            assert volumes(simulator).total() == 2
        assert bool(world["access_rules"]) is open_to_servers


#: For block storage: what goes before, the variables, the states of the replications that it ends with (none: and no
#: replica), and whether servers use the replica then.
BLOCKS: dict[str, tuple[list[str], dict[str, Any], list[str], bool]] = {
    "dr_replication": ([], {}, ["ACTIVE"], False),
    "dr_failover": (["dr_replication"], {}, ["BROKEN"], True),
    "dr_failback": (
        ["dr_replication", "dr_failover"],
        {**DISCARDING, "dr_failback_remove_attachments": True},
        ["ACTIVE"],
        False,
    ),
    "dr_teardown": (["dr_replication", "dr_failover"], {**DELETING, "dr_teardown_detach": True}, [], False),
}


@pytest.mark.parametrize("item", [LEDGER, BILLING], ids=lambda item: str(item["kind"]))
@pytest.mark.parametrize("playbook", BLOCKS)
def test_blocks(controller: Controller, item: dict[str, Any], playbook: str) -> None:
    """Each role is killed after a call when it works on a block volume or a group, and run again."""
    before, variables, states, in_use = BLOCKS[playbook]
    simulator: Simulator = controller.simulator
    block_storage(simulator)
    only = {"dr_volumes": [item], "dr_target_attachments": servers(simulator, "east-db1")}
    if before:
        story(controller, *((name, only) for name in before))
    for _ignored in crashes(controller, playbook, {**only, **variables}):
        play(controller, playbook, {**only, **variables}).succeeded()
        assert block_replications(simulator) == states
        assert blocks(simulator) == (protected_blocks(item["kind"]) if states else UNPROTECTED_BLOCKS)
        assert bool(attached(simulator)) is in_use
