#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_file_restore
short_description: Restore files to a server
version_added: 0.1.0
description:
  - Restore files of a restore point to a server, to the original or another folder, and wait until the restore has ended.
  - Every run restores the files, because the histories do not show which files were restored. If a restore of the same restore point to the same
    server is in progress, the task waits for it instead, regardless of its files. Therefore put all files for a server into one task.
  - If the restore fails, the task fails, and the result contains the entry of the history.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: none
    details: Every run restores the files, unless it waits for a restore in progress.
options:
  backup:
    description:
      - Name or id of the backup.
    type: str
    required: true
  restore_point:
    description:
      - Id of the restore point, or V(latest) for the newest one that can be restored.
      - M(scp.storage.scp_backup_restore_point_info) finds the newest one before a given time, and lists its files.
    type: str
    required: true
  server:
    description:
      - Name, uuid or address of the server to restore to. The default is the server that was backed up.
      - The server must have an agent, and run the same operating system. M(scp.storage.scp_backup_target_info) returns the possible servers.
    type: str
  filesystem_paths:
    description:
      - Files and folders to restore, with their destinations.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: Absolute path of a file or a folder in the restore point, beginning with C(/) or C(C:/).
        type: str
        required: true
      destination:
        description: Absolute path of the destination folder on the server.
        type: str
        required: true
  overwrite:
    description:
      - Whether to overwrite existing files. Otherwise they are kept, and the restore can end with V(PARTIAL_SUCCESS).
    type: bool
    default: false
  allow_partial:
    description:
      - Whether a restore that ends with V(PARTIAL_SUCCESS) is accepted. Otherwise the task fails, as after a failed restore.
    type: bool
    default: false
  state:
    description:
      - V(present) restores the files.
    type: str
    choices: [present]
    default: present
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. If you run the task
        again, it waits for the restore that is in progress.
      - The task reads the state at least every 30 seconds. A reading call that fails does not end the wait.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListRestoreTargets, ListAgentBackupRestoreTargetServers, ListRestoreHistories,
    RestoreAgentBackup."
  - The API has no call that ends a restore in progress.
  - "IAM actions needed to find a server by its address: ListVirtualServers in C(virtualserver) and ListBaremetals in C(baremetal)."
seealso:
  - module: scp.storage.scp_backup_restore_point_info
  - module: scp.storage.scp_backup_restore
    description: Creates a new server, for backups of images.
"""

EXAMPLES = r"""
---
- name: Restore the configuration of the application, and overwrite the current one
  scp.storage.scp_backup_file_restore:
    backup: app-files
    restore_point: latest
    filesystem_paths:
      - source: /data/app/config.yml
        destination: /data/app
    overwrite: true

- name: Restore all data of the application to a separate folder on another server
  scp.storage.scp_backup_file_restore:
    backup: app-files
    restore_point: latest
    server: west-db2
    filesystem_paths:
      - source: /data/app
        destination: /restored/app
"""

RETURN = r"""
---
restore:
  description: The restore, as the histories of the backup show it. Also returned after a failure.
  returned: when the backup exists; empty if there is none
  type: dict
  contains:
    backup_id:
      description: Id of the backup.
      type: str
    backup_start_time:
      description: The time of the restored data.
      type: str
    schedule_name:
      description: Name of the schedule that created the restore point.
      type: str
    restore_server_name:
      description: Name of the server to which the files were restored.
      type: str
    restore_server_id:
      description: Id of the server to which the files were restored, as soon as the service returns it.
      type: str
    restore_state:
      description: V(INPROGRESS), V(COMPLETED), V(PARTIAL_SUCCESS) or V(FAILED).
      type: str
    restore_start_time:
      description: When the restore began.
      type: str
    restore_end_time:
      description: When it ended; V(null) while it runs.
      type: str
  sample:
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_start_time: "2026-10-01T15:00:00"
    schedule_name: INCREMENTAL_DAILY_15:00:00-chg4By
    restore_server_name: west-db2
    restore_server_id: 26895cb7-2059-49e7-b6fe-9c9c4b0d3db0
    restore_state: COMPLETED
    restore_start_time: "2026-10-02T05:38:48"
    restore_end_time: "2026-10-02T05:52:47"
restore_point:
  description: The restore point of the restore. In check mode, the restore point that would be used. V(null) if the restore already existed.
  returned: success
  type: dict
  contains:
    restore_target_id:
      description: Id of the restore point.
      type: str
    backup_start_time:
      description: The time of the data, which is the time when the job began.
      type: str
    schedule_name:
      description: Name of the schedule that created it.
      type: str
    is_restore_available:
      description: Whether the service reports that it can be restored.
      type: bool
  sample:
    restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    backup_start_time: "2026-10-01T15:00:00Z"
    schedule_name: INCREMENTAL_DAILY_15:00:00-chg4By
    is_restore_available: true
    retention_period: MONTH_1
    usage_gb: 24.2
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [RestoreAgentBackup]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: RestoreAgentBackup
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import FILE_RESTORE as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
