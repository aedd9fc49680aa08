# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Block Storage (BM) holds, in all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...tables import Record

SETTLED = ("IN_USE", "AVAILABLE")
"""The states in which nothing is changing."""
ZONES = "1.4"
"""The version from which on there are zones."""
CHANGING = ("CREATING", "EDITING", "ATTACHING", "DETACHING")
"""The states that end by themselves, in one of the settled ones or in an error."""
REPAIRABLE = ("ERROR", "ERROR_EDITING")


@dataclass(slots=True)
class Owner(Record):
    """What volumes and groups have in common: either can own snapshots, a schedule, a recovery and a replication.

    ``purpose``: ORG, REPL (target of a replication), RECOVERY, BACKUP. ``origin_id`` is what a recovery or a target
    was made from, where that is known. ``storage_name`` is the name on the storage itself. An empty ``zone`` is that of
    what was created without one.
    """

    name: str = ""
    region: str = "kr-west1"
    state: str = "AVAILABLE"
    previous_state: str = "CREATING"
    purpose: str = "ORG"
    origin_id: str = ""
    storage_name: str = ""
    tags: list[Any] = field(default_factory=list)
    created_by: str = "simulator@scp.example"
    modified_at: str = ""
    modified_by: str = "simulator@scp.example"
    zone: str = ""


@dataclass(slots=True)
class Volume(Owner):
    """A volume. ``state``: any of SETTLED, CHANGING, DELETING, DELETED, ERROR, ERROR_EDITING, ERROR_DELETING.

    A ``snapshot_rate`` (percent of the size) of 0 is none. ``external_errors`` are those of server calls, each with
    ``code``, ``object_type`` and ``status``. ``space_revision`` makes older looks at the snapshot space void.
    """

    disk_type: str = "SSD"
    size_gb: int = 10
    iops: int | None = None
    throughput: int | None = None
    snapshot_rate: int = 0
    group_id: str = ""
    external_errors: list[Any] = field(default_factory=list)
    iscsi_target_ips: list[Any] = field(default_factory=list)
    space_revision: int = 0


@dataclass(slots=True)
class Group(Owner):
    """A volume group; its members name it in their ``group_id``. It is never in use."""


@dataclass(slots=True)
class Attachment(Record):
    """One server that uses one volume."""

    volume_id: str = ""
    server_id: str = ""
    server_type: str = "BM"


@dataclass(slots=True)
class Snapshot(Record):
    """A snapshot of a volume or a group, its owner.

    A group's snapshot has one of each member beside it, whose ``part_of`` is its id. ``origin``: user or schedule.
    """

    owner_id: str = ""
    name: str = ""
    part_of: str = ""
    origin: str = "user"
    deleting: bool = False


@dataclass(slots=True)
class Schedule(Record):
    """The snapshot schedule of a volume or a group; ``hour`` is in Korean time, without a day it is daily.

    ``revision`` goes up with each change, which makes firings of the old schedule void.
    """

    owner_id: str = ""
    hour: int = 0
    day_of_week: str | None = None
    revision: int = 0


@dataclass(slots=True)
class Replication(Record):
    """A replication from one volume or group to another in a second region.

    ``state``: CREATING, ACTIVE, BROKEN, RESYNCING, DELETING, ERROR. ``synced_at`` is when, in seconds since the epoch,
    the target was last known to be up to date: while ACTIVE there is a transfer each cycle from then on. ``full``
    stops them because there is no snapshot space.
    """

    source_id: str = ""
    source_region: str = "kr-west1"
    target_id: str = ""
    target_region: str = "kr-east1"
    cycle: str = "5MIN"
    state: str = "ACTIVE"
    synced_at: float = 0.0
    full: bool = False
