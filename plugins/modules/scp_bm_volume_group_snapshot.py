#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group_snapshot
short_description: Manage snapshots of Block Storage (BM) volume groups
version_added: 0.1.0
description:
  - Take a snapshot of a volume group, which is of all its members at one moment, delete one, or put the volume group back to one.
  - The API chooses the names of snapshots, so O(state=present) without O(max_age) takes a snapshot in every run. With O(max_age), the module takes a
    snapshot only if the newest one is older, and is idempotent.
  - All members need space for snapshots, the C(snapshot_rate) of M(scp.storage.scp_bm_volume). If some have no space, the task fails and lists them
    before it changes anything.
  - When the space of a member is more than 90 percent full, the service deletes the oldest snapshots. See RV(dropped_snapshots).
  - The group of a recovery has no snapshots.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: partial
    details: Every run acts with O(state=restored), and with O(state=present) without O(max_age) and O(snapshot).
options:
  volume_group:
    description:
      - Name or id of the volume group.
    type: str
    required: true
  snapshot:
    description:
      - Name or id of an existing snapshot. Required for O(state=absent) and O(state=restored). With O(state=present), the snapshot must exist.
    type: str
  state:
    description:
      - V(present) takes a snapshot. See O(max_age) and O(keep).
      - V(absent) deletes the O(snapshot).
      - V(restored) restores the volume group to the O(snapshot). Data that was written later is lost, and newer snapshots are deleted. No server may
        be attached to a member, and the group must not be the target of a replication, unless the replication is broken. One error reports all
        blockers.
    type: str
    choices: [present, absent, restored]
    default: present
  max_age:
    description:
      - Take a snapshot only if the newest one is older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
    type: str
  keep:
    description:
      - Number of the newest snapshots to keep. Older ones are deleted afterwards.
      - Snapshots of the volume group's schedule do not count and are never deleted. The API does not show the origin of a snapshot, so the first
        snapshot in the first ten minutes of the scheduled hour (Korean time, UTC+9) counts as a snapshot of the schedule.
    type: int
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumeGroups, ShowVolumeGroup, ListVolumeGroupSnapshots; to change
    CreateVolumeGroupSnapshot, DeleteVolumeGroupSnapshot, RestoreVolumeGroupSnapshot; for O(state=restored) also ShowVolume and
    ShowVolumeGroupReplication."
  - The API has no call that names or describes a snapshot.
seealso:
  - module: scp.storage.scp_bm_volume_group_snapshot_info
  - module: scp.storage.scp_bm_volume_group_snapshot_schedule
  - module: scp.storage.scp_bm_volume_group_recovery
    description: Creates second volumes from a snapshot, without changes to the first ones.
"""

EXAMPLES = r"""
---
- name: Take a snapshot at least every twelve hours, and keep the newest fourteen
  scp.storage.scp_bm_volume_group_snapshot:
    volume_group: orders
    max_age: 12h
    keep: 14

- name: Take a snapshot before the upgrade
  scp.storage.scp_bm_volume_group_snapshot:
    volume_group: orders
  register: before_upgrade

- name: Restore the snapshot after a failed upgrade; no server is attached
  scp.storage.scp_bm_volume_group_snapshot:
    volume_group: orders
    snapshot: "{{ before_upgrade.snapshot.snapshot_id }}"
    state: restored

- name: Delete the snapshot
  scp.storage.scp_bm_volume_group_snapshot:
    volume_group: orders
    snapshot: "{{ before_upgrade.snapshot.snapshot_id }}"
    state: absent
"""

RETURN = r"""
---
snapshot:
  description: The snapshot that was taken or named, or the newest snapshot. Empty if there is none.
  returned: success
  type: dict
  contains:
    snapshot_id:
      description: Id of the snapshot.
      type: str
    snapshot_name:
      description: Name from the service, with the time when it was taken.
      type: str
    created_dt:
      description: When it was taken.
      type: str
    volume_group_id:
      description: Id of its volume group.
      type: str
  sample:
    snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: go261001142150a6abf418e01___db.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
    volume_group_id: c9ecae8b973b425c81c3817893cd8063
deleted_snapshots:
  description: Names of the snapshots that O(keep) deleted, or would delete.
  returned: success
  type: list
  elements: str
  sample: [go261001142150a6abf418e01___db.2026-09-01_142150]
dropped_snapshots:
  description:
    - Names of the snapshots that the service deleted in the meantime without a request. These are the newer snapshots with O(state=restored), and
      the oldest ones if the space was full. In check mode, the snapshots that are expected to be deleted.
  returned: success
  type: list
  elements: str
  sample: []
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeGroupSnapshot]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeGroupSnapshot
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP_SNAPSHOT as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
