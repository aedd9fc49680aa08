# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of items that users write."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.workflows.items import (
    Item,
    ItemSpec,
    choice_key,
    number_key,
    objects_key,
    read_items,
    region_key,
    text_key,
)

SPEC = ItemSpec(
    option="volumes",
    kinds=("filestorage_volume", "bm_volume"),
    keys=(
        region_key("region"),
        text_key("target_name"),
        choice_key("frequency", ("5min", "hourly")),
        number_key("snapshot_rate", 1, 100, " of percent", kinds=("bm_volume",)),
        objects_key("servers", ("BM", "MNGC"), kinds=("bm_volume",)),
    ),
    accepted=("health",),
)


def read(given: Any, **defaults: Any) -> list[Item]:
    return read_items(SPEC, given, {"region": "kr-west1", **defaults}).validated()


def refused(given: Any, **defaults: Any) -> str:
    with pytest.raises(StorageError) as error:
        read(given, **defaults)
    return error.value.message


@pytest.mark.parametrize(
    "given",
    [
        ["web", "db"],
        [{"name": "web"}, {"name": "db", "region": ""}],
        "web, db",
        "web db",
        '["web", "db"]',
        "[web, db]",
        "- web\n- name: db\n  health: ok",
    ],
)
def test_read_items_takes_all_forms_of_a_list(given: Any) -> None:
    items = read(given)
    assert [(item.position, item.name, item.kind, item["region"]) for item in items] == [
        (1, "web", "filestorage_volume", "kr-west1"),
        (2, "db", "filestorage_volume", "kr-west1"),
    ]


def test_read_items_gives_defaults_only_to_kinds_they_mean_something_for() -> None:
    web, ledger = read(["web", {"name": "ledger", "kind": "bm"}], snapshot_rate="20", frequency="hourly")
    assert (web["snapshot_rate"], web["frequency"]) == (None, "hourly")
    assert (ledger.kind, ledger["snapshot_rate"], ledger["frequency"]) == ("bm_volume", 20, "hourly")


@pytest.mark.parametrize(
    ("short", "kind"), [("filestorage", "filestorage_volume"), ("bm", "bm_volume"), ("bm_volume", "bm_volume")]
)
def test_read_items_takes_short_kinds(short: str, kind: str) -> None:
    assert [item.kind for item in read([{"name": "web", "kind": short}])] == [kind]


def test_read_items_keeps_its_own_value_before_the_default() -> None:
    assert read([{"name": "web", "region": "kr-east1"}])[0]["region"] == "kr-east1"


def test_read_items_reads_objects_in_a_text() -> None:
    servers = '[{"object_type": "BM", "object_id": "x"}]'
    (item,) = read([{"name": "web", "kind": "bm_volume", "servers": servers}])
    assert item["servers"] == [{"object_type": "BM", "object_id": "x"}]


MISTAKES: dict[str, tuple[Any, str]] = {
    "a misspelt key": (
        [{"name": "web", "freqency": "hourly"}],
        "Item 1 (web): freqency is not a known key, did you mean frequency?",
    ),
    "no name": ([{"region": "kr-west1"}], "Item 1: it has no name. Give the name or id of the volume"),
    "the same twice": (["web", "db", "web"], "Item 3 (web): it is the same volume as Item 1 (web); remove one of them"),
    "a wrong value": ([{"name": "web", "frequency": "5MIN"}], "frequency '5MIN' is not supported"),
    "a wrong kind": (
        [{"name": "web", "kind": "tape"}],
        "kind 'tape' is not supported. There is bm_volume, filestorage",
    ),
    "a misspelt kind": ([{"name": "w", "kind": "bm_volum"}], "'bm_volum' is not supported, did you mean bm_volume?"),
    "a region that is none": ([{"name": "web", "region": "West 1"}], "region: region 'West 1'"),
    "a key of another kind": (
        [{"name": "web", "snapshot_rate": 20}],
        "snapshot_rate has no meaning for kind filestorage_volume; leave it out",
    ),
    "a number that is none": (
        [{"name": "l", "kind": "bm", "snapshot_rate": "much"}],
        "snapshot_rate 'much' is invalid. Expected a whole number of percent from 1 to 100",
    ),
    "a number out of limits": ([{"name": "l", "kind": "bm", "snapshot_rate": 101}], "snapshot_rate 101 is invalid"),
    "a truth as number": ([{"name": "l", "kind": "bm", "snapshot_rate": True}], "snapshot_rate True is invalid"),
    "servers of a wrong type": (
        [{"name": "l", "kind": "bm", "servers": [{"object_type": "VM", "object_id": "x"}]}],
        "servers must be a list of dictionaries with object_type (BM, MNGC) and either object_id or object_name",
    ),
    "servers with an id and a name": (
        [{"name": "l", "kind": "bm", "servers": [{"object_type": "BM", "object_id": "x", "object_name": "y"}]}],
        "and either object_id or object_name",
    ),
    "servers without an id and a name": (
        [{"name": "l", "kind": "bm", "servers": [{"object_type": "BM", "object_name": " "}]}],
        "and either object_id or object_name",
    ),
    "servers as a dictionary": (
        [{"name": "l", "kind": "bm", "servers": {"object_id": "x"}}],
        "servers must be a list",
    ),
    "a broken text inside": ([{"name": "l", "kind": "bm", "servers": "[{"}], "servers is a text that cannot be read"),
    "a number as item": ([7], "Item 1: it must be a name, or a dictionary with a name, not 7"),
    "a list as text": ([{"name": "web", "target_name": ["x"]}], "target_name must be a text, not ['x']"),
    "a list as name": ([{"name": ["web"]}], "name must be a text, not ['web']"),
    "an empty list": ([], "The list is empty. Name at least one volume"),
    "an empty text": ("", "The list is empty"),
    "no list": ({"name": "web"}, "volumes must be a list of names, or of dictionaries with a name"),
    "a broken text": ("[{name: web", "volumes is a text that cannot be read as a list or a dictionary (line 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_read_items_refuses(mistake: str) -> None:
    given, message = MISTAKES[mistake]
    assert message in refused(given)


def test_read_items_reports_all_mistakes_at_once_and_alike_ones_together() -> None:
    message = refused([*({"name": f"v{number}", "frequency": "often"} for number in range(3)), {"region": "kr-east1"}])
    start = "volumes has mistakes, and nothing was changed. 3 items: frequency 'often' is not supported"
    assert message.startswith(start)
    assert "Item 1 (v0), Item 2 (v1), Item 3 (v2)." in message
    assert "Item 4: it has no name" in message
    assert message.count("often") == 1


def test_read_items_needs_a_kind_where_there_is_no_default() -> None:
    spec = ItemSpec(option="volumes", kinds=("pfs_volume", "bm_volume"), keys=(), default_kind="")
    with pytest.raises(StorageError, match=r"Item 1 \(web\): give a kind: pfs_volume, bm_volume"):
        read_items(spec, ["web"]).validated()
