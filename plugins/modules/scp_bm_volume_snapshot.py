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
  - Take a snapshot of a volume, delete one, or put the volume back to one.
  - The API gives snapshots their names, so O(state=present) without O(max_age) takes another snapshot in every run.
    With O(max_age) it takes one only when the newest is older, and is idempotent.
  - The volume needs space for snapshots first, the C(snapshot_rate) of M(scp.storage.scp_bm_volume). Without, the task fails before
    anything is done.
  - When that space is more than 90 percent full, the service drops the oldest snapshots by itself; see
    RV(dropped_snapshots).
  - A recovery has no separate snapshots.
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
    details: Not with O(state=present) without O(max_age) and O(snapshot), and not with O(state=restored), which act in every run.
options:
  volume:
    description:
      - Name or id of the volume.
    type: str
    required: true
  snapshot:
    description:
      - Name or id of an existing snapshot. Needed for O(state=absent) and O(state=restored); with O(state=present) it must exist.
    type: str
  state:
    description:
      - With V(present), a snapshot is taken; see O(max_age) and O(keep).
      - With V(absent), the O(snapshot) is deleted.
      - With V(restored), the volume goes back to the O(snapshot). What was written since is lost, and newer snapshots go as well.
        No server may be attached to the volume, and it must not be the target of a replication, unless that is broken. All that stands in
        the way is reported in one error.
    type: str
    choices: [present, absent, restored]
    default: present
  max_age:
    description:
      - Take a snapshot only when the newest one is older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
    type: str
  keep:
    description:
      - Afterwards delete all but this many of the newest snapshots.
      - Snapshots of the volume's schedule do not count and are never deleted. The API does not show who made a snapshot, so the first
        one of the first ten minutes of the scheduled hour (Korean time, UTC+9) counts as the schedule's.
      - Nor are parts of the snapshots of a volume group that the volume is in, which have been taken within five seconds of the whole.
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
    description: Makes a second volume from a snapshot, and leaves the first unchanged.
"""

EXAMPLES = r"""
---
- name: A snapshot at least every twelve hours, and the newest fourteen kept
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
    max_age: 12h
    keep: 14

- name: A snapshot before the upgrade
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
  register: before_upgrade

- name: The upgrade failed, go back; the servers have let go of the volume
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
    snapshot: "{{ before_upgrade.snapshot.snapshot_id }}"
    state: restored

- name: The snapshot is not needed any more
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data
    snapshot: "{{ before_upgrade.snapshot.snapshot_id }}"
    state: absent
"""

RETURN = r"""
---
snapshot:
  description: The snapshot that was taken, named, or is the newest; empty where there is none.
  returned: success
  type: dict
  contains:
    snapshot_id:
      description: Id of the snapshot.
      type: str
    snapshot_name:
      description: Name that the service gave it, with the time when it was taken.
      type: str
    created_dt:
      description: When it was taken.
      type: str
    snapshot_size_mb:
      description: MB of the space for snapshots that it takes, where the service shows.
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
    - Names of the snapshots that the service dropped meanwhile, without a request to delete them. Those are the newer ones with
      O(state=restored), in check mode those that are expected to go, and the oldest ones where the space was full.
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
