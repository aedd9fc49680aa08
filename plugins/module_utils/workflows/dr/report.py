# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run returns: a dictionary for each volume, a table for users, and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...engine.durations import format_lag
from ..messages import collect_alike, group_alike, summarize
from ..text_table import format_table
from .model import BLOCK, FILE, GROUP, Link
from .outcome import Outcome

#: A table of more volumes leaves out those that are ok and unchanged.
MAX_ROWS = 40
_NOUN = "volume"


def describe(outcome: Outcome, ends: Mapping[str, Any], *, dry_run: bool) -> dict[str, Any]:
    """Return one entry of ``replicas``.

    :param ends: ``source_path``, ``target_path`` and ``members``, as far as they are known.
    """
    volume, link = outcome.volume, None if outcome.ended else outcome.link
    old = outcome.before.link
    gone = outcome.ended and outcome.target_deleted
    target_name = link.target_name if link else old.target_name if old and not gone else None
    source = _source(outcome)
    return {
        "kind": volume.kind,
        "name": volume.name,
        "region": volume.region,
        "source_id": source.get("id") or volume.source_id,
        "source_name": source.get("name"),
        "source_region": volume.region,
        "source_path": ends.get("source_path") or volume.source_path,
        "target_region": volume.target_region,
        "target_zone": (link.target_zone if link else None) or volume.target_zone,
        "target_name": volume.target_name,
        "target_full_name": target_name,
        "target_id": None if gone else link.target_id if link else old.target_id if old else volume.target_id,
        "target_path": None if gone else ends.get("target_path"),
        "members": [] if gone else list(ends.get("members") or ()),
        "replication_id": link.replication_id if link else None,
        "frequency": (link or old).frequency if link or old else volume.frequency,  # type: ignore[union-attr]
        "policy": link.policy if link else None,
        "status": link.status if link else None,
        "lag_seconds": link.lag_seconds if link else None,
        "health": outcome.health,
        "active_region": outcome.active_region,
        "active_side": outcome.active_side,
        "mount_path": volume.mount_path,
        "message": outcome.message,
        "change": outcome.change,
        "operations": list(outcome.operations),
        "possible_loss": outcome.possible_loss,
        "planned": dry_run,
        "now": {"health": outcome.before.health, "active_region": outcome.active_region_before} if dry_run else None,
    }


def _source(outcome: Outcome) -> Mapping[str, Any]:
    if "source" in outcome.ends:
        return outcome.ends["source"]
    link: Link | None = outcome.link
    if link is not None:
        return {"id": link.source_id, "name": link.source_name}
    return outcome.before.facts.get("source") or {}


def mounts(replicas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the volumes that servers use now, as the role ``storage_mount`` takes them.

    Those are the replicas after a failover, and otherwise the volumes. What is not known to exist is left out, and so
    are shares without a ``mount_path``.
    """
    found: list[dict[str, Any]] = []
    for replica in replicas:
        side = replica["active_side"] or "source"
        region, path = replica["active_region"], replica["mount_path"]
        where = {"path": path} if path else {}
        if replica["health"] == "unknown":
            continue
        if replica["kind"] == FILE and path and replica[f"{side}_id"]:
            address = replica[f"{side}_path"]
            source = {"source": address} if address else {}
            found.append({"kind": FILE, "name": replica[f"{side}_id"], "region": region, **where, **source})
        elif replica["kind"] == BLOCK and replica[f"{side}_id"]:
            found.append({"kind": "bm_volume", "name": replica[f"{side}_id"], "region": region, **where})
        elif replica["kind"] == GROUP and side == "target":
            found += [{"kind": "bm_volume", "name": one["id"], "region": region} for one in replica["members"]]
    return found


def table(replicas: Sequence[Mapping[str, Any]], lines: Sequence[str] = (), *, dry_run: bool = False) -> list[str]:
    """Return the replicas as lines for users, and further lines behind them."""
    shown = list(replicas)
    if len(shown) > MAX_ROWS:
        shown = [one for one in shown if one["health"] != "ok" or one["change"] != "unchanged" or one["message"]]
    paths = any(one["target_path"] for one in shown)
    header = ["VOLUME", "FROM", "TO"]
    header += ["HEALTH NOW", "HEALTH THEN"] if dry_run else ["HEALTH"]
    header += ["EVERY", "BEHIND"]
    header += ["IN USE NOW IN", "IN USE THEN IN"] if dry_run else ["IN USE IN"]
    header += ["MOUNT PATH OF THE REPLICA"] if paths else []
    rows = [_row(one, dry_run=dry_run, paths=paths) for one in shown]
    shown_lines = ["PLAN: this is check mode, and nothing was changed."] if dry_run else []
    shown_lines += format_table(header, rows) if rows else []
    if hidden := len(replicas) - len(shown):
        shown_lines.append(f"{hidden} more {'volume is' if hidden == 1 else 'volumes are'} ok and unchanged.")
    return [*shown_lines, *lines]


def _row(replica: Mapping[str, Any], *, dry_run: bool, paths: bool) -> list[str]:
    now = replica["now"] or {}
    lag, within = replica["lag_seconds"], replica["region"] == replica["target_region"]
    return [
        replica["name"],
        replica["source_region"],
        replica["target_region"],
        *([now["health"]] if dry_run else []),
        replica["health"],
        replica["frequency"] or "",
        "" if lag is None else format_lag(lag),
        *([_place(now["active_region"], now["health"], within=within)] if dry_run else []),
        _place(replica["active_region"], replica["health"], within=within),
        *([replica["target_path"] or ""] if paths else []),
    ]


def _place(region: str, health: str, *, within: bool) -> str:
    """Return where a volume is in use.

    :param within: both ends are in this region, so the end is shown as well.
    """
    if not within or health == "unknown":
        return region
    return f"{region} ({'replica' if health == 'paused' else 'volume'})"


def plan_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return in lines what a plan would send, and lose, for which volumes."""
    said = []
    for outcome in outcomes:
        if outcome.operations:
            loss = f". Possible data loss: {outcome.possible_loss}" if outcome.possible_loss else ""
            said.append((outcome.volume.label, f"{', then '.join(_counted(outcome.operations))}{loss}"))
    return group_alike(said, _NOUN)


def _counted(operations: Sequence[str]) -> list[str]:
    """Return operations with those that follow each other counted."""
    counted: list[tuple[str, int]] = []
    for name in operations:
        if counted and counted[-1][0] == name:
            counted[-1] = (name, counted[-1][1] + 1)
        else:
            counted.append((name, 1))
    return [name if count == 1 else f"{name} ({count} times)" for name, count in counted]


def note_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return in lines what is noteworthy about volumes that did not fail."""
    said = [(one.volume.label, one.note) for one in outcomes if one.note and not one.failures]
    return group_alike(said, _NOUN)


def _failed(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    return ((one.volume.label, message) for one in outcomes for message in dict.fromkeys(one.failures))


def failures(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return each message about what failed, with the volumes that it is about."""
    return [{"message": message, "volumes": labels} for message, labels in collect_alike(_failed(outcomes))]


def failure_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the same in lines."""
    return group_alike(_failed(outcomes), _NOUN)


def differences(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the diff of each volume that changes."""
    found = []
    for outcome in outcomes:
        if not outcome.operations:
            continue
        old, new = outcome.before.link, None if outcome.ended else outcome.link
        within = outcome.volume.within_region
        loss = {"possible_data_loss": outcome.possible_loss} if outcome.possible_loss else {}
        found.append(
            {
                "before_header": outcome.volume.label,
                "after_header": outcome.volume.label,
                "before": {
                    **_side(old),
                    "health": outcome.before.health,
                    "in_use_in": _place(outcome.active_region_before, outcome.before.health, within=within),
                    "steps": [],
                    **dict.fromkeys(loss),
                },
                "after": {
                    **_side(new),
                    "health": outcome.health,
                    "in_use_in": _place(outcome.active_region, outcome.health, within=within),
                    "steps": list(outcome.operations),
                    **loss,
                },
            }
        )
    return found


def _side(link: Link | None) -> dict[str, Any]:
    return {
        "replica": link.target_name if link else None,
        "frequency": link.frequency if link else None,
        "policy": link.policy if link else None,
        "lag": format_lag(link.lag_seconds) if link and link.lag_seconds is not None else None,
    }


def summary(outcomes: Sequence[Outcome], *, dry_run: bool) -> str:
    """Return one line that counts what became of the volumes."""
    return summarize((one.change for one in outcomes), dry_run=dry_run)
