# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot schedules of Block Storage (BM) volumes and groups: one each, without an id (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.session import Call
from ...engine.lookup import Finder, LookupSpec
from ...engine.overlay import ResponsePatch, updated
from ...engine.plan import Step
from ...engine.resource import Resource
from ...operations import baremetal_blockstorage as api
from .. import snapshots
from .lookup import GROUPS, NO_SCHEDULE, VOLUMES, changing, find_owner, label_of, schedule_of, show_owner
from .snapshot_owner import broken_owner, describe_owner, read_only, required_owner, without_snapshots

HOURS = range(24)


@dataclass(frozen=True)
class ScheduleTable:
    """The operations on the schedules of one kind of owner.

    :param option: the module option that names the owner.
    """

    owners: LookupSpec
    option: str
    create: Call
    change: Call
    delete: Call


@dataclass(frozen=True)
class ScheduleState:
    """A volume or a group, and its schedule.

    :ivar schedule: as results show it; ``day_of_week`` is ``None`` where it is daily.
    :ivar blockers: what keeps the owner from having one, with what to do about it.
    """

    owner: dict[str, Any] | None
    schedule: dict[str, Any] | None = None
    blockers: tuple[str, ...] = ()


class Schedule(Resource[ScheduleState]):
    """What ``scp_bm_volume_snapshot_schedule`` and ``scp_bm_volume_group_snapshot_schedule`` do."""

    result_key = "snapshot_schedule"
    table: ClassVar[ScheduleTable]

    def check(self) -> None:
        hour = self.params.get("hour")
        if hour is not None and hour not in HOURS:
            raise StorageError(f"hour must be from 0 to 23 (Korean time, UTC+9), not {hour}.")

    def find(self) -> ScheduleState:
        kind, finder = self.table.owners, Finder(self.client, self.table.owners)
        wanted = self.params[self.table.option]
        if self.wants_absent:
            return self._with_schedule(ScheduleState(None), find_owner(finder, wanted))
        owner = required_owner(finder, wanted)
        state = self._with_schedule(ScheduleState(None), owner)
        if state.schedule is not None or changing(kind, owner):
            return state  # for what is changing, it is read again when that has ended
        found = [*without_snapshots(kind, owner), *read_only(self.client, kind, owner)]
        if group := owner.get("volume_group"):
            found.append(
                f"it is in the volume group {describe_owner(group)}, whose members have no separate schedule"
                " (scp_bm_volume_group_snapshot_schedule gives the group one)"
            )
        return replace(state, blockers=tuple(found))

    def _with_schedule(self, state: ScheduleState, owner: dict[str, Any] | None) -> ScheduleState:
        found = schedule_of(owner)
        if owner is None or found is None:
            return replace(state, owner=owner, schedule=None)
        fields = {name: found.get(name) for name in ("frequency", "day_of_week", "hour")}
        return replace(state, owner=owner, schedule={self.table.owners.option: owner["id"], **fields})

    def refresh(self, state: ScheduleState) -> ScheduleState:
        if state.owner is None:
            return state
        return self._with_schedule(state, show_owner(Finder(self.client, self.table.owners), state.owner["id"]))

    def next_step(self, state: ScheduleState) -> Step[ScheduleState] | None:
        if state.owner is None:
            return None
        if self.wants_absent:
            return self._delete(state.owner) if state.schedule else None
        present = state.schedule or {}
        hour = self.params["hour"] if self.params.get("hour") is not None else present.get("hour")
        day = self.params.get("day_of_week")
        label = label_of(self.table.owners)
        if hour is None:
            raise StorageError(f"The snapshot schedule of {label} {state.owner['name']} needs hour.")
        wanted = {"frequency": "WEEKLY" if day else "DAILY", "day_of_week": day, "hour": hour}
        if all(present.get(name) == value for name, value in wanted.items()):
            return None
        if state.blockers:
            raise StorageError(
                f"{label.capitalize()} {describe_owner(state.owner)} cannot have a snapshot schedule:"
                f" {'; and '.join(state.blockers)}."
            )
        return self._write(state, wanted)

    def _write(self, state: ScheduleState, wanted: dict[str, Any]) -> Step[ScheduleState]:
        address = {self.table.owners.option: str((state.owner or {})["id"])}

        def effect(before: ScheduleState, _answer: Mapping[str, Any]) -> ScheduleState:
            return replace(before, schedule={**address, **wanted})

        def done(seen: ScheduleState) -> bool:
            return all((seen.schedule or {}).get(name) == value for name, value in wanted.items())

        return Step(
            self.table.change if state.schedule else self.table.create,
            effect,
            path=address,
            body={name: wanted[name] for name in ("day_of_week", "hour") if wanted[name] is not None},
            done=done,
            is_retryable=snapshots.busy,
        )

    def _delete(self, owner: Mapping[str, Any]) -> Step[ScheduleState]:
        return Step(
            self.table.delete,
            lambda before, _answer: replace(before, schedule=None),
            path={self.table.owners.option: owner["id"]},
            done=lambda seen: seen.schedule is None,
            is_retryable=snapshots.busy,
        )

    def pending(self, state: ScheduleState) -> str:
        under_way = changing(self.table.owners, state.owner)
        return under_way if under_way and self.next_step(state) else ""

    def failed(self, state: ScheduleState) -> str:
        return broken_owner(self.table.owners, state.owner)

    def view(self, state: ScheduleState) -> dict[str, Any]:
        return dict(state.schedule or {})

    def managed(self, state: ScheduleState) -> dict[str, Any] | None:
        if state.schedule is None:
            return None
        return {name: state.schedule[name] for name in ("frequency", "day_of_week", "hour")}

    def planned_responses(self, before: ScheduleState, after: ScheduleState) -> Iterable[ResponsePatch]:
        owner_id = str((after.owner or {})["id"])
        return updated(self.table.owners, owner_id, {"snapshot_schedule": after.schedule or NO_SCHEDULE})


class VolumeSchedule(Schedule):
    """``scp_bm_volume_snapshot_schedule``."""

    table = ScheduleTable(
        VOLUMES,
        "volume",
        create=api.CREATE_VOLUME_SNAPSHOT_SCHEDULE,
        change=api.SET_VOLUME_SNAPSHOT_SCHEDULE,
        delete=api.DELETE_VOLUME_SNAPSHOT_SCHEDULE,
    )


class GroupSchedule(Schedule):
    """``scp_bm_volume_group_snapshot_schedule``."""

    table = ScheduleTable(
        GROUPS,
        "volume_group",
        create=api.CREATE_VOLUME_GROUP_SNAPSHOT_SCHEDULE,
        change=api.SET_VOLUME_GROUP_SNAPSHOT_SCHEDULE,
        delete=api.DELETE_VOLUME_GROUP_SNAPSHOT_SCHEDULE,
    )
