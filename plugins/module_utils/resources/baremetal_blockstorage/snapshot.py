# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of Block Storage (BM) volumes and volume groups (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ...engine.lookup import Finder
from ...operations import baremetal_blockstorage as api
from .. import snapshots
from .lookup import GROUPS, VOLUMES, changing, find_owner, leaving, schedule_of
from .snapshot_owner import broken_owner, held_by_servers, read_only, required_owner, without_snapshots

VOLUME_SNAPSHOTS = snapshots.SnapshotTable(
    owners=VOLUMES,
    create=api.CREATE_VOLUME_SNAPSHOT,
    listing=api.LIST_VOLUME_SNAPSHOTS,
    delete=api.DELETE_VOLUME_SNAPSHOT,
    restore=api.RESTORE_VOLUME_SNAPSHOT,
    option="volume",
    around=("is_snapshot_policy", "snapshot_capacity_mb", "snapshot_capacity_rate", "snapshot_total_usage"),
    in_path=True,
    id="snapshot_id",
    name="snapshot_name",
    created="created_dt",
)
GROUP_SNAPSHOTS = replace(
    VOLUME_SNAPSHOTS,
    owners=GROUPS,
    create=api.CREATE_VOLUME_GROUP_SNAPSHOT,
    listing=api.LIST_VOLUME_GROUP_SNAPSHOTS,
    delete=api.DELETE_VOLUME_GROUP_SNAPSHOT,
    restore=api.RESTORE_VOLUME_GROUP_SNAPSHOT,
    option="volume_group",
    around=("is_snapshot_policy",),
)
#: A member's part of a group's snapshot, where it shows, is at most this far from the whole.
PART_TOLERANCE = timedelta(seconds=5)


class Snapshot(snapshots.Snapshot):
    """What ``scp_bm_volume_snapshot`` and ``scp_bm_volume_group_snapshot`` do."""

    #: While one thing changes, the service refuses another (platform-behaviour.md §7).
    owner_changes = True

    def find_owner(self) -> dict[str, Any] | None:
        finder, wanted = Finder(self.client, self.table.owners), self.params[self.table.option]
        return find_owner(finder, wanted) if self.wants_absent else required_owner(finder, wanted)

    def read_schedule(self, owner: Mapping[str, Any]) -> dict[str, Any] | None:
        return schedule_of(owner)

    def read_blockers(self, owner: Mapping[str, Any]) -> tuple[str, ...]:
        kind = self.table.owners
        if changing(kind, owner):
            return ()  # what is there when that has ended counts, and is read then
        if not self.wants_restored:
            return tuple(without_snapshots(kind, owner))
        return (*held_by_servers(self.client, kind, owner), *read_only(self.client, kind, owner))

    def read_spared(self, owner: Mapping[str, Any], found: tuple[snapshots.SnapshotRecord, ...]) -> frozenset[str]:
        """Parts of the snapshots of a volume's group may show in its list; only the group can let them go."""
        group = owner.get("volume_group")
        if not group or not found:
            return frozenset()
        moments = [whole.moment for whole in GROUP_SNAPSHOTS.read(self.client, str(group["id"]))]
        return frozenset(
            snapshot.id
            for snapshot in found
            for whole in moments
            if snapshot.moment and whole and abs(snapshot.moment - whole) <= PART_TOLERANCE
        )

    def pending(self, state: snapshots.SnapshotState) -> str:
        """A change of the owner, where the task has something to do or has restored it."""
        under_way = changing(self.table.owners, state.owner)
        return under_way if under_way and (state.restored or self.next_step(state)) else ""

    def failed(self, state: snapshots.SnapshotState) -> str:
        return broken_owner(self.table.owners, state.owner)


class VolumeSnapshot(Snapshot):
    """``scp_bm_volume_snapshot``."""

    table = VOLUME_SNAPSHOTS


class GroupSnapshot(Snapshot):
    """``scp_bm_volume_group_snapshot``."""

    table = GROUP_SNAPSHOTS


class SnapshotInfo(snapshots.SnapshotInfo):
    """What ``scp_bm_volume_snapshot_info`` and ``scp_bm_volume_group_snapshot_info`` read."""

    def find_owner(self) -> dict[str, Any] | None:
        return Finder(self.client, self.table.owners).one(self.params[self.table.option], leave_out=leaving)


class VolumeSnapshotInfo(SnapshotInfo):
    """``scp_bm_volume_snapshot_info``."""

    table = VOLUME_SNAPSHOTS


class GroupSnapshotInfo(SnapshotInfo):
    """``scp_bm_volume_group_snapshot_info``."""

    table = GROUP_SNAPSHOTS
