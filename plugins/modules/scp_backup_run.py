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
  - Run a backup in addition to its schedules, and wait until its job has ended. Such a job is always a full backup.
  - If a job of the backup is already running, started manually or by a schedule, the task waits for that job. The API allows only one job at a time.
  - If the job fails, the task fails, and the result contains the entry of the history. The API gives no reason. The error therefore shows the state
    of the server and of the agent that the backup needs.
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
    details: With O(max_age). Without it, every run creates a backup.
options:
  backup:
    description:
      - Name or id of the backup.
    type: str
    required: true
  max_age:
    description:
      - Run a job only if the last successful job began longer ago than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
      - Successful jobs of schedules also count, including incremental ones. A partial success counts only with O(allow_partial).
    type: str
  allow_partial:
    description:
      - Whether a job that ends with V(PARTIAL_SUCCESS) is accepted. Otherwise the task fails, as after a failed job.
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
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. If you run the task
        again, it waits for the job that is in progress.
      - The task reads the state at least every 30 seconds. A reading call that fails does not end the wait.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListBackupHistories; to run it CreateManualBackup and
    ListRestoreTargets; to show why a job failed ShowBackupAgent, ListBackupAgentTargets and ListBackupTargets."
  - The API has no call that ends a job.
  - You cannot run a replica. It gets its restore points from its original.
seealso:
  - module: scp.storage.scp_backup
    description: Manages backups with their schedules.
  - module: scp.storage.scp_backup_info
    description: Returns the histories.
"""

EXAMPLES = r"""
---
- name: Run a backup if the last one is older than a day
  scp.storage.scp_backup_run:
    backup: web-image
    max_age: 24h

- name: Run a backup before the upgrade
  scp.storage.scp_backup_run:
    backup: web-image
  register: before_upgrade

- name: Show the restore point for scp_backup_restore
  ansible.builtin.debug:
    msg: "{{ before_upgrade.restore_point.restore_target_id }}"
"""

RETURN = r"""
---
history:
  description: The job that the task ran or waited for, or that is recent enough, as the histories of the backup show it. Also returned after a
    failure.
  returned: when the backup exists; empty if there is none
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
      description: When the job began. The restore point has the data of this time.
      type: str
    backup_end_time:
      description: When it ended; V(null) while it runs.
      type: str
    schedule_id:
      description: Id of the schedule of the job.
      type: str
    schedule_name:
      description: Name of the schedule. The service has a separate schedule for manual jobs.
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
    - The restore point that the job created. V(null) if the task ran no job and waited for none, in check mode, without O(wait), and if no restore
      point was listed for some time after the end of the job.
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
