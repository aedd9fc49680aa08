#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_policy
short_description: Manage the archiving policy of an Archive Storage bucket
version_added: 0.1.0
description:
  - Set which bucket of Object Storage a bucket of Archive Storage archives, and the age at which objects are archived. The service archives once a
    day.
  - A bucket archives one other bucket. Its first policy selects this bucket permanently. A different bucket is an error.
  - Up to API version 1.2, a bucket has one policy for all objects, which has no name. With version 1.3, a bucket can have several policies, each with a name
    and a path prefix, and policies can be deleted.
  - A policy is found by its O(name), or else by its O(object_path). If no policy has the name, the policy with the path is renamed, unless
    O(state=absent).
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  bucket:
    description:
      - Name or id of the bucket of Archive Storage that receives the objects.
    type: str
    required: true
  name:
    description:
      - Name of the policy. Names need API version 1.3, which requires one. The default for a new policy is the name of the bucket that it archives, followed
        by the path if it has one.
    type: str
  archiving_source_bucket_name:
    description:
      - Name of the bucket of Object Storage to archive. Required for the first policy of a bucket.
    type: str
  archiving_source_zone:
    description:
      - Zone of this bucket, for example V(kr-west1-sds). The zones of buckets have names that differ from other zones. It needs API version 1.3, and is used
        only for a new policy.
    type: str
  object_path:
    description:
      - Prefix of the paths of the objects to archive. V(/) is the whole bucket, and the default for a new policy. Any other prefix needs API version 1.3.
    type: str
  object_lifecycle:
    description:
      - Number of days after which an object is archived, at least 1. Required to create a policy.
      - The service stores it as text. A number and text with the same number are equal.
    type: str
  state:
    description:
      - With V(active), the policy runs every day. With V(inactive), it does not run. A missing policy is created.
      - With V(absent), the policy is deleted. This needs API version 1.3. Policies are also deleted with their bucket.
      - An archiving that is running continues. Use M(scp.storage.scp_archive_job) to cancel it.
    type: str
    choices: [active, inactive, absent]
    default: active
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListArchivingPolicies, ShowArchivingPolicy; to change
    CreateArchivingPolicy, SetArchivingPolicy, SetArchivingPolicyState, DeleteArchivingPolicy. The names of the IAM actions that allow them are not
    published for this service."
seealso:
  - module: scp.storage.scp_archive_policy_info
  - module: scp.storage.scp_archive_bucket
  - module: scp.storage.scp_archive_job
"""

EXAMPLES = r"""
---
- name: Archive objects after thirty days
  scp.storage.scp_archive_policy:
    bucket: app-archive
    archiving_source_bucket_name: west-app-logs
    object_lifecycle: 30

- name: Archive objects after a week
  scp.storage.scp_archive_policy:
    bucket: app-archive
    object_lifecycle: 7

- name: Pause archiving
  scp.storage.scp_archive_policy:
    bucket: app-archive
    state: inactive
"""

RETURN = r"""
---
policy:
  description: The policy.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the policy.
      type: str
    bucket_id:
      description: Id of the bucket that archives.
      type: str
    name:
      description: Name of the policy. It is V(null) up to API version 1.2.
      type: str
    archiving_source:
      description: What is archived. C(bucket_name) is the bucket of Object Storage, C(zone) is its zone if it is known, and C(object_path) is the path in it.
      type: dict
    object_lifecycle:
      description: Age in days at which an object is archived. The service returns it as a text.
      type: str
    state:
      description: V(ACTIVE), or V(INACTIVE) if it does not run.
      type: str
  sample:
    id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
    bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
    name: nightly
    archiving_source:
      bucket_name: west-app-logs
      object_path: /
      zone: kr-west1-sds
    object_lifecycle: "30"
    state: ACTIVE
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateArchivingPolicy]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: CreateArchivingPolicy
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import POLICY as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
