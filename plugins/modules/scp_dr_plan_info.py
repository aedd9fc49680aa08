#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_dr_plan_info
short_description: Get the health of the replicas of a list of volumes
version_added: 0.1.0
description:
  - Returns the health of the replications of File Storage volumes, Block Storage (BM) volumes and volume groups, and the lag of the replicas. It
    changes nothing.
  - The module reads the regions of the volumes first. If a region cannot be read, or has no replication of a volume, it reads the region of the
    replica.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
  - scp.storage.dr_volumes
options:
  fail_on:
    description:
      - The task fails if the C(health) of a replication is in this list. It still returns the complete result.
    type: list
    elements: str
    choices: [ok, paused, creating, stalled, ending, error, missing, unknown]
    default: []
  paths:
    description:
      - Whether to return the mount paths of File Storage volumes and of their replicas. The lists of the API do not contain them, so each path costs
        a call.
    type: bool
    default: false
notes:
  - "IAM actions needed: ListVolumes, ListVolumeReplications and ShowVolumeReplication in C(filestorage), ListVolumes and ShowVolumeReplication in
    C(baremetal-blockstorage), and for groups ListVolumeGroups and ShowVolumeGroupReplication, for the kinds in O(volumes)."
seealso:
  - module: scp.storage.scp_dr_plan
"""

EXAMPLES = r"""
---
- name: Get the health of the replicas
  scp.storage.scp_dr_plan_info:
    region: kr-west1
    target_region: kr-east1
    volumes: [shop_media, shop_orders]
  register: shop_status

- name: Show the table
  ansible.builtin.debug:
    msg: "{{ shop_status.table }}"

- name: Fail if a replica is not protected
  scp.storage.scp_dr_plan_info:
    volumes: "{{ shop_status.replicas }}"
    fail_on: [error, stalled]
"""

RETURN = r"""
---
replicas:
  description: One dictionary for each volume, in the order of O(volumes), with the same keys for all kinds.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the volume in its full form.
      type: str
    name:
      description: Name or id of the volume, as in O(volumes).
      type: str
    region:
      description: Region of the volume.
      type: str
    source_id:
      description: Id of the volume.
      type: str
    source_name:
      description: Name of the volume as the service shows it.
      type: str
    source_region:
      description: Region of the volume.
      type: str
    source_path:
      description:
        - Address for servers. For a File Storage volume, its mount path, see O(paths). For a BM volume, its iSCSI addresses, separated by commas.
          V(null) for a group.
      type: str
    target_region:
      description: Region of the replica.
      type: str
    target_zone:
      description: Zone of the replica, if the API version shows it, and otherwise that of the list.
      type: str
    target_name:
      description: Name of the replica as O(volumes) has it.
      type: str
    target_full_name:
      description: Name of the replica as the service shows it.
      type: str
    target_id:
      description: Id of the replica.
      type: str
    target_path:
      description: Address for servers after a failover, in the form of C(source_path).
      type: str
    members:
      description: The volumes in the replica of a BM volume group.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the volume.
          type: str
        name:
          description: Its name.
          type: str
        addresses:
          description: Its iSCSI addresses.
          type: list
          elements: str
    replication_id:
      description: Id of the replication. Replications of block storage have none.
      type: str
    frequency:
      description: How often the replica is updated.
      type: str
    policy:
      description: V(use) or V(paused), for block storage V(RESYNC) or V(BREAK).
      type: str
    status:
      description: Status of the replication, as the service returns it.
      type: str
    lag_seconds:
      description: Lag of the replica. File Storage does not report it.
      type: int
    health:
      description:
        - V(ok), V(paused) (failed over), V(creating) (also being resumed), V(stalled) (the service has stopped updating the replica), V(ending),
          V(error), V(missing) (there is no replication) or V(unknown) (a region could not be read, and the other one shows no replication).
        - It describes only the replication. C(message) reports other failed steps.
      type: str
    active_region:
      description: Where servers use the data. V(unknown) if C(health) is unknown.
      type: str
    active_side:
      description: The end whose data the servers use, V(source) or V(target). It is V(null) if this is unknown.
      type: str
    mount_path:
      description: As O(volumes) has it.
      type: str
    message:
      description: Errors of the volume, or notes. Otherwise empty.
      type: str
    change:
      description: The result for the volume, V(created), V(changed), V(deleted), V(unchanged) or V(failed). In check mode, the predicted result.
      type: str
    operations:
      description: The API operations for this volume, in order. In check mode, the operations that a real run would send.
      type: list
      elements: str
    possible_loss:
      description: The data that is, or would be, lost. V(null) if no data is lost.
      type: str
    planned:
      description: Whether this is a plan, because the task ran in check mode. All keys except C(now) then describe the predicted state.
      type: bool
    now:
      description: In check mode, the current C(health) and C(active_region). Otherwise V(null).
      type: dict
  sample:
    - kind: filestorage_volume
      name: web_data
      region: kr-west1
      source_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
      source_name: web_data_2m060u
      source_region: kr-west1
      source_path:
      target_region: kr-east1
      target_name: web_data
      target_full_name: web_data_x81k2a
      target_id: 0f7a3c52-6f7e-4c5c-9a38-5d3b8a0c2f11
      target_path: 10.20.1.5:/scp_web_data_x81k2a
      members: []
      replication_id: 3c1d9d06-6a3e-4c55-8a0e-3f2f0b9f1b77
      frequency: hourly
      policy: paused
      status: available
      lag_seconds:
      health: paused
      active_region: kr-east1
      active_side: target
      mount_path:
      message: ""
      change: changed
      operations: [SetVolumeReplication]
      possible_loss: what was written since the last synchronization (hourly)
      planned: false
      now:
mounts:
  description:
    - The volumes that servers use now, in the form of the list of the role C(storage_mount). After a failover these are the replicas.
    - File Storage volumes are listed if C(mount_path) is known.
  returned: unless the list is invalid
  type: list
  elements: dict
table:
  description: Lines for users, beginning with a table. Of more than 40 volumes, it lists only those that are not ok or have changed.
  returned: unless the list is invalid
  type: list
  elements: str
summary:
  description: One line.
  returned: unless the list is invalid
  type: str
healths:
  description: The number of volumes by health.
  returned: unless the list is invalid
  type: dict
  sample: {ok: 38, paused: 2}
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.specs import PLAN_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
