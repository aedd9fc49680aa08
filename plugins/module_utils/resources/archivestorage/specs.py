# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules of Archive Storage: their options, and what handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.deferred import deferred
from ...engine.options import TAGS, gather_option
from ...engine.spec import ModuleSpec

if TYPE_CHECKING:
    from . import bucket, job, objects, policy, recovery
else:
    bucket, job, objects, policy, recovery = deferred(__package__, "bucket", "job", "objects", "policy", "recovery")

BUCKET = ModuleSpec(
    load=lambda: bucket.Bucket,
    options={
        "name": {"type": "str"},
        "bucket_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "versioning": {"type": "bool"},
        "encryption": {"type": "bool"},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "bucket_id")]},
)

BUCKET_INFO = ModuleSpec(
    load=lambda: bucket.BucketInfo,
    options={
        "name": {"type": "str"},
        "bucket_id": {"type": "str"},
        "tags": TAGS,
        "gather": gather_option("versioning", "encryption", "policies", "tags"),
    },
    rules={"mutually_exclusive": [("name", "bucket_id")]},
)

POLICY = ModuleSpec(
    load=lambda: policy.Policy,
    options={
        "bucket": {"type": "str", "required": True},
        "name": {"type": "str"},
        "archiving_source_bucket_name": {"type": "str"},
        "archiving_source_zone": {"type": "str"},
        "object_path": {"type": "str"},
        "object_lifecycle": {"type": "str"},
        "state": {"type": "str", "choices": ["active", "inactive", "absent"], "default": "active"},
    },
)

POLICY_INFO = ModuleSpec(
    load=lambda: policy.PolicyInfo,
    options={"bucket": {"type": "str", "required": True}},
)

OBJECT = ModuleSpec(
    load=lambda: objects.Objects,
    options={
        "bucket": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["absent"], "required": True},
        "paths": {"type": "list", "elements": "str"},
        "path": {"type": "str"},
        "versions": {"type": "list", "elements": "str"},
    },
    rules={
        "required_one_of": [("paths", "path")],
        "mutually_exclusive": [("paths", "path"), ("paths", "versions")],
        "required_together": [("path", "versions")],
    },
)

OBJECT_INFO = ModuleSpec(
    load=lambda: objects.ObjectInfo,
    options={
        "bucket": {"type": "str", "required": True},
        "object_path": {"type": "str"},
        "object_name": {"type": "str"},
        "object_type": {"type": "str", "choices": ["FILE", "FOLDER"]},
        "versions_of": {"type": "str"},
    },
    rules={
        "mutually_exclusive": [(name, "versions_of") for name in ("object_path", "object_name", "object_type")],
    },
)

JOB = ModuleSpec(
    load=lambda: job.Job,
    options={
        "bucket": {"type": "str", "required": True},
        "kind": {"type": "str", "choices": ["archiving", "recovery"], "required": True},
        "job": {"type": "str", "default": "latest"},
        "state": {"type": "str", "choices": ["finished", "cancelled"], "default": "finished"},
    },
    wait_timeout=7200,
)

JOB_INFO = ModuleSpec(
    load=lambda: job.JobInfo,
    options={
        "bucket": {"type": "str", "required": True},
        "kind": {"type": "str", "choices": ["archiving", "recovery"]},
        "start_at_from": {"type": "str"},
        "start_at_to": {"type": "str"},
        "job_state": {"type": "str"},
        "gather": gather_option("detail"),
    },
)

RECOVERY = ModuleSpec(
    load=lambda: recovery.Recovery,
    options={
        "bucket": {"type": "str", "required": True},
        "recovery_target_bucket_name": {"type": "str", "required": True},
        "recovery_target_zone": {"type": "str"},
        "recovery_infos": {
            "type": "list",
            "elements": "dict",
            "options": {
                "source_object_path": {"type": "str", "required": True},
                "object_type": {"type": "str", "choices": ["FILE", "FOLDER"], "required": True},
            },
        },
        "source_object_path": {"type": "str"},
        "source_object_version": {"type": "str"},
        "overwrite": {"type": "bool", "default": False},
        "max_age": {"type": "str", "default": "1d"},
    },
    wait_timeout=7200,
    rules={
        "required_one_of": [("recovery_infos", "source_object_path")],
        "mutually_exclusive": [("recovery_infos", "source_object_path"), ("recovery_infos", "source_object_version")],
        "required_together": [("source_object_path", "source_object_version")],
    },
)
