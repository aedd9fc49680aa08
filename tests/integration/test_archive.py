# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage beyond the lives: what fails, what is joined, and long lists."""

from __future__ import annotations

import time
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task

BUCKET = "3d036efe-f576-48b0-8375-6d3704a95b63"
JOB_ID = "EXE-8f35b491-a060-453b-b825-e78440ca46de"
BACK = {
    "bucket": "app-archive",
    "recovery_target_bucket_name": "west-recovered",
    "recovery_infos": [{"source_object_path": "app/", "object_type": "FOLDER"}],
}


def _world(controller: Controller, **parts: list[dict[str, Any]]) -> None:
    """A bucket with two objects, one of them in two versions, and what else is wanted in it."""
    versions = [("app/1.log", "v1", True), ("readme.txt", "v1", False), ("readme.txt", "v2", True)]
    objects = [
        {"bucket_id": BUCKET, "path": path, "version_id": version, "current": current, "size": 100 * number}
        for number, (path, version, current) in enumerate(versions, 1)
    ]
    rest = {name: [{"bucket_id": BUCKET, **row} for row in rows] for name, rows in parts.items()}
    bucket = {"id": BUCKET, "name": "app-archive", "versioning": True}
    controller.simulator.patch_world({"archivestorage": {"buckets": [bucket], "objects": objects, **rest}})


def _histories(controller: Controller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = controller.simulator.world()["archivestorage"]["recovery_histories"]
    return found


def test_a_bucket_that_ends_in_error(controller: Controller) -> None:
    """It is told, stays known, and can be removed."""
    controller.simulator.switch(archive_create_ends_in="ERROR")
    bucket = {"name": "sad-archive", "versioning": True}
    run = controller.run(
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
    assert controller.simulator.resources() == {}


def test_jobs_that_fail(controller: Controller) -> None:
    """The task fails with the history, and the next one begins another recovery."""
    _world(controller, archiving_histories=[{"id": JOB_ID, "state": "RUNNING"}])
    controller.simulator.switch(archive_recovery_ends_in="FAILED")
    failing = controller.run(
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
    controller.simulator.switch(archive_recovery_ends_in="SUCCESS")
    controller.simulator.patch_world({"archivestorage": {"archiving_histories": [{"id": JOB_ID, "state": "FAILED"}]}})
    run = controller.run(
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


def test_a_recovery_is_joined(controller: Controller) -> None:
    """While it runs no second one begins, whoever waits; a finished one counts for as long as it was asked for."""
    _world(controller)
    version = {"source_object_path": "readme.txt", "source_object_version": "v1"}
    old = {name: value for name, value in BACK.items() if name != "recovery_infos"} | version
    tasks = [
        task("scp_archive_recovery", {**BACK, "wait": False}, name="begin"),
        task("scp_archive_recovery", BACK, name="foretold", check=True),
        task("scp_archive_recovery", BACK, name="join"),
        task("scp_archive_job", {"bucket": BUCKET, "kind": "recovery"}, name="wait"),
        task("scp_archive_recovery", {**BACK, "max_age": "1h"}, name="done"),
        task("scp_archive_recovery", {**BACK, "max_age": "0"}, name="anew"),
        task("scp_archive_recovery", old, name="a version"),
        task("scp_archive_recovery", old, name="the same version"),
        task("scp_archive_recovery", {**old, "source_object_version": "v2"}, name="another version"),
    ]
    run = controller.run(tasks).succeeded()
    for name in ("foretold", "join", "wait", "done", "the same version"):
        assert (run[name].changed, run[name].operations, run[name].writes) == (False, [], []), name
    assert run["join"].result["joined"] is True
    assert run["join"].result["recovery"]["state"] == "SUCCESS"
    assert run["begin"].result["recovery"]["id"] == run["wait"].result["job"]["id"]
    assert run["anew"].operations == ["RecoverObjects"]
    for name in ("a version", "another version"):
        assert run[name].operations == ["RecoverObjectVersions"], name
    assert len(_histories(controller)) == 4


def test_waiting_goes_on_through_errors(controller: Controller) -> None:
    """A service that is away for a while is waited for, and lines for a person tell how far things are."""
    running = {"id": JOB_ID, "state": "PENDING", "parts": [{"path": "/", "objects": [{"path": "x", "size": 1}]}]}
    _world(controller, archiving_histories=[running])
    controller.simulator.fault("status", status=503, operation="ShowArchivingHistory", times=3, skip=2)
    run = controller.start(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [_waiting()]}], environ={"SCP_MAX_RETRIES": "0"}
    )
    _when_called(controller, "ShowArchivingHistory", 9)
    controller.simulator.patch_world({"archivestorage": {"archiving_histories": [{"id": JOB_ID, "state": "SUCCESS"}]}})
    done = run.finish().succeeded()
    assert done["wait"].result["job"]["state"] == "SUCCESS"
    assert done["wait"].changed is False
    assert f"waiting for archiving {JOB_ID} since" in done.stdout
    assert "PENDING, 0 % (0 of 1 objects)" in done.stdout


def _waiting() -> dict[str, Any]:
    return task("scp_archive_job", {"bucket": BUCKET, "kind": "archiving", "job": JOB_ID}, name="wait")


def _when_called(controller: Controller, operation: str, times: int) -> None:
    """Return when an operation was called so often."""
    while sum(entry["operation"] == operation for entry in controller.simulator.operations()) < times:
        time.sleep(0.1)


def test_cancelling(controller: Controller) -> None:
    """What has ended, or never was, is left alone."""
    _world(controller, recovery_histories=[{"id": JOB_ID, "state": "SUCCESS", "target": "west-recovered"}])
    cancel = {"bucket": BUCKET, "state": "cancelled"}
    run = controller.run(
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


def test_long_lists(controller: Controller) -> None:
    """Buckets, objects and histories are read to their ends, each once."""
    many = [{"name": f"bucket-{number:04}", "id": f"{number:08}-0000-4000-8000-000000000000"} for number in range(150)]
    controller.simulator.patch_world({"archivestorage": {"buckets": many}})
    paths = [{"path": f"logs/{number:05}.log", "size": 1} for number in range(10_000)]
    # One every half hour, all of them in the last 31 days.
    hours = [f"2026-07-{1 + number // 48:02}T{number // 2 % 24:02}:{number % 2 * 30:02}:00" for number in range(1050)]
    _world(
        controller, recovery_histories=[{"start_at": f"{hour}.000000", "target": "west-recovered"} for hour in hours]
    )
    controller.simulator.patch_world({"archivestorage": {"objects": [{"bucket_id": BUCKET, **path} for path in paths]}})
    july = {"start_at_from": "2026-07-01T00:00:00", "start_at_to": "2026-07-31T00:00:00"}
    run: Run = controller.run(
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


def test_reading_in_full(controller: Controller) -> None:
    """Info modules give each part in the shape in which writing modules give it."""
    _world(
        controller,
        policies=[{"source": "west-app-logs", "lifecycle": "30"}],
        archiving_histories=[{"state": "FAILED", "parts": [{"path": "/", "objects": []}]}],
        recovery_histories=[{"state": "SUCCESS", "target": "west-recovered"}],
    )
    controller.simulator.patch_world({"archivestorage": {"buckets": [{"id": BUCKET, "source": "west-app-logs"}]}})
    parts = ["versioning", "encryption", "policies"]
    run = controller.run(
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


def test_the_connection(controller: Controller) -> None:
    """The service is looked at with all others, and it accepts the key."""
    result = controller.run_task("scp.storage.scp", {"query": "services[?usable].service"})
    assert "archivestorage" in result.result["result"]
    assert {"ListBuckets"} <= set(result.reads)
