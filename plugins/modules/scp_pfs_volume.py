#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_pfs_volume
short_description: Manage Parallel File Storage volumes
version_added: 0.1.0
description:
  - Create, enlarge and delete volumes of Parallel File Storage, and manage which GPU nodes may mount them.
  - The service appends C(_) and six characters to the name of a volume. O(name) accepts the name with or without this suffix.
  - The API can change only O(capacity_tb), which can only grow, and O(access_rules). It has no call to change the name.
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
      - Name of the volume, 3 to 21 lower-case letters, digits and underscores. It begins with a letter.
      - To find an existing volume, you can also use the name with the suffix of the service.
    type: str
  volume_id:
    description:
      - Id of an existing volume. Use it if several volumes have the same name.
    type: str
  zone:
    description:
      - The zone in which the volume is created, for example V(kr-west1-a). It must belong to O(region), and cannot be changed later.
      - If this option is set, API versions with zones are used. They require a zone.
      - If not given, the entry of O(zones) for the region or E(SCP_ZONE) is used for a new volume. An existing volume in another zone is then left
        unchanged.
    type: str
  state:
    description:
      - V(present) creates the volume if it does not exist, and changes it.
      - V(absent) deletes the volume and its data, after its access rules and its snapshots.
    type: str
    choices: [present, absent]
    default: present
  capacity_tb:
    description:
      - Capacity in terabytes, 1 to 1000. Required to create a volume.
      - You can increase the capacity while the volume is in use. You cannot decrease it. A smaller value is an error.
    type: int
  access_rules:
    description:
      - GPU nodes that may mount the volume. Missing rules are added. To remove other rules, use O(purge_access_rules). All changes are sent in one
        call.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server. The service supports only GPU nodes.
        type: str
        choices: [GPU_NODE]
        default: GPU_NODE
      object_id:
        description: Id of the node, in the region of the volume. Set either this option or O(access_rules[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the node, instead of its id. Names must match exactly. If several nodes match, the error lists them with their ids, networks
            and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  purge_access_rules:
    description:
      - Whether to remove rules that O(access_rules) does not list.
    type: bool
    default: false
notes:
  - In a loop without C(register), the result of an unchanged volume lacks RV(volume.mount_path) from the second item on, because
    only a further call for each volume returns it.
  - "Operations that are called, in C(parallel-filestorage): ListVolumes, ShowVolume; to change CreateVolume, SetVolumeCapacity, DeleteVolume;
    for access rules ListAccessRule, SetAccessRule; to delete also ListSnapshots, DeleteSnapshot. The names of the IAM actions that allow them
    are not published for this service."
  - "IAM action needed to find GPU nodes by O(access_rules[].object_name): ListGpuNodes in C(multinodegpucluster). The name is assumed to be that of the
    operation."
seealso:
  - module: scp.storage.scp_pfs_volume_info
  - module: scp.storage.scp_pfs_snapshot
"""

EXAMPLES = r"""
---
- name: Create a volume of ten terabytes that two GPU nodes may mount
  scp.storage.scp_pfs_volume:
    name: train_data
    capacity_tb: 10
    access_rules:
      - object_id: "{{ gpu_node_ids[0] }}"
      - object_id: "{{ gpu_node_ids[1] }}"
  register: train_data

- name: Show the mount path
  ansible.builtin.debug:
    msg: "{{ train_data.volume.mount_path }}"

- name: Enlarge the volume, and replace the second node
  scp.storage.scp_pfs_volume:
    name: train_data
    capacity_tb: 20
    access_rules:
      - object_id: "{{ gpu_node_ids[0] }}"
      - object_id: "{{ gpu_node_ids[2] }}"
    purge_access_rules: true

- name: Allow a node to mount the volume by its name
  scp.storage.scp_pfs_volume:
    name: train_data
    access_rules:
      - object_name: "{{ gpu_node_name }}"

- name: Remove all access rules
  scp.storage.scp_pfs_volume:
    name: train_data
    access_rules: []
    purge_access_rules: true

- name: Delete the volume and its data
  scp.storage.scp_pfs_volume:
    name: train_data
    state: absent
"""

RETURN = r"""
---
volume:
  description: The volume, with the fields that are known.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the volume.
      type: str
    name:
      description: Name with the suffix of the service.
      type: str
    base_name:
      description: Name without the suffix, as it was requested.
      type: str
    zone:
      description: Zone of the volume.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the volume, for example V(available).
      type: str
    capacity_tb:
      description: Capacity in terabytes.
      type: int
    mount_path:
      description: Path that a node mounts. V(null) until the volume is available.
      returned: unless the volume is an unchanged one of several, in a task without C(register)
      type: str
    created_at:
      description: When it was created.
      type: str
    account_id:
      description: Id of the account that owns the volume.
      type: str
    access_rules:
      description: Nodes that may mount the volume, each with its state (C(access_state)) and the states of its addresses (C(access_ip_list)).
      returned: when O(access_rules) was given
      type: list
      elements: dict
  sample:
    id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    name: train_data_2m060u
    base_name: train_data
    state: available
    capacity_tb: 10
    account_id: 0e3dffc50eb247a1adf4f2e5c82c4f99
    created_at: "2026-07-30T04:54:33.219373"
    mount_path: 10.10.10.10:/train_data_2m060u
    access_rules:
      - object_id: 43f33470-2a4c-4aa8-8cf9-affe4917bb6f
        object_type: GPU_NODE
        object_name: node1
        object_state: RUNNING
        access_state: all
        access_ip_list:
          - access_ip: 10.10.20.5
            access_ip_state: active
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolume, SetAccessRule]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: parallel-filestorage
    operation: CreateVolume
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import VOLUME as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
