# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage beyond the lifecycles: what fails, what is joined, and long lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import Run, task

BUCKET = "3d036efe-f576-48b0-8375-6d3704a95b63"
POLICY_ID = "SCH-02d48456-0f35-47e2-8056-b00e09366cac"
JOB_ID = "EXE-8f35b491-a060-453b-b825-e78440ca46de"
BACK = {
    "bucket": "app-archive",
    "recovery_target_bucket_name": "west-recovered",
    "recovery_infos": [{"source_object_path": "app/", "object_type": "FOLDER"}],
}


def _world(runner: ModuleRunner, **parts: list[dict[str, Any]]) -> None:
    """A bucket with two objects, one of them in two versions, and what else is wanted in it."""
    versions = [("app/1.log", "v1", True), ("readme.txt", "v1", False), ("readme.txt", "v2", True)]
    objects = [
        {"bucket_id": BUCKET, "path": path, "version_id": version, "current": current, "size": 100 * number}
        for number, (path, version, current) in enumerate(versions, 1)
    ]
    rest = {name: [{"bucket_id": BUCKET, **row} for row in rows] for name, rows in parts.items()}
    bucket = {"id": BUCKET, "name": "app-archive", "versioning": True}
    runner.simulator.patch_world({"archivestorage": {"buckets": [bucket], "objects": objects, **rest}})


def _histories(runner: ModuleRunner) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = runner.simulator.world()["archivestorage"]["recovery_histories"]
    return found


@pytest.mark.module("scp_archive_bucket")
def test_a_bucket_that_ends_in_error(runner: ModuleRunner) -> None:
    """It is reported, stays known, and can be removed."""
    runner.simulator.switch(archive_create_ends_in="ERROR")
    bucket = {"name": "sad-archive", "versioning": True}
    run = runner.run(
        [
            task("scp_archive_bucket", bucket, name="make", ignore_errors=True),
            task("scp_archive_bucket", bucket, name="again", ignore_errors=True),
            task("scp_archive_bucket", {"name": "sad-archive", "state": "absent"}, name="remove"),
        ]
    ).succeeded()
    for name in ("make", "again"):
        assert run[name].failed
        assert "state ERROR" in run[name].message
    assert run["make"].operations == ["CreateBucket"]
    assert run["make"].result["bucket"]["name"] == "sad-archive"
    assert run["again"].writes == []
    assert run["remove"].operations == ["DeleteBucket"]
    assert runner.simulator.resources() == {}


@pytest.mark.module("scp_archive_recovery", "scp_archive_job")
def test_jobs_that_fail(runner: ModuleRunner) -> None:
    """The task fails with the history, and the next one begins another recovery."""
    _world(
        runner,
        policies=[{"id": POLICY_ID, "source": "west-app-logs", "state": "INACTIVE"}],
        archiving_histories=[{"id": JOB_ID, "policy_id": POLICY_ID, "state": "RUNNING"}],
    )
    runner.simulator.switch(archive_recovery_ends_in="FAILED")
    failing = runner.run(
        [
            task("scp_archive_recovery", BACK, name="recover", ignore_errors=True),
            task("scp_archive_job", {"bucket": BUCKET, "kind": "recovery"}, name="wait", ignore_errors=True),
        ]
    ).succeeded()
    assert failing["recover"].failed
    assert failing["recover"].operations == ["RecoverObjects"]
    assert failing["recover"].result["recovery"]["state"] == "FAILED"
    assert failing["recover"].result["recovery"]["recovery_infos"][0]["total_object_count"] == 1
    assert failing["wait"].failed
    assert failing["wait"].result["job"]["id"] == failing["recover"].result["recovery"]["id"]
    assert failing["wait"].writes == []
    runner.simulator.switch(archive_recovery_ends_in="SUCCESS")
    runner.simulator.patch_world({"archivestorage": {"archiving_histories": [{"id": JOB_ID, "state": "FAILED"}]}})
    run = runner.run(
        [
            task("scp_archive_recovery", BACK, name="recover"),
            task("scp_archive_job", {"bucket": BUCKET, "kind": "archiving"}, name="archiving", ignore_errors=True),
        ]
    ).succeeded()
    assert run["recover"].operations == ["RecoverObjects"]
    assert run["recover"].result["recovery"]["state"] == "SUCCESS"
    assert run["recover"].result["joined"] is False
    assert run["archiving"].failed
    assert run["archiving"].result["job"]["state"] == "FAILED"


@pytest.mark.module("scp_archive_recovery", "scp_archive_job")
def test_a_recovery_is_joined(runner: ModuleRunner) -> None:
    """While it runs no second one begins, with or without waiting; a finished one counts as long as requested."""
    _world(runner)
    version = {"source_object_path": "readme.txt", "source_object_version": "v1"}
    old = {name: value for name, value in BACK.items() if name != "recovery_infos"} | version
    tasks = [
        task("scp_archive_recovery", {**BACK, "wait": False}, name="begin"),
        task("scp_archive_recovery", BACK, name="predicted", check=True),
        task("scp_archive_recovery", BACK, name="join"),
        task("scp_archive_job", {"bucket": BUCKET, "kind": "recovery"}, name="wait"),
        task("scp_archive_recovery", {**BACK, "max_age": "1h"}, name="done"),
        task("scp_archive_recovery", {**BACK, "max_age": "0"}, name="again"),
        task("scp_archive_recovery", old, name="a version"),
        task("scp_archive_recovery", old, name="the same version"),
        task("scp_archive_recovery", {**old, "source_object_version": "v2"}, name="another version"),
    ]
    run = runner.run(tasks).succeeded()
    for name in ("predicted", "join", "wait", "done", "the same version"):
        assert (run[name].changed, run[name].operations, run[name].writes) == (False, [], []), name
    assert run["join"].result["joined"] is True
    assert run["join"].result["recovery"]["state"] == "SUCCESS"
    assert run["begin"].result["recovery"]["id"] == run["wait"].result["job"]["id"]
    assert run["again"].operations == ["RecoverObjects"]
    for name in ("a version", "another version"):
        assert run[name].operations == ["RecoverObjectVersions"], name
    assert len(_histories(runner)) == 4


@pytest.mark.module("scp_archive_job")
def test_waiting_goes_on_through_errors(runner: ModuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is away for a while is waited for, and lines for the user show how far things are."""
    running = {"id": JOB_ID, "state": "PENDING", "parts": [{"path": "/", "objects": [{"path": "x", "size": 1}]}]}
    _world(runner, archiving_histories=[running])
    runner.simulator.fault("status", status=503, operation="ShowArchivingHistory", times=3, skip=2)
    sleep = runner.clock.sleep

    def end_the_job_after_nine_looks(seconds: float) -> None:
        sleep(seconds)
        looks = [call for call in runner.simulator.operations() if call["operation"] == "ShowArchivingHistory"]
        if len(looks) == 9:
            success = {"archiving_histories": [{"id": JOB_ID, "state": "SUCCESS"}]}
            runner.simulator.patch_world({"archivestorage": success})

    monkeypatch.setattr(runner.clock, "sleep", end_the_job_after_nine_looks)
    waiting = task("scp_archive_job", {"bucket": BUCKET, "kind": "archiving", "job": JOB_ID}, name="wait")
    done = runner.run([waiting], environ={"SCP_MAX_RETRIES": "0"}).succeeded()
    assert done["wait"].result["job"]["state"] == "SUCCESS"
    assert done["wait"].changed is False
    assert f"waiting for archiving {JOB_ID} since" in done.stdout
    assert "PENDING, 0 % (0 of 1 objects)" in done.stdout


@pytest.mark.module("scp_archive_job")
def test_cancelling(runner: ModuleRunner) -> None:
    """What has ended, or never was, is left alone."""
    _world(runner, recovery_histories=[{"id": JOB_ID, "state": "SUCCESS", "target": "west-recovered"}])
    cancel = {"bucket": BUCKET, "state": "cancelled"}
    run = runner.run(
        [
            task("scp_archive_job", {**cancel, "kind": "recovery"}, name="ended"),
            task("scp_archive_job", {**cancel, "kind": "recovery", "job": JOB_ID}, name="ended by id"),
            task("scp_archive_job", {**cancel, "kind": "archiving"}, name="none"),
        ]
    ).succeeded()
    for result in run:
        assert (result.changed, result.writes) == (False, []), result.name
    assert run["ended"].result["job"]["state"] == "SUCCESS"
    assert run["none"].result["job"] == {}


@pytest.mark.module("scp_archive_bucket_info", "scp_archive_object_info", "scp_archive_job_info")
def test_long_lists(runner: ModuleRunner) -> None:
    """Buckets, objects and histories are read to their ends, each once."""
    many = [{"name": f"bucket-{number:04}", "id": f"{number:08}-0000-4000-8000-000000000000"} for number in range(150)]
    runner.simulator.patch_world({"archivestorage": {"buckets": many}})
    paths = [{"path": f"logs/{number:05}.log", "size": 1} for number in range(10_000)]
    # One every half hour, all of them in the last 31 days.
    hours = [f"2026-07-{1 + number // 48:02}T{number // 2 % 24:02}:{number % 2 * 30:02}:00" for number in range(1050)]
    _world(runner, recovery_histories=[{"start_at": f"{hour}.000000", "target": "west-recovered"} for hour in hours])
    runner.simulator.patch_world({"archivestorage": {"objects": [{"bucket_id": BUCKET, **path} for path in paths]}})
    july = {"start_at_from": "2026-07-01T00:00:00", "start_at_to": "2026-07-31T00:00:00"}
    run: Run = runner.run(
        [
            task("scp_archive_bucket_info", {}, name="buckets"),
            task("scp_archive_object_info", {"bucket": BUCKET, "object_type": "FILE"}, name="objects"),
            task("scp_archive_object_info", {"bucket": BUCKET, "object_path": "logs/"}, name="folder"),
            task("scp_archive_job_info", {"bucket": BUCKET, "kind": "recovery", **july}, name="jobs"),
            task("scp_archive_job_info", {"bucket": "none-such"}, name="none"),
        ]
    ).succeeded()
    names = [bucket["name"] for bucket in run["buckets"].result["buckets"]]
    assert names == ["app-archive", *(bucket["name"] for bucket in many)]
    assert len({entry["object_name"] for entry in run["objects"].result["objects"]}) == 10_002
    assert len(run["objects"].result["objects"]) == 10_002
    assert [entry["object_name"] for entry in run["folder"].result["objects"]] == [path["path"] for path in paths]
    ids = [job["id"] for job in run["jobs"].result["jobs"]]
    assert len(ids) == len(set(ids)) == 1050
    assert run["none"].result["jobs"] == []


@pytest.mark.module(
    "scp_archive_bucket_info",
    "scp_archive_policy_info",
    "scp_archive_policy",
    "scp_archive_object_info",
    "scp_archive_job_info",
)
def test_reading_in_full(runner: ModuleRunner) -> None:
    """Info modules give each part in the shape in which writing modules give it."""
    _world(
        runner,
        policies=[{"source": "west-app-logs", "lifecycle": "30"}],
        archiving_histories=[{"state": "FAILED", "parts": [{"path": "/", "objects": []}]}],
        recovery_histories=[{"state": "SUCCESS", "target": "west-recovered"}],
    )
    runner.simulator.patch_world({"archivestorage": {"buckets": [{"id": BUCKET, "source": "west-app-logs"}]}})
    parts = ["versioning", "encryption", "policies"]
    run = runner.run(
        [
            task("scp_archive_bucket_info", {"name": "app-archive", "gather": parts}, name="by name"),
            task("scp_archive_bucket_info", {"bucket_id": BUCKET, "gather": parts}, name="by id"),
            task("scp_archive_bucket_info", {"bucket_id": "none-such"}, name="none"),
            task("scp_archive_policy_info", {"bucket": "app-archive"}, name="policies"),
            task("scp_archive_policy", {"bucket": "app-archive", "object_lifecycle": 30}, name="policy"),
            task("scp_archive_policy_info", {"bucket": "none-such"}, name="no policies"),
            task("scp_archive_object_info", {"bucket": "app-archive", "versions_of": "readme.txt"}, name="versions"),
            task("scp_archive_object_info", {"bucket": "app-archive", "versions_of": "none"}, name="no versions"),
            task("scp_archive_object_info", {"bucket": "none-such"}, name="no objects"),
            task("scp_archive_job_info", {"bucket": "app-archive", "gather": ["detail"]}, name="jobs"),
            task("scp_archive_job_info", {"bucket": "app-archive", "job_state": "FAILED"}, name="failed"),
        ]
    ).succeeded()
    (bucket,) = run["by name"].result["buckets"]
    assert [bucket] == run["by id"].result["buckets"]
    assert (bucket["versioning"], bucket["encryption"]) == (True, False)
    assert bucket["policies"] == run["policies"].result["policies"] == [run["policy"].result["policy"]]
    assert run["none"].result["buckets"] == run["no policies"].result["policies"] == []
    assert [version["object_version_id"] for version in run["versions"].result["versions"]] == ["v2", "v1"]
    assert run["no versions"].result["versions"] == run["no objects"].result["objects"] == []
    assert [(job["kind"], job["state"]) for job in run["jobs"].result["jobs"]] == [
        ("archiving", "FAILED"),
        ("recovery", "SUCCESS"),
    ]
    assert run["jobs"].result["jobs"][0]["archiving_infos"][0]["source_object_path"] == "/"
    assert [job["kind"] for job in run["failed"].result["jobs"]] == ["archiving"]


@pytest.mark.module("scp_connection_info")
def test_the_connection(runner: ModuleRunner) -> None:
    """The service is looked at with all others, and it accepts the key."""
    result = runner.run_task("scp.storage.scp_connection_info", {"query": "services[?usable].service"})
    assert "archivestorage" in result.result["result"]
    assert {"ListBuckets"} <= set(result.reads)
