#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_replication
short_description: Replicate File Storage volumes to another region
version_added: 0.1.0
description:
  - Create, change, pause, resume and end the replication of a volume to a new volume in another region, or a disk backup there.
  - O(region) is the region of the source. The module calls the region of the target where the API requires it. You can also set O(region) to the
    region of the target and O(volume) to the target volume. The module then needs the region of the source only to create a replication, or to delete
    the snapshots that it left. You can therefore use a target while the region of the source cannot be reached.
  - The API has no call to fail over or to reverse a replication. To fail over, pause the replication and use the target volume, which is writable
    while the replication is paused. When you resume the replication, data that was written to the target is overwritten.
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
      - Name or id of the source volume, or of the target volume if O(region) is the region of the target.
    type: str
    required: true
  state:
    description:
      - V(absent) pauses and deletes the replication. It then deletes the system snapshots (C(snapmirror.*)) on both volumes, which otherwise prevent
        the deletion of the volumes. Both volumes remain. See O(delete_target_volume).
      - If a removal is interrupted, the next run completes it. Set O(name) and O(target_region) for this, because the replication no longer
        identifies the target volume.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the target volume, which is created with the replication. Required for a new replication. The service appends a suffix.
    type: str
  target_region:
    description:
      - Region of the target volume, different from the region of the source. Required for a new replication. The service must list it for the type of
        the volume. Check mode also reads this list.
    type: str
  target_zone:
    description:
      - The zone of the target volume, for example V(kr-east1-a). It must belong to O(target_region), which can then be omitted. It cannot be changed later.
      - If this option is set, API versions with zones are used. They require a zone.
      - If not given, the entry of O(zones) for the target region, or E(SCP_ZONE) if it belongs to that region, is used.
    type: str
  replication_type:
    description:
      - V(replication) keeps a replica up to date, V(backup) keeps a number of disk backups. The default of a new one is V(replication).
    type: str
    choices: [replication, backup]
  replication_frequency:
    description:
      - How often the target is updated. Required for a new replication.
    type: str
    choices: [5min, hourly, daily, weekly, monthly]
  replication_policy:
    description:
      - V(paused) pauses the replication, V(use) resumes it.
    type: str
    choices: [use, paused]
  backup_retention_count:
    description:
      - Number of disk backups to keep, 1 to 128. Valid only with O(replication_type=backup).
    type: int
  cifs_password:
    description:
      - Password of the target volume. Required to replicate a CIFS volume. The rules of O(scp.storage.scp_filestorage_volume#module:cifs_password)
        apply.
      - The API accepts it only at creation and never returns it. A different password therefore does not cause a change.
    type: str
  delete_target_volume:
    description:
      - With O(state=absent), whether to delete the target volume too, with its data and its access rules.
      - You can end a disk backup only in this way.
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(filestorage) of both regions: ListVolumes, ListVolumeReplications, ShowVolumeReplication; to change
    ListVolumeReplicationRegions (ListVolumeReplicationZones from API version 1.2 on), CreateVolumeReplication, SetVolumeReplication,
    DeleteVolumeReplication; to end also ListVolumeSnapshots, DeleteVolumeSnapshot, and with O(delete_target_volume) ShowVolume,
    DeleteVolume, ListVolumeAccessRules, SetVolumeAccessRule."
seealso:
  - module: scp.storage.scp_filestorage_replication_info
"""

EXAMPLES = r"""
---
- name: Replicate the volume to the other region every five minutes
  scp.storage.scp_filestorage_replication:
    region: kr-west1
    volume: web_data
    name: web_copy
    target_region: kr-east1
    replication_frequency: 5min
  register: protected

- name: Fail over, with calls to the other region only
  scp.storage.scp_filestorage_replication:
    region: kr-east1
    volume: "{{ protected.replication.replication_volume_id }}"
    replication_policy: paused

- name: Resume the replication, which overwrites data that was written to the replica
  scp.storage.scp_filestorage_replication:
    region: kr-west1
    volume: web_data
    replication_policy: use

- name: End the replication and delete the replica
  scp.storage.scp_filestorage_replication:
    region: kr-west1
    volume: web_data
    name: web_copy
    target_region: kr-east1
    delete_target_volume: true
    state: absent
"""

RETURN = r"""
---
replication:
  description: The replication. Empty if there is none.
  returned: success
  type: dict
  contains:
    replication_id:
      description: Id of the replication.
      type: str
    replication_type:
      description: V(replication) or V(backup).
      type: str
    replication_frequency:
      description: How often the target is updated.
      type: str
    replication_policy:
      description: V(use) while it runs, V(paused) while it is paused.
      type: str
    replication_status:
      description: State of the replication.
      type: str
    backup_retention_count:
      description: How many disk backups are kept.
      type: int
    source_volume_id:
      description: Id of the source volume.
      type: str
    source_volume_name:
      description: Name of the source volume.
      type: str
    source_volume_region:
      description: Region of the source volume.
      type: str
    source_volume_zone:
      description: Zone of the source volume.
      returned: with API versions that have zones
      type: str
    source_volume_access_level:
      description: V(rw) or V(ro).
      type: str
    replication_volume_id:
      description: Id of the target volume.
      type: str
    replication_volume_name:
      description: Name of the target volume.
      type: str
    replication_volume_region:
      description: Region of the target volume.
      type: str
    replication_volume_zone:
      description: Zone of the target volume.
      returned: with API versions that have zones
      type: str
    replication_volume_access_level:
      description: V(rw) or V(ro).
      type: str
  sample:
    replication_id: 0f1dbabf-04d9-4e8b-a205-020f8e6da438
    replication_type: replication
    replication_frequency: 5min
    replication_policy: use
    replication_status: active
    backup_retention_count: null
    source_volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    source_volume_name: web_data_2m060u
    source_volume_region: kr-west1
    source_volume_access_level: rw
    replication_volume_id: c0dbabf2-04d9-4e8b-a205-020f8e6da438
    replication_volume_name: web_copy_9xk2ab
    replication_volume_region: kr-east1
    replication_volume_access_level: ro
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeReplication]
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
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import REPLICATION as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
