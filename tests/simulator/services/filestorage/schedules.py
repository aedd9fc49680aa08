# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot schedules of File Storage: one a volume, and they really take snapshots as time goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ..common import until_next
from .errors import not_found
from .models import Schedule, Volume
from .snapshots import MOST

if TYPE_CHECKING:
    from .service import FileStorage

DEFAULT_RETENTION = 10
MAX_RETENTION = 128


class Schedules:
    """The operations on schedules, and their firing."""

    def __init__(self, service: FileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def _of(self, volume: Volume) -> Schedule | None:
        return next((s for s in self._service.schedules if s.volume_id == volume.id), None)

    def _this(self, call: Call) -> Schedule:
        volume = self._service.settled_volume(call, call.query["volume_id"])
        schedule = self._of(volume)
        if schedule is None or schedule.id != call.path["snapshot_schedule_id"]:
            raise not_found("snapshot_schedule")
        return schedule

    @operation("CreateSnapshotSchedule")
    def create(self, call: Call) -> Reply:
        """Give a volume its schedule; the answer has no id."""
        volume = self._service.settled_volume(call, call.body["volume_id"])
        self._service.snapshot_part.check_target(volume)
        values = _values(call.body)
        if self._of(volume) is not None:
            raise self._service.conflict("The volume has a snapshot schedule already.", "schedule_duplicate")
        schedule = Schedule(account_id=call.account_id, volume_id=volume.id, **values)
        self._service.schedules.add(schedule)
        self._plan(schedule)
        return Reply(202, _answer(schedule))

    @operation("ListSnapshotSchedule")
    def list(self, call: Call) -> Reply:
        """A volume's schedule as a list of at most one, with the id."""
        volume = self._service.volume(call, call.query["volume_id"])
        schedule = self._of(volume)
        shown = call.listed([schedule] if schedule else [])
        answer: dict[str, Any] = {"volume_id": volume.id, "snapshot_policy_enabled": bool(shown)}
        if shown:
            answer["snapshot_retention_count"] = shown[0].retention
        answer["snapshot_schedule"] = [{**_plain(s), "id": s.id} for s in shown]
        return Reply(200, answer)

    @operation("SetSnapshotSchedule")
    def set(self, call: Call) -> Reply:
        """Change a schedule; the retention stays where it is left out."""
        schedule = self._this(call)
        values = _values(call.body, schedule.retention)
        for name, value in values.items():
            setattr(schedule, name, value)
        schedule.revision += 1
        self._plan(schedule)
        return Reply(202, _answer(schedule))

    @operation("DeleteSnapshotSchedule")
    def delete(self, call: Call) -> Reply:
        """End a schedule; the snapshots that it took stay."""
        self._service.schedules.remove(self._this(call).id)
        return Reply(202)

    def _plan(self, schedule: Schedule) -> None:
        """Let the schedule fire at its next hour, which is a Korean one."""
        seconds = until_next(self._world.now, int(schedule.hour), schedule.day_of_week)
        self._service.after(seconds, "schedule_fires", schedule_id=schedule.id, revision=schedule.revision)

    @event("schedule_fires")
    def _fires(self, data: Mapping[str, Any]) -> None:
        """Take a snapshot, drop those over the retention, and plan the next."""
        service = self._service
        schedule = service.schedules.get(data["schedule_id"])
        if schedule is None or schedule.revision != data["revision"]:
            return
        volume = service.volumes.get(schedule.volume_id)
        if volume is not None and volume.state == "available":
            if len(service.snapshots_of(volume.id, system=False)) < MOST:
                service.snapshot_part.take(volume, "schedule")
            own = [s for s in service.snapshots_of(volume.id) if s.origin == "schedule"]
            for old in own[: -schedule.retention]:
                service.snapshots.remove(old.id)
        self._plan(schedule)


def _values(body: Mapping[str, Any], retention: int = DEFAULT_RETENTION) -> dict[str, Any]:
    """The fields of a schedule that a body asks for.

    :raises ApiError: 400, the retention is out of range, or the day does not go with the frequency.
    """
    plan = body["snapshot_schedule"]
    asked = body.get("snapshot_retention_count")
    retention = retention if asked is None else asked
    if not 1 <= retention <= MAX_RETENTION:
        edge = "less than or equal to 128" if retention > 1 else "greater than or equal to 1"
        raise validation_error(f"Input should be {edge}")
    day = plan.get("day_of_week")
    if (plan["frequency"] == "WEEKLY") != (day is not None):
        raise validation_error("Value error, day_of_week goes with WEEKLY")
    return {"frequency": plan["frequency"], "day_of_week": day, "hour": plan["hour"], "retention": retention}


def _plain(schedule: Schedule) -> dict[str, Any]:
    return {"frequency": schedule.frequency, "day_of_week": schedule.day_of_week, "hour": schedule.hour}


def _answer(schedule: Schedule) -> dict[str, Any]:
    return {
        "snapshot_retention_count": schedule.retention,
        "volume_id": schedule.volume_id,
        "snapshot_schedule": _plain(schedule),
    }
