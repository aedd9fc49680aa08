# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) 1.3: all 41 operations (reference: Block Storage (BM)), and what 1.4 does otherwise."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Change, Operation, Repeat, Service

SERVICE = Service("baremetal-blockstorage", "1.3", "Block Storage (BM)", newer=("1.4",))

_operation = partial(Operation, SERVICE)
#: From 1.4 on, what is created is created in a zone.
_IN_A_ZONE = Change("1.4", body=("zone",), required=("zone",))
_SHOWS_ITS_ZONE = (Change("1.4", shows=("zone",)),)

CREATE_VOLUME = _operation(
    "CreateVolume",
    "POST",
    "/v1/volumes",
    body=("attachments", "disk_type", "name", "qos", "size_gb", "tags"),
    action="CreateVolume",
    repeat=Repeat.CREATES,
    changes=(_IN_A_ZONE,),
)
SHOW_VOLUME = _operation("ShowVolume", "GET", "/v1/volumes/{volume_id}", action="ShowVolume", changes=_SHOWS_ITS_ZONE)
LIST_VOLUMES = _operation(
    "ListVolumes",
    "GET",
    "/v1/volumes",
    query=("limit", "offset", "sort", "name", "object_name", "volume_group_name"),
    paging=Paging("volumes", "total_count", "offset"),
    action="ListVolumes",
    changes=_SHOWS_ITS_ZONE,
)
DELETE_VOLUME = _operation("DeleteVolume", "DELETE", "/v1/volumes/{volume_id}", action="DeleteVolume")
ATTACH_VOLUME = _operation(
    "AttachVolume",
    "POST",
    "/v1/volumes/{volume_id}/attachments",
    body=("attachments",),
    action="CreateVolumeAttachments",
    repeat=Repeat.BOUNDED,
)
DETACH_VOLUME = _operation(
    "DetachVolume",
    "DELETE",
    "/v1/volumes/{volume_id}/attachments",
    body=("attachments",),
    action="DeleteVolumeAttachments",
)
SET_VOLUME_QOS = _operation("SetVolumeQoS", "PUT", "/v1/volumes/{volume_id}/qos", body=("iops", "throughput"))
CREATE_VOLUME_SNAPSHOT = _operation(
    "CreateVolumeSnapshot",
    "POST",
    "/v1/volumes/{volume_id}/snapshots",
    action="CreateVolumeSnapshot",
    repeat=Repeat.CREATES,
)
CREATE_VOLUME_SNAPSHOT_RATE = _operation(
    "CreateVolumeSnapshotRate",
    "POST",
    "/v1/volumes/{volume_id}/snapshot-rates",
    body=("snapshot_rate",),
    action="CreateVolumeSnapshotRate",
    repeat=Repeat.BOUNDED,
)
LIST_VOLUME_SNAPSHOTS = _operation(
    "ListVolumeSnapshots",
    "GET",
    "/v1/volumes/{volume_id}/snapshots",
    paging=Paging("snapshots", key="snapshot_id"),
    action="ListVolumeSnapshots",
)
SET_VOLUME_SNAPSHOT_RATE = _operation(
    "SetVolumeSnapshotRate",
    "PUT",
    "/v1/volumes/{volume_id}/snapshot-rates",
    body=("snapshot_rate",),
    action="SetVolumeSnapshotRate",
)
DELETE_VOLUME_SNAPSHOT = _operation(
    "DeleteVolumeSnapshot", "DELETE", "/v1/volumes/{volume_id}/snapshots/{snapshot_id}", action="DeleteVolumeSnapshot"
)
DELETE_VOLUME_SNAPSHOT_RATE = _operation(
    "DeleteVolumeSnapshotRate", "DELETE", "/v1/volumes/{volume_id}/snapshot-rates", action="DeleteVolumeSnapshotRate"
)
RESTORE_VOLUME_SNAPSHOT = _operation(
    "RestoreVolumeSnapshot",
    "PUT",
    "/v1/volumes/{volume_id}/snapshots/{snapshot_id}/restore",
    action="RestoreVolumeSnapshot",
    repeat=Repeat.DESTROYS,
)
CREATE_VOLUME_SNAPSHOT_SCHEDULE = _operation(
    "CreateVolumeSnapshotSchedule",
    "POST",
    "/v1/volumes/{volume_id}/snapshot-schedules",
    body=("day_of_week", "hour"),
    action="CreateVolumeSnapshotSchedule",
    repeat=Repeat.BOUNDED,
)
SET_VOLUME_SNAPSHOT_SCHEDULE = _operation(
    "SetVolumeSnapshotSchedule",
    "PUT",
    "/v1/volumes/{volume_id}/snapshot-schedules",
    body=("day_of_week", "hour"),
    action="SetVolumeSnapshotSchedule",
)
DELETE_VOLUME_SNAPSHOT_SCHEDULE = _operation(
    "DeleteVolumeSnapshotSchedule",
    "DELETE",
    "/v1/volumes/{volume_id}/snapshot-schedules",
    action="DeleteVolumeSnapshotSchedule",
)
CREATE_VOLUME_RECOVERY = _operation(
    "CreateVolumeRecovery",
    "POST",
    "/v1/volumes/{volume_id}/recoveries",
    body=("name", "snapshot_id"),
    action="CreateVolumeRecovery",
    repeat=Repeat.CREATES,
)
CREATE_VOLUME_REPLICATION = _operation(
    "CreateVolumeReplication",
    "POST",
    "/v1/volumes/{volume_id}/replications",
    body=("cycle", "name", "region"),
    action="CreateVolumeReplication",
    repeat=Repeat.BOUNDED,
    changes=(_IN_A_ZONE,),
)
SHOW_VOLUME_REPLICATION = _operation(
    "ShowVolumeReplication",
    "GET",
    "/v1/volumes/{volume_id}/replications",
    action="ShowVolumeReplication",
    changes=_SHOWS_ITS_ZONE,
)
SET_VOLUME_REPLICATION_CYCLE = _operation(
    "SetVolumeReplicationCycle",
    "PUT",
    "/v1/volumes/{volume_id}/replications/cycle",
    body=("cycle",),
    action="SetVolumeReplicationCycle",
)
SET_VOLUME_REPLICATION_POLICY = _operation(
    "SetVolumeReplicationPolicy",
    "PUT",
    "/v1/volumes/{volume_id}/replications/policy",
    body=("policy",),
    action="SetVolumeReplicationPolicy",
)
DELETE_VOLUME_REPLICATION = _operation(
    "DeleteVolumeReplication", "DELETE", "/v1/volumes/{volume_id}/replications", action="DeleteVolumeReplication"
)
CREATE_VOLUME_GROUP = _operation(
    "CreateVolumeGroup",
    "POST",
    "/v1/volume-groups",
    body=("name", "tags", "volume_ids"),
    action="CreateVolumeGroup",
    repeat=Repeat.CREATES,
    changes=(_IN_A_ZONE,),
)
SHOW_VOLUME_GROUP = _operation(
    "ShowVolumeGroup", "GET", "/v1/volume-groups/{volume_group_id}", action="ShowVolumeGroup", changes=_SHOWS_ITS_ZONE
)
LIST_VOLUME_GROUPS = _operation(
    "ListVolumeGroups",
    "GET",
    "/v1/volume-groups",
    query=("limit", "offset", "sort", "name"),
    paging=Paging("volume_groups", "total_count", "offset"),
    action="ListVolumeGroups",
    changes=_SHOWS_ITS_ZONE,
)
ADD_VOLUME_GROUP_MEMBER = _operation(
    "AddVolumeGroupMemberOnVolumeGroup",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/members/add",
    body=("volume_ids",),
    action="AddVolumeGroupMembers",
)
REMOVE_VOLUME_GROUP_MEMBER = _operation(
    "RemoveVolumeGroupMemberOnVolumeGroup",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/members/remove",
    body=("volume_ids",),
    action="RemoveVolumeGroupMembers",
)
CREATE_VOLUME_GROUP_SNAPSHOT = _operation(
    "CreateVolumeGroupSnapshot",
    "POST",
    "/v1/volume-groups/{volume_group_id}/snapshots",
    action="CreateVolumeGroupSnapshot",
    repeat=Repeat.CREATES,
)
LIST_VOLUME_GROUP_SNAPSHOTS = _operation(
    "ListVolumeGroupSnapshots",
    "GET",
    "/v1/volume-groups/{volume_group_id}/snapshots",
    paging=Paging("snapshots", key="snapshot_id"),
    action="ListVolumeGroupSnapshots",
)
DELETE_VOLUME_GROUP_SNAPSHOT = _operation(
    "DeleteVolumeGroupSnapshot",
    "DELETE",
    "/v1/volume-groups/{volume_group_id}/snapshots/{snapshot_id}",
    action="DeleteVolumeGroupSnapshot",
)
RESTORE_VOLUME_GROUP_SNAPSHOT = _operation(
    "RestoreVolumeGroupSnapshot",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/snapshots/{snapshot_id}/restore",
    action="RestoreVolumeGroupSnapshot",
    repeat=Repeat.DESTROYS,
)
CREATE_VOLUME_GROUP_SNAPSHOT_SCHEDULE = _operation(
    "CreateVolumeGroupSnapshotSchedule",
    "POST",
    "/v1/volume-groups/{volume_group_id}/snapshot-schedules",
    body=("day_of_week", "hour"),
    action="CreateVolumeGroupSnapshotSchedule",
    repeat=Repeat.BOUNDED,
)
SET_VOLUME_GROUP_SNAPSHOT_SCHEDULE = _operation(
    "SetVolumeGroupSnapshotSchedule",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/snapshot-schedules",
    body=("day_of_week", "hour"),
    action="SetVolumeGroupSnapshotSchedule",
)
DELETE_VOLUME_GROUP_SNAPSHOT_SCHEDULE = _operation(
    "DeleteVolumeGroupSnapshotSchedule",
    "DELETE",
    "/v1/volume-groups/{volume_group_id}/snapshot-schedules",
    action="DeleteVolumeGroupSnapshotSchedule",
)
CREATE_VOLUME_GROUP_RECOVERY = _operation(
    "CreateVolumeGroupRecovery",
    "POST",
    "/v1/volume-groups/{volume_group_id}/recoveries",
    body=("block_storage_name_prefix", "snapshot_id"),
    action="CreateVolumeGroupRecovery",
    repeat=Repeat.CREATES,
)
CREATE_VOLUME_GROUP_REPLICATION = _operation(
    "CreateVolumeGroupReplication",
    "POST",
    "/v1/volume-groups/{volume_group_id}/replications",
    body=("cycle", "name", "region", "replication_volume_name_prefix"),
    action="CreateVolumeGroupReplication",
    repeat=Repeat.BOUNDED,
    changes=(_IN_A_ZONE,),
)
SHOW_VOLUME_GROUP_REPLICATION = _operation(
    "ShowVolumeGroupReplication",
    "GET",
    "/v1/volume-groups/{volume_group_id}/replications",
    action="ShowVolumeGroupReplication",
    changes=_SHOWS_ITS_ZONE,
)
SET_VOLUME_GROUP_REPLICATION_CYCLE = _operation(
    "SetVolumeGroupReplicationCycle",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/replications/cycle",
    body=("cycle",),
    action="SetVolumeGroupReplicationCycle",
)
SET_VOLUME_GROUP_REPLICATION_POLICY = _operation(
    "SetVolumeGroupReplicationPolicy",
    "PUT",
    "/v1/volume-groups/{volume_group_id}/replications/policy",
    body=("policy",),
    action="SetVolumeGroupReplicationPolicy",
)
DELETE_VOLUME_GROUP_REPLICATION = _operation(
    "DeleteVolumeGroupReplication",
    "DELETE",
    "/v1/volume-groups/{volume_group_id}/replications",
    action="DeleteVolumeGroupReplication",
)
