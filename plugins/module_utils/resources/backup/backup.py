# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups: what of which server is kept, when, where and how long (platform-behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import CallError, NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Call, Client
from ...engine.lookup import Finder, is_id
from ...engine.overlay import ResponsePatch, deleted, upserted
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Info, Resource
from ...operations import backup as api
from .. import snapshots
from . import paths, schedules
from .lookup import (
    AGENTS,
    AVAILABLE,
    BACKUPS,
    DELETING,
    INPROGRESS,
    POLICY_TYPES,
    describe_job,
    find_backup,
    in_error,
    is_replica,
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
from .servers import REFUSES_IMAGES, backup_servers, find_for_backup, find_servers

#: What the service takes where a task does not say (reference: Create Backup).
DEFAULTS = {"retention_period": "WEEK_2", "encrypt_enabled": True}
#: Regions that replicate nothing begin with this (platform-behaviour.md §1).
WITHOUT_REPLICATION = "kr-south"


@dataclass(frozen=True)
class BackupState:
    """A backup as the show operation gives it, and what a task has to know beside it.

    :ivar schedules: ``None`` where the task has no interest in them.
    :ivar server: the one that the task names, where that is not plain from the backup: ``server_uuid``,
        ``server_name``, and ``server_guid`` where known.
    :ivar blockers: what keeps the task from what it asks, found when it began.
    :ivar leaving: another backup of the same name that is on its way out.
    :ivar busy: what runs of a backup that is to go.
    :ivar removing: this task has sent the call that deletes it.
    """

    backup: dict[str, Any] | None = None
    schedules: tuple[dict[str, Any], ...] | None = None
    server: dict[str, Any] | None = None
    blockers: tuple[str, ...] = ()
    leaving: dict[str, Any] | None = None
    busy: str = ""
    removing: bool = False

    def with_fields(self, **fields: Any) -> BackupState:
        """The state with some of the backup's fields replaced."""
        return replace(self, backup={**(self.backup or {}), **fields})


class Backup(Resource[BackupState]):
    """``scp_backup``."""

    result_key = "backup"
    slowest_poll = 15.0

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        self._first_look = True
        self._server: dict[str, Any] | None = None

    @property
    def _wanted(self) -> str:
        return str(self.params.get("backup_id") or self.params["name"])

    @property
    def _category(self) -> str | None:
        """AGENTLESS or AGENT, also where the task says only what is kept."""
        category, kept = self.params.get("policy_category"), self.params.get("policy_type")
        return category or next((name for name, value in POLICY_TYPES.items() if value == kept), None)

    @property
    def _paths_asked(self) -> list[str] | None:
        """The paths that a task lists, each once; an empty list where it asks for all of the server instead."""
        listed = self.params.get("filesystem_paths")
        if self.params.get("is_all_filesystem"):
            return []
        return paths.distinct(listed) if listed else None

    @property
    def exclusive_name(self) -> str:
        by_id = self.params.get("backup_id")
        return "" if self.wants_absent or by_id else f"{BACKUPS.title} {self._wanted!r}"

    # -- options that cannot work --------------------------------------------------------------------------------------

    def check(self) -> None:
        if self.wants_absent:
            return
        params, found = self.params, []
        if params.get("name") is not None:
            BACKUPS.check_name(params["name"])
        category, kept = params.get("policy_category"), params.get("policy_type")
        if category and kept and POLICY_TYPES[category] != kept:
            found.append(
                f"policy_category {category} goes with policy_type {POLICY_TYPES[category]}, and not with {kept}"
            )
        if self._category == "AGENTLESS":
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
            found = find_backup(finder, self._wanted, leaving_counts=True)
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
        server, kind, category = self.params.get("server"), self.params.get("server_category"), self._category
        if server and kind and category and self._server is None:
            self._server = find_for_backup(self.client, server, kind, POLICY_TYPES[category])
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
        query = {"from_region": self.region, "backup_master_type": self._category}
        relations = self.client.read_list(api.LIST_BACKUP_REGION_RELATIONSHIP, query=query)
        possible = sorted({str(relation.get("to_region")) for relation in relations})
        if not possible or region in possible:
            return []
        return [f"backup_region {region} keeps no backups of {self.region} (possible: {', '.join(possible)})"]

    def _path_blockers(self, state: BackupState) -> list[str]:
        """Paths that another backup of the server keeps (platform-behaviour.md §8: 404 without an agent)."""
        server = (state.backup or state.server or {}).get("server_uuid")
        category = state.backup["policy_category"] if state.backup else self._category
        if not server or category != "AGENT":
            return []
        present = {paths.plain(path) for path in (state.backup or {}).get("filesystem_paths") or ()}
        new = [path for path in self._paths_asked or () if paths.plain(path) not in present]

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

    # -- planning -----------------------------------------------------------------------------------------------------

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
        params, category = self.params, self._category
        needed = ("name", "server", "server_category", "schedules")
        missing = [name for name in needed if not params.get(name)]
        if category is None:
            missing.append("policy_category")
        if category == "AGENT" and self._paths_asked is None:
            missing.append("filesystem_paths or is_all_filesystem")
        problems = list(state.blockers)
        if missing:
            problems.insert(0, f"to create it the task must also give {' and '.join(missing)}")
        if problems:
            raise StorageError(
                f"There is no backup {self._wanted!r} in {self.region}, and none can be made so: {'; '.join(problems)}."
            )
        server = state.server or {}
        fields: dict[str, Any] = {
            "name": params["name"],
            "policy_category": category,
            "policy_type": POLICY_TYPES[str(category)],
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
                "filesystem_paths": self._paths_asked or [],
                "is_all_filesystem": bool(params.get("is_all_filesystem")),
            }
            return BackupState(made, schedules=tuple(body["schedules"]))

        return Step(api.CREATE_BACKUP, effect, body=body)

    def _given(self, *names: str) -> dict[str, Any]:
        """The options of these names that the task gives."""
        return {name: self.params[name] for name in names if self.params.get(name) is not None}

    def _path_fields(self, field: str) -> dict[str, Any]:
        """The paths as calls take them, in the field of this name."""
        asked = self._paths_asked or []
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
        if self._paths_asked is not None and self._category is None:
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
        asked = self._paths_asked
        if asked is None and self.params.get("is_all_filesystem") is False and backup.get("is_all_filesystem"):
            raise StorageError(
                f"Backup {named(backup)} keeps all of its server. Where is_all_filesystem is false,"
                " filesystem_paths must say what it is to keep instead."
            )
        if asked is None or _kept_of(backup) == {*map(paths.plain, asked)}:
            return None
        fields = {"filesystem_paths": asked, "is_all_filesystem": not asked}
        return Step(
            api.SET_FILESYSTEM_PATH,
            lambda before, _answer: before.with_fields(**fields),
            path={"backup_id": str(backup["id"])},
            body=self._path_fields("backup_filesystem_paths"),
            done=lambda seen: _kept_of(seen.backup or {}) == {*map(paths.plain, asked)},
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
            is_retryable=snapshots.busy,  # by a job that has begun and does not show yet
            advice=advice,
        )

    # -- waiting and telling ------------------------------------------------------------------------------------------

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
        if word(backup) == INPROGRESS and self.next_step(state) is None:
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

    def planned_responses(self, before: BackupState, after: BackupState) -> Iterable[ResponsePatch]:
        backup = after.backup
        if backup is None:
            return ()
        patches = _keeping(before.backup or {}, taken=False)
        if not leaving(backup):
            return [*upserted(BACKUPS, {**backup, "state": AVAILABLE}), *patches, *_keeping(backup, taken=True)]
        if agent := backup.get("backup_agent_id"):
            patches.append(ResponsePatch(AGENTS.show, _used_once_less, {AGENTS.option: agent}))
        return [*deleted(BACKUPS, str(backup["id"])), *patches]


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


def _describe_original(replica: Mapping[str, Any]) -> str:
    """The backup that a replica is one of, and where it is."""
    original = replica.get("origin_backup_id") or replica["name"]
    return f"backup {original} in {replica.get('server_region') or 'its region'}"


def _kept_of(backup: Mapping[str, Any]) -> set[str]:
    """The paths that a backup keeps; none stands for all of the server."""
    if backup.get("is_all_filesystem"):
        return set()
    return {*map(paths.plain, backup.get("filesystem_paths") or ())}


class BackupInfo(Info):
    """``scp_backup_info``.

    :cvar parts: what ``gather`` can ask for beside the detail, and how it is read by a backup's id.
    """

    plural = "backups"
    parts: ClassVar[Mapping[str, Callable[[Client, str], list[dict[str, Any]]]]] = {
        "schedules": read_schedules,
        "histories": read_jobs,
        "restore_histories": read_restores,
        "restore_points": read_points,
    }

    def read(self) -> dict[str, Any]:
        found = sorted(self._found(), key=lambda one: (moment_of(one, "created_at"), one["id"]))
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
        result: dict[str, Any] | None = dict(backup)
        if "detail" in self.gather and "policy_category" not in backup:
            result = Finder(self.client, BACKUPS).by_id(str(backup["id"]))
        if result is None:
            return None
        try:
            for part in sorted(self.gather - {"detail"}):
                result[part] = self.parts[part](self.client, str(backup["id"]))
        except NotFound:
            return None
        return result
