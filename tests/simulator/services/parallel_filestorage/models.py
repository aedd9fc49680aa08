# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Parallel File Storage holds, in all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...tables import Record

ZONES = "1.1"
"""The version from which on there are zones."""


@dataclass(slots=True)
class Volume(Record):
    """A volume. ``name`` is the whole name with the suffix.

    ``state``: creating, available, extending, restoring, deleting, error. An empty ``zone`` is
    that of a volume which was created without one.
    """

    name: str = ""
    region: str = "kr-west1"
    capacity_tb: int = 1
    state: str = "available"
    mount_path: str | None = None
    tags: list[Any] = field(default_factory=list)
    zone: str = ""


@dataclass(slots=True)
class AccessRule(Record):
    """A rule that lets one GPU node use one volume.

    ``state``: activating, active, deleting, error. ``ips`` holds an object with ``access_ip`` and ``access_ip_state``
    (activating, active, deleting, error) for each address of the node.
    """

    volume_id: str = ""
    object_type: str = "GPU_NODE"
    object_id: str = ""
    state: str = "active"
    ips: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Snapshot(Record):
    """A snapshot; ``size`` is in bytes. ``refused_deletes`` counts those refused so far."""

    volume_id: str = ""
    name: str = ""
    state: str = "available"
    size: int | None = 4096
    refused_deletes: int = 0
