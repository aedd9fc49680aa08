# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_drill``: copies of all kinds are made, measured and removed, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.stages import Stages
from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.drills import (
    AGE,
    ALL,
    BILLING,
    BLOCKS,
    FILES,
    HIDDEN,
    LAG,
    LEDGER,
    SHOWN,
    assert_untouched,
    by_name,
    drill,
    drill_world,
    file_id,
    things,
    using,
)
from tests.modules.dr.volumes import EAST, WEST, well
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.module("scp_dr_drill")

PASSWORD = "drill-Secret-1"


@pytest.fixture
def before(runner: ModuleRunner) -> dict[str, dict[str, Any]]:
    """Let there be what is drilled, and return all that there is."""
    drill_world(runner.simulator)
    return things(runner.simulator)


def results(result: TaskResult) -> dict[str, str]:
    """Return what became of each volume."""
    return {volume["name"]: volume["result"] for volume in result.result["volumes"]}


def without_snapshots(simulator: Simulator) -> None:
    """Let there be no snapshot to make a copy from."""
    world = simulator.world()
    for service in (FILES, BLOCKS):
        world[service]["snapshots"] = []
    simulator.put_world(world)


def test_drill_makes_and_removes_what_check_mode_predicts(
    runner: ModuleRunner, before: dict[str, dict[str, Any]]
) -> None:
    options = using(runner.simulator)
    planned = well(drill(runner, check=True, diff=True, **options))
    assert (planned.writes, set(results(planned).values())) == ([], {"planned"})
    made = well(drill(runner, diff=True, **options))
    assert planned.operations == made.operations
    assert sorted(made.accepted) == sorted(made.operations or [])
    steps = [[one["after"]["steps"] for one in result.result["diff"]] for result in (planned, made)]
    assert steps[0] == steps[1] == [volume["operations"] for volume in made.result["volumes"]]
    again = well(drill(runner, "absent", check=True, **options))
    assert again.writes == []
    gone = well(drill(runner, "absent", **options))
    predicted = sorted(planned.result["removal_operations"])
    assert predicted == sorted(gone.operations or []) == sorted(again.operations or []) == sorted(gone.accepted)
    assert_untouched(runner.simulator, before)
    last = well(drill(runner, "absent", **options))
    assert (last.changed, last.operations, last.writes) == (False, [], [])


def test_drill_measures_and_compares_copies_of_all_kinds(
    runner: ModuleRunner, before: dict[str, dict[str, Any]]
) -> None:
    simulator = runner.simulator
    made = well(drill(runner, rto="10m", rpo="3h", cifs_passwords={"office": PASSWORD}, **using(simulator)))
    found = made.result
    volumes = by_name(found)
    assert set(results(made).values()) == {"passed"}
    assert [volumes[item["name"]]["way"] for item in ALL] == ["replica", "source", "replica", "replica"]
    assert (found["rto"], found["rpo"]) == ({"seconds": 600, "met": True}, {"seconds": 10800, "met": True})
    assert found["recovery_seconds"] == max(volume["recovery_seconds"] for volume in volumes.values())
    for volume in volumes.values():
        assert volume["recovery_seconds"] > 0
        assert AGE <= volume["data_age_seconds"] < AGE + 300
        assert all(check["passed"] for check in volume["checks"])
    assert LAG <= volumes["ledger"]["data_loss_seconds"] == volumes["ledger"]["replica_lag_seconds"] < AGE
    assert volumes["web_data"]["data_loss_seconds"] == volumes["web_data"]["data_age_seconds"]
    assert volumes["web_data"]["replica_lag_seconds"] is None
    copies = {copy["of"]: copy for copy in found["copies"]}
    assert sorted(copies) == ["billing", "ledger", "office", "web_data"]
    assert {copy["region"] for copy in copies.values()} == {EAST}
    assert copies["office"]["path"].startswith("\\\\")
    assert [volume["state"] for volume in copies["billing"]["volumes"]] == ["IN_USE", "IN_USE"]
    assert PASSWORD not in json.dumps(found)
    well(drill(runner, "absent"))
    assert_untouched(simulator, before)


@pytest.mark.every_look
def test_drill_time_is_that_of_the_recovery(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    """A first transfer that takes long does not count; the creation of the copy does."""
    runner.simulator.switch(replication_create_seconds=500)
    made = well(drill(runner, items=[HIDDEN]))
    assert made.result["recovery_seconds"] < 100
    runner.simulator.switch(filestorage_create_seconds=200)
    made = drill(runner, items=[SHOWN], rto="3m")
    assert made.result["recovery_seconds"] > 200
    assert results(made) == {"web_data": "missed"}
    assert "web_data: it could be used after 20" in made.message
    assert "and the target (rto) is 180 s" in made.message
    well(drill(runner, "absent"))
    assert_untouched(runner.simulator, before)


def test_drill_removes_the_copies_of_the_one_before(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    options = using(runner.simulator)
    first = well(drill(runner, **options))
    planned = well(drill(runner, check=True, **options))
    second = well(drill(runner, **options))
    assert planned.operations == second.operations
    assert len(second.result["removed"]) == len(planned.result["removed"]) == 6
    ids = [{copy["id"] for copy in result.result["copies"]} for result in (first, second)]
    assert not ids[0] & ids[1]
    well(drill(runner, "absent"))
    assert_untouched(runner.simulator, before)


def test_drill_from_the_replica_calls_only_its_region(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    refused = drill(runner, **{"from": "replica"})
    assert refused.message.startswith("Nothing was changed: 1 of 4 volumes cannot be drilled. office (kr-west1 to")
    assert "its replica shows no snapshot, and a drill takes none. With from: auto it is" in refused.message
    assert refused.message.endswith("Leave these volumes out, or set force to true to drill the others.")
    assert (refused.writes, refused.result["began"]) == ([], False)
    assert set(results(refused).values()) == {"not drilled"}
    made = drill(runner, **{"from": "replica", "force": True, "rpo": "1h"})
    assert {call["region"] for call in (*refused.calls, *made.calls)} == {EAST}
    assert results(made) == {"web_data": "missed", "office": "not drilled", "ledger": "passed", "billing": "passed"}
    assert made.result["rpo"] == {"seconds": 3600, "met": False}
    assert "web_data: what was written in the last 7" in made.message
    assert made.result["table"][-1].startswith("office (kr-west1 to kr-east1): its replica shows no snapshot")
    gone = well(drill(runner, "absent", **{"from": "replica"}))
    assert {call["region"] for call in gone.calls} == {EAST}
    assert_untouched(runner.simulator, before)


def test_drill_of_which_a_copy_fails_makes_the_others(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    simulator = runner.simulator
    simulator.fault("status", operation="CreateVolumeRecovery", status=403, times=None)
    made = drill(runner)
    simulator.clear_faults()
    assert results(made) == {"web_data": "passed", "office": "passed", "ledger": "failed", "billing": "passed"}
    assert "ledger: " in made.message
    assert "CreateVolumeRecovery" in made.message
    assert made.result["error"]["status"] == 403
    assert [copy["of"] for copy in made.result["copies"]] == ["web_data", "office", "billing"]
    well(drill(runner, "absent"))
    assert_untouched(simulator, before)


def test_drill_without_the_other_region_drills_the_rest(runner: ModuleRunner) -> None:
    """A region of volumes that cannot be read may hold copies of an earlier drill."""
    drill_world(runner.simulator)
    runner.simulator.fault(
        "status", operation="ListVolumes", service="filestorage", region=WEST, status=403, times=None
    )
    made = drill(runner, items=[SHOWN, LEDGER])
    assert results(made) == {"web_data": "failed", "ledger": "passed"}
    assert "copies of an earlier drill could not be looked for" in made.message
    assert "With from: replica, no call goes to the region of the volumes" in made.message
    runner.simulator.clear_faults()


def foreign(simulator: Simulator, copies: dict[str, Any]) -> tuple[str, set[str], set[str]]:
    """Let volumes of others have the names of copies; return one name, and the ids by service."""
    alike = {"name": copies["ledger"]["name"], "region": EAST}
    ours = copies["web_data"]["name"][:-7]
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
    return ours, {file_id(90)}, {"7" * 32, "8" * 32}


def test_drill_removes_no_volume_of_others_with_the_name_of_a_copy(
    runner: ModuleRunner, before: dict[str, dict[str, Any]]
) -> None:
    simulator = runner.simulator
    kept = well(drill(runner))
    ours, files, blocks = foreign(simulator, {copy["of"]: copy for copy in kept.result["copies"]})
    gone = drill(runner, "absent")
    assert results(gone) == {"web_data": "failed", "office": "removed", "ledger": "failed", "billing": "removed"}
    assert f"{ours}_zzzzzz in kr-east1 has the name of a copy, but it is an end of a replication" in gone.message
    assert f"but it was made from {'1' * 32}, which is not the replica" in gone.message
    assert "It is left alone. Rename or remove it, or choose another prefix" in gone.message
    left = things(simulator)
    assert left[f"{FILES}.volumes"].keys() - before[f"{FILES}.volumes"].keys() == files
    assert left[f"{BLOCKS}.volumes"].keys() - before[f"{BLOCKS}.volumes"].keys() == blocks
    made = drill(runner)
    assert results(made) == {"web_data": "failed", "office": "passed", "ledger": "failed", "billing": "passed"}


def test_drill_without_a_snapshot_says_what_to_do(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    without_snapshots(runner.simulator)
    empty = things(runner.simulator)
    made = drill(runner, items=[SHOWN, LEDGER, BILLING, {"name": "nowhere"}], force=True)
    message = made.message
    assert "neither its replica nor the volume has one, and a drill takes none" in message
    assert f"its replica ledger ({'4' * 32}) in kr-east1 has no snapshot, and a drill takes none" in message
    assert "(scp_bm_volume_group_snapshot)" in message
    assert "nowhere (kr-west1 to kr-east1): kr-east1 has no replica nowhere (check target_name" in message
    assert "set force" not in message
    source = drill(runner, items=[LEDGER], **{"from": "source"})
    assert "block storage is drilled from snapshots of its replica only" in source.message
    assert (made.writes, source.writes) == ([], [])
    assert things(runner.simulator) == empty


def test_drill_reports_a_group_that_stays(runner: ModuleRunner) -> None:
    drill_world(runner.simulator)
    runner.simulator.switch(bm_group_empty="stays")
    well(drill(runner, items=[BILLING]))
    gone = well(drill(runner, "absent", items=[BILLING]))
    (name,) = gone.result["empty_groups"]
    assert name.startswith("group drill-")
    assert not gone.result["left_behind"]


def test_removal_needs_to_know_the_volume(runner: ModuleRunner) -> None:
    gone = drill(runner, "absent", items=[{"name": "nowhere"}])
    assert results(gone) == {"nowhere": "failed"}
    assert "it has no replication, so copies of it cannot be recognized. Give its id as source_id" in gone.message


def test_removal_that_does_not_wait_sends_what_it_can(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    well(drill(runner, items=[SHOWN, LEDGER]))
    sent = well(drill(runner, "absent", items=[SHOWN, LEDGER], wait=False))
    assert sorted(sent.operations or []) == ["DeleteVolume", "DeleteVolume"]
    assert sent.result["left_behind"] == []
    last = well(drill(runner, "absent", items=[SHOWN, LEDGER]))
    assert last.writes == []
    assert_untouched(runner.simulator, before)


def test_drill_reports_all_mistakes_before_any_call(runner: ModuleRunner) -> None:
    result = drill(
        runner,
        items=[{"name": "web_data", "kinde": "bm_volume"}],
        prefix="Drill!",
        rto="soon",
        rpo="1y",
        region=EAST,
    )
    for part in (
        "kinde is not a known key, did you mean kind?",
        "region and target_region are both kr-east1",
        "prefix 'Drill!' is invalid. Use 2 to 6 lower-case letters and digits, a letter first.",
        "rto 'soon' is not an age.",
        "rpo '1y' is not an age.",
    ):
        assert part in result.message, part
    assert (result.calls, result.result["began"]) == ([], False)
    alone = drill(runner, items=[HIDDEN], prefix="d")
    assert alone.message.startswith("The options have mistakes, and nothing was changed. prefix 'd' is invalid.")


def test_drill_reads_lists_once(runner: ModuleRunner) -> None:
    """Twenty volumes cost no list more than one; what is read of each is its replication and its snapshots."""
    drill_world(runner.simulator)
    one = drill(runner, items=[SHOWN], check=True)
    lists = [call for call in one.calls if call["operation"] == "ListVolumes"]
    numbers = range(100, 120)
    volumes = [
        {"id": file_id(number * 10 + far), "name": f"many{number}_aaaaaa", "region": region, "purpose": purpose}
        for number in numbers
        for far, region, purpose in ((0, WEST, "original"), (1, EAST, "replication"))
    ]
    replications = [
        {
            "id": file_id(number * 10 + 2),
            "source_id": file_id(number * 10),
            "source_name": f"many{number}_aaaaaa",
            "target_id": file_id(number * 10 + 1),
            "target_name": f"many{number}_aaaaaa",
            "frequency": "monthly",
        }
        for number in numbers
    ]
    snapshots = [
        {
            "volume_id": file_id(number * 10 + 1),
            "name": f"many{number}_aaaaaa.2026-01-01_000000",
            "created_at": "2025-12-31T15:00:00",
        }
        for number in numbers
    ]
    runner.simulator.patch_world({FILES: {"volumes": volumes, "replications": replications, "snapshots": snapshots}})
    items = [{"name": f"many{number}"} for number in numbers]
    runner.simulator.switch(filestorage_create_seconds=100)
    begin = runner.clock.monotonic()
    made = well(drill(runner, items=items))
    assert runner.clock.monotonic() - begin < 250
    reads = [call for call in made.calls if call["operation"] == "ListVolumes"]
    # The batch looks once more before it creates, and while it waits for the list to show what it made.
    assert len([call for call in reads if call["region"] == WEST]) <= len(lists)
    assert len(made.result["copies"]) == len(items)
    gone = well(drill(runner, "absent", items=items))
    assert len(gone.result["removed"]) == len(items)


# -- another process changes something between what a drill reads and what it does -----------------------------------

Between = Callable[[Callable[[], Any]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Let something happen once, between what the next run reads and what it sends first."""
    converge = Stages.converge

    def arrange(happens: Callable[[], Any]) -> None:
        waiting = [happens]

        def disturbed(self: Stages, *args: Any, **options: Any) -> Any:
            if waiting:
                waiting.pop()()
            return converge(self, *args, **options)

        monkeypatch.setattr(Stages, "converge", disturbed)

    return arrange


def test_copy_that_was_created_meanwhile_is_not_taken_for_the_drills(
    runner: ModuleRunner, before: dict[str, dict[str, Any]], between: Between
) -> None:
    between(lambda: well(drill(runner)))
    made = drill(runner)
    assert set(results(made).values()) == {"failed"}
    assert "was created by another process in the meantime" in made.message
    well(drill(runner, "absent"))
    assert_untouched(runner.simulator, before)


def test_copy_that_was_removed_meanwhile_does_not_fail(
    runner: ModuleRunner, before: dict[str, dict[str, Any]], between: Between
) -> None:
    well(drill(runner))
    between(lambda: well(drill(runner, "absent")))
    gone = well(drill(runner, "absent"))
    assert gone.result["operations"] == []
    assert_untouched(runner.simulator, before)


def test_snapshot_that_was_deleted_meanwhile_is_reported(runner: ModuleRunner, between: Between) -> None:
    drill_world(runner.simulator)
    between(lambda: without_snapshots(runner.simulator))
    made = drill(runner)
    assert set(results(made).values()) == {"failed"}
    assert made.result["copies"] == []
    well(drill(runner, "absent"))


def test_volume_under_two_spellings_is_drilled_once(runner: ModuleRunner, before: dict[str, dict[str, Any]]) -> None:
    twice = [SHOWN, {"name": file_id(1), "target_name": "other", "target_id": file_id(2)}]
    refused = drill(runner, "present", twice)
    assert (refused.failed, refused.writes) == (True, [])
    assert "it is the same File Storage volume as 'web_data'. List it once" in refused.message
    assert things(runner.simulator) == before
