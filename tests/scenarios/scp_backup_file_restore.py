# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are restored to two servers."""

from __future__ import annotations

from tests.scenarios.backup import agent, agent_gone, come_back, files, gone, run
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    return [
        agent("west-db4", check_connection=True),
        agent("west-db5"),
        files("run-files", "west-db4", filesystem_paths=["/data"]),
        run("a run of run-files", "run-files", max_age="12h"),
        come_back("run-files", "west-db4"),
        come_back("run-files", "west-db5", server=simulator.server("west-db5")["ip"]),
        gone("run-files"),
        agent_gone("west-db4"),
        agent_gone("west-db5"),
    ]
