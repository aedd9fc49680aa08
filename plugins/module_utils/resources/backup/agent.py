# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents: what a server needs to have its files backed up (platform-behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.listing import ListEntry, ids_of
from ...engine.lookup import Finder, is_id
from ...engine.overlay import ResponsePatch
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import backup as api
from .. import zones
from ..objects import SUBNET, ObjectFinder
from ..tags import Taggable, TaggableInfo
from .lookup import (
    AGENTS,
    AVAILABLE,
    BACKUPS,
    DELETING,
    FAILED,
    INPROGRESS,
    POLICY_TYPES,
    in_error,
    leaving,
    moment_of,
    named,
    under_way,
    word,
)
from .servers import agentless_servers, backup_servers, find_servers, the_one, with_server_id

RUNNING = "RUNNING"
#: Times are reported in whole seconds, so a check of the same second may look a little older than it is.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class AgentState:
    """An agent as the show operation gives it.

    :ivar server: of an agent that is to be made, as the list of servers without one has it.
    :ivar users: backups that use an agent that is to go.
    :ivar leaving: the agent of the server that is on its way out.
    :ivar removing: this task has sent the call that deletes it.
    """

    agent: dict[str, Any] | None = None
    server: dict[str, Any] | None = None
    users: tuple[dict[str, Any], ...] = ()
    leaving: dict[str, Any] | None = None
    removing: bool = False


class Agent(Taggable[AgentState]):
    """``scp_backup_agent``."""

    kind = AGENTS
    settled_state = AVAILABLE
    result_key = "agent"

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        self._check_sent = False
        self._checked_before: Any = None
        self._checked_since = client.now()
        self._server: dict[str, Any] | None = None
        self._subnet_name = ""

    @property
    def _wanted(self) -> str:
        return str(self.params["server"])

    def check(self) -> None:
        zones.check(self.params, self.region)
        if self._wants_check and not self.params["wait"]:
            raise StorageError(
                "check_connection waits for its result, so it cannot go with wait: false. Leave one out."
            )

    @property
    def _wants_check(self) -> bool:
        return bool(self.params.get("check_connection")) and not self.wants_absent

    def resolve(self) -> None:
        params = dict(with_server_id(self.client, self.params))
        subnet = params.pop("subnet", None)
        if subnet and not self.wants_absent:
            found = ObjectFinder(self.client).identify(str(subnet), [SUBNET], option="subnet", type_option="")
            params["subnet_id"] = found.id
            self._subnet_name = found.name
        self.params = params

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> AgentState:
        agents = [agent for agent in self._agents_of_server() if not leaving(agent)]
        going = [agent for agent in self._seen if leaving(agent)]
        if len(agents) > 1:
            candidates = "; ".join(f"{named(agent)} on {agent['server_uuid']}" for agent in agents)
            raise StorageError(
                f"Servers of the name {self._wanted!r} in {self.region} have {len(agents)} agents: {candidates}. Give"
                " the uuid of the server that you mean.",
                candidates=[{"id": agent["id"], "name": agent["name"]} for agent in agents],
            )
        if agents:
            return self._with_users(AgentState(agents[0]))
        if self.wants_absent:
            return AgentState(going[0], removing=True) if going else AgentState()
        return AgentState(server=self._new_server(), leaving=going[0] if going else None)

    def _agents_of_server(self) -> list[dict[str, Any]]:
        """The agents of servers of that name or uuid, in full; those that go are among them."""
        wanted = self._wanted
        if is_id(wanted):
            candidates = find_servers(backup_servers(self.client, "FILESYSTEM"), wanted)
            names = {server["server_name"] for server in candidates}
        else:
            names = {wanted}
        name = next(iter(names), None)
        listed = self.client.lookup(api.LIST_BACKUP_AGENTS, name, field="server_name") if name else []
        if not listed and is_id(wanted):
            # A server that is gone has no name any more.
            listed = self.client.read_whole(api.LIST_BACKUP_AGENTS)
        finder = Finder(self.client, AGENTS)
        shown = map_concurrently(lambda agent: finder.by_id(str(agent["id"])), listed)
        self._seen = [agent for agent in shown if agent and wanted in (agent["server_name"], agent["server_uuid"])]
        return self._seen

    def _new_server(self) -> dict[str, Any]:
        """The server that is to have an agent; looked up once, because it is offered no more when it has one.

        :raises StorageError: there is none.
        """
        if self._server is None:
            category = self.params.get("server_category")
            servers = find_servers(agentless_servers(self.client), self._wanted, *([[category]] if category else []))
            self._server = the_one(servers, self._wanted, self.region)
        if self._server is None:
            category = self.params.get("server_category") or "server"
            raise StorageError(
                f"There is no {category} with the name or uuid {self._wanted!r} in {self.region} that an agent can be"
                " made for. Check its spelling, server_category and the region, and whether the server is still there."
            )
        return self._server

    def _with_users(self, state: AgentState) -> AgentState:
        """Which backups use an agent that is to go."""
        agent = state.agent
        if agent is None or not self.wants_absent or not agent.get("backup_policy_count"):
            return replace(state, users=())
        finder = Finder(self.client, BACKUPS)
        listed = self.client.read_list(api.LIST_BACKUPS, query={"server_name": agent["server_name"]})
        shown = map_concurrently(lambda backup: finder.by_id(str(backup["id"])), listed)
        users = [backup for backup in shown if backup and backup.get("backup_agent_id") == agent["id"]]
        return replace(state, users=tuple(users))

    def refresh(self, state: AgentState) -> AgentState:
        if state.agent is None:
            return self.find()
        shown = Finder(self.client, AGENTS).by_id(str(state.agent["id"]))
        if state.removing and shown is not None and in_error(shown):
            raise StorageError(
                f"Agent {named(shown)} of {shown['server_name']} is in state {shown['state']}: its deletion went wrong."
                " Run the task again to delete it once more, or ask the provider's support."
            )
        state = replace(state, agent=shown)
        if shown is not None and self._wants_check and not (self._check_sent or under_way(self.result_key, shown)):
            self._send_check(shown)
        return self._with_users(state)

    def _send_check(self, agent: Mapping[str, Any]) -> None:
        """Have the connection checked. It is a GET that answers before the check has its result."""
        self._checked_before = agent.get("connection_check_time")
        self.client.call(api.CHECK_BACKUP_MASTER_CONNECTION_STATE, path={"backup_agent_id": str(agent["id"])})
        self._checked_since = self.client.now() - _SECOND
        self._check_sent = True

    def _is_checked(self, agent: Mapping[str, Any]) -> bool:
        """Whether the check of this task has its result."""
        if not self._check_sent or word(agent, "connection_state") in ("", INPROGRESS):
            return False
        moment = agent.get("connection_check_time")
        new = moment != self._checked_before or moment_of(agent, "connection_check_time") >= self._checked_since
        return bool(moment) and new

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: AgentState) -> Step[AgentState] | None:
        agent = state.agent
        if self.wants_absent:
            return self._next_removal(state)
        if agent is None:
            return self._create(state)
        self._check_unchangeable(agent)
        return None

    def _create(self, state: AgentState) -> Step[AgentState]:
        params, server = self.params, state.server or {}
        stopped = str(server.get("server_state") or RUNNING).upper()
        if self._wants_check and stopped != RUNNING:
            raise StorageError(
                f"Server {server['server_name']} ({server['server_uuid']}) is in state {stopped}, and an agent on it"
                " cannot connect. Start the server first, or leave check_connection out."
            )
        body: dict[str, Any] = {"server_uuid": server["server_uuid"]}
        body |= {name: params[name] for name in ("subnet_id", "tags") if params.get(name) is not None}
        body |= {
            "server_backup_agent_ip": params.get("server_backup_agent_ip"),
            zones.ZONE: zones.chosen(params, self.client.settings.zone_of, self.region),
        }
        insist = tuple(name for name in ("server_backup_agent_ip", zones.ZONE) if params.get(name))

        def effect(_before: AgentState, answer: Mapping[str, Any]) -> AgentState:
            identifier = (answer.get("resource") or {}).get("id", UNKNOWN_ID)
            made = {
                "id": identifier,
                "name": UNKNOWN_ID,
                "state": "CREATING",
                "server_uuid": server["server_uuid"],
                "server_name": server["server_name"],
                "server_category": server["server_category"],
                "subnet_id": params.get("subnet_id"),
                **zones.shown(answer),
            }
            return AgentState(made)

        advice = f"Check that there is the subnet_id in {self.region}." if params.get("subnet_id") else ""
        return Step(api.CREATE_BACKUP_AGENT, effect, body=body, listed=True, insist=insist, advice=advice)

    def _check_unchangeable(self, agent: Mapping[str, Any]) -> None:
        asked = {name: self.params.get(name) for name in ("server_category", "subnet_id", zones.ZONE)}
        different = [
            f"{name} is {agent[name]!r} and cannot be {value!r}"
            for name, value in asked.items()
            if value is not None and agent.get(name) not in (None, value)
        ]
        if different:
            raise StorageError(
                f"Agent {named(agent)} of {agent['server_name']} cannot be changed so: {'; '.join(different)}. The"
                " service sets this at creation only. Delete the agent first (state absent) to make it again."
            )

    def _next_removal(self, state: AgentState) -> Step[AgentState] | None:
        agent = state.agent
        if agent is None or leaving(agent):
            return None
        staying = [backup for backup in state.users if not leaving(backup)]
        if staying or (agent.get("backup_policy_count") and not state.users):
            listed = ", ".join(map(named, staying)) or f"{agent['backup_policy_count']} that this key does not see"
            raise StorageError(
                f"Agent {named(agent)} of {agent['server_name']} cannot be deleted, because backups use it: {listed}."
                " Delete them first (scp_backup with state absent), with all that they have kept."
            )

        def effect(before: AgentState, _answer: Mapping[str, Any]) -> AgentState:
            return AgentState({**(before.agent or {}), "state": DELETING}, removing=True)

        return Step(api.DELETE_BACKUP_AGENT, effect, path={"backup_agent_id": str(agent["id"])})

    # -- waiting and messages -----------------------------------------------------------------------------------------

    def pending(self, state: AgentState) -> str:
        agent = state.agent
        if agent is None:
            return under_way("an older agent", state.leaving)
        if state.removing:
            return f"agent {agent['name']}: {agent['state']}"
        if state.users:
            return f"backup {state.users[0]['name']}, which uses agent {agent['name']}: {state.users[0]['state']}"
        unfinished = "" if self.wants_absent and in_error(agent) else under_way(self.result_key, agent)
        if not unfinished and self._wants_check and not self._is_checked(agent):
            return f"agent {agent['name']}: its connection is being checked"
        return unfinished

    def failed(self, state: AgentState) -> str:
        agent = state.agent
        if agent is None:
            return ""
        if in_error(agent):
            return (
                f"Agent {named(agent)} of {agent['server_name']} is in state {agent['state']}. Remove it with state"
                " absent and create it again, or ask the provider's support."
            )
        if self._is_checked(agent) and word(agent, "connection_state") == FAILED:
            return (
                f"Agent {named(agent)} has no connection: the check of {agent['connection_check_time']} ended with"
                f" {agent['connection_state']}. See that server {agent['server_name']} runs, that the agent is"
                f" installed on it (installer: {agent['install_file_path']}), and that it reaches"
                f" {agent.get('backup_master_ip') or 'the backup master'}."
            )
        return ""

    def view(self, state: AgentState) -> dict[str, Any]:
        shown = dict(state.agent or {})
        if self._subnet_name and shown.get("subnet_id") == self.params.get("subnet_id"):
            shown["subnet_name"] = self._subnet_name
        return shown

    def managed(self, state: AgentState) -> dict[str, Any] | None:
        agent = state.agent
        if agent is None or (self.wants_absent and leaving(agent)):
            return None
        names = ("server_name", "server_uuid", "server_category")
        asked = ("subnet_id",) if self.params.get("subnet_id") is not None else ()
        return {name: agent.get(name) for name in (*names, *asked)}

    def listed(self, state: AgentState) -> Mapping[str, Any] | None:
        return state.agent

    def list_entries(self, state: AgentState) -> Sequence[ListEntry]:
        # Where no agent is listed, the server is looked for among those without one, and is not there any more.
        agent = state.agent
        if agent is None:
            return ()
        server = str(agent["server_name"])

        def agents() -> list[dict[str, Any]]:
            return self.client.lookup(api.LIST_BACKUP_AGENTS, server, field="server_name")

        return [ListEntry(f"the {AGENTS.title} of {server!r}", self.region, agents, ids_of(agent))]

    def further_responses(self, before: AgentState, after: AgentState) -> Iterable[ResponsePatch]:
        if self.wants_absent:
            return ()
        agent = after.agent or {}
        server = {name: agent[name] for name in ("server_uuid", "server_name", "server_category")}
        offered = {"server_category": server["server_category"], "policy_type": POLICY_TYPES["AGENT"]}
        return [
            ResponsePatch(api.LIST_BACKUP_TARGETS, lambda servers: [*servers, server], offered),
            # Without an agent the service says that there is no such server.
            ResponsePatch(
                api.CHECK_FILESYSTEM_PATH_DUPLICATION,
                lambda answer: answer or {"result": False},
                {"server_uuid": server["server_uuid"]},
            ),
        ]


class AgentInfo(TaggableInfo):
    """``scp_backup_agent_info``."""

    kind = AGENTS
    plural = "agents"

    def read(self) -> dict[str, Any]:
        filters = {name: self.params.get(name) for name in ("name", "server_name", "server_backup_agent_ip")}
        listed = self.client.read_list(api.LIST_BACKUP_AGENTS, query=filters)
        # How the service's own filters compare is not documented; names are exact in this collection.
        listed = [agent for agent in listed if all(value in (None, agent[name]) for name, value in filters.items())]
        found = sorted(self.select(listed), key=lambda agent: (moment_of(agent, "created_at"), str(agent["id"])))
        if "detail" in self.gather:
            finder = Finder(self.client, AGENTS)
            shown = map_concurrently(lambda agent: finder.by_id(str(agent["id"])), found)
            found = [agent for agent in shown if agent is not None]
        result: dict[str, Any] = {self.plural: found}
        if os_type := self.params.get("os_type"):
            answer = self.client.call(api.SHOW_BACKUP_AGENT_INSTALL_FILE_PATH, query={"os_type": os_type})
            result["install_file_path"] = answer.get("install_file_path")
        return result
