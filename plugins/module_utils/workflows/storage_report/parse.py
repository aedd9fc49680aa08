# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services returned, in one form for all services. Nothing is evaluated here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...engine.durations import parse_moment
from ...resources.snapshots import SnapshotRecord
from .models import GIB, Backup, Bucket, Replication, Service, Volume

#: What a volume is that another one, or a backup, was copied to.
_COPIES = ("REPLICATION", "BACKUP", "REPL")
_GOING = ("DELETING", "DELETED")
#: What a job says that still runs.
_RUNNING = ("INPROGRESS", "IN_PROGRESS", "PENDING", "RUNNING", "CANCELLING")


@dataclass(frozen=True)
class Reading:
    """What was read of a kind in a region.

    :ivar listed: what the info module of the kind returns; ``None`` where it could not be read.
    :ivar message: why not.
    :ivar entitled: whether the account has the service.
    :ivar jobs: archiving jobs by ids of buckets.
    :ivar problems: why jobs of buckets could not be read.
    """

    kind: str
    region: str
    listed: list[dict[str, Any]] | None
    message: str = ""
    entitled: bool = True
    jobs: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    problems: Sequence[str] = ()


@dataclass
class World:
    """All that was read."""

    now: datetime
    services: list[Service] = field(default_factory=list)
    volumes: list[Volume] = field(default_factory=list)
    replications: list[Replication] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)

    def reads(self, kind: str, region: str) -> bool:
        """Whether things of a kind were read in a region."""
        return any((one.kind, one.region, one.state) == (kind, region, "read") for one in self.services)


def read(readings: Iterable[Reading], now: datetime) -> World:
    """Sort what was read."""
    world = World(now)
    known: dict[tuple[str, str], Replication] = {}
    for reading in readings:
        kind, region = reading.kind, reading.region
        world.services += [Service(kind, region, "failed", message=problem) for problem in reading.problems]
        if reading.listed is None:
            state = "failed" if reading.entitled else "not_entitled"
            world.services.append(Service(kind, region, state, message=reading.message))
            continue
        there = [one for one in reading.listed if _word(one, "state") not in _GOING]
        world.services.append(Service(kind, region, "read", len(there)))
        for shown in there:
            if kind == "backup":
                world.backups.append(_backup(shown, region, now))
            elif kind == "archive_bucket":
                world.buckets.append(_bucket(shown, region, reading.jobs.get(str(shown["id"]), [])))
            else:
                world.volumes.append(_volume(shown, kind, region, now))
                for replication in _replications(shown, kind):
                    # Both ends show it.
                    known.setdefault((str(replication.source["id"]), str(replication.target["id"])), replication)
    world.replications = list(known.values())
    return world


def _word(shown: Mapping[str, Any], name: str) -> str:
    return str(shown.get(name) or "").upper()


def moment(text: Any, now: datetime) -> datetime | None:
    """A time of the service; one that it puts in the future, for its clock or zone differs, is now."""
    found = parse_moment(str(text or ""))
    return min(found, now) if found else None


def _age(taken: datetime, now: datetime) -> int:
    return int((now - taken).total_seconds())


def _iso(taken: datetime) -> str:
    return taken.astimezone(UTC).isoformat(timespec="seconds")


def _volume(shown: Mapping[str, Any], kind: str, region: str, now: datetime) -> Volume:
    group = shown.get("volume_group") or {}
    attached = shown.get("attachments") or []
    created = moment(shown.get("created_at"), now)
    volume = Volume(
        kind=kind,
        region=region,
        id=str(shown["id"]),
        name=str(shown["name"]),
        tags=dict(shown.get("tags") or {}),
        base_name=str(shown.get("base_name") or shown["name"]),
        zone=str(shown.get("zone") or ""),
        state=str(shown.get("state") or ""),
        created_at=_iso(created) if created else "",
        bytes=_bytes(shown, kind),
        is_copy=_word(shown, "purpose") in _COPIES,
        group=str(group.get("id") or ""),
        members=[str(member["id"]) for member in shown.get("member_volumes") or []],
        servers=[{name: str(one.get(name) or "") for name in ("id", "name", "type")} for one in attached],
        schedule=_schedule(shown.get("snapshot_schedule") or {}),
        snapshot_space_percent=_space(shown),
    )
    _add_snapshots(volume, shown.get("snapshots") or [], now)
    return volume


def _bytes(shown: Mapping[str, Any], kind: str) -> int:
    if kind == "filestorage_volume":
        return int(shown.get("usage") or 0)
    if kind == "pfs_volume":
        return int(shown.get("capacity_tb") or 0) * 1024 * GIB
    return int(shown.get("size_gb") or 0) * GIB


def _space(shown: Mapping[str, Any]) -> float | None:
    capacity = float(shown.get("snapshot_capacity_mb") or 0)
    return round(100 * float(shown.get("snapshot_total_usage") or 0) / capacity, 1) if capacity else None


def _schedule(shown: Mapping[str, Any]) -> str:
    frequency = str(shown.get("frequency") or "NONE").upper()
    if frequency == "NONE":
        return ""
    day = f" {shown.get('day_of_week')}" if frequency == "WEEKLY" else ""
    return f"{frequency}{day} {shown.get('hour')}:00"


def _add_snapshots(volume: Volume, listed: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Count usable snapshots, but not those of replications, and find the newest; name those that are not usable."""
    for shown in listed:
        name = str(shown.get("name") or shown.get("snapshot_name") or "")
        created = str(shown.get("created_at") or shown.get("created_dt") or "")
        snapshot = SnapshotRecord("", name, created, str(shown.get("state") or ""))
        if snapshot.system:
            continue
        if not snapshot.usable:
            # One that has just been begun is not a finding.
            if not snapshot.counts(now):
                volume.unusable_snapshots.append(f"{name} ({snapshot.state})")
            continue
        volume.snapshots += 1
        taken = snapshot.moment
        if taken is None:
            continue
        age = _age(min(taken, now), now)
        if volume.newest_snapshot is None or age < volume.newest_snapshot["age_seconds"]:
            volume.newest_snapshot = {"name": name, "taken_at": _iso(taken), "age_seconds": age}


def _replications(shown: Mapping[str, Any], kind: str) -> Iterator[Replication]:
    for one in shown.get("replications") or []:
        ends = [
            {name: str(one.get(f"{end}_volume_{name}") or "") for name in ("id", "name", "region", "zone")}
            for end in ("source", "replication")
        ]
        yield Replication(
            kind=kind,
            type=str(one.get("replication_type") or "replication"),
            source=ends[0],
            target=ends[1],
            frequency=str(one.get("replication_frequency") or "").lower(),
            health=_health(one),
        )
    if one := shown.get("replication"):
        yield Replication(
            kind=kind,
            type="replication",
            source={name: str(one["source"].get(name) or "") for name in ("id", "name", "region", "zone")},
            target={name: str(one["target"].get(name) or "") for name in ("id", "name", "region", "zone")},
            frequency=str(one.get("sync_cycle") or "").lower(),
            health=str(one["health"]),
            lag_seconds=one.get("lag_seconds"),
        )


def _health(replication: Mapping[str, Any]) -> str:
    """One word for how a replication of File Storage is (platform-behaviour.md §5)."""
    status, policy = _word(replication, "replication_status"), _word(replication, "replication_policy")
    if "ERROR" in status:
        return "error"
    if status == "DELETING":
        return "ending"
    if policy == "PAUSED":
        return "paused"
    return "ok" if policy == "USE" and status != "CREATING" else "creating"


def _backup(shown: Mapping[str, Any], region: str, now: datetime) -> Backup:
    jobs: list[dict[str, Any]] = []
    for job in shown.get("histories") or []:
        began, state = moment(job.get("backup_start_time"), now), _word(job, "backup_job_state")
        if began is not None and state not in _RUNNING:
            jobs.append({"state": state, "began_at": _iso(began), "age_seconds": _age(began, now)})
    jobs.sort(key=lambda job: int(job["age_seconds"]))
    kept = [point for point in shown.get("restore_points") or [] if point.get("is_restore_available") is not False]
    good = next((job for job in jobs if job["state"] in ("SUCCESS", "PARTIAL_SUCCESS")), None)
    created = moment(shown.get("created_at"), now)
    return Backup(
        kind="backup",
        region=region,
        id=str(shown["id"]),
        name=str(shown["name"]),
        tags=dict(shown.get("tags") or {}),
        state=str(shown.get("state") or ""),
        created_at=_iso(created) if created else "",
        bytes=int(sum(float(point.get("usage_gb") or 0) for point in kept) * GIB),
        is_copy=_word(shown, "role_type") == "REPLICA",
        server=str(shown.get("server_name") or ""),
        server_id=str(shown.get("server_uuid") or ""),
        keeps=str(shown.get("policy_type") or ""),
        jobs=jobs,
        restore_points=len(kept),
        last_success={"began_at": good["began_at"], "age_seconds": good["age_seconds"]} if good else None,
        zone=str(shown.get("zone") or ""),
    )


def _bucket(shown: Mapping[str, Any], region: str, jobs: Iterable[Mapping[str, Any]]) -> Bucket:
    policies = [_word(policy, "state") for policy in shown.get("policies") or []]
    usage = str(shown.get("usage") or "0")
    ended = [job for job in jobs if _word(job, "state") not in _RUNNING]
    last = max(ended, key=lambda job: str(job.get("start_at") or ""), default=None)
    return Bucket(
        kind="archive_bucket",
        region=region,
        id=str(shown["id"]),
        name=str(shown["name"]),
        tags=dict(shown.get("tags") or {}),
        state=str(shown.get("state") or ""),
        created_at=str(shown.get("created_at") or ""),
        # The service's word for it is a text.
        bytes=int(usage) if usage.isdecimal() else 0,
        archives=str(shown.get("archiving_source_bucket_name") or ""),
        policy="ACTIVE" if "ACTIVE" in policies else policies[0] if policies else "",
        last_job={"state": _word(last, "state"), "began_at": str(last.get("start_at") or "")} if last else None,
    )
