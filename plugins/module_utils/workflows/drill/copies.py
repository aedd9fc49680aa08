# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill makes: the copy of each volume, what it is made from, and how it is to be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal

from ...resources.snapshots import SnapshotRecord
from ..dr.model import BLOCK, FILE, GROUP, Found, Volume

#: What a copy is made from: a snapshot of the replica, or one of the volume.
Way = Literal["replica", "source"]
#: Where copies may be made from.
ORIGINS = ("auto", "replica", "source")
#: How many characters of the SHA-256 of the volume's id are in the name of its copy.
HASH_LENGTH = 14
#: The same for the copies of the members of a group, whose names take up the rest.
GROUP_HASH_LENGTH = 4
MAX_BLOCK_NAME = 28
#: Characters of the shortest and of the longest prefix.
MIN_PREFIX, MAX_PREFIX = 2, 6
_USABLE_STATES = ("available", "in_use")
#: Fields of a copy that must be those of the replica.
_COMPARED = {FILE: ("protocol", "type_name"), BLOCK: ("disk_type", "size_gb"), GROUP: ("disk_type", "size_gb")}
_SHOWN = ("id", "name", "state", "purpose", "protocol", "type_name", "path", "cifs_id", "disk_type", "size_gb")


def copy_name(prefix: str, kind: str, source_id: str) -> str:
    """Return the name of the copy of a volume; of a group what the names of its copies begin with."""
    digest = hashlib.sha256(source_id.encode()).hexdigest()
    if kind == GROUP:
        return f"{prefix}-{digest[:GROUP_HASH_LENGTH]}-"
    return f"{prefix}{'_' if kind == FILE else '-'}{digest[:HASH_LENGTH]}"


@dataclass(frozen=True)
class Sources:
    """What a copy could be made from.

    :ivar of_replica: usable snapshots of the replica, oldest first; ``of_source`` those of the volume.
    :ivar replica_error: why the snapshots of the replica could not be read; ``source_error`` likewise.
    """

    of_replica: Sequence[SnapshotRecord] = ()
    of_source: Sequence[SnapshotRecord] = ()
    replica_error: str = ""
    source_error: str = ""


@dataclass(frozen=True)
class CopyPlan:
    """What is to be made for one volume of the list.

    :ivar name: of the copy, see :func:`copy_name`; empty while the id of the volume is not known.
    :ivar replica: as the service shows it, with the members of a group; empty where it is not known.
    :ivar way: ``None`` where no copy can be made, for the reason in ``blocker``.
    :ivar source_zone: the zone of what is made in the region of the volume; ``None`` leaves it to the settings.
    :ivar target_zone: the zone of the copy, likewise.
    """

    volume: Volume
    name: str
    source_id: str | None
    replica: Mapping[str, Any]
    lag_seconds: int | None = None
    way: Way | None = None
    snapshot: SnapshotRecord | None = None
    blocker: str = ""
    source_zone: str | None = None
    target_zone: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All names of File Storage volumes that a drill makes."""
        return tuple(dict.fromkeys((self.name, self.source_name)))

    @property
    def source_name(self) -> str:
        """The name of what is made in the region of the volume, where the replica of that is the copy.

        In one region both ends must have different names. The name of the copy ends with a hexadecimal digit.
        """
        volume = self.volume
        apart = volume.kind == FILE and volume.within_region
        return f"{self.name[:-1]}s" if apart and self.name else self.name

    @property
    def members(self) -> Sequence[Mapping[str, Any]]:
        """The volumes of a group's replica."""
        return self.replica.get("member_volumes") or ()

    @property
    def taken_at(self) -> str | None:
        """When the snapshot was taken, in UTC."""
        moment = self.snapshot.moment if self.snapshot else None
        return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def shown_snapshot(self) -> dict[str, Any] | None:
        """The snapshot as results show it."""
        if self.snapshot is None:
            return None
        return {"id": self.snapshot.id, "name": self.snapshot.name, "taken_at": self.taken_at}

    def describe_copy(self, owner: Mapping[str, Any], volumes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the copy as checks see it.

        :param owner: the copied volume or group.
        :param volumes: the copied volumes, in full.
        """
        return {
            "kind": self.volume.kind,
            "of": self.volume.name,
            "way": self.way,
            "region": self.volume.target_region,
            "id": owner["id"],
            "name": owner["name"],
            "path": volumes[0].get("path") if volumes else None,
            "volumes": [
                {**{name: one.get(name) for name in _SHOWN}, "iscsi_target_ips": one.get("iscsi_target_ips") or []}
                for one in volumes
            ],
            "snapshot": self.shown_snapshot,
            "source_id": self.source_id,
            "replica_id": self.replica.get("id"),
        }


@dataclass(frozen=True)
class Rules:
    """What decides how copies are made.

    :ivar origin: one of :data:`ORIGINS`.
    :ivar prefix: what the names of copies begin with.
    :ivar options: what the names of options begin with where users see them.
    """

    origin: str = "auto"
    prefix: str = "drill"
    options: str = ""


def plan_copy(
    volume: Volume, found: Found, replica: Mapping[str, Any], sources: Sources, rules: Rules, unfit: str = ""
) -> CopyPlan:
    """Decide what the copy of a volume is made from.

    :param unfit: why the replica cannot be used; empty where it can.
    """
    link = found.link
    source_id = link.source_id if link else volume.source_id
    name = copy_name(rules.prefix, volume.kind, source_id) if source_id else ""
    plan = CopyPlan(volume, name, source_id, replica, link.lag_seconds if link else None)
    if unfit:
        return _blocked(plan, unfit)
    way: Way
    if rules.origin != "source" and sources.of_replica:
        way, snapshot = "replica", sources.of_replica[-1]
    elif rules.origin != "replica" and sources.of_source:
        way, snapshot = "source", sources.of_source[-1]
    else:
        return _blocked(plan, _why_none(plan, sources, rules))
    if too_long := _too_long(plan, rules):
        return _blocked(plan, too_long)
    return CopyPlan(volume, name, source_id, replica, plan.lag_seconds, way, snapshot)


def _blocked(plan: CopyPlan, why: str) -> CopyPlan:
    return CopyPlan(
        plan.volume, plan.name, plan.source_id, plan.replica, plan.lag_seconds, blocker=why.strip().rstrip(".")
    )


def _why_none(plan: CopyPlan, sources: Sources, rules: Rules) -> str:
    """Return why there is no snapshot to make a copy from."""
    origin, option = rules.origin, f"{rules.options}from"
    if sources.replica_error and origin != "source":
        return sources.replica_error
    if sources.source_error:
        return f"its replica shows no snapshot, and the volume could not be read: {sources.source_error}"
    if plan.volume.kind == FILE and origin == "replica":
        return (
            f"its replica shows no snapshot, and a drill takes none. With {option}: auto it is drilled from a snapshot"
            " of the volume"
        )
    if plan.volume.kind == FILE:
        where = "the volume has no snapshot" if origin == "source" else "neither its replica nor the volume has one"
        return (
            f"there is no snapshot to make a copy from: {where}, and a drill takes none. Take snapshots of the volume"
            " (scp_filestorage_snapshot_schedule, or the role snapshot_policy)"
        )
    if origin == "source":
        return (
            "block storage is drilled from snapshots of its replica only, because what is made from a snapshot cannot"
            f" be replicated. Use {option}: auto"
        )
    replica = plan.replica
    return (
        f"its replica {replica.get('name', '')} ({replica.get('id', '')}) in {plan.volume.target_region} has no"
        " snapshot, and a drill takes none, because that would change the replica. Take one there"
        f" (scp_{plan.volume.kind}_snapshot), if the platform permits that while it is replicated, and otherwise while"
        " it is in use after a failover"
    )


def _too_long(plan: CopyPlan, rules: Rules) -> str:
    """Return why the members of a group cannot have copies, if their names would be too long."""
    if plan.volume.kind != GROUP:
        return ""
    longest = max((len(str(member["name"])) for member in plan.members), default=0) + len(plan.name)
    if longest <= MAX_BLOCK_NAME:
        return ""
    advice = f". Use a shorter {rules.options}prefix" if len(rules.prefix) > MIN_PREFIX else ""
    return f"the names of its copies would have {longest} characters, and at most {MAX_BLOCK_NAME} are possible{advice}"


def compare(plan: CopyPlan, copy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Compare a copy with the replica.

    :param copy: as :meth:`CopyPlan.describe_copy` returns it.
    :return: checks with ``check``, ``passed`` and ``found``.
    """
    kind, volumes = plan.volume.kind, copy["volumes"]
    if kind != GROUP:
        return [check for volume in volumes for check in _compare_volume(kind, "", volume, plan.replica)]
    originals = {plan.name + str(member["name"]): member for member in plan.members}
    names = sorted(str(volume["name"]) for volume in volumes)
    checks = [_compared("volumes", ", ".join(names), ", ".join(sorted(originals)))]
    for volume in volumes:
        checks += _compare_volume(kind, f"{volume['name']}: ", volume, originals.get(volume["name"], {}))
    return checks


def _compare_volume(
    kind: str, label: str, volume: Mapping[str, Any], original: Mapping[str, Any]
) -> list[dict[str, Any]]:
    state = str(volume["state"])
    return [
        {"check": f"{label}state", "passed": state.lower() in _USABLE_STATES, "found": state},
        *(_compared(f"{label}{name}", volume.get(name), original.get(name)) for name in _COMPARED[kind]),
    ]


def _compared(what: str, found: Any, wanted: Any) -> dict[str, Any]:
    passed = found == wanted
    return {"check": what, "passed": passed, "found": f"{found}" if passed else f"{found}, expected {wanted}"}
