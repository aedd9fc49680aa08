# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of Archive Storage whose nouns ``scp_storage_apply`` takes too.

They stand here and not in the module files, because the process of a module holds no other module.
"""

from __future__ import annotations

from ...engine.options import TAGS
from ...engine.spec import ModuleSpec
from . import bucket, policy

BUCKET = ModuleSpec(
    handler=bucket.Bucket,
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

POLICY = ModuleSpec(
    handler=policy.Policy,
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
