# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage: what policies do each day, recovery, and the histories of both (platform-behaviour.md §9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .archives import ALWAYS, DAY, FILES, SOURCE, TARGET, ArchiveApi, archive
from .conftest import Answer

__all__ = ["archive"]

MIDNIGHT = 15 * 3600
"""Seconds from nine in the morning until the next day."""
KOREAN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00")


def begun(api: ArchiveApi, days: str = "1") -> str:
    """A bucket whose first archiving began at midnight, one and a half seconds ago; its id."""
    bucket = api.made()
    api.policy(bucket, days)
    api.fill()
    api.simulator.advance(MIDNIGHT + DAY + 0.5)
    return bucket


# --- archiving ----------------------------------------------------------------------------------------------------


def test_a_policy_runs_each_day(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = begun(archive)
    newest, first = archive.histories(bucket)
    assert KOREAN.fullmatch(first["start_at"])
    assert "T00:00:00" in first["start_at"]
    assert (first["state"], newest["state"]) == ("SUCCESS", "IN_PROGRESS")
    policy = archive.ok("GET", f"/archiving-policies?bucket_id={bucket}")["archiving_policies"][0]["id"]
    assert newest["id"].startswith("EXE-")
    assert (newest["archiving_id"], newest["archiving_policy_id"], newest["end_at"]) == (policy, policy, None)
    assert archive.names(bucket) == []
    simulator.advance(11)
    (newest, _ignored) = archive.histories(bucket)
    assert (newest["state"], newest["end_at"] > newest["start_at"]) == ("SUCCESS", True)
    assert archive.names(bucket, "?object_type=FILE") == sorted(FILES)
    assert archive.show(bucket)["usage"] == str(sum(FILES.values()))
    assert archive.stored(SOURCE) == {}
    simulator.advance(5 * DAY)
    assert len(archive.histories(bucket)) == 7


def test_objects_are_archived_when_they_are_old_enough(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.made()
    archive.policy(bucket, days="3")
    archive.fill()
    simulator.advance(3 * DAY)
    assert archive.names(bucket) == []
    simulator.advance(DAY)
    assert len(archive.names(bucket, "?object_type=FILE")) == len(FILES)


def test_a_changed_policy(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.made()
    policy = archive.policy(bucket, days="1")
    archive.fill()
    archive.ok("PUT", f"/archiving-policies/{policy}?bucket_id={bucket}", {"object_lifecycle": "5"})
    simulator.advance(4 * DAY)
    assert archive.names(bucket) == []
    archive.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "INACTIVE"})
    simulator.advance(4 * DAY)
    assert (archive.names(bucket), len(archive.histories(bucket))) == ([], 4)
    archive.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": "ACTIVE"})
    simulator.advance(DAY)
    assert (len(archive.names(bucket)) > 0, len(archive.histories(bucket))) == (True, 5)


def test_what_a_run_says_of_itself(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_pending_seconds=5, archive_archiving_seconds=100)
    bucket = begun(archive)
    assert archive.detail(bucket)["state"] == "PENDING"
    simulator.advance(55)
    half = archive.detail(bucket)
    assert half["bucket_id"] == bucket
    assert half["archiving_infos"] == [
        {
            "source_object_path": "/", "usage": "30", "total_object_count": 4, "archiving_object_count": 2,
            "archiving_rate": 50,
        }
    ]  # fmt: skip
    assert archive.names(bucket) == []
    simulator.advance(50)
    whole = archive.detail(bucket)
    (info,) = whole["archiving_infos"]
    assert (whole["state"], info["usage"], info["archiving_rate"]) == ("SUCCESS", "38", 100)


def test_cancelling(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_archiving_seconds=100)
    bucket = begun(archive)
    simulator.advance(55)
    run = archive.histories(bucket)[0]["id"]
    path = f"/v1/archiving-histories/cancel-archiving?id={run}&bucket_id={bucket}"
    answer = archive("PUT", path)
    assert (answer.status, answer.body) == (202, "")
    assert archive.histories(bucket)[0]["state"] == "IN_PROGRESS"
    assert archive("PUT", path).status == 409
    simulator.advance(0.5)
    ended = archive.detail(bucket)
    assert (ended["state"], ended["archiving_infos"][0]["archiving_object_count"]) == ("CANCELLED", 2)
    assert archive.names(bucket, "?object_type=FILE") == ["app/1.log", "app/2.log"]
    assert sorted(archive.stored(SOURCE)) == ["app/old/0.log", "readme.txt"]
    simulator.switch(archive_cancel_ended="400")
    assert archive("PUT", path).status == 400
    simulator.advance(DAY + 100)
    assert archive.names(bucket, "?object_type=FILE") == sorted(FILES)
    assert [run["state"] for run in archive.histories(bucket)] == ["SUCCESS", "CANCELLED", "SUCCESS"]


@pytest.mark.parametrize("word", ["RUNNING", "INPROGRESS"])
def test_what_waits_can_be_cancelled_too(archive: ArchiveApi, simulator: Simulator, word: str) -> None:
    simulator.switch(archive_pending_seconds=100, archive_cancelled_state="CANCELED", archive_running_state=word)
    bucket = begun(archive)
    run = archive.histories(bucket)[0]["id"]
    archive.ok("PUT", f"/archiving-histories/cancel-archiving?id={run}&bucket_id={bucket}")
    assert archive.histories(bucket)[0]["state"] == word
    simulator.advance(200)
    assert (archive.histories(bucket)[0]["state"], archive.names(bucket)) == ("CANCELED", [])


def test_archiving_may_fail(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_archiving_ends_in="FAILED")
    bucket = begun(archive)
    simulator.advance(20)
    failed = archive.detail(bucket)
    assert (failed["state"], failed["archiving_infos"][0]["archiving_object_count"]) == ("FAILED", 0)
    assert (archive.names(bucket), archive.stored(SOURCE)) == ([], FILES)


def test_a_source_that_is_gone(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = begun(archive)
    source = archive.object_bucket(SOURCE)["id"]
    simulator.patch_world({"object_buckets": [{"id": source, "removed": True}]})
    simulator.advance(20)
    assert [run["state"] for run in archive.histories(bucket)] == ["FAILED", "SUCCESS"]
    simulator.advance(DAY)
    assert archive.histories(bucket)[0]["state"] == "FAILED"


@pytest.mark.parametrize("word", ["SUCCESS", "SKIPPED", "none"])
def test_nothing_to_do(archive: ArchiveApi, simulator: Simulator, word: str) -> None:
    simulator.switch(archive_nothing_to_do=word)
    bucket = archive.made()
    archive.policy(bucket, days="1000")
    simulator.advance(DAY)
    runs = archive.histories(bucket)
    assert [run["state"] for run in runs] == ([] if word == "none" else [word])
    if runs:
        (info,) = archive.detail(bucket)["archiving_infos"]
        assert (info["total_object_count"], info["archiving_rate"], runs[0]["end_at"] is None) == (0, 100, False)


def test_what_stays_in_object_storage_is_archived_once(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_source_objects="stay")
    bucket = archive.archived(versioning=True)
    assert archive.stored(SOURCE) == FILES
    archive.again(bucket, {**FILES, "readme.txt": 99})
    assert len(archive.versions(bucket, "readme.txt")) == 2
    assert len(archive.versions(bucket, "app/1.log")) == 1


def test_the_hour_of_policies(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_policy_hour=22)
    bucket = archive.made()
    archive.policy(bucket)
    simulator.advance(DAY)
    assert "T22:00:00" in archive.histories(bucket)[0]["start_at"]


def test_a_day_is_left_out_while_something_runs(archive: ArchiveApi, simulator: Simulator) -> None:
    simulator.switch(archive_archiving_seconds=1.5 * DAY)
    bucket = begun(archive)
    simulator.advance(2 * DAY)
    assert len(archive.histories(bucket)) == 2


def test_seeded_policies_run_too(archive: ArchiveApi, simulator: Simulator) -> None:
    seed: dict[str, Any] = {
        "buckets": [{"id": "b1", "name": "seeded", "source": SOURCE}],
        "policies": [{"id": "SCH-1", "bucket_id": "b1", "source": SOURCE}],
        "objects": [{"bucket_id": "b1", "path": "there.txt", "size": 7}],
    }
    simulator.patch_world({"archivestorage": seed})
    simulator.put_world(simulator.world())
    simulator.advance(2 * DAY)
    assert len(archive.histories("b1")) == 2
    assert "there.txt" in archive.names("b1")


# --- recovery -----------------------------------------------------------------------------------------------------


def recover(api: ArchiveApi, bucket: str, *paths: str, overwrite: bool = True, target: str = TARGET) -> Answer:
    """Ask for files and folders."""
    infos = [{"source_object_path": p, "object_type": "FOLDER" if p.endswith("/") else "FILE"} for p in paths]
    body = {"recovery_target_bucket_name": target, "recovery_infos": infos, "overwrite": overwrite}
    return api("PUT", f"/v1/buckets/{bucket}/recover-objects", body)


def test_recovery(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    answer = recover(archive, bucket, "app/", "readme.txt")
    assert (answer.status, answer.body) == (202, {"id": bucket, "recovery_target_bucket_name": TARGET})
    (run,) = archive.histories(bucket, "recovery")
    assert set(run) == {"recovery_id", "id", "state", "recovery_target_bucket_name", "start_at", "end_at"}
    assert (run["state"], run["end_at"], run["recovery_id"][:4], run["id"][:4]) == ("PENDING", None, "ARC-", "EXE-")
    simulator.advance(1 + 5)
    half = archive.detail(bucket, "recovery")
    assert half["state"] == "IN_PROGRESS"
    counts = [(i["source_object_path"], i["recovery_object_count"], i["recovery_rate"]) for i in half["recovery_infos"]]
    assert counts == [("app/", 2, 66), ("readme.txt", 0, 0)]
    assert archive.stored(TARGET) == {}
    simulator.advance(5)
    assert archive.stored(TARGET) == FILES
    whole = archive.detail(bucket, "recovery")
    assert [info["recovery_rate"] for info in whole["recovery_infos"]] == [100, 100]
    assert [info["usage"] for info in whole["recovery_infos"]] == ["35", "3"]
    assert (whole["state"], whole["end_at"] > whole["start_at"]) == ("SUCCESS", True)
    assert archive.names(bucket, "?object_type=FILE") == sorted(FILES)


@pytest.mark.parametrize("which", ["history", "recovery"])
def test_what_recovery_answers(archive: ArchiveApi, simulator: Simulator, which: str) -> None:
    simulator.switch(archive_recover_answer=which)
    bucket = archive.archived()
    answered = recover(archive, bucket, "/").body["id"]
    assert answered == archive.detail(bucket, "recovery")["id" if which == "history" else "recovery_id"]


def test_what_recovery_refuses(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    assert recover(archive, bucket).status == 400
    for path in ("app", "nothing.txt", "nothing/", "App/"):
        assert recover(archive, bucket, path).error["code"] == "archivestorage.Notfound.object"
    assert recover(archive, bucket, "app/", "nothing.txt").status == 404
    for target in ("nothing", "east-recovered"):
        assert recover(archive, bucket, "/", target=target).status == 404
    for path, kind in (("app/", "FILE"), ("readme.txt", "FOLDER")):
        infos = [{"source_object_path": path, "object_type": kind}]
        body = {"recovery_target_bucket_name": TARGET, "recovery_infos": infos, "overwrite": True}
        assert archive("PUT", f"/v1/buckets/{bucket}/recover-objects", body).status == 400
    assert recover(archive, "nonsense", "/").status == 404
    assert archive.histories(bucket, "recovery") == []


@pytest.mark.parametrize("ends", ["SUCCESS", "FAILED"])
def test_what_is_there_already(archive: ArchiveApi, simulator: Simulator, ends: str) -> None:
    simulator.switch(archive_recovery_existing=ends)
    bucket = archive.archived()
    archive.fill({"readme.txt": 1000}, TARGET)
    recover(archive, bucket, "/", overwrite=False)
    simulator.advance(11)
    run = archive.detail(bucket, "recovery")
    (info,) = run["recovery_infos"]
    assert (run["state"], info["recovery_object_count"], info["total_object_count"]) == (ends, 3, 4)
    assert archive.stored(TARGET) == {**FILES, "readme.txt": 1000}
    recover(archive, bucket, "readme.txt", overwrite=True)
    simulator.advance(11)
    assert archive.stored(TARGET)["readme.txt"] == 3


def test_recovery_may_fail(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    simulator.switch(archive_recovery_ends_in="FAILED")
    recover(archive, bucket, "/")
    simulator.advance(11)
    assert (archive.detail(bucket, "recovery")["state"], archive.stored(TARGET)) == ("FAILED", {})
    simulator.switch(archive_recovery_ends_in="SUCCESS")
    recover(archive, bucket, "/")
    simulator.patch_world({"object_buckets": [{"id": archive.object_bucket(TARGET)["id"], "removed": True}]})
    simulator.advance(11)
    assert archive.detail(bucket, "recovery")["state"] == "FAILED"


def test_cancelling_recovery(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    recover(archive, bucket, "/")
    simulator.advance(1 + 2.6)
    run = archive.histories(bucket, "recovery")[0]["id"]
    wrong = f"/v1/archiving-histories/cancel-archiving?id={run}&bucket_id={bucket}"
    assert archive("PUT", wrong).error["code"] == "archivestorage.Notfound.history"
    archive.ok("PUT", f"/recovery-histories/cancel-recovery?id={run}&bucket_id={bucket}")
    simulator.advance(0.5)
    assert archive.detail(bucket, "recovery")["state"] == "CANCELLED"
    assert archive.stored(TARGET) == {"app/1.log": 10}
    assert archive("PUT", f"/v1/recovery-histories/cancel-recovery?id={run}&bucket_id={bucket}").status == 409


def test_recoveries_side_by_side(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived()
    assert [recover(archive, bucket, "/").status for _number in range(2)] == [202, 202]
    assert archive("DELETE", f"/v1/buckets/{bucket}").status == 409
    simulator.switch(archive_recovery_busy="409")
    assert recover(archive, bucket, "/").status == 409
    simulator.advance(11)
    assert recover(archive, bucket, "/").status == 202


def test_recovery_of_a_version(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived(versioning=True)
    archive.again(bucket, {"readme.txt": 99})
    newest, oldest = archive.versions(bucket, "readme.txt")
    body = {"recovery_target_bucket_name": TARGET, "source_object_path": "readme.txt", "overwrite": True}
    path = f"/v1/buckets/{bucket}/recover-object-versions"
    answer = archive("PUT", path, {**body, "source_object_version": oldest["object_version_id"]})
    assert (answer.status, answer.body) == (202, {"id": bucket, "recovery_target_bucket_name": TARGET})
    simulator.advance(11)
    assert archive.stored(TARGET) == {"readme.txt": 3}
    assert archive.detail(bucket, "recovery")["recovery_infos"][0]["source_object_path"] == "readme.txt"
    assert newest["size"] == "99"
    assert archive("PUT", path, {**body, "source_object_version": "nonsense"}).status == 404
    assert archive("PUT", path, {**body, "source_object_version": "null"}).status == 404


# --- durations, and the state of the world ------------------------------------------------------------------------


def test_durations(archive: ArchiveApi, simulator: Simulator) -> None:
    names = ("create", "delete", "pending", "archiving", "recovery", "cancel", "object_delete")
    simulator.switch(**{f"archive_{name}_seconds": number * 100 for number, name in enumerate(names, start=1)})

    def lasts(seconds: int, busy: Callable[[], bool]) -> bool:
        assert busy()
        simulator.advance(seconds - 1)
        assert busy()
        simulator.advance(1)
        return not busy()

    def runs(kind: str, state: str) -> bool:
        return bool(archive.histories(bucket, kind)[0]["state"] == state)

    bucket = archive.ok("POST", "/buckets", {"name": "astest"})["id"]
    assert lasts(100, lambda: archive.show(bucket)["state"] == "CREATING")
    archive.policy(bucket)
    archive.fill()
    # Half a second past midnight: which of two things of the same moment is seen first is a matter of rounding.
    simulator.advance(MIDNIGHT + DAY - 99.5)
    assert lasts(300, lambda: runs("archiving", "PENDING"))
    assert lasts(400, lambda: runs("archiving", "IN_PROGRESS"))
    recover(archive, bucket, "/")
    assert lasts(300, lambda: runs("recovery", "PENDING"))
    assert lasts(500, lambda: runs("recovery", "IN_PROGRESS"))
    recover(archive, bucket, "/")
    run = archive.histories(bucket, "recovery", "&state=PENDING")[0]["id"]
    archive.ok("PUT", f"/recovery-histories/cancel-recovery?id={run}&bucket_id={bucket}")
    assert lasts(600, lambda: runs("recovery", "IN_PROGRESS"))
    archive.ok("DELETE", f"/buckets/{bucket}/objects", {"paths": ["/"]})
    assert lasts(700, lambda: archive.names(bucket) != [])
    archive.ok("DELETE", f"/buckets/{bucket}")
    assert lasts(200, lambda: archive.ok("GET", "/buckets")["buckets"] != [])


def test_the_world_can_be_put_back(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.archived(versioning=True)
    archive.again(bucket, {"readme.txt": 99})
    recover(archive, bucket, "/")
    archive.ok("DELETE", f"/buckets/{archive.made('second')}")
    simulator.advance(4)
    kept = simulator.world()
    simulator.put_world(kept)
    assert simulator.world() == kept
    simulator.advance(10)
    assert archive.detail(bucket, "recovery")["state"] == "SUCCESS"


# --- histories ----------------------------------------------------------------------------------------------------


def test_lists_of_histories(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket = archive.made()
    archive.policy(bucket, days="1000")
    simulator.advance(25 * DAY)
    path = f"/archiving-histories?bucket_id={bucket}&{ALWAYS}"
    first = archive.ok("GET", path)
    assert (first["total_count"], len(first["contents"])) == (25, 20)
    starts = [run["start_at"] for run in first["contents"]]
    assert starts == sorted(starts, reverse=True)
    rest = archive.ok("GET", f"{path}&offset=20")
    assert len(rest["contents"]) == 5
    assert len(archive.ok("GET", f"{path}&limit=25")["contents"]) == 25
    assert archive.ok("GET", f"{path}&state=SUCCESS&limit=1")["total_count"] == 25
    assert archive.ok("GET", f"{path}&state=FAILED")["total_count"] == 0
    begin, end = (rest["contents"][index]["start_at"].replace("+", "%2B") for index in (-1, 0))
    some = f"/archiving-histories?bucket_id={bucket}&start_at_from={begin}&start_at_to={end}"
    assert archive.ok("GET", some)["total_count"] == 5
    backwards = f"/v1/archiving-histories?bucket_id={bucket}&start_at_from={end}&start_at_to={begin}"
    assert archive("GET", backwards).status == 400
    assert archive("GET", f"/v1{some}&limit=0").status == 400
    assert archive("GET", f"/v1/archiving-histories?bucket_id={bucket}&start_at_from=x&start_at_to=y").status == 400
    assert archive("GET", f"/v1/archiving-histories?bucket_id=nonsense&{ALWAYS}").status == 404
    simulator.switch(largest_page=10)
    assert len(archive.ok("GET", path)["contents"]) == 10


def test_a_history_belongs_to_a_bucket(archive: ArchiveApi, simulator: Simulator) -> None:
    bucket, other = begun(archive), archive.made("other")
    run = archive.histories(bucket)[0]["id"]
    assert archive("GET", f"/v1/archiving-histories/detail?id={run}&bucket_id={other}").status == 404
    assert archive("GET", f"/v1/recovery-histories/detail?id={run}&bucket_id={bucket}").status == 404
    assert archive("PUT", f"/v1/archiving-histories/cancel-archiving?id={run}&bucket_id={other}").status == 404


@pytest.mark.violations_expected
@pytest.mark.parametrize("kind", ["archiving", "recovery"])
def test_what_lists_of_histories_need(archive: ArchiveApi, kind: str) -> None:
    for query in ("bucket_id=nonsense", ALWAYS, "bucket_id=nonsense&start_at_from=2024-01-01T00:00:00Z"):
        answer = archive("GET", f"/v1/{kind}-histories?{query}")
        assert (answer.status, answer.error["code"]) == (400, "ValidationError")
