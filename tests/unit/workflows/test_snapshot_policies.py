# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a snapshot policy: what each volume is to have, and every mistake in it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.policies import (
    Policy,
    read_policies,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.schedules import Schedule

WEST, EAST = "kr-west1", "kr-east1"


def read(volumes: Any, **options: Any) -> list[Policy]:
    params = {"kind": "filestorage_volume", "keep": 0, "snapshot_rate": 0, **options, "volumes": volumes}
    return read_policies(params, WEST)


def refused(volumes: Any, **options: Any) -> str:
    with pytest.raises(StorageError) as error:
        read(volumes, **options)
    return error.value.message


def test_policy_of_an_item_is_whole_where_it_has_one() -> None:
    """An item with a schedule or an age gets neither of the task."""
    volumes = [
        "web",
        {"name": "own-age", "max_age": "1d", "kind": "bm"},
        {"name": "own", "schedule": {"hour": 5}, "region": EAST},
        {"name": "both", "schedule": "{hour: 5}", "max_age": "2d", "keep": "0"},
        {"name": "train", "kind": "pfs"},
        {"name": "empty", "schedule": {}, "max_age": "", "keep": "", "snapshot_rate": ""},
    ]
    policies = read(volumes, schedule={"hour": 3}, max_age=" 12h ", keep=7, snapshot_rate=20)
    assert [(one.schedule, one.max_age, one.keep, one.snapshot_rate) for one in policies] == [
        (Schedule(3), "", 7, 0),
        (None, "1d", 7, 20),
        (Schedule(5), "", 7, 0),
        (Schedule(5), "2d", 0, 0),
        (None, "12h", 7, 0),
        (Schedule(3), "", 7, 0),
    ]
    assert [one.kind.name for one in policies][1] == "bm_volume"
    assert [one.region for one in policies] == [WEST, WEST, EAST, WEST, WEST, WEST]


@pytest.mark.parametrize(
    ("kind", "full"),
    [
        ("filestorage", "filestorage_volume"),
        ("pfs", "pfs_volume"),
        ("bm", "bm_volume"),
        ("bm_group", "bm_volume_group"),
    ],
)
def test_policy_accepts_short_forms_of_kinds(kind: str, full: str) -> None:
    assert read(["web"], kind=kind, max_age="1d")[0].kind.name == full
    assert read([{"name": "web", "kind": kind}], max_age="1d")[0].kind.name == full


def test_policy_retention_of_all_reaches_only_kinds_that_have_it() -> None:
    volumes = ["web", {"name": "app", "kind": "bm"}]
    file, block = read(volumes, schedule={"hour": 3, "snapshot_retention_count": 14})
    assert file.schedule is not None
    assert block.schedule is not None
    assert file.schedule.options(file.kind.schedule_keys)["snapshot_retention_count"] == 14
    assert block.schedule.options(block.kind.schedule_keys) == {"hour": 3}


#: A list, and what the message must have.
MISTAKES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "misspelt key": ([{"name": "web", "max_aeg": "1d"}], ("Item 1 (web): max_aeg", "did you mean max_age?")),
    "no name": ([{"max_age": "1d"}], ("Item 1: it has no name",)),
    "twice the same": (["web", {"name": "web"}], ("Item 2 (web)", "Item 1 (web)")),
    "wrong kind": (
        [{"name": "web", "kind": "tape"}],
        ("kind 'tape' is not supported", "bm_volume, bm_volume_group, filestorage_volume, pfs_volume"),
    ),
    "a schedule where there are none": (
        [{"name": "train", "kind": "pfs", "schedule": {"hour": 3}}],
        ("a Parallel File Storage volume has no schedules. Use max_age",),
    ),
    "a schedule without an hour": ([{"name": "web", "schedule": {"day_of_week": "SUN"}}], ("schedule has no hour",)),
    "a key of another kind": (
        [{"name": "app", "kind": "bm_volume", "schedule": {"hour": 3, "snapshot_retention_count": 5}}],
        ("unknown key 'snapshot_retention_count'", "day_of_week, frequency, hour"),
    ),
    "a schedule that is a word": ([{"name": "web", "schedule": "nightly"}], ("schedule must be a dictionary",)),
    "invalid age": ([{"name": "web", "max_age": "old"}], ("max_age 'old' is invalid", "12h")),
    "invalid keep": ([{"name": "web", "max_age": "1d", "keep": "some"}], ("keep 'some' is invalid", "whole number")),
    "negative keep": ([{"name": "web", "max_age": "1d", "keep": -1}], ("keep '-1' is invalid",)),
    "keep with a schedule": (
        [{"name": "web", "schedule": {"hour": 3}, "keep": 5}],
        ("keep needs max_age", "snapshot_retention_count"),
    ),
    "too many kept": (
        [{"name": "train", "kind": "pfs", "max_age": "1d", "keep": 50}],
        ("keep 50 is too large. A Parallel File Storage volume can keep 49 at most",),
    ),
    "too many files kept": ([{"name": "web", "max_age": "1d", "keep": 800}], ("can keep 799 at most",)),
    "space for a group": (
        [{"name": "orders", "kind": "bm_volume_group", "max_age": "1d", "snapshot_rate": 30}],
        ("snapshot_rate is supported for kind bm_volume only. Set it for its members",),
    ),
    "space for files": ([{"name": "web", "max_age": "1d", "snapshot_rate": 30}], ("Remove it",)),
    "too much space": (
        [{"name": "app", "kind": "bm_volume", "max_age": "1d", "snapshot_rate": 101}],
        ("snapshot_rate '101' is invalid", "0 to 100"),
    ),
    "invalid region": ([{"name": "web", "region": "over there"}], ("region",)),
    "an empty list": ([], ("The list is empty. Name at least one volume",)),
    "no list": ({"name": "web"}, ("volumes must be a list",)),
    "a broken text": ("[{name: web", ("volumes is a text that cannot be read", "line 1", "as JSON")),
    "a number": ([7], ("Item 1: it must be a name",)),
    "all at once": (
        [{"name": "web", "kind": "tape"}, {"name": "office", "max_age": "old"}, {"region": EAST}],
        ("Item 1 (web): kind", "Item 2 (office): max_age", "Item 3: it has no name"),
    ),
    "alike ones": (
        [{"name": "web", "max_age": "old"}, {"name": "db", "max_age": "old"}],
        ("2 items: max_age 'old' is invalid", ": Item 1 (web), Item 2 (db)."),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_policy_reports_mistakes(mistake: str) -> None:
    given, words = MISTAKES[mistake]
    message = refused(given, max_age="1d")
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"schedule": {"hour": 24}}, ("schedule: has the invalid hour 24",)),
        ({"schedule": "{hour: 3"}, ("schedule: schedule is a text that cannot be read",)),
        ({"schedule": "nightly"}, ("schedule: must be a dictionary",)),
        ({"max_age": "old"}, ("max_age: 'old' is invalid",)),
        ({"max_age": "1d", "keep": -1}, ("keep: '-1' is invalid",)),
        ({"max_age": "1d", "snapshot_rate": 200}, ("snapshot_rate: '200' is invalid",)),
        ({"max_age": "1d", "keep": 60, "kind": "pfs"}, ("Item 1 (web): keep 60 is too large",)),
    ],
)
def test_policy_reports_mistakes_in_options_for_all(options: dict[str, Any], words: tuple[str, ...]) -> None:
    message = refused(["web"], **options)
    assert [word for word in words if word not in message] == [], message
    assert message.count("Item") <= 1


def test_policy_needs_a_schedule_or_an_age() -> None:
    message = refused(["web", {"name": "train", "kind": "pfs"}])
    assert "Item 1 (web): it has neither a schedule nor a max_age" in message
    assert "Item 2 (train): it has no max_age, and a Parallel File Storage volume has no schedules" in message


def test_policy_mistake_in_an_item_is_its_only_one() -> None:
    """A value that is invalid is not reported as missing as well."""
    for key, value in (("max_age", "old"), ("schedule", {"hour": 99})):
        message = refused([{"name": "web", key: value}])
        assert "neither" not in message
        assert message.count("Item 1") == 1, message


def test_policy_messages_name_the_variables_of_a_role() -> None:
    message = refused([7], keep="some", variable_prefix="snapshot_policy_")
    assert message.startswith("snapshot_policy_volumes has mistakes, and nothing was changed. Item 1: ")
    assert "snapshot_policy_keep: 'some' is invalid" in message
    assert "snapshot_policy_max_age" in refused(["web"], variable_prefix="snapshot_policy_")
