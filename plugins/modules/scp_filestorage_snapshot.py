#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_snapshot
short_description: Manage snapshots of File Storage volumes
version_added: 0.1.0
description:
  - Take a snapshot of a volume, delete one, or put the volume back to one.
  - The API gives snapshots their names, so O(state=present) without O(max_age) takes another snapshot in every run.
    With O(max_age) it takes one only when the newest is older, and is idempotent.
  - A volume has at most 800 snapshots, 128 of them by schedule.
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
    type: str
    choices: [present, absent, restored]
    default: present
  max_age:
    description:
      - Take a snapshot only when the newest one is older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
      - A snapshot that cannot be restored (state V(error), or V(creating) for more than an hour) does not count.
      - Snapshots that a replication made (C(snapmirror.*)) do not count.
    type: str
  keep:
    description:
      - Afterwards delete all but this many of the newest usable snapshots. One that cannot be restored takes no place among them, and is
        deleted when it is older than all of them.
      - Snapshots of a replication do not count and are never deleted, nor are those of the volume's schedule. The API does not show
        who made a snapshot, so the first one of the first ten minutes of the scheduled hour counts as the schedule's, on as many days as
        the schedule keeps snapshots.
    type: int
notes:
  - "IAM actions needed, in C(filestorage): ListVolumes, ListVolumeSnapshots; to change CreateVolumeSnapshot, DeleteVolumeSnapshot; to
    restore SetVolumeSnapshot and ShowVolume; for O(keep) ListVolumeSnapshotSchedules."
seealso:
  - module: scp.storage.scp_filestorage_snapshot_info
  - module: scp.storage.scp_filestorage_snapshot_schedule
"""

EXAMPLES = r"""
---
- name: A snapshot at least every twelve hours, and the newest fourteen kept
  scp.storage.scp_filestorage_snapshot:
    volume: web_data
    max_age: 12h
    keep: 14

- name: A snapshot before the upgrade
  scp.storage.scp_filestorage_snapshot:
    volume: web_data
  register: before_upgrade

- name: The upgrade failed, go back
  scp.storage.scp_filestorage_snapshot:
    volume: web_data
    snapshot: "{{ before_upgrade.snapshot.id }}"
    state: restored

- name: The snapshot is not needed any more
  scp.storage.scp_filestorage_snapshot:
    volume: web_data
    snapshot: "{{ before_upgrade.snapshot.id }}"
    state: absent
"""

RETURN = r"""
---
snapshot:
  description: The snapshot that was taken, named, or is the newest; empty where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the snapshot.
      type: str
    name:
      description: Name that the service gave it, with its time in Korean time (UTC+9).
      type: str
    state:
      description: State of the snapshot, for example V(available).
      type: str
    size:
      description: Bytes that it takes, where the service shows.
      type: int
    created_at:
      description: When it was taken.
      type: str
    volume_id:
      description: Id of its volume.
      type: str
  sample:
    id: 40e77e5b-0e25-4f2b-a426-6afef1a65a3b
    name: web_data_2m060u.2026-10-01_142150
    state: available
    size: 4096
    created_at: "2026-10-01T05:21:50.219373"
    volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
deleted_snapshots:
  description: Names of the snapshots that O(keep) deleted, or would delete.
  returned: success
  type: list
  elements: str
  sample: [web_data_2m060u.2026-09-01_142150]
dropped_snapshots:
  description:
    - Names of the snapshots that the service dropped meanwhile, without a request to delete them. Those are the newer ones
      with O(state=restored). In check mode those that are expected to go.
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
    service: filestorage
    operation: CreateVolume
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import SNAPSHOT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
