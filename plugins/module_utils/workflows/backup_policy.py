# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_backup_policy``: the backups of a list of servers, with the agents that they need, and their first runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ..client.errors import StorageError
from ..client.session import Client
from ..engine.batch.kinds import Reference, ResourceKind
from ..engine.lookup import is_id
from ..engine.options import is_tags
from ..engine.workflow import Blocked, Change, Converged, Converging, Workflow
from ..resources.backup import specs
from ..resources.backup.servers import agentless_servers, backup_servers, fitting, with_server_id
from ..resources.kinds import Storage
from ..resources.objects import is_address
from ..resources.tags import TagTarget
from .items import Item, ItemSpec, Key, bool_key, choice_key, list_key, read_items, tags_key, text_key
from .report import Failure, Report, Row, failure_from, join_messages
from .selection import Selectable, select_by_tags

AGENT, BACKUP, RUN = "backup_agent", "backup", "backup_run"
HEADER = ("SERVER", "BACKUP", "KEEPS", "STATE", "RETENTION", "REGION")
#: A job older than this counts as none.
FIRST_RUN_AGE = "520w"
#: What a backup keeps, by its category, as its default name says it.
SUFFIXES = {"AGENTLESS": "image", "AGENT": "files"}
_OPTIONS = specs.BACKUP.options
#: Options of a backup that are for the list as a whole too, and those that only an item has.
SHARED = ("server_category", "policy_category", "schedules", "retention_period", "backup_region", "dr_enabled")
OWN = ("encrypt_enabled", "filesystem_paths", "is_all_filesystem", "tags")
#: What Resource Manager calls the servers of each category. Only their names come from there [assumed].
SELECTABLE = {
    "VIRTUAL_SERVER": Selectable("virtual server", TagTarget("virtualserver", "server")),
    "BAREMETAL_SERVER": Selectable("bare-metal server", TagTarget("baremetal", "baremetal")),
    "GPU_SERVER": Selectable("GPU server", TagTarget("virtualserver", "server")),
}
#: Options of an agent that say which subnet it uses, one instead of the other.
SUBNETS = ("subnet_id", "subnet")
_UNSET: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class ServerBackup:
    """A backup that a server is to have.

    :ivar options: of the module for backups, beside its name and its server.
    :ivar subnet: options with the subnet over which a new agent reaches Backup; empty for that of the server.
    :ivar known_as: how an earlier item spells the same server; empty where none spells it otherwise.
    """

    server: str
    name: str
    category: str
    policy_category: str
    options: Mapping[str, Any] = field(default_factory=dict)
    subnet: Mapping[str, str] = field(default_factory=dict)
    known_as: str = ""

    @property
    def wanted(self) -> str:
        """What entries call the server, so that those of one server meet."""
        return self.known_as or self.server

    def backup(self, region: str) -> dict[str, Any]:
        """Return the entry of the backup."""
        return {
            "kind": BACKUP,
            "region": region,
            "name": self.name,
            "server": self.wanted,
            "server_category": self.category,
            "policy_category": self.policy_category,
            **self.options,
        }

    def agent(self, region: str) -> dict[str, Any]:
        """Return the entry of the agent of its server."""
        return {"kind": AGENT, "region": region, "server": self.wanted, "server_category": self.category, **self.subnet}

    def first_run(self, region: str) -> dict[str, Any]:
        """Return the entry of a run, if no job has succeeded yet."""
        return {"kind": RUN, "region": region, "backup": self.name, "max_age": FIRST_RUN_AGE}


def read_servers(params: Mapping[str, Any], batch: Converging) -> list[ServerBackup]:
    """Read the list of a task, and apply the defaults of the task.

    :raises StorageError: there are mistakes; the message has all of them.
    """
    spec = ItemSpec(
        option=f"{params.get('variable_prefix') or ''}servers",
        kinds=(BACKUP,),
        keys=(
            *(_key(name) for name in (*SHARED, *OWN)),
            text_key("name"),
            *map(text_key, SUBNETS),
        ),
        identity=(),
        label="server",
        name_key="server",
    )
    region = batch.client.settings.region
    defaults = _defaults(params)
    selecting = {"server_category": specs.DEFAULT_CATEGORY, **defaults, "region": region}
    given = select_by_tags(
        spec.option,
        params["servers"],
        SELECTABLE,
        batch.client,
        selecting,
        name_key="server",
        kind_key="server_category",
    )
    items = read_items(spec, given, defaults)
    first: dict[str, Item] = {}
    backups = []
    for item in items.items:
        backup = _server_backup(item)
        other = first.setdefault(backup.name, item)
        if other is not item:
            items.reject(
                item, f"the name {backup.name!r} is the name of the backup of {other} too. Give each its own name"
            )
        for mistake in batch.mistakes([backup.backup(region)]):
            items.reject(item, mistake)
        if len(backup.subnet) > 1:
            items.reject(item, "it has both subnet_id and subnet. Set only one of them")
        backups.append(backup)
    items.validated()
    return backups


def with_one_spelling(backups: Sequence[ServerBackup], client: Client) -> list[ServerBackup]:
    """Let all backups of files of one server call it alike, so that they wait for the one agent that it gets.

    Names alone differ only where the servers do, so that nothing is read for them.
    """
    spelled = {(one.category, one.server) for one in backups if one.policy_category == "AGENT"}
    mixed = {
        category
        for category in {category for category, _server in spelled}
        if len(names := [name for one, name in spelled if one == category]) > 1
        and any(is_id(name) or is_address(name) for name in names)
    }
    ids: dict[tuple[str, str], str] = {}
    with suppress(StorageError):
        # What cannot be read, or found, is reported where the agents and the backups are.
        for category in sorted(mixed):
            reads = (agentless_servers(client), backup_servers(client, "FILESYSTEM"))
            servers = [server for read in reads for server in read(category, None)]
            for name in (name for one, name in spelled if one == category):
                given = str(with_server_id(client, {"server": name, "server_category": category})["server"])
                found = {str(server["server_uuid"]) for server in fitting(servers, given)}
                if len(found) == 1:
                    ids[category, name] = found.pop()
    first: dict[str, str] = {}
    unified = []
    for backup in backups:
        identifier = ids.get((backup.category, backup.server)) if backup.policy_category == "AGENT" else None
        known_as = first.setdefault(identifier, backup.server) if identifier else ""
        unified.append(replace(backup, known_as="" if known_as == backup.server else known_as))
    return unified


def _defaults(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name in SHARED if (value := params.get(name)) not in _UNSET}


def _key(name: str) -> Key:
    """Return the key of an option of a backup, whose content the module for backups checks."""
    option = _OPTIONS[name]
    if is_tags(option):
        return tags_key(name)
    if "choices" in option:
        return choice_key(name, option["choices"])
    return {"list": list_key, "bool": bool_key, "str": text_key}[option["type"]](name)


def _server_backup(item: Item) -> ServerBackup:
    """Return the backup of an item, with what follows from the rest of it."""
    category = item["server_category"] or specs.DEFAULT_CATEGORY
    of_files = category == "BAREMETAL_SERVER" or item["is_all_filesystem"] or item["filesystem_paths"]
    policy_category = item["policy_category"] or ("AGENT" if of_files else "AGENTLESS")
    options = {name: item[name] for name in (*SHARED[2:], *OWN) if item[name] not in _UNSET}
    name = item["name"] or f"{item.name}-{SUFFIXES[policy_category]}"
    subnet = {option: item[option] for option in SUBNETS if item[option]}
    return ServerBackup(item.name, name, category, policy_category, options, subnet)


@dataclass(frozen=True)
class Outcome:
    """What became of a backup.

    :ivar results: of the agent of its server, of the backup, and of its first run, as far as they are needed.
    """

    backup: ServerBackup
    results: Sequence[Converged]

    @property
    def failures(self) -> list[Failure]:
        """What went wrong."""
        return [failure_from(result) for result in self.results if result.change == "failed"]

    @property
    def operations(self) -> list[str]:
        """The writing calls, in order."""
        return [operation for result in self.results for operation in result.operations]

    @property
    def shown(self) -> dict[str, Any]:
        """The backup as the module for backups returns it; empty where there is none."""
        return next((dict(one.result.get("backup") or {}) for one in self.results if one.kind == BACKUP), {})

    @property
    def change(self) -> Change:
        """What became of the backup."""
        if self.failures:
            return "failed"
        if any(result.change == "skipped" for result in self.results):
            return "skipped"
        own = next(result.change for result in self.results if result.kind == BACKUP)
        return "changed" if own == "unchanged" and self.operations else own

    def row(self) -> Row:
        """Return the backup as a row of the report."""
        backup, found = self.backup, self.shown
        cells = (
            backup.server,
            backup.name,
            SUFFIXES[backup.policy_category],
            str(found.get("state") or ""),
            str(found.get("retention_period") or ""),
            str(found.get("region") or ""),
        )
        label = f"{backup.server} ({backup.name})"
        return Row(label, "", cells, self.change, self.operations, self.failures)

    def view(self) -> dict[str, Any]:
        """Return the backup as results show it."""
        return {
            "server": self.backup.server,
            "name": self.backup.name,
            "policy_category": self.backup.policy_category,
            "id": self.shown.get("id"),
            "change": self.change,
            "operations": self.operations,
            "message": join_messages(self.failures),
        }


class BackupPolicy(Workflow):
    """``scp_backup_policy``."""

    kinds: ClassVar = {
        AGENT: Storage.kinds[AGENT],
        BACKUP: Storage.kinds[BACKUP],
        RUN: ResourceKind(specs.RUN, references=(Reference("backup", BACKUP),)),
    }

    def run(self) -> dict[str, Any]:
        backups = with_one_spelling(read_servers(self.params, self.batch), self.batch.client)
        entries, needed = self._entries(backups)
        blocked = False
        try:
            results = self.batch.converge_all(entries)
        except Blocked as error:
            results, blocked = list(error.converged), True
        outcomes = _outcomes(backups, results, needed)
        report = Report("backup", HEADER, [one.row() for one in outcomes], dry_run=self.batch.dry_run, blocked=blocked)
        return {
            "backups": [one.shown for one in outcomes if one.shown],
            "servers": [one.view() for one in outcomes],
            **report.result(),
        }

    def _entries(self, backups: Sequence[ServerBackup]) -> tuple[list[dict[str, Any]], list[list[int]]]:
        """Return what the batch has to converge, and for each backup the indices of what is about it."""
        region = self.batch.client.settings.region
        entries: list[dict[str, Any]] = []
        needed: list[list[int]] = [[] for _backup in backups]
        agents: dict[str, int] = {}
        for number, backup in enumerate(backups):
            if self.params["agents"] and backup.policy_category == "AGENT":
                if backup.wanted not in agents:
                    agents[backup.wanted] = len(entries)
                    entries.append(backup.agent(region))
                needed[number].append(agents[backup.wanted])
        for number, backup in enumerate(backups):
            needed[number].append(len(entries))
            entries.append(backup.backup(region))
            if self.params["first_backup"]:
                needed[number].append(len(entries))
                entries.append(backup.first_run(region))
        return entries, needed


def _outcomes(
    backups: Sequence[ServerBackup], results: Sequence[Converged], needed: Sequence[Sequence[int]]
) -> list[Outcome]:
    """Share out results; what several backups need is done for the first of them."""
    outcomes, counted = [], set[int]()
    for backup, indices in zip(backups, needed, strict=True):
        own = [replace(results[index], operations=()) if index in counted else results[index] for index in indices]
        counted.update(indices)
        outcomes.append(Outcome(backup, own))
    return outcomes
