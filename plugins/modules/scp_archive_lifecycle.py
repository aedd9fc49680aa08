#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_lifecycle
short_description: Manage archive buckets and what they archive, as a list
version_added: 0.1.0
description:
  - Create buckets of Archive Storage, set their versioning and encryption, and let each archive a bucket of Object Storage every day, for a
    whole list in one task and in parallel.
  - All blockers of all buckets are reported at once, before anything is changed. If a call fails later, the other buckets are completed first.
    Then the task fails and lists the failures. Run it again to continue.
  - Nothing is deleted. The service cannot delete a policy. Set the C(state) of a bucket to V(inactive) to end archiving.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.workflow
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Includes the policies of buckets that are only planned.
options:
  buckets:
    description:
      - Buckets of Archive Storage. Each item is a name or a dictionary.
      - "Keys of a dictionary: C(name) (required), C(region), C(versioning), C(encryption), C(tags), C(archiving_source_bucket_name),
        C(object_lifecycle), C(state). They have the same meaning as the options of these names, which are the defaults for all items."
      - C(archiving_source_bucket_name) is the bucket of Object Storage that it archives. Without it, the bucket archives nothing by this task.
        A bucket archives the same bucket permanently.
      - C(state) is V(active) (the default), or V(inactive) for a policy that does not archive.
      - Text is also accepted, for example from a survey. It contains the list in JSON or YAML, or names separated by commas or spaces.
      - All invalid items are reported at once, before any call.
    type: raw
    required: true
  versioning:
    description:
      - Whether buckets keep older versions. If not set, existing resources are not changed.
    type: bool
  encryption:
    description:
      - Whether buckets are encrypted. If not set, existing resources are not changed.
    type: bool
  tags:
    description:
      - Tags of the buckets, as a dictionary or as a list of dictionaries with C(key) and C(value). Missing tags are added and different values are
        changed, through Resource Manager.
    type: raw
  object_lifecycle:
    description:
      - Number of days after which objects are archived, for buckets that have C(archiving_source_bucket_name).
    type: str
  wait_timeout:
    description:
      - Maximum number of seconds to wait for each step of a bucket.
    type: int
    default: 600
notes:
  - "Operations used, in C(archivestorage): ListBuckets, ShowBucket, ShowBucketVersioning, ShowBucketEncryption, ListArchivingPolicies,
    ShowArchivingPolicy; to change CreateBucket, SetBucketVersioning, SetBucketEncryption, CreateArchivingPolicy, SetArchivingPolicy,
    SetArchivingPolicyState. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_bucket
  - module: scp.storage.scp_archive_policy
  - module: scp.storage.scp_storage_apply
"""

EXAMPLES = r"""
---
- name: Archive the logs of all applications
  scp.storage.scp_archive_lifecycle:
    encryption: true
    object_lifecycle: 30
    buckets:
      - name: shop-archive
        archiving_source_bucket_name: west-app-logs
      - name: audit-archive
        archiving_source_bucket_name: west-recovered
        object_lifecycle: 7
        versioning: true
      - empty-archive
  register: archives

- name: Show what each bucket has
  ansible.builtin.debug:
    msg: "{{ archives.table }}"

- name: End archiving into one bucket
  scp.storage.scp_archive_lifecycle:
    buckets:
      - name: audit-archive
        archiving_source_bucket_name: west-recovered
        object_lifecycle: 7
        state: inactive
"""

RETURN = r"""
---
buckets:
  description: The settings of each bucket, in the order of the list. In check mode, the settings after a real run.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    name:
      description: Name of the bucket.
      type: str
    region:
      description: Region of the bucket.
      type: str
    id:
      description: Id of the bucket.
      type: str
    state:
      description: State of the bucket.
      type: str
    versioning:
      description: Whether it keeps older versions. Null if the list does not set it.
      type: bool
    encryption:
      description: Whether it is encrypted. Null if the list does not set it.
      type: bool
    policy:
      description: Its policy as M(scp.storage.scp_archive_policy) returns it. Null if the list does not name a bucket to archive.
      type: dict
    change:
      description: V(created), V(changed), V(unchanged), V(failed), or V(skipped) if nothing was changed because of a blocker of another item.
      type: str
    operations:
      description: The API operations that changed something, by their C(operationId). In check mode, the operations that a real run would send.
      type: list
      elements: str
    message:
      description: Why it failed. Empty otherwise.
      type: str
  sample:
    - name: shop-archive
      region: kr-west1
      id: b6f3a2f0e4d14b7c9e2a7c2f6f0a1b3d
      state: ACTIVE
      versioning:
      encryption: true
      policy:
        id: 0c4e0b8f2a2f4a36a3f1d3a1e5b7c9d2
        archiving_source:
          bucket_name: west-app-logs
          object_path: /
        object_lifecycle: "30"
        state: ACTIVE
      change: created
      operations: [CreateBucket, SetBucketEncryption, CreateArchivingPolicy]
      message: ""
table:
  description: The same as a table of text, one line for each bucket.
  returned: unless the list is invalid
  type: list
  elements: str
summary:
  description: How many buckets were created, changed, are unchanged, or failed, in one line.
  returned: unless the list is invalid
  type: str
  sample: 1 created, 0 changed, 2 unchanged, 0 failed
failures:
  description: A line for each failure, with the names of the buckets. Equal failures share one line.
  returned: unless the list is invalid
  type: list
  elements: str
  sample: []
operations:
  description:
    - The API operations that changed something, by their C(operationId), in the order of the list. In check mode, the operations that a real run
      would send.
  returned: always
  type: list
  elements: str
  sample: [CreateBucket, SetBucketEncryption, CreateArchivingPolicy]
error:
  description: Details of the first failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: CreateArchivingPolicy
    region: kr-west1
    status: 404
    code: NOT_FOUND
    detail: There is no such bucket.
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.specs import ARCHIVE_LIFECYCLE as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
