# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) volumes: their servers, QoS and space for snapshots (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import StorageError
from ...engine.lookup import Finder, all_immutable, immutable
from ...engine.overlay import ResponsePatch, deleted, upserted
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Resource
from ...operations import baremetal_blockstorage as api
from .lookup import (
    ABOUT_LAST_MEMBERS,
    DELETING,
    GROUPS,
    NO_SCHEDULE,
    VOLUMES,
    changing,
    describe_failure,
    find_owner,
    in_error,
    is_recovery,
    leaving,
    replicated,
    schedule_of,
    show_owner,
    under_way,
)
from .replication import VOLUME_REPLICATIONS, from_either_side, read_replication, stopped, with_policy
from .snapshot_owner_info import OwnerInfo

MAX_ATTACHMENTS = 8
SIZES_GB = (1, 16384)
#: For refusals of calls that name servers.
ABOUT_SERVERS = "Check object_id and object_type: the servers must exist in the region of the volume."
#: What ends what keeps a volume from losing the space for snapshots, where no option of this module does.
_ELSEWHERE = {
    "replication": "scp_bm_volume_replication with state absent ends that",
    "group": "scp_bm_volume_group with purge_volumes, or with state absent, takes it out",
}
QOS = {"iops": (5000, 20000), "throughput": (250, 1000)}


@dataclass(frozen=True)
class VolumeState:
    """A volume as the show operation gives it.

    :ivar group: its group in full, read only where the volume is to go.
    :ivar replication: see :func:`read_replication`; read only where the task may end it.
    :ivar removing: this task has sent the call that deletes it.
    """

    volume: dict[str, Any] | None = None
    group: dict[str, Any] | None = None
    replication: dict[str, Any] | None = None
    removing: bool = False

    def with_fields(self, **fields: Any) -> VolumeState:
        """The state with some of the volume's fields replaced."""
        return replace(self, volume={**(self.volume or {}), **fields})


class Volume(Resource[VolumeState]):
    """``scp_bm_volume``."""

    result_key = "volume"
    repairs = True

    @property
    def _wanted(self) -> str:
        return str(self.params.get("volume_id") or self.params["name"])

    @property
    def _attachments_asked(self) -> dict[str, str] | None:
        """Types of the servers that a task lists, by id; ``None`` where it says nothing of them."""
        asked = self.params.get("attachments")
        return None if asked is None else {item["object_id"]: item["object_type"] for item in asked}

    @property
    def _qos_asked(self) -> dict[str, int]:
        return {name: value for name, value in (self.params.get("qos") or {}).items() if value is not None}

    @property
    def exclusive_name(self) -> str:
        by_id = self.params.get("volume_id")
        return "" if self.wants_absent or by_id else f"{VOLUMES.title} {self._wanted!r}"

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        if self.wants_absent:
            return
        params = self.params
        if params.get("name"):
            VOLUMES.check_name(params["name"])
        _check_range("size_gb", params.get("size_gb"), SIZES_GB, "GB")
        for name, value in self._qos_asked.items():
            _check_range(f"qos.{name}", value, QOS[name], {"iops": "IOPS", "throughput": "MB/s"}[name])
        if params.get("disk_type") == "HDD" and self._qos_asked:
            raise StorageError("qos goes with disk_type SSD only. Leave it out, or ask for an SSD volume.")
        _check_range("snapshot_rate", params.get("snapshot_rate"), (0, 100), "percent; 0 ends snapshots")
        self._check_attachments()

    def _check_attachments(self) -> None:
        listed = self.params.get("attachments") or []
        types: dict[str, set[str]] = {}
        for item in listed:
            types.setdefault(item["object_id"], set()).add(item["object_type"])
        if twice := [identifier for identifier, kinds in types.items() if len(kinds) > 1]:
            raise StorageError(f"attachments lists {', '.join(twice)} as BM and as MNGC. A server is one of them.")
        if len(types) > MAX_ATTACHMENTS:
            raise StorageError(
                f"attachments lists {len(types)} servers, and a volume can have {MAX_ATTACHMENTS} at most."
            )

    def find(self) -> VolumeState:
        finder = Finder(self.client, VOLUMES)
        if identifier := self.params.get("volume_id"):
            shown = show_owner(finder, identifier)
            if shown is None and not self.wants_absent:
                raise finder.missing(identifier)
        else:
            shown = find_owner(finder, self._wanted, leaving_counts=self.wants_absent)
        return self._with_blockers(VolumeState(shown))

    def _with_blockers(self, state: VolumeState) -> VolumeState:
        """Add what the show operation does not show of things that this task may end."""
        volume = state.volume
        if volume is None or not self.wants_absent:
            return state
        group, replication = volume.get("volume_group"), None
        if group is not None:
            group = show_owner(Finder(self.client, GROUPS), group["id"])
        if replicated(volume) and self.params.get("end_replication"):
            replication = read_replication(self.client, VOLUME_REPLICATIONS, volume["id"], owner=volume)
        return replace(state, group=group, replication=replication)

    def refresh(self, state: VolumeState) -> VolumeState:
        if state.volume is None:
            return state
        shown = show_owner(Finder(self.client, VOLUMES), state.volume["id"])
        if state.removing and shown is not None and in_error(shown):
            raise StorageError(
                f"{describe_failure(self.result_key, shown)} Its deletion went wrong; run the task"
                " again to delete it once more."
            )
        state = replace(state, volume=shown)
        if state.group is not None and changing(GROUPS, state.group):
            state = replace(state, group=show_owner(Finder(self.client, GROUPS), state.group["id"]))
        return self._with_blockers(state) if state.replication is not None else state

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: VolumeState) -> Step[VolumeState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.volume is None:
            return self._create()
        if leaving(state.volume):
            raise StorageError(f"Volume {state.volume['name']} is being deleted. Ask for it by name to make a new one.")
        self._check_unchangeable(state.volume)
        return self._next_qos(state.volume) or self._next_rate(state.volume) or self._next_attachment(state.volume)

    def _create(self) -> Step[VolumeState]:
        params = self.params
        missing = [name for name in ("name", "disk_type", "size_gb", "attachments") if not params.get(name)]
        if params.get("disk_type") == "SSD":
            missing += [f"qos.{name}" for name in QOS if name not in self._qos_asked]
        if missing:
            raise StorageError(
                f"There is no {VOLUMES.title} {self._wanted!r} in {self.region}, and to create it the task must also"
                f" give {' and '.join(missing)}. (A new volume has one server at least, and an SSD volume has a QoS.)"
            )
        attachments = [
            {"object_id": identifier, "object_type": kind}
            for identifier, kind in (self._attachments_asked or {}).items()
        ]
        body = {
            "name": params["name"],
            "disk_type": params["disk_type"],
            "size_gb": params["size_gb"],
            "attachments": attachments,
            **({"qos": self._qos_asked} if self._qos_asked else {}),
            **({"tags": params["tags"]} if params.get("tags") else {}),
        }

        def effect(before: VolumeState, answer: Mapping[str, Any]) -> VolumeState:
            volume = {
                "id": answer.get("resource_id", UNKNOWN_ID),
                "name": params["name"],
                "disk_type": params["disk_type"],
                "size_gb": params["size_gb"],
                "state": "CREATING",
                "purpose": "ORG",
                "qos": self._qos_asked or None,
                "snapshot_rate": 0,
                "snapshot_schedule": NO_SCHEDULE,
                "attachments": [_attachment(item["object_id"], item["object_type"]) for item in attachments],
                "external_errors": [],
            }
            return replace(before, volume=volume)

        return Step(api.CREATE_VOLUME, effect, body=body, advice=ABOUT_SERVERS)

    def _check_unchangeable(self, volume: Mapping[str, Any]) -> None:
        if self.params.get("volume_id"):
            immutable("name", volume["name"], self.params.get("name"), "Leave out name, or give another volume_id.")
        again = "Use another name for a new volume, or remove this one first (state absent), which deletes its data."
        all_immutable(
            {option: (volume.get(option), self.params.get(option)) for option in ("disk_type", "size_gb")}, again
        )

    def _next_qos(self, volume: dict[str, Any]) -> Step[VolumeState] | None:
        present = volume.get("qos") or {}
        wanted = {**{name: present.get(name) for name in QOS}, **self._qos_asked}
        if not self._qos_asked or all(present.get(name) == value for name, value in self._qos_asked.items()):
            return None
        if volume["disk_type"] != "SSD":
            raise StorageError(f"Volume {volume['name']} is {volume['disk_type']}, and only SSD volumes have a qos.")
        qos = {name: value for name, value in wanted.items() if value is not None}

        def done(seen: VolumeState) -> bool:
            return ((seen.volume or {}).get("qos") or {}) == qos

        return Step(
            api.SET_VOLUME_QOS,
            lambda before, _answer: before.with_fields(qos=qos),
            path={"volume_id": volume["id"]},
            body=qos,
            done=done,
        )

    def _next_rate(self, volume: dict[str, Any]) -> Step[VolumeState] | None:
        wanted, present = self.params.get("snapshot_rate"), volume.get("snapshot_rate") or 0
        if wanted is None or wanted == present:
            return None
        if is_recovery(volume):
            raise StorageError(
                f"Volume {volume['name']} ({volume['id']}) is a recovery, and a recovery has no separate snapshots:"
                " leave out snapshot_rate."
            )
        if wanted == 0:
            return self._end_rate(volume)
        operation = api.SET_VOLUME_SNAPSHOT_RATE if present else api.CREATE_VOLUME_SNAPSHOT_RATE
        return self._write_rate(operation, volume, wanted, {"snapshot_rate": wanted})

    def _end_rate(self, volume: dict[str, Any]) -> Step[VolumeState]:
        """End snapshots, and before that what needs them."""
        in_the_way = [
            hindrance
            for hindrance in self._blockers(VolumeState(volume))
            if hindrance.of_snapshots and not hindrance.allowed
        ]
        if in_the_way:
            raise StorageError(_told(volume, "cannot end its snapshots (snapshot_rate 0)", in_the_way))
        if schedule_of(volume):
            return self._end_schedule(volume)
        return self._write_rate(api.DELETE_VOLUME_SNAPSHOT_RATE, volume, 0, None)

    @staticmethod
    def _write_rate(
        operation: Any, volume: Mapping[str, Any], rate: int, body: Mapping[str, Any] | None
    ) -> Step[VolumeState]:
        return Step(
            operation,
            lambda before, _answer: before.with_fields(snapshot_rate=rate),
            path={"volume_id": volume["id"]},
            body=body,
            done=lambda seen: ((seen.volume or {}).get("snapshot_rate") or 0) == rate,
        )

    def _next_attachment(self, volume: dict[str, Any]) -> Step[VolumeState] | None:
        """All servers that are missing in one call, and all that are too many in another.

        The new ones come first, so that the volume is not without servers in between, unless there is no room.
        """
        asked = self._attachments_asked
        if asked is None:
            return None
        present = _attached(volume)
        for identifier, kind in asked.items():
            if present.get(identifier, kind) != kind:
                raise StorageError(
                    f"attachments lists {identifier} as {kind}, and it is attached to volume {volume['name']} as"
                    f" {present[identifier]}. Correct object_type."
                )
        missing = {identifier: kind for identifier, kind in asked.items() if identifier not in present}
        surplus = [identifier for identifier in present if identifier not in asked]
        purge = bool(self.params.get("purge_attachments"))
        if missing and len(present) + len(missing) <= MAX_ATTACHMENTS:
            return self._attach(volume, missing)
        if surplus and purge:
            return self._detach(volume, surplus)
        if missing:
            raise StorageError(
                f"Volume {volume['name']} has {len(present)} servers, and with {len(missing)} more it would have more"
                f" than {MAX_ATTACHMENTS}. Set purge_attachments to true if the others may go:"
                f" {', '.join(surplus)}."
            )
        return None

    @staticmethod
    def _attach(volume: Mapping[str, Any], servers: Mapping[str, str]) -> Step[VolumeState]:
        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            added = [_attachment(identifier, kind) for identifier, kind in servers.items()]
            return before.with_fields(
                attachments=[*(before.volume or {}).get("attachments", ()), *added], state="ATTACHING"
            )

        return Step(
            api.ATTACH_VOLUME,
            effect,
            path={"volume_id": volume["id"]},
            body={
                "attachments": [{"object_id": identifier, "object_type": kind} for identifier, kind in servers.items()]
            },
            done=lambda seen: servers.keys() <= _attached(seen.volume).keys(),
            advice=ABOUT_SERVERS,
        )

    @staticmethod
    def _detach(volume: Mapping[str, Any], servers: Sequence[str]) -> Step[VolumeState]:
        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            kept = [item for item in (before.volume or {}).get("attachments", ()) if item["id"] not in servers]
            return before.with_fields(attachments=kept, state="DETACHING")

        return Step(
            api.DETACH_VOLUME,
            effect,
            path={"volume_id": volume["id"]},
            body={"attachments": list(servers)},
            done=lambda seen: not _attached(seen.volume).keys() & set(servers),
        )

    # -- removing -----------------------------------------------------------------------------------------------------

    def _blockers(self, state: VolumeState) -> list[Hindrance]:
        """All that keeps the volume from being deleted, with what each needs to go (platform-behaviour.md §7)."""
        may, volume = self.params.get, state.volume or {}
        group = volume.get("volume_group") or {}
        servers = ", ".join(
            f"{item.get('name') or item['id']} ({item['id']})" for item in volume.get("attachments") or ()
        )
        found = [
            Hindrance(
                bool(schedule_of(volume)),
                "it has a snapshot schedule",
                "end_snapshot_schedule",
                bool(may("end_snapshot_schedule")),
                of_snapshots=True,
            ),
            Hindrance(
                replicated(volume),
                "it is replicated" + ("" if self.wants_absent else f" ({_ELSEWHERE['replication']})"),
                "end_replication" if self.wants_absent else "",
                bool(may("end_replication")) and self.wants_absent,
                of_snapshots=True,
            ),
            Hindrance(
                bool(group),
                f"it is in the volume group {group.get('name')} ({group.get('id')})"
                + ("" if self.wants_absent else f" ({_ELSEWHERE['group']})"),
                "leave_volume_group" if self.wants_absent else "",
                bool(may("leave_volume_group")) and self.wants_absent,
                of_snapshots=True,
            ),
            Hindrance(
                replicated(state.group),
                f"its volume group {group.get('name')} is replicated (end that with scp_bm_volume_group_replication and"
                " state absent)",
            ),
            Hindrance(bool(servers), f"it is attached to {servers}", "detach", bool(may("detach"))),
        ]
        return [hindrance for hindrance in found if hindrance.there]

    def _next_removal(self, state: VolumeState) -> Step[VolumeState] | None:
        volume = state.volume
        if volume is None or leaving(volume):
            return None
        in_the_way = [hindrance for hindrance in self._blockers(state) if not hindrance.allowed]
        if in_the_way:
            raise StorageError(_told(volume, "cannot be deleted", in_the_way))
        if schedule_of(volume):
            return self._end_schedule(volume)
        # One that the service does not show any more cannot be ended: a volume may say a little longer that it has it.
        if replicated(volume) and state.replication is not None:
            return self._end_replication(volume, state.replication)
        if group := volume.get("volume_group"):
            return self._leave(volume, group)
        if servers := list(_attached(volume)):
            return self._detach(volume, servers)

        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            return replace(before.with_fields(state=DELETING), removing=True)

        return Step(api.DELETE_VOLUME, effect, path={"volume_id": volume["id"]}, advice=_still_hanging(volume))

    @staticmethod
    def _end_schedule(volume: Mapping[str, Any]) -> Step[VolumeState]:
        return Step(
            api.DELETE_VOLUME_SNAPSHOT_SCHEDULE,
            lambda before, _answer: before.with_fields(snapshot_schedule=NO_SCHEDULE),
            path={"volume_id": volume["id"]},
            done=lambda seen: not schedule_of(seen.volume),
        )

    @staticmethod
    def _end_replication(volume: Mapping[str, Any], replication: Mapping[str, Any]) -> Step[VolumeState]:
        """Break the replication and end it; its other end stays."""
        if not stopped(replication):
            step: Step[VolumeState] = Step(
                api.SET_VOLUME_REPLICATION_POLICY,
                lambda before, _answer: replace(before, replication=with_policy(replication, "BREAK")),
                body={"policy": "BREAK"},
                done=lambda seen: seen.replication is None or stopped(seen.replication),
            )
        else:
            step = Step(
                api.DELETE_VOLUME_REPLICATION,
                lambda before, _answer: replace(
                    before.with_fields(has_replication=False, has_origin=False), replication=None
                ),
                done=lambda seen: not replicated(seen.volume),
            )
        return from_either_side(VOLUME_REPLICATIONS, replication, str(volume["id"]), step)

    @staticmethod
    def _leave(volume: Mapping[str, Any], group: Mapping[str, Any]) -> Step[VolumeState]:
        return Step(
            api.REMOVE_VOLUME_GROUP_MEMBER,
            lambda before, _answer: before.with_fields(volume_group=None),
            path={"volume_group_id": group["id"]},
            body={"volume_ids": [volume["id"]]},
            done=lambda seen: not (seen.volume or {}).get("volume_group"),
            advice=ABOUT_LAST_MEMBERS,
        )

    # -- telling ------------------------------------------------------------------------------------------------------

    def pending(self, state: VolumeState) -> str:
        """A change of the volume, and of its group or another member as long as it has to leave that."""
        volume = state.volume or {}
        leaves = self.wants_absent and volume.get("volume_group")
        return under_way(self.result_key, state.volume) or (changing(GROUPS, state.group) if leaves else "")

    def failed(self, state: VolumeState) -> str:
        reported = describe_failure(self.result_key, state.volume)
        if not reported:
            return ""
        return (
            f"{reported} Fix that, and run the task again with all that the volume should have, which attaches and sets"
            " what is missing; or remove it with state absent."
        )

    def view(self, state: VolumeState) -> dict[str, Any]:
        return dict(state.volume or {})

    def managed(self, state: VolumeState) -> dict[str, Any] | None:
        volume = state.volume
        if volume is None or (self.wants_absent and leaving(volume)):
            return None
        return {
            "name": volume["name"],
            "disk_type": volume.get("disk_type"),
            "size_gb": volume.get("size_gb"),
            "qos": volume.get("qos"),
            "snapshot_rate": volume.get("snapshot_rate") or 0,
            "attachments": sorted(f"{kind} {identifier}" for identifier, kind in _attached(volume).items()),
            **({"volume_group": (volume.get("volume_group") or {}).get("name")} if self.wants_absent else {}),
        }

    def planned_responses(self, before: VolumeState, after: VolumeState) -> Iterable[ResponsePatch]:
        volume = after.volume
        if volume is None:
            return ()
        group = (before.volume or {}).get("volume_group")
        in_group = [ResponsePatch(GROUPS.show, _member_edit(volume), {GROUPS.option: group["id"]})] if group else []
        if leaving(volume):
            return [*deleted(VOLUMES, volume["id"]), *in_group]
        return [*upserted(VOLUMES, {**volume, "state": "IN_USE"}), *in_group]


def _member_edit(volume: Mapping[str, Any]) -> Callable[[Any], Any]:
    """How the show operation of a volume's group shows the volume as it is now."""

    def edit(answer: dict[str, Any] | None) -> dict[str, Any] | None:
        if answer is None:
            return None
        group = answer[GROUPS.unwrap]
        members = [
            {**member, **{name: volume[name] for name in member if name in volume}}
            if member["id"] == volume["id"]
            else member
            for member in group.get("member_volumes") or ()
            if member["id"] != volume["id"] or volume.get("volume_group")
        ]
        return {GROUPS.unwrap: {**group, "member_volumes": members}}

    return edit


@dataclass(frozen=True)
class Hindrance:
    """Something that keeps a volume from being deleted.

    :ivar option: the option that lets the task take it away; empty where there is none.
    :ivar of_snapshots: it needs the space for snapshots too.
    """

    there: bool
    what: str
    option: str = ""
    allowed: bool = False
    of_snapshots: bool = False

    def __str__(self) -> str:
        return f"{self.what} (set {self.option} to true to end that)" if self.option else self.what


def _told(volume: Mapping[str, Any], what: str, blockers: Sequence[Hindrance]) -> str:
    return f"Volume {volume['name']} ({volume['id']}) {what}: " + "; ".join(map(str, blockers)) + "."


def _still_hanging(volume: Mapping[str, Any]) -> str:
    """What to do when a deletion is refused for what may, or may not, keep a volume (neither is documented)."""
    recovery = (volume.get("recovery") or {}).get("recovery_volume") or {}
    reported = []
    if volume.get("snapshot_rate"):
        reported.append("If snapshots keep the volume, end them first (snapshot_rate 0).")
    if recovery and recovery.get("id") != volume["id"]:
        reported.append(f"If its recovery {recovery.get('name')} ({recovery['id']}) keeps it, remove that first.")
    return " ".join(reported)


def _attached(volume: Mapping[str, Any] | None) -> dict[str, str]:
    """Types of the servers that use a volume, by id."""
    return {str(item["id"]): str(item["type"]) for item in (volume or {}).get("attachments") or ()}


def _attachment(identifier: str, kind: str) -> dict[str, Any]:
    return {"id": identifier, "type": kind}


def _check_range(option: str, value: int | None, allowed: tuple[int, int], unit: str) -> None:
    lowest, highest = allowed
    if value is not None and not lowest <= value <= highest:
        raise StorageError(f"{option} must be from {lowest} to {highest} ({unit}), not {value}.")


class VolumeInfo(OwnerInfo):
    """``scp_bm_volume_info``."""

    plural = "volumes"
    kind = VOLUMES
    snapshots = api.LIST_VOLUME_SNAPSHOTS
    replications = VOLUME_REPLICATIONS
    filters = ("object_name", "volume_group_name")
