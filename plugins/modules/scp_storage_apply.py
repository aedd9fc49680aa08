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
  - Takes volumes, schedules, snapshots, replications, groups, recoveries, backups, agents, buckets and archiving policies, in any order,
    finds out what needs what, and makes all of it as listed, as much as possible at the same time and over one session. Each
    is treated exactly as its own module treats it.
  - What depends on a thing (a schedule on its volume, a group on its members) comes after it, and is removed before it. Names in options
    (C(volume), C(volumes), C(volume_group), C(bucket), and C(server) of backups of files) mean entries of the list where there
    are any of that kind, name and region, and otherwise what is there already. What a replication or a recovery makes can be listed
    too, for example to attach servers to it.
  - All mistakes in the list that can be seen without asking the service are reported at once, before anything is changed.
  - Where one entry fails, those that need it are not tried, all others come to their end, and then the task fails and says what became of
    each. Run it again, and it goes on from there.
  - Nothing that is not listed is touched.
  - Each list of the service is read once for all entries. What an entry changes is decided on what is read again just before.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Shows the whole plan, also of what depends on things that are only planned themselves.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  resources:
    description:
      - What is wanted. Each entry has C(kind) and the options of the module of that kind, with the same meaning, choices and defaults.
      - C(kind) is the name of a module without C(scp_), one of V(filestorage_volume), V(filestorage_snapshot_schedule),
        V(filestorage_snapshot), V(filestorage_replication), V(pfs_volume), V(pfs_snapshot), V(bm_volume), V(bm_volume_snapshot_schedule),
        V(bm_volume_snapshot), V(bm_volume_replication), V(bm_volume_group), V(bm_volume_recovery),
        V(bm_volume_group_snapshot_schedule), V(bm_volume_group_snapshot), V(bm_volume_group_replication), V(bm_volume_group_recovery),
        V(backup_agent), V(backup), V(archive_bucket) and V(archive_policy).
        Short forms are accepted for V(filestorage_volume) (V(filestorage)), V(pfs_volume) (V(pfs)), V(bm_volume) (V(bm)) and
        V(bm_volume_group) (V(bm_group)).
      - An entry can have its own C(region), C(wait) and C(wait_timeout). All else about the connection is given for the whole task.
      - Snapshots need C(max_age), C(snapshot) or C(state=absent), and cannot be restored here, because otherwise every run would change
        something.
    type: list
    elements: dict
    required: true
  concurrency:
    description:
      - How many entries are worked on at the same time, at most. Most of that time is waiting; of calls there are never more than eight
        under way to one host.
    type: int
    default: 64
  wait:
    description:
      - Whether to wait until changes have taken effect, for entries that do not say it themselves. What another entry needs is waited
        for in any case.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for one entry at most, for entries that do not say it themselves. The default is that of the module of each kind.
    type: int
notes:
  - A volume that one group lets go with C(purge_volumes) can join another group of the same list, or get what members cannot have. Two groups that
    exchange volumes take two tasks.
  - Values of options that are secret in their own modules, such as C(cifs_password), are secret here too.
  - "IAM actions needed: those that the modules of the kinds need."
seealso:
  - module: scp.storage.scp_filestorage_volume
  - module: scp.storage.scp_bm_volume
  - module: scp.storage.scp_bm_volume_group
  - module: scp.storage.scp_backup
  - module: scp.storage.scp_archive_bucket
"""

EXAMPLES = r"""
---
- name: All storage of the shop
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

- name: Where to mount the media
  ansible.builtin.debug:
    msg: "{{ shop.resources | selectattr('kind', 'eq', 'filestorage_volume') | map(attribute='volume.path') }}"

- name: A pilot is over, all of it goes, in the order that the services want
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
    - What became of each entry, in the order of the list.
    - Beside the keys below each has what its module returns, the object first of all, under the name that it has there (V(volume),
      V(snapshot_schedule), V(replication), V(backup) and so on).
    - In a task without C(register), the paths and the usage of unchanged File Storage and Parallel File Storage volumes are left out
      where there are several of a kind, because only a further call for each volume returns them.
  returned: unless the list has mistakes
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the entry.
      type: str
    name:
      description: Name of the thing, or of what it depends on.
      type: str
    region:
      description: Region of the thing.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    operations:
      description: The API operations sent that change something, in order. In check mode those that would be sent.
      type: list
      elements: str
    failed:
      description: V(true) where it failed.
      type: bool
    msg:
      description: Why it failed.
      type: str
    error:
      description: What is known of the call that failed.
      type: dict
    skipped:
      description: V(true) where it was not tried.
      type: bool
    skip_reason:
      description: What it needs and was not done.
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
    - The API operations sent that change something, of all entries, in the order in which they were done.
    - In check mode the operations that would be sent, one entry after the other.
  returned: unless the list has mistakes
  type: list
  elements: str
  sample: [CreateVolume, CreateVolume, CreateVolumeSnapshotRate, CreateVolumeSnapshotRate, CreateVolumeGroup]
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources import kinds

SPEC = ModuleSpec(
    handler=kinds.Storage,
    options={
        "resources": {"type": "list", "elements": "dict", "required": True},
        "concurrency": {"type": "int", "default": 64},
    },
)


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
