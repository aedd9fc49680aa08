# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules of Block Storage (BM): their options, and what handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.deferred import deferred
from ...engine.options import TAGS, gather_option
from ...engine.spec import ModuleSpec
from ..shared_options import ATTACHMENT_TYPES, object_options, snapshot_spec

if TYPE_CHECKING:
    from . import group, recovery, replication, schedule, snapshot, volume
else:
    group, recovery, replication, schedule, snapshot, volume = deferred(
        __package__, "group", "recovery", "replication", "schedule", "snapshot", "volume"
    )

VOLUME = ModuleSpec(
    load=lambda: volume.Volume,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "disk_type": {"type": "str", "choices": ["SSD", "HDD"]},
        "size_gb": {"type": "int"},
        "qos": {"type": "dict", "options": {"iops": {"type": "int"}, "throughput": {"type": "int"}}},
        "attachments": object_options(ATTACHMENT_TYPES),
        "purge_attachments": {"type": "bool", "default": False},
        "snapshot_rate": {"type": "int"},
        "zone": {"type": "str"},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
        "detach": {"type": "bool", "default": False},
        "end_snapshot_schedule": {"type": "bool", "default": False},
        "end_replication": {"type": "bool", "default": False},
        "leave_volume_group": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

VOLUME_INFO = ModuleSpec(
    load=lambda: volume.VolumeInfo,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "object_name": {"type": "str"},
        "volume_group_name": {"type": "str"},
        "tags": TAGS,
        "gather": gather_option("detail", "snapshots", "replication", "tags"),
    },
    rules={
        "mutually_exclusive": [("volume_id", "name"), ("volume_id", "object_name"), ("volume_id", "volume_group_name")]
    },
)

VOLUME_SNAPSHOT = snapshot_spec(lambda: snapshot.VolumeSnapshot, "volume")

VOLUME_SNAPSHOT_INFO = ModuleSpec(
    load=lambda: snapshot.VolumeSnapshotInfo,
    options={"volume": {"type": "str", "required": True}},
)

VOLUME_SNAPSHOT_SCHEDULE = ModuleSpec(
    load=lambda: schedule.VolumeSchedule,
    options={
        "volume": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "day_of_week": {"type": "str", "choices": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]},
        "hour": {"type": "int"},
    },
)

VOLUME_REPLICATION = ModuleSpec(
    load=lambda: replication.VolumeReplication,
    options={
        "volume": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str"},
        "target_region": {"type": "str"},
        "target_zone": {"type": "str"},
        "cycle": {"type": "str", "choices": ["5MIN", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"]},
        "policy": {"type": "str", "choices": ["RESYNC", "BREAK"]},
        "delete_target_volume": {"type": "bool", "default": False},
    },
    wait_timeout=3600,
)

VOLUME_RECOVERY = ModuleSpec(
    load=lambda: recovery.VolumeRecovery,
    options={
        "volume": {"type": "str", "required": True},
        "snapshot": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
)

VOLUME_GROUP = ModuleSpec(
    load=lambda: group.VolumeGroup,
    options={
        "name": {"type": "str"},
        "volume_group_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "volumes": {"type": "list", "elements": "str"},
        "purge_volumes": {"type": "bool", "default": False},
        "zone": {"type": "str"},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_group_id")]},
)

VOLUME_GROUP_INFO = ModuleSpec(
    load=lambda: group.VolumeGroupInfo,
    options={
        "name": {"type": "str"},
        "volume_group_id": {"type": "str"},
        "tags": TAGS,
        "gather": gather_option("detail", "snapshots", "replication", "tags"),
    },
    rules={"mutually_exclusive": [("volume_group_id", "name")]},
)

VOLUME_GROUP_SNAPSHOT = snapshot_spec(lambda: snapshot.GroupSnapshot, "volume_group")

VOLUME_GROUP_SNAPSHOT_INFO = ModuleSpec(
    load=lambda: snapshot.GroupSnapshotInfo,
    options={"volume_group": {"type": "str", "required": True}},
)

VOLUME_GROUP_SNAPSHOT_SCHEDULE = ModuleSpec(
    load=lambda: schedule.GroupSchedule,
    options={
        "volume_group": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "day_of_week": {"type": "str", "choices": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]},
        "hour": {"type": "int"},
    },
)

VOLUME_GROUP_REPLICATION = ModuleSpec(
    load=lambda: replication.GroupReplication,
    options={
        "volume_group": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str"},
        "target_region": {"type": "str"},
        "target_zone": {"type": "str"},
        "replication_volume_name_prefix": {"type": "str"},
        "cycle": {"type": "str", "choices": ["5MIN", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"]},
        "policy": {"type": "str", "choices": ["RESYNC", "BREAK"]},
    },
    wait_timeout=3600,
)

VOLUME_GROUP_RECOVERY = ModuleSpec(
    load=lambda: recovery.GroupRecovery,
    options={
        "volume_group": {"type": "str", "required": True},
        "snapshot": {"type": "str", "required": True},
        "block_storage_name_prefix": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
)
