# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a storage report makes of what was read: judgements at their edges, growth, options, and the page."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import SHORT_FORMS
from ansible_collections.scp.storage.plugins.module_utils.workflows.storage_report.models import (
    GIB,
    KINDS,
    PROTECTED_KINDS,
    describe_bytes,
    span,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.storage_report.options import (
    Options,
    read_options,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.storage_report.parse import Reading
from ansible_collections.scp.storage.plugins.module_utils.workflows.storage_report.report import facts
from ansible_collections.scp.storage.plugins.plugin_utils.report_page import page
from tests.collection_path import ROOT

ROLE = ROOT / "roles" / "storage_report"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEST, EAST = "kr-west1", "kr-east1"
_DEFAULTS = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
TITLES = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))["storage_report_titles"]


def planned(**options: Any) -> Options:
    """Read the defaults of the role, with some options different."""
    given = {name.removeprefix("storage_report_"): value for name, value in _DEFAULTS.items()}
    return read_options({**given, "variable_prefix": "storage_report_", **options})


def ago(**span: float) -> str:
    """A moment of the past, as the services write it."""
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(region: str = WEST, **things: list[dict[str, Any]]) -> list[Reading]:
    """Return what would have been read in a region, by kind."""
    return [Reading(kind, region, listed) for kind, listed in things.items()]


def report(readings: list[Reading], history: str = "", keep: int = 90, **options: Any) -> dict[str, Any]:
    """The report of what was read."""
    made: dict[str, Any] = facts(readings, planned(**options).limits, NOW, history, keep)["report"]
    return made


def file_volume(name: str = "web", **fields: Any) -> dict[str, Any]:
    """A volume of File Storage that nothing protects."""
    made = {"id": f"id-{name}", "name": f"{name}_a1b2c3", "base_name": name, "state": "available", "purpose": "none"}
    return {**made, "usage": 10 * GIB, "created_at": ago(days=50), "snapshots": [], "replications": [], **fields}


def snapshot(**span: float) -> dict[str, Any]:
    """A snapshot of File Storage of some age."""
    return {"id": "s", "name": "taken", "created_at": ago(**span)}


def block_volume(name: str = "app", **fields: Any) -> dict[str, Any]:
    """A block volume that nothing protects."""
    made = {"id": f"id-{name}", "name": name, "state": "IN_USE", "purpose": "ORG", "size_gb": 100}
    servers = [{"id": "server-1", "name": "db1", "type": "BM"}]
    return {**made, "created_at": ago(days=50), "attachments": servers, "snapshots": [], "replication": None, **fields}


def backup(*jobs: tuple[str, float], **fields: Any) -> dict[str, Any]:
    """A backup of the files of db1, with jobs as words and ages in days."""
    histories = [{"backup_job_state": word, "backup_start_time": ago(days=days)} for word, days in jobs]
    made = {"id": "b", "name": "db1-files", "state": "AVAILABLE", "role_type": "ORIGINAL", "policy_type": "FILESYSTEM"}
    server = {"server_name": "db1", "server_uuid": "server-1", "created_at": ago(days=50)}
    return {**made, **server, "histories": histories, "restore_points": [{"usage_gb": 1}], **fields}


def severities(made: dict[str, Any], area: str) -> list[str]:
    """Return the severity of the findings of an area."""
    return [one["severity"] for one in made["findings"] if one["area"] == area]


@pytest.mark.parametrize(
    ("fields", "unprotected", "state"),
    [
        ({"snapshots": [snapshot(hours=25)]}, False, "fresh"),
        ({"snapshots": [snapshot(hours=27)]}, True, "old"),
        ({"snapshots": [snapshot(hours=27), snapshot(hours=2)]}, False, "fresh"),
        # The service's clock, or a zone that it does not name, may put it in the future.
        ({"snapshots": [{"name": "x", "created_at": "2026-11-24T20:00:00"}]}, False, "fresh"),
        # Its name shows Korean time, where the time names no zone: this one is 27 hours old, not 18.
        ({"snapshots": [{"name": "web.2026-11-23_180000", "created_at": "2026-11-23T18:00:00"}]}, True, "old"),
        ({"snapshots": [{"name": "snapmirror.x", "created_at": ago(hours=1)}]}, True, "none"),
        # What cannot be restored protects nothing.
        ({"snapshots": [{**snapshot(hours=1), "state": "error"}]}, True, "none"),
        ({"snapshots": [{**snapshot(hours=5), "state": "creating"}]}, True, "none"),
        ({"snapshots": [{**snapshot(hours=1), "state": "error"}, snapshot(hours=27)]}, True, "old"),
        ({"snapshots": [{**snapshot(hours=1), "state": "available"}]}, False, "fresh"),
        ({"snapshot_schedule": {"frequency": "DAILY", "hour": "3"}}, True, "none"),
        ({"snapshot_schedule": {"frequency": "DAILY", "hour": "3"}, "created_at": ago(hours=3)}, False, "waiting"),
        ({"created_at": ago(hours=3)}, True, "none"),
    ],
)
def test_snapshots(fields: dict[str, Any], unprotected: bool, state: str) -> None:
    """They protect while they are young enough; a schedule does so only until its first one is due."""
    (volume,) = report(read(filestorage_volume=[file_volume(**fields)]))["volumes"]
    assert (volume["unprotected"], volume["snapshot_state"]) == (unprotected, state)


def test_snapshots_that_cannot_be_restored_are_reported() -> None:
    """Each is named with its state, also where others protect the volume; one that has just begun is not."""
    listed = [
        snapshot(hours=2),
        {"name": "failed", "created_at": ago(hours=1), "state": "error"},
        {"name": "stuck", "created_at": ago(hours=5), "state": "creating"},
        {"name": "begun", "created_at": ago(minutes=5), "state": "creating"},
    ]
    made = report(
        read(
            filestorage_volume=[file_volume(snapshots=listed)], pfs_volume=[file_volume("train", snapshots=listed[1:])]
        )
    )
    messages = [one["message"] for one in made["findings"] if one["area"] == "snapshots"]
    assert messages == ["has snapshots that cannot be restored: failed (error), stuck (creating)"] * 2
    assert {one["kind"]: one["snapshots"] for one in made["volumes"]} == {"filestorage_volume": 1, "pfs_volume": 0}
    assert [one["unusable_snapshots"] for one in made["volumes"]] == [["failed (error)", "stuck (creating)"]] * 2


def test_policies_and_exemptions() -> None:
    """A policy is by name or id, in its region; the youngest of its ages counts, and the grace is added."""
    old = [snapshot(hours=60)]
    volumes = [file_volume(name, snapshots=old) for name in ("weekly", "by_id", "elsewhere", "scratch_1")]
    policies = [
        {"name": "weekly", "schedule": {"day_of_week": "SUN", "hour": 3}, "max_age": "30d"},
        {"name": "id-by_id", "max_age": "3d"},
        {"name": "elsewhere", "region": EAST, "max_age": "9d"},
    ]
    made = report(read(filestorage_volume=volumes), policies=policies, exempt="scratch*")
    found = {one["base_name"]: one for one in made["volumes"]}
    assert found["weekly"]["max_age_seconds"] == 7 * 86400 + 7200
    assert {name for name, one in found.items() if one["unprotected"]} == {"elsewhere"}
    # That region was not read, so nothing can be said of what is there.
    assert severities(made, "snapshots") == []


def file_replication(**fields: Any) -> dict[str, Any]:
    """A replication of the volume web to the other region."""
    ends = {"source_volume_id": "id-web", "source_volume_name": "web_a1b2c3", "source_volume_region": WEST}
    ends |= {"replication_volume_id": "id-copy", "replication_volume_region": EAST}
    made = {"replication_policy": "use", "replication_status": "available", "replication_frequency": "5min"}
    return {**ends, **made, "replication_type": "replication", "replication_volume_name": "copy", **fields}


@pytest.mark.parametrize(
    ("fields", "health"),
    [
        ({}, "ok"),
        ({"replication_type": "backup"}, "ok"),
        ({"replication_policy": "paused"}, "paused"),
        ({"replication_status": "error"}, "error"),
        ({"replication_policy": "creating"}, "creating"),
        ({"replication_status": "deleting"}, "ending"),
    ],
)
def test_file_replications(fields: dict[str, Any], health: str) -> None:
    """One that works protects, also as a disk backup; it is reported once, though both ends show it."""
    shown = [file_replication(**fields)]
    readings = read(filestorage_volume=[file_volume(replications=shown, purpose="original")])
    copy = file_volume("copy", replications=shown, purpose="replication")
    readings += read(EAST, filestorage_volume=[copy])
    made = report(readings)
    (replication,) = made["replications"]
    assert replication["health"] == health
    source = next(one for one in made["volumes"] if one["id"] == "id-web")
    assert source["unprotected"] is (health != "ok")
    assert severities(made, "replication") == (["critical"] if health in ("paused", "error") else [])
    assert made["counts"]["copies"] == 1


@pytest.mark.parametrize(
    ("lag", "cycle", "limit", "late"),
    [
        *((850, "5MIN", "", False), (950, "5MIN", "", True), (7100, "HOURLY", "", False), (7300, "HOURLY", "", True)),
        *((650, "HOURLY", "10m", True), (100000, "DAILY", "", False), (None, "HOURLY", "", False)),
    ],
)
def test_lag(lag: int | None, cycle: str, limit: str, late: bool) -> None:
    """Twice the cycle is allowed, and a quarter of an hour in any case, unless a limit is given."""
    ends = {
        "source": {"id": "id-app", "name": "app", "region": WEST},
        "target": {"id": "t", "name": "t", "region": EAST},
    }
    replication = {**ends, "sync_cycle": cycle, "health": "ok", "lag_seconds": lag}
    made = report(read(bm_volume=[block_volume(replication=replication)]), replication_max_lag=limit)
    assert made["replications"][0]["late"] is late
    assert made["volumes"][0]["unprotected"] is late
    assert severities(made, "replication") == (["critical"] if late else [])


@pytest.mark.parametrize(
    ("jobs", "fields", "expected", "works"),
    [
        ([("SUCCESS", 1)], {}, [], True),
        ([("SUCCESS", 9)], {}, ["critical"], False),
        ([("FAILED", 0.5), ("SUCCESS", 1)], {}, ["critical"], True),
        ([("PARTIAL_SUCCESS", 0.5)], {}, ["warning"], True),
        ([("INPROGRESS", 0.1), ("SUCCESS", 1)], {}, [], True),
        ([], {}, ["critical"], False),
        ([], {"created_at": ago(days=1)}, ["warning"], False),
        ([("SUCCESS", 1)], {"restore_points": []}, ["critical"], False),
        ([("FAILED", 0.5)], {"role_type": "REPLICA"}, [], False),
    ],
)
def test_backups(jobs: list[tuple[str, float]], fields: dict[str, Any], expected: list[str], works: bool) -> None:
    """The last job that ended, and the age of the last good one, decide; block volumes of the server live by it."""
    made = report(read(bm_volume=[block_volume()], backup=[backup(*jobs, **fields)]))
    own = [one["severity"] for one in made["findings"] if one["kind"] == "backup"]
    assert (own, made["backups"][0]["works"]) == (expected, works)
    assert made["volumes"][0]["unprotected"] is not works


def test_servers_and_groups() -> None:
    """A server whose volumes are protected wants a backup only; a group covers its members, and they cover it."""
    group = {"id": "g", "name": "orders", "state": "AVAILABLE", "purpose": "ORG", "created_at": ago(days=9)}
    group |= {"member_volumes": [{"id": "id-log"}], "replication": None}
    taken = [{"snapshot_name": "x", "created_dt": ago(hours=1)}]
    member = block_volume("log", volume_group={"id": "g", "name": "orders"})
    made = report(read(bm_volume=[member], bm_volume_group=[{**group, "snapshots": taken}], backup=[]))
    assert [one["protected_by"] for one in made["volumes"]] == [["snapshots"], ["snapshots"]]
    assert [(one["area"], one["severity"], one["name"]) for one in made["findings"]] == [("backup", "warning", "db1")]
    own = {**member, "snapshots": taken}
    made = report(read(bm_volume=[own], bm_volume_group=[{**group, "snapshots": []}], backup=[]))
    assert [one["unprotected"] for one in made["volumes"]] == [False, False]
    made = report(read(bm_volume=[member], bm_volume_group=[{**group, "snapshots": []}], backup=[]))
    assert severities(made, "protection") == ["critical"] * 3
    # What was not read cannot be judged, and the report says so.
    made = report(read(bm_volume=[member]))
    assert made["servers"] == []
    assert [note.split(" were not read")[0] for note in made["notes"][:2]] == ["Backups", "Volume groups"]


def _history(*days: int, size: int = 5 * GIB) -> str:
    """Measurements of so many days ago, oldest first."""
    moments = [NOW - timedelta(days=one) for one in days]
    measured = [
        {
            "day": one.date().isoformat(),
            "at": one.isoformat(),
            "totals": {f"{WEST}/filestorage_volume": size},
            "things": {},
        }
        for one in moments
    ]
    return json.dumps({"format": 1, "measurements": [{**one, "things": {"id-web": size}} for one in measured]})


def test_growth() -> None:
    """It is against the newest measurement that is old enough, else the oldest; and only of what both have measured."""
    readings = read(filestorage_volume=[file_volume()], pfs_volume=[])
    made = report(readings, _history(30, 8, 6, 0), capacity_gb={"filestorage_volume": 14})
    assert made["capacity"]["days"] == 8
    kinds = {one["kind"]: one for one in made["capacity"]["kinds"]}
    assert kinds["filestorage_volume"]["change_bytes"] == 5 * GIB
    assert kinds["filestorage_volume"]["change_percent"] == 100
    assert kinds["filestorage_volume"]["days_left"] == 6.4
    assert kinds["pfs_volume"]["change_bytes"] is None
    assert severities(made, "capacity") == ["warning", "warning"]
    assert report(readings, _history(3, 2))["capacity"]["days"] == 3
    assert report(readings, _history(0))["capacity"]["since"] is None
    assert severities(report(readings, _history(8), growth_percent=0), "capacity") == []
    assert severities(report(readings, capacity_gb="filestorage: 10"), "capacity") == ["critical"]


def test_what_is_kept() -> None:
    """One measurement a day, that of today again, and no more than wanted; what cannot be read is not replaced."""
    limits = planned().limits
    kept = facts(read(filestorage_volume=[file_volume()]), limits, NOW, _history(3, 2, 1, 0), 2)["history"]
    assert [one["day"] for one in kept["measurements"]] == ["2026-11-23", "2026-11-24"]
    assert kept["measurements"][-1]["things"] == {"id-web": 10 * GIB}


def _history_with(**fields: Any) -> str:
    """A history whose one measurement has something else in some of its fields."""
    document = json.loads(_history(8))
    document["measurements"][0] |= fields
    return json.dumps(document)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("[]", "not what a report has written (no JSON object)"),
        (_history_with(things=[]), "totals and things must be JSON objects"),
        ("{", "not what a report has written"),
        ("[" * 100_000, "not what a report has written"),
        ('{"format": 1, "measurements": [{"at": 1}]}', "not what a report has written"),
        ('{"format": 9, "days": []}', "its format is 9, and this version of the collection knows 1"),
        (_history_with(at="2026-11-01T00:00:00"), "2026-11-01T00:00:00 names no zone"),
        (_history_with(day="yesterday"), "yesterday"),
        (_history_with(totals={"filestorage_volume": 1}), "not what a report has written"),
        (_history_with(totals={f"{WEST}/filestorage_volume": "much"}), "much is not a number of bytes"),
        (_history_with(things={"id-web": None}), "None is not a number of bytes"),
    ],
)
def test_a_history_that_can_not_be_read(broken: str, says: str) -> None:
    """It is left alone, the report says why, and is made."""
    made = facts(read(filestorage_volume=[file_volume()]), planned().limits, NOW, broken, 2)
    assert made["history"] == {}
    assert "left alone" in made["report"]["notes"][-1]
    assert says in made["report"]["notes"][-1]


def test_archives() -> None:
    """An inactive policy is reported, the newest archiving that ended counts, and what cannot be read is reported."""
    bucket = {"id": "b1", "name": "logs", "state": "ACTIVE", "usage": "10", "archiving_source_bucket_name": "app"}

    def made(state: str, jobs: list[dict[str, Any]], *problems: str) -> dict[str, Any]:
        listed = [{**bucket, "policies": [{"state": state}]}]
        return report([Reading("archive_bucket", WEST, listed, jobs={"b1": jobs}, problems=problems)])

    jobs = [
        {"state": word, "start_at": ago(days=days)}
        for word, days in (("IN_PROGRESS", 0), ("FAILED", 1), ("SUCCESS", 2))
    ]
    assert severities(made("ACTIVE", jobs), "archive") == ["critical"]
    assert severities(made("ACTIVE", jobs[2:]), "archive") == []
    assert severities(made("INACTIVE", jobs[2:]), "archive") == ["warning"]
    broken = made("ACTIVE", [], "went wrong")
    assert [one["message"] for one in broken["findings"]] == ["could not be read: went wrong"]


def test_options_as_texts() -> None:
    """A survey gives texts for lists and dictionaries."""
    texts = planned(regions="kr-west1 kr-east1", kinds="[pfs, backup]", policies="web, office", exempt="a*,b")
    assert (texts.regions, texts.kinds) == ([WEST, EAST], ["pfs_volume", "backup"])
    assert [one["name"] for one in texts.limits["policies"]] == ["web", "office"]
    assert texts.limits["exempt"] == ["a*", "b"]
    ages = planned(snapshot_max_age="{filestorage: 1h, pfs: 2h, bm_volume: 3h, bm_volume_group: 4h}")
    assert ages.limits["snapshot_max_age"]["bm_volume"] == 3 * 3600
    assert planned(kinds="").kinds == _DEFAULTS["storage_report_kinds"]
    assert planned(exempt="*tmp, no").limits["exempt"] == ["*tmp", "no"]
    weekly = planned(policies=[{"name": "web", "schedule": "{hour: 3, day_of_week: SUN}"}])
    assert weekly.limits["policies"][0]["max_age"] == 7 * 86400


@pytest.mark.parametrize(("short", "kind"), sorted(SHORT_FORMS.items()))
def test_options_accept_short_kinds(short: str, kind: str) -> None:
    """Kinds, keys of limits and policies may be short; what comes of them is the full form."""
    assert planned(kinds=short).kinds == [kind]
    assert planned(capacity_gb={short: 1}).limits["capacity"] == {kind: GIB}
    if kind in PROTECTED_KINDS:
        ages = {one: "2h" for one in PROTECTED_KINDS if one != kind} | {short: "1h"}
        assert planned(snapshot_max_age=ages).limits["snapshot_max_age"] == {
            one: 3600 if one == kind else 7200 for one in PROTECTED_KINDS
        }
        for policies in (
            {"policies": [{"name": "web", "kind": short}]},
            {"policies": ["web"], "policy_kind": short},
        ):
            assert [one["kind"] for one in planned(**policies).limits["policies"]] == [kind]


@pytest.mark.parametrize(("short", "kind"), sorted(SHORT_FORMS.items()))
def test_page_accepts_short_kinds(short: str, kind: str) -> None:
    made = report(read(**{kind: []}))
    titles = {short if one == kind else one: text for one, text in TITLES.items()}
    assert page(made, str(ROLE / "templates"), "x", titles) == page(made, str(ROLE / "templates"), "x", TITLES)


def test_page_shows_zones_where_they_are_known() -> None:
    ends = {
        "source": {"id": "id-app", "name": "app", "region": WEST, "zone": f"{WEST}-a"},
        "target": {"id": "id-copy", "name": "copy", "region": EAST, "zone": f"{EAST}-b"},
    }
    stopped = {**ends, "sync_cycle": "HOURLY", "health": "broken", "lag_seconds": None}
    made = report(
        read(
            filestorage_volume=[file_volume("web", zone=f"{WEST}-b"), file_volume("old")],
            bm_volume=[block_volume(zone=f"{WEST}-a", replication=stopped)],
            backup=[backup(("FAILED", 1), zone="elsewhere-1")],
        )
    )
    zones = {one["name"]: one["zone"] for one in made["findings"]}
    assert zones == {"web": f"{WEST}-b", "old": "", "app": f"{WEST}-a", "db1-files": "elsewhere-1"}
    text = page(made, str(ROLE / "templates"), "x", TITLES)
    shown = re.findall(r"<small>([^<]*)</small>", text)
    for place in ("kr-west1-b", "kr-west1", "kr-west1-a"):
        assert any(one.endswith(f", {place}") for one in shown), place
    assert "kr-east1-b" in shown, "the target of the replication"
    assert "kr-west1, elsewhere-1" in shown, "a zone whose name does not begin with the region"


@pytest.mark.parametrize(
    ("short", "kind"), [(short, kind) for short, kind in sorted(SHORT_FORMS.items()) if KINDS[kind].holds]
)
def test_history_accepts_short_kinds(short: str, kind: str) -> None:
    """A history with short kinds is continued, and kept with full ones."""
    old = _history_with(totals={f"{WEST}/{short}": 5, f"{EAST}/{kind}": 7})
    made = facts(read(**{kind: []}), planned().limits, NOW, old, 9)
    (entry,) = made["report"]["capacity"]["kinds"]
    assert (entry["kind"], entry["before_bytes"], entry["change_bytes"]) == (kind, 5, -5)
    assert made["history"]["measurements"][0]["totals"] == {f"{WEST}/{kind}": 5, f"{EAST}/{kind}": 7}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"capacity_gb": {"pfs": 1, "pfs_volume": 2}},
            ["storage_report_capacity_gb has pfs_volume twice", "give one of both"],
        ),
        ({"kinds": "tape, pfs"}, ["storage_report_kinds has tape", "filestorage_volume, pfs_volume"]),
        ({"regions": {"a": "b"}}, ["storage_report_regions must be a list"]),
        ({"snapshot_max_age": "old"}, ["storage_report_snapshot_max_age has old", "12h"]),
        ({"snapshot_max_age": {"pfs_volume": "1d"}}, ["does not say filestorage_volume, bm_volume, bm_volume_group"]),
        (
            {"snapshot_max_age": dict.fromkeys([*PROTECTED_KINDS, "tape"], "1d")},
            ["storage_report_snapshot_max_age has tape", "filestorage_volume, pfs_volume"],
        ),
        ({"snapshot_space_percent": "-1"}, ["storage_report_snapshot_space_percent is -1", "number from 0 on"]),
        ({"growth_percent": "much"}, ["storage_report_growth_percent is much"]),
        ({"capacity_gb": {"tape": 1}}, ["storage_report_capacity_gb has tape"]),
        ({"capacity_gb": {"pfs_volume": "big"}}, ["storage_report_capacity_gb has big", "number of GB"]),
        ({"capacity_gb": {"pfs_volume": "inf"}}, ["storage_report_capacity_gb has inf", "number of GB"]),
        ({"capacity_gb": {"pfs_volume": -5}}, ["storage_report_capacity_gb has -5", "number of GB"]),
        ({"exempt": "[web, office"}, ["storage_report_exempt is a text that cannot be read", "line 1", "as JSON"]),
        ({"policies": "[{name: web"}, ["storage_report_policies is a text that cannot be read", "line 1"]),
        ({"snapshot_max_age": "{pfs: 1d"}, ["storage_report_snapshot_max_age is a text that cannot be read", "line 1"]),
        ({"capacity_gb": "5"}, ["storage_report_capacity_gb must be a dictionary"]),
        ({"policies": [{"name": "web", "max_aeg": "1d"}]}, ["item 1 (web) has max_aeg", "max_age"]),
        ({"policies": [{"max_age": "1d"}]}, ["item 1 has no name"]),
        (
            {"policies": ["web", {"name": "x", "kind": "tape"}]},
            ["item 2 (x) has kind tape", "filestorage_volume, pfs_volume"],
        ),
        ({"policies": {"name": "web"}}, ["storage_report_policies must be a list"]),
        ({"history_keep": 0}, ["storage_report_history_keep must be 1 or more"]),
        ({"regions": "west!"}, ["storage_report_regions is invalid", "kr-west1"]),
    ],
)
def test_mistakes(options: dict[str, Any], words: list[str]) -> None:
    """Each is one sentence that names the option, what is wrong, and what it can be."""
    with pytest.raises(StorageError, match=r"^No report was made\. ") as caught:
        planned(**options)
    (problem,) = caught.value.facts["mistakes"]
    assert [word for word in words if word not in problem] == [], problem


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 min"), (3600, "1 h"), (90061, "1 d 1 h"), (59 * 60, "59 min")])
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (1536, "1.5 KB"), (-2 * GIB, "-2.0 GB"), (500 * GIB, "500 GB"), (1024**6, "1024 PB")],
)
def test_sizes(number: float, text: str) -> None:
    assert describe_bytes(number) == text


def test_the_page_of_nothing_and_of_many() -> None:
    """Without anything there is a page too; a thousand volumes take seconds at most, and each is on it."""
    folder = str(ROLE / "templates")
    empty = page(report(read(filestorage_volume=[], backup=[], archive_bucket=[])), folder, "x", TITLES)
    assert "All is in the desired state" in empty
    assert "a warning from 80 % on" in empty
    volumes = [file_volume(f"v{number}", snapshots=[snapshot(days=number % 3)]) for number in range(1000)]
    began = time.process_time()
    text = page(report(read(filestorage_volume=volumes)), folder, "x", TITLES)
    assert time.process_time() - began < 5
    assert all(f">v{number}<" in text for number in range(1000))


def _relations(*healths: str) -> list[dict[str, Any]]:
    """Return volumes, each the source of a replication."""
    policies = {"ok": "use", "paused": "paused"}
    return [
        file_volume(
            f"v{number}",
            purpose="original",
            replications=[
                {
                    "source_volume_id": f"id-v{number}",
                    "replication_volume_id": f"copy-{number}",
                    "replication_volume_name": f"copy{number}",
                    "replication_status": "active",
                    "replication_policy": policies[health],
                }
            ],
        )
        for number, health in enumerate(healths)
    ]


@pytest.mark.parametrize(
    ("healths", "folded"), [(["ok"] * 40, True), (["ok", "paused"], True), (["ok", "ok"], False), (["paused"], None)]
)
def test_page_folds_what_is_healthy(healths: list[str], folded: bool | None) -> None:
    """What has something to look at is shown, and what is healthy only if it is little and there is nothing else."""
    text = page(report(read(filestorage_volume=_relations(*healths))), str(ROLE / "templates"), "x", TITLES)
    part = text.partition('<section id="replications"')[2].partition("</section>")[0]
    shown, *rest = part.split("<details")
    assert [f"copy{number}<" in shown for number, health in enumerate(healths) if health != "ok"] == [
        True for health in healths if health != "ok"
    ]
    if folded is None:
        assert not rest
    else:
        (details,) = rest
        assert details.startswith(">" if folded else " open>")
        assert f"{healths.count('ok')} without findings" in details
        assert all(f"copy{number}<" in details for number, health in enumerate(healths) if health == "ok")


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast(scheme: str) -> None:
    """Text has 4.5 to 1 at least on what it stands on, bars 3 to 1 (WCAG 2, AA)."""
    style = (ROLE / "templates" / "report.css").read_text(encoding="utf-8")
    blocks = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in style.split(":root")[1:]]
    colours = blocks[("light", "dark", "print").index(scheme)]

    def contrast(one: str, other: str) -> float:
        light, dark = sorted((_luminance(colours[one]), _luminance(colours[other])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    texts = [(text, back) for text in ("text", "soft", "link") for back in ("page", "card")]
    texts += [(name, back) for name in ("ok", "warning", "critical") for back in (f"{name}-back", "card")]
    texts += [("text", "warning-back"), ("text", "critical-back")]
    assert {pair: contrast(*pair) for pair in texts if contrast(*pair) < 4.5} == {}
    bars = [(name, "card") for name in ("ok", "warning", "critical", "neutral")]
    assert {pair: contrast(*pair) for pair in bars if contrast(*pair) < 3} == {}
