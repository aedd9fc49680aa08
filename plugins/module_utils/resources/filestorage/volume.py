# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage volumes and their access rules (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...engine.lookup import Finder
from ...engine.overlay import ResponsePatch
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import filestorage as api
from .. import shared_volume, snapshots, zones
from ..shared_volume import DELETING, IN_FORCE, RuleChanges, RuleKey, lower, with_rules
from .lookup import (
    NO_PURPOSE,
    REPLICATING,
    VOLUMES,
    check_cifs_password,
    delete_leftover,
    delete_volume,
    read_access_rules,
    read_replications,
    read_schedule,
    set_access_rule,
)

#: A field that the show operation gives, and the list does not.
SHOW_ONLY = "encryption_enabled"


@dataclass(frozen=True)
class VolumeState(shared_volume.VolumeState):
    """A volume and its dependents.

    :ivar leftovers: system snapshots that a replication left behind.
    :ivar replications: read only where they may be blockers.
    """

    leftovers: tuple[dict[str, Any], ...] = ()
    replications: tuple[dict[str, Any], ...] = ()


class Volume(shared_volume.Volume[VolumeState]):
    """``scp_filestorage_volume``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    show_only_options = ("file_unit_recovery_enabled",)
    fixed = ("protocol", "type_name")
    nothing = VolumeState()

    def check(self) -> None:
        if self.wants_absent:
            return
        super().check()
        if self.params.get("protocol") == "NFS" and self.params.get("cifs_password") is not None:
            raise StorageError("cifs_password goes with protocol CIFS only. Leave it out, or ask for protocol CIFS.")
        check_cifs_password(self.params.get("cifs_password"))

    def read_rules(self, volume_id: str) -> tuple[dict[str, Any], ...]:
        return read_access_rules(Finder(self.client, VOLUMES), volume_id)

    def rule_state(self, rule: Mapping[str, Any]) -> str:
        return lower(rule, "access_rule_state")

    def with_obstacles(self, state: VolumeState, volume: dict[str, Any]) -> VolumeState:
        query = {"volume_id": volume["id"]}
        listed = self.client.read_list(api.LIST_SNAPSHOTS, query=query)
        replications: list[dict[str, Any]] = []
        if lower(volume, "purpose") in REPLICATING:
            replications = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query=query)
        leftovers = tuple(item for item in listed if snapshots.is_system(item))
        state = super().with_obstacles(state, volume)
        return replace(state, leftovers=leftovers, replications=tuple(replications))

    def create(self) -> Step[VolumeState]:
        params = self.params
        self.demand_for_creation("name", "protocol", "type_name")
        if params["protocol"] == "CIFS" and params.get("cifs_password") is None:
            raise StorageError("A CIFS volume needs cifs_password when it is created.")
        body = {
            name: params[name]
            for name in ("name", "protocol", "type_name", "snapshot_id", "cifs_password", "tags")
            if params.get(name) is not None
        }
        body[zones.ZONE] = self.zone

        def effect(before: VolumeState, answer: Mapping[str, Any]) -> VolumeState:
            volume = {
                "id": answer.get("volume_id", UNKNOWN_ID),
                "name": params["name"],
                "base_name": params["name"],
                "protocol": params["protocol"],
                "type_name": params["type_name"],
                "state": "creating",
                "purpose": "none",
                # What a new volume starts with is not documented, so what was asked for is always set.
                "file_unit_recovery_enabled": None,
                **zones.shown(answer),
            }
            return replace(before, volume=volume)

        return Step(api.CREATE_VOLUME, effect, body=body, insist=zones.explicit(params))

    def next_change(self, state: VolumeState, volume: dict[str, Any]) -> Step[VolumeState] | None:
        wanted = self.params.get("file_unit_recovery_enabled")
        if wanted is not None and volume.get("file_unit_recovery_enabled") is not wanted:
            return self._set_file_unit_recovery(volume, wanted)
        changes = self.rule_changes(state)
        for key in changes.add:
            return _set_rule(volume, key, "add")
        for key in changes.remove:
            return _set_rule(volume, key, "remove")
        return None

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
            is_retryable=snapshots.busy,
        )

    def next_removal(self, state: VolumeState, volume: dict[str, Any]) -> Step[VolumeState]:
        if state.replications:
            raise StorageError(_replication_in_the_way(volume, state.replications))
        rules = self.rule_changes(state).remove
        for key in rules:
            return _set_rule(volume, key, "remove", no_wait=len(rules) > 1)
        for snapshot in state.leftovers:
            return delete_leftover(volume["id"], snapshot, _drop_leftover)
        return delete_volume(volume["id"], lambda before: replace(before, volume={**volume, "state": DELETING}))

    def planned_responses(self, before: VolumeState, after: VolumeState) -> Iterable[ResponsePatch]:
        patches = list(super().planned_responses(before, after))
        if after.volume is not None and after.rules is not None and not self.wants_absent:
            rules = [{**rule, "access_rule_state": IN_FORCE} for rule in after.rules]
            patches.append(
                ResponsePatch(api.LIST_ACCESS_RULES, lambda _items: rules, {"volume_id": after.volume["id"]})
            )
        return patches

    @property
    def managed_fields(self) -> Sequence[str]:
        asked = self.params.get("file_unit_recovery_enabled") is not None
        return (*self.fixed, "file_unit_recovery_enabled") if asked else self.fixed


def _set_rule(volume: Mapping[str, Any], key: RuleKey, action: str, *, no_wait: bool = True) -> Step[VolumeState]:
    changes = RuleChanges(add=[key]) if action == "add" else RuleChanges(remove=[key])

    def effect(before: VolumeState) -> VolumeState:
        return with_rules(before, changes, access_rule_state="")

    return set_access_rule(volume["id"], key, action, effect, no_wait=no_wait)


def _replication_in_the_way(volume: Mapping[str, Any], replications: Sequence[Mapping[str, Any]]) -> str:
    reported = "; ".join(
        f"{item['replication_id']} from {item['source_volume_id']} in {item['source_volume_region']}"
        f" to {item['replication_volume_id']} in {item['replication_volume_region']}"
        for item in replications
    )
    return (
        f"Volume {volume['name']} cannot be deleted while it is replicated: {reported}. End the replication first"
        " (scp_filestorage_replication with state absent, or the role dr_teardown)."
    )


def _drop_leftover(state: VolumeState, snapshot: Mapping[str, Any]) -> VolumeState:
    return replace(state, leftovers=tuple(other for other in state.leftovers if other["id"] != snapshot["id"]))


class VolumeInfo(shared_volume.VolumeInfo):
    """``scp_filestorage_volume_info``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    parts: ClassVar = {
        "access_rules": lambda client, volume_id: list(read_access_rules(Finder(client, VOLUMES), volume_id)),
        "snapshots": lambda client, volume_id: client.read_list(api.LIST_SNAPSHOTS, query={"volume_id": volume_id}),
        "snapshot_schedule": read_schedule,
        "replications": read_replications,
    }

    @property
    def listing_query(self) -> Mapping[str, Any]:
        return {"type_name": self.params.get("type_name"), "sort": "created_at:asc"}

    def _part(self, part: str, volume: Mapping[str, Any]) -> Any:
        # A volume that is an end of a replication, or of a disk backup, has another purpose (platform-behaviour.md §5).
        if part == "replications" and lower(volume, "purpose") == NO_PURPOSE:
            return []
        return super()._part(part, volume)

    def suits(self, volume: Mapping[str, Any]) -> bool:
        return self.params.get("type_name") in (None, volume.get("type_name"))
