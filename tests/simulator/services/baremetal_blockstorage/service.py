# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) put together: its tables, and the look-ups, states and refusals that its parts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ...clock import korean
from ...errors import ApiError, reason, validation_error
from ...service import Call, Reply, Service
from ...state import World
from ...tables import Record
from .attachments import Attachments
from .behaviors import SWITCHES
from .groups import Groups
from .models import CHANGING, REPAIRABLE, SETTLED, Attachment, Group, Owner, Replication, Schedule, Snapshot, Volume
from .recoveries import Recoveries
from .replications import Replications
from .schedules import Schedules
from .snapshots import Snapshots
from .space import Space
from .volumes import Volumes

T = TypeVar("T", bound=Owner)
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{2,27}")


RECOVERY = "RECOVERY"
#: The same purpose in older platforms.
CLONE = "CLONE"


def _with_clones(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_clones(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: CLONE if name == "purpose" and item == RECOVERY else _with_clones(item) for name, item in value.items()
    }


class BareMetalBlockStorage(Service):
    """Block Storage (BM) in all regions."""

    name = "baremetal-blockstorage"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Start empty."""
        super().__init__(world)
        self.volumes = self.table("volumes", Volume)
        self.attachments = self.table("attachments", Attachment)
        self.groups = self.table("volume_groups", Group)
        self.snapshots = self.table("snapshots", Snapshot)
        self.schedules = self.table("snapshot_schedules", Schedule)
        self.replications = self.table("replications", Replication)
        self.space_part = Space(self)
        self.snapshot_part = Snapshots(self)
        self.replication_part = Replications(self)
        self.volume_part = Volumes(self)
        self.use(self.space_part, self.snapshot_part, self.replication_part, self.volume_part)
        self.use(Attachments(self), Schedules(self), Groups(self), Recoveries(self))

    def worded(self, body: Any) -> Any:
        """Name the purpose of recoveries as older platforms do, if the switch says so."""
        if self.world.switches.text("bm_recovery_purpose") == RECOVERY:
            return body
        return _with_clones(body)

    def complete(self, row: Record) -> None:
        """Ids are 32 hex digits, but those of snapshots have dashes; the storage has names and separate addresses."""
        if not row.id and not isinstance(row, Snapshot):
            row.id = self.world.new_id().replace("-", "")
        super().complete(row)
        if not isinstance(row, Owner):
            return
        row.modified_at = row.modified_at or row.created_at
        if not row.storage_name:
            kind = "vo" if isinstance(row, Volume) else "go"
            moment = korean(self.world.now).strftime("%y%m%d%H%M%S")
            row.storage_name = f"{kind}{moment}{self.world.number(0, 16**11 - 1):011x}"
        if isinstance(row, Volume) and not row.iscsi_target_ips:
            network = f"172.30.{self.world.number(0, 254)}"
            row.iscsi_target_ips = [f"{network}.{self.world.number(low, low + 99)}" for low in (2, 102)]

    # --- finding ------------------------------------------------------------------------------------------------

    def volume(self, call: Call, volume_id: str) -> Volume:
        """The caller's volume in the region called.

        :raises ApiError: 404, whatever the id looks like.
        """
        return self._mine(call, self.volumes.get(volume_id), "volume")

    def group(self, call: Call, group_id: str) -> Group:
        """The caller's group in the region called.

        :raises ApiError: 404, whatever the id looks like.
        """
        return self._mine(call, self.groups.get(group_id), "volume_group")

    def _mine(self, call: Call, found: T | None, noun: str) -> T:
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise self.not_found(noun)
        return found

    def owner(self, call: Call) -> Owner:
        """The volume or the group that the path names.

        :raises ApiError: 404.
        """
        if "volume_id" in call.path:
            return self.volume(call, call.path["volume_id"])
        return self.group(call, call.path["volume_group_id"])

    def settled(self, call: Call) -> Owner:
        """The same, and nothing else is changing it just now.

        :raises ApiError: 404, or the answer to a conflict.
        """
        owner = self.owner(call)
        self.demand_settled(self.held(owner))
        return owner

    def anyone(self, owner_id: str) -> Owner | None:
        """The volume or the group with this id, whosever it is."""
        return self.volumes.get(owner_id) or self.groups.get(owner_id)

    def volumes_of(self, owner: Owner) -> list[Volume]:
        """A volume itself, or the members of a group, the oldest first."""
        if isinstance(owner, Volume):
            return [owner]
        return [volume for volume in self.volumes if volume.group_id == owner.id]

    def attachments_of(self, volume: Volume) -> list[Attachment]:
        """The servers that use a volume, in the order in which they came."""
        return [attachment for attachment in self.attachments if attachment.volume_id == volume.id]

    def snapshots_of(self, owner_id: str) -> list[Snapshot]:
        """The snapshots of a volume or a group, the oldest first; a volume's with those of its group."""
        found = [snapshot for snapshot in self.snapshots if snapshot.owner_id == owner_id]
        return sorted(found, key=lambda snapshot: snapshot.created_at)

    def schedule_of(self, owner: Owner) -> Schedule | None:
        """The snapshot schedule of a volume or a group."""
        return next((schedule for schedule in self.schedules if schedule.owner_id == owner.id), None)

    def replication_of(self, owner: Owner) -> Replication | None:
        """The replication of which a volume or a group is an end."""
        return next((r for r in self.replications if owner.id in (r.source_id, r.target_id)), None)

    def recovery_of(self, owner: Owner) -> Owner | None:
        """The newest recovery that was made of a volume or a group."""
        made = [v for v in (*self.volumes, *self.groups) if (v.purpose, v.origin_id) == ("RECOVERY", owner.id)]
        return made[-1] if made else None

    # --- states -------------------------------------------------------------------------------------------------

    def held(self, owner: Owner) -> list[Owner]:
        """What is busy while ``owner`` changes: a group's members too, if the switch says so."""
        if isinstance(owner, Group) and self.world.switches.on("bm_group_holds_members"):
            return [owner, *self.volumes_of(owner)]
        return [owner]

    def demand_settled(self, owners: Iterable[Owner], *, repair: bool = False) -> None:
        """Refuse unless nothing is changing; with ``repair`` a volume in error is let through as well.

        :raises ApiError: the answer to a conflict.
        """
        repair = repair and self.world.switches.text("bm_repair_in_error") == "allow"
        for owner in owners:
            if owner.state not in (*SETTLED, *(REPAIRABLE if repair else ())):
                noun = "volume" if isinstance(owner, Volume) else "volume group"
                raise self.conflict(f"The {noun} {owner.name} is in state {owner.state}.")

    def begin(self, owners: Iterable[Owner], state: str = "EDITING") -> list[str]:
        """Let a change of ``owners`` begin; their ids, for :meth:`finish`."""
        ids = []
        for owner in owners:
            self.move(owner, state)
            if isinstance(owner, Volume):
                owner.external_errors = []
            ids.append(owner.id)
        return ids

    def finish(self, ids: Iterable[str]) -> None:
        """Let a change end well: a volume is IN_USE again where servers use it, all else is AVAILABLE."""
        for owner_id in ids:
            owner = self.anyone(owner_id)
            if owner is not None and owner.state in CHANGING:
                used = isinstance(owner, Volume) and self.attachments_of(owner)
                self.move(owner, "IN_USE" if used else "AVAILABLE")

    def move(self, owner: Owner, state: str) -> None:
        """Give a volume or a group another state."""
        owner.previous_state, owner.state = owner.state, state
        owner.modified_at = self.world.stamp()

    def fails(self, what: str) -> bool:
        """Whether the switch lets ``what`` fail."""
        return self.world.switches.text("bm_fails") == what

    def server_errors(self, types: Iterable[str]) -> list[dict[str, Any]]:
        """What the servers' service answered, for example ``external_errors`` show it, for servers of these types."""
        status = self.world.switches.count("bm_fail_status")
        code = reason(status).replace(" ", "")
        return [{"code": code, "object_type": kind, "status": status} for kind in types]

    # --- checking -----------------------------------------------------------------------------------------------

    def check_name(self, name: str, region: str, account_id: str, kind: type[Owner]) -> None:
        """Refuse a name that breaks the rule, or that is taken where that matters.

        :raises ApiError: 400, 409.
        """
        if not _NAME.fullmatch(name):
            raise validation_error("String should match pattern '^[a-zA-Z][a-zA-Z0-9-]*$' and have 3 to 28 characters")
        same: Iterable[Owner] = self.volumes if kind is Volume else self.groups
        taken = any((o.name, o.region, o.account_id) == (name, region, account_id) for o in same)
        if taken and self.world.switches.text("bm_name_duplicate") == "409":
            raise self.refused("Duplicate.name", f"The name {name} exists already.", 409)

    # --- answers ------------------------------------------------------------------------------------------------

    def accepted(self, resource_id: str) -> Reply:
        """202 for what takes time."""
        return Reply(202, {"request_id": f"req-{self.world.new_id()}", "resource_id": resource_id})

    def recovery_info(self, owner: Owner, shown: Mapping[str, Any]) -> dict[str, Any]:
        """The two ends of a recovery by the names in ``shown``; empty where ``owner`` is neither."""
        recovery = owner if owner.purpose == "RECOVERY" else self.recovery_of(owner)
        origin = self.anyone(owner.origin_id) if owner.purpose == "RECOVERY" else owner
        ends = {"origin": origin, "recovery": recovery} if recovery is not None else {}
        return {shown[end]: {"id": found.id, "name": found.name} for end, found in ends.items() if found is not None}

    def not_found(self, noun: str) -> ApiError:
        """404, in the form that a sister service was seen with (platform-behaviour.md §2)."""
        return ApiError(404, f"{self.name}.Notfound.{noun}", f"The {noun.replace('_', ' ')} does not exist.")

    def refused(self, what: str, detail: str, status: int = 400) -> ApiError:
        """A refusal with a text."""
        kind = {400: "BadRequest", 404: "Notfound", 409: "Conflict"}[status]
        return ApiError(status, f"{self.name}.{kind}.{what}", detail)

    def refused_as(self, switch: str, detail: str) -> ApiError:
        """A refusal with the status that ``switch`` says."""
        return self.refused(switch.removeprefix("bm_"), detail, int(self.world.switches.text(switch)))

    def conflict(self, detail: str) -> ApiError:
        """A refusal because something else is changing it just now."""
        return self.refused("state", detail, int(self.world.switches.text("bm_conflict_status")))
