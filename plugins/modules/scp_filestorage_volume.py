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
  - Create, change and delete volumes of File Storage, and say which servers may mount them.
  - The service appends C(_) and six characters to the name of a volume. O(name) finds it with or without them.
  - The API can change nothing of a volume but O(file_unit_recovery_enabled) and O(access_rules). Name, protocol, type and CIFS password
    stay as they were created, a difference in O(protocol) or O(type_name) is an error, and nothing is recreated.
  - There is no size to set. A volume grows with its data.
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
      - Id of an existing volume. Use it where several volumes have the same name.
    type: str
  state:
    description:
      - With V(present), the volume is created where it does not exist.
      - With V(absent), the volume and its data are deleted, its access rules and system snapshots of an ended replication before it.
        A volume that is replicated is left alone, with an error that names the replication.
    type: str
    choices: [present, absent]
    default: present
  protocol:
    description:
      - How servers mount the volume. Needed to create one.
    type: str
    choices: [NFS, CIFS]
  type_name:
    description:
      - Type of the disks. Needed to create a volume.
    type: str
    choices: [HDD, SSD, HighPerformanceSSD, SSD_SAP_S, SSD_SAP_E]
  cifs_password:
    description:
      - Password for the mount, 6 to 20 characters with a letter from A to Z or a to z, a digit and a special character.
      - "Special characters are V(!#&'*+,-.:;<=>?@^_`~/|), and there are no others."
      - Needed to create a volume with O(protocol=CIFS). The API takes it at creation only and never shows it, so it does not make a task changed.
    type: str
  snapshot_id:
    description:
      - Id of a snapshot whose content a new volume starts with. Protocol and type must be those of the snapshot's volume.
      - The API takes it at creation only and never shows it, so it does not make a task changed.
    type: str
  file_unit_recovery_enabled:
    description:
      - Whether single files can be recovered from snapshots.
    type: bool
  access_rules:
    description:
      - Who may mount the volume. What is missing is added; see O(purge_access_rules) for the rest.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: What O(access_rules[].object_id) is.
        type: str
        required: true
        choices: [VM, BM, GPU, GPU_NODE, ENDPOINT]
      object_id:
        description: Id of the server or endpoint, in the region of the volume.
        type: str
        required: true
  purge_access_rules:
    description:
      - Whether rules that O(access_rules) does not list are removed, those too that the platform itself added for auto-scaling or Kubernetes.
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(filestorage): ListVolumes, ShowVolume; to change C(CreateVolume), C(SetVolume), C(DeleteVolume);
    for access rules ListVolumeAccessRules, SetVolumeAccessRule; to delete also ListVolumeSnapshots, DeleteVolumeSnapshot, ListVolumeReplications."
seealso:
  - module: scp.storage.scp_filestorage_volume_info
  - module: scp.storage.scp_filestorage_replication
"""

EXAMPLES = r"""
---
- name: A volume that two virtual servers may mount
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

- name: Show what to mount
  ansible.builtin.debug:
    msg: "{{ web_data.volume.path }}"

- name: Only the virtual server may mount it, and single files can be recovered
  scp.storage.scp_filestorage_volume:
    name: web_data
    file_unit_recovery_enabled: true
    access_rules:
      - object_type: VM
        object_id: "{{ vm_id }}"
    purge_access_rules: true

- name: A CIFS volume with tags
  scp.storage.scp_filestorage_volume:
    name: office
    protocol: CIFS
    type_name: HDD
    cifs_password: "{{ office_password }}"
    tags:
      - key: team
        value: office

- name: The volume and its data are gone
  scp.storage.scp_filestorage_volume:
    name: office
    state: absent
"""

RETURN = r"""
---
volume:
  description: The volume, as far as it is known.
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
    protocol:
      description: V(NFS) or V(CIFS).
      type: str
    type_name:
      description: Type of the disks.
      type: str
    state:
      description: State of the volume, for example V(available).
      type: str
    purpose:
      description: V(none), V(original) for the source of a replication, V(replication) for its target, V(backup) for a disk backup.
      type: str
    path:
      description: What a server mounts. It can change on its own, so read it when it is needed.
      type: str
    usage:
      description: Bytes in use. A volume has no size, it grows with its data.
      type: int
    file_unit_recovery_enabled:
      description: Whether single files can be recovered from snapshots.
      type: bool
    access_rules:
      description: Who may mount the volume; see the option O(access_rules).
      returned: when O(access_rules) was given
      type: list
      elements: dict
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
    - The API operations that changed something, in order, by their C(operationId). In check mode those that would be sent.
  returned: always
  type: list
  elements: str
  sample: [CreateVolume, SetAccessRule]
error:
  description: What is known of the call that failed.
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
