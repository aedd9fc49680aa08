#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_dr_drill
short_description: Create and remove copies of volumes in the target region, to test disaster recovery
version_added: 0.1.0
description:
  - O(state=present) creates a copy of each volume from a snapshot, in the region of its replica. It gives servers access to the copy, compares it with the
    replica, and returns how long this took and how much data a disaster would have lost. O(state=absent) removes the copies.
  - Volumes, replicas, their replications and their snapshots are never changed. A drill takes no snapshot, and pauses only the replication of a copy.
  - Copies that remain from an earlier drill of the same volumes, for example because it was interrupted, are removed first.
  - If a replica is in another zone of the same region, each copy is created in the zone of the end that it stands for. Where API versions show zones, the
    copies of File Storage volumes are created in these zones, and the settings O(zones) and E(SCP_ZONE) are not used for them.
  - A failure of one volume does not stop the others. The task fails at its end if a copy could not be created, differs from the replica, or missed O(rto) or
    O(rpo).
  - The role P(scp.storage.dr_drill#role) creates the copies, runs your checks, always removes the copies, and writes a report.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.workflow
  - scp.storage.dr_volumes
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Returns the operations of the whole run, by volume, and the operations of the removal that follows in RV(removal_operations).
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
    details: For each volume the copies before and after, the snapshot, and the operations in order.
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: partial
    details: Each run of O(state=present) is a new drill, which removes the copies of the previous one. O(state=absent) is idempotent.
options:
  state:
    description:
      - V(present) creates the copies. V(absent) removes only what drills of these volumes have created.
    type: str
    choices: [present, absent]
    default: present
  from:
    description:
      - Source of the copies. V(replica) uses the newest snapshot of the replica. The region of the volumes is not called, so it can be unreachable.
      - V(source) uses the newest snapshot of the volume. A copy is created in the region of the volume and replicated, and the drill fails over to its
        replica. Only File Storage supports this.
      - V(auto) uses the snapshots of the replica if there are any, and otherwise those of the volume.
    type: str
    choices: [auto, replica, source]
    default: auto
  prefix:
    description:
      - Prefix of the names of copies. It has two to six lower-case letters and digits, and begins with a letter. Your own volumes must not have such names.
      - Do not change it, because copies of a drill with another prefix are not found.
    type: str
    default: drill
  access_rules:
    description:
      - Servers in the region of the replicas that may mount the copies of File Storage volumes. C(target_access_rules) of O(volumes) are for failovers. They
        do not apply to copies.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server.
        type: str
        required: true
        choices: [VM, BM, GPU, GPU_NODE, ENDPOINT]
      object_id:
        description: Id of the server. Set either this option or O(access_rules[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server, instead of its id. Names must match exactly. If several servers match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  attachments:
    description:
      - Servers in the region of the replicas to which the copies of block volumes are attached. All copies of a group are attached.
    type: list
    elements: dict
    suboptions:
      object_type:
        description: Type of the server.
        type: str
        required: true
        choices: [BM, MNGC]
      object_id:
        description: Id of the server. Set either this option or O(attachments[].object_name).
        type: str
      object_name:
        description:
          - Name or address of the server, instead of its id. Names must match exactly. If several servers match, the error lists them with their ids,
            networks and addresses.
          - To find the name, one list is read for each type, region and task. Ids need no list.
        type: str
  cifs_passwords:
    description:
      - Passwords for the copies of CIFS volumes, by the names in O(volumes). A copy without a password gets a random one that is not returned, so this copy
        cannot be mounted.
    type: dict
  rto:
    description: How long the recovery may take (recovery time objective), for example V(90s), V(15m) or V(2h).
    type: str
  rpo:
    description: How much data may be lost (recovery point objective), as the age of the recovered data, for example V(15m), V(2h) or V(1d).
    type: str
  force:
    description: Whether to continue if some of the volumes cannot be drilled. These are reported as not drilled.
    type: bool
    default: false
  wait:
    description:
      - Whether O(state=absent) waits until the copies are removed. Without waiting, RV(left_behind) is empty. O(state=present) always waits.
    type: bool
    default: true
  wait_timeout:
    description: Maximum number of seconds to wait for each step of one volume. The first transfer of a large volume can take longer.
    type: int
    default: 1800
notes:
  - The storage services do not return tags, so copies are recognized by their names. A name consists of O(prefix) and a part of the SHA-256 of the id of the
    volume. If both ends of a replication are in one region, the name of the copy beside the volume ends with C(s) in place of the last digit.
    A File Storage volume with such a name is removed only if it has no replication, or a replication between two volumes of that name. A BM volume
    is removed only if it was created from a snapshot, and from the replica if the service shows this. Volumes in O(volumes) are never removed. Any other
    resource with such a name remains, and is reported as a failure.
  - Two drills of the same volume must not run at the same time.
  - "Times are measured from the first call of the recovery until the last step of a copy is complete. Removing earlier copies, copying a File Storage volume
    in its own region, and the first transfer of that copy come before, and are not included."
  - "IAM actions needed: those of M(scp.storage.scp_filestorage_volume), M(scp.storage.scp_filestorage_replication), M(scp.storage.scp_bm_volume),
    M(scp.storage.scp_bm_volume_recovery), M(scp.storage.scp_bm_volume_group) and M(scp.storage.scp_bm_volume_group_recovery), for the kinds in
    O(volumes), and to list snapshots."
  - "IAM actions needed to find servers by C(object_name): ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), and ListVpcEndpoints in C(vpc), in the regions of the replicas and for the types that are used."
seealso:
  - module: scp.storage.scp_dr_plan
  - module: scp.storage.scp_dr_plan_info
"""

EXAMPLES = r"""
---
- name: Replicate the volume of the web servers
  scp.storage.scp_dr_plan:
    region: kr-west1
    target_region: kr-east1
    volumes: [web_data]
  register: web

- name: Take a snapshot for the copy
  scp.storage.scp_filestorage_snapshot:
    volume: web_data
    max_age: 1d

- name: Create a copy of the volume in the other region
  scp.storage.scp_dr_drill:
    volumes: "{{ web.replicas }}"
    rto: 1h
    rpo: 2d
  register: drill

- name: Show how long the recovery took
  ansible.builtin.debug:
    msg: "{{ drill.table }}"

- name: Remove the copy
  scp.storage.scp_dr_drill:
    volumes: "{{ web.replicas }}"
    state: absent
"""

RETURN = r"""
---
volumes:
  description: One dictionary for each volume, in the order of O(volumes).
  returned: unless the options are invalid
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
    target_region:
      description: Region of the replica, and of the copy.
      type: str
    source_id:
      description: Id of the volume.
      type: str
    replica_id:
      description: Id of the replica.
      type: str
    way:
      description: Source of the copy, V(replica) or V(source). V(null) if it was not drilled, and with O(state=absent).
      type: str
    blocker:
      description: Why no copy can be made. Empty otherwise. This field and the next ones up to C(data_loss_seconds) are only returned with O(state=present).
      type: str
    snapshot:
      description: The snapshot with C(id), C(name) and C(taken_at), the time in UTC.
      type: dict
    recovered:
      description: The copy, as in RV(copies). V(null) if there is none.
      type: dict
    recovery_seconds:
      description: Seconds from the beginning of the recovery until the copy could be used.
      type: float
    replica_lag_seconds:
      description: Lag of the replica, in seconds. File Storage does not report it.
      type: int
    data_age_seconds:
      description: Age of the snapshot at the beginning of the drill, in seconds.
      type: int
    data_loss_seconds:
      description: Data that a failover would lose, in seconds. It is C(replica_lag_seconds) if this is known, and otherwise C(data_age_seconds).
      type: int
    checks:
      description: The comparison of the copy with the replica, each with C(check), C(passed) and C(found).
      type: list
      elements: dict
    result:
      description: V(passed), V(missed) (a target), V(failed), V(not drilled), V(planned) (check mode) or V(removed).
      type: str
    left_behind:
      description: Copies of the volume that could not be removed.
      type: list
      elements: str
    change:
      description: V(created), V(deleted), V(unchanged), V(skipped) or V(failed).
      type: str
    operations:
      description: The API operations for this volume, in order. In check mode, the operations that a real run would send.
      type: list
      elements: str
    error:
      description: What failed. Empty otherwise.
      type: str
    message:
      description: What failed, which targets were missed, or why it was not drilled. Empty otherwise.
      type: str
  sample:
    - kind: filestorage_volume
      name: web_data
      region: kr-west1
      target_region: kr-east1
      source_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
      replica_id: 0f7a3c52-6f7e-4c5c-9a38-5d3b8a0c2f11
      way: source
      blocker: ""
      snapshot:
        id: 40e77e5b-0e25-4f2b-a426-6afef1a65a3b
        name: web_data_2m060u.2026-10-01_142150
        taken_at: "2026-10-01T05:21:50Z"
      recovery_seconds: 12.4
      replica_lag_seconds:
      data_age_seconds: 7215
      data_loss_seconds: 7215
      checks:
        - check: state
          passed: true
          found: available
      result: passed
      left_behind: []
      change: created
      operations: [CreateVolume, CreateVolumeReplication, SetVolumeReplication]
      error: ""
      message: ""
copies:
  description: The copies that can be used.
  returned: with O(state=present), unless the options are invalid
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the volume that it is a copy of.
      type: str
    of:
      description: Name or id of that volume, as in O(volumes).
      type: str
    way:
      description: Source of the copy, V(replica) or V(source).
      type: str
    region:
      description: Region of the copy.
      type: str
    id:
      description: Id of the copy.
      type: str
    name:
      description: Name of the copy.
      type: str
    path:
      description: Mount path of a File Storage volume.
      type: str
    volumes:
      description: The copied volumes (one volume, or those of a group), with C(id), C(name), C(state), C(path), C(iscsi_target_ips) and more.
      type: list
      elements: dict
    snapshot:
      description: The snapshot that the copy was created from.
      type: dict
    source_id:
      description: Id of the volume that it is a copy of.
      type: str
    replica_id:
      description: Id of the replica of that volume.
      type: str
began:
  description: Whether anything can have been created or removed. V(false) if the options are invalid, or if volumes cannot be drilled.
  returned: always
  type: bool
planned:
  description: Whether this is a plan, because the task ran in check mode.
  returned: unless the options are invalid
  type: bool
recovery_seconds:
  description: Seconds until the last copy could be used.
  returned: with O(state=present), unless the options are invalid
  type: float
data_loss_seconds:
  description: Maximum of C(data_loss_seconds) of all volumes.
  returned: with O(state=present), unless the options are invalid
  type: int
rto:
  description: The target in C(seconds), and C(met), which is whether all volumes that were drilled have met it. RV(rpo) has the same fields.
  returned: with O(state=present), unless the options are invalid
  type: dict
rpo:
  description: See RV(rto).
  returned: with O(state=present), unless the options are invalid
  type: dict
started_at:
  description: When it began, by the clock of the service.
  returned: unless the options are invalid
  type: str
finished_at:
  description: When it ended.
  returned: unless the options are invalid
  type: str
removed:
  description: The copies that were removed. With O(state=present) those of earlier drills.
  returned: unless the options are invalid
  type: list
  elements: str
left_behind:
  description: The copies that could not be removed.
  returned: unless the options are invalid
  type: list
  elements: str
empty_groups:
  description: Groups of copies that remain without a volume, if the platform keeps them. The API has no call that removes a group.
  returned: unless the options are invalid
  type: list
  elements: str
removal_operations:
  description: In check mode, the operations that O(state=absent) would send after this drill. Empty otherwise.
  returned: with O(state=present), unless the options are invalid
  type: list
  elements: str
table:
  description: Lines for users, a table first.
  returned: unless the options are invalid
  type: list
  elements: str
summary:
  description: How many copies were created or removed, and how many volumes failed, in one line.
  returned: unless the options are invalid
  type: str
failures:
  description: A line for each failure, with the names of the volumes. Equal failures share one line.
  returned: unless the options are invalid
  type: list
  elements: str
  sample: []
operations:
  description:
    - The API operations that changed something, by their C(operationId), in the order of the list. In check mode, the operations that a real run
      would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolume, CreateVolumeReplication, SetVolumeReplication]
error:
  description: Details of the first failed call.
  returned: when a call failed
  type: dict
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.specs import DRILL as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
