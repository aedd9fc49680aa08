#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_policy
short_description: Manage the backups of a list of servers
version_added: 0.1.0
description:
  - Create and change the backups of a list of servers, and create the agents of servers whose files are backed up, in one task and in parallel.
    The task takes about as long as the slowest server.
  - With O(first_backup), each backup without a successful job runs immediately, and the task waits for the end of the job.
  - All blockers of all servers are reported at once, before anything is changed. If a call or a job fails later, the other servers are
    completed first. Then the task fails and lists the failures. Run it again to continue.
  - Nothing is deleted.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.workflow
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Includes the backups of servers whose agent is only planned, and the first run of backups that are only planned.
options:
  servers:
    description:
      - Servers. Each item is a name, a uuid or an address, or a dictionary. A server can be in the list more than once, with different names of backups.
      - "Keys of a dictionary: C(server) (required), C(name), C(server_category), C(policy_category), C(schedules), C(retention_period),
        C(backup_region), C(dr_enabled), C(filesystem_paths), C(is_all_filesystem), C(encrypt_enabled), C(tags), C(subnet_id) and C(subnet). Keys that are also
        options of this module have the same meaning, and the options are their defaults. The other keys have the same meaning as in
        M(scp.storage.scp_backup) and M(scp.storage.scp_backup_agent)."
      - The default of C(name) is the server followed by C(-image) or C(-files).
      - "Instead of C(server), an item can have C(tagged), a dictionary of tags such as C({backup: daily}). It selects all servers of its C(server_category)
        that have these tags and that no other item names. If there is none, the task fails. The servers are read from Resource Manager."
      - Text is also accepted, for example from a survey. It contains the list in JSON or YAML, or names separated by commas or spaces.
      - All invalid items are reported at once, before any call.
    type: raw
    required: true
  server_category:
    description:
      - Kind of the servers.
    type: str
    choices: [VIRTUAL_SERVER, GPU_SERVER, BAREMETAL_SERVER]
    default: VIRTUAL_SERVER
  policy_category:
    description:
      - V(AGENTLESS) backs up images, V(AGENT) backs up files. The default is V(AGENT) for bare-metal servers and for items with C(filesystem_paths)
        or C(is_all_filesystem), otherwise V(AGENTLESS).
    type: str
    choices: [AGENTLESS, AGENT]
  schedules:
    description:
      - When backups run, like the option O(scp.storage.scp_backup#module:schedules), or as text with the list in JSON or YAML.
    type: raw
  retention_period:
    description:
      - How long the data of a job can be restored.
    type: str
    choices: [WEEK_2, MONTH_1, MONTH_3, MONTH_6, YEAR_1]
  backup_region:
    description:
      - Region in which the data is kept.
    type: str
  dr_enabled:
    description:
      - Whether backups are replicated to another region. If not set, existing backups are not changed.
    type: bool
  agents:
    description:
      - Whether to create missing agents of servers whose files are backed up. The role C(backup_agent) also installs them.
    type: bool
    default: true
  first_backup:
    description:
      - Whether a backup without a successful job runs immediately.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait for each step of a server.
    type: int
    default: 7200
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListBackupSchedules, ListBackupTargets, ListBackupAgentTargets,
    ListBackupRegionRelationship, CheckDuplicationBackupName, CheckDuplicationFilesystem; to change CreateBackup, SetBackupSchedule,
    SetBackupRetentionPeriod, SetFilesystemBackupPath; for agents ListBackupAgents, ShowBackupAgent, CreateBackupAgent; with O(first_backup)
    ListBackupHistories, CreateManualBackup, ListRestoreTargets. The name of the action that UpdateReplicationUse (O(dr_enabled)) needs is not
    documented."
seealso:
  - module: scp.storage.scp_backup
  - module: scp.storage.scp_backup_agent
  - module: scp.storage.scp_backup_run
"""

EXAMPLES = r"""
---
- name: Back up all servers of the shop
  scp.storage.scp_backup_policy:
    schedules:
      - {type: FULL, frequency: WEEKLY, start_day: SUN, start_time: "01:00"}
      - {type: INCREMENTAL, frequency: DAILY, start_time: "02:30"}
    retention_period: MONTH_1
    servers:
      - west-web1
      - server: west-web2
        retention_period: MONTH_3
      - server: west-db3
        server_category: BAREMETAL_SERVER
        filesystem_paths: [/data/db, /etc]
    first_backup: true
  register: policy

- name: Show the backups of each server
  ansible.builtin.debug:
    msg: "{{ policy.table }}"
"""

RETURN = r"""
---
backups:
  description:
    - The backups in the order of the list, each as M(scp.storage.scp_backup) returns it. In check mode, the state after a real run. Backups that
      could not be read or created are omitted.
  returned: unless the list is invalid
  type: list
  elements: dict
  sample:
    - id: 8f5f5b3c2d6a4f0f9b7a2f6f7a1c3e5d
      name: west-web1-image
      state: AVAILABLE
      server_name: west-web1
      policy_type: VM_IMAGE
      retention_period: MONTH_1
servers:
  description: The result of each item, in the order of the list.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    server:
      description: Name or uuid of the server in the list.
      type: str
    name:
      description: Name of the backup.
      type: str
    policy_category:
      description: V(AGENTLESS) or V(AGENT).
      type: str
    id:
      description: Id of the backup.
      type: str
    change:
      description: V(created), V(changed), V(unchanged), V(failed), or V(skipped) if nothing was changed because of a blocker of another item.
      type: str
    operations:
      description:
        - The API operations that changed something, by their C(operationId). In check mode, the operations that a real run would send. An agent that
          several items need is created for the first of them.
      type: list
      elements: str
    message:
      description: Why it failed. Empty otherwise.
      type: str
  sample:
    - server: west-web1
      name: west-web1-image
      policy_category: AGENTLESS
      id: 8f5f5b3c2d6a4f0f9b7a2f6f7a1c3e5d
      change: created
      operations: [CreateBackup, ManualBackup]
      message: ""
table:
  description: The same as a table of text, one line for each backup.
  returned: unless the list is invalid
  type: list
  elements: str
summary:
  description: How many backups were created, changed, are unchanged, or failed, in one line.
  returned: unless the list is invalid
  type: str
  sample: 1 created, 0 changed, 2 unchanged, 0 failed
failures:
  description: A line for each failure, with the names of the backups. Equal failures share one line.
  returned: unless the list is invalid
  type: list
  elements: str
  sample: []
operations:
  description:
    - The API operations that changed something, by their C(operationId), in the order of the list. In check mode, the operations that a real run
      would send.
  returned: always
  type: list
  elements: str
  sample: [CreateBackup, ManualBackup]
error:
  description: Details of the first failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: CreateBackup
    region: kr-west1
    status: 403
    code: FORBIDDEN
    detail: ""
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.specs import BACKUP_POLICY as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
