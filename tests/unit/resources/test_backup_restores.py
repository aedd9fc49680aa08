# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs, restores and restore points of Backup: planning alone, and against the simulator with whatever is unknown of
the service at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.resources.backup import restore, restore_point, run
from ansible_collections.scp.storage.plugins.modules import (
    scp_backup_file_restore,
    scp_backup_restore,
    scp_backup_restore_point,
    scp_backup_restore_point_info,
    scp_backup_run,
)
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator
from tests.unit.resources.planning import Contract, plan

CONTRACT = Contract("backup")
CLIENT: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
IMAGE = {"id": "a" * 32, "name": "web-image", "state": "AVAILABLE", "policy_type": "VM_IMAGE"}
FILES = {**IMAGE, "id": "b" * 32, "name": "app-files", "policy_type": "FILESYSTEM", "server_uuid": "srv"}


def _params(module: Any, **given_params: Any) -> dict[str, Any]:
    return {**{name: option.get("default") for name, option in module.SPEC.argument_spec.items()}, **given_params}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# -- planning alone ---------------------------------------------------------------------------------------------------

#: Of each restore point: whether it is an incremental one, whether it can be restored, and how many days old it is.
POINTS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.integers(0, 50)), max_size=8, unique_by=lambda point: point[2]
)


@given(
    points=POINTS,
    how=st.one_of(
        st.tuples(st.just("keep"), st.integers(1, 4)),
        st.tuples(st.just("older_than"), st.sampled_from(["0", "5d", "20d", "100d"])),
        st.tuples(st.just("restore_points"), st.lists(st.sampled_from(["p0", "p1", "p2", "none"]), max_size=3)),
    ),
)
def test_planning_deletion(points: list[tuple[bool, bool, int]], how: tuple[str, Any]) -> None:
    option, value = how
    shown = [
        {
            "restore_target_id": f"p{number}",
            "schedule_name": f"{'INCREMENTAL_DAILY' if incremental else 'FULL_WEEKLY'}_15:00:00-chg4By",
            "is_restore_available": usable,
            "backup_start_time": _stamp(NOW - timedelta(days=days)),
        }
        for number, (incremental, usable, days) in enumerate(sorted(points, key=lambda point: point[2]))
    ]
    resource = restore_point.RestorePoint(
        _params(scp_backup_restore_point, backup="web-image", state="absent", **{option: value}), CLIENT
    )
    limit = NOW - timedelta(days=int(value.rstrip("d"))) if option == "older_than" else None
    made = plan(resource, restore_point.PointState(IMAGE, tuple(shown), limit), CONTRACT)
    gone = {item["restore_target_id"] for item in made.after.removed}
    assert made.operations == (["DeleteBackupRestoreTarget"] if gone else [])
    if gone:
        assert set((made.steps[0].body or {})["restore_target_ids"]) == gone
    if option == "restore_points":
        assert gone == set(value) & {item["restore_target_id"] for item in shown}
        return
    kept = [item for item in shown if item["restore_target_id"] not in gone]
    assert kept == shown[: len(kept)], "only the oldest go"
    usable = [item for item in shown if item["is_restore_available"]]
    assert not usable or usable[0] in kept
    if option == "keep":
        assert len([item for item in kept if item in usable]) >= min(value, len(usable))
    elif limit is not None:
        assert all(item in kept for item in shown if item["backup_start_time"] >= _stamp(limit))
    if gone:
        assert not str(kept[-1]["schedule_name"]).startswith("INCREMENTAL"), "what it builds on would be gone"


TEXT = st.sampled_from(["one", "two"])


@given(
    networks=st.none() | st.lists(TEXT.map(lambda text: {"subnet_id": text}), max_size=2),
    groups=st.none() | st.lists(TEXT, max_size=2),
    region=st.none() | st.just("kr-east1"),
    name=st.sampled_from(["web-restored", "a name", "x" * 63]),
)
def test_planning_servers(networks: Any, groups: Any, region: str | None, name: str) -> None:
    asked = {"networks": networks, "security_groups": groups, "restore_region": region, "restore_server_name": name}
    params = _params(scp_backup_restore, backup="web-image", restore_point="latest", server_type_id="s1v1m2", **asked)
    made = plan(
        restore.ServerRestore(params, CLIENT), restore.RestoreState(IMAGE, point={"restore_target_id": "p"}), CONTRACT
    )
    assert made.operations == ["RestoreBackup"]
    body = dict(made.steps[0].body or {})
    assert body == {
        "restore_target_id": "p",
        "server_type_id": "s1v1m2",
        **{option: value for option, value in asked.items() if value is not None},
    }


@given(pairs=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3), overwrite=st.booleans())
def test_planning_files(pairs: list[tuple[str, str]], overwrite: bool) -> None:
    paths = [{"source": f"/{source}", "destination": f"/{target}"} for source, target in pairs]
    params = _params(
        scp_backup_file_restore,
        backup="app-files",
        restore_point="latest",
        filesystem_paths=paths,
        overwrite=overwrite,
    )
    begin = restore.RestoreState(
        FILES, point={"restore_target_id": "p"}, server={"server_uuid": "srv", "server_name": "db"}
    )
    made = plan(restore.FileRestore(params, CLIENT), begin, CONTRACT)
    assert made.operations == ["RestoreAgentBackup"]
    assert dict(made.steps[0].body or {}) == {
        "filesystem_paths": paths,
        "overwrite": overwrite,
        "restore_server_uuid": "srv",
        "restore_target_id": "p",
    }


@pytest.mark.parametrize("hours", [0, 9, 24])
def test_moments_of_histories(hours: int) -> None:
    """A history's time may be in UTC or in Korean time; a day later it is another restore point."""
    params = _params(scp_backup_file_restore, restore_point="latest", filesystem_paths=[{}])
    resource = restore.FileRestore(params, CLIENT)
    point = {"backup_start_time": _stamp(NOW), "schedule_name": "INCREMENTAL_DAILY"}
    state = restore.RestoreState(FILES, point=point, server={"server_uuid": "srv", "server_name": "db"})
    shown = {
        "backup_start_time": _stamp(NOW + timedelta(hours=hours))[:19],
        "schedule_name": "INCREMENTAL_DAILY",
        "restore_server_id": None,
        "restore_server_name": "db",
    }
    assert resource.matches(state, shown) is (hours < 24)
    assert not resource.matches(state, {**shown, "schedule_name": "FULL_DAILY"})
    # A restore point of exactly this time is the one that was restored.
    other = {**point, "backup_start_time": _stamp(NOW + timedelta(hours=hours))}
    assert resource.matches(replace(state, points=(point, other)), shown) is (hours == 0)
    assert not resource.matches(state, {**shown, "restore_server_id": "another"})


@given(
    ended=st.lists(st.tuples(st.sampled_from(run.ENDS), st.integers(0, 50)), max_size=5, unique_by=lambda job: job[1]),
    age=st.none() | st.sampled_from([1, 10, 100]),
    partial=st.booleans(),
)
def test_planning_runs(ended: list[tuple[str, int]], age: int | None, partial: bool) -> None:
    """A run is due unless a success is young enough; what failed does not count."""
    jobs = [
        {
            "backup_job_guid": None,
            "backup_job_state": state,
            "backup_start_time": _stamp(NOW - timedelta(hours=hours)),
            "schedule_id": "s",
            "schedule_name": "FULL_WEEKLY",
        }
        for state, hours in ended
    ]
    client: Any = SimpleNamespace(
        settings=CLIENT.settings, now=lambda: NOW, read_list=lambda *_args, **_more: [dict(job) for job in jobs]
    )
    max_age = None if age is None else f"{age}h"
    resource = run.Run(_params(scp_backup_run, max_age=max_age, allow_partial=partial), client)
    begin = resource._with_jobs(dict(IMAGE))
    good = ("SUCCESS", "PARTIAL_SUCCESS") if partial else ("SUCCESS",)
    young = [hours for state, hours in ended if state in good and age is not None and hours <= age]
    made = plan(resource, begin, CONTRACT)
    assert made.operations == ([] if young else ["ManualBackup"])
    assert resource.pending(begin) == ""
    assert resource.failed(begin) == ""
    if young:
        assert resource.view(begin)["backup_start_time"] == _stamp(NOW - timedelta(hours=min(young)))


# -- against the simulator --------------------------------------------------------------------------------------------


def _world(simulator: Simulator) -> dict[str, Any]:
    """A backup of an image and one of files, without jobs."""
    web, database, other = (simulator.server(name) for name in ("west-web1", "west-db1", "west-db2"))
    metal = {"server_category": "BAREMETAL_SERVER"}
    return {
        "backup": {
            "backups": [
                {
                    "id": IMAGE["id"],
                    "name": "web-image",
                    "server_uuid": web["id"],
                    "server_name": web["name"],
                    "server_subnet_id": web["subnet_id"],
                },
                {
                    **metal,
                    "id": FILES["id"],
                    "name": "app-files",
                    "policy_category": "AGENT",
                    "policy_type": "FILESYSTEM",
                    "server_uuid": database["id"],
                    "server_name": database["name"],
                    "agent_id": "BACKUP_AGENT-1",
                    "filesystem_paths": ["/data"],
                },
            ],
            "agents": [
                {**metal, "id": f"BACKUP_AGENT-{number}", "server_uuid": server["id"], "server_name": server["name"]}
                for number, server in enumerate((database, other), 1)
            ],
        }
    }


def _bench(simulator: Simulator, **switches: Any) -> ConvergingRunner:
    simulator.reset()
    simulator.patch_world(_world(simulator))
    simulator.switch(**switches)
    return ConvergingRunner(simulator)


SERVER = {"backup": "web-image", "restore_point": "latest", "server_type_id": "s1v2m4"}
SOME_FILES = {
    "backup": "app-files",
    "restore_point": "latest",
    "filesystem_paths": [{"source": "/data/app", "destination": "/restored"}],
}
UNKNOWNS = st.fixed_dictionaries(
    {
        "backup_run_answer": st.sampled_from(["backup", "job"]),
        "backup_manual_schedule": st.sampled_from(["own", "full"]),
        "backup_job_guid": st.sampled_from(["always", "ended"]),
        "backup_restore_answer": st.sampled_from(["backup", "server"]),
        "backup_restore_busy": st.sampled_from(["accept", "409"]),
        "backup_run_busy": st.sampled_from(["409", "400", "500"]),
        "backup_state_while_running": st.sampled_from(["AVAILABLE", "INPROGRESS"]),
        "backup_conflict_status": st.sampled_from(["409", "400"]),
        "backup_point_chain": st.sampled_from(["free", "goes", "breaks", "400"]),
        "largest_page": st.sampled_from([0, 1, 2]),
    }
)
#: Long enough, at the speed of these tests, for a second task to come while the first one's work goes on.
LONGER = {"backup_job_seconds": 100, "backup_file_restore_seconds": 100}
SLOW = share_of_examples(0.08)


def _once(bench: ConvergingRunner, module: Any, **params: Any) -> dict[str, Any]:
    """Look and do, where every run acts; the real run's result."""
    bench.simulator.clear_operations()
    predicted = bench.call(module, check=True, **params)
    assert bench.simulator.writes() == [], "check mode must not write"
    real = bench.call(module, **params)
    assert not real.get("failed"), real
    assert predicted["operations"] == real["operations"] == bench.writes()
    assert predicted["diff"]["before"] == real["diff"]["before"]
    assert predicted["diff"]["after"].keys() == real["diff"]["after"].keys()
    return real


@SLOW
@given(unknowns=UNKNOWNS, kept=st.integers(1, 3), runs=st.integers(1, 4), later=st.booleans())
def test_from_run_to_restore(simulator: Simulator, unknowns: dict[str, Any], kept: int, runs: int, later: bool) -> None:
    """Jobs are run, or joined, once; what they kept is restored once; restore points go down to a number."""
    bench = _bench(simulator, **unknowns, **LONGER)
    for _time in range(runs):
        done = _once(bench, scp_backup_run, backup="web-image", wait=not later)
        if later:
            joined = bench.call(scp_backup_run, backup="web-image")
            assert (joined["changed"], joined["history"]["backup_job_state"]) == (False, "SUCCESS"), joined
            assert joined["history"]["schedule_id"] == done["history"]["schedule_id"]
    young = bench.converge(scp_backup_run, backup="web-image", max_age="1h")
    assert (young["changed"], young["history"]["backup_job_state"]) == (False, "SUCCESS")
    assert len(simulator.world()["backup"]["histories"]) == runs
    points = bench.call(scp_backup_restore_point_info, backup="web-image")["restore_points"]
    assert len(points) == runs
    assert (joined if later else done)["restore_point"] == points[0]
    assert young["restore_point"] is None
    made = bench.converge(scp_backup_restore, restore_server_name="web-restored", **SERVER)
    assert (made["changed"], made["restore"]["restore_state"]) == (True, "COMPLETED")
    assert made["restore"]["restore_server_id"] == simulator.server("web-restored")["id"]
    assert made["restore_point"]["restore_target_id"] == points[0]["restore_target_id"]
    left = bench.converge(scp_backup_restore_point, backup="web-image", state="absent", keep=kept)
    assert len(left["deleted_restore_points"]) == max(0, runs - kept)
    now = bench.call(scp_backup_restore_point_info, backup="web-image")["restore_points"]
    assert now == points[:kept]
    assert left["restore_point"] == now[0]
    everything = {"restore_points": [point["restore_target_id"] for point in points]}
    emptied = bench.converge(scp_backup_restore_point, backup="web-image", state="absent", **everything)
    assert (emptied["restore_point"], len(emptied["deleted_restore_points"])) == ({}, min(runs, kept))


@SLOW
@given(unknowns=UNKNOWNS, server=st.sampled_from([None, "west-db1", "west-db2"]))
def test_files_restored(simulator: Simulator, unknowns: dict[str, Any], server: str | None) -> None:
    """Files come back in every run; while they do, a second task joins."""
    bench = _bench(simulator, **unknowns, **LONGER)
    _once(bench, scp_backup_run, backup="app-files")
    asked = {**SOME_FILES, "server": server, "overwrite": True}
    begun = _once(bench, scp_backup_file_restore, wait=False, **asked)
    assert begun["operations"] == ["RestoreAgentBackup"]
    dry_run = bench.call(scp_backup_file_restore, check=True, **asked)
    joined = bench.call(scp_backup_file_restore, **asked)
    assert dry_run["operations"] == joined["operations"] == []
    assert joined["restore"]["restore_state"] == "COMPLETED"
    assert joined["restore"]["restore_server_name"] == (server or "west-db1")
    again = _once(bench, scp_backup_file_restore, **asked)
    assert again["operations"] == ["RestoreAgentBackup"]
    assert "/restored/app.log" in simulator.server(server or "west-db1")["files"]


def test_a_server_that_is_gone_is_restored_again(simulator: Simulator) -> None:
    """As long as it is there it is left alone, whatever the restore point; in another region it is another one."""
    bench = _bench(simulator)
    bench.call(scp_backup_run, backup="web-image")
    asked = {**SERVER, "restore_server_name": "web-restored"}
    first = bench.converge(scp_backup_restore, **asked)
    bench.call(scp_backup_run, backup="web-image")
    assert not bench.converge(scp_backup_restore, **asked)["changed"]
    subnet = next(net for net in simulator.world()["subnets"] if net["name"] == "east-app-subnet")
    east = {"restore_region": "kr-east1", "networks": [{"subnet_id": subnet["id"]}]}
    assert bench.converge(scp_backup_restore, **asked, **east)["changed"]
    simulator.patch_world({"servers": [{"id": first["restore"]["restore_server_id"], "removed": True}]})
    second = bench.converge(scp_backup_restore, **asked)
    assert second["changed"]
    assert second["restore"]["restore_server_id"] != first["restore"]["restore_server_id"]


def test_the_restore_point_of_a_run(simulator: Simulator) -> None:
    """It is waited for where lists lag behind, and not for long where there is none."""
    bench = _bench(simulator)
    simulator.fault("list_lag", operation="ListBackupRestoreTargets", seconds=60, times=None)
    listed = bench.call(scp_backup_run, backup="web-image")["restore_point"]
    assert listed["backup_id"] == IMAGE["id"]
    simulator.clear_faults()
    simulator.switch(backup_job_ends_in="PARTIAL_SUCCESS", backup_partial_restorable=False)
    partial = bench.call(scp_backup_run, backup="web-image", allow_partial=True)
    assert partial["history"]["backup_job_state"] == "PARTIAL_SUCCESS"
    assert partial["restore_point"] is None
    assert len(bench.call(scp_backup_restore_point_info, backup="web-image")["restore_points"]) == 1


def test_by_age(simulator: Simulator) -> None:
    """What is older goes, but for what a younger one builds on, and the newest."""
    bench = _bench(simulator)
    base = {"backup_id": IMAGE["id"], "expires_at": 4102444800.0}
    today = datetime.now(UTC)
    names = ["FULL", "INCREMENTAL", "FULL", "INCREMENTAL", "INCREMENTAL"]
    points = [
        {
            **base,
            "id": f"p{number}",
            "type": name,
            "schedule_name": f"{name}_DAILY_03:00:00-abc123",
            "backup_start_time": (today - timedelta(days=10 - number)).strftime("%Y-%m-%dT%H:%M:%S.000000"),
        }
        for number, name in enumerate(names)
    ]
    simulator.patch_world({"backup": {"restore_targets": points}})

    def gone(**how: Any) -> list[str]:
        result = bench.converge(scp_backup_restore_point, backup="web-image", state="absent", **how)
        assert result["dropped_restore_points"] == []
        return [point["restore_target_id"] for point in result["deleted_restore_points"]]

    assert gone(older_than="30d") == []
    assert gone(older_than="7d") == ["p0", "p1"]
    assert gone(older_than="1h") == []
    assert gone(keep=1) == []
    assert gone(restore_points=["p3", "p4", "nothing"]) == ["p3", "p4"]
    assert gone(older_than="1h") == []
    assert gone(restore_points=["p2"]) == ["p2"]
    assert gone(keep=1) == []


def test_what_goes_with_it_is_reported(simulator: Simulator) -> None:
    """Where incremental restore points go with the full one that was named."""
    bench = _bench(simulator, backup_point_chain="goes")
    stamp = datetime.now(UTC) - timedelta(days=2)
    points = [
        {
            "id": name,
            "backup_id": IMAGE["id"],
            "type": name,
            "schedule_name": f"{name}_DAILY_03:00:00-abc123",
            "backup_start_time": (stamp + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S.000000"),
        }
        for number, name in enumerate(["FULL", "INCREMENTAL"])
    ]
    simulator.patch_world({"backup": {"restore_targets": points}})
    result = bench.call(scp_backup_restore_point, backup="web-image", state="absent", restore_points=["FULL"])
    assert [point["restore_target_id"] for point in result["deleted_restore_points"]] == ["FULL"]
    assert [point["restore_target_id"] for point in result["dropped_restore_points"]] == ["INCREMENTAL"]
    assert result["restore_point"] == {}


# -- long work --------------------------------------------------------------------------------------------------------


def test_an_hour(simulator: Simulator) -> None:
    """Long work is polled seldom, reported, and survives answers that fail; run again, it is joined."""
    bench = _bench(simulator, backup_job_seconds=3600, backup_restore_seconds=3600, backup_file_restore_seconds=3600)
    bench.environ["SCP_MAX_RETRIES"] = "0"
    steps = (
        (scp_backup_run, {"backup": "app-files"}, "ListBackupHistories", "history"),
        (scp_backup_file_restore, SOME_FILES, "ListBackupRestoreHistories", "restore"),
    )
    for module, params, reading, noun in steps:
        simulator.clear_operations()
        timed_out = bench.call(module, wait_timeout=600, **params)
        assert "INPROGRESS" in timed_out["msg"]
        assert "wait_timeout" in timed_out["msg"]
        assert len(bench.writes()) == 1
        for status in (500, 502, 503):
            simulator.fault("status", operation=reading, status=status, skip=10 + status % 7)
        before = bench.clock.monotonic()
        joined = bench.call(module, **params)
        assert (joined.get("failed", False), joined["changed"]) == (False, False), joined
        assert all(fault["fired"] for fault in simulator.faults())
        simulator.clear_faults()
        assert joined[noun]["backup_id"] == FILES["id"]
        assert len(bench.writes()) == 1, "it was begun a second time"
        assert 2900 < bench.clock.monotonic() - before < 3100
        looks = [entry for entry in simulator.operations() if entry["operation"] == reading]
        assert len(looks) < 3600 / 30 + 40
        lines = bench.reported
        assert len(lines) > 50
        assert any("INPROGRESS" in line for line in lines)
        assert any("50" in line for line in lines), "what failed is reported"
