# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that does not answer, or asks for pauses, costs a task its time once and not for each item."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult, task

pytestmark = pytest.mark.module("scp_filestorage_volume", "scp_filestorage_volume_info", "scp_storage_apply")

NAMES = [f"web_{number}" for number in range(8)]
VOLUME = {"protocol": "NFS", "type_name": "SSD"}
DEAD = {"kind": "delay", "seconds": 100, "region": "kr-west1", "times": None}


def loop(runner: ModuleRunner, args: dict[str, Any]) -> TaskResult:
    """Run a task with an item for each name."""
    return runner.run([task("scp_filestorage_volume", {"name": "{{ item }}", **VOLUME, **args}, loop=NAMES)])[0]


def test_region_that_does_not_answer_is_waited_for_once(runner: ModuleRunner) -> None:
    runner.simulator.control("PUT", "clock", {"announce_delays": True})
    runner.simulator.fault(**DEAD)
    began = runner.clock.monotonic()
    result = loop(runner, {})
    assert runner.clock.monotonic() - began < 70
    assert all(item.failed for item in result.items)
    assert "got no answer" in result.items[0].message
    later = {item.message for item in result.items[1:]}
    assert len(later) == 1
    assert "was not sent, because the endpoint failed a moment ago" in later.pop()
    # Whatever the region would have answered in the end: nothing asked for its versions either.
    assert [call["operation"] for call in result.calls] == ["ListVolumes"] * 2
    # The other region is as it was, and this one is called again after a while.
    assert not runner.run_task("scp_filestorage_volume_info", {"region": "kr-east1"}).failed
    runner.simulator.clear_faults()
    runner.clock.sleep(30)
    assert not loop(runner, {}).failed


def test_list_with_a_region_that_does_not_answer_does_the_rest(runner: ModuleRunner) -> None:
    runner.simulator.control("PUT", "clock", {"announce_delays": True})
    runner.simulator.fault(**DEAD)
    regions = ["kr-west1", "kr-east1"] * 4
    resources = [
        {"kind": "filestorage_volume", "name": name, **VOLUME, "region": region}
        for name, region in zip(NAMES, regions, strict=True)
    ]
    began = runner.clock.monotonic()
    result = runner.run_task("scp_storage_apply", {"resources": resources})
    assert runner.clock.monotonic() - began < 150
    assert result.accepted == ["CreateVolume"] * 4
    assert result.message.startswith("4 of 8 resources failed, 0 were not tried, and 4 are in the desired state.")


def many_volumes(runner: ModuleRunner, count: int) -> list[str]:
    """Return the names of that many volumes that are there, more than there are concurrent calls."""
    names = [f"many{number}" for number in range(count)]
    volumes = [{"name": f"{name}_aaaaaa", "type_name": "SSD"} for name in names]
    runner.simulator.patch_world({"filestorage": {"volumes": volumes}})
    return names


@pytest.mark.module("scp_snapshot_policy")
def test_refusals_after_a_call_without_an_answer_are_waited_for_together(runner: ModuleRunner) -> None:
    """An answer, whatever it is, shows that the endpoint answers again."""
    runner.simulator.control("PUT", "clock", {"announce_delays": True})
    names = many_volumes(runner, 30)
    runner.simulator.fault("delay", seconds=100, operation="ListSnapshots")
    runner.simulator.fault("status", status=503, retry_after=20, operation="ListSnapshots", times=None)
    began = runner.clock.monotonic()
    assert runner.run_task("scp_snapshot_policy", {"volumes": names, "max_age": "1h"}).failed
    assert runner.clock.monotonic() - began < 400


@pytest.mark.module("scp_snapshot_policy")
def test_many_volumes_wait_once_for_an_operation_that_does_not_answer(runner: ModuleRunner) -> None:
    runner.simulator.control("PUT", "clock", {"announce_delays": True})
    names = many_volumes(runner, 100)
    runner.simulator.fault(**DEAD, operation="ListSnapshots")
    began = runner.clock.monotonic()
    result = runner.run_task("scp_snapshot_policy", {"volumes": names, "max_age": "1h"})
    assert result.failed
    assert runner.clock.monotonic() - began < 100


def test_other_region_does_not_wait_behind_many_calls_without_an_answer(runner: ModuleRunner) -> None:
    runner.simulator.control("PUT", "clock", {"announce_delays": True})
    names = many_volumes(runner, 60)
    runner.simulator.fault(**DEAD, operation="ListAccessRules")
    rules = {"access_rules": [{"object_type": "VM", "object_id": "3f1c7a5e9d2b48c6a0e4f8b2d6c1a3e5"}]}
    resources = [{"kind": "filestorage_volume", "name": name, **VOLUME, **rules} for name in names]
    resources += [{"kind": "filestorage_volume", "name": name, **VOLUME, "region": "kr-east1"} for name in NAMES]
    began, simulated = runner.clock.monotonic(), runner.simulator.now()
    result = runner.run_task("scp_storage_apply", {"resources": resources})
    assert runner.clock.monotonic() - began < 100
    created = [datetime.fromisoformat(call["time"]) for call in result.calls if call["operation"] == "CreateVolume"]
    assert len(created) == len(NAMES)
    assert max(created) - simulated.replace(tzinfo=None) < timedelta(seconds=45)


def test_requested_pause_beyond_timeout_is_waited_for_by_all(runner: ModuleRunner) -> None:
    """A reading call waits, and a writing one within ``wait_timeout``."""
    runner.simulator.fault(kind="status", status=429, retry_after=40, operation="ListVolumes")
    runner.simulator.fault(kind="status", status=429, retry_after=50, operation="CreateVolume")
    result = loop(runner, {})
    assert not result.failed, result.items[0].message
    assert result.accepted == ["CreateVolume"] * len(NAMES)
    assert [line for line in runner.reported if "(Retry-After)" in line] == [
        f"[localhost] filestorage in kr-west1 asks for a pause of {seconds} seconds (Retry-After)"
        for seconds in (40, 50)
    ]


def test_write_does_not_wait_beyond_wait_timeout(runner: ModuleRunner) -> None:
    runner.simulator.fault(kind="status", status=429, retry_after=50, operation="CreateVolume", times=None)
    result = runner.run_task("scp_filestorage_volume", {"name": "web", **VOLUME, "wait_timeout": 45})
    assert result.failed
    assert "asks to be called again after 50 seconds (Retry-After), and a call waits 45 seconds" in result.message
    assert result.accepted == []
