# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading volumes and their replications: lists once and whole, all regions and kinds concurrently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.lookup import Finder, LookupSpec
from ...operations import filestorage as filestorage_api
from ...resources import shared_volume, zones
from ...resources.baremetal_blockstorage import lookup as bm
from ...resources.baremetal_blockstorage.replication_state import (
    GROUP_REPLICATIONS,
    VOLUME_REPLICATIONS,
    read_replication,
)
from ...resources.baremetal_blockstorage.snapshot import GROUP_SNAPSHOTS, VOLUME_SNAPSHOTS
from ...resources.filestorage import lookup as filestorage
from ...resources.filestorage.snapshot import SNAPSHOTS as FILE_SNAPSHOTS
from ...resources.parallel_filestorage import lookup as parallel
from ...resources.snapshots import SnapshotRecord
from .model import BLOCK, FILE, GROUP, PARALLEL, Found, Link, Side, Volume, block_link, file_link, fits_name

_KINDS: Mapping[str, LookupSpec] = {
    FILE: filestorage.VOLUMES,
    PARALLEL: parallel.VOLUMES,
    BLOCK: bm.VOLUMES,
    GROUP: bm.GROUPS,
}
_SNAPSHOTS = {FILE: FILE_SNAPSHOTS, BLOCK: VOLUME_SNAPSHOTS, GROUP: GROUP_SNAPSHOTS}
_REPLICATION = "replication"

#: Kind and region.
Place = tuple[str, str]
#: Region and id of a File Storage volume.
Share = tuple[str, str]
Item = Mapping[str, Any]


class Reader:
    """Reads through a client, and keeps the lists and the mount paths that it has read."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lists: dict[Place, list[dict[str, Any]] | StorageError] = {}
        self._paths: dict[Share, str | StorageError | None] = {}

    @classmethod
    def for_volumes(cls, client: Client, volumes: Iterable[Volume]) -> Reader:
        """Return a reader that prefers API versions which show zones if one of the volumes has a zone in the list."""
        zoned = any(volume.target_zone for volume in volumes)
        return cls(client.wanting(zones.ZONE, "source_volume_zone", "replication_volume_zone") if zoned else client)

    def forget(self) -> None:
        """Read all again from now on: something has changed."""
        self._lists.clear()
        self._paths.clear()

    def read(self, volumes: Sequence[Volume], side: Side) -> dict[str, Found]:
        """Return what one end of each volume knows, by the volumes' keys."""
        self.load((volume.kind, volume.end_region(side)) for volume in volumes)
        found = map_concurrently(lambda volume: self._find(volume, side), volumes)
        return {volume.key: one for volume, one in zip(volumes, found, strict=True)}

    def load(self, places: Iterable[Place], shares: Iterable[Share] = ()) -> None:
        """Read what was not read yet of the lists of some kinds and regions, and of mount paths, at the same time."""
        reads = [partial(self._load_list, one) for one in dict.fromkeys(places) if one not in self._lists]
        reads += [partial(self._load_path, one) for one in dict.fromkeys(shares) if one not in self._paths]
        map_concurrently(lambda read: read(), reads)

    def listed(self, kind: str, region: str) -> list[dict[str, Any]]:
        """Return a whole list.

        :raises StorageError: it could not be read.
        """
        self.load([(kind, region)])
        found = self._lists[kind, region]
        if isinstance(found, StorageError):
            raise found
        return found

    def by_id(self, kind: str, region: str, identifier: str) -> dict[str, Any] | None:
        """Return a volume or a group in full; ``None`` where there is none."""
        return Finder(self._client, _KINDS[kind], region).by_id(identifier)

    def access_rules(self, region: str, volume_id: str) -> list[dict[str, Any]]:
        """Return the access rules of a File Storage volume."""
        return list(filestorage.read_access_rules(Finder(self._client, filestorage.VOLUMES, region), volume_id))

    def replications(self, region: str, owner: Item) -> list[dict[str, Any]]:
        """Return the replications of all types of a File Storage volume, in full."""
        if str(owner.get("purpose") or "").lower() == filestorage.NO_PURPOSE:
            return []
        try:
            return filestorage.read_replications(self._client, str(owner["id"]), region)
        except NotFound:
            return []

    def snapshots(self, kind: str, region: str, owner: Item) -> list[SnapshotRecord]:
        """Return the usable snapshots of a volume or group that no replication made, oldest first."""
        if kind == BLOCK and owner.get("is_snapshot_activated") is False:
            # Without space there are no snapshots (platform-behaviour.md §7).
            return []
        found = _SNAPSHOTS[kind].read(self._client.in_region(region), str(owner["id"]))
        usable = [one for one in found if one.usable and not one.system and one.moment is not None]
        return sorted(usable, key=lambda one: (one.moment, one.id))

    def named(self, kind: str, region: str, name: str) -> list[dict[str, Any]]:
        """Return the volumes of a name; those that are being deleted only if there are no others."""
        fitting = [one for one in self.listed(kind, region) if fits_name(name, one.get("name"), kind)]
        return [one for one in fitting if not going(kind, one)] or fitting

    def members(self, region: str, group_id: str) -> list[dict[str, Any]]:
        """Return the volumes of a group, as the list of volumes shows them.

        What that list has of groups is not documented. Where it has nothing of this one, the group is read.
        """
        volumes = self.listed(BLOCK, region)
        found = [one for one in volumes if (one.get("volume_group") or {}).get("id") == group_id]
        if found:
            return found
        group = self.by_id(GROUP, region, group_id) or {}
        known = {str(one["id"]): one for one in volumes}
        return [{**known.get(str(one["id"]), {}), **one} for one in group.get("member_volumes") or ()]

    def path(self, region: str, volume_id: str) -> str | None:
        """Return the mount path of a File Storage volume; ``None`` where there is none.

        :raises StorageError: it could not be read.
        """
        self.load((), [(region, volume_id)])
        found = self._paths[region, volume_id]
        if isinstance(found, StorageError):
            raise found
        return found

    # -- one volume ---------------------------------------------------------------------------------------------------

    def _load_list(self, place: Place) -> None:
        kind, region = place
        try:
            self._lists[place] = self._client.read_list(_KINDS[kind].listing, region=region)
        except StorageError as error:
            self._lists[place] = error

    def _load_path(self, share: Share) -> None:
        """Read the mount path of a volume, which no list has."""
        region, identifier = share
        try:
            self._paths[share] = (self.by_id(FILE, region, identifier) or {}).get("path")
        except StorageError as error:
            self._paths[share] = error

    def _find(self, volume: Volume, side: Side) -> Found:
        try:
            candidates = self._candidates(volume, side)
            links = [self._links(volume.kind, volume.end_region(side), one) for one in candidates]
        except StorageError as error:
            return Found(message=error.message, unread=True, facts=error.facts)
        return match(volume, side, list(zip(candidates, links, strict=True)))

    def _candidates(self, volume: Volume, side: Side) -> list[dict[str, Any]]:
        """Return the volumes that can be meant."""
        kind, region = volume.kind, volume.end_region(side)
        if identifier := volume.end_id(side):
            found = [one for one in self.listed(kind, region) if one["id"] == identifier]
            if not found and (shown := self.by_id(kind, region, identifier)) is not None:
                # A list can lag behind.
                found = [shown]
            return found
        return self.named(kind, region, volume.end_name(side) or "")

    def _links(self, kind: str, region: str, owner: Item) -> list[Link]:
        """Return the replications of a volume, from one of its ends."""
        identifier = str(owner["id"])
        if kind != FILE:
            table = VOLUME_REPLICATIONS if kind == BLOCK else GROUP_REPLICATIONS
            shown = read_replication(self._client, table, identifier, region, owner)
            return [block_link(shown)] if shown is not None else []
        if str(owner.get("purpose") or "").lower() == "none":
            return []
        query = {"volume_id": identifier}
        try:
            listed = self._client.read_list(filestorage_api.LIST_VOLUME_REPLICATIONS, region=region, query=query)
        except NotFound:
            return []
        meant = [one for one in listed if one["replication_type"] == _REPLICATION]
        read = (
            filestorage.read_replication(self._client, str(one["replication_id"]), identifier, region) for one in meant
        )
        return [file_link(one) for one in read if one is not None]


def going(kind: str, owner: Item) -> bool:
    """Return whether a volume or a group is being deleted, or is gone and still listed."""
    return shared_volume.going(owner) if kind in (FILE, PARALLEL) else bm.leaving(owner)


def match(volume: Volume, side: Side, candidates: Sequence[tuple[Item, Sequence[Link]]]) -> Found:
    """Find out which volume and replication are meant. Several volumes can have one name.

    :param candidates: the volumes of one side that have the name or id, and the replications of each.
    """
    pairs = [(one, link) for one, links in candidates for link in links if _joins(volume, side, one, link)]
    owners = [one for one, _links in candidates]
    if len(pairs) > 1:
        ids = ", ".join(str(one["id"]) for one, _link in pairs)
        return Found(
            volumes=owners,
            message=f"several replications fit: {ids}. Give the ids (source_id, target_id) of the volumes you mean",
        )
    if pairs:
        owner, link = pairs[0]
        if message := _other_zone(volume, link):
            return Found(link, [owner], message)
        return Found(link, [owner])
    others = [link.replication_id or link.target_name or link.target_id for _one, links in candidates for link in links]
    if len(owners) == 1 and others:
        return Found(
            volumes=owners,
            message=f"the replication of {owners[0]['name']} ({', '.join(others)}) joins other volumes than"
            f" {volume.name} in {volume.region} and {volume.target_name or volume.target_id} in"
            f" {volume.target_region}. Check region, target_region and target_name",
        )
    return Found(volumes=owners)


def _other_zone(volume: Volume, link: Link) -> str:
    """Return the message about a replica that is in another zone than the list says; empty if it is not."""
    if not zones.differs(link.target_zone, volume.target_zone):
        return ""
    return (
        f"its replica {link.target_name or link.target_id} is in zone {link.target_zone}, and target_zone is"
        f" {volume.target_zone}. A replica stays in its zone. Correct target_zone, or end the replication (role"
        " dr_teardown, or state absent) and set it up again"
    )


def _joins(volume: Volume, side: Side, owner: Item, link: Link) -> bool:
    """Whether a replication of one of the candidates joins the ends that are meant."""
    if link.end(side)[0] != owner["id"]:
        return False
    if (link.source_region, link.target_region) != (volume.region, volume.target_region):
        return False
    if not _is_end(volume.source_id, volume.name, link.end("source"), volume.kind):
        return False
    if volume.target_name is None and volume.target_id is None:
        return True
    return _is_end(volume.target_id, volume.target_name, link.end("target"), volume.kind)


def _is_end(wanted_id: str | None, wanted_name: str | None, end: tuple[str, str | None], kind: str) -> bool:
    identifier, name = end
    return wanted_id == identifier if wanted_id else fits_name(wanted_name, name, kind)


def ambiguous(volume: Volume, owners: Sequence[Item]) -> str:
    """Return the message about several volumes of a name, or an empty text."""
    if len(owners) < 2:
        return ""
    repeated = Counter(str(one["id"]) for one in owners)
    return (
        f"{volume.name!r} fits {len(repeated)} {_KINDS[volume.kind].title}s in {volume.region} ({', '.join(repeated)})."
        " Give the id of the one you mean as name, and a target_name"
    )
