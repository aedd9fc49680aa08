#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_pfs_snapshot_info
short_description: Get information about the snapshots of a Parallel File Storage volume
version_added: 0.1.0
description:
  - Read all snapshots of a volume.
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
  - "Operations that are called, in C(parallel-filestorage): ListVolumes, ListSnapshots. The names of the IAM actions that allow them
    are not published for this service."
seealso:
  - module: scp.storage.scp_pfs_snapshot
"""

EXAMPLES = r"""
---
- name: All snapshots of a volume
  scp.storage.scp_pfs_snapshot_info:
    volume: train_data
  register: train_data

- name: The name of the newest
  scp.storage.scp_pfs_snapshot_info:
    volume: train_data
    query: "sort_by(snapshots, &created_at)[-1].name"
"""

RETURN = r"""
---
snapshots:
  description: The snapshots, in the order of the service.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the snapshot.
      type: str
    name:
      description: Name from the service, with its time in Korean time (UTC+9).
      type: str
    state:
      description: State of the snapshot, for example V(available).
      type: str
    size:
      description: Size in bytes, if the service returns it.
      type: int
    created_at:
      description: When it was taken.
      type: str
    volume_id:
      description: Id of its volume.
      type: str
  sample:
  - id: 40e77e5b-0e25-4f2b-a426-6afef1a65a3b
    name: snapshot.2026-10-01_142150
    state: available
    size: 4096
    created_at: "2026-10-01T05:21:50.219373"
    volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: snapshot.2026-10-01_142150
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: parallel-filestorage
    operation: ListSnapshots
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import (
    SNAPSHOT_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
