# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage volumes and their access rules (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.session import Client
from ...engine.lookup import Finder
from ...engine.overlay import ResponsePatch
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import filestorage as api
from .. import shared_volume, snapshots, zones
from ..objects import OWNED_TYPES, USER, ObjectFinder
from ..shared_volume import DELETING, IN_FORCE, RuleChanges, RuleKey, lower, rule_key, with_rules
from ..tags import Taggable
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

#: What ``gather`` calls access rules with the names and the owners of their servers.
OWNERS = "access_rule_owners"
#: A field that the show operation gives, and the list does not.
SHOW_ONLY = "encryption_enabled"


@dataclass(frozen=True)
class VolumeState(shared_volume.VolumeState):
    """A volume and its dependents.

    :ivar leftovers: system snapshots that a replication left behind.
    :ivar replications: read only where they may be blockers.
    :ivar platform_rules: keys of access rules that the platform made itself; read only where they may be purged.
    """

    leftovers: tuple[dict[str, Any], ...] = ()
    replications: tuple[dict[str, Any], ...] = ()
    platform_rules: frozenset[RuleKey] = frozenset()


class Volume(Taggable[VolumeState], shared_volume.Volume[VolumeState]):
    """``scp_filestorage_volume``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    show_only_options = ("file_unit_recovery_enabled",)
    fixed = ("protocol", "type_name")
    nothing = VolumeState()

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        #: Who made the servers of access rules, as far as the task has read them.
        self._owners: dict[RuleKey, str] = {}

    def check(self) -> None:
        if self.params.get("purge_platform_access_rules") and not self.params.get("purge_access_rules"):
            raise StorageError(
                "purge_platform_access_rules requires purge_access_rules: true, which removes rules that"
                " access_rules does not list."
            )
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

    def find(self) -> VolumeState:
        state = super().find()
        if self.wants_absent or not self._keeps_platform_rules:
            return state
        return replace(state, platform_rules=self._platform_rules(super().rule_changes(state).remove))

    @property
    def _keeps_platform_rules(self) -> bool:
        return bool(self.params.get("purge_access_rules")) and not self.params.get("purge_platform_access_rules")

    def _platform_rules(self, surplus: Iterable[RuleKey]) -> frozenset[RuleKey]:
        """Of rules that would be purged, those of servers that the platform makes itself.

        :raises StorageError: who made the servers cannot be read.
        """
        finder = ObjectFinder(self.client)
        found = [key for key in surplus if key[0] in OWNED_TYPES]
        for key in found:
            if key in self._owners:
                continue
            try:
                self._owners[key], name = finder.owner(*key)
            except StorageError as error:
                raise finder.unreadable(
                    error,
                    key[0],
                    "Access rules of auto-scaling or Kubernetes cannot be recognized",
                    "set purge_platform_access_rules, which removes these too, or list them in access_rules",
                ) from None
            if name:
                self.object_names[key] = name
        return frozenset(key for key in found if self._owners[key] != USER)

    def rule_changes(self, state: shared_volume.VolumeState) -> RuleChanges:
        changes = super().rule_changes(state)
        kept = state.platform_rules if isinstance(state, VolumeState) else frozenset()
        if self.wants_absent or not kept:
            return changes
        return RuleChanges(changes.add, [key for key in changes.remove if key not in kept])

    def view_rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        shown = super().view_rule(rule)
        owner = self._owners.get(rule_key(rule))
        return {**shown, "owner": owner} if owner else shown

    def with_blockers(self, state: VolumeState, volume: dict[str, Any]) -> VolumeState:
        query = {"volume_id": volume["id"]}
        listed = self.client.read_list(api.LIST_SNAPSHOTS, query=query)
        replications: list[dict[str, Any]] = []
        if lower(volume, "purpose") in REPLICATING:
            replications = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query=query)
        leftovers = tuple(item for item in listed if snapshots.is_system(item))
        state = super().with_blockers(state, volume)
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

    def further_responses(self, before: VolumeState, after: VolumeState) -> Iterable[ResponsePatch]:
        if after.rules is None or self.wants_absent:
            return ()
        rules = [{**rule, "access_rule_state": IN_FORCE} for rule in after.rules]
        return [ResponsePatch(api.LIST_ACCESS_RULES, lambda _items: rules, {"volume_id": (after.volume or {})["id"]})]

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


def read_rules_with_owners(client: Client, volume_id: str) -> list[dict[str, Any]]:
    """Return the access rules of a volume, with the names of all servers and endpoints, and owners where there are any.

    :raises StorageError: the account may not read what the rules refer to.
    """
    finder = ObjectFinder(client)
    rules = read_access_rules(Finder(client, VOLUMES), volume_id)
    shown = []
    for rule in rules:
        kind, identifier = rule_key(rule)
        try:
            found = finder.known(kind, identifier)
        except StorageError as error:
            way_out = f"leave {OWNERS} out of gather"
            raise finder.unreadable(error, kind, "Owners of access rules cannot be determined", way_out) from None
        shown.append({**rule, **found})
    return shown


class VolumeInfo(shared_volume.VolumeInfo):
    """``scp_filestorage_volume_info``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    parts: ClassVar = {
        "access_rules": lambda client, volume_id: list(read_access_rules(Finder(client, VOLUMES), volume_id)),
        OWNERS: read_rules_with_owners,
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

    @property
    def gather(self) -> frozenset[str]:
        # Rules with owners have all that rules have.
        parts = super().gather
        return parts - {"access_rules"} if OWNERS in parts else parts

    def read(self) -> dict[str, Any]:
        result = super().read()
        for volume in result[self.plural]:
            if OWNERS in volume:
                volume["access_rules"] = volume.pop(OWNERS)
        return result

    def suits(self, volume: Mapping[str, Any]) -> bool:
        return self.params.get("type_name") in (None, volume.get("type_name"))
