# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan changes of backups, without reading (platform-behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...client.errors import StorageError
from ...client.session import Call
from ...engine.plan import UNKNOWN_ID, Step, TaskPlanner
from ...operations import backup as api
from .. import snapshots, zones
from . import paths, schedules
from .backup_state import DEFAULTS, BackupState
from .lookup import (
    ABOUT_SESSIONS,
    DELETING,
    FILE_STORAGE,
    POLICY_TYPES,
    in_error,
    is_replica,
    leaving,
    named,
)
from .servers import needed_values


def _describe_original(replica: Mapping[str, Any]) -> str:
    """The backup that a replica is one of, and where it is."""
    original = replica.get("origin_backup_id") or replica["name"]
    return f"backup {original} in {replica.get('server_region') or 'its region'}"


def kept_paths(backup: Mapping[str, Any]) -> set[str]:
    """The paths that a backup keeps; none stands for all of the server."""
    if backup.get("is_all_filesystem"):
        return set()
    return {*map(paths.plain, backup.get("filesystem_paths") or ())}


class BackupPlanner(TaskPlanner[BackupState]):
    """Plans for ``scp_backup``."""

    @property
    def wanted(self) -> str:
        return str(self.params.get("backup_id") or self.params["name"])

    @property
    def category(self) -> str | None:
        """AGENTLESS or AGENT, also where the task says only what is kept."""
        category, kept = self.params.get("policy_category"), self.params.get("policy_type")
        if kept == FILE_STORAGE:
            return category or "AGENTLESS"
        return category or next((name for name, value in POLICY_TYPES.items() if value == kept), None)

    @property
    def policy_type(self) -> str:
        """What is kept, also where the task says only the category."""
        return str(self.params.get("policy_type") or POLICY_TYPES[str(self.category)])

    @property
    def paths_asked(self) -> list[str] | None:
        """The paths that a task lists, each once; an empty list where it asks for all of the server instead."""
        listed = self.params.get("filesystem_paths")
        if self.params.get("is_all_filesystem"):
            return []
        return paths.distinct(listed) if listed else None

    def next_step(self, state: BackupState) -> Step[BackupState] | None:
        backup = state.backup
        if self.wants_absent:
            return self._next_removal(state)
        if backup is None:
            return self._create(state)
        if leaving(backup):
            raise StorageError(f"Backup {named(backup)} is being deleted. Ask for it by name to make a new one.")
        self._check_unchangeable(state, backup)
        step = (
            self._next_retention(backup)
            or self._next_schedules(state, backup)
            or self._next_paths(backup)
            or self._next_replication(backup)
        )
        if step is not None and is_replica(backup):
            raise StorageError(
                f"Backup {named(backup)} in {self.region} is a replica, and only its original changes it:"
                f" {_describe_original(backup)}. Run the task there (option region)."
            )
        if step is not None and state.blockers:
            raise StorageError(f"Backup {named(backup)} cannot be changed so: {'; '.join(state.blockers)}.")
        return step

    def _create(self, state: BackupState) -> Step[BackupState]:
        params, category = self.params, self.category
        needed = ("name", "server", "server_category", "schedules")
        missing = [name for name in needed if not params.get(name)]
        if category is None:
            missing.append("policy_category")
        if category == "AGENT" and self.paths_asked is None:
            missing.append("filesystem_paths or is_all_filesystem")
        problems = list(state.blockers)
        if missing:
            problems.insert(0, f"to create it the task must also give {' and '.join(missing)}")
        if problems:
            raise StorageError(
                f"There is no backup {self.wanted!r} in {self.region}, and none can be made so: {'; '.join(problems)}."
            )
        server = state.server or {}
        fields: dict[str, Any] = {
            "name": params["name"],
            "policy_category": category,
            "policy_type": self.policy_type,
            "server_category": params["server_category"],
            "server_uuid": server["server_uuid"],
        }
        body = {
            **fields,
            "schedules": schedules.body(params["schedules"]),
            **({"server_guid": server["server_guid"]} if server.get("server_guid") else {}),
            **({"region": params["backup_region"]} if params.get("backup_region") else {}),
            **self._given("retention_period", "encrypt_enabled", "dr_enabled", "tags"),
            **(self._path_fields("filesystem_paths") if category == "AGENT" else {}),
            zones.ZONE: zones.chosen(params, self.default_zone, params.get("backup_region") or self.region),
        }

        def effect(before: BackupState, answer: Mapping[str, Any]) -> BackupState:
            made = {
                "id": (answer.get("resource") or {}).get("id", UNKNOWN_ID),
                **fields,
                "server_name": server["server_name"],
                "state": "CREATING",
                "role_type": "ORIGINAL",
                "region": params.get("backup_region") or self.region,
                "retention_period": params.get("retention_period") or DEFAULTS["retention_period"],
                "encrypt_enabled": body.get("encrypt_enabled", DEFAULTS["encrypt_enabled"]),
                "dr_enabled": bool(params.get("dr_enabled")),
                "filesystem_paths": self.paths_asked or [],
                "is_all_filesystem": bool(params.get("is_all_filesystem")),
                **zones.shown(answer),
            }
            return BackupState(made, schedules=tuple(body["schedules"]))

        return Step(
            api.CREATE_BACKUP, effect, body=body, insist=(*zones.explicit(params), *needed_values(self.policy_type))
        )

    def _given(self, *names: str) -> dict[str, Any]:
        """The options of these names that the task gives."""
        return {name: self.params[name] for name in names if self.params.get(name) is not None}

    def _path_fields(self, field: str) -> dict[str, Any]:
        """The paths as calls take them, in the field of this name."""
        asked = self.paths_asked or []
        return {field: asked, "is_all_filesystem": False} if asked else {"is_all_filesystem": True}

    def _check_unchangeable(self, state: BackupState, backup: Mapping[str, Any]) -> None:
        """Refuse all differences that cannot be changed after creation, at once."""
        asked = {
            **self._given("name", "server_category", "policy_category", "policy_type", "encrypt_enabled"),
            **self._given("backup_region"),
        }
        present = {**backup, "backup_region": backup.get("region") or self.region}
        different = [
            (option, present[option], value)
            for option, value in asked.items()
            if present.get(option) is not None and present[option] != value
        ]
        different += [
            (option, present_zone, wanted)
            for option, (present_zone, wanted) in zones.unlike(backup.get(zones.ZONE), self.params).items()
            if wanted and wanted != present_zone
        ]
        server, known = self.params.get("server"), {backup["server_uuid"], backup["server_name"]}
        if server and server not in known and (state.server or {}).get("server_uuid") not in known:
            different.append(("server", f"{backup['server_name']} ({backup['server_uuid']})", server))
        if backup["policy_category"] == "AGENTLESS":
            different += self._agentless_differences(backup)
        if different:
            listed = "; ".join(f"{option} is {is_!r} and cannot be {wanted!r}" for option, is_, wanted in different)
            raise StorageError(
                f"Backup {named(backup)} cannot be changed so: {listed}. The service sets this at creation only. Use"
                " another name for a new backup, or delete this one first (state absent)."
            )

    def _agentless_differences(self, backup: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
        """Paths and replication, which only backups with an agent can change."""
        found: list[tuple[str, Any, Any]] = []
        replicated, wanted = bool(backup.get("dr_enabled")), self.params.get("dr_enabled")
        if wanted is not None and wanted != replicated:
            found.append(("dr_enabled (of a backup without an agent)", replicated, wanted))
        if self.paths_asked is not None and self.category is None:
            found.append(("policy_category", "AGENTLESS", "one with paths"))
        return found

    def _next_retention(self, backup: Mapping[str, Any]) -> Step[BackupState] | None:
        wanted = self.params.get("retention_period")
        if wanted is None or wanted == backup.get("retention_period"):
            return None
        return self._change(api.UPDATE_RETENTION_PERIOD, backup, {"retention_period": wanted})

    def _next_schedules(self, state: BackupState, backup: Mapping[str, Any]) -> Step[BackupState] | None:
        asked = self.params.get("schedules")
        if asked is None or schedules.meanings(asked) == schedules.meanings(state.schedules or ()):
            return None
        body = {"schedules": schedules.body(asked)}
        return Step(
            api.SET_BACKUP_SCHEDULE,
            lambda before, _answer: replace(before, schedules=tuple(body["schedules"])),
            path={"backup_id": str(backup["id"])},
            body=body,
            done=lambda seen: schedules.meanings(seen.schedules or ()) == schedules.meanings(asked),
        )

    def _next_paths(self, backup: Mapping[str, Any]) -> Step[BackupState] | None:
        asked = self.paths_asked
        if asked is None and self.params.get("is_all_filesystem") is False and backup.get("is_all_filesystem"):
            raise StorageError(
                f"Backup {named(backup)} keeps all of its server. Where is_all_filesystem is false,"
                " filesystem_paths must say what it is to keep instead."
            )
        if asked is None or kept_paths(backup) == {*map(paths.plain, asked)}:
            return None
        fields = {"filesystem_paths": asked, "is_all_filesystem": not asked}
        return Step(
            api.SET_FILESYSTEM_PATH,
            lambda before, _answer: before.with_fields(**fields),
            path={"backup_id": str(backup["id"])},
            body=self._path_fields("backup_filesystem_paths"),
            done=lambda seen: kept_paths(seen.backup or {}) == {*map(paths.plain, asked)},
        )

    def _next_replication(self, backup: Mapping[str, Any]) -> Step[BackupState] | None:
        wanted = self.params.get("dr_enabled")
        if wanted is None or wanted == bool(backup.get("dr_enabled")):
            return None
        return self._change(api.UPDATE_REPLICATION_USE, backup, {"dr_enabled": wanted})

    @staticmethod
    def _change(operation: Call, backup: Mapping[str, Any], fields: dict[str, Any]) -> Step[BackupState]:
        """Set fields that the call and the backup have by the same name."""

        def done(seen: BackupState) -> bool:
            return all((seen.backup or {}).get(name) == value for name, value in fields.items())

        return Step(
            operation,
            lambda before, _answer: before.with_fields(**fields),
            path={"backup_id": str(backup["id"])},
            body=fields,
            done=done,
        )

    def _next_removal(self, state: BackupState) -> Step[BackupState] | None:
        backup = state.backup
        if backup is None or leaving(backup):
            return None
        of_files = backup["policy_category"] == "AGENT"
        advice = ""
        if is_replica(backup):
            advice = (
                f"It is a replica, which goes with its original: {_describe_original(backup)}. Delete that one, or with"
                " an agent set its dr_enabled to false, in its region (option region)."
            )
        if of_files and backup.get("dr_enabled") and not (is_replica(backup) or in_error(backup)):
            return self._change(api.UPDATE_REPLICATION_USE, backup, {"dr_enabled": False})
        return Step(
            api.DELETE_BACKUP,
            lambda before, _answer: replace(before.with_fields(state=DELETING), removing=True),
            path={"backup_id": str(backup["id"])},
            body={"session_id": self.params.get("otp_session_id")},
            insist=("session_id",) if self.params.get("otp_session_id") else (),
            is_retryable=snapshots.busy,  # by a job that has begun and does not show yet
            advice=advice or ABOUT_SESSIONS,
        )
