# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and playbook ``snapshot_policy``. Its cases are tests of the module (``tests/modules``) and of lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run

EAST = "kr-east1"
#: Words that no output may have: nothing the user did explains them.
CRASHES = ("Traceback", "MODULE FAILURE", "object has no attribute", "is undefined")
WORLD = {
    "filestorage": {"volumes": [{"name": "web_data_2m060u"}, {"name": "far_data_4o282w", "region": EAST}]},
    "parallel-filestorage": {"volumes": [{"name": "train_data_5p393x"}]},
    "baremetal-blockstorage": {
        "volume_groups": [{"id": "a" * 32, "name": "orders"}],
        "volumes": [
            {"id": "2" * 32, "name": "new-data"},
            {"id": "3" * 32, "name": "db-data", "snapshot_rate": 30, "group_id": "a" * 32},
        ],
    },
}
#: All kinds, with all that the role offers.
POLICY: dict[str, Any] = {
    "snapshot_policy_max_age": "12h",
    "snapshot_policy_keep": 2,
    "snapshot_policy_schedule": {"hour": 3, "snapshot_retention_count": 14},
    "snapshot_policy_snapshot_rate": 20,
    "snapshot_policy_volumes": [
        "web_data",
        {"name": "far_data", "region": EAST, "max_age": "6h", "keep": 1},
        {"name": "train_data", "kind": "pfs"},
        {"name": "new-data", "kind": "bm_volume", "max_age": "12h"},
        {"name": "orders", "kind": "bm_volume_group", "max_age": "12h"},
    ],
}
WRITES = [
    *("CreateSnapshotSchedule", "CreateSnapshot", "CreateSnapshot"),
    *("CreateVolumeSnapshotRate", "CreateVolumeSnapshot", "CreateVolumeGroupSnapshot"),
]
MODULE = "scp.storage.snapshot_policy : Converge schedules and snapshots"


@pytest.fixture
def there(controller: Controller) -> Controller:
    """A controller, and volumes of all kinds."""
    controller.simulator.patch_world(WORLD)
    return controller


def _play(controller: Controller, variables: dict[str, Any], **options: Any) -> Run:
    run = controller.playbook("scp.storage.snapshot_policy", variables=variables, **options)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _report(run: Run) -> dict[str, dict[str, Any]]:
    """The report that the run ended with, by the names of the list."""
    facts = run["scp.storage.snapshot_policy : Return the report"].result["ansible_facts"]
    return {entry["name"]: entry for entry in facts["snapshot_policy_report"]}


def _writes(run: Run) -> list[str]:
    return sorted(call["operation"] for call in run.calls if call["write"])


def test_role_predicts_and_converges_all_kinds(there: Controller) -> None:
    planned = _play(there, POLICY, arguments=["--check", "--diff"]).succeeded()
    assert _writes(planned) == []
    assert planned[MODULE].operations == WRITES
    assert planned[MODULE].changed
    assert "filestorage_snapshot far_data in kr-east1" in planned.output
    table = planned["scp.storage.snapshot_policy : Show the report"].result["msg"]
    assert table[0].endswith("PLANNED")
    assert table[-1] == "Plan, nothing was changed: 0 created, 5 changed, 0 unchanged, 0 failed"

    run = _play(there, POLICY).succeeded()
    assert run[MODULE].operations == WRITES
    assert _writes(run) == sorted(WRITES)
    report = _report(run)
    assert [entry["snapshots"] for entry in report.values()] == [0, 1, 1, 1, 1]
    assert report["web_data"]["schedule"]["snapshot_retention_count"] == 14

    again = _play(there, POLICY).succeeded()
    assert (_writes(again), again.count("changed")) == ([], 0)
    assert _report(again) == {
        name: {**entry, "operations": [], "change": "unchanged"} for name, entry in report.items()
    }


def test_role_shows_the_table_before_it_fails(there: Controller) -> None:
    run = _play(there, {**POLICY, "snapshot_policy_volumes": "web_data, no_data"})
    assert run.rc != 0
    names = [result.name.rpartition(" : ")[2] for result in run]
    assert names[-3:] == ["Return the report", "Show the report", "Check that no volume failed"]
    assert run[-1].message.startswith(
        "snapshot_policy: 1 of 2 volumes failed. no_data: There is no File Storage volume with this name in kr-west1."
    )
    assert _writes(run) == ["CreateSnapshotSchedule"]
    assert _report(run)["web_data"]["operations"] == ["CreateSnapshotSchedule"]


@pytest.mark.newest_core
def test_role_reports_mistakes_by_the_names_of_its_variables(there: Controller) -> None:
    listed = '[{"name": "web_data", "max_aeg": "1d"}, {"name": "train_data", "kind": "pfs", "schedule": {"hour": 3}}]'
    run = _play(there, {"snapshot_policy_volumes": listed, "snapshot_policy_schedule": "{hour: 99}"})
    assert run.rc != 0
    assert run.calls == []
    words = (
        "snapshot_policy: snapshot_policy_volumes has mistakes, and nothing was changed.",
        "Item 1 (web_data): max_aeg is not a known key, did you mean max_age?",
        "Item 2 (train_data): a Parallel File Storage volume has no schedules",
        "snapshot_policy_schedule: has the invalid hour 99",
    )
    assert [word for word in words if word not in run[-1].message] == []
    run = _play(there, {"snapshot_policy_volumes": "web_data", "snapshot_policy_maxage": "1d"})
    assert "snapshot_policy_maxage is not a variable of the role snapshot_policy." in run[-1].message
