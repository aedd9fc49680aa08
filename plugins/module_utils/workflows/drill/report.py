# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill shows: how each volume did, whether targets were met, and the report for users. All of it is pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...engine.durations import parse_moment
from ..dr.model import Volume

#: As many names of volumes that were not drilled are in the first line of a report.
MAX_NAMED = 5
_MINUTES_FROM, _DAYS_FROM = 600, 2 * 86400
_ORIGINS = {"replica": "replica", "source": "volume"}
_MET = {True: "met", False: "MISSED", None: "not measured"}

Entry = Mapping[str, Any]


# -- judging ----------------------------------------------------------------------------------------------------------


def data_age(started: datetime, taken_at: str | None) -> int | None:
    """Return how old the data of a snapshot are, in seconds."""
    taken = parse_moment(taken_at) if taken_at else None
    return None if taken is None else max(0, round((started - taken).total_seconds()))


def missed(entry: Entry, rto: int | None, rpo: int | None) -> list[str]:
    """Return which targets a volume has missed, as ends of sentences."""
    lines = []
    recovery, loss = entry["recovery_seconds"], entry["data_loss_seconds"]
    if rto is not None and recovery is not None and recovery > rto:
        lines.append(f"it could be used after {recovery} s, and the target (rto) is {rto} s")
    if rpo is not None and loss is not None and loss > rpo:
        lines.append(f"what was written in the last {loss} s would be lost, and the target (rpo) is {rpo} s")
    return lines


def judged(entry: Entry, rto: int | None, rpo: int | None, *, planned: bool = False) -> dict[str, Any]:
    """Return a drilled volume with ``result`` and ``message``.

    :param entry: ``way``, ``blocker``, ``error``, ``checks``, ``recovery_seconds`` and ``data_loss_seconds``.
    """
    bad = "; ".join(f"{check['check']}: {check['found']}" for check in entry["checks"] if not check["passed"])
    trouble = "; ".join(part for part in (entry["error"], bad) if part)
    late = missed(entry, rto, rpo)
    if entry["blocker"] and not trouble:
        return {**entry, "result": "not drilled", "message": entry["blocker"]}
    if planned and not trouble:
        return {**entry, "result": "planned", "message": "; ".join(late)}
    failed = trouble or entry["recovery_seconds"] is None or not entry["checks"]
    result = "failed" if failed else "missed" if late else "passed"
    messages = [trouble or "it was not drilled to its end"] if failed else []
    return {**entry, "result": result, "message": "; ".join([*messages, *late])}


def refused(entry: Entry) -> dict[str, Any]:
    """Return a volume of a run that was refused, with ``result`` and ``message``."""
    return {**entry, "result": "not drilled", "message": entry["blocker"]}


def drilled(entries: Iterable[Entry]) -> list[Entry]:
    """Return the volumes for which a copy was to be made."""
    return [entry for entry in entries if entry.get("way")]


def target(seconds: int | None, values: Sequence[float | None]) -> dict[str, Any]:
    """Return a target, and whether all drilled volumes have met it; ``None`` where nothing was measured."""
    measured = [value for value in values if value is not None]
    if seconds is None or not measured:
        return {"seconds": seconds, "met": None}
    return {"seconds": seconds, "met": len(measured) == len(values) and max(measured) <= seconds}


def highest(values: Iterable[float | None]) -> Any:
    """Return the highest of those values that are known; ``None`` where none is."""
    return max((value for value in values if value is not None), default=None)


# -- the report -------------------------------------------------------------------------------------------------------


def failed_check(task: str, result: Mapping[str, Any], *, hidden: bool = False) -> dict[str, Any]:
    """Return a check of the user that failed, with ``check``, ``passed`` and ``found``.

    :param task: the name of the task that failed.
    :param result: of that task; of a loop with ``results``.
    :param hidden: whether the task has ``no_log``; nothing of its result is shown then.
    """
    if hidden:
        return {"check": task, "passed": False, "found": "it failed, and no_log hides why"}
    failed = [one for one in result.get("results") or () if isinstance(one, Mapping) and one.get("failed")]
    lines = [_reason(one) for one in failed or [result]]
    return {"check": task, "passed": False, "found": "; ".join(dict.fromkeys(lines))}


def _reason(result: Mapping[str, Any]) -> str:
    message = str(result.get("msg") or "it failed").strip()
    output = str(result.get("stderr") or "").strip()
    return f"{message.rstrip('.')}: {output}" if output else message.rstrip(".")


def build_report(
    made: Mapping[str, Any] | None = None,
    removed: Mapping[str, Any] | None = None,
    checks: Sequence[Mapping[str, Any]] = (),
    *,
    kept: bool = False,
) -> dict[str, Any]:
    """Return the report of a drill, or of a removal.

    :param made: what ``scp_dr_drill`` returned with ``state: present``; empty, or skipped, if it did not run.
    :param removed: what it returned with ``state: absent``, likewise.
    :param checks: of the user, each with ``copy`` (the id of the copy), ``check``, ``passed`` and ``found``.
    :param kept: whether the copies were to stay.
    """
    made, removed = _ran(made), _ran(removed)
    first = made or removed
    planned = bool(first.get("planned"))
    rto, rpo = ((made.get(name) or {}).get("seconds") for name in ("rto", "rpo"))
    left = {_identity(entry): entry for entry in removed.get("volumes") or ()}
    volumes = []
    for entry in first.get("volumes") or ():
        after = left.get(_identity(entry))
        began = made and made.get("began", True)
        volumes.append(_reported(entry, after, checks, rto, rpo, planned=planned) if began else dict(entry))
    failures = [
        f"{_label(one)}: {one['message'].rstrip('.')}." for one in volumes if one["result"] in ("failed", "missed")
    ]
    failures += _without_volumes(made, removed)
    started, finished = first.get("started_at"), (removed or made).get("finished_at")
    tried = drilled(volumes)
    not_drilled = [one["name"] for one in volumes if made and not one["way"]]
    return {
        "started": started,
        "finished": finished,
        "seconds": _seconds(started, finished),
        "recovery_seconds": highest(one["recovery_seconds"] for one in tried),
        "data_loss_seconds": highest(one["data_loss_seconds"] for one in tried),
        "rto": target(rto, [one["recovery_seconds"] for one in tried]),
        "rpo": target(rpo, [one["data_loss_seconds"] for one in tried]),
        "passed": bool(volumes) and not failures and all(one["result"] == "passed" for one in volumes),
        "drilled": len(tried),
        "not_drilled": not_drilled,
        "kept": kept,
        "planned": planned,
        "operations": [
            *(made.get("operations") or ()),
            *(made.get("removal_operations") or ()),
            *(removed.get("operations") or ()),
        ],
        "removed": [*(made.get("removed") or ()), *(removed.get("removed") or ())],
        "left_behind": list((removed or made).get("left_behind") or ()),
        "empty_groups": list((removed or made).get("empty_groups") or ()),
        "volumes": volumes,
        "failures": failures,
    }


def _identity(entry: Entry) -> tuple[str, str, str]:
    return (entry["kind"], entry["region"], entry["name"])


def _label(entry: Entry) -> str:
    return Volume(0, entry["kind"], entry["name"], entry["region"], entry["target_region"]).label


def _reported(
    entry: Entry,
    after: Entry | None,
    checks: Sequence[Mapping[str, Any]],
    rto: int | None,
    rpo: int | None,
    *,
    planned: bool,
) -> dict[str, Any]:
    """Return a volume as it is after the checks of the user and the removal of its copy."""
    identifier = (entry["recovered"] or {}).get("id")
    own = [
        {"check": check["check"], "passed": check["passed"], "found": check["found"]}
        for check in checks
        if identifier is not None and check["copy"] == identifier
    ]
    known = {**entry, "checks": [*entry["checks"], *own]}
    if after is not None:
        known["left_behind"] = after["left_behind"]
        errors = [entry["error"], after["error"]]
        known["error"] = "; ".join(dict.fromkeys(error for error in errors if error))
    return judged(known, rto, rpo, planned=planned)


def _ran(result: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the result of a task; nothing where it was skipped."""
    return {} if result is None or result.get("skipped") else result


def _without_volumes(*results: Mapping[str, Any]) -> list[str]:
    """Return why a run was refused, or broke off before it came to the volumes."""
    refused = (one for one in results if one.get("msg") and ("volumes" not in one or one.get("began") is False))
    return [f"{str(one['msg']).rstrip('.')}." for one in refused]


def _seconds(started: str | None, finished: str | None) -> float | None:
    begin, end = (parse_moment(text) if text else None for text in (started, finished))
    return None if begin is None or end is None else (end - begin).total_seconds()


# -- the report for users ---------------------------------------------------------------------------------------------


def span(seconds: float | None) -> str:
    """Return a duration for users."""
    if seconds is None:
        return "-"
    if seconds < _MINUTES_FROM:
        return f"{seconds:g} s"
    if seconds < _DAYS_FROM:
        return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02} h"
    return f"{seconds / 86400:.1f} days"


def report_lines(report: Mapping[str, Any]) -> list[str]:
    """Return a report as lines of Markdown.

    :param report: as :func:`build_report` returns it.
    """
    lines = [f"# Disaster recovery drill, {report['started'] or 'not begun'}", "", *_headline(report), ""]
    if report["volumes"]:
        lines += _table(report["volumes"])
    for entry in report["volumes"]:
        if entry["checks"] or entry["message"]:
            lines += ["", *_section(entry)]
    return [*lines, "", *_remains(report)]


def _headline(report: Mapping[str, Any]) -> list[str]:
    if report["planned"]:
        return ["This is check mode, and nothing was changed.", *_planned(report)]
    if not any("recovery_seconds" in entry for entry in report["volumes"]):
        if report["volumes"]:
            return ["Copies of these volumes that earlier drills have made were to be removed."]
        return [f"**NOT PASSED**: {' '.join(report['failures']) or 'nothing was drilled.'}"]
    failed = report["failures"] or not report["drilled"]
    verdict = "Passed" if report["passed"] else "NOT PASSED" if failed else "Passed in part"
    names = report["not_drilled"]
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    rest = f"; {len(names)} not drilled ({', '.join(names[:MAX_NAMED])}{more})" if names else ""
    count = f"{report['drilled']} of {len(report['volumes'])} drilled"
    return [
        f"**{verdict}**: {count}{rest}, in {span(report['seconds'])} altogether.",
        "",
        f"- Recovery took {span(report['recovery_seconds'])}{_target(report['rto'])}.",
        f"- Data loss would have been {span(report['data_loss_seconds'])}{_target(report['rpo'])}.",
    ]


def _planned(report: Mapping[str, Any]) -> list[str]:
    operations = ", ".join(report["operations"])
    return ["", f"Operations that a drill would send: {operations}."] if operations else []


def _target(judgement: Mapping[str, Any]) -> str:
    if judgement["seconds"] is None:
        return ""
    return f" (target {span(judgement['seconds'])}: {_MET[judgement['met']]})"


def _table(entries: Sequence[Entry]) -> list[str]:
    header = ["Volume", "From", "To", "Made from", "Recovered in", "Data loss", "Age of the data", "Result"]
    rows = [
        [
            entry["name"],
            entry["region"],
            entry["target_region"],
            made_from(entry),
            span(entry.get("recovery_seconds")),
            span(entry.get("data_loss_seconds")),
            span(entry.get("data_age_seconds")),
            entry["result"],
        ]
        for entry in entries
    ]
    return [f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows)]


def made_from(entry: Entry) -> str:
    """Return what the copy of a volume is made from."""
    if not entry.get("way"):
        return "-"
    return f"{entry['snapshot']['name']} of the {_ORIGINS[entry['way']]}"


def _section(entry: Entry) -> list[str]:
    lines = [f"## {entry['name']} ({entry['region']} to {entry['target_region']})", ""]
    if entry["message"]:
        lines += [f"{entry['message'].rstrip('.')}.", *([""] if entry["checks"] else [])]
    return lines + [
        f"- {'ok' if check['passed'] else 'FAILED'}: {check['check']}: {check['found']}" for check in entry["checks"]
    ]


def _remains(report: Mapping[str, Any]) -> list[str]:
    lines = []
    if report["left_behind"]:
        lines.append(f"**Left behind:** {', '.join(report['left_behind'])}")
    elif report["planned"]:
        if report["removed"]:
            lines.append(f"To be removed first: {', '.join(report['removed'])}.")
    elif report["kept"]:
        lines.append("The copies were kept. state: absent removes them.")
    elif report["removed"]:
        lines.append(f"Removed: {', '.join(report['removed'])}. Nothing is left behind.")
    else:
        lines.append("There was nothing to remove.")
    if report["empty_groups"]:
        groups = ", ".join(report["empty_groups"])
        lines.append(f"The platform has no call that removes volume groups. Without a volume and unused: {groups}")
    return lines
