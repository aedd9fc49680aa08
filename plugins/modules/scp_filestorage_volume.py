#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_volume
short_description: Manage File Storage volumes
version_added: 0.1.0
description:
  - Create, change and delete volumes of File Storage, and manage which servers may mount them.
  - The service appends C(_) and six characters to the name of a volume. O(name) accepts the name with or without this suffix.
  - The API can change only O(file_unit_recovery_enabled) and O(access_rules) of a volume. Name, protocol, type and CIFS password cannot be changed
    after creation. A different O(protocol) or O(type_name) is an error. The volume is never recreated.
  - A volume has no size option. It grows with its data.
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
      - V(absent) deletes the volume and its data. It first deletes the access rules and the system snapshots of an ended replication. If the volume
        is replicated, the task fails, names the replication, and changes nothing.
    type: str
    choices: [present, absent]
    default: present
  protocol:
    description:
      - Protocol of the mount. Required to create a volume.
    type: str
    choices: [NFS, CIFS]
  type_name:
    description:
      - Type of the disks. Required to create a volume.
    type: str
    choices: [HDD, SSD, HighPerformanceSSD, SSD_SAP_S, SSD_SAP_E]
  cifs_password:
    description:
      - Password for the mount, 6 to 20 characters with a letter from A to Z or a to z, a digit and a special character.
      - "Only these special characters are valid: V(!#&'*+,-.:;<=>?@^_`~/|)."
      - Required to create a volume with O(protocol=CIFS). The API accepts it only at creation and never returns it. A different password therefore
        does not cause a change.
    type: str
  snapshot_id:
    description:
      - Id of a snapshot to create the volume from. Protocol and type must be the same as those of the snapshot's volume.
      - The API accepts it only at creation and never returns it. A different id therefore does not cause a change.
    type: str
  file_unit_recovery_enabled:
    description:
      - Whether single files can be recovered from snapshots.
    type: bool
  access_rules:
    description:
      - Servers and endpoints that may mount the volume. Missing rules are added. To remove other rules, use O(purge_access_rules).
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server or endpoint.
        type: str
        required: true
        choices: [VM, BM, GPU, GPU_NODE, ENDPOINT]
      object_id:
        description: Id of the server or endpoint, in the region of the volume. Set either this option or O(access_rules[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server or endpoint, instead of its id. Names must match exactly. If several match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  purge_access_rules:
    description:
      - Whether to remove rules that O(access_rules) does not list.
      - Rules of servers that auto-scaling or Kubernetes created remain, because the platform itself added these rules. To recognize them, the task reads the
        list of virtual servers if it would remove rules of virtual servers or GPU servers. To remove these rules too, use O(purge_platform_access_rules).
    type: bool
    default: false
  purge_platform_access_rules:
    description:
      - Whether O(purge_access_rules) also removes rules of servers that auto-scaling or Kubernetes created. The list of virtual servers is then not read.
    type: bool
    default: false
notes:
  - In a loop without C(register), the result of an unchanged volume lacks RV(volume.path), RV(volume.usage) and
    RV(volume.file_unit_recovery_enabled) from the second item on, because only a further call for each volume returns them.
  - "IAM actions needed, in C(filestorage): ListVolumes, ShowVolume; to change C(CreateVolume), C(SetVolume), C(DeleteVolume);
    for access rules ListVolumeAccessRules, SetVolumeAccessRule; to delete also ListVolumeSnapshots, DeleteVolumeSnapshot, ListVolumeReplications."
  - "IAM actions needed to find servers and endpoints by O(access_rules[].object_name): ListVirtualServers in C(virtualserver), ListBaremetals in
    C(baremetal), ListGpuNodes in C(multinodegpucluster), and ListVpcEndpoints in C(vpc), for the types that are used. The names of the actions are assumed
    to be those of the operations."
  - "With O(purge_access_rules) also ListVirtualServers and ShowVirtualServer in C(virtualserver), if rules of virtual servers or GPU servers would be
    removed."
seealso:
  - module: scp.storage.scp_filestorage_volume_info
  - module: scp.storage.scp_filestorage_replication
"""

EXAMPLES = r"""
---
- name: Create a volume that two servers may mount
  scp.storage.scp_filestorage_volume:
    name: web_data
    protocol: NFS
    type_name: SSD
    access_rules:
      - object_type: VM
        object_id: "{{ vm_id }}"
      - object_type: BM
        object_id: "{{ bm_id }}"
  register: web_data

- name: Show the mount path
  ansible.builtin.debug:
    msg: "{{ web_data.volume.path }}"

- name: Allow servers to mount the volume, by their names or addresses
  scp.storage.scp_filestorage_volume:
    name: web_data
    protocol: NFS
    type_name: SSD
    access_rules:
      - object_type: VM
        object_name: "{{ vm_name }}"
      - object_type: BM
        object_name: "{{ bm_address }}"

- name: Allow only the virtual server to mount it, and enable recovery of single files
  scp.storage.scp_filestorage_volume:
    name: web_data
    file_unit_recovery_enabled: true
    access_rules:
      - object_type: VM
        object_id: "{{ vm_id }}"
    purge_access_rules: true

- name: Create a CIFS volume with tags
  scp.storage.scp_filestorage_volume:
    name: office
    protocol: CIFS
    type_name: HDD
    cifs_password: "{{ office_password }}"
    tags:
      - key: team
        value: office

- name: Delete the volume and its data
  scp.storage.scp_filestorage_volume:
    name: office
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
    protocol:
      description: V(NFS) or V(CIFS).
      type: str
    type_name:
      description: Type of the disks.
      type: str
    zone:
      description: Zone of the volume.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the volume, for example V(available).
      type: str
    purpose:
      description: V(none), V(original) for the source of a replication, V(replication) for its target, V(backup) for a disk backup.
      type: str
    path:
      description: Path that a server mounts. The platform can change it, so read it each time you need it.
      returned: unless the volume is an unchanged one of several, in a task without C(register)
      type: str
    usage:
      description: Used bytes. A volume has no fixed size and grows with its data.
      returned: unless the volume is an unchanged one of several, in a task without C(register)
      type: int
    file_unit_recovery_enabled:
      description: Whether single files can be recovered from snapshots.
      returned: unless the volume is an unchanged one of several, in a task without C(register)
      type: bool
    access_rules:
      description: Servers and endpoints that may mount the volume. See the option O(access_rules).
      returned: when O(access_rules) was given
      type: list
      elements: dict
      contains:
        object_type:
          description: Type of the server or endpoint.
          type: str
        object_id:
          description: Id of the server or endpoint.
          type: str
        object_name:
          description: Name of the server or endpoint.
          returned: when the task has read it
          type: str
        owner:
          description: Who created the server, V(user), V(auto_scaling) or V(kubernetes). For the last two, the platform added the rule.
          returned: when the task had to check it for O(purge_access_rules)
          type: str
        access_rule_state:
          description: State of the rule, for example V(active).
          type: str
  sample:
    id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    name: web_data_2m060u
    base_name: web_data
    protocol: NFS
    type_name: SSD
    type_id: 5a0ab0f5-7d0b-4f5c-9b2c-1d4f3a1b2c3d
    state: available
    purpose: none
    account_id: 0e3dffc50eb247a1adf4f2e5c82c4f99
    created_at: "2026-07-30T04:54:33.219373"
    path: 10.10.10.10:/scp_web_data_2m060u
    usage: 204800
    encryption_enabled: true
    file_unit_recovery_enabled: true
    cifs_id: null
    endpoint_path: null
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
    service: filestorage
    operation: CreateVolume
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import VOLUME as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
