# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of File Storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...clock import snapshot_stamp
from ...errors import contact_admin
from ...service import Call, Reply, event, operation
from ..common import stamped_name
from .errors import bad_request, not_found, wrong_purpose
from .models import Snapshot, Volume

if TYPE_CHECKING:
    from .service import FileStorage

MOST = 800
"""The most snapshots of one volume, system snapshots aside."""


class Snapshots:
    """The operations on snapshots, and their making for schedules and replications."""

    def __init__(self, service: FileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def any_of(self, call: Call, snapshot_id: str) -> Snapshot:
        """The caller's snapshot in the region called, whatever its volume.

        :raises ApiError: 404.
        """
        found = self._service.snapshots.get(snapshot_id)
        volume = self._service.volumes.get(found.volume_id) if found and not found.hidden else None
        if not found or not volume or (volume.region, volume.account_id) != (call.region, call.account_id):
            raise not_found("snapshot")
        return found

    def _of(self, call: Call, volume: Volume, snapshot_id: str) -> Snapshot:
        found = self._service.snapshots.get(snapshot_id)
        if found is None or found.hidden or found.volume_id != volume.id:
            raise not_found("snapshot")
        return found

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateSnapshot")
    def create(self, call: Call) -> Reply:
        """Take a snapshot, which is there at once."""
        service = self._service
        volume = service.settled_volume(call, call.body["volume_id"])
        self.check_target(volume)
        present = service.snapshots_of(volume.id, system=False)
        if len(present) >= MOST:
            raise bad_request("Exceed.snapshot", f"A volume has up to {MOST} snapshots.")
        how = self._world.switches.text("snapshot_same_second")
        name = f"{volume.name}.{snapshot_stamp(self._world.now)}"
        if how == "409" and any(snapshot.name == name for snapshot in present):
            raise service.conflict("A snapshot of this name exists already.", "snapshot_same_second")
        snapshot = self.take(volume, "user", unique=how == "next")
        return Reply(202, {"snapshot": {**_shown(snapshot), "volume_id": volume.id}})

    @operation("ListSnapshots")
    def list(self, call: Call) -> Reply:
        """All snapshots of a volume that show, the oldest first."""
        volume = self._service.volume(call, call.query["volume_id"])
        shown = call.listed([s for s in self._service.snapshots_of(volume.id) if not s.hidden])
        answer = {
            "count": len(shown),
            "snapshots": [_shown(snapshot) for snapshot in shown],
            "snapshot_size_total_byte": sum(snapshot.size or 0 for snapshot in shown),
        }
        return Reply(200, answer)

    @operation("DeleteSnapshot")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a snapshot; the service may be busy with it for a moment."""
        volume = self._service.settled_volume(call, call.query["volume_id"])
        snapshot = self._of(call, volume, call.path["snapshot_id"])
        if snapshot.state == "deleting":
            raise self._service.conflict("The snapshot is being deleted.")
        if snapshot.origin == "system" and self._service.replications_of(volume.id):
            raise wrong_purpose()
        busy = self._world.switches.text("snapshot_delete_busy")
        if busy != "off" and snapshot.refused_deletes < self._world.switches.count("snapshot_delete_busy_attempts"):
            snapshot.refused_deletes += 1
            raise contact_admin() if busy == "500" else self._service.conflict("Busy.", "snapshot_delete_busy")
        snapshot.state = "deleting"
        seconds = self._world.switches.number("snapshot_delete_seconds")
        self._service.after(seconds, "snapshot_gone", snapshot_id=snapshot.id)
        return Reply(202)

    @operation("RestoreSnapshot")
    def restore(self, call: Call) -> Reply:
        """Take a volume back to a snapshot."""
        service = self._service
        volume = service.settled_volume(call, call.query["volume_id"])
        snapshot = self._of(call, volume, call.path["snapshot_id"])
        if snapshot.state != "available":
            raise service.conflict(f"The snapshot is in state {snapshot.state}.")
        is_target = volume.purpose in ("replication", "backup")
        if snapshot.origin == "system" or is_target:
            raise wrong_purpose()
        if self._world.switches.on("snapshot_restore_drops_newer"):
            for other in service.snapshots_of(volume.id, system=False):
                if (other.created_at, other.name) > (snapshot.created_at, snapshot.name):
                    service.snapshots.remove(other.id)
        volume.state = "restoring"
        service.after(self._world.switches.number("snapshot_restore_seconds"), "volume_restored", volume_id=volume.id)
        return Reply(202, {"snapshot": _shown(snapshot)})

    @event("snapshot_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted snapshot is gone; its volume is busy for a while after a system snapshot."""
        snapshot = self._service.snapshots.get(data["snapshot_id"])
        if snapshot is None:
            return
        self._service.snapshots.remove(snapshot.id)
        volume = self._service.volumes.get(snapshot.volume_id)
        if volume is not None and snapshot.origin == "system":
            volume.busy_deletes = self._world.switches.count("volume_delete_busy_attempts")

    # --- for the other parts ------------------------------------------------------------------------------------

    def check_target(self, volume: Volume) -> None:
        """Refuse snapshots of a replication's target, unless the switch allows them.

        :raises ApiError: 400.
        """
        is_target = volume.purpose in ("replication", "backup")
        if is_target and self._world.switches.text("snapshot_on_target") == "refuse":
            raise wrong_purpose()

    def take(self, volume: Volume, origin: str, *, unique: bool = True) -> Snapshot:
        """A new snapshot of ``volume``, named after the second; with ``unique`` after the next free one."""
        taken = {snapshot.name for snapshot in self._service.snapshots_of(volume.id)} if unique else ()
        name = stamped_name(volume.name, self._world.now, taken)
        snapshot = Snapshot(
            account_id=volume.account_id, volume_id=volume.id, name=name, size=self._size(), origin=origin
        )
        return self._service.snapshots.add(snapshot)

    def mirror(self, volume: Volume, name: str, *, hidden: bool, keep: int) -> None:
        """A system snapshot of a replication on one of its ends; only the newest ``keep`` stay."""
        snapshot = Snapshot(
            account_id=volume.account_id,
            volume_id=volume.id,
            name=name,
            size=self._size(),
            origin="system",
            hidden=hidden,
        )
        self._service.snapshots.add(snapshot)
        for old in self._service.snapshots_of(volume.id, system=True)[:-keep]:
            self._service.snapshots.remove(old.id)

    def _size(self) -> int:
        """What a snapshot takes, in bytes."""
        return 4096 * self._world.number(1, 64)


def _shown(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as lists show it."""
    return {
        "id": snapshot.id,
        "name": snapshot.name,
        "state": snapshot.state,
        "size": snapshot.size,
        "created_at": snapshot.created_at,
    }
