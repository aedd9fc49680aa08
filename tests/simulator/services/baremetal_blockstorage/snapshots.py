# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of volumes and groups, and the snapshot rate without which there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...clock import snapshot_stamp
from ...service import Call, Reply, event, operation
from ..common import stamped_name
from .models import Owner, Snapshot, Volume
from .volumes import iso, out_of

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage


class Snapshots:
    """The operations on snapshot rates and snapshots, and their making for schedules."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- the rate -----------------------------------------------------------------------------------------------

    @operation("CreateVolumeSnapshotRate")
    def create_rate(self, call: Call) -> Reply:
        """Reserve space for snapshots, which makes them possible."""
        volume = self._rated(call, present=False)
        if volume.purpose == "RECOVERY":
            raise self._service.refused("purpose", "A recovery volume has no separate snapshots.")
        return self._set_rate(volume, call.body["snapshot_rate"])

    @operation("SetVolumeSnapshotRate")
    def set_rate(self, call: Call) -> Reply:
        """Reserve more or less space; with less, the oldest snapshots may go."""
        return self._set_rate(self._rated(call, present=True), call.body["snapshot_rate"])

    @operation("DeleteVolumeSnapshotRate")
    def delete_rate(self, call: Call) -> Reply:
        """End snapshots: those that there are go, and a schedule with them."""
        service = self._service
        volume = self._rated(call, present=True)
        needing = {"is in a volume group": volume.group_id, "has a replication": service.replication_of(volume)}
        for what, found in needing.items():
            if found:
                raise service.refused("snapshot_rate", f"The snapshot rate cannot be deleted: the volume {what}.")
        schedule = service.schedule_of(volume)
        if schedule is not None and self._world.switches.text("bm_rate_delete_with_schedule") != "accept":
            raise service.refused_as("bm_rate_delete_with_schedule", "The volume has a snapshot schedule.")
        return self._change_rate(volume, 0)

    def _rated(self, call: Call, *, present: bool) -> Volume:
        """The volume of the path, with or without a rate.

        :raises ApiError: 404, or what the switches say.
        """
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        service.demand_settled([volume], repair=True)
        if present and not volume.snapshot_rate:
            raise service.refused_as("bm_rate_missing", "The volume has no snapshot rate.")
        if volume.snapshot_rate and not present:
            raise service.refused_as("bm_rate_duplicate", "The volume has a snapshot rate already.")
        return volume

    def _set_rate(self, volume: Volume, rate: int) -> Reply:
        count = self._world.switches.count
        allowed = range(count("bm_snapshot_rate_min"), count("bm_snapshot_rate_max") + 1)
        if rate not in allowed:
            raise out_of(allowed)
        return self._change_rate(volume, rate)

    def _change_rate(self, volume: Volume, rate: int) -> Reply:
        self._service.volume_part.edit(volume, {"snapshot_rate": rate})
        answer = {"is_snapshot_activated": rate > 0, "snapshot_rate": rate, "volume_id": volume.id}
        return Reply(200, answer)

    def rate_changed(self, volume: Volume) -> None:
        """A volume has another rate now."""
        service = self._service
        service.replication_part.space_is_back(volume)
        if volume.snapshot_rate:
            service.space_part.settle(volume)
            return
        for snapshot in service.snapshots_of(volume.id):
            self.remove_whole(snapshot)
        schedule = service.schedule_of(volume)
        if schedule is not None:
            service.schedules.remove(schedule.id)

    # --- snapshots ----------------------------------------------------------------------------------------------

    @operation("CreateVolumeSnapshot", "CreateVolumeGroupSnapshot")
    def create(self, call: Call) -> Reply:
        """Take a snapshot, which is there at once."""
        service = self._service
        owner = service.settled(call)
        self.check_possible(owner)
        how = self._world.switches.text("bm_snapshot_same_second")
        taken = {snapshot.name for snapshot in service.snapshots_of(owner.id)}
        if how == "409" and f"{self._stem(owner)}.{snapshot_stamp(self._world.now)}" in taken:
            raise service.refused_as("bm_snapshot_same_second", "A snapshot of this name exists already.")
        snapshot = self.take(owner, "user", unique=how == "next")
        return Reply(200, {**self._answer(owner, snapshot), "snapshot_name": snapshot.name})

    @operation("ListVolumeSnapshots")
    def list_of_volume(self, call: Call) -> Reply:
        """All snapshots of a volume, the oldest first, and what room they take."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        with_parts = self._world.switches.on("bm_group_snapshots_show_on_members")
        sizes = service.space_part.sizes(volume)
        shown = call.listed([s for s in service.snapshots_of(volume.id) if with_parts or not s.part_of])
        answer = {
            "is_snapshot_policy": volume.snapshot_rate > 0,
            "snapshot_capacity_mb": round(service.space_part.capacity(volume), 2),
            "snapshot_capacity_rate": volume.snapshot_rate,
            "snapshot_total_usage": round(sum(sizes.values()), 2),
            "snapshots": [{**_listed(s), "snapshot_size_mb": round(sizes[s.id], 2)} for s in shown],
            "volume_id": volume.id,
        }
        return Reply(200, answer)

    @operation("ListVolumeGroupSnapshots")
    def list_of_group(self, call: Call) -> Reply:
        """All snapshots of a group, the oldest first."""
        group = self._service.group(call, call.path["volume_group_id"])
        shown = call.listed(self._service.snapshots_of(group.id))
        answer = {
            "is_snapshot_policy": all(volume.snapshot_rate for volume in self._service.volumes_of(group)),
            "snapshots": [_listed(snapshot) for snapshot in shown],
            "volume_group_id": group.id,
        }
        return Reply(200, answer)

    @operation("DeleteVolumeSnapshot", "DeleteVolumeGroupSnapshot")
    def delete(self, call: Call) -> Reply:
        """Let a snapshot go, a group's with the parts of its members."""
        service = self._service
        owner = service.settled(call)
        snapshot = self.this(owner, call.path["snapshot_id"])
        if snapshot.part_of:
            raise service.refused("snapshot", "The snapshot belongs to the volume group.")
        snapshot.deleting = True
        seconds = self._world.switches.number("bm_snapshot_delete_seconds")
        service.after(seconds, "snapshot_gone", snapshot_id=snapshot.id)
        return Reply(200, self._answer(owner, snapshot))

    @operation("RestoreVolumeSnapshot", "RestoreVolumeGroupSnapshot")
    def restore(self, call: Call) -> Reply:
        """Take a volume, or all members of a group, back to a snapshot; servers must have let go of them."""
        service = self._service
        owner = service.settled(call)
        snapshot = self.this(owner, call.path["snapshot_id"])
        service.replication_part.check_writable(owner)
        volumes = service.volumes_of(owner)
        for volume in volumes:
            if volume.state != "AVAILABLE":
                raise service.refused("restore", f"The volume {volume.name} is attached to a server.")
        if self._world.switches.on("bm_restore_drops_newer"):
            for owner_id in (owner.id, *(volume.id for volume in volumes)):
                self._drop_newer(owner_id, snapshot)
        ids = service.begin([owner] if isinstance(owner, Volume) else [owner, *volumes])
        service.after(self._world.switches.number("bm_restore_seconds"), "restored", ids=ids)
        return Reply(200, self._answer(owner, snapshot))

    @event("restored")
    def _restored(self, data: Mapping[str, Any]) -> None:
        """A snapshot is restored."""
        self._service.finish(data["ids"])

    @event("snapshot_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted snapshot is gone, and there is more room."""
        snapshot = self._service.snapshots.get(data["snapshot_id"])
        if snapshot is None:
            return
        owner = self._service.anyone(snapshot.owner_id)
        self.remove(snapshot)
        for volume in self._service.volumes_of(owner) if owner else []:
            self._service.space_part.settle(volume)
            self._service.replication_part.space_is_back(volume)

    # --- for the other parts ------------------------------------------------------------------------------------

    def this(self, owner: Owner, snapshot_id: str) -> Snapshot:
        """The snapshot of a volume or a group with this id.

        :raises ApiError: 404, or the answer to a conflict.
        """
        snapshot = self._service.snapshots.get(snapshot_id)
        if snapshot is None or snapshot.owner_id != owner.id:
            raise self._service.not_found("snapshot")
        if snapshot.deleting:
            raise self._service.conflict("The snapshot is being deleted.")
        return snapshot

    def check_possible(self, owner: Owner) -> None:
        """Refuse snapshots, and schedules, where they are not possible.

        :raises ApiError: 400.
        """
        service = self._service
        if owner.purpose == "RECOVERY":
            raise service.refused("purpose", "A recovery has no separate snapshots.")
        self.demand_rate(owner)
        if self._world.switches.text("bm_snapshot_on_target") != "allow":
            service.replication_part.check_writable(owner)

    def demand_rate(self, owner: Owner) -> None:
        """Refuse what needs a snapshot rate.

        :raises ApiError: 400.
        """
        volumes = self._service.volumes_of(owner)
        if not volumes:
            raise self._service.refused("volume_group", "The volume group has no volumes.")
        for volume in volumes:
            if not volume.snapshot_rate:
                raise self._service.refused("snapshot_rate", f"The volume {volume.name} has no snapshot rate.")

    def take(self, owner: Owner, origin: str, *, unique: bool = True) -> Snapshot:
        """A new snapshot of a volume, or of a group and each of its members."""
        whole = self._take(owner, origin, "", unique=unique)
        volumes = self._service.volumes_of(owner)
        for volume in volumes:
            if volume is not owner:
                self._take(volume, origin, whole.id, unique=unique)
        for volume in volumes:
            self._service.space_part.settle(volume)
        return whole

    def _take(self, owner: Owner, origin: str, part_of: str, *, unique: bool) -> Snapshot:
        taken = {snapshot.name for snapshot in self._service.snapshots_of(owner.id)} if unique else ()
        name = stamped_name(self._stem(owner), self._world.now, taken)
        snapshot = Snapshot(account_id=owner.account_id, owner_id=owner.id, name=name, part_of=part_of, origin=origin)
        return self._service.snapshots.add(snapshot)

    def remove(self, snapshot: Snapshot) -> None:
        """Take away a snapshot, with its parts."""
        for other in self._service.snapshots:
            if snapshot.id in (other.id, other.part_of):
                self._service.snapshots.remove(other.id)

    def remove_whole(self, snapshot: Snapshot) -> None:
        """Take away a snapshot, or the whole of which it is a part."""
        self.remove(self._service.snapshots.get(snapshot.part_of) or snapshot)

    def _drop_newer(self, owner_id: str, snapshot: Snapshot) -> None:
        """Take away the owner's snapshots that are newer than ``snapshot``, or than its part of it."""
        found = self._service.snapshots_of(owner_id)
        places = [place for place, other in enumerate(found) if snapshot.id in (other.id, other.part_of)]
        for newer in found[places[0] + 1 :] if places else []:
            self.remove_whole(newer)

    @staticmethod
    def _stem(owner: Owner) -> str:
        return f"{owner.storage_name}___{owner.name}"

    @staticmethod
    def _answer(owner: Owner, snapshot: Snapshot) -> dict[str, Any]:
        kind = "volume_id" if isinstance(owner, Volume) else "volume_group_id"
        return {"account_id": owner.account_id, "snapshot_id": snapshot.id, kind: owner.id}


def _listed(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as lists show it."""
    return {
        "created_dt": iso(snapshot.created_at),
        "snapshot_id": snapshot.id,
        "snapshot_name": snapshot.name,
    }
