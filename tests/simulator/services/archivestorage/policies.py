# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving policies, which fill a bucket. Older versions can only make them INACTIVE, newer ones can delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, operation
from ..common import sorted_as
from .models import PREFIXES, Bucket, Policy
from .runs import UNDER_WAY

if TYPE_CHECKING:
    from .service import ArchiveStorage


class Policies:
    """The operations on policies."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateArchivingPolicy")
    def create(self, call: Call) -> Reply:
        """Let a bucket archive what is in another; which one that is, its first policy says for good."""
        service, body = self._service, call.body
        lifecycle = _days(body["object_lifecycle"])
        bucket = service.active(call)
        if call.since(PREFIXES):
            source, path, name = self._source(call), body["archiving_prefix"], body["archiving_policy_name"]
        else:
            source, path, name = body["archiving_source_bucket_name"], body["object_path"], ""
        if bucket.source not in ("", source):
            raise service.refused_as("archive_source_changed", f"The bucket archives {bucket.source}.")
        if service.object_bucket(source, call.region, call.account_id) is None:
            raise service.not_found("archiving_source_bucket")
        self._check_duplicates(call, bucket, path, name)
        bucket.source = source
        policy = Policy(
            account_id=call.account_id,
            bucket_id=bucket.id,
            source=source,
            path=path,
            lifecycle=lifecycle,
            name=name,
        )
        service.policies.add(policy)
        return Reply(201, self._shown(call, policy))

    def _source(self, call: Call) -> str:
        """The Object Storage bucket of a body, whose zone fits where it is given.

        :raises ApiError: 400.
        """
        asked = call.body["archiving_source"]
        self._service.check_zone(call, asked.get("zone"))
        return str(asked["bucket_name"])

    def _check_duplicates(self, call: Call, bucket: Bucket, path: str, name: str) -> None:
        """Refuse a policy for a path that has one, and a name that is in use.

        :raises ApiError: as the switches say.
        """
        service = self._service
        others = service.policies_of(bucket)
        # Older versions have no prefix, and one policy for everything.
        same = [other for other in others if not call.since(PREFIXES) or _prefix(other.path) == _prefix(path)]
        if same and self._world.switches.text("archive_policy_duplicate") != "accept":
            raise service.refused_as("archive_policy_duplicate", "There is an archiving policy already.")
        if name:
            self._check_name(bucket, name, "")

    def _check_name(self, bucket: Bucket, name: str, but: str) -> None:
        others = [other for other in self._service.policies_of(bucket) if other.id != but]
        taken = any(self._name(other) == name for other in others)
        if taken and self._world.switches.text("archive_policy_name_duplicate") != "accept":
            raise self._service.refused_as("archive_policy_name_duplicate", "The name exists already.")

    @operation("ListArchivingPolicies")
    def listed(self, call: Call) -> Reply:
        """All policies of a bucket, the oldest first."""
        bucket = self._service.bucket(call)
        found = self._service.policies_of(bucket)
        if call.query.get("sort"):
            found = sorted_as(found, call.query["sort"], ("created_at", "name"))
        found = call.listed(found)
        if call.since(PREFIXES):
            answer = {
                "count": len(found),
                "bucket_id": bucket.id,
                "archiving_source_bucket": self._source_of(bucket),
                "archiving_policies": [self._plain(policy) for policy in found],
            }
            return Reply(200, answer)
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
        bucket = self._service.bucket(call)
        policy = self._this(call, bucket)
        if not call.since(PREFIXES):
            return Reply(200, self._shown(call, policy))
        answer = {
            "bucket_id": bucket.id,
            "archiving_policy": self._plain(policy),
            "archiving_source_bucket": self._source_of(bucket),
        }
        return Reply(200, answer)

    @operation("SetArchivingPolicy")
    def set(self, call: Call) -> Reply:
        """Change after how many days objects are archived, and in newer versions the name."""
        lifecycle = _days(call.body["object_lifecycle"])
        bucket = self._service.active(call)
        policy = self._this(call, bucket)
        if call.since(PREFIXES):
            self._check_name(bucket, call.body["archiving_policy_name"], policy.id)
            policy.name = call.body["archiving_policy_name"]
        policy.lifecycle = lifecycle
        return Reply(200, self._shown(call, policy))

    @operation("SetArchivingPolicyState")
    def set_state(self, call: Call) -> Reply:
        """Let a policy run each day, or no longer; what runs goes on [assumed]."""
        policy = self._this(call, self._service.active(call))
        policy.state = call.body["state"]
        if call.since(PREFIXES):
            return Reply(200, self._shown(call, policy))
        return Reply(200, {"id": policy.id, "bucket_id": policy.bucket_id, "state": policy.state})

    @operation("DeleteArchivingPolicy")
    def delete(self, call: Call) -> Reply:
        """Delete a policy; what it archived stays, and so do its histories."""
        service = self._service
        bucket = service.active(call)
        policy = self._this(call, bucket)
        runs = any(r.policy_id == policy.id and r.state in UNDER_WAY for r in service.archivings)
        if runs and self._world.switches.text("archive_policy_delete_running") != "accept":
            raise service.refused_as("archive_policy_delete_running", "Archiving is running.")
        service.policies.remove(policy.id)
        return Reply(200)

    def _this(self, call: Call, bucket: Bucket) -> Policy:
        found = self._service.policies.get(call.path["archiving_policy_id"])
        if found is None or found.bucket_id != bucket.id:
            raise self._service.not_found("archiving_policy")
        return found

    # --- as it is shown -----------------------------------------------------------------------------------------

    def _name(self, policy: Policy) -> str:
        """The name of a policy. A switch sets the name of policies of older versions."""
        as_id = self._world.switches.text("archive_policy_older_name") == "id"
        return policy.name or (policy.id if as_id else "")

    def _plain(self, policy: Policy) -> dict[str, Any]:
        """A policy as newer versions have it in lists."""
        return {
            "id": policy.id,
            "name": self._name(policy),
            "archiving_prefix": policy.path,
            "object_lifecycle": policy.lifecycle,
            "state": policy.state,
        }

    def _source_of(self, bucket: Bucket) -> dict[str, Any]:
        zone = self._service.zone_of(bucket.region) if bucket.source else None
        return {"name": bucket.source or None, "zone": zone}

    def _shown(self, call: Call, policy: Policy) -> dict[str, Any]:
        """A policy as in the answer to a change, and in older versions also to a read."""
        plain = {
            "id": policy.id,
            "bucket_id": policy.bucket_id,
            "object_lifecycle": policy.lifecycle,
            "state": policy.state,
        }
        if call.since(PREFIXES):
            source = {"prefix": policy.path, "source_bucket_name": policy.source}
            return {**plain, "name": self._name(policy), "archiving": source}
        return {**plain, "archiving_source": {"bucket_name": policy.source, "object_path": policy.path}}


def _prefix(path: str) -> str:
    """The prefix of the paths of objects that a policy archives; a slash is for all."""
    return path.lstrip("/")


def _days(text: str) -> str:
    """A number of days, which is a text here.

    :raises ApiError: 400, it is none from 1 on.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise validation_error("Value error, object_lifecycle should be a number of days")
    return text
