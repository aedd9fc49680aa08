# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due and what is kept, from what was read of a volume."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage import schedule as block
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.snapshot import (
    VolumeSnapshot,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.snapshot import (
    Snapshot,
    SnapshotSchedule,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.snapshots import SnapshotRecord
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.kinds import (
    BLOCK_VOLUME,
    FILE_VOLUME,
    PFS_VOLUME,
    SnapshotSpace,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.policies import Policy
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.protection import (
    Protection,
    desired_entries,
    find_owners,
    is_due,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.schedules import Schedule

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
CLIENT: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
OWNER = {"id": "f" * 32, "name": "web_aaaaaa"}


def taken(hours: float, state: str = "available", name: str = "") -> SnapshotRecord:
    created = (NOW - timedelta(hours=hours)).isoformat()
    return SnapshotRecord(f"id-{hours}", name or f"s{hours}", created, state)


def protection(*snapshots: SnapshotRecord, **more: Any) -> Protection:
    return Protection(OWNER, snapshots, **more)


def due(found: Protection, keep: int | None = None) -> bool:
    params = {"volume": "web", "state": "present", "max_age": "12h", "keep": keep, "snapshot": None}
    return is_due(Snapshot(params, CLIENT), found, NOW)


@pytest.mark.parametrize(
    ("snapshots", "keep", "expected"),
    [
        ((), None, True),
        ((taken(11),), None, False),
        ((taken(13),), None, True),
        # What cannot be restored does not count.
        ((taken(1, "error"),), None, True),
        ((taken(13), taken(1, "error")), 1, True),
        ((taken(0.5, "creating"),), None, False),
        ((taken(2, "creating"),), None, True),
        # Nor does what a replication made.
        ((taken(1, name="snapmirror.x"),), None, True),
        ((taken(20), taken(11)), 2, False),
        ((taken(30), taken(20), taken(11)), 2, True),
        # A failed snapshot is not deleted before an older usable one is too many.
        ((taken(11), taken(5, "error")), 1, False),
        ((taken(20, "error"), taken(11)), 1, True),
    ],
)
def test_snapshot_is_due_by_age_and_number(
    snapshots: tuple[SnapshotRecord, ...], keep: int | None, *, expected: bool
) -> None:
    assert due(protection(*snapshots), keep) is expected


def test_snapshots_of_a_schedule_are_not_too_many() -> None:
    """All at three in the morning in Korea, which is six in the evening in UTC."""
    at_three = [taken(hours) for hours in (18 + 48, 18 + 24, 18)]
    schedule = {"frequency": "DAILY", "hour": "3", "day_of_week": None, "snapshot_retention_count": 1}
    assert due(protection(*at_three, taken(11)), 1)
    assert not due(protection(*at_three, taken(11), schedule=schedule), 1)


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (None, True),
        ({"frequency": "DAILY", "hour": "3", "day_of_week": None, "snapshot_retention_count": 7}, False),
        ({"frequency": "DAILY", "hour": "4", "day_of_week": None, "snapshot_retention_count": 7}, True),
        ({"frequency": "WEEKLY", "hour": "3", "day_of_week": "SUN", "snapshot_retention_count": 7}, True),
    ],
)
def test_file_schedule_is_due_where_it_differs(present: dict[str, Any] | None, *, expected: bool) -> None:
    params = {"volume": "web", "state": "present", "frequency": "DAILY", "hour": "3", "snapshot_retention_count": None}
    found = protection(schedule=present and {"id": "s", "volume_id": OWNER["id"], **present})
    assert is_due(SnapshotSchedule(params, CLIENT), found, NOW) is expected


def test_block_schedule_is_due_where_it_differs() -> None:
    resource = block.VolumeSchedule({"volume": "web", "state": "present", "hour": 3}, CLIENT)
    assert is_due(resource, protection(), NOW)
    assert not is_due(resource, protection(schedule={"frequency": "DAILY", "hour": 3}), NOW)


def test_what_cannot_be_planned_is_left_to_the_batch() -> None:
    params = {"volume": "web", "state": "present", "max_age": "old", "keep": None, "snapshot": None}
    assert is_due(VolumeSnapshot(params, CLIENT), protection(taken(1)), NOW)
    space = SnapshotSpace({"volume_id": OWNER["id"], "snapshot_rate": 20}, CLIENT)
    assert is_due(space, protection(has_space=True), NOW)


def test_desired_entries_are_in_the_order_in_which_they_are_done() -> None:
    policy = Policy(BLOCK_VOLUME, "kr-west1", "web", Schedule(3, "SUN"), "1d", 5, 20)
    place = {"region": "kr-west1"}
    schedule = {"kind": "bm_volume_snapshot_schedule", **place, "volume": OWNER["id"], "day_of_week": "SUN", "hour": 3}
    snapshot = {"kind": "bm_volume_snapshot", **place, "volume": OWNER["id"], "max_age": "1d", "keep": 5}
    space = {"kind": "bm_volume", **place, "volume_id": OWNER["id"], "snapshot_rate": 20}
    assert desired_entries(policy, protection(has_space=False)) == [space, schedule, snapshot]
    # The space that a volume has is not changed.
    assert desired_entries(policy, protection(has_space=True)) == [schedule, snapshot]
    without = Policy(PFS_VOLUME, "kr-west1", "web", None, "1d")
    assert desired_entries(without, protection()) == [
        {"kind": "pfs_snapshot", **place, "volume": OWNER["id"], "max_age": "1d"}
    ]


def test_protection_shows_what_can_be_restored() -> None:
    found = protection(
        taken(30, name="snapmirror.x"),
        taken(20),
        taken(10),
        taken(5, "error"),
        schedule={"frequency": "weekly", "hour": 3, "day_of_week": "MON", "id": "s"},
    )
    assert len(found.usable) == 2
    assert found.newest == {"id": "id-10", "name": "s10", "created_at": taken(10).created}
    assert found.unusable == ["s5 (error)"]
    assert found.shown_schedule == {
        "frequency": "WEEKLY",
        "day_of_week": "MON",
        "hour": 3,
        "snapshot_retention_count": None,
    }
    assert protection(schedule={"frequency": "NONE"}).shown_schedule is None
    assert protection().newest is None


class Listing:
    """A client that has one list, and counts how often it is read."""

    def __init__(self, *volumes: dict[str, Any]) -> None:
        self.volumes = volumes
        self.reads = 0
        self.settings = SimpleNamespace(region="kr-west1")

    def in_region(self, _region: str) -> Listing:
        """Return itself."""
        return self

    def now(self) -> datetime:
        """Return the time."""
        return NOW

    def read_list(self, _operation: Any, **_options: Any) -> list[dict[str, Any]]:
        """Return the list."""
        self.reads += 1
        return [dict(volume) for volume in self.volumes]


def test_owners_are_found_in_one_list() -> None:
    client: Any = Listing(
        {"id": "1", "name": "web_aaaaaa", "state": "available"},
        {"id": "2", "name": "web_x_aaaaaa", "state": "available"},
        {"id": "3", "name": "old_aaaaaa", "state": "deleting"},
        {"id": "4", "name": "old_bbbbbb", "state": "available"},
        {"id": "5", "name": "two_aaaaaa", "state": "available"},
        {"id": "6", "name": "two_bbbbbb", "state": "available"},
    )
    policies = [Policy(FILE_VOLUME, "kr-west1", name) for name in ("web", "old", "two", "none", "1", "web_x_aaaaaa")]
    found = find_owners(client, policies)
    assert client.reads == 1
    messages = [str(one) if isinstance(one, StorageError) else one["id"] for one in found]
    assert [messages[0], messages[1], messages[5]] == ["1", "4", "2"]
    assert messages[2].startswith("The name fits 2 File Storage volumes in kr-west1: two_aaaaaa (5); two_bbbbbb (6)")
    assert messages[3].startswith("There is no File Storage volume with this name in kr-west1.")
    assert messages[4] == "It is the same File Storage volume as 'web'. List it once."
