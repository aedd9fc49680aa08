#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_dr_plan
short_description: Replicate a list of volumes to another region, fail them over and back, and end their replication
version_added: 0.1.0
description:
  - Brings a list of File Storage volumes, Block Storage (BM) volumes and volume groups, with their replicas, into O(state) in one task. The module
    reads lists once, and works on volumes in parallel.
  - A second run changes nothing. If a run is interrupted, the next run completes it. The module keeps no state in files.
  - A failure of one volume does not stop the others. The task fails at its end, with a message that lists the failures and their volumes.
  - Blockers of the whole run, for example replicas that are too far behind, are reported for all volumes at once, with their status, before anything
    is changed.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.dr_volumes
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Returns the operations of the whole run, by volume, with the lag of the replicas and the data that can be lost.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  state:
    description:
      - V(present) creates a replica for every volume. A replication that is paused, or that the service has stopped, is not changed but reported.
      - V(failed_over) pauses the replications (or breaks them, for block storage). The replicas then become writable, and servers get access to them.
        Only the regions of the replicas are called. (The platform does not document which region accepts changes of a replication of block storage.
        If the region of the replica refuses, the module calls the other region.)
      - V(failed_back) resumes the replications. Data that was written to the replicas is overwritten.
      - V(absent) ends the replications. The volumes remain. The replicas also remain, unless O(delete_targets) is V(true).
    type: str
    choices: [present, failed_over, failed_back, absent]
    default: present
  frequency:
    description: How often replicas are updated, for volumes that have no frequency. Used by O(state=present).
    type: str
    choices: [5min, hourly, daily, weekly, monthly]
    default: hourly
  create:
    description:
      - Whether File Storage volumes that do not exist are created, if O(protocol) and O(type_name) are given. Used by O(state=present).
      - A volume is never created while its target region has a volume with the name of the replica, because this replica can be the only copy of a
        lost volume.
      - Block storage is never created.
    type: bool
    default: true
  protocol:
    description: Protocol of File Storage volumes that are created. Requires O(type_name).
    type: str
    choices: [NFS, CIFS]
  type_name:
    description: Disk type of File Storage volumes that are created. Requires O(protocol).
    type: str
    choices: [HDD, SSD, HighPerformanceSSD, SSD_SAP_S, SSD_SAP_E]
  cifs_passwords:
    description: Passwords of CIFS volumes, by the names in O(volumes). A volume that is created and its replica get the same password.
    type: dict
  snapshot_rate:
    description:
      - Space for snapshots, in percent, for BM volumes that have none. Replication requires this space. Existing space is not changed.
    type: int
  target_volume_prefix:
    description:
      - Prefix of the names of the volumes in the replica of a BM volume group.
      - With O(state=absent) and O(delete_targets), the module uses the prefix to find these volumes after an interruption.
    type: str
    default: dr-
  target_access_rules:
    description:
      - Servers in the region of the replicas that mount File Storage replicas after a failover.
      - V(failed_over) adds them before the first replication is paused. If the service refuses one, no replication is paused, unless O(force) is
        V(true).
      - V(failed_back) removes them if O(remove_access_rules) is V(true).
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server.
        type: str
        required: true
        choices: [VM, BM, GPU, GPU_NODE, ENDPOINT]
      object_id:
        description: Id of the server. Set either this option or O(target_access_rules[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server, instead of its id. Names must match exactly. If several servers match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  target_attachments:
    description:
      - Servers in the region of the replicas. Replicas of block storage are attached to them after a failover. For a group, all volumes are attached.
      - V(failed_back) detaches them if O(remove_attachments) is V(true).
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server.
        type: str
        required: true
        choices: [BM, MNGC]
      object_id:
        description: Id of the server. Set either this option or O(target_attachments[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server, instead of its id. Names must match exactly. If several servers match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  max_lag:
    description:
      - Maximum lag of replicas of block storage for O(state=failed_over), for example V(90s), V(15m), V(2h) or V(1d).
      - The default is twice the frequency of each replication, so that one synchronization may have failed.
    type: str
  accept_lag:
    description: Whether to fail over to replicas with any lag.
    type: bool
    default: false
  force:
    description:
      - Whether to fail over, or back, the eligible volumes even if others are not eligible. The others are not changed.
      - This does not include replicas that are too far behind. They require O(accept_lag).
    type: bool
    default: false
  discard_target_changes:
    description: Consent to the loss of data that was written to the replicas. Required for O(state=failed_back) if a replication is paused.
    type: bool
    default: false
  remove_access_rules:
    description: Whether O(state=failed_back) removes O(target_access_rules) first. A replication is not resumed if that fails.
    type: bool
    default: false
  remove_attachments:
    description:
      - Whether O(state=failed_back) detaches O(target_attachments) first. Servers lose the volumes immediately, so unmount them before. A replication
        is not resumed if that fails.
    type: bool
    default: false
  confirm:
    description: Consent to the end of the replications. Required for O(state=absent).
    type: bool
    default: false
  delete_targets:
    description: Whether O(state=absent) deletes the replicas with their data.
    type: bool
    default: false
  detach:
    description: Whether to detach replicas of block storage from all servers before they are deleted. Otherwise a replica in use is not deleted.
    type: bool
    default: false
  paths:
    description:
      - Whether to return the mount paths of File Storage volumes and of their replicas. The lists of the API do not contain them, so each path costs
        a call.
      - The default is V(true) for V(failed_over) (only paths of replicas) and V(failed_back), and V(false) otherwise.
    type: bool
  concurrency:
    description:
      - Maximum number of resources to work on at the same time. The number of concurrent calls begins at 8, grows to 48 at most while the services answer,
        and decreases when they are overloaded.
    type: int
    default: 128
  wait:
    description:
      - Whether to wait until changes have taken effect. The task always waits for changes that a later step of the same volume needs.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait for one step of one volume. The default is 1800 for V(present), 900 for V(absent), and otherwise 600.
      - The first transfer of a large block volume can take longer.
    type: int
notes:
  - Block storage keeps no record of a replication that has ended. If a run with O(delete_targets) is interrupted between the end of the replication
    and the deletion of the replica, the next run does not delete a volume for its name. It fails, and shows the ids of the volumes that have the name,
    the type and the size of the replica. To delete them, set C(target_id) in O(volumes), or for a group C(members) with the C(id) of each of its
    volumes. The RV(replicas) of an earlier run have these ids.
  - With O(state=failed_back), the region of a volume must answer. Otherwise the replication of the volume is not resumed, because its replica can be
    the only one that servers can use.
  - "IAM actions needed: those of M(scp.storage.scp_filestorage_volume), M(scp.storage.scp_filestorage_replication), M(scp.storage.scp_bm_volume),
    M(scp.storage.scp_bm_volume_replication), M(scp.storage.scp_bm_volume_group) and M(scp.storage.scp_bm_volume_group_replication), for the kinds
    in O(volumes)."
  - "IAM actions needed to find servers by C(object_name): ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), and ListVpcEndpoints in C(vpc), in the regions of the replicas and for the types that are used."
seealso:
  - module: scp.storage.scp_dr_plan_info
  - module: scp.storage.scp_storage_apply
"""

EXAMPLES = r"""
---
- name: Replicate the volumes of the shop, which are created if they do not exist
  scp.storage.scp_dr_plan:
    region: kr-west1
    target_region: kr-east1
    protocol: NFS
    type_name: SSD
    volumes:
      - shop_media
      - name: shop_orders
        frequency: 5min
  register: shop

- name: Show the health of the replicas
  ansible.builtin.debug:
    msg: "{{ shop.table }}"

- name: Fail over all volumes but one
  scp.storage.scp_dr_plan:
    state: failed_over
    volumes: "{{ shop.replicas }}"
    skip: [shop_orders]
  register: shop_failed_over

- name: Show the mount paths of the replicas
  ansible.builtin.debug:
    msg: "{{ shop_failed_over.replicas | map(attribute='target_path') }}"

- name: Fail back, which overwrites what was written to the replicas
  scp.storage.scp_dr_plan:
    state: failed_back
    volumes: "{{ shop.replicas }}"
    discard_target_changes: true

- name: End the replication, and delete the replicas
  scp.storage.scp_dr_plan:
    state: absent
    volumes: "{{ shop.replicas }}"
    confirm: true
    delete_targets: true
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
      description: Address for servers. For a File Storage volume, its mount path, see O(paths). For a BM volume, its iSCSI addresses, separated by
        commas. V(null) for a group.
      type: str
    target_region:
      description: Region of the replica.
      type: str
    target_zone:
      description: Zone of the replica, if the API version shows it, and otherwise that of the list.
      type: str
    target_name:
      description: Name of the replica, as in O(volumes).
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
      description: Mount folder, as in O(volumes).
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
failures:
  description: Failures, each message with its volumes. If the run is refused, its blockers.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    message:
      description: The error, and what to do.
      type: str
    volumes:
      description: The volumes.
      type: list
      elements: str
operations:
  description:
    - The API operations that changed something, of all volumes, in the order in which they were done. In check mode, the operations that a real run
      would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolume, CreateVolumeReplication]
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.specs import PLAN as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
