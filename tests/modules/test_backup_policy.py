# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_backup_policy``: agents, backups and first runs, blockers, failures, and crashes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.stages import Stages
from tests.harness.modules import ModuleRunner
from tests.scenarios.steps import MADE, without

pytestmark = pytest.mark.module("scp_backup_policy")

MODULE = "scp_backup_policy"
SCHEDULES = [
    {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "01:00"},
    {"type": "INCREMENTAL", "frequency": "DAILY", "start_time": "02:30"},
]
SERVERS: list[Any] = [
    "west-web1",
    {"server": "west-web2", "retention_period": "MONTH_3", "schedules": SCHEDULES[:1], "name": "web two"},
    {
        "server": "west-db3",
        "server_category": "BAREMETAL_SERVER",
        "filesystem_paths": ["/data"],
        "dr_enabled": True,
        "tags": {"team": "x"},
    },
]
WANTED: dict[str, Any] = {"servers": SERVERS, "schedules": SCHEDULES, "first_backup": True}
OPERATIONS = ["CreateBackup", "ManualBackup"] * 2 + ["CreateBackupAgent", "CreateBackup", "ManualBackup"]


def test_backups_lifecycle_with_agents_and_first_runs(runner: ModuleRunner) -> None:
    planned = runner.run_task(MODULE, WANTED, check=True, diff=True)
    assert (planned.failed, planned.writes, planned.operations) == (False, [], OPERATIONS), planned.message
    done = runner.run_task(MODULE, WANTED, diff=True)
    assert not done.failed, done.message
    assert done.operations == OPERATIONS
    assert sorted(done.accepted) == sorted(OPERATIONS)
    assert [one["name"] for one in done.result["backups"]] == ["west-web1-image", "web two", "west-db3-files"]
    assert [one["name"] for one in planned.result["backups"]] == ["west-web1-image", "web two", "west-db3-files"]
    assert [one["change"] for one in done.result["servers"]] == ["created"] * 3
    world = runner.simulator.world()["backup"]
    original = {backup["name"]: backup for backup in world["backups"] if backup["role_type"] == "ORIGINAL"}
    assert sorted(original) == ["web two", "west-db3-files", "west-web1-image"]
    assert original["web two"]["retention_period"] == "MONTH_3"
    assert (original["west-db3-files"]["policy_type"], original["west-db3-files"]["dr_enabled"]) == ("FILESYSTEM", True)
    assert sorted(job["backup_job_state"] for job in world["histories"]) == ["SUCCESS"] * 3

    again = runner.run_task(MODULE, WANTED, diff=True)
    assert (again.changed, again.operations, again.writes, again.result["diff"]) == (False, [], [], [])
    assert again.result["backups"] == done.result["backups"]
    # What is in the desired state is read once.
    assert [call["operation"] for call in again.calls].count("ListBackupSchedules") == len(SERVERS)
    changed = {**WANTED, "schedules": SCHEDULES[:1]}
    planned, done = runner.run_task(MODULE, changed, check=True), runner.run_task(MODULE, changed)
    assert planned.operations == done.operations == ["SetBackupSchedule"] * 2


def test_backups_share_the_agent_of_a_server(runner: ModuleRunner) -> None:
    files = {"server": "west-web1", "is_all_filesystem": True}
    listed = [files, {**files, "name": "more", "is_all_filesystem": None, "filesystem_paths": "/etc"}, "west-web1"]
    args = {"servers": listed, "schedules": SCHEDULES}
    listed[1].pop("is_all_filesystem")
    planned, done = runner.run_task(MODULE, args, check=True), runner.run_task(MODULE, args)
    assert not done.failed, done.message
    assert planned.operations == done.operations == ["CreateBackupAgent", *["CreateBackup"] * 3]
    assert [one["operations"] for one in done.result["servers"]][1:] == [["CreateBackup"], ["CreateBackup"]]


def test_backups_without_agents_say_how_to_get_one(runner: ModuleRunner) -> None:
    result = runner.run_task(MODULE, {**WANTED, "agents": False})
    assert result.failed
    assert result.writes == []
    assert result.message.startswith(
        "1 of 3 backups cannot be worked on, and nothing was changed. west-db3 (west-db3-files): "
    )
    assert "scp_backup_agent" in result.message


def test_backups_with_blockers_change_nothing(runner: ModuleRunner) -> None:
    servers = [*SERVERS, "no-such", {"server": "none-such", "server_category": "BAREMETAL_SERVER"}]
    for check in (True, False):
        result = runner.run_task(MODULE, {**WANTED, "servers": servers}, check=check)
        assert result.failed
        assert (result.writes, result.operations, result.changed) == ([], [], False)
        assert result.message.startswith("2 of 5 backups cannot be worked on, and nothing was changed. ")
        assert "no-such (no-such-image): There is no VIRTUAL_SERVER" in result.message
        # The backup needs the agent, so the agent is the only reason.
        assert result.message.count("none-such (none-such-files): ") == 1


def test_backups_continue_with_an_agent_that_is_being_created(runner: ModuleRunner) -> None:
    runner.simulator.switch(backup_agent_create_seconds=60)
    runner.run_task("scp_backup_agent", {"server": "west-web1", "wait": False})
    listed = [{"server": "west-web1", "is_all_filesystem": True}]
    done = runner.run_task(MODULE, {"servers": listed, "schedules": SCHEDULES})
    assert not done.failed, done.message
    assert done.operations == ["CreateBackup"]


def test_backups_whose_job_fails_leave_the_others_complete(runner: ModuleRunner) -> None:
    runner.simulator.switch(backup_job_ends_in="FAILED")
    failed = runner.run_task(MODULE, {**WANTED, "servers": SERVERS[:1]})
    assert failed.failed
    assert "ended as FAILED" in failed.message
    assert failed.result["backups"][0]["name"] == "west-web1-image"
    runner.simulator.switch(backup_job_ends_in="SUCCESS")
    assert runner.run_task(MODULE, {**WANTED, "servers": SERVERS[:1]}).operations == ["ManualBackup"]


def test_backups_join_a_first_run_that_is_under_way(runner: ModuleRunner) -> None:
    args = {**WANTED, "servers": SERVERS[:1]}
    runner.run_task(MODULE, {**args, "first_backup": False})
    runner.run_task("scp_backup_run", {"backup": "west-web1-image", "wait": False})
    done = runner.run_task(MODULE, args)
    assert (done.failed, done.operations) == (False, [])
    (job,) = runner.simulator.world()["backup"]["histories"]
    assert job["backup_job_state"] == "SUCCESS"


def test_backups_converge_after_a_crash_at_any_call(runner: ModuleRunner) -> None:
    """With the agent created by the task itself."""
    args = {**WANTED, "servers": SERVERS[2:]}
    begin = runner.simulator.checkpoint()
    usual = runner.run_task(MODULE, args)

    def counts() -> dict[str, int]:
        """Replicas get their restore points a while later."""
        return without(runner.simulator.counts(), MADE)

    expected = counts()
    writes = [number for number, call in enumerate(usual.calls, 1) if call["write"]]
    assert len(writes) == 3
    for after in writes:
        runner.simulator.go_back(begin)
        assert runner.crash(MODULE, args, after=after)
        again = runner.run_task(MODULE, args)
        assert not again.failed, (after, again.message)
        assert counts() == expected
        assert runner.run_task(MODULE, args).writes == []


def test_backups_of_a_survey(runner: ModuleRunner) -> None:
    schedules = '[{type: FULL, frequency: WEEKLY, start_day: SUN, start_time: "01:00"}]'
    done = runner.run_task(MODULE, {"servers": "west-web1, west-web2", "schedules": schedules})
    assert done.operations == ["CreateBackup", "CreateBackup"]


def test_backups_created_meanwhile_are_not_created_again(runner: ModuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process creates the backup when all blockers have been looked for."""
    converge = Stages.converge

    def changed(stages: Stages, *args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        other = ModuleRunner(runner.simulator)
        created = other.run_task(MODULE, {"servers": SERVERS[:1], "schedules": SCHEDULES[:1]})
        other.close()
        assert created.operations == ["CreateBackup"]
        return converge(stages, *args, **kwargs)

    monkeypatch.setattr(Stages, "converge", changed)
    done = runner.run_task(MODULE, {**WANTED, "servers": SERVERS[:1]})
    assert not done.failed, done.message
    assert done.operations == ["SetBackupSchedule", "ManualBackup"]
    assert len(runner.simulator.world()["backup"]["backups"]) == 1


@pytest.mark.parametrize("first", ["name", "id"])
def test_backups_of_a_server_under_two_spellings_share_its_agent(runner: ModuleRunner, first: str) -> None:
    """The second backup waits for the agent as well, however it names the server."""
    server = runner.simulator.server("west-db3")
    other = "id" if first == "name" else "name"
    files = {"server_category": "BAREMETAL_SERVER"}
    listed = [
        {**files, "server": server[first], "name": "one", "filesystem_paths": ["/data"]},
        {**files, "server": server[other], "name": "two", "filesystem_paths": ["/etc"]},
    ]
    runner.simulator.switch(backup_agent_create_seconds=60)
    args = {"servers": listed, "schedules": SCHEDULES}
    planned, done = runner.run_task(MODULE, args, check=True), runner.run_task(MODULE, args)
    assert not done.failed, done.message
    assert planned.operations == done.operations == ["CreateBackupAgent", "CreateBackup", "CreateBackup"]
    assert [one["server"] for one in done.result["servers"]] == [server[first], server[other]]
