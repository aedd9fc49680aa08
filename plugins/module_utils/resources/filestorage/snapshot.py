# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage snapshots and the schedule that takes them (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import StorageError
from ...engine.listing import ListEntry
from ...engine.lookup import Finder
from ...engine.overlay import ResponsePatch
from ...engine.plan import UNKNOWN_ID, Step, known_id
from ...engine.resource import Resource
from ...operations import filestorage as api
from .. import snapshots
from .lookup import VOLUMES, read_schedule

SNAPSHOTS = snapshots.SnapshotTable(
    owners=VOLUMES,
    create=api.CREATE_SNAPSHOT,
    listing=api.LIST_SNAPSHOTS,
    delete=api.DELETE_SNAPSHOT,
    restore=api.RESTORE_SNAPSHOT,
    schedule=api.LIST_SNAPSHOT_SCHEDULE,
)


class Snapshot(snapshots.Snapshot):
    """``scp_filestorage_snapshot``."""

    table = SNAPSHOTS


class SnapshotInfo(snapshots.SnapshotInfo):
    """``scp_filestorage_snapshot_info``."""

    table = SNAPSHOTS


@dataclass(frozen=True)
class ScheduleState:
    """A volume and its schedule, flat."""

    volume: dict[str, Any] | None
    schedule: dict[str, Any] | None = None


class SnapshotSchedule(Resource[ScheduleState]):
    """``scp_filestorage_snapshot_schedule``."""

    result_key = "snapshot_schedule"

    def check(self) -> None:
        count = self.params.get("snapshot_retention_count")
        if count is not None and not 1 <= count <= 128:
            raise StorageError(f"snapshot_retention_count must be from 1 to 128, not {count}.")

    def find(self) -> ScheduleState:
        finder = Finder(self.client, VOLUMES)
        volume = finder.one(self.params["volume"]) if self.wants_absent else finder.required(self.params["volume"])
        return ScheduleState(volume, read_schedule(self.client, volume["id"]) if volume else None)

    def refresh(self, state: ScheduleState) -> ScheduleState:
        if state.volume is None:
            return state
        return replace(state, schedule=read_schedule(self.client, state.volume["id"]))

    def next_step(self, state: ScheduleState) -> Step[ScheduleState] | None:
        if state.volume is None:
            return None
        if self.wants_absent:
            return self._delete(state) if state.schedule else None
        wanted = self._merged(state)
        if state.schedule is None:
            return self._write(state, wanted, api.CREATE_SNAPSHOT_SCHEDULE)
        if all(state.schedule.get(name) == value for name, value in wanted.items()):
            return None
        return self._write(state, wanted, api.SET_SNAPSHOT_SCHEDULE)

    def _merged(self, state: ScheduleState) -> dict[str, Any]:
        """The schedule that is asked for: what the task says over what is there."""
        fields = ("frequency", "day_of_week", "hour", "snapshot_retention_count")
        present = state.schedule or {}
        wanted = {
            name: self.params[name] if self.params.get(name) is not None else present.get(name) for name in fields
        }
        if wanted["frequency"] == "DAILY":
            if self.params.get("day_of_week"):
                raise StorageError("day_of_week goes with frequency WEEKLY only. Leave it out, or ask for WEEKLY.")
            wanted["day_of_week"] = None
        missing = [name for name in ("frequency", "hour") if wanted[name] is None]
        if wanted["frequency"] == "WEEKLY" and not wanted["day_of_week"]:
            missing.append("day_of_week, which goes with WEEKLY")
        if missing:
            volume = (state.volume or {})["name"]
            raise StorageError(f"The snapshot schedule of volume {volume} needs {' and '.join(missing)}.")
        if wanted["snapshot_retention_count"] is None:
            del wanted["snapshot_retention_count"]
        return wanted

    def _write(self, state: ScheduleState, wanted: dict[str, Any], operation: Any) -> Step[ScheduleState]:
        volume_id = (state.volume or {})["id"]
        schedule = {name: wanted[name] for name in ("frequency", "day_of_week", "hour") if wanted[name] is not None}
        body: dict[str, Any] = {"snapshot_schedule": schedule}
        if "snapshot_retention_count" in wanted:
            body["snapshot_retention_count"] = wanted["snapshot_retention_count"]
        address: dict[str, Any] = {}
        if operation is api.CREATE_SNAPSHOT_SCHEDULE:
            body["volume_id"] = volume_id
        else:
            address = self._address(state)

        def effect(before: ScheduleState, _answer: Mapping[str, Any]) -> ScheduleState:
            return replace(
                before, schedule={"volume_id": volume_id, "id": UNKNOWN_ID, **(before.schedule or {}), **wanted}
            )

        def done(seen: ScheduleState) -> bool:
            return seen.schedule is not None and all(seen.schedule.get(name) == value for name, value in wanted.items())

        listed = operation is api.CREATE_SNAPSHOT_SCHEDULE
        return Step(operation, effect, body=body, done=done, listed=listed, **address)

    def _delete(self, state: ScheduleState) -> Step[ScheduleState]:
        return Step(
            api.DELETE_SNAPSHOT_SCHEDULE,
            lambda before, _answer: replace(before, schedule=None),
            is_retryable=snapshots.busy,
            done=lambda seen: seen.schedule is None,
            **self._address(state),
        )

    @staticmethod
    def _address(state: ScheduleState) -> dict[str, Any]:
        schedule = state.schedule or {}
        return {
            "path": {"snapshot_schedule_id": schedule["id"]},
            "query": {"volume_id": schedule["volume_id"]},
        }

    def list_entries(self, state: ScheduleState) -> Sequence[ListEntry]:
        if state.volume is None or known_id(state.schedule or {}):
            # Its id is read from the list, which is all that shows it.
            return ()
        volume = state.volume

        def schedules() -> list[dict[str, Any]]:
            return self.client.read_list(api.LIST_SNAPSHOT_SCHEDULE, query={"volume_id": volume["id"]})

        return [ListEntry(f"the snapshot schedule of {VOLUMES.title} {volume['name']!r}", self.region, schedules)]

    def view(self, state: ScheduleState) -> dict[str, Any]:
        return dict(state.schedule or {})

    def managed(self, state: ScheduleState) -> dict[str, Any] | None:
        if state.schedule is None:
            return None
        fields = ["frequency", "day_of_week", "hour"]
        if self.params.get("snapshot_retention_count") is not None:
            fields.append("snapshot_retention_count")
        return {name: state.schedule.get(name) for name in fields}

    def planned_responses(self, before: ScheduleState, after: ScheduleState) -> Iterable[ResponsePatch]:
        listed = [after.schedule] if after.schedule else []
        return [
            ResponsePatch(api.LIST_SNAPSHOT_SCHEDULE, lambda _items: listed, {"volume_id": (after.volume or {})["id"]})
        ]
