# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world in which servers use storage of every kind, and what an inventory must say of it."""

from __future__ import annotations

import json
from typing import Any

from tests.collection_path import ROOT
from tests.simulator.fixture import Simulator

WEST, EAST = "kr-west1", "kr-east1"
#: A name that is a template; only a world can hold it, no service would take it.
TEMPLATE = "{{ 1+1 }}"
SOURCES = ("bm_volumes", "filestorage_volumes", "pfs_volumes", "backup_agents", "backups")
#: The key pairs of the simulator's seed.
PAIRS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "simulator" / "seed.json").read_text("utf-8"))["key_pairs"]


def populate(simulator: Simulator) -> None:
    """Fill the simulator's world, in two regions."""
    ids = {server["name"]: server["id"] for server in simulator.world()["servers"]}
    simulator.patch_world(
        {
            "baremetal-blockstorage": _block(ids),
            "filestorage": {
                "volumes": [
                    {"id": "fs-web", "name": "web_data_2m060u", "path": "10.1.1.1:/scp_web_data_2m060u"},
                    {"id": "fs-alone", "name": "alone_aaaaaa"},
                    {"id": "fs-east", "name": "web_data_zzzzzz", "region": EAST, "path": "10.2.1.1:/scp_east"},
                ],
                "access_rules": [
                    {"volume_id": volume, "object_type": kind, "object_id": ids[server]}
                    for volume, kind, server in (
                        ("fs-web", "VM", "west-web1"),
                        ("fs-web", "BM", "west-db1"),
                        ("fs-web", "ENDPOINT", "west-endpoint1"),
                        ("fs-east", "GPU", "east-gpu1"),
                    )
                ],
            },
            "parallel-filestorage": {
                "volumes": [
                    {"id": "pfs-train", "name": "train_7h2k1q", "capacity_tb": 5, "mount_path": "10.3.1.1@o2ib:/t"}
                ],
                "access_rules": [
                    {
                        "volume_id": "pfs-train",
                        "object_id": ids["west-gpunode1"],
                        "ips": [{"access_ip": "10.10.1.17", "access_ip_state": "active"}],
                    }
                ],
            },
            "backup": _backup(ids),
        }
    )


def _block(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "volume_groups": [{"id": "group-orders", "name": "orders"}],
        "volumes": [
            {
                "id": name,
                "name": TEMPLATE if name == "bm-odd" else name,
                "region": region,
                "state": "IN_USE" if name != "bm-free" else "AVAILABLE",
                "disk_type": "HDD",
                "size_gb": size,
                "group_id": group,
                "iscsi_target_ips": ["172.30.4.3", "172.30.4.4"],
            }
            for name, region, size, group in (
                ("bm-data", WEST, 100, "group-orders"),
                ("bm-shared", WEST, 20, ""),
                ("bm-odd", WEST, 30, ""),
                ("bm-free", WEST, 40, ""),
                ("bm-east", EAST, 50, ""),
            )
        ],
        "attachments": [
            {"volume_id": volume, "server_id": ids[server], "server_type": "BM"}
            for volume, server in (
                ("bm-data", "west-db1"),
                ("bm-shared", "west-db1"),
                ("bm-shared", "west-db2"),
                ("bm-odd", "west-db2"),
                ("bm-east", "east-db1"),
            )
        ],
        "replications": [
            {"id": "r1", "source_id": "bm-shared", "target_id": "bm-east", "source_region": WEST, "target_region": EAST}
        ],
    }


def _backup(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "agents": [
            {
                "id": "BACKUP_AGENT-1",
                "name": "agent_1",
                "server_uuid": ids["west-db1"],
                "server_name": "west-db1",
                "server_category": "BAREMETAL_SERVER",
                "server_backup_agent_ip": "10.10.1.14",
                "connection_state": "FAILED",
            }
        ],
        "backups": [
            {
                "id": name,
                "name": name.removesuffix("-copy"),
                "server_uuid": ids[server],
                "server_name": server,
                "server_region": WEST,
                **more,
            }
            for name, server, more in (
                ("web-image", "west-web1", {"dr_enabled": True, "replica_id": "web-image-copy"}),
                ("app-image", "west-app1", {}),
                (
                    "web-image-copy",
                    "west-web1",
                    {"region": EAST, "stored_in": EAST, "role_type": "REPLICA", "origin_id": "web-image"},
                ),
            )
        ],
        "histories": [
            {
                "backup_id": "web-image",
                "backup_start_time": f"2024-10-0{day}T15:00:00.000000",
                "backup_job_state": state,
            }
            for day, state in ((1, "SUCCESS"), (3, "FAILED"), (2, "SUCCESS"))
        ],
    }


def crowd(servers: int, volumes: int) -> dict[str, Any]:
    """A seed with so many servers and block volumes, half of them in each of two regions; a volume has one server."""
    seed: dict[str, Any] = {"key_pairs": PAIRS, "servers": []}
    block: dict[str, list[Any]] = {"volumes": [], "attachments": []}
    for mark, region in (("a", WEST), ("b", EAST)):
        ids = [f"{mark}{number:031x}" for number in range(servers // 2)]
        seed["servers"] += [
            {"id": id_, "name": f"{mark}-server{number}", "type": "BM", "region": region}
            for number, id_ in enumerate(ids)
        ]
        for number in range(volumes // 2):
            id_ = f"{mark}{number:031x}"
            block["volumes"].append(
                {
                    "id": id_,
                    "name": f"data-{number}",
                    "region": region,
                    "state": "IN_USE",
                    "disk_type": "HDD",
                    "size_gb": 1 + number % 1000,
                    "iscsi_target_ips": [f"172.30.{number % 250}.{path}" for path in (3, 4)],
                }
            )
            block["attachments"].append({"volume_id": id_, "server_id": ids[number % len(ids)], "server_type": "BM"})
    return {**seed, "baremetal-blockstorage": block}


def crowd_as_hosts(seed: dict[str, Any], *, zoned: bool = False) -> dict[str, dict[str, Any]]:
    """For each server of a seed made by :func:`crowd`: its id, region, and its volumes as an inventory shows them.

    :param zoned: the API versions that are offered show zones.
    """
    names = {server["id"]: server["name"] for server in seed["servers"]}
    hosts = {
        server["name"]: {"scp_id": server["id"], "scp_region": server["region"], "scp_bm_volumes": {}}
        for server in seed["servers"]
    }
    block = seed["baremetal-blockstorage"]
    volumes = {volume["id"]: volume for volume in block["volumes"]}
    shown = ("id", "name", "state", "disk_type", "size_gb", "iscsi_target_ips")
    for attachment in block["attachments"]:
        volume = volumes[attachment["volume_id"]]
        reported = {name: volume[name] for name in shown}
        reported |= {"purpose": "ORG", "has_relation": False, "volume_group": None}
        reported["zone"] = f"{volume['region']}-a" if zoned else None
        hosts[names[attachment["server_id"]]]["scp_bm_volumes"][volume["id"]] = reported
    return hosts


def compared(hosts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The variables of hosts in the form of :func:`crowd_as_hosts`."""
    return {
        name: {
            "scp_id": host["scp_id"],
            "scp_region": host["scp_region"],
            "scp_bm_volumes": {volume["id"]: volume for volume in host["scp_bm_volumes"]},
        }
        for name, host in hosts.items()
    }
