# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archivings and recoveries as they run: waiting for one, cancelling one, reading what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from ...client.errors import CallError, StorageError
from ...client.parallel import map_concurrently
from ...engine.plan import Step
from ...engine.resource import Info, Resource
from .lookup import (
    KINDS,
    LOOK_AHEAD,
    LOOK_BACK,
    JobKind,
    describe_bucket,
    describe_job,
    ended,
    find_bucket,
    job_failure,
    list_jobs,
    parse_time,
    recent_jobs,
    required_bucket,
    show_job,
)

#: What ``job`` says for the newest.
LATEST = "latest"
CANCELLED = "cancelled"


def _may_have_ended(error: CallError) -> bool:
    """A job that has ended meanwhile cannot be cancelled, and need not be."""
    return error.status in (400, 409)


@dataclass(frozen=True)
class JobState:
    """A bucket, and the job that the task is about.

    :ivar job: as the show operation gives it; ``None`` where the bucket has none lately.
    :ivar cancelled: this task has sent the call that ends it.
    """

    bucket: dict[str, Any]
    job: dict[str, Any] | None = None
    cancelled: bool = False


class Job(Resource[JobState]):
    """``scp_archive_job``."""

    result_key = "job"
    slowest_poll: ClassVar[float] = 30.0

    @property
    def _kind(self) -> JobKind:
        return KINDS[self.params["kind"]]

    @property
    def _cancels(self) -> bool:
        return bool(self.params["state"] == CANCELLED)

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> JobState:
        bucket = required_bucket(self.client, self.params["bucket"])
        kind, wanted, bucket_id = self._kind, self.params["job"], str(bucket["id"])
        if wanted == LATEST:
            recent = recent_jobs(self.client, kind, bucket_id)
            if not recent:
                return JobState(bucket)
            wanted = str(recent[0]["id"])
        job = show_job(self.client, kind, bucket_id, wanted)
        if job is None:
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} has no {kind.name} with the id {wanted!r}. scp_archive_job_info"
                " lists what it has; check kind as well."
            )
        return JobState(bucket, job)

    def refresh(self, state: JobState) -> JobState:
        if state.job is None:
            return state
        shown = show_job(self.client, self._kind, str(state.bucket["id"]), str(state.job["id"]))
        return replace(state, job=shown or state.job)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: JobState) -> Step[JobState] | None:
        job = state.job
        if not self._cancels:
            if job is None:
                raise StorageError(
                    f"Bucket {describe_bucket(state.bucket)} has no {self._kind.name} that began in the last"
                    f" {LOOK_BACK.days} days. There is nothing to wait for; give the id of an older one as job."
                )
            return None
        if job is None or ended(job) or state.cancelled:
            return None
        return Step(
            self._kind.cancel,
            lambda before, _answer: replace(before, cancelled=True),
            query={"id": job["id"], "bucket_id": state.bucket["id"]},
            done=lambda seen: seen.job is None or ended(seen.job),
            is_retryable=_may_have_ended,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: JobState) -> str:
        if state.job is None or ended(state.job) or (self._cancels and not state.cancelled):
            return ""
        return describe_job(self._kind, state.job)

    def failed(self, state: JobState) -> str:
        if self._cancels:
            return ""
        advice = "What the task returns as job shows how far each of its paths has come."
        return job_failure(self._kind, state.job, state.bucket, advice)

    def view(self, state: JobState) -> dict[str, Any]:
        return {"kind": self._kind.name, **state.job} if state.job is not None else {}

    def managed(self, state: JobState) -> dict[str, Any]:
        running = state.job is not None and not ended(state.job)
        return {
            "bucket": state.bucket["name"],
            "job": (state.job or {}).get("id"),
            # That it ended by itself while the task waited is not a change that the task made.
            "runs": running and not state.cancelled if self._cancels else None,
        }


class JobInfo(Info):
    """``scp_archive_job_info``."""

    plural = "jobs"

    def read(self) -> dict[str, Any]:
        given = self._given()
        bucket = find_bucket(self.client, self.params["bucket"])
        if bucket is None:
            return {self.plural: []}
        # Only now: the answer before has shown the service's time.
        earliest, latest = self._span(given)
        kinds = [KINDS[self.params["kind"]]] if self.params.get("kind") else list(KINDS.values())
        bucket_id = str(bucket["id"])

        def of_kind(kind: JobKind) -> list[dict[str, Any]]:
            listed = list_jobs(self.client, kind, bucket_id, earliest, latest, self.params.get("job_state"))
            if "detail" in self.gather:
                details = map_concurrently(lambda job: show_job(self.client, kind, bucket_id, str(job["id"])), listed)
                listed = [job for job in details if job is not None]
            return [{"kind": kind.name, "bucket_id": bucket_id, **job} for job in listed]

        return {self.plural: [job for jobs in map_concurrently(of_kind, kinds) for job in jobs]}

    def _given(self) -> dict[str, datetime]:
        """The ends of the span that the task gives."""
        given = {
            name: parse_time(name, self.params[name])
            for name in ("start_at_from", "start_at_to")
            if self.params.get(name) is not None
        }
        if len(given) == 2 and given["start_at_from"] > given["start_at_to"]:
            raise StorageError(
                f"start_at_from {self.params['start_at_from']!r} is later than start_at_to"
                f" {self.params['start_at_to']!r}. Exchange them."
            )
        return given

    def _span(self, given: Mapping[str, datetime]) -> tuple[datetime, datetime]:
        """From when to when the jobs began that are asked for."""
        now = self.client.now()
        latest = given.get("start_at_to", now + LOOK_AHEAD)
        earliest = given.get("start_at_from", min(latest, now) - LOOK_BACK)
        return earliest, max(earliest, latest)
