# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be changed about a backup: its schedules, its retention, its paths, and whether it is replicated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from .filesystem import checked, plain
from .models import Policy

if TYPE_CHECKING:
    from .service import Backup


class Changes:
    """The operations that change a backup; it is EDITING until they show."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("SetBackupSchedule")
    def set_schedules(self, call: Call) -> Reply:
        """Put new schedules in place of all that there are."""
        schedules = self._service.schedule_part.checked(call.body["schedules"])
        return self._edit(self._service.original(call), {"schedules": schedules})

    @operation("UpdateRetentionPeriod")
    def set_retention(self, call: Call) -> Reply:
        """Keep what is kept for another time."""
        return self._edit(self._service.original(call), {"retention_period": call.body["retention_period"]})

    @operation("SetFilesystemPath")
    def set_paths(self, call: Call) -> Reply:
        """Keep other paths of a server with an agent."""
        service = self._service
        paths, everything = asked_paths(call.body, "backup_filesystem_paths")
        backup = service.original(call)
        if backup.policy_category != "AGENT":
            raise service.refused("InvalidPolicyCategory", "A backup without an agent has no paths.")
        check_paths(service, backup, paths, everything=everything)
        return self._edit(backup, {"filesystem_paths": paths, "is_all_filesystem": everything})

    @operation("UpdateReplicationUse")
    def set_replication(self, call: Call) -> Reply:
        """Begin to replicate a backup to its other region, or end it."""
        backup = self._service.original(call)
        if call.body["dr_enabled"]:
            self._service.replica_part.check_possible(backup.stored_in, backup.policy_category)
        return self._edit(backup, {"dr_enabled": call.body["dr_enabled"]})

    @operation("CheckFilesystemPathDuplication")
    def check_path(self, call: Call) -> Reply:
        """Whether a path of a server is under backup; without an agent it is 404, as seen live."""
        agent = self._service.agent_of(call.query["server_uuid"], call.account_id)
        if agent is None or agent.region != call.region:
            raise self._service.not_found("CreatedBackupAgent")
        kept = _kept(self._service, agent.server_uuid, "")
        return Reply(200, {"result": plain(call.query["filesystem_path"]) in kept})

    def _edit(self, backup: Policy, values: dict[str, Any]) -> Reply:
        backup.state = "EDITING"
        seconds = self._world.switches.number("backup_edit_seconds")
        self._service.after(seconds, "backup_edited", backup_id=backup.id, values=values)
        return self._service.accepted(backup.id)

    @event("backup_edited")
    def _edited(self, data: Mapping[str, Any]) -> None:
        """A change shows."""
        service = self._service
        backup = service.backups.get(data["backup_id"])
        if backup is None or backup.state != "EDITING":
            return
        backup.state, backup.modified_at = "AVAILABLE", self._world.stamp()
        values = dict(data["values"])
        if "schedules" in values:
            service.schedule_part.replace(backup, values.pop("schedules"))
        before = backup.dr_enabled
        for name, value in values.items():
            setattr(backup, name, value)
        if backup.dr_enabled != before:
            (service.replica_part.begin if backup.dr_enabled else service.replica_part.end)(backup)
        other = service.replica_part.follow(backup)
        for end in (backup, other) if "retention_period" in values else ():
            if end is not None:
                service.point_part.retention_changed(end)


def asked_paths(body: Mapping[str, Any], name: str) -> tuple[list[str], bool]:
    """The paths that a body asks for in field ``name``, and whether all of the server is meant instead.

    :raises ApiError: 400, it is both or neither.
    """
    given = body.get(name) or []
    paths = checked([given] if isinstance(given, str) else given)
    everything = bool(body.get("is_all_filesystem"))
    if everything == bool(paths):
        raise validation_error("Value error, either filesystem paths or is_all_filesystem")
    if len(set(map(plain, paths))) != len(paths):
        raise validation_error("Value error, duplicated filesystem path")
    return paths, everything


def check_paths(service: Backup, backup: Policy, paths: Sequence[str], *, everything: bool) -> None:
    """Refuse a path that another backup of the same server keeps.

    :raises ApiError: the answer to a path that is under backup already.
    """
    kept = _kept(service, backup.server_uuid, backup.id)
    if kept & {plain(path) for path in paths} or (everything and None in kept):
        raise service.refused_as("backup_path_duplicate", "DuplicatedFilesystemPath", "The path is under backup.")


def _kept(service: Backup, server_uuid: str, except_id: str) -> set[str | None]:
    """The paths of a server that are under backup; None among them stands for all of it."""
    others = [b for b in service.backups if b.server_uuid == server_uuid and b.id != except_id]
    others = [b for b in others if b.policy_category == "AGENT" and b.role_type == "ORIGINAL"]
    whole: set[str | None] = {None} if any(b.is_all_filesystem for b in others) else set()
    return whole | {plain(path) for b in others for path in b.filesystem_paths}
