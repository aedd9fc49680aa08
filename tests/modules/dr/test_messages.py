# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``scp_dr_plan`` refuses, and what it reports: all at once, with the status of all volumes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import (
    ALL_KINDS,
    BILLING,
    CONFIRMED,
    CREATING,
    DELETING,
    DISCARDING,
    EAST,
    LEDGER,
    MEMBERS,
    SERVICE,
    WEST,
    attached,
    block_replications,
    block_storage,
    everything,
    file_replications,
    healths,
    plan,
    servers,
    well,
)

pytestmark = pytest.mark.module("scp_dr_plan")
BLOCKS = [LEDGER, BILLING]


def refused(result: TaskResult, *words: str) -> TaskResult:
    """Assert that a run wrote nothing, failed with these words, and returned the status all the same."""
    assert result.failed
    missing = [word for word in words if word not in result.message]
    assert missing == [], result.message
    assert (result.writes, result.changed) == ([], False)
    assert result.result["replicas"]
    assert result.result["failures"] or "confirm" in result.message
    assert result.result["table"][0].startswith(("VOLUME", "PLAN"))
    return result


def replicate_blocks(runner: ModuleRunner, *, behind: float = 0.0, **fields: Any) -> None:
    """Let the volume and the group have replications, whose copies are ``behind`` seconds old."""
    simulator = runner.simulator
    block_storage(simulator)
    # Ages are to be as many seconds as they are here, however busy the machine is.
    runner.between_tasks = 0
    simulator.scale(0)
    now = simulator.now().timestamp()
    copies = [
        {"id": f"{number}" * 32, "name": name, "region": EAST, "purpose": "REPL", "snapshot_rate": 20}
        for number, name in enumerate(["ledger", *MEMBERS], 4)
    ]
    for copy in copies[1:]:
        copy["group_id"] = "d" * 32
    copies[2]["size_gb"] = 20
    replications = [
        {"source_id": source, "target_id": target, "cycle": "HOURLY", "synced_at": now - behind, **fields}
        for source, target in [("1" * 32, "4" * 32), ("c" * 32, "d" * 32)]
    ]
    group = {"id": "d" * 32, "name": "billing-copy", "region": EAST, "purpose": "REPL"}
    simulator.patch_world({SERVICE: {"volumes": copies, "volume_groups": [group], "replications": replications}})


# -- present ----------------------------------------------------------------------------------------------------------


def test_present_failure_of_one_does_not_stop_the_others(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)
    runner.simulator.patch_world({SERVICE: {"volumes": [{"name": "twin"}, {"name": "twin"}, {"name": "plain"}]}})
    others = [{"name": name, "kind": "bm_volume"} for name in ("no-ledger", "twin", "plain")]
    cifs = {"name": "shares", "protocol": "CIFS"}
    run = plan(runner, "present", [*others, LEDGER, {**BILLING, "name": "no-group"}, cifs, "web_logs"])
    for words in (
        "5 of 7 volumes failed",
        "no-ledger (kr-west1 to kr-east1): there is no Block Storage (BM) volume no-ledger in kr-west1",
        "'twin' fits 2 Block Storage (BM) volumes in kr-west1",
        "plain (kr-west1 to kr-east1): Volume plain",
        "snapshot_rate",
        "there is no Block Storage (BM) volume group no-group",
        "cifs_password",
        "Run it again when the cause is removed",
    ):
        assert words in run.message, run.message
    assert healths(run) == ["missing", "missing", "missing", "ok", "missing", "missing", "ok"]
    assert [one["change"] for one in run.result["replicas"]] == [*["failed"] * 3, "created", *["failed"] * 2, "created"]
    assert run.result["summary"] == "2 created, 0 changed, 0 unchanged, 5 failed"
    assert run.result["table"][-1] == run.result["summary"]


def test_present_failures_that_are_alike_are_one_line(runner: ModuleRunner) -> None:
    runner.simulator.fault("status", status=403, operation="CreateVolume", times=None)
    run = plan(runner, "present", [f"volume_{number}" for number in range(30)])
    assert run.message.count("CreateVolume") == 1, run.message
    assert "30 volumes: " in run.message
    (failure,) = run.result["failures"]
    assert len(failure["volumes"]) == 30
    lost = plan(runner, "present", [f"lost_{number}" for number in range(30)], create=False)
    assert lost.message.count("create is false") == 1, lost.message
    assert "File Storage volume <name> in kr-west1 does not exist" in lost.message


def test_present_refuses_to_replace_a_lost_source(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    simulator.patch_world(
        {
            "filestorage": {"volumes": [{"name": "web_data_abc123", "region": EAST, "type_name": "SSD"}]},
            SERVICE: {
                "volumes": [{"id": "5" * 32, "name": "ledger", "region": EAST}],
                "volume_groups": [{"id": "6" * 32, "name": "billing-copy", "region": EAST}],
            },
        }
    )
    run = plan(runner, "present", ["web_data", "new_data", LEDGER, BILLING])
    for words in (
        "3 of 4",
        "File Storage volume web_data in kr-west1 does not exist and was not created",
        "kr-east1 has web_data_abc123",
        "its replica ledger in kr-east1 may have its data",
        "its replica billing-copy in kr-east1 may have its data",
    ):
        assert words in run.message, run.message
    assert run.writes == ["CreateVolume", "CreateVolumeReplication"]
    assert healths(run)[:2] == ["missing", "ok"]
    found = everything(simulator)
    assert (found["web_data", EAST, "none"], found["new_data", WEST, "original"]) == (1, 1)


def test_present_creates_a_source_only_on_request_and_certainty(runner: ModuleRunner) -> None:
    scheduled = plan(runner, "present", ["new_data"], create=False)
    assert "create is false" in scheduled.message
    untold = plan(runner, "present", ["new_data"], protocol=None, type_name=None)
    assert "protocol and type_name must be given" in untold.message
    runner.simulator.fault("status", status=403, region=EAST, operation="ListVolumes", times=None)
    unread = plan(runner, "present", ["new_data"])
    assert "whether its replica exists in kr-east1 could not be read" in unread.message
    assert [*scheduled.writes, *untold.writes, *unread.writes] == []


def test_present_reports_both_of_two_volumes_of_a_name(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    twins = [{"name": f"web_data_abc12{number}", "region": WEST, "type_name": "SSD"} for number in range(2)]
    simulator.patch_world({"filestorage": {"volumes": twins}})
    ids = [item["id"] for item in simulator.world()["filestorage"]["volumes"]]
    run = plan(runner, "present", ["web_data"])
    assert all(identifier in run.message for identifier in ids)
    chosen = [{"name": ids[0], "target_name": "web_copy"}]
    well(plan(runner, "present", chosen))
    assert simulator.world()["filestorage"]["replications"][0]["source_id"] == ids[0]
    assert healths(well(plan(runner, "failed_over", chosen))) == ["paused"]


def test_present_takes_groups_and_volumes_of_one_name(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    simulator.patch_world({SERVICE: {"volumes": [{"name": "billing", "snapshot_rate": 10}]}})
    both = [{"name": "billing", "kind": kind} for kind in ("bm", "bm_group")]
    assert healths(well(plan(runner, "present", [*both, "web_data"], snapshot_rate=30))) == ["ok"] * 3
    # What has space for snapshots keeps it as it is.
    assert {item["snapshot_rate"] for item in simulator.world()[SERVICE]["volumes"]} == {0, 10, 20}


def test_present_changes_what_differs_and_leaves_paused_ones(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)
    well(plan(runner, "present", ALL_KINDS))
    quicker = well(plan(runner, "present", ALL_KINDS, frequency="5min"))
    assert sorted(quicker.writes) == [
        "SetVolumeGroupReplicationCycle",
        "SetVolumeReplication",
        "SetVolumeReplicationCycle",
    ]
    assert [one["frequency"] for one in quicker.result["replicas"]] == ["5min"] * 3
    well(plan(runner, "failed_over", ALL_KINDS))
    paused = well(plan(runner, "present", ALL_KINDS, frequency="5min"))
    assert (healths(paused), paused.writes) == (["paused"] * 3, [])


def test_present_refuses_a_source_of_another_protocol(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data"]))
    run = plan(runner, "present", ["web_data"], protocol="CIFS")
    assert "protocol is 'NFS'" in run.message
    assert (healths(run), run.writes) == (["ok"], [])


def test_present_names_the_variable_for_passwords(runner: ModuleRunner) -> None:
    """Before anything is created: the volume gets its password as well as the replica does."""
    role = {"variable_prefix": "dr_replication_", "protocol": "CIFS"}
    run = plan(runner, "present", ["shares"], **role)
    assert "shares (kr-west1 to kr-east1): a CIFS volume needs a password" in run.message
    assert "set dr_replication_cifs_passwords" in run.message
    assert run.writes == []
    well(plan(runner, "present", ["shares"], **role, cifs_passwords={"shares": "Secret-pass-1"}))
    # What is there needs none.
    assert well(plan(runner, "present", ["shares"], **role)).writes == []


def test_present_reports_a_first_transfer_that_fails(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    simulator.switch(bm_fails="replicate")
    run = plan(runner, "present", BLOCKS)
    assert "2 of 2" in run.message
    assert "sync_state is ERROR" in run.message
    assert healths(run) == ["error"] * 2
    simulator.switch(bm_fails="off")
    well(plan(runner, "absent", [LEDGER], **DELETING))
    assert block_replications(simulator) == ["ERROR"]


def test_present_reports_what_is_not_ready_in_time(runner: ModuleRunner) -> None:
    runner.simulator.switch(replication_create_seconds=1e6)
    run = plan(runner, "present", ["web_data"], wait_timeout=2)
    assert "wait_timeout" in run.message
    assert healths(run) == ["creating"]
    without = well(plan(runner, "present", ["web_logs"], wait=False))
    assert healths(without) == ["creating"]
    refused(plan(runner, "failed_over", ["web_data"]), "its replication is still being set up")


def test_present_reports_a_replication_that_is_being_ended(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    well(plan(runner, "present", ["web_data"]))
    simulator.switch(replication_delete_seconds=1e6)
    plan(runner, "absent", ["web_data"], **CONFIRMED, wait=False)
    run = plan(runner, "present", ["web_data"])
    assert "its replication is being ended" in run.message
    assert healths(run) == ["ending"]


def test_region_that_is_lost_is_not_reported_as_in_use(runner: ModuleRunner) -> None:
    """The other region knows that the replicas are in use; without it, nothing is known."""
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", ALL_KINDS))
    well(plan(runner, "failed_over", ALL_KINDS))
    simulator.fault("status", status=403, region=WEST, operation="*", times=None)
    lost = plan(runner, "present", ALL_KINDS)
    assert "3 of 3" in lost.message
    assert [(one["health"], one["active_region"]) for one in lost.result["replicas"]] == [("paused", EAST)] * 3
    simulator.fault("status", status=403, region=EAST, operation="*", times=None)
    for state in ("present", "failed_over"):
        blind = plan(runner, state, ALL_KINDS, force=True)
        assert "3 of 3" in blind.message
        assert [(one["health"], one["active_region"]) for one in blind.result["replicas"]] == [("unknown",) * 2] * 3
    assert [line.split()[3] for line in blind.result["table"][1:4]] == ["unknown"] * 3


# -- failed_over ------------------------------------------------------------------------------------------------------


def test_failed_over_calls_no_region_that_may_be_lost(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", ALL_KINDS))
    simulator.fault("reset", region=WEST, operation="*", times=None)
    for check in (True, False, False):
        over = well(plan(runner, "failed_over", ALL_KINDS, check=check))
        assert {call["region"] for call in over.calls} == {EAST}
    assert healths(over) == ["paused"] * 3
    web, ledger, billing = over.result["replicas"]
    assert ":/scp_web_data_" in web["target_path"]
    assert web["target_full_name"].startswith("web_data_")
    assert ledger["target_path"].count(".") >= 3
    assert [member["name"] for member in billing["members"]] == list(MEMBERS)
    assert all(member["addresses"] for member in billing["members"])


def test_failed_over_returns_what_storage_mount_takes(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)
    volumes = [{"name": "web_data", "mount_path": "/srv/web"}, LEDGER, BILLING, "no_path"]
    made = well(plan(runner, "present", volumes))
    over = well(plan(runner, "failed_over", made.result["replicas"]))
    web, ledger, *members = over.result["mounts"]
    found = over.result["replicas"]
    assert web == {
        "kind": "filestorage_volume",
        "name": found[0]["target_id"],
        "region": EAST,
        "path": "/srv/web",
        "source": found[0]["target_path"],
    }
    assert ledger == {"kind": "bm_volume", "name": found[1]["target_id"], "region": EAST}
    assert [one["name"] for one in members] == [one["id"] for one in found[2]["members"]]


def test_failed_over_refuses_all_that_is_not_usable_at_once(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    well(plan(runner, "present", ["web_data", "office"]))
    volumes = ["web_data", "never_was", {"name": "nor_this", "target_name": "office"}]
    run = refused(plan(runner, "failed_over", volumes), "never_was", "2 of 3", "force", "skip")
    assert "web_data (" not in run.message
    assert run.result["replicas"][0]["health"] == "ok"
    forced = well(plan(runner, "failed_over", volumes, force=True))
    assert forced.writes == ["SetVolumeReplication"]
    assert healths(forced) == ["paused", "missing", "missing"]
    assert file_replications(simulator) == [("office", "use"), ("web_data", "paused")]


def test_failed_over_reports_what_could_not_be_read_also_with_force(runner: ModuleRunner) -> None:
    both = ["web_data", {"name": "office", "region": EAST, "target_region": WEST, "target_name": "office_copy"}]
    well(plan(runner, "present", both))
    runner.simulator.fault("status", status=403, operation="ListVolumes", region=WEST, times=None)
    partly = plan(runner, "failed_over", both, force=True)
    assert "1 of 2" in partly.message
    assert "ListVolumes" in partly.message
    assert healths(partly) == ["paused", "unknown"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("ERROR", "error state"), ("CREATING", "still being set up"), ("RESYNCING", "still being set up")],
)
def test_failed_over_refuses_replicas_of_block_storage_that_are_not_ready(
    runner: ModuleRunner, state: str, words: str
) -> None:
    replicate_blocks(runner, state=state)
    run = plan(runner, "failed_over", [LEDGER, BILLING, {**LEDGER, "name": "no-ledger", "target_name": "no-ledger"}])
    refused(run, f"2 volumes: its replication is {'in an ' if state == 'ERROR' else ''}{words}")
    assert "no-ledger (kr-west1 to kr-east1): kr-east1 has no replica no-ledger (check target_name" in run.message
    assert ("set force to true" in run.message) == (state != "ERROR")


def test_what_could_not_be_read_is_to_be_tried_again(runner: ModuleRunner) -> None:
    """No advice that does not help: names are right, no replication is missing, and force has nothing to work on."""
    well(plan(runner, "present", ["web_data"]))
    runner.simulator.fault("status", status=503, operation="ListVolumeReplications", times=None)
    for state, options in (("failed_over", {}), ("failed_back", DISCARDING), ("absent", DELETING)):
        run = refused(plan(runner, state, ["web_data"], **options), "Run it again when the regions that could not be")
        for advice in ("force", "skip", "state present", "Name the volumes"):
            assert advice not in run.message, run.message
    runner.simulator.clear_faults()
    # Another name than the replica has.
    well(plan(runner, "absent", ["web_data"], **DELETING))
    well(plan(runner, "present", [{"name": "web_data", "target_name": "web_copy"}]))
    refused(plan(runner, "failed_over", ["web_data"]), "kr-east1 has no replica web_data (check target_name")


def test_failed_over_refuses_a_replication_in_error(runner: ModuleRunner) -> None:
    runner.simulator.switch(replication_create_ends_in="error")
    assert healths(plan(runner, "present", ["web_data"])) == ["error"]
    refused(plan(runner, "failed_over", ["web_data"]), "its replication is in an error state")
    forced = well(plan(runner, "failed_over", ["web_data"], force=True))
    assert (forced.writes, healths(forced)) == ([], ["error"])


def test_failed_over_refuses_what_is_too_far_behind(runner: ModuleRunner) -> None:
    """The limit is twice the frequency, or as given; with force the rest fails over, and with consent all do."""
    replicate_blocks(runner, behind=3 * 3600 + 61.5, full=True)
    run = refused(
        plan(runner, "failed_over", BLOCKS), "03:01:01", "twice its frequency, hourly", "accept_lag", "2 of 2"
    )
    assert [one["lag_seconds"] for one in run.result["replicas"]] == [3 * 3600 + 61] * 2
    forced = well(plan(runner, "failed_over", BLOCKS, force=True))
    assert forced.writes == []
    assert [(one["health"], "03:01:01" in one["message"]) for one in forced.result["replicas"]] == [
        ("stalled", True)
    ] * 2
    assert any("03:01:01" in line for line in forced.result["table"])
    refused(plan(runner, "failed_over", BLOCKS, max_lag="3h"), "the limit is 3h")
    looked = well(plan(runner, "failed_over", BLOCKS, accept_lag=True, check=True, diff=True))
    assert [one["possible_loss"] for one in looked.result["replicas"]] == ["what was written in the last 3:01:01"] * 2
    assert looked.result["diff"][0]["before"]["lag"] == "3:01:01"
    assert looked.result["diff"][0]["after"]["possible_data_loss"] == "what was written in the last 3:01:01"
    assert looked.result["diff"][0]["after"]["steps"] == ["SetVolumeReplicationPolicy"]
    assert healths(well(plan(runner, "failed_over", [LEDGER], max_lag="1d"))) == ["paused"]
    assert healths(well(plan(runner, "failed_over", BLOCKS, accept_lag=True))) == ["paused"] * 2
    # What is in use already is behind by nature.
    assert well(plan(runner, "failed_over", BLOCKS, max_lag="1s")).writes == []
    wrong = plan(runner, "failed_over", BLOCKS, max_lag="soon")
    assert "max_lag 'soon'" in wrong.message
    assert wrong.calls == []


def test_failed_over_checks_servers_before_it_pauses(runner: ModuleRunner) -> None:
    rules = servers(runner.simulator, "west-web1")
    volumes = [{"name": "web_data", "target_access_rules": rules}, "web_logs"]
    well(plan(runner, "present", volumes))
    run = plan(runner, "failed_over", volumes)
    for words in ("No replication was paused", "web_data (kr-west1 to kr-east1)", "force", "target_access_rules"):
        assert words in run.message, run.message
    assert set(run.writes) == {"SetAccessRule"}
    assert file_replications(runner.simulator) == [("web_data", "use"), ("web_logs", "use")]
    forced = plan(runner, "failed_over", volumes, force=True)
    assert "1 of 2" in forced.message
    assert healths(forced) == ["paused", "paused"]
    assert [one["active_region"] for one in forced.result["replicas"]] == [EAST, EAST]
    assert [bool(one["message"]) for one in forced.result["replicas"]] == [True, False]


def test_failed_over_ignores_other_volumes_of_the_name(runner: ModuleRunner) -> None:
    """A volume of the replica's name that is none does not block failing over, back and the end."""
    simulator = runner.simulator
    well(plan(runner, "present", ["web_data"]))
    other = {"name": "web_data_zzz999", "region": EAST, "type_name": "SSD"}
    simulator.patch_world({"filestorage": {"volumes": [other]}})
    simulator.switch(replication_delete_seconds=0)
    for state, options in (("failed_over", {}), ("failed_back", DISCARDING), ("absent", CONFIRMED)):
        well(plan(runner, state, ["web_data"], **options))
    assert everything(simulator) == {("web_data", WEST, "none"): 1, ("web_data", EAST, "none"): 2}


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("related", ["both", "other"])
def test_either_side_can_take_changes(runner: ModuleRunner, side: str, related: str) -> None:
    """It is not known which region takes changes of a replication of block storage, nor which ends it lists."""
    simulator = runner.simulator
    block_storage(simulator)
    simulator.switch(bm_replication_side=side, bm_replication_related=related, bm_replication_none="empty")
    before = everything(simulator)
    well(plan(runner, "present", BLOCKS))
    over = well(plan(runner, "failed_over", BLOCKS))
    if side == "target":
        assert {call["region"] for call in over.calls} == {EAST}
    assert healths(over) == ["paused"] * 2
    assert healths(well(plan(runner, "failed_back", BLOCKS, **DISCARDING))) == ["ok"] * 2
    assert healths(well(plan(runner, "absent", BLOCKS, **DELETING))) == ["missing"] * 2
    assert everything(simulator) == before


# -- failed_back ------------------------------------------------------------------------------------------------------


def test_failed_back_requires_consent_and_reports_all_that_blocks_it(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data"]))
    well(plan(runner, "failed_over", ["web_data"]))
    words = ("discard_target_changes", "overwrites", "1 of 1")
    refused(plan(runner, "failed_back", ["web_data"]), *words)
    refused(plan(runner, "failed_back", ["web_data"], check=True), *words)
    missing = "kr-east1 has no replica never_was"
    run = refused(plan(runner, "failed_back", ["web_data", "never_was"]), "discard_target_changes", missing)
    assert "force" in run.message
    words = ("1 of 2", missing, "need a new one (role dr_replication, or state present)")
    refused(plan(runner, "failed_back", ["web_data", "never_was"], **DISCARDING), *words)
    forced = well(plan(runner, "failed_back", ["web_data", "never_was"], **DISCARDING, force=True))
    assert healths(forced) == ["ok", "missing"]


def test_failed_back_takes_the_replica_only_from_the_servers_that_are_named(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    volumes = ["web_data", LEDGER, BILLING]
    rules = servers(simulator, "east-web1", "east-db1")
    mine = servers(simulator, "east-db1", "east-mngc1")
    well(plan(runner, "present", volumes))
    allowed = {"target_access_rules": rules, "target_attachments": mine}
    over = well(plan(runner, "failed_over", volumes, **allowed))
    assert attached(simulator).total() == 6
    other = servers(simulator, "east-db2")[0]
    ledger = over.result["replicas"][1]["target_id"]
    simulator.patch_world({SERVICE: {"attachments": [{"volume_id": ledger, "server_id": other["object_id"]}]}})
    options = {**DISCARDING, "remove_access_rules": True, "remove_attachments": True}
    taking = {"target_access_rules": rules[:1], "target_attachments": mine}
    well(plan(runner, "failed_back", volumes, **options, **taking))
    assert set(attached(simulator)) == {("ledger", "east-db2")}
    left = simulator.world()["filestorage"]["access_rules"]
    assert [rule["object_id"] for rule in left] == [rules[1]["object_id"]]
    assert well(plan(runner, "failed_back", volumes, **options, **taking)).writes == []


# -- absent -----------------------------------------------------------------------------------------------------------


def test_absent_requires_consent(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data"]))
    refused(plan(runner, "absent", ["web_data"]), "web_data (kr-west1 to kr-east1)", "set confirm to true", "keep")
    refused(plan(runner, "absent", ["web_data"], delete_targets=True), "delete the replicas with their data")
    assert file_replications(runner.simulator) == [("web_data", "use")]


def test_absent_refuses_another_target_than_there_is(runner: ModuleRunner) -> None:
    replicate_blocks(runner)
    well(plan(runner, "present", ["web_data"]))
    wrong = [
        {"name": "web_data", "target_name": "other"},
        {**LEDGER, "target_name": "other"},
        {**BILLING, "target_name": "another"},
    ]
    run = refused(plan(runner, "absent", wrong, **DELETING), "3 of 3", "Name the volumes and the regions as they are.")
    assert run.message.count("joins other volumes") == 3
    both = refused(plan(runner, "absent", wrong), "3 of 3", "set confirm to true")
    assert both.message.count("joins other volumes") == 3


def test_absent_keeps_replicas_unless_asked_otherwise(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", ALL_KINDS))
    ended = well(plan(runner, "absent", ALL_KINDS, **CONFIRMED))
    assert healths(ended) == ["missing"] * 3
    found = everything(simulator)
    assert [found["web_data", EAST, "none"], found["ledger", EAST, "ORG"], found["billing-copy", EAST, "ORG"]] == [
        1
    ] * 3
    assert (file_replications(simulator), block_replications(simulator)) == ([], [])
    assert well(plan(runner, "absent", ALL_KINDS, **CONFIRMED)).writes == []


def test_absent_does_not_delete_a_replica_in_use(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    before = everything(simulator)
    well(plan(runner, "present", BLOCKS))
    well(plan(runner, "failed_over", BLOCKS, target_attachments=servers(simulator, "east-db1")))
    for check in (True, False):
        run = plan(runner, "absent", BLOCKS, **DELETING, check=check)
        for words in ("ledger", "dr-billing-data", "east-db1", "2 of 2", "detach"):
            assert words in run.message, run.message
        assert run.writes == []
        assert healths(run) == ["paused", "paused"]
    planned = well(plan(runner, "absent", BLOCKS, **DELETING, detach=True, check=True))
    done = well(plan(runner, "absent", BLOCKS, **DELETING, detach=True))
    assert sorted(planned.operations or []) == sorted(done.operations or [])
    assert everything(simulator) == before


def test_absent_does_not_delete_a_volume_for_its_name(runner: ModuleRunner) -> None:
    """Without a replication, only an id says that a volume was a replica."""
    simulator = runner.simulator
    block_storage(simulator)
    strangers: list[dict[str, Any]] = [
        {"id": "7" * 32, "name": "ledger", "region": EAST},
        {"id": "8" * 32, "name": "dr-billing-data", "region": EAST},
    ]
    simulator.patch_world({SERVICE: {"volumes": strangers}})
    before = everything(simulator)
    for check in (True, False):
        refused(
            plan(runner, "absent", BLOCKS, **DELETING, detach=True, check=check),
            f"ledger ({'7' * 32}) in kr-east1 may be what",
            "dr-billing-data (8",
            "target_id",
        )
    assert everything(simulator) == before
    # With its id it is the user's word.
    named = [{**LEDGER, "target_id": "7" * 32}, {**BILLING, "members": [{"id": "8" * 32}]}]
    planned = well(plan(runner, "absent", named, **DELETING, check=True))
    done = well(plan(runner, "absent", named, **DELETING))
    assert planned.operations == done.operations == ["DeleteVolume", "DeleteVolume"]
    assert well(plan(runner, "absent", named, **DELETING)).writes == []


def test_absent_deletes_the_replica_and_not_another_of_its_name(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", [LEDGER]))
    simulator.patch_world({SERVICE: {"volumes": [{"id": "7" * 32, "name": "ledger", "region": EAST, "size_gb": 77}]}})
    done = well(plan(runner, "absent", [LEDGER], **DELETING))
    assert (done.operations or [])[-1] == "DeleteVolume"
    assert [one["id"] for one in simulator.world()[SERVICE]["volumes"] if one["region"] == EAST] == ["7" * 32]


def test_absent_leaves_what_is_not_a_replica(runner: ModuleRunner) -> None:
    """What has the name of a replica, and is none, is not deleted when there is no replication any more."""
    simulator = runner.simulator
    block_storage(simulator)
    strangers: list[dict[str, Any]] = [{"name": name, "region": EAST, "size_gb": 77} for name in ("ledger", *MEMBERS)]
    group = {"id": "e" * 32, "name": "billing-copy", "region": EAST}
    strangers[1]["group_id"] = group["id"]
    simulator.patch_world({SERVICE: {"volumes": strangers, "volume_groups": [group]}})
    before = everything(simulator)
    assert well(plan(runner, "absent", BLOCKS, **DELETING)).writes == []
    assert everything(simulator) == before


# -- which volumes ----------------------------------------------------------------------------------------------------


def test_only_and_skip_select_volumes(runner: ModuleRunner) -> None:
    names = ["web_data", "web_logs", "office"]
    well(plan(runner, "present", names))
    over = well(plan(runner, "failed_over", names, only=["web_data", "office"], skip=["office"]))
    assert [one["name"] for one in over.result["replicas"]] == ["web_data"]
    assert file_replications(runner.simulator) == [("office", "use"), ("web_data", "paused"), ("web_logs", "use")]
    wrong = plan(runner, "failed_over", names, only=["web_dat"], skip=["x"], variable_prefix="dr_failover_")
    for words in ("dr_failover_only names web_dat", "did you mean web_data?", "dr_failover_skip names x"):
        assert words in wrong.message, wrong.message
    nothing = plan(runner, "failed_over", names, skip=names)
    assert "leave no volume of the 3" in nothing.message
    assert [*wrong.calls, *nothing.calls] == []


def test_messages_name_the_variables_of_a_role(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["office"]))
    run = plan(runner, "failed_over", ["web_data", "office"], variable_prefix="dr_failover_")
    assert "set dr_failover_force to true" in run.message
    assert "dr_failover_skip" in run.message
    wrong = plan(runner, "present", [{"name": "web_data", "freqency": "daily"}], variable_prefix="dr_replication_")
    assert wrong.message.startswith("dr_replication_volumes has mistakes, and nothing was changed.")


def test_regions_come_from_volumes_where_the_task_gives_none(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data"]))
    runner.environ.pop("SCP_REGION", None)
    both = [{"name": "web_data", "region": WEST, "target_region": EAST}]
    result = runner.run_task("scp_dr_plan", {"state": "failed_over", "volumes": both})
    assert healths(well(result)) == ["paused"]
    result = runner.run_task("scp_dr_plan", {"state": "failed_over", "volumes": ["web_data"], "target_region": EAST})
    assert "it has no region. Give it here, or for all volumes as region" in result.message


def test_many_healthy_volumes_are_a_short_table(runner: ModuleRunner) -> None:
    names = [f"volume_{number:02}" for number in range(45)]
    well(plan(runner, "present", names))
    again = well(plan(runner, "present", names))
    assert again.result["table"] == [
        "45 more volumes are ok and unchanged.",
        "0 created, 0 changed, 45 unchanged, 0 failed",
    ]
    over = well(plan(runner, "failed_over", names[:2], check=True))
    assert over.result["table"][0] == "PLAN: this is check mode, and nothing was changed."
    assert any(line.startswith("2 volumes: SetVolumeReplication. Possible data loss") for line in over.result["table"])


def test_failed_back_wants_the_region_of_the_volumes(runner: ModuleRunner) -> None:
    """The replica may be all that servers can reach."""
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", ALL_KINDS))
    well(plan(runner, "failed_over", ALL_KINDS))
    simulator.fault("reset", region=WEST, times=None)
    for check in (True, False):
        for force in (False, True):
            run = refused(
                plan(runner, "failed_back", ALL_KINDS, **DISCARDING, force=force, check=check),
                "kr-west1, where its servers would use it after a failback, could not be read",
                "3 of 3",
            )
            assert healths(run) == ["paused"] * 3
            assert force or "Run it again when the regions that could not be read answer." in run.message
    simulator.clear_faults()
    assert healths(well(plan(runner, "failed_back", ALL_KINDS, **DISCARDING))) == ["ok"] * 3


@pytest.mark.parametrize("check", [True, False])
def test_volume_under_two_spellings_is_refused_before_anything_is_changed(runner: ModuleRunner, check: bool) -> None:
    """The second one would be worked on beside the first, and fail with advice that ends a good replication."""
    made = runner.run_task("scp_filestorage_volume", {"name": "web_data", **CREATING}).result["volume"]
    block_storage(runner.simulator)
    for other in (made["name"], made["id"]):
        listed = ["web_data", {"name": other, "target_name": "web_copy"}, "new_data"]
        refused(
            plan(runner, "present", listed, check=check), "1 of 3", other, "the same File Storage volume as 'web_data'"
        )
    blocks = [LEDGER, {**LEDGER, "name": "1" * 32, "target_name": "other"}]
    refused(
        plan(runner, "present", blocks, check=check), "the same Block Storage (BM) volume as 'ledger'. List it once"
    )
    found = well(plan(runner, "present", ["web_data", "office"])).result["replicas"][0]
    assert found["target_id"]
    twice = ["web_data", "office", {"name": made["id"], "target_name": "other", "target_id": found["target_id"]}]
    for state, options in (("failed_over", {}), ("failed_back", DISCARDING), ("absent", DELETING)):
        refused(plan(runner, state, twice, check=check, force=True, **options), "'web_data'. List it once")
    assert file_replications(runner.simulator) == [("office", "use"), ("web_data", "use")]


def test_present_does_not_create_a_second_volume_of_a_name(runner: ModuleRunner) -> None:
    """A lookup by name would find both, and a failover would mount either."""
    simulator = runner.simulator
    block_storage(simulator)
    assert not runner.run_task("scp_filestorage_volume", {"name": "web_data", "region": EAST, **CREATING}).failed
    assert not runner.run_task("scp_filestorage_volume", {"name": "web_data", **CREATING}).failed
    simulator.patch_world({SERVICE: {"volumes": [{"id": "7" * 32, "name": "ledger", "region": EAST}]}})
    before = everything(simulator)
    for check in (True, False):
        run = plan(runner, "present", ["web_data", LEDGER], check=check)
        web, ledger = (one["message"] for one in run.result["replicas"])
        assert "its replica would have the name of web_data_" in web
        assert f"its replica would have the name of ledger ({'7' * 32}) in kr-east1" in ledger
        assert "choose another target_name" in run.message
        assert run.writes == []
    assert everything(simulator) == before
    named = [{"name": "web_data", "target_name": "web_copy"}, {**LEDGER, "target_name": "ledger-copy"}]
    assert healths(well(plan(runner, "present", named))) == ["ok", "ok"]
    assert well(plan(runner, "present", named)).writes == []


def test_region_that_does_not_answer_comes_before_servers_that_it_cannot_name(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data"]))
    runner.simulator.fault("reset", region=EAST, times=None)
    volumes = [{"name": "web_data", "target_access_rules": [{"object_type": "VM", "object_name": "east-web1"}]}]
    for state, options in (("failed_over", {}), ("failed_back", {**DISCARDING, "remove_access_rules": True})):
        run = refused(plan(runner, state, volumes, **options), "Run it again when the regions that could not be read")
        assert "servers that cannot be found" not in run.message


def test_present_creates_nothing_while_names_of_the_other_region_cannot_be_read(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    assert not runner.run_task("scp_filestorage_volume", {"name": "web_data", **CREATING}).failed
    simulator.patch_world({SERVICE: {"volumes": [{"id": "8" * 32, "name": "dr-billing-data", "region": EAST}]}})
    member = refused(plan(runner, "present", [BILLING]), "the name of dr-billing-data", "target_volume_prefix")
    assert member.writes == []
    for status in (503, 403):
        simulator.fault("status", status=status, region=EAST, method="GET", times=None)
        refused(plan(runner, "present", ALL_KINDS, wait=False), "3 of 3", "name is taken in kr-east1 could not be read")
        simulator.clear_faults()


def test_absent_deletes_only_members_that_the_list_names_by_id(runner: ModuleRunner) -> None:
    """The list of an earlier run has ids. The names can belong to other volumes by now."""
    simulator = runner.simulator
    block_storage(simulator)
    replicas = well(plan(runner, "present", [BILLING])).result["replicas"]
    well(plan(runner, "absent", replicas, **DELETING))
    stranger = {"id": "8" * 32, "name": "dr-billing-data", "region": EAST}
    simulator.patch_world({SERVICE: {"volumes": [stranger]}})
    attaching = {"volume_id": stranger["id"], "region": EAST, "attachments": servers(simulator, "east-db1")}
    assert not runner.run_task("scp_bm_volume", attaching).failed
    for listed in (replicas, [{**BILLING, "target_id": "9" * 32}], [{**BILLING, "members": [{"id": "9" * 32}]}]):
        assert well(plan(runner, "absent", listed, detach=True, **DELETING)).writes == []


def test_absent_says_why_a_volume_that_the_list_names_is_kept(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    simulator.patch_world({SERVICE: {"volumes": [{"id": "7" * 32, "name": "ledger", "region": EAST, "size_gb": 99}]}})
    kept = well(plan(runner, "absent", [{**LEDGER, "target_id": "7" * 32}], **DELETING))
    assert kept.writes == []
    assert f"{'7' * 32} in kr-east1 is not deleted" in kept.result["replicas"][0]["message"]


def test_plan_passes_on_what_its_resources_could_not_read(runner: ModuleRunner) -> None:
    """The creation is done by then."""
    assert not runner.run_task("scp_filestorage_volume", {"name": "web_data", **CREATING}).failed
    runner.simulator.advance(600)
    runner.simulator.fault("status", status=403, region=EAST, operation="ListVolumes", skip=1, times=None)
    made = well(plan(runner, "present", ["web_data"]))
    assert "Whether the service lists it there could not be read" in made.result["replicas"][0]["message"]
