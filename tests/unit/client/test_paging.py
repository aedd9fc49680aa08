# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading lists to their end, whatever the server makes of the pages (platform-behaviour.md §3)."""

from __future__ import annotations

import json
import threading
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client import paging
from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.paging import Paging, read_all
from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently
from ansible_collections.scp.storage.plugins.module_utils.client.turns import FIRST_LIMIT, MAX_LIMIT
from tests.unit.client.conftest import LIST, READ, Caller, Serve
from tests.unit.client.raw_server import answer

BY_ITEM = Paging("things", "count", "offset")
BY_PAGE = Paging("contents", "total_count", "page", size="size", by_page=True, key="uuid")
AFTER_LAST = Paging("servers", marker="marker", after_last=True)
UNCOUNTED = Paging("nodes", "count", "page", size="size", by_page=True, counted=False)
WHOLE = Paging("things", "count")
WHOLE_WITHOUT_COUNT = Paging("things")

Item = dict[str, Any]


class Lister:
    """A server's side of a list.

    :param cap: the most items it gives at once.
    :param disturb: called before each answer with the number of the call and the list, which it may change.
    """

    def __init__(
        self, style: Paging, size: int, cap: int = 10**9, disturb: Callable[[int, list[Item]], None] | None = None
    ) -> None:
        self.style = style
        self.items = [{style.key: f"id-{number}", "number": number} for number in range(size)]
        self.cap = cap
        self.disturb = disturb
        self.asked: list[dict[str, Any]] = []

    def __call__(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one call."""
        self.asked.append(dict(query))
        if self.disturb:
            self.disturb(len(self.asked), self.items)
        start, length = 0, len(self.items)
        if self.style.position:
            length = min(self.cap, query[self.style.size])
            start = query[self.style.position] * (length if self.style.by_page else 1)
        counted = {self.style.count: len(self.items)} if self.style.count else {}
        return {**counted, self.style.items: [dict(item) for item in self.items[start : start + length]]}

    def read(self, spread: paging.Spread | None = None) -> list[Any]:
        """The ids that the collection reads."""
        return [item[self.style.key] for item in read_all(self, self.style, spread)]


def ids(*numbers: int) -> list[str]:
    """The ids of these items."""
    return [f"id-{number}" for number in numbers]


@pytest.mark.parametrize("style", [BY_ITEM, BY_PAGE], ids=["by item", "by page"])
@pytest.mark.parametrize(
    ("size", "cap", "calls"),
    [(0, 20, 1), (1, 20, 1), (20, 20, 1), (21, 20, 2), (60, 20, 3), (61, 20, 4), (1000, 10**9, 1)],
)
def test_pages_are_read_until_the_count_is_reached(style: Paging, size: int, cap: int, calls: int) -> None:
    lister = Lister(style, size, cap)
    assert lister.read() == ids(*range(size))
    assert len(lister.asked) == calls


def after_last(items: Sequence[Item], cap: int, asked: list[dict[str, Any]]) -> paging.Fetch:
    """Return a server's side of a list that goes on after the last item."""

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(dict(query))
        place = next((number + 1 for number, item in enumerate(items) if item["id"] == query.get("marker")), 0)
        return {"servers": list(items[place : place + min(cap, query["limit"])])}

    return fetch


@pytest.mark.parametrize(
    ("size", "cap", "calls"), [(0, 20, 1), (1, 20, 2), (20, 20, 2), (30, 20, 2), (40, 20, 3), (1500, 10**9, 2)]
)
def test_list_after_the_last_item_is_read_to_its_end(size: int, cap: int, calls: int) -> None:
    """It has no count, so that only an empty page, or one smaller than an earlier one, is the last."""
    asked: list[dict[str, Any]] = []
    items = [{"id": f"id-{number}"} for number in range(size)]
    assert read_all(after_last(items, cap, asked), AFTER_LAST, map_concurrently) == items
    assert len(asked) == calls


def test_list_after_the_last_item_ends_where_the_service_repeats_itself() -> None:
    assert read_all(lambda _query: {"servers": [{"id": "same"}]}, AFTER_LAST) == [{"id": "same"}]


@pytest.mark.parametrize("count", [True, False])
def test_count_that_may_be_null_is_used_where_it_is_there(count: bool) -> None:
    lister = Lister(UNCOUNTED, 45, 20)

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        found = lister(query)
        return found if count else {**found, "count": None}

    assert [item["id"] for item in read_all(fetch, UNCOUNTED, map_concurrently)] == ids(*range(45))
    assert len(lister.asked) == (3 if count else 4)


def test_a_short_page_is_not_the_end() -> None:
    lister = Lister(BY_ITEM, 50, 20)

    def shorter(call: int, _items: list[Item]) -> None:
        lister.cap = 3 if call == 1 else 20

    lister.disturb = shorter
    assert lister.read() == ids(*range(50))
    assert [query["offset"] for query in lister.asked] == [0, 3, 23, 43]


def test_pages_are_asked_for_by_the_size_that_is_given() -> None:
    lister = Lister(BY_PAGE, 45, 20)
    assert lister.read() == ids(*range(45))
    assert [(query["page"], query["size"]) for query in lister.asked] == [(0, paging.PAGE_SIZE), (1, 20), (2, 20)]


@pytest.mark.parametrize("style", [WHOLE, WHOLE_WITHOUT_COUNT], ids=["count", "no count"])
def test_lists_without_pages_are_read_with_one_call(style: Paging) -> None:
    lister = Lister(style, 2500)
    lister.items += lister.items[:10]
    assert lister.read() == ids(*range(2500))
    assert lister.asked == [{}]


def test_what_is_inserted_meanwhile_comes_once() -> None:
    def insert(call: int, items: list[Item]) -> None:
        if call == 2:
            items.insert(0, {"id": "id-new"})

    lister = Lister(BY_ITEM, 30, 20, insert)
    assert sorted(lister.read()) == sorted([*ids(*range(30)), "id-new"])


def test_item_that_changes_meanwhile_comes_once() -> None:
    """It is known by its id, and not by all that it says."""
    pages = [[{"id": "a", "state": "creating"}, {"id": "b"}], [{"id": "a", "state": "available"}, {"id": "c"}]]
    found = read_all(lambda query: {"things": pages[query["offset"] // 2], "count": 4}, BY_ITEM)
    assert [item["id"] for item in found] == ["a", "b", "c"]


def test_what_is_deleted_meanwhile_hides_nothing() -> None:
    def delete(call: int, items: list[Item]) -> None:
        if call == 2:
            del items[0]

    lister = Lister(BY_ITEM, 30, 20, delete)
    # id-20 moved to the first page, which was read already.
    assert set(ids(*range(1, 30))) <= set(lister.read())


@pytest.mark.parametrize("style", [BY_ITEM, BY_PAGE], ids=["by item", "by page"])
@pytest.mark.parametrize("missed", [0, 19, 20, 39])
def test_what_is_missed_once_is_found_by_another_pass(style: Paging, missed: int) -> None:
    lister = Lister(style, 40, 20)

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        page = lister(query)
        if len(lister.asked) <= 3:
            page[style.items] = [item for item in page[style.items] if item["number"] != missed]
        return page

    assert {item[style.key] for item in read_all(fetch, style)} == set(ids(*range(40)))


def test_pages_of_another_pass_are_read_one_by_one() -> None:
    """The places were wrong if items were missed, so the same places would miss them again."""
    asked: list[int] = []
    spreads: list[int] = []

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(query["offset"])
        # The second page comes short by its first item, once.
        short = len(asked) == 2
        numbers = range(query["offset"] + short, query["offset"] + 20)
        return {"things": [{"id": number} for number in numbers], "count": 60}

    def spread(fetch: paging.Fetch, places: Sequence[paging.Place]) -> list[Mapping[str, Any]]:
        spreads.append(len(places))
        return [fetch(place) for place in places]

    assert sorted(item["id"] for item in read_all(fetch, BY_ITEM, spread)) == list(range(60))
    assert spreads == [2]
    assert asked == [0, 20, 40, 0, 20, 40]


def test_passes_end_where_the_count_is_never_reached() -> None:
    lister = Lister(BY_ITEM, 5)
    found = read_all(lambda query: {**lister(query), "count": 6}, BY_ITEM)
    assert [item["id"] for item in found] == ids(*range(5))
    assert len(lister.asked) <= 2 * paging.MAX_PASSES


@pytest.mark.parametrize("style", [BY_ITEM, BY_PAGE], ids=["by item", "by page"])
def test_an_endless_list_ends(style: Paging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 50)
    calls = []

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        calls.append(query)
        return {style.count: 10**9, style.items: [{style.key: "same"}]}

    with pytest.raises(StorageError, match=f"list of {style.items} did not end after 50 pages"):
        read_all(fetch, style)
    assert len(calls) == 50


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"count": 0},
        {"things": []},
        {"things": {}, "count": 0},
        {"things": [1], "count": 1},
        {"things": [], "count": "0"},
    ],
    ids=str,
)
def test_answer_without_a_list_is_not_an_empty_list(page: dict[str, Any]) -> None:
    with pytest.raises(StorageError, match="list"):
        read_all(lambda _query: page, BY_ITEM)


def test_null_is_an_empty_list() -> None:
    assert read_all(lambda _query: {"things": None, "count": 0}, BY_ITEM) == []


@given(
    style=st.sampled_from([BY_ITEM, BY_PAGE]),
    size=st.integers(0, 60),
    cap=st.integers(1, 25),
    repeats=st.lists(st.integers(1, 4), max_size=60),
)
def test_all_items_come_once(style: Paging, size: int, cap: int, repeats: list[int]) -> None:
    """For any length, page size and pattern of items that come several times."""
    lister = Lister(style, size, cap)
    expected = lister.read()
    assert expected == ids(*range(size))
    lister.items = [
        item for item, times in zip(lister.items, [*repeats, *[1] * size], strict=False) for _ignored in range(times)
    ]
    assert lister.read() == expected


@given(size=st.integers(1, 60), cap=st.integers(1, 25), gone=st.integers(0, 59), when=st.integers(1, 10))
def test_what_stays_is_always_found(size: int, cap: int, gone: int, when: int) -> None:
    """For any item that is deleted at any time while the list is read."""
    leaving = f"id-{gone % size}"

    def delete(call: int, items: list[Item]) -> None:
        if call == when:
            items[:] = [item for item in items if item["id"] != leaving]

    assert set(ids(*range(size))) - set(Lister(BY_ITEM, size, cap, delete).read()) <= {leaving}


def test_filters_go_with_every_page(serve: Serve, connect: Callable[..., Caller]) -> None:
    pages = [answer(200, {"things": [{"id": number}], "count": 2}) for number in (1, 2)]
    server = serve(*pages)
    assert connect(server).client.read_list(LIST, query={"name": "a b"}) == [{"id": 1}, {"id": 2}]
    asked = [parse_qs(urlsplit(request.target).query) for request in server.received]
    assert [query["name"] for query in asked] == [["a b"], ["a b"]]
    assert [query["offset"] for query in asked] == [["0"], ["1"]]


def test_list_of_a_region_and_a_path_is_read_there_on_every_page(serve: Serve, connect: Callable[..., Caller]) -> None:
    """The caller gets every answer as it came, for what it holds beside the list."""
    answers = [{"things": [{"id": number}], "count": 2, "used": number} for number in (1, 2)]
    server = serve(*(answer(200, body) for body in answers))
    operation = replace(LIST, path="/v1/boxes/{box_id}/things")
    got: list[Mapping[str, Any]] = []
    client = connect(f"{server.url}/{{region}}").client
    found = client.read_list(operation, region="kr-east1", path={"box_id": "b-1"}, on_answer=got.append)
    assert found == [{"id": 1}, {"id": 2}]
    assert got == answers
    assert [urlsplit(request.target).path for request in server.received] == ["/kr-east1/v1/boxes/b-1/things"] * 2


def test_only_a_list_operation_is_read_as_a_list(connect: Callable[..., Caller]) -> None:
    with pytest.raises(TypeError, match="ShowThing answers no list"):
        connect("http://127.0.0.1:1").client.read_list(READ)


# --- pages in parallel


def last_first(fetch: paging.Fetch, places: Sequence[paging.Place]) -> list[Mapping[str, Any]]:
    """Pages that are asked for at once can be answered in any order; here in the opposite one."""
    answers = [fetch(place) for place in reversed(places)]
    return answers[::-1]


@given(
    style=st.sampled_from([BY_ITEM, BY_PAGE]),
    size=st.integers(0, 60),
    cap=st.integers(1, 25),
    repeats=st.lists(st.integers(1, 4), max_size=60),
)
def test_all_items_come_once_in_their_order_side_by_side(
    style: Paging, size: int, cap: int, repeats: list[int]
) -> None:
    """For any length, page size and pattern of items that come several times; and with no call more."""
    lister, one_by_one = Lister(style, size, cap), Lister(style, size, cap)
    assert lister.read(last_first) == ids(*range(size)) == one_by_one.read()
    assert len(lister.asked) == len(one_by_one.asked)
    lister.items = [
        item for item, times in zip(lister.items, [*repeats, *[1] * size], strict=False) for _ignored in range(times)
    ]
    assert lister.read(last_first) == ids(*range(size))


@given(
    style=st.sampled_from([BY_ITEM, BY_PAGE]),
    size=st.integers(1, 60),
    caps=st.lists(st.integers(1, 25), min_size=1, max_size=8),
)
def test_pages_that_get_shorter_or_longer_hide_nothing(style: Paging, size: int, caps: list[int]) -> None:
    """The first page says how long pages are; a service that then gives less is read page after page."""
    lister = Lister(style, size)
    if style.by_page:
        # Pages that are counted cannot change their size and still mean something.
        caps = caps[:1]

    def change(call: int, _items: list[Item]) -> None:
        lister.cap = caps[min(call, len(caps)) - 1]

    lister.disturb = change
    assert set(lister.read(last_first)) == set(ids(*range(size)))


@given(
    style=st.sampled_from([BY_ITEM, BY_PAGE]),
    size=st.integers(1, 60),
    cap=st.integers(1, 25),
    gone=st.integers(0, 59),
    when=st.integers(1, 10),
)
def test_what_stays_is_found_side_by_side(style: Paging, size: int, cap: int, gone: int, when: int) -> None:
    """For any item that is deleted at any time; and for one that is new at any time nothing comes twice."""
    leaving = f"id-{gone % size}"

    def delete(call: int, items: list[Item]) -> None:
        if call == when:
            items[:] = [item for item in items if item[style.key] != leaving]

    assert set(ids(*range(size))) - set(Lister(style, size, cap, delete).read(last_first)) <= {leaving}

    def insert(call: int, items: list[Item]) -> None:
        if call == when:
            items.insert(gone % size, {style.key: "id-new"})

    found = Lister(style, size, cap, insert).read(last_first)
    assert set(ids(*range(size))) <= set(found)
    assert len(found) == len(set(found))


def test_an_endless_list_is_not_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 50)
    at_once: list[int] = []

    def spread(fetch: paging.Fetch, places: Sequence[paging.Place]) -> list[Mapping[str, Any]]:
        at_once.append(len(places))
        return [fetch(place) for place in places]

    with pytest.raises(StorageError, match="did not end after 50 pages"):
        read_all(lambda _query: {"count": 10**9, "things": [{"id": "same"}]}, BY_ITEM, spread)
    assert at_once == []


def test_a_page_that_fails_fails_the_list() -> None:
    lister = Lister(BY_ITEM, 60, 20)

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        if query["offset"] == 40:
            raise StorageError("no page")
        return lister(query)

    with pytest.raises(StorageError, match="no page"):
        read_all(fetch, BY_ITEM, map_concurrently)


def test_pages_are_on_their_way_together(connect: Callable[..., Caller]) -> None:
    """All calls behind the first are under way at once, as far as the bound allows, and never more."""
    client = connect("http://127.0.0.1:1").client
    most = FIRST_LIMIT
    size, together = 3 * most + 1, threading.Barrier(most)
    lock, under_way, seen = threading.Lock(), 0, 0

    class Session:
        """In place of the HTTP session: answers when as many calls have come as there may be."""

        def send(self, request: Any, **_options: Any) -> Any:
            nonlocal under_way, seen
            offset = int(parse_qs(urlsplit(request.url).query)["offset"][0])
            with lock:
                under_way += 1
                seen = max(seen, under_way)
            if offset:
                together.wait(10)
            with lock:
                under_way -= 1
            body = json.dumps({"things": [{"id": offset}], "count": size}).encode()
            raw = SimpleNamespace(length_remaining=0)
            return SimpleNamespace(status_code=200, content=body, headers={}, raw=raw)

        def close(self) -> None:
            """Nothing is open."""

    client._session = cast(Any, Session())
    # Nested, as an inventory reads several lists at once: the bound holds for all of them.
    lists = map_concurrently(lambda _number: client.read_list(LIST), [0, 1, 2])
    assert [[item["id"] for item in found] for found in lists] == [list(range(size))] * 3
    assert most <= seen <= MAX_LIMIT


# --- lists without positions

MARKED = Paging("contents", "count", marker="marker", truncated="is_truncated", key="object_name")
GROWING = Paging("buckets", limit_only=True)


@given(size=st.integers(0, 40), cap=st.integers(1, 12))
def test_marked_lists_are_read_to_their_end(size: int, cap: int) -> None:
    """Whatever a service gives at once: each item once, in its order."""
    names = [f"object-{number:03}" for number in range(size)]

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        left = [name for name in names if name > query.get("marker", "")]
        page = left[:cap]
        more = len(left) > cap
        contents = [{"object_name": name} for name in page]
        return {"count": len(page), "contents": contents, "is_truncated": more, "marker": page[-1] if more else None}

    assert [item["object_name"] for item in read_all(fetch, MARKED)] == names


@pytest.mark.parametrize("marker", [None, "same"])
def test_a_marked_list_that_does_not_go_on(marker: str | None) -> None:
    answer_again = {"count": 1, "contents": [{"object_name": "a"}], "is_truncated": True, "marker": marker}
    with pytest.raises(StorageError, match="does not end"):
        read_all(lambda _query: answer_again, MARKED)


@pytest.mark.parametrize("markers", [["a", "a"], ["a", None], [None]], ids=["repeated", "lost", "missing"])
def test_marked_list_without_a_new_marker_ends_at_once(markers: list[str | None]) -> None:
    left = iter(markers)
    with pytest.raises(StorageError, match="says that there is more, and not where it goes on"):
        read_all(lambda _query: {"contents": [], "is_truncated": True, "marker": next(left)}, MARKED)
    assert list(left) == []


def test_side_by_side_calls_two_at_the_same_time() -> None:
    together = threading.Barrier(2)
    assert sorted(map_concurrently(lambda _item: together.wait(10), [1, 2])) == [0, 1]


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 12345])
def test_growing_lists_are_asked_for_more(size: int) -> None:
    asked = []

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(query["limit"])
        return {"buckets": [{"id": number} for number in range(min(size, query["limit"]))]}

    assert len(read_all(fetch, GROWING)) == size
    assert asked == [1000, 10_000, 100_000][: 1 + (size >= 1000) + (size >= 10_000)]


@pytest.mark.parametrize("style", [BY_ITEM, BY_PAGE, MARKED], ids=["by item", "by page", "marked"])
def test_a_long_list_takes_the_memory_of_its_items_and_a_page(style: Paging) -> None:
    """Pages are not kept beside what was read from them, however many there are."""
    pages = 30

    def fetch(query: Mapping[str, Any]) -> dict[str, Any]:
        size = query[style.size]
        start = int(query.get(style.position or style.marker, 0)) * (size if style.by_page else 1)
        end = start + size
        items = [{style.key: f"id-{number:06}", "padding": f"{number:0200}"} for number in range(start, end)]
        marks = {"marker": str(end), "is_truncated": end < pages * size} if style.marker else {}
        return {style.count: pages * size, **marks, style.items: items}

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        read = read_all(fetch, style)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(read) == pages * paging.PAGE_SIZE
    assert peak - after < 4 * (after - before) / pages


def test_items_without_a_key_differ_by_all_their_fields() -> None:
    items = [{"key": None, "at": 1}, {"key": None, "at": 2}, {"key": None, "at": 1}, {"key": "a", "at": 1}]
    for key in ("key", ""):
        found = read_all(lambda _query: {"things": items}, Paging("things", key=key))
        assert found == [items[0], items[1], items[3]]
