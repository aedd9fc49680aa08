# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of Block Storage (BM) replications as the user sees them, and what happens when a region is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.messages import Case, check_case, each
from tests.simulator.fixture import Simulator

SERVICE = "baremetal-blockstorage"
VOLUME, GROUP = "scp_bm_volume_replication", "scp_bm_volume_group_replication"
WEST, EAST = "kr-west1", "kr-east1"
NEW = {"name": "new-copy", "target_region": EAST, "cycle": "HOURLY"}
NEW_GROUP = {**NEW, "replication_volume_name_prefix": "copy-"}


def _volume(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-of-{name}", "name": name, "snapshot_rate": 20, **more}


def _world(simulator: Simulator) -> dict[str, Any]:
    """One of each that matters."""
    servers = [simulator.server(name)["id"] for name in ("east-db1", "east-db2")]
    return {
        "volumes": [
            _volume("free"),
            _volume("plain", snapshot_rate=0),
            _volume("member", snapshot_rate=0, group_id="g1"),
            _volume("other-member", group_id="g1"),
            _volume("again", purpose="RECOVERY"),
            _volume("sent"),
            _volume("copy", region=EAST, purpose="REPL"),
            _volume("sad"),
            _volume("sad-copy", region=EAST, purpose="REPL", state="ERROR"),
            _volume("data-with-a-rather-long-name", group_id="g2"),
        ],
        "volume_groups": [
            {"id": "g1", "name": "group-one"},
            {"id": "g2", "name": "group-two"},
            {"id": "g3", "name": "group-empty"},
        ],
        "attachments": [{"volume_id": "id-of-copy", "server_id": server} for server in servers],
        "snapshot_schedules": [{"owner_id": "id-of-copy", "hour": 3}],
        "replications": [
            {"source_id": "id-of-sent", "target_id": "id-of-copy"},
            {"source_id": "id-of-sad", "target_id": "id-of-sad-copy", "state": "ERROR"},
        ],
    }


CASES = [
    Case("no such volume", VOLUME, {"volume": "nobody", **NEW}, ("'nobody'", WEST)),
    Case(
        "nothing said of a new one", VOLUME, {"volume": "free"}, ("name and target_region and cycle", "no replication")
    ),
    Case(
        "all blockers",
        VOLUME,
        {"volume": "member", "name": "new-copy", "target_region": WEST},
        ("cycle", "another region", "snapshot_rate of scp_bm_volume", "group-one", "nothing was changed"),
    ),
    Case("in check mode", VOLUME, {"volume": "plain", **NEW}, ("snapshot_rate of scp_bm_volume",), check=True),
    Case("a recovery", VOLUME, {"volume": "again", **NEW}, ("RECOVERY", "ORG")),
    Case(
        "to the south",
        VOLUME,
        {"volume": "free", **NEW, "target_region": "kr-south1"},
        ("no replication in kr-south1",),
    ),
    Case(
        "a name that breaks the rule", VOLUME, {"volume": "free", **NEW, "name": "new_copy"}, ("'new_copy'", "hyphens")
    ),
    Case(
        "another target",
        VOLUME,
        {"volume": "sent", **NEW, "target_region": "kr-south1"},
        ("'copy'", "'new-copy'", "'kr-east1'", "'kr-south1'", "state absent"),
    ),
    Case(
        "a target is replicated",
        VOLUME,
        {"region": EAST, "volume": "copy", **NEW, "target_region": WEST},
        ("itself the target", "sent (id-of-sent) in kr-west1"),
    ),
    Case(
        "another target is to be ended",
        VOLUME,
        {"volume": "sent", "name": "other", "state": "absent"},
        ("'copy'", "not 'other'"),
    ),
    Case(
        "a target in use is to be deleted",
        VOLUME,
        {"volume": "sent", "state": "absent", "delete_target_volume": True},
        ("copy (id-of-copy) in kr-east1", "east-db1", "east-db2", "schedule", "nothing was changed"),
    ),
    Case(
        "one that failed",
        VOLUME,
        {"volume": "sad", "policy": "BREAK"},
        ("sad in kr-west1 to sad-copy in kr-east1", "ERROR", "state absent"),
    ),
    Case("no such group", GROUP, {"volume_group": "nobody", **NEW_GROUP}, ("volume group", "'nobody'")),
    Case("nothing said of a group", GROUP, {"volume_group": "g1"}, ("replication_volume_name_prefix", "cycle")),
    Case(
        "members without snapshots",
        GROUP,
        {"volume_group": "group-one", **NEW_GROUP},
        ("member (id-of-member)", "rate"),
    ),
    Case(
        "a group of nothing", GROUP, {"volume_group": "group-empty", **NEW_GROUP}, ("no member", "scp_bm_volume_group")
    ),
    Case(
        "names that get too long",
        GROUP,
        {"volume_group": "group-two", **NEW_GROUP},
        ("'copy-'", "copy-data-with-a-rather-long-name", "28"),
    ),
]


@pytest.mark.violations_expected
@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help, and comes before any write."""
    runner.simulator.patch_world({SERVICE: _world(runner.simulator)})
    check_case(runner, case)


@pytest.mark.module(VOLUME)
def test_one_that_failed_can_be_ended(runner: ModuleRunner) -> None:
    """A replication whose first transfer goes wrong is reported, stays known, and goes with its target."""
    simulator = runner.simulator
    simulator.patch_world({SERVICE: {"volumes": [_volume("data")]}})
    simulator.switch(bm_fails="replicate")
    new = {"volume": "data", **NEW}
    run = runner.run(
        [
            task(VOLUME, new, name="make", ignore_errors=True),
            task(VOLUME, new, name="again", ignore_errors=True),
            task(VOLUME, {**new, "state": "absent", "delete_target_volume": True}, name="end"),
        ]
    ).succeeded()
    for name in ("make", "again"):
        assert run[name].failed
        assert "sync_state is ERROR" in run[name].message
        assert "new-copy" in run[name].message
    assert run["make"].result["replication"]["health"] == "error"
    assert run["again"].writes == []
    assert run["end"].operations == ["DeleteVolumeReplication", "DeleteVolume"]
    assert [volume["name"] for volume in simulator.world()[SERVICE]["volumes"]] == ["data"]


@pytest.mark.module(VOLUME)
def test_replication_that_is_stalled_is_reported(runner: ModuleRunner) -> None:
    """One without space for its snapshots is not a failure, but its health shows."""
    simulator = runner.simulator
    world = {"volumes": [_volume("data"), _volume("copy", region=EAST, purpose="REPL")]}
    world["replications"] = [{"source_id": "id-of-data", "target_id": "id-of-copy", "full": True}]
    simulator.patch_world({SERVICE: world})
    found = runner.run_task(VOLUME, {"volume": "data"})
    assert not found.changed
    assert (found.result["replication"]["health"], found.result["replication"]["sync_state"]) == ("stalled", "PAUSED")
    assert found.result["replication"]["lag_seconds"] > 0


@pytest.mark.module(VOLUME)
@pytest.mark.parametrize("side", ["source", "target", "both"])
@pytest.mark.parametrize("related", ["both", "other"])
def test_failing_over_without_the_source_region(runner: ModuleRunner, side: str, related: str) -> None:
    """No call goes to the lost region, unless the other one refuses the change; the message shows both then."""
    simulator = runner.simulator
    simulator.switch(bm_replication_side=side, bm_replication_related=related)
    world = {"volumes": [_volume("data"), _volume("copy", region=EAST, purpose="REPL")]}
    world["replications"] = [{"source_id": "id-of-data", "target_id": "id-of-copy", "cycle": "5MIN"}]
    simulator.patch_world({SERVICE: world})
    simulator.fault("reset", region=WEST, operation="*", times=None)
    over = task(VOLUME, {"region": EAST, "volume": "copy", "policy": "BREAK"}, name="over", ignore_errors=True)
    run = runner.run([over], environ={"SCP_MAX_RETRIES": "1", "SCP_TIMEOUT": "2"}).succeeded()
    regions = {call["region"] for call in run["over"].calls}
    if side == "source":
        assert run["over"].failed
        for words in (f"in {EAST}", f"in {WEST}", "refused"):
            assert words in run["over"].message, run["over"].message
        return
    assert not run["over"].failed, run["over"].message
    assert regions == {EAST}
    assert run["over"].result["replication"]["health"] == "broken"
    assert run["over"].result["replication"]["target"]["auth"] == "READ_WRITE"
