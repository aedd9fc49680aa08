# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup: jobs, schedules that start them, and what they keep until its time is over (platform-behaviour.md §8)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .backups import DAILY, DAY, FULL, MONTHLY, SELDOM, BackupApi, backup

__all__ = ["backup"]


# --- jobs by hand -------------------------------------------------------------------------------------------------


def test_a_manual_backup(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    answer = backup("POST", f"/v1/backups/{target}/manual-backup")
    assert (answer.status, answer.body["resource"]["id"]) == (200, target)
    assert backup.jobs(target) == []
    simulator.advance(0.5)
    (job,) = backup.jobs(target)
    assert set(job) == {
        *("backup_end_time", "backup_job_guid", "backup_job_state"),
        *("backup_start_time", "schedule_id", "schedule_name"),
    }
    assert (job["backup_job_state"], job["backup_end_time"]) == ("INPROGRESS", None)
    assert re.fullmatch(r"FULL_MANUAL-[a-z0-9]{6}", job["schedule_name"])
    assert (backup.show(target)["state"], backup.points(target)) == ("AVAILABLE", [])
    simulator.advance(9.5)
    (done,) = backup.jobs(target)
    assert done == {**job, "backup_job_state": "SUCCESS", "backup_end_time": done["backup_end_time"]}
    (point,) = backup.points(target)
    assert point["backup_start_time"] == job["backup_start_time"]
    assert (point["is_restore_available"], point["retention_period"]) == (True, "WEEK_2")
    assert (point["schedule_id"], point["schedule_name"]) == (job["schedule_id"], job["schedule_name"])
    assert point["usage_gb"] > 0


@pytest.mark.parametrize("status", [409, 400, 500])
def test_one_job_at_a_time(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_run_busy=status)
    target = backup.made()
    backup.ok("POST", f"/backups/{target}/manual-backup")
    assert backup("POST", f"/v1/backups/{target}/manual-backup").status == status
    simulator.advance(10)
    assert backup.run(target) == "SUCCESS"


def test_switches_of_jobs(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(
        backup_run_answer="job",
        backup_manual_schedule="full",
        backup_job_guid="ended",
        backup_state_while_running="INPROGRESS",
    )
    target = backup.made()
    job_id = backup.ok("POST", f"/backups/{target}/manual-backup")["resource"]["id"]
    simulator.advance(1)
    (job,) = backup.jobs(target)
    (schedule,) = backup.ok("GET", f"/backups/{target}/schedules")["contents"]
    assert (job["schedule_id"], job["schedule_name"]) == (schedule["id"], schedule["name"])
    assert (job["backup_job_guid"], backup.show(target)["state"]) == (None, "INPROGRESS")
    body = {"retention_period": "MONTH_1"}
    assert backup("PUT", f"/v1/backups/{target}/retention-period", body).status == 409
    simulator.advance(9)
    assert backup.jobs(target)[0]["backup_job_guid"] == job_id
    assert backup.show(target)["state"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("outcome", "partial", "points"),
    [("SUCCESS", True, 1), ("PARTIAL_SUCCESS", True, 1), ("PARTIAL_SUCCESS", False, 0), ("FAILED", True, 0)],
)
def test_jobs_end_as_switched(
    backup: BackupApi, simulator: Simulator, outcome: str, partial: bool, points: int
) -> None:
    simulator.switch(backup_job_ends_in=outcome, backup_partial_restorable=partial)
    target = backup.made()
    assert backup.run(target) == outcome
    assert len(backup.points(target)) == points


def test_a_job_can_be_ended_from_outside(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    backup.ok("POST", f"/backups/{target}/manual-backup")
    simulator.advance(1)
    backup.patch("histories", backup.jobs(target)[0]["backup_job_guid"], backup_job_state="FAILED")
    simulator.advance(20)
    assert ([job["backup_job_state"] for job in backup.jobs(target)], backup.points(target)) == (["FAILED"], [])


def test_a_server_that_is_gone(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    simulator.patch_world({"servers": [{"id": backup.show(target)["server_uuid"], "removed": True}]})
    assert backup.show(target)["server_name"] == "west-web1"
    assert backup.run(target) == "FAILED"
    backup.ok("DELETE", f"/backups/{target}")
    simulator.advance(3)
    assert backup.ok("GET", "/backups")["count"] == 0


def test_a_stopped_server(backup: BackupApi, simulator: Simulator) -> None:
    assert backup.run(backup.made("west-stopped1")) == "SUCCESS"
    files = backup.of_files("west-stopped2", name="files")
    assert backup.run(files) == "FAILED"
    simulator.patch_world({"servers": [{"id": simulator.server("west-stopped2")["id"], "state": "RUNNING"}]})
    assert backup.run(files) == "SUCCESS"


def test_an_agent_out_of_reach(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files()
    agent = backup.show(target)["backup_agent_id"]
    backup.patch("agents", agent, connection_state="FAILED")
    assert backup.run(target) == "FAILED"
    backup.patch("agents", agent, connection_state="SUCCESS")
    assert backup.run(target) == "SUCCESS"
    backup.patch("agents", agent, removed=True)
    assert backup.run(target) == "FAILED"


@pytest.mark.parametrize(
    ("paths", "outcome"),
    [(["/data", "/etc"], "SUCCESS"), (["/data", "/nothing"], "PARTIAL_SUCCESS"), (["/nothing", "/dat"], "FAILED")],
)
def test_paths_that_are_not_there(backup: BackupApi, paths: list[str], outcome: str) -> None:
    assert backup.run(backup.of_files(filesystem_paths=paths)) == outcome


def test_histories(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    for outcome in ("SUCCESS", "FAILED", "PARTIAL_SUCCESS"):
        simulator.switch(backup_job_ends_in=outcome)
        backup.run(target)
        simulator.advance(3600)
    newest, middle, oldest = backup.jobs(target)
    assert [job["backup_job_state"] for job in (newest, middle, oldest)] == ["PARTIAL_SUCCESS", "FAILED", "SUCCESS"]
    assert backup.jobs(target, "?backup_job_state=FAILED") == [middle]
    assert len(backup.jobs(target, "?backup_job_state=ALL")) == 3
    assert backup.jobs(target, "?backup_job_state=INPROGRESS") == []
    assert backup.jobs(target, "?sort=backup_start_time:asc&size=1&page=1") == [middle]
    start = middle["backup_start_time"]
    assert backup.jobs(target, f"?backup_start_time={start}") == [newest, middle]
    korean = datetime.fromisoformat(start).replace(tzinfo=None) + timedelta(hours=9)
    assert backup.jobs(target, f"?backup_end_time={korean.isoformat()}%2B09:00") == [middle, oldest]
    for query in ("backup_start_time=yesterday", "sort=nothing:asc", "page=-1", f"backup_end_time={start[:-1]}+09:00"):
        assert backup("GET", f"/v1/backups/{target}/backup-histories?{query}").status == 400


def test_durations(backup: BackupApi, simulator: Simulator) -> None:
    names = ("create", "edit", "delete", "job", "history", "incremental", "point_delete", "agent_create")
    names = (*names, "connection_check", "agent_delete", "restore", "file_restore")
    simulator.switch(**{f"backup_{name}_seconds": number * 100 for number, name in enumerate(names, start=1)})

    def lasts(seconds: int, busy: Callable[[], bool]) -> bool:
        assert busy()
        simulator.advance(seconds - 1)
        assert busy()
        simulator.advance(1)
        return not busy()

    agent = backup.ok("POST", "/backup-agents", {"server_uuid": simulator.server("west-db1")["id"]})["resource"]["id"]
    assert lasts(800, lambda: backup.ok("GET", f"/backup-agents/{agent}")["state"] == "CREATING")
    backup.ok("GET", f"/backup-agents/{agent}/check-connection-state")
    assert lasts(900, lambda: backup.ok("GET", f"/backup-agents/{agent}")["connection_state"] is None)
    fields: dict[str, Any] = {"schedules": [FULL, DAILY], "policy_category": "AGENT"}
    target = backup.asked("west-db1", **fields).body["resource"]["id"]
    image = backup.asked(name="image").body["resource"]["id"]
    assert lasts(100, lambda: backup.show(target)["state"] == "CREATING")
    backup.ok("PUT", f"/backups/{target}/retention-period", {"retention_period": "MONTH_1"})
    assert lasts(200, lambda: backup.show(target)["state"] == "EDITING")
    for made in (target, image):
        backup.ok("POST", f"/backups/{made}/manual-backup")
    assert lasts(400, lambda: backup.points(target) == [])
    assert lasts(100, lambda: backup.jobs(target) == [])
    server = simulator.server("west-db1")["id"]
    paths = {"filesystem_paths": [{"source": "/", "destination": "/"}], "restore_server_uuid": server}
    backup.ok("POST", f"/backups/{target}/restore-agent-backup", {**paths, "restore_target_id": backup.point(target)})
    assert lasts(1200, lambda: backup.restores(target)[0]["restore_state"] == "INPROGRESS")
    wanted = {"restore_server_name": "new", "server_type_id": "s1v1m2", "restore_target_id": backup.point(image)}
    backup.ok("POST", f"/backups/{image}/restore", wanted)
    assert lasts(1100, lambda: backup.restores(image)[0]["restore_state"] == "INPROGRESS")
    backup.ok("DELETE", f"/backups/{target}/restore-targets", {"restore_target_ids": [backup.point(target)]})
    assert lasts(700, lambda: backup.points(target) != [])
    backup.ok("POST", f"/backups/{target}/manual-backup")
    now = simulator.now()
    night = now.replace(hour=17, minute=30, second=0, microsecond=500000)
    simulator.advance((night - now).total_seconds())
    assert lasts(600, lambda: len(backup.points(target)) == 1)
    backup.ok("DELETE", f"/backups/{target}")
    assert lasts(300, lambda: backup.ok("GET", "/backups")["count"] == 2)
    backup.ok("DELETE", f"/backup-agents/{agent}")
    assert lasts(1000, lambda: backup.ok("GET", "/backup-agents")["count"] == 1)


def test_the_world_can_be_put_back(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.of_files(dr_enabled=True, schedules=[FULL, DAILY])
    backup.run(target)
    backup.ok("PUT", f"/backups/{target}/retention-period", {"retention_period": "MONTH_1"})
    image = backup.made(name="image")
    body = {"restore_server_name": "new", "server_type_id": "s1v1m2", "restore_target_id": backup.point(image)}
    backup.ok("POST", f"/backups/{image}/restore", body)
    backup.ok("POST", f"/backups/{image}/manual-backup")
    kept = simulator.world()
    simulator.put_world(kept)
    assert simulator.world() == kept
    simulator.advance(10)
    assert (backup.jobs(image)[0]["backup_job_state"], simulator.server("new")["type"]) == ("SUCCESS", "VM")


# --- schedules ----------------------------------------------------------------------------------------------------


def starts(api: BackupApi, target: str) -> list[datetime]:
    """When the jobs of a backup began, on a Korean clock, the first one first."""
    found = [datetime.fromisoformat(job["backup_start_time"]) for job in api.jobs(target, "?size=1000")]
    return [start.replace(tzinfo=None) + timedelta(hours=9) for start in reversed(found)]


def test_schedules_start_jobs(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made(schedules=[FULL, DAILY], retention_period="YEAR_1")
    simulator.advance(14 * DAY)
    began = starts(backup, target)
    assert {(start.hour, start.minute, start.second) for start in began} == {(1, 0, 0), (2, 30, 0)}
    assert Counter(start.hour for start in began) == {1: 2, 2: 14}
    assert {start.weekday() for start in began if start.hour == 1} == {6}
    kinds = [point["type"] for point in simulator.world()["backup"]["restore_targets"]]
    assert kinds[0] == "FULL"
    assert Counter(kinds)["FULL"] in (2, 3)
    names = {job["schedule_name"] for job in backup.jobs(target, "?size=1000")}
    assert names == {item["name"] for item in backup.ok("GET", f"/backups/{target}/schedules")["contents"]}


@pytest.mark.parametrize("week", ["WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4", "WEEK_LAST"])
def test_monthly_schedules(backup: BackupApi, simulator: Simulator, week: str) -> None:
    target = backup.made(schedules=[{**MONTHLY, "start_day": "WED", "start_week": week}], retention_period="YEAR_1")
    simulator.advance(365 * DAY)
    began = starts(backup, target)
    assert len(began) in (12, 13)
    assert {start.weekday() for start in began} == {2}
    assert len({(start.year, start.month) for start in began}) == len(began)
    if week == "WEEK_LAST":
        assert all((start + timedelta(days=7)).month != start.month for start in began)
    else:
        assert {(start.day - 1) // 7 + 1 for start in began} == {int(week[-1])}


def test_the_zone_of_schedules(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_schedule_zone="UTC")
    target = backup.made(schedules=[{**FULL, "frequency": "DAILY", "start_day": None}])
    simulator.advance(DAY)
    assert [start.hour for start in starts(backup, target)] == [10]


def test_schedules_that_are_replaced_start_nothing(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made(schedules=[FULL, DAILY])
    daily = {**DAILY, "type": "FULL", "start_time": "05:00:00"}
    backup.ok("PUT", f"/backups/{target}/schedules", {"schedules": [daily]})
    simulator.advance(10 * DAY)
    assert Counter(start.hour for start in starts(backup, target)) == {5: 10}


def test_a_schedule_leaves_out_what_is_busy(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_job_seconds=3600)
    together = {"start_time": "02:30:00", "frequency": "DAILY"}
    target = backup.made(schedules=[{**together, "type": "FULL"}, {**together, "type": "INCREMENTAL"}])
    simulator.advance(2 * DAY)
    assert len(starts(backup, target)) == 2
    backup.patch("backups", target, state="ERROR")
    simulator.advance(2 * DAY)
    assert len(starts(backup, target)) == 2


def test_seeded_schedules_start_jobs_too(backup: BackupApi, simulator: Simulator) -> None:
    seed: dict[str, Any] = {
        "backups": [{"id": "b1", "name": "seeded", "server_uuid": simulator.server("west-web1")["id"]}],
        "schedules": [{"id": "s1", "backup_id": "b1", "start_time": "04:00:00"}],
        "restore_targets": [{"id": "p1", "backup_id": "b1", "retention_period": "MONTH_1"}],
    }
    simulator.patch_world({"backup": seed})
    simulator.advance(2 * DAY)
    assert len(backup.jobs("b1")) == 2
    # What is put back as it was goes on once and not twice.
    simulator.put_world(simulator.world())
    simulator.advance(2 * DAY)
    assert len(backup.jobs("b1")) == 4
    simulator.advance(26.1 * DAY)
    assert "p1" not in [point["restore_target_id"] for point in backup.points("b1", "?size=100")]


# --- restore targets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "days"), [("WEEK_2", 14), ("MONTH_1", 30), ("MONTH_3", 90), ("MONTH_6", 180), ("YEAR_1", 365)]
)
def test_retention(backup: BackupApi, simulator: Simulator, period: str, days: int) -> None:
    target = backup.made(retention_period=period, schedules=[SELDOM])
    first = backup.point(target)
    simulator.advance(days * DAY - 100)
    assert first in [point["restore_target_id"] for point in backup.points(target, "?size=100")]
    simulator.advance(100)
    assert first not in [point["restore_target_id"] for point in backup.points(target, "?size=100")]


def test_the_length_of_a_month(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_month_days=31)
    target = backup.made(retention_period="MONTH_1", schedules=[SELDOM])
    first = backup.point(target)
    simulator.advance(30.5 * DAY)
    assert first in [point["restore_target_id"] for point in backup.points(target)]


@pytest.mark.parametrize("applies", ["new", "all"])
def test_a_changed_retention(backup: BackupApi, simulator: Simulator, applies: str) -> None:
    simulator.switch(backup_retention_applies=applies)
    target = backup.made(retention_period="MONTH_1", schedules=[SELDOM])
    first = backup.point(target)
    backup.ok("PUT", f"/backups/{target}/retention-period", {"retention_period": "WEEK_2"})
    simulator.advance(1)
    periods = [point["retention_period"] for point in backup.points(target)]
    assert periods == (["MONTH_1"] if applies == "new" else ["WEEK_2"])
    simulator.advance(15 * DAY)
    left = [point["restore_target_id"] for point in backup.points(target)]
    assert (first in left) == (applies == "new")


def test_restore_targets(backup: BackupApi, simulator: Simulator) -> None:
    target = backup.made()
    for _number in range(3):
        backup.run(target)
        simulator.advance(3600)
    newest, middle, oldest = backup.points(target)
    assert newest["backup_start_time"] > middle["backup_start_time"] > oldest["backup_start_time"]
    assert backup.points(target, "?sort=backup_start_time:asc&size=2") == [oldest, middle]
    assert backup.points(target, f"?backup_start_time={middle['backup_start_time']}") == [newest, middle]
    assert backup.points(target, "?backup_end_time=2001-01-01T00:00:00Z") == []
    path = f"/v1/backups/{target}/restore-targets"
    ids = [point["restore_target_id"] for point in (newest, oldest)]
    assert backup("DELETE", path, {"restore_target_ids": []}).status == 400
    assert backup("DELETE", path, {"restore_target_ids": [*ids, "nonsense"]}).status == 404
    assert len(backup.points(target)) == 3
    assert backup("DELETE", path, {"restore_target_ids": ids}).body["resource"]["id"] == target
    shown = [point["is_restore_available"] for point in backup.points(target)]
    assert shown == [False, True, False]
    simulator.advance(0.5)
    assert backup.points(target) == [middle]


@pytest.mark.parametrize("chain", ["free", "goes", "breaks", "400"])
def test_incremental_restore_targets_build_on_a_full_one(backup: BackupApi, simulator: Simulator, chain: str) -> None:
    target = backup.made(schedules=[{**FULL, "start_day": "SUN"}, DAILY], retention_period="YEAR_1")
    simulator.advance(8 * DAY)
    table = simulator.world()["backup"]["restore_targets"]
    point = min(table, key=lambda row: str(row["backup_start_time"]))["id"]
    count = len(table)
    simulator.switch(backup_point_chain=chain)
    path = f"/v1/backups/{target}/restore-targets"
    assert backup("DELETE", path, {"restore_target_ids": [point]}).status == (400 if chain == "400" else 200)
    simulator.advance(1)
    left = backup.points(target, "?size=100")
    usable = sum(found["is_restore_available"] for found in left)
    if chain == "goes":
        assert 0 < len(left) < count - 1
    elif chain == "breaks":
        assert (len(left), 0 < usable < count - 1) == (count - 1, True)
    else:
        assert len(left) == usable == count - (chain == "free")
