# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of Block Storage (BM) whose nouns ``scp_storage_apply`` takes too.

They stand here and not in the module files, because the process of a module holds no other module.
"""

from __future__ import annotations

from ...engine.options import TAGS
from ...engine.spec import ModuleSpec
from ..snapshots import snapshot_spec
from . import group, recovery, replication, schedule, snapshot, volume

VOLUME = ModuleSpec(
    handler=volume.Volume,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "disk_type": {"type": "str", "choices": ["SSD", "HDD"]},
        "size_gb": {"type": "int"},
        "qos": {"type": "dict", "options": {"iops": {"type": "int"}, "throughput": {"type": "int"}}},
        "attachments": {
            "type": "list",
            "elements": "dict",
            "options": {
                "object_type": {"type": "str", "required": True, "choices": ["BM", "MNGC"]},
                "object_id": {"type": "str", "required": True},
            },
        },
        "purge_attachments": {"type": "bool", "default": False},
        "snapshot_rate": {"type": "int"},
        "zone": {"type": "str"},
        "tags": TAGS,
        "detach": {"type": "bool", "default": False},
        "end_snapshot_schedule": {"type": "bool", "default": False},
        "end_replication": {"type": "bool", "default": False},
        "leave_volume_group": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

VOLUME_SNAPSHOT = snapshot_spec(snapshot.VolumeSnapshot, "volume")

VOLUME_SNAPSHOT_SCHEDULE = ModuleSpec(
    handler=schedule.VolumeSchedule,
    options={
        "volume": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "day_of_week": {"type": "str", "choices": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]},
        "hour": {"type": "int"},
    },
)

VOLUME_REPLICATION = ModuleSpec(
    handler=replication.VolumeReplication,
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
    handler=recovery.VolumeRecovery,
    options={
        "volume": {"type": "str", "required": True},
        "snapshot": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
)

VOLUME_GROUP = ModuleSpec(
    handler=group.VolumeGroup,
    options={
        "name": {"type": "str"},
        "volume_group_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "volumes": {"type": "list", "elements": "str"},
        "purge_volumes": {"type": "bool", "default": False},
        "zone": {"type": "str"},
        "tags": TAGS,
    },
    rules={"required_one_of": [("name", "volume_group_id")]},
)

VOLUME_GROUP_SNAPSHOT = snapshot_spec(snapshot.GroupSnapshot, "volume_group")

VOLUME_GROUP_SNAPSHOT_SCHEDULE = ModuleSpec(
    handler=schedule.GroupSchedule,
    options={
        "volume_group": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "day_of_week": {"type": "str", "choices": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]},
        "hour": {"type": "int"},
    },
)

VOLUME_GROUP_REPLICATION = ModuleSpec(
    handler=replication.GroupReplication,
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
    handler=recovery.GroupRecovery,
    options={
        "volume_group": {"type": "str", "required": True},
        "snapshot": {"type": "str", "required": True},
        "block_storage_name_prefix": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    },
)
