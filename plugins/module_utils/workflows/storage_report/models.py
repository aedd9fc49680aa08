# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report is about: plain things with plain fields, alike for all services, which are those of its JSON.

Sizes are in bytes, ages in seconds, times in ISO 8601 with a zone. Those fields of a thing that are below its
``judged`` line are filled in by :mod:`evaluate`; all others are what an info module returned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

OK, WARNING, CRITICAL = "ok", "warning", "critical"
SEVERITIES = (OK, WARNING, CRITICAL)
#: What findings are about, in the order in which the user should hear of them.
AREAS = ("state", "protection", "replication", "backup", "snapshots", "capacity", "archive")
GIB = 1024**3


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be read.

    :param title: what users call one, and several.
    :param host: the service's host name.
    :param holds: what its bytes are: used ones, those of its size, or none that are reported.
    """

    title: str
    plural: str
    service: str
    host: str
    holds: str


#: The kinds that a report covers.
KINDS = {
    "filestorage_volume": Kind("File Storage volume", "File Storage volumes", "File Storage", "filestorage", "used"),
    "pfs_volume": Kind(
        "Parallel File Storage volume",
        "Parallel File Storage volumes",
        "Parallel File Storage",
        "parallel-filestorage",
        "size",
    ),
    "bm_volume": Kind("block volume", "block volumes", "Block Storage (BM)", "baremetal-blockstorage", "size"),
    "bm_volume_group": Kind("volume group", "volume groups", "Block Storage (BM) groups", "baremetal-blockstorage", ""),
    "backup": Kind("backup", "backups", "Backup", "backup", "used"),
    "archive_bucket": Kind("bucket", "buckets", "Archive Storage", "archivestorage", "used"),
}
#: Those of which each one should be protected.
PROTECTED_KINDS = ("filestorage_volume", "pfs_volume", "bm_volume", "bm_volume_group")


@dataclass
class Finding:
    """Something that the user should look at.

    :ivar severity: one of SEVERITIES; ``area`` one of AREAS.
    :ivar zone: the zone of the thing; empty where it is not known.
    """

    severity: str
    area: str
    kind: str
    region: str
    name: str
    id: str
    message: str
    zone: str = ""


@dataclass
class Service:
    """Whether things of a kind could be read in a region. ``state``: ``read``, ``not_entitled`` or ``failed``."""

    kind: str
    region: str
    state: str
    count: int = 0
    message: str = ""


@dataclass
class Thing:
    """What all have in common. What ``is_copy`` is the target of a replication or a backup, and not judged.

    :ivar tags: by key; empty where they were not read.
    :cvar zone: its zone; empty for kinds that have none, and where the API version shows none.
    """

    kind: str
    region: str
    id: str
    name: str
    state: str
    created_at: str = ""
    bytes: int = 0
    is_copy: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    # judged
    status: str = OK

    # No field of those that have none: it would be in the report's data.
    zone = ""


@dataclass
class Volume(Thing):
    """A volume of any service, or a volume group.

    :ivar base_name: the name that it was made with.
    :ivar zone: its zone; empty where the API version has none.
    :ivar group: id of the group that it is in.
    :ivar members: ids of the volumes of a group.
    :ivar servers: the servers that use it, each with ``id``, ``name`` and ``type``.
    :ivar newest_snapshot: ``name``, ``taken_at`` and ``age_seconds``; those of replications and
        those that are not usable do not count.
    :ivar unusable_snapshots: names and states of snapshots that cannot be restored.
    :ivar snapshot_space_percent: how full the space for snapshots is; ``None`` where the service shows none.
    :ivar max_age_seconds: how old its newest snapshot may be.
    :ivar snapshot_state: ``fresh``, ``old``, ``none``, or ``waiting`` for a young volume with a schedule.
    :ivar replication: health of its replication, empty where it has none.
    :ivar backup: names of the backups of files of its servers that work.
    :ivar protected_by: which of ``snapshots``, ``replication`` and ``backup`` protect it now.
    :ivar exempt: it was said to need no protection.
    """

    base_name: str = ""
    zone: str = ""
    group: str = ""
    members: list[str] = field(default_factory=list)
    servers: list[dict[str, Any]] = field(default_factory=list)
    snapshots: int = 0
    newest_snapshot: dict[str, Any] | None = None
    unusable_snapshots: list[str] = field(default_factory=list)
    schedule: str = ""
    snapshot_space_percent: float | None = None
    # judged
    max_age_seconds: int = 0
    snapshot_state: str = ""
    replication: str = ""
    backup: list[str] = field(default_factory=list)
    protected_by: list[str] = field(default_factory=list)
    exempt: bool = False
    unprotected: bool = False


@dataclass
class Replication:
    """A replication or, as ``type`` says, a disk backup of a volume in another region.

    :ivar source: ``id``, ``name``, ``region`` and ``zone``; ``target`` likewise.
    :ivar health: ``ok``, ``paused``, ``broken``, ``creating``, ``resyncing``, ``stalled``, ``ending``, ``error`` or
        ``unknown``.
    :ivar lag_seconds: how far the target is behind; ``None`` where the service does not show.
    :ivar limit_seconds: how far it may be.
    """

    kind: str
    type: str
    source: dict[str, Any]
    target: dict[str, Any]
    frequency: str
    health: str
    lag_seconds: int | None = None
    # judged
    limit_seconds: int = 0
    late: bool = False
    status: str = OK


@dataclass
class Server:
    """A bare-metal server that uses block volumes."""

    region: str
    id: str
    name: str
    volumes: list[str] = field(default_factory=list)
    # judged
    backups: list[str] = field(default_factory=list)
    unprotected: bool = False
    status: str = OK


@dataclass
class Backup(Thing):
    """A backup of a server.

    :ivar jobs: those that ended, the newest first, each with ``state`` and ``began_at``.
    :ivar restore_points: how many can be restored.
    :ivar last_success: of the newest job that kept something: ``began_at`` and ``age_seconds``.
    :ivar zone: its zone; empty where the API version has none.
    """

    server: str = ""
    server_id: str = ""
    keeps: str = ""
    jobs: list[dict[str, Any]] = field(default_factory=list)
    restore_points: int = 0
    last_success: dict[str, Any] | None = None
    zone: str = ""
    # judged
    works: bool = False


@dataclass
class Bucket(Thing):
    """A bucket of Archive Storage.

    :ivar archives: the bucket of Object Storage that it archives.
    :ivar policy: ``ACTIVE``, ``INACTIVE``, or empty where it archives nothing.
    :ivar last_job: of the newest archiving that ended: ``state`` and ``began_at``.
    """

    archives: str = ""
    policy: str = ""
    last_job: dict[str, Any] | None = None


def place(region: str, zone: str) -> str:
    """Return where a thing is, for users: its zone, whose name begins with the region, or the region alone."""
    return zone if zone.startswith(f"{region}-") else ", ".join(filter(None, (region, zone)))


def span(seconds: float) -> str:
    """A span of time for users, in its two largest units."""
    span = timedelta(seconds=max(0, int(seconds)))
    hours, minutes = divmod(span.seconds // 60, 60)
    parts = [(span.days, "d"), (hours, "h"), (minutes, "min")]
    shown = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(shown) or "0 min"


def describe_bytes(number: float) -> str:
    """A number of bytes for users, counted in steps of 1024 as the services do."""
    size, units = abs(float(number)), ("B", "KB", "MB", "GB", "TB", "PB")
    step = 0
    while size >= 1024 and step < len(units) - 1:
        size, step = size / 1024, step + 1
    text = f"{size:.0f}" if step == 0 or size >= 100 else f"{size:.1f}"
    return f"{'-' if number < 0 else ''}{text} {units[step]}"


def worst(*severities: str) -> str:
    """The worst of some severities."""
    return max(severities, key=SEVERITIES.index, default=OK)
