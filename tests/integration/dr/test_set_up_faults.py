# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of the set-up goes wrong: the run converges or says which operation and why, makes nothing twice, and a run
without faults then ends where an undisturbed one would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.faults import AT_A_CALL, CAUSES, TIMEOUT
from tests.harness.playbooks import Controller
from tests.integration.dr.scenario import (
    EAST,
    LEDGER,
    WEST,
    VolumeSeen,
    block_replications,
    blocks,
    failure,
    play,
    replications,
    volumes,
)
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

ENVIRON = {"SCP_TIMEOUT": str(TIMEOUT), "SCP_MAX_RETRIES": "3"}
#: Which faults always run, by their numbers.
SAMPLE = (0, 3, 6)
#: More calls than the set-up of one volume makes.
MAX_CALLS = 24


@dataclass(frozen=True)
class Kind:
    """A kind of volumes that is set up.

    :ivar items: three for the list.
    :ivar operations: those of a set-up. Each has the fault once, in turn for each of the three volumes.
    """

    items: list[Any]
    operations: tuple[str, ...]

    def begin(self, controller: Controller) -> None:
        """Let there be what must be there before."""
        if self.items is not FILES.items:
            volumes_there = [{"name": item["name"]} for item in self.items]
            controller.simulator.patch_world({"baremetal-blockstorage": {"volumes": volumes_there}})

    def seen(self, simulator: Simulator) -> Counter[VolumeSeen]:
        """All volumes of this kind that there are."""
        return volumes(simulator) if self.items is FILES.items else blocks(simulator)


FILES = Kind(
    ["web_data", "web_logs", "orders"],
    (
        "ListVolumes",
        "CreateVolume",
        "ShowVolume",
        "ListVolumeReplications",
        "CreateVolumeReplication",
        "ShowVolumeReplication",
    ),
)
BLOCKS = Kind(
    [{**LEDGER, "name": name} for name in ("ledger", "billing", "stock")],
    ("ListVolumes", "ShowVolume", "ShowVolumeReplication", "CreateVolumeSnapshotRate", "CreateVolumeReplication"),
)
KINDS = {"files": FILES, "blocks": BLOCKS}


def set_up_badly(controller: Controller, kind: Kind, items: list[Any]) -> None:
    """Set up while there are faults, and assert that the run did well or said what went wrong."""
    simulator = controller.simulator
    run = play(controller, "dr_replication", {"dr_volumes": items}, environ=ENVIRON)
    if run.rc != 0:
        message = failure(run)
        assert any(cause in message for cause in CAUSES), message
        assert any(operation in message for operation in kind.operations), message
        for result in run:
            for item in result.items:
                assert not item.failed or item.result["error"]["operation"] in item.message, item.message
    assert max(kind.seen(simulator).values(), default=0) <= 1


def set_up_well(controller: Controller, kind: Kind, items: list[Any]) -> None:
    """Set up without faults, and assert that all is there, once."""
    simulator = controller.simulator
    simulator.clear_faults()
    play(controller, "dr_replication", {"dr_volumes": items}, environ=ENVIRON).succeeded()
    if kind is BLOCKS:
        assert block_replications(simulator) == ["ACTIVE"] * len(items)
        copies = Counter((item["name"], EAST, "REPL") for item in items)
        assert blocks(simulator) == copies + Counter((item["name"], WEST, "ORG") for item in kind.items)
        return
    assert volumes(simulator) == {
        (name, region, purpose): 1 for name in items for region, purpose in ((WEST, "original"), (EAST, "replication"))
    }
    assert replications(simulator) == {(name, WEST, name, EAST, "use"): 1 for name in items}


@pytest.mark.parametrize(
    ("fault", "which"),
    [
        # Modules pass with each fault (tests/modules/test_faults.py); roles add what they do after one that failed.
        pytest.param(
            fault, which, marks=() if (number + shift) % len(AT_A_CALL) in (0, 3, 6) else pytest.mark.full_faults
        )
        for number, fault in enumerate(AT_A_CALL)
        for shift, which in enumerate(KINDS)
    ],
)
def test_fault_at_each_operation(controller: Controller, fault: str, which: str) -> None:
    """The fault hits every operation once, for different volumes."""
    simulator = controller.simulator
    kind = KINDS[which]
    kind.begin(controller)
    for number, operation in enumerate(kind.operations):
        simulator.fault(**AT_A_CALL[fault], operation=operation, skip=number % len(kind.items))
    # Twice, as a volume for which a call failed does not come to the later ones.
    set_up_badly(controller, kind, kind.items)
    if any(not each["fired"] for each in simulator.faults()):
        set_up_badly(controller, kind, kind.items)
    assert [each["operation"] for each in simulator.faults() if not each["fired"]] == []
    set_up_well(controller, kind, kind.items)


@pytest.mark.full_faults
@pytest.mark.parametrize("number", range(MAX_CALLS))
@pytest.mark.parametrize("which", KINDS)
@pytest.mark.parametrize("fault", AT_A_CALL)
def test_fault_at_each_call(controller: Controller, fault: str, which: str, number: int) -> None:
    """The fault hits one call, by its number."""
    kind = KINDS[which]
    kind.begin(controller)
    controller.simulator.fault(**AT_A_CALL[fault], skip=number)
    set_up_badly(controller, kind, kind.items[:1])
    set_up_well(controller, kind, kind.items[:1])
