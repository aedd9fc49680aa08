# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Growth: what is there now, against what earlier reports have measured. The services keep no separate history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from ...resources.kinds import full_kind
from .models import CRITICAL, GIB, KINDS, WARNING, Bucket, Finding, Volume, describe_bytes

FORMAT = 1
#: Kinds whose things grow by themselves.
GROWING = ("filestorage_volume", "archive_bucket")
#: What grew less than this is not a finding, however many percent it is.
LEAST_GROWTH = GIB
#: Percent of a limit of capacity, and days until it is reached, from which on there is a warning.
NEAR_PERCENT = 80
NEAR_DAYS = 30
#: As many of those that grew most are reported.
MOST = 10
DAY = 86400


class History:
    """The measurements of earlier reports, one a day, and the one of now.

    :ivar problem: why the measurements that there are cannot be used; empty otherwise.
    """

    def __init__(self, text: str, now: datetime) -> None:
        """Read what an earlier report has kept; ``text`` is empty where there is none."""
        self._now = now
        self._earlier, self.problem = _parsed(text)

    def kept(self, measured: Mapping[str, Any], keep: int) -> dict[str, Any]:
        """What to keep from now on: one measurement a day, the newest ``keep``. That of the same day is replaced."""
        others = [one for one in self._earlier if one["day"] != measured["day"]]
        newest = sorted([*others, measured], key=lambda one: str(one["at"]))[-keep:]
        return {"format": FORMAT, "measurements": newest}

    def before(self, period: int) -> Mapping[str, Any] | None:
        """The measurement of another day to compare with: the newest that is as old as ``period``, or the oldest."""
        others = [one for one in self._earlier if one["day"] != self._now.date().isoformat()]
        old = [one for one in others if self.days_since(one) * DAY >= period - DAY / 2]
        return old[-1] if old else others[0] if others else None

    def days_since(self, measured: Mapping[str, Any]) -> float:
        """How many days ago something was measured."""
        return (self._now - datetime.fromisoformat(str(measured["at"]))).total_seconds() / DAY


def _parsed(text: str) -> tuple[list[dict[str, Any]], str]:
    if not text.strip():
        return [], ""
    try:
        document = json.loads(text)
        if not isinstance(document, dict):
            raise TypeError("no JSON object")
        if document.get("format") != FORMAT:
            return [], f"its format is {document.get('format')}, and this version of the collection knows {FORMAT}"
        found = sorted(document["measurements"], key=lambda one: str(one["at"]))
        for one in found:
            _check(one)
            one["totals"] = _in_full(one["totals"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return [], f"it is not what a report has written ({error})"
    return found, ""


def _check(measured: Mapping[str, Any]) -> None:
    """Raise what reading raises where a measurement is not as :func:`measure` makes them."""
    date.fromisoformat(measured["day"])
    if datetime.fromisoformat(measured["at"]).tzinfo is None:
        raise ValueError(f"{measured['at']} names no zone")
    totals, things = measured["totals"], measured["things"]
    if not isinstance(totals, dict) or not isinstance(things, dict):
        raise TypeError("totals and things must be JSON objects")
    for key in totals:
        _region, _kind = key.split("/")
    for number in (*totals.values(), *things.values()):
        if not isinstance(number, int):
            raise TypeError(f"{number} is not a number of bytes")


def _in_full(totals: Mapping[str, int]) -> dict[str, int]:
    """Return totals with the full forms of kinds: reports of earlier versions have written short ones."""
    found: dict[str, int] = {}
    for key, number in totals.items():
        region, kind = key.split("/")
        full = f"{region}/{full_kind(kind)}"
        found[full] = found.get(full, 0) + number
    return found


def measure(things: Iterable[Volume | Bucket | Any], now: datetime, read: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """One measurement: the bytes of each kind in each region that was read, and of each thing that grows by itself."""
    totals = {f"{region}/{kind}": 0 for kind, region in read if KINDS[kind].holds}
    grown: dict[str, int] = {}
    for thing in things:
        if not KINDS[thing.kind].holds:
            continue
        totals[f"{thing.region}/{thing.kind}"] += thing.bytes
        if thing.kind in GROWING:
            grown[thing.id] = thing.bytes
    return {"day": now.date().isoformat(), "at": now.isoformat(timespec="seconds"), "totals": totals, "things": grown}


def by_kind(totals: Mapping[str, int], regions: Iterable[str] | None = None) -> dict[str, int]:
    """The bytes of each kind, over all regions or some."""
    found: dict[str, int] = {}
    for key, number in totals.items():
        region, kind = key.split("/")
        if kind in KINDS and (regions is None or region in regions):
            found[kind] = found.get(kind, 0) + int(number)
    return found


class Growth:
    """How much there is of each kind, and how it grew.

    :ivar facts: ``since``, ``days``, ``kinds`` and ``fastest``, as in the report's JSON.
    """

    def __init__(
        self,
        measured: Mapping[str, Any],
        history: History,
        limits: Mapping[str, Any],
        things: Iterable[Volume | Bucket | Any],
    ) -> None:
        self._limits = limits
        self.findings: list[Finding] = []
        before = history.before(int(limits["growth_period"]))
        self._days = history.days_since(before) if before else 0.0
        named = {thing.id: thing for thing in things}
        self.facts: dict[str, Any] = {
            "since": before["at"] if before else None,
            "days": round(self._days, 1),
            "kinds": self._kinds(measured, before),
            "fastest": self._fastest(measured, before, named),
        }

    def _kinds(self, measured: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        # Only what both have measured can be compared.
        both = {key for key in measured["totals"] if before and key in before["totals"]}
        old = by_kind({key: before["totals"][key] for key in both}) if before else {}
        new = by_kind({key: measured["totals"][key] for key in both})
        found = []
        for kind, total in by_kind(measured["totals"]).items():
            entry: dict[str, Any] = {"kind": kind, "bytes": total, "limit_bytes": self._limits["capacity"].get(kind)}
            entry |= {"before_bytes": old.get(kind), "change_bytes": None, "change_percent": None, "days_left": None}
            if kind in old:
                change = new[kind] - old[kind]
                entry |= {"change_bytes": change, "change_percent": percent(change, old[kind])}
                if change > 0 and entry["limit_bytes"]:
                    left = max(0, entry["limit_bytes"] - total)
                    entry["days_left"] = round(left * self._days / change, 1)
            found.append(entry)
            self._look_at_limit(entry)
        return found

    def _look_at_limit(self, entry: Mapping[str, Any]) -> None:
        limit, kind = entry["limit_bytes"], str(entry["kind"])
        if not limit:
            return
        used = 100 * int(entry["bytes"]) / limit
        text = f"{describe_bytes(entry['bytes'])} of {describe_bytes(limit)} ({used:.0f} %)"
        days = entry["days_left"]
        if used >= 100:
            self._add(CRITICAL, kind, f"has reached its limit: {text}")
        elif used >= NEAR_PERCENT:
            self._add(WARNING, kind, f"is near its limit: {text}")
        elif days is not None and days <= NEAR_DAYS:
            self._add(WARNING, kind, f"will reach its limit in {days:.0f} days at this pace: {text}")

    def _add(self, severity: str, kind: str, message: str) -> None:
        self.findings.append(Finding(severity, "capacity", kind, "", KINDS[kind].service, "", message))

    def _fastest(
        self, measured: Mapping[str, Any], before: Mapping[str, Any] | None, named: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        found = []
        for identifier, number in measured["things"].items():
            old = (before or {"things": {}})["things"].get(identifier)
            if old is None or number <= old:
                continue
            thing, change = named[identifier], number - old
            name = getattr(thing, "base_name", thing.name)
            entry = {"kind": thing.kind, "region": thing.region, "name": name, "id": identifier, "zone": thing.zone}
            found.append({**entry, "bytes": number, "change_bytes": change, "change_percent": percent(change, old)})
        found.sort(key=lambda one: -int(one["change_bytes"]))
        limit = self._limits["growth_percent"]
        for one in found:
            if limit and one["change_bytes"] >= LEAST_GROWTH and (one["change_percent"] or limit) >= limit:
                grown = f"{describe_bytes(one['change_bytes'])} in {self._days:.0f} days"
                message = f"grew by {grown}, to {describe_bytes(one['bytes'])}"
                where = (one["kind"], one["region"], one["name"], one["id"])
                self.findings.append(Finding(WARNING, "capacity", *where, message, one["zone"]))
        return found[:MOST]


def percent(part: float, whole: float) -> float | None:
    """A part in percent; ``None`` of nothing."""
    return round(100 * part / whole, 1) if whole else None
