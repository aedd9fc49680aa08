# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook that are killed, or run at the same time.

tests/modules/test_crashes.py lets modules die after every answer.
"""

from __future__ import annotations

import time

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task

pytestmark = [pytest.mark.module("scp_filestorage_volume", "scp_filestorage_replication"), pytest.mark.newest_core]

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
REPLICATION = {"volume": "web_data", "name": "web_copy", "target_region": "kr-east1", "replication_frequency": "hourly"}


def test_killed_and_run_again(controller: Controller) -> None:
    """A run that dies right after a call is finished by the next one, with nothing made twice."""
    after = "SetAccessRule"
    simulator = controller.simulator
    rules = [{"object_type": "VM", "object_id": simulator.server(name)["id"]} for name in ("west-web1", "west-web2")]
    tasks = [
        task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}),
        task("scp_filestorage_replication", REPLICATION),
    ]
    # Long enough that the run is still at it when it dies.
    simulator.fault("delay", operation=after, seconds=20)
    running = controller.start([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    end = time.monotonic() + 60
    while after not in [entry["operation"] for entry in simulator.operations()]:
        assert time.monotonic() < end, "the call was never made"
        time.sleep(0.05)
    running.kill()
    running.finish()
    simulator.clear_faults()
    controller.run(tasks).succeeded()
    world = simulator.world()["filestorage"]
    assert sorted(volume["name"][:-7] for volume in world["volumes"]) == ["web_copy", "web_data"]
    assert len(world["replications"]) == 1
    assert len(world["access_rules"]) == 2
    run = controller.run(tasks).succeeded()
    assert [result.writes for result in run] == [[], []]


def test_create_of_one_name_by_several_hosts_creates_one(controller: Controller) -> None:
    """All hosts look before the first one has created anything, were it not for the lock."""
    controller.simulator.fault("delay", operation="ListVolumes", seconds=1, times=None)
    play = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "tasks": [task("scp_filestorage_volume", VOLUME)],
    }
    run = controller.playbook([play], arguments=["-i", "web1,web2,web3,"]).succeeded()
    assert sorted(result.changed for result in run) == [False, False, True]
    assert len(controller.simulator.world()["filestorage"]["volumes"]) == 1
