# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage put together: its tables, and the look-ups and refusals that its parts share."""

from __future__ import annotations

from ...clock import korean
from ...errors import ApiError, validation_error
from ...service import Call, Service
from ...state import ObjectBucket, World
from ...tables import Record
from ..common import demand_moments, moment_of
from .archiving import Archivings
from .behaviors import SWITCHES
from .buckets import Buckets
from .histories import Histories
from .models import Archiving, Bucket, Policy, Recovery, Run, UsedName, Version
from .objects import Objects
from .policies import Policies
from .recovery import Recoveries
from .runs import Runs
from .versions import Versions


class ArchiveStorage(Service):
    """Archive Storage in all regions."""

    name = "archivestorage"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Start empty."""
        super().__init__(world)
        self.buckets = self.table("buckets", Bucket)
        self.used_names = self.table("used_names", UsedName)
        self.policies = self.table("policies", Policy)
        self.objects = self.table("objects", Version)
        self.archivings = self.table("archiving_histories", Archiving)
        self.recoveries = self.table("recovery_histories", Recovery)
        self.run_part = Runs(self)
        self.archiving_part = Archivings(self)
        self.recovery_part = Recoveries(self)
        self.version_part = Versions(self)
        self.use(self.run_part, self.archiving_part, self.recovery_part, self.version_part)
        self.use(Buckets(self), Policies(self), Objects(self), Histories(self))

    def complete(self, row: Record) -> None:
        """Give each kind its form of id; a policy in a seed runs too."""
        prefix = "SCH-" if isinstance(row, Policy) else "EXE-" if isinstance(row, Run) else ""
        row.id = row.id or f"{prefix}{self.world.new_id()}"
        super().complete(row)
        if isinstance(row, Run):
            row.start_at = row.start_at or row.created_at
            demand_moments(row, "start_at", *(["end_at"] if row.end_at else []))
        if isinstance(row, Archiving) and not row.policy_id:
            # An archiving of a seed belongs to the first policy of its bucket, if there is one.
            policy = next(iter(self.policies.having("bucket_id", row.bucket_id)), None)
            row.policy_id = policy.id if policy else ""
        if isinstance(row, Recovery):
            row.recovery_id = row.recovery_id or f"ARC-{self.world.new_id()}"
        if isinstance(row, Version):
            row.modified_at = row.modified_at or row.created_at
            row.etag = row.etag or self.version_part.etag(row.path, row.size)
        if isinstance(row, Policy) and not row.planned:
            row.planned = True
            self.archiving_part.plan(row)

    # --- finding ------------------------------------------------------------------------------------------------

    def bucket(self, call: Call) -> Bucket:
        """The caller's bucket that the path or the query names, in the region called.

        :raises ApiError: 404, whatever the id looks like.
        """
        found = self.buckets.get(call.path.get("bucket_id") or call.query["bucket_id"])
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise self.not_found("bucket")
        return found

    def active(self, call: Call) -> Bucket:
        """The same, and nothing is changing it just now.

        :raises ApiError: 404, or the answer to a conflict.
        """
        found = self.bucket(call)
        if found.state != "ACTIVE":
            raise self.refused_as("archive_conflict_status", f"The bucket {found.name} is in state {found.state}.")
        return found

    def object_bucket(self, name: str, region: str, account_id: str) -> ObjectBucket | None:
        """The Object Storage bucket of this name."""
        mine = (b for b in self.world.object_buckets if (b.region, b.account_id) == (region, account_id))
        return next((bucket for bucket in mine if bucket.name == name), None)

    def zone_of(self, region: str) -> str:
        """The zone of the Object Storage buckets of a region."""
        return f"{region}-{self.world.switches.text('archive_zone')}"

    def check_zone(self, call: Call, zone: str | None) -> None:
        """Refuse a zone that the Object Storage buckets of the region are not in.

        :raises ApiError: 400.
        """
        if zone is None and self.world.switches.text("archive_zone_missing") == "400":
            raise validation_error("Field required")
        if zone is not None and zone != self.zone_of(call.region):
            raise self.refused("Check the zone.", what=self.world.switches.text("zone_refusal"))

    def policies_of(self, bucket: Bucket) -> list[Policy]:
        """The policies of a bucket, the oldest first."""
        return self.policies.having("bucket_id", bucket.id)

    def versions_of(self, bucket: Bucket, path: str | None = None) -> list[Version]:
        """All versions in a bucket, or those of one path, the oldest first."""
        return [v for v in self.objects.having("bucket_id", bucket.id) if path in (None, v.path)]

    def current_of(self, bucket: Bucket) -> dict[str, Version]:
        """The objects of a bucket by their paths."""
        return {version.path: version for version in self.versions_of(bucket) if version.current}

    # --- answers ------------------------------------------------------------------------------------------------

    @staticmethod
    def korean(text: str | None) -> str | None:
        """A record's time as histories have it: in Korean time, to the second."""
        return korean(moment_of(text)).isoformat(timespec="seconds") if text else None

    def not_found(self, noun: str) -> ApiError:
        """404, in the form that a sister service was seen with (platform-behaviour.md §2)."""
        return self.refused(f"The {noun.replace('_', ' ')} does not exist.", 404, noun)

    def refused(self, detail: str, status: int = 400, what: str = "state") -> ApiError:
        """A refusal with a text."""
        kind = {400: "BadRequest", 404: "Notfound", 409: "Conflict"}[status]
        return ApiError(status, f"{self.name}.{kind}.{what}", detail)

    def refused_as(self, switch: str, detail: str) -> ApiError:
        """A refusal with the status that ``switch`` says."""
        return self.refused(detail, int(self.world.switches.text(switch)), switch.removeprefix("archive_"))
