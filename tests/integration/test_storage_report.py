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
#: Characters that a job event may have; AWX cuts at about 0.7 MB, with the event's own fields.
MAX_EVENT = 100_000


@dataclass(frozen=True)
class Made:
    """A report that was made."""

    controller: Controller
    run: Run
    folder: Path

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
    """A controller, and a simulator with a world for reports. No test in this file changes it."""
    with Simulator() as simulator:
        now = datetime.now(UTC)
        simulator.patch_world(report_fixtures.build(now, simulator.world()["servers"]))
        yield Controller(simulator, tmp_path_factory.mktemp("stage"))
        assert simulator.writes() == []
        status = simulator.control("GET", "")
        assert (status["bugs"], status["violations"]) == (0, 0), simulator.errors()


@pytest.fixture(scope="module")
def made(stage: Controller) -> Made:
    """A report of both regions, the first of its folder."""
    folder = stage.folder / "reports"
    tasks = [{"ansible.builtin.include_role": ROLE}, FACTS]
    variables = {
        "storage_report_regions": [WEST, EAST],
        "storage_report_folder": str(folder),
        "storage_report_exempt": ["scratch*"],
        "storage_report_title": "Ours & <theirs>",
    }
    run = stage.run(tasks, variables=variables).succeeded()
    assert not [word for word in CRASHES if word in run.output], run.output
    return Made(stage, run, folder)


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


def test_files_and_fact_have_the_report(made: Made) -> None:
    """What is in it is tested with the module (tests/modules/test_storage_report.py)."""
    report = made.report
    assert _fact(made.run) == report
    assert (report["regions"], len(report["kinds"])) == ([EAST, WEST], 6)
    assert _findings(report, "replication") == {"erp_files", "ledger"}
    assert [call["operation"] for call in made.run.calls if call["write"]] == []
    assert {file.name for file in made.folder.iterdir()} == {
        f"storage_report.{ending}" for ending in ("html", "json", "history.json")
    }
    assert {file.stat().st_mode & 0o777 for file in made.folder.iterdir()} == {0o640}


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
def test_monitor_fails_after_writing(made: Made, tmp_path: Path) -> None:
    """Check mode writes nothing; a job with a history shows growth; a history that cannot be read is left unchanged."""
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
    run = _play(controller, {**base, "storage_report_fail_on": "critical", "storage_report_history_keep": "30"})
    assert run.rc != 0
    (failed,) = [result for result in run if result.failed]
    report = json.loads((folder / "storage_report.json").read_text(encoding="utf-8"))
    assert failed.message.startswith(f"{report['counts']['critical']} findings, and storage_report_fail_on is critical")
    assert failed.message.endswith(f" The report is {folder}/storage_report.html.")
    assert report["capacity"]["days"] == pytest.approx(7, abs=0.1)
    assert len(json.loads(history.read_text(encoding="utf-8"))["measurements"]) == 30

    history.write_text("[]", encoding="utf-8")
    run = _play(controller, base).succeeded()
    assert history.read_text(encoding="utf-8") == "[]"
    assert [note for note in _fact(run)["notes"] if "left alone" in note]


def _attempt(name: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Include the role, and show what it fails with."""
    reported = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name=name)
    return {"block": [{"ansible.builtin.include_role": ROLE, "vars": variables}], "rescue": [reported]}


@pytest.mark.newest_core
def test_report_that_is_not_complete_is_written(made: Made, tmp_path: Path) -> None:
    controller = made.controller
    variables = {"storage_report_folder": str(tmp_path), "storage_report_kinds": ["filestorage_volume", "pfs_volume"]}
    controller.simulator.fault("status", operation="ListVolumes", service="parallel-filestorage", status=403)
    run = controller.run([_attempt("broken", variables)]).succeeded()
    assert run["broken"].message.startswith("The report is not complete: pfs_volume (kr-west1): ")
    assert run["broken"].message.endswith(f" The report is {tmp_path}/storage_report.html.")
    report = json.loads((tmp_path / "storage_report.json").read_text(encoding="utf-8"))
    assert _findings(report, "state") == {"Parallel File Storage"}


#: Options that cannot be, and what the message must say.
MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "folder": ({"folder": "reports"}, ["storage_report_folder is reports", "absolute"]),
    "name": ({"name": "a/b"}, ["storage_report_name is a/b"]),
    "several": ({"kinds": ["tape"], "backup_max_age": "x"}, ["_kinds has tape", "_backup_max_age has x"]),
}


@pytest.mark.newest_core
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
    assert "No report was made, because nothing could be read" in run["refused"].message
    assert "secret_key" in run["refused"].message
    assert not (tmp_path / "none").exists()
    called = {call["operation"] for call in run.calls}
    assert called <= {"ListVolumes", "ListVolumeGroups", "ListBackups", "ListBuckets"}
