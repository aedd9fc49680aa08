# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What disaster recovery works with: volumes of a list, their replications, and what was found of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...client.base_names import without_suffix
from ...engine.plan import UNKNOWN_ID

FILE = "filestorage_volume"
PARALLEL = "pfs_volume"
BLOCK = "bm_volume"
GROUP = "bm_volume_group"
KINDS = (FILE, BLOCK, GROUP)
#: What users call a resource of a kind.
TITLES = {
    FILE: "File Storage volume",
    BLOCK: "Block Storage (BM) volume",
    GROUP: "Block Storage (BM) volume group",
}
#: Seconds in each frequency.
FREQUENCIES = {"5min": 300, "hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000}

#: Where a volume is in use while its region cannot be read.
UNKNOWN_REGION = "unknown"
Side = Literal["source", "target"]
#: How a replication is, in one word.
Health = Literal["ok", "paused", "creating", "stalled", "ending", "error", "missing", "unknown"]
HEALTHS: tuple[Health, ...] = ("ok", "paused", "creating", "stalled", "ending", "error", "missing", "unknown")


@dataclass(frozen=True)
class Volume:
    """One volume, or volume group, of the list.

    :ivar name: as the list gives it: a name, or an id.
    :ivar source_id: its id, where the list gives it; ``target_id`` that of its replica.
    :ivar target_zone: the zone of its replica, where the list gives it.
    :ivar target_name: the name of its replica; ``None`` where the list gives ids only.
    :ivar member_ids: the ids of the volumes of a group's replica, where the list gives them.
    :ivar mount_path: the folder where servers mount it.
    """

    position: int
    kind: str
    name: str
    region: str
    target_region: str
    target_zone: str | None = None
    target_name: str | None = None
    source_id: str | None = None
    target_id: str | None = None
    member_ids: Sequence[str] = ()
    source_path: str | None = None
    frequency: str | None = None
    protocol: str | None = None
    type_name: str | None = None
    target_access_rules: Sequence[Mapping[str, str]] = ()
    snapshot_rate: int | None = None
    target_volume_prefix: str | None = None
    target_attachments: Sequence[Mapping[str, str]] = ()
    mount_path: str | None = None

    @property
    def key(self) -> str:
        """Different for all volumes of a list."""
        return f"{self.kind}/{self.region}/{self.name}"

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.name} ({self.region} to {self.target_region})"

    @property
    def title(self) -> str:
        """What it is, with its name and region."""
        return f"{TITLES[self.kind]} {self.name} in {self.region}"

    @property
    def within_region(self) -> bool:
        """Whether both ends are in one region, and differ by their zones."""
        return self.region == self.target_region

    def end_region(self, side: Side) -> str:
        """Return the region of one end."""
        return self.target_region if side == "target" else self.region

    def end_id(self, side: Side) -> str | None:
        """Return the id that the list gives for one end."""
        return self.target_id if side == "target" else self.source_id

    def end_name(self, side: Side) -> str | None:
        """Return the name of one end."""
        return self.target_name if side == "target" else self.name


@dataclass(frozen=True)
class Link:
    """A replication of any kind of volumes.

    :ivar replication_id: ``None`` for block storage, whose replications have no id.
    :ivar source_zone: ``None`` where the API version shows none; ``target_zone`` likewise.
    :ivar status: in the service's words, and so is ``lag_time``.
    """

    source_id: str
    source_name: str | None
    source_region: str
    target_id: str
    target_name: str | None
    target_region: str
    health: Health
    replication_id: str | None = None
    frequency: str | None = None
    policy: str | None = None
    status: str | None = None
    lag_time: str | None = None
    lag_seconds: int | None = None
    reports_lag: bool = False
    source_zone: str | None = None
    target_zone: str | None = None

    @property
    def planned(self) -> bool:
        """Whether it does not exist yet."""
        return self.target_id.startswith(UNKNOWN_ID)

    def end(self, side: Side) -> tuple[str, str | None]:
        """Return id and name of one end."""
        return (self.target_id, self.target_name) if side == "target" else (self.source_id, self.source_name)


@dataclass(frozen=True)
class Found:
    """What one region knows of a volume of the list.

    :ivar link: the replication that is meant.
    :ivar volumes: the volumes of that side that can be meant, as its list shows them; the one of ``link`` alone where
        there is one.
    :ivar message: why it is not clear what is meant, or what could not be read.
    :ivar unread: its region could not be read, so nothing is known.
    """

    link: Link | None = None
    volumes: Sequence[Mapping[str, Any]] = ()
    message: str = ""
    unread: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def health(self) -> Health:
        """The health of the replication itself."""
        if self.unread:
            return "unknown"
        return "missing" if self.link is None else self.link.health

    @property
    def volume(self) -> Mapping[str, Any] | None:
        """The one volume that is meant, where it is clear which."""
        return self.volumes[0] if len(self.volumes) == 1 else None


def fits_name(wanted: str | None, shown: str | None, kind: str) -> bool:
    """Whether a shown name is the wanted one. File Storage and Parallel File Storage append a suffix to names."""
    if wanted is None or shown is None:
        return False
    return shown == wanted or (kind in (FILE, PARALLEL) and without_suffix(shown) == wanted)


def file_link(shown: Mapping[str, Any]) -> Link:
    """Return a replication of File Storage, as its show operation gives it."""
    policy, status = _lower(shown, "replication_policy"), _lower(shown, "replication_status")
    health: Health
    if "error" in status:
        health = "error"
    elif status == "deleting":
        health = "ending"
    elif policy == "paused":
        health = "paused"
    else:
        health = "ok" if policy == "use" and status != "creating" else "creating"
    return Link(
        source_id=str(shown["source_volume_id"]),
        source_name=shown.get("source_volume_name"),
        source_region=str(shown["source_volume_region"]),
        target_id=str(shown["replication_volume_id"]),
        target_name=shown.get("replication_volume_name"),
        target_region=str(shown["replication_volume_region"]),
        health=health,
        replication_id=shown.get("replication_id"),
        frequency=shown.get("replication_frequency"),
        policy=shown.get("replication_policy"),
        status=shown.get("replication_status"),
        source_zone=shown.get("source_volume_zone") or None,
        target_zone=shown.get("replication_volume_zone") or None,
    )


#: The health of replications of block storage in one word of all kinds.
_BLOCK_HEALTH: Mapping[str, Health] = {
    "broken": "paused",
    "ok": "ok",
    "stalled": "stalled",
    "error": "error",
    "creating": "creating",
    "resyncing": "creating",
}


def block_link(shown: Mapping[str, Any]) -> Link:
    """Return a replication of block storage, as ``scp_bm_volume_replication`` returns it."""
    source, target = shown["source"], shown["target"]
    return Link(
        source_id=str(source["id"]),
        source_name=source.get("name"),
        source_region=str(source["region"]),
        target_id=str(target["id"]),
        target_name=target.get("name"),
        target_region=str(target["region"]),
        health=_BLOCK_HEALTH.get(str(shown["health"]), "unknown"),
        frequency=_lower(shown, "sync_cycle") or None,
        policy="BREAK" if shown["health"] == "broken" else "RESYNC",
        status=shown.get("sync_state"),
        lag_time=shown.get("lag_time"),
        lag_seconds=shown.get("lag_seconds"),
        reports_lag=True,
        source_zone=source.get("zone") or None,
        target_zone=target.get("zone") or None,
    )


def link_of(kind: str, shown: Mapping[str, Any]) -> Link:
    """Return a replication of a kind of volumes, as the module of its replications returns it."""
    return file_link(shown) if kind == FILE else block_link(shown)


def _lower(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name) or "").lower()
