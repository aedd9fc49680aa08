# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that servers mount: what both services for files have in common (platform-behaviour.md §5, §6).

The service appends a suffix to their names, they take time to come and go, and access rules say who may mount them.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, KeysView, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, TypeVar

from ..client.errors import NotFound, StorageError
from ..client.parallel import map_concurrently
from ..client.session import Client
from ..client.versions import MissingFields
from ..engine.lookup import Finder, LookupSpec, all_immutable, immutable
from ..engine.plan import Step
from ..engine.resource import Resource
from . import zones
from .objects import ObjectFinder, check_objects, has_names, with_ids
from .tags import TaggableInfo

#: What names of these volumes may look like, before the service appends its suffix.
NAME_RULE = re.compile(r"[a-z][a-z0-9_]{2,20}")
NAME_RULE_TEXT = "3 to 21 characters, lower-case letters, digits and underscores, a letter first"
#: Characters that the service's suffix adds to a name.
SUFFIX_LENGTH = 7
AVAILABLE = "available"
DELETING = "deleting"
#: The word for an access rule that is in force.
IN_FORCE = "active"

RuleKey = tuple[str, str]


def lower(item: Mapping[str, Any] | None, field: str) -> str:
    """A field that holds a word, in lower case; empty where there is none."""
    return str((item or {}).get(field) or "").lower()


def going(item: Mapping[str, Any] | None) -> bool:
    """Whether a volume or a snapshot is on its way out."""
    return lower(item, "state") == DELETING


def in_error(item: Mapping[str, Any] | None) -> bool:
    """Whether a volume or a snapshot went wrong."""
    return "error" in lower(item, "state")


def leaving(rule_state: str) -> bool:
    """Whether this is the state of an access rule that is on its way out."""
    return rule_state.startswith(("delet", "remov", "deactivat"))


def rule_key(rule: Mapping[str, Any]) -> RuleKey:
    """What makes two access rules the same one."""
    return str(rule["object_type"]), str(rule["object_id"])


def as_rule(key: RuleKey) -> dict[str, str]:
    """An access rule as bodies of calls have it."""
    return {"object_type": key[0], "object_id": key[1]}


def base_name(kind: LookupSpec, volume: Mapping[str, Any]) -> str:
    """The name that was asked for; one that is only planned has it already."""
    return str(volume.get("base_name") or kind.base_name(str(volume["name"])))


@dataclass(frozen=True)
class VolumeState:
    """A volume and its access rules.

    :ivar rules: ``None`` where the task has no interest in them.
    :ivar removed: keys of rules that this task removed; they may show for a while.
    """

    volume: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] | None = None
    removed: frozenset[RuleKey] = frozenset()


MountT = TypeVar("MountT", bound=VolumeState)


class RuleChanges(NamedTuple):
    """What is to be done to a volume's access rules."""

    add: Sequence[RuleKey] = ()
    remove: Sequence[RuleKey] = ()


def with_rules(state: MountT, changes: RuleChanges, **unknown: Any) -> MountT:
    """The state after access rules were added and removed.

    :param unknown: fields of a new rule that only the service can fill.
    """
    touched = {*changes.add, *changes.remove}
    kept = [rule for rule in state.rules or () if rule_key(rule) not in touched]
    new = [{**as_rule(key), **unknown} for key in changes.add]
    return replace(state, rules=(*kept, *new), removed=state.removed.union(changes.remove).difference(changes.add))


class Volume(Resource[MountT]):
    """``scp_*_volume``, as far as the services are alike.

    :cvar show_only: a field that the show operation gives, and the list does not.
    :cvar show_only_options: options that the list does not have the values of.
    :cvar fixed: options that the service takes at creation only, and shows.
    """

    result_key = "volume"
    shown_by: ClassVar = {zones.ZONE: (zones.ZONE,)}
    kind: ClassVar[LookupSpec]
    settled_state = AVAILABLE
    show_only: ClassVar[str]
    show_only_options: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        #: Names of servers, as far as the task has read them.
        self.object_names: dict[RuleKey, str] = {}

    # -- what a service must say --------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def nothing(self) -> MountT:
        """The state where there is no volume."""

    @abstractmethod
    def read_rules(self, volume_id: str) -> tuple[dict[str, Any], ...]:
        """Read a volume's access rules."""

    @abstractmethod
    def rule_state(self, rule: Mapping[str, Any]) -> str:
        """The state of an access rule in lower case; ``IN_FORCE`` when it is, empty when it is not known yet."""

    @abstractmethod
    def create(self) -> Step[MountT]:
        """The step that makes the volume."""

    @abstractmethod
    def next_change(self, state: MountT, volume: dict[str, Any]) -> Step[MountT] | None:
        """The next step for a volume that is there and is to stay."""

    @abstractmethod
    def next_removal(self, state: MountT, volume: dict[str, Any]) -> Step[MountT]:
        """The next step for a volume that is there and is to go."""

    def with_blockers(self, state: MountT, volume: dict[str, Any]) -> MountT:
        """The state with what must go before the volume can, and its blockers."""
        return replace(state, rules=self.read_rules(volume["id"]))

    # -- what is asked ------------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> str:
        """The name or id that the task gives."""
        return str(self.params.get("volume_id") or self.params["name"])

    @property
    def rules_asked(self) -> KeysView[RuleKey] | None:
        """The access rules that a task lists, each once and in order; ``None`` where it says nothing of them."""
        rules = self.params.get("access_rules")
        return None if rules is None else dict.fromkeys(map(rule_key, rules)).keys()

    def rule_changes(self, state: VolumeState) -> RuleChanges:
        """What leads from the access rules that are there to those that are asked for."""
        present = dict.fromkeys(rule_key(rule) for rule in state.rules or () if not leaving(self.rule_state(rule)))
        if self.wants_absent:
            return RuleChanges(remove=list(present))
        asked = self.rules_asked
        if asked is None:
            return RuleChanges()
        surplus = [key for key in present if key not in asked] if self.params.get("purge_access_rules") else []
        return RuleChanges([key for key in asked if key not in present], surplus)

    @property
    def exclusive_name(self) -> str:
        if self.wants_absent or self.params.get("volume_id"):
            return ""
        return f"{self.kind.title} {self.kind.base_name(self.wanted)!r}"

    def check(self) -> None:
        name = self.params.get("name")
        if name and not self.wants_absent and not self.kind.rule.fullmatch(name[:-SUFFIX_LENGTH]):
            self.kind.check_name(name)
        check_objects(self.params.get("access_rules"), "access_rules")
        zones.check(self.params, self.region)

    def resolve(self) -> None:
        rules = self.params.get("access_rules")
        if self.wants_absent or not has_names(rules):
            return
        resolved, names = with_ids(ObjectFinder(self.client), rules or (), "access_rules")
        self.params = {**self.params, "access_rules": resolved}
        self.object_names.update(names)

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> MountT:
        finder = Finder(self.client, self.kind)
        volume = self._locate(finder)
        if volume is not None and not self.wants_absent and self.show_only not in volume:
            volume = volume if self._list_will_do(finder) else finder.by_id(volume["id"])
        rules = () if self.rules_asked is not None else None
        if volume is None:
            return replace(self.nothing, rules=rules)
        if self.wants_absent:
            state = replace(self.nothing, volume=volume, rules=())
            return state if going(volume) else self.with_blockers(state, volume)
        return replace(self.nothing, volume=volume, rules=self.read_rules(volume["id"]) if rules is not None else None)

    def _locate(self, finder: Finder) -> dict[str, Any] | None:
        """The volume that is meant. One that is on its way out is none for a task that wants it present."""
        if identifier := self.params.get("volume_id"):
            found = finder.listed(identifier)
            if found is None and not self.wants_absent:
                raise finder.missing(identifier)
            return found
        return finder.one(self.wanted, leave_out=going, last_resort=self.wants_absent)

    def _list_will_do(self, finder: Finder) -> bool:
        """Whether what the list has of a volume is all that the plan and the result need."""
        look = self.client.look
        if look is None or look.details or any(self.params.get(name) is not None for name in self.show_only_options):
            return False
        return finder.list_will_do()

    def refresh(self, state: MountT) -> MountT:
        if state.volume is None:
            return state
        volume = Finder(self.client, self.kind).by_id(state.volume["id"])
        if volume is None or not (state.rules or state.removed):
            return replace(state, volume=volume)
        if self.wants_absent and going(volume):
            return replace(state, volume=volume, rules=())
        return replace(state, volume=volume, rules=self.read_rules(volume["id"]))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: MountT) -> Step[MountT] | None:
        volume = state.volume
        if self.wants_absent:
            return None if volume is None or going(volume) else self.next_removal(state, volume)
        if volume is None:
            return self.create()
        if going(volume):
            raise StorageError(f"Volume {volume['name']} is being deleted. Ask for it by name to make a new one.")
        self._check_fixed(volume)
        return self.next_change(state, volume)

    def _check_fixed(self, volume: Mapping[str, Any]) -> None:
        name = self.params.get("name")
        if name and name != base_name(self.kind, volume) and not self.kind.matches(str(volume["name"]), name):
            immutable("name", base_name(self.kind, volume), name, "Leave out name, or give the id of another volume.")
        again = "Use another name for a new volume, or remove this one first (state absent), which deletes its data."
        fixed = {option: (volume.get(option), self.params.get(option)) for option in self.fixed}
        all_immutable({**fixed, **zones.unlike(volume.get(zones.ZONE), self.params)}, again)

    def demand_for_creation(self, *options: str) -> None:
        """Refuse to create a volume of which the task says too little, or a name that cannot be.

        :param options: those that creation needs.
        """
        missing = [name for name in options if not self.params.get(name)]
        if missing:
            raise StorageError(
                f"There is no {self.kind.title} {self.wanted!r} in {self.region}, and to create it the task must"
                f" also give {' and '.join(missing)}."
            )
        self.kind.check_name(self.params["name"])

    @property
    def zone(self) -> str | None:
        """The zone in which the volume is created."""
        return zones.chosen(self.params, self.client.settings.zone_of, self.region)

    def explain(self, missing: MissingFields) -> StorageError:
        return zones.explain_zone(missing, self.client, self.kind.listing)

    # -- waiting ------------------------------------------------------------------------------------------------------

    def pending(self, state: MountT) -> str:
        volume = state.volume
        if volume is None:
            return ""
        if lower(volume, "state") != AVAILABLE and not (self.wants_absent and in_error(volume)):
            return f"volume {volume['name']}: {volume['state']}"
        return self._pending_rule(state)

    def _pending_rule(self, state: VolumeState) -> str:
        """An access rule of the task that is not in force, or not gone, yet."""
        asked = self.rules_asked or ()
        for rule in state.rules or ():
            key, shown = rule_key(rule), self.rule_state(rule)
            unfinished = key in asked and shown != IN_FORCE
            if unfinished or key in state.removed or (self.wants_absent and leaving(shown)):
                return f"access rule for {' '.join(key)}: {shown or 'sent'}"
        return ""

    def failed(self, state: MountT) -> str:
        volume = state.volume
        if volume is not None and in_error(volume):
            return (
                f"Volume {volume['name']} ({volume['id']}) is in state {volume['state']}. Remove it with state absent,"
                " which deletes its data, and create it again, or ask the provider's support."
            )
        for rule in state.rules or ():
            key, shown = rule_key(rule), self.rule_state(rule)
            if "error" in shown and key in (self.rules_asked or ()):
                return (
                    f"The access rule for {' '.join(key)} is in state {shown}. Leave it out of access_rules, with"
                    " purge_access_rules, to remove it; then add it again."
                )
        return ""

    # -- showing ------------------------------------------------------------------------------------------------------

    def view(self, state: MountT) -> dict[str, Any]:
        if state.volume is None:
            return {}
        shown = {**state.volume, "base_name": base_name(self.kind, state.volume)}
        return shown if state.rules is None else {**shown, "access_rules": list(map(self.view_rule, state.rules))}

    def view_rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        """An access rule as results show it, with the name of its server where that is known."""
        name = rule.get("object_name") or self.object_names.get(rule_key(rule))
        return {**rule, "object_name": name} if name else dict(rule)

    def managed(self, state: MountT) -> dict[str, Any] | None:
        volume = state.volume
        if volume is None or (self.wants_absent and going(volume)):
            return None
        managed = {"name": base_name(self.kind, volume), **{name: volume.get(name) for name in self.managed_fields}}
        managed |= zones.shown(volume)
        if state.rules is not None:
            managed["access_rules"] = sorted(" ".join(rule_key(rule)) for rule in state.rules)
        return managed

    def listed(self, state: MountT) -> Mapping[str, Any] | None:
        return state.volume

    @property
    def managed_fields(self) -> Sequence[str]:
        """Fields of a volume that a diff compares, beside its name."""
        return self.fixed


class VolumeInfo(TaggableInfo):
    """``scp_*_volume_info``, as far as the services are alike.

    :cvar show_only: as in :class:`Volume`.
    :cvar parts: what ``gather`` can ask for, and how it is read by a volume's id.
    """

    plural = "volumes"
    kind: ClassVar[LookupSpec]
    show_only: ClassVar[str]
    parts: ClassVar[Mapping[str, Callable[[Client, str], Any]]]

    @property
    def listing_query(self) -> Mapping[str, Any]:
        """What the list operation is asked when no volume is named."""
        return {}

    def suits(self, _volume: Mapping[str, Any]) -> bool:
        """Whether a volume fits the task's filters beside name and id."""
        return True

    def read(self) -> dict[str, Any]:
        found = self.select(filter(self.suits, self._found()))
        oldest_first = sorted(found, key=lambda one: (str(one["created_at"]), one["id"]))
        shown = map_concurrently(self._complete, oldest_first)
        return {self.plural: [volume for volume in shown if volume is not None]}

    def _found(self) -> list[dict[str, Any]]:
        """The volumes that are asked for, as the list or show operation gives them."""
        finder = Finder(self.client, self.kind)
        if identifier := self.params.get("volume_id"):
            volume = finder.by_id(identifier)
            return [volume] if volume is not None else []
        if name := self.params.get("name"):
            return finder.named(name)
        return self.client.read_list(self.kind.listing, query=self.listing_query)

    def _complete(self, volume: dict[str, Any]) -> dict[str, Any] | None:
        """One volume with its details and what was gathered; ``None`` if it went in the meantime."""
        shown = volume if self.show_only in volume else Finder(self.client, self.kind).by_id(volume["id"])
        if shown is None:
            return None
        parts = sorted(self.gather)
        try:
            read = map_concurrently(lambda part: self._part(part, shown), parts)
        except NotFound:
            return None
        return {**shown, "base_name": base_name(self.kind, shown), **dict(zip(parts, read, strict=True))}

    def _part(self, part: str, volume: Mapping[str, Any]) -> Any:
        """Read one part of what was asked for."""
        return self.parts[part](self.client, str(volume["id"]))
