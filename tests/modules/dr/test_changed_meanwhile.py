# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another process changes what the plan has read before the plan sends anything: nothing is done twice or unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.run import Run
from tests.harness.modules import ModuleRunner
from tests.modules.dr.volumes import (
    CONFIRMED,
    DELETING,
    DISCARDING,
    EAST,
    LEDGER,
    SERVICE,
    WEST,
    block_replications,
    block_storage,
    everything,
    file_replications,
    healths,
    plan,
    well,
)

pytestmark = pytest.mark.module("scp_dr_plan")
Between = Callable[[Callable[[], Any]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Let something happen once, between what the next plan reads and what it does."""
    converge = Run.converge

    def arrange(happens: Callable[[], Any]) -> None:
        waiting = [happens]

        def disturbed(self: Run, *args: Any, **options: Any) -> Any:
            if waiting:
                waiting.pop()()
            return converge(self, *args, **options)

        monkeypatch.setattr(Run, "converge", disturbed)

    return arrange


def test_source_and_replication_that_were_created_meanwhile_are_taken(runner: ModuleRunner, between: Between) -> None:
    between(lambda: well(plan(runner, "present", ["web_data"])))
    done = well(plan(runner, "present", ["web_data"]))
    assert healths(done) == ["ok"]
    assert done.result["operations"] == []
    assert everything(runner.simulator) == {("web_data", WEST, "original"): 1, ("web_data", EAST, "replication"): 1}


def test_replica_that_was_failed_over_meanwhile_is_not_resumed(runner: ModuleRunner, between: Between) -> None:
    well(plan(runner, "present", ["web_data"]))
    between(lambda: well(plan(runner, "failed_over", ["web_data"])))
    done = well(plan(runner, "present", ["web_data"], frequency="5min"))
    assert healths(done) == ["paused"]
    assert file_replications(runner.simulator) == [("web_data", "paused")]


@pytest.mark.parametrize(("state", "options"), [("failed_over", {}), ("failed_back", DISCARDING)])
def test_replication_that_was_ended_meanwhile_is_reported(
    runner: ModuleRunner, between: Between, state: str, options: dict[str, Any]
) -> None:
    well(plan(runner, "present", ["web_data", "web_logs"]))
    if state == "failed_back":
        well(plan(runner, "failed_over", ["web_data", "web_logs"]))
    between(lambda: well(plan(runner, "absent", ["web_data"], **CONFIRMED)))
    done = plan(runner, state, ["web_data", "web_logs"], **options)
    assert "1 of 2" in done.message
    assert "web_data (kr-west1 to kr-east1)" in done.message
    policy = "paused" if state == "failed_over" else "use"
    assert file_replications(runner.simulator) == [("web_logs", policy)]
    assert everything(runner.simulator)["web_data", EAST, "none"] == 1


def test_end_that_has_come_meanwhile_does_not_fail(runner: ModuleRunner, between: Between) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    before = everything(simulator)
    well(plan(runner, "present", [LEDGER]))
    between(lambda: well(plan(runner, "absent", [LEDGER], **DELETING)))
    done = well(plan(runner, "absent", [LEDGER], **DELETING))
    assert (done.result["operations"], healths(done)) == ([], ["missing"])
    assert (everything(simulator), block_replications(simulator)) == (before, [])


def test_volume_that_took_the_name_of_the_replica_meanwhile_is_not_deleted(
    runner: ModuleRunner, between: Between
) -> None:
    """The replica is gone, and its name belongs to another volume by now."""
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", [LEDGER]))

    def replace_replica() -> None:
        well(plan(runner, "absent", [LEDGER], **DELETING))
        simulator.patch_world({SERVICE: {"volumes": [{"name": "ledger", "region": EAST, "size_gb": 77}]}})

    between(replace_replica)
    well(plan(runner, "absent", [LEDGER], **DELETING))
    assert everything(simulator)["ledger", EAST, "ORG"] == 1
