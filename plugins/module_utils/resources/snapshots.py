# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a volume: the same life for every service that has them, described by a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ..client.errors import CallError, StorageError
from ..client.session import Call
from ..engine.ages import KOREAN_TIME, parse_age, parse_moment
from ..engine.plan import UNKNOWN_ID, Step
from ..engine.references import Finder, Kind
from ..engine.resource import Info, Resource

#: Snapshots that a replication made carry this prefix (behaviour.md §5).
SYSTEM_PREFIX = "snapmirror."
#: A schedule's snapshot is at most this much later than its hour.
SCHEDULE_TOLERANCE = timedelta(minutes=10)
_NAME_TIME = "%Y-%m-%d_%H%M%S"
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: States in which a snapshot or its volume is at rest.
_AT_REST = "available"


def is_system(snapshot: Mapping[str, Any]) -> bool:
    """Whether a replication made the snapshot."""
    return str(snapshot["name"]).startswith(SYSTEM_PREFIX)


def taken_at(snapshot: Mapping[str, Any]) -> datetime | None:
    """When a snapshot was taken: by its name, which is in Korean time, otherwise by ``created_at``."""
    try:
        return datetime.strptime(str(snapshot["name"]).rpartition(".")[2], _NAME_TIME).replace(tzinfo=KOREAN_TIME)
    except ValueError:
        return parse_moment(str(snapshot.get("created_at")))


def busy(error: CallError) -> bool:
    """A delete may be refused with 409 for a moment (behaviour.md §5)."""
    return error.status == 409


@dataclass(frozen=True)
class SnapshotTable:
    """The operations of one service's snapshots.

    :param volumes: the kind of thing that has the snapshots.
    :param schedule: list operation of the schedule; ``None`` where the service has none.
    """

    volumes: Kind
    create: Call
    listing: Call
    delete: Call
    restore: Call
    schedule: Call | None = None


@dataclass(frozen=True)
class SnapshotState:
    """A volume's snapshots, oldest first.

    :ivar known: ids that were there when the task began; every other one was made since.
    :ivar restored: name of the snapshot that this task restored.
    """

    volume: dict[str, Any] | None
    snapshots: tuple[dict[str, Any], ...] = ()
    known: frozenset[str] = frozenset()
    schedule: dict[str, Any] | None = None
    now: datetime | None = None
    restored: str = ""
    removed: tuple[str, ...] = ()

    @property
    def own(self) -> list[dict[str, Any]]:
        """Snapshots that no replication owns, oldest first."""
        return [snapshot for snapshot in self.snapshots if not is_system(snapshot)]

    @property
    def fresh(self) -> list[dict[str, Any]]:
        """Snapshots that appeared since the task began."""
        return [snapshot for snapshot in self.own if snapshot["id"] not in self.known]

    def scheduled(self, snapshot: Mapping[str, Any]) -> bool:
        """Whether the volume's schedule made the snapshot, as far as its time tells (the API does not say)."""
        moment = taken_at(snapshot)
        if self.schedule is None or moment is None:
            return False
        local = moment.astimezone(KOREAN_TIME)
        hour = local.replace(hour=int(self.schedule["hour"]), minute=0, second=0, microsecond=0)
        day = self.schedule.get("day_of_week")
        return timedelta(0) <= local - hour <= SCHEDULE_TOLERANCE and day in (None, _WEEKDAYS[local.weekday()])


class Snapshot(Resource[SnapshotState]):
    """``scp_*_snapshot``: take, keep, delete, restore."""

    noun = "snapshot"
    table: ClassVar[SnapshotTable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: frozenset[str] | None = None

    @property
    def wants_restored(self) -> bool:
        """Whether the task asks for the volume to go back to a snapshot."""
        return bool(self.params["state"] == "restored")

    def check(self) -> None:
        if self.params.get("max_age") is not None:
            parse_age("max_age", self.params["max_age"])
        if self.params.get("keep") is not None and self.params["keep"] < 1:
            raise StorageError("keep must be at least 1. To delete a snapshot, name it and use state absent.")

    def find(self) -> SnapshotState:
        finder = Finder(self.client, self.table.volumes)
        volume = finder.one(self.params["volume"]) if self.wants_absent else finder.required(self.params["volume"])
        if volume is None:
            return SnapshotState(None)
        state = self._read(SnapshotState(volume))
        if self._known is None:
            self._known = frozenset(str(snapshot["id"]) for snapshot in state.snapshots)
        schedule = None
        if self.table.schedule is not None and self.params.get("keep") is not None:
            schedules = self.client.read_list(self.table.schedule, query={"volume_id": volume["id"]})
            schedule = schedules[0] if schedules else None
        return replace(state, known=self._known, schedule=schedule, now=self.client.now())

    def refresh(self, state: SnapshotState) -> SnapshotState:
        if state.volume is None:
            return state
        if self.wants_restored:
            shown = Finder(self.client, self.table.volumes).by_id(state.volume["id"])
            state = replace(state, volume=shown or state.volume)
        return self._read(state)

    def _read(self, state: SnapshotState) -> SnapshotState:
        listed = self.client.read_list(self.table.listing, query={"volume_id": self._volume_id(state)})
        return replace(
            state, snapshots=tuple(sorted(listed, key=lambda item: (str(item.get("created_at")), item["id"])))
        )

    def next_step(self, state: SnapshotState) -> Step[SnapshotState] | None:
        if self.wants_absent:
            found = self._wanted(state)
            return self._delete(state, found) if found else None
        if self.wants_restored:
            return None if state.restored else self._restore(state, self._required(state))
        if self.params.get("snapshot"):
            self._required(state)
            return None
        if self._due(state):
            return self._create(state)
        surplus = self._surplus(state)
        return self._delete(state, surplus[0]) if surplus else None

    def _wanted(self, state: SnapshotState) -> dict[str, Any] | None:
        wanted = self.params.get("snapshot")
        found = [snapshot for snapshot in state.snapshots if wanted in (snapshot["id"], snapshot["name"])]
        if len(found) > 1:
            ids = ", ".join(str(snapshot["id"]) for snapshot in found)
            raise StorageError(f"{wanted!r} fits {len(found)} snapshots ({ids}). Give the id of the one you mean.")
        return found[0] if found else None

    def _required(self, state: SnapshotState) -> dict[str, Any]:
        found = self._wanted(state)
        if found is None:
            names = ", ".join(str(snapshot["name"]) for snapshot in state.own) or "none"
            volume = (state.volume or {}).get("name")
            raise StorageError(
                f"There is no snapshot with the name or id {self.params['snapshot']!r} of volume {volume}"
                f" (there are: {names}). The service names snapshots itself: to take one, leave out snapshot."
            )
        return found

    def _due(self, state: SnapshotState) -> bool:
        """Whether a snapshot has to be taken: none since the task began, and none young enough."""
        if state.fresh:
            return False
        if self.params.get("max_age") is None or state.now is None:
            return True
        limit = state.now - parse_age("max_age", self.params["max_age"])
        return not any((moment := taken_at(snapshot)) is not None and moment >= limit for snapshot in state.own)

    def _surplus(self, state: SnapshotState) -> list[dict[str, Any]]:
        """Snapshots beyond ``keep``, oldest first; those of schedules and replications do not count."""
        keep = self.params.get("keep")
        mine = [snapshot for snapshot in state.own if not state.scheduled(snapshot)]
        return mine[: max(0, len(mine) - keep)] if keep else []

    def _create(self, state: SnapshotState) -> Step[SnapshotState]:
        def effect(before: SnapshotState, answer: Mapping[str, Any]) -> SnapshotState:
            made = answer.get("snapshot") or {}
            planned = {"id": UNKNOWN_ID, "name": UNKNOWN_ID, "state": "creating", "created_at": None, **made}
            return replace(before, snapshots=(*before.snapshots, planned))

        def done(seen: SnapshotState) -> bool:
            return any(snapshot["state"].lower() == _AT_REST for snapshot in seen.fresh)

        return Step(self.table.create, effect, body={"volume_id": self._volume_id(state)}, done=done)

    def _delete(self, state: SnapshotState, snapshot: dict[str, Any]) -> Step[SnapshotState]:
        def effect(before: SnapshotState, _answer: Mapping[str, Any]) -> SnapshotState:
            left = tuple(other for other in before.snapshots if other["id"] != snapshot["id"])
            return replace(before, snapshots=left, removed=(*before.removed, str(snapshot["name"])))

        def done(seen: SnapshotState) -> bool:
            return all(other["id"] != snapshot["id"] for other in seen.snapshots)

        return Step(self.table.delete, effect, not_yet=busy, done=done, **self._address(state, snapshot))

    def _restore(self, state: SnapshotState, snapshot: dict[str, Any]) -> Step[SnapshotState]:
        def effect(before: SnapshotState, _answer: Mapping[str, Any]) -> SnapshotState:
            return replace(before, restored=str(snapshot["name"]))

        return Step(self.table.restore, effect, not_yet=busy, **self._address(state, snapshot))

    def _address(self, state: SnapshotState, snapshot: Mapping[str, Any]) -> dict[str, Any]:
        return {"path": {"snapshot_id": snapshot["id"]}, "query": {"volume_id": self._volume_id(state)}}

    @staticmethod
    def _volume_id(state: SnapshotState) -> str:
        return str((state.volume or {})["id"])

    def pending(self, state: SnapshotState) -> str:
        volume = state.volume or {}
        if self.wants_restored and str(volume.get("state", _AT_REST)).lower() != _AT_REST:
            return f"volume {volume['name']}: {volume['state']}"
        return ""

    def failed(self, state: SnapshotState) -> str:
        for snapshot in state.fresh:
            if "error" in str(snapshot["state"]).lower():
                return f"Snapshot {snapshot['name']} went into state {snapshot['state']}. Delete it and take another."
        return ""

    def view(self, state: SnapshotState) -> dict[str, Any]:
        """The snapshot the task is about: the named one, otherwise the newest."""
        if state.volume is None:
            return {}
        shown = state.fresh or state.own
        found = self._wanted(state) if self.params.get("snapshot") else (shown[-1] if shown else None)
        return {"volume_id": state.volume["id"], **found} if found else {}

    def managed(self, state: SnapshotState) -> dict[str, Any] | None:
        names = [str(snapshot["name"]) for snapshot in state.own]
        content = (
            {"content": f"as of {state.restored}" if state.restored else "as it is"} if self.wants_restored else {}
        )
        return {"volume": (state.volume or {}).get("name"), "snapshots": names, **content}

    def extras(self, before: SnapshotState, after: SnapshotState) -> dict[str, Any]:
        return {"deleted_snapshots": [] if self.wants_absent else list(after.removed)}


class SnapshotInfo(Info):
    """``scp_*_snapshot_info``."""

    plural = "snapshots"
    table: ClassVar[SnapshotTable]

    def read(self) -> dict[str, Any]:
        volume = Finder(self.client, self.table.volumes).one(self.params["volume"])
        if volume is None:
            return {self.plural: []}
        listed = self.client.read_list(self.table.listing, query={"volume_id": volume["id"]})
        return {self.plural: [{"volume_id": volume["id"], **snapshot} for snapshot in listed]}
