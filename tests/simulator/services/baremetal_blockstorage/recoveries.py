# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recoveries: second volumes, or a second group, made from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from .models import Group, Volume

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage


class Recoveries:
    """The operations on recoveries."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("CreateVolumeRecovery")
    def of_volume(self, call: Call) -> Reply:
        """Make a second volume of the same size from a snapshot; no server uses it yet."""
        service, name = self._service, call.body["name"]
        service.check_name(name, call.region, call.account_id, Volume)
        volume = service.settled(call)
        service.snapshot_part.this(volume, call.body["snapshot_id"])
        assert isinstance(volume, Volume)
        made = service.volumes.add(copied(volume, name, call.region, "RECOVERY"))
        return self._answer([made.id])

    @operation("CreateVolumeGroupRecovery")
    def of_group(self, call: Call) -> Reply:
        """Make a second group, of a second volume for each member that is in the snapshot.

        Their names are the prefix and the name of what they are made from, for the group too [assumed].
        """
        service, prefix = self._service, call.body["block_storage_name_prefix"]
        group = service.settled(call)
        snapshot = service.snapshot_part.this(group, call.body["snapshot_id"])
        recorded = {part.owner_id for part in service.snapshots if part.part_of == snapshot.id}
        members = [volume for volume in service.volumes_of(group) if volume.id in recorded]
        service.check_name(prefix + group.name, call.region, call.account_id, Group)
        for volume in members:
            service.check_name(prefix + volume.name, call.region, call.account_id, Volume)
        made = Group(
            account_id=group.account_id,
            name=prefix + group.name,
            region=call.region,
            state="CREATING",
            purpose="RECOVERY",
            origin_id=group.id,
            zone=group.zone,
        )
        service.groups.add(made)
        ids = [made.id]
        for volume in members:
            copy = service.volumes.add(copied(volume, prefix + volume.name, call.region, "RECOVERY"))
            copy.group_id = made.id
            ids.append(copy.id)
        return self._answer(ids)

    def _answer(self, ids: list[str]) -> Reply:
        self._service.after(self._world.switches.number("bm_recovery_seconds"), "recovered", ids=ids)
        return self._service.accepted(ids[0])

    @event("recovered")
    def _recovered(self, data: Mapping[str, Any]) -> None:
        """What a recovery made is finished, or went wrong."""
        service = self._service
        if not service.fails("recover"):
            service.finish(data["ids"])
            return
        for owner_id in data["ids"]:
            owner = service.anyone(owner_id)
            if owner is not None and owner.state == "CREATING":
                service.move(owner, "ERROR")


def copied(volume: Volume, name: str, region: str, purpose: str) -> Volume:
    """A new volume of the same type, size and QoS, in state CREATING."""
    return Volume(
        account_id=volume.account_id,
        name=name,
        region=region,
        state="CREATING",
        purpose=purpose,
        origin_id=volume.id,
        disk_type=volume.disk_type,
        size_gb=volume.size_gb,
        iops=volume.iops,
        throughput=volume.throughput,
        zone=volume.zone if region == volume.region else "",
    )
