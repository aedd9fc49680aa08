# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recoveries: objects, or one version of one, that go back to a bucket of Object Storage.

The API has no names for recoveries, so one that a task asks for is known by the histories: by its target and its paths.
The version and ``overwrite`` are in no history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...engine.durations import parse_age
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Resource
from ...operations import archivestorage as api
from .lookup import (
    DELETING,
    RECOVERY,
    began,
    bucket_failure,
    bucket_under_way,
    describe_bucket,
    describe_job,
    ended,
    job_failure,
    recent_jobs,
    required_bucket,
    show_job,
    state_of,
    succeeded,
)
from .objects import as_sent, describe_missing, plain, present_paths, read_versions


@dataclass(frozen=True)
class RecoveryState:
    """A bucket, and the recovery that the task asks for.

    :ivar job: the recovery; ``None`` where there is none that counts.
    :ivar seen: whether it was read, and is not only known from the call that begins it.
    :ivar blocker: why it cannot begin, for the user.
    """

    bucket: dict[str, Any]
    job: dict[str, Any] | None = None
    seen: bool = True
    blocker: str = ""


class Recovery(Resource[RecoveryState]):
    """``scp_archive_recovery``."""

    result_key = "recovery"
    slowest_poll: ClassVar[float] = 30.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: frozenset[str] | None = None

    @property
    def _version(self) -> str:
        """The version to recover; empty where the task is about objects as they are."""
        return str(self.params.get("source_object_version") or "")

    @property
    def _paths(self) -> list[str]:
        """The paths to recover, each once."""
        if self._version:
            return [as_sent(self.params["source_object_path"])]
        return list(dict.fromkeys(as_sent(info["source_object_path"]) for info in self.params["recovery_infos"]))

    @property
    def _target(self) -> str:
        return str(self.params["recovery_target_bucket_name"])

    @property
    def _max_age(self) -> timedelta:
        return parse_age("max_age", self.params["max_age"])

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        parse_age("max_age", self.params["max_age"])
        if self._version:
            if self._paths[0].endswith("/"):
                raise StorageError(
                    f"source_object_path {self._paths[0]!r} is that of a folder, and only files have versions. Use"
                    " recovery_infos to recover a folder."
                )
            return
        infos = self.params["recovery_infos"]
        if not infos:
            raise StorageError("recovery_infos is empty. List what to recover, or leave the task out.")
        wrong = [
            f"{info['source_object_path']!r} as {info['object_type']}"
            for info in infos
            if not info["source_object_path"]
            or info["source_object_path"].endswith("/") != (info["object_type"] == "FOLDER")
        ]
        if wrong:
            raise StorageError(
                f"recovery_infos has {', '.join(wrong)}. The path of a FOLDER ends in '/' (the root is '/'), that of a"
                " FILE does not."
            )

    def find(self) -> RecoveryState:
        bucket = required_bucket(self.client, self.params["bucket"])
        state = self._search(RecoveryState(bucket))
        return state if state.job is not None else replace(state, blocker=self._blocker(bucket))

    def _search(self, state: RecoveryState) -> RecoveryState:
        """Add the recovery that counts, if there is one.

        What began since the task did counts in any case, then what runs, then what succeeded lately.
        """
        bucket_id = str(state.bucket["id"])
        jobs = recent_jobs(self.client, RECOVERY, bucket_id, self._max_age)
        if self._known is None:
            self._known = frozenset(str(job["id"]) for job in jobs)
        mine = [job for job in jobs if job.get("recovery_target_bucket_name") == self._target]
        fresh = [job for job in mine if str(job["id"]) not in self._known]
        older = [job for job in mine if str(job["id"]) in self._known]
        running = [job for job in older if not ended(job)]
        lately = [job for job in older if succeeded(job) and self._young(job)]
        for job in (*fresh, *running, *lately):
            shown = show_job(self.client, RECOVERY, bucket_id, str(job["id"]))
            if shown is not None and self._fits(shown) and (job not in lately or self._surely(state.bucket, shown)):
                return replace(state, job=shown, seen=True)
        return state

    def _young(self, job: Mapping[str, Any]) -> bool:
        moment = began(job)
        return moment is not None and moment >= self.client.now() - self._max_age

    def _fits(self, shown: Mapping[str, Any]) -> bool:
        """Whether a recovery is of the task's paths, no more and no fewer."""
        paths = {plain(str(info["source_object_path"])) for info in shown[RECOVERY.infos]}
        return paths == set(map(plain, self._paths))

    def _surely(self, bucket: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        """Whether a recovery that is over was that of the task's version, as far as its size shows."""
        if not self._version:
            return True
        versions = read_versions(self.client, str(bucket["id"]), self._paths[0])
        sizes = {str(version["object_version_id"]): str(version["size"]) for version in versions}
        size = sizes.get(self._version)
        if size is None:
            return False
        if len(sizes) == 1:
            return True
        return list(sizes.values()).count(size) == 1 and str(shown[RECOVERY.infos][0].get("usage")) == size

    def _blocker(self, bucket: Mapping[str, Any]) -> str:
        """What is not there to be recovered."""
        bucket_id = str(bucket["id"])
        if not self._version:
            present = set(present_paths(self.client, bucket_id, self._paths))
            missing = [path for path in self._paths if path not in present]
            return describe_missing(bucket, missing) if missing else ""
        path = self._paths[0]
        ids = [str(version["object_version_id"]) for version in read_versions(self.client, bucket_id, path)]
        if self._version in ids:
            return ""
        there = f"it has: {', '.join(ids[:5])}{' and more' if len(ids) > 5 else ''}" if ids else "it has none"
        return (
            f"Bucket {describe_bucket(bucket)} has no version {self._version} of {path} ({there})."
            " scp_archive_object_info with versions_of shows them."
        )

    def refresh(self, state: RecoveryState) -> RecoveryState:
        if state.job is None or not state.seen:
            bucket = state.bucket
            if bucket_under_way(bucket):
                bucket = required_bucket(self.client, str(bucket["id"]))
            found = self._search(replace(state, bucket=bucket, job=None))
            return found if found.job is not None else replace(state, bucket=bucket)
        shown = show_job(self.client, RECOVERY, str(state.bucket["id"]), str(state.job["id"]))
        return replace(state, job=shown or state.job)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: RecoveryState) -> Step[RecoveryState] | None:
        if state.job is not None:
            return None
        bucket = state.bucket
        if state_of(bucket) == DELETING:
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} is being deleted, so nothing can be recovered from it."
            )
        if state.blocker:
            raise StorageError(state.blocker)
        body: dict[str, Any] = {
            "recovery_target_bucket_name": self._target,
            "recovery_target_zone": self.params.get("recovery_target_zone"),
            "overwrite": bool(self.params["overwrite"]),
        }
        if self._version:
            operation = api.RECOVER_OBJECT_VERSIONS
            body |= {"source_object_path": self._paths[0], "source_object_version": self._version}
        else:
            operation = api.RECOVER_OBJECTS
            kinds = {path: "FOLDER" if path.endswith("/") else "FILE" for path in self._paths}
            body["recovery_infos"] = [{"source_object_path": path, "object_type": kind} for path, kind in kinds.items()]

        def effect(before: RecoveryState, _answer: Mapping[str, Any]) -> RecoveryState:
            # Whose id the service answers is not documented: the histories show which one is meant.
            job = {
                "id": UNKNOWN_ID,
                "state": "PENDING",
                "recovery_target_bucket_name": self._target,
                "bucket_id": bucket["id"],
                RECOVERY.infos: [{"source_object_path": path} for path in self._paths],
            }
            return replace(before, job=job, seen=False)

        return Step(
            operation,
            effect,
            insist=("recovery_target_zone",) if self.params.get("recovery_target_zone") else (),
            path={"bucket_id": bucket["id"]},
            body=body,
            done=lambda seen: seen.seen,
            listed=True,
            advice=f"Check that there is a bucket {self._target} in Object Storage of {self.region}. Where archiving or"
            " another recovery runs, scp_archive_job waits for it or cancels it.",
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: RecoveryState) -> str:
        if state.job is None:
            return bucket_under_way(state.bucket)
        if ended(state.job) or not state.seen:
            return ""
        return describe_job(RECOVERY, state.job)

    def failed(self, state: RecoveryState) -> str:
        advice = (
            f"Check that there is a bucket {self._target} in Object Storage of {self.region}, and what overwrite says"
            " of objects that it has already, and run the task again: it begins another one."
        )
        return bucket_failure(state.bucket) or job_failure(RECOVERY, state.job, state.bucket, advice)

    def view(self, state: RecoveryState) -> dict[str, Any]:
        return dict(state.job or {})

    def managed(self, state: RecoveryState) -> dict[str, Any]:
        recovered: dict[str, Any] = {"recovered": sorted(self._paths) if state.job is not None else []}
        if self._version:
            recovered["source_object_version"] = self._version if state.job is not None else None
        return {"bucket": state.bucket["name"], "recovery_target_bucket_name": self._target, **recovered}

    def extras(self, before: RecoveryState, after: RecoveryState) -> dict[str, Any]:
        """Whether the recovery is one that was there before the task."""
        return {"joined": before.job is not None}
