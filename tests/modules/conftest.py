# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a runner of modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.modules import ModuleRunner
from tests.simulator.fixture import Simulator


@pytest.fixture
def runner(simulator: Simulator) -> Iterator[ModuleRunner]:
    """Run modules against a simulator as new."""
    made = ModuleRunner(simulator)
    yield made
    made.close()
