# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore points: what jobs have kept. The API calls them restore targets (platform-behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ...client.errors import CallError, NotFound, StorageError
from ...client.parallel import map_concurrently
from ...engine.durations import parse_age, parse_moment
from ...engine.lookup import Finder
from ...engine.plan import Step
from ...engine.resource import Info, Resource
from ...operations import backup as api
from .lookup import (
    ABOUT_SESSIONS,
    BACKUPS,
    LONG_AGO,
    find_backup,
    in_error,
    leaving,
    moment_of,
    named,
    read_points,
    under_way,
    word,
)

#: What an option says for the newest restore point.
LATEST = "latest"
#: As many restore points are listed in an error.
MAX_LISTED = 5
_ID = "restore_target_id"
#: Schedules are named after their type; whatever is not named so is taken for a full one.
_INCREMENTAL = "INCREMENTAL"


def busy(error: CallError) -> bool:
    """While a backup changes, or a job runs, a call may be refused with 409 (platform-behaviour.md §8)."""
    return error.status == 409


def broken_backup(backup: Mapping[str, Any] | None) -> str:
    """Why a backup cannot be used; empty when it can."""
    if backup is None or not in_error(backup):
        return ""
    return (
        f"Backup {named(backup)} is in state {backup['state']}, and the service gives no reason. Ask the support of the"
        " platform, or delete it with scp_backup and state absent, with all that it has kept."
    )


def restorable(point: Mapping[str, Any]) -> bool:
    """Whether the service says that a restore point can be restored."""
    return bool(point.get("is_restore_available"))


def describe_points(points: Sequence[Mapping[str, Any]]) -> str:
    """Some restore points, the newest first, with their ids and moments."""
    shown = ", ".join(f"{point[_ID]} of {point.get('backup_start_time')}" for point in points[:MAX_LISTED])
    return f"{len(points)}, the newest of them {shown}" if len(points) > MAX_LISTED else shown


def chosen_point(points: Sequence[dict[str, Any]], wanted: str) -> tuple[dict[str, Any] | None, str]:
    """The restore point of an id, or the newest that can be restored; and why there is none, for the user.

    :param points: the newest first.
    """
    if not points:
        return None, "it has no restore point yet (scp_backup_run makes one)"
    if wanted == LATEST:
        found = next((point for point in points if restorable(point)), None)
        return found, "" if found else f"none of its restore points can be restored ({describe_points(points)})"
    found = next((point for point in points if point[_ID] == wanted), None)
    if found is None:
        return None, f"it has no restore point {wanted!r} (there are: {describe_points(points)})"
    if not restorable(found):
        return (
            None,
            f"restore point {wanted} cannot be restored, as the service says (there are: {describe_points(points)})",
        )
    return found, ""


@dataclass(frozen=True)
class PointState:
    """A backup and its restore points, the newest first.

    :ivar limit: what is younger stays.
    :ivar removed: the restore points that this task deleted, the newest first.
    """

    backup: dict[str, Any] | None
    points: tuple[dict[str, Any], ...] = ()
    limit: datetime | None = None
    removed: tuple[dict[str, Any], ...] = ()


class RestorePoint(Resource[PointState]):
    """``scp_backup_restore_point``: restore points go, by id, by age or by number."""

    result_key = "restore_point"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit: datetime | None = None

    def check(self) -> None:
        if self.params.get("older_than") is not None:
            parse_age("older_than", self.params["older_than"])
        if self.params.get("keep") is not None and self.params["keep"] < 1:
            raise StorageError("keep must be at least 1. To delete the newest restore point too, name it.")

    def find(self) -> PointState:
        backup = find_backup(Finder(self.client, BACKUPS), self.params["backup"])
        if backup is None or leaving(backup):
            return PointState(None)
        points = tuple(read_points(self.client, str(backup["id"])))
        if self._limit is None and self.params.get("older_than") is not None:
            self._limit = self.client.now() - parse_age("older_than", self.params["older_than"])
        return PointState(backup, points, self._limit)

    def refresh(self, state: PointState) -> PointState:
        if state.backup is None:
            return state
        backup = state.backup
        if under_way("backup", backup):
            backup = Finder(self.client, BACKUPS).by_id(str(backup["id"])) or backup
        return replace(state, backup=backup, points=tuple(read_points(self.client, str(backup["id"]))))

    def next_step(self, state: PointState) -> Step[PointState] | None:
        doomed = self._doomed(state)
        if not doomed or state.backup is None:
            return None
        if failure := broken_backup(state.backup):
            raise StorageError(failure)
        ids = [str(point[_ID]) for point in reversed(doomed)]

        def effect(before: PointState, _answer: Mapping[str, Any]) -> PointState:
            left = tuple(point for point in before.points if point[_ID] not in ids)
            return replace(before, points=left, removed=tuple(doomed))

        return Step(
            api.DELETE_BACKUP_RESTORE_TARGET,
            effect,
            path={"backup_id": state.backup["id"]},
            body={"restore_target_ids": ids, "session_id": self.params.get("otp_session_id")},
            insist=("session_id",) if self.params.get("otp_session_id") else (),
            advice=ABOUT_SESSIONS,
            done=lambda seen: not any(point[_ID] in ids for point in seen.points),
            is_retryable=lambda error: busy(error) or isinstance(error, NotFound),
        )

    def _doomed(self, state: PointState) -> list[dict[str, Any]]:
        """The restore points to delete, the newest first."""
        if state.removed:
            return []
        if (named := self.params.get("restore_points")) is not None:
            return [point for point in state.points if point[_ID] in named]
        points = list(state.points)
        usable = [number for number, point in enumerate(points) if restorable(point)]
        if not usable:
            return []
        if self.params.get("keep") is not None:
            last = usable[: self.params["keep"]][-1]
        else:
            limit = state.limit or LONG_AGO
            # The newest one stays, however old it is.
            last = max([usable[0], *(number for number, point in enumerate(points) if moment_of(point) >= limit)])
        # What an incremental one builds on stays with it: all back to the full one.
        while last < len(points) and str(points[last].get("schedule_name")).upper().startswith(_INCREMENTAL):
            last += 1
        return points[last + 1 :]

    def pending(self, state: PointState) -> str:
        return under_way("backup", state.backup) if self._doomed(state) else ""

    def view(self, state: PointState) -> dict[str, Any]:
        """The newest that there is."""
        if state.backup is None or not state.points:
            return {}
        return {"backup_id": state.backup["id"], **state.points[0]}

    def managed(self, state: PointState) -> dict[str, Any] | None:
        ids = [str(point[_ID]) for point in reversed(state.points)]
        return {"backup": (state.backup or {}).get("name"), "restore_points": ids}

    def extras(self, before: PointState, after: PointState) -> dict[str, Any]:
        present = {point[_ID] for point in (*after.points, *after.removed)}
        dropped = [point for point in before.points if point[_ID] not in present]
        backup_id = (before.backup or {}).get("id")
        return {
            f"{how}_restore_points": [{"backup_id": backup_id, **point} for point in reversed(points)]
            for how, points in (("deleted", after.removed), ("dropped", dropped))
        }


class RestorePointInfo(Info):
    """``scp_backup_restore_point_info``."""

    plural = "restore_points"

    def read(self) -> dict[str, Any]:
        earliest, latest = (self._moment(name) for name in ("backup_start_time", "backup_end_time"))
        path = self.params.get("path")
        backups = self._backups()
        wanted = self._wanted(backups)
        asked = {
            name: _written(moment)
            for name, moment in (("backup_start_time", earliest), ("backup_end_time", latest))
            if moment is not None
        }
        read = map_concurrently(lambda one: self._points(one, asked), wanted)
        # Of the same moment, the order of the backups decides.
        points = sorted((point for listed in read for point in listed), key=moment_of, reverse=True)
        # Whether the ends belong to the time that is asked for is not documented.
        points = [
            point
            for point in points
            if (earliest is None or moment_of(point) >= earliest) and (latest is None or moment_of(point) <= latest)
        ]
        result: dict[str, Any] = {self.plural: points}
        result["backups"] = [{name: backup[name] for name in ("id", "name")} for backup in backups]
        if path:
            result["files"] = self._files(wanted[0], points, path) if wanted else []
        return result

    def _backups(self) -> list[dict[str, Any]]:
        """The backups of the server that is named, or the one that is."""
        server, policy_type = self.params.get("server_name"), self.params.get("policy_type")
        if server is None:
            found = find_backup(Finder(self.client, BACKUPS), self.params["backup"])
            listed = [] if found is None else [found]
        else:
            listed = self.client.read_list(api.LIST_BACKUPS, query={"server_name": server})
            # The filter also finds names that only begin so.
            listed = [one for one in listed if one["server_name"] == server]
        return [one for one in listed if policy_type in (None, word(one, "policy_type"))]

    def _wanted(self, backups: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of the server's backups whose restore points are asked for."""
        wanted = self.params.get("backup")
        if wanted is None or self.params.get("server_name") is None:
            return backups
        return [one for one in backups if one["name"] == wanted] or [one for one in backups if one["id"] == wanted]

    def _points(self, backup: Mapping[str, Any], asked: Mapping[str, str]) -> list[dict[str, Any]]:
        points = read_points(self.client, str(backup["id"]), **asked)
        return [{"backup_id": backup["id"], **point} for point in points]

    def _moment(self, option: str) -> datetime | None:
        text = self.params.get(option)
        if text is None:
            return None
        moment = parse_moment(text)
        if moment is None:
            raise StorageError(
                f"{option} {text!r} is not a time. Write it as 2026-10-01T05:21:50Z, or with another zone as"
                " 2026-10-01T14:21:50+09:00; without a zone it is UTC."
            )
        return moment

    def _files(self, backup: Mapping[str, Any], points: Sequence[dict[str, Any]], path: str) -> list[dict[str, Any]]:
        """What is in a folder of a restore point.

        :raises StorageError: there is no such restore point, or it has no files to list.
        """
        if word(backup, "policy_type") != "FILESYSTEM":
            raise StorageError(
                f"Backup {named(backup)} keeps images of a server, in which files cannot be listed. Leave out path."
            )
        point, blocker = chosen_point(points, self.params["restore_point"])
        if point is None:
            raise StorageError(f"The files of backup {named(backup)} cannot be listed: {blocker}.")
        try:
            return self._listed(backup, point, path)
        except NotFound:
            return []

    def _listed(self, backup: Mapping[str, Any], point: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
        listed: Iterable[Mapping[str, Any]] = self.client.read_list(
            api.LIST_FILESYSTEM_PATH,
            path={"backup_id": str(backup["id"])},
            query={_ID: point[_ID], "path": path},
        )
        return [{_ID: point[_ID], **item} for item in listed]


def _written(moment: datetime) -> str:
    """A time as the service prints it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
