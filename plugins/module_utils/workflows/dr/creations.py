# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones that newer API versions require for what is created, looked at for a whole list before its first write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...client.errors import StorageError
from ...client.session import Call
from ...client.versions import MissingFields
from ...operations import filestorage as filestorage_api
from ...resources import zones
from ...resources.baremetal_blockstorage import lookup as bm
from ...resources.baremetal_blockstorage.replication_state import GROUP_REPLICATIONS, VOLUME_REPLICATIONS
from ...resources.filestorage import lookup as filestorage
from ...resources.filestorage.replication import read_targets
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


def refuse_missing_zones(run: Run, new: Iterable[tuple[Volume, Found]]) -> None:
    """Refuse all volumes if one of them cannot be set up because a zone is missing.

    :param new: the volumes that get a replication.
    :raises Refused: zones are missing; nothing was sent.
    """
    problems: dict[Creation, MissingFields | None] = {}
    texts: dict[tuple[Creation, str | None], str] = {}
    lacking: list[tuple[str, str]] = []
    for volume, found in new:
        source = found.volume or {"type_name": volume.type_name}
        for creation in _creations(run, volume, found):
            if creation not in problems:
                problems[creation] = _problem(run, creation)
            missing, alike = problems[creation], (creation, source.get("type_name"))
            if missing is None:
                continue
            if alike not in texts:
                texts[alike] = _explained(run, creation, missing, volume, source)
            run.outcomes[volume.key].fail(texts[alike])
            lacking.append((volume.label, texts[alike]))
    if lacking:
        count = len({label for label, _text in lacking})
        lines = " ".join(group_alike(lacking, "volume"))
        raise Refused(f"Nothing was changed, because {count} of {len(run.volumes)} volumes lack a zone. {lines}")


def _creations(run: Run, volume: Volume, found: Found) -> Iterable[Creation]:
    """What is created for a volume: the volume itself where it is missing, and the replication."""
    default = run.client.settings.zone_of
    if volume.kind == FILE and found.volume is None:
        listing = filestorage.VOLUMES.listing
        zone = default(volume.region) or None
        yield Creation(filestorage_api.CREATE_VOLUME, volume.region, volume.region, listing, zone)
    operation, listing = _REPLICATIONS.get(volume.kind, _GROUP_REPLICATION)
    zone = volume.target_zone or default(volume.target_region) or None
    explicit = volume.target_zone is not None
    yield Creation(operation, volume.region, volume.target_region, listing, zone, explicit, zones.TARGET_ZONE)


def _problem(run: Run, creation: Creation) -> MissingFields | None:
    """Return what is missing, if only a zone can be. What else prevents a call is reported for each volume."""
    body = {zones.ZONE: creation.zone, "region": creation.place}
    insist = (zones.ZONE,) if creation.explicit else ()
    try:
        run.client.prepare(creation.operation, region=creation.region, body=body, insist=insist)
    except MissingFields as error:
        return error
    except StorageError:
        return None
    return None


def _explained(run: Run, creation: Creation, missing: MissingFields, volume: Volume, source: Mapping[str, Any]) -> str:
    """Return why something cannot be created, with the zones that are known."""
    listed: tuple[str, ...] = ()
    if volume.kind == FILE and creation.option:
        with suppress(StorageError):
            listed = read_targets(run.client.in_region(volume.region), source, "replication", by_zone=True).places or ()
    option = f"{run.prefix}{creation.option}" if creation.option else ""
    found = zones.explain_zone(
        missing, run.client, creation.listing, option=option, region=creation.place, listed=listed
    )
    return found.message
