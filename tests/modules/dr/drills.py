# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume of each kind with its replica, to drill with, and what no drill may ever do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import EAST, WEST, servers
from tests.simulator.fixture import Simulator

FILES, BLOCKS = "filestorage", "baremetal-blockstorage"
#: The lists of volumes: one whose replica shows a snapshot, and one whose replica shows none, as is usual.
SHOWN = {"name": "web_data"}
HIDDEN = {"name": "office"}
LEDGER = {"name": "ledger", "kind": "bm_volume"}
BILLING = {"name": "billing", "kind": "bm_volume_group", "target_name": "billing-copy"}
ALL = (SHOWN, HIDDEN, LEDGER, BILLING)
#: How old the snapshots are, in seconds, and how far the replicas of block storage are behind.
AGE, LAG = 7200, 600
#: The only calls that may name what is in production: they make a second volume from a snapshot.
RECOVERIES = {"CreateVolumeRecovery", "CreateVolumeGroupRecovery"}


def file_id(number: int) -> str:
    """The id of something of File Storage."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _moment(ago: float) -> tuple[str, str]:
    """A moment as the service writes it, and as names of snapshots do, which are in Korean time."""
    then = datetime.now(UTC) - timedelta(seconds=ago)
    korean = then + timedelta(hours=9)
    return then.strftime("%Y-%m-%dT%H:%M:%S.000000"), korean.strftime("%Y-%m-%d_%H%M%S")


def drill_world(simulator: Simulator) -> None:
    """Let there be the volumes of ``ALL`` with replicas that rest for months, and snapshots of an age."""
    made, stamp = _moment(AGE)
    synced = datetime.now(UTC).timestamp() - LAG
    ends = [("web_data_aaaaaa", 1), ("office_bbbbbb", 3)]
    files = [
        {
            "id": file_id(number + far),
            "name": name,
            "region": region,
            "purpose": purpose,
            "type_name": "SSD",
            "protocol": "CIFS" if name.startswith("office") else "NFS",
        }
        for name, number in ends
        for far, region, purpose in ((0, WEST, "original"), (1, EAST, "replication"))
    ]
    replications = [
        {
            "id": file_id(10 + number),
            "source_id": file_id(number),
            "source_name": name,
            "target_id": file_id(number + 1),
            "target_name": name,
            "frequency": "monthly",
        }
        for name, number in ends
    ]
    snapshots = [
        {"volume_id": file_id(owner), "name": f"{name}.{stamp}", "created_at": made}
        for name, owner in (("web_data_aaaaaa", 2), ("office_bbbbbb", 3))
    ]
    blocks = [
        {"id": "1" * 32, "name": "ledger"},
        {"id": "2" * 32, "name": "data", "group_id": "c" * 32},
        {"id": "3" * 32, "name": "log", "group_id": "c" * 32, "size_gb": 20},
    ]
    copies = [{"id": "4" * 32, "name": "ledger"}]
    copies += [
        {"id": "5" * 32, "name": "dr-data", "group_id": "d" * 32},
        {"id": "6" * 32, "name": "dr-log", "group_id": "d" * 32, "size_gb": 20},
    ]
    block_snapshots = [
        {"id": f"snap-{owner[0]}", "owner_id": owner, "name": f"x___{owner[0]}.{stamp}", "created_at": made}
        for owner in ("4" * 32, "d" * 32)
    ]
    block_snapshots += [
        {"owner_id": owner, "name": f"x___{owner[0]}.{stamp}", "created_at": made, "part_of": "snap-d"}
        for owner in ("5" * 32, "6" * 32)
    ]
    simulator.patch_world(
        {
            FILES: {"volumes": files, "replications": replications, "snapshots": snapshots},
            BLOCKS: {
                "volumes": [
                    *({**item, "snapshot_rate": 20} for item in blocks),
                    *({**item, "snapshot_rate": 20, "region": EAST, "purpose": "REPL"} for item in copies),
                ],
                "volume_groups": [
                    {"id": "c" * 32, "name": "billing"},
                    {"id": "d" * 32, "name": "billing-copy", "region": EAST, "purpose": "REPL"},
                ],
                "snapshots": block_snapshots,
                "replications": [
                    {"source_id": source, "target_id": target, "cycle": "MONTHLY", "synced_at": synced}
                    for source, target in (("1" * 32, "4" * 32), ("c" * 32, "d" * 32))
                ],
            },
        }
    )


def things(simulator: Simulator) -> dict[str, dict[str, Any]]:
    """All that there is in storage, by table and id, without what only time changes."""
    world = simulator.world()
    return {
        f"{service}.{table}": {row["id"]: row for row in rows}
        for service in (FILES, BLOCKS)
        for table, rows in world[service].items()
        if table != "used_names"
    }


def assert_untouched(simulator: Simulator, before: dict[str, dict[str, Any]]) -> None:
    """Assert that no call wrote to what was there before, and that all of it is as it was, with nothing beside it."""
    protected = {identifier for rows in before.values() for identifier in rows}
    for call in simulator.operations():
        if call["write"] and call["operation"] not in RECOVERIES:
            named = str(call["path"]) + str(call.get("query")) + str(call.get("body"))
            owners = {identifier for identifier in protected if identifier in named}
            # A copy is made from a snapshot, which leaves it.
            assert not owners - set(before[f"{FILES}.snapshots"]), call
            assert not owners or call["operation"] == "CreateVolume", call
    assert things(simulator) == before


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The volumes of a report."""
    return {volume["name"]: volume for volume in found["volumes"]}


def using(simulator: Simulator) -> dict[str, Any]:
    """Return options that let servers use the copies."""
    return {"access_rules": servers(simulator, "east-web1"), "attachments": servers(simulator, "east-db1")}


def arguments(state: str, items: Iterable[Mapping[str, Any]] = ALL, **options: Any) -> dict[str, Any]:
    """Return the options of a task."""
    return {"state": state, "volumes": list(items), "region": WEST, "target_region": EAST, **options}


def drill(
    runner: ModuleRunner,
    state: str = "present",
    items: Iterable[Mapping[str, Any]] = ALL,
    *,
    check: bool = False,
    diff: bool = False,
    **options: Any,
) -> TaskResult:
    """Run ``scp_dr_drill``; it may fail."""
    result = runner.run_task("scp_dr_drill", arguments(state, items, **options), check=check, diff=diff)
    assert "unexpected" not in result.message
    return result
