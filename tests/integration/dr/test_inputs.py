# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the list of volumes: told all at once, with the item's name and what to do, before any call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task
from tests.integration.dr.scenario import EAST, WEST, assert_no_crash, block_storage, failure, play, replicas

#: The list, and what the message must say. All other mistakes: tests/unit/roles/test_dr_list.py.
MISTAKES: dict[str, tuple[Any, list[str]]] = {
    "a misspelt key": ([{"name": "web_data", "freqency": "daily"}], ["web_data", "freqency is not known", "frequency"]),
    "no list": ({"name": "web_data"}, ["must be a list"]),
    "a broken text": (
        "[{name: web_data",
        ["dr_replication_volumes is a text that cannot be read", "line 1", "as JSON"],
    ),
}


def test_mistakes(controller: Controller) -> None:
    """Each mistake by itself, all in one run."""
    role = {"name": "scp.storage.dr_replication"}
    tasks = []
    for mistake, (given, _ignored) in MISTAKES.items():
        variables = {
            "dr_replication_volumes": given,
            "dr_replication_region": WEST,
            "dr_replication_target_region": EAST,
        }
        reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name=mistake)
        tasks.append({"block": [{"ansible.builtin.include_role": role, "vars": variables}], "rescue": [reported]})
    misspelt = {"dr_replication_volumes": ["web_data"], "dr_replication_frequence": "daily"}
    reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name="a misspelt variable")
    tasks.append({"block": [{"ansible.builtin.include_role": role, "vars": misspelt}], "rescue": [reported]})
    run = controller.run(tasks).succeeded()
    assert_no_crash(run)
    assert run.calls == []
    assert run["a misspelt variable"].message == (
        "dr_replication_frequence is not a variable of the role dr_replication. Did you mean dr_replication_frequency?"
        " Nothing was changed."
    )
    for mistake, (_ignored, words) in MISTAKES.items():
        message = run[mistake].message
        assert [word for word in words if word not in message] == [], message


@pytest.mark.newest_core
def test_all_mistakes_at_once(controller: Controller) -> None:
    """Each playbook shows all of them in one message."""
    given = [{"name": "web_data", "freqency": "daily"}, {"name": "web_logs", "target_region": WEST}, {"name": "office"}]
    for playbook in ("dr_replication", "dr_failover", "dr_failback", "dr_teardown"):
        run = play(controller, playbook, {"dr_volumes": given, "dr_region": "", "dr_target_region": EAST})
        message = failure(run)
        assert "freqency" in message
        assert message.count("it has no region; give it here, or for all volumes as") == 3
        assert run.calls == []


@pytest.mark.newest_core
def test_ambiguous_source(controller: Controller) -> None:
    """Two volumes of the name: the message lists both, and the id of one is taken."""
    simulator = controller.simulator
    twins = [{"name": f"web_data_abc12{number}", "region": WEST, "type_name": "SSD"} for number in range(2)]
    simulator.patch_world({"filestorage": {"volumes": twins}})
    message = failure(play(controller, "dr_replication", {"dr_volumes": ["web_data"]}))
    ids = [item["id"] for item in simulator.world()["filestorage"]["volumes"]]
    assert all(identifier in message for identifier in ids)
    chosen = {"dr_volumes": [{"name": ids[0], "target_name": "web_copy"}]}
    play(controller, "dr_replication", chosen).succeeded()
    assert simulator.world()["filestorage"]["replications"][0]["source_id"] == ids[0]
    play(controller, "dr_failover", chosen).succeeded()
    assert simulator.world()["filestorage"]["replications"][0]["policy"] == "paused"


@pytest.mark.newest_core
def test_same_names_of_different_kinds(controller: Controller) -> None:
    """A group may have the name of a volume; and what is meant for one kind does not reach the others."""
    simulator = controller.simulator
    block_storage(simulator)
    simulator.patch_world({"baremetal-blockstorage": {"volumes": [{"name": "billing", "snapshot_rate": 10}]}})
    both = [{"name": "billing", "kind": kind} for kind in ("bm_volume", "bm_volume_group")]
    run = play(controller, "dr_replication", {"dr_volumes": [*both, "web_data"], "dr_snapshot_rate": 30}).succeeded()
    assert [item["health"] for item in replicas(run)] == ["ok", "ok", "ok"]
    # What has space for snapshots keeps it unchanged.
    rates = {item["snapshot_rate"] for item in simulator.world()["baremetal-blockstorage"]["volumes"]}
    assert rates == {0, 10, 20}
