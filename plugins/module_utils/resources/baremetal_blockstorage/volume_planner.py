# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan changes of Block Storage (BM) volumes, without reading (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import StorageError
from ...engine.lookup import all_immutable, immutable
from ...engine.plan import UNKNOWN_ID, Step, TaskPlanner
from ...operations import baremetal_blockstorage as api
from .. import zones
from .lookup import (
    ABOUT_LAST_MEMBERS,
    DELETING,
    NO_SCHEDULE,
    VOLUMES,
    is_recovery,
    leaving,
    replicated,
    schedule_of,
)
from .replication_state import VOLUME_REPLICATIONS, from_either_side, stopped, with_policy

MAX_ATTACHMENTS = 8


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


@dataclass(frozen=True)
class Blocker:
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


def describe_blockers(volume: Mapping[str, Any], what: str, blockers: Sequence[Blocker]) -> str:
    return f"Volume {volume['name']} ({volume['id']}) {what}: " + "; ".join(map(str, blockers)) + "."


def _about_dependents(volume: Mapping[str, Any]) -> str:
    """What to do when a deletion is refused for what may, or may not, keep a volume (neither is documented)."""
    recovery = (volume.get("recovery") or {}).get("recovery_volume") or {}
    reported = []
    if volume.get("snapshot_rate"):
        reported.append("If snapshots keep the volume, end them first (snapshot_rate 0).")
    if recovery and recovery.get("id") != volume["id"]:
        reported.append(f"If its recovery {recovery.get('name')} ({recovery['id']}) keeps it, remove that first.")
    return " ".join(reported)


def attached(volume: Mapping[str, Any] | None) -> dict[str, str]:
    """Types of the servers that use a volume, by id."""
    return {str(item["id"]): str(item["type"]) for item in (volume or {}).get("attachments") or ()}


def _attachment(identifier: str, kind: str) -> dict[str, Any]:
    return {"id": identifier, "type": kind}


class VolumePlanner(TaskPlanner[VolumeState]):
    """Plans for ``scp_bm_volume``."""

    @property
    def wanted(self) -> str:
        return str(self.params.get("volume_id") or self.params["name"])

    @property
    def attachments_asked(self) -> dict[str, str] | None:
        """Types of the servers that a task lists, by id; ``None`` where it says nothing of them."""
        asked = self.params.get("attachments")
        return None if asked is None else {item["object_id"]: item["object_type"] for item in asked}

    @property
    def qos_asked(self) -> dict[str, int]:
        return {name: value for name, value in (self.params.get("qos") or {}).items() if value is not None}

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
            missing += [f"qos.{name}" for name in QOS if name not in self.qos_asked]
        if missing:
            raise StorageError(
                f"There is no {VOLUMES.title} {self.wanted!r} in {self.region}, and to create it the task must also"
                f" give {' and '.join(missing)}. (A new volume has one server at least, and an SSD volume has a QoS.)"
            )
        attachments = [
            {"object_id": identifier, "object_type": kind}
            for identifier, kind in (self.attachments_asked or {}).items()
        ]
        body = {
            "name": params["name"],
            "disk_type": params["disk_type"],
            "size_gb": params["size_gb"],
            "attachments": attachments,
            **({"qos": self.qos_asked} if self.qos_asked else {}),
            **({"tags": params["tags"]} if params.get("tags") else {}),
            zones.ZONE: zones.chosen(params, self.default_zone, self.region),
        }

        def effect(before: VolumeState, answer: Mapping[str, Any]) -> VolumeState:
            volume = {
                "id": answer.get("resource_id", UNKNOWN_ID),
                "name": params["name"],
                "disk_type": params["disk_type"],
                "size_gb": params["size_gb"],
                "state": "CREATING",
                "purpose": "ORG",
                "qos": self.qos_asked or None,
                "snapshot_rate": 0,
                "snapshot_schedule": NO_SCHEDULE,
                "attachments": [_attachment(item["object_id"], item["object_type"]) for item in attachments],
                "external_errors": [],
                **zones.shown(answer),
            }
            return replace(before, volume=volume)

        return Step(api.CREATE_VOLUME, effect, body=body, advice=ABOUT_SERVERS, insist=zones.explicit(params))

    def _check_unchangeable(self, volume: Mapping[str, Any]) -> None:
        if self.params.get("volume_id"):
            immutable("name", volume["name"], self.params.get("name"), "Leave out name, or give another volume_id.")
        again = "Use another name for a new volume, or remove this one first (state absent), which deletes its data."
        fixed = {option: (volume.get(option), self.params.get(option)) for option in ("disk_type", "size_gb")}
        all_immutable({**fixed, **zones.unlike(volume.get(zones.ZONE), self.params)}, again)

    def _next_qos(self, volume: dict[str, Any]) -> Step[VolumeState] | None:
        present = volume.get("qos") or {}
        wanted = {**{name: present.get(name) for name in QOS}, **self.qos_asked}
        if not self.qos_asked or all(present.get(name) == value for name, value in self.qos_asked.items()):
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
        blockers = [
            blocker for blocker in self._blockers(VolumeState(volume)) if blocker.of_snapshots and not blocker.allowed
        ]
        if blockers:
            raise StorageError(describe_blockers(volume, "cannot end its snapshots (snapshot_rate 0)", blockers))
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
        asked = self.attachments_asked
        if asked is None:
            return None
        present = attached(volume)
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
            done=lambda seen: servers.keys() <= attached(seen.volume).keys(),
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
            done=lambda seen: not attached(seen.volume).keys() & set(servers),
        )

    def _blockers(self, state: VolumeState) -> list[Blocker]:
        """All that keeps the volume from being deleted, with what each needs to go (platform-behaviour.md §7)."""
        may, volume = self.params.get, state.volume or {}
        group = volume.get("volume_group") or {}
        servers = ", ".join(
            f"{item.get('name') or item['id']} ({item['id']})" for item in volume.get("attachments") or ()
        )
        found = [
            Blocker(
                bool(schedule_of(volume)),
                "it has a snapshot schedule",
                "end_snapshot_schedule",
                bool(may("end_snapshot_schedule")),
                of_snapshots=True,
            ),
            Blocker(
                replicated(volume),
                "it is replicated" + ("" if self.wants_absent else f" ({_ELSEWHERE['replication']})"),
                "end_replication" if self.wants_absent else "",
                bool(may("end_replication")) and self.wants_absent,
                of_snapshots=True,
            ),
            Blocker(
                bool(group),
                f"it is in the volume group {group.get('name')} ({group.get('id')})"
                + ("" if self.wants_absent else f" ({_ELSEWHERE['group']})"),
                "leave_volume_group" if self.wants_absent else "",
                bool(may("leave_volume_group")) and self.wants_absent,
                of_snapshots=True,
            ),
            Blocker(
                replicated(state.group),
                f"its volume group {group.get('name')} is replicated (end that with scp_bm_volume_group_replication and"
                " state absent)",
            ),
            Blocker(bool(servers), f"it is attached to {servers}", "detach", bool(may("detach"))),
        ]
        return [blocker for blocker in found if blocker.there]

    def _next_removal(self, state: VolumeState) -> Step[VolumeState] | None:
        volume = state.volume
        if volume is None or leaving(volume):
            return None
        blockers = [blocker for blocker in self._blockers(state) if not blocker.allowed]
        if blockers:
            raise StorageError(describe_blockers(volume, "cannot be deleted", blockers))
        if schedule_of(volume):
            return self._end_schedule(volume)
        # One that the service does not show any more cannot be ended: a volume may say a little longer that it has it.
        if replicated(volume) and state.replication is not None:
            return self._end_replication(volume, state.replication)
        if group := volume.get("volume_group"):
            return self._leave(volume, group)
        if servers := list(attached(volume)):
            return self._detach(volume, servers)

        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            return replace(before.with_fields(state=DELETING), removing=True)

        return Step(api.DELETE_VOLUME, effect, path={"volume_id": volume["id"]}, advice=_about_dependents(volume))

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
