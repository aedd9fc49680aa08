# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lifecycle of every module that writes, step by step: tests of different kinds put the module through it.

The file of a module has its name and holds ``scenario``, a function from a simulator to steps; files without the prefix
``scp_`` hold what scenarios of one service share.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tests.scenarios.steps import Step, check_lifecycle, played
from tests.simulator.fixture import Simulator

Scenario = Callable[[Simulator], list[Step]]
#: By the name of the module that it is about.
SCENARIOS: dict[str, Scenario] = {
    file.stem: import_module(f"{__name__}.{file.stem}").scenario
    for file in sorted(Path(__file__).parent.glob("scp_*.py"))
}

__all__ = ["SCENARIOS", "Scenario", "Step", "check_lifecycle", "every_step", "played"]


def every_step(simulator: Simulator) -> list[Step]:
    """Return the steps of all scenarios, one after the other."""
    return [step for scenario in SCENARIOS.values() for step in scenario(simulator)]
