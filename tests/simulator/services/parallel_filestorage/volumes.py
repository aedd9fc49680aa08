# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of Parallel File Storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ...zones import check_zone, shown_zone
from ..common import check_tags, name_matches, sorted_as
from .models import ZONES, Volume

if TYPE_CHECKING:
    from .service import ParallelFileStorage


class Volumes:
    """The operations on volumes, and what else happens to them."""

    def __init__(self, service: ParallelFileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateVolume")
    def create(self, call: Call) -> Reply:
        """Accept a new volume; the name that it gets has a suffix."""
        body = call.body
        check_tags(body.get("tags"))
        volume = Volume(
            account_id=call.account_id,
            name=f"{body['name']}_{self._world.new_suffix()}",
            region=call.region,
            capacity_tb=body["capacity_tb"],
            state="creating",
            tags=body.get("tags") or [],
            zone=check_zone(call, body["zone"], call.region) if call.since(ZONES) else "",
        )
        self._service.volumes.add(volume)
        self._service.after(self._world.switches.number("pfs_create_seconds"), "volume_made", volume_id=volume.id)
        as_asked = self._world.switches.text("pfs_create_answer_name") == "asked"
        return Reply(202, self._listed(call, volume) | ({"name": body["name"]} if as_asked else {}))

    def _listed(self, call: Call, volume: Volume) -> dict[str, Any]:
        """A volume as lists show it."""
        answer = {
            "id": volume.id,
            "name": volume.name,
            "state": volume.state,
            "created_at": volume.created_at,
            "capacity_tb": volume.capacity_tb,
            "account_id": volume.account_id,
        }
        zone = shown_zone(self._world, volume.zone, volume.region, volume.account_id)
        return answer | ({"zone": zone} if call.since(ZONES) else {})

    @operation("ListVolumes")
    def list(self, call: Call) -> Reply:
        """One page of the region's volumes, the newest first unless asked otherwise [assumed]."""
        query = call.query
        found = call.known(lambda: self._found(call))
        page, count = call.page(found, query["offset"], query["limit"])
        return Reply(200, {"count": count, "parallel_filestorages": [self._listed(call, volume) for volume in page]})

    def _found(self, call: Call) -> Sequence[Volume]:
        """What the list is asked for, as it is sorted."""
        query = call.query
        found = [v for v in self._service.volumes if (v.region, v.account_id) == (call.region, call.account_id)]
        if query["name"]:
            how = self._world.switches.text("name_filter")
            found = [v for v in found if name_matches(v.name, query["name"], how)]
        return sorted_as(found, query["sort"] or "created_at:desc", ("name", "created_at"))

    @operation("ShowVolume")
    def show(self, call: Call) -> Reply:
        """One volume; while it is being deleted it still shows."""
        volume = self._service.volume(call, call.path["volume_id"])
        return Reply(200, {**self._listed(call, volume), "mount_path": volume.mount_path})

    @operation("SetVolumeCapacity")
    def set_capacity(self, call: Call) -> Reply:
        """Let a volume grow, which takes a while; it never shrinks."""
        volume = self._service.settled_volume(call, call.path["volume_id"])
        capacity = call.body["capacity_tb"]
        if capacity < volume.capacity_tb:
            raise self._service.conflict("The capacity cannot be reduced.", "pfs_shrink_status")
        if capacity == volume.capacity_tb:
            if self._world.switches.text("pfs_same_capacity") == "400":
                raise self._service.refused("The volume has this capacity already.")
            return Reply(202)
        volume.state = self._world.switches.text("pfs_grow_state")
        seconds = self._world.switches.number("pfs_grow_seconds")
        self._service.after(seconds, "volume_grown", volume_id=volume.id, capacity_tb=capacity)
        return Reply(202)

    @operation("DeleteVolume")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a volume, unless something still depends on it."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        if volume.state not in ("available", "error"):
            raise service.conflict(f"The volume is in state {volume.state}.")
        hanging = {
            "pfs_delete_with_rules": (service.rules_of(volume.id), "access rules"),
            "pfs_delete_with_snapshots": (service.snapshots_of(volume.id), "snapshots"),
        }
        for switch, (present, what) in hanging.items():
            if present and self._world.switches.text(switch) != "accept":
                raise service.conflict(f"The volume has {what}.", switch)
        volume.state = "deleting"
        service.after(self._world.switches.number("pfs_delete_seconds"), "volume_gone", volume_id=volume.id)
        return Reply(202)

    # --- what happens later -------------------------------------------------------------------------------------

    @event("volume_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """A new volume is finished, and has its path."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is not None and volume.state == "creating":
            volume.state = self._world.switches.text("pfs_create_ends_in")
            self.give_path(volume)

    @event("volume_grown")
    def _grown(self, data: Mapping[str, Any]) -> None:
        """A volume has its new capacity, or could not get it."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is None or volume.state not in ("extending", "available"):
            return
        volume.state = self._world.switches.text("pfs_grow_ends_in")
        if volume.state == "available":
            volume.capacity_tb = max(volume.capacity_tb, data["capacity_tb"])

    @event("volume_restored")
    def _restored(self, data: Mapping[str, Any]) -> None:
        """A volume has gone back to a snapshot."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is not None and volume.state == "restoring":
            volume.state = "available"

    @event("volume_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted volume is gone, and all its parts with it."""
        service, volume_id = self._service, data["volume_id"]
        service.volumes.remove(volume_id)
        for rule in service.rules_of(volume_id):
            service.access_rules.remove(rule.id)
        for snapshot in service.snapshots_of(volume_id):
            service.snapshots.remove(snapshot.id)

    def give_path(self, volume: Volume) -> None:
        """Give an available volume the path by which nodes mount it, unless it has one."""
        if volume.state == "available" and volume.mount_path is None:
            number = self._world.number
            volume.mount_path = f"10.{number(1, 254)}.{number(0, 254)}.{number(1, 254)}:/{volume.name}"
