#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_bm_volume_recovery
short_description: Create a volume from a snapshot of a Block Storage (BM) volume
version_added: 0.1.0
description:
  - Create a second volume from a snapshot of a volume. The first volume is not changed.
  - An existing recovery with the name O(name) is not changed, regardless of O(snapshot), because the API does not show the snapshot of a recovery.
    Another volume with that name is an error.
  - The second volume has the size of the first and no server. Use M(scp.storage.scp_bm_volume) to attach one. It cannot have snapshots or a
    replication.
  - To remove a recovery, use M(scp.storage.scp_bm_volume) with C(state=absent), as for any other volume. The API has no separate call.
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
      - Name or id of the volume of the snapshot.
    type: str
    required: true
  snapshot:
    description:
      - Name or id of the snapshot to create the volume from, or V(latest) for the newest.
    type: str
    required: true
  name:
    description:
      - Name of the second volume, 3 to 28 letters, digits and hyphens. It begins with a letter.
    type: str
    required: true
  state:
    description:
      - V(present) creates the recovery if it does not exist.
    type: str
    choices: [present]
    default: present
notes:
  - "IAM actions needed, in C(baremetal-blockstorage): ListVolumes, ShowVolume,
    ListVolumeSnapshots; to make it CreateVolumeRecovery."
seealso:
  - module: scp.storage.scp_bm_volume_snapshot
    description: Takes snapshots, or restores the volume itself to a snapshot.
  - module: scp.storage.scp_bm_volume
"""

EXAMPLES = r"""
---
- name: Take a snapshot to test the upgrade
  scp.storage.scp_bm_volume_snapshot:
    volume: app-data

- name: Create a volume to test the upgrade
  scp.storage.scp_bm_volume_recovery:
    volume: app-data
    snapshot: latest
    name: app-data-try
  register: trial

- name: Show the volume to attach
  ansible.builtin.debug:
    msg: "{{ trial.recovery.id }}"
"""

RETURN = r"""
---
recovery:
  description: The second volume, as M(scp.storage.scp_bm_volume) shows a volume.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the volume.
      type: str
    name:
      description: Name of the volume.
      type: str
    state:
      description: State of the volume, for example V(AVAILABLE).
      type: str
    purpose:
      description: V(RECOVERY), or V(CLONE) on older platforms.
      type: str
    size_gb:
      description: Size in GB, that of the first volume.
      type: int
    recovery:
      description: Names and ids of its source volume (C(origin_volume)) and of the volume itself (C(recovery_volume)).
      type: dict
  sample:
    id: 1f0a3b6c2d3e4f5a9b8c7d6e5f4a3b2c
    name: app-data-try
    state: AVAILABLE
    purpose: RECOVERY
    size_gb: 100
    recovery:
      origin_volume:
        id: 7239779c01e3405f82bb71c7f4b55fcd
        name: app-data
      recovery_volume:
        id: 1f0a3b6c2d3e4f5a9b8c7d6e5f4a3b2c
        name: app-data-try
snapshot:
  description: The snapshot that the recovery was, or would be, created from. V(null) if the recovery already existed.
  returned: success
  type: dict
  sample:
    snapshot_id: 05600123-6e78-11f0-a3f0-d039eab8d501
    snapshot_name: vo261001142150a6abf418e01___app-data.2026-10-01_142150
    created_dt: "2026-10-01T05:21:50.219Z"
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [CreateVolumeRecovery]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: baremetal-blockstorage
    operation: CreateVolumeRecovery
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.specs import (
    VOLUME_RECOVERY as SPEC,
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
