# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures with Parallel File Storage as the user sees them, and what is done about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import Run, TaskResult, task
from tests.modules.messages import Case, check_case, each

VOLUME = {"name": "train_data", "capacity_tb": 10}
WORLD = {
    "volumes": [
        {"id": "11111111-0000-4000-8000-000000000001", "name": "train_data_2m060u", "capacity_tb": 10},
        {"id": "11111111-0000-4000-8000-000000000002", "name": "twin_data_aaaaaa"},
        {"id": "11111111-0000-4000-8000-000000000003", "name": "twin_data_bbbbbb"},
        {"id": "11111111-0000-4000-8000-000000000004", "name": "sad_data_cccccc", "state": "error"},
        {"id": "11111111-0000-4000-8000-000000000005", "name": "late_data_dddddd", "state": "deleting"},
    ],
    "snapshots": [
        {
            "id": "22222222-0000-4000-8000-000000000001",
            "name": "snapshot.2026-10-01_142150",
            "volume_id": "11111111-0000-4000-8000-000000000001",
            "created_at": "2026-10-01T05:21:50.000000",
        }
    ],
}
_VOLUME, _SNAPSHOT = "scp_pfs_volume", "scp_pfs_snapshot"
CASES = [
    Case(
        "smaller",
        _VOLUME,
        {**VOLUME, "capacity_tb": 5, "access_rules": [{"object_id": "whoever"}]},
        ("capacity_tb", "train_data_2m060u", "is 10", "to 5", "Ask for 10 or more", "another volume"),
    ),
    Case("nothing", _VOLUME, {**VOLUME, "capacity_tb": 0}, ("capacity_tb", "from 1 to 1000", "not 0")),
    Case("too large", _VOLUME, {**VOLUME, "capacity_tb": 1001}, ("capacity_tb", "from 1 to 1000", "not 1001")),
    Case("no capacity", _VOLUME, {"name": "new_data"}, ("new_data", "kr-west1", "to create it", "capacity_tb")),
    Case("bad name", _VOLUME, {**VOLUME, "name": "Train"}, ("'Train'", "Parallel File Storage", "3 to 21")),
    Case(
        "ambiguous",
        _VOLUME,
        {"name": "twin_data", "state": "absent"},
        ("twin_data_aaaaaa (11111111", "twin_data_bbbbbb (11111111", "id"),
    ),
    Case(
        "no such id",
        _VOLUME,
        {"volume_id": "99999999-0000-4000-8000-000000000000"},
        ("Parallel File Storage volume", "99999999", "kr-west1"),
    ),
    Case(
        "another name",
        _VOLUME,
        {"volume_id": "11111111-0000-4000-8000-000000000001", "name": "other_data"},
        ("name", "'train_data'", "'other_data'"),
    ),
    Case(
        "no node",
        _VOLUME,
        {**VOLUME, "access_rules": [{"object_id": "x", "object_type": "VM"}]},
        ("object_type", "GPU_NODE", "VM"),
    ),
    Case("in error", _VOLUME, {"name": "sad_data"}, ("sad_data_cccccc", "state error", "absent", "support")),
    Case(
        "going",
        _VOLUME,
        {"volume_id": "11111111-0000-4000-8000-000000000005"},
        ("late_data_dddddd", "being deleted", "by name"),
    ),
    Case("no volume", _SNAPSHOT, {"volume": "none_such"}, ("Parallel File Storage volume", "'none_such'")),
    Case(
        "no snapshot",
        _SNAPSHOT,
        {"volume": "train_data", "snapshot": "none_such", "state": "restored"},
        ("'none_such'", "train_data_2m060u", "there are: snapshot.2026-10-01_142150"),
    ),
    Case("too many kept", _SNAPSHOT, {"volume": "train_data", "keep": 50}, ("keep", "less than 50", "at most 50")),
    Case("bad age", _SNAPSHOT, {"volume": "train_data", "max_age": "old"}, ("max_age", "'old'", "12h")),
]


@each([*CASES, *(replace(case, title=f"{case.title}, in check mode", check=True) for case in CASES)])
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each says what helps, also in check mode, and nothing was written before it."""
    runner.simulator.patch_world({"parallel-filestorage": WORLD})
    check_case(runner, case)


def _check(result: TaskResult, says: tuple[str, ...]) -> None:
    assert result.failed, result.name
    assert [word for word in says if word not in result.message] == [], result.message


def _run(runner: ModuleRunner, *tasks: tuple[str, dict[str, Any]], module: str = "scp_pfs_volume") -> Run:
    return runner.run([task(module, args, name=name, ignore_errors=True) for name, args in tasks]).succeeded()


@pytest.mark.module(_VOLUME)
def test_an_unknown_node(runner: ModuleRunner) -> None:
    """The service's words, and none of the rules was set."""
    run = _run(runner, ("make", {**VOLUME, "access_rules": [{"object_id": "none-such"}]}))
    _check(run["make"], ("SetAccessRule", "404", "gpu node does not exist", "Check object_id"))
    assert run["make"].operations == ["CreateVolume"]
    assert runner.simulator.resources().keys() == {"parallel-filestorage.volumes"}


@pytest.mark.module(_SNAPSHOT)
def test_one_snapshot_too_many(runner: ModuleRunner) -> None:
    """The service's words."""
    one = WORLD["snapshots"][0]
    many = [{**one, "id": f"{number:08}-0000-4000-8000-000000000002"} for number in range(50)]
    runner.simulator.patch_world({"parallel-filestorage": {"volumes": WORLD["volumes"][:1], "snapshots": many}})
    run = _run(runner, ("take", {"volume": "train_data"}), module="scp_pfs_snapshot")
    _check(run["take"], ("CreateSnapshot", "400", "50 snapshots"))


@pytest.mark.module(_VOLUME)
def test_creation_that_ends_in_error(runner: ModuleRunner) -> None:
    """It is reported, stays known, and can be removed."""
    runner.simulator.switch(pfs_create_ends_in="error")
    run = _run(runner, ("make", VOLUME), ("again", VOLUME), ("remove", {"name": "train_data", "state": "absent"}))
    for name in ("make", "again"):
        _check(run[name], ("train_data_", "in state error", "absent"))
    assert run["make"].operations == ["CreateVolume"]
    assert run["make"].result["volume"]["base_name"] == "train_data"
    assert run["again"].writes == []
    assert run["remove"].operations == ["DeleteVolume"]
    assert runner.simulator.resources() == {}


@pytest.mark.module(_VOLUME)
@pytest.mark.parametrize("state", ["extending", "available"])
def test_growth_that_ends_in_error(runner: ModuleRunner, state: str) -> None:
    """It is reported, with the capacity that there is."""
    runner.simulator.switch(pfs_grow_ends_in="error", pfs_grow_state=state)
    larger = {**VOLUME, "capacity_tb": 20}
    run = _run(runner, ("make", VOLUME), ("grow", larger), ("again", larger))
    assert not run["make"].failed
    for name in ("grow", "again"):
        _check(run[name], ("train_data_", "in state error"))
        assert run[name].result["volume"]["capacity_tb"] == 10
    assert run["grow"].operations == ["SetVolumeCapacity"]
    assert run["again"].writes == []


@pytest.mark.module(_VOLUME)
def test_a_rule_that_ends_in_error(runner: ModuleRunner) -> None:
    """It is reported with what to do, and that does it."""
    simulator = runner.simulator
    asked = {**VOLUME, "access_rules": [{"object_id": simulator.server("west-gpunode1")["id"]}]}
    simulator.switch(pfs_access_rule_ends_in="error")
    run = _run(runner, ("make", asked), ("again", asked), ("others", VOLUME))
    for name in ("make", "again"):
        _check(run[name], ("access rule for GPU_NODE", "in state error", "purge_access_rules", "add it again"))
    assert run["again"].writes == []
    assert not run["others"].failed
    simulator.switch(pfs_access_rule_ends_in="active")
    run = _run(runner, ("take away", {**asked, "access_rules": [], "purge_access_rules": True}), ("add", asked))
    for name in ("take away", "add"):
        assert run[name].operations == ["SetAccessRule"], run[name].message


@pytest.mark.module(_VOLUME, _SNAPSHOT)
@pytest.mark.parametrize("status", ["400", "409"])
def test_somebody_else_changes_it(runner: ModuleRunner, status: str) -> None:
    """A refusal because something is under way is waited out, whatever its status."""
    simulator = runner.simulator
    simulator.switch(pfs_conflict_status=status, pfs_grow_seconds=20)
    rules = [{"object_id": simulator.server("west-gpunode1")["id"]}]

    def grow(capacity: int) -> dict[str, Any]:
        return task(_VOLUME, {**VOLUME, "capacity_tb": capacity, "wait": False})

    taken = "{{ taken.snapshot.id }}"
    run = runner.run(
        [
            task(_VOLUME, VOLUME),
            grow(20),
            task(_VOLUME, {"name": "train_data", "access_rules": rules}, name="set"),
            grow(30),
            task(_SNAPSHOT, {"volume": "train_data"}, name="take", register="taken"),
            grow(40),
            task(_SNAPSHOT, {"volume": "train_data", "snapshot": taken, "state": "restored"}, name="restore"),
            grow(50),
            task(_SNAPSHOT, {"volume": "train_data", "max_age": "1h"}, name="young"),
            task(_SNAPSHOT, {"volume": "train_data", "snapshot": taken, "state": "absent"}, name="delete"),
            task(_VOLUME, {"name": "train_data", "state": "absent"}, name="remove"),
        ]
    ).succeeded()
    assert run["set"].operations == ["SetAccessRule"]
    # Nothing was tried before its time, and what has nothing to do does not wait.
    assert [run[name].writes for name in ("take", "restore", "young", "delete")] == [
        ["CreateSnapshot"],
        ["RestoreSnapshot"],
        [],
        ["DeleteSnapshot"],
    ]
    assert run["remove"].operations == ["SetAccessRule", "DeleteVolume"]
    assert simulator.resources() == {}
