# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup put together: its tables, and the look-ups and refusals that its parts share."""

from __future__ import annotations

from collections.abc import Collection

from ...contract import Operation, ordered
from ...errors import ApiError, contact_admin
from ...service import Call, Reply, Service
from ...state import Server, World
from ...tables import Record
from ..common import demand_moments
from .agents import Agents
from .backups import Backups
from .behaviors import SWITCHES
from .changes import Changes
from .file_restores import FileRestores
from .jobs import Jobs
from .models import CATEGORIES, FILE_STORAGE, SESSIONS, Agent, Job, Owned, Point, Policy, Restore, Schedule
from .points import Points
from .replicas import Replicas
from .restores import Restores
from .schedules import Schedules
from .targets import Targets


class Backup(Service):
    """Backup in all regions."""

    name = "backup"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Start empty."""
        super().__init__(world)
        self.backups = self.table("backups", Policy)
        self.schedules = self.table("schedules", Schedule)
        self.jobs = self.table("histories", Job)
        self.points = self.table("restore_targets", Point)
        self.restores = self.table("restore_histories", Restore)
        self.agents = self.table("agents", Agent)
        self.schedule_part = Schedules(self)
        self.point_part = Points(self)
        self.replica_part = Replicas(self)
        self.job_part = Jobs(self)
        self.change_part = Changes(self)
        self.use(self.schedule_part, self.point_part, self.replica_part, self.job_part, self.change_part)
        self.use(Backups(self), Restores(self), FileRestores(self), Agents(self), Targets(self))

    def complete(self, row: Record) -> None:
        """Give each kind its form of id; what a seed brings comes to its time as all else does."""
        if not row.id and isinstance(row, Policy):
            row.id = self.world.new_id().replace("-", "")
        if not row.id and isinstance(row, Agent):
            row.id = f"BACKUP_AGENT-{self.world.new_suffix()}{self.world.new_suffix()}"
        super().complete(row)
        if isinstance(row, Owned):
            row.modified_at = row.modified_at or row.created_at
        if isinstance(row, (Job, Point, Restore)):
            row.backup_start_time = row.backup_start_time or row.created_at
            demand_moments(row, "backup_start_time")
        if isinstance(row, Restore):
            row.restore_start_time = row.restore_start_time or row.created_at
            demand_moments(row, "restore_start_time")
        if isinstance(row, Schedule):
            self.schedule_part.complete(row)
        if isinstance(row, Point):
            self.point_part.complete(row)

    # --- finding ------------------------------------------------------------------------------------------------

    def backup(self, call: Call) -> Policy:
        """The caller's backup that the path names, in the region called.

        :raises ApiError: 404, whatever the id looks like.
        """
        found = self.backups.get(call.path["backup_id"])
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise self.not_found("Backup")
        return found

    def available(self, call: Call) -> Policy:
        """The same, and nothing is changing it just now.

        :raises ApiError: 404, or the answer to a conflict.
        """
        found = self.backup(call)
        state = self.state_of(found)
        if state != "AVAILABLE":
            raise self.conflict(f"The backup {found.name} is in state {state}.")
        return found

    def original(self, call: Call) -> Policy:
        """The same, and it is not a replica, which only its original changes.

        :raises ApiError: 404, 400, or the answer to a conflict.
        """
        found = self.available(call)
        if found.role_type != "ORIGINAL":
            raise self.refused("ReplicaBackup", "The backup is a replica.")
        return found

    def agent(self, call: Call) -> Agent:
        """The caller's agent that the path names, in the region called.

        :raises ApiError: 404.
        """
        found = self.agents.get(call.path["backup_agent_id"])
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise self.not_found("BackupAgent")
        return found

    def agent_of(self, server_uuid: str, account_id: str) -> Agent | None:
        """The agent of a server that is not on its way out."""
        mine = (a for a in self.agents if (a.server_uuid, a.account_id) == (server_uuid, account_id))
        return next((agent for agent in mine if agent.state != "DELETING"), None)

    def servers(self, account_id: str, region: str, category: str | None = None) -> list[Server]:
        """The servers of a region that can have a backup, or those of one category."""
        kinds = [CATEGORIES[category]] if category else list(CATEGORIES.values())
        return [s for s in self.world.servers if (s.account_id, s.region) == (account_id, region) and s.type in kinds]

    def file_storage(self, account_id: str, region: str) -> dict[str, Server]:
        """The File Storage volumes of a region by their ids, as the servers in whose place they are [assumed]."""
        rows = self.world.services["filestorage"].tables["volumes"]
        mine = (v for v in rows if (v.account_id, v.region) == (account_id, region))
        return {v.id: Server(v.id, v.account_id, v.created_at, v.name, "VM", region, zone=v.zone) for v in mine}

    def source(self, backup: Policy) -> Server | None:
        """The server, or the File Storage volume, that a backup is of, while it exists."""
        if backup.policy_type == FILE_STORAGE:
            return self.file_storage(backup.account_id, backup.server_region).get(backup.server_uuid)
        return self.world.servers.get(backup.server_uuid)

    def optional_fields(self, operation: Operation) -> Collection[str]:
        """The session id of deletions, if the switch says so."""
        optional = self.world.switches.text("backup_session_id") == "optional"
        deletes = operation.id in ("DeleteBackup", "DeleteBackupRestoreTarget")
        return ("session_id",) if optional and deletes and ordered(operation.version) >= ordered(SESSIONS) else ()

    def check_session(self, call: Call) -> None:
        """Refuse a session id that is not valid.

        :raises ApiError: 400.
        """
        valid = [text.strip() for text in self.world.switches.text("backup_session_ids").split(",") if text.strip()]
        given = (call.body or {}).get("session_id")
        if call.since(SESSIONS) and given is not None and (not given or (valid and given not in valid)):
            raise self.refused("InvalidSessionId", "The session is not valid.")

    def schedules_of(self, backup: Policy) -> list[Schedule]:
        """A backup's schedules, the full one first."""
        return sorted(self.schedules.having("backup_id", backup.id), key=lambda schedule: schedule.type)

    def points_of(self, backup: Policy) -> list[Point]:
        """A backup's restore targets, the oldest first."""
        return sorted(self.points.having("backup_id", backup.id), key=lambda point: point.backup_start_time)

    def point(self, backup: Policy, point_id: str) -> Point:
        """One of them.

        :raises ApiError: 404.
        """
        found = self.points.get(point_id)
        if found is None or found.backup_id != backup.id:
            raise self.not_found("RestoreTarget")
        return found

    def restoring(self, backup: Policy) -> list[Restore]:
        """The restores from a backup that are running."""
        return [r for r in self.restores.having("backup_id", backup.id) if r.restore_state == "INPROGRESS"]

    def state_of(self, backup: Policy) -> str:
        """The state that is shown."""
        if backup.state == "AVAILABLE" and self.job_part.running(backup):
            return self.world.switches.text("backup_state_while_running")
        return backup.state

    def forget(self, backup: Policy) -> None:
        """Take a backup away, and all its parts with it."""
        self.backups.remove(backup.id)
        for table in (self.schedules, self.jobs, self.points, self.restores):
            for row in table:
                if row.backup_id == backup.id:
                    table.remove(row.id)

    # --- answers ------------------------------------------------------------------------------------------------

    def accepted(self, resource_id: str, status: int = 200) -> Reply:
        """What most writes answer."""
        answer = {"request_id": f"req-{self.world.new_id()}", "resource": {"id": resource_id, "links": []}}
        return Reply(status, answer)

    def not_found(self, noun: str) -> ApiError:
        """404, in the form that was seen live (platform-behaviour.md §2)."""
        return ApiError(404, f"Backup.NotFound{noun}", f"The {noun} does not exist.")

    def refused(self, what: str, detail: str, status: int = 400) -> ApiError:
        """A refusal with a text; a 500 has the one that stands for almost anything."""
        return contact_admin() if status == 500 else ApiError(status, f"Backup.{what}", detail)

    def refused_as(self, switch: str, what: str, detail: str) -> ApiError:
        """A refusal with the status that ``switch`` says."""
        return self.refused(what, detail, int(self.world.switches.text(switch)))

    def conflict(self, detail: str) -> ApiError:
        """A refusal because something else is changing it just now."""
        return self.refused_as("backup_conflict_status", "InvalidState", detail)
