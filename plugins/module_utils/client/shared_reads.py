# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that all items of a loop, or all entries of a batch, share (architecture.md, decision 9)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from .base_names import without_suffix
from .clock import Clock
from .errors import StorageError, is_refusal

#: Seconds for which a list may be shared. A loop can wait for minutes between two items.
MAX_AGE = 30.0

Item = dict[str, Any]


@dataclass(frozen=True)
class ListKey:
    """What makes two reads the same list: ``query`` holds the parameters that are given, apart from the page."""

    service: str
    region: str
    operation: str
    query: frozenset[tuple[str, Any]] = frozenset()


@dataclass
class Look:
    """How the first look at one resource was made.

    :ivar several: other resources are looked up in the same list, so that it is read whole at once.
    :ivar details: the result needs fields that only the show operation has.
    :ivar began: its place in the order of all looks and reads of the client.
    :ivar whole: a whole list answered.
    :ivar reused: an answer was requested before the look began.
    :ivar partial: a listed resource stands for a shown one.
    """

    several: bool = False
    details: bool = True
    began: int = 0
    whole: bool = False
    reused: bool = False
    partial: bool = False

    @property
    def conclusive(self) -> bool:
        """Whether it can be acted on: everything was read for this look, and in full."""
        return not (self.reused or self.partial)


class SharedList:
    """The items of a whole list, found by a field in constant time. The items are not to be changed."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self._indexes: dict[tuple[str, bool], dict[str, list[Item]]] = {}
        self._words: dict[str, dict[str, list[Item]]] = {}

    def find(self, wanted: str, field: str, *, suffixed: bool) -> list[Item]:
        """Return copies of the items whose field is exactly ``wanted``.

        :param suffixed: ``wanted`` may lack the suffix that the service appends to names.
        """
        # Two threads may both build an index; they build the same one.
        index = self._indexes.get((field, suffixed))
        if index is None:
            index = {}
            for item in self.items:
                for word in words_of(item, field, suffixed=suffixed):
                    index.setdefault(word, []).append(item)
            self._indexes[field, suffixed] = index
        return [dict(item) for item in index.get(wanted, ())]

    def called(self, wanted: str, label: str, words: Callable[[Item], Iterable[str]]) -> list[Item]:
        """Return copies of the items of which one word is exactly ``wanted``.

        :param label: what distinguishes these words from others of the same list.
        :param words: yields all that an item can be called by.
        """
        index = self._words.get(label)
        if index is None:
            index = {}
            for item in self.items:
                for word in dict.fromkeys(words(item)):
                    index.setdefault(word, []).append(item)
            self._words[label] = index
        return [dict(item) for item in index.get(wanted, ())]


def words_of(item: Mapping[str, Any], field: str, *, suffixed: bool) -> Iterator[str]:
    """Yield what a field of an item can be called by: its value, and without the service's suffix if it has one."""
    shown = str(item.get(field))
    yield shown
    if suffixed and (base := without_suffix(shown)) != shown:
        yield base


@dataclass
class _Read:
    """A read that is under way or has ended.

    :ivar at: when it was sent, on the client's clock.
    :ivar place: its place in the order of all looks and reads.
    """

    at: float
    place: int
    result: Future[SharedList] = field(default_factory=Future)


class SharedReads:
    """The shared lists of one task; several threads may use them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._order = itertools.count(1)
        self._task = ""
        self._reads: dict[ListKey, _Read] = {}
        self._once: dict[ListKey, _Read] = {}
        self._wanted: set[ListKey] = set()

    def begin(self, task: str) -> None:
        """Begin a task, or another item of its loop.

        :param task: equal for all items of one task; an empty one is equal to no other.
        """
        with self._lock:
            if not task or task != self._task:
                self._reads.clear()
                self._once.clear()
                self._wanted.clear()
            self._task = task

    def look(self, *, several: bool, details: bool) -> Look:
        """Return a look that begins now."""
        return Look(several=several, details=details, began=next(self._order))

    def forget(self, service: str) -> None:
        """Let no one reuse what was read of a service before now, in any region: a replication changes two."""
        with self._lock:
            for key in [key for key in self._reads if key.service == service]:
                del self._reads[key]

    def prefers_whole(self, key: ListKey, look: Look) -> bool:
        """Return whether to read the whole list, and take note that it was needed.

        A filtered list is cheaper for one lookup, and a whole one from the second on.
        """
        with self._lock:
            whole = look.several or key in self._wanted
            self._wanted.add(key)
        look.whole = look.whole or whole
        return whole

    def read(self, key: ListKey, look: Look, fetch: Callable[[], list[Item]]) -> SharedList:
        """Return a whole list; threads that need the same one wait for the read that is under way.

        :param fetch: reads it.
        :raises StorageError: the read failed, this one or the one that this thread waited for.
        """
        now = self._clock.monotonic()
        with self._lock:
            read = self._reads.get(key)
            mine = read is None or now - read.at > MAX_AGE
            if read is None or mine:
                read = self._reads[key] = _Read(now, next(self._order))
        look.reused = look.reused or read.place < look.began
        if mine:
            self._fetch(key, read, fetch)
        try:
            return read.result.result()
        except StorageError:
            # A failure is reported by the one that it happened to; others are to look for themselves.
            look.reused = look.reused or not mine
            raise

    def once(self, key: ListKey, fetch: Callable[[], list[Item]], max_age: float | None = None) -> SharedList:
        """Return a list of things that this collection does not change, which is read once for a whole task.

        A refusal to an account without permission is kept as well.

        :param max_age: seconds after which it is read again; ``None`` for never.
        :raises StorageError: the read failed.
        """
        now = self._clock.monotonic()
        with self._lock:
            read = self._once.get(key)
            mine = read is None or (max_age is not None and now - read.at > max_age)
            if read is None or mine:
                read = self._once[key] = _Read(now, next(self._order))
        if mine:
            try:
                self._fetch(key, read, fetch)
            finally:
                self._keep_refusal(key, read)
        return read.result.result()

    def _keep_refusal(self, key: ListKey, read: _Read) -> None:
        error = read.result.exception()
        with self._lock:
            lasts = error is None or (isinstance(error, StorageError) and is_refusal(error))
            if not lasts and self._once.get(key) is read:
                del self._once[key]

    def _fetch(self, key: ListKey, read: _Read, fetch: Callable[[], list[Item]]) -> None:
        try:
            read.result.set_result(SharedList(fetch()))
        except BaseException as error:
            with self._lock:
                if self._reads.get(key) is read:
                    del self._reads[key]
            interrupted = StorageError("The list that was being read was interrupted. Run the task again.")
            read.result.set_exception(error if isinstance(error, StorageError) else interrupted)
            if not isinstance(error, StorageError):
                raise


def query_of(query: Mapping[str, Any] | None) -> frozenset[tuple[str, Hashable]]:
    """Return the given parameters of a query as a part of a key."""
    given = ((name, value) for name, value in (query or {}).items() if value is not None)
    return frozenset((name, tuple(value) if isinstance(value, list) else value) for name, value in given)
