# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of volumes and of groups, from one region to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ...zones import check_zone
from .models import ZONES, Group, Owner, Replication, Volume
from .recoveries import copied
from .volumes import zone_of

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

REGIONS = ("kr-west1", "kr-east1")
"""Where replication is offered (platform-behaviour.md §1)."""
_HOUR = 3600.0
CYCLES = {"5MIN": 300.0, "HOURLY": _HOUR, "DAILY": 24 * _HOUR, "WEEKLY": 168 * _HOUR, "MONTHLY": 720 * _HOUR}


class Replications:
    """The operations on replications, the same for volumes and groups, and what else happens to them."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- finding and refusing -----------------------------------------------------------------------------------

    def _of(self, owner: Owner) -> Replication:
        replication = self._service.replication_of(owner)
        if replication is None:
            raise self._service.not_found("replication")
        return replication

    def _ends(self, replication: Replication) -> list[Owner]:
        found = (self._service.anyone(end) for end in (replication.source_id, replication.target_id))
        return [owner for owner in found if owner is not None]

    def _held(self, replication: Replication) -> list[Owner]:
        return [thing for end in self._ends(replication) for thing in self._service.held(end)]

    def _changing(self, call: Call, *more: str) -> tuple[Owner, Replication]:
        """What the path names and its replication, which can be changed from there just now, in ``more`` states too.

        :raises ApiError: 404, 400 from the wrong side, or the answer to a conflict.
        """
        service = self._service
        owner = service.owner(call)
        replication = self._of(owner)
        side = self._world.switches.text("bm_replication_side")
        if side != "both" and owner.id != getattr(replication, f"{side}_id"):
            raise service.refused("replication", f"The replication is changed from its {side}'s region.")
        if replication.state not in ("ACTIVE", "BROKEN", *more):
            raise service.conflict(f"The replication is in state {replication.state}.")
        if replication.state != "ERROR":
            service.demand_settled(self._held(replication))
        return owner, replication

    def check_writable(self, owner: Owner) -> None:
        """Refuse to write to the target of a replication, or to a member of one, before BREAK.

        :raises ApiError: 400.
        """
        service = self._service
        group = service.groups.get(owner.group_id) if isinstance(owner, Volume) else None
        for end in (owner, group):
            replication = service.replication_of(end) if end else None
            if replication and end and end.id == replication.target_id and replication.state != "BROKEN":
                raise service.refused("replication", f"{owner.name} is the target of a replication.")

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateVolumeReplication")
    def create_of_volume(self, call: Call) -> Reply:
        """Begin to replicate a volume to a new one of the same disk type in the other region."""
        service, body = self._service, call.body
        source = service.volume(call, call.path["volume_id"])
        self._check_new(call, source)
        service.check_name(body["name"], body["region"], call.account_id, Volume)
        if source.group_id:
            raise service.refused("replication", "The volume is in a volume group.")
        zone = self._zone(call)
        target = self._target_of(source, body["name"], body["region"], zone)
        return self._begin(call, source, target)

    @operation("CreateVolumeGroupReplication")
    def create_of_group(self, call: Call) -> Reply:
        """Begin to replicate a group to a new one; a member's target is named with the prefix before its name."""
        service, body = self._service, call.body
        source = service.group(call, call.path["volume_group_id"])
        self._check_new(call, source)
        members = service.volumes_of(source)
        service.check_name(body["name"], body["region"], call.account_id, Group)
        names = {volume.id: body["replication_volume_name_prefix"] + volume.name for volume in members}
        for name in names.values():
            service.check_name(name, body["region"], call.account_id, Volume)
        zone = self._zone(call)
        target = Group(
            account_id=call.account_id,
            name=body["name"],
            region=body["region"],
            state="CREATING",
            purpose="REPL",
            origin_id=source.id,
            zone=zone,
        )
        service.groups.add(target)
        for volume in members:
            self._target_of(volume, names[volume.id], body["region"], zone).group_id = target.id
        return self._begin(call, source, target)

    def _check_new(self, call: Call, source: Owner) -> None:
        service = self._service
        region = call.body["region"]
        if call.region not in REGIONS or region not in REGIONS or region == call.region:
            raise service.refused("region", "Replication is not available.")
        if service.replication_of(source):
            raise service.refused_as("bm_replication_second", "There is a replication already.")
        service.demand_settled(service.held(source))
        if source.purpose != "ORG":
            raise service.refused("purpose", f"Its purpose is {source.purpose}.")
        service.snapshot_part.demand_rate(source)

    @staticmethod
    def _zone(call: Call) -> str:
        """The zone of a new target, which must belong to the region in the same body."""
        return check_zone(call, call.body["zone"], call.body["region"]) if call.since(ZONES) else ""

    def _target_of(self, volume: Volume, name: str, region: str, zone: str) -> Volume:
        """A new volume like ``volume``, with its snapshot rate too [assumed]."""
        target = copied(volume, name, region, "REPL")
        target.snapshot_rate = volume.snapshot_rate
        target.zone = zone
        return self._service.volumes.add(target)

    def _begin(self, call: Call, source: Owner, target: Owner) -> Reply:
        service = self._service
        replication = Replication(
            account_id=call.account_id,
            source_id=source.id,
            source_region=source.region,
            target_id=target.id,
            target_region=target.region,
            cycle=call.body["cycle"],
            state="CREATING",
            synced_at=self._world.now,
        )
        service.replications.add(replication)
        service.begin(service.held(source))
        self._later("create", replication)
        answered = self._world.switches.text("bm_replication_answer")
        return service.accepted(getattr(replication, f"{answered}_id"))

    @operation("ShowVolumeReplication", "ShowVolumeGroupReplication")
    def show(self, call: Call) -> Reply:
        """A replication, seen from either end."""
        owner = self._service.owner(call)
        related = "related_volumes" if isinstance(owner, Volume) else "related_volume_groups"
        if not self._service.replication_of(owner) and self._world.switches.text("bm_replication_none") == "empty":
            return Reply(200, {"result": {related: []}})
        replication = self._of(owner)
        both = self._world.switches.text("bm_replication_related") == "both"
        ends = [end for end in self._ends(replication) if both or end is not owner]
        result = {
            "lag_time": self._lag(replication),
            related: [self._related(replication, end) | zone_of(call, end) for end in ends],
            "sync_cycle": replication.cycle,
            "sync_state": self._sync_state(replication),
        }
        return Reply(200, {"result": result})

    @operation("SetVolumeReplicationCycle", "SetVolumeGroupReplicationCycle")
    def set_cycle(self, call: Call) -> Reply:
        """Change how often the target is brought up to date."""
        owner, replication = self._changing(call)
        self._edit(replication, "edit", cycle=call.body["cycle"])
        kind = "volume_id" if isinstance(owner, Volume) else "volume_group_id"
        return Reply(200, {"cycle": call.body["cycle"], kind: owner.id})

    @operation("SetVolumeReplicationPolicy", "SetVolumeGroupReplicationPolicy")
    def set_policy(self, call: Call) -> Reply:
        """BREAK stops it and makes the target writable, RESYNC takes it up again; the answer is of the moment."""
        service = self._service
        owner, replication = self._changing(call)
        policy = call.body["policy"]
        broken = replication.state == "BROKEN"
        if (policy == "BREAK") == broken:
            if self._world.switches.text("bm_policy_same") == "400":
                raise service.refused_as("bm_policy_same", f"The replication is {'' if broken else 'not '}broken.")
        elif policy == "BREAK":
            self._edit(replication, "edit", state="BROKEN")
        else:
            self._check_target_free(replication)
            replication.state = "RESYNCING"
            self._edit(replication, "resync", state="ACTIVE")
        cycle = "sync_cycle" if isinstance(owner, Volume) else "cycle"
        return Reply(200, {cycle: replication.cycle, "sync_state": self._sync_state(replication)})

    def _check_target_free(self, replication: Replication) -> None:
        service = self._service
        target = service.anyone(replication.target_id)
        used = [volume for volume in service.volumes_of(target) if service.attachments_of(volume)] if target else []
        if used and self._world.switches.text("bm_resync_attached") == "400":
            raise service.refused_as("bm_resync_attached", f"The volume {used[0].name} is attached to a server.")

    @operation("DeleteVolumeReplication", "DeleteVolumeGroupReplication")
    def delete(self, call: Call) -> Reply:
        """End a broken replication, or one in error; both ends stay, and are like any other then."""
        service = self._service
        owner, replication = self._changing(call, "ERROR")
        if replication.state == "ACTIVE":
            raise service.refused_as("bm_delete_unbroken", "The replication is not broken.")
        if replication.state == "BROKEN":
            service.begin(self._held(replication))
        replication.state = "DELETING"
        self._later("delete", replication)
        return service.accepted(owner.id) if isinstance(owner, Volume) else Reply(200, {"result": True})

    # --- what happens later -------------------------------------------------------------------------------------

    def _edit(self, replication: Replication, duration: str, **values: Any) -> None:
        """Let fields of a replication change in a while; both ends are EDITING until then."""
        self._service.begin(self._held(replication))
        self._later(duration, replication, values=values)

    def _later(self, what: str, replication: Replication, **data: Any) -> None:
        kind = {"create": "replication_made", "delete": "replication_gone"}.get(what, "replication_changed")
        seconds = self._world.switches.number(f"bm_replication_{what}_seconds")
        self._service.after(seconds, kind, replication_id=replication.id, **data)

    def _release(self, replication: Replication) -> None:
        self._service.finish(thing.id for end in self._ends(replication) for thing in self._whole(end))

    def _whole(self, end: Owner) -> list[Owner]:
        """An end with the members that it has, whether they were held or are new."""
        return [end, *(volume for volume in self._service.volumes_of(end) if volume is not end)]

    @event("replication_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """The first transfer is done, or went wrong: the target is in ERROR then."""
        service = self._service
        replication = service.replications.get(data["replication_id"])
        if replication is None or replication.state != "CREATING":
            return
        failed = service.fails("replicate")
        replication.state = "ERROR" if failed else "ACTIVE"
        replication.synced_at = self._world.now
        target = service.anyone(replication.target_id)
        for thing in self._whole(target) if target and failed else []:
            service.move(thing, "ERROR")
        self._release(replication)

    @event("replication_changed")
    def _changed(self, data: Mapping[str, Any]) -> None:
        """A change that was asked for is done; a RESYNC has brought the target up to date."""
        replication = self._service.replications.get(data["replication_id"])
        if replication is None:
            return
        was = replication.state
        replication.synced_at = self._synced_at(replication)
        for name, value in data["values"].items():
            setattr(replication, name, value)
        if was == "RESYNCING" and replication.state == "ACTIVE":
            replication.synced_at = self._world.now
        self._release(replication)

    @event("replication_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A replication is gone from both regions; its target is a volume, or a group, like any other."""
        service = self._service
        replication = service.replications.get(data["replication_id"])
        if replication is None:
            return
        target = service.anyone(replication.target_id)
        for thing in self._whole(target) if target else []:
            thing.purpose = "ORG"
        self._release(replication)
        service.replications.remove(replication.id)

    # --- health -------------------------------------------------------------------------------------------------

    def space_is_short(self, volume: Volume) -> None:
        """Stop the transfers from a volume whose snapshot space is full, if the switch says so."""
        replication = self._sent_from(volume)
        if replication is not None and self._world.switches.on("bm_replication_pauses_when_full"):
            replication.synced_at = self._synced_at(replication)
            replication.full = True

    def space_is_back(self, volume: Volume) -> None:
        """Take the transfers up again, the first at once."""
        replication = self._sent_from(volume)
        if replication is not None and replication.full:
            replication.full = False
            if replication.state == "ACTIVE":
                replication.synced_at = self._world.now

    def _sent_from(self, volume: Volume) -> Replication | None:
        ids = (volume.id, volume.group_id)
        return next((r for r in self._service.replications if r.source_id in ids), None)

    def _synced_at(self, replication: Replication) -> float:
        """When the target was last brought up to date, in seconds since the epoch."""
        if replication.state != "ACTIVE" or replication.full:
            return replication.synced_at
        period = CYCLES[replication.cycle]
        return replication.synced_at + (self._world.now - replication.synced_at) // period * period

    def _lag(self, replication: Replication) -> str:
        """How old the newest copy on the target is, ``HH:MM:SS`` with as many hours as it takes."""
        minutes, seconds = divmod(max(0, int(self._world.now - self._synced_at(replication))), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"

    def _sync_state(self, replication: Replication) -> str:
        if replication.state == "ACTIVE" and not replication.full:
            return self._world.switches.text("bm_sync_state_synced")
        if replication.state in ("BROKEN", "DELETING"):
            return self._world.switches.text("bm_sync_state_broken")
        others = {"CREATING": "UNINITIALIZED", "ACTIVE": "PAUSED", "ERROR": "ERROR"}
        return others.get(replication.state, replication.state)

    @staticmethod
    def _related(replication: Replication, end: Owner) -> dict[str, Any]:
        is_target = end.id == replication.target_id
        auth = {"CREATING": "UNKNOWN", "ERROR": "UNKNOWN", "BROKEN": "READ_WRITE", "DELETING": "READ_WRITE"}
        return {
            "auth": auth.get(replication.state, "READ") if is_target else "READ_WRITE",
            "id": end.id,
            "name": end.name,
            "purpose": "REPL" if is_target else "ORG",
            "region": end.region,
        }
