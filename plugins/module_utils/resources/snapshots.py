# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a volume or a group: the same life for every service that has them, described by a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ..client.errors import CallError, StorageError
from ..client.session import Call, Client
from ..engine.durations import KOREAN_TIME, parse_age, parse_moment
from ..engine.lookup import Finder, LookupSpec
from ..engine.overlay import ResponsePatch
from ..engine.plan import UNKNOWN_ID, Step
from ..engine.resource import Info, Resource

#: Snapshots that a replication made carry this prefix (platform-behaviour.md §5).
SYSTEM_PREFIX = "snapmirror."
#: A schedule's snapshot is at most this much later than its hour.
SCHEDULE_TOLERANCE = timedelta(minutes=10)
#: As many names of snapshots are listed in an error.
MAX_NAMES = 5
_NAME_TIME = "%Y-%m-%d_%H%M%S"
_NAMES_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: In the state of an owner that is restored to a snapshot; Block Storage (BM) shows all changes alike.
_RESTORING = "restoring"
#: States in which a snapshot or its volume is at rest.
_AT_REST = "available"
_CREATING = "creating"
_DELETING = "deleting"
#: A snapshot that is still being created after this time is not expected to become usable.
CREATION_LIMIT = timedelta(hours=1)


def is_system(snapshot: Mapping[str, Any]) -> bool:
    """Whether a replication made the snapshot."""
    return str(snapshot["name"]).startswith(SYSTEM_PREFIX)


def taken_at(name: str, created: str) -> datetime | None:
    """When a snapshot was taken: by a time that names its zone, by its name (Korean time), or by a time without."""
    if _NAMES_ZONE.search(created):
        return parse_moment(created)
    try:
        return datetime.strptime(name.rpartition(".")[2], _NAME_TIME).replace(tzinfo=KOREAN_TIME)
    except ValueError:
        return parse_moment(created)


def is_usable(state: str) -> bool:
    """Return whether a snapshot in this state can be restored; Block Storage (BM) shows no state."""
    return state.lower() in ("", _AT_REST)


def busy(error: CallError) -> bool:
    """A change may be refused with 409 for a moment (platform-behaviour.md §5 and §7)."""
    return error.status == 409


@dataclass(frozen=True)
class SnapshotRecord:
    """One snapshot, whatever the service calls its fields.

    :ivar created: when it was taken, in the service's words.
    :ivar state: empty where the service shows none.
    :ivar shown: the snapshot as results show it, in the API's fields.
    """

    id: str
    name: str
    created: str = ""
    state: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moment(self) -> datetime | None:
        """When it was taken."""
        return taken_at(self.name, self.created)

    @property
    def system(self) -> bool:
        """Whether a replication made it."""
        return self.name.startswith(SYSTEM_PREFIX)

    @property
    def usable(self) -> bool:
        """Whether it can be restored."""
        return is_usable(self.state)

    def counts(self, now: datetime | None) -> bool:
        """Return whether it stands for its moment: it is usable, or can be expected to become so."""
        moment = self.moment
        if self.state.lower() != _CREATING or now is None or moment is None:
            return self.usable
        return now - moment <= CREATION_LIMIT


@dataclass(frozen=True)
class SnapshotTable:
    """How one service's snapshots of one kind of owner are called and addressed.

    :param owners: the kind of thing that has the snapshots.
    :param schedule: list operation of the schedule; ``None`` where the service has none, or shows it with the owner.
    :param option: the module option that names the owner, and what users call it.
    :param in_path: the owner's id is part of the path; otherwise of the query, and of the body that takes a snapshot.
    :param id: the field that holds the snapshot's id; ``name`` and ``created`` likewise.
    :param around: further fields of the list's answer, which the info module shows beside the list.
    :param deletes_unusable: whether the service deletes a snapshot that is not usable.
    """

    owners: LookupSpec
    create: Call
    listing: Call
    delete: Call
    restore: Call
    schedule: Call | None = None
    option: str = "volume"
    in_path: bool = False
    id: str = "id"
    name: str = "name"
    created: str = "created_at"
    around: tuple[str, ...] = ()
    deletes_unusable: bool = True

    @property
    def label(self) -> str:
        """What the user calls the owner."""
        return self.option.replace("_", " ")

    def taken(self, shown: Mapping[str, Any]) -> SnapshotRecord:
        """One snapshot of an answer."""
        created = str(shown.get(self.created) or "")
        return SnapshotRecord(str(shown[self.id]), str(shown[self.name]), created, str(shown.get("state") or ""), shown)

    def address(self, owner_id: str, snapshot_id: str = "") -> dict[str, Any]:
        """The path and the query of a call about an owner's snapshots, or about one of them."""
        owner = {self.owners.option: owner_id}
        snapshot = {"snapshot_id": snapshot_id} if snapshot_id else {}
        return {"path": {**owner, **snapshot}} if self.in_path else {"path": snapshot, "query": owner}

    def in_order(self, listed: Iterable[Mapping[str, Any]]) -> tuple[SnapshotRecord, ...]:
        """The snapshots of a list, oldest first."""
        return tuple(sorted(map(self.taken, listed), key=lambda snapshot: (snapshot.created, snapshot.id)))

    def read(self, client: Client, owner_id: str) -> tuple[SnapshotRecord, ...]:
        """All snapshots of an owner, oldest first."""
        return self.in_order(client.read_list(self.listing, **self.address(owner_id)))


@dataclass(frozen=True)
class SnapshotState:
    """An owner's snapshots, oldest first.

    :ivar known: ids that were there when the task began; every other one was made since.
    :ivar spared: ids of snapshots that are not business of ``keep``, beside those of schedules and replications.
    :ivar blockers: what keeps the owner from having, or going back to, a snapshot, with what to do about each.
    :ivar restored: name of the snapshot that this task restored.
    :ivar removed: the snapshots that this task deleted.
    """

    owner: dict[str, Any] | None
    snapshots: tuple[SnapshotRecord, ...] = ()
    known: frozenset[str] = frozenset()
    schedule: dict[str, Any] | None = None
    spared: frozenset[str] = frozenset()
    blockers: tuple[str, ...] = ()
    now: datetime | None = None
    restored: str = ""
    removed: tuple[SnapshotRecord, ...] = ()

    @property
    def own(self) -> list[SnapshotRecord]:
        """Snapshots that no replication owns, oldest first."""
        return [snapshot for snapshot in self.snapshots if not snapshot.system]

    @property
    def fresh(self) -> list[SnapshotRecord]:
        """Snapshots that appeared since the task began."""
        return [snapshot for snapshot in self.own if snapshot.id not in self.known]

    @property
    def newest(self) -> SnapshotRecord | None:
        """The newest snapshot that counts, of those that no replication owns."""
        return next((snapshot for snapshot in reversed(self.own) if snapshot.counts(self.now)), None)

    @property
    def scheduled(self) -> frozenset[str]:
        """Ids of the snapshots that the owner's schedule made, as far as their times show (the API does not say).

        A schedule takes one snapshot at its hour and keeps ``snapshot_retention_count`` of them. Whatever else was
        taken in the same minutes, or before those, is not the schedule's.
        """
        first: dict[datetime, str] = {}
        for snapshot in self.own:
            if hour := self._scheduled_hour(snapshot):
                first.setdefault(hour, snapshot.id)
        kept = int((self.schedule or {}).get("snapshot_retention_count") or len(first))
        return frozenset(first[hour] for hour in sorted(first)[max(0, len(first) - kept) :])

    def _scheduled_hour(self, snapshot: SnapshotRecord) -> datetime | None:
        """Return the hour of the schedule that a snapshot belongs to by its time."""
        moment = snapshot.moment
        if self.schedule is None or moment is None:
            return None
        local = moment.astimezone(KOREAN_TIME)
        hour = local.replace(hour=int(self.schedule["hour"]), minute=0, second=0, microsecond=0)
        day = self.schedule.get("day_of_week")
        fits = timedelta(0) <= local - hour <= SCHEDULE_TOLERANCE and day in (None, _WEEKDAYS[local.weekday()])
        return hour if fits else None


class Snapshot(Resource[SnapshotState]):
    """``scp_*_snapshot``: take, keep, delete, restore."""

    result_key = "snapshot"
    table: ClassVar[SnapshotTable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: frozenset[str] | None = None

    @property
    def wants_restored(self) -> bool:
        """Whether the task asks for the owner to go back to a snapshot."""
        return bool(self.params["state"] == "restored")

    @property
    def exclusive_name(self) -> str:
        # Without max_age each task is to take a snapshot.
        if self.wants_absent or self.wants_restored or self.params.get("max_age") is None:
            return ""
        owner = Finder(self.client, self.table.owners).lock_name(str(self.params[self.table.option]))
        return f"a snapshot of {self.table.owners.title} {owner!r}"

    def check(self) -> None:
        if self.params.get("max_age") is not None:
            parse_age("max_age", self.params["max_age"])
        if self.params.get("keep") is not None and self.params["keep"] < 1:
            raise StorageError("keep must be at least 1. To delete a snapshot, name it and use state absent.")

    # -- reading: what a service does in its own way is replaced in its subclass --------------------------------------

    def find_owner(self) -> dict[str, Any] | None:
        """The volume or the group that the task names.

        :raises StorageError: there is none, and the task needs it.
        """
        finder, wanted = Finder(self.client, self.table.owners), self.params[self.table.option]
        return finder.one(wanted) if self.wants_absent else finder.required(wanted)

    def read_schedule(self, owner: Mapping[str, Any]) -> dict[str, Any] | None:
        """The owner's schedule, with ``hour`` and, where it is weekly, ``day_of_week``."""
        if self.table.schedule is None:
            return None
        schedules = self.client.read_list(self.table.schedule, **self.table.address(str(owner["id"])))
        return schedules[0] if schedules else None

    def read_blockers(self, owner: Mapping[str, Any]) -> tuple[str, ...]:
        """What keeps the service from taking, or going back to, a snapshot, as far as it can be reported beforehand."""
        return ()

    def read_spared(self, owner: Mapping[str, Any], found: tuple[SnapshotRecord, ...]) -> frozenset[str]:
        """Ids of snapshots that ``keep`` must leave alone."""
        return frozenset()

    def find(self) -> SnapshotState:
        owner = self.find_owner()
        if owner is None:
            return SnapshotState(None)
        found = self.table.read(self.client, str(owner["id"]))
        if self._known is None:
            self._known = frozenset(snapshot.id for snapshot in found)
        keeps = self.params.get("keep") is not None
        return SnapshotState(
            owner,
            found,
            known=self._known,
            schedule=self.read_schedule(owner) if keeps else None,
            spared=self.read_spared(owner, found) if keeps else frozenset(),
            blockers=() if self.wants_absent else self.read_blockers(owner),
            now=self.client.now(),
        )

    def refresh(self, state: SnapshotState) -> SnapshotState:
        if state.owner is None:
            return state
        owner = state.owner
        if self.owner_changes or self._owner_under_way(state):
            owner = Finder(self.client, self.table.owners).by_id(owner["id"]) or owner
        return replace(state, owner=owner, snapshots=self.table.read(self.client, str(owner["id"])))

    @property
    def owner_changes(self) -> bool:
        """Whether the owner itself must be looked at while the task waits."""
        return self.wants_restored

    # -- planning -----------------------------------------------------------------------------------------------------

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

    def _wanted(self, state: SnapshotState) -> SnapshotRecord | None:
        return named_snapshot(state.snapshots, self.params.get("snapshot"))

    def _required(self, state: SnapshotState) -> SnapshotRecord:
        found = self._wanted(state)
        if found is None:
            raise StorageError(
                f"There is no snapshot with the name or id {self.params['snapshot']!r} of {self.table.label}"
                f" {(state.owner or {}).get('name')} (there are: {describe_names(state.own)}). The service names"
                " snapshots itself: to take one, leave out snapshot."
            )
        return found

    def _due(self, state: SnapshotState) -> bool:
        """Whether a snapshot has to be taken: none since the task began, and none young enough."""
        if state.fresh:
            return False
        if self.params.get("max_age") is None or state.now is None:
            return True
        limit = state.now - parse_age("max_age", self.params["max_age"])
        moments = [snapshot.moment for snapshot in state.own if snapshot.counts(state.now)]
        return not any(moment is not None and moment >= limit for moment in moments)

    def _surplus(self, state: SnapshotState) -> list[SnapshotRecord]:
        """Snapshots older than the newest ``keep`` usable ones, oldest first.

        Snapshots of schedules, replications and others do not count. A snapshot that is not usable never takes the
        place of one that is. It stays while the service works on it, and where the service refuses to delete it: that
        would keep all others from being deleted as well.
        """
        keep = self.params.get("keep")
        spared = state.scheduled | state.spared
        mine = [snapshot for snapshot in state.own if snapshot.id not in spared]
        kept = [snapshot for snapshot in mine if snapshot.usable][-keep:] if keep else []
        older = mine[: mine.index(kept[0])] if kept else []
        return [snapshot for snapshot in older if snapshot.usable or self._is_deletable(snapshot, state.now)]

    def _is_deletable(self, snapshot: SnapshotRecord, now: datetime | None) -> bool:
        """Return whether a snapshot that is not usable can be deleted."""
        at_work = snapshot.counts(now) or snapshot.state.lower() == _DELETING
        return self.table.deletes_unusable and not at_work

    def _refuse(self, state: SnapshotState, what: str) -> None:
        """Say all blockers at once."""
        if state.blockers:
            owner = state.owner or {}
            raise StorageError(
                f"{self.table.label.capitalize()} {owner['name']} ({owner['id']}) cannot {what}:"
                f" {'; and '.join(state.blockers)}."
            )

    def _create(self, state: SnapshotState) -> Step[SnapshotState]:
        self._refuse(state, "have a snapshot")
        table = self.table
        owner_id = self._owner_id(state)

        def effect(before: SnapshotState, answer: Mapping[str, Any]) -> SnapshotState:
            made = answer.get("snapshot") or answer
            planned = table.taken({table.id: UNKNOWN_ID, table.name: UNKNOWN_ID, table.created: None, **made})
            # The state that the step leads to: what follows is planned for a snapshot that is usable.
            return replace(before, snapshots=(*before.snapshots, replace(planned, state="")))

        def done(seen: SnapshotState) -> bool:
            return any(snapshot.usable for snapshot in seen.fresh)

        if table.in_path:
            return Step(table.create, effect, done=done, is_retryable=busy, **table.address(owner_id))
        return Step(table.create, effect, body={table.owners.option: owner_id}, done=done, is_retryable=busy)

    def _delete(self, state: SnapshotState, snapshot: SnapshotRecord) -> Step[SnapshotState]:
        def effect(before: SnapshotState, _answer: Mapping[str, Any]) -> SnapshotState:
            left = tuple(other for other in before.snapshots if other.id != snapshot.id)
            return replace(before, snapshots=left, removed=(*before.removed, snapshot))

        def done(seen: SnapshotState) -> bool:
            return all(other.id != snapshot.id for other in seen.snapshots)

        address = self.table.address(self._owner_id(state), snapshot.id)
        return Step(self.table.delete, effect, is_retryable=busy, done=done, **address)

    def _restore(self, state: SnapshotState, snapshot: SnapshotRecord) -> Step[SnapshotState]:
        self._refuse(state, "go back to a snapshot")
        if not snapshot.usable:
            usable = [other for other in state.own if other.usable]
            raise StorageError(
                f"Snapshot {snapshot.name} of {self.table.label} {(state.owner or {}).get('name')} cannot be restored:"
                f" its state is {snapshot.state}. Choose a usable one (there are: {describe_names(usable)})."
            )

        def effect(before: SnapshotState, _answer: Mapping[str, Any]) -> SnapshotState:
            place = next(number for number, other in enumerate(before.snapshots) if other.id == snapshot.id)
            newer = tuple(other for other in before.snapshots[place + 1 :] if other.system)
            return replace(before, snapshots=(*before.snapshots[: place + 1], *newer), restored=snapshot.name)

        newer = {other.id for other in state.snapshots[state.snapshots.index(snapshot) + 1 :] if not other.system}

        def taken(seen: SnapshotState) -> bool:
            dropped = bool(newer) and not newer & {other.id for other in seen.snapshots}
            return dropped or _RESTORING in str((seen.owner or {}).get("state")).lower()

        address = self.table.address(self._owner_id(state), snapshot.id)
        return Step(self.table.restore, effect, is_retryable=busy, taken=taken, **address)

    @staticmethod
    def _owner_id(state: SnapshotState) -> str:
        return str((state.owner or {})["id"])

    # -- messages -----------------------------------------------------------------------------------------------------

    def _owner_under_way(self, state: SnapshotState) -> str:
        """What the owner is doing; empty where it is at rest, or in error, which does not pass."""
        owner = state.owner or {}
        shown = str(owner.get("state") or _AT_REST).lower()
        return "" if shown == _AT_REST or "error" in shown else f"{self.table.label} {owner['name']}: {owner['state']}"

    def pending(self, state: SnapshotState) -> str:
        """A change of the owner, where the task has something to do or has restored it."""
        under_way = self._owner_under_way(state)
        return under_way if under_way and (state.restored or self.next_step(state)) else ""

    def failed(self, state: SnapshotState) -> str:
        owner = state.owner or {}
        if state.restored and "error" in str(owner.get("state")).lower():
            return (
                f"{self.table.label.capitalize()} {owner['name']} ({owner['id']}) went into state {owner['state']} when"
                f" it went back to {state.restored}. Ask the provider's support."
            )
        for snapshot in state.fresh:
            if "error" in snapshot.state.lower():
                removal = "Delete it" if self.table.deletes_unusable else "Ask the provider's support to remove it"
                return f"Snapshot {snapshot.name} went into state {snapshot.state}. {removal}, and take another."
        return ""

    def view(self, state: SnapshotState) -> dict[str, Any]:
        """The snapshot the task is about: the named one, also when it was deleted, otherwise the newest that counts."""
        if state.owner is None:
            return {}
        found = state.fresh[-1] if state.fresh else state.newest
        if wanted := self.params.get("snapshot"):
            found = self._wanted(state) or named_snapshot(state.removed, wanted)
        return {self.table.owners.option: state.owner["id"], **found.shown} if found else {}

    def managed(self, state: SnapshotState) -> dict[str, Any] | None:
        names = [snapshot.name for snapshot in state.own]
        content = (
            {"content": f"as of {state.restored}" if state.restored else "as it is"} if self.wants_restored else {}
        )
        return {self.table.option: (state.owner or {}).get("name"), "snapshots": names, **content}

    def extras(self, before: SnapshotState, after: SnapshotState) -> dict[str, Any]:
        present = {snapshot.id for snapshot in (*after.snapshots, *after.removed)}
        return {
            "deleted_snapshots": [] if self.wants_absent else [snapshot.name for snapshot in after.removed],
            "dropped_snapshots": [snapshot.name for snapshot in before.own if snapshot.id not in present],
        }

    def planned_responses(self, before: SnapshotState, after: SnapshotState) -> Iterable[ResponsePatch]:
        """All snapshots of the owner; one that is planned is the newest."""
        created = {self.table.created: after.now.isoformat()} if after.now else {}
        listed = [{**snapshot.shown, **(created if snapshot.id == UNKNOWN_ID else {})} for snapshot in after.snapshots]
        about = {self.table.owners.option: self._owner_id(after)}
        return [ResponsePatch(self.table.listing, lambda _items: listed, about)]


def named_snapshot(snapshots: Iterable[SnapshotRecord], wanted: str | None) -> SnapshotRecord | None:
    """The snapshot with this name or id; ``None`` where there is none.

    :raises StorageError: the name fits several.
    """
    found = [snapshot for snapshot in snapshots if wanted in (snapshot.id, snapshot.name)]
    if len(found) > 1:
        ids = ", ".join(snapshot.id for snapshot in found)
        raise StorageError(f"{wanted!r} fits {len(found)} snapshots ({ids}). Give the id of the one you mean.")
    return found[0] if found else None


def describe_names(present: Iterable[SnapshotRecord]) -> str:
    """The names of some snapshots, oldest first; only the newest where there are many."""
    names = [snapshot.name for snapshot in present]
    reported = ", ".join(names[-MAX_NAMES:]) or "none"
    return f"{len(names)}, the newest of them {reported}" if len(names) > MAX_NAMES else reported


class SnapshotInfo(Info):
    """``scp_*_snapshot_info``."""

    plural = "snapshots"
    table: ClassVar[SnapshotTable]

    def find_owner(self) -> dict[str, Any] | None:
        """The volume or the group that is asked for; ``None`` where there is none."""
        return Finder(self.client, self.table.owners).one(self.params[self.table.option])

    def read(self) -> dict[str, Any]:
        owner = self.find_owner()
        if owner is None:
            return {self.plural: [], **dict.fromkeys(self.table.around)}
        answers: list[Mapping[str, Any]] = []
        address = self.table.address(str(owner["id"]))
        listed = self.client.read_list(self.table.listing, **address, on_answer=answers.append)
        return {
            self.plural: [{self.table.owners.option: owner["id"], **snapshot} for snapshot in listed],
            **{name: answers[-1].get(name) for name in self.table.around},
        }
