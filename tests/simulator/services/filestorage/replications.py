# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of File Storage, and disk backups, which are a type of them (platform-behaviour.md §5.1 to §5.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...clock import snapshot_stamp
from ...errors import ApiError, validation_error
from ...service import Call, Reply, event, operation
from ...zones import check_zone, region_of, shown_zone, zones_of
from .errors import bad_request, not_found, wrong_purpose
from .models import TYPE_NAMES, ZONES, Replication, Volume
from .volumes import check_password

if TYPE_CHECKING:
    from .service import FileStorage

REGIONS = ("kr-west1", "kr-east1")
"""Where replication is offered (platform-behaviour.md §1)."""
_HOUR = 3600.0
SECONDS = {"5min": 300.0, "hourly": _HOUR, "daily": 24 * _HOUR, "weekly": 168 * _HOUR, "monthly": 720 * _HOUR}
KEPT = 2
"""How many system snapshots each end has."""
MAX_RETENTION = 128
_FIELDS = {
    "policy": ("replication_policy",),
    "modify_schedule": ("replication_frequency", "backup_retention_count"),
}


class Replications:
    """The operations on replications, and what else happens to them."""

    def __init__(self, service: FileStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- finding ------------------------------------------------------------------------------------------------

    def _visible(self, call: Call, volume_id: str) -> list[Replication]:
        """Those of the caller with the volume as an end, seen from the region called, which must be an end too."""
        return [
            replication
            for replication in self._service.replications_of(volume_id)
            if replication.account_id == call.account_id
            and call.region in (replication.source_region, replication.target_region)
        ]

    def _find(self, call: Call) -> Replication:
        """The replication of the path and the query.

        :raises ApiError: 404.
        """
        visible = self._visible(call, call.query["volume_id"])
        if not visible:
            self._service.volume(call, call.query["volume_id"])
        found = next((r for r in visible if r.id == call.path["replication_id"]), None)
        if found is None:
            raise not_found("replication")
        return found

    def _find_from_target(self, call: Call) -> Replication:
        """The same for a change, which goes to the target's region with the target's id only (point 4).

        :raises ApiError: 404, or 400 from the source's side.
        """
        replication = self._find(call)
        if (call.region, call.query["volume_id"]) != (replication.target_region, replication.target_id):
            raise wrong_purpose()
        return replication

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("ListVolumeReplicationRegion")
    def regions(self, call: Call) -> Reply:
        """Where a volume of a type and region can be replicated to."""
        source = call.query["source_region_name"]
        possible = call.query["type_name"] in TYPE_NAMES and call.query["replication_type"] in ("replication", "backup")
        found = [region for region in REGIONS if region != source] if possible and source in REGIONS else []
        return Reply(200, {"regions": found})

    @operation("ListVolumeReplicationZones")
    def zones(self, call: Call) -> Reply:
        """The zones that a volume of a type and zone can be replicated to; none for a zone that cannot be used."""
        source, query = call.query["source_zone"], call.query
        possible = query["type_name"] in TYPE_NAMES and query["replication_type"] in ("replication", "backup")
        origin = region_of(source)
        if not possible or origin not in REGIONS or source not in zones_of(self._world, origin, call.account_id):
            return Reply(200, {"zones": []})
        within = self._world.switches.text("replication_within_region") == "allow"
        regions = [region for region in REGIONS if region != origin or within]
        zones = [zone for region in regions for zone in zones_of(self._world, region, call.account_id)]
        return Reply(200, {"zones": [zone for zone in zones if zone != source]})

    @operation("CreateVolumeReplication")
    def create(self, call: Call) -> Reply:
        """Begin a replication, with a new target volume in the other region."""
        service, body = self._service, call.body
        source = service.settled_volume(call, body["volume_id"])
        target_region, zone = self._place(call, source)
        check_password(source.protocol, body.get("cifs_password"))
        count = body.get("backup_retention_count")
        self._check_count(body["replication_type"], count)
        if source.purpose in ("replication", "backup"):
            raise wrong_purpose()
        if service.replications_of(source.id) and self._world.switches.text("replication_second") != "allow":
            raise service.conflict("The volume has a replication already.", "replication_second")
        kind = body["replication_type"]
        target = service.volume_part.make(
            call, target_region, body["name"], source.protocol, source.type_name, kind, zone
        )
        source.purpose = "original"
        replication = Replication(
            account_id=call.account_id,
            kind=kind,
            frequency=body["replication_frequency"],
            source_id=source.id,
            source_name=source.name,
            source_region=call.region,
            target_id=target.id,
            target_name=target.name,
            target_region=target_region,
            policy="creating",
            status="creating",
            backup_retention_count=count,
        )
        service.replications.add(replication)
        seconds = self._world.switches.number("replication_create_seconds")
        service.after(seconds, "replication_made", replication_id=replication.id)
        answer = {
            "replication_id": replication.id,
            "replication_status": replication.status,
            "source_volume_id": source.id,
            "source_volume_region": call.region,
            "protocol": source.protocol,
            "replication_volume_id": target.id,
            "replication_volume_region": target_region,
        }
        return Reply(202, answer | self._zones(call, replication))

    def _place(self, call: Call, source: Volume) -> tuple[str, str]:
        """The region and the zone of a new target; versions without zones leave the zone empty.

        :raises ApiError: 400.
        """
        body = call.body
        if not call.since(ZONES):
            if call.region not in REGIONS or body["region"] not in REGIONS or body["region"] == call.region:
                raise bad_request("Invalid.region", "Replication is not available.")
            return body["region"], ""
        zone, region = body["zone"], region_of(body["zone"])
        if region not in REGIONS or call.region not in REGIONS:
            raise bad_request("Invalid.zone", "Replication is not available.")
        check_zone(call, zone, region)
        within = self._world.switches.text("replication_within_region") == "allow"
        if region == call.region and (not within or zone in (region, self._service.volume_part.zone(source))):
            raise bad_request("Invalid.zone", "Replication is not available.")
        return region, zone

    def _zones(self, call: Call, replication: Replication) -> dict[str, str]:
        """The zones of both ends, in the versions that have zones."""
        if not call.since(ZONES):
            return {}
        found = {}
        for end, volume_id, region in (
            ("source", replication.source_id, replication.source_region),
            ("replication", replication.target_id, replication.target_region),
        ):
            volume = self._service.volumes.get(volume_id)
            zone = volume.zone if volume else ""
            found[f"{end}_volume_zone"] = shown_zone(self._world, zone, region, replication.account_id)
        return found

    @operation("ListVolumeReplications")
    def list(self, call: Call) -> Reply:
        """The replications of a volume, from either region with either end's id (point 3)."""
        visible = self._visible(call, call.query["volume_id"])
        if not visible:
            self._service.volume(call, call.query["volume_id"])
        shown = call.listed(visible)
        return Reply(
            200, {"count": len(shown), "replications": [self._listed(r) | self._zones(call, r) for r in shown]}
        )

    @operation("ShowVolumeReplication")
    def show(self, call: Call) -> Reply:
        """One replication, from either region with either end's id (point 3)."""
        replication = self._find(call)
        answer = {
            **self._listed(replication),
            **self._zones(call, replication),
            "source_volume_name": replication.source_name,
            "replication_policy": replication.policy,
            "replication_status": replication.status,
            "replication_volume_name": replication.target_name,
            "backup_retention_count": replication.backup_retention_count,
        }
        return Reply(200, answer)

    @operation("SetVolumeReplication")
    def set(self, call: Call) -> Reply:
        """Pause, resume, or change the frequency (points 4 and 5)."""
        asked = {name: value for name, value in call.body.items() if value is not None}
        kind = asked.pop("replication_update_type")
        allowed = _FIELDS[kind]
        extra = [name for name in asked if name not in allowed]
        if extra and self._world.switches.text("replication_extra_fields") == "400":
            raise validation_error(*["Extra inputs are not permitted"] * len(extra))
        asked = {name: value for name, value in asked.items() if name in allowed}
        if not asked:
            raise validation_error("Field required")
        replication = self._find_from_target(call)
        self._demand_status(replication, "available")
        if "backup_retention_count" in asked:
            self._check_count(replication.kind, asked["backup_retention_count"])
        seconds = self._world.switches.number("replication_update_seconds")
        changed = {**self._listed(replication), "backup_retention_count": replication.backup_retention_count, **asked}
        changed.pop("replication_policy", None)
        self._service.after(seconds, "replication_changed", replication_id=replication.id, values=asked)
        self._world.settle()
        return Reply(202, changed)

    @operation("DeleteVolumeReplication")
    def delete(self, call: Call) -> Reply:
        """End a paused replication, or one in error; it stays to be seen for a while (point 6)."""
        replication = self._find_from_target(call)
        self._demand_status(replication, "available", "error")
        if replication.kind == "backup" and self._world.switches.text("replication_backup_delete") == "refuse":
            raise wrong_purpose()
        if replication.policy != "paused" and replication.status != "error":
            raise bad_request("Invalid.replication.policy", "Pause the replication first.")
        replication.status = "deleting"
        replication.revision += 1
        seconds = self._world.switches.number("replication_delete_seconds")
        self._service.after(seconds, "replication_gone", replication_id=replication.id)
        return Reply(202)

    def _demand_status(self, replication: Replication, *statuses: str) -> None:
        if replication.status not in statuses:
            raise self._service.conflict(f"The replication is in status {replication.status}.")

    def _check_count(self, kind: str, count: int | None) -> None:
        if kind == "replication" and count is not None:
            raise bad_request("Invalid.backup_retention_count", "backup_retention_count is for backups only.")
        if kind == "backup" and count is None:
            if self._world.switches.text("replication_backup_count_missing") == "400":
                raise bad_request("Invalid.backup_retention_count", "A backup needs a backup_retention_count.")
        elif count is not None and not 1 <= count <= MAX_RETENTION:
            edge = f"less than or equal to {MAX_RETENTION}" if count > 1 else "greater than or equal to 1"
            raise ApiError(400, "ValidationError", [f"Input should be {edge}"])

    def _listed(self, replication: Replication) -> dict[str, Any]:
        """A replication as lists show it."""
        writable = self._world.switches.on("replication_target_writable_when_paused")
        return {
            "replication_id": replication.id,
            "replication_frequency": replication.frequency,
            "source_volume_id": replication.source_id,
            "source_volume_region": replication.source_region,
            "source_volume_access_level": "rw",
            "replication_volume_id": replication.target_id,
            "replication_volume_region": replication.target_region,
            "replication_volume_access_level": "rw" if replication.policy == "paused" and writable else "ro",
            "replication_type": replication.kind,
        }

    # --- what happens later -------------------------------------------------------------------------------------

    @event("replication_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """The first transfer is done: the replication is in use (point 2)."""
        replication = self._service.replications.get(data["replication_id"])
        if replication is None or replication.status != "creating":
            return
        if self._world.switches.text("replication_create_ends_in") == "error":
            replication.status = "error"
            return
        replication.status = "available"
        replication.policy = "use"
        self._transfer(replication)

    @event("replication_changed")
    def _changed(self, data: Mapping[str, Any]) -> None:
        """A change that was asked for shows."""
        replication = self._service.replications.get(data["replication_id"])
        if replication is None or replication.status != "available":
            return
        values = data["values"]
        was = replication.policy
        replication.policy = values.get("replication_policy", was)
        replication.frequency = values.get("replication_frequency", replication.frequency)
        replication.backup_retention_count = values.get("backup_retention_count", replication.backup_retention_count)
        replication.revision += 1
        if replication.policy == "use" and was == "paused":
            self._transfer(replication)
        elif replication.policy == "use":
            self._plan(replication)

    @event("replication_transfers")
    def _transfers(self, data: Mapping[str, Any]) -> None:
        """It is time for the next transfer."""
        replication = self._service.replications.get(data["replication_id"])
        if replication is None or (replication.revision, replication.policy) != (data["revision"], "use"):
            return
        self._transfer(replication)

    def _transfer(self, replication: Replication) -> None:
        """Bring the target up to date, which leaves the same system snapshot on both ends, unseen on the target."""
        source = self._service.volumes.get(replication.source_id)
        target = self._service.volumes.get(replication.target_id)
        if source is not None and target is not None:
            replication.transfers += 1
            moment = snapshot_stamp(self._world.now)
            name = f"snapmirror.{replication.id}_{replication.transfers:010d}.{moment}"
            self._service.snapshot_part.mirror(source, name, hidden=False, keep=KEPT)
            self._service.snapshot_part.mirror(target, name, hidden=True, keep=KEPT)
        self._plan(replication)

    def _plan(self, replication: Replication) -> None:
        """Let the next transfer come; after a long leap of time only the last few of those missed are made up."""
        period = SECONDS[replication.frequency]
        missed = int((self._world.clock.now() - self._world.now) // period)
        seconds = period * max(1, missed - KEPT)
        self._service.after(
            seconds, "replication_transfers", replication_id=replication.id, revision=replication.revision
        )

    @event("replication_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A replication is gone from both regions: what it left behind shows now (point 7)."""
        service = self._service
        replication = service.replications.get(data["replication_id"])
        if replication is None:
            return
        service.replications.remove(replication.id)
        attempts = self._world.switches.count("volume_delete_busy_attempts")
        leaves = replication.kind != "backup" or self._world.switches.on("replication_backup_leaves_snapshots")
        for volume_id in (replication.source_id, replication.target_id):
            volume = service.volumes.get(volume_id)
            if volume is None:
                continue
            if not service.replications_of(volume_id):
                volume.purpose = "none"
            volume.busy_deletes = attempts
            for snapshot in service.snapshots_of(volume_id, system=True):
                if leaves:
                    snapshot.hidden = False
                else:
                    service.snapshots.remove(snapshot.id)
