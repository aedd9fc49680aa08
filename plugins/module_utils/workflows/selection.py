# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a list that select resources by tags: each becomes an item for every resource that has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..client.base_names import without_suffix
from ..client.errors import SettingsError, StorageError
from ..client.parallel import map_concurrently
from ..client.session import Client
from ..client.settings import check_region
from ..client.tags import tag_texts
from ..engine.lookup import LookupSpec
from ..engine.options import form_of_tags, tags_as_list
from ..engine.structured_text import TextError, parse_structured
from ..operations import resourcemanager
from ..resources.kinds import full_kind
from ..resources.shared_volume import going
from ..resources.tags import TagTarget, as_dictionary, read_all_tags, target_of
from .items import KIND, NAME
from .messages import refuse_mistakes

#: The key of an item that selects, in place of a name.
TAGGED = "tagged"

Tags = Mapping[str, str]
Names = Mapping[str, str]


@dataclass(frozen=True)
class Selectable:
    """What can be selected by tags.

    :ivar title: for messages.
    :ivar lookup: how its names are read; ``None`` where only Resource Manager lists them.
    """

    title: str
    target: TagTarget
    lookup: LookupSpec | None = None


def selectable(kind: LookupSpec) -> Selectable:
    """Return a kind of resource as one that can be selected."""
    return Selectable(kind.title, target_of(kind), kind)


@dataclass(frozen=True)
class _Selection:
    position: int
    item: Mapping[str, Any]
    tags: Tags
    place: tuple[str, str]


def select_by_tags(
    option: str,
    given: Any,
    kinds: Mapping[str, Selectable],
    client: Client,
    defaults: Mapping[str, Any],
    *,
    name_key: str = NAME,
    kind_key: str = KIND,
) -> Any:
    """Return a list as users write it, with an item for each resource in place of items that select by tags.

    A list without such items is returned unchanged, and nothing is read. A resource that another item names is left to
    that item.

    :param kinds: by the values of ``kind_key``.
    :param defaults: ``kind_key`` and ``region``, for items that do not have them.
    :raises StorageError: a selection is wrong, fits nothing, or cannot be read.
    """
    try:
        listed = parse_structured(given, option)
    except TextError:
        # The code that reads the list reports this.
        return given
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return given
    if not any(isinstance(item, Mapping) and TAGGED in item for item in listed):
        return given
    mistakes: list[tuple[str, str]] = []
    selections = {}
    for position, item in enumerate(listed, 1):
        if isinstance(item, Mapping) and TAGGED in item:
            found = _read_selection(position, item, kinds, defaults, name_key, kind_key)
            if isinstance(found, str):
                mistakes.append((f"Item {position}", found))
            else:
                selections[position] = found
    refuse_mistakes(option, mistakes)
    names = _read_names(client, kinds, {one.place for one in selections.values()})
    tags = _read_tags(client, kinds, {one.place for one in selections.values()})
    named = _named(listed, defaults, name_key, kind_key)
    result: list[Any] = []
    for position, item in enumerate(listed, 1):
        selection = selections.get(position)
        if selection is None:
            result.append(item)
            continue
        kind, region = place = selection.place
        fitting = {
            identifier: name
            for identifier, name in names[place].items()
            if selection.tags.items() <= tags[place].get(identifier, {}).items()
        }
        if not fitting:
            texts = ", ".join(tag_texts(selection.tags))
            mistakes.append((f"Item {position}", f"no {kinds[kind].title} in {region} has the tags {texts}"))
        own = {key: value for key, value in item.items() if key != TAGGED}
        repeated = Counter(names[place].values())
        for identifier, name in sorted(fitting.items(), key=lambda one: (one[1], one[0])):
            if not {(kind, region, name), (kind, region, identifier)} & named:
                result.append({**own, name_key: name if repeated[name] == 1 else identifier})
    refuse_mistakes(option, mistakes)
    return result


def _read_selection(
    position: int,
    item: Mapping[str, Any],
    kinds: Mapping[str, Selectable],
    defaults: Mapping[str, Any],
    name_key: str,
    kind_key: str,
) -> _Selection | str:
    """Return what an item selects, or what is wrong with it."""
    if item.get(name_key):
        return f"it has both {name_key} and {TAGGED}. Set only one of them"
    listed = tags_as_list(item[TAGGED])
    if form_of_tags(item[TAGGED], TAGGED) or not (listed and all(tag["key"] for tag in listed)):
        return f"{TAGGED} must be a dictionary of tags with at least one key, such as {{team: web}}"
    kind = full_kind(str(item.get(kind_key) or defaults.get(kind_key) or next(iter(kinds))))
    if kind not in kinds:
        return f"{kind_key} {kind} cannot be selected by tags. Use one of {', '.join(kinds)}"
    region = str(item.get("region") or defaults.get("region") or "")
    try:
        check_region(region)
    except SettingsError as error:
        return f"region: {error.message.rstrip('.')}"
    return _Selection(position, item, as_dictionary(listed), (kind, region))


def _named(
    listed: Sequence[Any], defaults: Mapping[str, Any], name_key: str, kind_key: str
) -> set[tuple[str, str, str]]:
    """Return kind, region and name of the items that name a resource."""
    found = set()
    for item in listed:
        own = item if isinstance(item, Mapping) else {name_key: item}
        if TAGGED not in own:
            kind = full_kind(str(own.get(kind_key) or defaults.get(kind_key) or ""))
            found.add((kind, str(own.get("region") or defaults.get("region") or ""), str(own.get(name_key))))
    return found


def _read_tags(
    client: Client, kinds: Mapping[str, Selectable], places: set[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    ordered = sorted(places)
    read = map_concurrently(lambda place: read_all_tags(client, kinds[place[0]].target, place[1]), ordered)
    return dict(zip(ordered, read, strict=True))


def _read_names(
    client: Client, kinds: Mapping[str, Selectable], places: set[tuple[str, str]]
) -> dict[tuple[str, str], Names]:
    """Read the names of all resources of some kinds and regions by their ids, without the service's suffix."""
    ordered = sorted(places)

    def read(place: tuple[str, str]) -> Names:
        kind, region = kinds[place[0]], place[1]
        if kind.lookup is None:
            return _names_in_resource_manager(client, kind.target, region)
        try:
            listed = client.read_list(kind.lookup.listing, region=region)
        except StorageError:
            # In a disaster the region may not answer. Resource Manager has no region.
            return _names_in_resource_manager(client, kind.target, region, suffixed=kind.lookup.suffixed)
        base_name = kind.lookup.base_name
        return {str(one["id"]): base_name(str(one["name"])) for one in listed if not going(one)}

    return dict(zip(ordered, map_concurrently(read, ordered), strict=True))


def _names_in_resource_manager(client: Client, target: TagTarget, region: str, *, suffixed: bool = False) -> Names:
    query = {"region": region, "resource_type": target.resource_type}
    listed = client.read_list(resourcemanager.LIST_RESOURCES, query=query)
    return {
        str(one["id"]): without_suffix(str(one["resource_name"])) if suffixed else str(one["resource_name"])
        for one in listed
        if (one.get("service"), one.get("resource_type"), one.get("region"))
        == (target.service, target.resource_type, region)
        and one.get("resource_name")
    }
