# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call is done, its answer is lost, and it is refused when it is sent again: what it made is the task's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.scenarios.baremetal_blockstorage import server

VOLUME = {"name": "web", "protocol": "NFS", "type_name": "SSD"}
REPLICA = {"volume": "web", "target_region": "kr-east1", "name": "web_copy", "replication_type": "replication"}
#: Module, options, and the writing call that goes wrong.
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "bucket": ("scp_archive_bucket", {"name": "cold-1"}, "CreateBucket"),
    "schedule": (
        "scp_filestorage_snapshot_schedule",
        {"volume": "web", "frequency": "DAILY", "hour": 3, "snapshot_retention_count": 3},
        "CreateSnapshotSchedule",
    ),
    "replication": (
        "scp_filestorage_replication",
        {**REPLICA, "replication_frequency": "hourly"},
        "CreateVolumeReplication",
    ),
}


@pytest.fixture
def volume(runner: ModuleRunner) -> ModuleRunner:
    """A volume that is listed."""
    assert not runner.run_task("scp_filestorage_volume", VOLUME).failed
    runner.simulator.advance(600)
    return runner


@pytest.mark.parametrize("case", CASES)
def test_what_is_listed_late_is_recognized(volume: ModuleRunner, case: str) -> None:
    module, args, operation = CASES[case]
    volume.simulator.fault("list_lag", seconds=15)
    volume.simulator.fault("lost", operation=operation)
    made = volume.run_task(module, args)
    assert not made.failed, made.message
    assert (made.changed, made.operations) == (True, [operation])
    assert set(made.writes) == {operation}


@pytest.mark.module("scp_filestorage_volume")
def test_access_rule_that_is_listed_late_is_recognized(volume: ModuleRunner) -> None:
    rules = [server(volume.simulator, "west-web1")]
    volume.simulator.fault("drop", operation="ListAccessRules", times=5)
    volume.simulator.fault("lost", operation="SetAccessRule")
    made = volume.run_task("scp_filestorage_volume", {**VOLUME, "access_rules": rules})
    assert (made.failed, made.changed, made.operations) == (False, True, ["SetAccessRule"])
    assert len(made.writes) <= 2


@pytest.mark.module("scp_archive_bucket")
def test_what_is_not_listed_for_long_is_told(runner: ModuleRunner) -> None:
    """No word of another account: who chooses another name has two buckets."""
    runner.simulator.fault("list_lag", seconds=500)
    runner.simulator.fault("lost", operation="CreateBucket")
    made = runner.run_task("scp_archive_bucket", {"name": "cold-1"})
    assert made.failed
    assert "It was sent before and got no answer: it may have been done then" in made.message
    assert "another" not in made.message
    runner.simulator.advance(600)
    assert not runner.run_task("scp_archive_bucket", {"name": "cold-1"}).changed
