#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_snapshot_schedule
short_description: Manage the snapshot schedule of a Block Storage (BM) volume
version_added: 0.1.0
description:
  - Have the service take snapshots of a volume daily or weekly. A volume has at most one schedule.
  - O(day_of_week) alone sets the frequency. Without it, the schedule is daily, even if it was weekly before.
  - The volume needs space for snapshots first, the C(snapshot_rate) of M(scp.storage.scp_bm_volume). A member of a volume group has no
    separate schedule, nor has the target of a replication, unless that is broken, or a recovery. All blockers are reported in
    one error, before anything is done.
  - How many snapshots are kept cannot be said. The service drops the oldest when the space is full.
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
  volume:
    description:
      - Name or id of the volume.
    type: str
    required: true
  state:
    description:
      - V(absent) ends the schedule. The snapshots that it took remain.
    type: str
    choices: [present, absent]
    default: present
  day_of_week:
    description:
      - On which day a weekly schedule takes its snapshot. Left out, it takes one every day.
    type: str
    choices: [SUN, MON, TUE, WED, THU, FRI, SAT]
  hour:
    description:
      - Hour, 0 to 23, in Korean time (UTC+9). Required for a new schedule. If omitted, it is not changed.
    type: int
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes, ShowVolume; to change CreateVolumeSnapshotSchedule,
    SetVolumeSnapshotSchedule, DeleteVolumeSnapshotSchedule; for the target of a replication ShowVolumeReplication."
seealso:
  - module: scp.storage.scp_bm_volume_snapshot
  - module: scp.storage.scp_bm_volume_info
    description: Returns schedules with O(scp.storage.scp_bm_volume_info#module:gather).
"""

EXAMPLES = r"""
---
- name: A snapshot every night at three
  scp.storage.scp_bm_volume_snapshot_schedule:
    volume: app-data
    hour: 3

- name: Take snapshots only on Sundays, at the same hour
  scp.storage.scp_bm_volume_snapshot_schedule:
    volume: app-data
    day_of_week: SUN

- name: End the schedule
  scp.storage.scp_bm_volume_snapshot_schedule:
    volume: app-data
    state: absent
"""

RETURN = r"""
---
snapshot_schedule:
  description: The schedule. Empty if there is none.
  returned: success
  type: dict
  contains:
    volume_id:
      description: Id of the volume.
      type: str
    frequency:
      description: V(DAILY) or V(WEEKLY).
      type: str
    day_of_week:
      description: Day of a weekly schedule. V(null) for a daily schedule.
      type: str
    hour:
      description: Hour in Korean time.
      type: int
  sample:
    volume_id: 7239779c01e3405f82bb71c7f4b55fcd
    frequency: WEEKLY
    day_of_week: SUN
    hour: 3
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeSnapshotSchedule]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeSnapshotSchedule
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_SNAPSHOT_SCHEDULE as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
