# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.shared_reads import MAX_AGE
from tests.benchmark.workloads import Fleet, hundred
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult, task

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}


@pytest.mark.module("scp_filestorage_volume", "scp_filestorage_volume_info", "scp_filestorage_snapshot_info")
def test_calls_of_unchanged_items(runner: ModuleRunner) -> None:
    """An unchanged volume takes two calls, three with access rules, whatever else there is."""
    rules = [{"object_type": "VM", "object_id": runner.simulator.server("west-web1")["id"]}]
    others = [{"name": f"web_data{number}_abc123", "type_name": "HDD"} for number in range(30)]
    runner.simulator.patch_world({"filestorage": {"volumes": others}})
    run = runner.run(
        [
            task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}, register="made"),
            task("scp_filestorage_volume", VOLUME, name="volume"),
            task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}, name="with rules"),
            task("scp_filestorage_volume", {"volume_id": "{{ made.volume.id }}", "access_rules": rules}, name="by id"),
            task("scp_filestorage_snapshot_info", {"volume": "web_data"}, name="snapshots"),
            task("scp_filestorage_volume_info", name="all"),
        ]
    ).succeeded()
    assert run["volume"].reads == ["ListVolumes", "ShowVolume"]
    assert run["with rules"].reads == ["ListVolumes", "ShowVolume", "ListAccessRules"]
    assert run["by id"].reads == ["ShowVolume", "ListAccessRules"]
    assert run["snapshots"].reads == ["ListVolumes", "ListSnapshots"]
    assert sorted(run["all"].reads) == ["ListVolumes", *["ShowVolume"] * 31]


NAMES = [f"data_{number:02}" for number in range(10)]
LOOP: dict[str, Any] = {"loop": NAMES}
ITEM = {"name": "{{ item }}", "protocol": "NFS", "type_name": "SSD"}


def counted(result: TaskResult) -> dict[str, int]:
    """Return how often a task sent each operation."""
    return dict(Counter(call["operation"] for call in result.in_a_version))


def loop_of(module: str, args: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    """Return a task that loops over all names."""
    return task(module, args, **{**LOOP, **keywords})


@pytest.mark.module("scp_filestorage_volume")
def test_loop_reads_the_list_once_from_its_second_item_on(runner: ModuleRunner) -> None:
    runner.run([loop_of("scp_filestorage_volume", ITEM)]).succeeded()
    again, registered, by_id, with_rules, checked = runner.run(
        [
            loop_of("scp_filestorage_volume", ITEM),
            loop_of("scp_filestorage_volume", ITEM, register="made"),
            loop_of("scp_filestorage_volume", {"volume_id": "{{ item.volume.id }}"}, loop="{{ made.results }}"),
            loop_of("scp_filestorage_volume", {**ITEM, "access_rules": []}),
            loop_of("scp_filestorage_volume", ITEM, check=True),
        ]
    ).succeeded()
    assert counted(again) == {"ListVolumes": 2, "ShowVolume": 1}
    assert counted(registered) == {"ListVolumes": 2, "ShowVolume": 10}
    assert counted(by_id) == {"ListVolumes": 1, "ShowVolume": 1}
    assert counted(with_rules) == {"ListVolumes": 2, "ShowVolume": 1, "ListAccessRules": 10}
    assert counted(checked) == {"ListVolumes": 2, "ShowVolume": 1}
    assert not any(result.changed for result in (again, registered, by_id, with_rules, checked))


@pytest.mark.module("scp_filestorage_volume")
def test_loop_result_has_the_fields_of_the_show_operation_where_it_is_registered(runner: ModuleRunner) -> None:
    runner.run([loop_of("scp_filestorage_volume", ITEM)]).succeeded()
    unread, read = runner.run(
        [loop_of("scp_filestorage_volume", ITEM), loop_of("scp_filestorage_volume", ITEM, register="made")]
    ).succeeded()
    assert ["path" in item.result["volume"] for item in unread.items] == [True] + 9 * [False]
    assert all(item.result["volume"]["path"] for item in read.items)
    assert [item.result["volume"]["base_name"] for item in unread.items] == NAMES


@pytest.mark.module("scp_filestorage_volume")
def test_loop_reads_the_list_again_when_it_has_become_old(runner: ModuleRunner) -> None:
    """What was read is not decided on for long: the loop waits between two items."""
    runner.run([loop_of("scp_filestorage_volume", ITEM)]).succeeded()
    runner.one_task = True
    for name in NAMES[:2]:
        runner.run_task("scp_filestorage_volume", {**ITEM, "name": name})
    assert runner.run_task("scp_filestorage_volume", {**ITEM, "name": NAMES[2]}).reads == []
    runner.clock.sleep(MAX_AGE)
    assert runner.run_task("scp_filestorage_volume", {**ITEM, "name": NAMES[2]}).reads == ["ListVolumes"]


@pytest.mark.module("scp_filestorage_volume")
def test_tasks_share_no_list(runner: ModuleRunner) -> None:
    runner.run_task("scp_filestorage_volume", {**ITEM, "name": "web_data"})
    one = task("scp_filestorage_volume", {**ITEM, "name": "web_data"})
    for result in runner.run([one, one, one]).succeeded():
        assert result.reads == ["ListVolumes", "ShowVolume"]


@pytest.mark.module("scp_filestorage_volume_info", "scp_filestorage_snapshot_info")
def test_info_modules_in_a_loop_share_the_list(runner: ModuleRunner) -> None:
    runner.run([loop_of("scp_filestorage_volume", ITEM)]).succeeded()
    volumes, snapshots = runner.run(
        [
            loop_of("scp_filestorage_volume_info", {"name": "{{ item }}"}),
            loop_of("scp_filestorage_snapshot_info", {"volume": "{{ item }}"}),
        ]
    ).succeeded()
    assert counted(volumes) == {"ListVolumes": 2, "ShowVolume": 10}
    assert counted(snapshots) == {"ListVolumes": 2, "ListSnapshots": 10}


@pytest.mark.module("scp_filestorage_volume_info")
def test_info_reads_no_replications_of_a_volume_without_purpose(runner: ModuleRunner) -> None:
    replicated = {"volume": NAMES[0], "name": "copy", "target_region": "kr-east1", "replication_frequency": "hourly"}
    runner.run([loop_of("scp_filestorage_volume", ITEM), task("scp_filestorage_replication", replicated)]).succeeded()
    info = runner.run_task("scp_filestorage_volume_info", {"gather": ["replications"]})
    assert counted(info)["ListVolumeReplications"] == 1
    assert [len(volume["replications"]) for volume in info.result["volumes"]] == [1] + 9 * [0]


@pytest.mark.module("scp_bm_volume_info")
def test_info_reads_no_snapshots_of_a_volume_without_space(runner: ModuleRunner) -> None:
    volumes = [{"name": f"v-{rate}", "snapshot_rate": rate} for rate in (0, 20)]
    runner.simulator.patch_world({"baremetal-blockstorage": {"volumes": volumes}})
    info = runner.run_task("scp_bm_volume_info", {"gather": ["snapshots"]})
    assert counted(info) == {"ListVolumes": 1, "ListVolumeSnapshots": 1}
    found = {volume["name"]: volume for volume in info.result["volumes"]}
    assert found["v-0"].keys() == found["v-20"].keys()
    assert (found["v-0"]["snapshots"], found["v-0"]["snapshot_capacity_mb"]) == ([], 0)


@pytest.mark.module("scp_storage_apply")
def test_batch_of_unchanged_resources_reads_each_list_once(runner: ModuleRunner) -> None:
    """A hundred resources of five kinds, as in the benchmark; most of them need what only show operations have."""
    args = {"resources": hundred(str(runner.simulator.server("west-db1")["id"]))}
    assert runner.run_task("scp_storage_apply", args).changed
    for again in (runner.run_task("scp_storage_apply", args), runner.run_task("scp_storage_apply", args, check=True)):
        assert not again.changed
        assert not again.writes
        assert counted(again) == {
            "ListVolumes": 2,
            "ListVolumeGroups": 1,
            "ShowVolume": 40,
            "ShowVolumeGroup": 10,
            "ListVolumeReplications": 25,
            "ShowVolumeReplication": 25,
        }


@pytest.mark.module("scp_storage_apply")
def test_batch_of_unchanged_replications_reads_little_more_than_each_replication(runner: ModuleRunner) -> None:
    fleet = Fleet(20)
    runner.simulator.patch_world(fleet.block_storage())
    args = {"resources": fleet.resources()}
    assert runner.run_task("scp_storage_apply", args).changed
    again = runner.run_task("scp_storage_apply", args)
    assert not again.changed
    assert counted(again) == {
        # Of File Storage, and of block storage in both regions.
        "ListVolumes": 3,
        "ListVolumeGroups": 2,
        "ListVolumeReplications": fleet.files,
        # Of File Storage, and of block storage.
        "ShowVolumeReplication": fleet.files + fleet.blocks,
        "ShowVolumeGroupReplication": fleet.groups,
    }
