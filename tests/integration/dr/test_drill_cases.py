# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills when something is lost, missing, wrong or in the way: production is never touched, and all is removed."""

from __future__ import annotations

import json

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task
from tests.integration.dr.drill_fixtures import (
    BILLING,
    BLOCKS,
    EAST,
    FILES,
    HIDDEN,
    LEDGER,
    SHOWN,
    WEST,
    assert_untouched,
    by_name,
    check_file,
    drill,
    drill_world,
    file_id,
    report,
    things,
)
from tests.integration.dr.scenario import assert_no_crash, failure, writes

pytestmark = pytest.mark.newest_core

#: What a task with no_log must not give away.
SECRET = "hunter2-Of-The-Server"


def test_from_the_replica_no_call_goes_to_the_lost_region(controller: Controller) -> None:
    """With dr_drill_from replica the region of the volumes may be out of reach, and hidden snapshots are not way."""
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    refused = drill(controller, variables={"dr_drill_from": "replica"})
    assert failure(refused).startswith(
        "dr_drill made nothing, for 1 of 4 volumes cannot be drilled. office (kr-west1 to"
    )
    assert "its replica shows no snapshot, and a drill takes none; with dr_drill_from auto" in failure(refused)
    assert not writes(refused)
    run = drill(controller, variables={"dr_drill_from": "replica", "dr_drill_force": True, "dr_drill_rpo": "1h"})
    assert failure(run).startswith("The drill did not pass. web_data (kr-west1 to kr-east1): what was written in the")
    assert {call["region"] for call in run.calls} == {EAST}
    found = report(run)
    results = {name: volume["result"] for name, volume in by_name(found).items()}
    assert results == {"web_data": "missed", "office": "not drilled", "ledger": "passed", "billing": "passed"}
    assert found["rpo"] == {"seconds": 3600, "met": False}
    assert not found["passed"]
    assert_untouched(simulator, before)

    # Targets are those of what was drilled; that it was not all is said beside them.
    targets = {"dr_drill_from": "replica", "dr_drill_force": True, "dr_drill_rpo": "3h", "dr_drill_rto": "10m"}
    run = drill(controller, [SHOWN, HIDDEN], variables=targets).succeeded()
    found = report(run)
    assert (found["rto"]["met"], found["rpo"]["met"], found["passed"]) == (True, True, False)
    assert (found["drilled"], found["not_drilled"]) == (1, ["office"])
    text = "\n".join(run["scp.storage.dr_drill : Show the report"].result["msg"])
    assert "**Passed in part**: 1 of 2 drilled; 1 not drilled (office), in " in text
    assert text.count(": met)") == 2
    assert "MISSED" not in text


def test_what_goes_wrong_in_the_middle(controller: Controller) -> None:
    """A copy that cannot be made, and one that fails the user's check, keep no other from its drill; all is removed."""
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    simulator.fault("status", operation="CreateVolumeRecovery", status=403, times=None)
    checks = [
        task(
            "ansible.builtin.command",
            {"argv": ["sh", "-c", "echo {{ item }} is wrong >&2; test {{ dr_drill_copy.of }} != office"]},
            name="Compare checksums",
            loop=["The checksum", "The date"],
        ),
        task(
            "ansible.builtin.assert",
            {"that": "dr_drill_copy.of != 'web_data'", "fail_msg": f"{SECRET} was refused."},
            name="Log in",
            no_log=True,
        ),
    ]
    run = drill(
        controller, variables={"dr_drill_check_tasks": check_file(controller.folder, *checks), "dr_drill_rto": "1s"}
    )
    simulator.clear_faults()
    message = failure(run)
    assert "office (kr-west1 to kr-east1): Compare checksums: " in message
    assert "return code: The checksum is wrong; " in message
    assert "The date is wrong" in message
    assert "web_data (kr-west1 to kr-east1): Log in: it failed, and no_log hides why" in message
    assert SECRET not in message + json.dumps(report(run))
    assert "ledger (kr-west1 to kr-east1): Make a volume from a snapshot of the replica: " in message
    assert "billing (kr-west1 to kr-east1): it could be used after " in message
    results = {name: volume["result"] for name, volume in by_name(report(run)).items()}
    assert results == {"web_data": "failed", "office": "failed", "ledger": "failed", "billing": "missed"}
    assert report(run)["rto"]["met"] is False
    assert_no_crash(run)
    assert_untouched(simulator, before)


def test_copies_are_kept_and_removed_later(controller: Controller) -> None:
    """Check mode predicts; copies that were kept are removed on demand; no other volume ever is."""
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    planned = drill(controller, arguments=["--check"]).succeeded()
    assert not writes(planned)
    assert {volume["result"] for volume in by_name(report(planned)).values()} == {"planned"}
    said = [name for result in planned for item in result.items or [result] for name in item.operations or []]
    assert sorted(said) == ["CreateVolume", "CreateVolume", "CreateVolumeGroupRecovery", "CreateVolumeRecovery"]

    kept = drill(controller, variables={"dr_drill_keep": True}).succeeded()
    copies = by_name(report(kept))
    assert report(kept)["kept"]
    assert len(things(simulator)[f"{BLOCKS}.volumes"]) == len(before[f"{BLOCKS}.volumes"]) + 3
    # Somebody gave a volume the name of a copy, and a copy of a copy was made from a volume that is not a replica.
    alike = {"name": copies["ledger"]["recovered"]["name"], "region": EAST}
    ours = copies["web_data"]["recovered"]["name"][:-7]
    simulator.patch_world(
        {
            FILES: {
                "volumes": [{"id": file_id(90), "name": f"{ours}_zzzzzz", "region": EAST, "purpose": "original"}],
                "replications": [
                    {
                        "source_id": file_id(90),
                        "source_name": f"{ours}_zzzzzz",
                        "source_region": EAST,
                        "target_id": file_id(4),
                        "target_name": "office_bbbbbb",
                        "target_region": WEST,
                        "frequency": "monthly",
                    }
                ],
            },
            BLOCKS: {
                "volumes": [
                    {**alike, "id": "7" * 32},
                    {**alike, "id": "8" * 32, "purpose": "RECOVERY"} | {"origin_id": "1" * 32},
                ]
            },
        }
    )
    alone = drill(controller, variables={"dr_drill_state": "absent"})
    message = failure(alone)
    assert message.startswith("Not all could be removed. web_data (kr-west1 to kr-east1): ")
    assert (
        f"{ours}_zzzzzz in kr-east1 has the name of a copy, but it is an end of a replication that no drill made"
        in message
    )
    assert f"but it was made from {'1' * 32}, which is not the replica" in message
    left = things(simulator)
    assert left[f"{FILES}.volumes"].keys() - before[f"{FILES}.volumes"].keys() == {file_id(90)}
    assert left[f"{BLOCKS}.volumes"].keys() - before[f"{BLOCKS}.volumes"].keys() == {"7" * 32, "8" * 32}
    assert_no_crash(alone)


def test_what_can_not_be_drilled(controller: Controller) -> None:
    """Without a snapshot there is no copy, and the message says what to do; nothing is made before that is reported."""
    simulator = controller.simulator
    drill_world(simulator)
    world = simulator.world()
    for service in (FILES, BLOCKS):
        world[service]["snapshots"] = []
    simulator.put_world(world)
    before = things(simulator)
    run = drill(controller, [SHOWN, LEDGER, BILLING, {"name": "nowhere"}], variables={"dr_drill_force": True})
    message = failure(run)
    assert (
        "web_data (kr-west1 to kr-east1): neither its replica nor the volume shows a snapshot, and a drill takes"
        in message
    )
    assert f"its replica ledger ({'4' * 32}) in kr-east1 has no snapshot, and a drill takes none" in message
    assert "(scp_bm_volume_group_snapshot)" in message
    assert "nowhere (kr-west1 to kr-east1): " in message
    assert "dr_drill_force" not in message
    source = drill(controller, [LEDGER], variables={"dr_drill_from": "source"})
    assert "block storage can be drilled from snapshots of its replica only" in failure(source)
    for one in (run, source):
        assert_no_crash(one)
    assert_untouched(simulator, before)


def test_a_group_that_stays(controller: Controller) -> None:
    """Where a group outlives its last member, no call can remove it, and the report says so."""
    simulator = controller.simulator
    drill_world(simulator)
    simulator.switch(bm_group_empty="stays")
    run = drill(controller, [BILLING]).succeeded()
    (name,) = report(run)["empty_groups"]
    assert name.startswith("group drill-")
    assert not report(run)["left_behind"]
    assert "The platform has no call for removing volume groups." in run.output
