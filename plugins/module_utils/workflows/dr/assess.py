# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be worked on, and what cannot: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...engine.durations import format_lag
from .model import FREQUENCIES, TITLES, Found, Health, Link, Side, Volume

_WHY: Mapping[Health, str] = {
    "missing": "it has no replication",
    "error": "its replication is in an error state",
    "creating": "its replication is still being set up",
    "ending": "its replication is being ended",
    "paused": "its replication is paused",
    "stalled": "the service has stopped updating its replica",
    "unknown": "its replication could not be read",
    "ok": "its replication is running",
}
#: The remedy where a region could not be read.
READ_AGAIN = "Run it again when the regions that could not be read answer."
#: Healths of replicas that can be failed over, and of replications that can be failed back.
USABLE: tuple[Health, ...] = ("ok", "paused", "stalled")


def blocker(volume: Volume, found: Found, allowed: Collection[Health]) -> str:
    """Return why the replica of a volume cannot be worked on; empty where it can.

    :param found: what the region of the replica knows.
    """
    if found.message:
        return found.message.rstrip(".")
    if found.health in allowed:
        return ""
    if found.health == "missing" and not found.volumes:
        replica = volume.end_id("target") or volume.end_name("target")
        return f"{volume.target_region} has no replica {replica} (check target_name and target_region)"
    if found.health == "unknown" and found.link is not None:
        return f"its replication is in a state that is not known ({found.link.status or 'none'})"
    return _WHY[found.health]


def blockers(volumes: Sequence[Volume], found: Mapping[str, Found], allowed: Collection[Health]) -> dict[str, str]:
    """Return what blocks each volume whose replica cannot be worked on, by key."""
    reasons = {volume.key: blocker(volume, found[volume.key], allowed) for volume in volumes}
    return {key: why for key, why in reasons.items() if why}


def repeated(volumes: Sequence[Volume], found: Mapping[str, Found], side: Side) -> dict[str, str]:
    """Return for volumes that are an earlier one of the list in another spelling which one that is, by key.

    :param side: the end that was read.
    """
    first: dict[tuple[str, str, str], Volume] = {}
    reasons: dict[str, str] = {}
    for volume in volumes:
        here = found[volume.key]
        identifier = here.link.end(side)[0] if here.link else str((here.volume or {}).get("id") or "")
        place = (volume.kind, volume.end_region(side), identifier)
        if identifier and (other := first.setdefault(place, volume)) is not volume:
            reasons[volume.key] = f"it is the same {TITLES[volume.kind]} as {other.name!r}. List it once"
    return reasons


def too_late(link: Link | None, limit: int | None, limit_text: str) -> str:
    """Return why a replica is too far behind to be failed over to; empty where it is not.

    Kinds that do not report a lag, and replicas that are in use already, are never too far behind.

    :param limit: seconds; ``None`` for twice the frequency of the replication.
    """
    if link is None or not link.reports_lag or link.health not in ("ok", "stalled"):
        return ""
    if link.lag_seconds is None:
        return "the service does not report how far its replica is behind"
    frequency = link.frequency or ""
    allowed = 2 * FREQUENCIES.get(frequency, FREQUENCIES["daily"]) if limit is None else limit
    if link.lag_seconds <= allowed:
        return ""
    reasons = limit_text.strip() if limit is not None else f"twice its frequency, {frequency or 'which is unknown'}"
    return f"its replica is {link.lag_time} behind, and the limit is {reasons}"


def possible_loss(link: Link | None) -> str | None:
    """Return what of the data a failover can lose; ``None`` where it loses nothing more."""
    if link is None or link.health == "paused":
        return None
    if link.lag_seconds is not None:
        return f"what was written in the last {format_lag(link.lag_seconds)}"
    return f"what was written since the last synchronization ({link.frequency or 'frequency unknown'})"
