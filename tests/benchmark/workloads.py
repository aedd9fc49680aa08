# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources for the benchmark: a hundred of five kinds for one task, and volumes with replicas in another region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

WEST, EAST = "kr-west1", "kr-east1"
#: How long a resource of each kind takes to be created.
SWITCHES = (
    "bm_create_seconds",
    "bm_edit_seconds",
    "filestorage_create_seconds",
    "replication_create_seconds",
    "pfs_create_seconds",
)


def hundred(server_id: str) -> list[dict[str, Any]]:
    """Return five groups of eight volumes with their schedules, and 25 replicated volumes: a hundred in all."""
    resources: list[dict[str, Any]] = []
    attachments = [{"object_type": "BM", "object_id": server_id}]
    block = {"disk_type": "HDD", "size_gb": 10, "snapshot_rate": 20, "attachments": attachments}
    for group in (f"group-{number}" for number in range(5)):
        names = [f"{group}-volume-{number}" for number in range(8)]
        resources.append({"kind": "bm_volume_group_snapshot_schedule", "volume_group": group, "hour": 3})
        resources.append({"kind": "bm_volume_group", "name": group, "volumes": names})
        resources += [{"kind": "bm_volume", "name": name, **block} for name in names]
    replication = {"target_region": EAST, "replication_frequency": "hourly"}
    for number in range(25):
        name = f"media_{number:02}"
        resources.append({"kind": "filestorage_replication", "volume": name, "name": f"{name}_dr", **replication})
        resources.append({"kind": "filestorage_volume", "name": name, "protocol": "NFS", "type_name": "SSD"})
    return resources


def file_volumes(names: Iterable[str]) -> list[dict[str, Any]]:
    """Return File Storage volumes as ``scp_storage_apply`` takes them."""
    return [{"kind": "filestorage_volume", "name": name, "protocol": "NFS", "type_name": "SSD"} for name in names]


@dataclass(frozen=True)
class Fleet:
    """Volumes in one region, each with a replica in another: of ten, four of File Storage, four of Block Storage, and
    two in a volume group.
    """

    count: int

    @property
    def files(self) -> int:
        """Number of File Storage volumes."""
        return self.count * 4 // 10

    @property
    def groups(self) -> int:
        """Number of volume groups, each of two block volumes."""
        return self.count // 10

    @property
    def blocks(self) -> int:
        """Number of block volumes outside groups."""
        return self.count - self.files - 2 * self.groups

    @property
    def described(self) -> str:
        """The numbers in words."""
        return f"{self.files} of File Storage, {self.blocks} of Block Storage, {self.groups} volume groups of 2 volumes"

    def _names(self) -> tuple[list[str], list[str], list[str]]:
        return (
            [f"media_{number:03}" for number in range(self.files)],
            [f"ledger-{number:03}" for number in range(self.blocks)],
            [f"billing-{number:03}" for number in range(self.groups)],
        )

    def block_storage(self) -> dict[str, Any]:
        """Return the block volumes and groups as part of the simulator's state; the collection does not create them."""
        _files, blocks, groups = self._names()
        volumes: list[dict[str, Any]] = [{"name": name, "snapshot_rate": 20} for name in blocks]
        records = [{"id": f"{number:032x}", "name": name} for number, name in enumerate(groups, 1)]
        for record in records:
            members = [f"{record['name']}-data", f"{record['name']}-log"]
            volumes += [{"name": name, "snapshot_rate": 20, "group_id": record["id"]} for name in members]
        return {"baremetal-blockstorage": {"volumes": volumes, "volume_groups": records}}

    def dr_variables(self) -> dict[str, Any]:
        """Return the variables of the playbook ``dr_replication``."""
        files, blocks, groups = self._names()
        kinds = (("bm_volume", blocks), ("bm_volume_group", groups))
        return {
            "dr_region": WEST,
            "dr_target_region": EAST,
            "dr_frequency": "hourly",
            "dr_protocol": "NFS",
            "dr_type_name": "SSD",
            "dr_volumes": [*files, *({"name": name, "kind": kind} for kind, names in kinds for name in names)],
        }

    def resources(self) -> list[dict[str, Any]]:
        """Return the same for ``scp_storage_apply``: what ``dr_replication`` creates and keeps."""
        files, blocks, groups = self._names()
        hourly = {"target_region": EAST, "cycle": "HOURLY"}
        return [
            *file_volumes(files),
            *(
                {
                    "kind": "filestorage_replication",
                    "volume": name,
                    "name": name,
                    "target_region": EAST,
                    "replication_frequency": "hourly",
                }
                for name in files
            ),
            *({"kind": "bm_volume_replication", "volume": name, "name": name, **hourly} for name in blocks),
            *(
                {
                    "kind": "bm_volume_group_replication",
                    "volume_group": name,
                    "name": name,
                    "replication_volume_name_prefix": "dr-",
                    **hourly,
                }
                for name in groups
            ),
        ]
