# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What volumes and volume groups need to have snapshots, schedules and recoveries, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...client.parallel import map_concurrently
from ...engine.lookup import Finder, LookupSpec
from .lookup import GROUPS, VOLUMES, describe_failure, find_owner, in_error, is_recovery, label_of, leaving, volumes_of
from .replication_state import GROUP_REPLICATIONS, VOLUME_REPLICATIONS, read_replication

TARGET = "REPL"
WRITABLE = "READ_WRITE"


def required_owner(finder: Finder, wanted: str, *, listed: bool = False) -> dict[str, Any]:
    """A volume or a group in full, by name or id, that stays.

    :param listed: what the list has of it will do in a first look.
    :raises ResourceNotFound: there is none.
    """
    found = find_owner(finder, wanted, listed=listed)
    if found is None or leaving(found):
        raise finder.missing(wanted)
    return found


def describe_owner(owner: Mapping[str, Any]) -> str:
    """A volume or a group in an error: its name and id."""
    return f"{owner['name']} ({owner['id']})"


def broken_owner(kind: LookupSpec, owner: Mapping[str, Any] | None) -> str:
    """Why a volume or a group has to be fixed before anything else; empty where it has not."""
    if owner is None or not in_error(owner):
        return ""
    label = label_of(kind)
    return f"{describe_failure(label, owner)} Fix or remove it first (scp_bm_{label.replace(' ', '_')})."


def without_snapshots(kind: LookupSpec, owner: Mapping[str, Any]) -> list[str]:
    """Why a volume or a group cannot have snapshots, and what to do about it (platform-behaviour.md §7)."""
    if is_recovery(owner):
        return ["it is a recovery, and a recovery has no separate snapshots"]
    volumes = volumes_of(kind, owner)
    if not volumes:
        return ["it has no volumes"]
    unrated = [volume for volume in volumes if not volume.get("snapshot_rate")]
    if not unrated:
        return []
    lacking = "it has" if kind is VOLUMES else f"of its volumes, {_listed(unrated)} have"
    return [f"{lacking} no space for snapshots (scp_bm_volume with snapshot_rate reserves it)"]


def read_only(client: Any, kind: LookupSpec, owner: Mapping[str, Any]) -> list[str]:
    """Why nothing can be written to a volume or a group: it is the target of a replication that is not broken."""
    ends = []
    if owner.get("has_origin"):
        ends.append((VOLUME_REPLICATIONS if kind is VOLUMES else GROUP_REPLICATIONS, "it", owner))
    if (group := owner.get("volume_group")) and owner.get("purpose") == TARGET:
        ends.append((GROUP_REPLICATIONS, f"its volume group {group['name']}", group))
    found = []
    for table, what, end in ends:
        replication = read_replication(client, table, str(end["id"]))
        if replication is None or replication["target"]["id"] != end["id"]:
            continue
        if replication["target"]["auth"] != WRITABLE:
            source = replication["source"]
            found.append(
                f"{what} is the target of the replication of {source['name']} in {source['region']}"
                f" (scp_bm_{table.option}_replication with policy BREAK stops that)"
            )
    return found


def held_by_servers(client: Any, kind: LookupSpec, owner: Mapping[str, Any]) -> list[str]:
    """Which servers use a volume, or the members of a group, and what lets them go."""
    finder = Finder(client, VOLUMES)
    volumes = volumes_of(kind, owner)
    if kind is GROUPS:
        shown = map_concurrently(lambda volume: finder.by_id(volume["id"]), volumes)
        volumes = [volume for volume in shown if volume is not None]
    used = [volume for volume in volumes if volume.get("attachments")]
    if not used:
        return []
    reported = " and ".join(
        f"{'it' if kind is VOLUMES else describe_owner(volume)} is attached to {_listed(volume['attachments'])}"
        for volume in used
    )
    return [f"{reported} (scp_bm_volume with attachments [] and purge_attachments lets them go)"]


def _listed(things: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"{thing.get('name') or 'a server'} ({thing['id']})" for thing in things)
