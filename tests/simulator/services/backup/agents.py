# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents: what a server needs for backups of its files."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...state import Server, Subnet
from ...zones import check_zone, shown_zone
from ..common import check_tags, name_matches, sorted_as
from .models import CATEGORIES, ZONES, Agent
from .serializers import authored, zulu

if TYPE_CHECKING:
    from .service import Backup

_FILES = {"LINUX": "NetBackup_10.4.0.1_CLIENTS2.tar.gz", "WINDOWS": "NetBackup_10.4.0.1_Win.zip"}
_SORTS = ("created_at", "modified_at", "name", "server_name", "server_backup_agent_ip", "server_category", "state")


class Agents:
    """The operations on agents, and what becomes of them."""

    def __init__(self, service: Backup) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- making and deleting ------------------------------------------------------------------------------------

    @operation("CreateBackupAgent")
    def create(self, call: Call) -> Reply:
        """Accept a new agent for a server; someone then installs it there."""
        service, body = self._service, call.body
        check_tags(body.get("tags"))
        server = next((s for s in service.servers(call.account_id, call.region) if s.id == body["server_uuid"]), None)
        if server is None:
            raise service.not_found("BackupAgentTargetServer")
        subnet = self._subnet(call, body.get("subnet_id"))
        if service.agent_of(server.id, call.account_id) is not None:
            raise service.refused_as("backup_agent_duplicate", "DuplicatedBackupAgent", "The server has an agent.")
        if server.state != "RUNNING" and self._world.switches.text("backup_agent_stopped") == "400":
            raise service.refused_as("backup_agent_stopped", "InvalidServerState", f"The server is {server.state}.")
        agent = Agent(
            account_id=call.account_id,
            name=f"agent_{self._world.new_suffix()}",
            region=call.region,
            state="CREATING",
            server_uuid=server.id,
            server_name=server.name,
            server_category=next(name for name, kind in CATEGORIES.items() if kind == server.type),
            server_os_type=server.os_type,
            server_backup_agent_ip=self._ip(call, server),
            zone=check_zone(call, body["zone"], call.region) if body.get("zone") else server.zone,
            subnet_id=subnet.id if subnet else server.subnet_id,
            tags=body.get("tags") or [],
        )
        service.agents.add(agent)
        service.after(self._world.switches.number("backup_agent_create_seconds"), "agent_made", agent_id=agent.id)
        return self._accepted(agent)

    def _ip(self, call: Call, server: Server) -> str:
        """The address for backups: one of the server's, the first unless the body names another one.

        :raises ApiError: 400.
        """
        asked = str(call.body.get("server_backup_agent_ip") or "")
        if asked and asked not in server.ip.replace(",", " ").split():
            raise self._service.refused("InvalidServerBackupAgentIp", "The server does not have this address.")
        return asked or _address(server)

    def _subnet(self, call: Call, subnet_id: str | None) -> Subnet | None:
        if not subnet_id:
            return None
        found = self._world.subnets.get(subnet_id)
        if found is None or (found.region, found.account_id) != (call.region, call.account_id):
            raise self._service.not_found("Subnet")
        return found

    @operation("DeleteBackupAgent")
    def delete(self, call: Call) -> Reply:
        """Accept the end of an agent that no backup uses."""
        service = self._service
        agent = service.agent(call)
        if agent.state not in ("AVAILABLE", "ERROR"):
            raise service.conflict(f"The agent {agent.name} is in state {agent.state}.")
        if self._policies(agent):
            raise service.refused_as("backup_agent_delete_used", "UsedBackupAgent", "Backups use the agent.")
        agent.state = "DELETING"
        service.after(self._world.switches.number("backup_agent_delete_seconds"), "agent_gone", agent_id=agent.id)
        return self._accepted(agent)

    def _accepted(self, agent: Agent) -> Reply:
        return self._service.accepted(agent.id, int(self._world.switches.text("backup_agent_answer")))

    def _policies(self, agent: Agent) -> int:
        """How many backups use an agent."""
        return sum(backup.role_type == "ORIGINAL" for backup in self._service.backups.having("agent_id", agent.id))

    # --- reading ------------------------------------------------------------------------------------------------

    @operation("ListBackupAgents")
    def listed(self, call: Call) -> Reply:
        """One page of the region's agents, the newest first unless asked otherwise [assumed]."""
        query = call.query
        found = call.known(lambda: self._found(call))
        page, count = call.numbered(found, query["page"], query["size"])
        return Reply(200, {"count": count, "contents": [self._listed(agent) for agent in page]})

    def _found(self, call: Call) -> list[Agent]:
        """What the list is asked for, as it is sorted."""
        query, how = call.query, self._world.switches.text("name_filter")
        found = [a for a in self._service.agents if (a.region, a.account_id) == (call.region, call.account_id)]
        for name in ("name", "server_name", "server_backup_agent_ip"):
            if query[name]:
                found = [agent for agent in found if name_matches(getattr(agent, name), query[name], how)]
        return sorted_as(found, query["sort"] or "created_at:desc", _SORTS)

    @operation("ShowBackupAgent")
    def show(self, call: Call) -> Reply:
        """One agent; while it is being deleted it still shows."""
        agent = self._service.agent(call)
        subnet = self._world.subnets.get(agent.subnet_id or "")
        number = 11 + len(agent.region)
        answer = {
            **self._listed(agent),
            "backup_master_ip": f"100.64.{number}.10",
            "backup_master_name": f"backup-master-{agent.region}",
            "connection_check_time": zulu(agent.connection_check_time),
            "install_file_path": self._install_path(agent.region, agent.server_os_type),
            "media_servers": [{"ip_address": f"100.64.{number}.20", "name": f"backup-media-{agent.region}"}],
            "server_gateway_ip": _gateway(subnet),
            "server_os_type": agent.server_os_type,
            "server_uuid": agent.server_uuid,
            "subnet_id": agent.subnet_id,
            "subnet_name": subnet.name if subnet else None,
        }
        if call.since(ZONES):
            answer |= {
                "region": agent.region,
                "zone": shown_zone(self._world, agent.zone, agent.region, agent.account_id) or None,
                "is_server_deleted": self._world.servers.get(agent.server_uuid) is None,
            }
        return Reply(200, answer)

    def _listed(self, agent: Agent) -> dict[str, Any]:
        plain = ("account_id", "connection_state", "id", "name", "server_backup_agent_ip", "server_category", "state")
        shown = {name: getattr(agent, name) for name in (*plain, "server_name")}
        return {**shown, **authored(agent), "backup_policy_count": self._policies(agent)}

    @operation("ShowBackupAgentInstallFilePath")
    def install_path(self, call: Call) -> Reply:
        """Where the agent for a system is fetched from."""
        if call.query["os_type"] not in _FILES:
            raise validation_error("Input should be 'LINUX' or 'WINDOWS'")
        return Reply(200, {"install_file_path": self._install_path(call.region, call.query["os_type"])})

    @staticmethod
    def _install_path(region: str, os_type: str) -> str:
        return f"https://backup.{region}.scp.example/{_FILES[os_type]}"

    # --- the connection -----------------------------------------------------------------------------------------

    @operation("CheckBackupMasterConnectionState")
    def check(self, call: Call) -> Reply:
        """Accept a check of the connection. It is a GET that changes something, a little later."""
        agent = self._service.agent(call)
        if agent.state != "AVAILABLE":
            raise self._service.conflict(f"The agent {agent.name} is in state {agent.state}.")
        agent.last_check += 1
        if self._world.switches.text("backup_connection_checking") == "INPROGRESS":
            agent.connection_state = "INPROGRESS"
        seconds = self._world.switches.number("backup_connection_check_seconds")
        self._service.after(seconds, "agent_checked", agent_id=agent.id, number=agent.last_check)
        self._world.changes += 1
        return self._service.accepted(agent.id, 202)

    @event("agent_checked")
    def _checked(self, data: Mapping[str, Any]) -> None:
        """A check has its result: an agent answers where its server runs, and the switch does not say otherwise."""
        agent = self._service.agents.get(data["agent_id"])
        if agent is None or agent.last_check != data["number"]:
            return
        server = self._world.servers.get(agent.server_uuid)
        runs = server is not None and server.state == "RUNNING"
        agent.connection_state = self._world.switches.text("backup_connection_result") if runs else "FAILED"
        agent.connection_check_time = self._world.stamp()

    # --- what happens later -------------------------------------------------------------------------------------

    @event("agent_made")
    def _made(self, data: Mapping[str, Any]) -> None:
        """A new agent is finished."""
        agent = self._service.agents.get(data["agent_id"])
        if agent is not None and agent.state == "CREATING":
            agent.state = self._world.switches.text("backup_agent_create_ends_in")

    @event("agent_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """A deleted agent is gone."""
        self._service.agents.remove(data["agent_id"])


def _address(server: Server) -> str:
    """The first of a server's addresses."""
    return server.ip.replace(",", " ").split()[0] if server.ip else ""


def _gateway(subnet: Subnet | None) -> str | None:
    """The first address of a subnet."""
    return str(ipaddress.ip_network(subnet.cidr)[1]) if subnet and subnet.cidr else None
