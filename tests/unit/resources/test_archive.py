# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage holds under random tasks, however the service settles what is unknown."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage import objects
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.lookup import BUCKETS
from ansible_collections.scp.storage.plugins.modules import (
    scp_archive_bucket,
    scp_archive_job,
    scp_archive_job_info,
    scp_archive_object,
    scp_archive_policy,
    scp_archive_recovery,
)
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

SERVICE = "archivestorage"
SLOW_BUT_MANY = share_of_examples(0.15)
UNKNOWNS = st.fixed_dictionaries(
    {
        "archive_conflict_status": st.sampled_from(["409", "400"]),
        "archive_running_state": st.sampled_from(["IN_PROGRESS", "INPROGRESS", "RUNNING"]),
        "archive_cancelled_state": st.sampled_from(["CANCELLED", "CANCELED"]),
        "archive_encryption_default": st.booleans(),
        "archive_recover_answer": st.sampled_from(["bucket", "history", "recovery"]),
        "archive_list_depth": st.sampled_from(["all", "root"]),
        "archive_object_count": st.sampled_from(["all", "page"]),
        "archive_delete_missing": st.sampled_from(["404", "accept"]),
        "archive_delete_versioned": st.sampled_from(["hide", "all"]),
        "archive_versions_unknown": st.sampled_from(["empty", "404"]),
        "name_filter": st.sampled_from(["part", "exact", "prefix"]),
    }
)
SETTINGS = st.fixed_dictionaries({"versioning": st.none() | st.booleans(), "encryption": st.none() | st.booleans()})
BUCKET = "3d036efe-f576-48b0-8375-6d3704a95b63"
FILES = ("a.txt", "app/1.log", "app/2.log", "app/old/3.log", "db/4.csv", "d b/ü+&?.txt")
PATHS = (*FILES, "app/", "app/old/", "db/", "d b/", "none", "none/", "/", "/a.txt", "app/1")


def _begin(simulator: Simulator, unknowns: dict[str, Any]) -> ConvergingRunner:
    """A new world in fast time."""
    simulator.reset()
    simulator.switch(**unknowns)
    return ConvergingRunner(simulator)


def _filled(simulator: Simulator, versioning: bool = False) -> None:
    """A bucket with files in it."""
    rows = [{"bucket_id": BUCKET, "path": path, "size": number} for number, path in enumerate(FILES, 1)]
    buckets = [{"id": BUCKET, "name": "app-archive", "versioning": versioning}]
    simulator.patch_world({SERVICE: {"buckets": buckets, "objects": rows}})


def _legal(name: str) -> bool:
    """Whether a bucket may be called so, decided in another way than by the collection (platform-behaviour.md §9)."""
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", name):
        return False
    ends = set("abcdefghijklmnopqrstuvwxyz0123456789")
    return (
        3 <= len(name) <= 63
        and set(name) <= ends | set(".-")
        and {name[0], name[-1]} <= ends
        and not any(pair in name for pair in ("..", ".-", "-."))
        and name != "admin"
    )


@given(
    st.from_regex(r"[a-z0-9A._-]{1,66}", fullmatch=True) | st.sampled_from(["admin", "10.20.30.40", "administrator"])
)
def test_names(name: str) -> None:
    """The rule takes what the guide allows, and no more."""
    assert bool(BUCKETS.rule.fullmatch(name)) is _legal(name)


@given(st.sampled_from(PATHS))
def test_folders(path: str) -> None:
    """The folder that something is in begins its path, and ends before its own name."""
    folder = objects.parent(path)
    assert folder.endswith("/")
    rest = objects.plain(path).removeprefix(objects.plain(folder))
    assert "/" not in rest[:-1]


@SLOW_BUT_MANY
@given(unknowns=UNKNOWNS, first=SETTINGS, second=SETTINGS)
def test_buckets(simulator: Simulator, unknowns: dict[str, Any], first: dict[str, Any], second: dict[str, Any]) -> None:
    """A bucket is made, changed and removed; only what was asked for changes."""
    bench = _begin(simulator, unknowns)
    made = bench.converge(scp_archive_bucket, name="app-archive", **first)["bucket"]
    simulator.patch_world({SERVICE: {"buckets": [{"name": "app-archive-2"}, {"name": "my-app-archive"}]}})
    changed = bench.converge(scp_archive_bucket, bucket_id=made["id"], **second)["bucket"]
    assert changed["id"] == made["id"]
    (row,) = (row for row in simulator.world()[SERVICE]["buckets"] if row["id"] == made["id"])
    for name, default in (("versioning", False), ("encryption", unknowns["archive_encryption_default"])):
        reported = [value for value in (default, first[name], second[name]) if value is not None]
        assert row[name] is reported[-1], name
        assert changed.get(name) is second[name], name
    bench.converge(scp_archive_bucket, name="app-archive", state="absent")
    assert len(simulator.world()[SERVICE]["buckets"]) == 2


@SLOW_BUT_MANY
@given(
    unknowns=UNKNOWNS,
    days=st.lists(st.none() | st.sampled_from(["1", "007", " 7", "3650"]), min_size=3, max_size=3),
    states=st.lists(st.sampled_from(["active", "inactive"]), min_size=3, max_size=3),
)
def test_policies(simulator: Simulator, unknowns: dict[str, Any], days: list[str | None], states: list[str]) -> None:
    """A policy is made once and changed in the fewest calls; days are compared as numbers."""
    bench = _begin(simulator, unknowns)
    simulator.patch_world({SERVICE: {"buckets": [{"id": BUCKET, "name": "app-archive"}]}})
    before: tuple[int, str] | None = None
    for asked, state in zip([days[0] or "30", *days[1:]], states, strict=True):
        task = {"bucket": "app-archive", "archiving_source_bucket_name": "west-app-logs", "state": state}
        result = bench.converge(scp_archive_policy, object_lifecycle=asked, **task)
        wanted = (int(asked) if asked is not None else (before or (0, ""))[0], state)
        policy = result["policy"]
        assert (int(policy["object_lifecycle"]), policy["state"].lower()) == wanted
        old = before or (wanted[0], "active")
        changes = sum(one != other for one, other in zip(old, wanted, strict=True))
        assert len(result["operations"]) == changes + (before is None)
        before = wanted
    assert len(simulator.world()[SERVICE]["policies"]) == 1


@SLOW_BUT_MANY
@given(unknowns=UNKNOWNS, versioning=st.booleans(), paths=st.lists(st.sampled_from(PATHS), min_size=1, max_size=5))
def test_objects(simulator: Simulator, unknowns: dict[str, Any], versioning: bool, paths: list[str]) -> None:
    """What is named goes, and nothing else; one call does it, and none where nothing of it is there."""
    bench = _begin(simulator, unknowns)
    _filled(simulator, versioning)
    gone = {
        file
        for file in FILES
        for path in paths
        if file == path.lstrip("/") or (path.endswith("/") and file.startswith(path.lstrip("/")))
    }
    result = bench.converge(scp_archive_object, bucket="app-archive", state="absent", paths=paths)
    assert result["operations"] == (["DeleteBucketObjects"] if gone else [])
    left = {row["path"] for row in simulator.world()[SERVICE]["objects"] if row["current"]}
    assert left == set(FILES) - gone


@SLOW_BUT_MANY
@given(
    unknowns=UNKNOWNS,
    paths=st.lists(st.sampled_from(["a.txt", "app/", "app/1.log", "/"]), min_size=1, max_size=3, unique=True),
    overwrite=st.booleans(),
)
def test_recoveries(simulator: Simulator, unknowns: dict[str, Any], paths: list[str], overwrite: bool) -> None:
    """What is named comes back once; another set of paths is another recovery; one that runs can be cancelled."""
    bench = _begin(simulator, unknowns)
    _filled(simulator)
    infos = [{"source_object_path": path, "object_type": "FOLDER" if path.endswith("/") else "FILE"} for path in paths]
    task = {"bucket": "app-archive", "recovery_target_bucket_name": "west-recovered", "overwrite": overwrite}
    done = bench.converge(scp_archive_recovery, recovery_infos=infos, **task)
    assert done["operations"] == ["RecoverObjects"]
    assert done["recovery"]["state"] == "SUCCESS"
    others = [{"source_object_path": "db/", "object_type": "FOLDER"}]
    simulator.switch(archive_recovery_seconds=1e6)
    begun = bench.call(scp_archive_recovery, recovery_infos=others, **{**task, "wait": False})
    assert begun["operations"] == ["RecoverObjects"]
    joined = bench.call(scp_archive_recovery, check=True, recovery_infos=others, **task)
    assert (joined["changed"], joined["joined"]) == (False, True)
    cancelled = bench.converge(scp_archive_job, bucket="app-archive", kind="recovery", state="cancelled")
    assert cancelled["operations"] == ["CancelRecovery"]
    assert cancelled["job"]["id"] == begun["recovery"]["id"]
    assert len(simulator.world()[SERVICE]["recovery_histories"]) == 2


def test_what_was_lately_by_the_time_of_the_service(simulator: Simulator) -> None:
    """What the service shows the time counts, and not this machine: a job of a moment ago is reported in any case."""
    bench = _begin(simulator, {})
    _filled(simulator)
    simulator.advance(90 * 86400)
    infos = [{"source_object_path": "app/", "object_type": "FOLDER"}]
    task = {"bucket": "app-archive", "recovery_target_bucket_name": "west-recovered"}
    done = bench.call(scp_archive_recovery, recovery_infos=infos, **task)
    # A separate client, as each task of a playbook has: one that has not heard of the service's time yet.
    other = ConvergingRunner(simulator)
    other.environ["SCP_LANGUAGE"] = "ko-KR"
    reported = other.call(scp_archive_job_info, bucket="app-archive")
    assert [job["id"] for job in reported["jobs"]] == [done["recovery"]["id"]]
