# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole lists: predicted, made, changed and removed again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.apply.lists import (
    Things,
    blocks,
    check_played,
    check_whole_lifecycle,
    each,
    nothing_left,
    played,
    servers,
    shuffled,
    whole,
)

pytestmark = pytest.mark.module("scp_storage_apply")


def test_a_whole_life(runner: ModuleRunner) -> None:
    """Something of every kind is made, changed and removed; each time check mode predicts every entry."""
    check_whole_lifecycle(runner)


def test_the_order_of_the_list_does_not_matter(runner: ModuleRunner) -> None:
    """The same things in another order make the same world, and nothing that is not listed is touched."""
    simulator = runner.simulator
    other = {"name": "other", "disk_type": "HDD", "size_gb": 10, "attachments": servers(simulator, "west-db3")}
    runner.run_task("scp_bm_volume", other)
    run = runner.run(played("made", shuffled(whole(simulator))) + played("gone", shuffled(nothing_left())))
    for name in ("made", "gone"):
        check_played(run, name)
    left = simulator.resources()
    assert [volume["name"] for volume in left.pop("baremetal-blockstorage.volumes")] == ["other"]
    assert list(left) == ["baremetal-blockstorage.attachments"]


def test_volumes_go_from_one_group_to_another(runner: ModuleRunner) -> None:
    """Who is a member of what only the service knows; what fails because of that is tried again afterwards."""
    four = [f"part-{number}" for number in range(4)]
    groups = [
        {"kind": "bm_volume_group", "name": "from-here", "volumes": four[:3]},
        {"kind": "bm_volume_group", "name": "to-there", "volumes": four[3:]},
    ]
    moved: Things = [
        {"kind": "bm_volume_group", "name": "to-there", "volumes": four[2:]},
        {"kind": "bm_volume_snapshot_schedule", "volume": four[1], "hour": 3},
        {"kind": "bm_volume_group", "name": "from-here", "volumes": four[:1], "purge_volumes": True},
    ]
    made = [*groups, *blocks(runner.simulator, *four, snapshot_rate=30)]
    run = runner.run([task("scp_storage_apply", {"resources": made}), *played("moved", moved)])
    check_played(run, "moved")
    assert Counter(run["moved"].accepted) == {
        "RemoveVolumeGroupMemberOnVolumeGroup": 1,
        "AddVolumeGroupMemberOnVolumeGroup": 1,
        "CreateVolumeSnapshotSchedule": 1,
    }


def _branches(runner: ModuleRunner) -> list[dict[str, Any]]:
    return [
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "shop-db", "hour": 3},
        {"kind": "bm_volume_group", "name": "shop-db", "volumes": ["shop-data", "shop-log"]},
        *blocks(runner.simulator, "shop-data", snapshot_rate=30),
        {"kind": "bm_volume", "name": "shop-log", "disk_type": "HDD", "size_gb": 10},
        {"kind": "pfs_snapshot", "volume": "train", "max_age": "1d"},
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
        {"kind": "pfs_snapshot", "volume": "no_such", "max_age": "1d"},
    ]


def test_a_branch_fails(runner: ModuleRunner) -> None:
    """What needs it is not tried, all others come to their end, and check mode knows all of it."""
    args = {"resources": _branches(runner)}
    run = runner.run(
        [
            task("scp_storage_apply", args, name="check", check=True, ignore_errors=True),
            task("scp_storage_apply", args, name="real", ignore_errors=True),
        ]
    )
    predicted, done = run["check"], run["real"]
    assert each(predicted) == each(done)
    assert predicted.message.replace("would be in the desired state", "are in the desired state") == done.message
    words = (
        "2 of 7 resources failed, 2 were not tried, and 3 are in the desired state.",
        "resource 4 (bm_volume shop-log): There is no Block Storage (BM) volume 'shop-log' in kr-west1, and to create",
        "resource 7 (pfs_snapshot no_such): There is no Parallel File Storage volume with the name or id 'no_such'",
        "Not tried because of that: resource 1 (bm_volume_group_snapshot_schedule shop-db), resource 2 (bm_volume_gro",
    )
    assert [word for word in words if word not in done.message] == []
    entries = done.result["resources"]
    assert [bool(entry.get("failed")) for entry in entries] == [False, False, False, True, False, False, True]
    assert [bool(entry.get("skipped")) for entry in entries] == [True, True, False, False, False, False, False]
    assert entries[0]["skip_reason"] == "It needs resource 2 (bm_volume_group shop-db)."
    assert entries[1]["skip_reason"] == "It needs resource 4 (bm_volume shop-log)."
    made = ["CreateSnapshot", "CreateVolume", "CreateVolume", "CreateVolumeSnapshotRate"]
    assert sorted(done.accepted) == sorted(done.operations or ()) == made


def test_what_the_service_refuses(runner: ModuleRunner) -> None:
    """A call that fails is reported with the service's words, and what is known of it."""
    runner.simulator.fault("status", operation="CreateVolume", service="parallel-filestorage", status=403)
    result = runner.run_task("scp_storage_apply", {"resources": _branches(runner)[4:6]})
    failed, skipped = result.result["resources"][1], result.result["resources"][0]
    assert result.failed
    assert failed["error"]["operation"] == "CreateVolume"
    assert failed["error"]["status"] == 403
    assert "CreateVolume of parallel-filestorage in kr-west1" in result.message
    assert skipped["skipped"]


def test_without_waiting(runner: ModuleRunner) -> None:
    """What others need is waited for, and nothing else."""
    runner.simulator.switch(bm_create_seconds=20, pfs_create_seconds=1000)
    things = [
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
        {"kind": "bm_volume_group", "name": "shop-db", "volumes": ["shop-data"]},
        *blocks(runner.simulator, "shop-data", snapshot_rate=30),
    ]
    result = runner.run_task("scp_storage_apply", {"resources": things, "wait": False})
    assert not result.failed, result.message
    train, _group, volume = result.result["resources"]
    assert train["volume"]["state"] == "creating"
    assert volume["volume"]["state"] in ("AVAILABLE", "IN_USE")
    assert volume["volume"]["snapshot_rate"] == 30


def test_waiting_for_one_entry(runner: ModuleRunner) -> None:
    """An entry has its own time, and the rest does not suffer from it."""
    runner.simulator.switch(pfs_create_seconds=1000)
    things = [
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10, "wait_timeout": 1},
        {"kind": "archive_bucket", "name": "shop-archive"},
    ]
    result = runner.run_task("scp_storage_apply", {"resources": things})
    assert result.failed
    assert "resource 1 (pfs_volume train): Waited 1 seconds (wait_timeout) for volume train" in result.message
    assert result.result["resources"][1]["bucket"]["state"] == "ACTIVE"
