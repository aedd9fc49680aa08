# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated service is made of: parts with handlers and events, tables, and switches.

A service is a subclass of :class:`Service` that a module (or package) of ``services/`` exports as ``SERVICE``.
Nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .behaviors import Switch
from .clock import stamp
from .contract import Operation, ordered
from .errors import ApiError
from .faults import Faults, Target
from .tables import Record, Table

if TYPE_CHECKING:
    from .state import World

R = TypeVar("R", bound=Record)
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, and a JSON body where the contract prints one."""

    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call: ``path`` and ``query`` hold every printed parameter, the query with its defaults.

    ``version`` is the one that answers; ``region`` is empty where the service has none.
    """

    region: str
    version: str
    account_id: str
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    target: Target
    faults: Faults
    world: World

    def since(self, version: str) -> bool:
        """Whether the call is one in this version of the service or a newer one."""
        return ordered(self.version) >= ordered(version)

    def listed(self, rows: Sequence[R]) -> list[R]:
        """An unpaged list as the caller sees it just now: list lag and dropped items happen here."""
        return self._drop(self._settled(rows))

    def known(self, find: Callable[[], Sequence[R]]) -> Sequence[R]:
        """Return all rows of a paged list, which are found and sorted once for all of its pages."""
        return self.world.known(self._question(), find)

    def places(self, rows: Sequence[R]) -> Mapping[str, int]:
        """Where each row of :meth:`known` is, by its id."""
        return self.world.known((*self._question(), "places"), lambda: {row.id: n for n, row in enumerate(rows)})

    def _question(self) -> tuple[Any, ...]:
        paging = ("offset", "limit", "page", "size", "marker")
        asked = {name: value for name, value in {**self.query, **self.path}.items() if name not in paging}
        how = self.world.switches.text("name_filter")
        target = self.target
        return (target.service, target.operation, self.region, self.account_id, self.version, how, tuple(asked.items()))

    def page(self, rows: Sequence[R], offset: int, limit: int) -> tuple[list[R], int]:
        """One page of a paged list, and the number of all matches. Faults that concern lists happen here.

        :raises ApiError: 400, offset or limit make no sense.
        """
        if offset < 0 or limit < 1:
            raise ApiError(400, "ValidationError", [f"Input should be greater than or equal to {int(offset >= 0)}"])
        return self._cut(rows, offset, self._capped(limit))

    def numbered(self, rows: Sequence[R], page: int, size: int) -> tuple[list[R], int]:
        """The same of a list whose pages are counted from 0. Where pages are capped, they are counted as capped.

        :raises ApiError: 400, page or size make no sense.
        """
        if page < 0 or size < 1:
            raise ApiError(400, "ValidationError", [f"Input should be greater than or equal to {int(page >= 0)}"])
        size = self._capped(size)
        return self._cut(rows, page * size, size)

    def _capped(self, limit: int) -> int:
        largest = self.world.switches.count("largest_page")
        limit = min(limit, largest) if largest else limit
        cap = self.faults.on_list(self.target, "page_cap")
        return min(limit, max(cap.count, 1)) if cap else limit

    def _cut(self, rows: Sequence[R], offset: int, limit: int) -> tuple[list[R], int]:
        seen = self._settled(rows)
        if offset and self.faults.on_list(self.target, "duplicate"):
            seen = [*seen[:1], *seen]
        return self._drop(seen[offset : offset + limit]), len(seen)

    def _settled(self, rows: Sequence[R]) -> list[R]:
        lag = self.faults.on_list(self.target, "list_lag")
        if lag is None:
            return list(rows)
        youngest = stamp(self.world.now - lag.seconds)
        return [row for row in rows if row.created_at <= youngest]

    def _drop(self, rows: list[R]) -> list[R]:
        fault = self.faults.on_list(self.target, "drop") if rows else None
        if fault is None:
            return rows
        return [row for row in rows if row.id != fault.item] if fault.item else rows[1:]


Handler = Callable[[Call], Reply]
EventHandler = Callable[[Mapping[str, Any]], None]


def operation(*operation_ids: str) -> Callable[[F], F]:
    """Mark the method of a part that does the operations: it takes a :class:`Call` and gives a :class:`Reply`."""

    def mark(function: F) -> F:
        function.__dict__["simulates"] = operation_ids
        return function

    return mark


def event(kind: str) -> Callable[[F], F]:
    """Mark the method of a part that handles an event of this kind: it takes the event's data."""

    def mark(function: F) -> F:
        function.__dict__["happens"] = kind
        return function

    return mark


class Service:
    """One service in all regions: its tables, its handlers by operation, its events by kind."""

    name: ClassVar[str]
    switches: ClassVar[tuple[Switch, ...]] = ()

    def __init__(self, world: World) -> None:
        """Live in ``world``."""
        self.world = world
        self.tables: dict[str, Table[Any]] = {}
        self.handlers: dict[str, Handler] = {}
        self.events: dict[str, EventHandler] = {}

    def after_all(self) -> None:
        """Prepare what needs the other services. Called when all of them exist."""

    def table(self, name: str, record: type[R]) -> Table[R]:
        """A new table, which seeds and state files carry under the service's and this name."""
        table = Table(f"{self.name}.{name}", record, self.complete)
        self.tables[name] = table
        return table

    def complete(self, row: Record) -> None:
        """Fill in what a new record lacks; a service may fill in more."""
        self.world.complete(row)

    def optional_fields(self, operation: Operation) -> Collection[str]:
        """Return the fields of a body that the contract requires, and that may be missing with the current switches."""
        return ()

    def worded(self, body: Any) -> Any:
        """Return an answer in the words of the platform that is simulated."""
        return body

    def use(self, *parts: object) -> None:
        """Take over the marked methods of ``parts``."""
        for part in parts:
            for name in dir(part):
                method = getattr(part, name)
                marks = getattr(method, "__dict__", {})
                self.handlers.update(dict.fromkeys(marks.get("simulates", ()), method))
                if "happens" in marks:
                    self.events[marks["happens"]] = method

    def after(self, seconds: float, kind: str, **data: Any) -> None:
        """Let an event of this service happen ``seconds`` of simulated time from now."""
        self.world.after(seconds, self.name, kind, data)
