#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_target_info
short_description: Get information about backup sources and targets
version_added: 0.1.0
description:
  - Read what the service offers to choose from, for backups, agents and restores.
  - If nothing is found, the result is an empty list and not an error. An option that does not apply to the O(kind) is an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  kind:
    description:
      - V(servers) returns servers that can be backed up. It requires O(server_category) and O(policy_type), and accepts O(server_name),
        O(backup_region) and O(server_zone).
      - V(agent_servers) returns servers without an agent. It requires O(server_category), and accepts O(server_name) and O(server_zone).
      - V(file_restore_servers) returns servers to which the files of a backup can be restored. It requires O(backup), and accepts O(server_name).
      - V(subnets) returns subnets in which a server can be restored from a backup. It requires O(backup), and accepts O(restore_region),
        O(restore_zone), O(vpc_id) and O(subnet_state).
      - V(regions) returns pairs of source and target regions of backups. It accepts the ends of the pair and O(backup_master_type).
    type: str
    required: true
    choices: [servers, agent_servers, file_restore_servers, subnets, regions]
  server_category:
    description:
      - Only servers of this kind.
    type: str
    choices: [VIRTUAL_SERVER, GPU_SERVER, BAREMETAL_SERVER]
  policy_type:
    description:
      - Servers for backups of this type. Servers for V(FILESYSTEM) have an agent. V(FILE_STORAGE) needs API version 1.3.
      - On the platform, the list for V(VM_IMAGE) was observed to fail with status 500.
    type: str
    choices: [VM_IMAGE, FILESYSTEM, FILE_STORAGE]
  server_name:
    description:
      - Only servers of exactly this name.
    type: str
  backup_region:
    description:
      - Only servers of this region, by default of the one that is called. The reference does not explain it.
    type: str
  server_zone:
    description:
      - Return only servers in this zone. It needs API version 1.3.
    type: str
  backup:
    description:
      - Name or id of a backup.
    type: str
  restore_region:
    description:
      - Only subnets of this region, by default of the one that is called.
    type: str
  restore_zone:
    description:
      - Return only subnets in this zone. It needs API version 1.3.
    type: str
  vpc_id:
    description:
      - Only subnets of this VPC.
    type: str
  subnet_state:
    description:
      - Only subnets in this state, for example V(ACTIVE).
    type: str
  from_region:
    description:
      - Only pairs that begin in this region.
    type: str
  from_availability_zone:
    description:
      - Only pairs that begin in this availability zone.
    type: str
  to_region:
    description:
      - Only pairs that end in this region.
    type: str
  to_availability_zone:
    description:
      - Only pairs that end in this availability zone.
    type: str
  backup_master_type:
    description:
      - Only pairs for backups of this type. If omitted, the service uses V(AGENTLESS).
    type: str
    choices: [AGENT, AGENT_VM, AGENT_BM, AGENTLESS, AGENT_SAP_INT, AGENT_SAP_EXT]
notes:
  - "IAM actions needed, in C(backup), one for each kind in their order: ListBackupTargets, ListBackupAgentTargets,
    ListAgentBackupRestoreTargetServers, ListRestoreSubnets, ListBackupRegionRelationship; for O(backup) ListBackups and ShowBackup."
seealso:
  - module: scp.storage.scp_backup
  - module: scp.storage.scp_backup_agent
  - module: scp.storage.scp_backup_restore
"""

EXAMPLES = r"""
---
- name: Virtual servers of which images can be kept
  scp.storage.scp_backup_target_info:
    kind: servers
    server_category: VIRTUAL_SERVER
    policy_type: VM_IMAGE

- name: Bare-metal servers without an agent that run
  scp.storage.scp_backup_target_info:
    kind: agent_servers
    server_category: BAREMETAL_SERVER
    query: "targets[?server_state == 'RUNNING'].server_name"

- name: Subnets for a server that is restored from a backup
  scp.storage.scp_backup_target_info:
    kind: subnets
    backup: web-image
    subnet_state: ACTIVE

- name: Regions in which backups of this one can be kept
  scp.storage.scp_backup_target_info:
    kind: regions
    from_region: kr-west1
"""

RETURN = r"""
---
targets:
  description: The sources or targets, with the fields of the API for the O(kind), sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    server_uuid:
      description: Uuid of a server. Other modules find the server by it or by its name.
      returned: for servers
      type: str
    server_name:
      description: Name of a server.
      returned: for servers
      type: str
    server_state:
      description: State of a server, for example V(RUNNING).
      returned: for O(kind=agent_servers)
      type: str
    id:
      description: Id of a subnet.
      returned: for O(kind=subnets)
      type: str
    name:
      description: Name of a subnet.
      returned: for O(kind=subnets)
      type: str
    to_region:
      description: The region in which backups of C(from_region) can be kept.
      returned: for O(kind=regions)
      type: str
  sample:
  - server_uuid: 1ebcb471-6d7b-44d1-9e25-9c88c4a1f9a4
    server_guid: b2ebf652-7c43-4131-aeb4-1a390fa39508
    server_name: west-web1
    server_type: s1v1m2
    server_os_version: UBUNTU 22.04
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [west-db3]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: ListBackupTargets
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import TARGET_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
