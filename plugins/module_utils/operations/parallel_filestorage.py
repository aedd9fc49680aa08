# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage 1.0: all 11 operations (reference: Parallel File Storage), and what 1.1 does otherwise."""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Change, Operation, Repeat, Service

SERVICE = Service("parallel-filestorage", "1.0", "Parallel File Storage", newer=("1.1",))

_operation = partial(Operation, SERVICE)
_SHOWS_ITS_ZONE = (Change("1.1", shows=("zone",)),)

CREATE_VOLUME = _operation(
    "CreateVolume",
    "POST",
    "/v1/volumes",
    body=("name", "capacity_tb", "tags"),
    repeat=Repeat.CREATES,
    changes=(Change("1.1", body=("zone",), required=("zone",)),),
)
SHOW_VOLUME = _operation("ShowVolume", "GET", "/v1/volumes/{volume_id}", changes=_SHOWS_ITS_ZONE)
LIST_VOLUMES = _operation(
    "ListVolumes",
    "GET",
    "/v1/volumes",
    query=("offset", "limit", "name", "sort"),
    paging=Paging("parallel_filestorages", "count", "offset"),
    changes=_SHOWS_ITS_ZONE,
)
SET_VOLUME_CAPACITY = _operation("SetVolumeCapacity", "PUT", "/v1/volumes/{volume_id}/capacity", body=("capacity_tb",))
DELETE_VOLUME = _operation("DeleteVolume", "DELETE", "/v1/volumes/{volume_id}")
LIST_ACCESS_RULE = _operation(
    "ListAccessRule",
    "GET",
    "/v1/volumes/{volume_id}/access-rules",
    paging=Paging("access_rules", "count", key="object_id"),
)
SET_ACCESS_RULE = _operation(
    "SetAccessRule", "PUT", "/v1/volumes/{volume_id}/access-rules", body=("add_access_rules", "remove_access_rules")
)
CREATE_SNAPSHOT = _operation("CreateSnapshot", "POST", "/v1/snapshots", body=("volume_id",), repeat=Repeat.CREATES)
LIST_SNAPSHOTS = _operation(
    "ListSnapshots", "GET", "/v1/snapshots", query=("volume_id",), paging=Paging("snapshots", "count")
)
DELETE_SNAPSHOT = _operation("DeleteSnapshot", "DELETE", "/v1/snapshots/{snapshot_id}", query=("volume_id",))
RESTORE_SNAPSHOT = _operation(
    "RestoreSnapshot", "PUT", "/v1/snapshots/{snapshot_id}/restore", query=("volume_id",), repeat=Repeat.DESTROYS
)
