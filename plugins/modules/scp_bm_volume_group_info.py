#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group_info
short_description: Get information about Block Storage (BM) volume groups
version_added: 0.1.0
description:
  - Read volume groups, all of them or those that match, with the additional parts in O(gather).
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
      - Only groups of exactly this name. Several groups can have the same name.
    type: str
  volume_group_id:
    description:
      - Only the group with this id. It comes in full, as with V(detail) in O(gather).
    type: str
  gather:
    description:
      - Parts to read for each group. Each costs a call for each group; they are sent in parallel.
      - V(detail) adds what lists do not show, as members and schedule.
      - V(snapshots) adds RV(volume_groups[].snapshots).
      - V(replication) adds RV(volume_groups[].replication), V(null) where there is none.
      - V(tags) adds RV(volume_groups[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [detail, snapshots, replication, tags]
    default: []
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumeGroups; for O(volume_group_id) and O(gather) ShowVolumeGroup,
    ListVolumeGroupSnapshots, ShowVolumeGroupReplication."
seealso:
  - module: scp.storage.scp_bm_volume_group
"""

EXAMPLES = r"""
---
- name: All groups with their dependents
  scp.storage.scp_bm_volume_group_info:
    gather: [detail, snapshots, replication]
  register: all_groups

- name: Names of the members of one group
  scp.storage.scp_bm_volume_group_info:
    name: orders
    gather: [detail]
    query: "volume_groups[0].member_volumes[].name"
"""

RETURN = r"""
---
volume_groups:
  description: The groups, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the group.
      type: str
    name:
      description: Name of the group.
      type: str
    zone:
      description: Zone of the group.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the group, V(AVAILABLE) when nothing is changing.
      type: str
    purpose:
      description: V(ORG), V(REPL) for the target of a replication, V(RECOVERY) for one that was created from a snapshot.
      type: str
    num_of_block_storages:
      description: How many members it has.
      type: int
    member_volumes:
      description: The members, each with C(id), C(name), C(state), C(disk_type), C(size_gb) and C(snapshot_rate).
      returned: with V(detail) in O(gather)
      type: list
      elements: dict
    snapshot_schedule:
      description: Its schedule. C(frequency) is V(NONE) if there is none.
      returned: with V(detail) in O(gather)
      type: dict
    snapshots:
      description: Its snapshots.
      returned: with V(snapshots) in O(gather)
      type: list
      elements: dict
    replication:
      description: Its replication, as M(scp.storage.scp_bm_volume_group_replication) returns it; V(null) where there is none.
      returned: with V(replication) in O(gather)
      type: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: 7c2f0f1c5d5f4c07a0c0d1a5d90c3f22
    name: orders
    state: AVAILABLE
    purpose: ORG
    num_of_block_storages: 2
    account_id: 0e3dffc50eb247a1adf4f2e5c82c4f99
    created_at: "2026-07-30T04:54:33.219Z"
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [db-data, db-log]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: ListVolumeGroups
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
