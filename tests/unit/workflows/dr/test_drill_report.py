# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a drill: every sentence that users can read in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.report import (
    build_report,
    data_age,
    failed_check,
    judged,
    refused,
    report_lines,
    span,
    target,
)

WEST, EAST = "kr-west1", "kr-east1"
STARTED, FINISHED = "2026-10-01T05:00:00Z", "2026-10-01T05:10:30Z"
SNAPSHOT = {"id": "snap-1", "name": "web.2026-10-01_100000", "taken_at": "2026-10-01T01:00:00Z"}
OK = {"check": "state", "passed": True, "found": "available"}


def entry(**fields: Any) -> dict[str, Any]:
    """Return a volume that was drilled without a fault, as the module has it before it is judged."""
    return {
        "kind": "filestorage_volume",
        "name": "web",
        "region": WEST,
        "target_region": EAST,
        "source_id": "s-1",
        "replica_id": "t-1",
        "left_behind": [],
        "operations": ["CreateVolume"],
        "change": "created",
        "error": "",
        "way": "replica",
        "blocker": "",
        "snapshot": SNAPSHOT,
        "recovered": {"id": "c-1"},
        "recovery_seconds": 12.5,
        "replica_lag_seconds": None,
        "data_age_seconds": 14400,
        "data_loss_seconds": 14400,
        "checks": [OK],
        **fields,
    }


def blocked(**fields: Any) -> dict[str, Any]:
    return entry(
        way=None,
        blocker="it has no snapshot",
        snapshot=None,
        recovered=None,
        recovery_seconds=None,
        data_age_seconds=None,
        data_loss_seconds=None,
        checks=[],
        operations=[],
        **fields,
    )


def made(*entries: dict[str, Any], rto: int | None = None, rpo: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return what the module returned for these volumes."""
    volumes = [judged(one, rto, rpo, planned=fields.get("planned", False)) for one in entries]
    return {
        "began": True,
        "planned": False,
        "started_at": STARTED,
        "finished_at": FINISHED,
        "volumes": volumes,
        "rto": {"seconds": rto, "met": None},
        "rpo": {"seconds": rpo, "met": None},
        "operations": ["CreateVolume"],
        "removed": [],
        **fields,
    }


def removed(**fields: Any) -> dict[str, Any]:
    """Return what the module returned when it removed the copy of the volume."""
    gone = {
        **{name: entry()[name] for name in ("kind", "name", "region", "target_region", "error")},
        "left_behind": [],
        "way": None,
        "checks": [],
        "result": "removed",
        "message": "",
    }
    return {
        "began": True,
        "started_at": STARTED,
        "finished_at": "2026-10-01T05:20:00Z",
        "volumes": [{**gone, **fields.pop("entry", {})}],
        "operations": ["DeleteVolume"],
        "removed": ["drill_1 in kr-east1"],
        "left_behind": [],
        "empty_groups": [],
        **fields,
    }


# -- judging ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "targets", "result", "message"),
    [
        ({}, (None, None), "passed", ""),
        ({}, (13, 14400), "passed", ""),
        ({}, (12, None), "missed", "it could be used after 12.5 s, and the target (rto) is 12 s"),
        (
            {},
            (None, 3600),
            "missed",
            "what was written in the last 14400 s would be lost, and the target (rpo) is 3600 s",
        ),
        (
            {},
            (1, 1),
            "missed",
            "it could be used after 12.5 s, and the target (rto) is 1 s; what was written in the last 14400 s would be"
            " lost, and the target (rpo) is 1 s",
        ),
        ({"error": "it was refused"}, (None, None), "failed", "it was refused"),
        (
            {"checks": [OK, {"check": "size_gb", "passed": False, "found": "20, expected 10"}]},
            (None, None),
            "failed",
            "size_gb: 20, expected 10",
        ),
        ({"recovery_seconds": None}, (1, None), "failed", "it was not drilled to its end"),
        ({"checks": []}, (None, None), "failed", "it was not drilled to its end"),
    ],
)
def test_judged_volume_has_a_result_and_its_reason(
    fields: dict[str, Any], targets: tuple[int | None, int | None], result: str, message: str
) -> None:
    found = judged(entry(**fields), *targets)
    assert (found["result"], found["message"]) == (result, message)


def test_judged_volume_without_a_copy_is_not_drilled() -> None:
    found = judged(blocked(), 1, 1)
    assert (found["result"], found["message"]) == ("not drilled", "it has no snapshot")
    assert judged(blocked(error="it is in use"), 1, 1)["result"] == "failed"
    assert refused(entry(blocker=""))["result"] == "not drilled"


def test_judged_plan_is_planned() -> None:
    plan = entry(recovered=None, recovery_seconds=None, checks=[])
    assert judged(plan, 1, None, planned=True)["result"] == "planned"
    assert judged({**plan, "error": "it was refused"}, 1, None, planned=True)["result"] == "failed"


@pytest.mark.parametrize(
    ("seconds", "values", "met"),
    [
        (None, [1], None),
        (10, [], None),
        (10, [None], None),
        (10, [1, 10], True),
        (10, [1, 11], False),
        (10, [1, None], False),
    ],
)
def test_target_is_met_only_if_all_that_was_drilled_met_it(
    seconds: int | None, values: list[float | None], met: bool | None
) -> None:
    assert target(seconds, values) == {"seconds": seconds, "met": met}


def test_data_age_is_never_negative() -> None:
    now = datetime(2026, 10, 1, 5, tzinfo=UTC)
    assert data_age(now, SNAPSHOT["taken_at"]) == 14400
    assert data_age(now, "2026-10-01T06:00:00Z") == 0
    assert data_age(now, None) is None


# -- checks of the user -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "found"),
    [
        ({"msg": "It differs."}, "It differs"),
        ({"msg": "non-zero return code", "stderr": "web.txt: FAILED\n"}, "non-zero return code: web.txt: FAILED"),
        ({}, "it failed"),
        (
            {
                "msg": "One or more items failed",
                "results": [{"failed": True, "msg": "a"}, {"msg": "ok"}, {"failed": True, "msg": "b"}],
            },
            "a; b",
        ),
        ({"results": [{"failed": True, "msg": "a"}, {"failed": True, "msg": "a"}]}, "a"),
    ],
)
def test_failed_check_says_why(result: dict[str, Any], found: str) -> None:
    assert failed_check("Compare", result) == {"check": "Compare", "passed": False, "found": found}


def test_failed_check_with_no_log_shows_nothing_of_the_result() -> None:
    found = failed_check("Log in", {"msg": "hunter2", "results": [{"failed": True, "msg": "hunter2"}]}, hidden=True)
    assert found == {"check": "Log in", "passed": False, "found": "it failed, and no_log hides why"}


# -- the report -------------------------------------------------------------------------------------------------------


def test_report_of_a_drill_that_passed() -> None:
    found = build_report(made(entry(), rto=600, rpo=86400), removed())
    assert (found["passed"], found["failures"]) == (True, [])
    assert (found["drilled"], found["not_drilled"]) == (1, [])
    assert (found["started"], found["finished"], found["seconds"]) == (STARTED, "2026-10-01T05:20:00Z", 1200.0)
    assert (found["recovery_seconds"], found["data_loss_seconds"]) == (12.5, 14400)
    assert (found["rto"], found["rpo"]) == ({"seconds": 600, "met": True}, {"seconds": 86400, "met": True})
    assert found["operations"] == ["CreateVolume", "DeleteVolume"]
    assert report_lines(found) == [
        f"# Disaster recovery drill, {STARTED}",
        "",
        "**Passed**: 1 of 1 drilled, in 0:20 h altogether.",
        "",
        "- Recovery took 12.5 s (target 0:10 h: met).",
        "- Data loss would have been 4:00 h (target 24:00 h: met).",
        "",
        "| Volume | From | To | Made from | Recovered in | Data loss | Age of the data | Result |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| web | kr-west1 | kr-east1 | web.2026-10-01_100000 of the replica | 12.5 s | 4:00 h | 4:00 h | passed |",
        "",
        "## web (kr-west1 to kr-east1)",
        "",
        "- ok: state: available",
        "",
        "Removed: drill_1 in kr-east1. Nothing is left behind.",
    ]


def test_report_of_a_missed_target_does_not_pass() -> None:
    found = build_report(made(entry(way="source"), rto=10), removed())
    assert found["failures"] == [
        "web (kr-west1 to kr-east1): it could be used after 12.5 s, and the target (rto) is 10 s."
    ]
    lines = report_lines(found)
    assert lines[2].startswith("**NOT PASSED**: 1 of 1 drilled, in ")
    assert "- Recovery took 12.5 s (target 10 s: MISSED)." in lines
    assert any("of the volume |" in line for line in lines)


def test_report_includes_checks_of_the_user() -> None:
    checks = [
        {"copy": "c-1", "check": "check.yml", "passed": True, "found": "no task failed"},
        {"copy": "another", "check": "check.yml", "passed": False, "found": "not this one"},
    ]
    assert build_report(made(entry()), removed(), checks)["passed"]
    bad = [{"copy": "c-1", **failed_check("Compare", {"msg": "It differs."})}]
    found = build_report(made(entry()), removed(), bad)
    assert found["failures"] == ["web (kr-west1 to kr-east1): Compare: It differs."]
    assert found["volumes"][0]["result"] == "failed"
    assert "- FAILED: Compare: It differs" in report_lines(found)


def test_report_of_volumes_that_were_not_drilled_passes_in_part() -> None:
    others = [blocked(name=f"v{number}") for number in range(7)]
    found = build_report(made(entry(), *others, rto=600), removed())
    assert (found["passed"], found["failures"], found["rto"]["met"]) == (False, [], True)
    lines = report_lines(found)
    assert lines[2].startswith("**Passed in part**: 1 of 8 drilled; 7 not drilled (v0, v1, v2, v3, v4 and 2 more), in ")
    assert "it has no snapshot." in lines
    assert "| v0 | kr-west1 | kr-east1 | - | - | - | - | not drilled |" in lines


def test_report_of_what_could_not_be_removed_does_not_pass() -> None:
    why = "drill_1 in kr-east1 could not be removed: it is attached"
    left = removed(
        entry={"result": "failed", "error": why, "message": why, "left_behind": ["drill_1 in kr-east1"]},
        removed=[],
        left_behind=["drill_1 in kr-east1"],
    )
    found = build_report(made(entry()), left)
    assert found["failures"] == [f"web (kr-west1 to kr-east1): {why}."]
    assert found["volumes"][0]["left_behind"] == ["drill_1 in kr-east1"]
    assert report_lines(found)[-1] == "**Left behind:** drill_1 in kr-east1"


def test_report_of_copies_that_were_kept() -> None:
    found = build_report(made(entry()), {"skipped": True}, kept=True)
    assert (found["passed"], found["kept"], found["finished"]) == (True, True, FINISHED)
    assert report_lines(found)[-1] == "The copies were kept. state: absent removes them."


def test_report_of_a_refused_drill_has_the_message_once() -> None:
    message = "Nothing was changed: 1 of 1 volumes cannot be drilled. web (kr-west1 to kr-east1): it has no snapshot."
    result = {**made(), "volumes": [refused(blocked())], "began": False, "msg": message}
    found = build_report(result, {"skipped": True})
    assert (found["failures"], found["passed"]) == ([message], False)
    assert report_lines(found)[2].startswith("**NOT PASSED**: 0 of 1 drilled; 1 not drilled (web), in ")
    assert report_lines(found)[-1] == "There was nothing to remove."


def test_report_without_volumes_has_the_message() -> None:
    found = build_report({"msg": "volumes has mistakes.", "began": False}, {"skipped": True})
    assert (found["failures"], found["passed"], found["seconds"]) == (["volumes has mistakes."], False, None)
    assert report_lines(found)[:3] == [
        "# Disaster recovery drill, not begun",
        "",
        "**NOT PASSED**: volumes has mistakes.",
    ]
    assert report_lines(build_report({}, {}))[2] == "**NOT PASSED**: nothing was drilled."


def test_report_of_a_plan_lists_all_operations() -> None:
    plan = entry(recovered=None, recovery_seconds=None, checks=[])
    result = made(plan, rto=10, planned=True, removal_operations=["DeleteVolume"], removed=["drill_0 in kr-east1"])
    found = build_report(result, {"skipped": True})
    assert (found["planned"], found["failures"], found["operations"]) == (True, [], ["CreateVolume", "DeleteVolume"])
    assert found["rto"] == {"seconds": 10, "met": None}
    lines = report_lines(found)
    assert lines[2:5] == [
        "This is check mode, and nothing was changed.",
        "",
        "Operations that a drill would send: CreateVolume, DeleteVolume.",
    ]
    assert lines[-1] == "To be removed first: drill_0 in kr-east1."


def test_report_of_a_removal_alone() -> None:
    found = build_report({"skipped": True}, removed(empty_groups=["group drill-g in kr-east1"]))
    assert (found["failures"], found["passed"], found["removed"]) == ([], False, ["drill_1 in kr-east1"])
    assert found["volumes"][0]["result"] == "removed"
    lines = report_lines(found)
    assert lines[2] == "Copies of these volumes that earlier drills have made were to be removed."
    assert lines[-2:] == [
        "Removed: drill_1 in kr-east1. Nothing is left behind.",
        "The platform has no call that removes volume groups. Without a volume and unused: group drill-g in kr-east1",
    ]


def test_report_of_unmeasured_targets_says_so() -> None:
    found = build_report(made(entry(recovery_seconds=None, error="it was refused"), rto=10), removed())
    assert "- Recovery took - (target 10 s: not measured)." in report_lines(found)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0, "0 s"), (599.9, "599.9 s"), (600, "0:10 h"), (90000, "25:00 h"), (172800, "2.0 days")],
)
def test_span_is_short(seconds: float | None, text: str) -> None:
    assert span(seconds) == text
