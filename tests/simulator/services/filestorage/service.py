# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage put together: its tables, and the look-ups and refusals that its parts share."""

from __future__ import annotations

from ...errors import ApiError
from ...service import Call, Service
from ...state import World
from ...tables import Record
from .access_rules import AccessRules
from .behaviors import SWITCHES
from .errors import not_found
from .models import AccessRule, Replication, Schedule, Snapshot, Volume
from .replications import Replications
from .schedules import Schedules
from .snapshots import Snapshots
from .volumes import Volumes


class FileStorage(Service):
    """File Storage in all regions."""

    name = "filestorage"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Start empty."""
        super().__init__(world)
        self.volumes = self.table("volumes", Volume)
        self.access_rules = self.table("access_rules", AccessRule)
        self.snapshots = self.table("snapshots", Snapshot)
        self.schedules = self.table("schedules", Schedule)
        self.replications = self.table("replications", Replication)
        self.volume_part = Volumes(self)
        self.snapshot_part = Snapshots(self)
        self.use(self.volume_part, self.snapshot_part, AccessRules(self), Schedules(self), Replications(self))

    def complete(self, row: Record) -> None:
        """A volume in a seed gets a path too."""
        super().complete(row)
        if isinstance(row, Volume):
            self.volume_part.give_path(row)

    def volume(self, call: Call, volume_id: str) -> Volume:
        """The caller's volume in the region called.

        :raises ApiError: 404, whatever the id looks like.
        """
        found = self.volumes.get(volume_id)
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise not_found("volume")
        return found

    def settled_volume(self, call: Call, volume_id: str) -> Volume:
        """The caller's volume, which nothing else is changing just now.

        :raises ApiError: 404, or the answer to a conflict.
        """
        found = self.volume(call, volume_id)
        if found.state != "available":
            raise self.conflict(f"The volume is in state {found.state}.")
        return found

    def snapshots_of(self, volume_id: str, *, system: bool | None = None) -> list[Snapshot]:
        """A volume's snapshots, the oldest first; ``system`` asks for replication's only, or for all but those."""
        return [
            snapshot
            for snapshot in self.snapshots
            if snapshot.volume_id == volume_id and (system is None or (snapshot.origin == "system") == system)
        ]

    def replications_of(self, volume_id: str) -> list[Replication]:
        """The replications of which the volume is an end."""
        return [r for r in self.replications if volume_id in (r.source_id, r.target_id)]

    def conflict(self, detail: str, switch: str = "filestorage_conflict_status") -> ApiError:
        """A refusal because of the state of things, with the status that ``switch`` says."""
        status = int(self.world.switches.text(switch))
        return ApiError(status, f"filestorage.{'Conflict' if status == 409 else 'BadRequest'}.state", detail)
