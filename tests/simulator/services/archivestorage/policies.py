# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving policies: what goes into a bucket. They can be INACTIVE but not deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, operation
from .models import Bucket, Policy

if TYPE_CHECKING:
    from .service import ArchiveStorage


class Policies:
    """The operations on policies."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("CreateArchivingPolicy")
    def create(self, call: Call) -> Reply:
        """Let a bucket archive what is in another; which one that is, its first policy says for good."""
        service, body = self._service, call.body
        lifecycle = _days(body["object_lifecycle"])
        bucket = service.active(call)
        source = body["archiving_source_bucket_name"]
        if bucket.source not in ("", source):
            raise service.refused_as("archive_source_changed", f"The bucket archives {bucket.source}.")
        if service.object_bucket(source, call.region, call.account_id) is None:
            raise service.not_found("archiving_source_bucket")
        if service.policies_of(bucket) and self._world.switches.text("archive_policy_duplicate") != "accept":
            raise service.refused_as("archive_policy_duplicate", "There is an archiving policy already.")
        bucket.source = source
        policy = Policy(
            account_id=call.account_id,
            bucket_id=bucket.id,
            source=source,
            path=body["object_path"],
            lifecycle=lifecycle,
        )
        service.policies.add(policy)
        return Reply(201, _shown(policy))

    @operation("ListArchivingPolicies")
    def listed(self, call: Call) -> Reply:
        """All policies of a bucket, the oldest first."""
        bucket = self._service.bucket(call)
        found = call.listed(self._service.policies_of(bucket))
        shown = [{"id": p.id, "object_lifecycle": p.lifecycle, "object_path": p.path, "state": p.state} for p in found]
        answer = {
            "count": len(shown),
            "bucket_id": bucket.id,
            "archiving_source_bucket_name": bucket.source or None,
            "archiving_policies": shown,
        }
        return Reply(200, answer)

    @operation("ShowArchivingPolicy")
    def show(self, call: Call) -> Reply:
        """One policy of a bucket."""
        return Reply(200, _shown(self._this(call, self._service.bucket(call))))

    @operation("SetArchivingPolicy")
    def set(self, call: Call) -> Reply:
        """Change after how many days objects are archived."""
        lifecycle = _days(call.body["object_lifecycle"])
        policy = self._this(call, self._service.active(call))
        policy.lifecycle = lifecycle
        return Reply(200, _shown(policy))

    @operation("SetArchivingPolicyState")
    def set_state(self, call: Call) -> Reply:
        """Let a policy run each day, or no longer; what runs goes on [assumed]."""
        policy = self._this(call, self._service.active(call))
        policy.state = call.body["state"]
        return Reply(200, {"id": policy.id, "bucket_id": policy.bucket_id, "state": policy.state})

    def _this(self, call: Call, bucket: Bucket) -> Policy:
        found = self._service.policies.get(call.path["archiving_policy_id"])
        if found is None or found.bucket_id != bucket.id:
            raise self._service.not_found("archiving_policy")
        return found


def _days(text: str) -> str:
    """A number of days, which is a text here.

    :raises ApiError: 400, it is none from 1 on.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise validation_error("Value error, object_lifecycle should be a number of days")
    return text


def _shown(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "bucket_id": policy.bucket_id,
        "archiving_source": {"bucket_name": policy.source, "object_path": policy.path},
        "object_lifecycle": policy.lifecycle,
        "state": policy.state,
    }
