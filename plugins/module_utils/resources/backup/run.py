# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backing up now: a full run, unless one is young enough or under way (platform-behaviour.md §8)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...client.errors import CallError, StorageError
from ...client.session import Client
from ...engine.durations import parse_age
from ...engine.lookup import Finder
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Resource
from ...operations import backup as api
from .lookup import (
    AGENTS,
    AVAILABLE,
    BACKUPS,
    FAILED,
    INPROGRESS,
    PARTIAL_SUCCESS,
    SUCCESS,
    describe_job,
    is_replica,
    moment_of,
    named,
    read_jobs,
    read_points,
    required_backup,
    under_way,
    word,
)
from .restore_point import broken_backup, busy
from .servers import is_gone

#: Seconds for which the restore point of an ended job is waited for: lists can lag, and a partial job may have none.
MAX_LIST_LAG = {SUCCESS: 90.0, PARTIAL_SUCCESS: 2.0}
#: Words with which a job has ended.
ENDS = (SUCCESS, PARTIAL_SUCCESS, FAILED)


@dataclass(frozen=True)
class RunState:
    """A backup and its jobs.

    :ivar jobs: the newest first.
    :ivar known: the jobs that had ended when the task began; every other one counts as the one that is asked for.
    :ivar hints: what may have made that one fail, each for the user.
    :ivar point: the restore point that it has made.
    :ivar awaits: whether that may still come to light.
    """

    backup: dict[str, Any]
    jobs: tuple[dict[str, Any], ...]
    known: frozenset[tuple[str, str]]
    hints: tuple[str, ...] = ()
    point: dict[str, Any] | None = None
    awaits: bool = False


class Run(Resource[RunState]):
    """``scp_backup_run``."""

    result_key = "history"
    slowest_poll = 30.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: frozenset[tuple[str, str]] | None = None
        self._limit: datetime | None = None
        self._ended_at: float | None = None

    def check(self) -> None:
        if self.params.get("max_age") is not None:
            parse_age("max_age", self.params["max_age"])

    @property
    def _good(self) -> tuple[str, ...]:
        """How a job may end."""
        return (SUCCESS, PARTIAL_SUCCESS) if self.params["allow_partial"] else (SUCCESS,)

    @property
    def exclusive_name(self) -> str:
        return f"a run of {BACKUPS.title} {Finder(self.client, BACKUPS).lock_name(str(self.params['backup']))!r}"

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> RunState:
        return self._with_jobs(required_backup(self.client, self.params["backup"]))

    def refresh(self, state: RunState) -> RunState:
        backup = state.backup
        if self.job(state) is None:
            backup = Finder(self.client, BACKUPS).by_id(str(backup["id"])) or backup
        return self._with_jobs(backup)

    def _with_jobs(self, backup: dict[str, Any]) -> RunState:
        jobs = tuple(read_jobs(self.client, str(backup["id"])))
        if self._known is None:
            self._known = frozenset(_key(job) for job in jobs if word(job, _STATE) in ENDS)
            if self.params.get("max_age") is not None:
                self._limit = self.client.now() - parse_age("max_age", self.params["max_age"])
        state = RunState(backup, jobs, self._known)
        job = self.job(state)
        if job is None or _key(job) in self._known or word(job, _STATE) not in ENDS:
            return state
        if word(job, _STATE) not in self._good:
            return replace(state, hints=tuple(_hints(self.client, backup, word(job, _STATE))))
        points = read_points(self.client, str(backup["id"]))
        point = next((point for point in points if _made_by(job, point)), None)
        now = self.client.clock.monotonic()
        if self._ended_at is None:
            self._ended_at = now
        awaits = point is None and now - self._ended_at < MAX_LIST_LAG[word(job, _STATE)]
        return replace(state, point=point, awaits=awaits)

    def job(self, state: RunState) -> dict[str, Any] | None:
        """The job that the task is about: a young success, or else the first that has not ended before the task."""
        if self._limit is not None:
            for job in state.jobs:
                if _key(job) in state.known and word(job, _STATE) in self._good and moment_of(job) >= self._limit:
                    return job
        return next((job for job in reversed(state.jobs) if _key(job) not in state.known), None)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: RunState) -> Step[RunState] | None:
        backup = state.backup
        if self.job(state) is not None:
            return None
        if is_replica(backup):
            raise StorageError(
                f"Backup {named(backup)} is a replica, which gets its restore points from its original"
                f" ({backup.get('origin_backup_id') or 'it has none any more'}). Run that one, in its own region."
            )

        def effect(before: RunState, _answer: Mapping[str, Any]) -> RunState:
            # Whose id is answered is not documented.
            planned = {
                "backup_job_guid": UNKNOWN_ID,
                _STATE: INPROGRESS,
                "backup_start_time": UNKNOWN_ID,
                "backup_end_time": None,
                "schedule_id": UNKNOWN_ID,
                "schedule_name": UNKNOWN_ID,
            }
            return replace(before, jobs=(planned, *before.jobs))

        return Step(
            api.MANUAL_BACKUP,
            effect,
            path={"backup_id": backup["id"]},
            done=lambda seen: self.job(seen) is not None,
            is_retryable=busy,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: RunState) -> str:
        job = self.job(state)
        if job is None:
            return under_way("backup", state.backup)
        if word(job, _STATE) in ENDS:
            return f"the restore point of {describe_job(job)}" if state.awaits else ""
        return f"{describe_job(job)} of backup {state.backup['name']}: {job[_STATE]}"

    def failed(self, state: RunState) -> str:
        job = self.job(state)
        if job is None:
            return broken_backup(state.backup)
        ended = word(job, _STATE)
        if ended not in ENDS or ended in self._good:
            return ""
        ending = (
            f"Backup {named(state.backup)}: {describe_job(job)} ended as {ended}. The service's history has no reason."
        )
        partly = " With allow_partial a job that was done in part is good enough." if ended == PARTIAL_SUCCESS else ""
        return f"{ending} {' '.join(state.hints)}{partly}"

    def view(self, state: RunState) -> dict[str, Any]:
        job = self.job(state)
        return {"backup_id": state.backup["id"], **job} if job else {}

    def managed(self, state: RunState) -> dict[str, Any] | None:
        job = self.job(state) or next(iter(state.jobs), {})
        shown = {name: job.get(name) for name in ("schedule_name", "backup_start_time")}
        return {"backup": state.backup["name"], **shown}

    def extras(self, before: RunState, after: RunState) -> dict[str, Any]:
        """What can be restored now."""
        return {"restore_point": after.point and {"backup_id": after.backup["id"], **after.point}}


_STATE = "backup_job_state"


def _key(job: Mapping[str, Any]) -> tuple[str, str]:
    """What a job is known by: a running one may have no ``backup_job_guid``."""
    return str(job.get("schedule_id")), str(job.get("backup_start_time"))


def _made_by(job: Mapping[str, Any], point: Mapping[str, Any]) -> bool:
    """Whether a restore point is what a job has kept; neither names the other."""
    inside = moment_of(job) <= moment_of(point) <= moment_of(job, "backup_end_time")
    return inside and job.get("schedule_id") == point.get("schedule_id")


def _hints(client: Client, backup: Mapping[str, Any], ended: str) -> list[str]:
    """What may have made a job fail, as far as the service knows, and what to do about it."""
    found: list[str] = []
    if ended == FAILED:
        # A server that is gone explains all else. No answer is not a reason to show less than that the job failed.
        for cause in (_of_server, _of_agent):
            with contextlib.suppress(CallError):
                found = found or cause(client, backup)
    if not found and backup.get("filesystem_paths"):
        paths = ", ".join(map(str, backup["filesystem_paths"]))
        found = [f"Check that these are on server {backup['server_name']}: {paths}."]
    return found or [f"Check server {backup['server_name']}, and run the task again."]


def _of_agent(client: Client, backup: Mapping[str, Any]) -> list[str]:
    """What is wrong with the agent that a backup of files needs."""
    if not backup.get("backup_agent_id"):
        return []
    server, agent_id = backup["server_name"], str(backup["backup_agent_id"])
    agent = Finder(client, AGENTS).by_id(agent_id)
    if agent is None:
        return [f"Its agent {agent_id} is gone: scp_backup_agent makes another for server {server}."]
    if word(agent) != AVAILABLE:
        return [f"Its agent {named(agent)} is in state {agent['state']}."]
    if word(agent, "connection_state") == SUCCESS:
        return [f"Whether server {server} and its agent run now is reported by scp_backup_agent with check_connection."]
    connection = agent.get("connection_state") or "not checked yet"
    return [
        f"The connection to its agent {named(agent)} is {connection}: start server {server} and the agent on it, and"
        " see with scp_backup_agent and check_connection."
    ]


def _of_server(client: Client, backup: Mapping[str, Any]) -> list[str]:
    """Whether the server is in neither of the lists that have all servers: with an agent, and without."""
    if not is_gone(client, backup):
        return []
    return [
        f"Server {backup['server_name']} ({backup['server_uuid']}) is in no list of the service, so it is"
        " probably gone. What was kept of it can still be restored. Delete the backup when that is not needed any more"
        " (scp_backup, state absent)."
    ]
