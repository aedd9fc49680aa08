# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of File Storage."""

from __future__ import annotations

import string
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ...zones import check_zone, shown_zone
from ..common import check_tags, moment_of, name_matches, sorted_as
from .errors import bad_request, wrong_purpose
from .models import TYPE_NAMES, ZONES, Volume

if TYPE_CHECKING:
    from .service import FileStorage

# What makes a password good enough: 6-20 characters with a letter, a digit and a special character.
_SPECIAL = frozenset("!#&'*+,-.:;<=>?@^_`~/|")
_TYPE_NAMESPACE = uuid.UUID("5ce7a1f0-0000-4000-8000-000000000000")
_TYPE_IDS = {name: str(uuid.uuid5(_TYPE_NAMESPACE, name)) for name in TYPE_NAMES}


class Volumes:
    """The operations on volumes, and what else happens to them."""

    def __init__(self, service: FileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateVolume")
    def create(self, call: Call) -> Reply:
        """Accept a new volume; the name that it gets has a suffix, the answer has the name in the desired state."""
        body = call.body
        check_tags(body.get("tags"))
        if body["type_name"] not in TYPE_NAMES:
            raise bad_request("Invalid.volume.type", "Check the volume type.")
        check_password(body["protocol"], body.get("cifs_password"))
        snapshot_id = body.get("snapshot_id")
        usage = 4096
        if snapshot_id is not None:
            source = self._service.snapshot_part.any_of(call, snapshot_id)
            volume = self._service.volume(call, source.volume_id)
            if (volume.protocol, volume.type_name) != (body["protocol"], body["type_name"]):
                raise bad_request("Invalid.snapshot", "Check the protocol and the type of the snapshot's volume.")
            usage = self.usage(volume)
        zone = check_zone(call, body["zone"], call.region) if call.since(ZONES) else ""
        volume = self.make(call, call.region, body["name"], body["protocol"], body["type_name"], "none", zone)
        volume.usage = usage
        volume.tags = body.get("tags") or []
        answer = {
            "protocol": volume.protocol,
            "snapshot_id": snapshot_id,
            "type_name": volume.type_name,
            "volume_id": volume.id,
            "volume_name": body["name"],
        }
        return Reply(202, answer | ({"zone": volume.zone} if call.since(ZONES) else {}))

    @operation("ListVolumes")
    def list(self, call: Call) -> Reply:
        """One page of the region's volumes, the newest first unless asked otherwise [assumed]."""
        query = call.query
        found = call.known(lambda: self._found(call))
        page, count = call.page(found, query["offset"], query["limit"])
        return Reply(200, {"count": count, "filestorages": [self._listed(call, volume) for volume in page]})

    def _found(self, call: Call) -> Sequence[Volume]:
        """What the list is asked for, as it is sorted."""
        query = call.query
        found = [v for v in self._service.volumes if (v.region, v.account_id) == (call.region, call.account_id)]
        if query["name"]:
            how = self._world.switches.text("name_filter")
            found = [v for v in found if name_matches(v.name, query["name"], how)]
        if query["type_name"]:
            found = [v for v in found if v.type_name == query["type_name"]]
        return sorted_as(found, query["sort"] or "created_at:desc", ("name", "created_at"))

    def _listed(self, call: Call, volume: Volume) -> dict[str, Any]:
        """A volume as lists show it."""
        answer = {
            "id": volume.id,
            "name": volume.name,
            "protocol": volume.protocol,
            "state": volume.state,
            "account_id": volume.account_id,
            "created_at": volume.created_at,
            "type_id": _TYPE_IDS.get(volume.type_name, ""),
            "type_name": volume.type_name,
            "purpose": volume.purpose,
        }
        return answer | ({"zone": self.zone(volume), "az_type": None} if call.since(ZONES) else {})

    @operation("ShowVolume")
    def show(self, call: Call) -> Reply:
        """One volume; while it is being deleted it still shows."""
        volume = self._service.volume(call, call.path["volume_id"])
        answer = {
            **self._listed(call, volume),
            "path": volume.path,
            "usage": self.usage(volume),
            "encryption_enabled": True,
            "file_unit_recovery_enabled": volume.file_unit_recovery_enabled,
            "cifs_id": volume.cifs_id,
            "endpoint_path": volume.endpoint_path,
        }
        if call.since(ZONES):
            del answer["type_id"]
        return Reply(200, answer)

    @operation("SetVolume")
    def set(self, call: Call) -> Reply:
        """Set the only thing that can be set."""
        volume = self._service.settled_volume(call, call.path["volume_id"])
        volume.file_unit_recovery_enabled = call.body["file_unit_recovery_enabled"]
        return Reply(202, {"file_unit_recovery_enabled": volume.file_unit_recovery_enabled})

    @operation("DeleteVolume")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a volume, unless something still depends on it."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        if volume.state not in ("available", "error"):
            raise service.conflict(f"The volume is in state {volume.state}.")
        rules = service.access_rules.having("volume_id", volume.id)
        if rules and self._world.switches.text("filestorage_delete_with_rules") != "accept":
            raise service.conflict("The volume has access rules.", "filestorage_delete_with_rules")
        live = service.replications_of(volume.id)
        ends_backup = volume.purpose == "backup" and all(r.kind == "backup" for r in live)
        if live and not ends_backup:
            raise wrong_purpose("Cannot delete volume because replication is in use.")
        if not ends_backup and service.snapshots_of(volume.id, system=True):
            raise wrong_purpose("Cannot delete volume because replication is in use. System snapshots remain.")
        if volume.busy_deletes > 0:
            volume.busy_deletes -= 1
            raise wrong_purpose()
        volume.state = "deleting"
        if ends_backup:
            for replication in live:
                replication.status = "deleting"
                replication.revision += 1
        service.after(self._world.switches.number("filestorage_delete_seconds"), "volume_gone", volume_id=volume.id)
        return Reply(202)

    # --- what happens later -------------------------------------------------------------------------------------

    @event("volume_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """A new volume is finished, and has its path."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is None or volume.state != "creating":
            return
        volume.state = self._world.switches.text("filestorage_create_ends_in")
        self.give_path(volume)

    @event("volume_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted volume is gone, and all its parts with it."""
        service = self._service
        volume_id = data["volume_id"]
        if service.volumes.get(volume_id) is None:
            return
        service.volumes.remove(volume_id)
        for table in (service.access_rules, service.snapshots, service.schedules):
            for row in table:
                if row.volume_id == volume_id:
                    table.remove(row.id)
        for replication in service.replications_of(volume_id):
            seconds = self._world.switches.number("replication_delete_seconds")
            service.after(seconds, "replication_gone", replication_id=replication.id)

    @event("volume_restored")
    def _restored(self, data: Mapping[str, Any]) -> None:
        """A volume has gone back to a snapshot."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is not None and volume.state == "restoring":
            volume.state = "available"

    # --- for the other parts ------------------------------------------------------------------------------------

    def give_path(self, volume: Volume) -> None:
        """Give an available volume the path by which servers mount it, unless it has one."""
        if volume.state != "available" or volume.path is not None:
            return
        number = self._world.number
        address = f"10.{number(1, 254)}.{number(0, 254)}.{number(1, 254)}"
        share = f"scp_{volume.name}"
        volume.endpoint_path = address
        volume.path = f"{address}:/{share}" if volume.protocol == "NFS" else f"\\\\{address}\\{share}"

    def make(
        self, call: Call, region: str, name: str, protocol: str, type_name: str, purpose: str, zone: str
    ) -> Volume:
        """A new volume in state creating, its name with a suffix; it is finished later."""
        default = self._world.switches.text("filestorage_unit_recovery_default")
        volume = Volume(
            account_id=call.account_id,
            name=f"{name}_{self._world.new_suffix()}",
            region=region,
            protocol=protocol,
            type_name=type_name,
            state="creating",
            purpose=purpose,
            file_unit_recovery_enabled={"true": True, "false": False}.get(default),
            zone=zone,
            cifs_id=f"cifs{self._world.new_suffix()}" if protocol == "CIFS" else None,
        )
        self._service.volumes.add(volume)
        seconds = self._world.switches.number("filestorage_create_seconds")
        self._service.after(seconds, "volume_made", volume_id=volume.id)
        return volume

    def zone(self, volume: Volume) -> str:
        """The zone of a volume as it is shown."""
        return shown_zone(self._world, volume.zone, volume.region, volume.account_id)

    def usage(self, volume: Volume) -> int:
        """A volume's data in bytes, which grows with time."""
        born = moment_of(volume.created_at)
        minutes = max(0, int((self._world.now - born) // 60))
        return volume.usage + minutes * self._world.switches.count("filestorage_usage_per_minute")


def check_password(protocol: str, password: str | None) -> None:
    """CIFS needs a password that is good enough, NFS takes none (platform-behaviour.md §5).

    :raises ApiError: 400.
    """
    if protocol == "NFS" and password is not None:
        raise bad_request("Invalid.cifs_password", "cifs_password is for CIFS only.")
    if protocol == "CIFS" and not _is_good(password or ""):
        raise bad_request("Invalid.cifs_password", "Check the CIFS password.")


def _is_good(password: str) -> bool:
    """Whether a CIFS password has 6 to 20 ASCII letters, digits and certain special characters, with one of each."""
    letters, digits, special = string.ascii_letters, string.digits, _SPECIAL
    return (
        6 <= len(password) <= 20
        and all(any(character in kind for character in password) for kind in (letters, digits, special))
        and all(character in letters or character in digits or character in special for character in password)
    )
