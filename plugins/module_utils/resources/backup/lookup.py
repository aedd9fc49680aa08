# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of Backup share: how backups and agents are found, their states, and what a backup keeps.

Times of the service are compared as moments (:func:`moment_of`): some of its answers name a zone, others do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...client.session import Client
from ...engine.durations import parse_moment
from ...engine.lookup import Finder, LookupSpec
from ...operations import backup as api

BACKUPS = LookupSpec(
    title="backup",
    listing=api.LIST_BACKUPS,
    show=api.SHOW_BACKUP,
    option="backup_id",
    module="scp_backup",
    rule=re.compile(r".+"),
    rule_text="it must not be empty",
    resource_type="backup",
)
AGENTS = LookupSpec(
    title="backup agent",
    listing=api.LIST_BACKUP_AGENTS,
    show=api.SHOW_BACKUP_AGENT,
    option="backup_agent_id",
    module="scp_backup_agent",
    rule=re.compile(r"(?!BACKUP_AGENT-).+"),
    rule_text="it must not look like an id",
    resource_type="backup-agent",
)
AVAILABLE = "AVAILABLE"
DELETING = "DELETING"
#: The words for a job or a restore that runs; a backup may show it as its state meanwhile.
INPROGRESS = "INPROGRESS"
FAILED = "FAILED"
PARTIAL_SUCCESS = "PARTIAL_SUCCESS"
#: How a job ends well; a restore has another word for it.
SUCCESS = "SUCCESS"
COMPLETED = "COMPLETED"
ORIGINAL = "ORIGINAL"
#: Only the original of a replication is changed, and only it runs.
REPLICA = "REPLICA"
#: With an agent files are kept, without one images of servers (platform-behaviour.md §8).
POLICY_TYPES = {"AGENTLESS": "VM_IMAGE", "AGENT": "FILESYSTEM"}
#: The type of a backup of a File Storage volume, from API version 1.3 on. That it has no agent is assumed.
FILE_STORAGE = "FILE_STORAGE"
#: What a user can do where API version 1.4 refuses a deletion.
ABOUT_SESSIONS = (
    "If the service asks for a session_id, API version 1.4 is in use: give the id of a session with a one-time password"
    " as otp_session_id, or use version 1.3 (api_versions) as long as the service offers it."
)
SERVER_CATEGORIES = ("VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER")
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def word(thing: Mapping[str, Any] | None, field: str = "state") -> str:
    """A field that holds a word, in upper case; empty where there is none."""
    return str((thing or {}).get(field) or "").upper()


def in_error(thing: Mapping[str, Any] | None) -> bool:
    """Whether a backup or an agent went wrong."""
    return "ERROR" in word(thing)


def leaving(thing: Mapping[str, Any] | None) -> bool:
    """Whether a backup or an agent is on its way out."""
    return word(thing) in (DELETING, "DELETED")


def under_way(label: str, thing: Mapping[str, Any] | None) -> str:
    """What changes about a backup or an agent, as ``backup web-image: EDITING``; empty when it is at rest."""
    if thing is None or word(thing) == AVAILABLE or in_error(thing):
        return ""
    return f"{label} {thing['name']}: {thing['state']}"


def named(thing: Mapping[str, Any]) -> str:
    """A backup or an agent in an error: its name and id."""
    return f"{thing['name']} ({thing['id']})"


def is_replica(backup: Mapping[str, Any] | None) -> bool:
    """Whether a backup is the copy of one in another region."""
    return word(backup, "role_type") == REPLICA


def find_backup(finder: Finder, wanted: str, *, leaving_counts: bool = False) -> dict[str, Any] | None:
    """A backup in full, by name or id; ``None`` where there is none.

    A replica has the name of its original, which counts where both are seen in one region.

    :param leaving_counts: one that is on its way out is found too, if there is no other.
    :raises StorageError: several fit; the message lists them.
    """
    found = finder.one(
        wanted, leave_out=leaving, last_resort=leaving_counts, prefer=lambda backup: not is_replica(backup)
    )
    return found if found is None or "policy_category" in found else finder.by_id(str(found["id"]))


def required_backup(client: Client, wanted: str) -> dict[str, Any]:
    """A backup in full, by name or id, that stays.

    :raises ResourceNotFound: there is none.
    """
    finder = Finder(client, BACKUPS)
    found = find_backup(finder, wanted)
    if found is None or leaving(found):
        raise finder.missing(wanted)
    return found


def moment_of(thing: Mapping[str, Any] | None, field: str = "backup_start_time") -> datetime:
    """A time that a thing has; one that is missing or none at all is long ago."""
    return parse_moment(str((thing or {}).get(field) or "")) or LONG_AGO


def read_schedules(client: Client, backup_id: str) -> list[dict[str, Any]]:
    """When a backup runs."""
    return client.read_list(api.LIST_BACKUP_SCHEDULES, path={"backup_id": backup_id})


def read_jobs(client: Client, backup_id: str, **filters: Any) -> list[dict[str, Any]]:
    """The jobs of a backup as its histories show them, the newest first.

    A job that has just begun may not show yet, and one that runs may have no ``backup_job_guid`` [assumed].

    :param filters: of the operation: ``backup_start_time``, ``backup_end_time``, ``backup_job_state``.
    """
    jobs = client.read_list(api.LIST_BACKUP_HISTORIES, path={"backup_id": backup_id}, query=filters)
    return sorted(jobs, key=moment_of, reverse=True)


def read_restores(client: Client, backup_id: str, **filters: Any) -> list[dict[str, Any]]:
    """The restores from a backup, of servers and of files, the newest first.

    :param filters: of the operation: ``restore_state``, ``start_time``, ``end_time``.
    """
    restores = client.read_list(api.LIST_BACKUP_RESTORE_HISTORIES, path={"backup_id": backup_id}, query=filters)
    return sorted(restores, key=lambda restore: moment_of(restore, "restore_start_time"), reverse=True)


def read_points(client: Client, backup_id: str, **filters: Any) -> list[dict[str, Any]]:
    """What a backup can be restored to, the newest first. Such a restore target is a restore point in this collection.

    :param filters: of the operation: ``backup_start_time``, ``backup_end_time``.
    """
    points = client.read_list(api.LIST_BACKUP_RESTORE_TARGETS, path={"backup_id": backup_id}, query=filters)
    return sorted(points, key=moment_of, reverse=True)


def running_job(jobs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The job that runs, of the jobs of one backup."""
    return next((job for job in jobs if word(job, "backup_job_state") == INPROGRESS), None)


def describe_job(job: Mapping[str, Any]) -> str:
    """A job in an error or a line of progress: which one, and since when."""
    return f"the job {job['schedule_name']} of {job['backup_start_time']}"
