# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a simulator in fast time, and a controller that knows it, by both routes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.harness import ROUTES, Controller, Route
from tests.simulator import fixture
from tests.simulator.fixture import Simulator, simulator, simulator_process  # noqa: F401

#: Simulated seconds in one real one: what takes the service 20 s takes a test one.
TIME_SCALE = 20.0


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    fixture.pytest_configure(config)
    config.addinivalue_line("markers", "full_faults: every fault at every call; long, and left out unless asked for")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless ``-m`` says something about them."""
    if "full_faults" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("full_faults"):
                item.add_marker(pytest.mark.skip(reason="long; run with -m full_faults"))


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> Route:
    """In the controller's process, and through a module process."""
    chosen: Route = request.param
    return chosen


@pytest.fixture
def fast_simulator(simulator: Simulator) -> Simulator:  # noqa: F811
    """A simulator as new, in fast time."""
    simulator.scale(TIME_SCALE)
    return simulator


@pytest.fixture
def controller(fast_simulator: Simulator, tmp_path: Path) -> Controller:
    """A controller that runs modules in its own process."""
    return Controller(fast_simulator, tmp_path)


@pytest.fixture
def routed(fast_simulator: Simulator, tmp_path: Path, route: Route) -> Controller:
    """A controller by each route."""
    return Controller(fast_simulator, tmp_path, route)
