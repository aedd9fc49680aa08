# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the list of volumes: the message names the item and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.model import Volume
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.options import (
    lag_limit,
    likely_region,
    read_volumes,
)

WEST, EAST = "kr-west1", "kr-east1"
ID = "bfdbabf2-04d9-4e8b-a205-020f8e6da438"
#: The list, and what the message must say.
MISTAKES: dict[str, tuple[Any, list[str]]] = {
    "a misspelt key": (
        [{"name": "web_data", "freqency": "daily"}],
        ["web_data", "freqency is not a known key", "frequency"],
    ),
    "no name": ([{"region": WEST}], ["Item 1", "no name"]),
    "twice the same": (["web_data", "web_logs", "web_data"], ["Item 3 (web_data)", "Item 1"]),
    "same region": ([{"name": "web_data", "target_region": WEST}], ["web_data", "target_region are both kr-west1"]),
    "a region that is none": ([{"name": "web_data", "region": "West 1"}], ["web_data", "region 'West 1'"]),
    "wrong frequency": ([{"name": "web_data", "frequency": "sometimes"}], ["web_data", "sometimes", "5min"]),
    "wrong kind": ([{"name": "web_data", "kind": "tape"}], ["web_data", "tape", "filestorage_volume"]),
    "wrong target name": ([{"name": "web_data", "target_name": "Web Data"}], ["web_data", "Web Data", "lower-case"]),
    "an id without a target name": ([ID], ["is an id", "target_name"]),
    "the name of another source": (
        ["web_data", {"name": "web_data", "region": EAST, "target_region": WEST, "target_name": "web_copy"}],
        ["Item 1 (web_data)", "Item 2", "another target_name"],
    ),
    "the name of another replica": (
        [{"name": "web_data", "target_name": "copy"}, {"name": "web_logs", "target_name": "copy"}],
        ["Item 2 (web_logs)", "the name of the replica of Item 1", "another target_name"],
    ),
    "half of what creates": ([{"name": "web_data", "protocol": "NFS"}], ["protocol and type_name"]),
    "wrong rules": ([{"name": "web_data", "target_access_rules": [{"id": "x"}]}], ["object_type", "object_id"]),
    "a rate for files": (
        [{"name": "web_data", "snapshot_rate": 20}],
        ["snapshot_rate has no meaning for kind filestor"],
    ),
    "a protocol for blocks": (
        [{"name": "ledger", "kind": "bm_volume", "protocol": "NFS"}],
        ["ledger", "protocol has no meaning for kind bm_volume", "leave it out"],
    ),
    "a rate for a group": (
        [{"name": "billing", "kind": "bm_volume_group", "snapshot_rate": 20}],
        ["snapshot_rate has no meaning for kind bm_volume_group"],
    ),
    "a wrong rate": ([{"name": "ledger", "kind": "bm", "snapshot_rate": "much"}], ["ledger", "much", "percent"]),
    "a wrong name of a block volume": (
        [{"name": "ledger", "kind": "bm", "target_name": "ledger_copy"}],
        ["ledger_copy", "hyphens"],
    ),
    "a frequency in capitals": ([{"name": "ledger", "kind": "bm", "frequency": "5MIN"}], ["5MIN", "5min"]),
    "wrong servers": (
        [{"name": "ledger", "kind": "bm", "target_attachments": [{"object_type": "VM", "object_id": "x"}]}],
        ["ledger", "BM, MNGC"],
    ),
    "the same block volume twice": (
        [{"name": "ledger", "kind": "bm_volume"}, {"name": "ledger", "kind": "bm"}],
        ["Item 2 (ledger)", "Item 1"],
    ),
    "an empty list": ([], ["empty", "Name at least one volume"]),
    "no list": ({"name": "web_data"}, ["must be a list"]),
    "a broken text": ("[{name: web_data", ["dr_volumes is a text that cannot be read", "line 1", "as JSON"]),
    "a number": ([7], ["Item 1", "must be a name"]),
}


#: Nothing is read of a list that selects nothing by tags.
UNUSED_CLIENT: Any = None


def read(volumes: Any, **options: Any) -> list[Volume]:
    return read_volumes(
        {"volumes": volumes, "region": WEST, "target_region": EAST, "state": "present", **options},
        UNUSED_CLIENT,
        "dr_",
    )


@pytest.mark.parametrize("mistake", MISTAKES)
def test_list_with_mistake_is_refused(mistake: str) -> None:
    given, words = MISTAKES[mistake]
    with pytest.raises(StorageError) as refused:
        read(given)
    assert [word for word in words if word not in refused.value.message] == [], refused.value.message


def test_list_without_regions_is_refused_with_the_name_of_the_variable() -> None:
    with pytest.raises(
        StorageError, match=r"2 items: it has no region\. Give it here, or for all volumes as dr_region"
    ):
        read(["web_data", "web_logs"], region=None)


def test_half_of_what_creates_is_accepted_where_nothing_is_created() -> None:
    assert read([{"name": "web_data", "protocol": "NFS"}], state="failed_over")[0].protocol == "NFS"


def test_list_without_mistake_is_completed() -> None:
    web, ledger = read(
        ["web_data", {"name": "ledger", "kind": "bm_volume"}], protocol="NFS", type_name="SSD", snapshot_rate=20
    )
    assert (web.kind, web.region, web.target_region, web.target_name) == ("filestorage_volume", WEST, EAST, "web_data")
    assert (web.protocol, web.snapshot_rate) == ("NFS", None)
    assert (ledger.kind, ledger.protocol, ledger.snapshot_rate) == ("bm_volume", None, 20)
    assert ledger.label == "ledger (kr-west1 to kr-east1)"


def test_id_as_name_is_the_id_of_the_source() -> None:
    (volume,) = read([{"name": ID, "target_name": "copy"}])
    assert (volume.source_id, volume.target_name) == (ID, "copy")


def test_result_of_another_run_is_accepted() -> None:
    result = {
        "name": "web_data",
        "kind": "filestorage",
        "source_id": ID,
        "target_id": "1" * 32,
        "health": "ok",
        "message": "",
        "now": None,
        "operations": [],
        "members": [],
    }
    (volume,) = read([result])
    assert (volume.source_id, volume.target_id, volume.kind) == (ID, "1" * 32, "filestorage_volume")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400), ("60", 60)])
def test_lag_limit_is_an_age(text: str, seconds: int) -> None:
    assert lag_limit(text) == seconds


@pytest.mark.parametrize("text", [None, "", " "])
def test_lag_limit_can_be_left_out(text: str | None) -> None:
    assert lag_limit(text) is None


def test_lag_limit_that_is_not_an_age_is_refused() -> None:
    with pytest.raises(StorageError, match="dr_failover_max_lag 'soon'"):
        lag_limit("soon", "dr_failover_")


@pytest.mark.parametrize(
    ("params", "region"),
    [
        ({"volumes": ["a", {"name": "b", "region": WEST}], "target_region": EAST}, WEST),
        ({"volumes": "a, b", "target_region": EAST}, EAST),
        ({"volumes": ["a"]}, ""),
    ],
)
def test_likely_region_is_one_that_the_list_names(params: dict[str, Any], region: str) -> None:
    assert likely_region(params) == region
