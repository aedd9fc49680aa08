# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: what a test or the user wants to go wrong, and with which calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BEFORE = {
    "status": "answer `status` (default 503; `retry_after` sets Retry-After, with 429 it is 1) without doing the work",
    "reset": "reset the connection without doing the work",
    "html": "answer a page of HTML with `status` (default 404) without doing the work",
    "redirect": "answer 302 to `location` without doing the work",
}
AFTER = {
    "error_after": "do the work, then answer `status` (default 500)",
    "lost": "do the work, then close the connection without an answer",
    "truncated": "do the work, announce the whole answer, send half of it, and close",
    "html_after": "do the work, then answer a page of HTML with `status` (default 200)",
}
DELAY = {"delay": "do the work at once, answer `seconds` (real time, default 1) later"}
LISTS = {
    "list_lag": "objects younger than `seconds` (simulated time, default 5) are missing from lists; fires indefinitely "
    "unless `times` is given",
    "page_cap": "the largest page has `count` items (default 5); fires indefinitely unless `times` is given",
    "duplicate": "a page after the first begins with the last item of the page before, as if one had been put in front",
    "drop": "the first item of the page (or the one with `id` = `item`) is missing",
}
KINDS = {**BEFORE, **AFTER, **DELAY, **LISTS}
_FOR_EVER = ("list_lag", "page_cap")
_STATUS = {"status": 503, "html": 404, "error_after": 500, "html_after": 200}
_FIELDS: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "operation": (str,),
    "service": (str,),
    "region": (str,),
    "method": (str,),
    "writes": (bool, type(None)),
    "skip": (int,),
    "times": (int, type(None)),
    "status": (int,),
    "retry_after": (int, float, type(None)),
    "seconds": (int, float),
    "count": (int,),
    "location": (str,),
    "item": (str, type(None)),
}


class FaultError(ValueError):
    """A fault that cannot be set. The text is meant for users."""


@dataclass(frozen=True, slots=True)
class Target:
    """What faults are matched with: one call."""

    service: str
    region: str
    operation: str | None
    method: str


@dataclass(slots=True)
class Fault:
    """One fault. ``*`` matches everything; ``writes`` true matches all methods but GET, false only GET."""

    id: int
    kind: str
    operation: str = "*"
    service: str = "*"
    region: str = "*"
    method: str = "*"
    writes: bool | None = None
    skip: int = 0
    times: int | None = 1
    status: int = 503
    retry_after: float | None = None
    seconds: float = 1.0
    count: int = 5
    location: str = "https://elsewhere.invalid/"
    item: str | None = None
    seen: int = 0
    fired: int = 0

    def matches(self, target: Target) -> bool:
        """Whether the call is one that this fault is meant for."""
        return (
            self.operation in ("*", target.operation)
            and self.service in ("*", target.service)
            and self.region in ("*", target.region)
            and self.method in ("*", target.method)
            and (self.writes is None or self.writes == (target.method != "GET"))
        )

    def fires(self, target: Target) -> bool:
        """Count a matching call, and say whether the fault happens to it."""
        if not self.matches(target) or (self.times is not None and self.fired >= self.times):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.fired += 1
        return True


class Faults:
    """All faults that are set, in the order in which they were."""

    def __init__(self) -> None:
        """Start with none."""
        self._faults: dict[int, Fault] = {}
        self._last_id = 0

    def add(self, document: object) -> Fault:
        """Set a fault.

        :raises FaultError: a field is unknown or of the wrong type, or there is no such kind.
        """
        if not isinstance(document, Mapping):
            raise FaultError("a fault is a JSON object")
        for name, value in document.items():
            if name not in _FIELDS:
                raise FaultError(f"a fault has no field {name!r}; the fields are {', '.join(_FIELDS)}")
            wrong_bool = isinstance(value, bool) and bool not in _FIELDS[name]
            if wrong_bool or not isinstance(value, _FIELDS[name]):
                raise FaultError(f"the fault's field {name!r} cannot be {value!r}")
            if isinstance(value, (int, float)) and value < 0:
                raise FaultError(f"the fault's field {name!r} cannot be less than 0")
        kind = document.get("kind")
        if kind not in KINDS:
            raise FaultError(f"there is no kind of fault {kind!r}; the kinds are {', '.join(KINDS)}")
        values: dict[str, Any] = dict(document)
        values.setdefault("status", _STATUS.get(kind, 503))
        if values["status"] == 429:
            values.setdefault("retry_after", 1)
        if not 200 <= values["status"] <= 599:
            raise FaultError("the fault's field 'status' must be from 200 to 599")
        if kind in _FOR_EVER:
            values.setdefault("times", None)
        if kind == "list_lag":
            values.setdefault("seconds", 5.0)
        if isinstance(values.get("method"), str):
            values["method"] = values["method"].upper()
        self._last_id += 1
        fault = Fault(id=self._last_id, **values)
        self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> bool:
        """End one fault; false where there is none of this id."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """All faults with how often each was matched (``seen``) and happened (``fired``)."""
        return [asdict(fault) for fault in self._faults.values()]

    def answering(self, target: Target) -> Fault | None:
        """The fault that decides this call's answer, if one does; the first one set wins."""
        return (
            next(
                (f for f in self._faults.values() if f.kind not in LISTS and f.kind not in DELAY and f.fires(target)),
                None,
            )
            if self._faults
            else None
        )

    def delay(self, target: Target) -> float:
        """How many seconds of real time this call's answer is held back."""
        return sum((f.seconds for f in self._faults.values() if f.kind in DELAY and f.fires(target)), 0.0)

    def on_list(self, target: Target, kind: str) -> Fault | None:
        """The fault of this kind that happens to this list, if one does."""
        return next((f for f in self._faults.values() if f.kind == kind and f.fires(target)), None)
