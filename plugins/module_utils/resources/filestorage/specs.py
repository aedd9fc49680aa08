# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules of File Storage: their options, and what handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.deferred import deferred
from ...engine.options import TAGS, gather_option
from ...engine.spec import ModuleSpec
from ..shared_options import ACCESS_RULE_TYPES, object_options, snapshot_spec

if TYPE_CHECKING:
    from . import replication, snapshot, volume
else:
    replication, snapshot, volume = deferred(__package__, "replication", "snapshot", "volume")

VOLUME = ModuleSpec(
    load=lambda: volume.Volume,
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
        "purge_tags": {"type": "bool", "default": False},
        "file_unit_recovery_enabled": {"type": "bool"},
        "access_rules": object_options(ACCESS_RULE_TYPES),
        "purge_access_rules": {"type": "bool", "default": False},
        "purge_platform_access_rules": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

VOLUME_INFO = ModuleSpec(
    load=lambda: volume.VolumeInfo,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "type_name": {"type": "str", "choices": ["HDD", "SSD", "HighPerformanceSSD", "SSD_SAP_S", "SSD_SAP_E"]},
        "tags": TAGS,
        "gather": gather_option(
            "access_rules", "access_rule_owners", "snapshots", "snapshot_schedule", "replications", "tags"
        ),
    },
    rules={"mutually_exclusive": [("name", "volume_id")]},
)

SNAPSHOT = snapshot_spec(lambda: snapshot.Snapshot, "volume")

SNAPSHOT_INFO = ModuleSpec(
    load=lambda: snapshot.SnapshotInfo,
    options={"volume": {"type": "str", "required": True}},
)

SNAPSHOT_SCHEDULE = ModuleSpec(
    load=lambda: snapshot.SnapshotSchedule,
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
    load=lambda: replication.Replication,
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

REPLICATION_INFO = ModuleSpec(
    load=lambda: replication.ReplicationInfo,
    options={
        "volume": {"type": "str", "required": True},
        "gather": gather_option("regions"),
    },
)
