#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_snapshot
short_description: Manage snapshots of Block Storage (BM) volumes
version_added: 0.1.0
description:
  - Take or delete a snapshot of a volume, or restore the volume to a snapshot.
  - The API chooses the names of snapshots, so O(state=present) without O(max_age) takes a snapshot in every run. With O(max_age), the module takes a
    snapshot only if the newest one is older, and is idempotent.
  - The volume needs space for snapshots, the C(snapshot_rate) of M(scp.storage.scp_bm_volume). Without this space, the task fails before it changes
    anything.
  - When that space is more than 90 percent full, the service deletes the oldest snapshots. See RV(dropped_snapshots).
  - A recovery volume has no snapshots.
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
      - V(restored) restores the volume to the O(snapshot). Data that was written later is lost, and newer snapshots are deleted. No server may be
        attached to the volume, and it must not be the target of a replication, unless the replication is broken. One error reports all blockers.
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
      - Snapshots of the volume's schedule do not count and are never deleted. The API does not show the origin of a snapshot, so the first snapshot
        in the first ten minutes of the scheduled hour (Korean time, UTC+9) counts as a snapshot of the schedule.
      - Snapshots that belong to a snapshot of the volume's group also do not count and are never deleted. The module recognizes them because they
        were taken within five seconds of it.
    type: int
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes, ShowVolume, ListVolumeSnapshots; to change CreateVolumeSnapshot,
    DeleteVolumeSnapshot, RestoreVolumeSnapshot; for O(state=restored) also ShowVolumeReplication; for O(keep) of a group's member
    ListVolumeGroupSnapshots."
  - The API has no call that names or describes a snapshot.
seealso:
  - module: scp.storage.scp_bm_volume_snapshot_info
  - module: scp.storage.scp_bm_volume_snapshot_schedule
  - module: scp.storage.scp_bm_volume_recovery
    description: Creates a second volume from a snapshot, without a change to the first.
"""

EXAMPLES = r"""
---
- name: Take a snapshot at least every twelve hours, and keep the newest fourteen
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
    max_age: 12h
    keep: 14

- name: Take a snapshot before the upgrade
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
  register: before_upgrade

- name: Restore the snapshot after a failed upgrade; no server is attached
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
    snapshot: "{{ before_upgrade.snapshot.snapshot_id }}"
    state: restored

- name: Delete the snapshot
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
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
    snapshot_size_mb:
      description: Size in MB in the space for snapshots, if the service returns it.
      type: float
    volume_id:
      description: Id of its volume.
      type: str
  sample:
    snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: vo261001142150a6abf418e01___app-data.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
    snapshot_size_mb: 512.0
    volume_id: 7239779c01e3405f82bb71c7f4b55fcd
deleted_snapshots:
  description: Names of the snapshots that O(keep) deleted, or would delete.
  returned: success
  type: list
  elements: str
  sample: [vo261001142150a6abf418e01___app-data.2026-09-01_142150]
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
  sample: [CreateVolumeSnapshot]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeSnapshot
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_SNAPSHOT as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
