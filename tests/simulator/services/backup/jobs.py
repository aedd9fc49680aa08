# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: backups run by hand or by a schedule, and what the histories show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import Call, Reply, event, operation
from ...state import Server
from ..common import asked_moment, between, moment_of, sorted_as
from .filesystem import below, files_of
from .models import Job, Point, Policy
from .serializers import zulu

if TYPE_CHECKING:
    from .service import Backup

_SORTS = ("backup_start_time", "backup_job_state", "schedule_name")


class Jobs:
    """The operations on jobs, and how they end."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def running(self, backup: Policy) -> bool:
        """Whether a job of a backup runs."""
        return any(j.backup_job_state == "INPROGRESS" for j in self._service.jobs.having("backup_id", backup.id))

    @operation("ManualBackup")
    def run(self, call: Call) -> Reply:
        """Begin a full backup at once."""
        service = self._service
        backup = service.original(call)
        if self.running(backup):
            raise service.refused_as("backup_run_busy", "InProgress", "A job of the backup is running.")
        schedule = next(iter(service.schedules_of(backup)), None)
        if self._world.switches.text("backup_manual_schedule") == "full" and schedule is not None:
            job = self.begin(backup, "FULL", schedule.id, schedule.name)
        else:
            job = self.begin(backup, "FULL", self._world.new_id(), f"FULL_MANUAL-{self._world.new_suffix()}")
        of_job = self._world.switches.text("backup_run_answer") == "job"
        return service.accepted(job.id if of_job else backup.id)

    def begin(self, backup: Policy, kind: str, schedule_id: str, schedule_name: str) -> Job:
        """Begin a job; the first one is a full one, whatever is asked [assumed]."""
        full = kind == "FULL" or not self._service.points_of(backup)
        job = Job(
            account_id=backup.account_id,
            backup_id=backup.id,
            type="FULL" if full else "INCREMENTAL",
            backup_job_state="INPROGRESS",
            backup_start_time=self._world.stamp(),
            schedule_id=schedule_id,
            schedule_name=schedule_name,
            shows_at=self._world.now + self._world.switches.number("backup_history_seconds"),
        )
        self._service.jobs.add(job)
        duration = "backup_job_seconds" if full else "backup_incremental_seconds"
        self._service.after(self._world.switches.number(duration), "job_ends", job_id=job.id)
        return job

    @operation("ListBackupHistories")
    def listed(self, call: Call) -> Reply:
        """One page of the jobs of a backup, the newest first unless asked otherwise [assumed]."""
        query = call.query
        earliest, latest = asked_moment(query["backup_start_time"]), asked_moment(query["backup_end_time"])
        backup = self._service.backup(call)
        found = [j for j in self._service.jobs.having("backup_id", backup.id) if j.shows_at <= self._world.now]
        found = [j for j in found if between(moment_of(j.backup_start_time), earliest, latest)]
        if query["backup_job_state"] not in (None, "ALL"):
            found = [j for j in found if j.backup_job_state == query["backup_job_state"]]
        found = sorted_as(found, query["sort"] or "backup_start_time:desc", _SORTS)
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._shown(job) for job in page]})

    def _shown(self, job: Job) -> dict[str, Any]:
        nameless = self._world.switches.text("backup_job_guid") == "ended" and job.backup_job_state == "INPROGRESS"
        return {
            "backup_end_time": zulu(job.backup_end_time),
            "backup_job_guid": None if nameless else job.id,
            "backup_job_state": job.backup_job_state,
            "backup_start_time": zulu(job.backup_start_time),
            "schedule_id": job.schedule_id,
            "schedule_name": job.schedule_name,
        }

    # --- what happens later -------------------------------------------------------------------------------------

    @event("job_ends")
    def _ends(self, data: Mapping[str, Any]) -> None:
        """A job is over; what it could keep is a restore target."""
        service = self._service
        job = service.jobs.get(data["job_id"])
        backup = service.backups.get(job.backup_id) if job else None
        if job is None or backup is None or job.backup_job_state != "INPROGRESS":
            return
        job.backup_job_state, files = self._outcome(backup)
        job.backup_end_time = self._world.stamp()
        partly = job.backup_job_state == "PARTIAL_SUCCESS"
        if job.backup_job_state == "SUCCESS" or (partly and self._world.switches.on("backup_partial_restorable")):
            self._keep(backup, job, files)

    def _outcome(self, backup: Policy) -> tuple[str, list[str]]:
        """How a job ends, and the files that it keeps."""
        server = self._service.source(backup)
        if server is None or not self._reachable(backup, server):
            return "FAILED", []
        files, missing = files_of(server), 0
        if backup.policy_category == "AGENT" and not backup.is_all_filesystem:
            kept = [below(files, path) for path in backup.filesystem_paths]
            missing = kept.count([])
            files = sorted({file for part in kept for file in part})
        if missing:
            return ("PARTIAL_SUCCESS" if files else "FAILED"), files
        return self._world.switches.text("backup_job_ends_in"), files

    def _reachable(self, backup: Policy, server: Server) -> bool:
        """An agent must be there and not known to be out of reach; images of a stopped server can be taken."""
        if backup.policy_category != "AGENT":
            return True
        agent = self._service.agents.get(backup.agent_id)
        working = agent is not None and agent.state == "AVAILABLE" and agent.connection_state != "FAILED"
        return working and server.state == "RUNNING"

    def _keep(self, backup: Policy, job: Job, files: list[str]) -> None:
        size = self._world.number(100, 999) / (10 if job.type == "FULL" else 100)
        point = Point(
            account_id=backup.account_id,
            backup_id=backup.id,
            type=job.type,
            backup_start_time=job.backup_start_time,
            retention_period=backup.retention_period,
            schedule_id=job.schedule_id,
            schedule_name=job.schedule_name,
            usage_gb=size,
            files=files,
        )
        self._service.points.add(point)
        self._service.replica_part.copy(backup, point)
