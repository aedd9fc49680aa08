#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_snapshot_info
short_description: Get information about the snapshots of a Block Storage (BM) volume
version_added: 0.1.0
description:
  - Read all snapshots of a volume, how much space is reserved for them, and how much of that they take. When more than 90 percent are
    taken, the service drops the oldest snapshots by itself.
  - A volume that does not exist has no snapshots; that is an empty list, not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  volume:
    description:
      - Name or id of the volume.
    type: str
    required: true
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes, ListVolumeSnapshots; with an id ShowVolume in place of ListVolumes."
seealso:
  - module: scp.storage.scp_bm_volume_snapshot
"""

EXAMPLES = r"""
---
- name: All snapshots of a volume
  scp.storage.scp_bm_volume_snapshot_info:
    volume: app-data
  register: app_data

- name: Fail when the service is about to drop snapshots
  ansible.builtin.assert:
    that: app_data.snapshot_total_usage < 0.8 * app_data.snapshot_capacity_mb

- name: The name of the newest
  scp.storage.scp_bm_volume_snapshot_info:
    volume: app-data
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
    snapshot_size_mb:
      description: Size in MB in the space for snapshots, if the service returns it.
      type: float
    volume_id:
      description: Id of its volume.
      type: str
  sample:
  - snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: vo261001142150a6abf418e01___app-data.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
    snapshot_size_mb: 512.0
    volume_id: 7239779c01e3405f82bb71c7f4b55fcd
is_snapshot_policy:
  description: Whether the volume has space for snapshots; V(null) where there is no such volume.
  returned: success
  type: bool
  sample: true
snapshot_capacity_mb:
  description: Space that is reserved for snapshots in MB, if the service returns it.
  returned: success
  type: float
  sample: 30720.0
snapshot_capacity_rate:
  description: The same in percent of the volume's size, which is its C(snapshot_rate).
  returned: success
  type: float
  sample: 30
snapshot_total_usage:
  description: MB that the snapshots take.
  returned: success
  type: float
  sample: 512.0
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: vo261001142150a6abf418e01___app-data.2026-10-01_142150
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: ListVolumeSnapshots
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_SNAPSHOT_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
