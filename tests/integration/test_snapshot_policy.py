# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role snapshot_policy: schedules and snapshots of all four kinds, run again and again, and mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task

WEST, EAST = "kr-west1", "kr-east1"
#: Words that no output may have: nothing the user did explains them.
CRASHES = ("Traceback", "MODULE FAILURE", "object has no attribute", "is undefined")
DAY = 86400
WORLD = {
    "filestorage": {
        "volumes": [
            {"name": "web_data_2m060u"},
            {"name": "office_3n171v"},
            {"name": "far_data_4o282w", "region": EAST},
            {"id": "11111111-0000-4000-8000-000000000001", "name": "twin_data_aaaaaa"},
            {"id": "11111111-0000-4000-8000-000000000002", "name": "twin_data_bbbbbb"},
        ]
    },
    "parallel-filestorage": {"volumes": [{"name": "train_data_5p393x"}]},
    "baremetal-blockstorage": {
        "volume_groups": [{"id": "a" * 32, "name": "orders"}],
        "volumes": [
            {"id": "1" * 32, "name": "app-data", "snapshot_rate": 30},
            {"id": "2" * 32, "name": "new-data"},
            {"id": "3" * 32, "name": "db-data", "snapshot_rate": 30, "group_id": "a" * 32},
            {"id": "4" * 32, "name": "db-log", "snapshot_rate": 30, "group_id": "a" * 32},
        ],
    },
}
#: One policy of each sort, for each kind.
POLICY: dict[str, Any] = {
    "snapshot_policy_max_age": "12h",
    "snapshot_policy_keep": 2,
    "snapshot_policy_schedule": {"hour": 3, "snapshot_retention_count": 14},
    "snapshot_policy_volumes": [
        "web_data",
        {"name": "office", "schedule": {"frequency": "WEEKLY", "day_of_week": "sun", "hour": "0"}, "max_age": "1d"},
        {"name": "far_data", "region": EAST, "max_age": "6h", "keep": 1},
        {"name": "train_data", "kind": "pfs"},
        {"name": "app-data", "kind": "bm_volume"},
        {"name": "new-data", "kind": "bm_volume", "max_age": "12h", "snapshot_rate": 20},
        {"name": "orders", "kind": "bm_volume_group", "max_age": "12h"},
    ],
}
WRITES = [
    *["CreateSnapshotSchedule", "CreateSnapshotSchedule"],
    *["CreateSnapshot", "CreateSnapshot"],
    "CreateSnapshot",
    *["CreateVolumeSnapshotRate", "CreateVolumeSnapshotSchedule", "CreateVolumeSnapshot"],
    "CreateVolumeGroupSnapshot",
]


@pytest.fixture
def there(controller: Controller) -> Controller:
    """A controller, and volumes of all kinds."""
    controller.simulator.patch_world(WORLD)
    return controller


def _play(controller: Controller, variables: dict[str, Any], **options: Any) -> Run:
    run = controller.playbook("scp.storage.snapshot_policy", variables=variables, **options)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _report(run: Run) -> dict[str, dict[str, Any]]:
    """The report that the run ended with, by the names of the list."""
    facts = [result.result.get("ansible_facts") or {} for result in run]
    report = [each["snapshot_policy_report"] for each in facts if each.get("snapshot_policy_report")][-1]
    return {entry["name"]: entry for entry in report}


def _writes(run: Run) -> list[str]:
    return [call["operation"] for call in run.calls if call["write"]]


def _snapshots(controller: Controller) -> dict[str, int]:
    """How many snapshots each service has."""
    return {
        name.removesuffix(".snapshots"): len(rows)
        for name, rows in controller.simulator.resources().items()
        if name.endswith(".snapshots")
    }


def test_life(there: Controller) -> None:
    """Check mode predicts it, a run does it, within the age another one writes nothing, later ones take and delete."""
    simulator = there.simulator
    simulator.scale(1)
    predicted = _play(there, POLICY, arguments=["--check"]).succeeded()
    assert _writes(predicted) == []
    planned = [operation for entry in _report(predicted).values() for operation in entry["operations"]]
    # Without space for snapshots check mode cannot go on, and says so.
    assert sorted([*planned, "CreateVolumeSnapshot"]) == sorted(WRITES)
    said = predicted["scp.storage.snapshot_policy : Say what volumes would get that have no space for snapshots yet"]
    assert [item.result["msg"] for item in said.items] == ["a snapshot"]
    assert said.changed
    table = predicted["scp.storage.snapshot_policy : Show what each volume has"].result["msg"]
    assert table[0].endswith("WOULD BE DONE")

    run = _play(there, POLICY).succeeded()
    assert _writes(run) == WRITES
    _check_report(_report(run))

    again = _play(there, POLICY).succeeded()
    assert _writes(again) == []
    assert again.count("changed") == 0
    unchanged = {name: {**entry, "operations": []} for name, entry in _report(run).items()}
    assert _report(again) == unchanged
    assert _writes(_play(there, POLICY, arguments=["--check"]).succeeded()) == []


def _check_report(report: dict[str, dict[str, Any]]) -> None:
    assert list(report) == ["web_data", "office", "far_data", "train_data", "app-data", "new-data", "orders"]
    for name, entry in report.items():
        assert entry["message"] == "", name
        assert entry["id"], name
        by_schedule = name in ("web_data", "app-data")
        assert entry["snapshots"] == (0 if by_schedule else 1), name
        assert (entry["newest"] is None) is by_schedule, name
        if entry["newest"]:
            assert all(entry["newest"].values()), name
    assert {entry["volume_name"] for entry in report.values()} >= {"web_data_2m060u", "train_data_5p393x", "orders"}
    daily = {"frequency": "DAILY", "day_of_week": None, "hour": "3", "snapshot_retention_count": 14}
    assert report["web_data"]["schedule"] == daily
    # There is no such count for block storage, so the one for all is no matter here.
    assert report["app-data"]["schedule"] == {**daily, "hour": 3, "snapshot_retention_count": None}
    weekly = {"frequency": "WEEKLY", "day_of_week": "SUN", "hour": "0"}
    assert {**report["office"]["schedule"], **weekly} == report["office"]["schedule"]
    assert [report[name]["schedule"] for name in ("far_data", "train_data", "new-data", "orders")] == [None] * 4
    assert report["far_data"]["region"] == EAST
    assert report["far_data"]["operations"] == ["CreateSnapshot"]


@pytest.mark.newest_core
def test_as_time_goes_by(there: Controller) -> None:
    """Every twelve hours a snapshot, of which two are kept; what the schedule took is left alone."""
    simulator = there.simulator
    simulator.scale(1)
    policy = {
        **POLICY,
        "snapshot_policy_schedule": {},
        "snapshot_policy_volumes": [
            "web_data",
            {"name": "train_data", "kind": "pfs"},
            {"name": "app-data", "kind": "bm_volume"},
            {"name": "orders", "kind": "bm_volume_group"},
        ],
    }
    counts = []
    for hours in (0, 6, 7, 6, 7, 13):
        simulator.advance(hours * 3600)
        run = _play(there, policy).succeeded()
        report = _report(run)
        assert len({entry["snapshots"] for entry in report.values()}) == 1, report
        counts.append((report["orders"]["snapshots"], len(_writes(run))))
    assert counts == [(1, 4), (1, 0), (2, 4), (2, 0), (2, 8), (2, 8)]
    # A group's snapshot is one for each of its members in the service's books.
    assert _snapshots(there)["filestorage"] == 2


@pytest.mark.newest_core
def test_one_that_fails(there: Controller) -> None:
    """It is reported with all that failed, and keeps no other volume from its snapshot; run again, it goes on."""
    simulator = there.simulator
    volumes = ["web_data", "no_data", "twin_data", "office", {"name": "none", "kind": "bm_volume_group"}]
    simulator.fault("status", operation="CreateSnapshot", status=403)
    run = _play(there, {"snapshot_policy_max_age": "1d", "snapshot_policy_volumes": volumes})
    assert run.rc != 0
    message = [result for result in run if result.failed][-1].message
    assert "snapshot_policy failed for 4 of 5 volumes" in message
    assert "no_data: there is no File Storage volume of this name" in message
    assert "none: there is no Block Storage (BM) volume group of this name" in message
    assert "twin_data: the name fits 2 File Storage volumes: twin_data_aaaaaa (11111111" in message
    assert "web_data: CreateSnapshot" in message
    assert "403" in message
    report = _report(run)
    assert [entry["snapshots"] for entry in report.values()] == [0, 0, 0, 1, 0]
    run = _play(there, {"snapshot_policy_max_age": "1d", "snapshot_policy_volumes": ["web_data", "office"]})
    assert _writes(run.succeeded()) == ["CreateSnapshot"]
    chosen = [{"name": "11111111-0000-4000-8000-000000000002", "max_age": "1d"}]
    run = _play(there, {"snapshot_policy_volumes": chosen}).succeeded()
    assert _report(run)[chosen[0]["name"]]["volume_name"] == "twin_data_bbbbbb"


@pytest.mark.newest_core
def test_answers_that_get_lost(there: Controller) -> None:
    """What was done is seen, and nothing is done twice."""
    simulator = there.simulator
    for operation in ("CreateSnapshotSchedule", "CreateSnapshot", "CreateVolumeSnapshotRate", "CreateVolumeSnapshot"):
        simulator.fault("lost", operation=operation)
    simulator.fault("error_after", operation="CreateVolumeGroupSnapshot", status=500)
    run = _play(there, POLICY).succeeded()
    assert _writes(run) == WRITES
    _check_report(_report(run))
    assert _writes(_play(there, POLICY).succeeded()) == []


@pytest.mark.newest_core
def test_a_schedule_that_is_there(there: Controller) -> None:
    """It is brought to what is asked, and left alone where snapshots by age are asked for."""
    simulator = there.simulator
    run = there.run(
        [
            task("scp_filestorage_snapshot_schedule", {"volume": name, "frequency": "DAILY", "hour": "5"})
            for name in ("web_data", "office")
        ]
    ).succeeded()
    run = _play(
        there,
        {
            "snapshot_policy_schedule": {"hour": 4},
            "snapshot_policy_volumes": ["web_data", {"name": "office", "max_age": "1d"}],
        },
    ).succeeded()
    assert _writes(run) == ["SetSnapshotSchedule", "CreateSnapshot"]
    report = _report(run)
    assert (report["web_data"]["schedule"]["hour"], report["office"]["schedule"]["hour"]) == ("4", "5")
    assert len(simulator.resources()["filestorage.schedules"]) == 2


def test_from_a_survey(there: Controller) -> None:
    """Texts for everything."""
    given = {
        "snapshot_policy_volumes": "web_data, office",
        "snapshot_policy_region": "",
        "snapshot_policy_schedule": "{frequency: WEEKLY, day_of_week: MON, hour: 2}",
        "snapshot_policy_keep": "0",
        "snapshot_policy_snapshot_rate": "0",
    }
    run = _play(there, given).succeeded()
    assert _writes(run) == ["CreateSnapshotSchedule", "CreateSnapshotSchedule"]
    listed = '[{"name": "train_data", "kind": "pfs", "max_age": 3600, "keep": "3"}]'
    run = _play(there, {"snapshot_policy_volumes": listed}).succeeded()
    assert _writes(run) == ["CreateSnapshot"]


#: A list, and what the message must say.
MISTAKES: dict[str, tuple[Any, list[str]]] = {
    "a misspelt key": ([{"name": "web", "max_aeg": "1d"}], ["web", "max_aeg is not known", "max_age"]),
    "no name": ([{"max_age": "1d"}], ["Item 1", "no name"]),
    "twice the same": (["web", {"name": "web"}], ["Item 2 (web)", "item 1"]),
    "wrong kind": ([{"name": "web", "kind": "tape"}], ["kind is tape", "filestorage, pfs, bm_volume, bm_volume_group"]),
    "a schedule where there are none": (
        [{"name": "train", "kind": "pfs", "schedule": {"hour": 3}}],
        ["Parallel File Storage volume has no schedules", "max_age"],
    ),
    "a schedule without an hour": ([{"name": "web", "schedule": {"day_of_week": "SUN"}}], ["hour from 0 to 23"]),
    "an hour that is none": ([{"name": "web", "schedule": {"hour": 24}}], ["hour from 0 to 23", "not 24"]),
    "a day that is none": ([{"name": "web", "schedule": {"hour": 3, "day_of_week": "SOON"}}], ["SOON", "SUN, MON"]),
    "daily with a day": (
        [{"name": "web", "schedule": {"hour": 3, "day_of_week": "SUN", "frequency": "DAILY"}}],
        ["day_of_week", "WEEKLY"],
    ),
    "weekly without a day": (
        [{"name": "web", "schedule": {"hour": 3, "frequency": "WEEKLY"}}],
        ["WEEKLY", "needs a day_of_week"],
    ),
    "a frequency that is none": (
        [{"name": "web", "schedule": {"hour": 3, "frequency": "HOURLY"}}],
        ["HOURLY", "DAILY"],
    ),
    "too many retained": (
        [{"name": "web", "schedule": {"hour": 3, "snapshot_retention_count": 129}}],
        ["129", "1 to 128"],
    ),
    "what a schedule cannot say": (
        [{"name": "app", "kind": "bm_volume", "schedule": {"hour": 3, "snapshot_retention_count": 5}}],
        ["snapshot_retention_count", "Block Storage (BM) volume", "frequency, day_of_week, hour"],
    ),
    "a schedule that is a word": ([{"name": "web", "schedule": "nightly"}], ["schedule must be a dictionary"]),
    "an age that is none": ([{"name": "web", "max_age": "old"}], ["max_age is old", "12h"]),
    "keep that is none": ([{"name": "web", "max_age": "1d", "keep": "some"}], ["keep is some", "number"]),
    "keep with a schedule": (
        [{"name": "web", "schedule": {"hour": 3}, "keep": 5}],
        ["keep goes with max_age", "retention"],
    ),
    "too many kept": ([{"name": "train", "kind": "pfs", "max_age": "1d", "keep": 50}], ["keep is 50", "49 at most"]),
    "space for a group": (
        [{"name": "orders", "kind": "bm_volume_group", "max_age": "1d", "snapshot_rate": 30}],
        ["snapshot_rate", "bm_volume only", "members"],
    ),
    "an empty list": ([], ["empty"]),
    "no list": ({"name": "web"}, ["must be a list"]),
    "a broken text": ("[{name: web", ["snapshot_policy_volumes is a text that cannot be read", "line 1", "as JSON"]),
    "a number": ([7], ["Item 1", "must be a name"]),
    "all at once": (
        [{"name": "web", "kind": "tape"}, {"name": "office", "max_age": "old"}, {"region": EAST}],
        ["Item 1 (web): kind", "Item 2 (office): max_age", "Item 3: it has no name"],
    ),
}


def test_mistakes(controller: Controller) -> None:
    """Each is reported with the item and what to do, before any call."""
    role = {"name": "scp.storage.snapshot_policy"}
    tasks = []
    for mistake, (given, _ignored) in MISTAKES.items():
        reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name=mistake)
        variables = {"snapshot_policy_volumes": given, "snapshot_policy_max_age": "1d"}
        tasks.append({"block": [{"ansible.builtin.include_role": role, "vars": variables}], "rescue": [reported]})
    nothing = {"snapshot_policy_volumes": ["web", {"name": "train", "kind": "pfs"}]}
    reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name="no policy")
    tasks.append({"block": [{"ansible.builtin.include_role": role, "vars": nothing}], "rescue": [reported]})
    run = controller.run(tasks).succeeded()
    assert not [word for word in CRASHES if word in run.output]
    assert run.calls == []
    for mistake, (_ignored, words) in MISTAKES.items():
        message = run[mistake].message
        assert [word for word in words if word not in message] == [], message
    assert "Item 1 (web): it has neither a schedule nor a max_age" in run["no policy"].message
    assert (
        "Item 2 (train): it has no max_age, and a Parallel File Storage volume has no schedules"
        in run["no policy"].message
    )
