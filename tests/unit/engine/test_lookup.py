# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallContext, NotFound, StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.lookup import (
    AmbiguousName,
    Finder,
    LookupSpec,
    ResourceNotFound,
    all_immutable,
    immutable,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.lookup import VOLUMES
from tests.unit.client.conftest import make_settings

NAMES = st.from_regex(re.compile(r"[a-z][a-z0-9_]{2,20}"), fullmatch=True)
SUFFIXES = st.from_regex(re.compile(r"[a-z0-9]{6}"), fullmatch=True)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ID = "bfdbabf2-04d9-4e8b-a205-020f8e6da438"


@given(NAMES, SUFFIXES)
def test_a_volume_is_found_by_the_name_that_was_asked_for_and_by_the_shown_one(name: str, suffix: str) -> None:
    shown = f"{name}_{suffix}"
    assert VOLUMES.base_name(shown) == name
    assert VOLUMES.matches(shown, name)
    assert VOLUMES.matches(shown, shown)


@given(NAMES, NAMES, SUFFIXES)
def test_never_another_volume(name: str, other: str, suffix: str) -> None:
    shown = f"{other}_{suffix}"
    assume(name not in (other, shown))
    assert not VOLUMES.matches(shown, name)


class Volumes(Client):
    """A client that knows a list of volumes; ``filter`` shows how the service's own name filter compares."""

    def __init__(self, names: list[str], compare: str = "part") -> None:
        super().__init__(make_settings(region="kr-west1"))
        self.volumes = [{"id": f"{number:032x}", "name": name} for number, name in enumerate(names)]
        self.compare = compare
        self.calls = 0

    def now(self) -> datetime:
        return NOW

    def read_list(self, operation: Any, *, region: str = "", query: Any = None, **_more: Any) -> list[dict[str, Any]]:
        self.calls += 1
        name = (query or {}).get("name")
        if name is None:
            return self.volumes
        if self.compare == "part":
            return [volume for volume in self.volumes if name in volume["name"]]
        return [volume for volume in self.volumes if name == volume["name"]]

    def call(self, operation: Any, *, region: str = "", path: Any = None, **_more: Any) -> dict[str, Any]:
        self.calls += 1
        for volume in self.volumes:
            if volume["id"] == path["volume_id"]:
                return volume
        raise NotFound(CallContext("filestorage", "ShowVolume", "kr-west1", "GET"), "was refused with 404", status=404)


def finder(names: list[str], compare: str = "part", kind: LookupSpec = VOLUMES) -> Finder:
    return Finder(Volumes(names, compare), kind)


@pytest.mark.parametrize("compare", ["part", "exact"])
def test_however_the_service_filters(compare: str) -> None:
    found = finder(["data_x_aaaaaa", "data_bbbbbb", "my_data_cccccc"], compare).one("data")
    assert found is not None
    assert found["name"] == "data_bbbbbb"


def test_one_call_where_the_filter_finds_it() -> None:
    volumes = finder(["data_bbbbbb"])
    volumes.one("data")
    assert volumes.client.calls == 1  # type: ignore[attr-defined]


def test_several_of_a_name_are_an_error_that_lists_them() -> None:
    with pytest.raises(StorageError) as caught:
        finder(["data_bbbbbb", "data_aaaaaa"]).one("data")
    assert "data_aaaaaa" in caught.value.message
    assert f"{0:032x}" in caught.value.message
    assert caught.value.facts["candidates"] == [
        {"id": f"{0:032x}", "name": "data_bbbbbb"},
        {"id": f"{1:032x}", "name": "data_aaaaaa"},
    ]


def test_by_id() -> None:
    found = finder(["data_bbbbbb"]).one(f"{0:032x}")
    assert found is not None
    assert finder(["data_bbbbbb"]).one(ID) is None


def test_nothing_found_says_what_and_where() -> None:
    with pytest.raises(ResourceNotFound, match=r"'data'.*kr-west1"):
        finder([]).required("data")


@pytest.mark.parametrize("name", ["ab", "a" * 22, "1abc", "Data", "my-data", "däta"])
def test_names_the_service_would_refuse(name: str) -> None:
    with pytest.raises(StorageError, match="3 to 21 characters"):
        VOLUMES.check_name(name)


def test_what_can_not_be_changed() -> None:
    immutable("protocol", "NFS", None, "")
    immutable("protocol", "NFS", "NFS", "")
    with pytest.raises(StorageError, match=r"protocol is 'NFS'.*'CIFS'.*Way out"):
        immutable("protocol", "NFS", "CIFS", "Way out.")


def test_those_that_are_preferred_count_first() -> None:
    def prefer(volume: Any) -> bool:
        return bool(volume["name"].endswith("_aaaaaa"))

    found = finder(["data_bbbbbb", "data_aaaaaa"]).one("data", prefer=prefer)
    assert found is not None
    assert found["name"] == "data_aaaaaa"
    assert finder(["data_bbbbbb"]).one("data", prefer=prefer) is not None
    with pytest.raises(StorageError, match="fits 2"):
        finder(["data_aaaaaa", "data_aaaaaa"]).one("data", prefer=prefer)
    assert finder(["data_bbbbbb"]).one("data", prefer=prefer, leave_out=lambda _volume: True) is None


def test_immutable_names_all_differences_and_the_way_out() -> None:
    said = "size is 1 and cannot be changed to 2: the service sets it at creation only. Create another one."
    with pytest.raises(StorageError) as one:
        all_immutable({"size": (1, 2), "kind": ("a", None)}, "Create another one.")
    assert one.value.message == said
    with pytest.raises(StorageError) as two:
        all_immutable({"size": (1, 2), "kind": ("a", "b")}, "Create another one.")
    assert two.value.message == (
        "size is 1 and cannot be changed to 2, and kind is 'a' and cannot be changed to 'b': the service sets them at"
        " creation only. Create another one."
    )


@pytest.mark.parametrize("region", ["", "kr-east1"])
def test_finder_looks_in_its_region_only(region: str) -> None:
    regions: list[str] = []

    class Elsewhere(Volumes):
        def read_list(self, operation: Any, *, region: str = "", query: Any = None, **_more: Any) -> Any:
            regions.append(region)
            return super().read_list(operation, region=region, query=query)

        def call(self, operation: Any, *, region: str = "", path: Any = None, **_more: Any) -> dict[str, Any]:
            regions.append(region)
            raise NotFound(CallContext("filestorage", "ShowVolume", region, "GET"), "was refused with 404", status=404)

    finder = Finder(Elsewhere([]), VOLUMES, region)
    assert finder.where == (region or "kr-west1")
    assert finder.one(ID) is None
    assert finder.one("data") is None
    assert regions == [region] * 3


def test_finder_reads_the_whole_list_with_the_same_filters() -> None:
    queries: list[dict[str, Any] | None] = []

    class Filtered(Volumes):
        def read_list(self, operation: Any, *, region: str = "", query: Any = None, **_more: Any) -> Any:
            queries.append(query)
            return []

    assert Finder(Filtered([]), VOLUMES).named("data", state="fine") == []
    assert queries == [{"state": "fine", "name": "data"}, {"state": "fine"}]


def twin(identifier: str, **age: int) -> dict[str, Any]:
    """Return a volume that was created so long ago."""
    return {"id": identifier, "name": f"data_{identifier * 6}", "created_at": (NOW - timedelta(**age)).isoformat()}


def test_ambiguous_name_lists_ages_oldest_first() -> None:
    found = [twin("b", seconds=1), twin("c", minutes=150), twin("a", days=3)]
    error = AmbiguousName("'data' fits 3 volumes", found, NOW, removal=VOLUMES.removal)
    assert error.message.startswith(
        "'data' fits 3 volumes: data_aaaaaa (a), created 3 days ago; data_cccccc (c), created 2 hours ago;"
        " data_bbbbbb (b), created 1 second ago. Give the id of the one you mean."
    )
    assert [one["id"] for one in error.facts["candidates"]] == ["a", "c", "b"]
    assert "created" not in error.facts


@pytest.mark.parametrize(
    ("created", "says"),
    [
        ("b", "created b, and another process has created the name as well. The one of this task is the younger one"),
        ("a", "created a, and another process has created the name as well. The one of this task is the older one"),
        ("x", "Give the id of the one you mean"),
    ],
)
@pytest.mark.parametrize("later", [0, 5])
def test_ambiguous_name_after_creation_says_which_to_remove(created: str, says: str, later: int) -> None:
    """Two tasks agree on the one to remove, also where both were created in one second."""
    found = [twin("b", seconds=10 - later), twin("a", seconds=10)]
    error = AmbiguousName("'data' fits 2 volumes", found, NOW, removal=VOLUMES.removal).with_created(created)
    assert says in error.message
    assert error.facts.get("created") == (None if created == "x" else created)
    if created != "x":
        assert "remove it (scp_filestorage_volume, state absent, volume_id b)" in error.message
