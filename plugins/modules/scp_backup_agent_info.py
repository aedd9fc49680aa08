#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_agent_info
short_description: Get information about backup agents
version_added: 0.1.0
description:
  - Read the agents of servers, all of them or those that fit, and where the installer for a system is.
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
      - Only the agent of exactly this name, which the service gave it.
    type: str
  server_name:
    description:
      - Only agents of servers of exactly this name.
    type: str
  server_backup_agent_ip:
    description:
      - Only agents at exactly this address.
    type: str
  os_type:
    description:
      - Returns RV(install_file_path) for this system. It filters nothing.
    type: str
    choices: [LINUX, WINDOWS]
  gather:
    description:
      - Parts to read for each agent. Each costs a call for each agent; they are sent in parallel.
      - V(detail) adds what lists do not show, for example the uuid and the operating system of the server, the installer and the addresses that the server
        must reach.
      - V(tags) adds RV(agents[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [detail, tags]
    default: []
notes:
  - "IAM actions needed, in C(backup): ListBackupAgents; for O(gather) ShowBackupAgent, for O(os_type) ShowBackupAgentInstallFilePath."
seealso:
  - module: scp.storage.scp_backup_agent
"""

EXAMPLES = r"""
---
- name: All agents in full
  scp.storage.scp_backup_agent_info:
    gather: [detail]
  register: all_agents

- name: Where the installer for Linux is
  scp.storage.scp_backup_agent_info:
    os_type: LINUX

- name: Servers whose agent is not connected
  scp.storage.scp_backup_agent_info:
    query: "agents[?connection_state != 'SUCCESS'].server_name"
"""

RETURN = r"""
---
agents:
  description: The agents, the oldest first.
  returned: success
  type: list
  elements: dict
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
    server_name:
      description: Name of the server.
      type: str
    server_category:
      description: What kind of server it is.
      type: str
    server_backup_agent_ip:
      description: The server's address for backups.
      type: str
    connection_state:
      description: Result of the last check of the connection, V(SUCCESS) or V(FAILED). V(null) before the first check.
      type: str
    backup_policy_count:
      description: How many backups use it.
      type: int
    server_uuid:
      description: Uuid of the server.
      returned: with V(detail) in O(gather)
      type: str
    install_file_path:
      description: Where the installer is fetched from.
      returned: with V(detail) in O(gather)
      type: str
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: BACKUP_AGENT-abcd
    name: agent_abcd12
    state: AVAILABLE
    server_name: west-db1
    server_category: BAREMETAL_SERVER
    server_backup_agent_ip: 10.10.1.14
    connection_state: SUCCESS
    backup_policy_count: 3
    created_at: "2026-07-30T04:54:33Z"
install_file_path:
  description: URL of the installer for O(os_type).
  returned: when O(os_type) is given
  type: str
  sample: http://linux-agent
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [west-db1]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: ListBackupAgents
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import AGENT_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
