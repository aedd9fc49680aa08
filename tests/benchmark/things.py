# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred things of five kinds for one task, and the switches that say how long each takes."""

from __future__ import annotations

from typing import Any

SWITCHES = (
    "bm_create_seconds",
    "bm_edit_seconds",
    "filestorage_create_seconds",
    "replication_create_seconds",
    "pfs_create_seconds",
)


def hundred(server_id: str) -> list[dict[str, Any]]:
    """Groups of eight volumes with their schedules, replicated volumes, and ten more: a hundred in all."""
    things: list[dict[str, Any]] = []
    attachments = [{"object_type": "BM", "object_id": server_id}]
    block = {"disk_type": "HDD", "size_gb": 10, "snapshot_rate": 20, "attachments": attachments}
    for group in (f"group-{number}" for number in range(5)):
        names = [f"{group}-volume-{number}" for number in range(8)]
        things.append({"kind": "bm_volume_group_snapshot_schedule", "volume_group": group, "hour": 3})
        things.append({"kind": "bm_volume_group", "name": group, "volumes": names})
        things += [{"kind": "bm_volume", "name": name, **block} for name in names]
    replication = {"target_region": "kr-east1", "replication_frequency": "hourly"}
    for number in range(25):
        name = f"media_{number:02}"
        things.append({"kind": "filestorage_replication", "volume": name, "name": f"{name}_dr", **replication})
        things.append({"kind": "filestorage_volume", "name": name, "protocol": "NFS", "type_name": "SSD"})
    return things
