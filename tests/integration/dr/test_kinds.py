# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of all kinds in one list: alike from the outside, and what is different about block storage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.integration.dr.scenario import (
    ALL_KINDS,
    BILLING,
    CONFIRMED,
    DELETING,
    DISCARDING,
    EAST,
    LEDGER,
    UNPROTECTED_BLOCKS,
    WEST,
    attached,
    block_replications,
    block_storage,
    blocks,
    changed,
    failure,
    play,
    protected_blocks,
    replicas,
    servers,
    story,
    table,
    volumes,
    writes,
)

SERVICE = "baremetal-blockstorage"
ONLY_BLOCKS: dict[str, Any] = {"dr_volumes": [LEDGER, BILLING]}
SET_UP = ("dr_replication", ALL_KINDS)
FAIL_OVER = ("dr_failover", ALL_KINDS)
FAIL_BACK = ("dr_failback", {**ALL_KINDS, **DISCARDING})
MEMBERS = ["dr-billing-data", "dr-billing-log"]


@pytest.fixture(autouse=True)
def _block_storage(controller: Controller) -> None:
    block_storage(controller.simulator)


def replicate_blocks(controller: Controller, *, behind: float = 0.0, **fields: Any) -> None:
    """Let the volume and the group have replications, whose copies are ``behind`` seconds old."""
    simulator = controller.simulator
    simulator.scale(0)
    now = datetime.fromisoformat(simulator.control("GET", "clock")["now"]).replace(tzinfo=UTC).timestamp()
    copies = [
        {"id": f"{number}" * 32, "name": name, "region": EAST, "purpose": "REPL", "snapshot_rate": 20}
        for number, name in enumerate(["ledger", *MEMBERS], 4)
    ]
    for copy in copies[1:]:
        copy["group_id"] = "d" * 32
    copies[2]["size_gb"] = 20
    ends = [("1" * 32, "4" * 32), ("c" * 32, "d" * 32)]
    replications = [
        {"source_id": source, "target_id": target, "cycle": "HOURLY", "synced_at": now - behind, **fields}
        for source, target in ends
    ]
    group = {"id": "d" * 32, "name": "billing-copy", "region": EAST, "purpose": "REPL"}
    simulator.patch_world({SERVICE: {"volumes": copies, "volume_groups": [group], "replications": replications}})


def test_life(controller: Controller) -> None:
    """Set up, fail over, fail back and tear down one of each kind, twice each; the results have one shape."""
    simulator = controller.simulator
    ending = ("dr_teardown", {**ALL_KINDS, **DELETING})
    runs = story(controller, *(step for step in (SET_UP, FAIL_OVER, FAIL_BACK, ending) for _ignored in range(2)))
    for again in runs[1::2]:
        assert (changed(again), writes(again)) == ([], [])
    made, over, back, ended = runs[::2]
    assert writes(made) == [
        "CreateVolume",
        "CreateVolumeReplication",
        "CreateVolumeSnapshotRate",
        "CreateVolumeReplication",
        "CreateVolumeGroupReplication",
    ]
    policies = ["SetVolumeReplication", "SetVolumeReplicationPolicy", "SetVolumeGroupReplicationPolicy"]
    assert writes(over) == writes(back) == policies
    assert {call["region"] for call in over.calls} == {EAST}
    for run, health in ((made, "ok"), (over, "paused"), (back, "ok"), (ended, "missing")):
        found = replicas(run)
        assert [item["health"] for item in found] == [health] * 3
        assert [item["kind"] for item in found] == ["filestorage", "bm_volume", "bm_volume_group"]
        assert len({tuple(item) for item in found}) == 1, "the same keys for all kinds"
        assert {item["active_region"] for item in found} == {EAST if health == "paused" else WEST}
        assert len(table(run)) == 1 + len(found)
    assert [item["frequency"] for item in replicas(made)] == ["hourly"] * 3
    assert [item["target_name"] for item in replicas(made)] == ["web_data", "ledger", "billing-copy"]
    ids = [(item["source_id"], item["target_id"]) for item in replicas(made)]
    assert None not in [identifier for pair in ids for identifier in pair]
    assert [(item["source_id"], item["target_id"]) for item in replicas(over)] == ids
    assert [item["lag_seconds"] is None for item in replicas(over)] == [True, False, False]
    assert blocks(simulator) == UNPROTECTED_BLOCKS
    assert volumes(simulator) == {("web_data", WEST, "none"): 1}


@pytest.mark.newest_core
def test_replicas_go_from_role_to_role(controller: Controller) -> None:
    """What one role returns is taken by the next as it is; replicas stay unless requested otherwise."""
    roles = ["dr_replication", "dr_failover", "dr_failback", "dr_teardown"]
    tasks = [
        {
            "name": role,
            "ansible.builtin.include_role": {"name": f"scp.storage.{role}"},
            "vars": {f"{role}_volumes": "{{ dr_replicas }}" if role != roles[0] else ONLY_BLOCKS["dr_volumes"]},
        }
        for role in roles
    ]
    variables = {"dr_replication_region": WEST, "dr_replication_target_region": EAST, **DISCARDING, **CONFIRMED}
    run = controller.run(tasks, variables=variables).succeeded()
    assert [item["health"] for item in replicas(run)] == ["missing", "missing"]
    assert blocks(controller.simulator) == protected_blocks(purpose="ORG")
    assert block_replications(controller.simulator) == []


@pytest.mark.newest_core
def test_check_mode(controller: Controller) -> None:
    """Check mode says what would be done, and sends nothing that does it, at each point of the life."""
    simulator = controller.simulator
    ending = ("dr_teardown", {**ONLY_BLOCKS, **DELETING})
    over, back = ("dr_failover", ONLY_BLOCKS), ("dr_failback", {**ONLY_BLOCKS, **DISCARDING})
    (planned,) = story(controller, ("dr_replication", ONLY_BLOCKS), arguments=["--check"])
    assert writes(planned) == []
    # The volume's rate, what it would get then, and the group's replica.
    assert len(changed(planned)) == 3
    story(controller, ("dr_replication", ONLY_BLOCKS))
    checked = story(controller, ("dr_replication", ONLY_BLOCKS), over, ending, arguments=["--check"])
    assert [len(changed(run)) for run in checked] == [0, 2, 3]
    assert [writes(run) for run in checked] == [[]] * 3
    (item,) = checked[2]["scp.storage.dr_teardown : Wait until they are gone"].items
    assert item.operations == ["SetVolumeReplicationPolicy", "DeleteVolumeReplication", "DeleteVolume"]
    said = checked[2]["scp.storage.dr_teardown : Say which volumes would be deleted"].items
    assert [result.message for result in said] == [f"{name} in {EAST}" for name in MEMBERS]
    story(controller, over)
    (checked_back,) = story(controller, back, arguments=["--check"])
    assert (len(changed(checked_back)), writes(checked_back)) == (2, [])
    assert blocks(simulator) == protected_blocks()
    assert block_replications(simulator) == ["BROKEN", "BROKEN"]


@pytest.mark.newest_core
@pytest.mark.parametrize(
    ("side", "related"),
    [
        ("source", "both"),
        ("target", "other"),
        # The modules pass with each of them (tests/modules/test_switches.py).
        pytest.param("source", "other", marks=pytest.mark.full_switches),
        pytest.param("target", "both", marks=pytest.mark.full_switches),
    ],
)
def test_whichever_side_takes_changes(controller: Controller, side: str, related: str) -> None:
    """It is not known which region takes changes of a replication, nor which ends it lists."""
    simulator = controller.simulator
    simulator.switch(bm_replication_side=side, bm_replication_related=related, bm_replication_none="empty")
    runs = story(
        controller,
        ("dr_replication", ONLY_BLOCKS),
        ("dr_failover", ONLY_BLOCKS),
        ("dr_failback", {**ONLY_BLOCKS, **DISCARDING}),
        ("dr_teardown", {**ONLY_BLOCKS, **DELETING}),
    )
    if side == "target":
        assert {call["region"] for call in runs[1].calls} == {EAST}
    assert [item["health"] for run in runs for item in replicas(run)] == [
        word for word in ("ok", "paused", "ok", "missing") for _ignored in range(2)
    ]
    assert blocks(simulator) == UNPROTECTED_BLOCKS


@pytest.mark.newest_core
def test_servers_are_handed_over(controller: Controller) -> None:
    """Failing over attaches the replicas to the servers there; failing back detaches these, and no other."""
    simulator = controller.simulator
    mine = servers(simulator, "east-db1", "east-mngc1")
    only = {**ONLY_BLOCKS, "dr_target_attachments": mine}
    letting_go = {**only, **DISCARDING, "dr_failback_remove_attachments": True}
    over, again = story(controller, ("dr_replication", only), ("dr_failover", only), ("dr_failover", only))[1:]
    assert writes(over).count("AttachVolume") == 3
    assert (changed(again), writes(again)) == ([], [])
    expected = {(name, server) for name in ["ledger", *MEMBERS] for server in ("east-db1", "east-mngc1")}
    assert set(attached(simulator)) == expected
    other = servers(simulator, "east-db2")[0]
    ledger = next(item["target_id"] for item in replicas(over) if item["name"] == "ledger")
    simulator.patch_world({SERVICE: {"attachments": [{"volume_id": ledger, "server_id": other["object_id"]}]}})
    back, again = story(controller, ("dr_failback", letting_go), ("dr_failback", letting_go))
    assert writes(back).count("DetachVolume") == 3
    assert (changed(again), writes(again)) == ([], [])
    assert set(attached(simulator)) == {("ledger", "east-db2")}
    assert block_replications(simulator) == ["ACTIVE", "ACTIVE"]


@pytest.mark.newest_core
def test_a_replica_in_use_is_not_deleted(controller: Controller) -> None:
    """Unless told to: then it is detached first. Nothing is written before the refusal."""
    simulator = controller.simulator
    only = {**ONLY_BLOCKS, "dr_target_attachments": servers(simulator, "east-db1")}
    story(controller, ("dr_replication", only), ("dr_failover", only))
    refused = play(controller, "dr_teardown", {**only, **DELETING})
    message = failure(refused)
    for words in ("ledger", "dr-billing-data", "east-db1", "2 of 2"):
        assert words in message, message
    assert writes(refused) == []
    assert [item["health"] for item in replicas(refused)] == ["paused", "paused"]
    play(controller, "dr_teardown", {**only, **DELETING, "dr_teardown_detach": True}).succeeded()
    assert blocks(simulator) == UNPROTECTED_BLOCKS
    assert not attached(simulator)


@pytest.mark.newest_core
def test_failover_refuses_what_is_too_far_behind(controller: Controller) -> None:
    """The limit is twice the frequency, or as given; with force the rest fails over, and with consent all do."""
    simulator = controller.simulator
    replicate_blocks(controller, behind=3 * 3600 + 61.5, full=True)
    refused = play(controller, "dr_failover", ONLY_BLOCKS)
    message = failure(refused)
    for words in ("03:01:01", "twice its frequency, hourly", "dr_failover_accept_lag", "2 of 2"):
        assert words in message, message
    assert writes(refused) == []
    forced = play(controller, "dr_failover", {**ONLY_BLOCKS, "dr_failover_force": True}).succeeded()
    assert writes(forced) == []
    assert [(item["health"], "03:01:01" in item["message"]) for item in replicas(forced)] == [("stalled", True)] * 2
    tight = play(controller, "dr_failover", {**ONLY_BLOCKS, "dr_failover_max_lag": "3h"})
    assert "the limit is 3h" in failure(tight)
    simulator.scale(20)
    wide = play(controller, "dr_failover", {"dr_volumes": [LEDGER], "dr_failover_max_lag": "1d"}).succeeded()
    assert replicas(wide)[0]["health"] == "paused"
    reported = play(controller, "dr_failover", {**ONLY_BLOCKS, "dr_failover_accept_lag": True}).succeeded()
    assert [item["health"] for item in replicas(reported)] == ["paused", "paused"]
    # What is in use already is behind by nature.
    assert writes(play(controller, "dr_failover", {**ONLY_BLOCKS, "dr_failover_max_lag": "1s"}).succeeded()) == []
    wrong = play(controller, "dr_failover", {**ONLY_BLOCKS, "dr_failover_max_lag": "soon"})
    assert "dr_failover_max_lag is soon" in failure(wrong)


@pytest.mark.newest_core
@pytest.mark.parametrize(
    ("state", "says"),
    [("ERROR", "error state"), ("CREATING", "still being set up"), ("RESYNCING", "still being set up")],
)
def test_failover_refuses_what_is_not_fit(controller: Controller, state: str, says: str) -> None:
    """A replica that is in error or not ready is not used, and one that is missing neither."""
    replicate_blocks(controller, state=state)
    refused = play(controller, "dr_failover", {"dr_volumes": [LEDGER, BILLING, {**LEDGER, "name": "nobody"}]})
    message = failure(refused)
    assert message.count(says) == 2, message
    assert "nobody (kr-west1 to kr-east1): it has no replication" in message
    assert writes(refused) == []


@pytest.mark.newest_core
def test_one_that_fails_does_not_stop_the_others(controller: Controller) -> None:
    """What is wrong with one is reported at the end, when the others are protected."""
    simulator = controller.simulator
    simulator.patch_world({SERVICE: {"volumes": [{"name": "twin"}, {"name": "twin"}, {"name": "plain"}]}})
    others = [{"name": name, "kind": "bm_volume"} for name in ("nobody", "twin", "plain")]
    run = play(controller, "dr_replication", {"dr_volumes": [*others, LEDGER, {**BILLING, "name": "no-group"}]})
    message = failure(run)
    for words in (
        "4 of 5",
        "there is no Block Storage (BM) volume nobody in kr-west1",
        "there are 2 of Block Storage (BM) volume twin",
        "plain (kr-west1 to kr-east1): Volume plain",
        "snapshot_rate",
        "there is no Block Storage (BM) volume group no-group",
    ):
        assert words in message, message
    assert [item["health"] for item in replicas(run)] == ["missing", "unknown", "unknown", "ok", "missing"]
    assert block_replications(simulator) == ["ACTIVE"]


@pytest.mark.newest_core
def test_region_that_is_lost_is_not_reported_as_in_use(controller: Controller) -> None:
    """The other region knows that the replicas are in use; without it, nothing is known."""
    simulator = controller.simulator
    story(controller, ("dr_replication", ALL_KINDS), ("dr_failover", ALL_KINDS))
    simulator.fault("status", status=403, region=WEST, operation="*", times=None)
    lost = play(controller, "dr_replication", ALL_KINDS)
    assert "3 of 3" in failure(lost)
    assert [(item["health"], item["active_region"]) for item in replicas(lost)] == [("paused", EAST)] * 3
    simulator.fault("status", status=403, region=EAST, operation="*", times=None)
    for playbook in ("dr_replication", "dr_failover"):
        blind = play(controller, playbook, {**ALL_KINDS, "dr_failover_force": True})
        assert "3 of 3" in failure(blind)
        assert [(item["health"], item["active_region"]) for item in replicas(blind)] == [("unknown", "unknown")] * 3
    assert [line.split()[3] for line in table(blind)[1:]] == ["unknown"] * 3


@pytest.mark.newest_core
def test_a_first_transfer_that_fails_is_told(controller: Controller) -> None:
    """And the replication can be ended, with its target."""
    simulator = controller.simulator
    simulator.switch(bm_fails="replicate")
    run = play(controller, "dr_replication", ONLY_BLOCKS)
    assert "2 of 2" in failure(run)
    assert "sync_state is ERROR" in failure(run)
    assert [item["health"] for item in replicas(run)] == ["error", "error"]
    simulator.switch(bm_fails="off")
    play(controller, "dr_teardown", {"dr_volumes": [LEDGER], **DELETING}).succeeded()
    assert block_replications(simulator) == ["ERROR"]
    assert blocks(simulator) == protected_blocks("bm_volume_group")


@pytest.mark.newest_core
def test_teardown_refuses_another_target(controller: Controller) -> None:
    """A list that names another replica than there is is refused, for its data may be deleted."""
    replicate_blocks(controller)
    wrong = [{**LEDGER, "target_name": "other"}, {**BILLING, "target_name": "another"}]
    refused = play(controller, "dr_teardown", {"dr_volumes": wrong, **DELETING})
    assert failure(refused).count("joins other volumes") == 2
    assert writes(refused) == []


@pytest.mark.newest_core
def test_what_is_not_a_replica_stays(controller: Controller) -> None:
    """What has the name of a replica, and is none, is not deleted when there is no replication any more."""
    simulator = controller.simulator
    strangers = [{"name": name, "region": EAST, "size_gb": 77} for name in ("ledger", *MEMBERS)]
    group = {"id": "e" * 32, "name": "billing-copy", "region": EAST}
    strangers[1]["group_id"] = group["id"]
    simulator.patch_world({SERVICE: {"volumes": strangers, "volume_groups": [group]}})
    before = blocks(simulator)
    ended = play(controller, "dr_teardown", {**ONLY_BLOCKS, **DELETING}).succeeded()
    assert writes(ended) == []
    assert blocks(simulator) == before
