# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage volumes and their access rules (behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound, StorageError
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.references import Finder, immutable
from ...engine.resource import Info, Resource, side_by_side
from ...operations import filestorage as api
from .. import snapshots
from .common import (
    AVAILABLE,
    DELETING,
    REPLICATING,
    SUFFIX_LENGTH,
    VOLUMES,
    check_cifs_password,
    delete_leftover,
    delete_volume,
    going,
    leaving,
    lower,
    read_access_rules,
    read_replications,
    read_schedule,
    rule_key,
    set_access_rule,
    with_base_name,
)


@dataclass(frozen=True)
class VolumeState:
    """A volume and what hangs on it.

    :ivar rules: ``None`` where the task has no interest in them.
    :ivar removed: keys of rules that this task removed; they may show for a while.
    :ivar leftovers: system snapshots that a replication left behind.
    :ivar replications: read only where they may stand in the way.
    """

    volume: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] | None = None
    removed: frozenset[tuple[str, str]] = frozenset()
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
            for kind, identifier in dict.fromkeys(rule_key(rule) for rule in rules)
        ]

    def check(self) -> None:
        if self.wants_absent:
            return
        name = self.params.get("name")
        if name and not VOLUMES.rule.fullmatch(name) and not VOLUMES.rule.fullmatch(name[:-SUFFIX_LENGTH]):
            VOLUMES.check_name(name)
        if self.params.get("protocol") == "NFS" and self.params.get("cifs_password") is not None:
            raise StorageError("cifs_password goes with protocol CIFS only. Leave it out, or ask for protocol CIFS.")
        check_cifs_password(self.params.get("cifs_password"))

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
        rules = read_access_rules(finder, shown["id"]) if self._rules_asked is not None else None
        return VolumeState(shown, rules)

    def _locate(self, finder: Finder) -> dict[str, Any] | None:
        """The volume that is meant. One that is on its way out is none for a task that wants it present."""
        if identifier := self.params.get("volume_id"):
            found = finder.by_id(identifier)
            if found is None and not self.wants_absent:
                raise finder.missing(identifier)
            return found
        return finder.one(self._wanted, leave_out=going, last_resort=self.wants_absent)

    def _with_obstacles(self, finder: Finder, volume: dict[str, Any]) -> VolumeState:
        if lower(volume, "state") == DELETING:
            return VolumeState(volume, ())
        query = {"volume_id": volume["id"]}
        listed = self.client.read_list(api.LIST_SNAPSHOTS, query=query)
        replications: list[dict[str, Any]] = []
        if lower(volume, "purpose") in REPLICATING:
            replications = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query=query)
        leftovers = tuple(item for item in listed if snapshots.is_system(item))
        rules = read_access_rules(finder, volume["id"])
        return VolumeState(volume, rules, leftovers=leftovers, replications=tuple(replications))

    def refresh(self, state: VolumeState) -> VolumeState:
        if state.volume is None:
            return state
        finder = Finder(self.client, VOLUMES)
        volume = finder.by_id(state.volume["id"])
        if volume is None or not (state.rules or state.removed):
            return replace(state, volume=volume)
        if self.wants_absent and lower(volume, "state") == DELETING:
            return replace(state, volume=volume, rules=())
        return replace(state, volume=volume, rules=read_access_rules(finder, volume["id"]))

    def next_step(self, state: VolumeState) -> Step[VolumeState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.volume is None:
            return self._create()
        if going(state.volume):
            raise StorageError(f"Volume {state.volume['name']} is being deleted. Ask for it by name to make a new one.")
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
                f"There is no File Storage volume {self._wanted!r} in {self.region}, and to create it the task must"
                f" also give {' and '.join(missing)}."
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
            immutable(
                "name",
                VOLUMES.base_name(str(volume["name"])),
                name,
                "Leave out name, or give the id of another volume.",
            )
        for option in ("protocol", "type_name"):
            immutable(option, volume.get(option), self.params.get(option), anew)

    def _set_file_unit_recovery(self, volume: dict[str, Any], wanted: bool) -> Step[VolumeState]:
        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            return replace(before, volume={**(before.volume or {}), "file_unit_recovery_enabled": wanted})

        def done(seen: VolumeState) -> bool:
            return (seen.volume or {}).get("file_unit_recovery_enabled") is wanted

        return Step(
            api.SET_VOLUME,
            effect,
            path={"volume_id": volume["id"]},
            body={"file_unit_recovery_enabled": wanted},
            done=done,
            not_yet=snapshots.busy,
        )

    def _next_rule(self, state: VolumeState) -> Step[VolumeState] | None:
        asked = self._rules_asked
        if asked is None or state.volume is None:
            return None
        present = {rule_key(rule): rule for rule in state.rules or () if not leaving(rule)}
        wanted = {rule_key(rule): rule for rule in asked}
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
        if volume is None or lower(volume, "state") == DELETING:
            return None
        if state.replications:
            raise StorageError(_replication_in_the_way(volume, state.replications))
        rules = [rule for rule in state.rules or () if not leaving(rule)]
        for rule in rules:
            return set_access_rule(volume["id"], rule, "remove", _replace_rules, at_once=len(rules) > 1)
        for snapshot in state.leftovers:
            return delete_leftover(volume["id"], snapshot, _drop_leftover)
        return delete_volume(volume["id"], lambda before: replace(before, volume={**volume, "state": DELETING}))

    def pending(self, state: VolumeState) -> str:
        volume = state.volume
        if volume is None:
            return ""
        if lower(volume, "state") != AVAILABLE and not (self.wants_absent and "error" in lower(volume, "state")):
            return f"volume {volume['name']}: {volume['state']}"
        return self._pending_rule(state)

    def _pending_rule(self, state: VolumeState) -> str:
        """An access rule of the task that is not active, or not gone, yet."""
        asked = {rule_key(rule) for rule in self._rules_asked or ()}
        for rule in state.rules or ():
            unfinished = rule_key(rule) in asked and lower(rule, "access_rule_state") != "active"
            if unfinished or rule_key(rule) in state.removed or (self.wants_absent and leaving(rule)):
                return (
                    f"access rule for {rule['object_type']} {rule['object_id']}: {rule['access_rule_state'] or 'sent'}"
                )
        return ""

    def failed(self, state: VolumeState) -> str:
        if "error" in lower(state.volume, "state"):
            volume = state.volume or {}
            return (
                f"Volume {volume['name']} ({volume['id']}) is in state {volume['state']}."
                " Remove it with state absent and create it again, or ask the provider's support."
            )
        for rule in state.rules or ():
            if "error" in lower(rule, "access_rule_state"):
                whom = f"{rule['object_type']} {rule['object_id']}"
                return f"The access rule for {whom} is in state {rule['access_rule_state']}."
        return ""

    def view(self, state: VolumeState) -> dict[str, Any]:
        if state.volume is None:
            return {}
        shown = with_base_name(state.volume)
        return shown if state.rules is None else {**shown, "access_rules": list(state.rules)}

    def managed(self, state: VolumeState) -> dict[str, Any] | None:
        volume = state.volume
        if volume is None or (self.wants_absent and lower(volume, "state") == DELETING):
            return None
        fields = ["protocol", "type_name"]
        if self.params.get("file_unit_recovery_enabled") is not None:
            fields.append("file_unit_recovery_enabled")
        managed = {"name": VOLUMES.base_name(str(volume["name"])), **{name: volume.get(name) for name in fields}}
        if state.rules is not None:
            managed["access_rules"] = sorted(" ".join(rule_key(rule)) for rule in state.rules)
        return managed


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


def _replace_rules(
    state: VolumeState, change: Callable[[tuple[dict[str, Any], ...]], tuple[dict[str, Any], ...]]
) -> VolumeState:
    before = state.rules or ()
    after = change(before)
    gone = {rule_key(rule) for rule in before} - {rule_key(rule) for rule in after}
    return replace(state, rules=after, removed=state.removed | gone)


def _drop_leftover(state: VolumeState, snapshot: Mapping[str, Any]) -> VolumeState:
    return replace(state, leftovers=tuple(other for other in state.leftovers if other["id"] != snapshot["id"]))


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
        "access_rules": lambda client, volume: list(read_access_rules(Finder(client, VOLUMES), volume["id"])),
        "snapshots": lambda client, volume: client.read_list(api.LIST_SNAPSHOTS, query={"volume_id": volume["id"]}),
        "snapshot_schedule": lambda client, volume: read_schedule(client, volume["id"]),
        "replications": lambda client, volume: read_replications(client, volume["id"]),
    }
