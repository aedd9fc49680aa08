# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run dies after any of its writing calls; the next ends where an undisturbed one would, with nothing made twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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
    volumes,
)
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

#: Seconds by which the answer is late after which the run is killed.
LATE = 120.0
#: More than any run sends.
MAX_WRITES = 100
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


def each_to_its_end(controller: Controller, playbook: str, variables: dict[str, Any]) -> Iterator[None]:
    """From the world as it is now, crash after each writing call in turn, and yield when the next has ended well."""
    simulator = controller.simulator
    begin = simulator.world()
    for number in range(MAX_WRITES):
        simulator.put_world(begin)
        assert crash_after(controller, number, playbook, variables), "it wrote nothing"
        play(controller, playbook, variables).succeeded()
        yield
        if len(simulator.writes()) == number + 1:
            # Run again, it had nothing left to write: that was the last call.
            return


def again_and_again(controller: Controller, playbook: str, variables: dict[str, Any]) -> Iterator[None]:
    """Crash after the first writing call, crash the next run likewise, and so on; yield when one has ended well.

    Each run goes on from where the one before has died.
    """
    for number in range(MAX_WRITES):
        if not crash_after(controller, 0, playbook, variables):
            assert number > 0, "it wrote nothing"
            yield
            return


Crashes = Callable[[Controller, str, dict[str, Any]], Iterator[None]]


@pytest.fixture(params=[again_and_again, pytest.param(each_to_its_end, marks=pytest.mark.full_faults)])
def crashes(request: pytest.FixtureRequest) -> Crashes:
    """How the runs crash."""
    chosen: Crashes = request.param
    return chosen


@pytest.fixture(autouse=True)
def _in_haste(fast_simulator: Simulator) -> None:
    fast_simulator.scale(TIME_SCALE)


def test_set_up_of_two_volumes_converges(controller: Controller, crashes: Crashes) -> None:
    """Two volumes, one in each direction."""
    for _ignored in crashes(controller, "dr_replication", {}):
        assert_protected(controller.simulator)


#: By playbook in the order of a life: further variables, the policy that the replication ends with (none: and no
#: replica), and whether servers may mount its target.
FILES: dict[str, tuple[dict[str, Any], str | None, bool]] = {
    "dr_replication": ({}, "use", False),
    "dr_failover": ({}, "paused", True),
    "dr_failback": ({**DISCARDING, "dr_failback_remove_access_rules": True}, "use", False),
    "dr_teardown": (DELETING, None, False),
}


def test_life_of_file_volume_converges(controller: Controller, crashes: Crashes) -> None:
    """Setting up, failing over, back and down: each begins where the one before has come to its end."""
    simulator: Simulator = controller.simulator
    only = {"dr_volumes": ["web_data"], "dr_target_access_rules": servers(simulator, "east-web1")}
    for playbook, (variables, policy, open_to_servers) in FILES.items():
        for _ignored in crashes(controller, playbook, {**only, **variables}):
            world = simulator.world()["filestorage"]
            if policy is None:
                assert volumes(simulator) == {("web_data", WEST, "none"): 1}
                assert not world["replications"]
                assert not world["snapshots"]
            else:
                assert replications(simulator) == {("web_data", WEST, "web_data", EAST, policy): 1}
                assert volumes(simulator) == {
                    ("web_data", WEST, "original"): 1,
                    ("web_data", EAST, "replication"): 1,
                }
            assert bool(world["access_rules"]) is open_to_servers, playbook


#: By playbook in the order of a life: further variables, the states of the replications that it ends with (none: and no
#: replica), and whether servers use the replica then.
BLOCKS: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "dr_replication": ({}, ["ACTIVE"], False),
    "dr_failover": ({}, ["BROKEN"], True),
    "dr_failback": ({**DISCARDING, "dr_failback_remove_attachments": True}, ["ACTIVE"], False),
    "dr_teardown": ({**DELETING, "dr_teardown_detach": True}, [], False),
}


@pytest.mark.parametrize("item", [LEDGER, BILLING], ids=lambda item: str(item["kind"]))
def test_life_of_block_storage_converges(controller: Controller, item: dict[str, Any], crashes: Crashes) -> None:
    """The same for a block volume and for a group."""
    simulator: Simulator = controller.simulator
    block_storage(simulator)
    only = {"dr_volumes": [item], "dr_target_attachments": servers(simulator, "east-db1")}
    for playbook, (variables, states, in_use) in BLOCKS.items():
        for _ignored in crashes(controller, playbook, {**only, **variables}):
            assert block_replications(simulator) == states
            assert blocks(simulator) == (protected_blocks(item["kind"]) if states else UNPROTECTED_BLOCKS)
            assert bool(attached(simulator)) is in_use, playbook
