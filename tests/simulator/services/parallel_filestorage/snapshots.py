# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of Parallel File Storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...clock import snapshot_stamp
from ...errors import contact_admin
from ...service import Call, Reply, event, operation
from ..common import stamped_name
from .models import Snapshot, Volume

if TYPE_CHECKING:
    from .service import ParallelFileStorage

MOST = 50
"""The most snapshots of one volume."""


class Snapshots:
    """The operations on snapshots. There is no schedule."""

    def __init__(self, service: ParallelFileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def _this(self, call: Call) -> tuple[Volume, Snapshot]:
        """The settled volume of the query, and its snapshot of the path.

        :raises ApiError: 404, or the answer to a conflict.
        """
        volume = self._service.settled_volume(call, call.query["volume_id"])
        snapshot = self._service.snapshots.get(call.path["snapshot_id"])
        if snapshot is None or snapshot.volume_id != volume.id:
            raise self._service.not_found("snapshot")
        if snapshot.state != "available":
            raise self._service.conflict(f"The snapshot is in state {snapshot.state}.")
        return volume, snapshot

    @operation("CreateSnapshot")
    def create(self, call: Call) -> Reply:
        """Take a snapshot, which is there at once, as in File Storage."""
        service = self._service
        volume = service.settled_volume(call, call.body["volume_id"])
        present = {snapshot.name for snapshot in service.snapshots_of(volume.id)}
        if len(service.snapshots_of(volume.id)) >= MOST:
            raise service.refused(f"A volume has up to {MOST} snapshots.")
        how = self._world.switches.text("pfs_snapshot_same_second")
        if how == "409" and f"snapshot.{snapshot_stamp(self._world.now)}" in present:
            raise service.conflict("A snapshot of this name exists already.", "pfs_snapshot_same_second")
        snapshot = Snapshot(
            account_id=call.account_id,
            volume_id=volume.id,
            name=stamped_name("snapshot", self._world.now, present if how == "next" else ()),
            size=4096 * self._world.number(1, 64),
        )
        service.snapshots.add(snapshot)
        return Reply(202, {"snapshot": {**_shown(snapshot), "volume_id": volume.id}})

    @operation("ListSnapshots")
    def list(self, call: Call) -> Reply:
        """All snapshots of a volume, the oldest first."""
        volume = self._service.volume(call, call.query["volume_id"])
        shown = call.listed(self._service.snapshots_of(volume.id))
        answer = {
            "count": len(shown),
            "snapshots": [_shown(snapshot) for snapshot in shown],
            "snapshot_size_total_byte": sum(snapshot.size or 0 for snapshot in shown),
        }
        return Reply(200, answer)

    @operation("DeleteSnapshot")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a snapshot; the service may be busy with it for a moment."""
        _ignored, snapshot = self._this(call)
        busy = self._world.switches.text("pfs_snapshot_delete_busy")
        if busy != "off" and not snapshot.refused_deletes:
            snapshot.refused_deletes += 1
            raise contact_admin() if busy == "500" else self._service.conflict("Busy.", "pfs_snapshot_delete_busy")
        snapshot.state = "deleting"
        seconds = self._world.switches.number("pfs_snapshot_delete_seconds")
        self._service.after(seconds, "snapshot_gone", snapshot_id=snapshot.id)
        return Reply(202)

    @operation("RestoreSnapshot")
    def restore(self, call: Call) -> Reply:
        """Take a volume back to a snapshot."""
        service = self._service
        volume, snapshot = self._this(call)
        if self._world.switches.on("pfs_snapshot_restore_drops_newer"):
            for other in service.snapshots_of(volume.id):
                if (other.created_at, other.name) > (snapshot.created_at, snapshot.name):
                    service.snapshots.remove(other.id)
        volume.state = "restoring"
        seconds = self._world.switches.number("pfs_snapshot_restore_seconds")
        service.after(seconds, "volume_restored", volume_id=volume.id)
        return Reply(202)

    @event("snapshot_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted snapshot is gone."""
        self._service.snapshots.remove(data["snapshot_id"])


def _shown(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as lists show it."""
    return {
        "id": snapshot.id,
        "name": snapshot.name,
        "size": snapshot.size,
        "state": snapshot.state,
        "created_at": snapshot.created_at,
    }
