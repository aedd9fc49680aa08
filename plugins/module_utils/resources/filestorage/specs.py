# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of File Storage whose nouns ``scp_storage_apply`` takes too.

They stand here and not in the module files, because the process of a module holds no other module.
"""

from __future__ import annotations

from ...engine.options import TAGS
from ...engine.spec import ModuleSpec
from ..snapshots import snapshot_spec
from . import replication, snapshot, volume

VOLUME = ModuleSpec(
    handler=volume.Volume,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "protocol": {"type": "str", "choices": ["NFS", "CIFS"]},
        "type_name": {"type": "str", "choices": ["HDD", "SSD", "HighPerformanceSSD", "SSD_SAP_S", "SSD_SAP_E"]},
        "cifs_password": {"type": "str", "no_log": True},
        "snapshot_id": {"type": "str"},
        "zone": {"type": "str"},
        "tags": TAGS,
        "file_unit_recovery_enabled": {"type": "bool"},
        "access_rules": {
            "type": "list",
            "elements": "dict",
            "options": {
                "object_type": {
                    "type": "str",
                    "required": True,
                    "choices": ["VM", "BM", "GPU", "GPU_NODE", "ENDPOINT"],
                },
                "object_id": {"type": "str", "required": True},
            },
        },
        "purge_access_rules": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

SNAPSHOT = snapshot_spec(snapshot.Snapshot, "volume")

SNAPSHOT_SCHEDULE = ModuleSpec(
    handler=snapshot.SnapshotSchedule,
    options={
        "volume": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "frequency": {"type": "str", "choices": ["DAILY", "WEEKLY"]},
        "day_of_week": {"type": "str", "choices": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]},
        "hour": {"type": "str", "choices": [str(hour) for hour in range(24)]},
        "snapshot_retention_count": {"type": "int"},
    },
)

REPLICATION = ModuleSpec(
    handler=replication.Replication,
    options={
        "volume": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str"},
        "target_region": {"type": "str"},
        "target_zone": {"type": "str"},
        "replication_type": {"type": "str", "choices": ["replication", "backup"]},
        "replication_frequency": {"type": "str", "choices": ["5min", "hourly", "daily", "weekly", "monthly"]},
        "replication_policy": {"type": "str", "choices": ["use", "paused"]},
        "backup_retention_count": {"type": "int"},
        "cifs_password": {"type": "str", "no_log": True},
        "delete_target_volume": {"type": "bool", "default": False},
    },
)
