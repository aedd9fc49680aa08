#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_info
short_description: Get information about server backups
version_added: 0.1.0
description:
  - Read backups, all of them or those that match, with the additional parts in O(gather).
  - If nothing is found, the result is an empty list and not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
  - scp.storage.tag_filter
options:
  name:
    description:
      - Only backups of exactly this name. A backup and its replica have the same name.
    type: str
  backup_id:
    description:
      - Only the backup with this id. The result includes V(detail) of O(gather).
    type: str
  server_name:
    description:
      - Only backups of servers of exactly this name.
    type: str
  gather:
    description:
      - Parts to read for each backup. Each part costs one or more calls for each backup. The calls are sent in parallel.
      - V(detail) adds the fields that lists do not contain, namely categories, regions, paths and the ids of server, agent and replica.
      - V(schedules) adds RV(backups[].schedules).
      - V(histories) adds RV(backups[].histories), the jobs that ran, V(restore_histories) RV(backups[].restore_histories).
      - V(restore_points) adds RV(backups[].restore_points).
      - V(tags) adds RV(backups[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [detail, schedules, histories, restore_histories, restore_points, tags]
    default: []
notes:
  - "IAM actions needed, in C(backup): ListBackups; for O(backup_id) and O(gather) ShowBackup, ListBackupSchedules, ListBackupHistories,
    ListRestoreHistories, ListRestoreTargets."
seealso:
  - module: scp.storage.scp_backup
"""

EXAMPLES = r"""
---
- name: All backups with their dependents
  scp.storage.scp_backup_info:
    gather: [detail, schedules, histories, restore_histories, restore_points]
  register: all_backups

- name: The backups of one server
  scp.storage.scp_backup_info:
    server_name: west-web1
    gather: [detail]

- name: Get the names of the backups whose last job failed
  scp.storage.scp_backup_info:
    gather: [histories]
    query: "backups[?histories[0].backup_job_state == 'FAILED'].name"
"""

RETURN = r"""
---
backups:
  description: The backups, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the backup.
      type: str
    name:
      description: Name of the backup.
      type: str
    state:
      description: V(AVAILABLE) if it can run. Other states are temporary or show an error.
      type: str
    role_type:
      description: V(ORIGINAL), or V(REPLICA) for the replica of a backup in another region.
      type: str
    policy_type:
      description: V(VM_IMAGE) or V(FILESYSTEM).
      type: str
    server_name:
      description: Name of the server.
      type: str
    retention_period:
      description: How long the data of a job can be restored.
      type: str
    server_uuid:
      description: Uuid of the server.
      returned: with V(detail) in O(gather)
      type: str
    filesystem_paths:
      description: The paths that are backed up, for a server with an agent.
      returned: with V(detail) in O(gather)
      type: list
      elements: str
    replica_backup_id:
      description: Id of its replica in C(dr_region).
      returned: with V(detail) in O(gather)
      type: str
    schedules:
      description: When it runs.
      returned: with V(schedules) in O(gather)
      type: list
      elements: dict
    histories:
      description: Its jobs, the newest first, each with C(backup_job_state), C(backup_start_time) and C(backup_end_time).
      returned: with V(histories) in O(gather)
      type: list
      elements: dict
    restore_histories:
      description: The restores from it, the newest first.
      returned: with V(restore_histories) in O(gather)
      type: list
      elements: dict
    restore_points:
      description: Its restore points, the newest first. Other modules accept C(restore_target_id) as a restore point.
      returned: with V(restore_points) in O(gather)
      type: list
      elements: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: 0fdd87aab8cb46f59b7c1f81ed03fb3e
    name: app-image
    state: AVAILABLE
    role_type: ORIGINAL
    policy_type: VM_IMAGE
    server_name: west-app1
    retention_period: MONTH_1
    created_at: "2026-07-30T04:54:33Z"
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [app-image]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: ListBackups
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import BACKUP_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
