# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the modules of Parallel File Storage: their options, and what handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.deferred import deferred
from ...engine.options import TAGS, gather_option
from ...engine.spec import ModuleSpec
from ..shared_options import object_options, snapshot_spec

if TYPE_CHECKING:
    from . import snapshot, volume
else:
    snapshot, volume = deferred(__package__, "snapshot", "volume")

VOLUME = ModuleSpec(
    load=lambda: volume.Volume,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "capacity_tb": {"type": "int"},
        "zone": {"type": "str"},
        "tags": TAGS,
        "purge_tags": {"type": "bool", "default": False},
        "access_rules": object_options(["GPU_NODE"], default="GPU_NODE"),
        "purge_access_rules": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

VOLUME_INFO = ModuleSpec(
    load=lambda: volume.VolumeInfo,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "tags": TAGS,
        "gather": gather_option("access_rules", "snapshots", "tags"),
    },
    rules={"mutually_exclusive": [("name", "volume_id")]},
)

SNAPSHOT = snapshot_spec(lambda: snapshot.Snapshot, "volume")

SNAPSHOT_INFO = ModuleSpec(
    load=lambda: snapshot.SnapshotInfo,
    options={"volume": {"type": "str", "required": True}},
)
