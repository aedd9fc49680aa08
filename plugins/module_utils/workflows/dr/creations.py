# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones that newer API versions require for what is created, looked at for a whole list before its first write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...client.errors import StorageError
from ...client.session import Call, Client
from ...client.versions import MissingFields
from ...operations import filestorage as filestorage_api
from ...resources import zones
from ...resources.baremetal_blockstorage import lookup as bm
from ...resources.baremetal_blockstorage.replication_state import GROUP_REPLICATIONS, VOLUME_REPLICATIONS
from ...resources.filestorage import lookup as filestorage
from ...resources.filestorage.replication import read_targets
from ...resources.filestorage.replication_state import Targets
from ..messages import group_alike
from .model import BLOCK, FILE, Found, Volume
from .run import Refused, Run

_REPLICATIONS: Mapping[str, tuple[Call, Call]] = {
    FILE: (filestorage_api.CREATE_VOLUME_REPLICATION, filestorage.VOLUMES.listing),
    BLOCK: (VOLUME_REPLICATIONS.create, bm.VOLUMES.listing),
}
_GROUP_REPLICATION = (GROUP_REPLICATIONS.create, bm.GROUPS.listing)


@dataclass(frozen=True)
class Creation:
    """Something that is created in a zone.

    :ivar operation: what creates it, sent to ``region``.
    :ivar place: the region of its zone.
    :ivar listing: a list whose items show their zones.
    :ivar zone: what the task gives, or the settings; ``None`` where neither does.
    :ivar explicit: the task gives it.
    :ivar option: the option that can give it, without its prefix; empty where only settings can.
    """

    operation: Call
    region: str
    place: str
    listing: Call
    zone: str | None
    explicit: bool = False
    option: str = ""


def file_volume(client: Client, region: str, zone: str | None = None) -> Creation:
    """Return the creation of a File Storage volume.

    :param zone: what the task gives; ``None`` leaves it to the settings.
    """
    listing = filestorage.VOLUMES.listing
    given = zone or client.settings.zone_of(region) or None
    return Creation(filestorage_api.CREATE_VOLUME, region, region, listing, given, zone is not None)


def replication(client: Client, volume: Volume, zone: str | None) -> Creation:
    """Return the creation of a volume's replication.

    :param zone: that of the target, as the task gives it; ``None`` leaves it to the settings.
    """
    operation, listing = _REPLICATIONS.get(volume.kind, _GROUP_REPLICATION)
    given = zone or client.settings.zone_of(volume.target_region) or None
    explicit = zone is not None
    return Creation(operation, volume.region, volume.target_region, listing, given, explicit, zones.TARGET_ZONE)


class ZoneCheck:
    """Finds the creations of a task that lack a zone, or have one that cannot be used. What is alike is asked once.

    :param prefix: what the names of options begin with where users see them.
    """

    def __init__(self, client: Client, prefix: str) -> None:
        self._client, self._prefix = client, prefix
        self._sent: dict[Creation, Mapping[str, Any] | MissingFields] = {}
        self._targets: dict[tuple[str, Any, Any], Targets] = {}
        self._texts: dict[tuple[Creation, Any], str] = {}

    def explain(self, creation: Creation, source: Mapping[str, Any], name: str) -> str:
        """Return why something cannot be created, with the zones that are known; empty where its zone can be used.

        :param source: the volume that is replicated, as far as it is known, for a replication of File Storage.
        :param name: of this volume.
        """
        if creation not in self._sent:
            self._sent[creation] = self._prepare(creation)
        sent = self._sent[creation]
        if isinstance(sent, MissingFields):
            alike = (creation, source.get("type_name"))
            if alike not in self._texts:
                self._texts[alike] = self._explain_missing(creation, sent, source)
            return self._texts[alike]
        if creation.operation is filestorage_api.CREATE_VOLUME_REPLICATION and sent.get(zones.ZONE):
            targets, place = self._read_targets(creation.region, source), f"{name} in {creation.region}"
            return targets.refusal(place, creation.place, creation.zone, explicit=creation.explicit)
        return ""

    def _prepare(self, creation: Creation) -> Mapping[str, Any] | MissingFields:
        """Return what is sent of zones, or what is missing. What else prevents a call is reported for each volume."""
        body = {zones.ZONE: creation.zone, "region": creation.place}
        insist = (zones.ZONE,) if creation.explicit else ()
        try:
            return self._client.prepare(creation.operation, region=creation.region, body=body, insist=insist)
        except MissingFields as error:
            return error
        except StorageError:
            return {}

    def _read_targets(self, region: str, source: Mapping[str, Any]) -> Targets:
        """Read where a volume can be replicated to; nothing is known where that cannot be read."""
        alike = (region, source.get("type_name"), source.get(zones.ZONE))
        if alike not in self._targets:
            try:
                there = self._client.in_region(region)
                self._targets[alike] = read_targets(there, source, "replication", by_zone=True)
            except StorageError:
                self._targets[alike] = Targets()
        return self._targets[alike]

    def _explain_missing(self, creation: Creation, missing: MissingFields, source: Mapping[str, Any]) -> str:
        listed: tuple[str, ...] = ()
        if creation.operation is filestorage_api.CREATE_VOLUME_REPLICATION:
            listed = self._read_targets(creation.region, source).places or ()
        option = f"{self._prefix}{creation.option}" if creation.option else ""
        place, listing = creation.place, creation.listing
        found = zones.explain_zone(missing, self._client, listing, option=option, region=place, listed=listed)
        return found.message


def refuse_zones(run: Run, new: Iterable[tuple[Volume, Found]]) -> None:
    """Refuse all volumes if one of them cannot be set up because a zone is missing, or cannot be used.

    :param new: the volumes that get a replication.
    :raises Refused: zones are missing or wrong; nothing was sent.
    """
    check = ZoneCheck(run.client, run.prefix)
    lacking: list[tuple[str, str]] = []
    for volume, found in new:
        source = found.volume or {"type_name": volume.type_name}
        for creation in _creations(run, volume, found):
            if text := check.explain(creation, source, volume.name):
                run.outcomes[volume.key].fail(text)
                lacking.append((volume.label, text))
    if lacking:
        lines = " ".join(group_alike(lacking, "volume"))
        named = {label for label, _text in lacking}
        others = [
            (one.volume.label, why)
            for one in run.outcomes.values()
            for why in one.failures
            if one.volume.label not in named
        ]
        more = f" Beside this: {' '.join(group_alike(others, 'volume'))}" if others else ""
        zoneless = f"{len(named)} of {len(run.volumes)} volumes have no zone that can be used"
        raise Refused(f"Nothing was changed, because {zoneless}. {lines}{more}")


def _creations(run: Run, volume: Volume, found: Found) -> Iterable[Creation]:
    """What is created for a volume: the volume itself where it is missing, and the replication."""
    if volume.kind == FILE and found.volume is None:
        yield file_volume(run.client, volume.region)
    yield replication(run.client, volume, volume.target_zone)
