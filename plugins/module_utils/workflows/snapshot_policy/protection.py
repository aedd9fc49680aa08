# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What snapshots and schedules volumes have, read with few calls, and what a policy has to do about them.

Lists of volumes are read once for each region and kind. What they lead to is a decision only: whatever has something to
do is read again by the batch before it is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.lookup import AmbiguousName, Finder, is_id
from ...engine.plan import make_plan
from ...engine.resource import Resource
from ...resources import snapshots
from ...resources.baremetal_blockstorage import schedule as block_schedule
from ...resources.baremetal_blockstorage.lookup import schedule_of, show_owner
from ...resources.filestorage import snapshot as file_snapshot
from ...resources.filestorage.lookup import read_schedule
from ...resources.snapshots import SnapshotRecord
from .kinds import BLOCK_VOLUME, FILE_VOLUME, PFS_VOLUME, OwnerKind
from .policies import Policy

ResultT = TypeVar("ResultT")

_LEAVING = ("deleting", "deleted")


@dataclass(frozen=True)
class Protection:
    """A volume or a group with its snapshots and its schedule.

    :ivar snapshots: oldest first.
    :ivar schedule: in the fields of its kind; ``None`` where there is none.
    :ivar has_space: whether snapshots have space to be in.
    """

    owner: Mapping[str, Any]
    snapshots: tuple[SnapshotRecord, ...] = ()
    schedule: Mapping[str, Any] | None = None
    has_space: bool = True

    @property
    def own(self) -> list[SnapshotRecord]:
        """Snapshots that no replication made."""
        return [snapshot for snapshot in self.snapshots if not snapshot.system]

    @property
    def usable(self) -> list[SnapshotRecord]:
        """Those of them that can be restored."""
        return [snapshot for snapshot in self.own if snapshot.usable]

    @property
    def unusable(self) -> list[str]:
        """Names and states of those that cannot be restored."""
        return [f"{snapshot.name} ({snapshot.state})" for snapshot in self.own if not snapshot.usable]

    @property
    def newest(self) -> dict[str, str] | None:
        """The newest usable snapshot."""
        if not self.usable:
            return None
        newest = self.usable[-1]
        return {"id": newest.id, "name": newest.name, "created_at": newest.created}

    @property
    def shown_schedule(self) -> dict[str, Any] | None:
        """The schedule in fields that are the same for all kinds."""
        frequency = str((self.schedule or {}).get("frequency") or "NONE").upper()
        if self.schedule is None or frequency == "NONE":
            return None
        return {
            "frequency": frequency,
            "day_of_week": self.schedule.get("day_of_week") if frequency == "WEEKLY" else None,
            "hour": self.schedule.get("hour"),
            "snapshot_retention_count": self.schedule.get("snapshot_retention_count"),
        }


# -- reading --------------------------------------------------------------------------------------------------------


def find_owners(client: Client, policies: Sequence[Policy]) -> list[dict[str, Any] | StorageError]:
    """Find the volume or group of each policy, with one list for each region and kind.

    :return: for each policy the volume or group as the list shows it, or why there is none.
    """
    places = list(dict.fromkeys((policy.kind, policy.region) for policy in policies))

    def read(place: tuple[OwnerKind, str]) -> list[dict[str, Any]]:
        kind, region = place
        listed = client.in_region(region).read_list(kind.owners.listing)
        return [owner for owner in listed if str(owner.get("state")).lower() not in _LEAVING]

    lists = dict(zip(places, map_concurrently(attempt(read), places), strict=True))

    def find(policy: Policy) -> dict[str, Any]:
        listed = lists[policy.kind, policy.region]
        if isinstance(listed, StorageError):
            raise listed
        return _the_one(client.in_region(policy.region), policy, listed)

    found = map_concurrently(attempt(find), policies)
    return _each_once(policies, found)


def _the_one(client: Client, policy: Policy, listed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Find the volume or group of one policy.

    :raises StorageError: there is none, or several have the name.
    """
    kind, wanted = policy.kind.owners, policy.name
    fitting = [owner for owner in listed if wanted == owner["id"] or kind.matches(str(owner["name"]), wanted)]
    if len(fitting) > 1:
        subject = f"The name fits {len(fitting)} {kind.title}s in {policy.region}"
        raise AmbiguousName(subject, fitting, client.now(), removal=kind.removal)
    if fitting:
        return fitting[0]
    # A list can lag behind, and an id is answered for at once.
    shown = Finder(client, kind).by_id(wanted) if is_id(wanted) else None
    if shown is None or str(shown.get("state")).lower() in _LEAVING:
        what = "id" if is_id(wanted) else "name"
        raise StorageError(
            f"There is no {kind.title} with this {what} in {policy.region}. Check {what}, kind and region, and the"
            " account of the key."
        )
    return shown


def _each_once(
    policies: Sequence[Policy], found: Sequence[dict[str, Any] | StorageError]
) -> list[dict[str, Any] | StorageError]:
    """Refuse the second of two policies for one volume, which the list names by name and by id."""
    first: dict[str, Policy] = {}

    def check(policy: Policy, owner: dict[str, Any] | StorageError) -> dict[str, Any] | StorageError:
        if isinstance(owner, StorageError):
            return owner
        other = first.setdefault(str(owner["id"]), policy)
        if other is policy:
            return owner
        return StorageError(f"It is the same {policy.kind.title} as {other.name!r}. List it once.")

    return [check(policy, owner) for policy, owner in zip(policies, found, strict=True)]


def read_protection(client: Client, kind: OwnerKind, owner: Mapping[str, Any]) -> Protection:
    """Read the snapshots and the schedule of a volume or a group."""
    identifier = str(owner["id"])
    if kind is PFS_VOLUME:
        return Protection(owner, kind.table.read(client, identifier))
    if kind is FILE_VOLUME:
        return Protection(owner, kind.table.read(client, identifier), read_schedule(client, identifier))
    if kind is BLOCK_VOLUME and owner.get("is_snapshot_activated") is False:
        # Without space there are neither snapshots nor a schedule (platform-behaviour.md §7).
        return Protection(owner, has_space=False)
    shown = show_owner(Finder(client, kind.owners), identifier) or dict(owner)
    has_space = kind is not BLOCK_VOLUME or bool(shown.get("snapshot_rate"))
    found = kind.table.read(client, identifier) if has_space else ()
    return Protection(shown, found, schedule_of(shown), has_space)


def attempt(function: Callable[[Any], ResultT]) -> Callable[[Any], ResultT | StorageError]:
    """Return a function that returns its failure, so that one item does not keep the others from theirs."""

    def tried(item: Any) -> ResultT | StorageError:
        try:
            return function(item)
        except StorageError as failure:
            return failure

    return tried


# -- what a policy asks for -----------------------------------------------------------------------------------------


def desired_entries(policy: Policy, protection: Protection) -> list[dict[str, Any]]:
    """Return what the batch has to converge for a policy, in the order in which it is done."""
    kind, region, identifier = policy.kind, policy.region, str(protection.owner["id"])
    owner = {"region": region, kind.table.option: identifier}
    entries: list[dict[str, Any]] = []
    if kind is BLOCK_VOLUME and policy.snapshot_rate and not protection.has_space:
        rate = {"volume_id": identifier, "snapshot_rate": policy.snapshot_rate}
        entries.append({"kind": kind.name, "region": region, **rate})
    if policy.schedule is not None:
        entries.append({"kind": kind.schedule_kind, **owner, **policy.schedule.options(kind.schedule_keys)})
    if policy.max_age:
        keep = {"keep": policy.keep} if policy.keep else {}
        entries.append({"kind": kind.snapshot_kind, **owner, "max_age": policy.max_age, **keep})
    return entries


def is_due(resource: Resource[Any], protection: Protection, now: datetime) -> bool:
    """Return whether something has to be done about a snapshot or a schedule, by what was read of its owner.

    A failure to plan counts as due: the batch reads again, and reports it if it is still there.
    """
    state = _state(resource, protection, now)
    if state is None:
        return True
    try:
        return bool(make_plan(resource, state).steps)
    except StorageError:
        return True


def _state(resource: Resource[Any], protection: Protection, now: datetime) -> Any:
    """Return the state of a resource from what was read of its owner; ``None`` where the resource must read itself."""
    owner = dict(protection.owner)
    schedule = dict(protection.schedule) if protection.schedule is not None else None
    if isinstance(resource, snapshots.Snapshot):
        known = frozenset(snapshot.id for snapshot in protection.snapshots)
        if schedule is not None:
            # The list that the resource reads the schedule from does not have it.
            schedule.pop("snapshot_retention_count", None)
        return snapshots.SnapshotState(owner, protection.snapshots, known=known, schedule=schedule, now=now)
    if isinstance(resource, file_snapshot.SnapshotSchedule):
        return file_snapshot.ScheduleState(owner, schedule)
    if isinstance(resource, block_schedule.Schedule):
        return block_schedule.ScheduleState(owner, schedule)
    return None
