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
  - Create, enlarge and delete volumes of Parallel File Storage, and say which GPU nodes may mount them.
  - The service appends C(_) and six characters to the name of a volume. O(name) finds it with or without them.
  - The API can change nothing of a volume but O(capacity_tb), which only grows, and O(access_rules). It has no call for the name.
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
      - Name of the volume, 3 to 21 characters, lower-case letters, digits and underscores, a letter first.
      - To find a volume, the name with the service's suffix is accepted as well.
    type: str
  volume_id:
    description:
      - Id of an existing volume. Use it if several volumes have the same name.
    type: str
  state:
    description:
      - With V(present), the volume is created where it does not exist.
      - With V(absent), the volume and its data are deleted, its access rules and its snapshots before it.
    type: str
    choices: [present, absent]
    default: present
  capacity_tb:
    description:
      - Capacity in terabytes, 1 to 1000. Needed to create a volume.
      - A volume grows while it is in use. It never shrinks, and to ask for less than it has is an error.
    type: int
  access_rules:
    description:
      - Which GPU nodes may mount the volume. What is missing is added; see O(purge_access_rules) for the rest. All changes go in one call.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: What O(access_rules[].object_id) is. The service knows GPU nodes only.
        type: str
        choices: [GPU_NODE]
        default: GPU_NODE
      object_id:
        description: Id of the node, in the region of the volume.
        type: str
        required: true
  purge_access_rules:
    description:
      - Whether rules that O(access_rules) does not list are removed.
    type: bool
    default: false
notes:
  - In a loop without C(register), the result of an unchanged volume lacks RV(volume.mount_path) from the second item on, because
    only a further call for each volume returns it.
  - "Operations that are called, in C(parallel-filestorage): ListVolumes, ShowVolume; to change CreateVolume, SetVolumeCapacity, DeleteVolume;
    for access rules ListAccessRule, SetAccessRule; to delete also ListSnapshots, DeleteSnapshot. The names of the IAM actions that allow them
    are not published for this service."
seealso:
  - module: scp.storage.scp_pfs_volume_info
  - module: scp.storage.scp_pfs_snapshot
"""

EXAMPLES = r"""
---
- name: Ten terabytes that two GPU nodes may mount
  scp.storage.scp_pfs_volume:
    name: train_data
    capacity_tb: 10
    access_rules:
      - object_id: "{{ gpu_node_ids[0] }}"
      - object_id: "{{ gpu_node_ids[1] }}"
  register: train_data

- name: Show what to mount
  ansible.builtin.debug:
    msg: "{{ train_data.volume.mount_path }}"

- name: It has become too small, and another node takes the place of the second
  scp.storage.scp_pfs_volume:
    name: train_data
    capacity_tb: 20
    access_rules:
      - object_id: "{{ gpu_node_ids[0] }}"
      - object_id: "{{ gpu_node_ids[2] }}"
    purge_access_rules: true

- name: Nobody may mount it any more
  scp.storage.scp_pfs_volume:
    name: train_data
    access_rules: []
    purge_access_rules: true

- name: The volume and its data are gone
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
      description: Name as the service shows it, with its suffix.
      type: str
    base_name:
      description: Name without the service's suffix, as it was asked for.
      type: str
    state:
      description: State of the volume, for example V(available).
      type: str
    capacity_tb:
      description: Capacity in terabytes.
      type: int
    mount_path:
      description: What a node mounts; V(null) until the volume is available.
      returned: unless the volume is an unchanged one of several, in a task without C(register)
      type: str
    created_at:
      description: When it was created.
      type: str
    account_id:
      description: Id of the account that it belongs to.
      type: str
    access_rules:
      description: Who may mount the volume, each with its own state (C(access_state)) and those of the node's addresses (C(access_ip_list)).
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
