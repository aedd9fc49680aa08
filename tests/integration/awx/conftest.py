# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWX that was set up once for all tests."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.integration.awx.setting_up import ANSWERS, Made, set_up
from tests.simulator.fixture import Simulator


@pytest.fixture(scope="session")
def made(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What the playbook makes, with the key pair of the simulator from the environment."""
    made = set_up(Controller(simulator_process, tmp_path_factory.mktemp("awx")), ANSWERS)
    made.run.succeeded()
    return made
