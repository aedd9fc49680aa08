# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of Resource Manager: one for each resource of the other services, and those of deleted resources."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...tables import Record, Table

if TYPE_CHECKING:
    from ...state import World


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of resource: ``rows`` finds the existing ones. Unknown pairs of service and type are assumed."""

    service: str
    type: str
    title: str
    table: Callable[[World], Table[Any]]
    shows: Callable[[Any], bool] = lambda row: True


def _own(service: str, table: str) -> Callable[[World], Table[Any]]:
    return lambda world: world.services[service].tables[table]


def _of_type(*types: str) -> Callable[[Any], bool]:
    return lambda row: row.type in types


KINDS = (
    Kind("filestorage", "volume", "File Storage", _own("filestorage", "volumes")),
    Kind("baremetal-blockstorage", "volume", "Block Storage(BM)", _own("baremetal-blockstorage", "volumes")),
    Kind("backup", "backup", "Backup", _own("backup", "backups")),
    Kind("baremetal", "baremetal", "Bare Metal Server", lambda world: world.servers, _of_type("BM")),
    # By analogy [assumed].
    Kind("parallel-filestorage", "volume", "Parallel File Storage", _own("parallel-filestorage", "volumes")),
    Kind(
        "baremetal-blockstorage", "volume-group", "Block Storage(BM)", _own("baremetal-blockstorage", "volume_groups")
    ),
    Kind("backup", "backup-agent", "Backup", _own("backup", "agents")),
    Kind("archivestorage", "bucket", "Archive Storage", _own("archivestorage", "buckets")),
    Kind("virtualserver", "server", "Virtual Server", lambda world: world.servers, _of_type("VM", "GPU")),
    Kind(
        "multinodegpucluster",
        "gpu-node",
        "Multi-node GPU Cluster",
        lambda world: world.servers,
        _of_type("GPU_NODE", "MNGC"),
    ),
    Kind("vpc", "subnet", "VPC", lambda world: world.subnets),
    Kind("vpc", "vpc-endpoint", "VPC", lambda world: world.servers, _of_type("ENDPOINT")),
)
BY_NAME = {(kind.service, kind.type): kind for kind in KINDS}


@dataclass(slots=True)
class Stale(Record):
    """The entry of a resource that no longer exists; its ``id`` is the SRN, ``resource_id`` the id of the resource."""

    service: str = ""
    type: str = ""
    resource_id: str = ""
    name: str = ""
    region: str = "kr-west1"
    state: str = ""
    tags: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource as Resource Manager sees it. ``row`` is the resource itself, whose tags are the only ones."""

    kind: Kind
    row: Any

    @property
    def resource_id(self) -> str:
        """The id of the resource."""
        return str(self.row.resource_id if isinstance(self.row, Stale) else self.row.id)

    @property
    def id(self) -> str:
        """The id of the resource, which faults that leave out items use."""
        return self.resource_id

    @property
    def created_at(self) -> str:
        """When the resource was created."""
        return str(self.row.created_at)

    @property
    def account_id(self) -> str:
        """The account that owns the resource."""
        return str(self.row.account_id)

    @property
    def region(self) -> str:
        """The region of the resource."""
        return str(self.row.region)

    @property
    def name(self) -> str:
        """The name of the resource, with its suffix."""
        return str(self.row.name)

    @property
    def srn(self) -> str:
        """The SRN of the resource."""
        return srn_of(self.account_id, self.region, self.kind.service, self.kind.type, self.resource_id)

    @property
    def tags(self) -> list[dict[str, Any]]:
        """The tags, each with key and value."""
        return [{"key": tag["key"], "value": tag.get("value")} for tag in self.row.tags]

    def set_tags(self, tags: Mapping[str, str | None]) -> None:
        """Replace all tags."""
        self.row.tags = [{"key": key, "value": value} for key, value in tags.items()]


def environment(region: str) -> str:
    """The environment that a region belongs to; one of the two that share regions (platform-behaviour.md §1)."""
    return "g" if region.startswith("kr-south") else "e"


def environments(region: str) -> set[str]:
    """All environments that a region is in."""
    return {"g"} if environment(region) == "g" else {"e", "s"}


def srn_of(account_id: str, region: str, service: str, kind: str, resource_id: str) -> str:
    """The SRN of a resource."""
    return f"srn:{environment(region)}::{account_id}:{region}::{service}:{kind}/{resource_id}"


def parse_srn(text: str) -> tuple[str, str, str, str, str]:
    """Account, region, service, type and id of an SRN.

    :raises ValueError: it is none.
    """
    head, _ignored, resource_id = text.partition("/")
    prefix, where, nothing, account_id, region, empty, service, kind = head.split(":")
    if prefix != "srn" or where not in environments(region) or nothing or empty or not resource_id:
        raise ValueError(text)
    return account_id, region, service, kind, resource_id


def decode_srn(encoded: str) -> tuple[str, str, str, str, str]:
    """The same of the standard Base64 of one, as it is in a path.

    :raises ValueError: it is none.
    """
    try:
        return parse_srn(base64.b64decode(encoded, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(encoded) from error


def entries(world: World, stale: Table[Stale]) -> Iterator[Entry]:
    """All entries of all accounts, including those that are not listed yet."""
    for kind in KINDS:
        yield from (Entry(kind, row) for row in kind.table(world) if kind.shows(row))
    for row in stale:
        yield Entry(BY_NAME[row.service, row.type], row)
