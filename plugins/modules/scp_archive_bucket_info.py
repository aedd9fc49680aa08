#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_bucket_info
short_description: Get information about Archive Storage buckets
version_added: 0.1.0
description:
  - Read buckets of Archive Storage, all of them or those that match, with the additional parts in O(gather).
  - If nothing is found, the result is an empty list and not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
  - scp.storage.tag_filter
options:
  name:
    description:
      - Only the bucket of exactly this name.
    type: str
  bucket_id:
    description:
      - Only the bucket with this id.
    type: str
  gather:
    description:
      - Parts to read for each bucket. Each costs a call for each bucket; they are sent in parallel.
      - V(tags) adds RV(buckets[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [versioning, encryption, policies, tags]
    default: []
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, and ShowBucket for each bucket; for O(gather) ShowBucketVersioning,
    ShowBucketEncryption and ListArchivingPolicies. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_bucket
"""

EXAMPLES = r"""
---
- name: All buckets
  scp.storage.scp_archive_bucket_info:
  register: all_buckets

- name: One bucket with all that the API shows it
  scp.storage.scp_archive_bucket_info:
    name: app-archive
    gather: [versioning, encryption, policies]

- name: Which buckets archive something
  scp.storage.scp_archive_bucket_info:
    query: "buckets[?archiving_source_bucket_name].name"
  register: archiving_buckets
"""

RETURN = r"""
---
buckets:
  description: The buckets that fit, by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the bucket.
      type: str
    name:
      description: Name of the bucket.
      type: str
    state:
      description: State of the bucket, for example V(ACTIVE).
      type: str
    usage:
      description: How much is in it, in the service's words.
      type: str
    archiving_source_bucket_name:
      description: The bucket of Object Storage that it archives; V(null) until it has its first policy.
      type: str
    versioning:
      description: Whether it keeps older versions of objects.
      returned: when O(gather) has V(versioning)
      type: bool
    encryption:
      description: Whether it is encrypted.
      returned: when O(gather) has V(encryption)
      type: bool
    policies:
      description: Its archiving policies, as M(scp.storage.scp_archive_policy_info) returns them.
      returned: when O(gather) has V(policies)
      type: list
      elements: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
    - id: 3d036efe-f576-48b0-8375-6d3704a95b63
      name: app-archive
      state: ACTIVE
      usage: "1151232"
      archiving_source_bucket_name: west-app-logs
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [app-archive]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: ListBuckets
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import BUCKET_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
