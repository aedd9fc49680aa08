# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage put together: its tables, and the look-ups and refusals that its parts share."""

from __future__ import annotations

from ...errors import ApiError
from ...service import Call, Service
from ...state import World
from ...tables import Record
from .access_rules import AccessRules
from .behaviors import SWITCHES
from .models import AccessRule, Snapshot, Volume
from .snapshots import Snapshots
from .volumes import Volumes


class ParallelFileStorage(Service):
    """Parallel File Storage in all regions."""

    name = "parallel-filestorage"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Start empty."""
        super().__init__(world)
        self.volumes = self.table("volumes", Volume)
        self.access_rules = self.table("access_rules", AccessRule)
        self.snapshots = self.table("snapshots", Snapshot)
        self.volume_part = Volumes(self)
        self.use(self.volume_part, AccessRules(self), Snapshots(self))

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
            raise self.not_found("volume")
        return found

    def settled_volume(self, call: Call, volume_id: str) -> Volume:
        """The caller's volume, which nothing else is changing just now.

        :raises ApiError: 404, or the answer to a conflict.
        """
        found = self.volume(call, volume_id)
        if found.state != "available":
            raise self.conflict(f"The volume is in state {found.state}.")
        return found

    def rules_of(self, volume_id: str) -> list[AccessRule]:
        """A volume's access rules, the oldest first."""
        return [rule for rule in self.access_rules if rule.volume_id == volume_id]

    def snapshots_of(self, volume_id: str) -> list[Snapshot]:
        """A volume's snapshots, the oldest first."""
        return [snapshot for snapshot in self.snapshots if snapshot.volume_id == volume_id]

    def not_found(self, noun: str) -> ApiError:
        """404, in the form that was seen live (platform-behaviour.md §2)."""
        return ApiError(404, f"{self.name}.Notfound.{noun}", f"The {noun.replace('_', ' ')} does not exist.")

    def refused(self, detail: str, status: int = 400) -> ApiError:
        """A refusal with a text."""
        kind = {400: "BadRequest", 404: "Notfound", 409: "Conflict"}.get(status, "Error")
        return ApiError(status, f"{self.name}.{kind}", detail)

    def conflict(self, detail: str, switch: str = "pfs_conflict_status") -> ApiError:
        """A refusal because of the state of things, with the status that ``switch`` says."""
        return self.refused(detail, int(self.world.switches.text(switch)))
