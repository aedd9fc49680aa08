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


def pytest_configure() -> None:
    """See to it that what tests start can be interrupted."""
    # A shell starts what runs in its background with Ctrl-C ignored, and all processes would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
