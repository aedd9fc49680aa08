# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots, schedules and recoveries of Block Storage (BM): failures as the user sees them, and calls that count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.messages import Case, check_case, each
from tests.simulator.fixture import Simulator

SNAPSHOT, GROUP_SNAPSHOT = "scp_bm_volume_snapshot", "scp_bm_volume_group_snapshot"
SCHEDULE, GROUP_SCHEDULE = "scp_bm_volume_snapshot_schedule", "scp_bm_volume_group_snapshot_schedule"
RECOVERY, GROUP_RECOVERY = "scp_bm_volume_recovery", "scp_bm_volume_group_recovery"
EAST = "kr-east1"
PREFIX = "block_storage_name_prefix"


def _volume(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-of-{name}", "name": name, "size_gb": 100, "snapshot_rate": 30, **more}


def _world(simulator: Simulator) -> dict[str, Any]:
    """One volume and one group of each kind that matters."""
    servers = [simulator.server(name)["id"] for name in ("west-db1", "west-db2", "east-db1")]
    copies = {"region": EAST, "purpose": "REPL"}
    return {
        "volumes": [
            _volume("plain", snapshot_rate=0),
            _volume("free"),
            _volume("empty"),
            _volume("busy", state="IN_USE"),
            _volume("second", purpose="RECOVERY", origin_id="id-of-free", snapshot_rate=0),
            _volume("other"),
            _volume("sad", state="ERROR_EDITING"),
            _volume("sent"),
            _volume("copy", **copies),
            _volume("g1-data", group_id="g1", state="IN_USE"),
            _volume("g1-log", group_id="g1", state="IN_USE"),
            _volume("g1-temp", group_id="g1"),
            _volume("g2-data", group_id="g2"),
            _volume("g2-log", group_id="g2", snapshot_rate=0),
            _volume("g2-temp", group_id="g2", snapshot_rate=0),
            _volume("g4-data", group_id="g4"),
            _volume("g5-data", group_id="g5", state="IN_USE", **copies),
            _volume("my-g1-log"),
        ],
        "volume_groups": [
            {"id": "g1", "name": "group-used"},
            {"id": "g2", "name": "group-half"},
            {"id": "g3", "name": "group-empty"},
            {"id": "g4", "name": "group-sent"},
            {"id": "g5", "name": "group-copy", **copies},
        ],
        "attachments": [
            {"volume_id": "id-of-busy", "server_id": servers[0]},
            {"volume_id": "id-of-busy", "server_id": servers[1]},
            {"volume_id": "id-of-g1-data", "server_id": servers[0]},
            {"volume_id": "id-of-g1-log", "server_id": servers[1]},
            {"volume_id": "id-of-g5-data", "server_id": servers[2]},
        ],
        "snapshots": [
            {"id": f"snap-of-{owner}", "owner_id": owner, "name": f"vo1___{owner}.2026-01-02_030405"}
            for owner in ("id-of-free", "id-of-busy", "id-of-copy", "id-of-g5-data", "g1", "g5")
        ],
        "replications": [
            {"source_id": "id-of-sent", "target_id": "id-of-copy"},
            {"source_id": "g4", "target_id": "g5"},
        ],
    }


CASES = [
    Case("no space for snapshots", SNAPSHOT, {"volume": "plain"}, ("plain (id-of-plain)", "snapshot_rate")),
    Case("no space, in check mode", SNAPSHOT, {"volume": "plain"}, ("plain", "snapshot_rate"), check=True),
    Case(
        "members without space",
        GROUP_SNAPSHOT,
        {"volume_group": "group-half"},
        ("group-half (g2)", "g2-log (id-of-g2-log), g2-temp", "snapshot_rate"),
    ),
    Case("a group without volumes", GROUP_SNAPSHOT, {"volume_group": "group-empty"}, ("group-empty", "no volumes")),
    Case("a snapshot of a recovery", SNAPSHOT, {"volume": "second"}, ("second", "it is a recovery")),
    Case("a volume in error", SNAPSHOT, {"volume": "sad"}, ("sad", "ERROR_EDITING", "scp_bm_volume")),
    Case("no such volume", SNAPSHOT, {"volume": "nobody"}, ("'nobody'", "kr-west1")),
    Case("no such group", GROUP_SNAPSHOT, {"volume_group": "nobody"}, ("'nobody'", "volume group")),
    Case("keep nothing", SNAPSHOT, {"volume": "free", "keep": 0}, ("keep", "at least 1")),
    Case("no age", GROUP_SNAPSHOT, {"volume_group": "group-used", "max_age": "old"}, ("max_age", "12h")),
    Case(
        "a snapshot that is not there",
        SNAPSHOT,
        {"volume": "free", "snapshot": "gone", "state": "restored"},
        ("'gone'", "volume free", "vo1___id-of-free.2026-01-02_030405"),
    ),
    Case(
        "restored while servers use it",
        SNAPSHOT,
        {"volume": "busy", "snapshot": "snap-of-id-of-busy", "state": "restored"},
        ("busy", "attached to west-db1", "west-db2", "purge_attachments"),
    ),
    Case(
        "restored while servers use it, in check mode",
        SNAPSHOT,
        {"volume": "busy", "snapshot": "snap-of-id-of-busy", "state": "restored"},
        ("attached to west-db1",),
        check=True,
    ),
    Case(
        "a group restored while servers use its members",
        GROUP_SNAPSHOT,
        {"volume_group": "group-used", "snapshot": "snap-of-g1", "state": "restored"},
        ("g1-data (id-of-g1-data) is attached to west-db1", "g1-log (id-of-g1-log) is attached to west-db2"),
    ),
    Case(
        "the target of a replication restored",
        SNAPSHOT,
        {"region": EAST, "volume": "copy", "snapshot": "snap-of-id-of-copy", "state": "restored"},
        ("target", "sent in kr-west1", "scp_bm_volume_replication", "BREAK"),
    ),
    Case(
        "a used target group restored",
        GROUP_SNAPSHOT,
        {"region": EAST, "volume_group": "group-copy", "snapshot": "snap-of-g5", "state": "restored"},
        ("attached to east-db1", "group-sent in kr-west1", "scp_bm_volume_group_replication", "BREAK"),
    ),
    Case(
        "a member of a target group restored",
        SNAPSHOT,
        {"region": EAST, "volume": "g5-data", "snapshot": "snap-of-id-of-g5-data", "state": "restored"},
        ("attached to east-db1", "its volume group group-copy is the target", "scp_bm_volume_group_replication"),
    ),
    Case("an hour that there is not", SCHEDULE, {"volume": "free", "hour": 24}, ("hour", "0 to 23", "24")),
    Case("no hour", GROUP_SCHEDULE, {"volume_group": "group-used"}, ("group-used", "hour")),
    Case("a schedule without space", SCHEDULE, {"volume": "plain", "hour": 3}, ("plain", "snapshot_rate")),
    Case(
        "a schedule of a member",
        SCHEDULE,
        {"volume": "g1-temp", "hour": 3},
        ("group-used (g1)", "scp_bm_volume_group_snapshot_schedule"),
    ),
    Case(
        "all that keeps it from having a schedule",
        SCHEDULE,
        {"volume": "g2-log", "hour": 3},
        ("snapshot_rate", "group-half (g2)"),
    ),
    Case(
        "a schedule of a target",
        SCHEDULE,
        {"region": EAST, "volume": "copy", "hour": 3},
        ("copy", "target of the replication of sent", "BREAK"),
    ),
    Case("a schedule of a recovery", SCHEDULE, {"volume": "second", "hour": 3}, ("it is a recovery",)),
    Case(
        "no snapshot to recover",
        RECOVERY,
        {"volume": "empty", "snapshot": "latest", "name": "new-data"},
        ("empty", "no snapshot", SNAPSHOT),
    ),
    Case(
        "no such snapshot to recover",
        RECOVERY,
        {"volume": "free", "snapshot": "gone", "name": "new-data"},
        ("'gone'", "vo1___id-of-free.2026-01-02_030405"),
    ),
    Case(
        "a name that is taken",
        RECOVERY,
        {"volume": "free", "snapshot": "latest", "name": "other"},
        ("other (id-of-other)", "choose another name"),
    ),
    Case(
        "the name of itself",
        RECOVERY,
        {"volume": "free", "snapshot": "latest", "name": "free"},
        ("free (id-of-free)", "choose another"),
    ),
    Case(
        "a taken name and no snapshot",
        RECOVERY,
        {"volume": "empty", "snapshot": "latest", "name": "second"},
        ("id-of-second", "no snapshot"),
        check=True,
    ),
    Case(
        "a recovery of a recovery",
        RECOVERY,
        {"volume": "second", "snapshot": "latest", "name": "third"},
        ("a recovery itself",),
    ),
    Case(
        "a name that breaks the rule",
        RECOVERY,
        {"volume": "free", "snapshot": "latest", "name": "new_data"},
        ("'new_data'", "hyphens"),
    ),
    Case(
        "a prefix that breaks the rule",
        GROUP_RECOVERY,
        {"volume_group": "group-used", "snapshot": "latest", PREFIX: "1-"},
        (PREFIX, "'1-'", "a letter first"),
    ),
    Case(
        "a prefix that is too long",
        GROUP_RECOVERY,
        {"volume_group": "group-used", "snapshot": "latest", PREFIX: "x" * 22},
        ("g1-data", "g1-temp", "28"),
    ),
    Case(
        "names that are taken",
        GROUP_RECOVERY,
        {"volume_group": "group-used", "snapshot": "latest", PREFIX: "my-"},
        ("my-g1-log (id-of-my-g1-log)", PREFIX),
    ),
    Case(
        "a recovery that goes wrong",
        RECOVERY,
        {"volume": "free", "snapshot": "latest", "name": "new-data"},
        ("new-data", "ERROR", "state absent"),
        switches={"bm_fails": "recover"},
        sends=("CreateVolumeRecovery",),
    ),
]


@pytest.mark.violations_expected
@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help, and all of them come before anything is sent."""
    runner.simulator.patch_world({"baremetal-blockstorage": _world(runner.simulator)})
    check_case(runner, case)


@pytest.mark.module(RECOVERY, "scp_bm_volume")
def test_recovery_that_was_made_twice_is_removed_by_the_module_of_volumes(runner: ModuleRunner) -> None:
    """The module of recoveries removes nothing, so the message names the one that does."""
    second = {"purpose": "RECOVERY", "origin_id": "id-of-free", "snapshot_rate": 0}
    twins = [_volume("again", id=f"{number}" * 32, **second) for number in (1, 2)]
    world = _world(runner.simulator)
    world["volumes"] += twins
    runner.simulator.patch_world({"baremetal-blockstorage": world})
    wanted = {"volume": "free", "name": "again", "snapshot": "latest"}
    run = runner.run_task(RECOVERY, wanted)
    assert run.failed
    assert "has 2 recoveries that 'again' fits" in run.message
    assert "remove it by its id (scp_bm_volume, state absent, volume_id)" in run.message
    assert runner.run_task("scp_bm_volume", {"state": "absent", "volume_id": "2" * 32}).changed
    again = runner.run_task(RECOVERY, wanted)
    assert (again.failed, again.changed) == (False, False)


@pytest.mark.module(RECOVERY, "scp_bm_volume")
def test_recovery_in_error_is_reported_again(runner: ModuleRunner) -> None:
    """A recovery that went wrong is not made a second time; it can be removed, and made again."""
    simulator = runner.simulator
    simulator.patch_world({"baremetal-blockstorage": _world(simulator)})
    wanted = {"volume": "free", "snapshot": "latest", "name": "new-data"}
    simulator.switch(bm_fails="recover")
    tasks = [task(RECOVERY, wanted, ignore_errors=True) for _time in range(2)]
    first, again = runner.run(tasks).succeeded()
    assert first.failed
    assert first.operations == ["CreateVolumeRecovery"]
    assert first.result["recovery"]["state"] == "ERROR"
    assert again.failed
    assert again.writes == []
    assert again.message == first.message
    simulator.switch(bm_fails="off")
    absent = task("scp_bm_volume", {"name": "new-data", "state": "absent"})
    run = runner.run([absent, task(RECOVERY, wanted)]).succeeded()
    assert run[1].result["recovery"]["state"] == "AVAILABLE"


@pytest.mark.module(
    SNAPSHOT, GROUP_SNAPSHOT, SCHEDULE, GROUP_SCHEDULE, "scp_bm_volume_replication", "scp_bm_volume_group_replication"
)
def test_after_break(runner: ModuleRunner) -> None:
    """A replication's target that is broken has a schedule, and goes back to a snapshot."""
    simulator = runner.simulator
    world = _world(simulator)
    simulator.patch_world({"baremetal-blockstorage": {**world, "attachments": []}})
    volume, group = {"region": EAST, "volume": "copy"}, {"region": EAST, "volume_group": "group-copy"}
    simulator.patch_world(
        {
            "baremetal-blockstorage": {
                "volumes": [{"id": "id-of-g5-data", "state": "AVAILABLE"}],
            }
        }
    )
    back = {"state": "restored"}
    run = runner.run(
        [
            task("scp_bm_volume_replication", {**volume, "policy": "BREAK"}),
            task("scp_bm_volume_group_replication", {**group, "policy": "BREAK"}),
            task(SCHEDULE, {**volume, "hour": 3}),
            task(GROUP_SCHEDULE, {**group, "hour": 3, "day_of_week": "MON"}),
            task(SNAPSHOT, {**volume, **back, "snapshot": "snap-of-id-of-copy"}),
            task(GROUP_SNAPSHOT, {**group, **back, "snapshot": "snap-of-g5"}),
        ]
    ).succeeded()
    assert all(result.changed for result in run)


@pytest.mark.module(SNAPSHOT, GROUP_SCHEDULE, "scp_bm_volume")
def test_what_is_changing_is_waited_for(runner: ModuleRunner) -> None:
    """A volume that is about to get its snapshot rate, or to lose its servers, is not a reason to refuse."""
    simulator = runner.simulator
    simulator.patch_world({"baremetal-blockstorage": _world(simulator)})
    simulator.switch(bm_edit_seconds=60, bm_detach_seconds=60)
    none: dict[str, Any] = {"attachments": [], "purge_attachments": True}
    restored = {"state": "restored", "snapshot": "snap-of-id-of-busy"}
    run = runner.run(
        [
            task("scp_bm_volume", {"name": "plain", "snapshot_rate": 20, "wait": False}),
            task(SNAPSHOT, {"volume": "plain"}),
            task("scp_bm_volume", {"name": "busy", **none, "wait": False}),
            task(SNAPSHOT, {"volume": "busy", **restored}),
            task("scp_bm_volume", {"name": "g2-log", "snapshot_rate": 20, "wait": False}),
            task("scp_bm_volume", {"name": "g2-temp", "snapshot_rate": 20, "wait": False}),
            task(GROUP_SCHEDULE, {"volume_group": "group-half", "hour": 3}),
        ]
    ).succeeded()
    assert all(result.changed for result in run)
    # Nothing was tried before its time.
    assert all(call["status"] < 400 for call in simulator.writes())


@pytest.mark.module(
    SNAPSHOT,
    GROUP_SNAPSHOT,
    SCHEDULE,
    GROUP_SCHEDULE,
    RECOVERY,
    "scp_bm_volume_snapshot_info",
    "scp_bm_volume_group_snapshot_info",
)
def test_calls_of_unchanged_items(runner: ModuleRunner) -> None:
    """What is in the desired state takes few calls."""
    simulator = runner.simulator
    world = _world(simulator)
    world["snapshot_schedules"] = [{"owner_id": "id-of-free", "hour": 3}, {"owner_id": "g1", "hour": 3}]
    simulator.patch_world({"baremetal-blockstorage": world})
    run = runner.run(
        [
            task(SNAPSHOT, {"volume": "free", "max_age": "1h", "keep": 3}),
            task(SNAPSHOT, {"volume": "free", "snapshot": "snap-of-id-of-free"}),
            task(GROUP_SNAPSHOT, {"volume_group": "group-used", "max_age": "1h", "keep": 3}),
            task(SCHEDULE, {"volume": "free", "hour": 3}),
            task(GROUP_SCHEDULE, {"volume_group": "group-used", "hour": 3}),
            task(RECOVERY, {"volume": "free", "snapshot": "latest", "name": "second"}),
            task("scp_bm_volume_snapshot_info", {"volume": "free"}),
            task("scp_bm_volume_group_snapshot_info", {"volume_group": "group-used"}),
        ]
    ).succeeded()
    assert not any(result.changed for result in run)
    volume, group = ["ListVolumes", "ShowVolume"], ["ListVolumeGroups", "ShowVolumeGroup"]
    assert [result.reads for result in run] == [
        [*volume, "ListVolumeSnapshots"],
        [*volume, "ListVolumeSnapshots"],
        [*group, "ListVolumeGroupSnapshots"],
        volume,
        group,
        [*volume, "ListVolumes", "ShowVolume"],
        ["ListVolumes", "ListVolumeSnapshots"],
        ["ListVolumeGroups", "ListVolumeGroupSnapshots"],
    ]


@pytest.mark.module(GROUP_RECOVERY)
def test_group_recovery_whose_volumes_are_listed_first_is_waited_for(runner: ModuleRunner) -> None:
    """Its volumes have the names of the prefix, and are not taken for those of something else."""
    simulator = runner.simulator
    volumes = [{"id": str(n) * 32, "name": name, "snapshot_rate": 20} for n, name in enumerate(("va", "vb"), 1)]
    simulator.patch_world({"baremetal-blockstorage": {"volumes": volumes}})
    runner.run_task("scp_bm_volume_group", {"name": "grp", "volumes": ["va", "vb"]})
    runner.run_task(GROUP_SNAPSHOT, {"volume_group": "grp"})
    simulator.advance(600)
    simulator.fault("list_lag", seconds=60, operation="ListVolumeGroups")
    args = {"volume_group": "grp", "snapshot": "latest", PREFIX: "re-", "wait": False}
    first = runner.run_task(GROUP_RECOVERY, args)
    assert (first.failed, first.operations) == (False, ["CreateVolumeGroupRecovery"]), first.message
    again = runner.run_task(GROUP_RECOVERY, args)
    assert (again.failed, again.writes) == (False, []), again.message
