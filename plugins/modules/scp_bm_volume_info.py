#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_info
short_description: Get information about Block Storage (BM) volumes
version_added: 0.1.0
description:
  - Read volumes of bare-metal servers, all of them or those that match, with the additional parts in O(gather).
  - If nothing is found, the result is an empty list and not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
  - scp.storage.tag_filter
options:
  name:
    description:
      - Only volumes of exactly this name. Several volumes can have the same name.
    type: str
  volume_id:
    description:
      - Only the volume with this id. It comes in full, as with V(detail) in O(gather).
    type: str
  object_name:
    description:
      - Only volumes that servers of this name use, as the service's own filter compares names.
    type: str
  volume_group_name:
    description:
      - Only members of groups of this name, as the service's own filter compares names.
    type: str
  gather:
    description:
      - Parts to read for each volume. Each part costs a call for each volume. The calls are sent in parallel.
      - V(detail) adds what lists do not show, as QoS, snapshot rate, schedule, types of servers and errors.
      - V(snapshots) adds RV(volumes[].snapshots), and how full the space for them is.
      - V(replication) adds RV(volumes[].replication), V(null) where there is none.
      - V(tags) adds RV(volumes[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [detail, snapshots, replication, tags]
    default: []
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes; for O(volume_id) and O(gather) ShowVolume, ListVolumeSnapshots,
    ShowVolumeReplication."
seealso:
  - module: scp.storage.scp_bm_volume
"""

EXAMPLES = r"""
---
- name: All volumes with their dependents
  scp.storage.scp_bm_volume_info:
    gather: [detail, snapshots, replication]
  register: all_volumes

- name: One volume
  scp.storage.scp_bm_volume_info:
    name: app-data
    gather: [detail]

- name: Names of the volumes that cannot have snapshots
  scp.storage.scp_bm_volume_info:
    query: "volumes[?!is_snapshot_activated].name"
"""

RETURN = r"""
---
volumes:
  description: The volumes, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the volume.
      type: str
    name:
      description: Name of the volume.
      type: str
    zone:
      description: Zone of the volume.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the volume, for example V(IN_USE).
      type: str
    purpose:
      description: V(ORG), V(REPL) for the target of a replication, V(RECOVERY) for one that was created from a snapshot.
      type: str
    disk_type:
      description: V(SSD) or V(HDD).
      type: str
    size_gb:
      description: Size in GB.
      type: int
    attachments:
      description: The servers that use it, each with C(id) and C(name); with V(detail) also C(type) and C(state).
      type: list
      elements: dict
    iscsi_target_ips:
      description: iSCSI addresses at which its servers log in.
      type: list
      elements: str
    volume_group:
      description: The group that it is in.
      type: dict
    qos:
      description: Performance of an SSD volume.
      returned: with V(detail) in O(gather)
      type: dict
    snapshot_rate:
      description: Space for snapshots in percent of the size; V(0) for none.
      returned: with V(detail) in O(gather)
      type: int
    snapshot_schedule:
      description: Its schedule. C(frequency) is V(NONE) if there is none.
      returned: with V(detail) in O(gather)
      type: dict
    snapshots:
      description: Its snapshots.
      returned: with V(snapshots) in O(gather)
      type: list
      elements: dict
    snapshot_capacity_mb:
      description: Space for snapshots in MB. C(snapshot_capacity_rate) and C(snapshot_total_usage) show how full it is.
      returned: with V(snapshots) in O(gather)
      type: float
    replication:
      description: Its replication, as M(scp.storage.scp_bm_volume_replication) returns it; V(null) where there is none.
      returned: with V(replication) in O(gather)
      type: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: 0d6a0f1c5d5f4c07a0c0d1a5d90c3f11
    name: app-data
    state: IN_USE
    purpose: ORG
    disk_type: SSD
    size_gb: 500
    attachments:
    - id: 3f6d1a8e2c4b4c0d9e8f7a6b5c4d3e2f
      name: west-db1
    iscsi_target_ips: [172.30.12.40, 172.30.12.140]
    has_relation: false
    is_in_volume_group: false
    is_snapshot_activated: true
    volume_group: null
    created_at: "2026-07-30T04:54:33.219Z"
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [app-data]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: ListVolumes
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
