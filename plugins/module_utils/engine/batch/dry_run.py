# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode for many things at once: a client that answers as if the plans so far had been carried out."""

from __future__ import annotations

import copy
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...client.errors import CallContext, NotFound
from ...client.health import LONGEST_REQUESTED_PAUSE
from ...client.session import Call, Client, exactly
from ..overlay import ResponsePatch
from ..plan import UNKNOWN_ID

#: The id of a planned thing shows it from others; users get to see what they would see of one alone.
_BARE = re.compile(rf"{re.escape(UNKNOWN_ID)}(?! \[)")
_NUMBERED = re.compile(rf"({re.escape(UNKNOWN_ID)}) \[\d+\]")


class PlannedChanges:
    """The patches of all plans so far, of one task; several threads may use it."""

    def __init__(self) -> None:
        self._patches: defaultdict[tuple[str, str, str], list[ResponsePatch]] = defaultdict(list)
        self._plans = 0
        self._lock = threading.Lock()

    def note(self, patches: Iterable[ResponsePatch], region: str) -> None:
        """Keep what one plan leaves.

        :param region: where its patches are that name none.
        """
        with self._lock:
            self._plans += 1
            own = f"{UNKNOWN_ID} [{self._plans}]"
            for patch in patches:
                place = (patch.operation.service, patch.operation.name, patch.region or region)
                about = _mapped(dict(patch.about), lambda text: _BARE.sub(own, text))
                # A new list each time: others may be going through the old one.
                self._patches[place] = [
                    *self._patches[place],
                    replace(patch, about=about, edit=_owned(patch.edit, own)),
                ]

    def edited(self, operation: Call, region: str, given: Mapping[str, Any], answer: Any) -> Any:
        """What an operation answers after all plans, from what it answers now."""
        for patch in self._patches.get((operation.service, operation.name, region), ()):
            if all(str(given.get(name)) == str(value) for name, value in patch.about.items()):
                answer = patch.edit(answer)
        return answer


class DryRunClient(Client):
    """A client that applies planned changes to the answers of another one; sends no call about a planned resource."""

    def __init__(self, client: Client, planned_changes: PlannedChanges) -> None:
        # The same session and settings: what is not answered here is answered there.
        self.__dict__.update(vars(client))
        self._plain = client
        self._planned_changes = planned_changes

    def sharing(self, *, several: bool = False, details: bool = True) -> DryRunClient:
        other = copy.copy(self)
        other._plain = self._plain.sharing(several=several, details=details)
        other.look = other._plain.look
        return other

    def wanting(self, *fields: str) -> DryRunClient:
        other = copy.copy(self)
        other._plain = self._plain.wanting(*fields)
        other._wanting = other._plain._wanting
        return other

    def now(self) -> Any:
        return self._plain.now()

    def call(
        self,
        operation: Call,
        *,
        region: str = "",
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        insist: Sequence[str] = (),
        patience: float = LONGEST_REQUESTED_PAUSE,
    ) -> dict[str, Any]:
        given = {**(query or {}), **(path or {})}
        region = region or self.settings.region
        answer: dict[str, Any] | None = None
        missing = NotFound(CallContext(operation.service, operation.name, region, operation.method), "is only planned")
        paging = operation.paging
        if _planned(given):
            answer = None if paging is None else {paging.items: []}
        else:
            try:
                answer = self._plain.call(
                    operation, region=region, path=path, query=query, body=body, insist=insist, patience=patience
                )
            except NotFound as error:
                missing = error
        if paging is not None and answer is not None:
            return {
                **answer,
                paging.items: self._planned_changes.edited(operation, region, given, answer.get(paging.items) or []),
            }
        answer = self._planned_changes.edited(operation, region, given, answer)
        if answer is None:
            raise missing
        return answer

    def read_list(
        self,
        operation: Call,
        *,
        region: str = "",
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        on_answer: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> list[dict[str, Any]]:
        given = {**(query or {}), **(path or {})}
        region = region or self.settings.region
        items: list[dict[str, Any]] = []
        if not _planned(given):
            items = self._plain.read_list(operation, region=region, path=path, query=query, on_answer=on_answer)
        elif on_answer is not None:
            on_answer({})
        return list(self._planned_changes.edited(operation, region, given, items))

    def lookup_whole(
        self,
        operation: Call,
        wanted: str,
        *,
        field: str = "id",
        suffixed: bool = False,
        region: str = "",
        query: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        # Plans rename nothing, so that what they change about these items is all that they change about the lookup.
        region = region or self.settings.region
        found: list[dict[str, Any]] = []
        if not (wanted.startswith(UNKNOWN_ID) or _planned(query or {})):
            found = self._plain.lookup_whole(
                operation, wanted, field=field, suffixed=suffixed, region=region, query=query
            )
        return exactly(
            self._planned_changes.edited(operation, region, query or {}, found), wanted, field, suffixed=suffixed
        )

    def read_whole(
        self, operation: Call, *, region: str = "", query: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        region = region or self.settings.region
        found = self._plain.read_whole(operation, region=region, query=query)
        return list(self._planned_changes.edited(operation, region, query or {}, found))


def display_ids(result: Any) -> Any:
    """A result with the ids of planned things as users see them."""
    return _mapped(result, lambda text: _NUMBERED.sub(r"\1", text))


def _planned(given: Mapping[str, Any]) -> bool:
    return any(str(value).startswith(UNKNOWN_ID) for value in given.values())


def _owned(edit: Callable[[Any], Any], own: str) -> Callable[[Any], Any]:
    """The same edit, which gives what is made a separate id."""
    return lambda answer: _mapped(edit(answer), lambda text: _BARE.sub(own, text))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A value with all texts in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, change) for item in value]
    return value
