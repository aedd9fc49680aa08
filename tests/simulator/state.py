# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is: accounts, servers and the rest that the services refer to, each service's own things, and events."""

from __future__ import annotations

import heapq
import ipaddress
import json
import pickle
import random
import string
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from .behaviors import REGIONS, Switches
from .clock import Clock, stamp
from .credentials import KeyPair
from .request_log import CENSORED
from .service import Service
from .tables import Record, SeedError, Table

T = TypeVar("T")

DEFAULT_SEED = Path(__file__).parent / "seed.json"
SERVER_TYPES = ("VM", "BM", "GPU", "GPU_NODE", "MNGC", "ENDPOINT")
SERVER_STATES = ("RUNNING", "STOPPED")
_OBJECT = "an object with path, size (bytes), modified_at (ISO 8601, UTC) and etag, of which only path is needed"
_USUAL_TYPES = {"VM": "s1v1m2", "GPU": "g1v16h1", "BM": "s2v16m64_metal"}
_SECRETS = ("secret_key", "auth_token")


@dataclass(slots=True)
class Server(Record):
    """Something that storage can be given to; ``type`` is one of ``SERVER_TYPES``, ``state`` RUNNING or STOPPED.

    An empty ``account_id`` in a seed becomes the first key pair's. ``server_type`` and ``os_version`` become usual ones
    where they are empty, and so does ``zone``. ``files`` are the paths that a backup finds on it; none means a few
    usual ones. ``auto_scaling_group_id`` is there where auto-scaling made it, ``product_offering`` (``k8s_vm``) where
    the virtual servers' list shows another one than follows from ``type``.
    """

    name: str = ""
    type: str = "VM"
    region: str = "kr-west1"
    ip: str = ""
    guid: str = ""
    os_type: str = "LINUX"
    subnet_id: str | None = None
    state: str = "RUNNING"
    server_type: str = ""
    os_version: str = ""
    security_groups: list[Any] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)
    zone: str = ""
    auto_scaling_group_id: str | None = None
    product_offering: str = ""
    tags: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Be of a usual size, system and zone, unless requested otherwise."""
        self.zone = self.zone or f"{self.region}-a"
        self.server_type = self.server_type or _USUAL_TYPES.get(self.type, "")
        self.os_version = self.os_version or ("WINDOWS 2022" if self.os_type == "WINDOWS" else "UBUNTU 22.04")


@dataclass(slots=True)
class Subnet(Record):
    """A subnet that a restored server or a backup agent can be put into.

    ``type`` is one of PUBLIC, PRIVATE, LOCAL and VPC_ENDPOINT; the backup service also has GENERAL, which is PUBLIC.
    """

    name: str = ""
    region: str = "kr-west1"
    vpc_id: str = ""
    state: str = "ACTIVE"
    cidr: str = ""
    vpc_name: str = ""
    type: str = "GENERAL"
    zones: list[str] = field(default_factory=list)
    category: str = "PRIMARY"
    primary_subnet_id: str | None = None
    tags: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class SecurityGroup(Record):
    """A security group that a restored server can be put into."""

    name: str = ""
    region: str = "kr-west1"


@dataclass(slots=True)
class ServerType(Record):
    """A size of servers, in all regions; the ``id`` says it (``s1v1m2``), ``type`` is that of the servers."""

    type: str = "VM"


@dataclass(slots=True)
class ObjectBucket(Record):
    """An Object Storage bucket, which Archive Storage archives from and recovers to.

    ``objects`` are its files, each with ``path`` and, if wanted, ``size`` (bytes), ``modified_at`` and ``etag``.
    """

    name: str = ""
    region: str = "kr-west1"
    objects: list[Any] = field(default_factory=list)


class World:
    """Everything that a seed describes and a state file keeps."""

    def __init__(self, clock: Clock, switches: Switches, services: Iterable[type[Service]]) -> None:
        """Start with nothing in it."""
        self.clock = clock
        self.switches = switches
        self.now = clock.now()
        self.changes = 0
        self._known: dict[tuple[Any, ...], Any] = {}
        self._known_since = 0
        self._events: list[tuple[float, int, str, str, dict[str, Any]]] = []
        self._event_number = 0
        self._draws = 0
        self._seed = ""
        self._checkpoints: dict[str, bytes] = {}
        self._random = random.Random()
        self.keys = Table("key_pairs", KeyPair, self.complete, key="access_key")
        self.servers = Table("servers", Server, self.complete)
        self.subnets = Table("subnets", Subnet, self.complete)
        self.security_groups = Table("security_groups", SecurityGroup, self.complete)
        self.server_types = Table("server_types", ServerType, self.complete)
        self.object_buckets = Table("object_buckets", ObjectBucket, self.complete)
        self._shared: dict[str, Table[Any]] = {
            "key_pairs": self.keys,
            "servers": self.servers,
            "subnets": self.subnets,
            "security_groups": self.security_groups,
            "server_types": self.server_types,
            "object_buckets": self.object_buckets,
        }
        self.services = {kind.name: kind(self) for kind in services}
        for service in self.services.values():
            service.after_all()

    # --- chance -------------------------------------------------------------------------------------------------

    def _draw(self) -> random.Random:
        """The source of chance. With a seed, what comes next depends on the seed and the number of draws only."""
        self._draws += 1
        if self._seed:
            return random.Random(f"{self._seed}/{self._draws}")
        return self._random

    def new_id(self) -> str:
        """A new id in the form of a UUID."""
        return str(uuid.UUID(int=self._draw().getrandbits(128), version=4))

    def new_suffix(self) -> str:
        """Six characters of ``[a-z0-9]`` (platform-behaviour.md §5)."""
        return "".join(self._draw().choices(string.ascii_lowercase + string.digits, k=6))

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return self._draw().randint(low, high)

    # --- time ---------------------------------------------------------------------------------------------------

    def stamp(self) -> str:
        """The present as services print it."""
        return stamp(self.now)

    def after(self, seconds: float, service: str, kind: str, data: dict[str, Any]) -> None:
        """Let an event happen ``seconds`` of simulated time from now."""
        self._event_number += 1
        heapq.heappush(self._events, (self.now + max(0.0, seconds), self._event_number, service, kind, data))

    def next_event(self) -> float | None:
        """Return when something happens next (seconds since the epoch); ``None`` if nothing is under way."""
        return self._events[0][0] if self._events else None

    def settle(self) -> None:
        """Let everything happen that is due, each at its own time, so that ``now`` is the present afterwards."""
        present = max(self.clock.now(), self.now)
        while self._events and self._events[0][0] <= present:
            due, _ignored, service, kind, data = heapq.heappop(self._events)
            self.now = max(self.now, due)
            handler = self.services[service].events.get(kind) if service in self.services else None
            if handler is not None:
                handler(data)
            self.changes += 1
        self.now = present

    # --- what there is ------------------------------------------------------------------------------------------

    def known(self, question: tuple[Any, ...], find: Callable[[], T]) -> T:
        """Return what ``find`` returns, which is kept until something changes: all pages of a list are cut from it.

        :param question: equal for equal results.
        """
        if self._known_since != self.changes:
            self._known.clear()
            self._known_since = self.changes
        if question not in self._known:
            self._known[question] = find()
        found: T = self._known[question]
        return found

    def complete(self, row: Record) -> None:
        """Fill in what a new record lacks: id, account (the first key pair's) and time of creation."""
        if not row.id:
            row.id = self.new_id()
        if not row.account_id:
            row.account_id = next((pair.account_id for pair in self.keys), "")
        if not row.created_at:
            row.created_at = self.stamp()

    def server(self, server_id: str, kind: str, region: str, account_id: str) -> Server | None:
        """The server with this id, if it is of this type and in this region and account."""
        found = self.servers.get(server_id)
        if found and (found.type, found.region, found.account_id) == (kind, region, account_id):
            return found
        return None

    def _clear(self) -> None:
        for table in self._tables().values():
            table.clear()
        self._events = []

    def _tables(self) -> dict[str, Table[Any]]:
        own = {f"{s.name}.{name}": table for s in self.services.values() for name, table in s.tables.items()}
        return {**self._shared, **own}

    def dump(self, *, secrets: bool) -> dict[str, Any]:
        """Everything as a document that :meth:`replace` takes; without secrets for users to look at."""
        document: dict[str, Any] = {"random_seed": self._seed, "random_draws": self._draws}
        document |= {name: table.dump() for name, table in self._shared.items()}
        if not secrets:
            for pair in document["key_pairs"]:
                for name in _SECRETS:
                    pair[name] = None if pair[name] is None else CENSORED
        for service in self.services.values():
            document[service.name] = {name: table.dump() for name, table in service.tables.items()}
        document["events"] = [
            {"due": due, "service": service, "kind": kind, "data": data}
            for due, _ignored, service, kind, data in sorted(self._events, key=lambda item: item[:2])
        ]
        return document

    def replace(self, document: object) -> None:
        """Put what a seed or state describes in place of everything.

        :raises SeedError: it does not fit; the state is then unchanged.
        """
        document = _with_secrets(document, self.keys)
        before = {name: table.rows for name, table in self._tables().items()}, self._events, self._draws, self._seed
        self._clear()
        self._draws = 0
        self._seed = ""
        try:
            self._merge(document)
        except SeedError:
            rows, self._events, self._draws, self._seed = before
            for name, table in self._tables().items():
                table.restore(rows[name])
            raise
        self.changes += 1

    def keep(self, name: str) -> None:
        """Keep a copy of everything under a name, for :meth:`go_back`."""
        rows = {name: table.rows for name, table in self._tables().items()}
        self._checkpoints[name] = pickle.dumps((rows, self._events, self._draws, self._seed))

    def go_back(self, name: str) -> None:
        """Put what was kept in place of everything. Time does not go back.

        :raises KeyError: nothing was kept under this name.
        """
        rows, self._events, self._draws, self._seed = pickle.loads(self._checkpoints[name])  # noqa: S301  # Our own.
        for name, table in self._tables().items():
            table.restore(rows[name])
        self.changes += 1

    @property
    def checkpoints(self) -> list[str]:
        """Under which names something is kept."""
        return list(self._checkpoints)

    def forget_checkpoints(self) -> None:
        """Forget what was kept."""
        self._checkpoints.clear()

    def counts(self) -> dict[str, int]:
        """Return how many records the services have, as ``service.table``; without tables that are empty."""
        tables = self._tables().items()
        return {name: len(table) for name, table in tables if name not in self._shared and len(table)}

    def merge(self, document: object) -> None:
        """Add what a seed describes; records whose id exists are changed, ``"removed": true`` takes one away.

        :raises SeedError: it does not fit; the state is then unchanged.
        """
        # Records are changed in place.
        before = json.loads(json.dumps(self.dump(secrets=True)))
        try:
            self._merge(_with_secrets(document, self.keys))
        except SeedError:
            self.replace(before)
            raise
        self.changes += 1

    def _merge(self, document: object) -> None:
        if not isinstance(document, Mapping):
            raise SeedError("the seed must be a JSON object")
        known = {*self._shared, *self.services, "about", "random_seed", "random_draws", "events", "clock"}
        for name in document:
            if name not in known:
                raise SeedError(f"the seed has an unknown part {name!r}; the parts are {', '.join(sorted(known))}")
        self._seed = str(document.get("random_seed", self._seed)) or self.switches.text("random_seed")
        draws = document.get("random_draws", self._draws)
        if not isinstance(draws, int):
            raise SeedError("random_draws must be a whole number")
        self._draws = draws
        for name, table in self._shared.items():
            table.merge(document.get(name, []))
        for service in self.services.values():
            part = document.get(service.name, {})
            if not isinstance(part, Mapping):
                raise SeedError(f"{service.name} must be an object")
            for name in part:
                if name not in service.tables:
                    raise SeedError(f"{service.name} has no {name!r}; it has {', '.join(service.tables)}")
            for name, table in service.tables.items():
                table.merge(part.get(name, []))
        self._check()
        self._merge_events(document.get("events", []))

    def _check(self) -> None:
        for pair in self.keys:
            if not (pair.access_key and pair.secret_key):
                raise SeedError("a key pair needs an access_key and a secret_key")
        self._check_neighbours()
        for name, table in self._tables().items():
            for row in table:
                region = getattr(row, "region", REGIONS[0])
                if region not in REGIONS:
                    raise SeedError(f"{name} has region {region!r}; it is one of {', '.join(REGIONS)}")

    def _check_neighbours(self) -> None:
        """The servers, subnets and buckets beside the services."""
        for server in self.servers:
            if server.type not in SERVER_TYPES:
                types = ", ".join(SERVER_TYPES)
                raise SeedError(f"server {server.name!r} has type {server.type!r}; it is one of {types}")
            if server.state not in SERVER_STATES:
                states = ", ".join(SERVER_STATES)
                raise SeedError(f"server {server.name!r} has state {server.state!r}; it is one of {states}")
        for subnet in self.subnets:
            try:
                ipaddress.ip_network(subnet.cidr or "0.0.0.0/0")
            except ValueError:
                raise SeedError(f"subnet {subnet.name!r} has cidr {subnet.cidr!r}; it is a network") from None
        for bucket in self.object_buckets:
            if not all(map(_is_object, bucket.objects)):
                raise SeedError(f"object bucket {bucket.name!r}: each of its objects is {_OBJECT}")

    def _merge_events(self, documents: object) -> None:
        if not isinstance(documents, list):
            raise SeedError("events must be a list")
        for document in documents:
            try:
                due, service, kind, data = (document[name] for name in ("due", "service", "kind", "data"))
                moment = float(due)
            except (TypeError, KeyError, ValueError):
                raise SeedError("an event has due (seconds since the epoch), service, kind and data") from None
            self._event_number += 1
            heapq.heappush(self._events, (moment, self._event_number, service, kind, data))


def _is_object(item: object) -> bool:
    """Whether an item of an Object Storage bucket is what ``_OBJECT`` says."""
    if not isinstance(item, dict) or not isinstance(item.get("path"), str) or not item["path"]:
        return False
    try:
        datetime.fromisoformat(item.get("modified_at", "2024-01-01"))
    except (TypeError, ValueError):
        return False
    size = item.get("size", 0)
    return isinstance(size, int) and size >= 0 and isinstance(item.get("etag", ""), str)


def _with_secrets(document: object, keys: Table[KeyPair]) -> object:
    """A document in which the stars of :meth:`World.dump` are the secrets that they stand for."""
    if not isinstance(document, Mapping) or not isinstance(document.get("key_pairs"), list):
        return document
    pairs = []
    for pair in document["key_pairs"]:
        known = keys.get(str(pair.get("access_key"))) if isinstance(pair, dict) else None
        stars = [name for name in _SECRETS if known and pair.get(name) == CENSORED]
        pairs.append({**pair, **{name: getattr(known, name) for name in stars}} if stars else pair)
    return {**document, "key_pairs": pairs}


def read_document(path: Path) -> Any:
    """A seed or state file.

    :raises SeedError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise SeedError(f"{path} is not JSON: {error}") from None
