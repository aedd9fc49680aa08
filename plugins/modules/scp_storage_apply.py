#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_storage_apply
short_description: Manage a list of resources of any kind in one task, in dependency order and in parallel
version_added: 0.1.0
description:
  - Manages a list of volumes, schedules, snapshots, replications, groups, recoveries, backups, agents, buckets and archiving policies, in any order.
    The module finds the dependencies between the entries, and works on as many as possible in parallel, over one session. It manages each entry
    exactly as the module of that kind does.
  - A dependent resource (a schedule of a volume, a group with members) is created after the resource that it depends on, and removed before it. Names
    in options (C(volume), C(volumes), C(volume_group), C(bucket), and C(server) of backups of files) refer to entries of the list with that kind,
    name and region. If there is no such entry, they refer to existing resources. You can also list resources that a replication or a recovery
    creates, for example to attach servers to them.
  - All mistakes in the list that can be detected without a call are reported at once, before anything is changed.
  - If an entry fails, entries that depend on it are skipped, and all others are completed. The task then fails and reports the result of each entry.
    Run the task again to continue.
  - Resources that are not listed are not changed.
  - Each list of the service is read once for all entries. Before an entry is changed, its current state is read again.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Shows the whole plan, including entries that depend on resources that are only planned.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  resources:
    description:
      - Desired resources. Each entry has C(kind) and the options of the module of that kind, with the same meaning, choices and defaults.
      - C(kind) is the name of a module without C(scp_), one of V(filestorage_volume), V(filestorage_snapshot_schedule),
        V(filestorage_snapshot), V(filestorage_replication), V(pfs_volume), V(pfs_snapshot), V(bm_volume), V(bm_volume_snapshot_schedule),
        V(bm_volume_snapshot), V(bm_volume_replication), V(bm_volume_group), V(bm_volume_recovery),
        V(bm_volume_group_snapshot_schedule), V(bm_volume_group_snapshot), V(bm_volume_group_replication), V(bm_volume_group_recovery),
        V(backup_agent), V(backup), V(archive_bucket) and V(archive_policy).
        Short forms are accepted for V(filestorage_volume) (V(filestorage)), V(pfs_volume) (V(pfs)), V(bm_volume) (V(bm)) and
        V(bm_volume_group) (V(bm_group)).
      - An entry can have its own C(region), C(wait) and C(wait_timeout). All other connection options apply to the whole task.
      - Snapshots need C(max_age), C(snapshot) or C(state=absent), and cannot be restored with this module, because otherwise every run would change
        something.
    type: list
    elements: dict
    required: true
  concurrency:
    description:
      - Maximum number of entries to work on at the same time. Most of that time is waiting. The number of concurrent calls begins at 8, grows to 48 at most
        while the services answer, and decreases when they are overloaded.
    type: int
    default: 128
  wait:
    description:
      - Whether to wait until changes have taken effect, for entries without C(wait). The task always waits for changes that another entry needs.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait for one entry, for entries without C(wait_timeout). The default is that of the module of each kind.
    type: int
notes:
  - A volume that one group removes with C(purge_volumes) can join another group of the same list, or get properties that members cannot have. If two
    groups exchange volumes, use two tasks.
  - Options that are secret in their own modules, for example C(cifs_password), are also secret here.
  - "IAM actions needed: the actions that the modules of the kinds need."
seealso:
  - module: scp.storage.scp_filestorage_volume
  - module: scp.storage.scp_bm_volume
  - module: scp.storage.scp_bm_volume_group
  - module: scp.storage.scp_backup
  - module: scp.storage.scp_archive_bucket
"""

EXAMPLES = r"""
---
- name: Manage all storage of the shop
  scp.storage.scp_storage_apply:
    resources:
      - {kind: bm_volume_group_snapshot_schedule, volume_group: shop-db, hour: 3}
      - {kind: bm_volume_group, name: shop-db, volumes: [shop-data, shop-log]}
      - kind: bm_volume
        name: shop-data
        disk_type: SSD
        size_gb: 500
        qos: {iops: 10000, throughput: 500}
        attachments: [{object_type: BM, object_id: "{{ bm_id }}"}]
        snapshot_rate: 30
      - kind: bm_volume
        name: shop-log
        disk_type: HDD
        size_gb: 100
        attachments: [{object_type: BM, object_id: "{{ bm_id }}"}]
        snapshot_rate: 30
      - kind: filestorage_volume
        name: shop_media
        protocol: NFS
        type_name: SSD
      - kind: filestorage_replication
        volume: shop_media
        name: shop_media_dr
        target_region: kr-east1
        replication_frequency: hourly
      - {kind: archive_bucket, name: shop-archive, versioning: true}
      - kind: archive_policy
        bucket: shop-archive
        archiving_source_bucket_name: west-app-logs
        object_lifecycle: 30
  register: shop

- name: Show the mount path of the media
  ansible.builtin.debug:
    msg: "{{ shop.resources | selectattr('kind', 'eq', 'filestorage_volume') | map(attribute='volume.path') }}"

- name: Delete the database storage of a pilot, in the order that the services require
  scp.storage.scp_storage_apply:
    resources:
      - {kind: bm_volume, name: shop-data, state: absent, detach: true}
      - {kind: bm_volume, name: shop-log, state: absent, detach: true}
      - {kind: bm_volume_group, name: shop-db, state: absent}
      - {kind: bm_volume_group_snapshot_schedule, volume_group: shop-db, state: absent}
"""

RETURN = r"""
---
resources:
  description:
    - The result of each entry, in the order of the list.
    - In addition to the keys below, each entry has the values that its module returns, especially the resource under its key (V(volume),
      V(snapshot_schedule), V(replication), V(backup) and so on).
    - In a task without C(register), the paths and the usage of unchanged File Storage and Parallel File Storage volumes are omitted if the list has
      several of a kind, because only a further call for each volume returns them.
  returned: unless the list is invalid
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the entry.
      type: str
    name:
      description: Name of the resource, or of the resource that it depends on.
      type: str
    region:
      description: Region of the resource.
      type: str
    changed:
      description: Whether the entry was changed.
      type: bool
    operations:
      description: The API operations that changed something, in order. In check mode, the operations that a real run would send.
      type: list
      elements: str
    failed:
      description: V(true) if the entry failed.
      type: bool
    msg:
      description: Why it failed.
      type: str
    error:
      description: Details of the failed call.
      type: dict
    skipped:
      description: V(true) if the entry was skipped.
      type: bool
    skip_reason:
      description: The entry that it needs and that was not completed.
      type: str
  sample:
    - kind: bm_volume
      name: shop-data
      region: kr-west1
      changed: true
      operations: [CreateVolume, CreateVolumeSnapshotRate]
      volume:
        id: 0d6a0f1c5d5f4c07a0c0d1a5d90c3f11
        name: shop-data
        state: AVAILABLE
        size_gb: 500
    - kind: bm_volume_group
      name: shop-db
      region: kr-west1
      changed: false
      operations: []
      skipped: true
      skip_reason: It needs resource 4 (bm_volume shop-log).
operations:
  description:
    - The API operations that changed something, of all entries, in the order in which they were done.
    - In check mode, the operations that a real run would send, one entry after the other.
  returned: unless the list is invalid
  type: list
  elements: str
  sample: [CreateVolume, CreateVolume, CreateVolumeSnapshotRate, CreateVolumeSnapshotRate, CreateVolumeGroup]
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import STORAGE_APPLY as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
