# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volume groups of Block Storage (BM). There is no call that deletes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ...zones import check_zone
from ..common import check_tags, name_matches, sorted_as
from .models import ZONES, Group, Volume
from .volumes import DEFAULT_SORT, dates, relations, shown_schedule, zone_of

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

MOST = 16
"""The most members of a group."""
_SORTS = ("created_at", "modified_at", "name", "state", "purpose")


class Groups:
    """The operations on groups and their members."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateVolumeGroup")
    def create(self, call: Call) -> Reply:
        """Make a group of volumes that exist."""
        service, body = self._service, call.body
        check_tags(body.get("tags"))
        service.check_name(body["name"], call.region, call.account_id, Group)
        volumes = self._newcomers(call, body["volume_ids"])
        self._check_count(len(volumes))
        zone = check_zone(call, body["zone"], call.region) if call.since(ZONES) else ""
        group = Group(
            account_id=call.account_id,
            name=body["name"],
            region=call.region,
            state="CREATING",
            tags=body.get("tags") or [],
            zone=zone,
        )
        service.groups.add(group)
        for volume in volumes:
            volume.group_id = group.id
        members = service.begin(thing for thing in service.held(group) if thing is not group)
        seconds = self._world.switches.number("bm_group_create_seconds")
        service.after(seconds, "group_settles", ids=[group.id, *members])
        return service.accepted(group.id)

    @operation("ListVolumeGroups")
    def listed(self, call: Call) -> Reply:
        """One page of the region's groups."""
        query, service = call.query, self._service
        found = call.known(lambda: self._found(call))
        page, count = call.page(found, query["offset"], query["limit"])
        sizes = self._world.known(("group sizes",), lambda: Counter(volume.group_id for volume in service.volumes))
        shown = [{**_plain(group), **zone_of(call, group), "num_of_block_storages": sizes[group.id]} for group in page]
        return Reply(200, {"total_count": count, "volume_groups": shown})

    def _found(self, call: Call) -> list[Group]:
        """What the list is asked for, as it is sorted."""
        query, service = call.query, self._service
        found = [g for g in service.groups if (g.region, g.account_id) == (call.region, call.account_id)]
        if query["name"]:
            how = self._world.switches.text("name_filter")
            found = [group for group in found if name_matches(group.name, query["name"], how)]
        return sorted_as(found, query["sort"] or DEFAULT_SORT, _SORTS, most=len(_SORTS))

    @operation("ShowVolumeGroup")
    def show(self, call: Call) -> Reply:
        """One group with its members, wrapped in ``result``."""
        service = self._service
        group = service.group(call, call.path["volume_group_id"])
        result = {
            **_plain(group),
            **zone_of(call, group),
            **relations(service, group),
            "member_volumes": [self._member(volume) for volume in service.volumes_of(group)],
            "snapshot_schedule": shown_schedule(service, group),
            "so_storage_id": 200,
            "so_volume_pool_id": "bm-01",
            "storage_volume_group_name": group.storage_name,
        }
        recovery = service.recovery_info(group, {"origin": "origin_volume_group", "recovery": "recovery_volume_group"})
        if recovery:
            result["recovery"] = recovery
        return Reply(200, {"result": result})

    @operation("AddVolumeGroupMemberOnVolumeGroup")
    def add(self, call: Call) -> Reply:
        """Take more volumes into a group."""
        service = self._service
        group = self._changing(call)
        present = service.volumes_of(group)
        asked = call.body["volume_ids"]
        again = [volume.id for volume in present if volume.id in asked]
        if again and self._world.switches.text("bm_member_duplicate") != "accept":
            raise service.refused_as("bm_member_duplicate", "A volume is in the volume group already.")
        volumes = self._newcomers(call, [volume_id for volume_id in asked if volume_id not in again])
        self._check_count(len(asked))
        self._check_count(len(present) + len(volumes))
        return self._change(group, [*present, *volumes], volumes)

    @operation("RemoveVolumeGroupMemberOnVolumeGroup")
    def remove(self, call: Call) -> Reply:
        """Let volumes leave a group."""
        service = self._service
        group = self._changing(call)
        present = service.volumes_of(group)
        asked = _once(service, call.body["volume_ids"])
        self._check_count(len(asked))
        for volume_id in asked:
            service.volume(call, volume_id)
        leaving = [volume for volume in present if volume.id in asked]
        if len(leaving) < len(asked) and self._world.switches.text("bm_member_missing") != "accept":
            raise service.refused_as("bm_member_missing", "A volume is not in the volume group.")
        if len(leaving) == len(present) and self._world.switches.text("bm_group_empty") == "400":
            raise service.refused_as("bm_group_empty", "A volume group has at least one volume.")
        return self._change(group, [volume for volume in present if volume not in leaving], leaving)

    def _changing(self, call: Call) -> Group:
        """The settled group of the path, whose members can be changed.

        :raises ApiError: 404, 400, or the answer to a conflict.
        """
        service = self._service
        group = service.group(call, call.path["volume_group_id"])
        service.demand_settled(service.held(group), repair=True)
        if service.replication_of(group) and self._world.switches.text("bm_group_change_with_replication") != "allow":
            raise service.refused_as("bm_group_change_with_replication", "The volume group has a replication.")
        return group

    def _change(self, group: Group, members: Sequence[Volume], others: Sequence[Volume]) -> Reply:
        """Let ``members`` be the members in a while; ``others`` come or go with it."""
        service = self._service
        held = {thing.id: thing for thing in (*service.held(group), *others)}
        ids = service.begin(held.values())
        seconds = self._world.switches.number("bm_group_edit_seconds")
        wanted = [volume.id for volume in members]
        service.after(seconds, "members_change", group_id=group.id, members=wanted, ids=ids)
        shown = [
            {
                **{name: getattr(volume, name) for name in ("id", "name", "disk_type", "purpose", "size_gb")},
                "so_volume_id": "",
                "so_volume_name": volume.storage_name,
            }
            for volume in members
        ]
        return Reply(200, {"id": group.id, "member_volumes": shown})

    # --- checks -------------------------------------------------------------------------------------------------

    def _newcomers(self, call: Call, volume_ids: Sequence[str]) -> list[Volume]:
        """The volumes with these ids, which can be in a group.

        :raises ApiError: 404, 400, or the answer to a conflict.
        """
        service = self._service
        volumes = [service.volume(call, volume_id) for volume_id in _once(service, volume_ids)]
        service.demand_settled(volumes)
        for volume in volumes:
            blockers = (
                (volume.purpose != "ORG", f"is of purpose {volume.purpose}"),
                (volume.group_id, "is in a volume group already"),
                (not volume.snapshot_rate, "has no snapshot rate"),
                (service.schedule_of(volume), "has a snapshot schedule"),
                (service.replication_of(volume), "has a replication"),
            )
            for hindered, why in blockers:
                if hindered:
                    raise service.refused("volume_group", f"The volume {volume.name} {why}.")
        return volumes

    def _check_count(self, count: int) -> None:
        if not 1 <= count <= MOST:
            raise self._service.refused("volume_group", f"A volume group has 1 to {MOST} volumes.")

    # --- what happens later -------------------------------------------------------------------------------------

    @event("group_settles")
    def _settles(self, data: Mapping[str, Any]) -> None:
        """A group is made."""
        self._service.finish(data["ids"])

    @event("members_change")
    def _members_change(self, data: Mapping[str, Any]) -> None:
        """A group has other members now; one that has left takes its parts of the group's snapshots along."""
        service = self._service
        group = service.groups.get(data["group_id"])
        if group is None:
            return
        for volume in service.volumes:
            if volume.id in data["members"]:
                volume.group_id = group.id
            elif volume.group_id == group.id:
                volume.group_id = ""
                for snapshot in service.snapshots_of(volume.id):
                    if snapshot.part_of:
                        service.snapshot_part.remove(snapshot)
        service.finish(data["ids"])
        goes = self._world.switches.text("bm_group_empty") == "goes" and not service.replication_of(group)
        if goes and not data["members"]:
            service.move(group, "DELETING")
            service.after(self._world.switches.number("bm_group_delete_seconds"), "group_gone", group_id=group.id)

    @event("group_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A group without members is gone, and what was its own with it."""
        service = self._service
        group = service.groups.get(data["group_id"])
        if group is None or service.volumes_of(group):
            return
        schedule = service.schedule_of(group)
        if schedule is not None:
            service.schedules.remove(schedule.id)
        for snapshot in service.snapshots_of(group.id):
            service.snapshots.remove(snapshot.id)
        service.groups.remove(group.id)

    # --- as it is shown -----------------------------------------------------------------------------------------

    def _member(self, volume: Volume) -> dict[str, Any]:
        shown = {
            name: getattr(volume, name) for name in ("id", "name", "disk_type", "size_gb", "snapshot_rate", "state")
        }
        return shown | self._service.recovery_info(volume, {"origin": "origin_volume", "recovery": "recovery_volume"})


def _once(service: BareMetalBlockStorage, volume_ids: Sequence[str]) -> Sequence[str]:
    """Ids of which none may be there twice.

    :raises ApiError: 400.
    """
    if len(set(volume_ids)) != len(volume_ids):
        raise service.refused("volume_group", "A volume is there twice.")
    return volume_ids


def _plain(group: Group) -> dict[str, Any]:
    """What lists and show have in common."""
    return {
        **{name: getattr(group, name) for name in ("id", "name", "state", "purpose", "account_id")},
        **dates(group),
    }
