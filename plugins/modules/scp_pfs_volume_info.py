#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_pfs_volume_info
short_description: Get information about Parallel File Storage volumes
version_added: 0.1.0
description:
  - Read volumes of Parallel File Storage, all of them or those that match, with the additional parts in O(gather).
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
      - Only volumes of exactly this name, with or without the suffix of the service. Several volumes can have the same name.
    type: str
  volume_id:
    description:
      - Only the volume with this id.
    type: str
  gather:
    description:
      - Parts to read for each volume. Each part costs a call for each volume. The calls are sent in parallel.
      - V(tags) adds RV(volumes[].tags), from Resource Manager. It costs a call for each thousand tags of the service.
    type: list
    elements: str
    choices: [access_rules, snapshots, tags]
    default: []
notes:
  - "Operations that are called, in C(parallel-filestorage): ListVolumes, ShowVolume; for O(gather) ListAccessRule and ListSnapshots.
    The names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_pfs_volume
"""

EXAMPLES = r"""
---
- name: All volumes
  scp.storage.scp_pfs_volume_info:
  register: all_volumes

- name: One volume with its dependents
  scp.storage.scp_pfs_volume_info:
    name: train_data
    gather: [access_rules, snapshots]

- name: How many terabytes there are in all
  scp.storage.scp_pfs_volume_info:
    query: "sum(volumes[].capacity_tb)"
  register: terabytes
"""

RETURN = r"""
---
volumes:
  description: The volumes that fit, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the volume.
      type: str
    name:
      description: Name with the suffix of the service.
      type: str
    base_name:
      description: Name without the suffix, as it was requested.
      type: str
    zone:
      description: Zone of the volume.
      returned: with API versions that have zones
      type: str
    state:
      description: State of the volume, for example V(available).
      type: str
    capacity_tb:
      description: Capacity in terabytes.
      type: int
    mount_path:
      description: Path that a node mounts. V(null) until the volume is available.
      type: str
    created_at:
      description: When it was created.
      type: str
    account_id:
      description: Id of the account that it belongs to.
      type: str
    access_rules:
      description: Nodes that may mount the volume, each with its state (C(access_state)) and the states of its addresses (C(access_ip_list)).
      returned: when O(gather) has V(access_rules)
      type: list
      elements: dict
    snapshots:
      description: Its snapshots.
      returned: when O(gather) has V(snapshots)
      type: list
      elements: dict
    tags:
      description: Its tags, by key.
      returned: when O(tags) is given, or O(gather) has V(tags)
      type: dict
  sample:
  - id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    name: train_data_2m060u
    base_name: train_data
    state: available
    capacity_tb: 10
    account_id: 0e3dffc50eb247a1adf4f2e5c82c4f99
    created_at: "2026-07-30T04:54:33.219373"
    mount_path: 10.10.10.10:/train_data_2m060u
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: 10
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: parallel-filestorage
    operation: ListVolumes
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import (
    VOLUME_INFO as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
