# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killing a playbook after one of its writing calls. The module itself is killed in tests/modules/dr."""

from __future__ import annotations

import time
from typing import Any

from tests.harness.playbooks import LONGEST_RUN, Controller
from tests.integration.dr.scenario import VARIABLES

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
