# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets of Archive Storage, with their versioning and encryption."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ..common import check_tags, name_matches
from .models import Bucket, UsedName

if TYPE_CHECKING:
    from .service import ArchiveStorage

MOST = 1000
"""The most buckets of an account."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")
_NEIGHBOURS = re.compile(r"\.\.|\.-|-\.")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


class Buckets:
    """The operations on buckets, and what becomes of them."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("CreateBucket")
    def create(self, call: Call) -> Reply:
        """Make a bucket; its name is one that no bucket of the region has, whosever."""
        service, name = self._service, call.body["name"]
        check_tags(call.body.get("tags"))
        if not _NAME.fullmatch(name) or _NEIGHBOURS.search(name) or _ADDRESS.fullmatch(name) or name == "admin":
            raise validation_error("Value error, invalid bucket name")
        if sum(bucket.account_id == call.account_id for bucket in service.buckets) >= MOST:
            raise service.refused_as("archive_quota_status", f"An account has up to {MOST} buckets.")
        taken = any((bucket.name, bucket.region) == (name, call.region) for bucket in service.buckets)
        if taken or self._was_taken(name, call.region):
            raise service.refused_as("archive_name_duplicate", f"The bucket name {name} is in use.")
        bucket = Bucket(
            account_id=call.account_id,
            name=name,
            region=call.region,
            state="CREATING",
            encryption=self._world.switches.on("archive_encryption_default"),
            tags=call.body.get("tags") or [],
        )
        service.buckets.add(bucket)
        service.after(self._world.switches.number("archive_create_seconds"), "bucket_made", bucket_id=bucket.id)
        return Reply(201, {"id": bucket.id})

    def _was_taken(self, name: str, region: str) -> bool:
        """Whether a bucket that is gone keeps its name; names that are free again are forgotten."""
        for used in self._service.used_names:
            if used.free_at <= self._world.now:
                self._service.used_names.remove(used.id)
        return any((used.name, used.region) == (name, region) for used in self._service.used_names)

    @operation("ListBuckets")
    def listed(self, call: Call) -> Reply:
        """The first buckets of the region by name [assumed]; there is no way to the others but a larger limit."""
        query, service = call.query, self._service
        if query["limit"] < 1:
            raise validation_error("Input should be greater than or equal to 1")
        found = [b for b in service.buckets if (b.region, b.account_id) == (call.region, call.account_id)]
        if query["name"]:
            how = self._world.switches.text("name_filter")
            found = [bucket for bucket in found if name_matches(bucket.name, query["name"], how)]
        found = call.listed(sorted(found, key=lambda bucket: bucket.name)[: query["limit"]])
        return Reply(200, {"buckets": [{"id": bucket.id, "name": bucket.name} for bucket in found]})

    @operation("ShowBucket")
    def show(self, call: Call) -> Reply:
        """One bucket; its usage counts all versions, in bytes [assumed]."""
        service = self._service
        bucket = service.bucket(call)
        answer = {
            "id": bucket.id,
            "name": bucket.name,
            "state": bucket.state,
            "usage": str(sum(version.size for version in service.versions_of(bucket))),
            "archiving_source_bucket_name": bucket.source or None,
        }
        return Reply(200, answer)

    @operation("DeleteBucket")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a bucket, unless something blocks it."""
        service, text = self._service, self._world.switches.text
        bucket = service.bucket(call)
        if bucket.state not in ("ACTIVE", "ERROR"):
            raise service.refused_as("archive_conflict_status", f"The bucket {bucket.name} is in state {bucket.state}.")
        if service.run_part.running(bucket):
            raise service.refused_as("archive_delete_running", "Archiving or recovery is running.")
        if service.versions_of(bucket) and text("archive_delete_not_empty") != "accept":
            raise service.refused_as("archive_delete_not_empty", "The bucket is not empty.")
        active = any(policy.state == "ACTIVE" for policy in service.policies_of(bucket))
        if active and text("archive_delete_active_policy") != "accept":
            raise service.refused_as("archive_delete_active_policy", "The bucket has an active archiving policy.")
        bucket.state = "DELETING"
        service.after(self._world.switches.number("archive_delete_seconds"), "bucket_gone", bucket_id=bucket.id)
        return Reply(202)

    # --- versioning and encryption ------------------------------------------------------------------------------

    @operation("ShowBucketVersioning")
    def show_versioning(self, call: Call) -> Reply:
        """Whether a bucket keeps older versions."""
        bucket = self._service.bucket(call)
        return Reply(200, {"id": bucket.id, "enabled": bucket.versioning})

    @operation("SetBucketVersioning")
    def set_versioning(self, call: Call) -> Reply:
        """Keep older versions from now on, or no longer; those that are kept stay."""
        bucket = self._service.active(call)
        bucket.versioning = call.body["enabled"]
        return Reply(200, {"id": bucket.id, "enabled": bucket.versioning})

    @operation("ShowBucketEncryption")
    def show_encryption(self, call: Call) -> Reply:
        """Whether a bucket is encrypted."""
        bucket = self._service.bucket(call)
        return Reply(200, {"id": bucket.id, "enabled": bucket.encryption})

    @operation("SetBucketEncryption")
    def set_encryption(self, call: Call) -> Reply:
        """Encrypt a bucket from now on, or no longer."""
        bucket = self._service.active(call)
        bucket.encryption = call.body["enabled"]
        return Reply(200, {"id": bucket.id, "enabled": bucket.encryption})

    # --- what happens later -------------------------------------------------------------------------------------

    @event("bucket_made")
    def _made(self, data: Mapping[str, str]) -> None:
        """A new bucket is finished."""
        bucket = self._service.buckets.get(data["bucket_id"])
        if bucket is not None and bucket.state == "CREATING":
            bucket.state = self._world.switches.text("archive_create_ends_in")

    @event("bucket_gone")
    def _gone(self, data: Mapping[str, str]) -> None:
        """A deleted bucket is gone, and all its parts with it; its name is not free yet."""
        service = self._service
        bucket = service.buckets.get(data["bucket_id"])
        if bucket is None or bucket.state != "DELETING":
            return
        service.buckets.remove(bucket.id)
        for table in (service.policies, service.objects, service.archivings, service.recoveries):
            for row in table:
                if row.bucket_id == bucket.id:
                    table.remove(row.id)
        free_at = self._world.now + self._world.switches.number("archive_name_free_seconds")
        used = UsedName(account_id=bucket.account_id, name=bucket.name, region=bucket.region, free_at=free_at)
        service.used_names.add(used)
