# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of volumes and groups that have snapshots, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...engine.batch.kinds import ResourceKind
from ...engine.lookup import LookupSpec
from ...engine.plan import Step
from ...resources.baremetal_blockstorage import specs as bm
from ...resources.baremetal_blockstorage.snapshot import GROUP_SNAPSHOTS, VOLUME_SNAPSHOTS
from ...resources.baremetal_blockstorage.volume import Volume
from ...resources.baremetal_blockstorage.volume_planner import VolumeState
from ...resources.filestorage.snapshot import SNAPSHOTS as FILE_SNAPSHOTS
from ...resources.kinds import Storage
from ...resources.parallel_filestorage.snapshot import MOST as MAX_PFS_SNAPSHOTS
from ...resources.parallel_filestorage.snapshot import SNAPSHOTS as PFS_SNAPSHOTS
from ...resources.snapshots import SnapshotTable

#: File Storage keeps at most 800 snapshots of a volume (platform-behaviour.md §5).
MAX_FILE_SNAPSHOTS = 800
#: Block Storage (BM) documents no limit. A longer list is a mistake in a number.
MAX_BLOCK_SNAPSHOTS = 100_000
_BLOCK_SCHEDULE = ("frequency", "day_of_week", "hour")


@dataclass(frozen=True)
class OwnerKind:
    """A kind of volume or group that has snapshots.

    :ivar name: as in ``scp_storage_apply``.
    :ivar table: its snapshots.
    :ivar schedule_keys: what a schedule can hold; empty where the service has no schedules.
    :ivar max_keep: the most snapshots that a policy can keep: one less than the service keeps, because a new one is
        taken before the oldest is deleted.
    """

    name: str
    table: SnapshotTable
    snapshot_kind: str
    max_keep: int
    schedule_kind: str = ""
    schedule_keys: tuple[str, ...] = ()

    @property
    def owners(self) -> LookupSpec:
        """How volumes or groups of this kind are found."""
        return self.table.owners

    @property
    def title(self) -> str:
        """Its name in messages."""
        return self.owners.title


FILE_VOLUME = OwnerKind(
    "filestorage_volume",
    FILE_SNAPSHOTS,
    "filestorage_snapshot",
    MAX_FILE_SNAPSHOTS - 1,
    "filestorage_snapshot_schedule",
    (*_BLOCK_SCHEDULE, "snapshot_retention_count"),
)
PFS_VOLUME = OwnerKind("pfs_volume", PFS_SNAPSHOTS, "pfs_snapshot", MAX_PFS_SNAPSHOTS - 1)
BLOCK_VOLUME = OwnerKind(
    "bm_volume",
    VOLUME_SNAPSHOTS,
    "bm_volume_snapshot",
    MAX_BLOCK_SNAPSHOTS,
    "bm_volume_snapshot_schedule",
    _BLOCK_SCHEDULE,
)
BLOCK_GROUP = OwnerKind(
    "bm_volume_group",
    GROUP_SNAPSHOTS,
    "bm_volume_group_snapshot",
    MAX_BLOCK_SNAPSHOTS,
    "bm_volume_group_snapshot_schedule",
    _BLOCK_SCHEDULE,
)
OWNER_KINDS = {kind.name: kind for kind in (FILE_VOLUME, PFS_VOLUME, BLOCK_VOLUME, BLOCK_GROUP)}


class SnapshotSpace(Volume):
    """Space for snapshots of a volume that has none. The space of a volume that has some is not changed."""

    def next_step(self, state: VolumeState) -> Step[VolumeState] | None:
        if (state.volume or {}).get("snapshot_rate"):
            return None
        return super().next_step(state)


def _batch_kinds() -> dict[str, ResourceKind]:
    """Return the kinds that a policy converges."""
    names = (
        name for kind in OWNER_KINDS.values() for name in (kind.name, kind.schedule_kind, kind.snapshot_kind) if name
    )
    kinds: dict[str, Any] = {name: Storage.kinds[name] for name in names}
    volume = kinds[BLOCK_VOLUME.name]
    return {**kinds, BLOCK_VOLUME.name: replace(volume, spec=replace(bm.VOLUME, load=lambda: SnapshotSpace))}


#: What a policy converges: as in ``scp_storage_apply``, but for the space of volumes.
BATCH_KINDS = _batch_kinds()
