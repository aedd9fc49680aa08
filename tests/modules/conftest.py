# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a runner of modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.modules import ModuleRunner, SkippedTime
from tests.simulator.fixture import Simulator


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "every_look: a wait is as many looks as it would be on the platform")


@pytest.fixture
def runner(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[ModuleRunner]:
    """Run modules against a simulator as new."""
    waits_as_usual = request.node.get_closest_marker("every_look") is not None
    made = ModuleRunner(simulator, SkippedTime(simulator, event_within=0) if waits_as_usual else None)
    yield made
    made.close()
