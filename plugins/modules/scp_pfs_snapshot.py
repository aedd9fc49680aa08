#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_pfs_snapshot
short_description: Manage snapshots of Parallel File Storage volumes
version_added: 0.1.0
description:
  - Take or delete a snapshot of a volume, or restore the volume to a snapshot.
  - The API chooses the names of snapshots, so O(state=present) without O(max_age) takes a snapshot in every run. With O(max_age), the module takes a
    snapshot only if the newest one is older, and is idempotent.
  - A volume has at most 50 snapshots. The service does not support schedules. The role C(snapshot_policy) takes snapshots by age.
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
  volume:
    description:
      - Name or id of the volume.
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
      - V(restored) restores the volume to the O(snapshot). Data that was written later is lost, and newer snapshots are deleted.
    type: str
    choices: [present, absent, restored]
    default: present
  max_age:
    description:
      - Take a snapshot only if the newest one is older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
      - A snapshot that cannot be restored (state V(error), or V(creating) for more than an hour) does not count.
    type: str
  keep:
    description:
      - Number of the newest usable snapshots to keep. Older ones are deleted afterwards. A snapshot that cannot be restored does not count, and is
        not deleted, because the service can refuse to delete it.
      - At most 49, because a new snapshot is taken before the oldest one is deleted.
    type: int
notes:
  - "Operations that are called, in C(parallel-filestorage): ListVolumes, ListSnapshots; to change CreateSnapshot, DeleteSnapshot;
    to restore RestoreSnapshot and ShowVolume. The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_pfs_snapshot_info
  - module: scp.storage.scp_pfs_volume
"""

EXAMPLES = r"""
---
- name: Take a snapshot at least every twelve hours, and keep the newest fourteen
  scp.storage.scp_pfs_snapshot:
    volume: train_data
    max_age: 12h
    keep: 14

- name: Take a snapshot before the training
  scp.storage.scp_pfs_snapshot:
    volume: train_data
  register: before_training

- name: Restore the snapshot after a failed training
  scp.storage.scp_pfs_snapshot:
    volume: train_data
    snapshot: "{{ before_training.snapshot.id }}"
    state: restored

- name: Delete the snapshot
  scp.storage.scp_pfs_snapshot:
    volume: train_data
    snapshot: "{{ before_training.snapshot.id }}"
    state: absent
"""

RETURN = r"""
---
snapshot:
  description: The snapshot that was taken or named, or the newest snapshot. Empty if there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the snapshot.
      type: str
    name:
      description: Name from the service, with its time in Korean time (UTC+9).
      type: str
    state:
      description: State of the snapshot, for example V(available).
      type: str
    size:
      description: Size in bytes, if the service returns it.
      type: int
    created_at:
      description: When it was taken.
      type: str
    volume_id:
      description: Id of its volume.
      type: str
  sample:
    id: 40e77e5b-0e25-4f2b-a426-6afef1a65a3b
    name: snapshot.2026-10-01_142150
    state: available
    size: 4096
    created_at: "2026-10-01T05:21:50.219373"
    volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
deleted_snapshots:
  description: Names of the snapshots that O(keep) deleted, or would delete.
  returned: success
  type: list
  elements: str
  sample: [snapshot.2026-09-01_142150]
dropped_snapshots:
  description:
    - Names of the snapshots that the service deleted in the meantime without a request. With O(state=restored), these are the newer snapshots. In
      check mode, the snapshots that are expected to be deleted.
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
  sample: [CreateSnapshot]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: parallel-filestorage
    operation: CreateSnapshot
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import SNAPSHOT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
