#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group_recovery
short_description: Create a volume group from a snapshot of a Block Storage (BM) volume group
version_added: 0.1.0
description:
  - Make a second group, of a second volume for each member, from a snapshot of a volume group. The first ones stay unchanged.
  - Their names are O(block_storage_name_prefix) followed by the name of the original volume. An existing recovery of the group with these volume
    names is not changed, regardless of O(snapshot), because the API does not show the snapshot of a recovery. Other volumes with these names are an
    error.
  - The API does not document the name of the second group. RV(recovery) shows it.
  - The volumes have the size of the first ones and no server. They cannot have snapshots or a separate replication.
  - The API has no call to remove a recovery. M(scp.storage.scp_bm_volume_group) with C(state=absent) removes its volumes from the group, and
    M(scp.storage.scp_bm_volume) with C(state=absent) deletes them, as for any other volumes.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  volume_group:
    description:
      - Name or id of the volume group of the snapshot.
    type: str
    required: true
  snapshot:
    description:
      - Name or id of the snapshot to create the group from, or V(latest) for the newest.
    type: str
    required: true
  block_storage_name_prefix:
    description:
      - Prefix of the names of the second volumes, before the names of the first ones. Prefix and name together have at most 28 characters.
    type: str
    required: true
  state:
    description:
      - V(present) creates the recovery if it does not exist.
    type: str
    choices: [present]
    default: present
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumeGroups, ShowVolumeGroup, ListVolumes,
    ListVolumeGroupSnapshots; to make it CreateVolumeGroupRecovery."
seealso:
  - module: scp.storage.scp_bm_volume_group_snapshot
    description: Takes snapshots, or restores the volume group itself to a snapshot.
  - module: scp.storage.scp_bm_volume_group
"""

EXAMPLES = r"""
---
- name: A snapshot to try the upgrade on
  scp.storage.scp_bm_volume_group_snapshot:
    volume_group: orders

- name: Volumes to try the upgrade on
  scp.storage.scp_bm_volume_group_recovery:
    volume_group: orders
    snapshot: latest
    block_storage_name_prefix: try-
  register: trial

- name: Their ids
  ansible.builtin.debug:
    msg: "{{ trial.recovery.member_volumes | map(attribute='id') }}"
"""

RETURN = r"""
---
recovery:
  description: The group of second volumes, as M(scp.storage.scp_bm_volume_group) shows a group.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the group.
      type: str
    name:
      description: Name that the service gave it.
      type: str
    state:
      description: State of the group, for example V(AVAILABLE).
      type: str
    purpose:
      description: V(RECOVERY), or V(CLONE) on older platforms.
      type: str
    member_volumes:
      description: The second volumes, each with C(id), C(name), C(state) and more.
      type: list
      elements: dict
    recovery:
      description: Names and ids of its source group (C(origin_volume_group)) and of the group itself (C(recovery_volume_group)).
      type: dict
  sample:
    id: 5ba2b3f5e1e44f5c8a33f7d4ac7f9a10
    name: try-orders
    state: AVAILABLE
    purpose: RECOVERY
    member_volumes:
    - id: 1f0a3b6c2d3e4f5a9b8c7d6e5f4a3b2c
      name: try-db-data
      state: AVAILABLE
      disk_type: SSD
      size_gb: 100
    recovery:
      origin_volume_group:
        id: c9ecae8b973b425c81c3817893cd8063
        name: orders
      recovery_volume_group:
        id: 5ba2b3f5e1e44f5c8a33f7d4ac7f9a10
        name: try-orders
snapshot:
  description: The snapshot that the recovery was, or would be, created from. V(null) if the recovery already existed.
  returned: success
  type: dict
  sample:
    snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: go261001142150a6abf418e01___db.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeGroupRecovery]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeGroupRecovery
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP_RECOVERY as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
