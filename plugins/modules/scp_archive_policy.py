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
  - Say which bucket of Object Storage a bucket of Archive Storage archives, and how old objects are when they are archived. The service looks once
    a day.
  - A bucket archives one other bucket. Its first policy sets which one, for good; to ask for another is an error.
  - The API cannot delete a policy, so there is no O(state) for that; an inactive one does nothing. Policies go with their bucket.
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
      - Name or id of the bucket of Archive Storage that takes the objects.
    type: str
    required: true
  archiving_source_bucket_name:
    description:
      - Name of the bucket of Object Storage that is archived. Needed for the first policy of a bucket.
    type: str
  object_path:
    description:
      - What is archived of that bucket. The service takes the whole of it only.
    type: str
    choices: [/]
    default: /
  object_lifecycle:
    description:
      - After how many days an object is archived, 1 or more. Required to create a policy.
      - The service has it as a text. A number and a text of the same number are the same.
    type: str
  state:
    description:
      - With V(active), the policy runs every day. With V(inactive), it does not. It is created where it does not exist.
      - What runs already goes on; M(scp.storage.scp_archive_job) cancels it.
    type: str
    choices: [active, inactive]
    default: active
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListArchivingPolicies, ShowArchivingPolicy; to change
    CreateArchivingPolicy, SetArchivingPolicy, SetArchivingPolicyState. The names of the IAM actions that allow them are not published for this
    service."
seealso:
  - module: scp.storage.scp_archive_policy_info
  - module: scp.storage.scp_archive_bucket
  - module: scp.storage.scp_archive_job
"""

EXAMPLES = r"""
---
- name: Archive what is thirty days old
  scp.storage.scp_archive_policy:
    bucket: app-archive
    archiving_source_bucket_name: west-app-logs
    object_lifecycle: 30

- name: Archive it after a week already
  scp.storage.scp_archive_policy:
    bucket: app-archive
    object_lifecycle: 7

- name: Archive nothing for the time being
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
    archiving_source:
      description: What is archived, C(bucket_name) of Object Storage and C(object_path) in it.
      type: dict
    object_lifecycle:
      description: How many days old an object is when it is archived. The service has it as a text.
      type: str
    state:
      description: V(ACTIVE), or V(INACTIVE) where it does not run.
      type: str
  sample:
    id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
    bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
    archiving_source:
      bucket_name: west-app-logs
      object_path: /
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
