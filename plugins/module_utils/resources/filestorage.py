# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage: volumes, snapshots, snapshot schedules, replications (behaviour.md §5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..client.errors import CallError, NotFound, StorageError
from ..engine.plan import UNKNOWN_ID, Step
from ..engine.references import Finder, Kind, immutable
from ..engine.resource import Info, Resource, side_by_side
from ..operations import filestorage as api
from . import snapshots

VOLUMES = Kind(
    title="File Storage volume",
    listing=api.LIST_VOLUMES,
    show=api.SHOW_VOLUME,
    option="volume_id",
    rule=re.compile(r"[a-z][a-z0-9_]{2,20}"),
    rule_text="3 to 21 characters, lower-case letters, digits and underscores, a letter first",
    suffixed=True,
)
_CIFS_PASSWORD = re.compile(r"(?=.*[A-Za-z])(?=.*\d)(?=.*[^A-Za-z0-9]).{6,20}")
#: Characters that the service's suffix adds to a name.
_SUFFIX_LENGTH = 7
_AVAILABLE = "available"
_DELETING = "deleting"
#: ``purpose`` of a volume that is an end of a replication, and of the target of a disk backup.
_REPLICATING = ("original", "replication")
_DISK_BACKUP = "backup"


def with_base_name(volume: Mapping[str, Any]) -> dict[str, Any]:
    """A volume as results show it: the API's fields and ``base_name``."""
    return {**volume, "base_name": VOLUMES.base_name(str(volume["name"]))}


def _lower(item: Mapping[str, Any] | None, field: str) -> str:
    return str((item or {}).get(field) or "").lower()


def _check_cifs_password(password: str | None) -> None:
    if password is not None and not _CIFS_PASSWORD.fullmatch(password):
        raise StorageError("cifs_password must have 6 to 20 characters, with a letter, a digit and a special character.")


def _still_held(error: CallError) -> bool:
    """A delete that is refused for a moment after a snapshot or a replication went (behaviour.md §5.7)."""
    return error.status in (400, 409)


def _access_rules(finder: Finder, volume_id: str) -> tuple[dict[str, Any], ...]:
    return tuple(finder.client.read_list(api.LIST_ACCESS_RULES, region=finder.region, path={"volume_id": volume_id}))


def _rule_key(rule: Mapping[str, Any]) -> tuple[str, str]:
    return str(rule["object_type"]), str(rule["object_id"])


@dataclass(frozen=True)
class VolumeState:
    """A volume and what hangs on it.

    :ivar rules: ``None`` where the task has no interest in them.
    :ivar leftovers: system snapshots that a replication left behind.
    :ivar replications: read only where they may stand in the way.
    """

    volume: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] | None = None
    leftovers: tuple[dict[str, Any], ...] = ()
    replications: tuple[dict[str, Any], ...] = ()


class Volume(Resource[VolumeState]):
    """``scp_filestorage_volume``."""

    noun = "volume"

    @property
    def _wanted(self) -> str:
        return str(self.params.get("volume_id") or self.params["name"])

    @property
    def _rules_asked(self) -> list[dict[str, str]] | None:
        """The rules a task lists, each once; ``None`` where it says nothing of them."""
        rules = self.params.get("access_rules")
        if rules is None:
            return None
        return [
            {"object_type": kind, "object_id": identifier}
            for kind, identifier in dict.fromkeys(_rule_key(rule) for rule in rules)
        ]

    def check(self) -> None:
        if self.wants_absent:
            return
        name = self.params.get("name")
        if name and not VOLUMES.rule.fullmatch(name) and not VOLUMES.rule.fullmatch(name[:-_SUFFIX_LENGTH]):
            VOLUMES.check_name(name)
        if self.params.get("protocol") == "NFS" and self.params.get("cifs_password") is not None:
            raise StorageError("cifs_password goes with protocol CIFS only. Leave it out, or ask for protocol CIFS.")
        _check_cifs_password(self.params.get("cifs_password"))

    def find(self) -> VolumeState:
        finder = Finder(self.client, VOLUMES)
        found = self._locate(finder)
        if found is None:
            return VolumeState(rules=() if self._rules_asked is not None else None)
        if self.wants_absent:
            return self._with_obstacles(finder, found)
        shown = found if "encryption_enabled" in found else finder.by_id(found["id"])
        if shown is None:
            return VolumeState(rules=() if self._rules_asked is not None else None)
        rules = _access_rules(finder, shown["id"]) if self._rules_asked is not None else None
        return VolumeState(shown, rules)

    def _locate(self, finder: Finder) -> dict[str, Any] | None:
        """The volume that is meant. One that is on its way out is none for a task that wants it present."""
        if identifier := self.params.get("volume_id"):
            found = finder.by_id(identifier)
            if found is None and not self.wants_absent:
                return finder.required(identifier)
            return found
        found = finder.one(self._wanted, leave_out=_going)
        if found is None and self.wants_absent:
            found = finder.one(self._wanted)
        return found

    def _with_obstacles(self, finder: Finder, volume: dict[str, Any]) -> VolumeState:
        if _lower(volume, "state") == _DELETING:
            return VolumeState(volume, ())
        query = {"volume_id": volume["id"]}
        listed = self.client.read_list(api.LIST_SNAPSHOTS, query=query)
        replications: list[dict[str, Any]] = []
        if _lower(volume, "purpose") in _REPLICATING:
            replications = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query=query)
        leftovers = tuple(item for item in listed if snapshots.is_system(item))
        return VolumeState(volume, _access_rules(finder, volume["id"]), leftovers, tuple(replications))

    def refresh(self, state: VolumeState) -> VolumeState:
        if state.volume is None:
            return state
        finder = Finder(self.client, VOLUMES)
        volume = finder.by_id(state.volume["id"])
        if volume is None or not state.rules:
            return replace(state, volume=volume)
        if self.wants_absent and _lower(volume, "state") == _DELETING:
            return replace(state, volume=volume, rules=())
        return replace(state, volume=volume, rules=_access_rules(finder, volume["id"]))

    def next_step(self, state: VolumeState) -> Step[VolumeState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.volume is None:
            return self._create()
        self._check_unchangeable(state.volume)
        wanted = self.params.get("file_unit_recovery_enabled")
        if wanted is not None and state.volume.get("file_unit_recovery_enabled") is not wanted:
            return self._set_file_unit_recovery(state.volume, wanted)
        return self._next_rule(state)

    def _create(self) -> Step[VolumeState]:
        params = self.params
        missing = [name for name in ("name", "protocol", "type_name") if not params.get(name)]
        if missing:
            raise StorageError(
                f"There is no File Storage volume {self._wanted!r} in {self.region}, and to create it the task must also give"
                f" {' and '.join(missing)}."
            )
        VOLUMES.check_name(params["name"])
        if params["protocol"] == "CIFS" and params.get("cifs_password") is None:
            raise StorageError("A CIFS volume needs cifs_password when it is created.")
        body = {
            name: params[name]
            for name in ("name", "protocol", "type_name", "snapshot_id", "cifs_password", "tags")
            if params.get(name) is not None
        }

        def effect(before: VolumeState, answer: Mapping[str, Any]) -> VolumeState:
            volume = {
                "id": answer.get("volume_id", UNKNOWN_ID),
                "name": params["name"],
                "protocol": params["protocol"],
                "type_name": params["type_name"],
                "state": "creating",
                "purpose": "none",
                # What a new volume starts with is not documented, so what was asked for is always set.
                "file_unit_recovery_enabled": None,
            }
            return replace(before, volume=volume)

        return Step(api.CREATE_VOLUME, effect, body=body)

    def _check_unchangeable(self, volume: Mapping[str, Any]) -> None:
        anew = "Use another name for a new volume, or remove this one first (state absent), which deletes its data."
        name = self.params.get("name")
        if name and not VOLUMES.fits(str(volume["name"]), name) and volume["name"] != name:
            immutable("name", VOLUMES.base_name(str(volume["name"])), name, "Leave out name, or give the id of another volume.")
        for option in ("protocol", "type_name"):
            immutable(option, volume.get(option), self.params.get(option), anew)

    def _set_file_unit_recovery(self, volume: dict[str, Any], wanted: bool) -> Step[VolumeState]:
        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            return replace(before, volume={**(before.volume or {}), "file_unit_recovery_enabled": wanted})

        def done(seen: VolumeState) -> bool:
            return (seen.volume or {}).get("file_unit_recovery_enabled") is wanted

        return Step(
            api.SET_VOLUME, effect, path={"volume_id": volume["id"]}, body={"file_unit_recovery_enabled": wanted}, done=done,
            not_yet=snapshots.busy,
        )

    def _next_rule(self, state: VolumeState) -> Step[VolumeState] | None:
        asked = self._rules_asked
        if asked is None or state.volume is None:
            return None
        present = {_rule_key(rule): rule for rule in state.rules or ()}
        wanted = {_rule_key(rule): rule for rule in asked}
        for key, rule in wanted.items():
            if key not in present:
                return set_access_rule(state.volume["id"], rule, "add", _replace_rules)
        if self.params.get("purge_access_rules"):
            for key, rule in present.items():
                if key not in wanted:
                    return set_access_rule(state.volume["id"], rule, "remove", _replace_rules)
        return None

    def _next_removal(self, state: VolumeState) -> Step[VolumeState] | None:
        volume = state.volume
        if volume is None or _lower(volume, "state") == _DELETING:
            return None
        if state.replications:
            raise StorageError(_replication_in_the_way(volume, state.replications))
        for rule in state.rules or ():
            return set_access_rule(volume["id"], rule, "remove", _replace_rules)
        for snapshot in state.leftovers:
            return delete_leftover(volume["id"], snapshot, _drop_leftover)
        return delete_volume(volume["id"], lambda before: replace(before, volume={**volume, "state": _DELETING}))

    def pending(self, state: VolumeState) -> str:
        volume = state.volume
        if volume is None:
            return ""
        if _lower(volume, "state") != _AVAILABLE and not (self.wants_absent and "error" in _lower(volume, "state")):
            return f"volume {volume['name']}: {volume['state']}"
        return self._pending_rule(state)

    def _pending_rule(self, state: VolumeState) -> str:
        """An access rule of the task that is not active yet."""
        asked = {_rule_key(rule) for rule in self._rules_asked or ()}
        for rule in state.rules or ():
            if _rule_key(rule) in asked and _lower(rule, "access_rule_state") != "active":
                return f"access rule for {rule['object_type']} {rule['object_id']}: {rule['access_rule_state'] or 'sent'}"
        return ""

    def failed(self, state: VolumeState) -> str:
        if "error" in _lower(state.volume, "state"):
            volume = state.volume or {}
            return (
                f"Volume {volume['name']} ({volume['id']}) is in state {volume['state']}."
                " Remove it with state absent and create it again, or ask the provider's support."
            )
        for rule in state.rules or ():
            if "error" in _lower(rule, "access_rule_state"):
                return f"The access rule for {rule['object_type']} {rule['object_id']} is in state {rule['access_rule_state']}."
        return ""

    def view(self, state: VolumeState) -> dict[str, Any]:
        if state.volume is None:
            return {}
        shown = with_base_name(state.volume)
        return shown if state.rules is None else {**shown, "access_rules": list(state.rules)}

    def managed(self, state: VolumeState) -> dict[str, Any] | None:
        volume = state.volume
        if volume is None or (self.wants_absent and _lower(volume, "state") == _DELETING):
            return None
        fields = ("protocol", "type_name", "file_unit_recovery_enabled")
        managed = {"name": VOLUMES.base_name(str(volume["name"])), **{name: volume.get(name) for name in fields}}
        if state.rules is not None:
            managed["access_rules"] = sorted(" ".join(_rule_key(rule)) for rule in state.rules)
        return managed


def _going(volume: Mapping[str, Any]) -> bool:
    return _lower(volume, "state") == _DELETING


def _replication_in_the_way(volume: Mapping[str, Any], replications: Sequence[Mapping[str, Any]]) -> str:
    told = "; ".join(
        f"{item['replication_id']} from {item['source_volume_id']} in {item['source_volume_region']}"
        f" to {item['replication_volume_id']} in {item['replication_volume_region']}"
        for item in replications
    )
    return (
        f"Volume {volume['name']} can't be deleted while it is replicated: {told}. End the replication first"
        " (scp_filestorage_replication with state absent, or the role dr_teardown)."
    )


def _replace_rules(state: VolumeState, change: Callable[[tuple[dict[str, Any], ...]], tuple[dict[str, Any], ...]]) -> VolumeState:
    return replace(state, rules=change(state.rules or ()))


def _drop_leftover(state: VolumeState, snapshot: Mapping[str, Any]) -> VolumeState:
    return replace(state, leftovers=tuple(other for other in state.leftovers if other["id"] != snapshot["id"]))


def set_access_rule(
    volume_id: str, rule: Mapping[str, Any], action: str, change_rules: Callable[[Any, Any], Any], region: str = ""
) -> Step[Any]:
    """Add or remove one access rule.

    :param change_rules: gets a state and a function from rules to rules, and returns the state with the changed rules.
    """
    key = _rule_key(rule)

    def change(rules: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        left = tuple(other for other in rules if _rule_key(other) != key)
        return left if action == "remove" else (*left, {"object_type": key[0], "object_id": key[1], "access_rule_state": ""})

    return Step(
        api.SET_ACCESS_RULE, lambda before, _answer: change_rules(before, change), region=region,
        path={"volume_id": volume_id}, body={"object_id": key[1], "object_type": key[0], "action": action},
        not_yet=snapshots.busy, at_once=True,
    )


def delete_leftover(
    volume_id: str, snapshot: Mapping[str, Any], drop: Callable[[Any, Mapping[str, Any]], Any], region: str = ""
) -> Step[Any]:
    """Delete a system snapshot that a replication left behind."""
    return Step(
        api.DELETE_SNAPSHOT, lambda before, _answer: drop(before, snapshot), region=region,
        path={"snapshot_id": snapshot["id"]}, query={"volume_id": volume_id}, not_yet=snapshots.busy,
        at_once=True,
    )


def delete_volume(volume_id: str, effect: Callable[[Any], Any], region: str = "") -> Step[Any]:
    """Delete a volume; a refusal right after a snapshot or a replication went is taken as "not yet"."""
    return Step(
        api.DELETE_VOLUME, lambda before, _answer: effect(before), region=region, path={"volume_id": volume_id},
        not_yet=_still_held,
    )


class VolumeInfo(Info):
    """``scp_filestorage_volume_info``."""

    plural = "volumes"

    def read(self) -> dict[str, Any]:
        shown = side_by_side(self._complete, self._found())
        return {self.plural: [volume for volume in shown if volume is not None]}

    def _found(self) -> list[dict[str, Any]]:
        """The volumes that are asked for, as the list or show operation gives them."""
        kind = self.params.get("type_name")
        if identifier := self.params.get("volume_id"):
            volume = Finder(self.client, VOLUMES).by_id(identifier)
            found = [volume] if volume is not None else []
        elif name := self.params.get("name"):
            found = Finder(self.client, VOLUMES).named(name)
        else:
            return self.client.read_list(api.LIST_VOLUMES, query={"type_name": kind, "sort": "created_at:asc"})
        return [volume for volume in found if kind in (None, volume.get("type_name"))]

    def _complete(self, volume: dict[str, Any]) -> dict[str, Any] | None:
        """One volume with its details and what was gathered; ``None`` if it went in the meantime."""
        finder = Finder(self.client, VOLUMES)
        shown = volume if "encryption_enabled" in volume else finder.by_id(volume["id"])
        if shown is None:
            return None
        result = with_base_name(shown)
        try:
            for part in sorted(self.gather):
                result[part] = self._PARTS[part](self.client, shown)
        except NotFound:
            return None
        return result

    _PARTS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {  # noqa: RUF012
        "access_rules": lambda client, volume: list(_access_rules(Finder(client, VOLUMES), volume["id"])),
        "snapshots": lambda client, volume: client.read_list(api.LIST_SNAPSHOTS, query={"volume_id": volume["id"]}),
        "snapshot_schedule": lambda client, volume: read_schedule(client, volume["id"]),
        "replications": lambda client, volume: read_replications(client, volume["id"]),
    }


SNAPSHOTS = snapshots.SnapshotTable(
    volumes=VOLUMES,
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


def read_schedule(client: Any, volume_id: str) -> dict[str, Any] | None:
    """A volume's snapshot schedule as one flat object, or ``None`` (behaviour.md §3: an array of at most one)."""
    answer = client.call(api.LIST_SNAPSHOT_SCHEDULE, query={"volume_id": volume_id})
    schedules = answer.get("snapshot_schedule") or []
    if not schedules:
        return None
    around = {name: answer.get(name) for name in ("snapshot_retention_count", "snapshot_policy_enabled")}
    return {"volume_id": volume_id, **around, **schedules[0]}


@dataclass(frozen=True)
class ScheduleState:
    """A volume and its schedule, flat."""

    volume: dict[str, Any] | None
    schedule: dict[str, Any] | None = None


class SnapshotSchedule(Resource[ScheduleState]):
    """``scp_filestorage_snapshot_schedule``."""

    noun = "snapshot_schedule"

    def check(self) -> None:
        count = self.params.get("snapshot_retention_count")
        if count is not None and not 1 <= count <= 128:
            raise StorageError(f"snapshot_retention_count must be from 1 to 128, not {count}.")
        if self.params.get("frequency") == "DAILY" and self.params.get("day_of_week"):
            raise StorageError("day_of_week goes with frequency WEEKLY only. Leave it out, or ask for WEEKLY.")

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
            wanted["day_of_week"] = None
        missing = [name for name in ("frequency", "hour") if wanted[name] is None]
        if wanted["frequency"] == "WEEKLY" and not wanted["day_of_week"]:
            missing.append("day_of_week (which WEEKLY needs)")
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
            return replace(before, schedule={"volume_id": volume_id, "id": UNKNOWN_ID, **(before.schedule or {}), **wanted})

        def done(seen: ScheduleState) -> bool:
            return seen.schedule is not None and all(seen.schedule.get(name) == value for name, value in wanted.items())

        return Step(operation, effect, body=body, done=done, **address)

    def _delete(self, state: ScheduleState) -> Step[ScheduleState]:
        return Step(
            api.DELETE_SNAPSHOT_SCHEDULE, lambda before, _answer: replace(before, schedule=None), not_yet=snapshots.busy,
            done=lambda seen: seen.schedule is None, **self._address(state),
        )

    @staticmethod
    def _address(state: ScheduleState) -> dict[str, Any]:
        schedule = state.schedule or {}
        return {
            "path": {"snapshot_schedule_id": schedule["id"]},
            "query": {"volume_id": schedule["volume_id"]},
        }

    def view(self, state: ScheduleState) -> dict[str, Any]:
        return dict(state.schedule or {})

    def managed(self, state: ScheduleState) -> dict[str, Any] | None:
        if state.schedule is None:
            return None
        fields = ("frequency", "day_of_week", "hour", "snapshot_retention_count")
        return {name: state.schedule.get(name) for name in fields}


def read_replications(client: Any, volume_id: str, region: str = "") -> list[dict[str, Any]]:
    """A volume's replications in full, from either end (behaviour.md §5.3)."""
    query = {"volume_id": volume_id}

    def show(item: Mapping[str, Any]) -> dict[str, Any] | None:
        return read_replication(client, str(item["replication_id"]), volume_id, region)

    listed = client.read_list(api.LIST_VOLUME_REPLICATIONS, region=region, query=query)
    return [shown for shown in side_by_side(show, listed) if shown is not None]


def read_replication(client: Any, replication_id: str, volume_id: str, region: str = "") -> dict[str, Any] | None:
    """One replication in full, or ``None``."""
    try:
        return dict(
            client.call(
                api.SHOW_VOLUME_REPLICATION, region=region, path={"replication_id": replication_id},
                query={"volume_id": volume_id},
            )
        )
    except NotFound:
        return None


@dataclass(frozen=True)
class End:
    """One end of a replication.

    :ivar leftovers: its system snapshots (``snapmirror.*``).
    :ivar rules: its access rules, read only where the volume is to be deleted.
    :ivar phase: whether its volume is there, on its way out, or gone.
    """

    region: str
    volume_id: str
    leftovers: tuple[dict[str, Any], ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    is_target: bool = False
    phase: Literal["there", "going", "gone"] = "there"


@dataclass(frozen=True)
class ReplicationState:
    """A replication as seen from the volume that the task names.

    :ivar near: the end that the task names; ``None`` where that volume does not exist.
    :ivar far: the other end, where it is known.
    :ivar volume: the near volume as the service shows it.
    """

    near: End | None = None
    far: End | None = None
    replication: dict[str, Any] | None = None
    volume: dict[str, Any] | None = None

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends, the far one first: the near one keeps the trace of a removal that was interrupted."""
        return tuple(end for end in (self.far, self.near) if end is not None)

    def with_end(self, end: End) -> ReplicationState:
        """The state with one end replaced."""
        if self.near is not None and self.near.volume_id == end.volume_id:
            return replace(self, near=end)
        return replace(self, far=end)


class Replication(Resource[ReplicationState]):
    """``scp_filestorage_replication``."""

    noun = "replication"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._far: End | None = None

    @property
    def _deletes_target(self) -> bool:
        return bool(self.params.get("delete_target_volume"))

    def check(self) -> None:
        params = self.params
        if params.get("name") and not self.wants_absent:
            VOLUMES.check_name(params["name"])
        _check_cifs_password(params.get("cifs_password"))
        count = params.get("backup_retention_count")
        if count is not None and not 1 <= count <= 128:
            raise StorageError(f"backup_retention_count must be from 1 to 128, not {count}.")
        if count is not None and params.get("replication_type") == "replication":
            raise StorageError("backup_retention_count goes with replication_type backup only. Leave it out, or ask for backup.")

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> ReplicationState:
        finder = Finder(self.client, VOLUMES)
        volume = finder.one(self.params["volume"]) if self.wants_absent else finder.required(self.params["volume"])
        if volume is None:
            return ReplicationState()
        listed = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query={"volume_id": volume["id"]})
        chosen = self._choose(volume, listed)
        shown = read_replication(self.client, str(chosen["replication_id"]), volume["id"]) if chosen else None
        state = self._located(volume, shown)
        return self._with_remains(state, alone=not listed or len(listed) == 1) if self.wants_absent else state

    def _choose(self, volume: Mapping[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The replication that is meant, where a volume has several."""
        if len(listed) < 2:
            return listed[0] if listed else None
        region = self.params.get("target_region")
        fitting = [item for item in listed if region in (None, item["replication_volume_region"])]
        if len(fitting) > 1:
            told = "; ".join(
                f"{item['replication_id']} to {item['replication_volume_id']} in {item['replication_volume_region']}"
                for item in fitting
            )
            raise StorageError(
                f"Volume {volume['name']} has {len(fitting)} replications that fit: {told}."
                " Name the target volume (its id) as volume, with its region, or give target_region."
            )
        return fitting[0] if fitting else None

    def _located(self, volume: dict[str, Any], shown: dict[str, Any] | None) -> ReplicationState:
        if shown is None:
            return ReplicationState(near=End(self.region, volume["id"]), volume=volume)
        source = End(shown["source_volume_region"], shown["source_volume_id"])
        target = End(shown["replication_volume_region"], shown["replication_volume_id"], is_target=True)
        near, far = (target, source) if target.volume_id == volume["id"] else (source, target)
        self._far = far
        return ReplicationState(near, far, shown, volume)

    def _with_remains(self, state: ReplicationState, *, alone: bool) -> ReplicationState:
        """Add what is left, or will be left, of the replication on both ends.

        The target's system snapshots show only when the replication has gone (behaviour.md §5.7); until then they are
        taken to be as many as the source's.
        """
        near = state.near
        if near is None or not alone:
            return state
        near = replace(near, leftovers=self._leftovers(near))
        far = state.far or self._far
        if state.replication is None and far is None and near.leftovers:
            far = self._far_by_name()
            near = replace(near, is_target=False)
        elif state.replication is None and far is not None:
            near = replace(near, is_target=not far.is_target)
        if far is not None:
            far = self._with_rules(self._with_phase(replace(far, leftovers=self._leftovers(far))))
        near = self._with_rules(self._with_phase(near))
        if state.replication is not None and far is not None:
            near, far = _mirrored(near, far)
        return replace(state, near=near, far=far)

    def _with_phase(self, end: End) -> End:
        """See whether a target volume that is to be deleted is still there."""
        if not (end.is_target and self._deletes_target):
            return end
        volume = Finder(self.client, VOLUMES, end.region).by_id(end.volume_id)
        if volume is None:
            return replace(end, phase="gone", leftovers=())
        return replace(end, phase="going", leftovers=()) if _going(volume) else end

    def _leftovers(self, end: End) -> tuple[dict[str, Any], ...]:
        try:
            listed = self.client.read_list(api.LIST_SNAPSHOTS, region=end.region, query={"volume_id": end.volume_id})
        except NotFound:
            return ()
        return tuple(item for item in listed if snapshots.is_system(item))

    def _with_rules(self, end: End) -> End:
        if not (end.is_target and self._deletes_target) or end.phase != "there":
            return end
        try:
            return replace(end, rules=_access_rules(Finder(self.client, VOLUMES, end.region), end.volume_id))
        except NotFound:
            return end

    def _far_by_name(self) -> End | None:
        """The former target, for a removal that was interrupted after the replication had gone."""
        name, region = self.params.get("name"), self.params.get("target_region")
        if not name or not region or region == self.region:
            return None
        found = Finder(self.client, VOLUMES, region).one(name)
        return End(region, found["id"], is_target=True) if found else None

    def refresh(self, state: ReplicationState) -> ReplicationState:
        near = state.near
        if near is None:
            return state
        for end in state.ends:
            if end.phase == "going":
                state = state.with_end(self._with_phase(end))
        if state.replication is None:
            return state
        identifier = str(state.replication["replication_id"])
        return replace(state, replication=read_replication(self.client, identifier, near.volume_id, near.region))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: ReplicationState) -> Step[ReplicationState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.replication is None:
            return self._create(state)
        self._check_unchangeable(state.replication)
        return self._next_change(state.replication)

    def _create(self, state: ReplicationState) -> Step[ReplicationState]:
        params, volume = self.params, state.volume or {}
        missing = [name for name in ("name", "target_region", "replication_frequency") if not params.get(name)]
        if missing:
            raise StorageError(
                f"Volume {volume['name']} in {self.region} has no replication, and to create it the task must also give"
                f" {' and '.join(missing)}."
            )
        if params["target_region"] == self.region:
            raise StorageError(
                f"A replication goes to another region: target_region is {params['target_region']!r}, and so is the region"
                " of the volume. Choose another target_region (scp_filestorage_replication_info with gather regions lists them)."
            )
        if _lower(volume, "protocol") == "cifs" and params.get("cifs_password") is None:
            raise StorageError("The replication of a CIFS volume needs cifs_password, for the volume it makes.")
        if _lower(volume, "protocol") == "nfs" and params.get("cifs_password") is not None:
            raise StorageError(f"cifs_password goes with CIFS volumes only, and {volume['name']} is NFS. Leave it out.")
        kind = params.get("replication_type") or "replication"
        if params.get("backup_retention_count") is not None and kind != "backup":
            raise StorageError("backup_retention_count goes with replication_type backup only. Leave it out, or ask for backup.")
        body = {
            "volume_id": volume["id"], "name": params["name"], "region": params["target_region"], "replication_type": kind,
            "replication_frequency": params["replication_frequency"],
        }
        body |= {
            name: params[name] for name in ("cifs_password", "backup_retention_count") if params.get(name) is not None
        }

        def effect(before: ReplicationState, answer: Mapping[str, Any]) -> ReplicationState:
            planned = {
                "replication_id": UNKNOWN_ID,
                "replication_type": kind,
                "replication_frequency": params["replication_frequency"],
                "backup_retention_count": params.get("backup_retention_count"),
                "replication_policy": "use",
                "replication_status": "creating",
                "source_volume_id": volume["id"],
                "source_volume_name": volume["name"],
                "source_volume_region": self.region,
                "replication_volume_id": UNKNOWN_ID,
                "replication_volume_name": params["name"],
                "replication_volume_region": params["target_region"],
                **{name: value for name, value in answer.items() if name != "protocol"},
            }
            return replace(before, replication=planned)

        return Step(api.CREATE_VOLUME_REPLICATION, effect, body=body, done=_in_use)

    def _check_unchangeable(self, replication: Mapping[str, Any]) -> None:
        params = self.params
        way_out = "End this replication first (state absent)."
        name = params.get("name")
        shown = str(replication["replication_volume_name"])
        if name and name != shown and not VOLUMES.fits(shown, name):
            immutable("name", VOLUMES.base_name(shown), name, way_out)
        immutable("target_region", replication["replication_volume_region"], params.get("target_region"), way_out)
        immutable("replication_type", replication["replication_type"], params.get("replication_type"), way_out)

    def _next_change(self, replication: dict[str, Any]) -> Step[ReplicationState] | None:
        schedule = {
            name: self.params[name]
            for name in ("replication_frequency", "backup_retention_count")
            if self.params.get(name) is not None and replication.get(name) != self.params[name]
        }
        if schedule:
            if "backup_retention_count" in schedule and replication["replication_type"] != "backup":
                raise StorageError("backup_retention_count goes with a disk backup only; this is a replication. Leave it out.")
            frequency = {"replication_frequency": self.params.get("replication_frequency") or replication["replication_frequency"]}
            return self._set(replication, "modify_schedule", {**frequency, **schedule})
        policy = self.params.get("replication_policy")
        if policy and replication["replication_policy"] != policy:
            return self._set(replication, "policy", {"replication_policy": policy})
        return None

    def _set(self, replication: dict[str, Any], kind: str, values: dict[str, Any]) -> Step[ReplicationState]:
        """Change a replication: only on the target's host, with the target's volume id (behaviour.md §5.4, §5.5)."""

        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication={**(before.replication or {}), **values})

        def done(seen: ReplicationState) -> bool:
            return seen.replication is not None and all(seen.replication.get(name) == values[name] for name in values)

        return Step(
            api.SET_VOLUME_REPLICATION, effect, region=replication["replication_volume_region"],
            path={"replication_id": replication["replication_id"]},
            query={"volume_id": replication["replication_volume_id"]},
            body={"replication_update_type": kind, **values}, done=done, not_yet=snapshots.busy,
        )

    def _next_removal(self, state: ReplicationState) -> Step[ReplicationState] | None:
        replication = state.replication
        if replication is not None and _lower(replication, "replication_status") != _DELETING:
            if replication["replication_type"] == _DISK_BACKUP:
                return self._end_disk_backup(state, replication)
            if replication["replication_policy"] != "paused":
                return self._set(replication, "policy", {"replication_policy": "paused"})
            return self._delete(replication)
        for end in state.ends:
            if end.phase == "there" and (step := self._clear(state, end)) is not None:
                return step
        return None

    def _delete(self, replication: dict[str, Any]) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication={**replication, "replication_status": _DELETING})

        return Step(
            api.DELETE_VOLUME_REPLICATION, effect,
            region=replication["replication_volume_region"], path={"replication_id": replication["replication_id"]},
            query={"volume_id": replication["replication_volume_id"]}, reveals=True, not_yet=snapshots.busy,
        )

    def _end_disk_backup(self, state: ReplicationState, replication: Mapping[str, Any]) -> Step[ReplicationState]:
        """A disk backup ends with its backup volume (behaviour.md §5.8)."""
        if not self._deletes_target:
            raise StorageError(
                f"The disk backup of volume {replication['source_volume_name']} ends only with its backup volume"
                f" {replication['replication_volume_name']} in {replication['replication_volume_region']}, which holds the"
                " backups. Set delete_target_volume to true if they may go."
            )
        target = next(end for end in state.ends if end.is_target)
        for rule in target.rules:
            return self._remove_rule(target, rule)

        def effect(before: ReplicationState) -> ReplicationState:
            leaving = replace(target, phase="going", leftovers=())
            return replace(before, replication={**replication, "replication_status": _DELETING}).with_end(leaving)

        return replace(delete_volume(target.volume_id, effect, target.region), reveals=True)

    def _clear(self, state: ReplicationState, end: End) -> Step[ReplicationState] | None:
        """Remove what the replication left on one end, and the target volume where that was asked for."""
        for snapshot in end.leftovers:

            def drop(before: ReplicationState, dropped: Mapping[str, Any]) -> ReplicationState:
                return before.with_end(
                    replace(end, leftovers=tuple(item for item in end.leftovers if item["id"] != dropped["id"]))
                )

            return delete_leftover(end.volume_id, snapshot, drop, end.region)
        if not (end.is_target and self._deletes_target):
            return None
        for rule in end.rules:
            return self._remove_rule(end, rule)
        return delete_volume(end.volume_id, lambda before: before.with_end(replace(end, phase="going")), end.region)

    @staticmethod
    def _remove_rule(end: End, rule: Mapping[str, Any]) -> Step[ReplicationState]:
        def change_rules(before: ReplicationState, change: Callable[[Any], Any]) -> ReplicationState:
            return before.with_end(replace(end, rules=change(end.rules)))

        return set_access_rule(end.volume_id, rule, "remove", change_rules, end.region)

    # -- telling ------------------------------------------------------------------------------------------------------

    def pending(self, state: ReplicationState) -> str:
        if self.wants_absent:
            if state.replication is not None and _lower(state.replication, "replication_status") == _DELETING:
                return f"replication {state.replication['replication_id']} to go"
            leaving = [f"volume {end.volume_id} in {end.region} to go" for end in state.ends if end.phase == "going"]
            return " and ".join(leaving)
        if state.replication is not None and not _in_use(state) and _lower(state.replication, "replication_policy") != "paused":
            return f"replication {state.replication['replication_id']}: {state.replication.get('replication_status')}"
        return ""

    def failed(self, state: ReplicationState) -> str:
        status = _lower(state.replication, "replication_status")
        if "error" in status:
            replication = state.replication or {}
            return (
                f"Replication {replication['replication_id']} is in state {replication['replication_status']}."
                " End it (state absent) and set it up again, or ask the provider's support."
            )
        return ""

    def view(self, state: ReplicationState) -> dict[str, Any]:
        return dict(state.replication or {})

    def managed(self, state: ReplicationState) -> dict[str, Any] | None:
        if state.replication is None or (self.wants_absent and _lower(state.replication, "replication_status") == _DELETING):
            return None
        fields = (
            "replication_type", "replication_frequency", "replication_policy", "backup_retention_count",
            "source_volume_region", "replication_volume_region",
        )
        name = VOLUMES.base_name(str(state.replication["replication_volume_name"]))
        return {"name": name, **{field: state.replication.get(field) for field in fields}}


def _in_use(state: ReplicationState) -> bool:
    """A new replication is ready when its policy is ``use`` (behaviour.md §5.2)."""
    replication = state.replication
    return _lower(replication, "replication_policy") == "use" and _lower(replication, "replication_status") != "creating"


def _mirrored(near: End, far: End) -> tuple[End, End]:
    """Give the target as many system snapshots as the source, while its own do not show."""
    source = far if near.is_target else near
    copies = tuple({**item, "id": f"{UNKNOWN_ID} ({number})"} for number, item in enumerate(source.leftovers, 1))
    if near.is_target:
        return replace(near, leftovers=near.leftovers or copies), far
    return near, replace(far, leftovers=far.leftovers or copies)


class ReplicationInfo(Info):
    """``scp_filestorage_replication_info``."""

    plural = "replications"

    def read(self) -> dict[str, Any]:
        volume = Finder(self.client, VOLUMES).one(self.params["volume"])
        if volume is None:
            return {self.plural: [], **({"regions": {}} if "regions" in self.gather else {})}
        result: dict[str, Any] = {self.plural: read_replications(self.client, volume["id"])}
        if "regions" in self.gather:
            result["regions"] = {kind: self._regions(volume, kind) for kind in ("replication", "backup")}
        return result

    def _regions(self, volume: Mapping[str, Any], kind: str) -> list[str]:
        """Where a volume of this type can be replicated to."""
        answer = self.client.call(
            api.LIST_VOLUME_REPLICATION_REGION,
            query={"type_name": volume["type_name"], "source_region_name": self.region, "replication_type": kind},
        )
        return list(answer.get("regions") or [])
