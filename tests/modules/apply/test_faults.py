# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to a run, the next one ends where an undisturbed one would, with nothing made twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.modules.apply.lists import Shape, apply, none_of_some, settle, shape, shape_of_undisturbed_run, some

pytestmark = pytest.mark.module("scp_storage_apply")

#: The calls after which a run is killed are shared out; one share always runs.
SHARES = 4
#: Fewer calls than any run of the list makes.
FEWEST_CALLS = 100


@pytest.fixture
def wanted(runner: ModuleRunner) -> Shape:
    """What an undisturbed run makes; there is nothing of it afterwards."""
    return shape_of_undisturbed_run(runner)


@pytest.mark.parametrize(
    "share", [pytest.param(share, marks=pytest.mark.full_faults if share else ()) for share in range(SHARES)]
)
def test_killed(runner: ModuleRunner, wanted: Shape, share: int) -> None:
    """A run dies after one of its calls, which has done its work."""
    simulator = runner.simulator
    begin = simulator.checkpoint()
    things = some(simulator)
    for number in range(1 + share, 1000, SHARES):
        simulator.go_back(begin)
        if not runner.crash("scp_storage_apply", {"resources": things}, after=number):
            break
        settle(runner, things)
        assert shape(simulator) == wanted
    assert number > FEWEST_CALLS


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "lost"}, id="lost"),
        pytest.param({"kind": "error_after"}, id="error_after"),
        pytest.param({"kind": "status", "status": 503}, id="away"),
        pytest.param({"kind": "reset"}, id="reset"),
    ],
)
def test_unknown_outcomes(runner: ModuleRunner, wanted: Shape, fault: dict[str, Any]) -> None:
    """The first answer of every writing operation is lost, or says nothing; so it is for the removal."""
    simulator = runner.simulator
    things = some(simulator)
    for list_of_things, expected in ((things, wanted), (none_of_some(), {})):
        predicted = apply(runner, list_of_things, check_mode=True)
        for operation in set(predicted.operations or ()):
            simulator.fault(**fault, operation=operation, writes=True)
        apply(runner, list_of_things)
        simulator.clear_faults()
        settle(runner, list_of_things)
        assert shape(simulator) == expected
