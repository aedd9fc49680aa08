# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a list to its end (platform-behaviour.md §3): by count, each item once, never endlessly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import StorageError

#: What is asked for at once; a service may give less.
PAGE_SIZE = 1000
#: How many times as many are asked for next, where that is the only way to see more.
GROWTH = 10
#: No list of the platform is near this long; a server that never ends its list is stopped here.
MAX_PAGES = 10_000
#: Lists can change while they are read: so often is one read again when items were missed.
MAX_PASSES = 3

Place = Mapping[str, Any]
Fetch = Callable[[Place], Mapping[str, Any]]
#: Asks for several places of a list, and gives the answers in their order.
Spread = Callable[[Fetch, Sequence[Place]], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Paging:
    """How one list is paged.

    :param items: field of the answer that holds the array.
    :param count: field that holds the number of all matches; empty where there is none.
    :param position: query parameter of the place to go on from; empty where the list has no pages.
    :param size: query parameter of the page size.
    :param by_page: whether ``position`` counts pages from 0, not items.
    :param marker: query parameter, and field of the answer, of the item to go on after; empty where the list has none.
    :param truncated: field that says whether there is more behind ``marker``.
    :param limit_only: whether the only way to see more is to ask for more at once.
    :param key: field by which an item is known; empty where it is known by all of its fields.
    :param after_last: whether ``marker`` is the key of the last item received. It is not shown how many follow.
    :param counted: whether ``count`` is always there; a list without it ends with an empty page.
    """

    items: str
    count: str = ""
    position: str = ""
    size: str = "limit"
    by_page: bool = False
    marker: str = ""
    truncated: str = ""
    limit_only: bool = False
    key: str = "id"
    after_last: bool = False
    counted: bool = True


def read_all(fetch: Fetch, paging: Paging, spread: Spread | None = None) -> list[dict[str, Any]]:
    """Return all items of a list, each once, in the order of the service.

    :param fetch: asks for one page with the given query parameters and returns the answer.
    :param spread: asks for the pages behind the first in parallel, where the first one shows how many there are.
    :raises StorageError: the list does not end, or an answer holds no list.
    """
    if paging.limit_only:
        return _read_growing(fetch, paging)
    if paging.after_last:
        return _read_after_last(fetch, paging)
    if paging.marker:
        return _read_marked(fetch, paging)
    if not paging.position:
        return _unique(_items(fetch({}), paging), paging)
    seen: dict[Any, dict[str, Any]] = {}
    for number in range(MAX_PASSES):
        # What the first pass missed, as pages were not what they were taken for, is looked for page after page.
        total = _read_pass(fetch, paging, seen, spread if number == 0 else None)
        if len(seen) >= total:
            break
    return list(seen.values())


def _read_pass(fetch: Fetch, paging: Paging, seen: dict[Any, dict[str, Any]], spread: Spread | None) -> int:
    """Read the list once from its start into ``seen``; return the number of matches the service counts.

    Where that changes meanwhile it is the largest: what went away moved others to pages that were read already.
    """
    received = most = 0
    size = PAGE_SIZE
    for page in range(MAX_PAGES):
        answer = fetch({paging.position: page if paging.by_page else received, paging.size: size})
        items = _items(answer, paging)
        total = _count(answer, paging)
        most = max(most, total or 0)
        _add(items, paging, seen)
        received += len(items)
        if not items or (total is not None and received >= total):
            return most
        if page == 0:
            places = _places_behind(len(items), total, paging) if spread is not None and total is not None else []
            if spread is not None and places:
                return _read_places(spread(fetch, places), paging, seen, most)
            if paging.by_page:
                # A service that caps its pages counts them by the size it gives.
                size = len(items)
    raise StorageError(f"A list of {paging.items} did not end after {MAX_PAGES} pages. The service seems to repeat it.")


def _read_places(
    answers: Iterable[Mapping[str, Any]], paging: Paging, seen: dict[Any, dict[str, Any]], most: int
) -> int:
    """Take pages in; return the largest number of matches that one of them, or ``most``, shows."""
    for answer in answers:
        most = max(most, _count(answer, paging) or 0)
        _add(_items(answer, paging), paging, seen)
    return most


def _places_behind(size: int, total: int, paging: Paging) -> list[Place]:
    """The pages that follow a first one of ``size`` items up to the end; none where that is too far to be true."""
    pages = -(-total // size)
    if pages > MAX_PAGES:
        return []
    return [{paging.position: page * (1 if paging.by_page else size), paging.size: size} for page in range(1, pages)]


def _read_growing(fetch: Fetch, paging: Paging) -> list[dict[str, Any]]:
    """Ask for more until fewer come than were asked for; how many there are is reported nowhere."""
    size = PAGE_SIZE
    while True:
        items = _items(fetch({paging.size: size}), paging)
        if len(items) < size:
            return _unique(items, paging)
        size *= GROWTH


def _read_after_last(fetch: Fetch, paging: Paging) -> list[dict[str, Any]]:
    """Go on after the last item until nothing new comes, or fewer than the service has given at once before."""
    seen: dict[Any, dict[str, Any]] = {}
    place: dict[str, Any] = {}
    largest = 0
    for _page in range(MAX_PAGES):
        items = _items(fetch({**place, paging.size: PAGE_SIZE}), paging)
        known = len(seen)
        _add(items, paging, seen)
        if len(seen) == known or len(items) < largest:
            return list(seen.values())
        largest = max(largest, len(items))
        place = {paging.marker: items[-1][paging.key]}
    raise StorageError(f"A list of {paging.items} did not end after {MAX_PAGES} pages. The service seems to repeat it.")


def _read_marked(fetch: Fetch, paging: Paging) -> list[dict[str, Any]]:
    """Go on after the last item until the service says that nothing is left."""
    seen: dict[Any, dict[str, Any]] = {}
    place: dict[str, Any] = {}
    for _page in range(MAX_PAGES):
        answer = fetch({**place, paging.size: PAGE_SIZE})
        _add(_items(answer, paging), paging, seen)
        marker = answer.get(paging.marker)
        if not answer.get(paging.truncated):
            return list(seen.values())
        if not marker or marker == place.get(paging.marker):
            break
        place = {paging.marker: marker}
    raise StorageError(
        f"A list of {paging.items} does not end: the service says that there is more, and not where it goes on."
        " Run the task again, or check endpoint_url."
    )


def _items(answer: Mapping[str, Any], paging: Paging) -> list[dict[str, Any]]:
    """The array of an answer. One that is missing is not an empty list: what is there would be made a second time."""
    items = answer.get(paging.items, "")
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise StorageError(
            f"A service answered a list without {paging.items}; run the task again, or check endpoint_url."
        )
    return items


def _count(answer: Mapping[str, Any], paging: Paging) -> int | None:
    """The number of all matches; ``None`` where the service leaves it out and may do so."""
    count = answer.get(paging.count)
    if count is None and not paging.counted:
        return None
    if not isinstance(count, int):
        raise StorageError(
            f"A service answered a list of {paging.items} without {paging.count}, so its end cannot be seen;"
            " run the task again, or check endpoint_url."
        )
    return count


def _add(items: list[dict[str, Any]], paging: Paging, seen: dict[Any, dict[str, Any]]) -> None:
    for item in items:
        seen.setdefault(_identity(item, paging.key), item)


def _unique(items: list[dict[str, Any]], paging: Paging) -> list[dict[str, Any]]:
    seen: dict[Any, dict[str, Any]] = {}
    _add(items, paging, seen)
    return list(seen.values())


def _identity(item: Mapping[str, Any], key: str) -> Any:
    """By what an item is distinguished from others; one without a key by all that it says."""
    identity = item.get(key) if key else None
    return repr(sorted(item.items())) if identity is None else identity
