#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group
short_description: Manage Block Storage (BM) volume groups
version_added: 0.1.0
description:
  - Create consistency groups of volumes for bare-metal servers, and manage their members. Snapshots, recoveries and replications of a group cover all
    its members at the same moment.
  - A member requires space for snapshots, and cannot have a separate snapshot schedule or replication. One error reports all blockers of all volumes.
  - The API has no call that deletes a group, and does not document what happens to a group without members. O(state=absent) removes all members.
    RV(remains) shows whether the empty group still exists. A later task with the same name uses the empty group.
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
      - Name of the group, 3 to 28 letters, digits and hyphens. It begins with a letter.
    type: str
  volume_group_id:
    description:
      - Id of an existing group. Use it if several groups have the same name.
    type: str
  zone:
    description:
      - The zone in which the volume group is created, for example V(kr-west1-a). It must belong to O(region), and cannot be changed later.
      - If this option is set, API versions with zones are used. They require a zone.
      - If not given, the entry of O(zones) for the region or E(SCP_ZONE) is used for a new volume group. An existing group in another zone is then left
        unchanged.
    type: str
  state:
    description:
      - V(present) creates the group or changes its members.
      - V(absent) removes all members. The volumes and their data remain.
    type: str
    choices: [present, absent]
    default: present
  volumes:
    description:
      - Names or ids of the members, at most 16. Missing members are added with one call. To remove other members, use O(purge_volumes).
      - If a member has the name, the name refers to that member. Required for a new group.
    type: list
    elements: str
  purge_volumes:
    description:
      - Whether to remove members that O(volumes) does not list, all with one call. An empty list removes all members, like O(state=absent).
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumeGroups, ShowVolumeGroup, ListVolumes, ShowVolume; to change
    CreateVolumeGroup, AddVolumeGroupMembers, RemoveVolumeGroupMembers."
seealso:
  - module: scp.storage.scp_bm_volume_group_info
  - module: scp.storage.scp_bm_volume
"""

EXAMPLES = r"""
---
- name: Create a group of the data and log volumes of a database
  scp.storage.scp_bm_volume_group:
    name: billing
    volumes: [app-data]
  register: app

- name: Set the exact members of the group
  scp.storage.scp_bm_volume_group:
    name: billing
    volumes: [app-data, app-log]
    purge_volumes: true

- name: Remove all members, and keep the volumes
  scp.storage.scp_bm_volume_group:
    name: billing
    state: absent
  register: gone

- name: Show whether the empty group still exists
  ansible.builtin.debug:
    var: gone.remains
"""

RETURN = r"""
---
volume_group:
  description: The group, with the fields that are known.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the group.
      type: str
    name:
      description: Name of the group.
      type: str
    zone:
      description: Zone of the group.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the group, V(AVAILABLE) when nothing is changing.
      type: str
    purpose:
      description: V(ORG), V(REPL) for the target of a replication, V(RECOVERY) for one that was created from a snapshot.
      type: str
    member_volumes:
      description: The members, each with C(id), C(name), C(state), C(disk_type), C(size_gb) and C(snapshot_rate).
      type: list
      elements: dict
    snapshot_schedule:
      description: Its schedule. C(frequency) is V(NONE) if there is none.
      type: dict
    has_replication:
      description: Whether it is the source of a replication.
      type: bool
    has_origin:
      description: Whether it is the target of a replication.
      type: bool
  sample:
    id: 7c2f0f1c5d5f4c07a0c0d1a5d90c3f22
    name: billing
    state: AVAILABLE
    purpose: ORG
    member_volumes:
    - id: 0d6a0f1c5d5f4c07a0c0d1a5d90c3f11
      name: app-data
      state: IN_USE
      disk_type: SSD
      size_gb: 500
      snapshot_rate: 30
    snapshot_schedule:
      frequency: NONE
    has_replication: false
    has_origin: false
    created_at: "2026-07-30T04:54:33.219Z"
remains:
  description:
    - Whether the group still exists, without members. V(null) if that is not known yet, for example in check mode.
  returned: when the task takes all members out
  type: bool
  sample: false
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeGroup]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeGroup
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
