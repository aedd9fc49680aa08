# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which entry of a list waits for which: pure, and all mistakes are reported together.

A dependent is created after what it depends on, and removed before it. Dependents of the same resource are managed one
after the other, because the services refuse a change while another one is under way.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from ...client.base_names import likely_base_name
from ...client.settings import region_of
from .kinds import Product
from .resource_list import Entry, refuse

NodeT = TypeVar("NodeT", bound=Hashable)

#: A kind, a region, and a name.
Thing = tuple[str, str, str]


@dataclass(frozen=True)
class Graph:
    """Entries in an order in which they can be done one by one, and what each waits for.

    :ivar order: indices into the list of entries.
    :ivar after: for each entry those that must have ended before.
    :ivar needs: those among them without which it is not even tried.
    :ivar holders: those that let others go and may hold what it is about. Whether one that stays does so only the
        service knows, so it need not come after that; but where it cannot be done, it may be possible afterwards.
    """

    order: tuple[int, ...]
    after: tuple[frozenset[int], ...]
    needs: tuple[frozenset[int], ...]
    holders: tuple[frozenset[int], ...]

    def needed(self, entry: int) -> bool:
        """Whether another entry needs this one, or what it lets go."""
        return any(entry in ones for ones in (*self.needs, *self.holders))


def build(entries: Sequence[Entry], kinds: Iterable[str]) -> Graph:
    """Find out what waits for what.

    :param kinds: in the order in which those that depend on the same thing are done.
    :raises StorageError: a thing is listed twice, is needed and removed at once, or waits for itself.
    """
    return _Builder(entries, {kind: rank for rank, kind in enumerate(kinds)}).graph


def arrange(entries: Sequence[Entry], kinds: Iterable[str], needs: Sequence[Collection[int]]) -> Graph:
    """Return the graph of entries whose needs are known.

    :param needs: for each entry the indices of those that it comes after, and without which it is not tried.
    :raises StorageError: some entries wait for each other.
    """
    builder = _Builder(entries, {kind: rank for rank, kind in enumerate(kinds)})
    return builder.arranged(needs)


@dataclass
class _Builder:
    entries: Sequence[Entry]
    ranks: Mapping[str, int]
    mistakes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.after: list[set[int]] = [set() for _entry in self.entries]
        self.needs: list[set[int]] = [set() for _entry in self.entries]
        self.holders: list[set[int]] = [set() for _entry in self.entries]
        self.by_name: dict[Thing, int] = {}
        self.children: defaultdict[Thing, list[int]] = defaultdict(list)
        self.makers = [index for index, entry in enumerate(self.entries) if entry.resource_kind.produces]
        self.suffixed = {entry.kind for entry in self.entries if entry.resource_kind.suffixed}

    @property
    def graph(self) -> Graph:
        """The whole of it."""
        self._name_all()
        for index, entry in enumerate(self.entries):
            self._follow_references(index, entry)
            self._follow_products(index, entry)
        self._follow_frees()
        refuse(self.mistakes)
        for siblings in self.children.values():
            self._follow_siblings(siblings)
        order = self._in_order()
        place = {index: number for number, index in enumerate(order)}
        for siblings in self.children.values():
            in_turn = sorted(set(siblings), key=place.__getitem__)
            for first, second in pairwise(in_turn):
                self.after[second].add(first)
        for holder in set[int]().union(*self.holders):
            for earlier in _reached(self.after[holder], self.after.__getitem__):
                self.holders[earlier].discard(holder)
        after, needs, holders = (tuple(map(frozenset, sets)) for sets in (self.after, self.needs, self.holders))
        return Graph(tuple(order), after, needs, holders)

    def arranged(self, needs: Sequence[Collection[int]]) -> Graph:
        """The graph of needs that are known."""
        self.after = [set(ones) for ones in needs]
        after = tuple(map(frozenset, self.after))
        return Graph(tuple(self._in_order()), after, after, (frozenset(),) * len(self.entries))

    # -- what is called how -------------------------------------------------------------------------------------------

    def _name_all(self) -> None:
        seen: dict[tuple[str, ...], Entry] = {}
        for index, entry in enumerate(self.entries):
            same = {seen.setdefault(_key(entry), entry)}
            for name in _names(entry):
                same.add(self.entries[self.by_name.setdefault((entry.kind, entry.region, name), index)])
                if entry.kind in self.suffixed:
                    short = self.by_name.get((entry.kind, entry.region, likely_base_name(name)), index)
                    same.add(self.entries[short])
            self.mistakes += [
                f"{entry} is the same as {other}; list it once, with all that it should have"
                for other in same
                if other is not entry
            ]

    def _found(self, thing: Thing) -> int | None:
        """The entry that a name or id means; a name with the service's suffix means the one without, and vice versa."""
        if thing in self.by_name:
            return self.by_name[thing]
        kind, region, name = thing
        if kind not in self.suffixed:
            return None
        short = self.by_name.get((kind, region, likely_base_name(name)))
        if short is not None:
            return short
        return next(
            (
                index
                for (one, where, other), index in self.by_name.items()
                if (one, where) == (kind, region) and likely_base_name(other) == name
            ),
            None,
        )

    # -- what waits for what ------------------------------------------------------------------------------------------

    def _wait(self, later: int, earlier: int, *, needs: bool) -> None:
        self.after[later].add(earlier)
        if needs:
            self.needs[later].add(earlier)

    def _follow_references(self, index: int, entry: Entry) -> None:
        for thing in _referred(entry):
            found = self._found(thing)
            makers = [] if found is not None else self._makers(thing)
            # Children of one thing meet under one name, however each of them calls it.
            names = _names(self.entries[found]) if found is not None else [thing[2]]
            self.children[thing[0], thing[1], names[0]].append(index)
            if found is not None:
                self._hang(index, found)
            for maker in makers:
                if entry.absent:
                    self._wait(maker, index, needs=False)
                else:
                    self._wait(index, maker, needs=not self.entries[maker].absent)

    def _hang(self, child: int, parent: int) -> None:
        entry, owner = self.entries[child], self.entries[parent]
        if entry.absent:
            self._wait(parent, child, needs=owner.absent)
        elif owner.absent:
            self.mistakes.append(
                f"{entry} needs {owner}, which is to be absent (remove both, or keep both, or take one out of the list)"
            )
        else:
            self._wait(child, parent, needs=True)

    def _follow_products(self, index: int, entry: Entry) -> None:
        """A thing that another entry makes, and that is listed itself."""
        for name in _names(entry):
            for maker in self._makers((entry.kind, entry.region, name)):
                if maker == index:
                    continue
                other = self.entries[maker]
                if entry.absent and not other.absent:
                    self.mistakes.append(f"{entry} is to be absent, and {other} makes it (leave one of them out)")
                self._wait(index, maker, needs=entry.absent or not other.absent)

    def _makers(self, thing: Thing) -> list[int]:
        return [
            index
            for index in self.makers
            for product in self.entries[index].resource_kind.produces
            if _is_product(self.entries[index], product, thing)
            and not (product.prefix and thing in self._hangs_on(index))
        ]

    def _hangs_on(self, index: int) -> set[Thing]:
        """What an entry depends on, and what that depends on."""

        def of_owner(thing: Thing) -> Iterable[Thing]:
            owner = self._found(thing)
            return () if owner is None else _referred(self.entries[owner])

        return _reached(_referred(self.entries[index]), of_owner)

    def _follow_frees(self) -> None:
        """What a thing holds can go, or be used otherwise, only when it has been let go."""
        for index, entry in enumerate(self.entries):
            frees = entry.resource_kind.releases
            if not frees or not (entry.absent or entry.params.get(entry.resource_kind.purge_option)):
                continue
            for other_index, other in enumerate(self.entries):
                # Where the other end of a replication is need not be said of one that is to go.
                held = other.absent and other.kind in frees
                used = other.kind == entry.kind or any(
                    kind in frees
                    for kind in (other.kind, *(reference.kind for reference in other.resource_kind.references))
                )
                next_user = not other.absent and other.region == entry.region and used
                if other is entry or not (held or next_user):
                    continue
                self.holders[other_index].add(index)
                if held or entry.absent:
                    self._wait(other_index, index, needs=False)

    def _follow_siblings(self, siblings: Sequence[int]) -> None:
        for index in siblings:
            for other_index in siblings:
                entry, other = self.entries[index], self.entries[other_index]
                if other.absent and not entry.absent:
                    self._wait(index, other_index, needs=False)
                elif other.kind in entry.resource_kind.requires and not (entry.absent or other.absent):
                    self._wait(index, other_index, needs=True)

    # -- in order -----------------------------------------------------------------------------------------------------

    def _in_order(self) -> list[int]:
        """Removals first, then by kind, then as listed, as far as what waits for what allows it.

        :raises StorageError: some entries wait for each other.
        """
        waiting = [set(after) for after in self.after]
        followers: defaultdict[int, list[int]] = defaultdict(list)
        for index, after in enumerate(waiting):
            for earlier in after:
                followers[earlier].append(index)

        def key(index: int) -> tuple[bool, int, int]:
            entry = self.entries[index]
            return not entry.absent, self.ranks[entry.kind], index

        ready = [key(index) for index, after in enumerate(waiting) if not after]
        heapq.heapify(ready)
        order: list[int] = []
        while ready:
            index = heapq.heappop(ready)[-1]
            order.append(index)
            for follower in followers[index]:
                waiting[follower].discard(index)
                if not waiting[follower]:
                    heapq.heappush(ready, key(follower))
        if len(order) < len(self.entries):
            reported = " and ".join(str(self.entries[index]) for index in _circle(waiting))
            refuse([f"{reported} wait for each other; take one of them out of the list"])
        return order


def _key(entry: Entry) -> tuple[str, ...]:
    """Equal for two entries that mean the same thing in the same words."""
    options = (*entry.resource_kind.owners, *entry.resource_kind.identified_by)
    return (entry.kind, entry.region, *(str(entry.params.get(option)) for option in options))


def _names(entry: Entry) -> list[str]:
    """By what others refer to an entry; nothing where only its owner identifies it."""
    if entry.resource_kind.owners:
        return []
    return [str(entry.params[option]) for option in entry.resource_kind.identified_by if entry.params.get(option)]


def _referred(entry: Entry) -> Iterator[Thing]:
    """The things that an entry depends on."""
    for reference in entry.resource_kind.references:
        if not reference.when(entry.params):
            continue
        value = entry.params.get(reference.option)
        for name in dict.fromkeys(value if isinstance(value, list) else [value]):
            if name:
                yield reference.kind, entry.region, str(name)


def _is_product(entry: Entry, product: Product, thing: Thing) -> bool:
    name = entry.params.get(product.option)
    region = entry.params.get(product.region) if product.region else entry.region
    if not region and entry.params.get(product.zone):
        region = region_of(entry.params[product.zone])
    if not name or (product.kind, region) != thing[:2]:
        return False
    if product.prefix:
        # What follows is a name itself.
        return thing[2].startswith(name) and thing[2].removeprefix(name)[:1].isalpha()
    return thing[2] == name or (entry.resource_kind.suffixed and likely_base_name(thing[2]) == name)


def _reached(starts: Iterable[NodeT], following: Callable[[NodeT], Iterable[NodeT]]) -> set[NodeT]:
    """All that there is to come to from ``starts``, with these."""
    reached = set(starts)
    ahead = list(reached)
    while ahead:
        more = set(following(ahead.pop())) - reached
        reached |= more
        ahead += more
    return reached


def _circle(waiting: Sequence[Iterable[int]]) -> list[int]:
    """Entries that wait for each other."""
    index = next(number for number, after in enumerate(waiting) if after)
    seen: list[int] = []
    while index not in seen:
        seen.append(index)
        index = next(iter(waiting[index]))
    return seen[seen.index(index) :]
