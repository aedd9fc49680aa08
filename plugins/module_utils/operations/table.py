# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that the operation tables are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..client.paging import Paging
from ..client.version_numbers import number


class Repeat(Enum):
    """What a call does that is done a second time."""

    #: It changes nothing more.
    HARMLESS = "harmless"
    #: It is refused, as its owner, or its name, has one at most.
    BOUNDED = "bounded"
    #: It creates a second resource.
    CREATES = "creates"
    #: It replaces, or deletes, what came in between.
    DESTROYS = "destroys"


@dataclass(frozen=True)
class Service:
    """One service.

    :param name: its host name and the name in ``Scp-Api-Version``.
    :param version: the version of the printed reference; of a service that it does not describe, the oldest one known.
    :param title: its name in the console.
    :param newer: the later versions that this collection knows, in ascending order.
    :param regional: whether each region has a host of the service.
    """

    name: str
    version: str
    title: str
    newer: tuple[str, ...] = ()
    regional: bool = True


@dataclass(frozen=True)
class Change:
    """What is different about an operation from a version on (architecture.md, decision 10).

    :param since: the version.
    :param body: fields that its body has from then on.
    :param query: parameters that its query has from then on.
    :param dropped: fields and parameters that it has no more.
    :param required: fields and parameters without which the service refuses it from then on.
    :param values: values that fields and parameters take from then on, each as ``name VALUE``.
    :param nullable: fields that are sent as null where they have no value.
    :param shows: fields that its answer, or an item of its list, has from then on, as far as a task can ask for them.
    :param places: where fields are that moved within the body: by the name that resources use, the path with dots.
    :param answers: where fields are that moved within the answer: by the name that resources use, the path with dots.
    """

    since: str
    body: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    nullable: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, hash=False)
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Operation:
    """One API operation.

    Its query and its body are those of the service's ``version``, or of ``since``; ``changes`` holds what newer
    versions do otherwise.

    :param name: its ``operationId``.
    :param path: with ``{placeholders}``.
    :param query: names of its query parameters.
    :param body: names of the fields of its body.
    :param answers: field of the answer that holds the object; empty where the answer is the object itself.
    :param paging: set for lists.
    :param repeat: what a writing call does that is done a second time; a POST says it.
    :param action: the IAM action that it needs (platform-behaviour.md §11), without the service.
    :param changes: in ascending order of their versions.
    :param since: the first version that has it; empty for the service's first one.
    :param until: the last version that has it; empty where there is none.
    :param doubtful: whether ``until`` is not certain, so that it can be called without a version beyond that.
    :param successor: the operation that answers the same question after ``until``, from the same parameters.
    :param prefers_older: whether the oldest version that is offered is used, also where newer ones are preferred.
    """

    service_entry: Service
    name: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    answers: str = ""
    paging: Paging | None = None
    action: str = ""
    repeat: Repeat = Repeat.HARMLESS
    changes: tuple[Change, ...] = ()
    since: str = ""
    until: str = ""
    doubtful: bool = False
    successor: Operation | None = None
    prefers_older: bool = False

    @property
    def service(self) -> str:
        """The service's host name."""
        return self.service_entry.name

    @property
    def version(self) -> str:
        """The version of the printed reference, or the first one that has it."""
        return self.since or self.service_entry.version

    @property
    def versions(self) -> tuple[str, ...]:
        """All known versions that have it, in ascending order."""
        known = (self.service_entry.version, *self.service_entry.newer)
        first, last = number(self.since), number(self.until)
        return tuple(one for one in known if (not first or number(one) >= first) and (not last or number(one) <= last))

    @property
    def differs(self) -> bool:
        """Whether the version decides what is sent, or whether there is such an operation."""
        return bool(self.changes or self.since or self.until)

    @property
    def regional(self) -> bool:
        """Whether each region has a host of its service."""
        return self.service_entry.regional

    @property
    def creates(self) -> bool:
        """Whether sending it twice creates two resources."""
        return self.repeat is Repeat.CREATES

    @property
    def destroys(self) -> bool:
        """Whether sending it twice loses what came in between."""
        return self.repeat is Repeat.DESTROYS

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    def takes(self, version: str) -> frozenset[str]:
        """Return the names of the fields and parameters that it has in a version, and the values that are new."""
        names = {*self.body, *self.query}
        for change in self._until(version):
            names = (names | {*change.body, *change.query, *change.values}) - {*change.dropped}
        return frozenset(names)

    def shows(self, version: str) -> frozenset[str]:
        """Return the names of the fields that newer versions began to show, as far as a task can ask for them."""
        return frozenset(name for change in self._until(version) for name in change.shows)

    def requires(self, version: str) -> tuple[str, ...]:
        """Return the names of the fields and parameters that newer versions began to require."""
        taken = self.takes(version)
        names = dict.fromkeys(name for change in self._until(version) for name in change.required)
        return tuple(name for name in names if name in taken)

    def outgoing(self, version: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a query, or at the top of a body, is sent in a version.

        The given fields can be those of all versions. Fields that this version does not have are left out, and so
        are fields of newer versions without a value.
        """
        taken = self.takes(version)
        kept = {*self.body, *self.query, *(name for change in self._until(version) for name in change.nullable)}
        places = {name: path for change in self._until(version) for name, path in change.places.items()}
        sent: dict[str, Any] = {}
        for name, value in given.items():
            if self.differs and (name not in taken or (value is None and name not in kept)):
                continue
            *parents, last = places.get(name, name).split(".")
            holder = sent
            for parent in parents:
                holder = holder.setdefault(parent, {})
            holder[last] = value
        return sent

    def incoming(self, version: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer of a version with moved fields where resources read them as well."""
        moved = {name: path for change in self._until(version) for name, path in change.answers.items()}
        return {**answer, **{name: _at(answer, path.split(".")) for name, path in moved.items()}} if moved else answer

    def _until(self, version: str) -> Iterable[Change]:
        """The changes that are in force in a version."""
        return (change for change in self.changes if number(change.since) <= number(version))


def _at(value: Any, path: Iterable[str]) -> Any:
    """What an answer has at a path; ``None`` where it has nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
