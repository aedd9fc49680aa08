# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs in Archive Storage 1.3: names, prefixes and deletion of policies; zones (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

import pytest

from .archives import ALWAYS, DAY, SOURCE, TARGET, ArchiveApi, archive
from .conftest import Answer

__all__ = ["archive"]

ZONE = "kr-west1-sds"


@pytest.fixture
def newer(archive: ArchiveApi) -> ArchiveApi:
    """Calls Archive Storage 1.3."""
    return ArchiveApi(archive.simulator, version="archivestorage 1.3")


def policy_of(name: str = "logs", prefix: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "archiving_policy_name": name,
        "archiving_source": {"bucket_name": SOURCE, "zone": ZONE},
        "archiving_prefix": prefix,
        "object_lifecycle": "1",
        **fields,
    }


def ask(api: ArchiveApi, bucket: str, *args: str, **fields: Any) -> Answer:
    return api("POST", f"/v1/archiving-policies?bucket_id={bucket}", policy_of(*args, **fields))


def made(api: ArchiveApi, bucket: str, *args: str, **fields: Any) -> str:
    answer = ask(api, bucket, *args, **fields)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def histories(api: ArchiveApi, bucket: str, policy: str) -> list[dict[str, Any]]:
    query = f"bucket_id={bucket}&archiving_policy_id={policy}&{ALWAYS}"
    found: list[dict[str, Any]] = api.ok("GET", f"/archiving-histories?{query}")["contents"]
    return found


def test_policies_with_names(archive: ArchiveApi, newer: ArchiveApi) -> None:
    bucket = newer.made()
    answer = ask(newer, bucket, "logs", "app/")
    assert answer.body == {
        "id": answer.body["id"],
        "bucket_id": bucket,
        "name": "logs",
        "archiving": {"prefix": "app/", "source_bucket_name": SOURCE},
        "object_lifecycle": "1",
        "state": "ACTIVE",
    }
    policy = answer.body["id"]
    plain = {"id": policy, "name": "logs", "archiving_prefix": "app/", "object_lifecycle": "1", "state": "ACTIVE"}
    source = {"name": SOURCE, "zone": ZONE}
    path = f"/archiving-policies/{policy}?bucket_id={bucket}"
    shown = {"archiving_policy": plain, "archiving_source_bucket": source, "bucket_id": bucket}
    assert newer.ok("GET", path) == shown
    listed = {"count": 1, "bucket_id": bucket, "archiving_source_bucket": source, "archiving_policies": [plain]}
    assert newer.ok("GET", f"/archiving-policies?bucket_id={bucket}") == listed
    changed = newer.ok("PUT", path, {"archiving_policy_name": "other", "object_lifecycle": "7"})
    assert (changed["name"], changed["object_lifecycle"]) == ("other", "7")
    state = newer.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "INACTIVE"})
    assert (state["name"], state["state"], state["archiving"]["prefix"]) == ("other", "INACTIVE", "app/")
    assert archive.ok("GET", path)["archiving_source"] == {"bucket_name": SOURCE, "object_path": "app/"}


def test_policy_can_be_deleted(newer: ArchiveApi) -> None:
    bucket = newer.made()
    newer.fill()
    policy = made(newer, bucket)
    newer.simulator.advance(2 * DAY)
    path = f"/v1/archiving-policies/{policy}?bucket_id={bucket}"
    answer = newer("DELETE", path)
    assert (answer.status, answer.body) == (200, "")
    assert newer("DELETE", path).status == 404
    assert newer("GET", path).status == 404
    assert newer.ok("GET", f"/archiving-policies?bucket_id={bucket}")["count"] == 0
    assert newer.names(bucket)
    before = len(histories(newer, bucket, policy))
    newer.simulator.advance(2 * DAY)
    assert len(histories(newer, bucket, policy)) == before > 0
    assert made(newer, bucket) != policy


@pytest.mark.parametrize(("how", "status"), [("accept", 200), ("409", 409)])
def test_deleting_a_policy_that_runs(newer: ArchiveApi, how: str, status: int) -> None:
    newer.simulator.switch(archive_policy_delete_running=how)
    bucket = newer.made()
    newer.fill()
    policy = made(newer, bucket)
    newer.simulator.advance(DAY)
    while not any(run["state"] == "PENDING" for run in histories(newer, bucket, policy)):
        newer.simulator.control("PUT", "clock", {"korean_hour": 0})
    assert newer("DELETE", f"/v1/archiving-policies/{policy}?bucket_id={bucket}").status == status


def test_prefix_limits_what_is_archived(newer: ArchiveApi) -> None:
    bucket = newer.made()
    newer.fill({"app/1.log": 10, "db/1.log": 20, "readme.txt": 3})
    policy = made(newer, bucket, "app", "app/")
    newer.simulator.advance(2 * DAY)
    assert newer.stored(SOURCE) == {"db/1.log": 20, "readme.txt": 3}
    newest = histories(newer, bucket, policy)[-1]
    assert newest["archiving_policy_name"] == "app"
    detail = newer.ok("GET", f"/archiving-histories/detail?id={newest['id']}&bucket_id={bucket}")
    assert (detail["archiving_policy_name"], detail["archiving_infos"][0]["archiving_prefix"]) == ("app", "app/")
    other = made(newer, bucket, "db", "db/")
    assert histories(newer, bucket, other) == []


def test_several_policies_of_a_bucket(newer: ArchiveApi) -> None:
    bucket = newer.made()
    first = made(newer, bucket, "b", "app/")
    second = made(newer, bucket, "a", "db/")
    assert ask(newer, bucket, "c", "app/").status == 409
    assert ask(newer, bucket, "a", "log/").status == 409
    path = f"/archiving-policies/{first}?bucket_id={bucket}"
    assert newer("PUT", f"/v1{path}", {"archiving_policy_name": "a", "object_lifecycle": "1"}).status == 409
    newer.simulator.switch(archive_policy_duplicate="accept", archive_policy_name_duplicate="accept")
    third = made(newer, bucket, "a", "app/")
    for sort, expected in (("name:asc", [second, third, first]), ("created_at:asc", [first, second, third])):
        listed = newer.ok("GET", f"/archiving-policies?bucket_id={bucket}&sort={sort}")["archiving_policies"]
        if sort == "created_at:asc":
            assert {policy["id"] for policy in listed} == set(expected)
        else:
            assert listed[-1]["id"] == first
    assert newer("GET", f"/v1/archiving-policies?bucket_id={bucket}&sort=size:asc").status == 400


@pytest.mark.parametrize("how", ["id", "empty"])
def test_policy_of_an_older_version_is_seen(archive: ArchiveApi, newer: ArchiveApi, how: str) -> None:
    newer.simulator.switch(archive_policy_older_name=how)
    bucket = archive.made()
    policy = archive.policy(bucket)
    shown = newer.ok("GET", f"/archiving-policies/{policy}?bucket_id={bucket}")["archiving_policy"]
    assert (shown["name"], shown["archiving_prefix"]) == (policy if how == "id" else "", "/")
    assert ask(newer, bucket, "all", "").status == 409
    assert ask(newer, bucket, "app", "app/").status == 201
    newer.ok(
        "PUT",
        f"/archiving-policies/{policy}?bucket_id={bucket}",
        {"archiving_policy_name": "x", "object_lifecycle": "2"},
    )
    assert archive.ok("GET", f"/archiving-policies/{policy}?bucket_id={bucket}")["object_lifecycle"] == "2"


def test_zones_of_object_storage(newer: ArchiveApi) -> None:
    bucket = newer.made()

    def status(zone: Any) -> int:
        source = {"bucket_name": SOURCE} | ({"zone": zone} if zone != "" else {})
        answer = ask(newer, bucket, f"p{zone}", f"{zone}/", archiving_source=source)
        return answer.status

    assert [status(zone) for zone in ("kr-west1-a", "kr-east1-sds", ZONE, None, "")] == [400, 400, 201, 201, 201]
    newer.simulator.switch(archive_zone_missing="400", archive_zone="obs", archive_policy_duplicate="accept")
    assert [status(zone) for zone in (ZONE, None, "")] == [400, 400, 400]
    assert status("kr-west1-obs") == 201


def test_recovery_into_a_zone(archive: ArchiveApi, newer: ArchiveApi) -> None:
    bucket = archive.archived()
    body = {
        "overwrite": True,
        "recovery_infos": [{"object_type": "FILE", "source_object_path": "readme.txt"}],
        "recovery_target": {"bucket_name": TARGET, "zone": ZONE},
    }
    path = f"/buckets/{bucket}/recover-objects"
    wrong = {**body, "recovery_target": {"bucket_name": TARGET, "zone": "kr-west1-a"}}
    assert newer("PUT", f"/v1{path}", wrong).status == 400
    newer.ok("PUT", path, body)
    [run] = newer.histories(bucket, "recovery")
    answer = newer("PUT", f"/v1/recovery-histories/cancel-recovery?id={run['id']}&bucket_id={bucket}")
    assert answer.status == 202
    assert (answer.body["id"], answer.body["bucket_id"]) == (run["id"], bucket)
    assert answer.body["recovery_infos"][0]["source_object_path"] == "readme.txt"
    version = {"source_object_path": "readme.txt", "source_object_version": "null"}
    target = {"overwrite": True, "recovery_target": {"bucket_name": TARGET}}
    newer.simulator.advance(5)
    newer.ok("PUT", f"/buckets/{bucket}/recover-object-versions", {**version, **target})
    newer.simulator.advance(60)
    assert newer.stored(TARGET) == {"readme.txt": 3}


def test_cancelled_archiving_is_answered_with_its_history(archive: ArchiveApi, newer: ArchiveApi) -> None:
    bucket = newer.made()
    newer.fill()
    policy = made(newer, bucket, "all", "")
    newer.simulator.advance(DAY)
    newer.simulator.control("PUT", "clock", {"korean_hour": 0})
    [run] = [run for run in histories(newer, bucket, policy) if run["state"] == "PENDING"]
    answer = newer("PUT", f"/v1/archiving-histories/cancel-archiving?id={run['id']}&bucket_id={bucket}")
    assert answer.status == 202
    assert (answer.body["id"], answer.body["archiving_policy_name"]) == (run["id"], "all")
    assert answer.body["archiving_infos"][0]["archiving_prefix"] == ""
    assert "archiving_policy_name" not in archive.histories(bucket)[0]


@pytest.mark.violations_expected
def test_each_version_takes_its_own_fields(archive: ArchiveApi, newer: ArchiveApi) -> None:
    bucket = newer.made()
    older = {"archiving_source_bucket_name": SOURCE, "object_lifecycle": "1", "object_path": "/"}
    path = f"/v1/archiving-policies?bucket_id={bucket}"
    assert newer("POST", path, older).status == 400
    assert archive("POST", path, policy_of()).status == 400
    assert newer("GET", f"/v1/archiving-histories?bucket_id={bucket}&{ALWAYS}").status == 400
