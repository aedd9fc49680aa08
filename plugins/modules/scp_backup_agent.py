#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_agent
short_description: Manage the backup agents of servers
version_added: 0.1.0
description:
  - Create and delete agents of servers in Backup. A server needs an agent before its files can be backed up.
  - The module manages only the agent in Backup. You must also install the agent on the server. RV(agent.install_file_path) is the location of the
    installer. The role P(scp.storage.backup_agent#role) does both.
  - The API cannot change an agent. Another O(server_category) or O(subnet_id) is an error, and nothing is recreated.
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
  server:
    description:
      - Name, uuid or address of the server. A server has at most one agent.
    type: str
    required: true
  state:
    description:
      - V(present) creates the agent.
      - V(absent) deletes the agent. If backups use it, the task fails and lists them.
    type: str
    choices: [present, absent]
    default: present
  server_category:
    description:
      - Category of the server. If omitted, servers of all categories are searched.
    type: str
    choices: [VIRTUAL_SERVER, GPU_SERVER, BAREMETAL_SERVER]
  subnet_id:
    description:
      - Id of the subnet over which a new agent reaches Backup. The default is the subnet of the server.
    type: str
  subnet:
    description:
      - Name, CIDR or id of that subnet, instead of O(subnet_id).
    type: str
  server_backup_agent_ip:
    description:
      - Address at which Backup reaches a new agent. By default, the service selects one. It needs API version 1.3.
    type: str
  zone:
    description:
      - Zone of a new agent, for example V(kr-west1-a). It is optional, needs API version 1.3, and cannot be changed.
      - The default is the zone of the connection, if it belongs to the region.
    type: str
  check_connection:
    description:
      - Whether the service checks its connection to the agent. The task waits for the result, and fails if the connection fails.
      - A check changes only RV(agent.connection_state) and its time, so it does not count as a change. Check mode sends no check.
      - Only an agent that is installed on a running server has a connection.
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(backup): ListBackupAgents, ShowBackupAgent, ListBackupAgentTargets, ListBackupTargets; to change
    CreateBackupAgent, DeleteBackupAgent; with O(check_connection) CheckBackupAgentConnectionState; with O(state=absent) ListBackups and
    ShowBackup."
  - "IAM actions needed to find a server by its address: ListVirtualServers in C(virtualserver) and ListBaremetals in C(baremetal), and to find
    a subnet by O(subnet) ListSubnets in C(vpc)."
seealso:
  - module: scp.storage.scp_backup_agent_info
  - module: scp.storage.scp_backup
"""

EXAMPLES = r"""
---
- name: Create an agent for a bare-metal server
  scp.storage.scp_backup_agent:
    server: west-db1
    server_category: BAREMETAL_SERVER
  register: made

- name: Show the location of the installer
  ansible.builtin.debug:
    msg: "{{ made.agent.install_file_path }}"

- name: Check the connection of an installed agent
  scp.storage.scp_backup_agent_info:
    server_name: west-db1
    gather: [detail]

- name: Delete the agent
  scp.storage.scp_backup_agent:
    server: west-db1
    state: absent
"""

RETURN = r"""
---
agent:
  description: The agent, with the fields that are known.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the agent.
      type: str
    name:
      description: Name that the service gave it.
      type: str
    state:
      description: V(AVAILABLE) if it can be used. Other states are temporary or show an error.
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
    server_os_type:
      description: V(LINUX) or V(WINDOWS).
      type: str
    server_backup_agent_ip:
      description: The server's address for backups.
      type: str
    install_file_path:
      description: Where the installer is fetched from.
      type: str
    connection_state:
      description: Result of the last check of the connection, V(SUCCESS) or V(FAILED). V(null) before the first check.
      type: str
    connection_check_time:
      description: When that was.
      type: str
    backup_policy_count:
      description: How many backups use it.
      type: int
    backup_master_ip:
      description: The address that the server must reach.
      type: str
    media_servers:
      description: Other addresses that it must reach, each with C(name) and C(ip_address).
      type: list
      elements: dict
  sample:
    id: BACKUP_AGENT-abcd
    name: agent_abcd12
    state: AVAILABLE
    server_uuid: 1fdcac6943bd0c156b5eb91d669afb80
    server_name: west-db1
    server_category: BAREMETAL_SERVER
    server_os_type: LINUX
    server_backup_agent_ip: 10.10.1.14
    server_gateway_ip: 10.10.1.1
    subnet_id: 32189e00376bd344b8f87de613b39240
    subnet_name: west-subnet
    install_file_path: http://linux-agent
    connection_state: SUCCESS
    connection_check_time: "2026-07-30T05:12:09Z"
    backup_policy_count: 0
    backup_master_ip: 33.44.55.66
    backup_master_name: backupmaster
    media_servers: []
    created_at: "2026-07-30T04:54:33Z"
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateBackupAgent]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: CreateBackupAgent
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import AGENT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
