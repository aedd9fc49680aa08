#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group_replication
short_description: Replicate Block Storage (BM) volume groups to another region
version_added: 0.1.0
description:
  - Set up, change, break, resume and end the replication of a whole volume group to a new one in another region.
    The state of its volumes is of one moment, there as here.
  - Set O(region) to the region of the source, or to the region of the target with O(volume_group) as the target group. In the second case, the region
    of the source is called only if the API accepts a change only there. You can therefore use a target while the region of the source cannot be
    reached. The platform does not document which region accepts changes. The module calls the region that the task names first, and if it refuses,
    the other region.
  - The API has no call to reverse a replication. To fail over, use V(BREAK). Servers can then write to the volumes of the target. To resume the
    replication, use V(RESYNC). It overwrites data that was written to the target.
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
  volume_group:
    description:
      - Name or id of the source group, or of the target group if O(region) is the region of the target.
      - Each volume of a group with a replication requires a snapshot rate.
    type: str
    required: true
  state:
    description:
      - V(absent) breaks and deletes the replication. Both groups and all volumes remain. To remove the target group, remove its volumes with
        M(scp.storage.scp_bm_volume_group) and delete them with M(scp.storage.scp_bm_volume). The API has no call for it.
      - A replication in an error state can only be ended.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the target group, which is created with the replication. Required for a new replication.
    type: str
  target_region:
    description:
      - Region of the target group, different from the region of the source. Required for a new replication.
    type: str
  target_zone:
    description:
      - The zone of the target volume group, for example V(kr-east1-a). It must belong to O(target_region), which can then be omitted. It cannot be changed
        later.
      - If this option is set, API versions with zones are used. They require a zone.
      - If not given, the entry of O(zones) for the target region, or E(SCP_ZONE) if it belongs to that region, is used.
    type: str
  replication_volume_name_prefix:
    description:
      - Prefix of the names of the volumes of the target group, before the names of the source volumes. The result must be a valid name of a volume.
        Required for a new replication.
      - The API accepts it only at creation and never returns it. A different prefix therefore does not cause a change.
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
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result. The duration of the
        first transfer depends on the size of the volumes.
    type: int
    default: 3600
notes:
  - "IAM actions needed, in C(baremetal-blockstorage) of both regions: ListVolumeGroups, ShowVolumeGroup, ShowVolumeGroupReplication; to change
    CreateVolumeGroupReplication, SetVolumeGroupReplicationCycle, SetVolumeGroupReplicationPolicy, DeleteVolumeGroupReplication."
seealso:
  - module: scp.storage.scp_bm_volume_group_info
  - module: scp.storage.scp_bm_volume_replication
"""

EXAMPLES = r"""
---
- name: A copy of the group in the other region, at most five minutes old
  scp.storage.scp_bm_volume_group_replication:
    region: kr-west1
    volume_group: orders
    name: db-copy
    replication_volume_name_prefix: copy-
    target_region: kr-east1
    cycle: 5MIN
  register: protected

- name: Fail over, with calls to the other region only if it takes them
  scp.storage.scp_bm_volume_group_replication:
    region: kr-east1
    volume_group: "{{ protected.replication.target.id }}"
    policy: BREAK

- name: Take the replication up again, once an hour, which overwrites what was written to the copy
  scp.storage.scp_bm_volume_group_replication:
    region: kr-west1
    volume_group: orders
    cycle: HOURLY
    policy: RESYNC

- name: End the replication and keep both groups
  scp.storage.scp_bm_volume_group_replication:
    region: kr-west1
    volume_group: orders
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
    related_volume_groups:
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
      description: The source group.
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
      description: The target group. It is V(READ_WRITE) after V(BREAK).
      type: dict
      contains: *end
  sample:
    sync_state: SNAPMIRROED
    sync_cycle: 5MIN
    lag_time: "00:03:20"
    lag_seconds: 200
    health: ok
    related_volume_groups:
      - id: c9ecae8b973b425c81c3817893cd8063
        name: orders
        region: kr-west1
        purpose: ORG
        auth: READ_WRITE
      - id: 8bf55e738d4e44b5a21dbe133a42ecbe
        name: db-copy
        region: kr-east1
        purpose: REPL
        auth: READ
    source:
      id: c9ecae8b973b425c81c3817893cd8063
      name: orders
      region: kr-west1
      auth: READ_WRITE
    target:
      id: 8bf55e738d4e44b5a21dbe133a42ecbe
      name: db-copy
      region: kr-east1
      auth: READ
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeGroupReplication]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeGroupReplication
    region: kr-west1
    status: 400
    code: baremetal-blockstorage.BadRequest.region
    detail: Replication is not available.
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP_REPLICATION as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
