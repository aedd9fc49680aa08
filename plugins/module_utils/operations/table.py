# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that the operation tables are written in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..client.paging import Paging


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
class Operation:
    """One API operation.

    :param name: its ``operationId``.
    :param path: with ``{placeholders}``.
    :param query: names of its query parameters.
    :param body: names of the fields of its body.
    :param answers: field of the answer that holds the object; empty where the answer is the object itself.
    :param paging: set for lists.
    :param repeat: what a writing call does that is done a second time; a POST says it.
    :param action: the IAM action that it needs (platform-behaviour.md §11), without the service.
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

    @property
    def service(self) -> str:
        """The service's host name."""
        return self.service_entry.name

    @property
    def version(self) -> str:
        """The version to ask for."""
        return self.service_entry.version

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
