# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of Parallel File Storage whose nouns ``scp_storage_apply`` takes too.

They stand here and not in the module files, because the process of a module holds no other module.
"""

from __future__ import annotations

from ...engine.options import TAGS
from ...engine.spec import ModuleSpec
from ..snapshots import snapshot_spec
from . import snapshot, volume

VOLUME = ModuleSpec(
    handler=volume.Volume,
    options={
        "name": {"type": "str"},
        "volume_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "capacity_tb": {"type": "int"},
        "zone": {"type": "str"},
        "tags": TAGS,
        "access_rules": {
            "type": "list",
            "elements": "dict",
            "options": {
                "object_type": {"type": "str", "choices": ["GPU_NODE"], "default": "GPU_NODE"},
                "object_id": {"type": "str", "required": True},
            },
        },
        "purge_access_rules": {"type": "bool", "default": False},
    },
    rules={"required_one_of": [("name", "volume_id")]},
)

SNAPSHOT = snapshot_spec(snapshot.Snapshot, "volume")
