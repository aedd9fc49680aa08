# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot schedules of volumes and groups: one each, without an id, and they really take snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ..common import until_next
from .models import SETTLED, Owner, Schedule, Volume
from .volumes import out_of

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

HOURS = range(24)


class Schedules:
    """The operations on schedules, and their firing."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("CreateVolumeSnapshotSchedule", "CreateVolumeGroupSnapshotSchedule")
    def create(self, call: Call) -> Reply:
        """Give a volume or a group its schedule."""
        service = self._service
        owner = service.settled(call)
        values = _values(call.body)
        service.snapshot_part.check_possible(owner)
        in_group = isinstance(owner, Volume) and owner.group_id
        if in_group and self._world.switches.text("bm_member_schedule") != "allow":
            raise service.refused_as("bm_member_schedule", "The volume is in a volume group.")
        if service.schedule_of(owner) is not None:
            raise service.refused_as("bm_schedule_duplicate", "There is a snapshot schedule already.")
        schedule = service.schedules.add(Schedule(account_id=owner.account_id, owner_id=owner.id, **values))
        self._plan(schedule)
        return _answer(owner, schedule)

    @operation("SetVolumeSnapshotSchedule", "SetVolumeGroupSnapshotSchedule")
    def set(self, call: Call) -> Reply:
        """Change a schedule; without a day it is daily from now on."""
        owner, schedule = self._this(call)
        for name, value in _values(call.body).items():
            setattr(schedule, name, value)
        schedule.revision += 1
        self._plan(schedule)
        return _answer(owner, schedule)

    @operation("DeleteVolumeSnapshotSchedule", "DeleteVolumeGroupSnapshotSchedule")
    def delete(self, call: Call) -> Reply:
        """End a schedule; the snapshots that it took stay."""
        owner, schedule = self._this(call)
        self._service.schedules.remove(schedule.id)
        return _answer(owner, schedule)

    def _this(self, call: Call) -> tuple[Owner, Schedule]:
        owner = self._service.settled(call)
        schedule = self._service.schedule_of(owner)
        if schedule is None:
            raise self._service.refused_as("bm_schedule_missing", "There is no snapshot schedule.")
        return owner, schedule

    def _plan(self, schedule: Schedule) -> None:
        """Let the schedule fire at its next hour."""
        seconds = until_next(self._world.now, schedule.hour, schedule.day_of_week)
        self._service.after(seconds, "schedule_fires", schedule_id=schedule.id, revision=schedule.revision)

    @event("schedule_fires")
    def _fires(self, data: Mapping[str, Any]) -> None:
        """Take a snapshot, and plan the next."""
        service = self._service
        schedule = service.schedules.get(data["schedule_id"])
        if schedule is None or schedule.revision != data["revision"]:
            return
        owner = service.anyone(schedule.owner_id)
        if owner is not None and all(thing.state in SETTLED for thing in service.held(owner)):
            service.snapshot_part.take(owner, "schedule")
        self._plan(schedule)


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a schedule that a body asks for.

    :raises ApiError: 400, there is no such hour.
    """
    if body["hour"] not in HOURS:
        raise out_of(HOURS)
    return {"hour": body["hour"], "day_of_week": body.get("day_of_week")}


def _answer(owner: Owner, schedule: Schedule) -> Reply:
    kind = "volume_id" if isinstance(owner, Volume) else "volume_group_id"
    answer = {
        "day_of_week": schedule.day_of_week,
        "frequency": "WEEKLY" if schedule.day_of_week else "DAILY",
        "hour": schedule.hour,
        kind: owner.id,
    }
    return Reply(200, answer)
