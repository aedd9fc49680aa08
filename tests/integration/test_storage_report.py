# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role storage_report on a world with all sorts of trouble: its numbers, its page in a browser, its refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task
from tests.report import browser, report_fixtures
from tests.report.report_fixtures import EAST, HOSTILE, WEST
from tests.simulator.fixture import Simulator

#: What must not be seen in any output.
CRASHES = ("Traceback", "MODULE FAILURE", "object has no attribute", "is undefined", "Error while")
ROLE = {"name": "scp.storage.storage_report"}
#: The task that makes the facts does not show them, because of their size.
FACTS = task("ansible.builtin.debug", {"msg": "{{ storage_report_facts }}"}, name="facts")
#: The list of each kind in results, the info module, and the parts that the role reads.
INFOS: dict[str, tuple[str, str, list[str]]] = {
    "filestorage_volume": ("volumes", "scp_filestorage_volume_info", ["snapshots", "replications"]),
    "pfs_volume": ("volumes", "scp_pfs_volume_info", ["snapshots"]),
    "bm_volume": ("volumes", "scp_bm_volume_info", ["snapshots", "replication"]),
    "bm_volume_group": ("volume_groups", "scp_bm_volume_group_info", ["snapshots", "replication"]),
    "backup": ("backups", "scp_backup_info", ["histories", "restore_points"]),
    "archive_bucket": ("buckets", "scp_archive_bucket_info", ["policies"]),
}
GIB = 1024**3
#: Characters that a job event may have; AWX cuts at about 0.7 MB, with the event's own fields.
MAX_EVENT = 100_000


@dataclass(frozen=True)
class Made:
    """A report that was made.

    :ivar reported: what the info modules returned in the same run, by kind, over both regions.
    """

    controller: Controller
    run: Run
    folder: Path
    reported: dict[str, list[dict[str, Any]]]

    @property
    def report(self) -> dict[str, Any]:
        """The JSON."""
        found: dict[str, Any] = json.loads((self.folder / "storage_report.json").read_text(encoding="utf-8"))
        return found

    @property
    def page(self) -> Path:
        """The page."""
        return self.folder / "storage_report.html"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """A controller, and a simulator with a world for reports. Nobody in this file changes it."""
    with Simulator() as simulator:
        now = datetime.now(UTC)
        simulator.patch_world(report_fixtures.build(now, simulator.world()["servers"]))
        yield Controller(simulator, tmp_path_factory.mktemp("stage"))
        assert simulator.writes() == []
        status = simulator.control("GET", "")
        assert (status["bugs"], status["violations"]) == (0, 0), simulator.errors()


@pytest.fixture(scope="module")
def made(stage: Controller) -> Made:
    """A report of both regions, the first of its folder, and what the info modules return."""
    folder = stage.folder / "reports"
    tasks = []
    for kind, (_plural, module, gather) in INFOS.items():
        looped = {"loop": [WEST, EAST], "name": f"info {kind}"}
        tasks.append(task(module, {"region": "{{ item }}", "gather": gather}, **looped))
    tasks += [{"ansible.builtin.include_role": ROLE}, FACTS]
    variables = {
        "storage_report_regions": [WEST, EAST],
        "storage_report_folder": str(folder),
        "storage_report_exempt": ["scratch*"],
        "storage_report_title": "Ours & <theirs>",
    }
    run = stage.run(tasks, variables=variables).succeeded()
    assert not [word for word in CRASHES if word in run.output], run.output
    reported = {
        kind: [thing for item in run[f"info {kind}"].items for thing in item.result[plural]]
        for kind, (plural, _module, _gather) in INFOS.items()
    }
    return Made(stage, run, folder, reported)


def _play(controller: Controller, variables: dict[str, Any], **options: Any) -> Run:
    shown = {"hosts": "localhost", "gather_facts": False, "tasks": [FACTS]}
    run = controller.playbook(
        [{"import_playbook": "scp.storage.storage_report"}, shown], variables=variables, **options
    )
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _fact(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run["facts"].result["msg"]
    return found


def _findings(report: dict[str, Any], area: str, severity: str = "critical") -> set[str]:
    return {one["name"] for one in report["findings"] if (one["area"], one["severity"]) == (area, severity)}


@pytest.mark.newest_core
def test_numbers(made: Made) -> None:
    """They are those of the info modules, for each single thing and in sum."""
    report, reported = made.report, made.reported
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


def test_what_is_found(made: Made) -> None:
    """Each sort of trouble in the world is reported, and nothing else; the fact is what the JSON has."""
    report = made.report
    assert _fact(made.run) == report
    unprotected = {"broken-disk", "legacy", "stage-data", "build_cache", "office", "models", "simulation"}
    assert {one["base_name"] for one in report["volumes"] if one["unprotected"]} == unprotected
    assert _findings(report, "protection") == unprotected | {"west-db5", "west-db6"}
    assert report["counts"]["unprotected"] == len(unprotected) + 2
    assert _findings(report, "replication") == {"erp_files", "ledger"}
    assert _findings(report, "backup") == {"web2-image", "app1-image", "gpu1-image"}
    assert _findings(report, "backup", "warning") == {"db3-files", "west-db2", "west-db4"}
    assert _findings(report, "capacity") == {"reports"}
    assert _findings(report, "state") == {"broken-disk"}
    assert _findings(report, "archive", "warning") == {"audit-archive"}
    assert _findings(report, "snapshots", "warning") == set()
    volumes = {one["base_name"]: one for one in report["volumes"]}
    assert volumes["scratch_tmp"]["exempt"]
    assert volumes["new_share"]["snapshot_state"] == "waiting"
    # Members have what their group has, and a server's backup is its volumes'.
    assert volumes["orders-log"]["protected_by"] == ["snapshots", "replication"]
    assert volumes["ledger"]["protected_by"] == ["snapshots", "backup"]
    assert report["capacity"]["since"] is None
    assert [note for note in report["notes"] if "No earlier day" in note]
    assert [call["operation"] for call in made.run.calls if call["write"]] == []
    assert made.page.stat().st_mode & 0o777 == 0o640


@pytest.mark.newest_core
def test_nothing_gets_in(made: Made) -> None:
    """A name that would be markup or a template is text in the page, and as it is in the JSON."""
    page = made.page.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert "Ours &amp; &lt;theirs&gt;" in page
    assert "//" not in page.replace("<!--", "")
    assert HOSTILE in {one["name"] for one in made.report["volumes"]}
    secret = made.controller.environ["SCP_SECRET_KEY"]
    for file in made.folder.iterdir():
        assert secret not in file.read_text(encoding="utf-8"), file


#: The texts of the cells of each row, by the ids of sections.
ROWS = """
Object.fromEntries([...document.querySelectorAll('section[id]')].map(section => [section.id,
  [...section.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.innerText.trim()))]))
"""
#: What the user without eyes or without a mouse would miss.
BARRIERS = """
[...[...document.querySelectorAll('svg:not([aria-label])')].filter(svg => !svg.closest('[aria-hidden]')),
 ...[...document.querySelectorAll('table')].filter(table => !table.querySelector('thead th[scope=col]')),
 ...[...document.querySelectorAll('a[href^="#"]')].filter(link => !document.getElementById(link.hash.slice(1))),
 ...(document.querySelectorAll('h1').length === 1 && document.documentElement.lang ? [] : [document.body]),
].map(element => element.outerHTML.slice(0, 200))
"""


@pytest.mark.newest_core
@pytest.mark.skipif(browser.chromium() is None, reason="no chromium on this machine (Debian: apt-get install chromium)")
def test_in_a_browser(made: Made) -> None:
    """No complaint of the console, no request but the page itself, the same numbers, and no barrier, at any width."""
    report = made.report
    asyncio.run(_look(made.page, report))


async def _look(file: Path, report: dict[str, Any]) -> None:
    counts, name = report["counts"], "textContent"
    async with browser.opened(file.as_uri()) as page:
        await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        rows = await page.evaluate(ROWS)
        tiles = await page.evaluate(f"[...document.querySelectorAll('.tiles b')].map(one => one.{name})")
        verdict = await page.evaluate(f"document.querySelector('.verdict').{name}")
        assert await page.evaluate(BARRIERS) == []
        for width in (360, 800, 1400):
            for scheme in ("light", "dark"):
                await page.look(width, 900, scheme)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, scheme)
        backgrounds = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert await page.evaluate("document.title") == (
            f"Ours & <theirs>: {counts['critical']} critical, {counts['warning']} warnings"
        )
        assert page.complaints == []
        assert page.requests == [file.as_uri()]
    assert backgrounds == "rgb(17, 20, 26)"
    assert f"{counts['critical']} critical, {counts['warning']} warnings" in verdict
    assert tiles[:5] == [
        f"{counts['unprotected']} of {counts['volumes'] + counts['servers']}",
        f"{counts['replications_bad']} of {counts['replications']}",
        f"{counts['snapshots_due']} of {counts['volumes']}",
        f"{counts['backups_bad']} of {counts['backups']}",
        f"{counts['servers_without_backup']} of {counts['servers']}",
    ]
    assert [row[2] for row in rows["attention"]] == [one["message"] for one in report["findings"]]
    shown = {(row[1].splitlines()[0], row[5], row[6]) for row in rows["volumes"]}
    space = {one["id"]: one["snapshot_space_percent"] for one in report["volumes"]}
    assert shown == {
        (one["base_name"], str(one["snapshots"]), "\u2013" if space[one["id"]] is None else f"{space[one['id']]} %")
        for one in report["volumes"]
    }
    assert [row[6] for row in rows["backups"]] == [str(one["restore_points"]) for one in report["backups"]]
    assert len(rows["replications"]) == len(report["replications"])
    assert next(row[5] for row in rows["archive"]).endswith(("GB", "B"))
    assert len(rows["servers"]) == len(report["servers"])


@pytest.mark.newest_core
def test_as_a_monitor(made: Made, tmp_path: Path) -> None:
    """Check mode writes nothing; with history it shows growth; what is critical makes it fail after it has written."""
    controller, folder = made.controller, tmp_path / "new"
    base = {
        "storage_report_regions": f"{WEST}, {EAST}",
        "storage_report_folder": str(folder),
        "storage_report_kinds": "filestorage pfs",
    }
    predicted = _play(controller, base, arguments=["--check"]).succeeded()
    assert not folder.exists()
    assert _fact(predicted)["counts"]["unprotected"] == 5

    folder.mkdir()
    seeded = report_fixtures.build(datetime.now(UTC), controller.simulator.world()["servers"])
    history = folder / "storage_report.history.json"
    history.write_text(json.dumps(report_fixtures.history(datetime.now(UTC), seeded)), encoding="utf-8")
    named = [
        {"name": "office", "max_age": "7d", "keep": 3},
        {"name": "simulation", "kind": "pfs", "schedule": {"hour": 3}},
        "no_such_volume",
    ]
    variables = {
        **base,
        "storage_report_policies": json.dumps(named),
        "storage_report_exempt": "scratch*, build_cache",
        "storage_report_capacity_gb": "{filestorage: 8800, pfs: 1000}",
        "storage_report_fail_on": "critical",
        "storage_report_history_keep": "30",
    }
    run = _play(controller, variables)
    assert run.rc != 0
    failed = [result for result in run if result.failed]
    assert len(failed) == 1
    report = json.loads((folder / "storage_report.json").read_text(encoding="utf-8"))
    assert failed[0].message.startswith(
        f"{report['counts']['critical']} findings, and storage_report_fail_on is critical"
    )
    assert "models" in failed[0].message
    assert _findings(report, "protection") == {"models", "simulation"}
    assert _findings(report, "snapshots", "warning") == {"no_such_volume"}
    assert _findings(report, "capacity") == {"Parallel File Storage"}
    assert _findings(report, "capacity", "warning") >= {"File Storage", "mail_store"}
    assert report["capacity"]["days"] == pytest.approx(7, abs=0.1)
    kept = json.loads(history.read_text(encoding="utf-8"))["measurements"]
    assert len(kept) == 30
    assert kept[-1]["totals"][f"{WEST}/pfs_volume"] == 172 * 1024 * GIB
    # A broken history is left alone, and said.
    history.write_text("[]", encoding="utf-8")
    run = _play(controller, base).succeeded()
    assert history.read_text(encoding="utf-8") == "[]"
    assert [note for note in _fact(run)["notes"] if "left alone" in note]


def _attempt(name: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Include the role, and show what it fails with."""
    reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name=name)
    return {"block": [{"ansible.builtin.include_role": ROLE, "vars": variables}], "rescue": [reported]}


def test_what_can_not_be_read(made: Made, tmp_path: Path) -> None:
    """A service that the account does not have is reported, and an error if asked; one that fails is an error."""
    controller = made.controller
    base = {"storage_report_folder": str(tmp_path), "storage_report_kinds": ["filestorage", "archive", "pfs"]}
    partial = {
        "SCP_ACCESS_KEY": "SIMULATORPARTIALKEY0000000",
        "SCP_SECRET_KEY": f"simulator-secret-worth-nothing-{'1' * 9}",
    }
    strict = {**base, "storage_report_require_services": True}
    tasks = [{"ansible.builtin.include_role": ROLE, "vars": base}, _attempt("strict", strict)]
    run = controller.run(tasks, environ=partial).succeeded()
    assert not [word for word in CRASHES if word in run.output], run.output
    report = json.loads((tmp_path / "storage_report.json").read_text(encoding="utf-8"))
    assert {one["kind"]: one["state"] for one in report["services"]} == {
        "filestorage_volume": "not_entitled",
        "archive_bucket": "not_entitled",
        "pfs_volume": "read",
    }
    assert f"File Storage in {WEST} is not a service of this account." in report["notes"]
    assert report["findings"] == []
    assert report["regions"] == [WEST]
    assert "not entitled to filestorage" in run["strict"].message

    controller.simulator.fault("status", operation="ListVolumes", service="parallel-filestorage", status=500)
    run = controller.run([_attempt("broken", base)]).succeeded()
    assert "The report is not complete" in run["broken"].message
    assert "500" in run["broken"].message
    report = json.loads((tmp_path / "storage_report.json").read_text(encoding="utf-8"))
    assert _findings(report, "state") == {"Parallel File Storage"}

    # What is left without advice ends without a full stop.
    controller.simulator.fault("reset", operation="ListVolumes", service="parallel-filestorage")
    run = controller.run([_attempt("reset", base)], environ={"SCP_MAX_RETRIES": "0"}).succeeded()
    assert "). What could be read is in" in run["reset"].message


#: Options that cannot be, and what the message must say.
MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "folder": ({"folder": "reports"}, ["storage_report_folder is reports", "absolute"]),
    "name": ({"name": "a/b"}, ["storage_report_name is a/b"]),
    "several": ({"kinds": ["tape"], "backup_max_age": "x"}, ["_kinds has tape", "_backup_max_age has x"]),
}


def test_mistakes(made: Made, tmp_path: Path) -> None:
    """Each is reported with the option and what to do, before any call; so is a key that is refused."""
    tasks = []
    for name, (options, _ignored) in MISTAKES.items():
        given = {f"storage_report_{option}": value for option, value in options.items()}
        tasks.append(_attempt(name, {"storage_report_folder": str(tmp_path / "none"), **given}))
    (tmp_path / "file").write_text("", encoding="utf-8")
    tasks.append(_attempt("no folder", {"storage_report_folder": str(tmp_path / "file" / "reports")}))
    refused = {"storage_report_folder": str(tmp_path / "none"), "storage_report_regions": WEST}
    tasks.append(_attempt("refused", refused))
    run = made.controller.run(tasks, environ={"SCP_SECRET_KEY": "a-wrong-one"}).succeeded()
    assert not [word for word in CRASHES if word in run.output], run.output
    for name, (_ignored, words) in MISTAKES.items():
        assert [word for word in words if word not in run[name].message] == [], run[name].message
    assert f"{tmp_path / 'file'} is not a folder" in run["no folder"].message
    assert "No report was made, for nothing could be read" in run["refused"].message
    assert "secret_key" in run["refused"].message
    assert not (tmp_path / "none").exists()
    called = {call["operation"] for call in run.calls}
    assert called <= {"ListVolumes", "ListVolumeGroups", "ListBackups", "ListBuckets"}
