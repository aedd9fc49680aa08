# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of resources in one task, without ``ansible-playbook``: order, dry run, failures, progress."""

from __future__ import annotations

import re
import threading
import time

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.waiter import REPORT_AFTER
from tests.harness.modules import ModuleRunner, SkippedTime
from tests.harness.tasks import task
from tests.modules.apply.lists import EAST, Things, blocks, check_played, each, played
from tests.modules.apply.test_messages import CASES
from tests.modules.messages import Case, check_case
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.module("scp_storage_apply")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_apply_invalid_list_is_reported(runner: ModuleRunner, case: Case) -> None:
    check_case(runner, case)


@pytest.mark.parametrize("kind", ["zzz", "scp_zzz", "scp.storage.scp_zzz"])
def test_apply_kind_that_is_like_no_other_lists_all_kinds(runner: ModuleRunner, kind: str) -> None:
    result = runner.run_task("scp_storage_apply", {"resources": [{"kind": kind, "name": "x"}]})
    assert f"resource 1: there is no kind '{kind}' (there are: filestorage_volume, filestorage_" in result.message
    assert result.calls == []


@pytest.mark.parametrize("kind", ["pfs_volume", "scp_pfs_volume", "scp.storage.scp_pfs_volume"])
def test_apply_kind_may_be_the_name_of_the_module(runner: ModuleRunner, kind: str) -> None:
    result = runner.run_task("scp_storage_apply", {"resources": [{"kind": kind, "name": "train", "capacity_tb": 10}]})
    assert each(result) == [("pfs_volume", "train", "kr-west1", ["CreateVolume"])]


def _branches(runner: ModuleRunner) -> Things:
    return [
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "shop-db", "hour": 3},
        {"kind": "bm_volume_group", "name": "shop-db", "volumes": ["shop-data", "shop-log"]},
        *blocks(runner.simulator, "shop-data", snapshot_rate=30),
        {"kind": "bm_volume", "name": "shop-log", "disk_type": "HDD", "size_gb": 10},
        {"kind": "pfs_snapshot", "volume": "train", "max_age": "1d"},
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
    ]


@pytest.mark.parametrize("check", [True, False])
def test_apply_entry_that_fails_skips_its_dependents_only(runner: ModuleRunner, check: bool) -> None:
    result = runner.run_task("scp_storage_apply", {"resources": _branches(runner)}, check=check)
    entries = result.result["resources"]
    assert result.failed
    assert [bool(entry.get("failed")) for entry in entries] == [False, False, False, True, False, False]
    assert [entry.get("skip_reason") for entry in entries] == [
        "It needs resource 2 (bm_volume_group shop-db).",
        "It needs resource 4 (bm_volume shop-log).",
        None,
        None,
        None,
        None,
    ]
    assert [entry["changed"] for entry in entries] == [False, False, True, False, True, True]
    assert sorted(result.operations or ()) == [
        "CreateSnapshot",
        "CreateVolume",
        "CreateVolume",
        "CreateVolumeSnapshotRate",
    ]
    assert (
        f"1 of 6 resources failed, 2 were not tried, and 3 {'would be' if check else 'are'} in the desired state."
        in result.message
    )
    assert sorted(result.accepted) == ([] if check else sorted(result.operations or ()))


def test_apply_call_that_is_refused_returns_the_facts_of_the_error(runner: ModuleRunner) -> None:
    runner.simulator.fault("status", operation="CreateVolume", service="parallel-filestorage", status=403)
    result = runner.run_task("scp_storage_apply", {"resources": _branches(runner)[4:]})
    skipped, failed = result.result["resources"]
    assert result.failed
    assert (failed["error"]["operation"], failed["error"]["status"]) == ("CreateVolume", 403)
    assert skipped["skipped"] is True
    assert (skipped["changed"], skipped["operations"]) == (False, [])


def test_apply_without_wait_waits_for_what_others_need(runner: ModuleRunner) -> None:
    runner.simulator.switch(pfs_create_seconds=100)
    things: Things = [
        {"kind": "pfs_volume", "name": "eval", "capacity_tb": 10},
        {"kind": "pfs_snapshot", "volume": "train", "max_age": "1d"},
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
    ]
    result = runner.run_task("scp_storage_apply", {"resources": things, "wait": False, "concurrency": 1})
    assert not result.failed, result.message
    alone, snapshot, needed = result.result["resources"]
    assert snapshot["operations"] == ["CreateSnapshot"]
    assert (alone["volume"]["state"], needed["volume"]["state"]) == ("creating", "available")


def test_apply_entry_with_its_own_wait_timeout_fails_alone(runner: ModuleRunner) -> None:
    runner.simulator.switch(pfs_create_seconds=1000)
    things = [
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10, "wait_timeout": 500},
        {"kind": "archive_bucket", "name": "shop-archive"},
    ]
    result = runner.run_task("scp_storage_apply", {"resources": things})
    assert result.failed
    assert "resource 1 (pfs_volume train): Waited 500 seconds (wait_timeout) for volume train" in result.message
    assert result.result["resources"][1]["bucket"]["state"] == "ACTIVE"


def test_apply_entry_in_another_region_is_converged_there(runner: ModuleRunner) -> None:
    things: Things = [{"kind": "pfs_volume", "name": "train", "capacity_tb": 10, "region": EAST}]
    run = runner.run(played("made", things))
    check_played(run, "made")
    assert each(run["made"]) == [("pfs_volume", "train", EAST, ["CreateVolume"])]
    assert {call["region"] for call in run["made"].calls} == {EAST}
    assert run["made"].result["diff"][0]["after_header"] == f"pfs_volume train in {EAST}"


def test_apply_volumes_that_another_group_releases_are_tried_again_afterwards(runner: ModuleRunner) -> None:
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
    assert sorted(run["moved"].accepted) == [
        "AddVolumeGroupMemberOnVolumeGroup",
        "CreateVolumeSnapshotSchedule",
        "RemoveVolumeGroupMemberOnVolumeGroup",
    ]


class ReportingClock(SkippedTime):
    """The first wait also lasts until a line of progress is reported, or a few real seconds."""

    runner: ModuleRunner
    begin: float

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Let so many seconds pass in the simulator, and real ones until something is reported."""
        ended = super().wait(event, seconds)
        deadline = time.monotonic() + 5
        while not self.runner.reported and self.monotonic() > self.begin + REPORT_AFTER and time.monotonic() < deadline:
            time.sleep(0.01)
        return ended


def test_apply_long_run_reports_progress(simulator: Simulator) -> None:
    simulator.switch(pfs_create_seconds=100)
    clock = ReportingClock(simulator, event_within=0)
    clock.runner = runner = ModuleRunner(simulator, clock)
    clock.begin = clock.monotonic()
    things = [{"kind": "pfs_volume", "name": f"train_{number}", "capacity_tb": 10} for number in range(5)]
    run = runner.run([task("scp_storage_apply", {"resources": things, "concurrency": 5})]).succeeded()
    assert len(run[0].accepted) == 5
    waited = "; ".join(rf"waiting for volume train_{number}\w*: creating \(\d+s\)" for number in range(3))
    assert re.fullmatch(rf"\[localhost\] 0 of 5 resources done after \d+s: {waited}, and 2 more", runner.reported[0])
    runner.close()


def test_one_volume_under_several_spellings_gets_one_snapshot(runner: ModuleRunner) -> None:
    """Whatever the list calls it, the entries take turns, so that the later ones see the snapshot of the first."""
    made = runner.run_task("scp_filestorage_volume", {"name": "web_data", "protocol": "NFS", "type_name": "SSD"})
    volume = made.result["volume"]
    block = {"id": "1" * 32, "name": "ledger", "snapshot_rate": 20}
    runner.simulator.patch_world({"baremetal-blockstorage": {"volumes": [block]}})
    spellings = {
        "filestorage_snapshot": ("web_data", volume["name"], volume["id"]),
        "bm_volume_snapshot": ("ledger", block["id"]),
    }
    for kind, names in spellings.items():
        resources = [{"kind": kind, "volume": name, "max_age": "1d"} for name in names]
        for _attempt in range(3):
            done = runner.run_task("scp_storage_apply", {"resources": resources})
            assert not done.failed, done.message
            assert len(done.operations or ()) == 1
            runner.simulator.advance(2 * 86400)
