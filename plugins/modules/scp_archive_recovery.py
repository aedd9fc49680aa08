#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_recovery
short_description: Recover archived objects
version_added: 0.1.0
description:
  - Recover archived objects, folders with their content, or one version of an object into a bucket of Object Storage, and wait for the end. This can
    take hours.
  - The API has no names for recoveries. The task identifies its recovery in the histories of the bucket, by target and paths.
  - If such a recovery runs, the task waits for it and starts no second one. If one succeeded within O(max_age), the task starts none. Other
    recoveries, including failed and cancelled ones, do not count, and the task starts a new one.
  - The histories show neither the version nor O(overwrite). If a recovery of the same object runs, the task waits for it, regardless of its version.
    A recovery that has ended counts only if the recovered size identifies its version.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: partial
    details: With O(max_age) 0, and if versions of an object have the same size, every run acts unless such a recovery is running.
options:
  bucket:
    description:
      - Name or id of the bucket of Archive Storage.
    type: str
    required: true
  recovery_target_bucket_name:
    description:
      - Name of the bucket of Object Storage to recover to.
    type: str
    required: true
  recovery_target_zone:
    description:
      - Zone of this bucket, for example V(kr-west1-sds). The zones of buckets have names that differ from other zones. It needs API version 1.3.
    type: str
  recovery_infos:
    description:
      - Files and folders to recover.
    type: list
    elements: dict
    suboptions:
      source_object_path:
        description: Path of a file, or of a folder, which ends in V(/).
        type: str
        required: true
      object_type:
        description: Type of the path.
        type: str
        choices: [FILE, FOLDER]
        required: true
  source_object_path:
    description:
      - Path of the object whose O(source_object_version) is recovered.
    type: str
  source_object_version:
    description:
      - Id of the version to recover. M(scp.storage.scp_archive_object_info) with O(scp.storage.scp_archive_object_info#module:versions_of)
        lists them.
    type: str
  overwrite:
    description:
      - Whether to replace objects with the same paths in the target.
    type: bool
    default: false
  max_age:
    description:
      - Maximum age of a successful recovery that counts as done, in seconds, or with a unit, for example V(30m), V(12h), V(7d) or V(2w).
      - With V(0), only a running recovery counts, so the task recovers again in every run.
    type: str
    default: 1d
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. The duration of a
        recovery depends on its size. If you run the task again, it continues to wait.
    type: int
    default: 7200
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListRecoveryHistories, ShowRecoveryHistory; for O(recovery_infos)
    ListBucketObjects, RecoverObjects; for O(source_object_version) ListBucketObjectVersions, RecoverObjectVersions. The names of the IAM actions that
    allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_job
  - module: scp.storage.scp_archive_object_info
"""

EXAMPLES = r"""
---
- name: Recover a file and a folder
  scp.storage.scp_archive_recovery:
    bucket: app-archive
    recovery_target_bucket_name: west-recovered
    recovery_infos:
      - source_object_path: readme.txt
        object_type: FILE
      - source_object_path: db/
        object_type: FOLDER
    overwrite: true

- name: List the versions of a file
  scp.storage.scp_archive_object_info:
    bucket: app-archive
    versions_of: readme.txt
    query: "versions[?!latest].object_version_id"
  register: older

- name: Recover an older version without waiting
  scp.storage.scp_archive_recovery:
    bucket: app-archive
    recovery_target_bucket_name: west-recovered
    source_object_path: readme.txt
    source_object_version: "{{ older.result[0] }}"
    overwrite: true
    wait: false
"""

RETURN = r"""
---
recovery:
  description: The recovery, as its history shows it.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the job's history.
      type: str
    recovery_id:
      description: Id of the recovery.
      type: str
    recovery_target_bucket_name:
      description: The target bucket of Object Storage.
      type: str
    state:
      description: State of the job, for example V(IN_PROGRESS), V(SUCCESS), V(FAILED) or V(CANCELLED).
      type: str
    start_at:
      description: When it began.
      type: str
    end_at:
      description: When it ended; V(null) while it runs.
      type: str
    bucket_id:
      description: Id of the bucket.
      type: str
    recovery_infos:
      description: How far each path has come, with C(recovery_object_count) of C(total_object_count) objects and C(recovery_rate) in percent.
      type: list
      elements: dict
  sample:
    id: EXE-9df439a5-9e6d-46a4-806e-1e9991520763
    recovery_id: ARC-f9eab563-312b-4bbf-a4bf-d377448d66b5
    state: SUCCESS
    recovery_target_bucket_name: west-recovered
    start_at: "2026-07-30T13:54:33+09:00"
    end_at: "2026-07-30T14:20:05+09:00"
    bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
    recovery_infos:
      - source_object_path: readme.txt
        usage: "1024"
        total_object_count: 1
        recovery_object_count: 1
        recovery_rate: 100
joined:
  description: Whether the recovery had begun, or was done, before the task.
  returned: success
  type: bool
  sample: false
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [RecoverObjects]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: RecoverObjects
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import RECOVERY as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
