# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a simulator in fast time, and a controller that knows it, by both routes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.playbooks import ROUTES, Controller, Route
from tests.simulator.fixture import Simulator

#: Simulated seconds in one real one: what takes the service 20 s takes a test one.
TIME_SCALE = 20.0


#: Tests that take long and are left out unless ``-m`` names their marker; a sample of each kind always runs.
LONG = {
    "full_routes": "every life as module processes too",
    "full_faults": "every fault in every life, at every call",
    "full_switches": "every position of every switch alone",
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and see to it that what tests start can be interrupted."""
    # A shell starts what runs in its background with Ctrl-C ignored, and all processes would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, meaning in LONG.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; run with -m {name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tests that were not asked for."""
    asked = {name for name in LONG if name in config.option.markexpr}
    kept = [item for item in items if not {mark.name for mark in item.iter_markers()} & LONG.keys() - asked]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> Route:
    """In the controller's process, and through a module process."""
    chosen: Route = request.param
    return chosen


@pytest.fixture
def fast_simulator(simulator: Simulator) -> Simulator:
    """A simulator as new, in fast time."""
    simulator.scale(TIME_SCALE)
    return simulator


@pytest.fixture
def controller(fast_simulator: Simulator, tmp_path: Path) -> Iterator[Controller]:
    """A controller that runs modules in its own process."""
    made = Controller(fast_simulator, tmp_path)
    yield made
    made.stop()


@pytest.fixture
def routed(fast_simulator: Simulator, tmp_path: Path, route: Route) -> Iterator[Controller]:
    """A controller by each route."""
    made = Controller(fast_simulator, tmp_path, route)
    yield made
    made.stop()
