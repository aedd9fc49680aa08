# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs, restores and restore points of Backup: failures as the user sees them, and calls that count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.messages import Case, check_case, each
from tests.simulator.fixture import Simulator

RUN, RESTORE, FILES = "scp_backup_run", "scp_backup_restore", "scp_backup_file_restore"
POINT, POINT_INFO = "scp_backup_restore_point", "scp_backup_restore_point_info"
SERVER = {"backup": "image", "restore_point": "latest", "restore_server_name": "new", "server_type_id": "s1v1m2"}
#: Of every backup that has any: restore points that stay.
MOMENTS = ("2026-10-01T15:00:00", "2026-10-02T15:00:00")
SOME = {
    "backup": "files",
    "restore_point": "latest",
    "filesystem_paths": [{"source": "/data/app", "destination": "/data/app"}],
}


def _backup(name: str, server: dict[str, Any], agent: str = "", **more: Any) -> dict[str, Any]:
    with_agent = {"policy_category": "AGENT", "policy_type": "FILESYSTEM", "agent_id": agent} if agent else {}
    return {
        "id": f"id-of-{name}",
        "name": name,
        "server_uuid": server["id"],
        "server_name": server["name"],
        "server_subnet_id": server.get("subnet_id") or "",
        **({"server_category": "BAREMETAL_SERVER"} if server.get("type") == "BM" else {}),
        **with_agent,
        **more,
    }


def _agent(name: str, server: dict[str, Any], **more: Any) -> dict[str, Any]:
    owner = {"server_uuid": server["id"], "server_name": server["name"], "server_category": "BAREMETAL_SERVER"}
    return {"id": f"BACKUP_AGENT-{name}", "name": name, **owner, **more}


def _world(simulator: Simulator) -> dict[str, Any]:
    """One backup of each kind that matters."""
    web, database, stopped = (simulator.server(name) for name in ("west-web1", "west-db1", "west-stopped2"))
    gone = {"id": "gone", "name": "west-gone"}
    backups = [
        _backup("image", web),
        _backup("empty", web),
        _backup("copy", web, role_type="REPLICA", origin_id="id-of-elsewhere"),
        _backup("sad", web, state="ERROR"),
        _backup("orphan", gone),
        _backup("lost", {**gone, "type": "BM"}, "BACKUP_AGENT-lost", is_all_filesystem=True),
        _backup("files", database, "BACKUP_AGENT-good", is_all_filesystem=True),
        _backup("paths", database, "BACKUP_AGENT-good", filesystem_paths=["/data/app", "/nowhere"]),
        _backup("stopped", stopped, "BACKUP_AGENT-stopped", is_all_filesystem=True),
        _backup("agentless", database, "BACKUP_AGENT-gone", is_all_filesystem=True),
    ]
    points = [
        {
            "id": f"point-{number}-of-{name}",
            "backup_id": f"id-of-{name}",
            "backup_start_time": f"{moment}.000000",
            "schedule_name": "FULL_DAILY_15:00:00-abc123",
            "expires_at": 4102444800.0,
            "files": ["/data/app/app.log", "/data/app/config.yml"],
        }
        for name in ("image", "files", "stopped")
        for number, moment in enumerate(MOMENTS)
    ]
    restored = {"backup_id": "id-of-image", "restore_server_name": "west-web2", "restore_state": "PARTIAL_SUCCESS"}
    return {
        "backups": backups,
        "agents": [
            _agent("good", database),
            _agent("lost", gone),
            _agent("stopped", stopped, connection_state="FAILED"),
        ],
        "restore_targets": points,
        "restore_histories": [restored],
    }


CASES = [
    Case("no such backup", RUN, {"backup": "nobody"}, ("'nobody'", "backup", "kr-west1")),
    Case("no age", RUN, {"backup": "image", "max_age": "old"}, ("max_age", "'old'", "12h")),
    Case("a replica", RUN, {"backup": "copy"}, ("copy (id-of-copy)", "replica", "id-of-elsewhere")),
    Case("a replica, in check mode", RUN, {"backup": "copy"}, ("replica",), check=True),
    Case("a backup in error", RUN, {"backup": "sad"}, ("sad (id-of-sad)", "state ERROR", "scp_backup")),
    Case(
        "a server that is gone",
        RUN,
        {"backup": "orphan"},
        ("orphan (id-of-orphan)", "FAILED", "west-gone (gone)", "can still be restored", "scp_backup"),
        sends=("ManualBackup",),
    ),
    Case(
        "a server that is gone, with its agent",
        RUN,
        {"backup": "lost"},
        ("lost (id-of-lost)", "has no reason. Server west-gone (gone) is in no list"),
        sends=("ManualBackup",),
    ),
    Case(
        "a second backup of a server that is gone",
        "scp_backup",
        {
            "name": "orphan-2",
            "server": "west-gone",
            "server_category": "VIRTUAL_SERVER",
            "policy_category": "AGENTLESS",
            "schedules": [{"type": "FULL", "frequency": "DAILY", "start_time": "09:00"}],
        },
        ("no VIRTUAL_SERVER", "'west-gone'", "still there"),
        check=True,
    ),
    Case(
        "an agent on a stopped server",
        RUN,
        {"backup": "stopped"},
        (
            "FAILED",
            "connection to its agent stopped (BACKUP_AGENT-stopped) is FAILED",
            "start server west-stopped2",
            "check_connection",
        ),
        sends=("ManualBackup",),
    ),
    Case(
        "an agent that is gone",
        RUN,
        {"backup": "agentless"},
        ("FAILED", "BACKUP_AGENT-gone", "is gone", "scp_backup_agent", "west-db1"),
        sends=("ManualBackup",),
    ),
    Case(
        "paths that are not there",
        RUN,
        {"backup": "paths"},
        ("PARTIAL_SUCCESS", "FULL_MANUAL", "on server west-db1: /data/app, /nowhere", "allow_partial"),
        sends=("ManualBackup",),
    ),
    Case(
        "a job that fails for no known reason",
        RUN,
        {"backup": "image"},
        ("FAILED", "has no reason", "west-web1"),
        switches={"backup_job_ends_in": "FAILED"},
        sends=("ManualBackup",),
    ),
    Case("no server name", RESTORE, {**SERVER, "restore_server_name": ""}, ("restore_server_name is empty",)),
    Case("long server name", RESTORE, {**SERVER, "restore_server_name": "a" * 64}, ("restore_server_name", "1 to 63")),
    Case("a bad server name", RESTORE, {**SERVER, "restore_server_name": "a.b"}, ("'a.b'", "hyphens")),
    Case(
        "a name that is taken",
        RESTORE,
        {**SERVER, "restore_server_name": "west-web1"},
        ("west-web1 is taken in kr-west1", "choose another restore_server_name"),
    ),
    Case(
        "a restored server that is not whole",
        RESTORE,
        {**SERVER, "restore_server_name": "west-web2"},
        ("west-web2", "PARTIAL_SUCCESS", "allow_partial"),
    ),
    Case("no restore point", RESTORE, {**SERVER, "backup": "empty"}, ("empty", "no restore point yet", RUN)),
    Case(
        "a restore point that is not there",
        RESTORE,
        {**SERVER, "restore_point": "none-such"},
        ("'none-such'", "point-1-of-image of 2026-10-02T15:00:00Z", "point-0-of-image"),
    ),
    Case("files as a server", RESTORE, {**SERVER, "backup": "files"}, ("keeps files", FILES)),
    Case("a restore of a backup in error", RESTORE, {**SERVER, "backup": "sad"}, ("state ERROR",)),
    Case(
        "all that is wrong at once",
        RESTORE,
        {
            **SERVER,
            "backup": "empty",
            "restore_server_name": "west-web1",
            "networks": [{"subnet_id": "closed"}, {"subnet_id": "none-such"}],
        },
        (
            "is taken",
            "no restore point",
            "closed is in state CREATING",
            "none-such is not one of kr-west1",
            "west-app-",
        ),
        check=True,
    ),
    Case(
        "no such type",
        RESTORE,
        {**SERVER, "server_type_id": "x1"},
        ("404", "Check that kr-west1 has the server_type_id"),
        sends=("RestoreBackup",),
    ),
    Case(
        "a restore that fails",
        RESTORE,
        SERVER,
        ("server new", "2026-10-02T15:00:00", "FAILED", "another restore_point"),
        switches={"backup_restore_ends_in": "FAILED"},
        sends=("RestoreBackup",),
    ),
    Case(
        "a restore that is done in part",
        RESTORE,
        {**SERVER, "restore_server_name": "half"},
        ("server half", "PARTIAL_SUCCESS", "allow_partial"),
        switches={"backup_restore_ends_in": "PARTIAL_SUCCESS"},
        sends=("RestoreBackup",),
    ),
    Case("no files", FILES, {**SOME, "filesystem_paths": []}, ("filesystem_paths", "empty")),
    Case("files of an image", FILES, {**SOME, "backup": "image"}, ("keeps an image", RESTORE)),
    Case(
        "a server without agent",
        FILES,
        {**SOME, "server": "west-db2"},
        ("'west-db2'", "scp_backup_agent", "the same system", "west-db1"),
    ),
    Case(
        "no such files",
        FILES,
        {**SOME, "filesystem_paths": [{"source": "/x", "destination": "/"}]},
        ("404", "Path", "each source", "scp_backup_restore_point_info"),
        sends=("RestoreAgentBackup",),
    ),
    Case(
        "paths from nowhere",
        FILES,
        {**SOME, "filesystem_paths": [{"source": "data", "destination": "/"}, {"source": "/", "destination": "."}]},
        ("source 'data' and destination '.'", "whole paths"),
    ),
    Case(
        "files that are there",
        FILES,
        SOME,
        ("west-db1", "PARTIAL_SUCCESS", "overwrite", "allow_partial"),
        sends=("RestoreAgentBackup",),
    ),
    Case(
        "to a stopped server",
        FILES,
        {**SOME, "backup": "stopped"},
        ("west-stopped2", "FAILED", "scp_backup_agent", "check_connection"),
        sends=("RestoreAgentBackup",),
    ),
    Case("keep nothing", POINT, {"backup": "image", "state": "absent", "keep": 0}, ("keep", "at least 1", "name it")),
    Case("older than what", POINT, {"backup": "image", "state": "absent", "older_than": "x"}, ("older_than", "'x'")),
    Case("which ones", POINT, {"backup": "image", "state": "absent"}, ("restore_points", "older_than", "keep")),
    Case("points of a backup in error", POINT, {"backup": "sadder", "state": "absent", "keep": 1}, ("state ERROR",)),
    Case(
        "no time",
        POINT_INFO,
        {"backup": "image", "backup_end_time": "yesterday"},
        ("backup_end_time", "'yesterday'", "2026-10-01T05:21:50Z", "UTC"),
    ),
    Case("files in an image", POINT_INFO, {"backup": "image", "path": "/"}, ("keeps images", "path")),
    Case(
        "files in no restore point",
        POINT_INFO,
        {"backup": "files", "path": "/", "restore_point": "none-such"},
        ("'none-such'", "point-1-of-files"),
    ),
    Case(
        "files before there were any",
        POINT_INFO,
        {"backup": "files", "path": "/", "backup_end_time": "2026-01-01"},
        ("no restore point",),
    ),
]


@pytest.mark.violations_expected
@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help; only what the service alone can show is sent."""
    simulator = runner.simulator
    world = _world(simulator)
    world["backups"].append(_backup("sadder", simulator.server("west-web1"), state="ERROR"))
    world["restore_targets"] += [
        {**point, "id": f"sad-{point['id']}", "backup_id": "id-of-sadder"} for point in world["restore_targets"][:2]
    ]
    closed = {"id": "closed", "name": "closed", "region": "kr-west1", "state": "CREATING", "cidr": "10.99.0.0/24"}
    simulator.patch_world({"backup": world, "subnets": [closed]})
    check_case(runner, case)


@pytest.mark.module(RUN, RESTORE)
def test_a_failed_restore_is_tried_again(runner: ModuleRunner) -> None:
    """What went wrong before the task began does not count, and the entry is reported."""
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.switch(backup_restore_ends_in="FAILED", backup_job_ends_in="FAILED")
    tasks = [task(RUN, {"backup": "image"}, ignore_errors=True), task(RESTORE, SERVER, ignore_errors=True)]
    ran, restored = runner.run(tasks).succeeded()
    assert (ran.failed, ran.operations) == (True, ["ManualBackup"])
    assert ran.result["history"]["backup_job_state"] == "FAILED"
    assert (restored.failed, restored.operations) == (True, ["RestoreBackup"])
    assert restored.result["restore"]["restore_state"] == "FAILED"
    simulator.switch(backup_restore_ends_in="COMPLETED", backup_job_ends_in="SUCCESS")
    ran, restored = runner.run(tasks).succeeded()
    assert (ran.failed, ran.operations) == (False, ["ManualBackup"])
    assert (restored.failed, restored.operations) == (False, ["RestoreBackup"])


@pytest.mark.module(RUN, RESTORE, FILES)
def test_partial_is_good_enough_where_allowed(runner: ModuleRunner) -> None:
    """With allow_partial, also for max_age."""
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.switch(backup_restore_ends_in="PARTIAL_SUCCESS")
    allowed = {"allow_partial": True}
    run = runner.run(
        [
            task(RUN, {"backup": "paths", **allowed}),
            task(RUN, {"backup": "paths", "max_age": "1h", **allowed}, name="young"),
            task(RESTORE, {**SERVER, **allowed}),
            task(RESTORE, {**SERVER, **allowed}, name="there"),
            task(FILES, {**SOME, **allowed}),
        ]
    ).succeeded()
    assert run[0].result["history"]["backup_job_state"] == "PARTIAL_SUCCESS"
    assert run[2].result["restore"]["restore_state"] == "PARTIAL_SUCCESS"
    assert run[4].result["restore"]["restore_state"] == "PARTIAL_SUCCESS"
    assert [run[name].writes for name in ("young", "there")] == [[], []]


@pytest.mark.module(RUN, RESTORE, FILES)
def test_what_runs_is_joined(runner: ModuleRunner) -> None:
    """By a second task, whatever began it; nothing is begun a second time, and check mode predicts nothing."""
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.switch(backup_job_seconds=200, backup_restore_seconds=200, backup_file_restore_seconds=200)
    tasks = []
    for module, args in ((RUN, {"backup": "image"}), (RESTORE, SERVER), (FILES, {**SOME, "overwrite": True})):
        tasks += [
            task(module, {**args, "wait": False}, name=f"begin {module}"),
            task(module, args, name=f"predict {module}", check=True),
            task(module, args, name=f"join {module}"),
        ]
    run = runner.run(tasks).succeeded()
    for module, noun, state in ((RUN, "history", "backup_job_state"), (RESTORE, "restore", "restore_state")):
        assert run[f"begin {module}"].result[noun][state] == "INPROGRESS"
        assert run[f"join {module}"].result[noun][state] in ("SUCCESS", "COMPLETED")
    for module in (RUN, RESTORE, FILES):
        assert len(run[f"begin {module}"].writes) == 1
        assert not run[f"predict {module}"].changed
        assert (run[f"join {module}"].changed, run[f"join {module}"].writes) == (False, []), module


@pytest.mark.module(RESTORE)
def test_killed_and_run_again(runner: ModuleRunner) -> None:
    """A run that dies before it hears of its restore is finished by the next one, which joins the restore."""
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.switch(backup_restore_seconds=1e6)
    calls = 0
    while not simulator.writes():
        calls += 1
        assert runner.crash(RESTORE, SERVER, after=calls), "the call was never made"
    assert [call["operation"] for call in simulator.writes()] == ["RestoreBackup"]
    (joined,) = runner.run([task(RESTORE, {**SERVER, "wait": False})]).succeeded()
    assert (joined.changed, joined.writes, joined.result["restore"]["restore_state"]) == (False, [], "INPROGRESS")
    simulator.advance(1e6)
    (done,) = runner.run([task(RESTORE, SERVER)]).succeeded()
    assert (done.changed, done.writes, done.result["restore"]["restore_state"]) == (False, [], "COMPLETED")
    assert [server["name"] for server in simulator.world()["servers"]].count("new") == 1


@pytest.mark.module(RUN, RESTORE, POINT, POINT_INFO)
def test_calls_of_unchanged_items(runner: ModuleRunner) -> None:
    """What is in the desired state takes few calls; histories and restore points are read to their end, once."""
    simulator = runner.simulator
    world = _world(simulator)
    many = [
        {"backup_id": "id-of-image", "backup_start_time": f"2026-10-{day:02}T{hour:02}:00:00.000000"}
        for day in range(1, 29)
        for hour in range(24)
    ]
    world["histories"] = [*many, {"backup_id": "id-of-image"}]
    world["restore_histories"] = [
        {"backup_id": "id-of-image", "restore_server_name": "west-web1", "restore_start_time": f"2026-10-{day:02}"}
        for day in range(1, 29)
    ]
    simulator.patch_world({"backup": world})
    simulator.switch(largest_page=100)
    run = runner.run(
        [
            task(RUN, {"backup": "image", "max_age": "1h"}),
            task(RESTORE, {**SERVER, "restore_server_name": "west-web1"}),
            task(POINT, {"backup": "image", "state": "absent", "keep": 2}),
            task(POINT_INFO, {"backup": "image"}),
            task(POINT_INFO, {"backup": "files", "path": "/data/app"}),
        ]
    ).succeeded()
    assert not any(result.changed for result in run)
    found = ["ListBackups", "ShowBackup"]
    assert [result.reads for result in run] == [
        [*found, *["ListBackupHistories"] * 7],
        [*found, "ListBackupRestoreHistories", "CheckBackupRestoreServerNameDuplicate"],
        [*found, "ListBackupRestoreTargets"],
        [*found, "ListBackupRestoreTargets"],
        [*found, "ListBackupRestoreTargets", "ListFilesystemPath"],
    ]
    assert [item["name"] for item in run[4].result["files"]] == ["app.log", "config.yml"]


@pytest.mark.module(RESTORE)
def test_restore_point_of_another_restore_is_refused_on_request(runner: ModuleRunner) -> None:
    """Without the option, a server that is there counts, whatever it was made of; the point itself is accepted."""
    runner.simulator.patch_world({"backup": _world(runner.simulator)})
    first = runner.run_task(RESTORE, {**SERVER, "restore_point": "point-0-of-image"})
    assert (first.failed, first.writes) == (False, ["RestoreBackup"]), first.message
    exact = {**SERVER, "match_restore_point": True}
    for args in ({**exact, "restore_point": "point-0-of-image"}, SERVER):
        again = runner.run_task(RESTORE, args)
        assert (again.failed, again.changed, again.writes) == (False, False, []), again.message
    for check in (True, False):
        refused = runner.run_task(RESTORE, exact, check=check)
        assert (refused.failed, refused.writes) == (True, [])
        for words in ("server new was restored before", MOMENTS[0], MOMENTS[1], "another restore_server_name"):
            assert words in refused.message, refused.message


@pytest.mark.module(POINT_INFO)
def test_restore_points_of_a_server(runner: ModuleRunner) -> None:
    """Those of all its backups, the newest first; type and backup narrow them down."""
    world = _world(runner.simulator)
    later = {**world["restore_targets"][0], "id": "later", "backup_id": "id-of-empty"}
    world["restore_targets"].append({**later, "backup_start_time": "2026-10-03T15:00:00.000000"})
    runner.simulator.patch_world({"backup": world})

    def points(**args: Any) -> tuple[list[str], list[str]]:
        result = runner.run_task(POINT_INFO, args).result
        ids = [one["restore_target_id"] for one in result["restore_points"]]
        return ids, sorted(one["name"] for one in result["backups"])

    of_web = ["copy", "empty", "image", "sad"]
    images = ["later", "point-1-of-image", "point-0-of-image"]
    assert points(server_name="west-web1") == (images, of_web)
    assert points(server_name="west-web1", policy_type="VM_IMAGE", backup="image") == (images[1:], of_web)
    assert points(server_name="west-web1", backup="id-of-empty") == (images[:1], of_web)
    assert points(server_name="west-web1", backup="files") == ([], of_web)
    assert points(server_name="west-web1", policy_type="FILESYSTEM") == ([], [])
    assert points(server_name="west-web") == ([], [])
    assert points(backup="image") == (images[1:], ["image"])
    assert points(backup="image", policy_type="FILESYSTEM") == ([], [])
    refused = runner.run_task(POINT_INFO, {"server_name": "west-db1", "path": "/data"})
    assert refused.failed
    assert "backup" in refused.message
    assert runner.run_task(POINT_INFO, {}).failed


@pytest.mark.module(RESTORE)
@pytest.mark.parametrize("wait", [True, False])
def test_restore_waits_for_a_history_that_lags(runner: ModuleRunner, wait: bool) -> None:
    """The server has its name at once, and the next task finds its restore."""
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.advance(600)
    simulator.fault("list_lag", seconds=10)
    args = {**SERVER, "wait": wait}
    first, second = runner.run([task(RESTORE, args), task(RESTORE, args, name="again")]).succeeded()
    assert (first.changed, first.operations) == (True, ["RestoreBackup"])
    assert first.result["restore_point"]["restore_target_id"] == "point-1-of-image"
    assert (second.changed, second.writes) == (False, [])


@pytest.mark.module(RESTORE)
@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("fault", ["lost", "error_after"])
def test_restore_whose_answer_was_lost_is_found_by_its_name(runner: ModuleRunner, fault: str, wait: bool) -> None:
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.advance(600)
    simulator.fault("list_lag", seconds=30)
    simulator.fault(fault, operation="RestoreBackup")
    result = runner.run_task(RESTORE, {**SERVER, "wait": wait})
    assert not result.failed, result.message
    assert (result.changed, result.operations, result.writes) == (True, ["RestoreBackup"], ["RestoreBackup"])
    assert result.result["restore"]["restore_state"] == ("COMPLETED" if wait else "INPROGRESS")


@pytest.mark.module(RESTORE)
@pytest.mark.violations_expected
def test_run_after_a_crash_does_not_advise_a_second_server(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    simulator.patch_world({"backup": _world(simulator)})
    simulator.advance(600)
    simulator.switch(backup_restore_seconds=1e6)
    simulator.fault("list_lag", seconds=60)
    calls = 0
    while not simulator.writes():
        calls += 1
        assert runner.crash(RESTORE, SERVER, after=calls), "the call was never made"
    for check in (True, False):
        early = runner.run_task(RESTORE, {**SERVER, "wait": False}, check=check)
        assert (early.failed, early.writes) == (True, [])
        for words in ("no finished restore", "It can be that of a moment ago", "Run the task again in a minute"):
            assert words in early.message, early.message
        assert "not a restore of this backup" not in early.message
    simulator.advance(60)
    joined = runner.run_task(RESTORE, {**SERVER, "wait": False})
    assert (joined.failed, joined.changed, joined.writes) == (False, False, []), joined.message
