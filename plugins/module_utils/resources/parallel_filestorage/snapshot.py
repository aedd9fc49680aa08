# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage snapshots; there is no schedule (platform-behaviour.md §6)."""

from __future__ import annotations

from ...client.errors import StorageError
from ...operations import parallel_filestorage as api
from .. import snapshots
from .lookup import VOLUMES

#: The most snapshots of one volume.
MOST = 50
SNAPSHOTS = snapshots.SnapshotTable(
    owners=VOLUMES,
    create=api.CREATE_SNAPSHOT,
    listing=api.LIST_SNAPSHOTS,
    delete=api.DELETE_SNAPSHOT,
    restore=api.RESTORE_SNAPSHOT,
    deletes_unusable=False,
)


class Snapshot(snapshots.Snapshot):
    """``scp_pfs_snapshot``."""

    table = SNAPSHOTS

    def check(self) -> None:
        super().check()
        keep = self.params.get("keep")
        if keep is not None and keep >= MOST:
            raise StorageError(
                f"keep must be less than {MOST}, not {keep}: a volume has at most {MOST} snapshots, and a new one is"
                " taken before the oldest goes."
            )


class SnapshotInfo(snapshots.SnapshotInfo):
    """``scp_pfs_snapshot_info``."""

    table = SNAPSHOTS
