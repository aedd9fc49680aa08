# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores of files, and what a restore target of files holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...service import Call, Reply, operation
from ...state import Server
from ..common import moment_of, name_matches
from .filesystem import below, checked, entries, moved
from .models import Policy, Restore
from .restores import check_free, restorable

if TYPE_CHECKING:
    from .service import Backup


class FileRestores:
    """The operations on files; how a restore ends is the same for all."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def _of_files(self, call: Call) -> Policy:
        """The backup of the path, which keeps files.

        :raises ApiError: 404, 400.
        """
        backup = self._service.backup(call)
        if backup.policy_type != "FILESYSTEM":
            raise self._service.refused("InvalidPolicyType", "The backup keeps an image, and not files.")
        return backup

    def _servers(self, backup: Policy) -> list[Server]:
        """The servers to which files of a backup can go: with an agent, and of the same system."""
        service = self._service
        agents = [a for a in service.agents if (a.region, a.state) == (backup.region, "AVAILABLE")]
        owned = {agent.server_uuid for agent in agents if agent.account_id == backup.account_id}
        found = service.servers(backup.account_id, backup.region)
        return [server for server in found if server.id in owned and server.os_type == backup.server_os_type]

    @operation("ListAgentBackupRestoreTargetServers")
    def servers(self, call: Call) -> Reply:
        """One page of the servers to which files can be restored."""
        query = call.query
        found = sorted(self._servers(self._of_files(call)), key=lambda server: server.name)
        if query["server_name"]:
            how = self._world.switches.text("name_filter")
            found = [server for server in found if name_matches(server.name, query["server_name"], how)]
        page, count = call.numbered(found, query["page"], query["size"])
        shown = [
            {
                "server_name": server.name,
                "server_os_version": server.os_version,
                "server_type": server.server_type or None,
                "server_uuid": server.id,
            }
            for server in page
        ]
        return Reply(200, {"count": count, "contents": shown})

    @operation("ListFilesystemPath")
    def paths(self, call: Call) -> Reply:
        """What a folder of a restore target holds."""
        service, query = self._service, call.query
        backup = self._of_files(call)
        point = restorable(service, backup, query["restore_target_id"])
        (path,) = checked([query["path"]])
        found = entries(point.files, path, int(moment_of(point.backup_start_time)))
        if not below(point.files, path) and self._world.switches.text("backup_path_unknown") == "404":
            raise service.not_found("FilesystemPath")
        return Reply(200, {"count": len(found), "contents": found})

    @operation("RestoreAgentBackup")
    def restore(self, call: Call) -> Reply:
        """Begin to write files of a restore target to a server."""
        service, body = self._service, call.body
        backup = self._of_files(call)
        service.available(call)
        pairs = [checked([pair["source"], pair["destination"]]) for pair in body["filesystem_paths"]]
        if not pairs:
            raise service.refused("InvalidFilesystemPath", "There is nothing to restore.")
        point = restorable(service, backup, body["restore_target_id"])
        server = self._target(call, backup)
        files = []
        for source, destination in pairs:
            kept = below(point.files, source)
            if not kept:
                raise service.not_found("FilesystemPath")
            files += moved(kept, source, destination)
        check_free(service, backup)
        row = Restore(
            account_id=backup.account_id,
            backup_id=backup.id,
            point_id=point.id,
            region=call.region,
            backup_start_time=point.backup_start_time,
            schedule_name=point.schedule_name,
            restore_server_name=server.name,
            restore_server_id=server.id,
            restore_state="INPROGRESS",
            files=files,
            skips=not body.get("overwrite"),
        )
        service.restores.add(row)
        service.after(self._world.switches.number("backup_file_restore_seconds"), "restore_ends", restore_id=row.id)
        return service.accepted(backup.id)

    def _target(self, call: Call, backup: Policy) -> Server:
        server = self._world.servers.get(call.body["restore_server_uuid"])
        if server is None or (server.region, server.account_id) != (call.region, call.account_id):
            raise self._service.not_found("RestoreServer")
        if self._service.agent_of(server.id, call.account_id) is None:
            raise self._service.not_found("CreatedBackupAgent")
        if server not in self._servers(backup):
            raise self._service.refused("InvalidRestoreServer", "The server has another system, or no agent yet.")
        return server
