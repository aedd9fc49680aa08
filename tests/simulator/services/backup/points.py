# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore targets: what jobs have kept, until its retention is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ..common import asked_moment, between, moment_of, sorted_as
from .models import Point, Policy
from .serializers import zulu

if TYPE_CHECKING:
    from .service import Backup

_MONTHS = {"MONTH_1": 1, "MONTH_3": 3, "MONTH_6": 6}
_DAYS = {"WEEK_2": 14, "YEAR_1": 365}
_DAY = 86400.0


class Points:
    """The operations on restore targets, and their end."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("ListBackupRestoreTargets")
    def listed(self, call: Call) -> Reply:
        """One page of what a backup can be restored to, the newest first unless asked otherwise [assumed]."""
        query = call.query
        earliest, latest = asked_moment(query["backup_start_time"]), asked_moment(query["backup_end_time"])
        found = self._service.points_of(self._service.backup(call))
        found = [p for p in found if between(moment_of(p.backup_start_time), earliest, latest)]
        sort = query["sort"] or "backup_start_time:desc"
        found = sorted_as(found, sort, ("backup_start_time", "schedule_name", "usage_gb", "retention_period"))
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._shown(point) for point in page]})

    @staticmethod
    def _shown(point: Point) -> dict[str, Any]:
        plain = ("retention_period", "schedule_id", "schedule_name", "usage_gb")
        return {
            **{name: getattr(point, name) for name in plain},
            "backup_start_time": zulu(point.backup_start_time),
            "is_restore_available": not point.broken,
            "restore_target_id": point.id,
        }

    @operation("DeleteBackupRestoreTarget")
    def delete(self, call: Call) -> Reply:
        """Delete restore targets of a backup, all that are named or none; until they are gone they cannot be used."""
        service = self._service
        ids = call.body["restore_target_ids"]
        if not ids:
            raise validation_error("List should have at least 1 item after validation, not 0")
        service.check_session(call)
        backup = service.available(call)
        doomed = [service.point(backup, point_id) for point_id in dict.fromkeys(ids)]
        if {restore.point_id for restore in service.restoring(backup)} & set(ids):
            raise service.conflict("The restore target is being restored.")
        left = [point for gone in doomed for point in self._building_on(gone) if point.id not in ids]
        if left and self._world.switches.text("backup_point_chain") == "400":
            raise service.refused("InvalidRestoreTarget", "Incremental restore targets build on it.")
        for point in doomed:
            point.broken = True
            seconds = self._world.switches.number("backup_point_delete_seconds")
            service.after(seconds, "point_gone", point_id=point.id)
        return service.accepted(backup.id)

    def _building_on(self, point: Point) -> list[Point]:
        """The incremental restore targets after a full one, up to the next full one."""
        backup = self._service.backups.get(point.backup_id)
        if backup is None or point.type != "FULL":
            return []
        newer = [p for p in self._service.points_of(backup) if p.backup_start_time > point.backup_start_time]
        full = next((index for index, found in enumerate(newer) if found.type == "FULL"), len(newer))
        return newer[:full]

    # --- retention ----------------------------------------------------------------------------------------------

    def complete(self, point: Point) -> None:
        """Let a new restore target have its end."""
        if not point.planned:
            point.planned = True
            point.expires_at = point.expires_at or self._end(point)
            self._plan(point)

    def _end(self, point: Point) -> float:
        """When the retention of a restore target is over, in seconds since the epoch."""
        period = point.retention_period
        days = _DAYS.get(period) or _MONTHS.get(period, 0) * self._world.switches.count("backup_month_days")
        return moment_of(point.backup_start_time) + days * _DAY

    def _plan(self, point: Point) -> None:
        self._service.after(point.expires_at - self._world.now, "point_expires", point_id=point.id)

    def retention_changed(self, backup: Policy) -> None:
        """A backup's retention period is another one; what is kept already may follow."""
        if self._world.switches.text("backup_retention_applies") == "all":
            for point in self._service.points_of(backup):
                point.retention_period = backup.retention_period
                point.expires_at = self._end(point)
                self._plan(point)

    @event("point_expires")
    def _expires(self, data: Mapping[str, Any]) -> None:
        """The retention of a restore target is over, unless it was changed since; a running restore lets it wait."""
        point = self._service.points.get(data["point_id"])
        if point is None or point.expires_at > self._world.now:
            return
        if any((r.point_id, r.restore_state) == (point.id, "INPROGRESS") for r in self._service.restores):
            point.expires_at = self._world.now + _DAY
            self._plan(point)
            return
        self._remove(point)

    @event("point_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted restore target is gone."""
        point = self._service.points.get(data["point_id"])
        if point is not None:
            self._remove(point)

    def _remove(self, point: Point) -> None:
        how = self._world.switches.text("backup_point_chain")
        for dependent in self._building_on(point):
            if how == "goes":
                self._service.points.remove(dependent.id)
            elif how == "breaks":
                dependent.broken = True
        self._service.points.remove(point.id)
