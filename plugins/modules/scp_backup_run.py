#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_run
short_description: Run a backup job if the last successful one is too old
version_added: 0.1.0
description:
  - Run a backup by hand, beside its schedules, and wait until its job has ended. Such a run is always a full one.
  - A job of the backup that is running already, by hand or by a schedule, is joined; the API lets only one run at a time.
  - A job that fails makes the task fail, with the entry of the history in the result. The API gives no reason, so the error shows what is
    known of the server and of the agent that the backup needs.
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
    details: With O(max_age). Without, it backs up in every run.
options:
  backup:
    description:
      - Name or id of the backup.
    type: str
    required: true
  max_age:
    description:
      - Back up only when the last success began longer ago than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
      - Successes of the schedules count as well, incremental ones too. A partial success counts with O(allow_partial).
    type: str
  allow_partial:
    description:
      - Whether a job that ends as V(PARTIAL_SUCCESS) is good enough. Otherwise it fails the task, as one that failed does.
    type: bool
    default: false
  state:
    description:
      - With V(present) a job runs, or has run.
    type: str
    choices: [present]
    default: present
  wait_timeout:
    description:
      - Seconds to wait at most. On timeout, the task fails, reports the last state, and returns the available result. If you run the task again, it
        waits for the restore that is in progress.
      - The task reads the state at least every 30 seconds. A reading call that fails does not end the wait.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListBackupHistories; to run it CreateManualBackup and
    ListRestoreTargets; to show why a job failed ShowBackupAgent, ListBackupAgentTargets and ListBackupTargets."
  - The API has no call that ends a job.
  - A replica cannot be run. It gets its restore points from its original.
seealso:
  - module: scp.storage.scp_backup
    description: Makes backups, with their schedules.
  - module: scp.storage.scp_backup_info
    description: Reads the histories.
"""

EXAMPLES = r"""
---
- name: A backup that is not older than a day, whatever the schedules did
  scp.storage.scp_backup_run:
    backup: web-image
    max_age: 24h

- name: A backup before the upgrade
  scp.storage.scp_backup_run:
    backup: web-image
  register: before_upgrade

- name: What to go back to, for scp_backup_restore
  ansible.builtin.debug:
    msg: "{{ before_upgrade.restore_point.restore_target_id }}"
"""

RETURN = r"""
---
history:
  description: The job that was run, joined, or is young enough, as the histories of the backup show it. Also returned when it failed.
  returned: when the backup is there; empty where there is none
  type: dict
  contains:
    backup_id:
      description: Id of the backup.
      type: str
    backup_job_guid:
      description: Id of the job.
      type: str
    backup_job_state:
      description: V(INPROGRESS), V(SUCCESS), V(PARTIAL_SUCCESS) or V(FAILED).
      type: str
    backup_start_time:
      description: When it began, which is the moment that it keeps.
      type: str
    backup_end_time:
      description: When it ended; V(null) while it runs.
      type: str
    schedule_id:
      description: Id of the schedule that the job is of.
      type: str
    schedule_name:
      description: Name of that schedule. The service has one for runs by hand.
      type: str
  sample:
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_job_guid: 3b1da7ba-3f38-45cb-9538-e921826f80d7
    backup_job_state: SUCCESS
    backup_start_time: "2026-10-01T15:00:00Z"
    backup_end_time: "2026-10-01T15:24:10Z"
    schedule_id: f5b8e22b-0d88-4698-9996-fb44217c8227
    schedule_name: FULL_WEEKLY_15:00:00-chg4By
restore_point:
  description:
    - The restore point that the job has made. V(null) where none was run or joined, in check mode, without O(wait), and where none was
      listed a while after the job had ended.
  returned: success
  type: dict
  sample:
    restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_start_time: "2026-10-01T15:00:00Z"
    schedule_name: FULL_WEEKLY_15:00:00-chg4By
    is_restore_available: true
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [ManualBackup]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: ManualBackup
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import RUN as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
