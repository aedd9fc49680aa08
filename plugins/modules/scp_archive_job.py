#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_job
short_description: Wait for or cancel an archiving or recovery job
version_added: 0.1.0
description:
  - Wait until an archiving or a recovery of a bucket of Archive Storage has ended, or cancel it.
  - The API cannot start an archiving. A policy does that once a day, see M(scp.storage.scp_archive_policy). M(scp.storage.scp_archive_recovery)
    starts a recovery.
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
      - Name or id of the bucket of Archive Storage.
    type: str
    required: true
  kind:
    description:
      - Kind of the job.
    type: str
    choices: [archiving, recovery]
    required: true
  job:
    description:
      - Id of the job's history (C(EXE-)…), or V(latest) for the newest job of the last 31 days.
    type: str
    default: latest
  state:
    description:
      - V(finished) waits until the job has ended, and fails unless the job succeeded. If there is no latest job, the task fails.
      - V(cancelled) cancels a running job. Completed parts of the job remain. A job that has ended is not changed.
    type: str
    choices: [finished, cancelled]
    default: finished
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. The duration of a job
        depends on its size. If you run the task again, it continues to wait.
    type: int
    default: 7200
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket; ListArchivingHistories, ShowArchivingHistory, CancelArchiving, or
    ListRecoveryHistories, ShowRecoveryHistory, CancelRecovery. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_job_info
  - module: scp.storage.scp_archive_recovery
  - module: scp.storage.scp_archive_policy
"""

EXAMPLES = r"""
---
- name: Wait for the end of the newest recovery
  scp.storage.scp_archive_job:
    bucket: app-archive
    kind: recovery
  register: outcome

- name: Show how many objects were recovered
  ansible.builtin.debug:
    msg: "{{ outcome.job.recovery_infos | map(attribute='recovery_object_count') | sum }}"

- name: Cancel today's archiving
  scp.storage.scp_archive_job:
    bucket: app-archive
    kind: archiving
    state: cancelled
"""

RETURN = r"""
---
job:
  description: The job, as its history shows it.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the job's history.
      type: str
    kind:
      description: V(archiving) or V(recovery).
      type: str
    archiving_policy_id:
      description: Id of the policy that ran.
      returned: for an archiving
      type: str
    recovery_target_bucket_name:
      description: The target bucket of Object Storage.
      returned: for a recovery
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
    archiving_infos:
      description: How far each path has come, with C(archiving_object_count) of C(total_object_count) objects and C(archiving_rate) in percent.
      returned: for an archiving
      type: list
      elements: dict
    recovery_infos:
      description: How far each path has come, with C(recovery_object_count) of C(total_object_count) objects and C(recovery_rate) in percent.
      returned: for a recovery
      type: list
      elements: dict
  sample:
    kind: archiving
    id: EXE-8f35b491-a060-453b-b825-e78440ca46de
    state: SUCCESS
    archiving_id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
    archiving_policy_id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
    start_at: "2026-07-30T00:00:00+09:00"
    end_at: "2026-07-30T00:03:10+09:00"
    bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
    archiving_infos:
      - source_object_path: /
        usage: "1151232"
        total_object_count: 4
        archiving_object_count: 4
        archiving_rate: 100
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CancelArchiving]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: CancelArchiving
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import JOB as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
