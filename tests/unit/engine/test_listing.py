# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of lists: what they read, and what counts as shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.listing import (
    ListEntry,
    entry_of,
    entry_of_all,
    only_entry_of,
)
from ansible_collections.scp.storage.plugins.module_utils.engine.lookup import AmbiguousName, Finder
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import UNKNOWN_ID
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.lookup import VOLUMES


@dataclass
class Service:
    """Lists its items, and writes down how it is asked."""

    items: list[dict[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    settings: Any = field(default_factory=lambda: SimpleNamespace(region="kr-west1"))

    def lookup(self, _operation: Any, wanted: str, **_ignored: Any) -> list[dict[str, str]]:
        self.log.append(wanted)
        return [item for item in self.items if item["name"] == wanted]

    def read_list(self, _operation: Any, **_ignored: Any) -> list[dict[str, str]]:
        self.log.append("all")
        return self.items

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


def volume(name: str, identifier: str, **more: str) -> dict[str, str]:
    return {"id": identifier, "name": name, **more}


def finder(*items: dict[str, str], region: str = "") -> Finder:
    return Finder(Service(list(items)), VOLUMES, region)  # type: ignore[arg-type]


def leaves(item: Mapping[str, Any]) -> bool:
    return item.get("state") == "DELETING"


def test_entry_says_what_it_is_and_where() -> None:
    there = entry_of(finder(region="kr-east1"), volume("web", "own"))
    assert (there.label, there.region) == ("Block Storage (BM) volume 'web'", "kr-east1")
    assert only_entry_of(finder(), volume("web", "own"), leaves).region == "kr-west1"


def test_entry_counts_only_the_id_if_that_is_known() -> None:
    found = finder(volume("web", "other"))
    assert not entry_of(found, volume("web", "own")).is_shown()
    assert entry_of(found, volume("web", UNKNOWN_ID)).is_shown()
    assert not entry_of(found, volume("db", UNKNOWN_ID)).is_shown()
    assert entry_of(finder(volume("web", "other"), volume("web", "own")), volume("web", "own")).is_shown()


def test_only_entry_reports_others_of_the_name() -> None:
    own = volume("web", "own")
    assert not only_entry_of(finder(volume("web", "other")), own, leaves).is_shown()
    assert only_entry_of(finder(own, volume("web", "old", state="DELETING")), own, leaves).is_shown()
    with pytest.raises(AmbiguousName, match="'web' fits 2"):
        only_entry_of(finder(own, volume("web", "other")), own, leaves).is_shown()


def test_entry_of_several_reads_the_whole_list_once() -> None:
    made = [volume("a", "1"), volume("b", "2")]
    service = Service([volume("a", "1")])
    (entry,) = entry_of_all(Finder(service, VOLUMES), made)  # type: ignore[arg-type]
    assert entry.label == "the Block Storage (BM) volumes a, b"
    assert not entry.is_shown()
    service.items.append(volume("b", "2"))
    assert entry.is_shown()
    assert service.log == ["all", "all"]


def test_entry_of_several_goes_by_their_names_unless_all_ids_are_known() -> None:
    made = [volume("a", UNKNOWN_ID), volume("b", "2")]
    (entry,) = entry_of_all(finder(volume("a", "1"), volume("b", "3")), made)
    assert entry.is_shown()


def test_entry_of_one_asks_for_its_name_and_of_none_is_none() -> None:
    service = Service()
    (entry,) = entry_of_all(Finder(service, VOLUMES), [volume("a", "1")])  # type: ignore[arg-type]
    assert not entry.is_shown()
    assert service.log == ["a"]
    assert entry_of_all(finder(), []) == []


def test_any_item_counts_where_nothing_else_identifies_it() -> None:
    assert ListEntry("the schedule", "kr-west1", lambda: [{"id": "1"}]).is_shown()
    assert not ListEntry("the schedule", "kr-west1", list).is_shown()
