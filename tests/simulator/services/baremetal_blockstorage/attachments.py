# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers use a volume: attaching and detaching, answered at once and done later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import ApiError, validation_error
from ...service import Call, Reply, event, operation
from .models import ZONES, Attachment, Volume

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

MOST = 8
"""The most servers that can use one volume."""


class Attachments:
    """The operations on attachments."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("AttachVolume")
    def attach(self, call: Call) -> Reply:
        """Let more servers use a volume."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        asked = call.body["attachments"]
        present = {attachment.server_id for attachment in service.attachments_of(volume)}
        servers = check_servers(service, call, asked, len(present - {a.get("object_id") for a in asked}))
        if any(server["object_id"] in present for server in servers):
            if self._world.switches.text("bm_attach_duplicate") != "accept":
                raise service.refused_as("bm_attach_duplicate", "A server is attached already.")
            servers = [server for server in servers if server["object_id"] not in present]
        service.demand_settled([volume], repair=True)
        service.begin([volume], "ATTACHING")
        self._later("attach", volume, servers)
        return Reply(200, {"attachments": asked})

    @operation("DetachVolume")
    def detach(self, call: Call) -> Reply:
        """Let servers use a volume no longer; the body has plain ids."""
        service = self._service
        volume = service.volume(call, call.path["volume_id"])
        asked = call.body["attachments"]
        if not asked or len(set(asked)) != len(asked):
            raise validation_error("Value error, attachments are the ids of one or more servers, each once")
        present = {attachment.server_id: attachment for attachment in service.attachments_of(volume)}
        missing = [server_id for server_id in asked if server_id not in present]
        if missing and self._world.switches.text("bm_detach_missing") != "accept":
            raise service.refused_as("bm_detach_missing", "A server is not attached.")
        service.demand_settled([volume], repair=True)
        gone = [
            {"object_id": server_id, "object_type": present[server_id].server_type}
            for server_id in asked
            if server_id in present
        ]
        service.begin([volume], "DETACHING")
        self._later("detach", volume, gone)
        return Reply(200, {"attachments": gone})

    def _later(self, what: str, volume: Volume, servers: Sequence[Mapping[str, str]]) -> None:
        seconds = self._world.switches.number(f"bm_{what}_seconds")
        self._service.after(seconds, f"{what}_done", volume_id=volume.id, servers=list(servers))

    def _settles(self, data: Mapping[str, Any], what: str, state: str) -> Volume | None:
        """The volume that an event is about, unless it is in another state by now, or the servers refuse."""
        service = self._service
        volume = service.volumes.get(data["volume_id"])
        if volume is None or volume.state != state:
            return None
        if service.fails(what):
            volume.external_errors = service.server_errors(server["object_type"] for server in data["servers"])
            service.move(volume, "ERROR_EDITING")
            return None
        return volume

    @event("attach_done")
    def _attached(self, data: Mapping[str, Any]) -> None:
        """Servers use a volume now."""
        volume = self._settles(data, "attach", "ATTACHING")
        if volume is not None:
            attach(self._service, volume, data["servers"])
            self._service.finish([volume.id])

    @event("detach_done")
    def _detached(self, data: Mapping[str, Any]) -> None:
        """Servers use a volume no longer."""
        volume = self._settles(data, "detach", "DETACHING")
        if volume is None:
            return
        ids = [server["object_id"] for server in data["servers"]]
        for attachment in self._service.attachments_of(volume):
            if attachment.server_id in ids:
                self._service.attachments.remove(attachment.id)
        self._service.finish([volume.id])


def attach(service: BareMetalBlockStorage, volume: Volume, servers: Sequence[Mapping[str, str]]) -> None:
    """Write down that servers use a volume."""
    for server in servers:
        attachment = Attachment(
            account_id=volume.account_id,
            volume_id=volume.id,
            server_id=server["object_id"],
            server_type=server["object_type"],
        )
        service.attachments.add(attachment)


def check_servers(
    service: BareMetalBlockStorage, call: Call, asked: Sequence[Mapping[str, str]], others: int = 0
) -> Sequence[Mapping[str, str]]:
    """The servers of a body, of which there are 1 to 8 with those that are attached already.

    :raises ApiError: 400, or 404 where one does not exist.
    """
    lacking = sum(name not in server for server in asked for name in ("object_id", "object_type"))
    if lacking:
        raise validation_error(*["Field required"] * lacking)
    ids = [server["object_id"] for server in asked]
    if not ids and call.since(ZONES):
        raise ApiError(400, "NoServersRequest", "There are no servers in the request.")
    if not ids or len(set(ids)) != len(ids):
        raise service.refused("attachments", "Attachments are one or more servers, each once.")
    if len(ids) + others > MOST:
        raise service.refused("attachments", f"A volume has up to {MOST} attachments.")
    for server in asked:
        if service.world.server(server["object_id"], server["object_type"], call.region, call.account_id) is None:
            raise service.not_found("server")
    return asked
