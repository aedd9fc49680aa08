# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a protection, each step twice, asserted on what reached the service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.dr.scenario import (
    CONFIRMED,
    DELETING,
    DISCARDING,
    EAST,
    WEST,
    assert_protected,
    assert_unprotected,
    failure,
    play,
    replicas,
    replications,
    table,
    volumes,
    writes,
)
from tests.integration.harness import Controller, Run
from tests.simulator.fixture import Simulator

#: Of each step: the playbook, variables, and the writing calls of its first run, in any order.
STEPS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "set up": ("dr_replication", {}, ["CreateVolume", "CreateVolumeReplication"]),
    "fail over": ("dr_failover", {}, ["SetVolumeReplication"]),
    "fail back": ("dr_failback", DISCARDING, ["SetVolumeReplication"]),
    "tear down": ("dr_teardown", CONFIRMED, ["SetVolumeReplication", "DeleteVolumeReplication"]),
}


def twice(controller: Controller, step: str, **more: Any) -> Run:
    """Run a step in check mode, then two times, and return the first real run; the second must change nothing."""
    playbook, variables, expected = STEPS[step]
    variables = {**variables, **more}
    checked = play(controller, playbook, variables, arguments=["--check"]).succeeded()
    assert writes(checked) == []
    assert checked.count("changed") > 0
    first = play(controller, playbook, variables).succeeded()
    assert sorted(set(writes(first)) - {"DeleteSnapshot"}) == sorted(expected)
    assert all(writes(first).count(operation) == 2 for operation in expected)
    second = play(controller, playbook, variables).succeeded()
    assert (second.count("changed"), writes(second)) == (0, [])
    return first


def test_life(routed: Controller) -> None:
    """Set up, fail over, fail back and tear down, in check mode and twice each, with the plain list each time."""
    simulator = routed.simulator
    made = twice(routed, "set up")
    assert_protected(simulator)
    assert [replica["health"] for replica in replicas(made)] == ["ok", "ok"]

    over = twice(routed, "fail over")
    assert_protected(simulator, "paused")
    paths = {item["id"]: item["path"] for item in simulator.world()["filestorage"]["volumes"]}
    for replica, line in zip(replicas(over), table(over)[1:], strict=True):
        assert replica["health"] == "paused"
        assert replica["active_region"] == replica["target_region"]
        assert replica["target_path"] == paths[replica["target_id"]]
        assert line.endswith(replica["target_path"])

    assert "overwrites" in failure(play(routed, "dr_failback"))
    assert_protected(simulator, "paused")
    twice(routed, "fail back")
    assert_protected(simulator)

    assert "dr_teardown_confirm" in failure(play(routed, "dr_teardown"))
    assert_protected(simulator)
    twice(routed, "tear down")
    assert_unprotected(simulator, targets=True)


def test_replicas_go_from_role_to_role(controller: Controller) -> None:
    """What one role returns is taken by the next as it is, in one play; and the targets go only when told."""
    simulator = controller.simulator
    roles = ["dr_replication", "dr_failover", "dr_failback", "dr_teardown"]
    tasks = [
        {
            "name": role,
            "ansible.builtin.include_role": {"name": f"scp.storage.{role}"},
            "vars": {f"{role}_volumes": "{{ dr_replicas }}" if role != roles[0] else ["web_data", "web_logs"]},
        }
        for role in roles
    ]
    variables = {
        "dr_replication_region": WEST,
        "dr_replication_target_region": EAST,
        "dr_replication_protocol": "NFS",
        "dr_replication_type_name": "HDD",
        **DISCARDING,
        **DELETING,
    }
    run = controller.run(tasks, variables=variables).succeeded()
    assert [operation for operation in writes(run) if operation.startswith(("Create", "DeleteVolume"))] == [
        "CreateVolume",
        "CreateVolume",
        "CreateVolumeReplication",
        "CreateVolumeReplication",
        "DeleteVolumeReplication",
        "DeleteVolumeReplication",
        "DeleteVolume",
        "DeleteVolume",
    ]
    assert volumes(simulator) == {("web_data", WEST, "none"): 1, ("web_logs", WEST, "none"): 1}
    assert [(item["health"], item["target_id"]) for item in replicas(run)] == [("missing", None), ("missing", None)]


def test_failover_without_the_source_region(controller: Controller) -> None:
    """No call goes to the region that is lost, and the servers of the other one can mount."""
    simulator = controller.simulator
    server = simulator.server("east-web1")
    rules = [{"object_type": server["type"], "object_id": server["id"]}]
    only = {"dr_volumes": ["web_data", "web_logs"], "dr_target_access_rules": rules}
    play(controller, "dr_replication", only).succeeded()
    simulator.fault("reset", region=WEST, operation="*", times=None)
    over = play(controller, "dr_failover", only).succeeded()
    again = play(controller, "dr_failover", only).succeeded()
    assert {call["region"] for call in [*over.calls, *again.calls]} == {EAST}
    assert sorted(writes(over)) == ["SetAccessRule"] * 2 + ["SetVolumeReplication"] * 2
    assert (again.count("changed"), writes(again)) == (0, [])
    assert {item["policy"] for item in simulator.world()["filestorage"]["replications"]} == {"paused"}
    assert len(simulator.world()["filestorage"]["access_rules"]) == 2

    simulator.clear_faults()
    back = {**only, **DISCARDING, "dr_failback_remove_access_rules": True}
    play(controller, "dr_failback", back).succeeded()
    assert not simulator.world()["filestorage"]["access_rules"]
    assert writes(play(controller, "dr_failback", back).succeeded()) == []


def test_failback_leaves_the_rules_of_others(controller: Controller) -> None:
    """Only the servers that the failover let in lose the mount."""
    simulator = controller.simulator
    mine, other = simulator.server("east-web1"), simulator.server("east-db1")
    rules = {
        server["name"]: {"object_type": server["type"], "object_id": server["id"]} for server in (mine, other)
    }
    only = {"dr_volumes": ["web_data"]}
    play(controller, "dr_replication", only).succeeded()
    both = {**only, "dr_target_access_rules": list(rules.values())}
    play(controller, "dr_failover", both).succeeded()
    back = {**only, **DISCARDING, "dr_failback_remove_access_rules": True}
    play(controller, "dr_failback", {**back, "dr_target_access_rules": [rules[mine["name"]]]}).succeeded()
    left = simulator.world()["filestorage"]["access_rules"]
    assert [rule["object_id"] for rule in left] == [other["id"]]


def test_failover_refuses_what_is_not_fit(controller: Controller) -> None:
    """One message lists all that is not fit, and nothing is changed; with force the rest fails over."""
    simulator = controller.simulator
    play(controller, "dr_replication").succeeded()
    lists = {"dr_volumes": ["web_data", "never_was", {"name": "nor_this", "target_name": "office"}]}
    refused = play(controller, "dr_failover", lists)
    message = failure(refused)
    assert "never_was" in message
    assert "nor_this" in message
    assert "web_data" not in message
    assert "dr_failover_force" in message
    assert writes(refused) == []
    forced = play(controller, "dr_failover", {**lists, "dr_failover_force": True}).succeeded()
    assert writes(forced) == ["SetVolumeReplication"]
    assert [item["health"] for item in replicas(forced)] == ["paused", "missing", "missing"]
    assert ("office", EAST, "office_copy", WEST, "use") in replications(simulator)


@pytest.mark.parametrize(("switches", "word"), [
    ({"replication_create_ends_in": "error"}, "error state"),
    ({"replication_create_seconds": 1e6}, "still being set up"),
])
def test_failover_refuses_a_replica_that_is_not_ready(
    controller: Controller, switches: dict[str, Any], word: str
) -> None:
    """A replica in an error state, or not finished, is not used; setting it up says so as well."""
    controller.simulator.switch(**switches)
    only = {"dr_volumes": ["web_data"]}
    made = play(controller, "dr_replication", {**only, "dr_replication_wait_timeout": 2})
    assert "web_data" in failure(made)
    assert replicas(made)[0]["health"] == "error"
    refused = play(controller, "dr_failover", only)
    assert word in failure(refused)
    assert writes(refused) == []


def test_paused_stays_paused(controller: Controller) -> None:
    """Setting up again after a failover does not overwrite the replica."""
    play(controller, "dr_replication").succeeded()
    play(controller, "dr_failover").succeeded()
    again = play(controller, "dr_replication").succeeded()
    assert writes(again) == []
    assert [item["health"] for item in replicas(again)] == ["paused", "paused"]


def test_frequency_is_changed(controller: Controller) -> None:
    """What can be changed of a replication is changed."""
    play(controller, "dr_replication").succeeded()
    changed = play(controller, "dr_replication", {"dr_frequency": "5min"}).succeeded()
    assert writes(changed) == ["SetVolumeReplication"]
    assert [item["frequency"] for item in replicas(changed)] == ["5min", "daily"]
    assert writes(play(controller, "dr_replication", {"dr_frequency": "5min"}).succeeded()) == []


def test_same_names_in_both_regions(controller: Controller) -> None:
    """A volume of the replica's name that is none does not get in the way of failing over, back and down."""
    simulator = controller.simulator
    only = {"dr_volumes": ["web_data"]}
    play(controller, "dr_replication", only).succeeded()
    simulator.patch_world({"filestorage": {"volumes": [{"name": "web_data_zzz999", "region": EAST, "type_name": "SSD"}]}})
    for step in ("fail over", "fail back", "tear down"):
        playbook, variables, _ = STEPS[step]
        play(controller, playbook, {**variables, **only}).succeeded()
    assert volumes(simulator) == {("web_data", WEST, "none"): 1, ("web_data", EAST, "none"): 2}


def test_teardown_refuses_another_target(controller: Controller) -> None:
    """A list that names another replica than the volume has is refused, for its data may be deleted."""
    simulator: Simulator = controller.simulator
    play(controller, "dr_replication", {"dr_volumes": ["web_data"]}).succeeded()
    refused = play(controller, "dr_teardown", {**DELETING, "dr_volumes": [{"name": "web_data", "target_name": "other"}]})
    assert "joins other volumes" in failure(refused)
    assert writes(refused) == []
    assert replications(simulator).total() == 1


def test_one_that_fails_does_not_stop_the_others(controller: Controller) -> None:
    """What is wrong with one volume is told at the end, when the others are protected."""
    lists = {"dr_volumes": ["web_data", {"name": "missing", "protocol": "CIFS"}, "web_logs"]}
    run = play(controller, "dr_replication", lists)
    message = failure(run)
    assert "1 of 3" in message
    assert "missing (kr-west1 to kr-east1)" in message
    assert "cifs_password" in message
    assert [item["health"] for item in replicas(run)] == ["ok", "error", "ok"]
    assert replications(controller.simulator).total() == 2


def test_list_as_text(controller: Controller) -> None:
    """A survey can give the list as names, or as YAML."""
    names = play(controller, "dr_replication", {"dr_volumes": "web_data, web_logs"}).succeeded()
    assert [item["name"] for item in replicas(names)] == ["web_data", "web_logs"]
    text = "- web_data\n- {name: web_logs, frequency: hourly}\n"
    assert writes(play(controller, "dr_replication", {"dr_volumes": text}).succeeded()) == []
