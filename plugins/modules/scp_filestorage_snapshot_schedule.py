#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_snapshot_schedule
short_description: Manage the snapshot schedule of a File Storage volume
version_added: 0.1.0
description:
  - Let the service take snapshots of a volume daily or weekly. A volume has at most one schedule.
  - Omitted options keep their current values.
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
  frequency:
    description:
      - Frequency of the snapshots. Required for a new schedule.
    type: str
    choices: [DAILY, WEEKLY]
  day_of_week:
    description:
      - Day of the week. Required with O(frequency=WEEKLY), and valid only with it.
    type: str
    choices: [SUN, MON, TUE, WED, THU, FRI, SAT]
  hour:
    description:
      - Hour in Korean time (UTC+9). Required for a new schedule.
    type: str
    choices: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23"]
  snapshot_retention_count:
    description:
      - Number of the schedule's snapshots to keep, 1 to 128. If it was never set, the service keeps 10.
    type: int
notes:
  - "IAM actions needed, in C(filestorage): ListVolumes, ListVolumeSnapshotSchedules; to change CreateVolumeSnapshotSchedule,
    SetVolumeSnapshotSchedule, DeleteVolumeSnapshotSchedule."
seealso:
  - module: scp.storage.scp_filestorage_snapshot
  - module: scp.storage.scp_filestorage_volume_info
    description: Returns schedules with O(scp.storage.scp_filestorage_volume_info#module:gather).
"""

EXAMPLES = r"""
---
- name: Take a snapshot every night at three, and keep the newest thirty
  scp.storage.scp_filestorage_snapshot_schedule:
    volume: web_data
    frequency: DAILY
    hour: "3"
    snapshot_retention_count: 30

- name: Take snapshots only on Sundays, at the same hour
  scp.storage.scp_filestorage_snapshot_schedule:
    volume: web_data
    frequency: WEEKLY
    day_of_week: SUN

- name: End the schedule
  scp.storage.scp_filestorage_snapshot_schedule:
    volume: web_data
    state: absent
"""

RETURN = r"""
---
snapshot_schedule:
  description: The schedule. Empty if there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the schedule.
      type: str
    volume_id:
      description: Id of the volume.
      type: str
    frequency:
      description: V(DAILY) or V(WEEKLY).
      type: str
    day_of_week:
      description: Day of a weekly schedule.
      type: str
    hour:
      description: Hour in Korean time.
      type: str
    snapshot_retention_count:
      description: Number of snapshots that are kept.
      type: int
    snapshot_policy_enabled:
      description: Whether the schedule is active.
      type: bool
  sample:
    id: d02d1a74-1871-4a3d-bdfc-6e60e9ea0f31
    volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    frequency: WEEKLY
    day_of_week: SUN
    hour: "3"
    snapshot_retention_count: 30
    snapshot_policy_enabled: true
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateSnapshotSchedule]
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
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import SNAPSHOT_SCHEDULE as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
