# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers become hosts, and what they are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.suggestions import closest
from ansible_collections.scp.storage.plugins.module_utils.client.tags import tag_texts

if TYPE_CHECKING:
    from .merge import ServerFacts


def tag_texts_of(server: ServerFacts) -> list[str]:
    """Return the tags of all that a server uses, each once."""
    agent = [server["agent"]] if server["agent"] else []
    things = (*server["bm_volumes"], *server["mounts"], *agent, *server["backups"])
    return sorted({text for thing in things for text in tag_texts(thing.get("tags") or {})})


#: What can be matched with patterns, and the texts of a server that count.
CRITERIA: dict[str, Callable[[ServerFacts], Iterable[Any]]] = {
    "server_name": lambda server: [server["name"]],
    "server_id": lambda server: [server["id"]],
    "server_type": lambda server: [server["type"]],
    "address": lambda server: server["addresses"],
    "volume_name": lambda server: [
        name
        for volume in (*server["bm_volumes"], *server["mounts"])
        for name in dict.fromkeys((volume["name"], volume.get("base_name", volume["name"])))
    ],
    "volume_group_name": lambda server: [
        volume["volume_group"]["name"] for volume in server["bm_volumes"] if volume["volume_group"]
    ],
    "backup_name": lambda server: [backup["name"] for backup in server["backups"]],
    "tag": tag_texts_of,
    "agent_connection_state": lambda server: [server["agent"]["connection_state"]] if server["agent"] else [],
}
#: What a host can be called after.
NAMES: dict[str, Callable[[ServerFacts], str]] = {
    "name": lambda server: str(server["name"]),
    "name_and_region": lambda server: f"{server['name']}.{server['region']}" if server["name"] else "",
    "id": lambda server: str(server["id"]),
    "address": lambda server: str(next(iter(server["addresses"]), "")),
}
#: A name that every place of Ansible takes for one host: no pattern, no template, no path.
_FIT = re.compile(r"\w[\w.-]*")
_UNFIT = re.compile(r"[^\w.-]")
#: Names that mean something else to Ansible, or would run a server's tasks on the controller.
_TAKEN = frozenset({"all", "ungrouped", "localhost", "127.0.0.1"})
_PATTERN = re.compile(r"[*?[]")


class Filters:
    """The option ``filters``: a server becomes a host when it fits all criteria, with any pattern of each.

    :raises StorageError: there is no such criterion, or a pattern is not a text.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._patterns: dict[str, list[str]] = {}
        for criterion, patterns in given.items():
            if criterion not in CRITERIA:
                raise StorageError(f"filters has no {criterion!r}{closest(criterion, CRITERIA)}.")
            listed = patterns if isinstance(patterns, (list, tuple)) else [patterns]
            if not listed or not all(isinstance(pattern, str) for pattern in listed):
                raise StorageError(f"filters has {patterns!r} for {criterion}. Give a text, or a list of texts.")
            if not all(pattern.strip() for pattern in listed):
                # It would fit no server, and a tool that deletes hosts that are gone would delete all of them.
                raise StorageError(f"filters has an empty text for {criterion}. Give a pattern, or leave it out.")
            self._patterns[criterion] = list(listed)

    @property
    def server_name(self) -> str | None:
        """The only name that a server can have, which the services can filter by."""
        names = self._patterns.get("server_name", [])
        return names[0] if len(names) == 1 and not _PATTERN.search(names[0]) else None

    @property
    def needs_tags(self) -> bool:
        """Whether tags have to be read."""
        return "tag" in self._patterns

    def fit(self, server: ServerFacts) -> bool:
        """Whether a server becomes a host."""
        return all(
            any(fnmatchcase(str(text), pattern) for text in CRITERIA[criterion](server) for pattern in patterns)
            for criterion, patterns in self._patterns.items()
        )


def host_names(servers: Sequence[ServerFacts], preference: Sequence[str], groups: Collection[str] = ()) -> list[str]:
    """Return a name for each server, no two alike, and none that is the name of a group.

    :param preference: keys of :data:`NAMES`, the best first. One that is not there or cannot be the name of a host
        leaves it to the next, and in the end to the id. What several servers, or a server and a group, would be called
        is made unique with the region, and where that does not help with the id.
    """
    names = [_first(server, preference) for server in servers]
    names = _describe_apart(names, [str(server["region"]) for server in servers], groups)
    names = _describe_apart(names, [str(server["id"]) for server in servers], groups)
    while (unique := _describe_apart(names, [str(number) for number in range(len(servers))], groups)) != names:
        names = unique
    return names


def _first(server: ServerFacts, preference: Sequence[str]) -> str:
    candidates = [NAMES[kind](server) for kind in (*preference, "id")]
    fit = [name for name in candidates if _FIT.fullmatch(name) and name.lower() not in _TAKEN]
    # One that is known by an impossible name only.
    return fit[0] if fit else f"server_{_UNFIT.sub('_', str(server['name']))}"


def _describe_apart(names: Sequence[str], marks: Sequence[str], groups: Collection[str]) -> list[str]:
    """The names, those that several have, or that a group has, with a mark behind."""
    count = Counter(names)
    return [
        f"{name}.{mark}" if mark and (name in groups or (count[name] > 1 and not name.endswith(f".{mark}"))) else name
        for name, mark in zip(names, marks, strict=True)
    ]
