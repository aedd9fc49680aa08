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
  - Create, change and delete backups. A backup, as the service calls it, says what of one server is kept, when it runs, where its data lies
    and how long; it also owns all that it has kept.
  - Without an agent, images of virtual and GPU servers are kept. With an agent (M(scp.storage.scp_backup_agent)) files of any server are.
  - The API can change only O(retention_period) and O(schedules), and with an agent the paths and O(dr_enabled). All else stays as it was
    created. A difference is an error that names all of them, and nothing is recreated.
  - A backup in state C(ERROR) fails the task; O(state=absent) deletes it.
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
      - Where a backup and its replica are seen in the same region, their name means the original.
    type: str
  backup_id:
    description:
      - Id of an existing backup.
    type: str
  state:
    description:
      - V(present) creates or changes the backup.
      - V(absent) deletes it with all that it has kept. While a job or a restore of it runs the service does not delete it, so the task waits
        for that to end. A backup of files that is replicated has its replication ended first. Whether the replica of an image backup goes
        with it is not documented.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Name or uuid of the server. Needed for a new backup.
      - It is looked up among the servers that the service offers for such a backup.
    type: str
  server_category:
    description:
      - What kind of server it is. Needed for a new backup.
    type: str
    choices: [VIRTUAL_SERVER, GPU_SERVER, BAREMETAL_SERVER]
  policy_category:
    description:
      - V(AGENTLESS) keeps images of virtual and GPU servers, V(AGENT) keeps files. A new backup needs it, or O(policy_type).
    type: str
    choices: [AGENTLESS, AGENT]
  policy_type:
    description:
      - V(VM_IMAGE) goes with V(AGENTLESS), V(FILESYSTEM) with V(AGENT). It follows from O(policy_category) where it is left out.
    type: str
    choices: [VM_IMAGE, FILESYSTEM]
  schedules:
    description:
      - When the backup runs, all of it; the service takes no single ones. Exactly one entry is C(FULL), and up to six are C(INCREMENTAL).
        Needed for a new backup.
      - They are compared by what they mean, so neither their order nor the spelling of a time matters.
    type: list
    elements: dict
    suboptions:
      type:
        description: V(FULL) keeps everything, V(INCREMENTAL) what has changed since the backup before.
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
          - A full or a half hour, for example V('09:00') or V('21:30:00'). Write it in quotes, YAML takes some times for numbers.
          - Which time zone it is in is not documented; it is taken to be that of Korea.
        type: str
        required: true
      start_day:
        description:
          - The day of the week, V(MON), V(TUE), V(WED), V(THU), V(FRI), V(SAT) or V(SUN). It means nothing, and is not sent, with V(DAILY).
        type: str
      start_week:
        description:
          - The week of the month, V(WEEK_1), V(WEEK_2), V(WEEK_3), V(WEEK_4) or V(WEEK_LAST). It means nothing, and is not sent, with
            V(DAILY) and V(WEEKLY).
        type: str
  retention_period:
    description:
      - How long what a job has kept can be restored. The service takes V(WEEK_2) for a new backup where this is left out.
      - Whether a change counts for what is kept already is not documented.
    type: str
    choices: [WEEK_2, MONTH_1, MONTH_3, MONTH_6, YEAR_1]
  backup_region:
    description:
      - The region in which the data is kept, by default the region of the server, where the call goes.
        M(scp.storage.scp_backup_target_info) reads which are possible.
    type: str
  dr_enabled:
    description:
      - Whether the backup is replicated to another region, where it can be restored from then. The API can change it only for backups with
        an agent.
    type: bool
  encrypt_enabled:
    description:
      - Whether what is kept is encrypted. The service does so where this is left out.
    type: bool
  filesystem_paths:
    description:
      - With an agent, the paths to keep, all of them; each begins at C(/) or at a drive as C(C:\). Other paths that the backup keeps are left
        out from then on.
      - They are compared as a set. A path can be in one backup of a server only.
    type: list
    elements: str
  is_all_filesystem:
    description:
      - With an agent, V(true) keeps all of the server instead of O(filesystem_paths).
    type: bool
  wait_timeout:
    description:
      - Seconds to wait at most. On timeout, the task fails, reports the last state, and returns the available result.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListBackupSchedules, ListBackupTargets, ListBackupAgentTargets,
    ListBackupRegionRelationship, CheckDuplicationBackupName, CheckDuplicationFilesystem; to change CreateBackup, DeleteBackup,
    SetBackupSchedule, SetBackupRetentionPeriod, SetFilesystemBackupPath; with O(state=absent) ListBackupHistories and ListRestoreHistories.
    The name of the action that UpdateReplicationUse (O(dr_enabled)) needs is not documented."
seealso:
  - module: scp.storage.scp_backup_info
  - module: scp.storage.scp_backup_agent
  - module: scp.storage.scp_backup_target_info
"""

EXAMPLES = r"""
---
- name: Images of a virtual server, a full one every Sunday and what changed every night
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

- name: Files of a bare-metal server that has an agent, with a replica in another region
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

- name: Keep them longer, and fewer of them
  scp.storage.scp_backup:
    name: db-dumps
    retention_period: YEAR_1
    filesystem_paths: [/data/dumps]

- name: The backup and all that it has kept are gone
  scp.storage.scp_backup:
    backup_id: "{{ app_image.backup.id }}"
    state: absent
"""

RETURN = r"""
---
backup:
  description: The backup, as far as it is known.
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
      description: V(AVAILABLE) when it can run; others pass by themselves or show an error.
      type: str
    role_type:
      description: V(ORIGINAL), or V(REPLICA) for the copy of a backup of another region.
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
      description: What kind of server it is.
      type: str
    region:
      description: The region in which the data is kept.
      type: str
    retention_period:
      description: How long what a job has kept can be restored.
      type: str
    encrypt_enabled:
      description: Whether what is kept is encrypted.
      type: bool
    dr_enabled:
      description: Whether it is replicated; C(dr_region) and C(replica_backup_id) beside it say where to.
      type: bool
    filesystem_paths:
      description: The paths that are kept of a server with an agent.
      type: list
      elements: str
    is_all_filesystem:
      description: Whether all of the server is kept.
      type: bool
    backup_agent_id:
      description: Id of the agent that it uses.
      type: str
    schedules:
      description: When it runs.
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
