# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever interrupts a run gets the prompt back soon, and the next run ends where an undisturbed one would."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.harness.playbooks import Controller, processes_with
from tests.harness.tasks import task
from tests.modules.apply.lists import Shape, settle, shape, shape_of_undisturbed_run, some

pytestmark = [pytest.mark.module("scp_storage_apply"), pytest.mark.newest_core]

#: Seconds within which a run ends that is interrupted.
SOON = 10.0


@pytest.fixture
def wanted(controller: Controller) -> Shape:
    """What an undisturbed run makes; there is nothing of it afterwards."""
    controller.simulator.scale(100.0)
    return shape_of_undisturbed_run(controller)


def test_interrupted(controller: Controller, wanted: Shape) -> None:
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
