# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents are created for servers named by name and by id, in a subnet of choice, and removed."""

from __future__ import annotations

from tests.scenarios.backup import agent, agent_gone
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    gpu = simulator.server("west-gpu1")
    return [
        agent(server_category="BAREMETAL_SERVER", check_connection=True),
        agent(gpu["id"], subnet_id=gpu["subnet_id"], tags=[{"key": "team", "value": "x"}]),
        agent_gone(gpu["id"]),
        agent(gpu["ip"], subnet="west-app-subnet"),
        agent_gone(gpu["ip"]),
        agent_gone(),
    ]
