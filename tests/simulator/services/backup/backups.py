# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups: what is kept of which server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...behaviors import REGIONS
from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...state import Server
from ...zones import check_zone, shown_zone
from ..common import check_tags, name_matches, sorted_as
from .changes import asked_paths, check_paths
from .models import CATEGORIES, FILE_STORAGE, ZONES, Policy
from .serializers import authored

if TYPE_CHECKING:
    from .service import Backup

_KINDS = {"AGENTLESS": "VM_IMAGE", "AGENT": "FILESYSTEM"}
_SENT = (
    *("name", "policy_category", "policy_type", "server_category", "server_uuid"),
    *("retention_period", "encrypt_enabled"),
)
_SORTS = ("created_at", "modified_at", "name", "server_name", "state", "policy_type", "retention_period", "role_type")


class Backups:
    """The operations on backups themselves."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- creating -----------------------------------------------------------------------------------------------

    @operation("CreateBackup")
    def create(self, call: Call) -> Reply:
        """Accept a new backup of a server that is there."""
        service, body = self._service, call.body
        schedules = self._checked(call)
        server = self._server(call)
        with_agent = body["policy_category"] == "AGENT"
        backup = Policy(
            account_id=call.account_id,
            region=call.region,
            state="CREATING",
            stored_in=body.get("region") or call.region,
            server_name=server.name,
            server_region=server.region,
            server_os_type=server.os_type,
            server_subnet_id=server.subnet_id or "",
            agent_id=self._agent_id(call, server) if with_agent else "",
            dr_enabled=bool(body.get("dr_enabled")),
            zone=check_zone(call, body["zone"], body.get("region") or call.region) if body.get("zone") else "",
            server_zone=server.zone,
            tags=body.get("tags") or [],
            **{name: body[name] for name in _SENT if name in body},
        )
        if with_agent:
            backup.filesystem_paths, backup.is_all_filesystem = asked_paths(body, "filesystem_paths")
            check_paths(service, backup, backup.filesystem_paths, everything=backup.is_all_filesystem)
        self._check_name(call)
        service.backups.add(backup)
        service.schedule_part.replace(backup, schedules)
        service.after(self._world.switches.number("backup_create_seconds"), "backup_made", backup_id=backup.id)
        return service.accepted(backup.id)

    def _checked(self, call: Call) -> list[dict[str, Any]]:
        """The schedules of a body in which all that can be seen without looking anything up is right.

        :raises ApiError: 400.
        """
        service, body = self._service, call.body
        check_tags(body.get("tags"))
        if not body["name"]:
            raise validation_error("String should have at least 1 character")
        category, server_category = body["policy_category"], body["server_category"]
        file_storage = body["policy_type"] == FILE_STORAGE and not self._is("file_storage", "refuse")
        if _KINDS[category] != body["policy_type"] and not (file_storage and category == "AGENTLESS"):
            raise service.refused("InvalidPolicyType", f"{category} goes with {_KINDS[category]}.")
        if category == "AGENTLESS" and server_category == "BAREMETAL_SERVER":
            raise service.refused("InvalidServerCategory", "A bare-metal server needs an agent.")
        if category == "AGENT":
            asked_paths(body, "filesystem_paths")
        elif (body.get("filesystem_paths") or body.get("is_all_filesystem")) and self._is("paths_agentless", "400"):
            raise service.refused("InvalidFilesystemPath", "A backup without an agent takes no paths.")
        if body["policy_type"] == "VM_IMAGE" and not body.get("server_guid") and self._is("guid_missing", "400"):
            raise validation_error("Field required")
        stored_in = body.get("region") or call.region
        if stored_in not in REGIONS or not service.replica_part.related(call.region, stored_in):
            raise service.refused("InvalidRegion", f"{stored_in} keeps no backups of {call.region}.")
        if body.get("dr_enabled"):
            service.replica_part.check_possible(stored_in, category, creating=True)
        return service.schedule_part.checked(body["schedules"])

    def _is(self, switch: str, value: str) -> bool:
        return self._world.switches.text(f"backup_{switch}") == value

    def _server(self, call: Call) -> Server:
        service, body = self._service, call.body
        if body["policy_type"] == FILE_STORAGE:
            volume = service.file_storage(call.account_id, call.region).get(body["server_uuid"])
            if volume is None:
                raise service.not_found("BackupTargetServer")
            return volume
        kind = CATEGORIES[body["server_category"]]
        server = self._world.server(body["server_uuid"], kind, call.region, call.account_id)
        if server is None or (body.get("server_guid") or server.guid) != server.guid:
            raise service.not_found("BackupTargetServer")
        image = body["policy_type"] == "VM_IMAGE"
        twice = any((b.server_uuid, b.policy_type) == (server.id, "VM_IMAGE") for b in service.backups)
        if image and twice and not self._is("server_twice", "accept"):
            raise service.refused_as("backup_server_twice", "DuplicatedServer", "The server has a backup already.")
        return server

    def _agent_id(self, call: Call, server: Server) -> str:
        service = self._service
        agent = service.agent_of(server.id, call.account_id)
        if agent is None:
            raise service.not_found("CreatedBackupAgent")
        if agent.state != "AVAILABLE":
            raise service.conflict(f"The agent {agent.name} is in state {agent.state}.")
        if agent.connection_state != "SUCCESS" and self._is("unconnected_agent", "400"):
            raise service.refused("InvalidConnectionState", "The agent is not connected.")
        return agent.id

    def _check_name(self, call: Call) -> None:
        if self._taken(call, call.body["name"]):
            raise self._service.refused_as("backup_name_duplicate", "DuplicatedBackupName", "The name exists already.")

    def _taken(self, call: Call, name: str) -> bool:
        mine = (b for b in self._service.backups if (b.region, b.account_id) == (call.region, call.account_id))
        return any(backup.name == name for backup in mine)

    @operation("CheckBackupNameDuplicate")
    def check_name(self, call: Call) -> Reply:
        """Whether a name is taken; false was seen live for one that is free."""
        return Reply(200, {"result": self._taken(call, call.query["backup_name"])})

    # --- reading ------------------------------------------------------------------------------------------------

    @operation("ListBackups")
    def listed(self, call: Call) -> Reply:
        """One page of the region's backups, the newest first unless asked otherwise [assumed]."""
        query = call.query
        found = call.known(lambda: self._found(call))
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._shown(backup) for backup in page]})

    def _found(self, call: Call) -> list[Policy]:
        """What the list is asked for, as it is sorted."""
        query, how = call.query, self._world.switches.text("name_filter")
        found = [b for b in self._service.backups if (b.region, b.account_id) == (call.region, call.account_id)]
        for name in ("name", "server_name"):
            if query[name]:
                found = [b for b in found if name_matches(getattr(b, name), query[name], how)]
        return sorted_as(found, query["sort"] or "created_at:desc", _SORTS)

    @operation("ShowBackup")
    def show(self, call: Call) -> Reply:
        """One backup; while it is being deleted it still shows."""
        backup = self._service.backup(call)
        plain = ("policy_category", "server_category", "server_uuid", "server_os_type", "server_region", "dr_enabled")
        answer = {
            **self._shown(backup),
            **{name: getattr(backup, name) for name in (*plain, "encrypt_enabled", "is_all_filesystem")},
            "backup_agent_id": backup.agent_id or None,
            "dr_region": self._service.replica_part.region_of(backup),
            "filesystem_paths": backup.filesystem_paths,
            "origin_backup_id": backup.origin_id or None,
            "region": backup.stored_in,
            "replica_backup_id": backup.replica_id or None,
        }
        if call.since(ZONES):
            answer |= self._zones(backup)
        return Reply(200, answer)

    def _zones(self, backup: Policy) -> dict[str, Any]:
        """What newer versions show too: zones, and whether what is kept is still there."""
        dr_region = self._service.replica_part.region_of(backup)
        server = self._service.source(backup)

        def zone(known: str, region: str | None) -> str | None:
            return shown_zone(self._world, known, region, backup.account_id) or None if region else None

        return {
            "zone": zone(backup.zone, backup.stored_in),
            "dr_zone": zone("", dr_region),
            "server_zone": zone(server.zone if server else backup.server_zone, backup.server_region),
            "is_server_deleted": server is None,
        }

    def _shown(self, backup: Policy) -> dict[str, Any]:
        plain = ("id", "name", "policy_type", "retention_period", "role_type", "server_name")
        shown = {name: getattr(backup, name) for name in plain}
        return {**shown, **authored(backup), "state": self._service.state_of(backup)}

    # --- deleting -----------------------------------------------------------------------------------------------

    @operation("DeleteBackup")
    def delete(self, call: Call) -> Reply:
        """Accept the end of a backup, and of all that it has kept."""
        service = self._service
        service.check_session(call)
        backup = service.backup(call)
        if backup.state not in ("AVAILABLE", "ERROR"):
            raise service.conflict(f"The backup {backup.name} is in state {backup.state}.")
        service.replica_part.check_deletable(backup)
        if service.job_part.running(backup) or service.restoring(backup):
            raise service.refused_as("backup_delete_busy", "InProgress", "A job of the backup is running.")
        backup.state = "DELETING"
        service.after(self._world.switches.number("backup_delete_seconds"), "backup_gone", backup_id=backup.id)
        return service.accepted(backup.id)

    # --- what happens later -------------------------------------------------------------------------------------

    @event("backup_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """A new backup is finished, and has its replica if it is to have one."""
        backup = self._service.backups.get(data["backup_id"])
        if backup is None or backup.state != "CREATING":
            return
        backup.state = self._world.switches.text("backup_create_ends_in")
        if backup.dr_enabled and backup.state == "AVAILABLE":
            self._service.replica_part.begin(backup)

    @event("backup_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted backup is gone, or could not go."""
        backup = self._service.backups.get(data["backup_id"])
        if backup is None or backup.state != "DELETING":
            return
        if self._is("delete_ends_in", "ERROR"):
            backup.state = "ERROR"
            return
        self._service.replica_part.parted(backup)
        self._service.forget(backup)
