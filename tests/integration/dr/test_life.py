# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a protection, each step twice, asserted on what reached the service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.dr.scenario import (
    CONFIRMED,
    DELETING,
    DISCARDING,
    EAST,
    WEST,
    assert_protected,
    assert_unprotected,
    changed,
    failure,
    play,
    replicas,
    replications,
    story,
    table,
    volumes,
    writes,
)
from tests.simulator.fixture import Simulator

SET_UP = ("dr_replication", {})
FAIL_OVER = ("dr_failover", {})
FAIL_BACK = ("dr_failback", DISCARDING)
TEAR_DOWN = ("dr_teardown", CONFIRMED)


def assert_nothing_done(run: Run) -> None:
    """Assert that a run neither changed nor sent anything that would."""
    assert (changed(run), writes(run)) == ([], [])


@pytest.mark.newest_core
@pytest.mark.parametrize("route", ["in_process", pytest.param("module", marks=pytest.mark.full_routes)], indirect=True)
def test_life(routed: Controller) -> None:
    """Set up, fail over, fail back and tear down, twice each, with the plain list each time."""
    steps = (SET_UP, FAIL_OVER, FAIL_BACK, TEAR_DOWN)
    # Through the modules each task takes long, and the second run is no other.
    times = 2 if routed.route == "in_process" else 1
    runs = story(routed, *(step for step in steps for _ignored in range(times)))
    for again in runs[1::2] if times == 2 else []:
        assert_nothing_done(again)
    made, over, back, ended = runs[::times]
    assert writes(made) == ["CreateVolume"] * 2 + ["CreateVolumeReplication"] * 2
    assert writes(over) == writes(back) == ["SetVolumeReplication"] * 2
    assert writes(ended)[:4] == ["SetVolumeReplication"] * 2 + ["DeleteVolumeReplication"] * 2
    assert set(writes(ended)[4:]) == {"DeleteSnapshot"}
    assert_unprotected(routed.simulator, targets=True)
    assert [replica["health"] for run in runs[::times] for replica in replicas(run)] == [
        word for word in ("ok", "paused", "ok", "missing") for _ignored in range(2)
    ]
    targets = [(replica["target_id"], replica["target_path"]) for replica in replicas(made)]
    assert None not in [part for target in targets for part in target]
    for run in runs[:-times]:
        assert [(replica["target_id"], replica["target_path"]) for replica in replicas(run)] == targets
    for replica, line in zip(replicas(over), table(over)[1:], strict=True):
        assert replica["active_region"] == replica["target_region"]
        assert line.endswith(replica["target_path"])


@pytest.mark.newest_core
def test_check_mode(controller: Controller) -> None:
    """Check mode says what would be done, and sends nothing that does it, at each point of the life."""
    simulator = controller.simulator
    (made,) = story(controller, SET_UP, arguments=["--check"])
    assert len(changed(made)) == 2
    story(controller, SET_UP)
    assert_protected(simulator)
    checked = story(controller, SET_UP, FAIL_OVER, TEAR_DOWN, ("dr_teardown", DELETING), arguments=["--check"])
    assert [len(changed(run)) for run in checked] == [0, 1, 1, 1]
    removal = [
        item.operations or [] for item in checked[3]["scp.storage.dr_teardown : Wait until all of it is gone"].items
    ]
    assert [operations[:2] for operations in removal] == [["SetVolumeReplication", "DeleteVolumeReplication"]] * 2
    assert all("DeleteVolume" in operations for operations in removal)
    story(controller, FAIL_OVER)
    checked += story(controller, FAIL_BACK, arguments=["--check"])
    assert len(changed(checked[-1])) == 1
    assert [writes(run) for run in [made, *checked]] == [[]] * 6
    assert_protected(simulator, "paused")


@pytest.mark.newest_core
def test_consent(controller: Controller) -> None:
    """What cannot be taken back wants a separate variable."""
    story(controller, SET_UP, FAIL_OVER)
    refused = play(controller, "dr_failback")
    assert "dr_failback_discard_target_changes" in failure(refused)
    assert "overwrites" in failure(refused)
    assert writes(refused) == []
    refused = play(controller, "dr_teardown")
    assert "dr_teardown_confirm" in failure(refused)
    assert writes(refused) == []
    assert_protected(controller.simulator, "paused")


@pytest.mark.newest_core
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
        *(["DeleteVolume"] * writes(run).count("DeleteVolume")),
    ]
    assert volumes(simulator) == {("web_data", WEST, "none"): 1, ("web_logs", WEST, "none"): 1}
    assert [(item["health"], item["target_id"]) for item in replicas(run)] == [("missing", None), ("missing", None)]


@pytest.mark.newest_core
def test_failover_without_the_source_region(controller: Controller) -> None:
    """No call goes to the region that is lost, and the servers of the other one can mount; until they are let out."""
    simulator = controller.simulator
    mine, other = simulator.server("east-web1"), simulator.server("east-db1")
    rules = [{"object_type": server["type"], "object_id": server["id"]} for server in (mine, other)]
    only = {"dr_volumes": ["web_data", "web_logs"], "dr_target_access_rules": rules}
    story(controller, ("dr_replication", only))
    simulator.fault("reset", region=WEST, operation="*", times=None)
    over, again = story(controller, ("dr_failover", only), ("dr_failover", only))
    assert {call["region"] for call in [*over.calls, *again.calls]} == {EAST}
    assert sorted(writes(over)) == ["SetAccessRule"] * 4 + ["SetVolumeReplication"] * 2
    assert_nothing_done(again)
    assert {item["policy"] for item in simulator.world()["filestorage"]["replications"]} == {"paused"}
    assert len(simulator.world()["filestorage"]["access_rules"]) == 4

    simulator.clear_faults()
    letting_out = {**only, **DISCARDING, "dr_failback_remove_access_rules": True, "dr_target_access_rules": rules[:1]}
    back, again = story(controller, ("dr_failback", letting_out), ("dr_failback", letting_out))
    assert writes(back) == ["SetAccessRule"] * 2 + ["SetVolumeReplication"] * 2
    assert_nothing_done(again)
    left = simulator.world()["filestorage"]["access_rules"]
    assert [rule["object_id"] for rule in left] == [other["id"]] * 2


@pytest.mark.newest_core
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

    # What could not even be read is reported as a failure, force or not.
    simulator.fault("status", status=500, operation="ListVolumes", skip=1)
    lists = {
        "dr_volumes": [
            "web_data",
            {"name": "office", "region": EAST, "target_region": WEST, "target_name": "office_copy"},
        ]
    }
    partly = play(controller, "dr_failover", {**lists, "dr_failover_force": True})
    assert "1 of 2" in failure(partly)
    assert "ListVolumes" in failure(partly)


@pytest.mark.newest_core
def test_failover_checks_servers_before_it_pauses(controller: Controller) -> None:
    """A server of the wrong region stops it before the first pause; with force its volume fails over all the same."""
    simulator = controller.simulator
    wrong = simulator.server("west-web1")
    rules = [{"object_type": wrong["type"], "object_id": wrong["id"]}]
    lists = {"dr_volumes": [{"name": "web_data", "target_access_rules": rules}, "web_logs"]}
    story(controller, ("dr_replication", lists))
    refused = play(controller, "dr_failover", lists)
    assert "paused nothing" in failure(refused)
    assert "web_data (kr-west1 to kr-east1)" in failure(refused)
    assert "dr_failover_force" in failure(refused)
    assert set(writes(refused)) == {"SetAccessRule"}
    assert {item["policy"] for item in simulator.world()["filestorage"]["replications"]} == {"use"}
    forced = play(controller, "dr_failover", {**lists, "dr_failover_force": True})
    assert "1 of 2" in failure(forced)
    assert [item["health"] for item in replicas(forced)] == ["paused", "paused"]
    assert [item["active_region"] for item in replicas(forced)] == [EAST, EAST]
    assert [bool(item["message"]) for item in replicas(forced)] == [True, False]


@pytest.mark.newest_core
@pytest.mark.parametrize(
    ("switches", "word"),
    [
        ({"replication_create_ends_in": "error"}, "error state"),
        ({"replication_create_seconds": 1e6}, "still being set up"),
    ],
)
def test_failover_refuses_a_replica_that_is_not_ready(
    controller: Controller, switches: dict[str, Any], word: str
) -> None:
    """A replica in an error state, or not finished, is not used; setting it up says so as well."""
    controller.simulator.switch(**switches)
    only = {"dr_volumes": ["web_data"]}
    made = play(controller, "dr_replication", {**only, "dr_replication_wait_timeout": 2})
    assert "web_data" in failure(made)
    assert replicas(made)[0]["health"] == ("error" if "error" in word else "creating")
    refused = play(controller, "dr_failover", only)
    assert word in failure(refused)
    assert writes(refused) == []


@pytest.mark.newest_core
def test_set_up_again(controller: Controller) -> None:
    """What can be changed of a replication is changed; one that is paused stays so, not to overwrite the replica."""
    often = ("dr_replication", {"dr_frequency": "5min"})
    _ignored, quicker, same, _ignored, paused = story(controller, SET_UP, often, often, FAIL_OVER, often)
    assert writes(quicker) == ["SetVolumeReplication"]
    assert [item["frequency"] for item in replicas(quicker)] == ["5min", "daily"]
    assert_nothing_done(same)
    assert_nothing_done(paused)
    assert [item["health"] for item in replicas(paused)] == ["paused", "paused"]


@pytest.mark.newest_core
def test_same_names_in_both_regions(controller: Controller) -> None:
    """A volume of the replica's name that is none does not get in the way of failing over, back and down."""
    simulator = controller.simulator
    only = {"dr_volumes": ["web_data"]}
    story(controller, ("dr_replication", only))
    simulator.patch_world(
        {"filestorage": {"volumes": [{"name": "web_data_zzz999", "region": EAST, "type_name": "SSD"}]}}
    )
    # A replication that is gone shows its target no longer.
    simulator.switch(replication_delete_seconds=0)
    story(controller, *((playbook, {**variables, **only}) for playbook, variables in (FAIL_OVER, FAIL_BACK, TEAR_DOWN)))
    assert volumes(simulator) == {("web_data", WEST, "none"): 1, ("web_data", EAST, "none"): 2}


@pytest.mark.newest_core
def test_teardown_refuses_another_target(controller: Controller) -> None:
    """A list that names another replica than the volume has is refused, for its data may be deleted."""
    simulator: Simulator = controller.simulator
    play(controller, "dr_replication", {"dr_volumes": ["web_data"]}).succeeded()
    refused = play(
        controller, "dr_teardown", {**DELETING, "dr_volumes": [{"name": "web_data", "target_name": "other"}]}
    )
    assert "joins other volumes" in failure(refused)
    assert writes(refused) == []
    assert replications(simulator).total() == 1


@pytest.mark.newest_core
def test_one_that_fails_does_not_stop_the_others(controller: Controller) -> None:
    """What is wrong with one volume is reported at the end, when the others are protected."""
    lists = {"dr_volumes": ["web_data", {"name": "missing", "protocol": "CIFS"}, "web_logs"]}
    run = play(controller, "dr_replication", lists)
    message = failure(run)
    assert "1 of 3" in message
    assert "missing (kr-west1 to kr-east1)" in message
    assert "cifs_password" in message
    assert [item["health"] for item in replicas(run)] == ["ok", "unknown", "ok"]
    assert replications(controller.simulator).total() == 2


def test_list_as_text(controller: Controller) -> None:
    """A survey can give the list as names, or as YAML."""
    text = "- web_data\n- {name: web_logs, frequency: hourly}\n"
    names, again = story(
        controller, ("dr_replication", {"dr_volumes": "web_data, web_logs"}), ("dr_replication", {"dr_volumes": text})
    )
    assert [item["name"] for item in replicas(names)] == ["web_data", "web_logs"]
    assert_nothing_done(again)
