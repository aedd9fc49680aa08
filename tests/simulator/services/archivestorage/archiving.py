# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving: each day a policy takes what is old enough out of an Object Storage bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import event
from ...state import ObjectBucket
from ..common import moment_of, until_next
from .models import Archiving, Bucket, Policy
from .runs import done_objects

if TYPE_CHECKING:
    from .service import ArchiveStorage

_DAY = 86400.0


class Archivings:
    """The daily runs of policies."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def plan(self, policy: Policy) -> None:
        """Let a policy run at its next hour."""
        hour = min(23, self._world.switches.count("archive_policy_hour"))
        seconds = until_next(self._world.now, hour, None)
        self._service.after(seconds, "policy_runs", policy_id=policy.id)

    @event("policy_runs")
    def _runs(self, data: Mapping[str, Any]) -> None:
        """Archive, if the policy is ACTIVE and nothing of the bucket is running, and plan the next day."""
        service = self._service
        policy = service.policies.get(data["policy_id"])
        bucket = service.buckets.get(policy.bucket_id) if policy else None
        if policy is None or bucket is None:
            return
        if policy.state == "ACTIVE" and bucket.state == "ACTIVE" and not service.run_part.running(bucket):
            self._begin(policy, bucket)
        self.plan(policy)

    def _begin(self, policy: Policy, bucket: Bucket) -> None:
        service = self._service
        source = service.object_bucket(policy.source, bucket.region, bucket.account_id)
        objects = self._due(policy, bucket, source) if source else []
        idle = self._world.switches.text("archive_nothing_to_do") if source and not objects else ""
        if idle == "none":
            return
        run = Archiving(
            account_id=bucket.account_id,
            bucket_id=bucket.id,
            policy_id=policy.id,
            policy_name=policy.name,
            source=policy.source,
            parts=[{"path": policy.path, "objects": objects}],
        )
        if idle == "SKIPPED":
            run.state, run.end_at = "SKIPPED", self._world.stamp()
            service.archivings.add(run)
        else:
            service.run_part.begin(run)

    def _due(self, policy: Policy, bucket: Bucket, source: ObjectBucket) -> list[dict[str, Any]]:
        """The objects that are old enough, and not archived as they are."""
        there = self._service.current_of(bucket)
        oldest = self._world.now - int(policy.lifecycle) * _DAY
        found = [self._service.version_part.fact(item, source) for item in source.objects]
        found = [item for item in found if str(item["path"]).startswith(policy.path.lstrip("/"))]
        found = [item for item in found if moment_of(item["modified_at"]) <= oldest]
        found = [i for i in found if i["path"] not in there or there[i["path"]].etag != i["etag"]]
        return sorted(found, key=lambda item: str(item["path"]))

    def finish(self, run: Archiving) -> str:
        """Put what is done into the bucket; FAILED where its source is gone, otherwise empty."""
        service = self._service
        bucket = service.buckets.get(run.bucket_id)
        source = service.object_bucket(run.source, bucket.region, bucket.account_id) if bucket else None
        if bucket is None or source is None:
            run.done = 0
            return "FAILED"
        for item in done_objects(run):
            service.version_part.put(bucket, item)
        if self._world.switches.text("archive_source_objects") == "go":
            gone = {item["path"] for item in done_objects(run)}
            source.objects = [item for item in source.objects if item["path"] not in gone]
        return ""
