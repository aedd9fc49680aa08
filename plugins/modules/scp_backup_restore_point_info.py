#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_restore_point_info
short_description: Get information about restore points and their files
version_added: 0.1.0
description:
  - Read the restore points of a backup, or of all backups of a server, the newest first, and what is in a folder of one of them. The API calls them
    restore targets.
  - A backup that does not exist has no restore points; that is an empty list, not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  backup:
    description:
      - Name or id of the backup. With O(server_name), no other backup of the server is read.
      - One of O(backup) and O(server_name) is required, and O(backup) if O(path) is given.
    type: str
  server_name:
    description:
      - Name of a server. The restore points of all of its backups are returned.
    type: str
  policy_type:
    description:
      - Only restore points of backups of this type, V(VM_IMAGE) for images of servers, V(FILESYSTEM) for files.
    type: str
    choices: [VM_IMAGE, FILESYSTEM]
  backup_start_time:
    description:
      - Only restore points of this moment or later, for example V(2026-10-01T05:21:50Z). Without a zone it is UTC.
    type: str
  backup_end_time:
    description:
      - Only restore points of this moment or earlier, for example V(2026-10-01T14:21:50+09:00). Without a zone it is UTC.
    type: str
  path:
    description:
      - Path of a folder. What is in it is returned as RV(files). The backup must be one that keeps files.
    type: str
  restore_point:
    description:
      - Id of the restore point in which to look for O(path), or V(latest) for the newest of RV(restore_points) that can be restored.
    type: str
    default: latest
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListRestoreTargets. Which one
    ListFilesystemPath (O(path)) needs is not documented."
seealso:
  - module: scp.storage.scp_backup_restore
  - module: scp.storage.scp_backup_file_restore
"""

EXAMPLES = r"""
---
- name: All restore points
  scp.storage.scp_backup_restore_point_info:
    backup: app-files

- name: The newest before the accident
  scp.storage.scp_backup_restore_point_info:
    backup: app-files
    backup_end_time: "2024-10-03T09:00:00+09:00"
    query: "restore_points[?is_restore_available] | [0].restore_target_id"
  register: before_accident

- name: The images of a server
  scp.storage.scp_backup_restore_point_info:
    server_name: west-web1
    policy_type: VM_IMAGE

- name: What it has in a folder
  scp.storage.scp_backup_restore_point_info:
    backup: app-files
    restore_point: "{{ before_accident.result }}"
    path: /data/app
"""

RETURN = r"""
---
restore_points:
  description: The restore points, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    restore_target_id:
      description: Id of the restore point.
      type: str
    backup_id:
      description: Id of the backup.
      type: str
    backup_start_time:
      description: The time of the data, which is the time when the job began.
      type: str
    schedule_id:
      description: Id of the schedule that it is of.
      type: str
    schedule_name:
      description: Name of the schedule, which begins with its type.
      type: str
    retention_period:
      description: How long it is kept, for example V(MONTH_1).
      type: str
    usage_gb:
      description: How many GB it takes.
      type: float
    is_restore_available:
      description: Whether the service reports that it can be restored.
      type: bool
  sample:
  - restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_start_time: "2026-10-01T15:00:00Z"
    schedule_id: f5b8e22b-0d88-4698-9996-fb44217c8227
    schedule_name: INCREMENTAL_DAILY_15:00:00-chg4By
    retention_period: MONTH_1
    usage_gb: 24.2
    is_restore_available: true
backups:
  description: The backup, or all backups of O(server_name) of the O(policy_type), each with C(id) and C(name).
  returned: success
  type: list
  elements: dict
files:
  description: The content of the folder. Empty if the restore point has no such folder.
  returned: when O(path) is given
  type: list
  elements: dict
  contains:
    restore_target_id:
      description: Id of the restore point.
      type: str
    id:
      description: Id that the service gives it.
      type: str
    item_type:
      description: V(DIR) for a folder, V(FILE) for a file.
      type: str
    name:
      description: Its name. The name of a folder ends with a slash.
      type: str
    path:
      description: Path of the folder that it is in.
      type: str
  sample:
  - restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    id: /data/_1768885200
    item_type: DIR
    name: data/
    path: /
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: ca1a8e76-af49-40ea-93f8-a5989ffe138b
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: ListBackupRestoreTargets
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import RESTORE_POINT_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
