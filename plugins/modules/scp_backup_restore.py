#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_restore
short_description: Restore a server from a restore point
version_added: 0.1.0
description:
  - Create a new server from the image in a restore point of a backup, and wait until the server exists. The server that was backed up is not changed.
  - A restore is identified by O(restore_server_name). If a restore from this backup to that name is in progress, the task waits for it. If such a
    restore has ended and the region has a server with that name, the task does nothing, regardless of O(restore_point). See O(match_restore_point).
    If the server no longer exists, the task restores it again.
  - If a server with that name exists and was not restored from this backup, the task fails before it sends anything.
  - If the restore fails, the task fails, and the result contains the entry of the history. If you run the task again, it starts a new restore.
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
  backup:
    description:
      - Name or id of the backup.
    type: str
    required: true
  restore_point:
    description:
      - Id of the restore point, or V(latest) for the newest one that can be restored.
      - M(scp.storage.scp_backup_restore_point_info) finds the newest one before a given time.
    type: str
    required: true
  restore_server_name:
    description:
      - Name of the new server, 1 to 63 letters, digits, hyphens, underscores and spaces.
    type: str
    required: true
  server_type_id:
    description:
      - Type of the new server, for example V(s1v1m2). It must be one for servers of the same category.
    type: str
    required: true
  networks:
    description:
      - Networks of the new server. If omitted, the new server uses the networks of the server that was backed up.
      - Required for another region. M(scp.storage.scp_backup_target_info) returns the possible subnets.
    type: list
    elements: dict
    suboptions:
      subnet_id:
        description: Id of an ACTIVE subnet in the region of the new server. Set either this option or O(networks[].subnet).
        type: str
      subnet:
        description: Name, CIDR or id of the subnet, instead of O(networks[].subnet_id). It must be one of the subnets that the backup can be restored in.
        type: str
  security_groups:
    description:
      - Ids of the security groups of the new server.
    type: list
    elements: str
  restore_region:
    description:
      - Region of the new server. The default is O(region).
    type: str
  restore_zone:
    description:
      - Zone of the new server, for example V(kr-west1-a). It is optional, and needs API version 1.3.
      - The default is the zone of the connection, if it belongs to the region of the new server.
    type: str
  match_restore_point:
    description:
      - Whether an existing restore, or one in progress, must be from O(restore_point). If so, a restore from another restore point is an error.
        Otherwise a restore from any restore point is accepted.
    type: bool
    default: false
  allow_partial:
    description:
      - Whether a restore that ends with V(PARTIAL_SUCCESS) is accepted. Otherwise the task fails, as after a failed restore.
    type: bool
    default: false
  state:
    description:
      - V(present) restores the server if it does not exist.
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
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListRestoreHistories, CheckDuplicationRestoreServerName; to restore
    ListRestoreTargets, ListRestoreSubnets and RestoreBackup."
  - The API can neither end a restore in progress nor remove the server. It does not return O(server_type_id), O(networks) and O(security_groups) of a
    restored server, so these options apply only to a new server.
  - The histories do not show the region. A restore is assigned to the region in which a server with the name exists.
seealso:
  - module: scp.storage.scp_backup_restore_point_info
  - module: scp.storage.scp_backup_file_restore
    description: Restores files to a server, for backups of files.
"""

EXAMPLES = r"""
---
- name: Restore the newest image as a second server
  scp.storage.scp_backup_restore:
    backup: web-image
    restore_point: latest
    restore_server_name: web-restored
    server_type_id: s1v2m4
  register: restored

- name: Show the id of the new server
  ansible.builtin.debug:
    msg: "{{ restored.restore.restore_server_id }}"

- name: Restore the newest image in another region
  scp.storage.scp_backup_restore:
    backup: web-image
    restore_point: latest
    restore_server_name: web-standby
    server_type_id: s1v2m4
    restore_region: kr-east1
    networks:
      - subnet_id: "{{ east_subnet_id }}"
    security_groups:
      - "{{ east_security_group_id }}"
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
      description: Name of the new server.
      type: str
    restore_server_id:
      description: Id of the new server, as soon as the service returns it.
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
    restore_server_name: web-restored
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
  sample: [RestoreBackup]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: RestoreBackup
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import RESTORE as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
