# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of replicas and of copies by their names: found in the region of the replica, and before anything is sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.modules.dr.drills import LEDGER as DRILLED_LEDGER
from tests.modules.dr.drills import SHOWN, drill, drill_world, things
from tests.modules.dr.volumes import (
    ALL_KINDS,
    DISCARDING,
    LEDGER,
    MEMBERS,
    attached,
    block_storage,
    file_replications,
    healths,
    plan,
    well,
)

NAMED: dict[str, Any] = {
    "target_access_rules": [{"object_type": "VM", "object_name": "east-web1"}],
    "target_attachments": [{"object_type": "BM", "object_name": "east-db1"}],
}
#: A key pair that may use the storage services only.
STORAGE_ONLY = {
    "SCP_ACCESS_KEY": "SIMULATORSTORAGEONLYKEY000",
    "SCP_SECRET_KEY": "simulator-secret-worth-nothing-333333333",
}


def rules(runner: ModuleRunner) -> list[str]:
    """Return the ids of servers in all access rules."""
    return [rule["object_id"] for rule in runner.simulator.world()["filestorage"]["access_rules"]]


@pytest.fixture
def replicated(runner: ModuleRunner) -> ModuleRunner:
    """Let there be volumes of all kinds with their replicas."""
    block_storage(runner.simulator)
    well(plan(runner, "present", ALL_KINDS))
    return runner


def test_failover_and_failback_by_name(replicated: ModuleRunner) -> None:
    runner, server = replicated, replicated.simulator.server
    planned = well(plan(runner, "failed_over", ALL_KINDS, check=True, **NAMED))
    done = well(plan(runner, "failed_over", ALL_KINDS, **NAMED))
    assert sorted(planned.operations or []) == sorted(done.operations or [])
    assert rules(runner) == [server("east-web1")["id"]]
    east = {name: servers for (name, servers) in attached(runner.simulator) if servers.startswith("east-")}
    assert east == dict.fromkeys(("ledger", *MEMBERS), "east-db1")
    # Each list is read once, whatever the number of volumes is.
    lists = Counter(call["operation"] for call in done.calls)
    assert (lists["ListVirtualServers"], lists["ListBaremetals"]) == (2, 1)
    again = well(plan(runner, "failed_over", ALL_KINDS, **NAMED))
    assert (again.changed, again.writes) == (False, [])
    back = {**NAMED, **DISCARDING, "remove_access_rules": True, "remove_attachments": True}
    well(plan(runner, "failed_back", ALL_KINDS, **back))
    assert rules(runner) == []
    assert not [name for (_volume, name) in attached(runner.simulator) if name.startswith("east-")]
    again = well(plan(runner, "failed_back", ALL_KINDS, **back))
    assert (again.changed, again.writes) == (False, [])


@pytest.mark.parametrize("check", [True, False])
def test_failover_with_an_unknown_name_changes_nothing(replicated: ModuleRunner, check: bool) -> None:
    runner = replicated
    unknown = {"target_access_rules": [{"object_type": "VM", "object_name": "west-web1"}]}
    refused = plan(runner, "failed_over", ALL_KINDS, check=check, **unknown)
    assert refused.failed
    assert refused.writes == []
    for part in ("Nothing was changed", "target_access_rules", "'west-web1'", "kr-east1", "force"):
        assert part in refused.message
    assert file_replications(runner.simulator) == [("web_data", "use")]


def test_forced_failover_goes_on_without_servers_that_are_not_found(replicated: ModuleRunner) -> None:
    runner = replicated
    unknown = {"target_access_rules": [{"object_type": "VM", "object_name": "nobody"}], "force": True}
    done = plan(runner, "failed_over", ALL_KINDS, **unknown)
    assert done.failed
    assert "'nobody'" in done.message
    assert set(healths(done)) == {"paused"}
    assert rules(runner) == []


def test_failback_that_takes_servers_away_needs_their_names(replicated: ModuleRunner) -> None:
    """A server that is not found could go on writing."""
    runner = replicated
    well(plan(runner, "failed_over", [LEDGER], **NAMED))
    unknown = {
        **DISCARDING,
        "remove_attachments": True,
        "target_attachments": [{"object_type": "BM", "object_name": "x"}],
    }
    refused = plan(runner, "failed_back", [LEDGER], **unknown)
    assert refused.failed
    assert refused.writes == []
    forced = plan(runner, "failed_back", [LEDGER], **unknown, force=True)
    assert forced.failed
    assert forced.writes == []
    # Who takes no server away needs no name.
    kept = well(plan(runner, "failed_back", [LEDGER], **{**unknown, "remove_attachments": False}))
    assert healths(kept) == ["ok"]


def test_failover_by_name_without_the_right_to_read_servers(replicated: ModuleRunner) -> None:
    replicated.environ |= STORAGE_ONLY
    refused = plan(replicated, "failed_over", ALL_KINDS, **NAMED)
    assert refused.failed
    assert refused.writes == []
    assert "virtualserver:ListVirtualServers" in refused.message
    assert "object_id" in refused.message


def test_drill_by_name(runner: ModuleRunner) -> None:
    drill_world(runner.simulator)
    using = {
        "access_rules": [{"object_type": "VM", "object_name": "east-web1"}],
        "attachments": [{"object_type": "BM", "object_name": "east-db1"}],
    }
    items = [SHOWN, DRILLED_LEDGER]
    planned = well(drill(runner, items=items, check=True, **using))
    done = well(drill(runner, items=items, **using))
    assert sorted(planned.operations or []) == sorted(done.operations or [])
    assert rules(runner) == [runner.simulator.server("east-web1")["id"]]
    assert "east-db1" in {name for (_volume, name) in attached(runner.simulator)}
    well(drill(runner, "absent", items))


def test_drill_with_an_unknown_name_makes_no_copy(runner: ModuleRunner) -> None:
    drill_world(runner.simulator)
    before = things(runner.simulator)
    using = {"attachments": [{"object_type": "BM", "object_name": "nobody"}]}
    refused = drill(runner, items=[SHOWN, DRILLED_LEDGER], **using)
    assert refused.failed
    assert refused.writes == []
    assert "'nobody' in kr-east1 (attachments: object_name)" in refused.message
    assert things(runner.simulator) == before
    others = drill(runner, items=[SHOWN, DRILLED_LEDGER], **using, force=True)
    assert others.operations
    volumes = {volume["name"]: volume for volume in others.result["volumes"]}
    assert "'nobody'" in str(volumes["ledger"])
    assert "'nobody'" not in str(volumes["web_data"])
