# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From uses to servers: which uses are of one and the same server.

A server is known by its id, and by its name in its region only where a source shows no id. Where that leaves open who
is who (a server without a name, two of one name, a backup seen from another region), the service is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently

from .sources import OF_BACKUP, REPLICA, Server, Use

#: Type in an access rule of what is not a server, and has no name.
NO_SERVER = "ENDPOINT"
#: What is known of a server, as host variables have it (with a prefix).
ServerFacts = dict[str, Any]


def merge(
    uses: Sequence[Use],
    directory: Callable[[str], Iterable[Server]],
    identify: Callable[[Use], tuple[str, str]],
) -> list[ServerFacts]:
    """The servers that the uses are of, by region and name, each with all of its uses.

    :param directory: lists the servers of a region; asked for a region where uses of Backup meet servers that have no
        name, or share one.
    :param identify: id and region of the server of a use that is known by a name which does not show.
    """
    return _Merger(directory, identify).merge(uses)


def same(identifier: str) -> str:
    """An id in the one form in which all services' ids compare: some write it with dashes, some without."""
    return identifier.replace("-", "").lower()


class _Merger:
    """Collects servers while it takes in uses."""

    def __init__(
        self, directory: Callable[[str], Iterable[Server]], identify: Callable[[Use], tuple[str, str]]
    ) -> None:
        self._directory = directory
        self._identify = identify
        self._servers: list[ServerFacts] = []
        self._by_id: dict[str, ServerFacts] = {}
        self._by_name: dict[tuple[str, str], list[ServerFacts]] = {}
        self._listed: dict[tuple[str, str], list[Server]] = {}
        #: Originals by the names of backup and server, which their replicas have too.
        self._originals: dict[tuple[str, str], list[tuple[Use, ServerFacts]]] = {}
        #: What the service was asked, by use.
        self._answers: dict[Use, tuple[str, str]] = {}

    def merge(self, uses: Sequence[Use]) -> list[ServerFacts]:
        for use in uses:
            if use.server_id:
                self._add(self._known(use.server_id, use.region, use.name), use)
        by_name = [use for use in uses if not use.server_id]
        self._index_names()
        for region in sorted({use.region for use in uses if use.source in OF_BACKUP}):
            if self._leaves_open(region, by_name):
                self._look_up(region)
        named = [use for use in by_name if not _is_replica(use)]
        self._ask([use for use in named if self._fits_several(use)])
        for use in named:
            self._add_named(use)
        replicas = [use for use in by_name if _is_replica(use)]
        self._ask([use for use in replicas if self._server_of_original(use) is None])
        for use in replicas:
            self._add_replica(use)
        return sorted(self._servers, key=lambda one: (one["region"], one["name"], one["id"]))

    # -- by id --------------------------------------------------------------------------------------------------------

    def _known(self, identifier: str, region: str, name: str) -> ServerFacts:
        """The server of an id, known from now on."""
        server = self._by_id.get(same(identifier))
        if server is None:
            server = self._by_id[same(identifier)] = self._new(identifier, region, name)
        server["name"] = server["name"] or name
        return server

    def _new(self, identifier: str, region: str, name: str) -> ServerFacts:
        server: ServerFacts = {
            "id": identifier,
            "name": name,
            "region": region,
            "type": "",
            "addresses": [],
            "sources": [],
            "zones": [],
            "bm_volumes": [],
            "mounts": [],
            "agent": None,
            "backups": [],
        }
        self._servers.append(server)
        return server

    @staticmethod
    def _add(server: ServerFacts, use: Use) -> None:
        if use.held == "agent":
            server["agent"] = use.thing
        else:
            server[use.held].append(use.thing)
        server["type"] = server["type"] or use.type
        server["addresses"] += [address for address in use.addresses if address not in server["addresses"]]
        zone = use.thing.get("zone")
        if zone and zone not in server["zones"]:
            server["zones"].append(zone)
        if use.source not in server["sources"]:
            server["sources"].append(use.source)

    # -- by name ------------------------------------------------------------------------------------------------------

    def _index_names(self) -> None:
        self._by_name = {}
        for server in self._servers:
            if server["name"]:
                self._by_name.setdefault((server["region"], server["name"]), []).append(server)

    def _leaves_open(self, region: str, by_name: Iterable[Use]) -> bool:
        """Whether the servers of a region cannot be distinguished by what is known of them."""
        here = [server for server in self._servers if server["region"] == region]
        nameless = any(not server["name"] and server["type"] != NO_SERVER for server in here)
        return nameless or any(
            len(self._by_name.get((region, use.name), ())) > 1 for use in by_name if use.region == region
        )

    def _look_up(self, region: str) -> None:
        """Learn names, ids and types of a region's servers."""
        for listed in self._directory(region):
            self._listed.setdefault((region, listed.name), []).append(listed)
            known = [self._by_id[same(one)] for one in listed.ids if same(one) in self._by_id]
            for other in known[1:]:
                if other is not known[0]:
                    self._absorb(known[0], other)
            for server in known[:1]:
                server["name"] = server["name"] or listed.name
                server["type"] = server["type"] or listed.type
        self._index_names()

    def _absorb(self, server: ServerFacts, other: ServerFacts) -> None:
        """Make one of two that are the same: one service knows it by its uuid, another by its guid."""
        for field in ("addresses", "sources", "zones", "bm_volumes", "mounts"):
            server[field] += [one for one in other[field] if one not in server[field]]
        for field in ("name", "type"):
            server[field] = server[field] or other[field]
        self._by_id[same(other["id"])] = server
        self._servers.remove(other)

    def _add_named(self, use: Use) -> None:
        server = self._by_its_name(use)
        if server is None:
            return
        self._add(server, use)
        if use.held == "backups":
            self._originals.setdefault((str(use.thing["name"]), use.name), []).append((use, server))

    def _by_its_name(self, use: Use) -> ServerFacts | None:
        """The server of a use by its name in its region; the service is asked where that fits several."""
        key = (use.region, use.name)
        fitting, listed = self._by_name.get(key, []), self._listed.get(key, [])
        if self._fits_several(use):
            return self._asked(use)
        if fitting:
            return fitting[0]
        identifier = listed[0].ids[0] if listed else ""
        server = self._known(identifier, *key) if identifier else self._new("", *key)
        self._by_name[key] = [server]
        return server

    def _fits_several(self, use: Use) -> bool:
        """Return whether the name of a use leaves open whose it is."""
        key = (use.region, use.name)
        return len(self._by_name.get(key, ())) > 1 or len(self._listed.get(key, ())) > 1

    def _add_replica(self, use: Use) -> None:
        """A replica's server is in the region of the original; where that is not read, the service shows."""
        server = self._server_of_original(use) or self._asked(use)
        if server is not None:
            self._add(server, use)

    def _server_of_original(self, use: Use) -> ServerFacts | None:
        originals = self._originals.get((str(use.thing["name"]), use.name), [])
        elsewhere = [server for original, server in originals if original.region != use.region]
        return elsewhere[0] if len(elsewhere) == 1 else None

    def _ask(self, uses: Sequence[Use]) -> None:
        """Ask the service about all of these concurrently."""
        for use, answer in zip(uses, map_concurrently(self._identify, uses), strict=True):
            self._answers[use] = answer

    def _asked(self, use: Use) -> ServerFacts | None:
        """The server of a use by the id that the service shows; none where the thing went meanwhile."""
        identifier, region = self._answers.get(use) or self._identify(use)
        if not identifier:
            return None
        server = self._by_id.get(same(identifier))
        named = [one for one in self._by_name.get((region, use.name), ()) if not one["id"]]
        if server is None and named:
            # It was known by its name only until now.
            server = self._by_id[same(identifier)] = named[0]
            server["id"] = identifier
        return server or self._known(identifier, region, use.name)


def _is_replica(use: Use) -> bool:
    return use.held == "backups" and use.thing.get("role_type") == REPLICA
