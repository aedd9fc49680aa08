# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_storage_report`` on a world with all sorts of trouble: its numbers, its findings, its calls, its failures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import NOT_OFFERED, TaskResult
from tests.report import report_fixtures
from tests.report.report_fixtures import EAST, GIB, HOSTILE, WEST
from tests.simulator.fixture import Simulator

MODULE = "scp_storage_report"
pytestmark = pytest.mark.module(MODULE)

#: The list of each kind in results, the info module, and the parts that the report reads.
INFOS: dict[str, tuple[str, str, list[str]]] = {
    "filestorage_volume": ("volumes", "scp_filestorage_volume_info", ["snapshots", "replications"]),
    "pfs_volume": ("volumes", "scp_pfs_volume_info", ["snapshots"]),
    "bm_volume": ("volumes", "scp_bm_volume_info", ["snapshots", "replication"]),
    "bm_volume_group": ("volume_groups", "scp_bm_volume_group_info", ["snapshots", "replication"]),
    "backup": ("backups", "scp_backup_info", ["histories", "restore_points"]),
    "archive_bucket": ("buckets", "scp_archive_bucket_info", ["policies"]),
}
#: A key pair whose account has Parallel File Storage only, of what the report reads.
PARTIAL = {
    "SCP_ACCESS_KEY": "SIMULATORPARTIALKEY0000000",
    "SCP_SECRET_KEY": f"simulator-secret-worth-nothing-{'1' * 9}",
}


@dataclass(frozen=True)
class Stage:
    """A world for reports, and one report of it.

    :ivar reported: what the info modules returned, by kind, over both regions.
    """

    runner: ModuleRunner
    result: TaskResult
    reported: dict[str, list[dict[str, Any]]]

    @property
    def report(self) -> dict[str, Any]:
        """The report of both regions."""
        found: dict[str, Any] = self.result.result["report"]
        return found


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A simulator whose world no test in this file changes, and a report of both of its regions."""
    with Simulator() as simulator:
        simulator.patch_world(report_fixtures.build(datetime.now(UTC), simulator.world()["servers"]))
        runner = ModuleRunner(simulator)
        reported = {
            kind: [
                thing
                for region in (WEST, EAST)
                for thing in well(runner.run_task(module, {"region": region, "gather": gather})).result[plural]
            ]
            for kind, (plural, module, gather) in INFOS.items()
        }
        result = well(runner.run_task(MODULE, {"regions": [WEST, EAST], "exempt": ["scratch*"]}))
        yield Stage(runner, result, reported)
        runner.close()
        assert simulator.writes() == []
        status = simulator.control("GET", "")
        assert (status["bugs"], status["violations"]) == (0, 0), simulator.errors()


def well(result: TaskResult) -> TaskResult:
    """Return a result that is not a failure."""
    assert not result.failed, result.message
    assert not result.changed
    return result


def findings(report: dict[str, Any], area: str, severity: str = "critical") -> set[str]:
    """Return the names of findings."""
    return {one["name"] for one in report["findings"] if (one["area"], one["severity"]) == (area, severity)}


def test_report_numbers_are_those_of_the_info_modules(stage: Stage) -> None:
    """For each resource and in sum."""
    report, reported = stage.report, stage.reported
    sizes = {
        **{one["id"]: one["usage"] for one in reported["filestorage_volume"]},
        **{one["id"]: one["capacity_tb"] * 1024 * GIB for one in reported["pfs_volume"]},
        **{one["id"]: one["size_gb"] * GIB for one in reported["bm_volume"]},
        **{one["id"]: 0 for one in reported["bm_volume_group"]},
    }
    assert {one["id"]: one["bytes"] for one in report["volumes"]} == sizes
    volumes = {one["id"]: one for one in report["volumes"]}
    for one in [*reported["filestorage_volume"], *reported["pfs_volume"]]:
        own = [snapshot for snapshot in one["snapshots"] if not snapshot["name"].startswith("snapmirror")]
        assert volumes[one["id"]]["snapshots"] == len(own), one["name"]
    for one in reported["bm_volume_group"]:
        assert volumes[one["id"]]["snapshots"] == len(one["snapshots"])
    space = {
        one["id"]: round(100 * one["snapshot_total_usage"] / one["snapshot_capacity_mb"], 1)
        for one in reported["bm_volume"]
        if one["snapshot_capacity_mb"]
    }
    shown = {one["id"]: one["snapshot_space_percent"] for one in report["volumes"]}
    assert {name: percent for name, percent in shown.items() if percent is not None} == pytest.approx(space, abs=0.1)
    lags = {
        (one["replication"]["source"]["id"], one["replication"]["target"]["id"]): one["replication"]["lag_seconds"]
        for one in [*reported["bm_volume"], *reported["bm_volume_group"]]
        if one["replication"]
    }
    found = {(one["source"]["id"], one["target"]["id"]): one["lag_seconds"] for one in report["replications"]}
    # Some seconds have passed between the two.
    assert {ends: lag for ends, lag in found.items() if lag is not None} == pytest.approx(lags, abs=60)
    paused = {one["source"]["name"] for one in report["replications"] if one["health"] == "paused"}
    assert len(paused) == 1
    assert {name.rpartition("_")[0] for name in paused} == {"erp_files"}
    assert len(report["replications"]) == len(lags) + 2
    points = {one["id"]: len(one["restore_points"]) for one in reported["backup"]}
    assert {one["id"]: one["restore_points"] for one in report["backups"]} == points
    jobs = sum(len(one["histories"]) for one in reported["backup"])
    assert sum(len(one["jobs"]) for one in report["backups"]) == jobs
    assert {one["id"]: one["bytes"] for one in report["buckets"]} == {
        one["id"]: int(one["usage"]) for one in reported["archive_bucket"]
    }
    totals = {one["kind"]: one["bytes"] for one in report["capacity"]["kinds"]}
    assert totals["filestorage_volume"] == sum(one["usage"] for one in reported["filestorage_volume"])
    assert totals["bm_volume"] == sum(one["size_gb"] for one in reported["bm_volume"]) * GIB
    assert totals["pfs_volume"] == sum(one["capacity_tb"] for one in reported["pfs_volume"]) * 1024 * GIB


def test_report_finds_each_trouble_and_nothing_else(stage: Stage) -> None:
    report = stage.report
    unprotected = {"broken-disk", "legacy", "stage-data", "build_cache", "office", "models", "simulation"}
    assert {one["base_name"] for one in report["volumes"] if one["unprotected"]} == unprotected
    assert findings(report, "protection") == unprotected | {"west-db5", "west-db6"}
    assert report["counts"]["unprotected"] == len(unprotected) + 2
    assert findings(report, "replication") == {"erp_files", "ledger"}
    assert findings(report, "backup") == {"web2-image", "app1-image", "gpu1-image"}
    assert findings(report, "backup", "warning") == {"db3-files", "west-db2", "west-db4"}
    assert findings(report, "capacity") == {"reports"}
    assert findings(report, "state") == {"broken-disk"}
    assert findings(report, "archive", "warning") == {"audit-archive"}
    assert findings(report, "snapshots", "warning") == set()
    volumes = {one["base_name"]: one for one in report["volumes"]}
    assert volumes["scratch_tmp"]["exempt"]
    assert volumes["new_share"]["snapshot_state"] == "waiting"
    # Members have what their group has, and a server's backup is its volumes'.
    assert volumes["orders-log"]["protected_by"] == ["snapshots", "replication"]
    assert volumes["ledger"]["protected_by"] == ["snapshots", "backup"]
    assert report["capacity"]["since"] is None
    assert [note for note in report["notes"] if "No earlier day" in note]
    assert HOSTILE in {one["name"] for one in report["volumes"]}


def test_result_has_lines_for_users(stage: Stage) -> None:
    result, report = stage.result.result, stage.report
    counts = report["counts"]
    assert result["table"][0] == result["summary"]
    assert result["summary"].startswith(f"{counts['critical']} critical, {counts['warning']} warnings: ")
    assert result["table"][1].startswith("CRITICAL  ")
    assert len([line for line in result["table"] if line.startswith(("CRITICAL", "WARNING"))]) == min(
        20, len(report["findings"])
    )
    assert result["failures"] == []


def test_lines_for_users_name_the_zone_where_it_is_known(stage: Stage) -> None:
    """Lists of the older versions of the API show no zones."""
    office = next(one for one in stage.report["findings"] if (one["name"], one["area"]) == ("office", "protection"))
    zoned = stage.runner.simulator.generations == "new"
    assert office["zone"] == (f"{WEST}-a" if zoned else "")
    line = next(line for line in stage.result.result["table"] if f" {office['message']}" in line and "office" in line)
    assert line.startswith(f"CRITICAL  office ({office['zone'] or WEST}): ")
    failing = stage.runner.run_task(MODULE, {"regions": [WEST], "kinds": ["filestorage"], "fail_on": "unprotected"})
    assert f" in {office['zone'] or WEST} " in failing.message


def test_report_reads_each_list_once(stage: Stage) -> None:
    """The calls for single resources are those of the info modules, and no list is read twice."""
    calls = [call for call in stage.result.calls if call["status"] != NOT_OFFERED]
    lists = Counter(
        (call["service"], call["region"], call["operation"])
        for call in calls
        if call["operation"] in ("ListVolumes", "ListVolumeGroups", "ListBackups", "ListBuckets")
    )
    assert len(lists) == 12
    assert set(lists.values()) == {1}
    singles = Counter(call["operation"] for call in calls)
    assert singles["ListSnapshots"] == len(stage.reported["filestorage_volume"]) + len(stage.reported["pfs_volume"])
    archiving = [one for one in stage.reported["archive_bucket"] if one["archiving_source_bucket_name"]]
    assert singles["ListArchivingHistories"] == len(archiving)


def test_report_fails_on_request_and_returns_everything(stage: Stage) -> None:
    """With a history it shows growth; options may be texts, and kinds short."""
    runner = stage.runner
    seeded = report_fixtures.build(datetime.now(UTC), runner.simulator.world()["servers"])
    history = report_fixtures.history(datetime.now(UTC), seeded)
    named = [
        {"name": "office", "max_age": "7d", "keep": 3},
        {"name": "simulation", "kind": "pfs", "schedule": {"hour": 3}},
        "no_such_volume",
    ]
    options = {
        "regions": f"{WEST}, {EAST}",
        "kinds": "filestorage pfs",
        "policies": json.dumps(named),
        "exempt": "scratch*, build_cache",
        "capacity_gb": "{filestorage: 8800, pfs: 1000}",
        "history": json.dumps(history),
        "history_keep": "30",
        "variable_prefix": "my_",
    }
    failed = runner.run_task(MODULE, {**options, "fail_on": "critical"})
    report = failed.result["report"]
    assert failed.failed
    assert failed.message.startswith(f"{report['counts']['critical']} findings, and my_fail_on is critical. ")
    assert "models" in failed.message
    assert findings(report, "protection") == {"models", "simulation"}
    assert findings(report, "snapshots", "warning") == {"no_such_volume"}
    assert findings(report, "capacity") == {"Parallel File Storage"}
    assert findings(report, "capacity", "warning") >= {"File Storage", "mail_store"}
    assert report["capacity"]["days"] == pytest.approx(7, abs=0.1)
    assert report["kinds"] == ["filestorage_volume", "pfs_volume"]
    kept = failed.result["history"]["measurements"]
    assert len(kept) == 30
    assert kept[-1]["totals"][f"{WEST}/pfs_volume"] == 172 * 1024 * GIB
    assert well(runner.run_task(MODULE, {**options, "fail_on": "never"})).result["report"]["findings"]
    only = runner.run_task(MODULE, {**options, "fail_on": "unprotected"})
    assert only.message.startswith("2 findings, and my_fail_on is unprotected. ")


def test_history_that_cannot_be_read_is_not_replaced(stage: Stage) -> None:
    result = well(stage.runner.run_task(MODULE, {"kinds": ["pfs_volume"], "history": "[]"})).result
    assert result["history"] == {}
    assert [note for note in result["report"]["notes"] if "left alone" in note]


def test_service_of_another_account_is_reported(stage: Stage) -> None:
    """It is a note, and an error on request."""
    options: dict[str, Any] = {"kinds": ["filestorage_volume", "archive_bucket", "pfs_volume"]}
    result = well(stage.runner.run_task(MODULE, options, environ=PARTIAL)).result
    report = result["report"]
    assert {one["kind"]: one["state"] for one in report["services"]} == {
        "filestorage_volume": "not_entitled",
        "archive_bucket": "not_entitled",
        "pfs_volume": "read",
    }
    assert f"File Storage in {WEST} is not a service of this account." in report["notes"]
    assert report["findings"] == []
    assert report["regions"] == [WEST]
    strict = stage.runner.run_task(MODULE, {**options, "require_services": True}, environ=PARTIAL)
    assert strict.failed
    assert "not entitled to filestorage" in strict.message
    assert strict.result["report"]["notes"] == report["notes"]


def test_service_that_fails_does_not_hide_the_others(stage: Stage) -> None:
    simulator = stage.runner.simulator
    simulator.fault("status", operation="ListVolumes", service="parallel-filestorage", status=500)
    failed = stage.runner.run_task(MODULE, {"kinds": ["filestorage_volume", "pfs_volume"]})
    simulator.control("DELETE", "faults")
    assert failed.failed
    assert failed.message.startswith("The report is not complete: pfs_volume (kr-west1): ")
    assert "500" in failed.message
    assert findings(failed.result["report"], "state") == {"Parallel File Storage"}
    assert {one["kind"] for one in failed.result["report"]["volumes"]} == {"filestorage_volume"}


def test_archiving_jobs_that_cannot_be_read_are_reported(stage: Stage) -> None:
    simulator = stage.runner.simulator
    simulator.fault("status", operation="ListArchivingHistories", service="archivestorage", status=403)
    failed = stage.runner.run_task(MODULE, {"kinds": ["archive_bucket"]})
    simulator.control("DELETE", "faults")
    assert failed.failed
    assert "archive_bucket (kr-west1): " in failed.message
    assert "403" in failed.message
    assert failed.result["report"]["buckets"]


def test_nothing_that_can_be_read_is_an_error_without_a_report(stage: Stage) -> None:
    refused = stage.runner.run_task(MODULE, {}, environ={"SCP_SECRET_KEY": "a-wrong-one"})
    assert refused.failed
    assert refused.message.startswith("No report was made, because nothing could be read. ")
    assert "secret_key" in refused.message
    assert "report" not in refused.result
    assert {call["operation"] for call in refused.calls} <= {
        *("ListVolumes", "ListVolumeGroups", "ListBackups", "ListBuckets"),
    }


def test_invalid_options_are_reported_at_once_before_any_call(stage: Stage) -> None:
    refused = stage.runner.run_task(MODULE, {"kinds": ["tape"], "backup_max_age": "x", "variable_prefix": "my_"})
    assert refused.failed
    assert refused.calls == []
    for words in ("No report was made. ", "my_kinds has tape", "my_backup_max_age has x"):
        assert words in refused.message
