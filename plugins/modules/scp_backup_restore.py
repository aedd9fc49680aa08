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
  - Make a new server out of the image that a restore point of a backup has, and wait until it is there. The server that the backup is of
    stays unchanged.
  - What was restored is known by O(restore_server_name). While a restore from this backup to that name is going on, it is joined. When one has
    ended and there is a server of that name in the region, nothing is done, whatever O(restore_point) says; see O(match_restore_point). When the server is gone, it is
    restored again.
  - A server of that name that is not a restore from this backup is an error, before anything is sent.
  - A restore that fails makes the task fail, with the entry of the history in the result. Run again, the task restores once more.
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
      - Id of the restore point, or V(latest) for the newest that can be restored.
      - M(scp.storage.scp_backup_restore_point_info) finds the newest before a moment.
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
      - Where the new server is connected. Left out, that is where the server was that the backup is of.
      - Needed for another region. M(scp.storage.scp_backup_target_info) reads which subnets are possible.
    type: list
    elements: dict
    suboptions:
      subnet_id:
        description: Id of a subnet that is ACTIVE, in the region of the new server.
        type: str
        required: true
  security_groups:
    description:
      - Ids of the security groups of the new server.
    type: list
    elements: str
  restore_region:
    description:
      - Region of the new server. Left out, it is O(region).
    type: str
  match_restore_point:
    description:
      - Whether a restore that is there already, or is going on, must be from O(restore_point). One from another restore point is an error then.
        Otherwise it counts, whatever O(restore_point) says.
    type: bool
    default: false
  allow_partial:
    description:
      - Whether a restore that ends with V(PARTIAL_SUCCESS) is accepted. Otherwise the task fails, as after a failed restore.
    type: bool
    default: false
  state:
    description:
      - With V(present) the server is restored, if it is not there.
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
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListRestoreHistories, CheckDuplicationRestoreServerName; to restore
    ListRestoreTargets, ListRestoreSubnets and RestoreBackup."
  - The API neither ends a restore that is going on nor removes the server. It does not show O(server_type_id), O(networks) and
    O(security_groups) of a server that was restored, so they count for a new one only.
  - The histories do not show the region. A restore counts for the region in which there is a server of the name.
seealso:
  - module: scp.storage.scp_backup_restore_point_info
  - module: scp.storage.scp_backup_file_restore
    description: Brings files back to a server, where a backup keeps files.
"""

EXAMPLES = r"""
---
- name: The newest image as a server beside the first
  scp.storage.scp_backup_restore:
    backup: web-image
    restore_point: latest
    restore_server_name: web-restored
    server_type_id: s1v2m4
  register: restored

- name: Id of the new server
  ansible.builtin.debug:
    msg: "{{ restored.restore.restore_server_id }}"

- name: The same in another region
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
  description: The restore, as the histories of the backup show it. Also returned when it failed.
  returned: when the backup is there; empty where there is none
  type: dict
  contains:
    backup_id:
      description: Id of the backup.
      type: str
    backup_start_time:
      description: The moment that was restored.
      type: str
    schedule_name:
      description: Name of the schedule that the restore point is of.
      type: str
    restore_server_name:
      description: Name of the new server.
      type: str
    restore_server_id:
      description: Id of the new server, as soon as the service shows.
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
  description: The restore point that it was, or would be, restored from; V(null) where the restore was there already.
  returned: success
  type: dict
  contains:
    restore_target_id:
      description: Id of the restore point.
      type: str
    backup_start_time:
      description: The moment that it has kept, which is when its job began.
      type: str
    schedule_name:
      description: Name of the schedule that it is of.
      type: str
    is_restore_available:
      description: Whether the service says that it can be restored.
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
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.backup import restore

SPEC = ModuleSpec(
    handler=restore.ServerRestore,
    options={
        "backup": {"type": "str", "required": True},
        "restore_point": {"type": "str", "required": True},
        "restore_server_name": {"type": "str", "required": True},
        "server_type_id": {"type": "str", "required": True},
        "networks": {
            "type": "list",
            "elements": "dict",
            "options": {"subnet_id": {"type": "str", "required": True}},
        },
        "security_groups": {"type": "list", "elements": "str"},
        "restore_region": {"type": "str"},
        "match_restore_point": {"type": "bool", "default": False},
        "allow_partial": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
    wait_timeout=7200,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
