# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of Archive Storage share: how buckets are found, and what runs in them (platform-behaviour.md §9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Call, Client
from ...client.versions import MissingFields
from ...engine.durations import KOREAN_TIME, parse_moment
from ...engine.lookup import Finder, LookupSpec
from ...operations import archivestorage as api

_NAME = re.compile(
    r"(?!.*(?:\.\.|\.-|-\.))(?!\d{1,3}(?:\.\d{1,3}){3}$)(?!admin$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
)
BUCKETS = LookupSpec(
    title="bucket of Archive Storage",
    listing=api.LIST_BUCKETS,
    show=api.SHOW_BUCKET,
    option="bucket_id",
    module="scp_archive_bucket",
    rule=_NAME,
    rule_text=(
        "3 to 63 characters, lower-case letters, digits, dots and hyphens, a letter or a digit at both ends, no two"
        " adjacent dots, no dot next to a hyphen, no IP address, and not admin"
    ),
    resource_type="bucket",
)
ACTIVE = "ACTIVE"
DELETING = "DELETING"
#: How long ago something that still runs may have begun; recovery can take hours (platform-behaviour.md §9).
LOOK_BACK = timedelta(days=31)
#: How far the clocks of the platform may be apart, or ahead of ours.
LOOK_AHEAD = timedelta(days=1)
#: Words for an end. What the service calls what runs is not documented, so it is every other word.
SUCCEEDED = ("SUCCESS", "SKIPPED")
_CANCELLED = ("CANCELLED", "CANCELED")
_WRONG = ("FAIL", "ERROR", "PARTIAL")


# -- buckets ------------------------------------------------------------------------------------------------------


def find_bucket(client: Client, wanted: str) -> dict[str, Any] | None:
    """A bucket as the show operation gives it, by name or id; ``None`` where there is none.

    Ids of buckets can look like names, so a name that no bucket has is tried as an id.
    """
    finder = Finder(client, BUCKETS)
    listed = finder.one(wanted)
    if listed is not None and "state" in listed:
        return listed
    return finder.by_id(str(listed["id"]) if listed is not None else wanted)


def required_bucket(client: Client, wanted: str) -> dict[str, Any]:
    """Like :func:`find_bucket`, for one that must exist.

    :raises ResourceNotFound: there is none.
    """
    found = find_bucket(client, wanted)
    if found is None:
        raise Finder(client, BUCKETS).missing(wanted)
    return found


def state_of(thing: Mapping[str, Any] | None) -> str:
    """The state of a bucket, a policy or a job, in upper case."""
    return str((thing or {}).get("state") or "").upper()


def describe_bucket(bucket: Mapping[str, Any]) -> str:
    """A bucket for the user."""
    return f"{bucket['name']} ({bucket['id']})"


def bucket_under_way(bucket: Mapping[str, Any] | None) -> str:
    """What changes about a bucket, as ``bucket logs: CREATING``; empty when it is at rest."""
    state = state_of(bucket)
    if bucket is None or state == ACTIVE or "ERROR" in state:
        return ""
    return f"bucket {bucket['name']}: {state}"


def bucket_failure(bucket: Mapping[str, Any] | None) -> str:
    """Why a bucket cannot be used; empty when it can."""
    if bucket is None or "ERROR" not in state_of(bucket):
        return ""
    return (
        f"Bucket {describe_bucket(bucket)} is in state {bucket['state']}, and the service gives no reason. Delete it"
        " (scp_archive_bucket with state absent), or ask the platform's support."
    )


# -- archivings and recoveries --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobKind:
    """What differs between the histories of archivings and of recoveries.

    :param name: the word for one, also in the names of fields.
    """

    name: str
    listing: Call
    show: Call
    cancel: Call

    @property
    def infos(self) -> str:
        """Field of a shown job that says how far each path has come."""
        return f"{self.name}_infos"


KINDS = {
    kind.name: kind
    for kind in (
        JobKind("archiving", api.LIST_ARCHIVING_HISTORIES, api.SHOW_ARCHIVING_HISTORY, api.CANCEL_ARCHIVING),
        JobKind("recovery", api.LIST_RECOVERY_HISTORIES, api.SHOW_RECOVERY_HISTORY, api.CANCEL_RECOVERY),
    )
}
ARCHIVING, RECOVERY = KINDS["archiving"], KINDS["recovery"]


def ended(job: Mapping[str, Any]) -> bool:
    """Whether a job runs no more."""
    state = state_of(job)
    return state in (*SUCCEEDED, *_CANCELLED) or any(word in state for word in _WRONG)


def succeeded(job: Mapping[str, Any]) -> bool:
    """Whether a job came to a good end."""
    return state_of(job) in SUCCEEDED


def began(job: Mapping[str, Any]) -> datetime | None:
    """When a job began."""
    return parse_moment(str(job.get("start_at") or ""))


def stamp(moment: datetime) -> str:
    """A time as the histories want it."""
    return moment.astimezone(KOREAN_TIME).isoformat(timespec="seconds")


def list_jobs(
    client: Client, kind: JobKind, bucket_id: str, earliest: datetime, latest: datetime, state: str | None = None
) -> list[dict[str, Any]]:
    """The jobs of a bucket that began in a span of time, the newest first."""
    query = {"bucket_id": bucket_id, "start_at_from": stamp(earliest), "start_at_to": stamp(latest), "state": state}
    try:
        listed = client.read_list(kind.listing, query=query)
    except MissingFields:
        # Newer versions list the archivings of one policy at a time.
        policies = client.read_list(api.LIST_ARCHIVING_POLICIES, query={"bucket_id": bucket_id})

        def of_policy(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
            return client.read_list(kind.listing, query={**query, "archiving_policy_id": policy["id"]})

        listed = [job for jobs in map_concurrently(of_policy, policies) for job in jobs]
    return sorted(listed, key=lambda job: (str(job.get("start_at") or ""), str(job.get("id"))), reverse=True)


def recent_jobs(
    client: Client, kind: JobKind, bucket_id: str, look_back: timedelta = LOOK_BACK
) -> list[dict[str, Any]]:
    """The jobs of a bucket that began lately, the newest first."""
    now = client.now()
    return list_jobs(client, kind, bucket_id, now - max(look_back, LOOK_BACK), now + LOOK_AHEAD)


def show_job(client: Client, kind: JobKind, bucket_id: str, job_id: str) -> dict[str, Any] | None:
    """One job in full; ``None`` where the bucket has none of that id."""
    try:
        job = client.call(kind.show, query={"id": job_id, "bucket_id": bucket_id})
    except NotFound:
        return None
    if kind.infos not in job:
        return job
    # Newer versions have another word for the path of an archiving.
    infos = [{"source_object_path": info.get("archiving_prefix"), **info} for info in job[kind.infos] or ()]
    return {**job, kind.infos: infos}


def running_jobs(client: Client, bucket_id: str) -> list[tuple[JobKind, dict[str, Any]]]:
    """All that runs in a bucket, in full."""

    def of_kind(kind: JobKind) -> list[tuple[JobKind, dict[str, Any]]]:
        found = [job for job in recent_jobs(client, kind, bucket_id) if not ended(job)]
        return [(kind, show_job(client, kind, bucket_id, str(job["id"])) or job) for job in found]

    return [job for jobs in map_concurrently(of_kind, list(KINDS.values())) for job in jobs]


def counts(kind: JobKind, job: Mapping[str, Any]) -> tuple[int, int]:
    """How many objects of a job are through, and how many it has in all."""
    infos = job.get(kind.infos) or ()
    done = sum(int(info.get(f"{kind.name}_object_count") or 0) for info in infos)
    return done, sum(int(info.get("total_object_count") or 0) for info in infos)


def describe_progress(kind: JobKind, job: Mapping[str, Any]) -> str:
    """How far a job has come, as ``IN_PROGRESS, 40 % (2 of 5 objects)``."""
    infos = job.get(kind.infos) or ()
    if not infos:
        return str(job.get("state"))
    done, total = counts(kind, job)
    rates = [int(info.get(f"{kind.name}_rate") or 0) for info in infos]
    percent = done * 100 // total if total else min(rates)
    return f"{job.get('state')}, {percent} % ({done} of {total} objects)"


def describe_job(kind: JobKind, job: Mapping[str, Any]) -> str:
    """A job for the user."""
    since = f" since {job['start_at']}" if job.get("start_at") else ""
    return f"{kind.name} {job.get('id')}{since}: {describe_progress(kind, job)}"


def job_failure(kind: JobKind, job: Mapping[str, Any] | None, bucket: Mapping[str, Any], advice: str) -> str:
    """Why a job brought nothing, or not all; empty where it runs, or came to a good end."""
    if job is None or not ended(job) or succeeded(job):
        return ""
    done, total = counts(kind, job)
    when = f" at {job['end_at']}" if job.get("end_at") else ""
    why = "it was cancelled" if state_of(job) in _CANCELLED else "the service gives no reason"
    return (
        f"{kind.name.capitalize()} {job.get('id')} of bucket {describe_bucket(bucket)} ended in state {job['state']}"
        f"{when}, with {done} of {total} objects through; {why}. {advice}"
    )


def parse_time(option: str, text: str) -> datetime:
    """Read a time of an option (ISO 8601; UTC where it names no zone).

    :raises StorageError: it is none.
    """
    moment = parse_moment(text)
    if moment is None:
        raise StorageError(
            f"{option} {text!r} is not a time. Write it as 2026-07-30T04:54:33+09:00 (UTC without a zone)."
        )
    return moment
