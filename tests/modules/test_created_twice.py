# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two tasks create one name at the same time, and neither may go on as if it had been alone."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine import executor
from ansible_collections.scp.storage.plugins.module_utils.operations import (
    archivestorage,
    backup,
    baremetal_blockstorage,
    filestorage,
    parallel_filestorage,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation
from tests.harness.modules import ModuleRunner
from tests.scenarios.baremetal_blockstorage import SSD, server

WEB = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
TRAIN = {"name": "web_data", "capacity_tb": 5}
BLOCK = {"name": "web-data", **SSD}
#: Of each kind whose names the service does not hold unique: how the other process's one gets into the world.
KINDS = {
    "filestorage": (
        "scp_filestorage_volume",
        WEB,
        "filestorage",
        {"volumes": [{"id": "z-other", "name": "web_data_zzzzzz", "type_name": "SSD"}]},
    ),
    "pfs": (
        "scp_pfs_volume",
        TRAIN,
        "parallel-filestorage",
        {"volumes": [{"id": "z-other", "name": "web_data_zzzzzz", "capacity_tb": 5}]},
    ),
    "bm": (
        "scp_bm_volume",
        BLOCK,
        "baremetal-blockstorage",
        {"volumes": [{"id": "z-other", "name": "web-data", "size_gb": 100, "iops": 5000, "throughput": 250}]},
    ),
}
LAG = 20


@pytest.mark.parametrize("kind", KINDS)
def test_name_that_another_process_creates_is_reported(runner: ModuleRunner, kind: str) -> None:
    """The look after the creation sees both, also where lists lag and where the other process ran elsewhere."""
    module, args, service, world = KINDS[kind]
    simulator = runner.simulator
    if kind == "bm":
        attached = server(simulator, "west-db1")
        args = {**args, "attachments": [attached]}
        world = {**world, "attachments": [{"volume_id": "z-other", "server_id": attached["object_id"]}]}
    simulator.patch_world({service: world})
    simulator.fault("list_lag", seconds=LAG)
    run = runner.run_task(module, args)
    assert run.failed
    assert run.writes == ["CreateVolume"]
    assert "another process has created the name as well" in run.message
    own = str(run.result["error"]["created"])
    assert own != "z-other"
    assert "The one of this task is the younger one, and nothing uses it yet" in run.message
    assert f"remove it ({module}, state absent, volume_id {own})" in run.message
    simulator.clear_faults()
    later = runner.run_task(module, args)
    assert later.failed
    assert len(re.findall(r"created \d+ seconds ago", later.message)) == 2
    removal = {"volume_id": own, "state": "absent", **({"detach": True} if kind == "bm" else {})}
    assert runner.run_task(module, removal).changed
    assert not runner.run_task(module, args).changed


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no wait"])
def test_group_of_another_process_is_reported(runner: ModuleRunner, wait: bool) -> None:
    """The members of a group show it as well, but another group of the name only the list."""
    simulator = runner.simulator
    members = [{"id": str(number) * 32, "name": f"web-{number}", "snapshot_rate": 20} for number in range(3)]
    simulator.patch_world({"baremetal-blockstorage": {"volumes": members}})
    simulator.advance(600)
    other = "c" * 32
    groups = {"volumes": [{**members[0], "group_id": other}], "volume_groups": [{"id": other, "name": "web"}]}
    simulator.patch_world({"baremetal-blockstorage": groups})
    simulator.fault("list_lag", seconds=LAG)
    args = {"name": "web", "volumes": ["web-1", "web-2"], "wait": wait}
    run = runner.run_task("scp_bm_volume_group", args)
    assert run.failed
    assert run.writes == ["CreateVolumeGroup"]
    own = str(run.result["error"]["created"])
    assert own not in {other, "None"}
    assert f"remove it (scp_bm_volume_group, state absent, volume_group_id {own})" in run.message
    assert runner.run_task("scp_bm_volume_group", {"volume_group_id": own, "state": "absent"}).changed


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no wait"])
def test_volume_of_another_process_with_the_name_of_a_recovery_is_reported(runner: ModuleRunner, wait: bool) -> None:
    """What the recovery was made from shows it as well, but another volume of the name only the list."""
    simulator = runner.simulator
    simulator.patch_world(
        {"baremetal-blockstorage": {"volumes": [{"id": "1" * 32, "name": "orders", "snapshot_rate": 20}]}}
    )
    assert not runner.run_task("scp_bm_volume_snapshot", {"volume": "orders"}).failed
    simulator.advance(600)
    simulator.patch_world({KINDS["bm"][2]: KINDS["bm"][3]})
    simulator.fault("list_lag", seconds=LAG)
    args = {"volume": "orders", "snapshot": "latest", "name": "web-data", "wait": wait}
    run = runner.run_task("scp_bm_volume_recovery", args)
    assert run.failed
    assert run.writes == ["CreateVolumeRecovery"]
    assert "another process has created the name as well" in run.message
    own = str(run.result["error"]["created"])
    assert f"(scp_bm_volume, state absent, volume_id {own})" in run.message


#: By operation that creates a second resource when it is sent twice: a task that sends it.
TASKS: dict[Operation, tuple[str, dict[str, Any]]] = {
    filestorage.CREATE_VOLUME: ("scp_filestorage_volume", WEB),
    filestorage.CREATE_SNAPSHOT: ("scp_filestorage_snapshot", {"volume": "web_data", "max_age": "1h"}),
    parallel_filestorage.CREATE_VOLUME: ("scp_pfs_volume", TRAIN),
    parallel_filestorage.CREATE_SNAPSHOT: ("scp_pfs_snapshot", {"volume": "web_data", "max_age": "1h"}),
    baremetal_blockstorage.CREATE_VOLUME: ("scp_bm_volume", {"name": "web"}),
    baremetal_blockstorage.CREATE_VOLUME_SNAPSHOT: ("scp_bm_volume_snapshot", {"volume": "web", "max_age": "1h"}),
    baremetal_blockstorage.CREATE_VOLUME_RECOVERY: (
        "scp_bm_volume_recovery",
        {"volume": "orders", "name": "web", "snapshot": "latest"},
    ),
    baremetal_blockstorage.CREATE_VOLUME_GROUP: ("scp_bm_volume_group", {"name": "web", "volumes": ["a"]}),
    baremetal_blockstorage.CREATE_VOLUME_GROUP_SNAPSHOT: (
        "scp_bm_volume_group_snapshot",
        {"volume_group": "web", "max_age": "1h"},
    ),
    baremetal_blockstorage.CREATE_VOLUME_GROUP_RECOVERY: (
        "scp_bm_volume_group_recovery",
        {"volume_group": "orders", "block_storage_name_prefix": "web", "snapshot": "latest"},
    ),
    backup.CREATE_BACKUP: ("scp_backup", {"name": "web"}),
    backup.MANUAL_BACKUP: ("scp_backup_run", {"backup": "web"}),
    backup.RESTORE_BACKUP: (
        "scp_backup_restore",
        {"backup": "orders", "restore_server_name": "web", "restore_point": "latest", "server_type_id": "s1"},
    ),
    archivestorage.CREATE_ARCHIVING_POLICY: (
        "scp_archive_policy",
        {"bucket": "web", "object_path": "/", "object_lifecycle": 30},
    ),
}


class HeldLock:
    """A lock that another process holds."""

    keys: ClassVar[list[tuple[str, ...]]] = []

    def __init__(self, key: tuple[str, ...]) -> None:
        self.keys.append(key)

    def try_acquire(self) -> str:
        """Return who holds it."""
        return "process 4711, since 10:00:00 UTC"


def test_each_operation_that_creates_has_a_task() -> None:
    tables = (archivestorage, backup, baremetal_blockstorage, filestorage, parallel_filestorage)
    operations = [value for table in tables for value in vars(table).values() if isinstance(value, Operation)]
    assert set(TASKS) == {operation for operation in operations if operation.creates}


@pytest.mark.parametrize("operation", TASKS, ids=lambda operation: f"{operation.service}.{operation.name}")
def test_task_waits_for_another_one_that_may_create_the_same(
    runner: ModuleRunner, monkeypatch: pytest.MonkeyPatch, operation: Operation
) -> None:
    """It looks for nothing until then, and gives up after wait_timeout. Check mode takes no lock."""
    module, args = TASKS[operation]
    HeldLock.keys.clear()
    monkeypatch.setattr(executor, "NameLock", HeldLock)
    run = runner.run_task(module, {**args, "wait_timeout": 5})
    assert run.failed
    assert run.message.startswith(
        "Waited 5 seconds (wait_timeout) for another task on this machine (process 4711, since"
    )
    assert "web" in run.message
    assert run.calls == []
    ((place, _account, region, name),) = HeldLock.keys
    assert (place, region) == (runner.environ["SCP_ENDPOINT_URL"], "kr-west1")
    assert "web" in name
    runner.run_task(module, args, check=True)
    assert len(HeldLock.keys) == 1
