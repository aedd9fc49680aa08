# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that tests skip: it is the same for the simulator and for all threads that wait in it."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.batch.scheduler import Cancelled, Scheduler
from tests.harness.modules import SkippedTime
from tests.simulator.fixture import Simulator

THREADS = 16
SECONDS = 100.0
#: Real seconds that the test itself may take, on a busy machine.
WORK = 20.0


def test_wait_in_many_threads_passes_for_each_and_in_the_simulator(simulator: Simulator) -> None:
    """Each thread sees its own seconds pass, no time passes for real, and both clocks show the same."""
    clock = SkippedTime(simulator)
    scheduler = Scheduler(THREADS, clock=clock)
    waited: dict[int, float] = {}
    together = threading.Barrier(THREADS)

    def job(index: int) -> None:
        together.wait(WORK)
        began = clock.monotonic()
        scheduler.pause(SECONDS + index)
        waited[index] = clock.monotonic() - began

    began, simulated = clock.monotonic(), simulator.now().timestamp()
    scheduler.work(range(THREADS), [set() for _index in range(THREADS)], job)
    passed, in_simulator = clock.monotonic() - began, simulator.now().timestamp() - simulated
    assert [index for index, seconds in waited.items() if seconds < SECONDS + index] == []
    assert len(waited) == THREADS
    # All wait through the same seconds.
    assert SECONDS + THREADS - 1 <= passed <= SECONDS + THREADS - 1 + WORK
    assert passed == pytest.approx(in_simulator, abs=1.0)


def test_wait_for_what_has_happened_skips_nothing(simulator: Simulator) -> None:
    """A job of a task that is over ends at its pause."""
    clock = SkippedTime(simulator)
    scheduler = Scheduler(1, clock=clock)
    scheduler._over.set()
    simulated = simulator.now().timestamp()
    with pytest.raises(Cancelled):
        scheduler.pause(SECONDS)
    assert simulator.now().timestamp() - simulated < SECONDS
