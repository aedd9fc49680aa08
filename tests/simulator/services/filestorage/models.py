# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What File Storage holds, in all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...tables import Record

ZONES = "1.2"
"""The version from which on there are zones."""
TYPE_NAMES = ("HDD", "SSD", "HighPerformanceSSD", "SSD_SAP_S", "SSD_SAP_E")


@dataclass(slots=True)
class Volume(Record):
    """A volume. ``name`` is the whole name with the suffix.

    ``state``: creating, available, restoring, deleting, error. ``purpose``: none, original, replication, backup.
    ``usage`` is in bytes at the time of creation. ``busy_deletes`` is how many deletes are still refused.
    An empty ``zone`` is that of a volume which was created without one.
    """

    name: str = ""
    region: str = "kr-west1"
    protocol: str = "NFS"
    type_name: str = "HDD"
    state: str = "available"
    purpose: str = "none"
    path: str | None = None
    usage: int = 4096
    file_unit_recovery_enabled: bool | None = False
    cifs_id: str | None = None
    endpoint_path: str | None = None
    tags: list[Any] = field(default_factory=list)
    busy_deletes: int = 0
    zone: str = ""


@dataclass(slots=True)
class AccessRule(Record):
    """A rule that lets one server use one volume.

    ``access_rule_state``: activating, active, deleting. ``origin``: user, or platform for a rule that auto-scaling or
    Kubernetes made.
    """

    volume_id: str = ""
    object_type: str = "VM"
    object_id: str = ""
    access_rule_state: str = "active"
    origin: str = "user"


@dataclass(slots=True)
class Snapshot(Record):
    """A snapshot. ``origin``: user, schedule, or system for replication's ``snapmirror.*``.

    ``size`` is in bytes. A ``hidden`` one is there but not shown. ``refused_deletes`` counts those refused so far.
    """

    volume_id: str = ""
    name: str = ""
    state: str = "available"
    size: int | None = 4096
    origin: str = "user"
    hidden: bool = False
    refused_deletes: int = 0


@dataclass(slots=True)
class Schedule(Record):
    """A volume's snapshot schedule; ``hour`` is ``"0"`` to ``"23"`` in Korean time.

    ``revision`` goes up with each change, which makes firings of the old schedule void.
    """

    volume_id: str = ""
    frequency: str = "DAILY"
    day_of_week: str | None = None
    hour: str = "0"
    retention: int = 10
    revision: int = 0


@dataclass(slots=True)
class Replication(Record):
    """A replication from a source to a target volume.

    ``policy``: creating, use, paused. ``status``: creating, available, deleting, error. ``transfers`` counts what was
    transferred so far, ``revision`` makes transfers planned before a change void.
    """

    kind: str = "replication"
    frequency: str = "5min"
    source_id: str = ""
    source_name: str = ""
    source_region: str = "kr-west1"
    target_id: str = ""
    target_name: str = ""
    target_region: str = "kr-east1"
    policy: str = "use"
    status: str = "available"
    backup_retention_count: int | None = None
    transfers: int = 0
    revision: int = 0
