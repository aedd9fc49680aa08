#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_filestorage_replication_info
short_description: Get information about the replications of a File Storage volume
version_added: 0.1.0
description:
  - Read the replications of a volume, from either end, and the regions that it can be replicated to.
  - A volume that does not exist has no replications; that is an empty list, not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  volume:
    description:
      - Name or id of the volume, the source or the target, in O(region).
    type: str
    required: true
  gather:
    description:
      - With V(regions), the regions to which the volume can be replicated are read as well.
    type: list
    elements: str
    choices: [regions]
    default: []
notes:
  - "IAM actions needed, in C(filestorage): ListVolumes, ListVolumeReplications, ShowVolumeReplication; for O(gather)
    ListVolumeReplicationRegions (ListVolumeReplicationZones from API version 1.2 on)."
seealso:
  - module: scp.storage.scp_filestorage_replication
"""

EXAMPLES = r"""
---
- name: Is the copy kept up to date?
  scp.storage.scp_filestorage_replication_info:
    volume: web_data
  register: web_data

- name: Where could the copy go?
  scp.storage.scp_filestorage_replication_info:
    volume: web_data
    gather: [regions]
    query: regions.replication
"""

RETURN = r"""
---
replications:
  description: The replications.
  returned: success
  type: list
  elements: dict
  contains:
    replication_id:
      description: Id of the replication.
      type: str
    replication_type:
      description: V(replication) or V(backup).
      type: str
    replication_frequency:
      description: How often the target is updated.
      type: str
    replication_policy:
      description: V(use) while it runs, V(paused) while it is paused.
      type: str
    replication_status:
      description: State of the replication.
      type: str
    backup_retention_count:
      description: How many disk backups are kept.
      type: int
    source_volume_id:
      description: Id of the source volume.
      type: str
    source_volume_name:
      description: Name of the source volume.
      type: str
    source_volume_region:
      description: Region of the source volume.
      type: str
    source_volume_zone:
      description: Zone of the source volume.
      returned: with API versions that have zones
      type: str
    source_volume_access_level:
      description: V(rw) or V(ro).
      type: str
    replication_volume_id:
      description: Id of the target volume.
      type: str
    replication_volume_name:
      description: Name of the target volume.
      type: str
    replication_volume_region:
      description: Region of the target volume.
      type: str
    replication_volume_zone:
      description: Zone of the target volume.
      returned: with API versions that have zones
      type: str
    replication_volume_access_level:
      description: V(rw) or V(ro).
      type: str
  sample:
  - replication_id: 0f1dbabf-04d9-4e8b-a205-020f8e6da438
    replication_type: replication
    replication_frequency: 5min
    replication_policy: use
    replication_status: active
    backup_retention_count: null
    source_volume_id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    source_volume_name: web_data_2m060u
    source_volume_region: kr-west1
    source_volume_access_level: rw
    replication_volume_id: c0dbabf2-04d9-4e8b-a205-020f8e6da438
    replication_volume_name: web_copy_9xk2ab
    replication_volume_region: kr-east1
    replication_volume_access_level: ro
regions:
  description: Regions that the volume can be replicated to, by O(scp.storage.scp_filestorage_replication#module:replication_type).
  returned: when O(gather) has V(regions)
  type: dict
  sample:
    replication: [kr-east1]
    backup: [kr-east1]
zones:
  description: Zones that the volume can be replicated to, by O(scp.storage.scp_filestorage_replication#module:replication_type).
  returned: when O(gather) has V(regions), with API versions that have zones
  type: dict
  sample:
    replication: [kr-east1-a]
    backup: [kr-east1-a]
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [kr-east1]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: filestorage
    operation: CreateVolume
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.specs import REPLICATION_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
