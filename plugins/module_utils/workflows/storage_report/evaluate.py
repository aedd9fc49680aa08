# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings: resources are measured against limits, and what the user should look at becomes a finding.

Critical is what may lose data now, or what is over a limit; all else that is not in the desired state is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from ...client.redaction import shorten_list
from .models import (
    CRITICAL,
    KINDS,
    WARNING,
    Backup,
    Bucket,
    Finding,
    Replication,
    Server,
    Thing,
    Volume,
    span,
    worst,
)
from .parse import World

#: Above this the service itself drops the oldest snapshots, and replication may pause (platform-behaviour.md §7).
FULL_PERCENT = 90
#: How a replication is that does its work, or will soon.
_WORKS = ("ok", "creating", "resyncing")
#: As many unusable snapshots are named in a finding.
MAX_NAMES = 5
_TROUBLE = {
    "paused": "is paused",
    "broken": "is broken off, and its target is writable",
    "stalled": "stands still",
    "error": "is in error",
    "unknown": "is in a state that is not known",
}
#: Seconds between two transfers. Where no limit is given for the lag of a replica, it is twice that.
_CYCLES = {"5min": 300, "hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000}
#: A transfer takes its time, so that short cycles get at least these seconds.
_LEAST_LIMIT = 900


class Judge:
    """Looks at a world once, and fills in what its things say of being judged.

    :ivar findings: what it found, in the order of looking.
    :ivar servers: the bare-metal servers that use block volumes, where backups were read as well.
    """

    def __init__(self, world: World, limits: Mapping[str, Any]) -> None:
        self._world = world
        self._limits = limits
        self._volumes = {volume.id: volume for volume in world.volumes}
        self._used: set[int] = set()
        self.findings: list[Finding] = []
        self.servers: list[Server] = []
        for backup in world.backups:
            self._look_at_backup(backup)
        self._health: dict[str, str] = {}
        for replication in world.replications:
            self._look_at_replication(replication)
        # A group is looked at after its members, which it may be protected by.
        for volume in sorted(world.volumes, key=lambda volume: volume.kind == "bm_volume_group"):
            self._look_at_volume(volume)
        self._look_at_servers()
        for bucket in world.buckets:
            self._look_at_bucket(bucket)
        self._look_at_policies()

    def _find(self, severity: str, area: str, thing: Thing | Server, message: str) -> None:
        kind = thing.kind if isinstance(thing, Thing) else "server"
        name = thing.base_name if isinstance(thing, Volume) else thing.name
        zone = thing.zone if isinstance(thing, Thing) else ""
        self.findings.append(Finding(severity, area, kind, thing.region, name, thing.id, message, zone))
        thing.status = worst(thing.status, severity)

    def _look_at_state(self, thing: Thing) -> bool:
        broken = "ERROR" in thing.state.upper()
        if broken:
            self._find(CRITICAL, "state", thing, f"is in state {thing.state}")
        return broken

    def _since(self, text: str) -> float:
        return (self._world.now - datetime.fromisoformat(text)).total_seconds() if text else float("inf")

    # -- backups ------------------------------------------------------------------------------------------------------

    def _look_at_backup(self, backup: Backup) -> None:
        if self._look_at_state(backup) or backup.is_copy:
            return
        allowed, success = int(self._limits["backup_max_age"]), backup.last_success
        young = self._since(backup.created_at) <= allowed
        backup.works = success is not None and success["age_seconds"] <= allowed and backup.restore_points > 0
        if backup.jobs and backup.jobs[0]["state"] == "FAILED":
            message = f"of server {backup.server}: the last job failed, {span(backup.jobs[0]['age_seconds'])} ago"
            kept = f"; the last good one is {span(success['age_seconds'])} old" if success else "; none was good"
            self._find(CRITICAL, "backup", backup, message + kept)
        elif backup.jobs and backup.jobs[0]["state"] == "PARTIAL_SUCCESS":
            message = (
                f"of server {backup.server}: the last job kept a part only, {span(backup.jobs[0]['age_seconds'])} ago"
            )
            self._find(WARNING, "backup", backup, message)
        if success is None and not backup.jobs:
            severity = WARNING if young else CRITICAL
            self._find(severity, "backup", backup, f"of server {backup.server}: it has not run yet")
        elif success is not None and success["age_seconds"] > allowed:
            message = f"of server {backup.server}: the last good job is {span(success['age_seconds'])} old"
            self._find(CRITICAL, "backup", backup, f"{message}, allowed are {span(allowed)}")
        elif success is not None and not backup.restore_points:
            self._find(CRITICAL, "backup", backup, f"of server {backup.server}: nothing of it can be restored")

    # -- replications -------------------------------------------------------------------------------------------------

    def _look_at_replication(self, replication: Replication) -> None:
        limit = self._limits["replication_max_lag"]
        replication.limit_seconds = limit or max(2 * _CYCLES.get(replication.frequency, 86400), _LEAST_LIMIT)
        lag, health = replication.lag_seconds, replication.health
        replication.late = lag is not None and lag > replication.limit_seconds and health != "creating"
        behind = f"{span(lag)} behind, allowed are {span(replication.limit_seconds)}" if lag is not None else ""
        to = f"to {replication.target['name']} in {replication.target['region']}"
        label = "disk backup" if replication.type == "backup" else "replication"
        message = ""
        if health in _TROUBLE:
            message = f"{label} {to} {_TROUBLE[health]}{f'; {behind}' if replication.late else ''}"
        elif replication.late:
            message = f"{label} {to} is {behind}"
        if message:
            replication.status = CRITICAL
            source = replication.source
            known = self._volumes.get(str(source["id"]))
            where = (replication.kind, source["region"], known.base_name if known else source["name"], source["id"])
            self.findings.append(Finding(CRITICAL, "replication", *where, message, source["zone"]))
        if (volume := self._volumes.get(str(replication.source["id"]))) is not None:
            volume.status = worst(volume.status, replication.status)
            volume.replication = "late" if replication.late and health in _WORKS else health
            if volume.replication in _WORKS and health != "creating":
                volume.protected_by.append("replication")

    # -- volumes ------------------------------------------------------------------------------------------------------

    def _look_at_volume(self, volume: Volume) -> None:
        self._look_at_state(volume)
        self._look_at_space(volume)
        if volume.is_copy:
            return
        names = (volume.name, volume.base_name, volume.id)
        patterns = self._limits["exempt"]
        volume.exempt = any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
        group = self._volumes.get(volume.group)
        if group is not None:
            self._take_over(volume, group)
        self._look_at_snapshots(volume, group)
        if volume.kind == "bm_volume":
            self._add_backups(volume)
        # A group whose members are all protected needs no protection itself.
        members = [self._volumes[one] for one in volume.members if one in self._volumes]
        covered = bool(members) and not any(member.unprotected for member in members)
        volume.unprotected = not (volume.protected_by or volume.exempt or covered or volume.snapshot_state == "waiting")
        self._tell_snapshots(volume)
        if volume.unprotected:
            self._find(CRITICAL, "protection", volume, f"is unprotected: {self._missing(volume)}")

    def _take_over(self, volume: Volume, group: Volume) -> None:
        """A group's snapshots and its replication are those of its members as well."""
        newest = [one.newest_snapshot for one in (volume, group) if one.newest_snapshot]
        volume.newest_snapshot = min(newest, key=lambda one: int(one["age_seconds"]), default=None)
        volume.snapshots = max(volume.snapshots, group.snapshots)
        volume.schedule = volume.schedule or group.schedule
        if not volume.replication and group.replication:
            volume.replication = group.replication
            # The group itself was not looked at yet, so this is what its replication made of it.
            volume.status = worst(volume.status, group.status)
            volume.protected_by += [one for one in group.protected_by if one == "replication"]

    def _look_at_snapshots(self, volume: Volume, group: Volume | None) -> None:
        allowed = self._own_age(volume)
        if allowed is None and group is not None:
            allowed = self._own_age(group)
        if allowed is None:
            allowed = int(self._limits["snapshot_max_age"][volume.kind])
        volume.max_age_seconds = allowed + int(self._limits["snapshot_grace"])
        if volume.newest_snapshot is not None:
            fresh = volume.newest_snapshot["age_seconds"] <= volume.max_age_seconds
            volume.snapshot_state = "fresh" if fresh else "old"
        else:
            young = self._since(volume.created_at) <= volume.max_age_seconds
            volume.snapshot_state = "waiting" if volume.schedule and young else "none"
        if volume.snapshot_state == "fresh":
            volume.protected_by.insert(0, "snapshots")

    def _own_age(self, volume: Volume) -> int | None:
        """How old a snapshot may be by the policies that name a volume, the youngest of them."""
        ages = []
        for number, policy in enumerate(self._limits["policies"]):
            names = (volume.name, volume.base_name, volume.id)
            fits = policy["kind"] == volume.kind and policy["region"] in ("", volume.region) and policy["name"] in names
            if fits:
                self._used.add(number)
                if policy["max_age"] is not None:
                    ages.append(int(policy["max_age"]))
        return min(ages, default=None)

    def _tell_snapshots(self, volume: Volume) -> None:
        if volume.unusable_snapshots and not volume.exempt:
            names = shorten_list(volume.unusable_snapshots, MAX_NAMES)
            self._find(WARNING, "snapshots", volume, f"has snapshots that cannot be restored: {names}")
        if volume.unprotected or volume.exempt:
            return
        allowed = f"allowed are {span(volume.max_age_seconds)}"
        if volume.snapshot_state == "old" and volume.newest_snapshot:
            age = span(volume.newest_snapshot["age_seconds"])
            self._find(WARNING, "snapshots", volume, f"the newest snapshot is {age} old, {allowed}")
        elif volume.snapshot_state == "none" and not volume.members:
            why = f"; its schedule ({volume.schedule}) has taken none so far" if volume.schedule else ""
            self._find(WARNING, "snapshots", volume, f"has no snapshot{why}")

    def _missing(self, volume: Volume) -> str:
        """Why nothing protects a volume."""
        if volume.newest_snapshot:
            age = span(volume.newest_snapshot["age_seconds"])
            parts = [f"its newest snapshot is {age} old, allowed are {span(volume.max_age_seconds)}"]
        else:
            parts = [
                f"no snapshot, though there is a schedule ({volume.schedule})" if volume.schedule else "no snapshot"
            ]
        if volume.kind != "pfs_volume":
            stopped = volume.replication not in ("", *_WORKS)
            parts.append("its replication does not work" if stopped else "no replication")
        if volume.kind == "bm_volume":
            parts.append("no backup of its servers that works")
        return ", ".join(parts)

    def _look_at_space(self, volume: Volume) -> None:
        percent = volume.snapshot_space_percent
        if percent is None:
            return
        if percent >= FULL_PERCENT:
            message = f"the space for snapshots is {percent} % full; above {FULL_PERCENT} % the oldest snapshots go"
            self._find(CRITICAL, "capacity", volume, message)
        elif percent >= self._limits["snapshot_space_percent"]:
            self._find(WARNING, "capacity", volume, f"the space for snapshots is {percent} % full")

    def _backups_of(self, server: Mapping[str, Any], region: str) -> list[Backup]:
        """Backups of a server's files, whether they work or not."""
        return [
            backup
            for backup in self._world.backups
            if not backup.is_copy
            and backup.keeps == "FILESYSTEM"
            and (backup.server_id == server["id"] or (backup.server, backup.region) == (server["name"], region))
        ]

    def _add_backups(self, volume: Volume) -> None:
        found = [backup for server in volume.servers for backup in self._backups_of(server, volume.region)]
        volume.backup = sorted({backup.name for backup in found if backup.works})
        if volume.backup:
            volume.protected_by.append("backup")

    # -- servers and buckets ------------------------------------------------------------------------------------------

    def _look_at_servers(self) -> None:
        servers: dict[str, Server] = {}
        bare: dict[str, list[str]] = {}
        for volume in self._world.volumes:
            if volume.is_copy or not self._world.reads("backup", volume.region):
                continue
            for one in volume.servers:
                if one["type"] != "BM":
                    continue
                server = servers.setdefault(one["id"], Server(volume.region, one["id"], one["name"]))
                server.volumes.append(volume.name)
                server.backups = sorted({backup.name for backup in self._backups_of(one, volume.region)})
                bare.setdefault(server.id, []).extend([volume.name] if volume.unprotected else [])
        self.servers = sorted(servers.values(), key=lambda server: (server.region, server.name))
        for server in self.servers:
            if server.backups:
                continue
            server.unprotected = bool(bare[server.id])
            if server.unprotected:
                message = f"has no backup of its files, and uses what is unprotected: {', '.join(bare[server.id])}"
                self._find(CRITICAL, "protection", server, message)
            else:
                self._find(WARNING, "backup", server, "has no backup of its files; its block volumes are protected")

    def _look_at_bucket(self, bucket: Bucket) -> None:
        self._look_at_state(bucket)
        if bucket.policy == "INACTIVE":
            self._find(WARNING, "archive", bucket, f"archives nothing: its policy for {bucket.archives} is inactive")
        elif bucket.last_job and bucket.last_job["state"] == "FAILED":
            message = f"the last archiving of {bucket.archives} failed ({bucket.last_job['began_at'][:16]})"
            self._find(CRITICAL, "archive", bucket, message)

    def _look_at_policies(self) -> None:
        """A policy whose volume is not there is one that protects nothing, for its name may have been mistyped."""
        regions = sorted({service.region for service in self._world.services})
        for number, policy in enumerate(self._limits["policies"]):
            looked = [policy["region"]] if policy["region"] else regions
            if number in self._used or not any(self._world.reads(policy["kind"], region) for region in looked):
                continue
            message = f"is named in the policies, and there is no {KINDS[policy['kind']].title} of this name"
            where = policy["region"] or ", ".join(regions)
            self.findings.append(Finding(WARNING, "snapshots", policy["kind"], where, policy["name"], "", message))


def unreadable(world: World) -> Iterable[Finding]:
    """What could not be read, and so not be judged."""
    for service in world.services:
        if service.state == "failed":
            message = f"could not be read: {service.message}"
            yield Finding(CRITICAL, "state", service.kind, service.region, KINDS[service.kind].service, "", message)
