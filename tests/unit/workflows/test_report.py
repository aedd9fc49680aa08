# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readable part of the result of a workflow."""

from __future__ import annotations

from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.workflows.report import MAX_ROWS, Failure, Report, Row

HEADER = ("VOLUME", "STATE")


def row(name: str, change: Any = "unchanged", *operations: str, region: str = "kr-west1", **more: Any) -> Row:
    return Row(name, region, (name, "available"), change, operations, **more)


def test_report_of_success_has_no_message() -> None:
    result = Report("volume", HEADER, [row("web", "changed", "CreateSnapshot", "CreateSnapshot"), row("db")]).result()
    assert result == {
        "changed": True,
        "operations": ["CreateSnapshot", "CreateSnapshot"],
        "table": ["VOLUME  STATE      DONE", "web     available  CreateSnapshot (2)", "db      available  -"],
        "summary": "0 created, 1 changed, 1 unchanged, 0 failed",
        "failures": [],
    }


def test_report_of_a_dry_run_says_that_it_is_planned() -> None:
    result = Report("volume", HEADER, [row("web", "changed", "CreateSnapshot")], dry_run=True).result()
    assert result["table"][0].endswith("PLANNED")
    assert result["summary"].startswith("Plan, nothing was changed: ")


def test_report_groups_alike_failures_and_has_the_facts_of_the_first() -> None:
    facts = {"operation": "CreateSnapshot", "status": 403}
    rows = [
        row("web", "failed", "CreateSnapshot", failures=[Failure("It was refused.", facts)]),
        row("db", "failed", failures=[Failure("It is missing.")]),
        row("log", "failed", failures=[Failure("It is missing.")]),
        row("app"),
    ]
    result = Report("volume", HEADER, rows).result()
    assert result["failures"] == ["web: It was refused.", "2 volumes: It is missing: db, log."]
    assert result["msg"] == (
        "3 of 4 volumes failed. web: It was refused. 2 volumes: It is missing: db, log. Run the task again when the"
        " cause is removed. It continues from the current state."
    )
    assert (result["failed"], result["error"]) == (True, facts)
    assert result["table"][1].endswith("FAILED, CreateSnapshot")


def test_report_distinguishes_items_of_one_name_by_region() -> None:
    failure = [Failure("It is missing.")]
    rows = [row("web", "failed", failures=failure), row("web", "failed", region="kr-east1", failures=failure)]
    assert Report("volume", HEADER, rows).failures() == ["2 volumes: It is missing: web (kr-west1), web (kr-east1)."]


def test_report_of_blockers_sent_nothing() -> None:
    rows = [row("web", "failed", failures=[Failure("It is taken.")]), row("db", "skipped")]
    result = Report("volume", HEADER, rows, blocked=True).result()
    assert (result["changed"], result["operations"]) == (False, [])
    assert result["summary"] == "0 created, 0 changed, 0 unchanged, 1 failed, 1 skipped"
    assert result["msg"] == "1 of 2 volumes cannot be worked on, and nothing was changed. web: It is taken."


def test_report_of_many_leaves_out_the_unchanged() -> None:
    rows = [row(f"v{number}", "changed" if number == 3 else "unchanged") for number in range(MAX_ROWS + 1)]
    table = Report("volume", HEADER, rows).table()
    assert [line.split()[0] for line in table] == ["VOLUME", "v3", f"({MAX_ROWS}"]
    assert len(Report("volume", HEADER, rows[1:]).table()) == MAX_ROWS + 1
