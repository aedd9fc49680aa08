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
  - Returns virtual servers, GPU servers, bare-metal servers and GPU nodes with their ids, names and addresses. With O(object_types), also VPC endpoints and
    subnets.
  - Other modules refer to these resources by id, and some also by name or address. They find names and addresses in the same lists.
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
      - Types to return. They are those of O(scp.storage.scp_filestorage_volume#module:access_rules[].object_type), and V(SUBNET).
      - If the account may not read the list of a type that is set here, this is an error.
      - If not given, servers of all types are returned (V(VM), V(GPU), V(BM) and V(GPU_NODE)). Lists that the account may not read are then returned in
        RV(unread). This is an error only if the account may read none of them.
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
      - Return only resources with exactly this name.
    type: str
  server_id:
    description:
      - Return only the resource with this id.
    type: str
  address:
    description:
      - Return only resources with this address, or subnets with this CIDR.
    type: str
  state:
    description:
      - Return only resources in this state, for example V(ACTIVE). The case does not matter.
    type: str
  vpc_id:
    description:
      - Return only resources in this VPC.
    type: str
  zone:
    description:
      - Return only servers in this zone. Servers have a zone from Virtual Server 1.4, Bare Metal Server 1.2 and Multi-node GPU Cluster 1.3 on. To use these
        versions while older ones are offered, set the service to V(newest) in O(api_versions).
    type: str
  owner:
    description:
      - Return only servers that were created by a user, by auto-scaling or by Kubernetes. Types without an owner are omitted.
    type: str
    choices: [user, auto_scaling, kubernetes]
notes:
  - "IAM actions needed, for the types that are read: ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), ListVpcEndpoints and ListSubnets in C(vpc). The names of the actions are assumed to be those of the operations."
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

- name: Show which servers the platform created itself
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
  description: The servers, VPC endpoints and subnets that were found, sorted by region, type and name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id that other modules accept.
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
      description: Addresses. For a subnet, its CIDR.
      type: list
      elements: str
    networks:
      description: Names or ids of its networks and of its VPC.
      type: list
      elements: str
    state:
      description: State, as the service returns it.
      type: str
    vpc_id:
      description: Id of the VPC.
      type: str
    zone:
      description: Zone. It is V(null) if the API version does not return it. See the option O(zone).
      type: str
    created_at:
      description: When it was created.
      type: str
    owner:
      description: Who created the server, V(user), V(auto_scaling) or V(kubernetes).
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
      description: Type whose resources are missing in RV(servers).
      type: str
    message:
      description: Reason, and the IAM action that is missing.
      type: str
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.specs import SERVER_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
