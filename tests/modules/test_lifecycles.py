# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole lifecycle of each module that writes, in check mode and for real."""

from __future__ import annotations

import pytest

from tests.harness.modules import ModuleRunner
from tests.module_files import API_MODULES
from tests.scenarios import SCENARIOS, check_lifecycle, played

#: Modules whose tests are elsewhere, and the report, which writes nothing.
OTHERS = {"scp_dr_drill", "scp_dr_plan", "scp_storage_apply", "scp_storage_report"}


@pytest.mark.every_look
@pytest.mark.parametrize("module", SCENARIOS)
def test_lifecycle(runner: ModuleRunner, module: str) -> None:
    """Check mode predicts each step, the step does it, and a second run does nothing."""
    steps = SCENARIOS[module](runner.simulator)
    assert module in {step.module for step in steps}
    check_lifecycle(runner.run(played(steps)), steps)
    assert runner.simulator.resources() == {}


def test_every_writing_module_has_a_scenario() -> None:
    """A new module must not go untested; modules that only read end in ``_info``, or check the connection."""
    modules = set(API_MODULES)
    assert {name for name in modules if not name.endswith("_info")} - OTHERS == SCENARIOS.keys()
