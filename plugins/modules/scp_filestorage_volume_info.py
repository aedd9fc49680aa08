#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_volume_info
short_description: Get information about File Storage volumes
version_added: 0.1.0
description:
  - Read volumes of File Storage, all of them or those that match, with the additional parts in O(gather).
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
      - Only volumes of exactly this name, with or without the suffix of the service. Several volumes can have the same name.
    type: str
  volume_id:
    description:
      - Only the volume with this id.
    type: str
  type_name:
    description:
      - Only volumes with this type of disks.
    type: str
    choices: [HDD, SSD, HighPerformanceSSD, SSD_SAP_S, SSD_SAP_E]
  gather:
    description:
      - Parts to read for each volume. Each part costs a call for each volume. The calls are sent in parallel.
      - V(access_rule_owners) returns the same as V(access_rules), with the names and owners of servers. It also reads one list for each type of server in
        the rules.
      - V(tags) adds RV(volumes[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [access_rules, access_rule_owners, snapshots, snapshot_schedule, replications, tags]
    default: []
notes:
  - "IAM actions needed, in C(filestorage): ListVolumes, ShowVolume; for O(gather) ListVolumeAccessRules, ListVolumeSnapshots,
    ListVolumeSnapshotSchedules, ListVolumeReplications and ShowVolumeReplication."
  - "IAM actions needed for V(access_rule_owners) in O(gather): ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), and ListVpcEndpoints in C(vpc), for the types in the rules."
seealso:
  - module: scp.storage.scp_filestorage_volume
"""

EXAMPLES = r"""
---
- name: All volumes with their replications
  scp.storage.scp_filestorage_volume_info:
    gather: [replications]
  register: all_volumes

- name: One volume with its dependents
  scp.storage.scp_filestorage_volume_info:
    name: web_data
    gather: [access_rules, snapshots, snapshot_schedule, replications]

- name: Get the names of servers whose rules the platform added
  scp.storage.scp_filestorage_volume_info:
    gather: [access_rule_owners]
    query: "volumes[].access_rules[?owner && owner != 'user'][].object_name"

- name: Names and mount paths of all volumes on SSD
  scp.storage.scp_filestorage_volume_info:
    type_name: SSD
    query: "volumes[].{name: base_name, path: path}"
  register: mounts
"""

RETURN = r"""
---
volumes:
  description: The volumes that fit, oldest first.
  returned: success
  type: list
  elements: dict
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
      type: str
    usage:
      description: Used bytes. A volume has no fixed size and grows with its data.
      type: int
    file_unit_recovery_enabled:
      description: Whether single files can be recovered from snapshots.
      type: bool
    access_rules:
      description:
        - Who may mount the volume. Each rule has C(object_type), C(object_id) and C(access_rule_state).
        - With V(access_rule_owners) in O(gather) also with C(object_name), and for V(VM) and V(GPU) with C(owner), which is V(user), V(auto_scaling) or
          V(kubernetes). For the last two, the platform added the rule. The name and the owner are missing for a server that no longer exists.
      returned: when O(gather) has V(access_rules) or V(access_rule_owners)
      type: list
      elements: dict
    snapshots:
      description: Its snapshots.
      returned: when O(gather) has V(snapshots)
      type: list
      elements: dict
    snapshot_schedule:
      description: Its snapshot schedule, or V(null).
      returned: when O(gather) has V(snapshot_schedule)
      type: dict
    replications:
      description: Its replications, as source or target.
      returned: when O(gather) has V(replications)
      type: list
      elements: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
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
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [{name: web_data, path: "10.10.10.10:/scp_web_data_2m060u"}]
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
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import VOLUME_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
