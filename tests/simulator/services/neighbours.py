# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services that list servers and networks have in common (platform-behaviour.md §13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import ApiError
from ..service import Call, Service
from ..state import Server, Subnet, World
from ..tables import Record
from .common import name_matches, sorted_as

R = TypeVar("R", bound=Record)

AUTHOR = "90dddfc2b1e04edba54ba2b41539a9ac"
NOWHERE = Subnet()
"""What stands for the subnet of a server that has none."""


def zulu(stamp: str) -> str:
    """A time of a record in the form of these services: whole seconds, in UTC."""
    return f"{stamp[:19]}Z"


def found(
    call: Call,
    rows: Callable[[], Sequence[R]],
    name: str | None,
    same: Mapping[str, Callable[[R], Any]],
    *,
    sort: Sequence[str] = ("name", "created_at"),
) -> Sequence[R]:
    """The rows that match a request for a list, sorted by age, the newest first by default [assumed].

    All pages of a list are cut from what the first one found.

    :param name: the value of the filter of names; ``name_filter`` sets how it matches.
    :param same: by query parameter, the value that it is compared with.
    """

    def find() -> Sequence[R]:
        how = call.world.switches.text("name_filter")
        chosen = [row for row in rows() if not name or name_matches(str(getattr(row, "name", "")), name, how)]
        for parameter, value_of in same.items():
            asked = call.query.get(parameter)
            if asked:
                chosen = [row for row in chosen if asked in _values(value_of(row))]
        return sorted_as(chosen, call.query["sort"] or "created_at:desc", sort)

    return call.known(find)


def _values(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def addresses(server: Server) -> list[str]:
    """The addresses of a server."""
    return server.ip.replace(",", " ").split()


def subnet_of(world: World, server: Server) -> Subnet:
    """The subnet that a server is in."""
    return world.subnets.get(server.subnet_id or "") or NOWHERE


def page_size(call: Call) -> int:
    """The size of a page if the caller sets none and the contract has no default."""
    return call.query["size"] or call.world.switches.count("unprinted_page_size")


class Neighbour(Service):
    """A service that lists servers or networks that it does not create."""

    def servers(self, call: Call, *kinds: str) -> list[Server]:
        """The caller's servers of these types in the region."""
        servers = self.world.servers.having("region", call.region)
        return [s for s in servers if s.account_id == call.account_id and s.type in kinds]

    def server(self, call: Call, noun: str, server_id: str, *kinds: str) -> Server:
        """One of the caller's servers.

        :raises ApiError: 404.
        """
        server = self.world.servers.get(server_id)
        if server is None or (server.region, server.account_id) != (call.region, call.account_id):
            raise self.not_found(noun, server_id)
        if server.type not in kinds:
            raise self.not_found(noun, server_id)
        return server

    @staticmethod
    def not_found(noun: str, identifier: str) -> ApiError:
        """The 404 of an unknown server (platform-behaviour.md §2)."""
        return ApiError(404, noun, f"{identifier} not found.")
