#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_job_info
short_description: Get information about archiving and recovery jobs
version_added: 0.1.0
description:
  - Read which archivings and recoveries of a bucket of Archive Storage began in a span of time, and how they ended. All pages are read.
  - Nothing found is an empty list, not an error, also where there is no such bucket.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  bucket:
    description:
      - Name or id of the bucket of Archive Storage.
    type: str
    required: true
  kind:
    description:
      - Only archivings, or only recoveries. Left out, first those, then these.
    type: str
    choices: [archiving, recovery]
  start_at_from:
    description:
      - Only jobs that began at this time or later, in the form V(2026-07-30T04:54:33+09:00), in UTC where it names no zone.
      - Left out, 31 days before O(start_at_to), or before now.
    type: str
  start_at_to:
    description:
      - Only jobs that began at this time or earlier. Left out, until now.
    type: str
  job_state:
    description:
      - Only jobs in this state, in the service's words, for example V(SUCCESS) or V(FAILED).
    type: str
  gather:
    description:
      - With V(detail), each job contains the progress of each of its paths. This costs a call for each job. The calls are sent in parallel.
    type: list
    elements: str
    choices: [detail]
    default: []
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListArchivingHistories, ListRecoveryHistories; for O(gather)
    ShowArchivingHistory, ShowRecoveryHistory. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_job
"""

EXAMPLES = r"""
---
- name: All of the last 31 days
  scp.storage.scp_archive_job_info:
    bucket: app-archive
  register: lately

- name: Recoveries of one month that failed, with their paths
  scp.storage.scp_archive_job_info:
    bucket: app-archive
    kind: recovery
    start_at_from: "2026-07-01T00:00:00+09:00"
    start_at_to: "2026-07-31T23:59:59+09:00"
    job_state: FAILED
    gather: [detail]

- name: Whether anything runs
  scp.storage.scp_archive_job_info:
    bucket: app-archive
    query: "length(jobs[?!end_at]) > `0`"
  register: busy
"""

RETURN = r"""
---
jobs:
  description: The jobs, each kind from the newest to the oldest.
  returned: success
  type: list
  elements: dict
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
      returned: for an archiving, when O(gather) has V(detail)
      type: list
      elements: dict
    recovery_infos:
      description: How far each path has come, with C(recovery_object_count) of C(total_object_count) objects and C(recovery_rate) in percent.
      returned: for a recovery, when O(gather) has V(detail)
      type: list
      elements: dict
  sample:
    - kind: archiving
      id: EXE-8f35b491-a060-453b-b825-e78440ca46de
      state: SUCCESS
      archiving_id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
      archiving_policy_id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
      start_at: "2026-07-30T00:00:00+09:00"
      end_at: "2026-07-30T00:03:10+09:00"
      bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: false
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: ListArchivingHistories
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import JOB_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
