# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recoveries of Block Storage (BM): a second volume or group, made from a snapshot (platform-behaviour.md §7)."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.session import Call
from ...engine.listing import ListEntry, entry_of_all, only_entry_of
from ...engine.lookup import AmbiguousName, Finder
from ...engine.overlay import ResponsePatch, created
from ...engine.plan import UNKNOWN_ID, Step, known_id
from ...engine.resource import Resource
from ...operations import baremetal_blockstorage as api
from ..snapshots import SnapshotRecord, SnapshotTable, describe_names, named_snapshot
from .lookup import (
    NO_SCHEDULE,
    RECOVERY,
    VOLUMES,
    changing,
    describe_failure,
    in_error,
    is_recovery,
    leaving,
    show_owner,
    volumes_of,
)
from .snapshot import GROUP_SNAPSHOTS, VOLUME_SNAPSHOTS
from .snapshot_owner import broken_owner, describe_owner, required_owner

#: What ``snapshot`` says for the newest.
LATEST = "latest"
_PREFIX = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


@dataclass(frozen=True)
class RecoveryTable:
    """What differs between the recoveries of volumes and of groups.

    :param naming: the option, and field of the body, that says how what is made is called.
    :param origin: field of ``recovery`` in show answers that holds what a recovery was made from.
    :param made: the field that holds the recovery.
    """

    snapshots: SnapshotTable
    create: Call
    naming: str
    origin: str
    made: str


@dataclass(frozen=True)
class RecoveryState:
    """What a recovery is made from, and the recovery.

    :ivar snapshot: the one to make it from; ``None`` where it is there already.
    :ivar blockers: why it cannot be made, each for the user.
    :ivar seen: whether the recovery was read, and is not only known from the call that makes it.
    """

    origin: dict[str, Any]
    recovery: dict[str, Any] | None = None
    snapshot: SnapshotRecord | None = None
    blockers: tuple[str, ...] = ()
    seen: bool = True


class Recovery(Resource[RecoveryState]):
    """What ``scp_bm_volume_recovery`` and ``scp_bm_volume_group_recovery`` do."""

    result_key = "recovery"
    table: ClassVar[RecoveryTable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent = False

    @property
    def _called(self) -> str:
        """What the task says of the name of what is made."""
        return str(self.params[self.table.naming])

    @property
    def exclusive_name(self) -> str:
        # A recovery takes a name from the volumes.
        return f"{VOLUMES.title} {self._called!r}"

    @abstractmethod
    def candidates(self) -> list[dict[str, Any]]:
        """Things that may be the recovery, as a list operation gives them."""

    @abstractmethod
    def matches(self, origin: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        """Whether a recovery of ``origin`` is called as the task says."""

    @abstractmethod
    def read_blockers(self, origin: Mapping[str, Any]) -> list[str]:
        """What is wrong with the names that the recovery would have, each for the user."""

    @abstractmethod
    def planned(self, origin: Mapping[str, Any]) -> dict[str, Any]:
        """The recovery as far as it is known before it is made."""

    # -- reading ------------------------------------------------------------------------------------------------------

    @property
    def _finder(self) -> Finder:
        return Finder(self.client, self.table.snapshots.owners)

    def find(self) -> RecoveryState:
        table = self.table.snapshots
        origin = required_owner(self._finder, self.params[table.option])
        recovery = self._made(origin)
        if recovery is not None:
            return RecoveryState(origin, recovery)
        # What has the names after the call is the recovery itself, though lists do not show yet that it is one.
        blockers = [] if self._sent else self.read_blockers(origin)
        if is_recovery(origin):
            blockers.append("it is a recovery itself, and a recovery has no snapshots")
            return RecoveryState(origin, blockers=tuple(blockers))
        snapshots = [snapshot for snapshot in table.read(self.client, str(origin["id"])) if not snapshot.system]
        wanted = self.params["snapshot"]
        chosen = named_snapshot(snapshots, wanted)
        if chosen is None and wanted == LATEST and snapshots:
            chosen = snapshots[-1]
        if not snapshots:
            blockers.append(f"it has no snapshot (scp_bm_{table.option}_snapshot takes one)")
        elif chosen is None:
            blockers.append(
                f"it has no snapshot with the name or id {wanted!r} (there are: {describe_names(snapshots)})"
            )
        return RecoveryState(origin, None, chosen, tuple(blockers))

    def _made(self, origin: Mapping[str, Any]) -> dict[str, Any] | None:
        """The recovery that the task asks for, if it has been made.

        :raises StorageError: there are several.
        """
        ids = [str(item["id"]) for item in self.candidates() if not leaving(item)]
        if newest := self._end(origin, self.table.made):
            ids.append(newest)
        shown = map_concurrently(lambda identifier: show_owner(self._finder, identifier), list(dict.fromkeys(ids)))
        found = [
            recovery
            for recovery in shown
            if recovery is not None
            and not leaving(recovery)
            and self._is_of(origin, recovery)
            and self.matches(origin, recovery)
        ]
        if len(found) > 1:
            label = self.table.snapshots.label
            subject = f"{label.capitalize()} {origin['name']} has {len(found)} recoveries that {self._called!r} fits"
            raise AmbiguousName(subject, found, self.client.now(), removal=self.table.snapshots.owners.removal)
        return found[0] if found else None

    def _end(self, shown: Mapping[str, Any], end: str) -> str:
        """Id of an end of the recovery that a show answer shows; empty where it shows none."""
        return str(((shown.get("recovery") or {}).get(end) or {}).get("id") or "")

    def _is_of(self, origin: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        """Whether something was made from a snapshot of ``origin``, as either of them shows."""
        if shown["id"] == origin["id"]:
            return False
        source = self._end(shown, self.table.origin)
        return source == str(origin["id"]) if source else self._end(origin, self.table.made) == str(shown["id"])

    def refresh(self, state: RecoveryState) -> RecoveryState:
        finder = self._finder
        if state.recovery is None:
            return replace(state, origin=show_owner(finder, str(state.origin["id"])) or state.origin)
        identifier = str(state.recovery["id"])
        # Whose id the service answers is not documented, so it must be one that shows, and another than the origin's.
        shown = show_owner(finder, identifier) if identifier not in (UNKNOWN_ID, state.origin["id"]) else None
        if shown is None:
            shown = self._made(show_owner(finder, str(state.origin["id"])) or state.origin)
        return replace(state, recovery=shown or state.recovery, seen=shown is not None)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: RecoveryState) -> Step[RecoveryState] | None:
        if state.recovery is not None:
            return None
        table, origin = self.table, state.origin
        if state.blockers or state.snapshot is None:
            raise StorageError(
                f"No recovery of {table.snapshots.label} {describe_owner(origin)} can be made:"
                f" {'; and '.join(state.blockers)}."
            )

        def effect(before: RecoveryState, answer: Mapping[str, Any]) -> RecoveryState:
            self._sent |= "resource_id" in answer  # Only the service's answer has it, and no plan.
            made = {"id": answer.get("resource_id") or UNKNOWN_ID, "state": "CREATING", "purpose": RECOVERY}
            return replace(before, recovery={**self.planned(origin), **made}, seen=False)

        return Step(
            table.create,
            effect,
            path={table.snapshots.owners.option: origin["id"]},
            body={table.naming: self._called, "snapshot_id": state.snapshot.id},
            done=lambda read: read.seen,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: RecoveryState) -> str:
        return changing(self.table.snapshots.owners, state.recovery or state.origin)

    def failed(self, state: RecoveryState) -> str:
        kind = self.table.snapshots.owners
        if state.recovery is None:
            return broken_owner(kind, state.origin)
        parts = [state.recovery, *volumes_of(kind, state.recovery)]
        failed = next((part for part in parts if in_error(part)), None)
        if failed is None:
            return ""
        modules = "scp_bm_volume" if kind is VOLUMES else "scp_bm_volume_group and scp_bm_volume"
        return (
            f"{describe_failure('recovery', failed)} Remove what was made ({modules} with state absent), and run the"
            " task again."
        )

    def identity(self, state: RecoveryState) -> str:
        # The id in the answer may be the origin's (see refresh).
        return known_id(state.recovery) if state.recovery and state.seen else ""

    def list_entries(self, state: RecoveryState) -> Sequence[ListEntry]:
        # The origin shows the recovery as well, which only this module asks for it.
        if state.recovery is None:
            return ()
        made = state.recovery if state.seen else {**state.recovery, "id": UNKNOWN_ID}
        entries = [only_entry_of(self._finder, made, leaving)]
        kind = self.table.snapshots.owners
        if kind is not VOLUMES:
            entries += entry_of_all(Finder(self.client, VOLUMES), volumes_of(kind, made))
        return entries

    def view(self, state: RecoveryState) -> dict[str, Any]:
        return dict(state.recovery or {})

    def managed(self, state: RecoveryState) -> dict[str, Any] | None:
        if state.recovery is None:
            return None
        volumes = volumes_of(self.table.snapshots.owners, state.recovery)
        return {
            self.table.snapshots.option: state.origin["name"],
            "volumes": sorted(str(volume["name"]) for volume in volumes),
        }

    def extras(self, before: RecoveryState, after: RecoveryState) -> dict[str, Any]:
        """What it was made from, which the API does not show later."""
        new = before.recovery is None and before.snapshot is not None
        return {"snapshot": dict(before.snapshot.shown) if new and before.snapshot else None}

    def planned_responses(self, before: RecoveryState, after: RecoveryState) -> Iterable[ResponsePatch]:
        kind, recovery = self.table.snapshots.owners, after.recovery
        if recovery is None:
            return ()
        settled = {"state": "AVAILABLE", "purpose": RECOVERY, "snapshot_schedule": NO_SCHEDULE, "attachments": []}
        members = [] if kind is VOLUMES else volumes_of(kind, recovery)
        numbered = [{**member, **settled, "id": f"{UNKNOWN_ID} ({number})"} for number, member in enumerate(members, 1)]
        whole = {**recovery, **settled, "id": UNKNOWN_ID, **({"member_volumes": numbered} if numbered else {})}
        patches = created(kind, whole)
        for member in numbered:
            patches += created(VOLUMES, {**member, "volume_group": {"id": UNKNOWN_ID, "name": recovery["name"]}})
        return patches


class VolumeRecovery(Recovery):
    """``scp_bm_volume_recovery``."""

    table = RecoveryTable(
        VOLUME_SNAPSHOTS,
        create=api.CREATE_VOLUME_RECOVERY,
        naming="name",
        origin="origin_volume",
        made="recovery_volume",
    )

    def check(self) -> None:
        VOLUMES.check_name(self._called)

    def candidates(self) -> list[dict[str, Any]]:
        return self._finder.named(self._called)

    def matches(self, origin: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        return bool(shown["name"] == self._called)

    def read_blockers(self, origin: Mapping[str, Any]) -> list[str]:
        return _taken(self.candidates(), self.table.naming)

    def planned(self, origin: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: origin[name] for name in ("disk_type", "size_gb") if name in origin}
        return {"name": self._called, **kept}


class GroupRecovery(Recovery):
    """``scp_bm_volume_group_recovery``. What the service calls the group is not documented: its members show it."""

    table = RecoveryTable(
        GROUP_SNAPSHOTS,
        create=api.CREATE_VOLUME_GROUP_RECOVERY,
        naming="block_storage_name_prefix",
        origin="origin_volume_group",
        made="recovery_volume_group",
    )

    def check(self) -> None:
        if not _PREFIX.fullmatch(self._called):
            raise StorageError(
                f"block_storage_name_prefix {self._called!r} cannot begin the name of a volume: letters, digits and"
                " hyphens, a letter first."
            )

    def candidates(self) -> list[dict[str, Any]]:
        listed = self.client.read_whole(self.table.snapshots.owners.listing, query={"sort": "created_at:asc"})
        return [group for group in listed if is_recovery(group)]

    def matches(self, origin: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        members = volumes_of(self.table.snapshots.owners, shown)
        names = self._names(origin)
        for member in members:
            # A volume may have left the group that the recovery was made from.
            if source := (member.get("origin_volume") or {}).get("name"):
                names.add(self._called + str(source))
        return bool(members) and all(member["name"] in names for member in members)

    def read_blockers(self, origin: Mapping[str, Any]) -> list[str]:
        names = self._names(origin)
        unfit = sorted(name for name in names if not VOLUMES.rule.fullmatch(name))
        blockers = [f"with the prefix, {', '.join(unfit)} cannot be names ({VOLUMES.rule_text})"] if unfit else []
        listed = self.client.read_whole(VOLUMES.listing, query={"sort": "created_at:asc"})
        return blockers + _taken((volume for volume in listed if volume["name"] in names), self.table.naming)

    def _names(self, origin: Mapping[str, Any]) -> set[str]:
        """What the members are called."""
        members = volumes_of(self.table.snapshots.owners, origin)
        return {self._called + str(member["name"]) for member in members}

    def planned(self, origin: Mapping[str, Any]) -> dict[str, Any]:
        members = volumes_of(self.table.snapshots.owners, origin)
        return {
            "name": self._called + str(origin["name"]),
            "member_volumes": [
                {"id": UNKNOWN_ID, "name": self._called + str(member["name"]), "state": "CREATING"}
                for member in members
            ],
        }


def _taken(volumes: Iterable[Mapping[str, Any]], naming: str) -> list[str]:
    """Volumes that have names that a recovery needs, as a blocker, if there are any."""
    reported = [describe_owner(volume) for volume in volumes if not leaving(volume)]
    if not reported:
        return []
    names, are = ("the name is", "is") if len(reported) == 1 else ("the names are", "are")
    return [
        f"{names} taken by {', '.join(reported)}, which {are} not shown as its recovery (if you ran this task a moment"
        f" ago, run it again in a minute; otherwise choose another {naming})"
    ]
