# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a simulator whose states are kept from one test to the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.faults import TIMEOUT
from tests.harness.modules import ModuleRunner
from tests.simulator.fixture import Simulator


@pytest.fixture(scope="module")
def stage() -> Iterator[ModuleRunner]:
    """A runner for the tests of one file that meet faults; each of them begins from a checkpoint.

    What these tests begin with takes longer to make than they do.
    """
    with Simulator() as simulator:
        runner = ModuleRunner(simulator)
        runner.environ |= {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
        simulator.control("PUT", "clock", {"announce_delays": True})
        simulator.go_to_noon()
        yield runner
        runner.close()
