#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_snapshot_policy
short_description: Manage snapshots and snapshot schedules of a list of volumes
version_added: 0.1.0
description:
  - Create and change snapshot schedules of volumes and volume groups, and take and delete snapshots by age and number, for a whole list in
    one task and in parallel.
  - If the service supports schedules and the policy of a volume has one, the service takes the snapshots. Otherwise the module takes a snapshot when
    the newest usable one is older than O(max_age), and deletes the oldest ones that exceed O(keep).
  - The task can run every hour. It reads each list of volumes once, and the snapshots and the schedule of each volume. If nothing is due, it sends no
    writing call.
  - If a volume is not found, or a call fails, the other volumes are completed first. Then the task fails and lists the failures. Run it
    again to continue.
  - Only snapshots by age are deleted. Snapshots of schedules and replications are never deleted, and no schedule is ended.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.workflow
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Includes snapshots of volumes whose space for snapshots is only planned.
options:
  volumes:
    description:
      - Volumes and volume groups. Each item is a name or an id, or a dictionary.
      - "Keys of a dictionary: C(name) (required), C(kind), C(region), C(schedule), C(max_age), C(keep), C(snapshot_rate). They have the same meaning
        as the options with the same names, which are the defaults for all items."
      - If an item has C(schedule), C(max_age) or both, they are its whole policy. Otherwise its policy is O(schedule), if its kind supports schedules
        and O(schedule) is set, and O(max_age) in all other cases.
      - "Instead of C(name), an item can have C(tagged), a dictionary of tags such as C({snapshots: daily}). It selects all volumes of its kind and region
        that have these tags and that no other item names. If there is none, the task fails."
      - Text is also accepted, for example from a survey. It contains the list in JSON or YAML, or names separated by commas or spaces.
      - All invalid items are reported at once, before any call.
    type: raw
    required: true
  kind:
    description:
      - Kind of the items that have no C(kind).
      - V(filestorage), V(pfs), V(bm) and V(bm_group) are short forms of the others.
    type: str
    choices: [filestorage_volume, pfs_volume, bm_volume, bm_volume_group, filestorage, pfs, bm, bm_group]
    default: filestorage_volume
  schedule:
    description:
      - When the service takes snapshots, as a dictionary or as text with a dictionary in JSON or YAML. Not supported for V(pfs_volume).
      - "Keys: C(hour) from 0 to 23 in Korean time (UTC+9, required), C(day_of_week) from C(SUN) to C(SAT) for weekly snapshots, C(frequency)
        C(DAILY) or C(WEEKLY), and for File Storage C(snapshot_retention_count) from 1 to 128."
    type: raw
  max_age:
    description:
      - Take a snapshot when the newest usable one is older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w), for
        example V(12h).
    type: str
  keep:
    description:
      - Number of snapshots to keep of those that the module takes by age. V(0) keeps all.
      - At most 799 for File Storage and 49 for Parallel File Storage.
      - Snapshots of schedules and replications do not count. The services do not show the origin of a snapshot, so the first snapshot in the first
        ten minutes of the scheduled hour counts as a snapshot of the schedule.
      - A snapshot that cannot be restored (state V(error), or V(creating) for more than an hour) does not count either. It is deleted when it is
        older than all snapshots that are kept, so that no usable snapshot is deleted instead of it.
    type: int
    default: 0
  snapshot_rate:
    description:
      - Space for snapshots in percent of the size, from 1 to 100, for Block Storage (BM) volumes that have none. V(0) adds none.
      - The space of a volume that has some is not changed. Set the space of the members of a group with M(scp.storage.scp_bm_volume).
    type: int
    default: 0
  wait_timeout:
    description:
      - Maximum number of seconds to wait for each step of a volume.
    type: int
    default: 600
notes:
  - "If the task runs every hour, a snapshot can be up to an hour older than O(max_age) before the next one is taken."
  - "IAM actions needed for File Storage, in C(filestorage): ListVolumes, ShowVolume, ListVolumeSnapshots, ListVolumeSnapshotSchedules; to change
    CreateVolumeSnapshot, DeleteVolumeSnapshot, CreateVolumeSnapshotSchedule, SetVolumeSnapshotSchedule."
  - "IAM actions needed for Block Storage (BM), in C(baremetal-blockstorage): ListVolumes, ShowVolume, ListVolumeSnapshots, ListVolumeGroups,
    ShowVolumeGroup, ListVolumeGroupSnapshots; to change CreateVolumeSnapshot, DeleteVolumeSnapshot, CreateVolumeSnapshotSchedule,
    SetVolumeSnapshotSchedule, CreateVolumeSnapshotRate, and the same of groups, CreateVolumeGroupSnapshot, DeleteVolumeGroupSnapshot,
    CreateVolumeGroupSnapshotSchedule, SetVolumeGroupSnapshotSchedule."
  - "Operations used of Parallel File Storage, in C(parallel-filestorage): ListVolumes, ShowVolume, ListSnapshots; to change CreateSnapshot,
    DeleteSnapshot. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_filestorage_snapshot
  - module: scp.storage.scp_filestorage_snapshot_schedule
  - module: scp.storage.scp_pfs_snapshot
  - module: scp.storage.scp_bm_volume_snapshot
  - module: scp.storage.scp_bm_volume_group_snapshot
  - module: scp.storage.scp_storage_apply
"""

EXAMPLES = r"""
---
- name: Keep snapshots of all volumes of the shop
  scp.storage.scp_snapshot_policy:
    max_age: 12h
    keep: 14
    schedule:
      hour: 3
      snapshot_retention_count: 14
    volumes:
      - web_data
      - name: train_data
        kind: pfs_volume
      - name: app-data
        kind: bm_volume
        max_age: 1h
        keep: 24
        snapshot_rate: 30
      - name: app-log
        kind: bm_volume
        schedule: {hour: 2, day_of_week: SUN}
      - name: orders
        kind: bm_volume_group
  register: policy

- name: Show the protection of each volume
  ansible.builtin.debug:
    msg: "{{ policy.table }}"
"""

RETURN = r"""
---
volumes:
  description: The snapshots and the policy of each volume, in the order of the list. In check mode, the state before the changes.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    name:
      description: Name or id in the list.
      type: str
    kind:
      description: Kind of the volume.
      type: str
    region:
      description: Region of the volume.
      type: str
    id:
      description: Id of the volume. Empty if it was not found.
      type: str
    volume_name:
      description: Name of the volume in the service.
      type: str
    snapshots:
      description: Number of usable snapshots, without those of replications.
      type: int
    newest:
      description: Newest usable snapshot with C(id), C(name) and C(created_at). Null if there is none.
      type: dict
    unusable_snapshots:
      description: Names and states of snapshots that cannot be restored.
      type: list
      elements: str
    schedule:
      description: Snapshot schedule, even if the list does not contain it. Null if there is none.
      type: dict
    max_age:
      description: Desired maximum age.
      type: str
    keep:
      description: Desired number of snapshots.
      type: int
    change:
      description: V(created), V(changed), V(unchanged) or V(failed). A volume that gets its first schedule or its first snapshot is V(changed).
      type: str
    operations:
      description: The API operations that changed something, by their C(operationId). In check mode, the operations that a real run would send.
      type: list
      elements: str
    message:
      description: Why it failed. Empty otherwise.
      type: str
  sample:
    - name: web_data
      kind: filestorage_volume
      region: kr-west1
      id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
      volume_name: web_data_2m060u
      snapshots: 3
      newest:
        id: 40e77e5b-0e25-4f2b-a426-6afef1a65a3b
        name: web_data_2m060u.2026-10-01_142150
        created_at: "2026-10-01T05:21:50.219373"
      unusable_snapshots: []
      schedule:
      max_age: 12h
      keep: 14
      change: changed
      operations: [CreateSnapshot]
      message: ""
table:
  description: The same as a table of text, one line for each volume.
  returned: unless the list is invalid
  type: list
  elements: str
summary:
  description: How many volumes were changed, are unchanged, or failed, in one line.
  returned: unless the list is invalid
  type: str
  sample: 0 created, 1 changed, 4 unchanged, 0 failed
failures:
  description: A line for each failure, with the names of the volumes. Equal failures share one line.
  returned: unless the list is invalid
  type: list
  elements: str
  sample: []
operations:
  description:
    - The API operations that changed something, by their C(operationId), in the order of the list. In check mode, the operations that a real run
      would send.
  returned: always
  type: list
  elements: str
  sample: [CreateSnapshot]
error:
  description: Details of the first failed call.
  returned: when a call failed
  type: dict
  sample:
    service: filestorage
    operation: CreateSnapshot
    region: kr-west1
    status: 403
    code: FORBIDDEN
    detail: ""
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.specs import SNAPSHOT_POLICY as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
