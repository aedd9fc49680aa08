#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_server_info
short_description: Get information about servers, VPC endpoints and subnets
version_added: 0.1.0
description:
  - Returns virtual servers, GPU servers, bare-metal servers and GPU nodes, and on demand VPC endpoints and subnets, with their ids, names and addresses.
  - Other modules refer to these resources by id. Where they take a name or an address as well, they find it in the same lists.
  - If nothing is found, the result is an empty list and not an error.
  - Each type has one list, which is read once for a region. Virtual servers and GPU servers have the same list.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  object_types:
    description:
      - Types to return, as O(scp.storage.scp_filestorage_volume#module:access_rules[].object_type) has them, and V(SUBNET).
      - A list that the account may not read is an error for types that are listed here.
      - If not given, all servers are returned, which are V(VM), V(GPU), V(BM) and V(GPU_NODE). Lists that the account may not read are then in
        RV(unread), and it is an error only if it may read none of them.
    type: list
    elements: str
    choices: [VM, GPU, BM, GPU_NODE, ENDPOINT, SUBNET]
  regions:
    description:
      - Regions to read, concurrently. The default is O(region).
    type: list
    elements: str
  name:
    description:
      - Only resources of exactly this name.
    type: str
  server_id:
    description:
      - Only the resource with this id.
    type: str
  address:
    description:
      - Only resources with this address; of subnets, their CIDR.
    type: str
  state:
    description:
      - Only resources in this state, for example V(ACTIVE). The case does not matter.
    type: str
  vpc_id:
    description:
      - Only resources of this VPC.
    type: str
  zone:
    description:
      - Only servers in this zone. The services return zones from Virtual Server 1.4, Bare Metal Server 1.2 and Multi-node GPU Cluster 1.3 on. To use
        these versions while older ones are offered, set the service to V(newest) in O(api_versions).
    type: str
  owner:
    description:
      - Only servers that were made by a user, by auto-scaling or by Kubernetes. Types without an owner are left out.
    type: str
    choices: [user, auto_scaling, kubernetes]
notes:
  - "IAM actions needed, for the types: ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), ListVpcEndpoints and ListSubnets in C(vpc). That actions have the names of the operations is assumed."
  - On the platform, subnets of the type C(PRIVATE) were observed to be missing in the list.
seealso:
  - plugin: scp.storage.scp_server
    plugin_type: lookup
  - module: scp.storage.scp_filestorage_volume
  - module: scp.storage.scp_bm_volume
"""

EXAMPLES = r"""
---
- name: Get all servers of two regions
  scp.storage.scp_server_info:
    regions: [kr-west1, kr-east1]
  register: all_servers

- name: Show which servers the platform makes itself
  ansible.builtin.debug:
    msg: "{{ all_servers.servers | rejectattr('owner', 'undefined') | rejectattr('owner', 'eq', 'user') | map(attribute='name') }}"

- name: Get the addresses of the bare-metal servers
  scp.storage.scp_server_info:
    object_types: [BM]
    query: "servers[].{name: name, address: addresses[0]}"

- name: Get the virtual servers of a zone
  scp.storage.scp_server_info:
    object_types: [VM]
    zone: kr-west1-a
    api_versions:
      virtualserver: newest

- name: Get the subnets of a region
  scp.storage.scp_server_info:
    region: kr-east1
    object_types: [SUBNET]
"""

RETURN = r"""
---
servers:
  description: What was found, by region, type and name. VPC endpoints and subnets are in the same list.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id, as other modules take it.
      type: str
    name:
      description: Name.
      type: str
    object_type:
      description: Type, one of the choices of O(object_types).
      type: str
    region:
      description: Region.
      type: str
    addresses:
      description: Addresses; of a subnet its CIDR.
      type: list
      elements: str
    networks:
      description: Names or ids of the networks and the VPC that it is in.
      type: list
      elements: str
    state:
      description: State, in the service's words.
      type: str
    vpc_id:
      description: Id of the VPC.
      type: str
    zone:
      description: Zone; V(null) if the version of the service does not return it, see the option O(zone).
      type: str
    created_at:
      description: When it was created.
      type: str
    owner:
      description: Who made the server, V(user), V(auto_scaling) or V(kubernetes).
      returned: for V(VM) and V(GPU)
      type: str
  sample:
    - id: b0f1136c-b4ff-4d8a-93bc-2a0d3ddc9ca8
      name: web-1
      object_type: VM
      region: kr-west1
      addresses: [192.168.10.11]
      networks: [west-subnet, VPC 7df8abb4912e4709b1cb237daccca7a8]
      state: ACTIVE
      vpc_id: 7df8abb4912e4709b1cb237daccca7a8
      zone: kr-west1-a
      created_at: "2026-09-01T00:00:00Z"
      owner: user
unread:
  description: Lists that the account may not read, if O(object_types) is not given.
  returned: success
  type: list
  elements: dict
  contains:
    region:
      description: Region.
      type: str
    object_type:
      description: Type that is missing in RV(servers).
      type: str
    message:
      description: Why, and which IAM action is missing.
      type: str
result:
  description: What O(query) finds in the rest of the result.
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.server_info import ServerInfo

SPEC = ModuleSpec(
    handler=ServerInfo,
    options={
        "object_types": {
            "type": "list",
            "elements": "str",
            "choices": ["VM", "GPU", "BM", "GPU_NODE", "ENDPOINT", "SUBNET"],
        },
        "regions": {"type": "list", "elements": "str"},
        "name": {"type": "str"},
        "server_id": {"type": "str"},
        "address": {"type": "str"},
        "state": {"type": "str"},
        "vpc_id": {"type": "str"},
        "zone": {"type": "str"},
        "owner": {"type": "str", "choices": ["user", "auto_scaling", "kubernetes"]},
    },
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
