# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to a run, the next one ends where an undisturbed one would, with nothing made twice."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from typing import Any

import pytest

from tests.harness.playbooks import Controller, processes_with
from tests.harness.tasks import TaskResult, task
from tests.integration.apply.topologies import Things, none_of_some, some
from tests.simulator.fixture import Simulator

#: What of the world says what was made.
TELLING = ("name", "server_name", "hour", "snapshot_rate", "state")
#: What comes by itself: what schedules and replications take, and what is remembered.
BY_ITSELF = ("snapshots", "restore_targets", "histories", "used_names")
#: Seconds by which an answer is late after which the run is killed.
LATE = 120.0
#: A run is killed after every so many calls. Shares of them can be tested by several processes, and one always is.
STEP, SHARES = 32, 4
#: Seconds within which a run ends that somebody interrupts.
SOON = 10.0


def shape(simulator: Simulator) -> dict[str, Counter[Any]]:
    """What there is, without what differs between two runs that do the same."""
    return {
        table: Counter(tuple(str(record.get(field, "")).partition("_")[0] for field in TELLING) for record in records)
        for table, records in simulator.resources().items()
        if table.rpartition(".")[2] not in BY_ITSELF
    }


@pytest.fixture
def wanted(controller: Controller) -> dict[str, Counter[Any]]:
    """What an undisturbed run makes; there is nothing of it afterwards."""
    simulator = controller.simulator
    simulator.scale(100.0)
    begin = simulator.world()
    assert not apply(controller, some(simulator)).failed
    made = shape(simulator)
    simulator.put_world(begin)
    return made


def apply(controller: Controller, things: Things, **keywords: Any) -> TaskResult:
    """Run a list, and return the result; it may have failed."""
    run = controller.run([task("scp_storage_apply", {"resources": things}, ignore_errors=True, **keywords)])
    assert "Traceback" not in run.output
    return run[0]


def settle(controller: Controller, things: Things) -> None:
    """Run a list as often as a person would, and see that it is done then."""
    result = apply(controller, things)
    assert not result.failed, result.message
    again = apply(controller, things)
    assert (again.failed, again.operations, again.writes) == (False, [], [])


@pytest.mark.parametrize(
    "share", [pytest.param(share, marks=pytest.mark.full_faults if share else ()) for share in range(SHARES)]
)
def test_killed(controller: Controller, wanted: dict[str, Counter[Any]], share: int) -> None:
    """A run dies after one of its calls, which has done its work."""
    simulator = controller.simulator
    begin = simulator.world()
    things = some(simulator)
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [task("scp_storage_apply", {"resources": things})]}]
    killed = 0
    for number in range(3 + share * STEP // SHARES, 1000, STEP):
        simulator.put_world(begin)
        simulator.clear_operations()
        simulator.fault("delay", skip=number, seconds=LATE)
        running = controller.start(plays)
        while len(simulator.operations()) <= number and running.process.poll() is None:
            time.sleep(0.02)
        ended = running.process.poll() is not None
        running.kill()
        simulator.clear_faults()
        if ended:
            break
        killed += 1
        settle(controller, things)
        assert shape(simulator) == wanted
    assert killed >= 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "lost"}, id="lost"),
        pytest.param({"kind": "error_after"}, id="error_after", marks=pytest.mark.full_faults),
        pytest.param({"kind": "status", "status": 503}, id="away", marks=pytest.mark.full_faults),
        pytest.param({"kind": "reset"}, id="reset", marks=pytest.mark.full_faults),
    ],
)
def test_unknown_outcomes(controller: Controller, wanted: dict[str, Counter[Any]], fault: dict[str, Any]) -> None:
    """The first answer of every writing operation is lost, or says nothing; so it is for the removal."""
    simulator = controller.simulator
    things = some(simulator)
    for list_of_things, expected in ((things, wanted), (none_of_some(), {})):
        foretold = apply(controller, list_of_things, check_mode=True)
        for operation in set(foretold.operations or ()):
            simulator.fault(**fault, operation=operation, writes=True)
        apply(controller, list_of_things)
        simulator.clear_faults()
        settle(controller, list_of_things)
        assert shape(simulator) == expected


def test_interrupted(controller: Controller, wanted: dict[str, Counter[Any]]) -> None:
    """Ctrl-C ends a run soon, with all that it has begun, while it waits for many things."""
    simulator = controller.simulator
    things = some(simulator)
    simulator.scale(0)
    running = controller.start(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [task("scp_storage_apply", {"resources": things})]}]
    )
    while not len(simulator.writes()) > 4:
        assert running.process.poll() is None
        time.sleep(0.05)
    began = time.monotonic()
    os.kill(running.process.pid, signal.SIGINT)
    running.process.wait(SOON)
    while left := processes_with(f"TASK_LOG_FILE={running.log}"):
        assert time.monotonic() - began < SOON, left
        time.sleep(0.05)
    simulator.scale(100.0)
    settle(controller, things)
    assert shape(simulator) == wanted
