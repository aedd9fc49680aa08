#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_bucket
short_description: Manage Archive Storage buckets
version_added: 0.1.0
description:
  - Create and delete buckets of Archive Storage, and set their versioning and their encryption.
  - In a region, a name belongs to one bucket of all accounts. It stays reserved for an hour after its bucket was deleted.
  - The API cannot change the name of a bucket.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.tags
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  name:
    description:
      - Name of the bucket, 3 to 63 lower-case letters, digits, dots and hyphens. It begins and ends with a letter or a digit. Two adjacent dots, a
        dot next to a hyphen, IP addresses and V(admin) are not valid.
    type: str
  bucket_id:
    description:
      - Id of an existing bucket.
    type: str
  state:
    description:
      - V(present) creates the bucket if it does not exist, and changes it.
      - V(absent) deletes the bucket with its archiving policies and its histories. If an archiving or a recovery runs in the bucket, the task fails
        and names it. Use M(scp.storage.scp_archive_job) to wait for it or to cancel it. The service decides whether a bucket with objects can be
        deleted. Use M(scp.storage.scp_archive_object) to delete the objects.
    type: str
    choices: [present, absent]
    default: present
  versioning:
    description:
      - Whether the bucket keeps older versions of its objects. If omitted, it is not changed.
      - With V(false), existing versions remain until they are deleted.
    type: bool
  encryption:
    description:
      - Whether the bucket is encrypted. If omitted, it is not changed.
    type: bool
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket; to change CreateBucket, DeleteBucket; for O(versioning)
    ShowBucketVersioning, SetBucketVersioning; for O(encryption) ShowBucketEncryption, SetBucketEncryption; to delete also ListArchivingHistories,
    ShowArchivingHistory, ListRecoveryHistories, ShowRecoveryHistory. The names of the IAM actions that allow them are not published for this
    service."
seealso:
  - module: scp.storage.scp_archive_bucket_info
  - module: scp.storage.scp_archive_policy
  - module: scp.storage.scp_archive_object
"""

EXAMPLES = r"""
---
- name: Create an encrypted bucket that keeps older versions
  scp.storage.scp_archive_bucket:
    name: app-archive
    versioning: true
    encryption: true
    tags:
      - key: team
        value: web
  register: app_archive

- name: Stop keeping older versions
  scp.storage.scp_archive_bucket:
    bucket_id: "{{ app_archive.bucket.id }}"
    versioning: false

- name: Delete the bucket
  scp.storage.scp_archive_bucket:
    name: app-archive
    state: absent
"""

RETURN = r"""
---
bucket:
  description: The bucket, with the fields that are known.
  returned: success
  type: dict
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
      returned: when O(versioning) was given
      type: bool
    encryption:
      description: Whether it is encrypted.
      returned: when O(encryption) was given
      type: bool
  sample:
    id: 3d036efe-f576-48b0-8375-6d3704a95b63
    name: app-archive
    state: ACTIVE
    usage: "0"
    archiving_source_bucket_name: null
    versioning: true
    encryption: true
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateBucket, SetBucketVersioning, SetBucketEncryption]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: CreateBucket
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import BUCKET as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
