# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of all kinds to protect, the tasks that do it, and what there is in the cloud afterwards."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.simulator.fixture import Simulator

WEST, EAST = "kr-west1", "kr-east1"
SERVICE = "baremetal-blockstorage"
_SUFFIX = re.compile(r"_[a-z0-9]{6}$")
#: A block volume without space for snapshots, and a group of two with it.
BLOCK_WORLD: dict[str, Any] = {
    "volumes": [
        {"id": "1" * 32, "name": "ledger"},
        {"id": "2" * 32, "name": "billing-data", "snapshot_rate": 20, "group_id": "c" * 32},
        {"id": "3" * 32, "name": "billing-log", "snapshot_rate": 20, "group_id": "c" * 32, "size_gb": 20},
    ],
    "volume_groups": [{"id": "c" * 32, "name": "billing"}],
}
LEDGER: dict[str, Any] = {"name": "ledger", "kind": "bm_volume", "snapshot_rate": 20}
BILLING: dict[str, Any] = {"name": "billing", "kind": "bm_volume_group", "target_name": "billing-copy"}
MEMBERS = ("dr-billing-data", "dr-billing-log")
#: One of each kind.
ALL_KINDS = ["web_data", LEDGER, BILLING]
COMMON: dict[str, Any] = {"region": WEST, "target_region": EAST}
CREATING: dict[str, Any] = {"protocol": "NFS", "type_name": "SSD"}
DISCARDING: dict[str, Any] = {"discard_target_changes": True}
CONFIRMED: dict[str, Any] = {"confirm": True}
DELETING: dict[str, Any] = {**CONFIRMED, "delete_targets": True}

#: A volume: name without suffix, region, purpose.
VolumeSeen = tuple[str, str, str]


def plan(
    runner: ModuleRunner, state: str, volumes: Any, *, check: bool = False, diff: bool = False, **options: Any
) -> TaskResult:
    """Run ``scp_dr_plan``; it may fail."""
    creating = CREATING if state == "present" else {}
    given = {"state": state, "volumes": volumes, **COMMON, **creating, **options}
    args = {name: value for name, value in given.items() if value is not None}
    result = runner.run_task("scp_dr_plan", args, check=check, diff=diff)
    assert "unexpected" not in result.message
    return result


def well(result: TaskResult) -> TaskResult:
    """Return a result that did not fail."""
    assert not result.failed, result.message
    return result


def block_storage(simulator: Simulator) -> None:
    """Let there be the volumes and the group of ``BLOCK_WORLD``."""
    simulator.patch_world({SERVICE: BLOCK_WORLD})


def everything(simulator: Simulator) -> Counter[VolumeSeen]:
    """Return all volumes and groups that there are."""
    world = simulator.world()
    blocks = world[SERVICE]
    found = (*world["filestorage"]["volumes"], *blocks["volumes"], *blocks["volume_groups"])
    return Counter((_SUFFIX.sub("", item["name"]), item["region"], item["purpose"]) for item in found)


def file_replications(simulator: Simulator) -> list[tuple[str, str]]:
    """Return source and policy of all replications of File Storage."""
    found = simulator.world()["filestorage"]["replications"]
    return sorted((_SUFFIX.sub("", item["source_name"]), item["policy"]) for item in found)


def block_replications(simulator: Simulator) -> list[str]:
    """Return the states of all replications of block storage."""
    found: list[str] = sorted(item["state"] for item in simulator.world()[SERVICE]["replications"])
    return found


def attached(simulator: Simulator) -> Counter[tuple[str, str]]:
    """Return which servers use which block volumes, by names."""
    world = simulator.world()
    names = {item["id"]: item["name"] for item in (*world["servers"], *world[SERVICE]["volumes"])}
    return Counter((names[item["volume_id"]], names[item["server_id"]]) for item in world[SERVICE]["attachments"])


def servers(simulator: Simulator, *names: str) -> list[dict[str, str]]:
    """Return servers as access rules and attachments name them."""
    return [{"object_type": found["type"], "object_id": found["id"]} for found in map(simulator.server, names)]


def allowing(simulator: Simulator) -> dict[str, Any]:
    """Return options that let servers of the other region use the replicas."""
    return {
        "target_access_rules": servers(simulator, "east-web1"),
        "target_attachments": servers(simulator, "east-db1"),
    }


def verbs(simulator: Simulator) -> dict[str, dict[str, Any]]:
    """Return further options for each state, in the order of a life."""
    allowed = allowing(simulator)
    return {
        "present": {},
        "failed_over": allowed,
        "failed_back": {**allowed, **DISCARDING, "remove_access_rules": True, "remove_attachments": True},
        "absent": {**DELETING, "detach": True},
    }


def shape(simulator: Simulator) -> tuple[Any, ...]:
    """Return all that counts of what there is, without ids."""
    world = simulator.world()["filestorage"]
    return (
        everything(simulator),
        file_replications(simulator),
        block_replications(simulator),
        attached(simulator),
        len(world["access_rules"]),
        len(world["snapshots"]),
    )


def healths(result: TaskResult) -> list[str]:
    """Return the health of each replica."""
    return [item["health"] for item in result.result["replicas"]]


#: What ``BLOCK_WORLD`` and the file volume are before and after.
UNPROTECTED: Counter[VolumeSeen] = Counter(
    [
        ("web_data", WEST, "none"),
        *((item["name"], WEST, "ORG") for item in (*BLOCK_WORLD["volumes"], *BLOCK_WORLD["volume_groups"])),
    ]
)
COPIES = ("ledger", "billing-copy", *MEMBERS)
PROTECTED: Counter[VolumeSeen] = Counter(
    [
        ("web_data", WEST, "original"),
        ("web_data", EAST, "replication"),
        *((item["name"], WEST, "ORG") for item in (*BLOCK_WORLD["volumes"], *BLOCK_WORLD["volume_groups"])),
        *((name, EAST, "REPL") for name in COPIES),
    ]
)
