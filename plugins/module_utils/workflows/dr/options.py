# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of volumes as users write it, and which of them a run is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...client.errors import StorageError
from ...client.session import Client
from ...client.settings import region_of
from ...client.suggestions import closest
from ...engine.durations import parse_age
from ...engine.lookup import is_id
from ...resources.baremetal_blockstorage.lookup import GROUPS
from ...resources.baremetal_blockstorage.lookup import VOLUMES as BLOCKS
from ...resources.filestorage.lookup import VOLUMES as FILES
from ...resources.shared_options import ACCESS_RULE_TYPES, ATTACHMENT_TYPES
from ..items import (
    Item,
    ItemList,
    ItemSpec,
    choice_key,
    list_key,
    number_key,
    objects_key,
    read_items,
    region_key,
    text_key,
    zone_key,
)
from ..selection import select_by_tags, selectable
from .model import BLOCK, FILE, FREQUENCIES, GROUP, KINDS, Volume

PROTOCOLS = ("NFS", "CIFS")
TYPE_NAMES = ("HDD", "SSD", "HighPerformanceSSD", "SSD_SAP_S", "SSD_SAP_E")
_BLOCKS = (BLOCK, GROUP)
#: What stands for a drill in place of the ``state`` of a replication.
DRILL = "drill"
#: What names of new volumes can be, by kind.
_NAME_RULES = {FILE: FILES, BLOCK: BLOCKS, GROUP: GROUPS}
#: What an item of the list can select by tags.
SELECTABLE = {kind: selectable(lookup) for kind, lookup in _NAME_RULES.items()}
#: Options that give defaults for all volumes of a list.
DEFAULTS = (
    "region",
    "target_region",
    "target_zone",
    "frequency",
    "protocol",
    "type_name",
    "target_access_rules",
    "snapshot_rate",
    "target_volume_prefix",
    "target_attachments",
)
#: Keys of ``replicas`` that say how a volume was found, and are read again.
_RESULT_KEYS = (
    "source_name",
    "source_region",
    "target_full_name",
    "target_path",
    "replication_id",
    "policy",
    "status",
    "lag_seconds",
    "health",
    "active_region",
    "active_side",
    "message",
    "change",
    "operations",
    "possible_loss",
    "planned",
    "now",
)


def _spec(option: str) -> ItemSpec:
    return ItemSpec(
        option=option,
        kinds=KINDS,
        keys=(
            region_key("region"),
            region_key("target_region"),
            zone_key("target_zone"),
            text_key("target_name"),
            choice_key("frequency", tuple(FREQUENCIES)),
            choice_key("protocol", PROTOCOLS, kinds=(FILE,)),
            choice_key("type_name", TYPE_NAMES, kinds=(FILE,)),
            objects_key("target_access_rules", ACCESS_RULE_TYPES, kinds=(FILE,)),
            number_key("snapshot_rate", 1, 100, " of percent", kinds=(BLOCK,)),
            text_key("target_volume_prefix", kinds=(GROUP,)),
            objects_key("target_attachments", ATTACHMENT_TYPES, kinds=_BLOCKS),
            text_key("mount_path"),
            text_key("source_id"),
            text_key("source_path"),
            text_key("target_id"),
            list_key("members"),
        ),
        accepted=_RESULT_KEYS,
    )


def read_volumes(params: Mapping[str, Any], client: Client, prefix: str = "") -> list[Volume]:
    """Return the volumes that a run is about.

    :param params: ``volumes``, ``only``, ``skip``, and options of :data:`DEFAULTS`.
    :param client: reads only if an item selects by tags.
    :param prefix: what the names of options begin with where users see them.
    :raises StorageError: the list has mistakes, or nothing is left of it.
    """
    option, defaults = f"{prefix}volumes", {name: params.get(name) for name in DEFAULTS}
    given = select_by_tags(option, params["volumes"], SELECTABLE, client, defaults)
    items = read_items(_spec(option), given, defaults)
    items.items[:] = [_with_target_region(item) for item in items.items]
    creates = params.get("state") == "present"
    for item in items.items:
        _check_ends(items, item, prefix)
        if creates and (item["protocol"] is None) != (item["type_name"] is None):
            items.reject(
                item,
                "protocol and type_name go together. Give both for a volume that is to be created where it is missing,"
                " or none",
            )
    _check_names(items)
    volumes = [_volume(item) for item in items.validated()]
    return select(volumes, params.get("only"), params.get("skip"), prefix)


def _with_target_region(item: Item) -> Item:
    """Return an item with the region of its replica, which the zone alone gives as well."""
    zone = item["target_zone"]
    if item["target_region"] or not zone:
        return item
    return replace(item, values={**item.values, "target_region": region_of(str(zone))})


def _volume(item: Item) -> Volume:
    values = dict(item.values)
    by_id = is_id(item.name)
    values["source_id"] = values["source_id"] or (item.name if by_id else None)
    values["target_name"] = values["target_name"] or (None if by_id else item.name)
    for name in ("target_access_rules", "target_attachments"):
        values[name] = tuple(values[name] or ())
    members = values.pop("members") or ()
    values["member_ids"] = tuple(str(one["id"]) for one in members if isinstance(one, Mapping) and one.get("id"))
    return Volume(position=item.position, **values)


def _check_ends(items: ItemList, item: Item, prefix: str) -> None:
    for key in ("region", "target_region"):
        if not item[key]:
            items.reject(item, f"it has no {key}. Give it here, or for all volumes as {prefix}{key}")
    zone = item["target_zone"]
    if zone and item["target_region"] and region_of(str(zone)) != item["target_region"]:
        items.reject(
            item, f"target_zone {zone} is not a zone of target_region {item['target_region']}. Change one of them"
        )
    if item["region"] and item["region"] == item["target_region"] and not zone:
        items.reject(
            item,
            f"region and target_region are both {item['region']}, but a replica must be in another region, or in"
            " another zone. Change one of them, or set target_zone",
        )
    rule = _NAME_RULES[item.kind]
    target_name = _target_name(item)
    if target_name is None:
        items.reject(item, "its name is an id. Give the target_name")
    elif not rule.rule.fullmatch(target_name):
        items.reject(item, f"{target_name!r} is not a valid target_name: {rule.rule_text}")


def _target_name(item: Item) -> str | None:
    if item["target_name"]:
        return str(item["target_name"])
    return None if is_id(item.name) else item.name


def _check_names(items: ItemList) -> None:
    """Reject replicas that would have the name of another volume of the list."""
    sources = {(item.kind, item["region"], item.name): item for item in items.items}
    targets: dict[tuple[str, str, str], Item] = {}
    for item in items.items:
        name = _target_name(item)
        if name is None or item["target_id"]:
            continue
        place = (item.kind, item["target_region"], name)
        if place in sources:
            items.reject(
                item,
                f"its replica would have the name of the volume of {sources[place]} in the same region. Give another"
                " target_name",
            )
        elif place in targets:
            items.reject(
                item,
                f"its replica would have the name of the replica of {targets[place]} in the same region. Give another"
                " target_name",
            )
        targets.setdefault(place, item)


def select(
    volumes: Sequence[Volume], only: Sequence[str] | None, skip: Sequence[str] | None, prefix: str = ""
) -> list[Volume]:
    """Return the volumes that ``only`` names, without those that ``skip`` names.

    :raises StorageError: a name is not in the list, or nothing is left.
    """
    known = {name for volume in volumes for name in _names(volume)}
    lines = [
        f"{prefix}{option} names {name}, which is not in {prefix}volumes{closest(name, known)}."
        for option, names in (("only", only), ("skip", skip))
        for name in names or ()
        if name not in known
    ]
    if lines:
        raise StorageError(f"Nothing was changed. {' '.join(lines)}")
    chosen = [
        volume
        for volume in volumes
        if (not only or _names(volume) & set(only)) and not _names(volume) & set(skip or ())
    ]
    if not chosen:
        raise StorageError(
            f"Nothing was changed, because {prefix}only and {prefix}skip leave no volume of the {len(volumes)} in"
            f" {prefix}volumes."
        )
    return chosen


def _names(volume: Volume) -> set[str]:
    """By what users can name a volume: its name or id, and the name of its replica."""
    return {name for name in (volume.name, volume.source_id, volume.target_name) if name}


def lag_limit(text: str | None, prefix: str = "") -> int | None:
    """Return a limit of the lag in seconds; ``None`` where none is given.

    :raises StorageError: it is not an age.
    """
    if not text or not text.strip():
        return None
    return int(parse_age(f"{prefix}max_lag", text).total_seconds())


def likely_region(params: Mapping[str, Any]) -> str:
    """Return a region for a task that gives none for all volumes; each call names its own."""
    given = params.get("volumes")
    items = given if isinstance(given, Sequence) and not isinstance(given, str) else []
    named = (item.get("region") for item in items if isinstance(item, Mapping))
    zone = params.get("target_zone")
    region = params.get("target_region") or (region_of(str(zone)) if zone else "")
    return str(next(filter(None, named), None) or region)
