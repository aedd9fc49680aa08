# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that the items of a task share: what is reused, for how long, and by whom."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.clock import Clock
from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.shared_reads import (
    MAX_AGE,
    Item,
    ListKey,
    Look,
    SharedReads,
)
from ansible_collections.scp.storage.plugins.module_utils.operations import archivestorage, filestorage

from .conftest import make_settings

VOLUMES, BUCKETS = filestorage.LIST_VOLUMES, archivestorage.LIST_BUCKETS
KEY = ListKey("filestorage", "kr-west1", "ListVolumes")


class Hands(Clock):
    """A clock that a test moves."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


class Reads:
    """Shared reads of one list, whose answers are numbered.

    :ivar sent: how often it was read.
    """

    def __init__(self) -> None:
        self.clock = Hands()
        self.shared = SharedReads(self.clock)
        self.sent = 0

    def look(self, *, several: bool = True) -> Look:
        return self.shared.look(several=several, details=True)

    def fetch(self) -> list[Item]:
        self.sent += 1
        return [{"id": str(self.sent)}]

    def read(self, look: Look | None = None, fetch: Callable[[], list[Item]] | None = None) -> str:
        """Return the number of the answer."""
        return str(self.shared.read(KEY, look or self.look(), fetch or self.fetch).items[0]["id"])


def test_list_is_read_once_and_the_look_shows_whether_it_was_reused() -> None:
    reads = Reads()
    first, second = reads.look(), reads.look()
    assert [reads.read(first), reads.read(second), reads.read(first)] == ["1", "1", "1"]
    # Both began before the read was sent.
    assert (first.reused, second.reused) == (False, False)
    third = reads.look()
    assert reads.read(third) == "1"
    assert third.reused
    assert not third.conclusive


@pytest.mark.parametrize(
    ("forget", "answer"),
    [
        (lambda reads: reads.shared.forget("filestorage"), "2"),
        (lambda reads: reads.shared.forget("backup"), "1"),
        (lambda reads: setattr(reads.clock, "now", MAX_AGE), "1"),
        (lambda reads: setattr(reads.clock, "now", MAX_AGE + 1), "2"),
        (lambda reads: reads.shared.begin("task"), "1"),
        (lambda reads: reads.shared.begin("another task"), "2"),
        (lambda reads: reads.shared.begin(""), "2"),
    ],
    ids=["write", "write-of-another-service", "young", "old", "next-item", "next-task", "task-without-a-name"],
)
def test_list_is_read_again_after(forget: Callable[[Reads], None], answer: str) -> None:
    reads = Reads()
    reads.shared.begin("task")
    reads.read()
    forget(reads)
    look = reads.look()
    assert reads.read(look) == answer
    assert look.reused == (answer == "1")


@pytest.mark.parametrize("task", ["", "task"])
def test_second_lookup_of_a_task_prefers_the_whole_list(task: str) -> None:
    reads = Reads()
    other = ListKey("filestorage", "kr-east1", "ListVolumes")
    looks = []
    for _item in range(3):
        reads.shared.begin(task)
        looks.append(reads.look(several=False))
        assert reads.shared.prefers_whole(KEY, looks[-1]) == (bool(task) and len(looks) > 1)
    assert [look.whole for look in looks] == [False, bool(task), bool(task)]
    assert not reads.shared.prefers_whole(other, reads.look(several=False))
    assert reads.shared.prefers_whole(ListKey("backup", "kr-west1", "ListBackups"), reads.look(several=True))


def test_concurrent_readers_wait_for_one_read() -> None:
    reads = Reads()
    begun, proceed = threading.Event(), threading.Event()

    def fetch() -> list[Item]:
        begun.set()
        proceed.wait(10)
        return reads.fetch()

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(reads.read, None, fetch)
        begun.wait(10)
        others = [pool.submit(reads.read) for _number in range(7)]
        proceed.set()
        assert [one.result(10) for one in (first, *others)] == 8 * ["1"]
    assert reads.sent == 1


def test_read_that_a_write_overtakes_is_for_those_only_who_wait_for_it() -> None:
    """What begins after the write must not see what was read before it."""
    reads = Reads()
    begun, proceed = threading.Event(), threading.Event()

    def fetch() -> list[Item]:
        begun.set()
        proceed.wait(10)
        return [{"id": "before the write"}]

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(reads.read, None, fetch)
        begun.wait(10)
        reads.shared.forget("filestorage")
        assert reads.read() == "1"
        proceed.set()
        assert first.result(10) == "before the write"
    assert reads.read() == "1"


@pytest.mark.parametrize("error", [StorageError("was refused"), KeyboardInterrupt()], ids=["refused", "interrupted"])
def test_failed_read_is_reported_where_it_failed_and_left_to_others_to_repeat(error: BaseException) -> None:
    reads = Reads()
    begun, proceed = threading.Event(), threading.Event()

    def fail() -> list[Item]:
        begun.set()
        proceed.wait(10)
        raise error

    mine, waiting = reads.look(), reads.look()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(reads.read, mine, fail)
        begun.wait(10)
        second = pool.submit(reads.read, waiting)
        proceed.set()
        with pytest.raises(type(error)):
            first.result(10)
        with pytest.raises(StorageError):
            second.result(10)
    assert (mine.conclusive, waiting.conclusive) == (True, False)
    assert reads.read() == "1"


class Listing(Client):
    """Knows lists of named items; ``compare`` is how the service's own filter compares."""

    def __init__(self, names: list[str], compare: str = "part") -> None:
        super().__init__(make_settings())
        self.items = [{"id": str(number), "name": name, "tags": [name]} for number, name in enumerate(names)]
        self.compare = compare
        self.queries: list[Any] = []

    def read_list(self, operation: Any, *, query: Any = None, **_more: Any) -> list[dict[str, Any]]:
        self.queries.append(query)
        wanted = (query or {}).get("name")
        if wanted is None:
            return list(self.items)
        matches = {"part": lambda name: wanted in name, "exact": lambda name: name == wanted}[self.compare]
        return [item for item in self.items if matches(item["name"])]


NAMES = st.from_regex(re.compile(r"[ab_]{1,9}(_[ab1]{6})?"), fullmatch=True)


@given(st.lists(NAMES, max_size=8), NAMES, st.sampled_from(["part", "exact"]), st.booleans())
def test_shared_lookup_finds_exactly_what_a_filtered_one_finds(
    names: list[str], wanted: str, compare: str, suffixed: bool
) -> None:
    client = Listing(names, compare)
    if names:
        wanted = wanted if len(wanted) % 2 else names[0]
    filtered = client.lookup(VOLUMES, wanted, suffixed=suffixed)
    shared = client.sharing(several=True).lookup(VOLUMES, wanted, suffixed=suffixed)
    found, expected = {item["id"] for item in shared}, {item["id"] for item in filtered}
    if compare == "exact" and wanted in names:
        # Such a filter hides a resource that has the name with a suffix. The whole list shows both, as ambiguous.
        assert found >= expected
    else:
        assert found == expected


def test_item_that_a_lookup_returns_is_a_copy() -> None:
    client = Listing(["one"])
    first = client.sharing(several=True).lookup(VOLUMES, "one")
    first[0]["name"] = "changed"
    assert client.sharing(several=True).lookup(VOLUMES, "one")[0]["name"] == "one"


def test_name_that_a_whole_list_lacks_is_not_conclusive() -> None:
    """A list can miss an item once; that must not lead to a second resource of the name."""
    view = Listing(["one"]).sharing(several=True)
    assert view.lookup(VOLUMES, "one")
    assert view.look is not None
    assert view.look.conclusive
    assert view.lookup(VOLUMES, "two") == []
    assert not view.look.conclusive


@pytest.mark.parametrize(
    ("operation", "queries"), [(VOLUMES, [None]), (BUCKETS, [None, {"name": "two"}])], ids=["counted", "uncounted"]
)
def test_name_that_a_list_without_a_count_lacks_is_looked_up_once_more(operation: Any, queries: list[Any]) -> None:
    """Where the service does not count its matches, nothing shows that one was missed."""
    client = Listing(["one"])
    assert client.sharing(several=True).lookup(operation, "two") == []
    assert client.queries == queries


@pytest.mark.parametrize("suffixed", [False, True])
def test_lookup_in_a_large_list_compares_no_more_than_it_finds(suffixed: bool) -> None:
    """Ten thousand lookups among ten thousand items build one index."""
    client = Listing([f"data_{number}" for number in range(10_000)])
    view = client.sharing(several=True)
    for number in range(10_000):
        assert view.lookup(VOLUMES, f"data_{number}", suffixed=suffixed)[0]["id"] == str(number)
    assert client.queries == [None]


def test_writing_call_forgets_the_lists_of_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Listing(["one"])
    monkeypatch.setattr(client, "_send", lambda *_args: {})
    for operation, reads in ((filestorage.SHOW_VOLUME, 1), (filestorage.DELETE_VOLUME, 2)):
        client.sharing(several=True).lookup(VOLUMES, "one")
        client.call(operation, region="kr-east1", path={"volume_id": "1"})
        client.sharing(several=True).lookup(VOLUMES, "one")
        assert len(client.queries) == reads


def test_list_that_is_read_once_is_kept_for_a_task_and_shared_by_threads() -> None:
    reads = Reads()
    reads.shared.begin("first")
    begun = threading.Barrier(8)

    def fetch() -> list[Item]:
        reads.sent += 1
        return [{"id": str(reads.sent)}]

    def read(_number: int) -> str:
        begun.wait()
        return str(reads.shared.once(KEY, fetch).items[0]["id"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(8))) == {"1"}
    reads.clock.now = 10 * MAX_AGE
    reads.shared.forget("filestorage")
    reads.shared.begin("first")
    assert reads.shared.once(KEY, fetch).items == [{"id": "1"}]
    assert reads.shared.once(KEY, fetch, MAX_AGE).items == [{"id": "2"}]
    reads.shared.begin("second")
    assert reads.shared.once(KEY, fetch).items == [{"id": "3"}]
