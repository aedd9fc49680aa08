# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage 1.1: all 21 operations (reference: 4 - File Storage), and what 1.2 does otherwise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..client.paging import Paging
from .table import Change, Operation, Repeat, Service

SERVICE = Service("filestorage", "1.1", "File Storage", newer=("1.2",))

_operation = partial(Operation, SERVICE)
#: From 1.2 on, what is created is created in a zone.
_IN_A_ZONE = Change("1.2", body=("zone",), required=("zone",))
_SHOWS_ITS_ZONE = (Change("1.2", shows=("zone",)),)
_SHOWS_BOTH_ZONES = (Change("1.2", shows=("source_volume_zone", "replication_volume_zone")),)

CREATE_VOLUME = _operation(
    "CreateVolume",
    "POST",
    "/v1/volumes",
    body=("name", "protocol", "type_name", "snapshot_id", "cifs_password", "tags"),
    action="CreateVolume",
    repeat=Repeat.CREATES,
    changes=(_IN_A_ZONE,),
)
SHOW_VOLUME = _operation("ShowVolume", "GET", "/v1/volumes/{volume_id}", action="ShowVolume", changes=_SHOWS_ITS_ZONE)
LIST_VOLUMES = _operation(
    "ListVolumes",
    "GET",
    "/v1/volumes",
    query=("offset", "limit", "name", "type_name", "sort"),
    paging=Paging("filestorages", "count", "offset"),
    action="ListVolumes",
    changes=_SHOWS_ITS_ZONE,
)
SET_VOLUME = _operation(
    "SetVolume", "PUT", "/v1/volumes/{volume_id}", body=("file_unit_recovery_enabled",), action="SetVolume"
)
DELETE_VOLUME = _operation("DeleteVolume", "DELETE", "/v1/volumes/{volume_id}", action="DeleteVolume")

LIST_ACCESS_RULES = _operation(
    "ListAccessRules",
    "GET",
    "/v1/volumes/{volume_id}/access-rules",
    paging=Paging("access_rules", "count", key="object_id"),
    action="ListVolumeAccessRules",
)
SET_ACCESS_RULE = _operation(
    "SetAccessRule",
    "PUT",
    "/v1/volumes/{volume_id}/access-rules",
    body=("object_id", "object_type", "action"),
    action="SetVolumeAccessRule",
)

CREATE_SNAPSHOT = _operation(
    "CreateSnapshot",
    "POST",
    "/v1/snapshots",
    body=("volume_id",),
    answers="snapshot",
    action="CreateVolumeSnapshot",
    repeat=Repeat.CREATES,
)
LIST_SNAPSHOTS = _operation(
    "ListSnapshots",
    "GET",
    "/v1/snapshots",
    query=("volume_id",),
    paging=Paging("snapshots", "count"),
    action="ListVolumeSnapshots",
)
DELETE_SNAPSHOT = _operation(
    "DeleteSnapshot", "DELETE", "/v1/snapshots/{snapshot_id}", query=("volume_id",), action="DeleteVolumeSnapshot"
)
RESTORE_SNAPSHOT = _operation(
    "RestoreSnapshot",
    "PUT",
    "/v1/snapshots/{snapshot_id}/restore",
    query=("volume_id",),
    answers="snapshot",
    action="SetVolumeSnapshot",
    repeat=Repeat.DESTROYS,
)

CREATE_SNAPSHOT_SCHEDULE = _operation(
    "CreateSnapshotSchedule",
    "POST",
    "/v1/snapshot-schedules",
    body=("volume_id", "snapshot_retention_count", "snapshot_schedule"),
    action="CreateVolumeSnapshotSchedule",
    repeat=Repeat.BOUNDED,
)
LIST_SNAPSHOT_SCHEDULE = _operation(
    "ListSnapshotSchedule",
    "GET",
    "/v1/snapshot-schedules",
    query=("volume_id",),
    paging=Paging("snapshot_schedule"),
    action="ListVolumeSnapshotSchedules",
)
SET_SNAPSHOT_SCHEDULE = _operation(
    "SetSnapshotSchedule",
    "PUT",
    "/v1/snapshot-schedules/{snapshot_schedule_id}",
    query=("volume_id",),
    body=("snapshot_retention_count", "snapshot_schedule"),
    action="SetVolumeSnapshotSchedule",
)
DELETE_SNAPSHOT_SCHEDULE = _operation(
    "DeleteSnapshotSchedule",
    "DELETE",
    "/v1/snapshot-schedules/{snapshot_schedule_id}",
    query=("volume_id",),
    action="DeleteVolumeSnapshotSchedule",
)

CREATE_VOLUME_REPLICATION = _operation(
    "CreateVolumeReplication",
    "POST",
    "/v1/replications",
    body=(
        "name",
        "cifs_password",
        "replication_frequency",
        "region",
        "volume_id",
        "backup_retention_count",
        "replication_type",
    ),
    action="CreateVolumeReplication",
    repeat=Repeat.BOUNDED,
    changes=(replace(_IN_A_ZONE, dropped=("region",)),),
)
LIST_VOLUME_REPLICATIONS = _operation(
    "ListVolumeReplications",
    "GET",
    "/v1/replications",
    query=("volume_id",),
    paging=Paging("replications", "count", key="replication_id"),
    action="ListVolumeReplications",
    changes=_SHOWS_BOTH_ZONES,
)
SHOW_VOLUME_REPLICATION = _operation(
    "ShowVolumeReplication",
    "GET",
    "/v1/replications/{replication_id}",
    query=("volume_id",),
    action="ShowVolumeReplication",
    changes=_SHOWS_BOTH_ZONES,
)
SET_VOLUME_REPLICATION = _operation(
    "SetVolumeReplication",
    "PUT",
    "/v1/replications/{replication_id}",
    query=("volume_id",),
    body=("replication_policy", "replication_frequency", "backup_retention_count", "replication_update_type"),
    action="SetVolumeReplication",
)
DELETE_VOLUME_REPLICATION = _operation(
    "DeleteVolumeReplication",
    "DELETE",
    "/v1/replications/{replication_id}",
    query=("volume_id",),
    action="DeleteVolumeReplication",
)
LIST_VOLUME_REPLICATION_ZONES = _operation(
    "ListVolumeReplicationZones",
    "GET",
    "/v1/replications/zones",
    query=("type_name", "source_zone", "replication_type"),
    action="ListVolumeReplicationZones",
    since="1.2",
    changes=(Change("1.2", required=("source_zone",)),),
)
#: Where a volume can be replicated to: the answer has ``regions`` up to 1.1, and ``zones`` from 1.2 on.
LIST_VOLUME_REPLICATION_REGION = _operation(
    "ListVolumeReplicationRegion",
    "GET",
    "/v1/replications/regions",
    query=("type_name", "source_region_name", "replication_type"),
    action="ListVolumeReplicationRegions",
    until="1.1",
    doubtful=True,
    successor=LIST_VOLUME_REPLICATION_ZONES,
)
