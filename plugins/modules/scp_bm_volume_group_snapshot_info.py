#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_group_snapshot_info
short_description: Get information about the snapshots of a Block Storage (BM) volume group
version_added: 0.1.0
description:
  - Read all snapshots of a volume group. How full the space for snapshots is shows with each member, see
    M(scp.storage.scp_bm_volume_snapshot_info).
  - A volume group that does not exist has no snapshots; that is an empty list, not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  volume_group:
    description:
      - Name or id of the volume group.
    type: str
    required: true
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumeGroups, ListVolumeGroupSnapshots; with an id ShowVolumeGroup in place of ListVolumeGroups."
seealso:
  - module: scp.storage.scp_bm_volume_group_snapshot
"""

EXAMPLES = r"""
---
- name: All snapshots of a volume group
  scp.storage.scp_bm_volume_group_snapshot_info:
    volume_group: orders
  register: db

- name: The name of the newest
  scp.storage.scp_bm_volume_group_snapshot_info:
    volume_group: orders
    query: "sort_by(snapshots, &created_dt)[-1].snapshot_name"
"""

RETURN = r"""
---
snapshots:
  description: The snapshots, in the order of the service.
  returned: success
  type: list
  elements: dict
  contains:
    snapshot_id:
      description: Id of the snapshot.
      type: str
    snapshot_name:
      description: Name from the service, with the time when it was taken.
      type: str
    created_dt:
      description: When it was taken.
      type: str
    volume_group_id:
      description: Id of its volume group.
      type: str
  sample:
  - snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: go261001142150a6abf418e01___db.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
    volume_group_id: c9ecae8b973b425c81c3817893cd8063
is_snapshot_policy:
  description: Whether the members have space for snapshots; V(null) where there is no such volume group.
  returned: success
  type: bool
  sample: true
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: go261001142150a6abf418e01___db.2026-10-01_142150
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: ListVolumeGroupSnapshots
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_GROUP_SNAPSHOT_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
