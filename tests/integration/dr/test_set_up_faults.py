# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of the set-up goes wrong: the run converges or says which operation and why, makes nothing twice, and a run
without faults then ends where an undisturbed one would."""

from __future__ import annotations

import pytest

from tests.integration.dr.scenario import EAST, WEST, failure, play, replications, volumes
from tests.integration.harness import Controller
from tests.integration.test_faults import AT_A_CALL, CAUSES, TIMEOUT

#: The operations of a set-up. Each has the fault once, in turn for the first, the second and the third volume.
OPERATIONS = (
    "ListVolumes",
    "CreateVolume",
    "ShowVolume",
    "ListVolumeReplications",
    "CreateVolumeReplication",
    "ShowVolumeReplication",
)
NAMES = ["web_data", "web_logs", "orders"]
ENVIRON = {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
#: More calls than the set-up of one volume makes.
MOST_CALLS = 24


def set_up_badly(controller: Controller, names: list[str]) -> None:
    """Set up while there are faults, and assert that the run did well or said what went wrong."""
    simulator = controller.simulator
    run = play(controller, "dr_replication", {"dr_volumes": names}, environ=ENVIRON)
    if run.rc != 0:
        message = failure(run)
        assert any(cause in message for cause in CAUSES), message
        assert any(operation in message for operation in OPERATIONS), message
        for result in run:
            for item in result.items:
                assert not item.failed or item.result["error"]["operation"] in item.message, item.message
    assert max(volumes(simulator).values(), default=0) <= 1


def set_up_well(controller: Controller, names: list[str]) -> None:
    """Set up without faults, and assert that all is there, once."""
    simulator = controller.simulator
    simulator.clear_faults()
    play(controller, "dr_replication", {"dr_volumes": names}, environ=ENVIRON).succeeded()
    assert volumes(simulator) == {
        (name, region, purpose): 1 for name in names for region, purpose in ((WEST, "original"), (EAST, "replication"))
    }
    assert replications(simulator) == {(name, WEST, name, EAST, "use"): 1 for name in names}


@pytest.mark.parametrize("kind", AT_A_CALL)
def test_fault_at_each_operation(controller: Controller, kind: str) -> None:
    """The fault hits every operation once, for different volumes."""
    simulator = controller.simulator
    for number, operation in enumerate(OPERATIONS):
        simulator.fault(**AT_A_CALL[kind], operation=operation, skip=number % len(NAMES))
    # Twice, as a volume for which a call failed does not come to the later ones.
    set_up_badly(controller, NAMES)
    if any(not fault["fired"] for fault in simulator.faults()):
        set_up_badly(controller, NAMES)
    assert [fault["operation"] for fault in simulator.faults() if not fault["fired"]] == []
    set_up_well(controller, NAMES)


@pytest.mark.full_faults
@pytest.mark.parametrize("number", range(MOST_CALLS))
@pytest.mark.parametrize("kind", AT_A_CALL)
def test_fault_at_each_call(controller: Controller, kind: str, number: int) -> None:
    """The fault hits one call, by its number."""
    controller.simulator.fault(**AT_A_CALL[kind], skip=number)
    set_up_badly(controller, NAMES[:1])
    set_up_well(controller, NAMES[:1])
