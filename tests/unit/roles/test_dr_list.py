# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the list of volumes of the disaster recovery roles: the message names the item and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.role_tasks import TaskFailed, run_tasks

WEST, EAST = "kr-west1", "kr-east1"
#: The list, and what the message must say.
MISTAKES: dict[str, tuple[Any, list[str]]] = {
    "a misspelt key": ([{"name": "web_data", "freqency": "daily"}], ["web_data", "freqency is not known", "frequency"]),
    "no name": ([{"region": WEST}], ["Item 1", "no name"]),
    "twice the same": (["web_data", "web_logs", "web_data"], ["Item 3 (web_data)", "item 1"]),
    "same region": ([{"name": "web_data", "target_region": WEST}], ["web_data", "target_region are both kr-west1"]),
    "wrong frequency": ([{"name": "web_data", "frequency": "sometimes"}], ["web_data", "sometimes", "5min"]),
    "wrong kind": ([{"name": "web_data", "kind": "tape"}], ["web_data", "tape", "filestorage"]),
    "wrong target name": ([{"name": "web_data", "target_name": "Web Data"}], ["web_data", "Web Data", "lower-case"]),
    "an id without a target name": (["bfdbabf2-04d9-4e8b-a205-020f8e6da438"], ["is an id", "target_name"]),
    "clashing names": (
        ["web_data", {"name": "web_data", "region": EAST, "target_region": WEST, "target_name": "web_copy"}],
        ["Item 1 (web_data)", "item 2", "another target_name"],
    ),
    "half of what creates": ([{"name": "web_data", "protocol": "NFS", "type_name": ""}], ["protocol and type_name"]),
    "wrong rules": ([{"name": "web_data", "target_access_rules": [{"id": "x"}]}], ["object_type", "object_id"]),
    "a rate for files": (
        [{"name": "web_data", "snapshot_rate": 20}],
        ["snapshot_rate means nothing for kind filestorage"],
    ),
    "a protocol for blocks": (
        [{"name": "ledger", "kind": "bm_volume", "protocol": "NFS"}],
        ["ledger", "protocol means nothing for kind bm_volume", "leave it out"],
    ),
    "a rate for a group": (
        [{"name": "billing", "kind": "bm_volume_group", "snapshot_rate": 20}],
        ["snapshot_rate means nothing for kind bm_volume_group"],
    ),
    "a wrong rate": ([{"name": "ledger", "kind": "bm_volume", "snapshot_rate": "much"}], ["ledger", "much", "percent"]),
    "a wrong name of a block volume": (
        [{"name": "ledger", "kind": "bm_volume", "target_name": "ledger_copy"}],
        ["ledger_copy", "hyphens"],
    ),
    "a frequency in capitals": ([{"name": "ledger", "kind": "bm_volume", "frequency": "5MIN"}], ["5MIN", "5min"]),
    "wrong servers": (
        [{"name": "ledger", "kind": "bm_volume", "target_attachments": [{"object_type": "VM", "object_id": "x"}]}],
        ["ledger", "BM or MNGC"],
    ),
    "the same block volume twice": (
        [{"name": "ledger", "kind": "bm_volume"}, {"name": "ledger", "kind": "bm_volume"}],
        ["Item 2 (ledger)", "item 1"],
    ),
    "an empty list": ([], ["empty", "dr_volumes"]),
    "no list": ({"name": "web_data"}, ["must be a list"]),
    "a broken text": (
        "[{name: web_data",
        ["dr_replication_volumes is a text that cannot be read", "line 1", "as JSON"],
    ),
    "a number": ([7], ["Item 1", "must be a name"]),
}


def plan(given: Any, **defaults: Any) -> dict[str, Any]:
    """Return the facts that the checked list is made of."""
    common = {"region": WEST, "target_region": EAST, "protocol": "NFS", "type_name": "SSD"}
    wanted = {"dr_wanted": given, "dr_wanted_by": "dr_replication", "dr_wanted_defaults": {**common, **defaults}}
    return run_tasks("dr", "plan.yml", wanted)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_list_with_mistake_is_refused(mistake: str) -> None:
    given, words = MISTAKES[mistake]
    nothing = {"protocol": "", "type_name": ""} if mistake.startswith("half") else {}
    with pytest.raises(TaskFailed) as refused:
        plan(given, **nothing)
    assert [word for word in words if word not in str(refused.value)] == [], str(refused.value)


def test_list_without_mistake_is_completed() -> None:
    """Names become items with the defaults of the role; what a kind does not have gets none."""
    items = plan(["web_data", {"name": "ledger", "kind": "bm_volume"}])["dr_items"]
    assert [(item["name"], item["kind"], item["region"], item["target_region"]) for item in items] == [
        ("web_data", "filestorage", WEST, EAST),
        ("ledger", "bm_volume", WEST, EAST),
    ]
    assert [item["protocol"] for item in items] == ["NFS", None]


def test_task_that_does_more_is_refused() -> None:
    """This way to run tasks would prove nothing about one that it leaves out."""
    with pytest.raises(ValueError, match="which this cannot run"):
        run_tasks("dr", "tell.yml", {})
