# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage: buckets and policies (platform-behaviour.md §9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .archives import DAY, EAST, SOURCE, ArchiveApi, archive

__all__ = ["archive"]


def policy_body(**fields: str) -> dict[str, str]:
    return {"archiving_source_bucket_name": SOURCE, "object_lifecycle": "1", "object_path": "/", **fields}


# --- buckets ------------------------------------------------------------------------------------------------------


def test_the_life_of_a_bucket(archive: ArchiveApi, simulator: Simulator) -> None:
    tags = [{"key": "team", "value": "a"}, {"key": "plain"}]
    answer = archive("POST", "/v1/buckets", {"name": "astest", "tags": tags})
    assert (answer.status, set(answer.body)) == (201, {"id"})
    bucket = answer.body["id"]
    assert archive.show(bucket)["state"] == "CREATING"
    simulator.advance(1)
    assert archive.show(bucket) == {
        "id": bucket, "name": "astest", "state": "ACTIVE", "usage": "0", "archiving_source_bucket_name": None,
    }  # fmt: skip
    assert simulator.world()["archivestorage"]["buckets"][0]["tags"] == tags
    assert archive.ok("GET", "/buckets") == {"buckets": [{"id": bucket, "name": "astest"}]}
    answer = archive("DELETE", f"/v1/buckets/{bucket}")
    assert (answer.status, answer.body) == (202, "")
    assert archive.show(bucket)["state"] == "DELETING"
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == 409
    simulator.advance(2)
    gone = archive("GET", f"/v1/buckets/{bucket}")
    assert (gone.status, gone.error["code"]) == (404, "archivestorage.Notfound.bucket")
    assert archive.ok("GET", "/buckets") == {"buckets": []}


@pytest.mark.parametrize("name", ["abc", "a-b", "1.2", "a" * 63, "1.2.3", "0-0.0", "admins"])
def test_names(archive: ArchiveApi, name: str) -> None:
    assert archive.show(archive.made(name))["name"] == name


@pytest.mark.parametrize(
    "name",
    [
        "ab", "a" * 64, "Abc", "a_b", "-ab", ".ab", "ab-", "ab.", "a..b", "a.-b", "a-.b", "admin",
        "192.168.0.1", "a b", "", "abé",
    ],
)  # fmt: skip
def test_names_that_are_none(archive: ArchiveApi, name: str) -> None:
    assert archive("POST", "/v1/buckets", {"name": name}).error["code"] == "ValidationError"


@pytest.mark.parametrize("status", [409, 400])
def test_a_name_is_free_again_after_an_hour(archive: ArchiveApi, simulator: Simulator, status: int) -> None:
    simulator.switch(archive_name_duplicate=status)

    def create(region: str = "") -> int:
        return archive("POST", "/v1/buckets", {"name": "astest"}, region=region).status

    bucket = archive.made()
    assert (create(), create(EAST)) == (status, 201)
    archive.ok("DELETE", f"/buckets/{bucket}")
    simulator.advance(2)
    assert archive.ok("GET", "/buckets") == {"buckets": []}
    assert create() == status
    simulator.advance(3599)
    assert create() == status
    simulator.advance(1)
    assert create() == 201
    assert simulator.world()["archivestorage"]["used_names"] == []


@pytest.mark.violations_expected
def test_tags(archive: ArchiveApi) -> None:
    for tag in ({"key": "k" * 129, "value": ""}, {"value": "v"}, {"key": "k", "value": "v" * 257}):
        assert archive("POST", "/v1/buckets", {"name": "astest", "tags": [tag]}).error["code"] == "ValidationError"


def test_buckets_of_an_account_are_limited(archive: ArchiveApi, simulator: Simulator) -> None:
    rows: list[dict[str, Any]] = [{"id": f"b{number}", "name": f"bucket-{number:03d}"} for number in range(1000)]
    rows.append({"id": "other", "name": "other", "account_id": "0" * 32})
    simulator.patch_world({"archivestorage": {"buckets": rows}})
    assert archive("POST", "/v1/buckets", {"name": "astest"}).status == 400
    simulator.switch(archive_quota_status="409")
    assert archive("POST", "/v1/buckets", {"name": "astest"}).status == 409
    first = archive.ok("GET", "/buckets")["buckets"]
    assert [bucket["name"] for bucket in first] == [f"bucket-{number:03d}" for number in range(20)]
    assert len(archive.ok("GET", "/buckets?limit=100000")["buckets"]) == 1000
    assert len(archive.ok("GET", "/buckets?limit=100000&name=-99")["buckets"]) == 10
    assert archive("GET", "/v1/buckets/other").status == 404
    simulator.patch_world({"archivestorage": {"buckets": [{"id": "b999", "removed": True}]}})
    assert archive("POST", "/v1/buckets", {"name": "other"}).status == 409
    simulator.patch_world({"archivestorage": {"buckets": rows[999:1000]}})
    for limit in ("0", "-1"):
        assert archive("GET", f"/v1/buckets?limit={limit}").status == 400
    archive.ok("DELETE", "/buckets/b5")
    simulator.advance(2)
    assert archive("POST", "/v1/buckets", {"name": "astest"}).status == 201


@pytest.mark.violations_expected
def test_buckets_have_one_page(archive: ArchiveApi) -> None:
    for query in ("offset=20", "marker=a", "page=1"):
        assert archive("GET", f"/v1/buckets?{query}").status == 400


def test_largest_page_is_not_for_lists_without_pages(archive: ArchiveApi, simulator: Simulator) -> None:
    archive.made("first")
    archive.made("second")
    simulator.switch(largest_page=1)
    assert len(archive.ok("GET", "/buckets")["buckets"]) == 2
    simulator.fault("drop", operation="ListBuckets")
    assert [bucket["name"] for bucket in archive.ok("GET", "/buckets")["buckets"]] == ["second"]


def test_creating_may_fail(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_create_ends_in="ERROR")
    bucket = archive.made()
    assert archive.show(bucket)["state"] == "ERROR"
    assert archive("PUT", f"/v1/buckets/{bucket}/versioning", {"enabled": True}).status == 409
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == 202


@pytest.mark.parametrize("what", ["versioning", "encryption"])
def test_what_can_be_turned_on_and_off(archive: ArchiveApi, simulator: Simulator, what: str) -> None:
    bucket = archive.made()
    path = f"/buckets/{bucket}/{what}"
    assert archive.ok("GET", path) == {"id": bucket, "enabled": False}
    for enabled in (True, True, False):
        assert archive.ok("PUT", path, {"enabled": enabled}) == {"id": bucket, "enabled": enabled}
        assert archive.ok("GET", path)["enabled"] is enabled
    for method, body in (("GET", None), ("PUT", {"enabled": True})):
        assert archive(method, f"/v1/buckets/nonsense/{what}", body).status == 404


def test_encryption_by_default(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_encryption_default=True)
    assert archive.ok("GET", f"/buckets/{archive.made()}/encryption")["enabled"] is True


@pytest.mark.parametrize("state", ["CREATING", "DELETING"])
def test_one_change_at_a_time(archive: ArchiveApi, simulator: Simulator, state: str) -> None:
    bucket = archive.archived()
    policy = archive.ok("GET", f"/archiving-policies?bucket_id={bucket}")["archiving_policies"][0]["id"]
    simulator.patch_world({"archivestorage": {"buckets": [{"id": bucket, "state": state}]}})
    recovery = {"recovery_target_bucket_name": "west-recovered", "overwrite": True}
    infos = [{"source_object_path": "/", "object_type": "FOLDER"}]
    version = {"source_object_path": "readme.txt", "source_object_version": "null"}
    for status in (409, 400):
        simulator.switch(archive_conflict_status=status)
        answers = [
            archive("PUT", f"/v1/buckets/{bucket}/versioning", {"enabled": True}),
            archive("PUT", f"/v1/buckets/{bucket}/encryption", {"enabled": True}),
            archive("POST", f"/v1/archiving-policies?bucket_id={bucket}", policy_body()),
            archive("PUT", f"/v1/archiving-policies/{policy}?bucket_id={bucket}", {"object_lifecycle": "2"}),
            archive("PUT", f"/v1/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "ACTIVE"}),
            archive("DELETE", f"/v1/buckets/{bucket}/objects", {"paths": ["readme.txt"]}),
            archive("DELETE", f"/v1/buckets/{bucket}/object-versions", {"path": "readme.txt", "versions": ["null"]}),
            archive("PUT", f"/v1/buckets/{bucket}/recover-objects", {**recovery, "recovery_infos": infos}),
            archive("PUT", f"/v1/buckets/{bucket}/recover-object-versions", {**recovery, **version}),
            archive("DELETE", f"/v1/buckets/{bucket}"),
        ]
        assert [answer.status for answer in answers] == [status] * len(answers)


# --- deleting what is not idle ------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["409", "400", "accept"])
def test_deleting_what_is_not_empty(archive: ArchiveApi, simulator: Simulator, answer: str) -> None:
    simulator.switch(archive_delete_not_empty=answer)
    bucket = archive.archived()
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == (202 if answer == "accept" else int(answer))
    archive("DELETE", f"/v1/buckets/{bucket}/objects", {"paths": ["/"]})
    simulator.advance(1)
    if answer != "accept":
        archive.ok("DELETE", f"/buckets/{bucket}")
    simulator.advance(2)
    left = simulator.world()["archivestorage"]
    assert not any(left[table] for table in ("buckets", "policies", "objects", "archiving_histories"))


@pytest.mark.parametrize("answer", ["accept", "409", "400"])
def test_deleting_with_an_active_policy(archive: ArchiveApi, simulator: Simulator, answer: str) -> None:
    simulator.switch(archive_delete_active_policy=answer)
    bucket = archive.made()
    policy = archive.policy(bucket, days="1000")
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == (202 if answer == "accept" else int(answer))
    if answer != "accept":
        archive.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "INACTIVE"})
        archive.ok("DELETE", f"/buckets/{bucket}")


@pytest.mark.parametrize("status", [409, 400])
def test_deleting_while_archiving_runs(archive: ArchiveApi, simulator: Simulator, status: int) -> None:
    simulator.switch(archive_delete_running=status, archive_delete_not_empty="accept")
    simulator.switch(archive_archiving_seconds=DAY / 2)
    bucket = archive.made()
    archive.policy(bucket)
    archive.fill()
    simulator.advance(2 * DAY)
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == status
    run = archive.histories(bucket)[0]["id"]
    archive.ok("PUT", f"/archiving-histories/cancel-archiving?id={run}&bucket_id={bucket}")
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == status
    simulator.advance(0.5)
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == 202


# --- policies -----------------------------------------------------------------------------------------------------


def test_the_life_of_a_policy(archive: ArchiveApi) -> None:
    bucket = archive.made()
    path = f"/archiving-policies?bucket_id={bucket}"
    empty = {"count": 0, "bucket_id": bucket, "archiving_source_bucket_name": None, "archiving_policies": []}
    assert archive.ok("GET", path) == empty
    answer = archive("POST", f"/v1{path}", policy_body())
    assert answer.status == 201
    made = answer.body
    assert made["id"].startswith("SCH-")
    assert made == {
        "id": made["id"], "bucket_id": bucket, "object_lifecycle": "1", "state": "ACTIVE",
        "archiving_source": {"bucket_name": SOURCE, "object_path": "/"},
    }  # fmt: skip
    one = f"/archiving-policies/{made['id']}"
    assert archive.ok("GET", f"{one}?bucket_id={bucket}") == made
    assert archive.ok("GET", path)["archiving_policies"] == [
        {"id": made["id"], "object_lifecycle": "1", "object_path": "/", "state": "ACTIVE"}
    ]
    assert archive.show(bucket)["archiving_source_bucket_name"] == SOURCE
    changed = archive.ok("PUT", f"{one}?bucket_id={bucket}", {"object_lifecycle": "30"})
    assert changed == {**made, "object_lifecycle": "30"}
    state = archive.ok("PUT", f"{one}/state?bucket_id={bucket}", {"state": "INACTIVE"})
    assert state == {"id": made["id"], "bucket_id": bucket, "state": "INACTIVE"}
    assert archive.ok("GET", f"{one}?bucket_id={bucket}") == {**changed, "state": "INACTIVE"}
    other = archive.made("other")
    for method, more, body in (("GET", "", None), ("PUT", "", {"object_lifecycle": "2"}), ("PUT", "/state", state)):
        body = {"state": "ACTIVE"} if more else body
        assert archive(method, f"/v1{one}{more}?bucket_id={other}", body).status == 404


def test_what_a_policy_refuses(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.made()
    path = f"/v1/archiving-policies?bucket_id={bucket}"
    for days in ("0", "", "x", "-1", "1.5", "²"):
        assert archive("POST", path, policy_body(object_lifecycle=days)).error["code"] == "ValidationError"
    for source in ("nothing", "east-app-logs"):
        answer = archive("POST", path, policy_body(archiving_source_bucket_name=source))
        assert answer.error["code"] == "archivestorage.Notfound.archiving_source_bucket"
    assert archive.show(bucket)["archiving_source_bucket_name"] is None
    assert archive("POST", "/v1/archiving-policies?bucket_id=nonsense", policy_body()).status == 404
    policy = archive.policy(bucket)
    one = f"/v1/archiving-policies/{policy}?bucket_id={bucket}"
    assert archive("PUT", one, {"object_lifecycle": "0"}).status == 400
    assert archive("POST", path, policy_body()).status == 409
    assert archive("POST", path, policy_body(archiving_source_bucket_name="west-recovered")).status == 400
    simulator.switch(archive_policy_duplicate="400", archive_source_changed="409")
    assert archive("POST", path, policy_body()).status == 400
    assert archive("POST", path, policy_body(archiving_source_bucket_name="west-recovered")).status == 409
    simulator.switch(archive_policy_duplicate="accept")
    assert archive("POST", path, policy_body(object_lifecycle="7")).status == 201
    found = archive.ok("GET", f"/archiving-policies?bucket_id={bucket}")
    assert (found["count"], [p["object_lifecycle"] for p in found["archiving_policies"]]) == (2, ["1", "7"])


@pytest.mark.violations_expected
def test_what_the_contract_refuses(archive: ArchiveApi) -> None:
    bucket = archive.made()
    path = f"/v1/archiving-policies?bucket_id={bucket}"
    assert archive("POST", path, policy_body(object_path="/app")).status == 400
    assert archive("POST", path, {**policy_body(), "object_lifecycle": 1}).status == 400
    policy = archive.policy(bucket)
    assert archive("PUT", f"/v1/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "ON"}).status == 400
    assert archive("DELETE", f"/v1/archiving-policies/{policy}?bucket_id={bucket}").status == 406
    archive.simulator.switch(archivestorage_generations="old")
    assert archive("DELETE", f"/v1/archiving-policies/{policy}?bucket_id={bucket}").status == 403
    missing = archive("GET", f"/v1/archiving-policies/{policy}")
    assert (missing.status, missing.error["detail"]) == (400, ["Field required"])
