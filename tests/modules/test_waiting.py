# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting and not waiting, runs that are cut off, and what others do to a volume meanwhile."""

from __future__ import annotations

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task

pytestmark = [
    pytest.mark.module("scp_filestorage_volume", "scp_filestorage_replication", "scp_filestorage_snapshot"),
    pytest.mark.every_look,
]

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
REPLICATION = {"volume": "web_data", "name": "web_copy", "target_region": "kr-east1", "replication_frequency": "hourly"}
ABSENT = {**REPLICATION, "delete_target_volume": True, "state": "absent"}
DATA = {"id": "11111111-0000-4000-8000-000000000001", "name": "web_data_2m060u", "type_name": "SSD"}
LONG = 1000.0


def test_begun_and_joined(runner: ModuleRunner) -> None:
    """``wait: false`` leaves at once, also for a second time; ``wait: true`` goes on waiting, and changes nothing."""
    runner.simulator.switch(filestorage_create_seconds=60, replication_create_seconds=60)
    run = runner.run(
        [
            task("scp_filestorage_volume", {**VOLUME, "wait": False}, name="begin"),
            task("scp_filestorage_volume", {**VOLUME, "wait": False}, name="begin again"),
            task("scp_filestorage_volume", VOLUME, name="join"),
            task("scp_filestorage_replication", {**REPLICATION, "wait": False}, name="begin replication"),
            task("scp_filestorage_replication", {**REPLICATION, "wait": False}, name="begin replication again"),
            task("scp_filestorage_replication", REPLICATION, name="join replication"),
            task("scp_filestorage_replication", {**ABSENT, "wait": False}, name="begin the end"),
            task("scp_filestorage_replication", ABSENT, name="join the end"),
            task("scp_filestorage_volume", {"name": "web_data", "state": "absent", "wait": False}, name="remove"),
            task("scp_filestorage_volume", {"name": "web_data", "state": "absent"}, name="join removal"),
        ]
    ).succeeded()
    assert run["begin"].result["volume"]["state"] == "creating"
    assert run["begin"].operations == ["CreateVolume"]
    assert (run["begin again"].changed, run["join"].changed) == (False, False)
    assert run["join"].result["volume"]["state"] == "available"
    assert run["begin replication"].result["replication"]["replication_status"] == "creating"
    assert (run["begin replication again"].changed, run["join replication"].changed) == (False, False)
    assert run["join replication"].result["replication"]["replication_policy"] == "use"
    assert run["begin the end"].operations == ["SetVolumeReplication", "DeleteVolumeReplication"]
    assert run["join the end"].operations == ["DeleteSnapshot", "DeleteVolume", "DeleteSnapshot"]
    assert run["remove"].operations == ["DeleteVolume"]
    assert run["join removal"].changed is False
    assert runner.simulator.resources() == {}


def test_time_out_returns_what_it_has(runner: ModuleRunner) -> None:
    """A time-out fails with the last state seen, the object, the operations and the diff."""
    runner.simulator.switch(filestorage_create_seconds=LONG, replication_create_seconds=LONG)
    runner.simulator.patch_world({"filestorage": {"volumes": [DATA]}})
    run = runner.run(
        [
            task(
                "scp_filestorage_volume",
                {**VOLUME, "name": "slow_data", "wait_timeout": 1},
                name="volume",
                diff=True,
                ignore_errors=True,
            ),
            task(
                "scp_filestorage_replication",
                {**REPLICATION, "wait_timeout": 1},
                name="replication",
                ignore_errors=True,
            ),
            task("scp_filestorage_replication", {**REPLICATION, "wait_timeout": 1}, name="again", ignore_errors=True),
        ]
    ).succeeded()
    for name in ("volume", "replication", "again"):
        assert run[name].failed
        assert "creating" in run[name].message
        assert "wait_timeout" in run[name].message
    assert run["volume"].changed
    assert run["volume"].operations == ["CreateVolume"]
    assert run["volume"].result["volume"]["state"] == "creating"
    assert run["volume"].result["diff"]["before"]["state"] == "absent"
    assert run["replication"].result["replication"]["replication_volume_region"] == "kr-east1"
    assert (run["again"].changed, run["again"].operations) == (False, [])


def test_killed_and_run_again(runner: ModuleRunner) -> None:
    """A run that dies right after any of its answers is finished by the next one, with nothing made twice."""
    simulator = runner.simulator
    rules = [{"object_type": "VM", "object_id": simulator.server(name)["id"]} for name in ("west-web1", "west-web2")]
    tasks = [
        task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}),
        task("scp_filestorage_replication", REPLICATION),
    ]
    killed = []
    for number, one in enumerate(tasks):
        ((action, args),) = one.items()
        runner.run(tasks[:number]).succeeded()
        begin = simulator.checkpoint()
        for after in range(1, 100):
            simulator.go_back(begin)
            since = simulator.operations()[-1]["sequence"] if simulator.operations() else 0
            if not runner.crash(action.rpartition(".")[2], args, after=after):
                break
            killed += [call["operation"] for call in simulator.operations(since)][-1:]
            runner.run(tasks).succeeded()
            world = simulator.world()["filestorage"]
            assert sorted(volume["name"][:-7] for volume in world["volumes"]) == ["web_copy", "web_data"]
            assert len(world["replications"]) == 1
            assert len(world["access_rules"]) == 2
            run = runner.run(tasks).succeeded()
            assert [result.writes for result in run] == [[], []]
        simulator.go_back(begin)
    assert {"CreateVolume", "SetAccessRule", "CreateVolumeReplication"} <= set(killed)


def test_volume_in_error(runner: ModuleRunner) -> None:
    """A volume in state error is refused in every mode, and can be removed."""
    runner.simulator.patch_world({"filestorage": {"volumes": [{**DATA, "state": "error"}]}})
    run = runner.run(
        [
            task("scp_filestorage_volume", VOLUME, name="wait", ignore_errors=True),
            task("scp_filestorage_volume", {**VOLUME, "wait": False}, name="no wait", ignore_errors=True),
            task("scp_filestorage_volume", VOLUME, name="check", check=True, ignore_errors=True),
            task("scp_filestorage_volume", {"name": "web_data", "state": "absent"}, name="remove"),
        ]
    ).succeeded()
    for name in ("wait", "no wait", "check"):
        assert run[name].failed, name
        assert "in state error" in run[name].message, name
        assert run[name].result["volume"]["id"] == DATA["id"], name
    assert run["remove"].operations == ["DeleteVolume"]


def test_rules_of_the_platform(runner: ModuleRunner) -> None:
    """A rule that the platform made stays, unless purging was asked for."""
    simulator = runner.simulator
    mine, theirs = (
        {"object_type": "VM", "object_id": simulator.server(name)["id"]} for name in ("west-web1", "west-web2")
    )
    rule = {"volume_id": DATA["id"], **theirs, "origin": "platform"}
    simulator.patch_world({"filestorage": {"volumes": [DATA], "access_rules": [rule]}})
    run = runner.run(
        [
            task("scp_filestorage_volume", {**VOLUME, "access_rules": [mine]}, name="add"),
            task("scp_filestorage_volume", VOLUME, name="say nothing"),
            task("scp_filestorage_volume", {**VOLUME, "access_rules": []}, name="none"),
            task(
                "scp_filestorage_volume",
                {**VOLUME, "access_rules": [mine], "purge_access_rules": True},
                name="predict",
                check=True,
                diff=True,
            ),
            task(
                "scp_filestorage_volume",
                {**VOLUME, "access_rules": [mine], "purge_access_rules": True},
                name="purge",
                diff=True,
            ),
        ]
    ).succeeded()
    assert run["add"].operations == ["SetAccessRule"]
    assert {found["object_id"] for found in run["add"].result["volume"]["access_rules"]} == {
        mine["object_id"],
        theirs["object_id"],
    }
    assert "access_rules" not in run["say nothing"].result["volume"]
    assert (run["say nothing"].changed, run["none"].changed) == (False, False)
    assert run["predict"].operations == run["purge"].operations == ["SetAccessRule"]
    assert run["predict"].result["diff"] == run["purge"].result["diff"]
    assert [found["object_id"] for found in run["purge"].result["volume"]["access_rules"]] == [mine["object_id"]]


def test_snapshots_kept(runner: ModuleRunner) -> None:
    """``keep`` deletes the oldest, never the schedule's nor a replication's; ``max_age`` looks at the newest only."""

    def snapshot(number: int, day: int, hour: int, origin: str = "user") -> dict[str, str]:
        prefix = "snapmirror.x" if origin == "system" else DATA["name"]
        # Korean time in the name, nine hours before it in created_at.
        return {
            "id": f"22222222-0000-4000-8000-00000000000{number}",
            "volume_id": DATA["id"],
            "origin": origin,
            "name": f"{prefix}.2026-01-{day:02}_{hour:02}0100",
            "created_at": f"2026-01-{day - 1:02}T{hour + 15:02}:01:00.000000",
        }

    snapshots = [
        snapshot(1, 2, 5),
        snapshot(2, 3, 3, "schedule"),
        snapshot(3, 4, 5),
        snapshot(4, 5, 5),
        snapshot(5, 6, 5, "system"),
    ]
    schedule = {"volume_id": DATA["id"], "frequency": "DAILY", "hour": "3"}
    # What the task takes soon after the hour of the schedule would count as the schedule's.
    runner.simulator.go_to_noon()
    runner.simulator.patch_world({"filestorage": {"volumes": [DATA], "snapshots": snapshots, "schedules": [schedule]}})
    args = {"volume": "web_data", "max_age": "1d", "keep": 2}
    run = runner.run(
        [
            task("scp_filestorage_snapshot", args, name="predict", check=True, diff=True),
            task("scp_filestorage_snapshot", args, name="keep", diff=True),
            task("scp_filestorage_snapshot", args, name="again"),
        ]
    ).succeeded()
    assert run["predict"].operations == run["keep"].operations == ["CreateSnapshot", "DeleteSnapshot", "DeleteSnapshot"]
    gone = [snapshots[0]["name"], snapshots[2]["name"]]
    assert run["predict"].result["deleted_snapshots"] == run["keep"].result["deleted_snapshots"] == gone
    assert (run["again"].changed, run["again"].writes) == (False, [])
    left = {
        found["id"][-1] for found in runner.simulator.world()["filestorage"]["snapshots"] if found["origin"] != "user"
    }
    assert left == {"2", "5"}


def test_target_side(runner: ModuleRunner) -> None:
    """A replication is managed from its target as well, with calls to the target's region only for a fail-over."""
    runner.run([task("scp_filestorage_volume", VOLUME), task("scp_filestorage_replication", REPLICATION)]).succeeded()
    east = {"region": "kr-east1", "volume": "web_copy"}
    run = runner.run(
        [
            task("scp_filestorage_replication", {**east, "replication_policy": "paused"}, name="fail over"),
            task("scp_filestorage_replication_info", east, name="look"),
            task("scp_filestorage_replication", {**east, "state": "absent"}, name="end"),
            task(
                "scp_filestorage_volume", {"region": "kr-east1", "name": "web_copy", "state": "absent"}, name="remove"
            ),
        ]
    ).succeeded()
    regions = [(call["operation"], call["region"]) for call in run["fail over"].calls]
    assert {region for _ignored, region in regions} == {"kr-east1"}, regions
    assert run["fail over"].result["replication"]["replication_volume_access_level"] == "rw"
    assert run["look"].result["replications"][0]["replication_policy"] == "paused"
    assert run["end"].operations == ["DeleteVolumeReplication", *["DeleteSnapshot"] * 2]
    assert run["remove"].operations == ["DeleteVolume"]
