# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists lag, and a task ends only when the next one finds by its name what it created."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import COMMON, EAST, WEST, plan, well
from tests.scenarios.baremetal_blockstorage import server
from tests.simulator.fixture import Simulator

BLOCKS = "baremetal-blockstorage"
GROUP = "c" * 32
WORLD: dict[str, Any] = {
    "filestorage": {"volumes": [{"id": "file-web", "name": "web_data_aaaaaa", "type_name": "SSD"}]},
    BLOCKS: {
        "volumes": [
            {"id": "1" * 32, "name": "orders", "snapshot_rate": 20},
            {"id": "2" * 32, "name": "db-data", "snapshot_rate": 20, "group_id": GROUP},
            {"id": "3" * 32, "name": "db-log", "snapshot_rate": 20, "group_id": GROUP},
            {"id": "4" * 32, "name": "stock", "snapshot_rate": 20},
        ],
        "volume_groups": [{"id": GROUP, "name": "db"}],
    },
}
SHARE = {"protocol": "NFS", "type_name": "SSD"}
COPY: dict[str, Any] = {"volume": "web_data", "name": "web_copy", "target_region": EAST}
LAG = 20


class Chain(NamedTuple):
    """A task that creates something, one that looks it up, and what the second one sends."""

    module: str
    args: dict[str, Any]
    then: str
    then_args: Callable[[Simulator], dict[str, Any]]
    writes: list[str]


def attached(name: str, region: str = WEST) -> Callable[[Simulator], dict[str, Any]]:
    """Return a volume that a server of a region uses."""
    host = "west-db1" if region == WEST else "east-db1"
    return lambda simulator: {"name": name, "region": region, "attachments": [server(simulator, host)]}


def always(**args: Any) -> Callable[[Simulator], dict[str, Any]]:
    """Return arguments that need no server."""
    return lambda _simulator: args


RECOVERY: dict[str, Any] = {"volume": "orders", "snapshot": "latest", "name": "orders-then"}
GROUP_RECOVERY: dict[str, Any] = {"volume_group": "db", "snapshot": "latest", "block_storage_name_prefix": "then-"}
REPLICATION: dict[str, Any] = {**COPY, "replication_type": "replication", "replication_frequency": "hourly"}
DISK_BACKUP: dict[str, Any] = {
    **COPY,
    "replication_type": "backup",
    "replication_frequency": "daily",
    "backup_retention_count": 3,
}
BLOCK_REPLICATION: dict[str, Any] = {
    "volume": "orders",
    "name": "orders-copy",
    "target_region": EAST,
    "cycle": "HOURLY",
}
GROUP_REPLICATION: dict[str, Any] = {
    "volume_group": "db",
    "name": "db-copy",
    "target_region": EAST,
    "cycle": "HOURLY",
    "replication_volume_name_prefix": "dr-",
}
NEW_GROUP: dict[str, Any] = {"name": "shop", "volumes": ["orders", "stock"]}
SCHEDULE: dict[str, Any] = {"volume": "web_data", "frequency": "DAILY", "hour": 3}
AGENT: dict[str, Any] = {"server": "west-web1"}
CHAINS = {
    "recovery": Chain("scp_bm_volume_recovery", RECOVERY, "scp_bm_volume", attached("orders-then"), ["AttachVolume"]),
    "group recovery": Chain(
        "scp_bm_volume_group_recovery",
        GROUP_RECOVERY,
        "scp_bm_volume",
        attached("then-db-log"),
        ["AttachVolume"],
    ),
    "recovered group": Chain(
        "scp_bm_volume_group_recovery",
        GROUP_RECOVERY,
        "scp_bm_volume_group",
        always(name="then-db", state="absent"),
        ["RemoveVolumeGroupMemberOnVolumeGroup"],
    ),
    "replica": Chain(
        "scp_filestorage_replication",
        REPLICATION,
        "scp_filestorage_volume",
        lambda simulator: {
            "name": "web_copy",
            "region": EAST,
            **SHARE,
            "access_rules": [server(simulator, "east-web1")],
        },
        ["SetAccessRule"],
    ),
    "replication": Chain(
        "scp_filestorage_replication", REPLICATION, "scp_filestorage_replication", always(**REPLICATION), []
    ),
    "disk backup": Chain(
        "scp_filestorage_replication",
        DISK_BACKUP,
        "scp_filestorage_volume",
        always(name="web_copy", region=EAST, **SHARE),
        [],
    ),
    "disk backup again": Chain(
        "scp_filestorage_replication", DISK_BACKUP, "scp_filestorage_replication", always(**DISK_BACKUP), []
    ),
    "block replica": Chain(
        "scp_bm_volume_replication", BLOCK_REPLICATION, "scp_bm_volume", attached("orders-copy", EAST), ["AttachVolume"]
    ),
    "replicated member": Chain(
        "scp_bm_volume_group_replication",
        GROUP_REPLICATION,
        "scp_bm_volume",
        attached("dr-db-log", EAST),
        ["AttachVolume"],
    ),
    "replicated group": Chain(
        "scp_bm_volume_group_replication",
        GROUP_REPLICATION,
        "scp_bm_volume_group_replication",
        always(volume_group="db-copy", region=EAST, cycle="HOURLY"),
        [],
    ),
    "group": Chain(
        "scp_bm_volume_group",
        NEW_GROUP,
        "scp_bm_volume_group_snapshot",
        always(volume_group="shop"),
        ["CreateVolumeGroupSnapshot"],
    ),
    "group with tags": Chain(
        "scp_bm_volume_group",
        {**NEW_GROUP, "tags": {"team": "shop"}},
        "scp_bm_volume_group",
        always(name="shop", state="absent"),
        ["RemoveVolumeGroupMemberOnVolumeGroup"],
    ),
    "schedule": Chain(
        "scp_filestorage_snapshot_schedule", SCHEDULE, "scp_filestorage_snapshot_schedule", always(**SCHEDULE), []
    ),
    "agent": Chain("scp_backup_agent", AGENT, "scp_backup_agent", always(**AGENT), []),
}


@pytest.fixture
def there(runner: ModuleRunner) -> ModuleRunner:
    """Let there be volumes and a group, all with a snapshot, since some time ago."""
    runner.simulator.patch_world(WORLD)
    well(runner.run_task("scp_bm_volume_snapshot", {"volume": "orders"}))
    well(runner.run_task("scp_bm_volume_group_snapshot", {"volume_group": "db"}))
    runner.simulator.advance(600)
    return runner


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no wait"])
@pytest.mark.parametrize("case", CHAINS)
def test_next_task_finds_what_one_creates(there: ModuleRunner, case: str, wait: bool) -> None:
    chain, simulator = CHAINS[case], there.simulator
    simulator.fault("list_lag", seconds=LAG)
    well(there.run_task(chain.module, {**chain.args, "wait": wait}))
    following = well(there.run_task(chain.then, chain.then_args(simulator)))
    assert following.writes == chain.writes


APPLIED: dict[str, list[dict[str, Any]]] = {
    "recovery": [{"kind": "bm_volume_recovery", **RECOVERY}, {"kind": "bm_volume", "name": "orders-then"}],
    "group": [
        {"kind": "bm_volume_group", **NEW_GROUP},
        {"kind": "bm_volume_group_snapshot", "volume_group": "shop", "max_age": "1h"},
    ],
}


@pytest.mark.parametrize("case", APPLIED)
def test_next_resource_of_a_list_finds_what_one_creates(there: ModuleRunner, case: str) -> None:
    """The run sends what check mode lists."""
    resources = [dict(one) for one in APPLIED[case]]
    if case == "recovery":
        resources[-1]["attachments"] = [server(there.simulator, "west-db1")]
    there.simulator.fault("list_lag", seconds=LAG)
    predicted = well(there.run_task("scp_storage_apply", {"resources": resources}, check=True))
    done = well(there.run_task("scp_storage_apply", {"resources": resources}))
    assert done.writes == done.operations == predicted.operations
    assert len(done.writes) == 2


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no wait"])
@pytest.mark.module("scp_dr_plan", "scp_dr_plan_info")
def test_second_run_of_a_dr_plan_finds_its_replications(there: ModuleRunner, wait: bool) -> None:
    there.simulator.fault("list_lag", seconds=60)
    volumes = ["web_data", {"name": "orders", "kind": "bm_volume"}]
    made = well(plan(there, "present", volumes, wait=wait))
    assert sorted(made.writes) == ["CreateVolumeReplication", "CreateVolumeReplication"]
    assert well(plan(there, "present", volumes, check=True)).operations == []
    assert well(plan(there, "present", volumes)).writes == []
    status = well(there.run_task("scp_dr_plan_info", {"volumes": volumes, **COMMON}))
    assert {replica["health"] for replica in status.result["replicas"]} == {"ok"}


#: By case: the lists that are read after the creation, each once, with their regions.
CALLS = {
    "recovery": {("ListVolumes", WEST): 1},
    "group recovery": {("ListVolumeGroups", WEST): 1, ("ListVolumes", WEST): 1},
    "replica": {("ListVolumeReplications", WEST): 1, ("ListVolumes", EAST): 1},
    "block replica": {("ListVolumes", EAST): 1},
    "replicated member": {("ListVolumeGroups", EAST): 1, ("ListVolumes", EAST): 1},
    "group": {("ListVolumeGroups", WEST): 1},
    # The wait for its effect has read the list already.
    "schedule": {("ListSnapshotSchedule", WEST): 1},
    "agent": {("ListBackupAgents", WEST): 1},
}


@pytest.mark.parametrize("case", CALLS)
def test_creation_reads_each_list_once_where_none_lags(there: ModuleRunner, case: str) -> None:
    chain = CHAINS[case]
    made = well(there.run_task(chain.module, chain.args))
    begun = next(number for number, call in enumerate(made.calls) if call["write"])
    after = [(call["operation"], call["region"]) for call in made.calls[begun:]]
    lists = Counter(call for call in after if call[0].startswith("List"))
    # A replication of block storage is looked up again by the name of its volume once it has settled.
    lists -= Counter({("ListVolumes", WEST): 1, ("ListVolumeGroups", WEST): 1} if chain.args.get("cycle") else {})
    assert lists == CALLS[case]


#: By case: the calls that fail where the target's region does not answer in the end, and what cannot be seen then.
AWAY = {
    "replica": ("filestorage", "ListVolumes", "File Storage volume 'web_copy'"),
    "block replica": (BLOCKS, "ListVolumes", "Block Storage (BM) volume 'orders-copy'"),
    "replicated member": (BLOCKS, "ListVolumeGroups", "Block Storage (BM) volume group 'db-copy'"),
}


def away(there: ModuleRunner, case: str, **fault: Any) -> TaskResult:
    """Create a replication to a region in which the lists of volumes do not answer."""
    service, operation, _label = AWAY[case]
    there.simulator.control("PUT", "clock", {"announce_delays": True})
    there.simulator.fault(service=service, operation=operation, region=EAST, times=None, **fault)
    return there.run_task(CHAINS[case].module, {**CHAINS[case].args, "timeout": 10})


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 503}, {"kind": "status", "status": 403}, {"kind": "delay", "seconds": 100}],
    ids=["unavailable", "denied", "silent"],
)
@pytest.mark.parametrize("case", AWAY)
def test_creation_succeeds_where_the_target_region_cannot_be_listed(
    there: ModuleRunner, case: str, fault: dict[str, Any]
) -> None:
    began = there.clock.monotonic()
    made = well(away(there, case, **fault))
    (warning,) = made.result["warnings"]
    assert f"{AWAY[case][2]} in {EAST}" in warning
    assert "could not be read, so the next task may not find it by its name yet" in warning
    assert there.clock.monotonic() - began < 60


def test_wait_for_a_list_ends_after_wait_timeout(there: ModuleRunner) -> None:
    there.simulator.fault("list_lag", seconds=10_000, region=EAST)
    made = there.run_task("scp_filestorage_replication", {**REPLICATION, "wait_timeout": 120})
    assert made.failed
    assert made.operations == ["CreateVolumeReplication"]
    assert made.message.startswith(
        "Waited 120 seconds (wait_timeout) for the service to list File Storage volume 'web_copy' in kr-east1, which"
        " CreateVolumeReplication made."
    )
