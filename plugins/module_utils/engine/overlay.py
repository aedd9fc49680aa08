# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The overlay of a dry run: what reading operations will answer once a plan has been carried out.

A resource returns it (:meth:`engine.resource.Resource.planned_responses`), so that a plan can be made for dependents of
a resource that is only planned itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..client.session import Call
from .lookup import LookupSpec
from .plan import UNKNOWN_ID

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class ResponsePatch:
    """How one plan changes what one reading operation answers.

    :param edit: from what is answered without the plan to what is answered after it: the items of a list operation,
        and of any other the answer itself, ``None`` where there is no such thing.
    :param about: parameters of the calls that are meant, of the path and of the query; :data:`UNKNOWN_ID` stands for
        the id of what the plan makes.
    :param region: where the calls go; empty for the task's region.
    """

    operation: Call
    edit: Callable[[Any], Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""


def created(kind: LookupSpec, fields: Fields, region: str = "") -> list[ResponsePatch]:
    """A thing that the plan makes, as it is when it has settled.

    :param fields: all of it, with its ``id``, which begins with :data:`UNKNOWN_ID`.
    """
    thing = dict(fields)
    return [
        ResponsePatch(kind.listing, lambda items: [*items, dict(thing)], region=region),
        ResponsePatch(kind.show, lambda _answer: _wrapped(kind, thing), {kind.option: thing["id"]}, region),
    ]


def updated(kind: LookupSpec, identifier: str, fields: Fields, region: str = "") -> list[ResponsePatch]:
    """A thing that is there, and what is new about it.

    A list shows less of a thing than its show operation, and goes on to do so.
    """

    def in_list(item: dict[str, Any]) -> dict[str, Any]:
        if item["id"] != identifier:
            return item
        planned = identifier.startswith(UNKNOWN_ID)
        return {**item, **{name: value for name, value in fields.items() if planned or name in item}}

    def shown(answer: dict[str, Any] | None) -> dict[str, Any] | None:
        if answer is None:
            return None
        return _wrapped(kind, {**(answer[kind.unwrap] if kind.unwrap else answer), **fields})

    return [
        ResponsePatch(kind.listing, lambda items: list(map(in_list, items)), region=region),
        ResponsePatch(kind.show, shown, {kind.option: identifier}, region),
    ]


def upserted(kind: LookupSpec, thing: Fields, region: str = "") -> list[ResponsePatch]:
    """A thing as a plan leaves it, whether the plan makes it or changes it."""
    if thing["id"] == UNKNOWN_ID:
        return created(kind, thing, region)
    return updated(kind, str(thing["id"]), thing, region)


def deleted(kind: LookupSpec, identifier: str, region: str = "") -> list[ResponsePatch]:
    """A thing that is no more."""
    return [
        ResponsePatch(kind.listing, lambda items: [item for item in items if item["id"] != identifier], region=region),
        ResponsePatch(kind.show, lambda _answer: None, {kind.option: identifier}, region),
    ]


def _wrapped(kind: LookupSpec, thing: Fields) -> dict[str, Any]:
    return {kind.unwrap: dict(thing)} if kind.unwrap else dict(thing)
