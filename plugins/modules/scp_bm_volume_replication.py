#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_replication
short_description: Replicate Block Storage (BM) volumes to another region
version_added: 0.1.0
description:
  - Create, change, break, resume and end the replication of a volume to a new volume in another region.
  - Set O(region) to the region of the source, or to the region of the target with O(volume) as the target volume. In the second case, the region of
    the source is called only if the API accepts a change only there. You can therefore use a target while the region of the source cannot be reached.
    The platform does not document which region accepts changes. The module calls the region that the task names first, and if it refuses, the other
    region.
  - The API has no call to reverse a replication. To fail over, use V(BREAK). Servers can then write to the target. To resume the replication, use
    V(RESYNC). It overwrites data that was written to the target.
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
      - A volume with a replication requires a snapshot rate, and must not be a member of a volume group.
    type: str
    required: true
  state:
    description:
      - V(absent) breaks and deletes the replication. Both volumes remain. See O(delete_target_volume).
      - A replication in an error state can only be ended.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the target volume, which is created with the replication. Required for a new replication.
      - With O(state=absent), the id of the target volume is accepted as well.
    type: str
  target_region:
    description:
      - Region of the target volume, different from the region of the source. Required for a new replication.
    type: str
  target_zone:
    description:
      - The zone of the target volume, for example V(kr-east1-a). It must belong to O(target_region), which can then be omitted. It cannot be changed later.
      - If this option is set, API versions with zones are used. They require a zone.
      - If not given, the entry of O(zones) for the target region, or E(SCP_ZONE) if it belongs to that region, is used.
    type: str
  cycle:
    description:
      - How often the target is updated. Required for a new replication.
    type: str
    choices: [5MIN, HOURLY, DAILY, WEEKLY, MONTHLY]
  policy:
    description:
      - V(BREAK) stops the replication and makes the target writable, V(RESYNC) resumes it.
    type: str
    choices: [RESYNC, BREAK]
  delete_target_volume:
    description:
      - With O(state=absent), whether to delete the target volume and its data too. No server may be attached to it.
      - The service keeps no record of a replication that has ended. To continue a removal that was interrupted, set O(name) and O(target_region). The
        volume with that name or id in that region then counts as the target if it has the type and size of O(volume), and is neither in a group nor
        replicated. Set the id, because other volumes can have the name.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. The duration of the
        first transfer depends on the size of the volume.
    type: int
    default: 3600
notes:
  - "IAM actions needed, in C(baremetal-blockstorage) of both regions: ListVolumes, ShowVolume, ShowVolumeReplication; to change
    CreateVolumeReplication, SetVolumeReplicationCycle, SetVolumeReplicationPolicy, DeleteVolumeReplication; with
    O(delete_target_volume) DeleteVolume."
  - When the target is writable, use M(scp.storage.scp_bm_volume) to set its QoS, snapshot rate and servers.
seealso:
  - module: scp.storage.scp_bm_volume_info
  - module: scp.storage.scp_bm_volume_group_replication
"""

EXAMPLES = r"""
---
- name: Replicate the volume to the other region every five minutes
  scp.storage.scp_bm_volume_replication:
    region: kr-west1
    volume: app-data
    name: app-data-copy
    target_region: kr-east1
    cycle: 5MIN
  register: protected

- name: Fail over, with calls only to the other region if it accepts them
  scp.storage.scp_bm_volume_replication:
    region: kr-east1
    volume: "{{ protected.replication.target.id }}"
    policy: BREAK

- name: Resume the replication with an hourly cycle, which overwrites data that was written to the replica
  scp.storage.scp_bm_volume_replication:
    region: kr-west1
    volume: app-data
    cycle: HOURLY
    policy: RESYNC

- name: End the replication and delete the replica
  scp.storage.scp_bm_volume_replication:
    region: kr-west1
    volume: app-data
    name: app-data-copy
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
    sync_state:
      description: State of the replication, as the service returns it.
      type: str
    sync_cycle:
      description: How often the target is updated.
      type: str
    lag_time:
      description: How far the target is behind, for example C(HH:MM:SS).
      type: str
    related_volumes:
      description: Its ends, as the service lists them. It lists both, or only the other one.
      type: list
      elements: dict
    health:
      description:
        - What RV(replication.sync_state) and the target's RV(replication.target.auth) mean.
        - V(ok) while it works, V(broken) after V(BREAK), V(creating) until the first transfer is done, V(resyncing) until V(RESYNC) is done, V(stalled) if
          nothing is transferred at the moment, V(error), or V(unknown).
      type: str
    lag_seconds:
      description: The RV(replication.lag_time) in seconds. V(null) if the service shows no time.
      type: int
    source:
      description: The source volume.
      type: dict
      contains: &end
        id:
          description: Its id.
          type: str
        name:
          description: Its name.
          type: str
        region:
          description: Its region.
          type: str
        zone:
          description: Its zone.
          returned: with API versions that have zones
          type: str
        auth:
          description: Access of servers to it, V(READ), V(READ_WRITE) or V(UNKNOWN).
          type: str
    target:
      description: The target volume. It is V(READ_WRITE) after V(BREAK).
      type: dict
      contains: *end
  sample:
    sync_state: SNAPMIRROED
    sync_cycle: 5MIN
    lag_time: "00:03:20"
    lag_seconds: 200
    health: ok
    related_volumes:
      - id: 92cd16fe8ebc4f73832513a172bf0000
        name: app-data
        region: kr-west1
        purpose: ORG
        auth: READ_WRITE
      - id: 7239779c01e3405f82bb71c7f4b55fcd
        name: app-data-copy
        region: kr-east1
        purpose: REPL
        auth: READ
    source:
      id: 92cd16fe8ebc4f73832513a172bf0000
      name: app-data
      region: kr-west1
      auth: READ_WRITE
    target:
      id: 7239779c01e3405f82bb71c7f4b55fcd
      name: app-data-copy
      region: kr-east1
      auth: READ
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
    service: baremetal-blockstorage
    operation: CreateVolumeReplication
    region: kr-west1
    status: 400
    code: baremetal-blockstorage.BadRequest.region
    detail: Replication is not available.
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_REPLICATION as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
