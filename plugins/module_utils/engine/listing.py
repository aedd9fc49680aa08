# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task created, in the lists in which the next task looks it up (platform-behaviour.md §3: lists can lag)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .lookup import Finder
from .plan import known_id

Item = Mapping[str, Any]


@dataclass(frozen=True)
class ListEntry:
    """One or several resources of one list.

    :param label: what users call it, as ``File Storage volume 'web'``.
    :param region: the region whose list it is.
    :param read: returns the list, or the part of it that can show them.
    :param values: what ``key`` is of each; if it is empty, any item counts.
    """

    label: str
    region: str
    read: Callable[[], Iterable[Item]]
    values: frozenset[str] = frozenset()
    key: str = "id"

    def is_shown(self) -> bool:
        """Read the list, and return whether it shows all of them."""
        shown = {str(item.get(self.key)) for item in self.read()}
        return self.values <= shown if self.values else bool(shown)


def entry_of(finder: Finder, made: Item) -> ListEntry:
    """Return the entry of a resource that is looked up by its name, which others may have as well.

    :param made: with its ``name``, and with its ``id`` if that is known.
    """
    name = str(made["name"])
    return ListEntry(_label(finder, name), finder.where, lambda: finder.named(name), ids_of(made))


def only_entry_of(finder: Finder, made: Item, leave_out: Callable[[Item], bool]) -> ListEntry:
    """Return the entry of a resource of which a task expects to be the only one of its name.

    Reading it raises :class:`engine.lookup.AmbiguousName` if it is not.

    :param made: as for :func:`entry_of`.
    :param leave_out: shows resources that do not count.
    """
    name = str(made["name"])

    def read() -> list[Item]:
        found = finder.one(name, leave_out=leave_out)
        return [] if found is None else [found]

    return ListEntry(_label(finder, name), finder.where, read, ids_of(made))


def entry_of_all(finder: Finder, made: Sequence[Item]) -> list[ListEntry]:
    """Return the entry of several resources of a kind: the whole list costs less than a lookup for each.

    :param made: each as for :func:`entry_of`. The service must not append a suffix to their names.
    """
    if len(made) < 2:
        return [entry_of(finder, one) for one in made]
    key = "id" if all(map(known_id, made)) else "name"
    label = f"the {finder.kind.title}s {', '.join(str(one['name']) for one in made)}"

    def read() -> list[dict[str, Any]]:
        return finder.client.read_list(finder.kind.listing, region=finder.region)

    return [ListEntry(label, finder.where, read, frozenset(str(one[key]) for one in made), key)]


def ids_of(made: Item) -> frozenset[str]:
    """Return the id of something that was made as :attr:`ListEntry.values`, without any if it is not known yet."""
    identifier = known_id(made)
    return frozenset({identifier} if identifier else ())


def _label(finder: Finder, name: str) -> str:
    return f"{finder.kind.title} {name!r}"
