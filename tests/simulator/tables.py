# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of records: what the state contains, in a form that seeds and state files can carry."""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints


class SeedError(ValueError):
    """A seed or state that does not fit. The text names the place and is meant for users."""


@dataclass(slots=True)
class Record:
    """What all records have. An empty ``id``, ``account_id`` or ``created_at`` in a seed is filled in.

    ``created_at`` is UTC with microseconds and no zone, so that texts compare as times do.
    """

    id: str = ""
    account_id: str = ""
    created_at: str = ""


T = TypeVar("T", bound=Record)
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", types.NoneType: "null"}


@functools.cache
def _accepted(hint: Any) -> frozenset[type]:
    """The types of JSON values that an annotated type accepts: plain types, unions, lists and dicts of anything."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return frozenset().union(*map(_accepted, get_args(hint)))
    if hint is Any:
        return frozenset((*_NAMES, list, dict))
    return frozenset((int, float) if hint is float else (origin or hint,))


def _words(hint: Any) -> str:
    """An annotated type in words."""
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_words(part) for part in get_args(hint))
    return {list: "a list", dict: "an object"}.get(get_origin(hint) or hint) or _NAMES.get(hint, "something else")


class Table(Generic[T]):
    """Records of one kind by their id, in the order in which they came."""

    def __init__(self, name: str, record: type[T], complete: Callable[[T], None], key: str = "id") -> None:
        """Hold records of the dataclass ``record`` under their field ``key``.

        ``complete`` fills in what a seed left out.
        """
        self.name = name
        self.rows: dict[str, T] = {}
        self._record = record
        self._key = key
        self._complete = complete
        self._hints = {k: v for k, v in get_type_hints(record).items() if k in {f.name for f in fields(record)}}
        self._accepted = {name: _accepted(hint) for name, hint in self._hints.items()}
        self._values = operator.attrgetter(*self._hints)
        #: By field and its value the records that have it, by their keys.
        self._indexes: dict[str, dict[object, dict[str, T]]] = {}
        self._removed: list[Callable[[T], None]] = []
        self._required = [f.name for f in fields(record) if f.default is MISSING and f.default_factory is MISSING]

    def __iter__(self) -> Iterator[T]:
        """All records, the oldest first."""
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

    def add(self, row: T) -> T:
        """Put a record in (in place of one with the same key) and give it back, completed."""
        self._complete(row)
        key = getattr(row, self._key)
        if key in self.rows:
            self._indexes.clear()
        self.rows[key] = row
        for field, index in self._indexes.items():
            index.setdefault(getattr(row, field), {})[key] = row
        return row

    def get(self, key: str) -> T | None:
        """The record with this key."""
        return self.rows.get(key)

    def remove(self, key: str) -> None:
        """Take a record out, if it is there."""
        row = self.rows.pop(key, None)
        if row is not None:
            for field, index in self._indexes.items():
                index.get(getattr(row, field), {}).pop(key, None)
            for heard in self._removed:
                heard(row)

    def on_remove(self, heard: Callable[[T], None]) -> None:
        """Call ``heard`` with each record that is taken out."""
        self._removed.append(heard)

    def clear(self) -> None:
        """Take all records out, and leave a dictionary that was read from :attr:`rows` as it is."""
        self.rows = {}
        self._indexes.clear()

    def restore(self, rows: dict[str, T]) -> None:
        """Take back the :attr:`rows` of a moment before :meth:`clear`."""
        self.rows = rows
        self._indexes.clear()

    def having(self, field: str, value: object) -> list[T]:
        """The records whose field has this value, the oldest first, without a look at any other record.

        :param field: one that only a seed changes once the record is there.
        """
        if field not in self._indexes:
            index: dict[object, dict[str, T]] = {}
            for key, row in self.rows.items():
                index.setdefault(getattr(row, field), {})[key] = row
            self._indexes[field] = index
        return list(self._indexes[field].get(value, {}).values())

    def dump(self) -> list[dict[str, Any]]:
        """All records as JSON."""
        return [dict(zip(self._hints, self._values(row), strict=True)) for row in self.rows.values()]

    def merge(self, documents: object) -> None:
        """Add records from a seed; one whose key exists changes the named fields only, ``"removed": true`` ends it.

        :raises SeedError: a record does not fit.
        """
        if not isinstance(documents, list):
            raise SeedError(f"{self.name} must be a list")
        for index, document in enumerate(documents):
            self._merge_one(f"{self.name}[{index}]", document)

    def _merge_one(self, place: str, document: object) -> None:
        if not isinstance(document, dict):
            raise SeedError(f"{place} must be an object")
        key = document.get(self._key)
        if document.get("removed") is True and isinstance(key, str):
            self.remove(key)
            return
        for name, value in document.items():
            if name not in self._hints:
                raise SeedError(f"{place} has an unknown field {name!r}; the fields are {', '.join(self._hints)}")
            if type(value) not in self._accepted[name]:
                raise SeedError(f"{place}.{name} must be {_words(self._hints[name])}")
        old = self.rows.get(key) if isinstance(key, str) else None
        if old is not None:
            for name, value in document.items():
                setattr(old, name, value)
            self._indexes.clear()
            return
        self._demand(place, document, self._required)
        self.add(self._record(**document))

    @staticmethod
    def _demand(place: str, document: dict[str, Any], names: Iterable[str]) -> None:
        for name in names:
            if name not in document:
                raise SeedError(f"{place} lacks the field {name!r}")
