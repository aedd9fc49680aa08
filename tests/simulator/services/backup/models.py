# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Backup holds, in all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...tables import Record

CATEGORIES = {"VIRTUAL_SERVER": "VM", "GPU_SERVER": "GPU", "BAREMETAL_SERVER": "BM"}
"""The type that servers of a category have in the state."""

ZONES = "1.3"
"""The version from which on there are zones."""
SESSIONS = "1.4"
"""The version from which on deletions have a session id."""
FILE_STORAGE = "FILE_STORAGE"
"""The type of backups of File Storage volumes."""


@dataclass(slots=True)
class Owned(Record):
    """What has an author; a time of change that is empty becomes that of creation."""

    created_by: str = "90dddfc2b1e04edba54ba2b41539a9ac"
    modified_at: str = ""
    modified_by: str = "90dddfc2b1e04edba54ba2b41539a9ac"


@dataclass(slots=True)
class Policy(Owned):
    """A backup, as the service calls it: what of which server is kept, where and how long.

    ``state``: CREATING, AVAILABLE, EDITING, DELETING, ERROR. ``region`` is where it is seen, ``stored_in`` where its
    data is, and ``zone`` of that. ``role_type``: ORIGINAL or REPLICA; each end of a replication names the other.
    """

    name: str = ""
    region: str = "kr-west1"
    state: str = "AVAILABLE"
    stored_in: str = "kr-west1"
    role_type: str = "ORIGINAL"
    policy_category: str = "AGENTLESS"
    policy_type: str = "VM_IMAGE"
    server_category: str = "VIRTUAL_SERVER"
    server_uuid: str = ""
    server_name: str = ""
    server_region: str = "kr-west1"
    server_os_type: str = "LINUX"
    server_subnet_id: str = ""
    agent_id: str = ""
    retention_period: str = "WEEK_2"
    encrypt_enabled: bool = True
    dr_enabled: bool = False
    origin_id: str = ""
    replica_id: str = ""
    filesystem_paths: list[Any] = field(default_factory=list)
    is_all_filesystem: bool = False
    tags: list[Any] = field(default_factory=list)
    zone: str = ""
    server_zone: str = ""


@dataclass(slots=True)
class Schedule(Owned):
    """When a backup runs; ``planned`` shows that its next run is among the events."""

    backup_id: str = ""
    name: str = ""
    type: str = "FULL"
    frequency: str = "DAILY"
    start_time: str = "00:00:00"
    start_day: str | None = None
    start_week: str | None = None
    planned: bool = False


@dataclass(slots=True)
class Job(Record):
    """One run of a backup. ``backup_job_state``: INPROGRESS, SUCCESS, PARTIAL_SUCCESS, FAILED.

    It shows from ``shows_at`` on (seconds since the epoch).
    """

    backup_id: str = ""
    type: str = "FULL"
    backup_job_state: str = "SUCCESS"
    backup_start_time: str = ""
    backup_end_time: str | None = None
    schedule_id: str = ""
    schedule_name: str = ""
    shows_at: float = 0.0


@dataclass(slots=True)
class Point(Record):
    """A restore target, of the moment at which its job began. It goes at ``expires_at``, seconds since the epoch.

    Where that is 0 it follows from ``retention_period``. ``files`` are the paths in it. ``planned`` shows that its end
    is among the events; ``broken`` that what it builds on is gone.
    """

    backup_id: str = ""
    type: str = "FULL"
    backup_start_time: str = ""
    retention_period: str = "WEEK_2"
    schedule_id: str = ""
    schedule_name: str = ""
    usage_gb: float = 10.0
    files: list[Any] = field(default_factory=list)
    broken: bool = False
    expires_at: float = 0.0
    planned: bool = False


@dataclass(slots=True)
class Restore(Owned):
    """A restore of a server or of files. ``restore_state``: INPROGRESS, COMPLETED, PARTIAL_SUCCESS, FAILED.

    ``server`` holds the fields of the server that is made, ``files`` the paths that are written to one that exists.
    """

    backup_id: str = ""
    point_id: str = ""
    region: str = "kr-west1"
    backup_start_time: str = ""
    schedule_name: str = ""
    restore_server_name: str = ""
    restore_server_id: str | None = None
    restore_state: str = "COMPLETED"
    restore_start_time: str = ""
    restore_end_time: str | None = None
    server: dict[str, Any] = field(default_factory=dict)
    files: list[Any] = field(default_factory=list)
    skips: bool = False


@dataclass(slots=True)
class Agent(Owned):
    """A backup agent of a server. ``state``: CREATING, AVAILABLE, DELETING, ERROR.

    ``connection_state`` is null before the first check, then SUCCESS or FAILED. ``ip`` is the server's address for
    backups, ``last_check`` (a number) makes older checks void.
    """

    name: str = ""
    region: str = "kr-west1"
    state: str = "AVAILABLE"
    server_uuid: str = ""
    server_name: str = ""
    server_category: str = "VIRTUAL_SERVER"
    server_os_type: str = "LINUX"
    server_backup_agent_ip: str = ""
    subnet_id: str | None = None
    connection_state: str | None = None
    connection_check_time: str | None = None
    last_check: int = 0
    tags: list[Any] = field(default_factory=list)
    zone: str = ""
