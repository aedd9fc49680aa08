# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_snapshot_policy``: schedules and snapshots of all kinds, run again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.stages import Stages
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult

pytestmark = pytest.mark.module("scp_snapshot_policy")

EAST = "kr-east1"
MODULE = "scp_snapshot_policy"
TWIN = "11111111-0000-4000-8000-000000000002"
WORLD: dict[str, Any] = {
    "filestorage": {
        "volumes": [
            {"name": "web_data_2m060u"},
            {"name": "office_3n171v"},
            {"name": "far_data_4o282w", "region": EAST},
            {"id": "11111111-0000-4000-8000-000000000001", "name": "twin_data_aaaaaa"},
            {"id": TWIN, "name": "twin_data_bbbbbb"},
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
    "max_age": "12h",
    "keep": 2,
    "schedule": {"hour": 3, "snapshot_retention_count": 14},
    "volumes": [
        "web_data",
        {"name": "office", "schedule": {"frequency": "WEEKLY", "day_of_week": "sun", "hour": "0"}, "max_age": "1d"},
        {"name": "far_data", "region": EAST, "max_age": "6h", "keep": 1},
        {"name": "train_data", "kind": "pfs"},
        {"name": "app-data", "kind": "bm_volume"},
        {"name": "new-data", "kind": "bm", "schedule": {"hour": 4}, "max_age": "12h", "snapshot_rate": 20},
        {"name": "orders", "kind": "bm_volume_group", "max_age": "12h"},
    ],
}
SPACE = ["CreateVolumeSnapshotRate", "CreateVolumeSnapshotSchedule", "CreateVolumeSnapshot"]
WRITES = [
    "CreateSnapshotSchedule",
    *["CreateSnapshotSchedule", "CreateSnapshot"],
    "CreateSnapshot",
    "CreateSnapshot",
    "CreateVolumeSnapshotSchedule",
    *SPACE,
    "CreateVolumeGroupSnapshot",
]


@pytest.fixture
def there(runner: ModuleRunner) -> ModuleRunner:
    """A runner, and volumes of all kinds."""
    runner.simulator.patch_world(WORLD)
    return runner


def by_name(result: TaskResult) -> dict[str, dict[str, Any]]:
    """Return what the task reports, by the names of the list."""
    return {entry["name"]: entry for entry in result.result["volumes"]}


def test_policy_lifecycle_of_all_kinds(there: ModuleRunner) -> None:
    planned = there.run_task(MODULE, POLICY, check=True, diff=True)
    assert (planned.failed, planned.writes, planned.changed) == (False, [], True), planned.message
    assert planned.operations == WRITES
    assert planned.result["table"][0].endswith("PLANNED")
    done = there.run_task(MODULE, POLICY, diff=True)
    assert not done.failed, done.message
    assert done.operations == WRITES
    assert sorted(done.accepted) == sorted(WRITES)
    for name, entry in by_name(done).items():
        assert by_name(planned)[name]["operations"] == entry["operations"]
    headers = [diff["after_header"] for diff in done.result["diff"]]
    assert sorted(headers) == sorted(diff["after_header"] for diff in planned.result["diff"])
    check_report(by_name(done))
    again = there.run_task(MODULE, POLICY, diff=True)
    assert (again.changed, again.operations, again.writes, again.result["diff"]) == (False, [], [], [])
    unchanged = {name: {**entry, "operations": [], "change": "unchanged"} for name, entry in by_name(done).items()}
    assert by_name(again) == unchanged
    assert again.result["summary"] == "0 created, 0 changed, 7 unchanged, 0 failed"
    assert there.run_task(MODULE, POLICY, check=True).operations == []


def check_report(report: dict[str, dict[str, Any]]) -> None:
    assert list(report) == ["web_data", "office", "far_data", "train_data", "app-data", "new-data", "orders"]
    for name, entry in report.items():
        assert (entry["message"], entry["change"]) == ("", "changed"), name
        assert entry["id"], name
        by_schedule = name in ("web_data", "app-data")
        assert entry["snapshots"] == (0 if by_schedule else 1), name
        assert (entry["newest"] is None) is by_schedule, name
        assert entry["newest"] is None or all(entry["newest"].values()), name
    assert {entry["volume_name"] for entry in report.values()} >= {"web_data_2m060u", "train_data_5p393x", "orders"}
    daily = {"frequency": "DAILY", "day_of_week": None, "hour": "3", "snapshot_retention_count": 14}
    assert report["web_data"]["schedule"] == daily
    # Block storage has no such count, so the one for all does not reach it.
    assert report["app-data"]["schedule"] == {**daily, "hour": 3, "snapshot_retention_count": None}
    weekly = {"frequency": "WEEKLY", "day_of_week": "SUN", "hour": "0"}
    assert {**report["office"]["schedule"], **weekly} == report["office"]["schedule"]
    assert [report[name]["schedule"] for name in ("far_data", "train_data", "orders")] == [None] * 3
    assert (report["far_data"]["region"], report["far_data"]["operations"]) == (EAST, ["CreateSnapshot"])


def test_policy_takes_and_deletes_snapshots_as_time_passes(there: ModuleRunner) -> None:
    """Every twelve hours a snapshot, of which two are kept; what a schedule took is left alone."""
    volumes = POLICY["volumes"]
    listed = [volumes[0], *(volumes[number] for number in (3, 4)), volumes[6]]
    policy = {"max_age": "12h", "keep": 2, "volumes": listed}
    counts = []
    for hours in (0, 6, 7, 6, 7, 13):
        there.simulator.advance(hours * 3600)
        planned = there.run_task(MODULE, policy, check=True)
        done = there.run_task(MODULE, policy)
        assert planned.operations == done.operations
        (snapshots,) = {entry["snapshots"] for entry in by_name(done).values()}
        counts.append((snapshots, len(done.accepted)))
    assert counts == [(1, 4), (1, 0), (2, 4), (2, 0), (2, 8), (2, 8)]


def test_policy_keeps_the_usable_snapshot_instead_of_failed_ones(there: ModuleRunner) -> None:
    now = datetime.now(UTC)
    volume = {"id": TWIN.replace("2", "3"), "name": "ledger_aaaaaa"}
    states = [(30, "error"), (20, "available"), (10, "error"), (3, "creating"), (0.2, "creating")]
    snapshots = [
        {
            "id": f"00000000-0000-4000-8000-00000000000{number}",
            "volume_id": volume["id"],
            "name": f"s{number}",
            "state": state,
            "created_at": (now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        }
        for number, (hours, state) in enumerate(states)
    ]
    there.simulator.patch_world({"filestorage": {"volumes": [volume], "snapshots": snapshots}})
    # The youngest is still being created, so it counts for the age.
    policy = {"volumes": ["ledger"], "max_age": "1h", "keep": 1}
    done = there.run_task(MODULE, policy)
    assert done.operations == ["DeleteSnapshot"]
    (entry,) = done.result["volumes"]
    assert (entry["snapshots"], entry["newest"]["name"]) == (1, "s1")
    assert entry["unusable_snapshots"] == ["s2 (error)", "s3 (creating)", "s4 (creating)"]
    assert "1 (3 unusable)" in done.result["table"][1]
    assert not there.run_task(MODULE, policy).changed


def test_policy_changes_only_schedules_that_it_names(there: ModuleRunner) -> None:
    for name in ("web_data", "office"):
        there.run_task("scp_filestorage_snapshot_schedule", {"volume": name, "frequency": "DAILY", "hour": "5"})
    volumes = ["web_data", {"name": "office", "max_age": "1d"}]
    done = there.run_task(MODULE, {"schedule": {"hour": 4}, "volumes": volumes})
    assert done.operations == ["SetSnapshotSchedule", "CreateSnapshot"]
    report = by_name(done)
    assert (report["web_data"]["schedule"]["hour"], report["office"]["schedule"]["hour"]) == ("4", "5")


def test_policy_reads_texts_of_surveys(there: ModuleRunner) -> None:
    schedule = "{frequency: WEEKLY, day_of_week: MON, hour: 2}"
    done = there.run_task(MODULE, {"volumes": "web_data, office", "schedule": schedule, "keep": "0"})
    assert done.operations == ["CreateSnapshotSchedule", "CreateSnapshotSchedule"]
    listed = '[{"name": "train_data", "kind": "pfs", "max_age": 3600, "keep": "3"}]'
    assert there.run_task(MODULE, {"volumes": listed}).operations == ["CreateSnapshot"]
    by_id = there.run_task(MODULE, {"volumes": TWIN, "max_age": "1d"})
    assert by_name(by_id)[TWIN]["volume_name"] == "twin_data_bbbbbb"


def test_policy_failures_leave_the_other_volumes_complete(there: ModuleRunner) -> None:
    there.simulator.fault("status", operation="CreateSnapshot", status=403)
    volumes = ["web_data", "no_data", "none_data", "twin_data", "office", {"name": "none", "kind": "bm_volume_group"}]
    args = {"max_age": "1d", "volumes": volumes, "concurrency": 1}
    done = there.run_task(MODULE, args)
    assert done.failed
    assert done.message.startswith("5 of 6 volumes failed. ")
    assert done.message.endswith("Run the task again when the cause is removed. It continues from the current state.")
    expected = (
        "2 volumes: There is no File Storage volume with this name in kr-west1.",
        ": no_data, none_data.",
        "none: There is no Block Storage (BM) volume group with this name in kr-west1.",
        "twin_data: The name fits 2 File Storage volumes in kr-west1: twin_data_aaaaaa (11111111",
        "web_data: CreateSnapshot of filestorage in kr-west1",
    )
    assert [words for words in expected if words not in done.message] == []
    assert len(done.result["failures"]) == 4
    assert done.result["error"]["status"] == 403
    assert [entry["snapshots"] for entry in done.result["volumes"]] == [0, 0, 0, 0, 1, 0]
    assert done.result["summary"] == "0 created, 1 changed, 0 unchanged, 5 failed"
    assert there.run_task(MODULE, {**args, "volumes": ["web_data", "office"]}).operations == ["CreateSnapshot"]


def test_policy_skips_what_needs_space_that_was_refused(there: ModuleRunner) -> None:
    there.simulator.fault("status", operation="CreateVolumeSnapshotRate", status=403)
    done = there.run_task(MODULE, {**POLICY, "volumes": POLICY["volumes"][5:]})
    assert sorted(done.writes) == ["CreateVolumeGroupSnapshot", "CreateVolumeSnapshotRate"]
    (failure,) = done.result["failures"]
    assert failure.startswith("new-data: CreateVolumeSnapshotRate")


def test_policy_without_space_says_what_to_do(there: ModuleRunner) -> None:
    done = there.run_task(MODULE, {"volumes": [{"name": "new-data", "kind": "bm"}], "max_age": "1d"})
    assert done.failed
    assert done.writes == []
    assert "no space for snapshots" in done.message


def test_policy_reports_one_volume_that_is_listed_twice(there: ModuleRunner) -> None:
    done = there.run_task(MODULE, {"volumes": ["twin_data_bbbbbb", TWIN, "web_data"], "max_age": "1d"})
    assert done.operations == ["CreateSnapshot", "CreateSnapshot"]
    assert done.result["failures"] == [
        f"{TWIN}: It is the same File Storage volume as 'twin_data_bbbbbb'. List it once."
    ]


def test_policy_sends_nothing_twice_when_answers_are_lost(there: ModuleRunner) -> None:
    for operation in ("CreateSnapshotSchedule", "CreateSnapshot", "CreateVolumeSnapshotRate", "CreateVolumeSnapshot"):
        there.simulator.fault("lost", operation=operation)
    there.simulator.fault("error_after", operation="CreateVolumeGroupSnapshot", status=500)
    done = there.run_task(MODULE, POLICY)
    assert not done.failed, done.message
    assert sorted(call["operation"] for call in done.calls if call["write"]) == sorted(WRITES)
    check_report(by_name(done))
    assert there.run_task(MODULE, POLICY).writes == []


def test_policy_with_nothing_due_costs_few_calls(there: ModuleRunner) -> None:
    """A list for each kind and region, and of each volume its snapshots and its schedule."""
    there.run_task(MODULE, POLICY)
    again = there.run_task(MODULE, POLICY)
    assert Counter(call["operation"] for call in again.calls) == {
        # Three services, and two regions of one of them; groups have their own list.
        "ListVolumes": 4,
        "ListVolumeGroups": 1,
        "ListSnapshots": 4,
        "ListSnapshotSchedule": 3,
        "ShowVolume": 2,
        "ListVolumeSnapshots": 2,
        "ShowVolumeGroup": 1,
        "ListVolumeGroupSnapshots": 1,
    }


def test_policy_asks_volumes_without_space_for_nothing(there: ModuleRunner) -> None:
    done = there.run_task(MODULE, {"volumes": [{"name": "new-data", "kind": "bm"}], "max_age": "1d"}, check=True)
    # The batch reads the volume again, to report that it has no space.
    assert [call["operation"] for call in done.calls].count("ListVolumeSnapshots") <= 1
    (entry,) = done.result["volumes"]
    assert (entry["snapshots"], entry["schedule"]) == (0, None)


def test_policy_table_of_many_volumes_leaves_out_the_unchanged(runner: ModuleRunner) -> None:
    names = [f"many_{number:03}" for number in range(50)]
    runner.simulator.patch_world({"filestorage": {"volumes": [{"name": f"{name}_aaaaaa"} for name in names]}})
    runner.run_task(MODULE, {"volumes": names[1:], "max_age": "1d"})
    done = runner.run_task(MODULE, {"volumes": names, "max_age": "1d"})
    header, row, rest = done.result["table"]
    assert header.split()[0] == "VOLUME"
    assert row.split()[0] == "many_000"
    assert rest == "(49 unchanged volumes are not shown)"
    assert len(done.result["volumes"]) == 50


# -- what changes between the decision and the writing calls ----------------------------------------------------------


@pytest.fixture
def meanwhile(there: ModuleRunner, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict[str, Any]], None]:
    """Let another process run a task when the policy has read and decided."""
    others: list[tuple[str, dict[str, Any]]] = []
    converge = Stages.converge

    def changed(stages: Stages, *args: Any, **kwargs: Any) -> Any:
        for module, options in others:
            other = ModuleRunner(there.simulator)
            try:
                result = other.run_task(module, options)
                assert result.changed, result.message
            finally:
                other.close()
        others.clear()
        return converge(stages, *args, **kwargs)

    monkeypatch.setattr(Stages, "converge", changed)
    return lambda module, options: others.append((module, options))


def test_policy_takes_no_second_snapshot(there: ModuleRunner, meanwhile: Callable[[str, dict[str, Any]], None]) -> None:
    meanwhile("scp_filestorage_snapshot", {"volume": "web_data", "max_age": "1d"})
    there.run_task(MODULE, {"volumes": ["web_data"], "max_age": "1d"})
    assert len(there.simulator.resources()["filestorage.snapshots"]) == 1


def test_policy_does_not_change_space_that_another_process_set(
    there: ModuleRunner, meanwhile: Callable[[str, dict[str, Any]], None]
) -> None:
    meanwhile("scp_bm_volume", {"name": "new-data", "snapshot_rate": 40})
    listed = [{"name": "new-data", "kind": "bm_volume", "snapshot_rate": 20}]
    done = there.run_task(MODULE, {"volumes": listed, "max_age": "1d"})
    assert not done.failed, done.message
    assert done.operations == ["CreateVolumeSnapshot"]
    (volume,) = [one for one in there.simulator.world()["baremetal-blockstorage"]["volumes"] if one["id"] == "2" * 32]
    assert volume["snapshot_rate"] == 40


def test_policy_reports_a_volume_that_was_deleted_and_completes_the_others(
    there: ModuleRunner, meanwhile: Callable[[str, dict[str, Any]], None]
) -> None:
    meanwhile("scp_filestorage_volume", {"name": "office", "state": "absent"})
    done = there.run_task(MODULE, {"volumes": ["office", "web_data"], "max_age": "1d"})
    assert done.failed
    assert done.operations == ["CreateSnapshot"]
    assert "office: There is no File Storage volume" in done.message


def test_policy_deletes_nothing_for_a_snapshot_that_is_gone(
    there: ModuleRunner, meanwhile: Callable[[str, dict[str, Any]], None]
) -> None:
    """With one of three snapshots deleted meanwhile, two are left, and two are to be kept."""
    for _number in range(3):
        there.run_task("scp_filestorage_snapshot", {"volume": "web_data"})
        there.simulator.advance(60)
    newest = there.simulator.resources()["filestorage.snapshots"][-1]
    meanwhile("scp_filestorage_snapshot", {"volume": "web_data", "snapshot": newest["id"], "state": "absent"})
    done = there.run_task(MODULE, {"volumes": ["web_data"], "max_age": "1d", "keep": 2})
    assert done.operations == []
    assert len(there.simulator.resources()["filestorage.snapshots"]) == 2


def test_policy_changes_a_schedule_that_another_process_created(
    there: ModuleRunner, meanwhile: Callable[[str, dict[str, Any]], None]
) -> None:
    other = {"volume": "web_data", "frequency": "DAILY", "hour": "9"}
    meanwhile("scp_filestorage_snapshot_schedule", other)
    done = there.run_task(MODULE, {"volumes": ["web_data"], "schedule": {"hour": 4}})
    assert done.operations == ["SetSnapshotSchedule"]
    assert len(there.simulator.resources()["filestorage.schedules"]) == 1
