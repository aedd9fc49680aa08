# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_plan_info``: health and lag, without a writing call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult
from tests.modules.dr.volumes import ALL_KINDS, COMMON, EAST, LEDGER, WEST, block_storage, healths, plan, well

pytestmark = pytest.mark.module("scp_dr_plan_info")


def status(runner: ModuleRunner, volumes: Any, **options: Any) -> TaskResult:
    """Run the module; it may fail, but not write."""
    result = runner.run_task("scp_dr_plan_info", {"volumes": volumes, **COMMON, **options})
    assert (result.writes, result.changed) == ([], False)
    return result


def test_status_returns_what_the_plan_returns(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)
    made = well(plan(runner, "present", ALL_KINDS))
    shown = well(status(runner, ALL_KINDS))
    for now, then in zip(shown.result["replicas"], made.result["replicas"], strict=True):
        new = {**then, "change": "unchanged", "operations": [], "lag_seconds": now["lag_seconds"]}
        assert now == new
    assert (shown.result["healths"], shown.result["summary"]) == ({"ok": 3}, "3 ok")
    assert shown.result["table"][-1] == "3 ok"
    assert [line.split()[3] for line in shown.result["table"][1:4]] == ["ok"] * 3
    assert shown.result["replicas"][0]["target_path"] is None
    paths = well(status(runner, ALL_KINDS, paths=True)).result["replicas"][0]
    assert ":/scp_web_data_" in paths["target_path"]
    assert ":/scp_web_data_" in paths["source_path"]


def test_mount_path_that_cannot_be_read_is_left_out(runner: ModuleRunner) -> None:
    """The state of the replications is shown all the same, and so is each other path."""
    names = ["web_data", "web_logs"]
    well(plan(runner, "present", names))
    runner.simulator.fault("status", status=500, region=EAST, operation="ShowVolume")
    replicas = well(status(runner, names, paths=True)).result["replicas"]
    assert [one["health"] for one in replicas] == ["ok", "ok"]
    assert [one["target_path"] for one in replicas].count(None) == 1
    (noted,) = [one for one in replicas if one["message"]]
    assert noted["target_path"] is None
    assert "how servers use it in kr-east1 could not be read: ShowVolume" in noted["message"]
    assert all(":/scp_web_" in one["source_path"] for one in replicas)


def test_status_fails_on_request_and_returns_everything(runner: ModuleRunner) -> None:
    well(plan(runner, "present", ["web_data", "web_logs"]))
    well(plan(runner, "failed_over", ["web_data"]))
    names = ["web_data", "web_logs", "never_was"]
    assert healths(well(status(runner, names, fail_on=["error", "stalled"]))) == ["paused", "ok", "missing"]
    failed = status(runner, names, fail_on=["paused", "missing"])
    assert failed.failed
    for words in (
        "2 of 3 volumes have a health that is to fail the run (paused, missing)",
        "web_data (kr-west1 to kr-east1): paused",
        "never_was",
    ):
        assert words in failed.message, failed.message
    assert healths(failed) == ["paused", "ok", "missing"]
    assert failed.result["healths"] == {"ok": 1, "paused": 1, "missing": 1}
    assert failed.result["replicas"][0]["active_region"] == EAST
    assert "there is no File Storage volume of this name" in failed.result["replicas"][2]["message"]


def test_status_asks_the_other_region_where_one_is_lost(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    block_storage(simulator)
    well(plan(runner, "present", ALL_KINDS))
    simulator.fault("status", status=403, region=WEST, operation="*", times=None)
    lost = well(status(runner, ALL_KINDS))
    assert healths(lost) == ["ok"] * 3
    for one in lost.result["replicas"]:
        assert "403" in one["message"]
        assert one["message"].endswith("What is shown is what kr-east1 reports")
    simulator.fault("status", status=403, region=EAST, operation="*", times=None)
    blind = well(status(runner, ALL_KINDS))
    assert healths(blind) == ["unknown"] * 3
    assert {one["active_region"] for one in blind.result["replicas"]} == {"unknown"}
    assert all("403" in one["message"] for one in blind.result["replicas"])
    assert status(runner, ALL_KINDS, fail_on=["unknown"]).failed


def test_status_finds_the_replica_of_a_lost_source(runner: ModuleRunner) -> None:
    simulator = runner.simulator
    well(plan(runner, "present", ["web_data"]))
    world = simulator.world()
    volumes = world["filestorage"]["volumes"]
    world["filestorage"]["volumes"] = [one for one in volumes if one["region"] == EAST]
    simulator.put_world(world)
    shown = well(status(runner, ["web_data"])).result
    (replica,) = shown["replicas"]
    said = "kr-west1 has no File Storage volume of this name. What is shown is what kr-east1 reports"
    assert (replica["health"], replica["message"]) == ("ok", said)
    assert said in "\n".join(shown["table"])
    assert replica["target_id"] == world["filestorage"]["volumes"][0]["id"]


def test_status_supports_query_and_selection(runner: ModuleRunner) -> None:
    block_storage(runner.simulator)
    well(plan(runner, "present", ALL_KINDS))
    asked = well(status(runner, ALL_KINDS, skip=["web_data"], query="replicas[].name"))
    assert asked.result["result"] == ["ledger", "billing"]
    wrong = status(runner, [{**LEDGER, "snapshot_rate": "much"}])
    assert "snapshot_rate 'much' is invalid" in wrong.message
    assert wrong.calls == []


@pytest.mark.parametrize("target_name", [None, "othercopy"])
def test_status_of_what_only_the_lost_region_knows_is_unknown(runner: ModuleRunner, target_name: str | None) -> None:
    """A replica under another name than the list has can be in use, so the lost region is not shown as in use."""
    block_storage(runner.simulator)
    kinds: list[dict[str, Any]] = [{"name": "web_data"}, LEDGER, {"name": "billing", "kind": "bm_volume_group"}]
    listed = [{**one, "target_name": target_name} if target_name else one for one in kinds]
    protected = [{**one, "target_name": f"{one['name']}-dr".replace("_data-", "_")} for one in kinds]
    well(plan(runner, "present", protected))
    well(plan(runner, "failed_over", protected))
    runner.simulator.fault("status", status=403, region=WEST, operation="*", times=None)
    lost = well(status(runner, listed))
    assert [(one["health"], one["active_region"], one["active_side"]) for one in lost.result["replicas"]] == [
        ("unknown", "unknown", None)
    ] * 3
    assert (lost.result["mounts"], lost.result["healths"]) == ([], {"unknown": 3})
    for one in lost.result["replicas"]:
        assert one["message"].startswith("kr-west1 could not be read: ")
        assert "403" in one["message"]
        assert "kr-east1 shows no replication of it" in one["message"]
        assert "is unknown until kr-west1 answers" in one["message"]
    assert healths(well(status(runner, protected))) == ["paused"] * 3
    failed = status(runner, listed, fail_on=["unknown"])
    assert "kr-west1 could not be read" in failed.message


def test_status_without_replica_during_an_outage_is_unknown(runner: ModuleRunner) -> None:
    args = {"name": "plain", "protocol": "NFS", "type_name": "SSD"}
    well(runner.run_task("scp_filestorage_volume", args))
    assert healths(well(status(runner, ["plain"]))) == ["missing"]
    runner.simulator.fault("status", status=503, region=WEST, times=None)
    shown = well(status(runner, ["plain"])).result
    (replica,) = shown["replicas"]
    assert (replica["health"], replica["active_region"]) == ("unknown", "unknown")
    assert "there is no File Storage volume" not in "\n".join(shown["table"])
    assert "kr-west1 could not be read" in "\n".join(shown["table"])


def test_status_of_a_missing_volume_is_unknown_while_the_other_region_is_lost(runner: ModuleRunner) -> None:
    """It can be lost, with its replica in use."""
    args = {"name": "plain", "protocol": "NFS", "type_name": "SSD"}
    well(runner.run_task("scp_filestorage_volume", args))
    runner.simulator.fault("status", status=403, region=EAST, operation="*", times=None)
    gone, plain = well(status(runner, ["never_was", "plain"])).result["replicas"]
    assert (gone["health"], gone["active_region"], plain["health"]) == ("unknown", "unknown", "missing")
    assert "kr-west1 has no File Storage volume of this name, and whether kr-east1 has its replica" in gone["message"]


def test_status_says_that_the_region_of_the_replicas_does_not_answer(runner: ModuleRunner) -> None:
    """The region of the volumes still reports its replications as well."""
    block_storage(runner.simulator)
    well(plan(runner, "present", ALL_KINDS))
    runner.simulator.fault("reset", region=EAST, times=None)
    shown = well(status(runner, ALL_KINDS, paths=True))
    assert healths(shown) == ["ok"] * 3
    for one in shown.result["replicas"]:
        assert "how servers use it in kr-east1 could not be read" in one["message"], one["name"]
    assert any("kr-east1 could not be read" in line for line in shown.result["table"])
