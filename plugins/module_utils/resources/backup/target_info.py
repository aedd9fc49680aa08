# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to choose from: servers for backups, agents and restored files, subnets and regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...client.errors import StorageError
from ...client.session import Call
from ...engine.resource import Info
from ...operations import backup as api
from .. import zones
from .lookup import required_backup
from .servers import needed_values


@dataclass(frozen=True)
class Choice:
    """One kind of thing to choose.

    :param filters: options that are query parameters of the same name, or of the one that :data:`PARAMETERS` shows.
    :param sort: the field that results are sorted by.
    :param of_backup: they are those of one backup, which is part of the path.
    """

    listing: Call
    filters: tuple[str, ...]
    sort: str
    of_backup: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """All options that this kind has a use for."""
        return (*self.filters, *(["backup"] if self.of_backup else []))


#: What options are called in queries, where that is another name.
PARAMETERS = {
    "backup_region": "region",
    "restore_region": "region",
    "subnet_state": "state",
    "server_zone": "zone",
    "restore_zone": "zone",
}
_ENDS = ("from_region", "from_availability_zone", "to_region", "to_availability_zone")
CHOICES = {
    "servers": Choice(
        api.LIST_BACKUP_TARGETS,
        ("server_category", "policy_type", "server_name", "backup_region", "server_zone"),
        "server_name",
    ),
    "agent_servers": Choice(
        api.LIST_TARGETS_OF_BACKUP_AGENT, ("server_category", "server_name", "server_zone"), "server_name"
    ),
    "file_restore_servers": Choice(
        api.LIST_AGENT_BACKUP_RESTORE_TARGET_SERVERS, ("server_name",), "server_name", of_backup=True
    ),
    "subnets": Choice(
        api.LIST_BACKUP_RESTORE_SUBNETS,
        ("restore_region", "restore_zone", "vpc_id", "subnet_state"),
        "name",
        of_backup=True,
    ),
    "regions": Choice(api.LIST_BACKUP_REGION_RELATIONSHIP, (*_ENDS, "backup_master_type"), "from_region"),
}
#: Options that say what is looked for, of any kind.
OPTIONS = sorted({option for choice in CHOICES.values() for option in choice.options})
#: Those whose names are compared exactly here, for how the service's filter compares is not documented.
EXACT = ("server_name",)


class TargetInfo(Info):
    """``scp_backup_target_info``."""

    plural = "targets"

    def read(self) -> dict[str, Any]:
        kind = self.params["kind"]
        choice = CHOICES[kind]
        useless = [option for option in OPTIONS if self.params.get(option) is not None and option not in choice.options]
        if useless:
            raise StorageError(
                f"kind {kind} has no use for {' and '.join(useless)}. It takes {', '.join(sorted(choice.options))}."
            )
        zones.check(self.params, self.region, "server_zone")
        zones.check(self.params, self.params.get("restore_region") or self.region, "restore_zone")
        query = {PARAMETERS.get(option, option): self.params.get(option) for option in choice.filters}
        if kind == "subnets":
            query["region"] = query["region"] or self.region
        path = {}
        if choice.of_backup:
            path["backup_id"] = str(required_backup(self.client, self.params["backup"])["id"])
        insist = (*(["zone"] if query.get("zone") else []), *needed_values(query.get("policy_type")))
        listed = self.client.read_list(choice.listing, path=path, query=query, insist=insist)
        found = list(map(_with_older_names, listed))
        wanted = {name: self.params[name] for name in EXACT if self.params.get(name) is not None}
        found = [target for target in found if all(target.get(name) == value for name, value in wanted.items())]
        return {self.plural: sorted(found, key=lambda target: (str(target.get(choice.sort)), repr(target)))}


def _with_older_names(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pair of regions with the names of its zones that API version 1.2 has as well."""
    ends = {f"{end}_availability_zone": f"{end}_zone" for end in ("from", "to")}
    return {**target, **{older: target[newer] for older, newer in ends.items() if newer in target}}
