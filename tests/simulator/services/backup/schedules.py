# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules: what they may say, and that backups run when they say so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ...clock import KOREAN_TIME
from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...tables import SeedError
from ..common import DAYS
from .models import Policy, Schedule
from .serializers import authored

if TYPE_CHECKING:
    from .service import Backup

MAX_INCREMENTAL = 6
_TIME = re.compile(r"([01][0-9]|2[0-3]):(00|30):00")
_NEEDS = {"DAILY": (), "WEEKLY": ("start_day",), "MONTHLY": ("start_week", "start_day")}
_WEEKS = ("WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4")
_FURTHEST = 43
"""Days within which every schedule runs once: a month and, for its last week, some more."""


class Schedules:
    """The operations on schedules, and their firing."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def checked(self, asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The fields of the schedules that are asked for.

        :raises ApiError: 400, they break a rule: one full and up to six incremental, each at a possible time.
        """
        kinds = [schedule["type"] for schedule in asked]
        if kinds.count("FULL") != 1:
            raise self._service.refused("InvalidSchedule", "A backup has exactly one FULL schedule.")
        if kinds.count("INCREMENTAL") > MAX_INCREMENTAL:
            raise self._service.refused("InvalidSchedule", f"It has up to {MAX_INCREMENTAL} INCREMENTAL schedules.")
        return [self._checked_one(schedule) for schedule in asked]

    def _checked_one(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if not _TIME.fullmatch(asked["start_time"]):
            raise validation_error("Value error, start_time should be HH:MM:SS, each half hour")
        values = dict.fromkeys(("start_day", "start_week")) | dict(asked)
        needed = _NEEDS[asked["frequency"]]
        if not all(values[name] for name in needed):
            raise validation_error("Field required")
        extra = [name for name in ("start_day", "start_week") if values[name] and name not in needed]
        how = self._world.switches.text("backup_schedule_extra")
        if extra and how == "400":
            raise validation_error("Value error, start_day or start_week without use")
        return values | (dict.fromkeys(extra) if how == "drop" else {})

    def replace(self, backup: Policy, values: Sequence[Mapping[str, Any]]) -> None:
        """Put new schedules in place of all that a backup has."""
        for schedule in self._service.schedules_of(backup):
            self._service.schedules.remove(schedule.id)
        for fields in values:
            self._service.schedules.add(Schedule(account_id=backup.account_id, backup_id=backup.id, **fields))

    def complete(self, schedule: Schedule) -> None:
        """Give a new schedule its name and its first run.

        :raises SeedError: it is from a seed, and there is no such time of the day.
        """
        if not _TIME.fullmatch(schedule.start_time):
            raise SeedError(f"start_time must be HH:MM:SS, each half hour, not {schedule.start_time!r}")
        if not schedule.name:
            stem = f"{schedule.type}_{schedule.frequency}_{schedule.start_time}"
            schedule.name = f"{stem}-{self._world.new_suffix()}"
        if not schedule.planned:
            schedule.planned = True
            self._plan(schedule)

    @operation("ListBackupSchedules")
    def listed(self, call: Call) -> Reply:
        """All schedules of a backup, the full one first."""
        backup = self._service.backup(call)
        shown = [self._shown(schedule) for schedule in call.listed(self._service.schedules_of(backup))]
        return Reply(200, {"count": len(shown), "contents": shown})

    @staticmethod
    def _shown(schedule: Schedule) -> dict[str, Any]:
        plain = ("id", "backup_id", "name", "type", "frequency", "start_time", "start_day", "start_week")
        return {**{name: getattr(schedule, name) for name in plain}, **authored(schedule), "state": "AVAILABLE"}

    # --- firing -------------------------------------------------------------------------------------------------

    def _plan(self, schedule: Schedule) -> None:
        """Let the schedule fire at its next time."""
        zone = KOREAN_TIME if self._world.switches.text("backup_schedule_zone") == "KST" else UTC
        here = datetime.fromtimestamp(self._world.now, tz=zone)
        hour, minute, _ignored = map(int, schedule.start_time.split(":"))
        days = (here.date() + timedelta(days=number) for number in range(_FURTHEST))
        moments = (datetime.combine(day, time(hour, minute), zone) for day in days if _is_day(schedule, day))
        then = next((moment for moment in moments if moment > here), None)
        if then is not None:
            self._service.after(then.timestamp() - self._world.now, "schedule_fires", schedule_id=schedule.id)

    @event("schedule_fires")
    def _fires(self, data: Mapping[str, Any]) -> None:
        """Let the backup run, unless it is changing or running just now, and plan the next time."""
        service = self._service
        schedule = service.schedules.get(data["schedule_id"])
        if schedule is None:
            return
        backup = service.backups.get(schedule.backup_id)
        if backup is not None and backup.state == "AVAILABLE" and not service.job_part.running(backup):
            service.job_part.begin(backup, schedule.type, schedule.id, schedule.name)
        self._plan(schedule)


def _is_day(schedule: Schedule, day: date) -> bool:
    """Whether a schedule runs on a day; the first week of a month has the first of each day of the week [assumed]."""
    if schedule.frequency == "DAILY":
        return True
    if DAYS[day.weekday()] != schedule.start_day:
        return False
    if schedule.frequency == "WEEKLY":
        return True
    if schedule.start_week == "WEEK_LAST":
        return (day + timedelta(days=7)).month != day.month
    return schedule.start_week in _WEEKS and _WEEKS.index(schedule.start_week) == (day.day - 1) // 7
