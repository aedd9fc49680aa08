# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_snapshot_policy``: schedules and snapshots of all kinds, run again and again."""

from __future__ import annotations

from typing import Any

import pytest

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
