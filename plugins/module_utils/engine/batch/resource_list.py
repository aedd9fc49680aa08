# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a task that takes many things: from what the user wrote to entries that are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ...client.errors import SettingsError, StorageError, one_line
from ...client.session import Client
from ...client.settings import check_region, without_blanks
from ..options import check_options, form_of_tags, needed, tags_as_list
from ..resource import Resource
from ..spec import CONNECTION_OPTIONS
from .kinds import ResourceKind

#: The option that holds the list.
LISTED = "resources"
#: What an entry says beside the options of its module.
KIND = "kind"
#: The only option about the connection that an entry can have.
REGION = "region"


@dataclass(frozen=True, eq=False)
class Entry:
    """One thing of the list.

    :ivar position: its place in the list, from 1.
    :ivar params: validated, with defaults.
    :ivar resource: the very one that its module would converge.
    :ivar label: what messages call it, if that is not one of its options.
    """

    position: int
    kind: str
    resource_kind: ResourceKind
    region: str
    params: Mapping[str, Any]
    resource: Resource[Any]
    label: str = ""

    @property
    def absent(self) -> bool:
        """Whether it is to go."""
        return self.resource.wants_absent

    @property
    def name(self) -> str:
        """What it is called, as far as it has a name; otherwise what it depends on."""
        return self.label or _name_of(self.resource_kind, self.params)

    def __str__(self) -> str:
        return f"resource {self.position} ({self.kind} {self.name})"


def secrets_of(kinds: Mapping[str, ResourceKind], given: Any) -> set[str]:
    """All values in a list as given that must not be shown, whatever else is wrong with it."""
    secret = {
        name
        for spec in [CONNECTION_OPTIONS, *(resource_kind.spec.options for resource_kind in kinds.values())]
        for name, option in spec.items()
        if option.get("no_log")
    }
    items = given if isinstance(given, list) else []
    return {
        str(value)
        for item in items
        if isinstance(item, Mapping)
        for name, value in item.items()
        if name in secret and value not in (None, "")
    }


def read_entries(
    kinds: Mapping[str, ResourceKind], given: Sequence[Mapping[str, Any]], common: Mapping[str, Any], client: Client
) -> list[Entry]:
    """Check a whole list, sending nothing.

    :param common: options that count where an entry does not give them.
    :raises StorageError: the message shows all mistakes of all entries.
    """
    entries, mistakes = [], []
    for position, item in enumerate(given, 1):
        reader = _Reader(kinds, position, item, common, client)
        if (entry := reader.read()) is not None:
            entries.append(entry)
        mistakes += [f"{title}: {mistake}" for title, mistake in reader.mistakes]
    refuse(mistakes)
    return entries


def find_mistakes(kinds: Mapping[str, ResourceKind], item: Mapping[str, Any], client: Client) -> list[str]:
    """Return what is wrong with one entry, without naming it; sends nothing."""
    reader = _Reader(kinds, 1, item, {}, client)
    reader.read()
    return [mistake for _title, mistake in reader.mistakes]


def refuse(mistakes: Sequence[str]) -> None:
    """Raise all mistakes of a list as one error, if there are any."""
    if mistakes:
        raise StorageError(f"Nothing was changed, because the list of resources has mistakes: {'; '.join(mistakes)}.")


class _Reader:
    """Reads one entry, and gathers what is wrong with it."""

    def __init__(
        self,
        kinds: Mapping[str, ResourceKind],
        position: int,
        item: Mapping[str, Any],
        common: Mapping[str, Any],
        client: Client,
    ) -> None:
        self.kinds = kinds
        self.position = position
        self.item = without_blanks(item)
        self.common = common
        self.client = client
        self.mistakes: list[tuple[str, str]] = []

    def read(self) -> Entry | None:
        """The entry; ``None`` where something is wrong with it."""
        named = self.item.pop(KIND, None)
        # A module's name means its kind, also in full.
        kind = str(named).rpartition(".")[2].removeprefix("scp_")
        kind = next((full for full, resource_kind in self.kinds.items() if resource_kind.short == kind), kind)
        resource_kind = self.kinds.get(kind)
        if resource_kind is None:
            self._tell(f"resource {self.position}", _unknown_kind(named, kind, self.kinds))
            return None
        title = f"resource {self.position} ({kind} {_name_of(resource_kind, self.item)})"
        params = self._validated(resource_kind, title)
        if params is None:
            return None
        region = str(params[REGION] or self.client.settings.region)
        try:
            check_region(region)
        except SettingsError as error:
            self._tell(title, error.message)
            return None
        handler = cast("type[Resource[Any]]", resource_kind.spec.handler)
        resource = handler.for_task(params, self.client.in_region(region))
        try:
            resource.check()
        except StorageError as error:
            self._tell(title, error.message)
        if reason := resource_kind.reject_if(params):
            self._tell(title, reason)
        return None if self.mistakes else Entry(self.position, kind, resource_kind, region, params, resource)

    def _validated(self, resource_kind: ResourceKind, title: str) -> dict[str, Any] | None:
        # The module of a kind can have an option with the name of one about the connection.
        connection = CONNECTION_OPTIONS.keys() - resource_kind.spec.options.keys() - {REGION}
        elsewhere = [name for name in self.item if name in connection]
        if elsewhere:
            self._tell(title, f"{', '.join(elsewhere)} cannot be given for one resource, but for the whole task")
        spec = resource_kind.spec.argument_spec
        options = {name: option for name, option in spec.items() if name not in connection}
        must = needed(resource_kind.spec.options, resource_kind.spec.rules)
        mine = {
            name: value
            for name, value in self.item.items()
            if name not in elsewhere and (value is not None or name in must)
        }
        if mine.get("tags") is not None:
            if mistake := form_of_tags(mine["tags"], "tags"):
                self._tell(title, mistake)
                return None
            mine["tags"] = tags_as_list(mine["tags"])
        checked = ArgumentSpecValidator(options, **resource_kind.spec.rules).validate({**self.common, **mine})
        for error in checked.errors:
            what = "there is no option " if isinstance(error, UnsupportedError) else ""
            self._tell(title, what + one_line(error.msg))
        if not self.mistakes:
            try:
                check_options(resource_kind.spec.options, resource_kind.spec.rules, checked.validated_parameters)
            except StorageError as error:
                self._tell(title, error.message)
        return None if self.mistakes else dict(checked.validated_parameters)

    def _tell(self, title: str, mistake: str) -> None:
        self.mistakes.append((title, mistake.rstrip(".")))


def _name_of(resource_kind: ResourceKind, params: Mapping[str, Any]) -> str:
    """What the user calls an entry."""
    options = [*resource_kind.identified_by[:1], *resource_kind.owners, *resource_kind.identified_by[1:]]
    return str(next((params[option] for option in options if params.get(option)), "without a name"))


def _unknown_kind(named: Any, kind: str, kinds: Iterable[str]) -> str:
    known = list(kinds)
    if named is None:
        return f"it has no kind (there are: {', '.join(known)})"
    near = get_close_matches(kind, known, 1)
    return f"there is no kind {str(named)!r}" + (
        f" (do you mean {near[0]}?)" if near else f" (there are: {', '.join(known)})"
    )
