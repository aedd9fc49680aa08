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
  - A name is taken by one bucket of a region, whosever it is, and for an hour after its bucket has gone.
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
      - Name of the bucket, 3 to 63 characters, lower-case letters, digits, dots and hyphens, a letter or a digit at both ends,
        no two dots in parallel, no dot beside a hyphen, no IP address, and not V(admin).
    type: str
  bucket_id:
    description:
      - Id of an existing bucket.
    type: str
  state:
    description:
      - With V(present), the bucket is created where it does not exist.
      - With V(absent), the bucket is deleted, and with it its archiving policies and its histories. To delete one in which an archiving or a
        recovery runs is an error that names it; M(scp.storage.scp_archive_job) waits for it or cancels it. Whether a bucket with objects in it
        can be deleted, the service decides; M(scp.storage.scp_archive_object) deletes them.
    type: str
    choices: [present, absent]
    default: present
  versioning:
    description:
      - Whether the bucket keeps the older versions of its objects. Left alone where it is left out.
      - After V(false), the versions that it has stay until they are deleted.
    type: bool
  encryption:
    description:
      - Whether the bucket is encrypted. Left alone where it is left out.
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
- name: A bucket that keeps older versions, encrypted
  scp.storage.scp_archive_bucket:
    name: app-archive
    versioning: true
    encryption: true
    tags:
      - key: team
        value: web
  register: app_archive

- name: Older versions are kept no longer
  scp.storage.scp_archive_bucket:
    bucket_id: "{{ app_archive.bucket.id }}"
    versioning: false

- name: The bucket is gone
  scp.storage.scp_archive_bucket:
    name: app-archive
    state: absent
"""

RETURN = r"""
---
bucket:
  description: The bucket, as far as it is known.
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
