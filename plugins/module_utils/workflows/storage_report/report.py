# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a report, as its JSON and its page show them: all numbers of both are worked out in this folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from .evaluate import Judge, unreadable
from .history import MOST, Growth, History, by_kind, measure
from .models import AREAS, KINDS, OK, PROTECTED_KINDS, SEVERITIES, Volume, worst
from .parse import Reading, World, read

FORMAT = 1
#: Ages of newest snapshots that are counted together: as the user calls them, and up to how many seconds they go.
AGES = {"6 h": 6 * 3600, "1 d": 86400, "2 d": 2 * 86400, "7 d": 7 * 86400, "30 d": 30 * 86400}
#: Of so many days the results of jobs are counted.
JOB_DAYS = 14


def facts(
    readings: Iterable[Reading],
    limits: Mapping[str, Any],
    now: datetime,
    history: str,
    keep: int,
) -> dict[str, Any]:
    """Work out a report.

    :param limits: as :func:`options.read_options` returns them.
    :param history: what the report before has kept, as a text; empty where there is none.
    :param keep: for how many days measurements are kept.
    :return: ``report``, and ``history``: what to keep, empty where what there is cannot be read and is left alone.
    """
    world = read(readings, now)
    judge = Judge(world, limits)
    things = [*world.volumes, *world.backups, *world.buckets]
    was_read = [(one.kind, one.region) for one in world.services if one.state == "read"]
    measured = measure(things, now, was_read)
    earlier = History(history, now)
    kept = earlier.kept(measured, keep)
    growth = Growth(measured, earlier, limits, things)
    findings = [*unreadable(world), *judge.findings, *growth.findings]
    findings.sort(
        key=lambda one: (-SEVERITIES.index(one.severity), AREAS.index(one.area), one.kind, one.region, one.name)
    )
    severities = Counter(one.severity for one in findings)
    report = {
        "format": FORMAT,
        "generated_at": now.isoformat(timespec="seconds"),
        "status": worst(*(one.severity for one in findings)),
        "regions": sorted({one.region for one in world.services}),
        "kinds": list(dict.fromkeys(one.kind for one in world.services)),
        "limits": dict(limits),
        "notes": _notes(world, growth, earlier),
        "counts": {"critical": severities["critical"], "warning": severities["warning"], **_counts(world, judge)},
        "findings": [asdict(one) for one in findings],
        "services": [asdict(one) for one in world.services],
        "capacity": {
            **growth.facts,
            "history": _course(kept["measurements"]),
            "largest": _largest(things),
        },
        "volumes": [asdict(one) for one in sorted(world.volumes, key=_by_trouble)],
        "replications": [asdict(one) for one in sorted(world.replications, key=_by_trouble)],
        "backups": [asdict(one) for one in sorted(world.backups, key=_by_trouble)],
        "servers": [asdict(one) for one in sorted(judge.servers, key=_by_trouble)],
        "buckets": [asdict(one) for one in sorted(world.buckets, key=_by_trouble)],
        "charts": {
            "protection": _protection(world),
            "snapshot_ages": _snapshot_ages(world),
            "backup_days": _backup_days(world),
        },
    }
    return {"report": report, "history": {} if earlier.problem else kept}


def _by_trouble(thing: Any) -> tuple[int, str, str, str]:
    """Return findings sorted by severity."""
    name = getattr(thing, "name", "") or str(getattr(thing, "source", {}).get("name"))
    return -SEVERITIES.index(thing.status), getattr(thing, "kind", ""), getattr(thing, "region", ""), name


def _judged(world: World) -> list[Volume]:
    return [volume for volume in world.volumes if not volume.is_copy]


def _counts(world: World, judge: Judge) -> dict[str, int]:
    """The numbers at the top of the page."""
    judged = _judged(world)
    backups = [one for one in world.backups if not one.is_copy]
    return {
        "volumes": len(judged),
        "copies": len(world.volumes) - len(judged),
        "unprotected": sum(one.unprotected for one in judged) + sum(one.unprotected for one in judge.servers),
        "exempt": sum(one.exempt for one in judged),
        "snapshots_due": sum(one.snapshot_state in ("old", "none") and not one.exempt for one in judged),
        "replications": len(world.replications),
        "replications_bad": sum(one.status != OK for one in world.replications),
        "backups": len(backups),
        "backups_bad": sum(one.status != OK for one in backups),
        "servers": len(judge.servers),
        "servers_without_backup": sum(not one.backups for one in judge.servers),
        "buckets": len(world.buckets),
        "buckets_bad": sum(one.status != OK for one in world.buckets),
    }


def _notes(world: World, growth: Growth, history: History) -> list[str]:
    """What a reader has to know to read the numbers right."""
    notes = []
    regions = sorted({one.region for one in world.services})
    for kind, without, meaning in (
        (
            "bm_volume",
            "backup",
            "block volumes that only a backup protects count as unprotected, and servers are not reported",
        ),
        ("bm_volume", "bm_volume_group", "block volumes that only their group protects count as unprotected"),
    ):
        where = [one for one in regions if world.reads(kind, one) and not world.reads(without, one)]
        if where:
            notes.append(f"{KINDS[without].plural.capitalize()} were not read in {', '.join(where)}: {meaning}.")
    notes += [
        f"{KINDS[one.kind].service} in {one.region} is not a service of this account."
        for one in world.services
        if one.state == "not_entitled"
    ]
    if history.problem:
        notes.append(f"The history of earlier reports was left alone and not used: {history.problem}.")
    elif growth.facts["since"] is None:
        notes.append(
            "No earlier day was measured yet, so that nothing can be said of growth. The services keep no history."
        )
    return notes


def _course(measurements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was measured on each day, over all regions."""
    return [{"day": one["day"], "bytes": by_kind(one["totals"])} for one in measurements]


def _largest(things: Iterable[Any]) -> list[dict[str, Any]]:
    """The things that take most, copies too: they are paid for as well."""
    largest = sorted((one for one in things if one.bytes), key=lambda one: -int(one.bytes))[:MOST]
    fields = ("zone", "kind", "region", "id", "bytes", "is_copy")
    return [
        {
            "name": getattr(one, "base_name", one.name),
            **{field: getattr(one, field) for field in fields},
        }
        for one in largest
    ]


def _protection(world: World) -> list[dict[str, Any]]:
    """How many of each kind are in the desired state."""
    found = []
    for kind in PROTECTED_KINDS:
        statuses = Counter(
            "unprotected" if one.unprotected else "protected" if one.status == OK else "trouble"
            for one in _judged(world)
            if one.kind == kind
        )
        if statuses:
            found.append({"kind": kind, **{name: statuses[name] for name in ("protected", "trouble", "unprotected")}})
    return found


def _snapshot_ages(world: World) -> list[dict[str, Any]]:
    """How old newest snapshots are, and whether that is allowed."""
    counted: Counter[tuple[int, bool]] = Counter()
    for volume in _judged(world):
        newest = volume.newest_snapshot
        place = len(AGES) + 1
        if newest is not None:
            age = int(newest["age_seconds"])
            place = next((number for number, most in enumerate(AGES.values()) if age <= most), len(AGES))
        counted[place, volume.snapshot_state in ("old", "none") and not volume.exempt] += 1
    labels = [*AGES, "older", "none"]
    return [
        {"label": label, "fresh": counted[number, False], "due": counted[number, True]}
        for number, label in enumerate(labels)
    ]


def _backup_days(world: World) -> list[dict[str, Any]]:
    """How the jobs of each of the last days ended."""
    today = world.now.astimezone(UTC).date()
    days = [(today - timedelta(days=number)).isoformat() for number in reversed(range(JOB_DAYS))]
    counted = Counter(
        (str(job["began_at"])[:10], str(job["state"])) for one in world.backups if not one.is_copy for job in one.jobs
    )
    words = {"success": "SUCCESS", "partial": "PARTIAL_SUCCESS", "failed": "FAILED"}
    return [{"day": day, **{name: counted[day, word] for name, word in words.items()}} for day in days]
