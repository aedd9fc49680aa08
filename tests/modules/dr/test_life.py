# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_plan`` through all its states: check mode, run, run again, for all kinds at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import (
    ALL_KINDS,
    DELETING,
    DISCARDING,
    EAST,
    PROTECTED,
    UNPROTECTED,
    WEST,
    attached,
    block_replications,
    block_storage,
    everything,
    file_replications,
    healths,
    plan,
    servers,
    well,
)


@pytest.fixture(autouse=True)
def _block_storage(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)


def converge(runner: ModuleRunner, state: str, volumes: Any = None, **options: Any) -> TaskResult:
    """Run a plan in check mode, for real, again, and again in check mode; return the real run."""
    volumes = ALL_KINDS if volumes is None else volumes
    planned = well(plan(runner, state, volumes, check=True, diff=True, **options))
    assert planned.writes == [], "check mode writes"
    done = well(plan(runner, state, volumes, diff=True, **options))
    assert sorted(planned.operations or []) == sorted(done.operations or []), "check mode predicts other operations"
    assert sorted(done.accepted) == sorted(done.operations or [])
    assert done.changed == planned.changed == bool(done.operations)
    for now, then in zip(planned.result["replicas"], done.result["replicas"], strict=True):
        assert Counter(now["operations"]) == Counter(then["operations"]), now["name"]
        assert (now["health"], now["active_region"], now["change"]) == (
            then["health"],
            then["active_region"],
            then["change"],
        )
        assert (now["planned"], then["planned"], then["now"]) == (True, False, None)
    headers = [[one["after_header"] for one in result.result["diff"]] for result in (planned, done)]
    assert headers[0] == headers[1]
    for check in (False, True):
        again = well(plan(runner, state, volumes, diff=True, check=check, **options))
        assert (again.changed, again.operations, again.writes, again.result["diff"]) == (False, [], [], [])
        assert {one["change"] for one in again.result["replicas"]} == {"unchanged"}
    return done


def test_plan_leads_all_kinds_through_all_states(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    allowed = {
        "target_access_rules": servers(simulator, "east-web1"),
        "target_attachments": servers(simulator, "east-db1"),
    }
    made = converge(runner, "present")
    assert healths(made) == ["ok"] * 3
    assert everything(simulator) == PROTECTED
    over = converge(runner, "failed_over", **allowed)
    assert healths(over) == ["paused"] * 3
    assert {call["region"] for call in over.calls} == {EAST}
    assert (file_replications(simulator), block_replications(simulator)) == ([("web_data", "paused")], ["BROKEN"] * 2)
    assert attached(simulator).total() == 3
    taking = {**allowed, "remove_access_rules": True, "remove_attachments": True}
    back = converge(runner, "failed_back", **DISCARDING, **taking)
    assert healths(back) == ["ok"] * 3
    assert (file_replications(simulator), block_replications(simulator)) == ([("web_data", "use")], ["ACTIVE"] * 2)
    assert not attached(simulator)
    assert not simulator.world()["filestorage"]["access_rules"]
    ended = converge(runner, "absent", **DELETING)
    assert healths(ended) == ["missing"] * 3
    assert everything(simulator) == UNPROTECTED
    keys = {tuple(one) for result in (made, over, back, ended) for one in result.result["replicas"]}
    assert len(keys) == 1, "the same keys for all kinds and states"
    ids = [[(one["source_id"], one["target_id"]) for one in result.result["replicas"]] for result in (made, over, back)]
    assert ids[0] == ids[1] == ids[2]
    assert None not in [identifier for pair in ids[0] for identifier in pair]
    assert {one["region"] for one in made.result["replicas"]} == {WEST}
