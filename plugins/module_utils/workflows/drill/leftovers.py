# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drills have made: how it is recognized, and how it is removed. Nothing else is ever removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...client.base_names import without_suffix
from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...resources.baremetal_blockstorage.lookup import DELETED, is_recovery, leaving
from ...resources.filestorage.lookup import DISK_BACKUP
from ..dr.model import BLOCK, FILE, GROUP, Found, Volume, fits_name
from ..dr.reading import Reader
from .copies import CopyPlan

Shown = Mapping[str, Any]


@dataclass(frozen=True)
class Leftover:
    """Something that a drill has made.

    :ivar key: of the volume that it is a copy of.
    :ivar label: what messages call it.
    :ivar group: the group that a block volume is a member of.
    :ivar replication: of a File Storage volume, the id of the target of the replication that it is an end of.
    """

    key: str
    kind: str
    region: str
    id: str
    label: str
    group: str = ""
    replication: str = ""


@dataclass
class Own:
    """What drills of some volumes have made.

    :ivar replications: by the ids of their targets.
    :ivar groups: groups that have no members but copies.
    :ivar empty_groups: groups of drills that have no member any more. No call of the API deletes one.
    :ivar foreign: what has the name of a copy and is none: key, and a sentence.
    :ivar unread: what could not be read: key, and why.
    """

    files: list[Leftover] = field(default_factory=list)
    replications: list[Leftover] = field(default_factory=list)
    blocks: list[Leftover] = field(default_factory=list)
    groups: list[Leftover] = field(default_factory=list)
    empty_groups: list[str] = field(default_factory=list)
    foreign: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)

    @property
    def volumes(self) -> list[Leftover]:
        """All copies."""
        return [*self.files, *self.blocks]

    def labels(self, key: str) -> list[str]:
        """Return what there is of one volume."""
        return list(dict.fromkeys(one.label for one in (*self.volumes, *self.replications) if one.key == key))

    def why_not(self, key: str, error: str, prefix: str, *, asks_source: bool) -> str:
        """Return why a volume cannot be drilled, or is not rid of its copies; empty where nothing is there any more.

        :param error: what went wrong when its copies were to be removed.
        :param prefix: what the names of options begin with where users see them.
        :param asks_source: whether the region of the volume was to be read as well.
        """
        parts = []
        if labels := self.labels(key):
            parts.append(
                f"{', '.join(labels)} could not be removed: {error.strip().rstrip('.') or 'it is still there'}"
            )
        parts += [
            f"{sentence}. It is left alone. Rename or remove it, or choose another {prefix}prefix"
            for owner, sentence in self.foreign
            if owner == key
        ]
        unread = list(dict.fromkeys(why.strip().rstrip(".") for owner, why in self.unread if owner == key))
        if unread:
            advice = f". With {prefix}from: replica, no call goes to the region of the volumes" if asks_source else ""
            parts.append(f"copies of an earlier drill could not be looked for: {'; '.join(unread)}{advice}")
        return "; ".join(parts)


def protected_ids(plans: Sequence[CopyPlan], found: Mapping[str, Found]) -> set[str]:
    """Return the ids of all that is in the list, on both sides, which is never removed."""
    ids: set[str] = set()
    for plan in plans:
        one = found[plan.volume.key]
        ends = (one.link.source_id, one.link.target_id) if one.link else ()
        known = (plan.source_id, plan.volume.source_id, plan.volume.target_id, plan.replica.get("id"), *ends)
        ids |= {str(identifier) for identifier in known if identifier}
        ids |= {str(shown["id"]) for shown in (*one.volumes, *plan.members)}
    return ids


def look(reader: Reader, plans: Sequence[CopyPlan], protected: set[str], *, asks_source: bool) -> Own:
    """Find what drills have made: with one list for each region and kind, and a look at each volume of such a name.

    :param asks_source: whether the regions of the volumes are read as well as those of the replicas.
    """
    own = Own()
    named = [plan for plan in plans if plan.name]
    places: list[tuple[CopyPlan, str]] = []
    for plan in named:
        if plan.volume.kind == FILE:
            places += [(plan, plan.volume.region)] if asks_source else []
            places.append((plan, plan.volume.target_region))
    blocks = [plan for plan in named if plan.volume.kind != FILE]
    groups = [plan for plan in named if plan.volume.kind == GROUP]
    reader.load(
        [
            *((FILE, region) for _plan, region in places),
            *((BLOCK, plan.volume.target_region) for plan in blocks),
            *((GROUP, plan.volume.target_region) for plan in groups),
        ]
    )
    seen: set[str] = set(protected)
    _look_for_files(reader, own, places, seen)
    _look_for_blocks(reader, own, blocks, seen)
    _look_for_groups(reader, own, groups, protected)
    return own


def _look_for_files(reader: Reader, own: Own, places: Sequence[tuple[CopyPlan, str]], seen: set[str]) -> None:
    candidates: list[tuple[CopyPlan, str, Shown]] = []
    for plan, region in places:
        try:
            listed = reader.listed(FILE, region)
        except StorageError as error:
            own.unread.append((plan.volume.key, error.message))
            continue
        for volume in listed:
            named = any(fits_name(name, volume.get("name"), FILE) for name in plan.names)
            if named and volume["id"] not in seen:
                seen.add(str(volume["id"]))
                candidates.append((plan, region, volume))

    def read(candidate: tuple[CopyPlan, str, Shown]) -> list[dict[str, Any]] | StorageError:
        _plan, region, shown = candidate
        try:
            return reader.replications(region, shown)
        except StorageError as error:
            return error

    targets: set[str] = set()
    for (plan, region, shown), replications in zip(candidates, map_concurrently(read, candidates), strict=True):
        if isinstance(replications, StorageError):
            own.unread.append((plan.volume.key, replications.message))
            continue
        label = f"{shown['name']} in {region}"
        if foreign_file(plan.names, shown, replications):
            sentence = f"{label} has the name of a copy, but it is an end of a replication that no drill made"
            own.foreign.append((plan.volume.key, sentence))
            continue
        target = str(replications[0]["replication_volume_id"]) if replications else ""
        own.files.append(Leftover(plan.volume.key, FILE, region, str(shown["id"]), label, replication=target))
        for one in replications:
            where, identifier = str(one["replication_volume_region"]), str(one["replication_volume_id"])
            if identifier not in targets:
                targets.add(identifier)
                name = f"{one['replication_volume_name']} in {where}"
                own.replications.append(Leftover(plan.volume.key, "filestorage_replication", where, identifier, name))


def foreign_file(names: Collection[str], shown: Shown, replications: Iterable[Shown]) -> bool:
    """Return whether a File Storage volume with the name of a copy is none: it is an end of another replication."""
    ends = [one[f"{end}_volume_name"] for one in replications for end in ("source", "replication")]
    if str(shown.get("purpose") or "").lower() == DISK_BACKUP:
        return True
    return any(without_suffix(str(end)) not in names and end not in names for end in ends)


def _look_for_blocks(reader: Reader, own: Own, plans: Sequence[CopyPlan], seen: set[str]) -> None:
    candidates: list[tuple[CopyPlan, Shown]] = []
    for plan in plans:
        try:
            listed = reader.listed(BLOCK, plan.volume.target_region)
        except StorageError as error:
            own.unread.append((plan.volume.key, error.message))
            continue
        for volume in listed:
            if is_recovery(volume) and _has_copy_name(plan, str(volume["name"])) and volume["id"] not in seen:
                seen.add(str(volume["id"]))
                candidates.append((plan, volume))

    def read(candidate: tuple[CopyPlan, Shown]) -> dict[str, Any] | StorageError | None:
        plan, shown = candidate
        try:
            return reader.by_id(BLOCK, plan.volume.target_region, str(shown["id"]))
        except StorageError as error:
            return error

    for (plan, _shown), found in zip(candidates, map_concurrently(read, candidates), strict=True):
        if isinstance(found, StorageError):
            own.unread.append((plan.volume.key, found.message))
        elif found is not None and found.get("state") != DELETED:
            # One that is being deleted is waited for.
            _add_block(own, plan, found)


def _has_copy_name(plan: CopyPlan, name: str) -> bool:
    return name.startswith(plan.name) if plan.volume.kind == GROUP else name == plan.name


def _add_block(own: Own, plan: CopyPlan, volume: Shown) -> None:
    region = plan.volume.target_region
    label = f"{volume['name']} in {region}"
    origin = foreign_origin(plan, volume)
    if origin:
        sentence = f"{label} has the name of a copy, but it was made from {origin}, which is not the replica"
        own.foreign.append((plan.volume.key, sentence))
        return
    group = str((volume.get("volume_group") or {}).get("id") or "")
    own.blocks.append(Leftover(plan.volume.key, BLOCK, region, str(volume["id"]), label, group))


def foreign_origin(plan: CopyPlan, volume: Shown) -> str:
    """Return what a block volume was made from, if that is not the replica of the plan; empty where it is."""
    origin = str(((volume.get("recovery") or {}).get("origin_volume") or {}).get("id") or "")
    if not is_recovery(volume):
        return origin or "something else"
    ids = {str(plan.replica.get("id") or ""), *(str(member["id"]) for member in plan.members)}
    return origin if origin and origin not in ids else ""


def _look_for_groups(reader: Reader, own: Own, plans: Sequence[CopyPlan], protected: set[str]) -> None:
    members: defaultdict[str, list[Leftover]] = defaultdict(list)
    for one in own.blocks:
        if one.group:
            members[one.group].append(one)
    seen: set[str] = set()
    for plan in plans:
        region = plan.volume.target_region
        try:
            listed = reader.listed(GROUP, region)
        except StorageError as error:
            own.unread.append((plan.volume.key, error.message))
            continue
        for group in listed:
            identifier = str(group["id"])
            if not is_recovery(group) or leaving(group) or identifier in protected or identifier in seen:
                continue
            label = f"group {group['name']} in {region}"
            size = group.get("num_of_block_storages", len(group.get("member_volumes") or ()))
            copies = members.get(identifier, [])
            if copies and copies[0].key == plan.volume.key and size == len(copies):
                seen.add(identifier)
                own.groups.append(Leftover(plan.volume.key, GROUP, region, identifier, label))
            elif size == 0 and str(group["name"]).startswith(plan.name):
                seen.add(identifier)
                own.empty_groups.append(label)


def removal(own: Own) -> tuple[list[Leftover], list[dict[str, Any]], list[list[int]]]:
    """Return what is removed, how, and what of it needs what.

    :return: what each entry is about; the resources; for each the indices of those that it needs.
    """
    about: list[Leftover] = []
    resources: list[dict[str, Any]] = []
    needs: list[list[int]] = []

    def add(one: Leftover, needed: Iterable[int | None], /, **options: Any) -> int:
        about.append(one)
        resources.append({"kind": one.kind, "region": one.region, "state": "absent", **options})
        needs.append([index for index in needed if index is not None])
        return len(about) - 1

    replications = {one.id: add(one, (), volume=one.id, delete_target_volume=True) for one in own.replications}
    groups = {one.id: add(one, (), volume_group_id=one.id) for one in own.groups}
    for one in own.files:
        # The target of a replication goes with it.
        if one.id not in replications:
            add(one, (replications.get(one.replication),), volume_id=one.id)
    for one in own.blocks:
        add(one, (groups.get(one.group),), volume_id=one.id, detach=True, leave_volume_group=True)
    return about, resources, needs


def unrecognizable(volume: Volume, found: Found) -> str:
    """Return why the copies of a volume cannot be looked for; empty where they can."""
    if found.link is not None or volume.source_id:
        return ""
    why = found.message.strip().rstrip(".") or "it has no replication"
    return f"{why}, so copies of it cannot be recognized. Give its id as source_id"
