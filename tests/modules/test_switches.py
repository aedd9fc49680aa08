# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is assumed or unknown about the services, all scenarios go well: each switch in each position."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.scenarios import SCENARIOS
from tests.simulator.app import known_switches

#: Values worth a test for switches that are numbers or texts; all others take each of their choices.
VALUES: dict[str, tuple[Any, ...]] = {
    "largest_page": (1, 2),
    "volume_delete_busy_attempts": (0, 3),
    "replication_update_seconds": (20,),
    "random_seed": ("again and again",),
    "filestorage_usage_per_minute": (0,),
    "bm_fail_status": (),
    "bm_snapshot_rate_min": (10,),
    "bm_snapshot_rate_max": (50,),
    "bm_snapshot_base_percent": (5.0,),
    "bm_snapshot_growth_percent": (100.0,),
    "bm_snapshot_space_limit": (50,),
    "backup_month_days": (28,),
    "archive_policy_hour": (23,),
    "archive_object_page": (1000,),
    # Newer versions alone need zones; a whole test run is for them (testing.md).
    **{name: ("old",) for name in known_switches().known if name.endswith("generations")},
    "unprinted_page_size": (1,),
    "archive_zone": ("obs",),
    "catalogue_global_region": ("global",),
}
#: They change nothing by themselves, or belong to how the test looks at time.
LEFT_OUT = {
    "bm_fail_status",
    "clock_skew_seconds",
    "gateway_clock_offset_seconds",
    "snapshot_delete_busy_attempts",
    # What an account may do and has, and when versions end, is a matter of single tests.
    "backup_session_ids",
    "denied",
    "old_versions_end",
    "zones",
}
#: What a position means little without.
WITH = {("snapshot_delete_busy", "409"): {"snapshot_delete_busy_attempts": 3}}
#: Positions in which the service does not do what is asked; the test at the end is theirs, or those of a service's own.
FAILURES = {
    ("filestorage_create_ends_in", "error"),
    ("replication_create_ends_in", "error"),
    *((f"pfs_{what}_ends_in", "error") for what in ("create", "grow", "access_rule")),
    ("bm_group_empty", "400"),
    ("archive_create_ends_in", "ERROR"),
    ("archive_archiving_ends_in", "FAILED"),
    ("archive_recovery_ends_in", "FAILED"),
    *(("bm_fails", what) for what in ("create", "attach", "detach", "edit", "delete", "replicate", "recover")),
    *((f"backup_{what}_ends_in", "ERROR") for what in ("create", "delete", "agent_create")),
    *((f"backup_{what}_ends_in", how) for what in ("job", "restore") for how in ("PARTIAL_SUCCESS", "FAILED")),
    ("backup_connection_result", "FAILED"),
    ("backup_dr_off", "stays"),
    ("backup_vm_targets", "500"),
}
#: By the beginning of a switch's name: that of the modules whose scenarios it can touch. All others can touch all.
TOUCHED = {
    "access_rule_": ("scp_filestorage_volume",),
    "replication_": ("scp_filestorage_replication",),
    "snapshot_": ("scp_filestorage_snapshot", "scp_filestorage_replication"),
    "schedule_": ("scp_filestorage_snapshot", "scp_filestorage_replication"),
    "filestorage_": ("scp_filestorage_",),
    "pfs_": ("scp_pfs_",),
    "bm_": ("scp_bm_",),
    "backup_": ("scp_backup",),
    "archive_": ("scp_archive_",),
}
SWITCHES = dict(known_switches().known)
DURATIONS = {
    name: 0
    for name, switch in SWITCHES.items()
    if name.endswith("_seconds") and name not in LEFT_OUT and isinstance(switch.default, float)
}


def positions() -> Iterator[dict[str, Any]]:
    """All positions to test: one switch away from its default, and all durations at nothing."""
    yield DURATIONS
    for name, values in alternatives().items():
        for value in values:
            yield {name: value, **WITH.get((name, value), {})}


def rounds() -> Iterator[dict[str, Any]]:
    """The same positions in few runs: in each, every switch is at another one of its values."""
    yield DURATIONS
    for number in range(max(map(len, alternatives().values()))):
        chosen: dict[str, Any] = {}
        for name, values in alternatives().items():
            if number < len(values):
                chosen |= {name: values[number], **WITH.get((name, values[number]), {})}
        yield chosen


def alternatives() -> dict[str, list[Any]]:
    """Each switch with the values to test beside its default."""
    found = {}
    for name, switch in SWITCHES.items():
        values: tuple[Any, ...] = VALUES.get(name, switch.choices)
        if isinstance(switch.default, bool):
            values = (not switch.default,)
        found[name] = [value for value in values if value != switch.default and (name, value) not in FAILURES]
    return {name: values for name, values in found.items() if values}


def name_of(position: dict[str, Any]) -> str:
    """A position as the test's name."""
    return "no-durations" if position == DURATIONS else ",".join(f"{name}={value}" for name, value in position.items())


def test_every_switch_has_a_position() -> None:
    """A new switch must not go untested."""
    tested = {name for position in positions() for name in position} | {name for name, _ignored in FAILURES}
    assert set(SWITCHES) == tested | LEFT_OUT
    in_rounds = {(name, value) for position in rounds() for name, value in position.items()}
    assert in_rounds == {(name, value) for position in positions() for name, value in position.items()}


def touched(position: dict[str, Any]) -> list[str]:
    """Return the modules whose scenarios a position can touch."""
    name = next(iter(position))
    wanted = next((modules for prefix, modules in TOUCHED.items() if name.startswith(prefix)), ("scp_",))
    return [module for module in SCENARIOS if module.startswith(wanted)]


@pytest.mark.full_switches
@pytest.mark.parametrize("position", list(positions()), ids=name_of)
def test_lifecycles_with_one_switch(runner: ModuleRunner, position: dict[str, Any]) -> None:
    """The scenarios that a switch can touch go well with it alone in this position, and leave nothing behind."""
    for module in SCENARIOS if position is DURATIONS else touched(position):
        _play(runner, module, position)


@pytest.mark.parametrize("number", range(len(list(rounds()))))
@pytest.mark.parametrize("module", SCENARIOS)
def test_lifecycle_with_all_switches(runner: ModuleRunner, module: str, number: int) -> None:
    """A scenario goes well with all switches in other positions than by default."""
    _play(runner, module, list(rounds())[number])


def _play(runner: ModuleRunner, module: str, position: dict[str, Any]) -> None:
    """Play each step twice, and see that nothing is left."""
    simulator = runner.simulator
    simulator.reset()
    simulator.switch(**position)
    if "random_seed" in position:
        simulator.control("DELETE", "world")
    steps = SCENARIOS[module](simulator)
    tasks = []
    for step in steps:
        tasks += step.before
        tasks += [step.task()] if step.repeats else [step.task(), step.task(name=f"again {step.name}")]
    run = runner.run(tasks).succeeded()
    for step in steps:
        assert run[step.name].changed, step.name
        assert step.in_order(run[step.name].accepted) == step.in_order(run[step.name].operations or ()), step.name
        if not step.repeats:
            repeated = run[f"again {step.name}"]
            assert (repeated.changed, repeated.writes) == (False, []), step.name
    left = simulator.resources()
    if position.get("bm_group_empty") == "stays":
        # No call of the API deletes a group, and what it owns stays with it.
        groups = {group["id"] for group in left.pop("baremetal-blockstorage.volume_groups", [])}
        owned = left.pop("baremetal-blockstorage.snapshots", [])
        assert {snapshot["owner_id"] for snapshot in owned} <= groups
    assert left == {}


def test_creation_that_ends_in_error(runner: ModuleRunner) -> None:
    """A volume or a replication that ends in state error is reported, stays known, and can be removed."""
    volume = {"name": "sad_data", "protocol": "NFS", "type_name": "SSD"}
    replication = {"volume": "data", "name": "sad_copy", "target_region": "kr-east1"}
    runner.simulator.switch(filestorage_create_ends_in="error")
    run = runner.run(
        [
            task("scp_filestorage_volume", volume, name="make", ignore_errors=True),
            task("scp_filestorage_volume", volume, name="again", ignore_errors=True),
            task("scp_filestorage_volume", {"name": "sad_data", "state": "absent"}, name="remove"),
        ]
    ).succeeded()
    assert run["make"].failed
    assert "in state error" in run["make"].message
    assert run["make"].result["volume"]["base_name"] == "sad_data"
    assert run["make"].operations == ["CreateVolume"]
    assert run["again"].failed
    assert "in state error" in run["again"].message
    assert run["again"].writes == []
    assert run["remove"].operations == ["DeleteVolume"]
    runner.simulator.switch(filestorage_create_ends_in="available", replication_create_ends_in="error")
    run = runner.run(
        [
            task("scp_filestorage_volume", {**volume, "name": "data"}),
            task(
                "scp_filestorage_replication",
                {**replication, "replication_frequency": "hourly"},
                name="make",
                ignore_errors=True,
            ),
            task(
                "scp_filestorage_replication",
                {**replication, "replication_frequency": "hourly"},
                name="again",
                ignore_errors=True,
            ),
            task(
                "scp_filestorage_replication",
                {**replication, "state": "absent", "delete_target_volume": True},
                name="remove",
            ),
            task("scp_filestorage_volume", {"name": "data", "state": "absent"}),
        ]
    )
    assert run.rc == 0, run.output[-3000:]
    for name in ("make", "again"):
        assert run[name].failed
        assert "in state error" in run[name].message
    assert run["make"].result["replication"]["replication_status"] == "error"
    assert run["again"].writes == []
    assert runner.simulator.resources() == {}
