# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive Storage 1.1: all 25 operations (reference: Archive Storage), and what 1.3 does otherwise.

1.2 came between them. Its bodies are not known.
"""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Change, Operation, Repeat, Service

SERVICE = Service("archivestorage", "1.1", "Archive Storage", newer=("1.3",))

_operation = partial(Operation, SERVICE)
#: From 1.3 on, the bucket that objects are recovered to has a zone.
_TARGET_IN_A_ZONE = Change(
    "1.3",
    body=("recovery_target_zone",),
    places={
        "recovery_target_bucket_name": "recovery_target.bucket_name",
        "recovery_target_zone": "recovery_target.zone",
    },
)

SHOW_ARCHIVING_HISTORY = _operation(
    "ShowArchivingHistory", "GET", "/v1/archiving-histories/detail", query=("id", "bucket_id")
)
LIST_ARCHIVING_HISTORIES = _operation(
    "ListArchivingHistories",
    "GET",
    "/v1/archiving-histories",
    query=("bucket_id", "start_at_from", "start_at_to", "state", "limit", "offset"),
    paging=Paging("contents", "total_count", "offset"),
    changes=(Change("1.3", query=("archiving_policy_id",), required=("archiving_policy_id",)),),
)
CANCEL_ARCHIVING = _operation(
    "CancelArchiving", "PUT", "/v1/archiving-histories/cancel-archiving", query=("id", "bucket_id")
)
CREATE_ARCHIVING_POLICY = _operation(
    "CreateArchivingPolicy",
    "POST",
    "/v1/archiving-policies",
    query=("bucket_id",),
    body=("archiving_source_bucket_name", "object_lifecycle", "object_path"),
    repeat=Repeat.CREATES,
    changes=(
        Change(
            "1.3",
            body=("archiving_policy_name", "archiving_source_zone"),
            required=("archiving_policy_name",),
            places={
                "archiving_source_bucket_name": "archiving_source.bucket_name",
                "archiving_source_zone": "archiving_source.zone",
                "object_path": "archiving_prefix",
            },
        ),
    ),
)
SHOW_ARCHIVING_POLICY = _operation(
    "ShowArchivingPolicy",
    "GET",
    "/v1/archiving-policies/{archiving_policy_id}",
    query=("bucket_id",),
    changes=(
        Change(
            "1.3",
            answers={
                "id": "archiving_policy.id",
                "name": "archiving_policy.name",
                "object_lifecycle": "archiving_policy.object_lifecycle",
                "state": "archiving_policy.state",
                "archiving_prefix": "archiving_policy.archiving_prefix",
                "archiving_source_bucket_name": "archiving_source_bucket.name",
                "archiving_source_zone": "archiving_source_bucket.zone",
            },
        ),
    ),
)
LIST_ARCHIVING_POLICIES = _operation(
    "ListArchivingPolicies",
    "GET",
    "/v1/archiving-policies",
    query=("bucket_id",),
    paging=Paging("archiving_policies", "count"),
    changes=(
        Change(
            "1.3",
            answers={
                "archiving_source_bucket_name": "archiving_source_bucket.name",
                "archiving_source_zone": "archiving_source_bucket.zone",
            },
        ),
    ),
)
SET_ARCHIVING_POLICY = _operation(
    "SetArchivingPolicy",
    "PUT",
    "/v1/archiving-policies/{archiving_policy_id}",
    query=("bucket_id",),
    body=("object_lifecycle",),
    changes=(Change("1.3", body=("archiving_policy_name",), required=("archiving_policy_name",)),),
)
SET_ARCHIVING_POLICY_STATE = _operation(
    "SetArchivingPolicyState",
    "PUT",
    "/v1/archiving-policies/{archiving_policy_id}/state",
    query=("bucket_id",),
    body=("state",),
)
DELETE_ARCHIVING_POLICY = _operation(
    "DeleteArchivingPolicy",
    "DELETE",
    "/v1/archiving-policies/{archiving_policy_id}",
    query=("bucket_id",),
    since="1.3",
)
CREATE_BUCKET = _operation("CreateBucket", "POST", "/v1/buckets", body=("name", "tags"), repeat=Repeat.BOUNDED)
SHOW_BUCKET = _operation("ShowBucket", "GET", "/v1/buckets/{bucket_id}")
SHOW_BUCKET_ENCRYPTION = _operation("ShowBucketEncryption", "GET", "/v1/buckets/{bucket_id}/encryption")
SHOW_BUCKET_VERSIONING = _operation("ShowBucketVersioning", "GET", "/v1/buckets/{bucket_id}/versioning")
LIST_BUCKET_OBJECT_VERSIONS = _operation(
    "ListBucketObjectVersions",
    "GET",
    "/v1/buckets/{bucket_id}/object-versions",
    query=("object_path", "offset", "limit"),
    paging=Paging("contents", "count", "offset", key="object_version_id"),
)
LIST_BUCKET_OBJECTS = _operation(
    "ListBucketObjects",
    "GET",
    "/v1/buckets/{bucket_id}/objects",
    query=("marker", "object_path", "object_name", "object_type", "limit"),
    paging=Paging("contents", "count", size="limit", marker="marker", truncated="is_truncated", key="object_name"),
)
LIST_BUCKETS = _operation(
    "ListBuckets", "GET", "/v1/buckets", query=("name", "limit"), paging=Paging("buckets", limit_only=True)
)
SET_BUCKET_ENCRYPTION = _operation(
    "SetBucketEncryption", "PUT", "/v1/buckets/{bucket_id}/encryption", body=("enabled",)
)
SET_BUCKET_VERSIONING = _operation(
    "SetBucketVersioning", "PUT", "/v1/buckets/{bucket_id}/versioning", body=("enabled",)
)
RECOVER_OBJECT_VERSIONS = _operation(
    "RecoverObjectVersions",
    "PUT",
    "/v1/buckets/{bucket_id}/recover-object-versions",
    body=("recovery_target_bucket_name", "source_object_path", "source_object_version", "overwrite"),
    repeat=Repeat.DESTROYS,
    changes=(_TARGET_IN_A_ZONE,),
)
RECOVER_OBJECTS = _operation(
    "RecoverObjects",
    "PUT",
    "/v1/buckets/{bucket_id}/recover-objects",
    body=("recovery_target_bucket_name", "recovery_infos", "overwrite"),
    repeat=Repeat.DESTROYS,
    changes=(_TARGET_IN_A_ZONE,),
)
DELETE_BUCKET = _operation("DeleteBucket", "DELETE", "/v1/buckets/{bucket_id}")
DELETE_BUCKET_OBJECT_VERSIONS = _operation(
    "DeleteBucketObjectVersions", "DELETE", "/v1/buckets/{bucket_id}/object-versions", body=("path", "versions")
)
DELETE_BUCKET_OBJECTS = _operation("DeleteBucketObjects", "DELETE", "/v1/buckets/{bucket_id}/objects", body=("paths",))
SHOW_RECOVERY_HISTORY = _operation(
    "ShowRecoveryHistory", "GET", "/v1/recovery-histories/detail", query=("id", "bucket_id")
)
LIST_RECOVERY_HISTORIES = _operation(
    "ListRecoveryHistories",
    "GET",
    "/v1/recovery-histories",
    query=("bucket_id", "start_at_from", "start_at_to", "state", "limit", "offset"),
    paging=Paging("contents", "total_count", "offset"),
)
CANCEL_RECOVERY = _operation(
    "CancelRecovery", "PUT", "/v1/recovery-histories/cancel-recovery", query=("id", "bucket_id")
)
