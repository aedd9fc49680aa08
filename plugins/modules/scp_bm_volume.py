#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume
short_description: Manage Block Storage (BM) volumes
version_added: 0.1.0
description:
  - Create, change and delete volumes for bare-metal servers, and manage which servers use them.
  - A new volume requires at least one server. You can detach all servers later.
  - The API can change only O(qos), O(snapshot_rate) and O(attachments) of a volume. Name, disk type and size cannot be changed after creation. A
    different value is an error. The volume is never recreated. The API has no call to enlarge a volume.
  - If a volume is in state C(ERROR), or has errors from the calls to its servers, the task fails with the message of the service. If the task has
    something to attach or to set, it tries that first, because this can repair the volume. O(state=absent) deletes such a volume.
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
      - Name of the volume, 3 to 28 letters, digits and hyphens. It begins with a letter.
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
      - V(present) creates or changes the volume.
      - V(absent) deletes the volume with its data and its snapshots. One error reports all blockers. O(detach), O(end_snapshot_schedule),
        O(end_replication) and O(leave_volume_group) allow the task to remove blockers.
    type: str
    choices: [present, absent]
    default: present
  disk_type:
    description:
      - Type of the disks. Required for a new volume.
    type: str
    choices: [SSD, HDD]
  size_gb:
    description:
      - Size in GB, from 1 to 16384. Required for a new volume.
    type: int
  qos:
    description:
      - Performance of an SSD volume. HDD volumes do not support it. A new SSD volume requires both keys.
    type: dict
    suboptions:
      iops:
        description: Operations per second, from 5000 to 20000.
        type: int
      throughput:
        description: MB per second, from 250 to 1000.
        type: int
  attachments:
    description:
      - Servers that use the volume, at most 8. Missing servers are attached with one call. To detach other servers, use O(purge_attachments).
      - Required for a new volume.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: V(BM) for a bare-metal server, V(MNGC) for a node of a multi-node GPU cluster.
        type: str
        required: true
        choices: [BM, MNGC]
      object_id:
        description: Id of the server, in the region of the volume. Set either this option or O(attachments[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server, instead of its id. Names must match exactly. If several servers match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  purge_attachments:
    description:
      - Whether to detach the servers that O(attachments) does not list, all with one call. The servers lose the volume immediately, so unmount it
        first.
    type: bool
    default: false
  snapshot_rate:
    description:
      - Space for snapshots, in percent of the volume's size. Snapshots, schedules, replications and groups need it.
      - From V(1) to V(100). V(0) disables snapshots and deletes existing ones.
    type: int
  detach:
    description:
      - Whether to detach a volume from its servers before it is deleted. Otherwise an attached volume is an error.
    type: bool
    default: false
  end_snapshot_schedule:
    description:
      - Whether to end the snapshot schedule of a volume before the volume is deleted, or before O(snapshot_rate) V(0) disables its snapshots.
        Otherwise a schedule is an error.
    type: bool
    default: false
  end_replication:
    description:
      - Whether to break and end the replication of a volume before the volume is deleted. The volume at the other end remains as an independent
        volume. Otherwise a replicated volume is an error.
    type: bool
    default: false
  leave_volume_group:
    description:
      - Whether to remove a volume from its volume group before it is deleted. Otherwise a member of a group is an error.
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes, ShowVolume; to change CreateVolume, DeleteVolume, CreateVolumeAttachments,
    DeleteVolumeAttachments, CreateVolumeSnapshotRate, SetVolumeSnapshotRate, DeleteVolumeSnapshotRate; with O(end_snapshot_schedule)
    DeleteVolumeSnapshotSchedule, with O(end_replication) ShowVolumeReplication, SetVolumeReplicationPolicy and DeleteVolumeReplication, with
    O(leave_volume_group) ShowVolumeGroup and RemoveVolumeGroupMembers. The name of the action that
    SetVolumeQoS (O(qos)) needs is not documented."
  - "IAM actions needed to find servers by O(attachments[].object_name): ListBaremetals in C(baremetal) and ListGpuNodes in C(multinodegpucluster), for the
    types that are used. The names of the actions are assumed to be those of the operations."
seealso:
  - module: scp.storage.scp_bm_volume_info
  - module: scp.storage.scp_bm_volume_group
  - module: scp.storage.scp_bm_volume_replication
"""

EXAMPLES = r"""
---
- name: Create a volume for a database server, with space for snapshots
  scp.storage.scp_bm_volume:
    name: db-redo
    disk_type: SSD
    size_gb: 500
    qos:
      iops: 10000
      throughput: 500
    snapshot_rate: 30
    attachments:
      - object_type: BM
        object_id: "{{ bm_id }}"
  register: db_redo

- name: Attach the volume to a server by its name
  scp.storage.scp_bm_volume:
    name: db-redo
    attachments:
      - object_type: BM
        object_name: "{{ bm_name }}"

- name: Show the iSCSI addresses of the volume
  ansible.builtin.debug:
    msg: "{{ db_redo.volume.iscsi_target_ips }}"

- name: Double the performance, and attach the volume to the standby server too
  scp.storage.scp_bm_volume:
    name: db-redo
    qos:
      iops: 20000
      throughput: 1000
    attachments:
      - object_type: BM
        object_id: "{{ bm_id }}"
      - object_type: BM
        object_id: "{{ standby_bm_id }}"

- name: Attach the volume to the standby server only
  scp.storage.scp_bm_volume:
    name: db-redo
    attachments:
      - object_type: BM
        object_id: "{{ standby_bm_id }}"
    purge_attachments: true

- name: Delete the volume and its data
  scp.storage.scp_bm_volume:
    name: db-redo
    state: absent
    detach: true
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
      description: Name of the volume.
      type: str
    zone:
      description: Zone of the volume.
      returned: with API versions that have zones
      type: str
    state:
      description: V(IN_USE) with servers, V(AVAILABLE) without servers. Other states are temporary or show an error.
      type: str
    purpose:
      description: V(ORG), V(REPL) for the target of a replication, V(RECOVERY) for a volume that was created from a snapshot.
      type: str
    disk_type:
      description: V(SSD) or V(HDD).
      type: str
    size_gb:
      description: Size in GB.
      type: int
    qos:
      description: Performance of an SSD volume.
      type: dict
    attachments:
      description: The servers that use the volume, each with C(id), C(type), C(name) and C(state).
      type: list
      elements: dict
    iscsi_target_ips:
      description: iSCSI addresses at which the servers log in.
      type: list
      elements: str
    snapshot_rate:
      description: Space for snapshots in percent of the size; V(0) for none.
      type: int
    snapshot_schedule:
      description: The snapshot schedule. C(frequency) is V(NONE) if there is no schedule.
      type: dict
    volume_group:
      description: The volume group of the volume.
      type: dict
    has_replication:
      description: Whether the volume is the source of a replication.
      type: bool
    has_origin:
      description: Whether the volume is the target of a replication.
      type: bool
    external_errors:
      description: Errors that the calls to its servers returned.
      type: list
      elements: dict
  sample:
    id: 0d6a0f1c5d5f4c07a0c0d1a5d90c3f11
    name: db-redo
    state: IN_USE
    previous_state: CREATING
    purpose: ORG
    disk_type: SSD
    size_gb: 500
    qos:
      iops: 10000
      throughput: 500
    snapshot_rate: 30
    snapshot_schedule:
      frequency: NONE
    attachments:
    - id: 3f6d1a8e2c4b4c0d9e8f7a6b5c4d3e2f
      type: BM
      name: west-db1
      state: RUNNING
    iscsi_target_ips: [172.30.12.40, 172.30.12.140]
    has_replication: false
    has_origin: false
    external_errors: []
    created_at: "2026-07-30T04:54:33.219Z"
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolume, CreateVolumeSnapshotRate]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolume
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import VOLUME as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
