# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of Block Storage (BM)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...zones import check_zone, shown_zone
from ..common import check_tags, name_matches, sorted_as
from .attachments import attach, check_servers
from .models import ZONES, Attachment, Owner, Volume

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

DEFAULT_SORT = "created_at:desc,name:asc"
SIZES = range(1, 16385)
QOS = {"iops": range(5000, 20001), "throughput": range(250, 1001)}
_SORTS = ("created_at", "modified_at", "name", "state", "purpose", "disk_type", "size_gb")


class Volumes:
    """The operations on volumes, and what else happens to them."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateVolume")
    def create(self, call: Call) -> Reply:
        """Accept a new volume, which servers use from the beginning."""
        service, body = self._service, call.body
        check_tags(body.get("tags"))
        service.check_name(body["name"], call.region, call.account_id, Volume)
        if body["size_gb"] not in SIZES:
            raise out_of(SIZES)
        qos = body.get("qos")
        if (body["disk_type"] == "SSD") != (qos is not None):
            raise service.refused("qos", "An SSD volume needs a QoS, an HDD volume takes none.")
        check_qos(qos or {})
        servers = check_servers(service, call, body["attachments"])
        zone = check_zone(call, body["zone"], call.region) if call.since(ZONES) else ""
        volume = Volume(
            account_id=call.account_id,
            name=body["name"],
            region=call.region,
            state="CREATING",
            disk_type=body["disk_type"],
            size_gb=body["size_gb"],
            tags=body.get("tags") or [],
            zone=zone,
            **(qos or {}),
        )
        service.volumes.add(volume)
        attach(service, volume, servers)
        service.after(self._world.switches.number("bm_create_seconds"), "volume_made", volume_id=volume.id)
        return service.accepted(volume.id)

    @operation("ListVolumes")
    def listed(self, call: Call) -> Reply:
        """One page of the region's volumes."""
        query = call.query
        found = call.known(lambda: self._found(call))
        page, count = call.page(found, query["offset"], query["limit"])
        return Reply(
            200, {"total_count": count, "volumes": [self._listed(volume) | zone_of(call, volume) for volume in page]}
        )

    def _found(self, call: Call) -> list[Volume]:
        """What the list is asked for, as it is sorted."""
        query, service = call.query, self._service
        how = self._world.switches.text("name_filter")
        found = [v for v in service.volumes if (v.region, v.account_id) == (call.region, call.account_id)]
        if query["name"]:
            found = [v for v in found if name_matches(v.name, query["name"], how)]
        if query["object_name"]:
            found = [v for v in found if any(name_matches(n, query["object_name"], how) for n in self._servers(v))]
        if query["volume_group_name"]:
            groups = {group.id for group in service.groups if name_matches(group.name, query["volume_group_name"], how)}
            found = [v for v in found if v.group_id in groups]
        return sorted_as(found, query["sort"] or DEFAULT_SORT, _SORTS, most=len(_SORTS))

    @operation("ShowVolume")
    def show(self, call: Call) -> Reply:
        """One volume, wrapped in ``result``; while it is being deleted it still shows."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        plain = ("id", "name", "state", "previous_state", "purpose", "disk_type", "size_gb", "account_id")
        result: dict[str, Any] = {name: getattr(volume, name) for name in plain}
        result |= dates(volume) | relations(service, volume) | zone_of(call, volume)
        result |= {
            "attachments": [self._attached(attachment) for attachment in service.attachments_of(volume)],
            "external_errors": volume.external_errors,
            "is_encryption": True,
            "iscsi_target_ips": volume.iscsi_target_ips,
            "snapshot_rate": volume.snapshot_rate,
            "snapshot_schedule": shown_schedule(service, volume),
            "srn": self._srn(volume, self._service.name, f"volume/{volume.id}"),
            "storage_volume_name": volume.storage_name,
        }
        if volume.iops is not None and volume.throughput is not None:
            result["qos"] = {"iops": volume.iops, "throughput": volume.throughput}
        recovery = self._recovery(volume)
        if recovery:
            result["recovery"] = recovery
        group = service.groups.get(volume.group_id)
        if group is not None:
            result["volume_group"] = {"id": group.id, "name": group.name}
        return Reply(200, {"result": result})

    @operation("DeleteVolume")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a volume, unless something still depends on it."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        if volume.state not in ("IN_USE", "AVAILABLE", "ERROR", "ERROR_EDITING", "ERROR_DELETING"):
            raise service.conflict(f"The volume {volume.name} is in state {volume.state}.")
        for held, why in self._in_the_way(volume):
            if held:
                raise service.refused("delete", f"The volume cannot be deleted: {why}")
        service.begin([volume], "DELETING")
        service.after(self._world.switches.number("bm_delete_seconds"), "volume_deleted", volume_id=volume.id)
        return service.accepted(volume.id)

    def _in_the_way(self, volume: Volume) -> tuple[tuple[object, str], ...]:
        """What keeps a volume from being deleted, and how the answer says so."""
        service, text = self._service, self._world.switches.text
        snapshots = service.snapshots_of(volume.id) if text("bm_delete_with_snapshots") == "400" else []
        recovery = service.recovery_of(volume) if text("bm_delete_with_recovery") == "400" else None
        return (
            (service.attachments_of(volume), "it is attached to a server."),
            (service.groups.get(volume.group_id), "it is in a volume group."),
            (service.replication_of(volume), "it has a replication."),
            (service.schedule_of(volume), "it has a snapshot schedule."),
            (snapshots, "it has snapshots."),
            (recovery, "there is a recovery volume of it."),
        )

    @operation("SetVolumeQoS")
    def set_qos(self, call: Call) -> Reply:
        """Change the QoS of an SSD volume; what is left out stays as it was [assumed]."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        if volume.disk_type != "SSD":
            raise service.refused("qos", "An HDD volume has no QoS.")
        asked = {name: call.body[name] for name in QOS if name in call.body}
        if not asked:
            raise validation_error("Field required")
        check_qos(asked)
        service.demand_settled([volume], repair=True)
        wanted = {name: asked.get(name, getattr(volume, name)) for name in QOS}
        self.edit(volume, wanted)
        return Reply(200, wanted)

    def edit(self, volume: Volume, values: Mapping[str, Any]) -> None:
        """Let fields of a volume change in a while; it is EDITING until then."""
        self._service.begin([volume])
        seconds = self._world.switches.number("bm_edit_seconds")
        self._service.after(seconds, "volume_edited", volume_id=volume.id, values=dict(values))

    # --- what happens later -------------------------------------------------------------------------------------

    @event("volume_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """A new volume is finished, or its servers could not have it."""
        service = self._service
        volume = service.volumes.get(data["volume_id"])
        if volume is None or volume.state != "CREATING":
            return
        if not service.fails("create"):
            service.finish([volume.id])
            return
        attachments = service.attachments_of(volume)
        volume.external_errors = service.server_errors(a.server_type for a in attachments)
        for attachment in attachments:
            service.attachments.remove(attachment.id)
        service.move(volume, "ERROR")

    @event("volume_edited")
    def _edited(self, data: Mapping[str, Any]) -> None:
        """A change of a volume shows, or it went wrong."""
        service = self._service
        volume = service.volumes.get(data["volume_id"])
        if volume is None or volume.state != "EDITING":
            return
        if service.fails("edit"):
            service.move(volume, "ERROR_EDITING")
            return
        for name, value in data["values"].items():
            setattr(volume, name, value)
        service.finish([volume.id])
        if "snapshot_rate" in data["values"]:
            service.snapshot_part.rate_changed(volume)

    @event("volume_deleted")
    def _deleted(self, data: Mapping[str, Any]) -> None:
        """A volume is deleted, and all its parts with it; it may show for a while."""
        service = self._service
        volume = service.volumes.get(data["volume_id"])
        if volume is None or volume.state != "DELETING":
            return
        if service.fails("delete"):
            service.move(volume, "ERROR_DELETING")
            return
        service.move(volume, "DELETED")
        for snapshot in service.snapshots_of(volume.id):
            service.snapshot_part.remove(snapshot)
        service.after(self._world.switches.number("bm_deleted_shows_seconds"), "volume_gone", volume_id=volume.id)

    @event("volume_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted volume shows no longer."""
        self._service.volumes.remove(data["volume_id"])

    # --- as it is shown -----------------------------------------------------------------------------------------

    def _servers(self, volume: Volume) -> list[str]:
        """The names of the servers that use a volume."""
        found = (self._world.servers.get(a.server_id) for a in self._service.attachments_of(volume))
        return [server.name for server in found if server is not None]

    def _listed(self, volume: Volume) -> dict[str, Any]:
        """A volume as lists show it."""
        service = self._service
        group = service.groups.get(volume.group_id)
        servers = self._world.servers
        attached = [(a.server_id, servers.get(a.server_id)) for a in service.attachments_of(volume)]
        return {
            **{name: getattr(volume, name) for name in ("id", "name", "state", "purpose", "disk_type", "size_gb")},
            **dates(volume),
            "attachments": [{"id": id_, "name": server.name if server else ""} for id_, server in attached],
            "has_relation": service.replication_of(volume) is not None,
            "is_in_volume_group": group is not None,
            "is_snapshot_activated": volume.snapshot_rate > 0,
            "iscsi_target_ips": volume.iscsi_target_ips,
            "volume_group": {"id": group.id, "name": group.name} if group else None,
        }

    def _attached(self, attachment: Attachment) -> dict[str, Any]:
        server = self._world.servers.get(attachment.server_id)
        shown = {"id": attachment.server_id, "type": attachment.server_type, "name": "", "state": "UNKNOWN"}
        if server is not None:
            image = "Windows 2022 for BM" if server.os_type == "WINDOWS" else "RHEL 8.8 for BM"
            srn = self._srn(server, "baremetal", f"baremetal/{server.id}")
            shown |= {"name": server.name, "state": server.state, "image_name": image, "srn": srn}
        return shown

    @staticmethod
    def _srn(thing: Any, service: str, resource: str) -> str:
        """The name of something in the Resource Manager (platform-behaviour.md §10)."""
        environment = "g" if thing.region.startswith("kr-south") else "e"
        return f"srn:{environment}::{thing.account_id}:{thing.region}::{service}:{resource}"

    def _recovery(self, volume: Volume) -> dict[str, Any]:
        found = self._service.recovery_info(volume, {"origin": "origin_volume", "recovery": "recovery_volume"})
        for end in found.values():
            known = self._service.volumes.get(end["id"])
            attachments = self._service.attachments_of(known) if known else []
            end["attachments"] = [{"id": a.server_id, "type": a.server_type} for a in attachments]
        return found


def out_of(allowed: range) -> Exception:
    """400 for a number that is out of range."""
    text = f"Input should be greater than or equal to {allowed[0]} and less than or equal to {allowed[-1]}"
    return validation_error(text)


def check_qos(qos: Mapping[str, int]) -> None:
    """Refuse a QoS that is out of range.

    :raises ApiError: 400.
    """
    for name, value in qos.items():
        if value not in QOS[name]:
            raise out_of(QOS[name])


def zone_of(call: Call, owner: Owner) -> dict[str, str]:
    """The zone of a volume or a group, where the version has zones and it has one."""
    zone = shown_zone(call.world, owner.zone, owner.region, owner.account_id)
    return {"zone": zone} if call.since(ZONES) and zone else {}


def iso(text: str) -> str:
    """A record's time as this service prints it: milliseconds and a Z."""
    return f"{text[:-3]}Z"


def dates(owner: Owner) -> dict[str, str]:
    """When a volume or a group was made and changed, and by whom."""
    return {
        "created_at": iso(owner.created_at),
        "created_by": owner.created_by,
        "modified_at": iso(owner.modified_at),
        "modified_by": owner.modified_by,
    }


def relations(service: BareMetalBlockStorage, owner: Owner) -> dict[str, bool]:
    """Whether a volume or a group is the target of a replication, and whether it has one."""
    replication = service.replication_of(owner)
    return {
        "has_origin": replication is not None and replication.target_id == owner.id,
        "has_replication": replication is not None and replication.source_id == owner.id,
    }


def shown_schedule(service: BareMetalBlockStorage, owner: Owner) -> dict[str, Any]:
    """A schedule as show has it: NONE where there is none."""
    schedule = service.schedule_of(owner)
    day = schedule.day_of_week if schedule else None
    shown: dict[str, Any] = {"frequency": "WEEKLY" if day else "DAILY" if schedule else "NONE"}
    if schedule is not None:
        shown["hour"] = schedule.hour
    if day or service.world.switches.on("bm_schedule_shows_monday"):
        shown["day_of_week"] = day or "MON"
    return shown
