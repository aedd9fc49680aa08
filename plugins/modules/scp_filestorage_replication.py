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
  - Set up, change, pause, resume and end the replication of a volume to a new volume in another region, or its disk backup there.
  - O(region) is the source's, and the module calls the target's region by itself where the API wants that. It works as well when O(region) is
    the target's and O(volume) the target volume, and then needs the source's region only to create a replication or to clear its remains.
    So a target can be put in use while the source's region is out of reach.
  - The API has no call to fail over or to reverse a replication. To fail over is to pause it and to use the target volume,
    which can be written while it is paused. To take it up again overwrites what was written to the target.
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
      - Name or id of the source volume, or of the target volume where O(region) is the target's.
    type: str
    required: true
  state:
    description:
      - With V(absent) the replication is paused and deleted, and then the system snapshots (C(snapmirror.*)) that it leaves on both
        volumes, which otherwise keep them from being deleted. Both volumes stay; see O(delete_target_volume).
      - A removal that was interrupted is finished by the next run. Give O(name) and O(target_region) for this,
        for then the target volume is no longer known by the replication.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the target volume, which is created with the replication. Needed for a new replication. The service appends a suffix.
    type: str
  target_region:
    description:
      - Region of the target volume, other than the source's. Needed for a new replication. It must be one that the service lists for the type of the
        volume, which check mode reads as well.
    type: str
  replication_type:
    description:
      - V(replication) keeps a copy up to date; V(backup) keeps a number of disk backups. A new one is a V(replication) if this is not given.
    type: str
    choices: [replication, backup]
  replication_frequency:
    description:
      - How often the target is brought up to date. Needed for a new replication.
    type: str
    choices: [5min, hourly, daily, weekly, monthly]
  replication_policy:
    description:
      - V(paused) pauses the replication, V(use) takes it up again.
    type: str
    choices: [use, paused]
  backup_retention_count:
    description:
      - How many disk backups are kept, 1 to 128. Goes with O(replication_type=backup).
    type: int
  cifs_password:
    description:
      - Password of the target volume, needed to replicate a CIFS volume. It has the characters that O(scp.storage.scp_filestorage_volume#module:cifs_password)
        can have.
      - The API takes it at creation only and never shows it, so it does not make a task changed.
    type: str
  delete_target_volume:
    description:
      - With O(state=absent), whether the target volume and its data are deleted as well, with its access rules.
      - A disk backup can only be ended in this way.
    type: bool
    default: false
notes:
  - "IAM actions needed, in C(filestorage) of both regions: ListVolumes, ListVolumeReplications, ShowVolumeReplication; to change
    ListVolumeReplicationRegions, CreateVolumeReplication, SetVolumeReplication, DeleteVolumeReplication; to end also ListVolumeSnapshots, DeleteVolumeSnapshot,
    and with O(delete_target_volume) ShowVolume, DeleteVolume, ListVolumeAccessRules, SetVolumeAccessRule."
seealso:
  - module: scp.storage.scp_filestorage_replication_info
"""

EXAMPLES = r"""
---
- name: A copy of the volume in the other region, at most five minutes old
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

- name: Take the replication up again, which overwrites what was written to the copy
  scp.storage.scp_filestorage_replication:
    region: kr-west1
    volume: web_data
    replication_policy: use

- name: End the replication and delete the copy
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
  description: The replication; empty where there is none.
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
      description: How often the target is brought up to date.
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
