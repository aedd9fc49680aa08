#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup
short_description: Manage server backups
version_added: 0.1.0
description:
  - Create, change and delete backups. In the terms of the service, a backup defines which data of one server is backed up, when, to which region, and
    how long it is kept. The backup also contains the data of all its jobs.
  - Backups without an agent contain images of virtual and GPU servers. Backups with an agent (M(scp.storage.scp_backup_agent)) contain files of any
    server.
  - The API can change only O(retention_period) and O(schedules), and with an agent also the paths and O(dr_enabled). Other options cannot be changed
    after creation. If some differ, one error lists all of them. The backup is never recreated.
  - If a backup is in state C(ERROR), the task fails. O(state=absent) deletes such a backup.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.tags
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  name:
    description:
      - Name of the backup.
      - If a region lists both a backup and its replica, the name refers to the original.
    type: str
  backup_id:
    description:
      - Id of an existing backup.
    type: str
  state:
    description:
      - V(present) creates or changes the backup.
      - V(absent) deletes the backup with all its data. The service does not delete a backup while a job or a restore of it runs, so the task waits
        for its end. If a backup of files is replicated, the task ends the replication first. It is not documented whether the replica of an image
        backup is deleted too.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Name, uuid or address of the server. Required for a new backup.
      - It must be one of the servers that the service offers for such a backup.
    type: str
  server_category:
    description:
      - Category of the server. Required for a new backup.
    type: str
    choices: [VIRTUAL_SERVER, GPU_SERVER, BAREMETAL_SERVER]
  policy_category:
    description:
      - V(AGENTLESS) backs up images of virtual and GPU servers, V(AGENT) backs up files. A new backup requires this option or O(policy_type).
    type: str
    choices: [AGENTLESS, AGENT]
  policy_type:
    description:
      - V(VM_IMAGE) belongs to V(AGENTLESS), V(FILESYSTEM) to V(AGENT). If omitted, it follows from O(policy_category).
      - V(FILE_STORAGE) backs up a volume of File Storage. O(server) is then the name of the volume. It needs API version 1.3. The collection assumes that it
        belongs to V(AGENTLESS), and cannot restore such a backup.
    type: str
    choices: [VM_IMAGE, FILESYSTEM, FILE_STORAGE]
  schedules:
    description:
      - All schedules of the backup. The service does not accept single schedules. Exactly one entry must be C(FULL), and up to six can be
        C(INCREMENTAL). Required for a new backup.
      - Schedules are compared by meaning. Their order and the spelling of times do not matter.
    type: list
    elements: dict
    suboptions:
      type:
        description: V(FULL) backs up everything, V(INCREMENTAL) backs up the changes since the previous backup.
        type: str
        required: true
        choices: [FULL, INCREMENTAL]
      frequency:
        description: V(DAILY) needs only the time, V(WEEKLY) also the day, and V(MONTHLY) also the day and the week.
        type: str
        required: true
        choices: [DAILY, WEEKLY, MONTHLY]
      start_time:
        description:
          - A full or a half hour, for example V('09:00') or V('21:30:00'). Write it in quotes, because YAML reads some times as numbers.
          - The time zone is not documented. The collection assumes Korean time.
        type: str
        required: true
      start_day:
        description:
          - The day of the week, V(MON), V(TUE), V(WED), V(THU), V(FRI), V(SAT) or V(SUN). It is ignored and not sent with V(DAILY).
        type: str
      start_week:
        description:
          - The week of the month, V(WEEK_1), V(WEEK_2), V(WEEK_3), V(WEEK_4) or V(WEEK_LAST). It is ignored and not sent with V(DAILY) and V(WEEKLY).
        type: str
  retention_period:
    description:
      - How long the data of a job can be restored. If omitted, the service uses V(WEEK_2) for a new backup.
      - It is not documented whether a change applies to existing data.
    type: str
    choices: [WEEK_2, MONTH_1, MONTH_3, MONTH_6, YEAR_1]
  backup_region:
    description:
      - Region in which the data is kept. The default is the region of the server, to which the call is sent. M(scp.storage.scp_backup_target_info)
        returns the possible regions.
    type: str
  zone:
    description:
      - Zone in which the data is kept, for example V(kr-west1-a). It is optional, needs API version 1.3, and cannot be changed.
      - The default is the zone of the connection, if it belongs to the region of the data.
    type: str
  dr_enabled:
    description:
      - Whether the backup is replicated to another region. You can then restore it there. The API can change this option only for backups with an
        agent.
    type: bool
  encrypt_enabled:
    description:
      - Whether the data is encrypted. If omitted, the service encrypts it.
    type: bool
  filesystem_paths:
    description:
      - With an agent, all paths to back up. Each begins with C(/) or with a drive, for example C(C:\). Paths that are not listed are no longer backed
        up.
      - The order does not matter. A path can be in only one backup of a server.
    type: list
    elements: str
  is_all_filesystem:
    description:
      - With an agent, V(true) backs up the whole server instead of O(filesystem_paths).
    type: bool
  otp_session_id:
    description:
      - Id of a session with a one-time password, to delete with API version 1.4. How to create one is not published.
      - Versions up to 1.3 do not need it. The collection deletes with these versions as long as the service offers them.
    type: str
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListBackupSchedules, ListBackupTargets, ListBackupAgentTargets,
    ListBackupRegionRelationship, CheckDuplicationBackupName, CheckDuplicationFilesystem; to change CreateBackup, DeleteBackup,
    SetBackupSchedule, SetBackupRetentionPeriod, SetFilesystemBackupPath; with O(state=absent) ListBackupHistories and ListRestoreHistories.
    The name of the action that UpdateReplicationUse (O(dr_enabled)) needs is not documented."
  - "IAM actions needed to find a server by its address: ListVirtualServers in C(virtualserver) and ListBaremetals in C(baremetal)."
seealso:
  - module: scp.storage.scp_backup_info
  - module: scp.storage.scp_backup_agent
  - module: scp.storage.scp_backup_target_info
"""

EXAMPLES = r"""
---
- name: Back up images of a virtual server, in full every Sunday and the changes every night
  scp.storage.scp_backup:
    name: app-image
    server: west-app1
    server_category: VIRTUAL_SERVER
    policy_category: AGENTLESS
    retention_period: MONTH_1
    schedules:
      - type: FULL
        frequency: WEEKLY
        start_day: SUN
        start_time: "01:00"
      - type: INCREMENTAL
        frequency: DAILY
        start_time: "02:30"
  register: app_image

- name: Back up files of a bare-metal server that has an agent, with a replica in another region
  scp.storage.scp_backup:
    name: db-dumps
    server: west-db3
    server_category: BAREMETAL_SERVER
    policy_category: AGENT
    filesystem_paths: [/data/dumps, /etc]
    dr_enabled: true
    schedules:
      - type: FULL
        frequency: MONTHLY
        start_week: WEEK_1
        start_day: SAT
        start_time: "23:00"

- name: Keep the files longer, and back up fewer of them
  scp.storage.scp_backup:
    name: db-dumps
    retention_period: YEAR_1
    filesystem_paths: [/data/dumps]

- name: Delete the backup and all its data
  scp.storage.scp_backup:
    backup_id: "{{ app_image.backup.id }}"
    state: absent
"""

RETURN = r"""
---
backup:
  description: The backup, with the fields that are known.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the backup.
      type: str
    name:
      description: Name of the backup.
      type: str
    state:
      description: V(AVAILABLE) if the backup can run. Other states are temporary or show an error.
      type: str
    role_type:
      description: V(ORIGINAL), or V(REPLICA) for the replica of a backup in another region.
      type: str
    policy_category:
      description: V(AGENTLESS) or V(AGENT).
      type: str
    policy_type:
      description: V(VM_IMAGE) or V(FILESYSTEM).
      type: str
    server_uuid:
      description: Uuid of the server.
      type: str
    server_name:
      description: Name of the server.
      type: str
    server_category:
      description: Category of the server.
      type: str
    region:
      description: Region in which the data is kept.
      type: str
    retention_period:
      description: How long the data of a job can be restored.
      type: str
    encrypt_enabled:
      description: Whether the data is encrypted.
      type: bool
    dr_enabled:
      description: Whether the backup is replicated. C(dr_region) and C(replica_backup_id) identify the replica.
      type: bool
    filesystem_paths:
      description: The paths that are backed up, for a server with an agent.
      type: list
      elements: str
    is_all_filesystem:
      description: Whether the whole server is backed up.
      type: bool
    backup_agent_id:
      description: Id of the agent that the backup uses.
      type: str
    schedules:
      description: Schedules of the backup.
      returned: when O(schedules) is given
      type: list
      elements: dict
  sample:
    id: 0fdd87aab8cb46f59b7c1f81ed03fb3e
    name: app-image
    state: AVAILABLE
    role_type: ORIGINAL
    policy_category: AGENTLESS
    policy_type: VM_IMAGE
    server_uuid: 083a8ed3-2a05-4176-a90d-b4ec0a748e0b
    server_name: west-app1
    server_category: VIRTUAL_SERVER
    server_os_type: WINDOWS
    server_region: kr-west1
    region: kr-west1
    retention_period: MONTH_1
    encrypt_enabled: true
    dr_enabled: false
    dr_region: null
    origin_backup_id: null
    replica_backup_id: null
    backup_agent_id: null
    filesystem_paths: []
    is_all_filesystem: false
    schedules:
    - id: 1b4c5f0e6a7d4c39a1c88a4d2f1e7b60
      name: FULL_WEEKLY_01:00:00-chg4By
      type: FULL
      frequency: WEEKLY
      start_day: SUN
      start_time: "01:00:00"
      start_week: null
      state: AVAILABLE
    created_at: "2026-07-30T04:54:33Z"
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [UpdateRetentionPeriod, SetBackupSchedule]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: CreateBackup
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import BACKUP as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
