# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user sees when something of Archive Storage cannot be."""

from __future__ import annotations

from typing import Any

from tests.harness.modules import ModuleRunner
from tests.modules.messages import Case, check_case, each

BUCKET, POLICY, OBJECT = "scp_archive_bucket", "scp_archive_policy", "scp_archive_object"
RECOVERY, JOB, JOB_INFO = "scp_archive_recovery", "scp_archive_job", "scp_archive_job_info"
FULL, BUSY, SAD, LATE, TWICE = (f"{number}d036efe-f576-48b0-8375-6d3704a95b63" for number in range(1, 6))
#: An id that could be a name, as the printed ones are.
PLAIN = "138c2-fc8c2-9a449-dbfa86-81f8f-1d78e2"
ARCHIVING, RECOVERING, FAILED, STOPPED = (f"EXE-{number}f35b491-a060-453b-b825-e78440ca46de" for number in range(4))
WORLD: dict[str, Any] = {
    "buckets": [
        {"id": FULL, "name": "full-archive", "source": "west-app-logs"},
        {"id": BUSY, "name": "busy-archive"},
        {"id": SAD, "name": "sad-archive", "state": "ERROR"},
        {"id": LATE, "name": "late-archive", "state": "DELETING"},
        {"id": TWICE, "name": "twice-archive", "source": "west-app-logs"},
        {"id": PLAIN, "name": "plain-archive"},
    ],
    "used_names": [{"name": "gone-archive", "free_at": 9e9}],
    "policies": [
        {"bucket_id": FULL, "source": "west-app-logs", "lifecycle": "30"},
        {"id": "policy-of-busy", "bucket_id": BUSY, "source": "west-app-logs", "state": "INACTIVE"},
        *({"bucket_id": TWICE, "source": "west-app-logs", "lifecycle": days} for days in ("7", "30")),
    ],
    "objects": [
        {"bucket_id": FULL, "path": "app/1.log", "size": 100},
        {"bucket_id": FULL, "path": "readme.txt", "size": 100, "version_id": "v1"},
    ],
    "archiving_histories": [
        {
            "id": ARCHIVING,
            "bucket_id": BUSY,
            "policy_id": "policy-of-busy",
            "state": "RUNNING",
            "parts": [{"path": "/", "objects": [{"path": "x", "size": 1}]}],
        },
        {"id": STOPPED, "bucket_id": FULL, "state": "CANCELLED", "end_at": "2026-07-30T04:54:33.219373"},
    ],
    "recovery_histories": [
        {"id": RECOVERING, "bucket_id": BUSY, "state": "PENDING", "target": "west-recovered"},
        {
            "id": FAILED,
            "bucket_id": FULL,
            "state": "FAILED",
            "target": "west-recovered",
            "end_at": "2026-07-30T04:54:33.219373",
            "parts": [{"path": "app/", "objects": [{"path": "app/1.log", "size": 100}]}],
        },
    ],
}
BACK = {"bucket": "full-archive", "recovery_target_bucket_name": "west-recovered"}
README = {"source_object_path": "readme.txt", "object_type": "FILE"}
NAME_RULE = ("3 to 63 characters", "no IP address")

CASES = (
    *(
        Case(f"the name {name}", BUCKET, {"name": name}, (repr(name), *NAME_RULE), check=True)
        for name in ("ab", "Logs", "a..b", "a.-b", "a-.b", "-ab", "ab.", "10.0.0.1", "admin", "a_b", "x" * 64)
    ),
    Case(
        "a name of an hour",
        BUCKET,
        {"name": "gone-archive"},
        ("gone-archive", "409", "an hour", "another name", "1,000 buckets"),
        sends=("CreateBucket",),
    ),
    Case("no such id", BUCKET, {"bucket_id": "none-such"}, ("bucket of Archive Storage", "'none-such'", "kr-west1")),
    Case("another name", BUCKET, {"bucket_id": FULL, "name": "x-archive"}, ("'full-archive'", "'x-archive'")),
    Case("a bucket that goes", BUCKET, {"name": "late-archive"}, ("late-archive", "being deleted", "an hour")),
    Case("a sad bucket", BUCKET, {"name": "sad-archive"}, ("sad-archive", "state ERROR", "state absent")),
    *(
        Case(
            f"deletion while it runs, check {check}",
            BUCKET,
            {"name": "busy-archive", "state": "absent"},
            (ARCHIVING, "IN_PROGRESS", RECOVERING, "PENDING", "scp_archive_job", "finished", "cancelled", "archiving"),
            check=check,
        )
        for check in (True, False)
    ),
    Case(
        "deletion of a bucket with objects",
        BUCKET,
        {"name": "full-archive", "state": "absent"},
        ("DeleteBucket", "409", "not empty", "scp_archive_object", "scp_archive_policy"),
        sends=("DeleteBucket",),
    ),
    Case(
        "another source",
        POLICY,
        {"bucket": "full-archive", "archiving_source_bucket_name": "west-recovered"},
        ("archiving_source_bucket_name", "'west-app-logs'", "'west-recovered'", "permanently", "separate bucket"),
        check=True,
    ),
    Case(
        "no policy yet",
        POLICY,
        {"bucket": "plain-archive"},
        ("plain-archive", "archiving_source_bucket_name and object_lifecycle", "to create it"),
    ),
    Case(
        "no such source",
        POLICY,
        {"bucket": PLAIN, "archiving_source_bucket_name": "none-such", "object_lifecycle": 1},
        ("CreateArchivingPolicy", "404", "none-such", "Object Storage of kr-west1"),
        sends=("CreateArchivingPolicy",),
    ),
    Case(
        "no days", POLICY, {"bucket": "full-archive", "object_lifecycle": 0}, ("object_lifecycle", "'0'", "1 or more")
    ),
    Case("odd days", POLICY, {"bucket": "full-archive", "object_lifecycle": "a week"}, ("'a week'", "number of days")),
    Case("no bucket", POLICY, {"bucket": "none-such"}, ("bucket of Archive Storage", "'none-such'", "kr-west1")),
    Case("two policies", POLICY, {"bucket": "twice-archive"}, ("twice-archive", "2 archiving", "7 days", "INACTIVE")),
    Case("policy of a bucket that goes", POLICY, {"bucket": LATE}, ("late-archive", "being deleted")),
    Case(
        "versions of a folder",
        OBJECT,
        {"bucket": FULL, "state": "absent", "path": "app/", "versions": ["v1"]},
        ("'app/'", "folder", "paths"),
    ),
    Case("an empty path", OBJECT, {"bucket": FULL, "state": "absent", "paths": [""]}, ("paths", "empty")),
    Case(
        "objects that are not there",
        RECOVERY,
        {**BACK, "recovery_infos": [README, {"source_object_path": "none/such/", "object_type": "FOLDER"}]},
        ("full-archive", "has no none/such/", "ends in '/'", "scp_archive_object_info"),
        check=True,
    ),
    Case(
        "a folder without its slash",
        RECOVERY,
        {**BACK, "recovery_infos": [{"source_object_path": "app", "object_type": "FOLDER"}]},
        ("'app' as FOLDER", "ends in '/'"),
    ),
    Case("nothing to recover", RECOVERY, {**BACK, "recovery_infos": []}, ("recovery_infos", "empty")),
    Case(
        "no such version",
        RECOVERY,
        {**BACK, "source_object_path": "readme.txt", "source_object_version": "v9"},
        ("no version v9 of readme.txt", "it has: v1", "versions_of"),
    ),
    Case(
        "no such target",
        RECOVERY,
        {**BACK, "recovery_target_bucket_name": "none-such", "recovery_infos": [README]},
        ("RecoverObjects", "404", "none-such", "Object Storage of kr-west1"),
        sends=("RecoverObjects",),
    ),
    Case("no age", RECOVERY, {**BACK, "recovery_infos": [README], "max_age": "old"}, ("max_age", "'old'", "12h")),
    Case(
        "a recovery that fails",
        RECOVERY,
        {**BACK, "recovery_infos": [README]},
        ("state FAILED", "0 of 1 objects", "no reason", "Object Storage", "overwrite", "again"),
        switches={"archive_recovery_ends_in": "FAILED"},
        sends=("RecoverObjects",),
    ),
    Case(
        "a job that failed",
        JOB,
        {"bucket": "full-archive", "kind": "recovery"},
        (FAILED, "full-archive", "state FAILED", "0 of 1 objects", "no reason"),
    ),
    Case(
        "a job that was stopped",
        JOB,
        {"bucket": FULL, "kind": "archiving"},
        (STOPPED, "state CANCELLED", "it was cancelled"),
    ),
    Case(
        "no such job",
        JOB,
        {"bucket": FULL, "kind": "archiving", "job": FAILED},
        ("no archiving with the id", FAILED, "scp_archive_job_info", "kind"),
    ),
    Case("no job at all", JOB, {"bucket": PLAIN, "kind": "recovery"}, ("plain-archive", "no recovery", "31 days")),
    Case(
        "a job that takes too long",
        JOB,
        {"bucket": BUSY, "kind": "archiving", "wait_timeout": 1},
        ("wait_timeout", ARCHIVING, "IN_PROGRESS, ", "of 1 objects)", "again"),
    ),
    Case("no time", JOB_INFO, {"bucket": FULL, "start_at_from": "yesterday"}, ("start_at_from", "'yesterday'", "UTC")),
    Case(
        "a span that ends before it begins",
        JOB_INFO,
        {"bucket": FULL, "start_at_from": "2026-07-31T00:00:00", "start_at_to": "2026-07-30T00:00:00"},
        ("start_at_from", "later than start_at_to"),
    ),
)


@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each says what is wrong and what to do."""
    runner.simulator.patch_world({"archivestorage": WORLD})
    check_case(runner, case)
