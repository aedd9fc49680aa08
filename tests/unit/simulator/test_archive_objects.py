# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage: objects and their versions (platform-behaviour.md §9)."""

from __future__ import annotations

import re

import pytest

from tests.simulator.fixture import Simulator

from .archives import FILES, ArchiveApi, archive

__all__ = ["archive"]


def delete(api: ArchiveApi, bucket: str, *paths: str) -> int:
    """Delete files and folders; the status of the answer."""
    status = api("DELETE", f"/v1/buckets/{bucket}/objects", {"paths": paths}).status
    api.simulator.advance(0.5)
    return status


def delete_versions(api: ArchiveApi, bucket: str, path: str, *versions: str) -> int:
    """Delete versions of an object; the status of the answer."""
    body = {"path": path, "versions": versions}
    status = api("DELETE", f"/v1/buckets/{bucket}/object-versions", body).status
    api.simulator.advance(0.5)
    return status


# --- lists --------------------------------------------------------------------------------------------------------


def test_files_and_folders(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    found = archive.ok("GET", f"/buckets/{bucket}/objects")
    assert (found["count"], found["is_truncated"], found["marker"]) == (6, False, None)
    shown = {item["object_name"]: item for item in found["contents"]}
    assert list(shown) == ["app/", "app/1.log", "app/2.log", "app/old/", "app/old/0.log", "readme.txt"]
    assert (shown["app/"]["object_type"], shown["app/"]["object_size"]) == ("FOLDER", None)
    assert (shown["app/1.log"]["object_type"], shown["app/1.log"]["object_size"]) == ("FILE", "10")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", shown["app/1.log"]["modified_at"])
    assert archive.names(bucket, "?object_path=/") == ["app/", "readme.txt"]
    for path in ("app/", "app", "/app/"):
        assert archive.names(bucket, f"?object_path={path}") == ["app/1.log", "app/2.log", "app/old/"]
    assert archive.names(bucket, "?object_path=app/&object_type=FOLDER") == ["app/old/"]
    assert archive.names(bucket, "?object_name=old/0") == ["app/old/0.log"]
    assert archive.names(bucket, "?object_path=nothing") == []
    simulator.switch(archive_list_depth="root")
    assert archive.names(bucket) == ["app/", "readme.txt"]
    assert archive("GET", f"/v1/buckets/{bucket}/objects?object_type=LINK").status == 400
    assert archive("GET", "/v1/buckets/nonsense/objects").status == 404


def test_markers(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived({f"{number:03d}": 1 for number in range(205)})
    path = f"/buckets/{bucket}/objects"
    first = archive.ok("GET", path)
    assert (first["count"], len(first["contents"]), first["is_truncated"], first["marker"]) == (205, 200, True, "199")
    second = archive.ok("GET", f"{path}?marker=199")
    assert (len(second["contents"]), second["is_truncated"], second["marker"]) == (5, False, None)
    assert archive.names(bucket, "?marker=2030&limit=1") == ["204"]
    assert archive.ok("GET", f"{path}?limit=205")["is_truncated"] is False
    assert len(archive.names(bucket, "?limit=10000")) == 205
    for limit in ("10001", "0"):
        assert archive("GET", f"/v1{path}?limit={limit}").status == 400
    simulator.switch(archive_object_page=100)
    assert archive("GET", f"/v1{path}?limit=101").status == 400
    simulator.switch(archive_object_page=10000, archive_object_count="page", largest_page=3)
    assert archive.ok("GET", f"{path}?limit=100&marker=199")["count"] == 3
    assert archive.ok("GET", f"{path}?limit=100&marker=199")["marker"] == "202"
    simulator.switch(largest_page=0)
    simulator.fault("page_cap", operation="ListBucketObjects", count=2)
    names: list[str] = []
    answer = archive.ok("GET", f"{path}?marker=199")
    while answer["is_truncated"]:
        names += [item["object_name"] for item in answer["contents"]]
        answer = archive.ok("GET", f"{path}?marker={answer['marker']}")
    names += [item["object_name"] for item in answer["contents"]]
    assert names == ["200", "201", "202", "203", "204"]


# --- deleting -----------------------------------------------------------------------------------------------------


def test_deleting_files_and_folders(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    answer = archive("DELETE", f"/v1/buckets/{bucket}/objects", {"paths": ["app/old/", "readme.txt"]})
    assert (answer.status, answer.body) == (202, "")
    assert "readme.txt" in archive.names(bucket)
    simulator.advance(0.5)
    assert archive.names(bucket) == ["app/", "app/1.log", "app/2.log"]
    assert delete(archive, bucket, "app/1.log", "nothing") == 404
    assert delete(archive, bucket, "app") == 404
    assert delete(archive, bucket) == 400
    assert len(archive.names(bucket)) == 3
    simulator.switch(archive_delete_missing="accept")
    assert delete(archive, bucket, "app/1.log", "nothing") == 202
    assert archive.names(bucket) == ["app/", "app/2.log"]
    assert delete(archive, bucket, "/") == 202
    assert (archive.names(bucket), archive.show(bucket)["usage"]) == ([], "0")


@pytest.mark.violations_expected
def test_deleting_needs_a_body(archive: ArchiveApi) -> None:
    bucket = archive.archived()
    for what in ("objects", "object-versions"):
        assert archive("DELETE", f"/v1/buckets/{bucket}/{what}").status == 400
        assert archive("DELETE", f"/v1/buckets/{bucket}/{what}", {"paths": "app/", "path": "a"}).status == 400


# --- versions -----------------------------------------------------------------------------------------------------


def test_without_versioning_there_is_one_version(archive: ArchiveApi) -> None:
    bucket = archive.archived()
    archive.again(bucket, {"readme.txt": 99})
    (version,) = archive.versions(bucket, "readme.txt")
    assert (version["object_version_id"], version["size"], version["latest"]) == ("null", "99", True)
    assert archive.show(bucket)["usage"] == str(sum(FILES.values()) - 3 + 99)


def test_versions(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived(versioning=True)
    for size in (99, 100):
        archive.again(bucket, {"readme.txt": size})
    found = archive.versions(bucket, "readme.txt")
    assert [(v["size"], v["latest"]) for v in found] == [("100", True), ("99", False), ("3", False)]
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{31}", v["object_version_id"]) for v in found)
    assert len({v["etag"] for v in found}) == 3
    assert found[0]["object_path"] == "readme.txt"
    assert archive.show(bucket)["usage"] == str(sum(FILES.values()) + 199)
    assert archive.versions(bucket, "readme.txt", "&offset=1&limit=1") == [found[1]]
    page = archive.ok("GET", f"/buckets/{bucket}/object-versions?object_path=readme.txt&limit=1")
    assert (page["count"], len(page["contents"])) == (3, 1)
    shown = archive.ok("GET", f"/buckets/{bucket}/objects?object_name=readme.txt")
    assert (shown["count"], shown["contents"][0]["object_size"]) == (1, "100")
    assert archive.versions(bucket, "nothing") == []
    simulator.switch(archive_versions_unknown="404")
    assert archive("GET", f"/v1/buckets/{bucket}/object-versions?object_path=nothing").status == 404


def test_deleting_versions(archive: ArchiveApi) -> None:
    bucket = archive.archived(versioning=True)
    archive.again(bucket, {"readme.txt": 99})
    newest, oldest = (version["object_version_id"] for version in archive.versions(bucket, "readme.txt"))
    assert delete_versions(archive, bucket, "readme.txt", newest, "nonsense") == 404
    assert delete_versions(archive, bucket, "app/1.log", newest) == 404
    assert delete_versions(archive, bucket, "readme.txt") == 400
    assert delete_versions(archive, bucket, "readme.txt", newest) == 202
    (left,) = archive.versions(bucket, "readme.txt")
    assert (left["object_version_id"], left["latest"]) == (oldest, True)
    assert delete_versions(archive, bucket, "readme.txt", oldest) == 202
    assert "readme.txt" not in archive.names(bucket)


@pytest.mark.parametrize("how", ["hide", "all"])
def test_deleting_an_object_with_versions(archive: ArchiveApi, simulator: Simulator, how: str) -> None:
    simulator.switch(archive_delete_versioned=how)
    bucket = archive.archived({"readme.txt": 1}, versioning=True)
    archive.again(bucket, {"readme.txt": 2})
    assert delete(archive, bucket, "readme.txt") == 202
    assert archive.names(bucket) == []
    versions = archive.versions(bucket, "readme.txt")
    assert [(v["size"], v["latest"]) for v in versions] == ([("2", False), ("1", False)] if how == "hide" else [])
    # A bucket with hidden versions is not empty.
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == (409 if how == "hide" else 202)
    if how == "hide":
        newest = versions[0]["object_version_id"]
        assert delete_versions(archive, bucket, "readme.txt", newest) == 202
        assert archive.names(bucket) == []
        assert delete_versions(archive, bucket, "readme.txt", versions[1]["object_version_id"]) == 202
        assert archive("DELETE", f"/v1/buckets/{bucket}").status == 202


def test_versions_stay_when_versioning_ends(archive: ArchiveApi) -> None:
    bucket = archive.archived({"readme.txt": 1}, versioning=True)
    archive.ok("PUT", f"/buckets/{bucket}/versioning", {"enabled": False})
    for size in (2, 3):
        archive.again(bucket, {"readme.txt": size})
    found = archive.versions(bucket, "readme.txt")
    assert [(v["size"], v["latest"], v["object_version_id"] == "null") for v in found] == [
        ("3", True, True),
        ("1", False, False),
    ]
    assert delete(archive, bucket, "readme.txt") == 202
    assert archive.versions(bucket, "readme.txt") == []
