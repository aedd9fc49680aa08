# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the examples in the documentation take to be there, and the variables that they use."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from tests.simulator.fixture import Simulator

WEB_VOLUME = "bfdbabf2-04d9-4e8b-a205-020f8e6da438"
ARCHIVING = "SCH-02d48456-0f35-47e2-8056-b00e09366cac"
ARCHIVE = "3d036efe-f576-48b0-8375-6d3704a95b63"


def block_id(name: str) -> str:
    """Return the id of a Block Storage (BM) volume or group of the examples."""
    return uuid5(NAMESPACE_DNS, name).hex


#: What the examples take to be there: the things of which those of a service speak, but for the module that makes them.
WORLD = {
    "filestorage": {"volumes": [{"id": WEB_VOLUME, "name": "web_data_2m060u", "type_name": "SSD"}]},
    "parallel-filestorage": {"volumes": [{"name": "train_data_7h2k1q", "capacity_tb": 10}]},
    "baremetal-blockstorage": {
        "volume_groups": [{"id": block_id("orders"), "name": "orders"}],
        "volumes": [
            {
                "id": block_id(name),
                "name": name,
                "snapshot_rate": 30,
                "group_id": block_id("orders") if name.startswith("db") else "",
                "iops": 5000,
                "throughput": 250,
            }
            for name in ("app-data", "app-log", "db-data", "db-log")
        ],
    },
    "archivestorage": {
        "buckets": [{"id": ARCHIVE, "name": "app-archive", "versioning": True}],
        "objects": [
            {"bucket_id": ARCHIVE, "path": path, "size": size, "version_id": version, "current": current}
            for path, size, version, current in (
                ("app/2024-10-01.log", 52480, "null", True),
                ("db/audit/2024-10.csv", 1048576, "null", True),
                ("readme.txt", 1024, "null", False),
                ("readme.txt", 2048, "Oc9nEYWV.6VjzsIMXFZWM1zL8HcYvKl", True),
            )
        ],
        "archiving_histories": [{"bucket_id": ARCHIVE, "policy_id": ARCHIVING, "state": "RUNNING"}],
        "recovery_histories": [{"bucket_id": ARCHIVE, "state": "SUCCESS", "target": "west-recovered"}],
    },
}
#: The servers that backups of the examples are of, and those that have an agent.
IMAGED, WITH_FILES, WITH_AGENT = "west-web1", "west-db3", ("west-db2", "west-db3")


def _backups(simulator: Simulator) -> dict[str, Any]:
    """Backups of an image and of files, with agents and restore points."""
    server = simulator.server
    files = {"policy_category": "AGENT", "policy_type": "FILESYSTEM", "agent_id": f"BACKUP_AGENT-{WITH_FILES}"}
    metal = {"server_category": "BAREMETAL_SERVER"}
    subnet = server(IMAGED)["subnet_id"]
    old = {"backup_start_time": "2024-10-02T15:00:00.000000", "expires_at": 4102444800.0}
    return {
        "backups": [
            {
                "id": name,
                "name": name,
                "server_uuid": server(of)["id"],
                "server_name": of,
                "server_subnet_id": subnet,
                **more,
            }
            for name, of, more in (
                ("web-image", IMAGED, {}),
                ("app-files", WITH_FILES, {**files, **metal, "filesystem_paths": ["/data/app"]}),
            )
        ],
        "agents": [
            {
                **metal,
                "id": f"BACKUP_AGENT-{name}",
                "name": f"agent_of_{name}",
                "server_uuid": server(name)["id"],
                "server_name": name,
            }
            for name in WITH_AGENT
        ],
        "restore_targets": [
            {
                "id": f"{backup}-{number}",
                "backup_id": backup,
                "schedule_name": "FULL_DAILY_00:00:00-chg4By",
                "files": ["/data/app/app.log", "/data/app/config.yml"],
                **(old if number == 0 else {}),
            }
            for backup in ("web-image", "app-files")
            for number in range(5)
        ],
    }


def seed(simulator: Simulator, module: str = "") -> dict[str, Any]:
    """What the examples speak of, as parts of a seed by service.

    :param module: the one whose examples run. Jobs are those of a policy, which the module for policies makes itself.
    """
    world = {**WORLD, "backup": _backups(simulator)}
    if module in ("scp_archive_job", "scp_archive_job_info"):
        policy = {"id": ARCHIVING, "bucket_id": ARCHIVE, "source": "west-app-logs", "state": "INACTIVE"}
        world["archivestorage"] = {**world["archivestorage"], "policies": [policy]}
    return world


def variables(simulator: Simulator) -> dict[str, Any]:
    """What the examples leave to variables."""
    east = {
        part: next(found["id"] for found in simulator.world()[f"{part}s"] if found["region"] == "kr-east1")
        for part in ("subnet", "security_group")
    }
    return {
        **{f"east_{part}_id": found for part, found in east.items()},
        "vm_name": "west-web2",
        "bm_name": "west-db3",
        "bm_address": simulator.server("west-db4")["ip"],
        "gpu_node_name": "west-gpunode4",
        "vm_id": simulator.server("west-web1")["id"],
        "bm_id": simulator.server("west-db1")["id"],
        "gpu_node_ids": [simulator.server(f"west-gpunode{number}")["id"] for number in range(1, 4)],
        "standby_bm_id": simulator.server("west-db2")["id"],
        "web_volume_id": WEB_VOLUME,
        "office_password": "S3cret!pass",
    }
