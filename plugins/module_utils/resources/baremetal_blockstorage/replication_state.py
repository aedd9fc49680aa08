# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of Block Storage (BM): reading, health, and both ends as one state (platform-behaviour.md §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound
from ...client.session import Call
from ...engine.lookup import Finder, LookupSpec
from ...engine.plan import Step
from ...operations import baremetal_blockstorage as api
from .. import snapshots, zones
from .lookup import (
    GROUPS,
    VOLUMES,
)

#: What ``health`` can be.
OK = "ok"
BROKEN = "broken"
CREATING = "creating"
RESYNCING = "resyncing"
STALLED = "stalled"
ERROR = "error"
UNKNOWN = "unknown"
#: Parts of ``sync_state`` and what they mean. Only one spelling is printed, and that may be a misprint, so it is the
#: meaning that counts; the first part that is found decides.
_MEANINGS = (
    ("ERROR", ERROR),
    ("FAIL", ERROR),
    ("BROKEN", BROKEN),
    ("BREAK", BROKEN),
    ("RESYNC", RESYNCING),
    ("UNINIT", CREATING),
    ("CREAT", CREATING),
    ("PAUSE", STALLED),
    ("QUIESCE", STALLED),
    ("SUSPEND", STALLED),
    ("SNAPMIR", OK),
    ("SYNC", OK),
)
_NO_LETTER = re.compile(r"[^A-Z]")
_LAG = re.compile(r"(\d+):(\d\d):(\d\d)")
#: What the target of a replication lets servers do when it is broken.
_WRITABLE = "READ_WRITE"
#: Regions that have no replication begin so (platform-behaviour.md §1).
_WITHOUT = "kr-south"


@dataclass(frozen=True)
class Table:
    """What differs between the replications of volumes and of groups.

    :param label: what users call the owner.
    :param option: the module's option for the owner.
    :param related: field of the show answer that lists the ends.
    """

    kind: LookupSpec
    label: str
    option: str
    related: str
    create: Call
    show: Call
    set_cycle: Call
    set_policy: Call
    delete: Call


VOLUME_REPLICATIONS = Table(
    kind=VOLUMES,
    label="volume",
    option="volume",
    related="related_volumes",
    create=api.CREATE_VOLUME_REPLICATION,
    show=api.SHOW_VOLUME_REPLICATION,
    set_cycle=api.SET_VOLUME_REPLICATION_CYCLE,
    set_policy=api.SET_VOLUME_REPLICATION_POLICY,
    delete=api.DELETE_VOLUME_REPLICATION,
)
GROUP_REPLICATIONS = Table(
    kind=GROUPS,
    label="volume group",
    option="volume_group",
    related="related_volume_groups",
    create=api.CREATE_VOLUME_GROUP_REPLICATION,
    show=api.SHOW_VOLUME_GROUP_REPLICATION,
    set_cycle=api.SET_VOLUME_GROUP_REPLICATION_CYCLE,
    set_policy=api.SET_VOLUME_GROUP_REPLICATION_POLICY,
    delete=api.DELETE_VOLUME_GROUP_REPLICATION,
)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_replication(
    client: Any, table: Table, owner_id: str, region: str = "", owner: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The replication of a volume or a group as results show it, from either end; ``None`` where there is none.

    The API's fields, and ``source`` and ``target`` (``id``, ``name``, ``region``, ``auth`` each), ``health`` and
    ``lag_seconds``. Where there is none the service answers 404, or with nothing in it; and it may list both ends or
    the other one only (both unknown).

    :param owner: what ``owner_id`` shows, if that is known; read where it is needed and not given.
    """
    try:
        answer = client.call(table.show, region=region, path={table.kind.option: owner_id})
    except NotFound:
        return None
    shown = dict(answer.get("result") or {})
    ends: Sequence[Mapping[str, Any]] = shown.get(table.related) or ()
    other = next((end for end in ends if end.get("id") != owner_id), None)
    if other is None:
        return None
    near = next((end for end in ends if end.get("id") == owner_id), None)
    if near is None:
        known = owner or Finder(client, table.kind, region).by_id(owner_id) or {}
        near = {"id": owner_id, "name": known.get("name"), "region": region or client.settings.region}
        near |= zones.shown(known)
    source, target = (other, near) if str(other.get("purpose")).upper() == "ORG" else (near, other)
    return judged(
        {
            "lag_time": shown.get("lag_time"),
            "sync_cycle": shown.get("sync_cycle"),
            "sync_state": shown.get("sync_state"),
            table.related: [dict(end) for end in ends],
            "source": {name: source.get(name) for name in ("id", "name", "region", "auth")} | zones.shown(source),
            "target": {name: target.get(name) for name in ("id", "name", "region", "auth")} | zones.shown(target),
        }
    )


def judged(replication: Mapping[str, Any]) -> dict[str, Any]:
    """A replication with ``health`` and ``lag_seconds``, and with what one end does not say of itself."""
    word = _NO_LETTER.sub("", str(replication.get("sync_state") or "").upper())
    target, source = dict(replication["target"]), dict(replication["source"])
    meaning = next((meaning for part, meaning in _MEANINGS if part in word), "")
    if target["auth"] == _WRITABLE and meaning != ERROR:
        health = BROKEN
    else:
        health = meaning or (OK if target["auth"] == "READ" else UNKNOWN)
    source["auth"] = source["auth"] or _WRITABLE
    target["auth"] = target["auth"] or {BROKEN: _WRITABLE, OK: "READ", STALLED: "READ"}.get(health, "UNKNOWN")
    lag = _LAG.fullmatch(str(replication.get("lag_time") or ""))
    seconds = int(lag[1]) * 3600 + int(lag[2]) * 60 + int(lag[3]) if lag else None
    return {**replication, "source": source, "target": target, "health": health, "lag_seconds": seconds}


def stopped(replication: Mapping[str, Any]) -> bool:
    """Whether a replication can be ended as it is: it is broken, or in error and takes no other change."""
    return replication["health"] in (BROKEN, ERROR)


def with_policy(replication: Mapping[str, Any], policy: str) -> dict[str, Any]:
    """What a replication is after BREAK or RESYNC."""
    health, auth = (BROKEN, _WRITABLE) if policy == "BREAK" else (OK, "READ")
    return {**replication, "target": {**replication["target"], "auth": auth}, "health": health}


def from_either_side(table: Table, replication: Mapping[str, Any], near_id: str, step: Step[Any]) -> Step[Any]:
    """Send a change of a replication to the end that a task names, else to the other (platform-behaviour.md §7)."""
    # Neither end need show that the replication itself is changing.
    step = replace(step, is_retryable=snapshots.busy)
    ends = sorted((replication["source"], replication["target"]), key=lambda end: bool(end["id"] != near_id))
    near, far = (replace(step, region=str(end["region"]), path={table.kind.option: str(end["id"])}) for end in ends)
    return replace(near, fallback=far)


# -- managing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReplicationState:
    """A replication as seen from the volume or group that the task names.

    :ivar near: the end that the task names; ``None`` where there is no such thing.
    :ivar far: the target, where ``near`` is the source and the target is known. The source is never read from the
        target's region, because it may be out of reach.
    :ivar far_region: region of the other end; empty where it is not known.
    :ivar near_is_target: whether ``near`` is, or was, the target.
    :ivar ending: the replication's deletion has been sent.
    """

    near: dict[str, Any] | None = None
    replication: dict[str, Any] | None = None
    far: dict[str, Any] | None = None
    far_region: str = ""
    near_is_target: bool = False
    ending: bool = False

    @property
    def target(self) -> dict[str, Any] | None:
        """The target volume or group as the service shows it, where it was read."""
        return self.near if self.near_is_target else self.far

    @property
    def health(self) -> str:
        """See :func:`judged`; empty where there is no replication."""
        return str(self.replication["health"]) if self.replication is not None else ""

    @property
    def policy(self) -> str:
        """The policy that was set last."""
        return "BREAK" if self.health == BROKEN else "RESYNC"
