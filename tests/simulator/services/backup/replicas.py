# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication: a separate backup in the other region, with copies of what the original keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...behaviors import REGIONS
from ...service import Call, Reply, event, operation
from ...zones import zones_of
from .models import ZONES, Point, Policy

if TYPE_CHECKING:
    from .service import Backup

PARTNERS = {"kr-west1": "kr-east1", "kr-east1": "kr-west1"}
"""The regions between which backups go; kr-south has none (platform-behaviour.md §1)."""
_FOLLOWED = ("retention_period", "filesystem_paths", "is_all_filesystem", "modified_at")
_KINDS = ("region", "availability_zone")
_MASTERS = ("AGENT", "AGENT_VM", "AGENT_BM", "AGENTLESS")


class Replicas:
    """Which regions go together, and what becomes of replicas."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def related(self, region: str, other: str) -> bool:
        """Whether backups from one region can be kept in, or restored to, the other."""
        return other in (region, PARTNERS.get(region))

    @operation("ListBackupRegionRelationship")
    def relationship(self, call: Call) -> Reply:
        """The pairs of regions for backups. Availability zones are named like regions. Newer versions have zones."""
        query = call.query
        to_self = self._world.switches.on("backup_relations_to_self")
        pairs = [(a, b) for a in REGIONS for b in REGIONS if self.related(a, b) and (to_self or a != b)]
        if (query["backup_master_type"] or "AGENTLESS") not in _MASTERS:
            pairs = []
        kinds = _KINDS
        if call.since(ZONES):
            kinds = ("region", "zone")
            zones = {region: zones_of(self._world, region, call.account_id) for region in REGIONS}
            places = [((a, z), (b, y)) for a, b in pairs for z in zones[a] for y in zones[b]]
        else:
            places = [((a, a), (b, b)) for a, b in pairs]
        shown = [
            {
                f"{end}_{kind}": name
                for end, place in zip(("from", "to"), pair, strict=True)
                for kind, name in zip(kinds, place, strict=True)
            }
            for pair in places
        ]
        wanted = {f"{end}_{kind}" for end in ("from", "to") for kind in kinds}
        shown = [item for item in shown if all(query[name] in (None, item[name]) for name in wanted)]
        return Reply(200, {"count": len(shown), "contents": shown})

    def check_possible(self, region: str, category: str, *, creating: bool = False) -> None:
        """Refuse to replicate a backup that is kept in ``region``, where that cannot be.

        :raises ApiError: 400.
        """
        service = self._service
        if region not in PARTNERS:
            raise service.refused("InvalidRegion", "Replication is not available.")
        allowed = {"create": creating, "always": True}.get(self._world.switches.text("backup_dr_agentless"), False)
        if category != "AGENT" and not allowed:
            raise service.refused("InvalidPolicyCategory", "A backup without an agent is not replicated.")

    def region_of(self, backup: Policy) -> str | None:
        """The region to which a backup is replicated; a replica's own."""
        if backup.role_type == "REPLICA":
            return backup.region
        return PARTNERS.get(backup.stored_in) if backup.dr_enabled else None

    def begin(self, backup: Policy) -> None:
        """Make the replica of a backup, without anything in it yet."""
        region = PARTNERS[backup.stored_in]
        other = replace(backup, id="", created_at="", modified_at="", origin_id=backup.id, role_type="REPLICA")
        other.region, other.stored_in, other.state = region, region, "AVAILABLE"
        backup.replica_id = self._service.backups.add(other).id

    def end(self, backup: Policy) -> None:
        """Take the replica of a backup away, or leave it to itself."""
        other = self._service.backups.get(backup.replica_id)
        backup.replica_id = ""
        if other is None:
            return
        if self._world.switches.text("backup_dr_off") == "stays":
            self._free(other)
        else:
            self._service.forget(other)

    def follow(self, backup: Policy) -> Policy | None:
        """Let the replica of a backup, if there is one, say what its original says."""
        other = self._service.backups.get(backup.replica_id)
        if other is not None:
            for name in _FOLLOWED:
                setattr(other, name, getattr(backup, name))
        return other

    def copy(self, backup: Policy, point: Point) -> None:
        """Let a new restore target be in the other region too, in a while."""
        if backup.replica_id:
            seconds = self._world.switches.number("backup_replicate_seconds")
            self._service.after(seconds, "point_copied", point_id=point.id, replica_id=backup.replica_id)

    @event("point_copied")
    def _copied(self, data: Mapping[str, Any]) -> None:
        """A restore target has arrived in the other region, with a separate id."""
        service = self._service
        point, other = service.points.get(data["point_id"]), service.backups.get(data["replica_id"])
        if point is not None and other is not None:
            service.points.add(replace(point, id="", created_at="", backup_id=other.id, planned=False))

    # --- deleting -----------------------------------------------------------------------------------------------

    def check_deletable(self, backup: Policy) -> None:
        """Refuse to delete one end of a replication, where that cannot be.

        :raises ApiError: 400.
        """
        switches = self._world.switches
        whole = self._service.backups.get(backup.origin_id if backup.role_type == "REPLICA" else backup.replica_id)
        switch = "backup_replica_delete" if backup.role_type == "REPLICA" else "backup_delete_with_replica"
        if whole is not None and switches.text(switch) == "400":
            raise self._service.refused("ReplicaBackup", "The backup is one end of a replication.")

    def parted(self, backup: Policy) -> None:
        """One end of a replication is about to be gone."""
        origin, other = (self._service.backups.get(i) for i in (backup.origin_id, backup.replica_id))
        if origin is not None:
            origin.replica_id, origin.dr_enabled = "", False
        if other is not None and self._world.switches.text("backup_delete_with_replica") == "stays":
            self._free(other)
        elif other is not None:
            self._service.forget(other)

    @staticmethod
    def _free(other: Policy) -> None:
        """Leave a replica to itself: it stays one, with what it has."""
        other.origin_id, other.dr_enabled = "", False
