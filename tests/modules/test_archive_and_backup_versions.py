# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What newer versions of Archive Storage and Backup add: named policies, zones, and deletions with a session."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult

BUCKET = "full-archive"
SOURCE = "west-app-logs"
SERVER: dict[str, Any] = {"server": "west-web1", "server_category": "VIRTUAL_SERVER"}
IMAGE: dict[str, Any] = {
    **SERVER,
    "name": "web-image",
    "policy_category": "AGENTLESS",
    "schedules": [{"type": "FULL", "frequency": "DAILY", "start_time": "03:00"}],
}


def offer(runner: ModuleRunner, generation: str) -> None:
    runner.simulator.switch(generations=generation)
    runner.new_process()


@pytest.fixture
def bucket(runner: ModuleRunner) -> ModuleRunner:
    """A bucket of Archive Storage where only the newest version is offered."""
    offer(runner, "new")
    assert runner.run_task("scp_archive_bucket", {"name": BUCKET}).changed
    return runner


def policy(runner: ModuleRunner, **options: Any) -> TaskResult:
    return runner.run_task("scp_archive_policy", {"bucket": BUCKET, **options})


def policies(runner: ModuleRunner) -> dict[str, str]:
    """Return the paths of the policies of the bucket, by their names."""
    found = runner.run_task("scp_archive_policy_info", {"bucket": BUCKET}).result["policies"]
    return {one["name"]: one["archiving_source"]["object_path"] for one in found}


FIRST = {"archiving_source_bucket_name": SOURCE, "object_lifecycle": "30"}


def test_policies_by_name_and_prefix(bucket: ModuleRunner) -> None:
    made = policy(bucket, **FIRST, name="all", archiving_source_zone="kr-west1-sds")
    assert made.accepted == ["CreateArchivingPolicy"], made.message
    assert made.result["policy"]["name"] == "all"
    assert policy(bucket, name="logs", object_path="logs/", object_lifecycle=7).accepted == ["CreateArchivingPolicy"]
    assert policies(bucket) == {"all": "/", "logs": "logs/"}
    again = policy(bucket, name="logs", object_path="logs/", object_lifecycle=7)
    assert (again.changed, again.writes) == (False, [])
    assert policy(bucket, name="nightly", object_path="logs/").accepted == ["SetArchivingPolicy"]
    assert policies(bucket) == {"all": "/", "nightly": "logs/"}
    other = policy(bucket, name="nightly", object_path="data/")
    assert other.failed
    assert other.writes == []
    assert "object_path is 'logs/' and cannot be changed to 'data/'" in other.message


def test_policy_is_deleted_by_name_only_if_it_has_it(bucket: ModuleRunner) -> None:
    policy(bucket, **FIRST, name="all")
    missing = policy(bucket, name="nightly", state="absent")
    assert (missing.failed, missing.changed, missing.writes) == (False, False, [])
    gone = policy(bucket, name="all", state="absent")
    assert gone.accepted == ["DeleteArchivingPolicy"]
    assert policies(bucket) == {}
    again = policy(bucket, name="all", state="absent")
    assert (again.changed, again.writes) == (False, [])


def test_policy_of_a_version_without_names_is_recognised(runner: ModuleRunner) -> None:
    offer(runner, "old")
    runner.run_task("scp_archive_bucket", {"name": BUCKET})
    assert policy(runner, **FIRST).changed
    offer(runner, "new")
    again = policy(runner, **FIRST)
    assert (again.changed, again.writes) == (False, [])
    assert policy(runner, object_lifecycle=7).accepted == ["SetArchivingPolicy"]


@pytest.mark.parametrize(
    "options", [{"name": "all"}, {"object_path": "logs/"}, {"archiving_source_zone": "kr-west1-sds"}]
)
def test_what_only_newer_versions_have_is_refused_by_the_older_one(
    runner: ModuleRunner, options: dict[str, str]
) -> None:
    offer(runner, "old")
    runner.run_task("scp_archive_bucket", {"name": BUCKET})
    run = policy(runner, **FIRST, **options)
    assert run.failed
    assert run.writes == []
    assert "version 1.3 or newer" in run.message
    assert "the service offers 1.1" in run.message


def test_zone_that_the_platform_requires_is_named(bucket: ModuleRunner) -> None:
    """Whether a bucket of Object Storage needs a zone is not known."""
    bucket.simulator.switch(archive_zone_missing="400")
    run = policy(bucket, **FIRST)
    assert run.failed
    assert "whether archiving_source_zone is required" in run.message
    assert policy(bucket, **FIRST, archiving_source_zone="kr-west1-sds").changed


def test_older_version_cannot_delete_a_policy(runner: ModuleRunner) -> None:
    offer(runner, "old")
    runner.run_task("scp_archive_bucket", {"name": BUCKET})
    policy(runner, **FIRST)
    run = policy(runner, state="absent")
    assert run.failed
    assert run.writes == []
    assert "DeleteArchivingPolicy of archivestorage in kr-west1 cannot be called: it exists from" in run.message
    assert "offers 1.1" in run.message
    assert "Update the collection" not in run.message


def test_archivings_of_all_policies_are_listed(bucket: ModuleRunner) -> None:
    """1.3 lists those of one policy at a time."""
    policy(bucket, **FIRST, name="all")
    policy(bucket, name="logs", object_path="logs/", object_lifecycle=7)
    bucket.clock.sleep(2 * 86400)
    run = bucket.run_task("scp_archive_job_info", {"bucket": BUCKET, "kind": "archiving"})
    assert run.reads.count("ListArchivingHistories") == 2
    assert {job["archiving_policy_name"] for job in run.result["jobs"]} == {"all"}


@pytest.mark.parametrize("session", ["required", "optional"])
def test_backup_is_deleted_in_the_older_version_while_it_is_offered(runner: ModuleRunner, session: str) -> None:
    runner.simulator.switch(backup_session_id=session)
    runner.environ["SCP_API_VERSIONS"] = "newest"
    offer(runner, "both")
    assert runner.run_task("scp_backup", IMAGE).changed
    gone = runner.run_task("scp_backup", {"name": "web-image", "state": "absent"})
    assert gone.accepted == ["DeleteBackup"], gone.message
    (call,) = [call for call in gone.calls if call["operation"] == "DeleteBackup"]
    assert call["version"] != "1.4"


@pytest.mark.violations_expected
def test_backup_is_deleted_with_a_session(runner: ModuleRunner) -> None:
    runner.simulator.switch(backup_session_id="required", backup_session_ids="0a1b2c-session")
    runner.environ["SCP_API_VERSIONS"] = "backup=1.4"
    offer(runner, "new")
    assert runner.run_task("scp_backup", IMAGE).changed
    absent = {"name": "web-image", "state": "absent"}
    refused = runner.run_task("scp_backup", absent)
    assert refused.failed
    assert "give the id of a session with a one-time password as otp_session_id" in refused.message
    gone = runner.run_task("scp_backup", {**absent, "otp_session_id": "0a1b2c-session"})
    assert gone.accepted == ["DeleteBackup"], gone.message
    assert "0a1b2c-session" not in str(gone.result)


def test_zones_of_backups_and_restores(runner: ModuleRunner) -> None:
    offer(runner, "new")
    made = runner.run_task("scp_backup", {**IMAGE, "zone": "kr-west1-a"})
    assert not made.failed, made.message
    (call,) = [call for call in made.calls if call["operation"] == "CreateBackup"]
    assert call["body"]["zone"] == "kr-west1-a"
    other = runner.run_task("scp_backup", {**IMAGE, "zone": "kr-west1-b"})
    assert other.failed
    assert "zone is 'kr-west1-a' and cannot be 'kr-west1-b'" in other.message
    wrong = {
        "backup": "web-image",
        "restore_point": "latest",
        "restore_server_name": "new",
        "server_type_id": "s1v1m2",
        "restore_zone": "kr-east1-a",
    }
    refused = runner.run_task("scp_backup_restore", wrong)
    assert refused.failed
    assert "is a zone of region kr-east1" in refused.message


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(
    ("module", "args"),
    [("scp_backup", IMAGE), ("scp_backup", {"name": "web-image"}), ("scp_backup_agent", {"server": "west-web1"})],
)
def test_zone_of_another_region_is_refused_without_a_call(
    runner: ModuleRunner, module: str, args: dict[str, Any], state: str
) -> None:
    for zone, problem in (
        ("kr-east1-a", "is a zone of region kr-east1, but is used for region kr-west1"),
        ("kr-west1", "is a region. Give one of its zones"),
        ("west", "is not a valid zone"),
    ):
        refused = runner.run_task(module, {**args, "zone": zone, "state": state})
        assert f"zone '{zone}' {problem}" in refused.message
        assert refused.calls == []


def test_zone_of_a_backup_belongs_to_the_region_of_the_data(runner: ModuleRunner) -> None:
    offer(runner, "new")
    args = {**IMAGE, "backup_region": "kr-east1"}
    refused = runner.run_task("scp_backup", {**args, "zone": "kr-west1-a"})
    assert "zone 'kr-west1-a' is a zone of region kr-west1, but is used for region kr-east1" in refused.message
    assert refused.calls == []
    allowed = runner.run_task("scp_backup", {**args, "zone": "kr-east1-a"}, check=True)
    assert "is a zone of region" not in allowed.message


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("servers", {"server_category": "VIRTUAL_SERVER", "policy_type": "VM_IMAGE", "server_zone": "kr-east1-a"}),
        ("subnets", {"backup": "web-image", "restore_zone": "kr-east1-a"}),
        ("subnets", {"backup": "web-image", "restore_region": "kr-east1", "restore_zone": "kr-west1-a"}),
    ],
)
def test_targets_of_a_zone_of_another_region_are_refused(
    runner: ModuleRunner, kind: str, options: dict[str, str]
) -> None:
    refused = runner.run_task("scp_backup_target_info", {"kind": kind, **options})
    assert "_zone 'kr-" in refused.message
    assert "but is used for region" in refused.message
    assert refused.calls == []


def test_file_storage_as_a_type_needs_a_newer_version(runner: ModuleRunner) -> None:
    offer(runner, "old")
    run = runner.run_task("scp_backup", {**IMAGE, "policy_type": "FILE_STORAGE"})
    assert run.failed
    assert run.writes == []
    assert "policy_type FILE_STORAGE requires version 1.3 or newer" in run.message
