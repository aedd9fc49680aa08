# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores: new servers out of images, and files back on a server (platform-behaviour.md §8).

What was restored is known by the histories only. They show the server, the moment of the restore point and the state,
and neither the region nor the files.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...engine.lookup import Finder
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Resource
from ...operations import backup as api
from .. import zones
from . import paths
from .lookup import (
    BACKUPS,
    COMPLETED,
    FAILED,
    INPROGRESS,
    PARTIAL_SUCCESS,
    moment_of,
    named,
    read_points,
    read_restores,
    required_backup,
    under_way,
    word,
)
from .restore_point import broken_backup, busy, chosen_point
from .servers import with_server_id

#: Words with which a restore has ended.
ENDS = (COMPLETED, PARTIAL_SUCCESS, FAILED)
_STATE = "restore_state"
#: The option with the zone of the new server, and its field.
_ZONE = "restore_zone"
_SERVER_NAME = re.compile(r"[a-zA-Z0-9_ -]{1,63}")
#: A history names no zone: its times may be in UTC, as those of restore points, or this much later, in Korean time.
_KOREAN_OFFSET = timedelta(hours=9)


@dataclass(frozen=True)
class RestoreState:
    """A backup, and the restore that is asked for.

    :ivar restore: as the histories show it; ``None`` where there is none.
    :ivar point: the restore point to take, where that was looked up, and all ``points`` beside it.
    :ivar server: the server that files go to.
    :ivar blockers: why it cannot be restored, each for the user.
    :ivar seen: whether the restore was read, and is not only known from the call that begins it.
    :ivar reserved: a server has the name, and no history shows its restore: it can be one of a moment ago.
    """

    backup: dict[str, Any]
    restore: dict[str, Any] | None = None
    point: dict[str, Any] | None = None
    points: tuple[dict[str, Any], ...] = ()
    server: dict[str, Any] | None = None
    blockers: tuple[str, ...] = ()
    seen: bool = True
    reserved: bool = False


class Restore(Resource[RestoreState]):
    """What ``scp_backup_restore`` and ``scp_backup_file_restore`` do."""

    result_key = "restore"
    slowest_poll = 30.0
    #: The type of backup that it is for, and what to say where it is another one.
    policy_type: ClassVar[str]
    other_type: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: frozenset[tuple[str, ...]] | None = None
        self._wanted = str(self.params["restore_point"])

    @abstractmethod
    def matches(self, state: RestoreState, restore: Mapping[str, Any]) -> bool:
        """Whether a restore of the histories is one as the task asks for."""

    @abstractmethod
    def send(self, state: RestoreState, point: Mapping[str, Any]) -> Step[RestoreState]:
        """The step that begins it."""

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_backup(self) -> RestoreState:
        """The backup, and whether it is of the right type."""
        backup = required_backup(self.client, self.params["backup"])
        blockers = () if word(backup, "policy_type") == self.policy_type else (self.other_type,)
        return RestoreState(backup, blockers=blockers)

    def read_histories(self, state: RestoreState) -> list[dict[str, Any]]:
        """The restores that fit, the newest first."""
        found = [found for found in read_restores(self.client, str(state.backup["id"])) if self.matches(state, found)]
        if self._known is None:
            self._known = frozenset(_key(restore) for restore in found if word(restore, _STATE) in ENDS)
        return found

    def fresh(self, restores: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        """The first restore that had not ended when the task began: one to join, or the task's own."""
        return next((found for found in reversed(restores) if _key(found) not in (self._known or ())), None)

    def with_point(self, state: RestoreState) -> RestoreState:
        """The same with the restore point that is asked for."""
        points = read_points(self.client, str(state.backup["id"]))
        point, blocker = chosen_point(points, self._wanted)
        if point is not None:
            # Another job may end meanwhile: the newest is the newest of when the task began.
            self._wanted = str(point["restore_target_id"])
        return replace(
            state, point=point, points=tuple(points), blockers=(*state.blockers, *([blocker] if blocker else []))
        )

    def refresh(self, state: RestoreState) -> RestoreState:
        if state.restore is None:
            backup = Finder(self.client, BACKUPS).by_id(str(state.backup["id"])) or state.backup
            return replace(state, backup=backup)
        if state.seen and word(state.restore, _STATE) in ENDS:
            return state
        found = self.fresh(self.read_histories(state))
        return replace(state, restore=found or state.restore, seen=found is not None)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: RestoreState) -> Step[RestoreState] | None:
        if state.restore is not None:
            return None
        if state.blockers or state.point is None:
            raise StorageError(f"Nothing can be restored from backup {named(state.backup)}: {_listed(state.blockers)}.")
        return self.send(state, state.point)

    def begun(self, before: RestoreState, **fields: Any) -> RestoreState:
        """The state after the step, with what is known of the restore beforehand."""
        point = before.point or {}
        restore = {
            "backup_id": before.backup["id"],
            "backup_start_time": point.get("backup_start_time"),
            "schedule_name": point.get("schedule_name"),
            "restore_start_time": UNKNOWN_ID,
            "restore_end_time": None,
            _STATE: INPROGRESS,
            **fields,
        }
        return replace(before, restore=restore, seen=False)

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: RestoreState) -> str:
        if state.restore is None:
            return under_way("backup", state.backup)
        if word(state.restore, _STATE) in ENDS:
            return ""
        since = f" since {state.restore.get('restore_start_time')}" if state.seen else ""
        return f"{self._describe_restore(state.restore)}: {state.restore[_STATE]}{since}"

    def failed(self, state: RestoreState) -> str:
        if state.restore is None:
            return broken_backup(state.backup)
        ended = word(state.restore, _STATE)
        if ended == FAILED or (ended == PARTIAL_SUCCESS and not self.params["allow_partial"]):
            ending = f"{self._describe_restore(state.restore)} ended as {ended}. The service's history has no reason."
            return f"{ending[0].upper()}{ending[1:]} {self.advice(ended)}"
        return ""

    @abstractmethod
    def advice(self, ended: str) -> str:
        """What to do about a restore that did not end well."""

    @staticmethod
    def _describe_restore(restore: Mapping[str, Any]) -> str:
        return (
            f"the restore to server {restore.get('restore_server_name')} from the restore point of"
            f" {restore.get('backup_start_time')}"
        )

    def view(self, state: RestoreState) -> dict[str, Any]:
        return dict(state.restore or {})

    def managed(self, state: RestoreState) -> dict[str, Any] | None:
        if state.restore is None:
            return None
        # With a zone in restore points and without one in histories it is the same moment.
        moment = str(state.restore.get("backup_start_time"))[:19]
        shown = {name: state.restore.get(name) for name in ("schedule_name", "restore_server_name")}
        return {"backup": state.backup["name"], "backup_start_time": moment, **shown}

    def extras(self, before: RestoreState, after: RestoreState) -> dict[str, Any]:
        """The restore point that was taken, which the histories do not name."""
        taken = before.point if before.restore is None else None
        return {"restore_point": dict(taken) if taken else None}


class ServerRestore(Restore):
    """``scp_backup_restore``."""

    policy_type = "VM_IMAGE"
    other_type = "it keeps files, and no image of a server (scp_backup_file_restore brings files back)"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: The subnets with their ids, as far as they were looked up.
        self._networks: list[dict[str, str]] = []
        self._sent = False

    def check(self) -> None:
        if not all(one.get("subnet_id") or one.get("subnet") for one in self.params.get("networks") or ()):
            raise StorageError("networks has an entry without subnet_id and subnet. Give one of them.")
        if not _SERVER_NAME.fullmatch(self._called):
            raise StorageError(
                f"restore_server_name {self._called!r} cannot be the name of a server: 1 to 63 letters, digits,"
                " hyphens, underscores and spaces."
            )
        zones.check(self.params, self._where, _ZONE)

    @property
    def _called(self) -> str:
        """The name of the new server."""
        return str(self.params["restore_server_name"])

    @property
    def _where(self) -> str:
        """The region of the new server."""
        return str(self.params.get("restore_region") or self.region)

    @property
    def exclusive_name(self) -> str:
        return f"server {self._called!r} in {self._where}"

    def matches(self, state: RestoreState, restore: Mapping[str, Any]) -> bool:
        return bool(restore["restore_server_name"] == self._called)

    def find(self) -> RestoreState:
        state = self.read_backup()
        restores = self.read_histories(state)
        if found := self.fresh(restores):
            return self._existing(state, found)
        if state.blockers:
            return state
        taken = bool(
            self.client.call(
                api.CHECK_BACKUP_RESTORE_SERVER_NAME_DUPLICATE,
                region=self._where,
                query={"restore_server_name": self._called},
            ).get("result")
        )
        made = next((found for found in restores if word(found, _STATE) in (COMPLETED, PARTIAL_SUCCESS)), None)
        if taken and made is not None:
            return self._existing(state, made)
        if taken and self._sent:
            # The history lags. What it will show is the same step as before, which the executor waits for.
            return replace(state, point={"restore_target_id": self._wanted}, reserved=True)
        if taken:
            blocker = (
                f"the name {self._called} is taken in {self._where}, and the history shows no finished restore to it."
                " It can be that of a moment ago. Run the task again in a minute, before you choose another"
                " restore_server_name"
            )
            state = replace(state, blockers=(blocker,), reserved=True)
        state = self.with_point(state)
        return replace(state, blockers=(*state.blockers, *self._subnet_blockers(state)))

    def _existing(self, state: RestoreState, restore: dict[str, Any]) -> RestoreState:
        """Return the state with a restore that is there, or with why it is not the one that is asked for."""
        if not self.params["match_restore_point"]:
            return replace(state, restore=restore)
        state = self.with_point(state)
        if state.point is None or is_restore_of(restore, state.point, state.points):
            return replace(state, restore=restore)
        blocker = (
            f"server {self._called} was restored before, from the image of {restore.get('backup_start_time')}"
            f" ({restore.get('schedule_name')}). To have that of {state.point.get('backup_start_time')}"
            f" ({state.point.get('schedule_name')}) too, choose another restore_server_name"
        )
        return replace(state, blockers=(*state.blockers, blocker))

    def _subnet_blockers(self, state: RestoreState) -> list[str]:
        """What is wrong with the subnets that are asked for; those that are named get their ids."""
        networks = self.params.get("networks") or ()
        if not networks:
            return []
        listed = self.client.read_list(
            api.LIST_BACKUP_RESTORE_SUBNETS,
            path={"backup_id": str(state.backup["id"])},
            query={"region": self._where},
        )
        self._networks, blockers = [], []
        for network in networks:
            identifier, blocker = self._subnet(network, listed)
            self._networks.append({"subnet_id": identifier})
            blockers += [f"networks: {blocker}"] if blocker else []
        return blockers

    def _subnet(self, network: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        """Return the id of a subnet that is named, or has a CIDR, or an id; and what is wrong with it."""
        wanted = str(network.get("subnet_id") or network.get("subnet") or "").strip()
        fields = ("id",) if network.get("subnet_id") else ("id", "name", "cidr")
        fitting = [subnet for subnet in listed if wanted in (str(subnet.get(field)) for field in fields)]
        active = [subnet for subnet in fitting if word(subnet) == "ACTIVE"]
        if len(active) == 1:
            return str(active[0]["id"]), ""
        if active:
            candidates = "; ".join(_described(subnet) for subnet in active)
            return "", f"subnet {wanted!r} fits {len(active)} subnets of {self._where} ({candidates}): give subnet_id"
        if fitting:
            return "", f"subnet {wanted} is in state {word(fitting[0])}"
        usable = ", ".join(f"{subnet['id']} ({subnet['name']})" for subnet in listed if word(subnet) == "ACTIVE")
        return "", f"subnet {wanted} is not one of {self._where} (usable: {usable or 'none'})"

    def send(self, state: RestoreState, point: Mapping[str, Any]) -> Step[RestoreState]:
        given = ("security_groups", "restore_region")
        zone = zones.chosen(self.params, self.client.settings.zone_of, self._where, _ZONE)
        networks = self._networks or self.params.get("networks")
        body = {
            "restore_server_name": self._called,
            "restore_target_id": point["restore_target_id"],
            "server_type_id": self.params["server_type_id"],
            **({"networks": networks} if networks is not None else {}),
            **{name: self.params[name] for name in given if self.params.get(name) is not None},
            **({_ZONE: zone} if zone else {}),
        }

        def effect(before: RestoreState, answer: Mapping[str, Any]) -> RestoreState:
            self._sent |= "resource" in answer  # Only the service's answer has it, and no plan.
            return self.begun(before, restore_server_name=self._called, restore_server_id=None)

        def taken(seen: RestoreState) -> bool:
            # The name was free when the step was planned, and the history can lag.
            self._sent |= seen.reserved
            return seen.reserved

        return Step(
            api.RESTORE_BACKUP,
            effect,
            path={"backup_id": state.backup["id"]},
            body=body,
            insist=(_ZONE,) if self.params.get(_ZONE) else (),
            done=lambda seen: seen.seen,
            is_retryable=busy,
            taken=taken,
            advice=f"Check that {self._where} has the server_type_id, the networks and the security_groups, and that"
            " the type is one for servers of this kind. A server in another region needs networks.",
        )

    def advice(self, ended: str) -> str:
        if ended == PARTIAL_SUCCESS:
            return "Look at the server; with allow_partial a restore that was done in part is good enough."
        return "Try again, with another restore_point, or with another server_type_id or networks."


class FileRestore(Restore):
    """``scp_backup_file_restore``."""

    policy_type = "FILESYSTEM"
    other_type = "it keeps an image of a server, and no files (scp_backup_restore makes a server of it)"

    def check(self) -> None:
        if not self.params["filesystem_paths"]:
            raise StorageError("filesystem_paths is empty: name at least one source and its destination.")
        bad = [
            f"{end} {pair[end]!r}"
            for pair in self.params["filesystem_paths"]
            for end in ("source", "destination")
            if not paths.is_absolute(pair[end])
        ]
        if bad:
            raise StorageError(
                f"filesystem_paths has {' and '.join(bad)}. Write whole paths, which begin at / or at a drive as C:/."
            )

    def matches(self, state: RestoreState, restore: Mapping[str, Any]) -> bool:
        server, point = state.server or {}, state.point or {}
        to = restore.get("restore_server_id")
        if to != server.get("server_uuid") and (to or restore["restore_server_name"] != server.get("server_name")):
            return False
        return is_restore_of(restore, point, state.points)

    def resolve(self) -> None:
        self.params = with_server_id(self.client, self.params)

    def find(self) -> RestoreState:
        state = self.read_backup()
        if state.blockers:
            return state
        state = self._with_server(self.with_point(state))
        if state.blockers:
            return state
        return replace(state, restore=self.fresh(self.read_histories(state)))

    def _with_server(self, state: RestoreState) -> RestoreState:
        """The same with the server that files are to go to."""
        wanted = self.params.get("server")
        listed = self.client.read_list(
            api.LIST_AGENT_BACKUP_RESTORE_TARGET_SERVERS, path={"backup_id": str(state.backup["id"])}
        )
        wanted = wanted or str(state.backup["server_uuid"])
        found = [server for server in listed if wanted in (server["server_uuid"], server["server_name"])]
        if len(found) == 1:
            return replace(state, server=found[0])
        if found:
            ids = ", ".join(str(server["server_uuid"]) for server in found)
            blocker = f"server {wanted!r} fits {len(found)} servers ({ids}): give the uuid of the one that you mean"
        else:
            original = "" if self.params.get("server") else f" {state.backup['server_name']}"
            names = ", ".join(sorted(str(server["server_name"]) for server in listed)) or "none"
            blocker = (
                f"files cannot go to server{original} {wanted!r}: it must run the same system, and have an agent that"
                f" is AVAILABLE (scp_backup_agent makes one; servers that it can be are: {names})"
            )
        return replace(state, blockers=(*state.blockers, blocker))

    def send(self, state: RestoreState, point: Mapping[str, Any]) -> Step[RestoreState]:
        server = state.server or {}
        body = {
            "filesystem_paths": [
                {name: pair[name] for name in ("source", "destination")} for pair in self.params["filesystem_paths"]
            ],
            "overwrite": self.params["overwrite"],
            "restore_server_uuid": server["server_uuid"],
            "restore_target_id": point["restore_target_id"],
        }
        target = {"restore_server_name": server["server_name"], "restore_server_id": server["server_uuid"]}
        return Step(
            api.RESTORE_AGENT_BACKUP,
            lambda before, _answer: self.begun(before, **target),
            path={"backup_id": state.backup["id"]},
            body=body,
            done=lambda seen: seen.seen,
            is_retryable=busy,
            listed=True,
            advice="Check each source: scp_backup_restore_point_info with path lists what is in the restore point.",
        )

    def advice(self, ended: str) -> str:
        if ended == PARTIAL_SUCCESS:
            existing = "" if self.params["overwrite"] else "Files that are there already stay without overwrite. "
            return f"{existing}With allow_partial a restore that was done in part is good enough."
        return "See whether the server and its agent run (scp_backup_agent with check_connection), and try again."


def is_restore_of(
    restore: Mapping[str, Any], point: Mapping[str, Any], points: Sequence[Mapping[str, Any]] = ()
) -> bool:
    """Return whether a history is that of a restore point: of the same schedule, and of the same moment.

    :param points: all restore points. One that fits the history's time as it is goes before one of Korean time.
    """
    shown = moment_of(restore)
    alike = [moment_of(one) for one in (point, *points) if one.get("schedule_name") == restore.get("schedule_name")]
    moment = moment_of(point) if point.get("schedule_name") == restore.get("schedule_name") else None
    return moment == shown or (moment == shown - _KOREAN_OFFSET and shown not in alike)


def _described(subnet: Mapping[str, Any]) -> str:
    return f"{subnet['id']}, {subnet.get('cidr')}, VPC {subnet.get('vpc_name') or subnet.get('vpc_id')}"


def _key(restore: Mapping[str, Any]) -> tuple[str, ...]:
    """What a restore is known by: the histories have no id."""
    return tuple(str(restore.get(name)) for name in ("restore_server_name", "backup_start_time", "restore_start_time"))


def _listed(blockers: Sequence[str]) -> str:
    return "; and ".join(blockers)
