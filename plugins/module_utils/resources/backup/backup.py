# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups: what of which server is kept, when, where and how long (platform-behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ...client.errors import CallError, NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.lookup import Finder, is_id
from ...engine.overlay import ResponsePatch
from ...engine.resource import PlannedResource
from ...operations import backup as api
from .. import zones
from ..tags import Taggable, TaggableInfo
from . import paths, schedules
from .backup_planner import BackupPlanner
from .backup_state import WITHOUT_REPLICATION, BackupState
from .lookup import (
    AGENTS,
    AVAILABLE,
    BACKUPS,
    FILE_STORAGE,
    INPROGRESS,
    POLICY_TYPES,
    describe_job,
    find_backup,
    in_error,
    leaving,
    moment_of,
    named,
    read_jobs,
    read_points,
    read_restores,
    read_schedules,
    running_job,
    under_way,
    word,
)
from .servers import REFUSES_IMAGES, backup_servers, find_for_backup, find_servers, with_server_id


class Backup(Taggable[BackupState], PlannedResource[BackupState]):
    """``scp_backup``."""

    kind = BACKUPS
    settled_state = AVAILABLE
    result_key = "backup"
    planner_type = BackupPlanner
    planner: BackupPlanner
    slowest_poll = 15.0

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        self._first_look = True
        self._server: dict[str, Any] | None = None

    @property
    def exclusive_name(self) -> str:
        by_id = self.params.get("backup_id")
        return "" if self.wants_absent or by_id else f"{BACKUPS.title} {self.planner.wanted!r}"

    def resolve(self) -> None:
        if not self.wants_absent:
            self.use_options(with_server_id(self.client, self.params))

    # -- options that cannot work --------------------------------------------------------------------------------------

    def check(self) -> None:
        zones.check(self.params, self.params.get("backup_region") or self.region)
        if self.wants_absent:
            return
        params, found = self.params, []
        if params.get("name") is not None:
            BACKUPS.check_name(params["name"])
        category, kept = params.get("policy_category"), params.get("policy_type")
        if category and kept and kept not in (POLICY_TYPES[category], FILE_STORAGE):
            found.append(
                f"policy_category {category} goes with policy_type {POLICY_TYPES[category]}, and not with {kept}"
            )
        if self.planner.category == "AGENTLESS":
            found += self._agentless_problems()
        found += self._path_problems()
        region = params.get("backup_region") or self.region
        if params.get("dr_enabled") and region.startswith(WITHOUT_REPLICATION):
            found.append(f"dr_enabled is true, and there is no replication in {region}")
        if params.get("schedules") is not None:
            found += schedules.problems(params["schedules"])
        if found:
            raise StorageError(f"This backup cannot be: {'; '.join(found)}. Nothing was changed.")

    def _agentless_problems(self) -> list[str]:
        given = [name for name in ("filesystem_paths", "is_all_filesystem") if self.params.get(name)]
        found = [f"{name} goes with policy_category AGENT only; an image is of all of a server" for name in given]
        if self.params.get("server_category") == "BAREMETAL_SERVER":
            found.append("a BAREMETAL_SERVER has no images; use policy_category AGENT and filesystem_paths")
        return found

    def _path_problems(self) -> list[str]:
        listed = self.params.get("filesystem_paths") or []
        bad = [path for path in listed if not paths.is_absolute(path)]
        found = [f"filesystem_paths has {path!r}, which begins neither at / nor at a drive as C:" for path in bad]
        if self.params.get("filesystem_paths") == [] and not self.params.get("is_all_filesystem"):
            found.append("filesystem_paths is empty; list paths, or set is_all_filesystem to true to keep all of them")
        if listed and self.params.get("is_all_filesystem"):
            found.append("filesystem_paths and is_all_filesystem exclude each other; leave one out")
        return found

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> BackupState:
        finder = Finder(self.client, BACKUPS)
        if identifier := self.params.get("backup_id"):
            found = finder.by_id(identifier)
            if found is None and not self.wants_absent:
                raise finder.missing(identifier)
        else:
            found = find_backup(finder, self.planner.wanted, leaving_counts=True)
        first, self._first_look = self._first_look, False
        if self.wants_absent:
            return self._with_busy(BackupState(found, removing=found is not None and leaving(found)))
        if found is not None and leaving(found) and not self.params.get("backup_id"):
            return self._with_server(BackupState(leaving=found))
        if found is None:
            return self._with_blockers(self._with_server(BackupState()), first=first)
        state = self._with_schedules(BackupState(found, server=self._renamed(found)))
        return self._with_blockers(state, first=first)

    def _with_schedules(self, state: BackupState) -> BackupState:
        if state.backup is None or self.params.get("schedules") is None:
            return state
        return replace(state, schedules=tuple(read_schedules(self.client, str(state.backup["id"]))))

    def _with_server(self, state: BackupState) -> BackupState:
        """The server of a new backup. What the task leaves out is reported when the backup is planned.

        It is looked up once: the service may not offer it any more when it has the backup, and that is not listed yet.
        """
        server, kind, category = self.params.get("server"), self.params.get("server_category"), self.planner.category
        if server and kind and category and self._server is None:
            self._server = find_for_backup(self.client, server, kind, self.planner.policy_type)
        return replace(state, server=self._server)

    def _renamed(self, backup: Mapping[str, Any]) -> dict[str, Any] | None:
        """The server that the task names, where a backup knows none of that name: it may have another one since."""
        wanted = self.params.get("server")
        if not wanted or wanted in (backup["server_uuid"], backup["server_name"]) or is_id(wanted):
            return None
        read = backup_servers(self.client, str(backup["policy_type"]))
        try:
            found = find_servers(read, wanted, [str(backup["server_category"])])
        except CallError as error:
            # A list that fails for another reason does not show that the server is another one.
            if error.status != REFUSES_IMAGES:
                raise
            return None
        return found[0] if len(found) == 1 else None

    def _with_busy(self, state: BackupState) -> BackupState:
        """What runs of a backup that is to go: the service does not delete it meanwhile (platform-behaviour.md §8)."""
        if state.backup is None or leaving(state.backup):
            return replace(state, busy="")
        identifier = str(state.backup["id"])
        try:
            job = running_job(read_jobs(self.client, identifier, backup_job_state=INPROGRESS))
            restores = read_restores(self.client, identifier, restore_state=INPROGRESS)
        except NotFound:
            return replace(state, busy="")
        busy = describe_job(job) if job else ""
        if not busy and restores:
            busy = f"the restore to {restores[0]['restore_server_name']}"
        return replace(state, busy=busy)

    def refresh(self, state: BackupState) -> BackupState:
        if state.backup is None:
            return self.find()
        shown = Finder(self.client, BACKUPS).by_id(str(state.backup["id"]))
        if state.removing and shown is not None and in_error(shown):
            raise StorageError(
                f"Backup {named(shown)} is in state {shown['state']}: its deletion went wrong. Run the task again to"
                " delete it once more, or ask the provider's support."
            )
        state = replace(state, backup=shown)
        if self.wants_absent:
            return state if state.removing else self._with_busy(state)
        return self._with_schedules(state)

    # -- what blocks it -------------------------------------------------------------------------------------------

    def _with_blockers(self, state: BackupState, *, first: bool) -> BackupState:
        """Add what the service would refuse, as far as reading shows. Later looks come after calls of this task."""
        if not first:
            return state
        found = self._path_blockers(state)
        if state.backup is None and self.params.get("name"):
            found += [*self._name_blockers(), *self._region_blockers()]
        return replace(state, blockers=tuple(found))

    def _name_blockers(self) -> list[str]:
        name = self.params["name"]
        if not self.client.call(api.CHECK_BACKUP_NAME_DUPLICATE, query={"backup_name": name}).get("result"):
            return []
        return [
            f"the service says that the name {name!r} is taken, by a backup that this key does not see in"
            f" {self.region} (choose another name, or try again if it was made or deleted a moment ago)"
        ]

    def _region_blockers(self) -> list[str]:
        region = self.params.get("backup_region")
        if not region or region == self.region:
            return []
        query = {"from_region": self.region, "backup_master_type": self.planner.category}
        relations = self.client.read_list(api.LIST_BACKUP_REGION_RELATIONSHIP, query=query)
        possible = sorted({str(relation.get("to_region")) for relation in relations})
        if not possible or region in possible:
            return []
        return [f"backup_region {region} keeps no backups of {self.region} (possible: {', '.join(possible)})"]

    def _path_blockers(self, state: BackupState) -> list[str]:
        """Paths that another backup of the server keeps (platform-behaviour.md §8: 404 without an agent)."""
        server = (state.backup or state.server or {}).get("server_uuid")
        category = state.backup["policy_category"] if state.backup else self.planner.category
        if not server or category != "AGENT":
            return []
        present = {paths.plain(path) for path in (state.backup or {}).get("filesystem_paths") or ()}
        new = [path for path in self.planner.paths_asked or () if paths.plain(path) not in present]

        def taken(path: str) -> bool:
            query = {"filesystem_path": path, "server_uuid": server}
            return bool(self.client.call(api.CHECK_FILESYSTEM_PATH_DUPLICATION, query=query).get("result"))

        try:
            kept = [path for path, is_kept in zip(new, map_concurrently(taken, new), strict=True) if is_kept]
        except NotFound:
            return [
                f"server {self.params.get('server') or server} has no backup agent (scp_backup_agent makes one, role"
                " backup_agent installs it too)"
            ]
        if not kept:
            return []
        return [f"{' and '.join(kept)} of the server is under backup already, {self._keepers(server, kept, state)}"]

    def _keepers(self, server_uuid: str, kept: list[str], state: BackupState) -> str:
        """Which backups keep some paths of a server, for an error."""
        name = str((state.backup or state.server or {}).get("server_name") or "") or None
        finder, wanted = Finder(self.client, BACKUPS), {paths.plain(path) for path in kept}
        listed = self.client.read_list(api.LIST_BACKUPS, query={"server_name": name})
        shown = map_concurrently(lambda one: finder.by_id(one["id"]), listed)
        others = [
            one
            for one in shown
            if one is not None
            and one["server_uuid"] == server_uuid
            and wanted & set(map(paths.plain, one.get("filesystem_paths") or ()))
        ]
        if not others:
            return "by a backup that this key does not see"
        by = " and ".join(f"{named(one)} in state {one['state']}" for one in others)
        return f"by {by} (take it out there, or leave it out here)"

    # -- results ------------------------------------------------------------------------------------------

    def pending(self, state: BackupState) -> str:
        backup = state.backup
        if backup is None:
            return under_way(f"an older {self.result_key}", state.leaving)
        if state.removing:
            return f"backup {backup['name']}: {backup['state']}"
        if self.wants_absent:
            if state.busy:
                return f"backup {backup['name']}: {state.busy} must end before it can be deleted"
            return "" if in_error(backup) else under_way(self.result_key, backup)
        if word(backup) == INPROGRESS and self.planner.next_step(state) is None:
            return ""
        return under_way(self.result_key, backup)

    def failed(self, state: BackupState) -> str:
        backup = state.backup
        if backup is None or not in_error(backup):
            return ""
        return (
            f"Backup {named(backup)} is in state {backup['state']}. Remove it with state absent, which deletes all that"
            " it has kept, and create it again, or ask the provider's support."
        )

    def view(self, state: BackupState) -> dict[str, Any]:
        shown = dict(state.backup or {})
        return shown if state.schedules is None else {**shown, "schedules": list(state.schedules)}

    def managed(self, state: BackupState) -> dict[str, Any] | None:
        backup = state.backup
        if backup is None or (self.wants_absent and leaving(backup)):
            return None
        names = ("name", "server_name", "server_category", "policy_category", "policy_type", "retention_period")
        managed = {
            **{name: backup.get(name) for name in (*names, "encrypt_enabled")},
            "backup_region": backup.get("region") or self.region,
            "dr_enabled": bool(backup.get("dr_enabled")),
            "filesystem_paths": sorted(backup.get("filesystem_paths") or ()),
            "is_all_filesystem": bool(backup.get("is_all_filesystem")),
        }
        if state.schedules is not None:
            managed["schedules"] = sorted(map(schedules.written, state.schedules))
        return managed

    def listed(self, state: BackupState) -> Mapping[str, Any] | None:
        return state.backup

    def further_responses(self, before: BackupState, after: BackupState) -> Iterable[ResponsePatch]:
        backup = after.backup or {}
        released = _keeping(before.backup or {}, taken=False)
        if not self.wants_absent:
            return [*released, *_keeping(backup, taken=True)]
        agent = backup.get("backup_agent_id")
        return [*([ResponsePatch(AGENTS.show, _used_once_less, {AGENTS.option: agent})] if agent else []), *released]


def _keeping(backup: Mapping[str, Any], *, taken: bool) -> list[ResponsePatch]:
    """Whether the paths of a backup are under backup."""
    answer = {"result": taken}
    return [
        ResponsePatch(
            api.CHECK_FILESYSTEM_PATH_DUPLICATION,
            lambda _answer: answer,
            {"filesystem_path": path, "server_uuid": backup["server_uuid"]},
        )
        for path in backup.get("filesystem_paths") or ()
    ]


def _used_once_less(agent: dict[str, Any] | None) -> dict[str, Any] | None:
    """An agent when one of the backups that use it has gone."""
    if agent is None or not agent.get("backup_policy_count"):
        return agent
    return {**agent, "backup_policy_count": agent["backup_policy_count"] - 1}


#: The part of a backup that only the show operation has.
DETAIL = "detail"


class BackupInfo(TaggableInfo):
    """``scp_backup_info``.

    :cvar parts: what ``gather`` can ask for beside the detail, and how it is read by a backup's id.
    """

    kind = BACKUPS
    plural = "backups"
    parts: ClassVar[Mapping[str, Callable[[Client, str], list[dict[str, Any]]]]] = {
        "schedules": read_schedules,
        "histories": read_jobs,
        "restore_histories": read_restores,
        "restore_points": read_points,
    }

    def read(self) -> dict[str, Any]:
        found = sorted(self.select(self._found()), key=lambda one: (moment_of(one, "created_at"), one["id"]))
        shown = map_concurrently(self._complete, found) if self.gather else found
        return {self.plural: [backup for backup in shown if backup is not None]}

    def _found(self) -> list[dict[str, Any]]:
        finder = Finder(self.client, BACKUPS)
        if identifier := self.params.get("backup_id"):
            shown = finder.by_id(identifier)
            return [shown] if shown is not None else []
        server = self.params.get("server_name")
        if name := self.params.get("name"):
            found = finder.named(name, server_name=server)
        else:
            found = self.client.read_list(api.LIST_BACKUPS, query={"server_name": server})
        return [backup for backup in found if server in (None, backup["server_name"])]

    def _complete(self, backup: dict[str, Any]) -> dict[str, Any] | None:
        """One backup with what was gathered; ``None`` if it went in the meantime."""

        def read(part: str) -> Any:
            if part == DETAIL:
                shown = "policy_category" in backup
                return backup if shown else Finder(self.client, BACKUPS).by_id(str(backup["id"]))
            return self.parts[part](self.client, str(backup["id"]))

        parts = sorted(self.gather)
        try:
            found = dict(zip(parts, map_concurrently(read, parts), strict=True))
        except NotFound:
            return None
        detail = found.pop(DETAIL, backup)
        return None if detail is None else {**detail, **found}
