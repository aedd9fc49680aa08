# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_archive_lifecycle``: buckets in two regions, blockers, failures, and what other processes do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.stages import Stages
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult

pytestmark = pytest.mark.module("scp_archive_lifecycle")

MODULE = "scp_archive_lifecycle"
EAST = "kr-east1"
LIST: dict[str, Any] = {
    "encryption": True,
    "object_lifecycle": "30",
    "buckets": [
        {"name": "app-archive", "archiving_source_bucket_name": "west-app-logs", "versioning": True},
        {
            "name": "old-archive",
            "archiving_source_bucket_name": "west-recovered",
            "object_lifecycle": "7",
            "state": "inactive",
        },
        {"name": "far-archive", "region": EAST, "archiving_source_bucket_name": "east-app-logs", "encryption": "no"},
        "plain-archive",
    ],
}
OPERATIONS = [
    *("CreateBucket", "SetBucketVersioning", "SetBucketEncryption", "CreateArchivingPolicy"),
    *("CreateBucket", "SetBucketEncryption", "CreateArchivingPolicy", "SetArchivingPolicyState"),
    *("CreateBucket", "SetBucketEncryption", "CreateArchivingPolicy"),
    *("CreateBucket", "SetBucketEncryption"),
]


def by_name(result: TaskResult) -> dict[str, dict[str, Any]]:
    """Return what the task reports, by the names of the list."""
    return {entry["name"]: entry for entry in result.result["buckets"]}


def test_buckets_lifecycle_in_two_regions(runner: ModuleRunner) -> None:
    planned = runner.run_task(MODULE, LIST, check=True, diff=True)
    assert (planned.failed, planned.writes, planned.operations) == (False, [], OPERATIONS), planned.message
    done = runner.run_task(MODULE, LIST, diff=True)
    assert done.operations == OPERATIONS
    assert sorted(done.accepted) == sorted(OPERATIONS)
    assert len(done.result["diff"]) == len(planned.result["diff"]) == 7
    report = by_name(done)
    assert [entry["message"] for entry in report.values()] == [""] * 4
    assert [entry["change"] for entry in report.values()] == ["created"] * 4
    assert [entry["state"] for entry in report.values()] == ["ACTIVE"] * 4
    assert [entry["encryption"] for entry in report.values()] == [True, True, False, True]
    assert (report["app-archive"]["versioning"], report["plain-archive"]["versioning"]) == (True, None)
    assert [(entry["policy"] or {}).get("object_lifecycle") for entry in report.values()] == ["30", "7", "30", None]
    assert report["old-archive"]["policy"]["state"] == "INACTIVE"
    assert done.result["summary"] == "4 created, 0 changed, 0 unchanged, 0 failed"
    assert "west-recovered (inactive)" in done.result["table"][2]

    again = runner.run_task(MODULE, LIST, diff=True)
    assert (again.changed, again.operations, again.writes, again.result["diff"]) == (False, [], [], [])
    expected = {name: {**entry, "operations": [], "change": "unchanged"} for name, entry in report.items()}
    assert by_name(again) == expected

    later = {**LIST, "object_lifecycle": 60, "buckets": LIST["buckets"][:2]}
    planned, done = runner.run_task(MODULE, later, check=True), runner.run_task(MODULE, later)
    assert planned.operations == done.operations == done.writes == ["SetArchivingPolicy"]
    assert [entry["change"] for entry in by_name(done).values()] == ["changed", "unchanged"]


def test_buckets_unchanged_are_read_once(runner: ModuleRunner) -> None:
    runner.run_task(MODULE, LIST)
    again = runner.run_task(MODULE, LIST)
    operations = [call["operation"] for call in again.calls]
    assert operations.count("ListArchivingPolicies") == 3
    assert operations.count("ShowBucketEncryption") == 4


def test_buckets_with_blockers_change_nothing(runner: ModuleRunner) -> None:
    """All blockers are reported at once, alike in check mode."""
    runner.simulator.switch(archive_delete_seconds=3600)
    taken = {"name": "taken-archive", "archiving_source_bucket_name": "west-app-logs"}
    runner.run_task(MODULE, {"buckets": [taken, "late-archive"], "object_lifecycle": 1})
    runner.run_task("scp_archive_bucket", {"name": "late-archive", "state": "absent", "wait": False})
    wanted = [
        {"name": "taken-archive", "archiving_source_bucket_name": "west-recovered"},
        "new-archive",
        "late-archive",
    ]
    for check in (True, False):
        result = runner.run_task(MODULE, {**LIST, "buckets": wanted}, check=check)
        assert result.failed
        assert (result.writes, result.operations, result.changed) == ([], [], False)
        assert result.message.startswith("2 of 3 buckets cannot be worked on, and nothing was changed. ")
        words = ("'west-app-logs'", "'west-recovered'", "late-archive")
        assert [word for word in words if word not in result.message] == []
        assert len(result.result["failures"]) == 2
        assert by_name(result)["new-archive"]["change"] == "skipped"
        assert by_name(result)["new-archive"]["operations"] == []
        assert result.result["summary"].endswith("0 created, 0 changed, 0 unchanged, 2 failed, 1 skipped")


def test_buckets_options_are_checked_before_any_call(runner: ModuleRunner) -> None:
    result = runner.run_task(MODULE, {"buckets": ["Bad_Name", "fine-archive"]})
    assert result.failed
    assert result.calls == []
    assert "Item 1 (Bad_Name): 'Bad_Name' cannot be the name of a bucket" in result.message


def test_buckets_that_fail_leave_the_others_complete(runner: ModuleRunner) -> None:
    wanted = [
        {"name": "lost-archive", "archiving_source_bucket_name": "none-such"},
        {"name": "fine-archive", "archiving_source_bucket_name": "west-app-logs"},
    ]
    result = runner.run_task(MODULE, {**LIST, "buckets": wanted})
    assert result.failed
    assert result.message.startswith("1 of 2 buckets failed. lost-archive: CreateArchivingPolicy")
    assert "none-such" in result.message
    assert result.result["error"]["operation"] == "CreateArchivingPolicy"
    report = by_name(result)
    assert report["fine-archive"]["policy"]["state"] == "ACTIVE"
    assert report["lost-archive"]["change"] == "failed"
    assert report["lost-archive"]["message"]
    assert result.result["summary"] == "1 created, 0 changed, 0 unchanged, 1 failed"


def test_buckets_of_a_survey(runner: ModuleRunner) -> None:
    done = runner.run_task(MODULE, {"buckets": "a-archive, b-archive", "versioning": "true"})
    assert done.operations == ["CreateBucket", "SetBucketVersioning"] * 2


def test_buckets_under_way_are_waited_for(runner: ModuleRunner) -> None:
    """A bucket that an interrupted run has begun has nothing to be sent, and still has to be complete at the end."""
    runner.simulator.switch(archive_create_seconds=60)
    runner.run_task("scp_archive_bucket", {"name": "slow-archive", "wait": False})
    done = runner.run_task(MODULE, {"buckets": ["slow-archive"]})
    assert (done.operations, by_name(done)["slow-archive"]["state"]) == ([], "ACTIVE")


def test_buckets_created_meanwhile_are_not_created_again(runner: ModuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    converge = Stages.converge

    def changed(stages: Stages, *args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        other = ModuleRunner(runner.simulator)
        other.run_task("scp_archive_bucket", {"name": "app-archive"})
        other.close()
        return converge(stages, *args, **kwargs)

    monkeypatch.setattr(Stages, "converge", changed)
    done = runner.run_task(MODULE, {**LIST, "buckets": LIST["buckets"][:1]})
    assert not done.failed, done.message
    assert done.operations == ["SetBucketVersioning", "SetBucketEncryption", "CreateArchivingPolicy"]
