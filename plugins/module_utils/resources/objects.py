# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, VPC endpoints and subnets, found by name, address or id (architecture.md, rule 3).

Each type has one list, which is read once for a region and a task, and only where a name or an address is given.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..client.errors import CallError, NotEntitled, NotFound, StorageError
from ..client.session import Client
from ..client.shared_reads import MAX_AGE, SharedList
from ..engine.lookup import ResourceNotFound, is_id
from ..operations import baremetal, multinodegpucluster, virtualserver, vpc
from ..operations.table import Operation

Item = Mapping[str, Any]

#: Owners of an access rule: who created its server.
USER, AUTO_SCALING, KUBERNETES = "user", "auto_scaling", "kubernetes"
OWNERS = (USER, AUTO_SCALING, KUBERNETES)
#: The status of an answer to a user without the IAM action.
FORBIDDEN = 403
#: How many similar names an error shows.
MAX_SIMILAR = 5


def is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_network(text: str) -> bool:
    """Return whether a text is a range of addresses, for example ``10.0.0.0/24``."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _fields(*names: str) -> Callable[[Item], Iterator[str]]:
    """Yield the texts that some fields hold, alone or in a list; blanks separate several in one text."""

    def read(item: Item) -> Iterator[str]:
        for name in names:
            value = item.get(name)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    yield from one.replace(",", " ").split()

    return read


def _server_addresses(item: Item) -> Iterator[str]:
    for network in item.get("addresses") or ():
        for address in network.get("ip_addresses") or ():
            yield str(address["ip_address"])


def _server_networks(item: Item) -> Iterator[str]:
    for network in item.get("addresses") or ():
        yield str(network.get("subnet_name") or "")
    if item.get("vpc_id"):
        yield f"VPC {item['vpc_id']}"


def _ids(item: Item) -> Iterator[str]:
    if item.get("network_id"):
        yield f"network {item['network_id']}"
    if item.get("vpc_id"):
        yield f"VPC {item['vpc_id']}"


def _endpoint_networks(item: Item) -> Iterator[str]:
    yield f"subnet {item.get('subnet_name') or item.get('subnet_id')}"
    yield f"VPC {item.get('vpc_name') or item.get('vpc_id')}"


def _subnet_networks(item: Item) -> Iterator[str]:
    yield f"VPC {item.get('vpc_name') or item.get('vpc_id')}"


def _has_gpu(item: Item) -> bool:
    return "gpu" in str(item.get("product_offering") or "")


def _not_gpu(item: Item) -> bool:
    return not _has_gpu(item)


def _any(_item: Item) -> bool:
    return True


@dataclass(frozen=True)
class ObjectType:
    """A type of resource that storage refers to by id.

    :param title: what users call it.
    :param listing: the list of all of them, which can contain other types too.
    :param show: shows one of them; ``option`` is its id in the path.
    :param name: the field that holds the name.
    :param addresses: yields the addresses of one.
    :param networks: yields the networks of one, for users.
    :param suits: whether an item of the list is of this type.
    :param unlisted: a sentence about resources that can be missing in the list.
    """

    title: str
    listing: Operation
    show: Operation
    option: str
    name: str
    addresses: Callable[[Item], Iterator[str]]
    networks: Callable[[Item], Iterator[str]]
    suits: Callable[[Item], bool] = _any
    unlisted: str = ""

    @property
    def action(self) -> str:
        """The IAM action that reading them needs."""
        return f"{self.listing.service}:{self.listing.action}"

    @property
    def also(self) -> str:
        """What an option accepts instead of the name."""
        return "CIDR" if self.addresses is _CIDR else "address"

    def words(self, item: Item) -> Iterator[str]:
        """Yield the name and the addresses of a resource."""
        if item.get(self.name):
            yield str(item[self.name])
        yield from self.addresses(item)


_CIDR = _fields("cidr")
_VIRTUAL: dict[str, Any] = {
    "listing": virtualserver.LIST_VIRTUAL_SERVERS,
    "show": virtualserver.SHOW_VIRTUAL_SERVER,
    "option": "server_id",
    "name": "name",
    "addresses": _server_addresses,
    "networks": _server_networks,
}
_GPU_NODE = ObjectType(
    "GPU node",
    multinodegpucluster.LIST_GPU_NODES,
    multinodegpucluster.SHOW_GPU_NODE,
    "gpu_node_id",
    "gpu_node_name",
    _fields("policy_ip", "pfs_ip", "policy_nat"),
    _ids,
)
SUBNET = "SUBNET"
#: By ``object_type``, as access rules and attachments have it; subnets are none of these.
TYPES: dict[str, ObjectType] = {
    "VM": ObjectType("virtual server", suits=_not_gpu, **_VIRTUAL),
    "GPU": ObjectType("GPU server", suits=_has_gpu, **_VIRTUAL),
    "BM": ObjectType(
        "bare-metal server",
        baremetal.LIST_BAREMETALS,
        baremetal.SHOW_BAREMETAL,
        "baremetal_id",
        "server_name",
        _fields("policy_ip"),
        _ids,
    ),
    "GPU_NODE": _GPU_NODE,
    "ENDPOINT": ObjectType(
        "VPC endpoint",
        vpc.LIST_VPC_ENDPOINTS,
        vpc.SHOW_VPC_ENDPOINT,
        "vpc_endpoint_id",
        "name",
        _fields("endpoint_ip_address"),
        _endpoint_networks,
    ),
    SUBNET: ObjectType(
        "subnet",
        vpc.LIST_SUBNETS,
        vpc.SHOW_SUBNET,
        "subnet_id",
        "name",
        _CIDR,
        _subnet_networks,
        unlisted="Subnets of the type PRIVATE can be missing in the list. For such a subnet, use the id.",
    ),
}
#: Block Storage (BM) has another name for GPU nodes.
_ALIASES = {"MNGC": "GPU_NODE"}
#: The types that are servers, one for each, in the order of results.
SERVER_TYPES = ("VM", "GPU", "BM", "GPU_NODE")
#: Types of which the platform itself creates servers too.
OWNED_TYPES = ("VM", "GPU")


def type_of(object_type: str) -> ObjectType:
    """Return a type by its name in access rules or attachments."""
    return TYPES[_ALIASES.get(object_type, object_type)]


def leaving(item: Item) -> bool:
    """Return whether a resource is being deleted, or deleted and still listed, so that its name may be available."""
    return str(item.get("state") or "").upper().startswith(("DELET", "TERMINAT"))


def owner_of(item: Item) -> str:
    """Return who created a server of the list of virtual servers (platform-behaviour.md §13)."""
    offering = str(item.get("product_offering") or "").lower()
    if offering.startswith("k8s") or str(item.get("product_category") or "").lower() == "container":
        return KUBERNETES
    return AUTO_SCALING if item.get("auto_scaling_group_id") else USER


def describe(object_type: str, item: Item) -> dict[str, Any]:
    """Return a resource that was found, with the same fields for all types."""
    kind = type_of(object_type)
    shown = {
        "id": str(item["id"]),
        "name": str(item.get(kind.name)),
        "object_type": object_type,
        "addresses": list(dict.fromkeys(kind.addresses(item))),
        "networks": [network for network in dict.fromkeys(kind.networks(item)) if network],
        "state": item.get("state"),
        "vpc_id": item.get("vpc_id"),
        "zone": item.get("zone"),
        "created_at": item.get("created_at"),
    }
    return {**shown, "owner": owner_of(item)} if object_type in OWNED_TYPES else shown


class ObjectMistake(StorageError):
    """A name matches no resource, or several."""


@dataclass(frozen=True)
class _Question:
    """What is searched, for error messages."""

    wanted: str
    types: Sequence[str]
    where: str
    option: str
    id_option: str
    type_option: str

    @property
    def title(self) -> str:
        return type_of(self.types[0]).title if len(self.types) == 1 else "server"

    @property
    def also(self) -> str:
        return type_of(self.types[0]).also

    @property
    def way_out(self) -> str:
        named = f"use {self.id_option} instead" if self.id_option else f"use the id in {self.option}"
        return f"{named}, which needs no list"

    def ambiguous(self, found: Sequence[Mapping[str, Any]]) -> ObjectMistake:
        """Return the error for several matches."""
        fields = ("id", "name", "object_type", "networks", "addresses")
        candidates = [{name: one[name] for name in fields} for one in sorted(found, key=_by_age)]
        reported = "; ".join(
            f"{one['name']} ({', '.join([one['id'], *one['networks'], *(one['addresses'] or ['no address'])])})"
            for one in candidates
        )
        choose = self.id_option or f"the id in {self.option}"
        return ObjectMistake(
            f"{self.option} {self.wanted!r} fits {len(found)} {self.title}s in {self.where}: {reported}. Give"
            f" {choose}, or an {self.also} that only one of them has.",
            candidates=candidates,
        )

    def missing(self, others: Sequence[Item], names: Sequence[str]) -> ResourceNotFound:
        """Return the error for no match.

        :param others: matches of other types in the same list.
        :param names: the names of all resources of the types.
        """
        message = f"There is no {self.title} with the name or {self.also} {self.wanted!r} in {self.where}"
        listing = type_of(self.types[0]).listing
        for name, kind in TYPES.items():
            if kind.listing is listing and any(kind.suits(item) for item in others):
                advice = f" Set {self.type_option} to {name}." if self.type_option else ""
                return ResourceNotFound(f"{message} ({self.option}): it is a {kind.title}.{advice}")
        near = get_close_matches(self.wanted, sorted(set(names)), n=MAX_SIMILAR)
        similar = f" Similar names: {', '.join(near)}." if near else ""
        unlisted = "".join(f" {type_of(one).unlisted}" for one in self.types if type_of(one).unlisted)
        return ResourceNotFound(
            f"{message} ({self.option}).{similar} Check its spelling, the region, and the account of the key.{unlisted}"
        )


def _by_age(item: Item) -> tuple[str, str]:
    return str(item.get("created_at") or ""), str(item["id"])


@dataclass(frozen=True)
class ObjectFinder:
    """Finds resources by name or address in one region.

    :param region: the client's by default.
    """

    client: Client
    region: str = ""

    @property
    def where(self) -> str:
        """The region that is searched."""
        return self.region or self.client.settings.region

    def listed(self, object_type: str, *, max_age: float | None = None) -> Sequence[dict[str, Any]]:
        """Return all items of a list, including those of other types in the same list."""
        return self._list(object_type, max_age).items

    def _list(self, object_type: str, max_age: float | None = None) -> SharedList:
        return self.client.read_once(type_of(object_type).listing, region=self.region, max_age=max_age)

    def _with_id(self, object_type: str, identifier: str) -> list[dict[str, Any]]:
        """Return the resource with an id in a list; empty if it is not listed."""
        return self._list(object_type).find(identifier, "id", suffixed=False)

    def all(self, object_type: str) -> list[dict[str, Any]]:
        """Return all resources of a type, as :func:`describe` shows them."""
        kind = type_of(object_type)
        items = self.listed(object_type)
        return [describe(object_type, item) for item in items if kind.suits(item) and not leaving(item)]

    def named(self, wanted: str, object_type: str) -> list[dict[str, Any]]:
        """Return the resources with exactly this name or address, as the list shows them.

        A list that is not recent is read again before a name counts as missing.
        """
        return self._called(wanted, object_type) or self._called(wanted, object_type, max_age=MAX_AGE)

    def _called(self, wanted: str, object_type: str, *, max_age: float | None = None) -> list[dict[str, Any]]:
        kind = type_of(object_type)
        found = self._list(object_type, max_age).called(wanted, kind.name, kind.words)
        staying = [item for item in found if not leaving(item)]
        # A name takes precedence over an equal address of another resource.
        by_name = [item for item in staying if item.get(kind.name) == wanted]
        return by_name or staying

    def identify(
        self,
        wanted: str,
        types: Sequence[str],
        *,
        option: str = "object_name",
        id_option: str = "",
        type_option: str = "object_type",
    ) -> Found:
        """Return the only resource with a name, an address or an id. An id costs no call.

        :param types: the types to search.
        :param option: the option that names it, for errors.
        :param id_option: the option for an id; empty if ``option`` accepts ids too.
        :param type_option: the option that sets the type; empty if there is none.
        :raises StorageError: there is none, or there are several, or they cannot be read.
        """
        wanted = wanted.strip()
        if is_id(wanted):
            return Found(wanted)
        question = _Question(wanted, tuple(types), self.where, option, id_option, type_option)
        fitting: list[tuple[str, dict[str, Any]]] = []
        refusals: list[tuple[str, StorageError]] = []
        others: list[dict[str, Any]] = []
        for object_type in types:
            suits = type_of(object_type).suits
            try:
                named = self.named(wanted, object_type)
            except StorageError as error:
                refusals.append((object_type, error))
                continue
            fitting += [(object_type, item) for item in named if suits(item)]
            others += [item for item in named if not suits(item)]
        if len(fitting) == 1:
            object_type, item = fitting[0]
            return Found(str(item["id"]), str(item.get(type_of(object_type).name)))
        if fitting:
            raise question.ambiguous([describe(*one) for one in fitting])
        if refusals:
            object_type, refusal = refusals[0]
            raise self.unreadable(refusal, object_type, f"{option} {wanted!r} cannot be looked up", question.way_out)
        raise question.missing(others, [one["name"] for kind in types for one in self.all(kind)])

    def unreadable(self, error: StorageError, object_type: str, what: str, way_out: str) -> StorageError:
        """Return the error for a list that is needed and cannot be read.

        :param what: what is not possible without it.
        :param way_out: what needs no list.
        """
        kind = type_of(object_type)
        reason = f"{what}, because the {kind.title}s in {self.where} cannot be read"
        if isinstance(error, CallError) and error.status == FORBIDDEN and not isinstance(error, NotEntitled):
            reason += f": {error.where} was refused with {FORBIDDEN}."
            remedy = f"Grant the IAM action {kind.action} to the user of the key, or {way_out}."
        else:
            reason += f": {error.message.rstrip('.')}."
            remedy = f"To continue without that list, {way_out}."
        return StorageError(f"{reason} {remedy}", **error.facts)

    def address(self, wanted: str, object_type: str, *, option: str) -> str:
        """Return the address of the only resource with a name or an id. An address costs no call.

        :param option: the option that names it, for errors.
        :raises StorageError: there is none, or there are several, or they cannot be read.
        """
        wanted = wanted.strip()
        if is_address(wanted):
            return wanted
        kind = type_of(object_type)
        if not is_id(wanted):
            identifier = self.identify(wanted, [object_type], option=option, id_option=f"an address in {option}").id
        else:
            identifier = wanted
        try:
            listed = self._with_id(object_type, identifier)
        except StorageError as error:
            what = f"{option} {wanted!r} cannot be looked up"
            raise self.unreadable(error, object_type, what, f"give an address in {option}") from None
        found = [address for item in listed for address in kind.addresses(item)]
        if found:
            return found[0]
        raise ResourceNotFound(
            f"There is no {kind.title} with the id {wanted!r} and an address in {self.where} ({option}). Check the id"
            " and the region, or give its address."
        )

    def known(self, object_type: str, identifier: str) -> dict[str, str]:
        """Return the name of a resource, and its owner if its type has owners; nothing if it is not listed."""
        if object_type not in (*TYPES, *_ALIASES):
            # A type that a newer version of the service may have.
            return {}
        kind = type_of(object_type)
        found = self._with_id(object_type, identifier)
        if not found:
            return {}
        shown = {"object_name": str(found[0].get(kind.name))}
        return {**shown, "owner": owner_of(found[0])} if object_type in OWNED_TYPES else shown

    def owner(self, object_type: str, identifier: str) -> tuple[str, str]:
        """Return who created a server, and its name.

        A server that is missing in the list may be newer than the list, so it is read separately. The rule of a
        server that no longer exists counts as the user's.
        """
        kind = type_of(object_type)
        found = self._with_id(object_type, identifier)
        if not found:
            try:
                path = {kind.option: identifier}
                found = [self.client.call(kind.show, region=self.region, path=path)]
            except NotFound:
                return USER, ""
        return owner_of(found[0]), str(found[0].get(kind.name) or "")


@dataclass(frozen=True)
class Found:
    """What a name stands for; ``name`` is empty where an id was given."""

    id: str
    name: str = ""


# -- lists of objects in options --------------------------------------------------------------------------------------

Key = tuple[str, str]


def check_objects(objects: Iterable[Item] | None, option: str) -> None:
    """Reject objects without an id and a name. Ansible does not detect this if both are null."""
    if not all(one.get("object_id") or one.get("object_name") for one in objects or ()):
        raise StorageError(f"{option} has an entry without object_id and object_name. Give one of them.")


def has_names(objects: Iterable[Item] | None) -> bool:
    """Return whether a list has an object with a name or address instead of an id."""
    return any(one.get("object_name") for one in objects or ())


def with_ids(finder: ObjectFinder, objects: Iterable[Item], option: str) -> tuple[list[dict[str, str]], dict[Key, str]]:
    """Return objects with ids in place of names, and the names that are known, by type and id.

    :param option: the option that lists them, for errors.
    :raises StorageError: with all names for which there is no id.
    """
    resolved: list[dict[str, str]] = []
    names: dict[Key, str] = {}
    problems: dict[str, StorageError] = {}
    for one in objects:
        object_type = str(one["object_type"])
        identifier = str(one.get("object_id") or "")
        if wanted := one.get("object_name"):
            try:
                found = finder.identify(
                    str(wanted), [object_type], option=f"{option}: object_name", id_option="object_id"
                )
            except StorageError as error:
                problems.setdefault(error.message, error)
                continue
            identifier = found.id
            if found.name:
                names[object_type, found.id] = found.name
        resolved.append({"object_type": object_type, "object_id": identifier})
    if len(problems) == 1:
        raise next(iter(problems.values()))
    if problems:
        candidates = [one for error in problems.values() for one in error.facts.get("candidates", ())]
        raise ObjectMistake(" ".join(problems), **({"candidates": candidates} if candidates else {}))
    return resolved, names
