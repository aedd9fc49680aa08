# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots, schedules and recoveries of Block Storage (BM): planning alone, and planning and carrying out at random
against the simulator, of volumes and of groups, with whatever is unknown of the service at random too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.durations import KOREAN_TIME
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import make_plan
from ansible_collections.scp.storage.plugins.module_utils.resources import snapshots
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage import schedule, snapshot
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage import snapshot as file_snapshot
from ansible_collections.scp.storage.plugins.modules import (
    scp_bm_volume_group_recovery,
    scp_bm_volume_group_snapshot,
    scp_bm_volume_group_snapshot_info,
    scp_bm_volume_group_snapshot_schedule,
    scp_bm_volume_recovery,
    scp_bm_volume_snapshot,
    scp_bm_volume_snapshot_info,
    scp_bm_volume_snapshot_schedule,
)
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator
from tests.unit.resources.planning import Contract

SERVICE = "baremetal-blockstorage"
CONTRACT = Contract(SERVICE)
CLIENT = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
OWNER = {"id": "0" * 32, "name": "data", "state": "AVAILABLE", "snapshot_rate": 30}
GROUP = {**OWNER, "member_volumes": [{**OWNER, "id": "1" * 32}]}


DAYS = st.sampled_from([None, "MON", "SUN"])
HOURS = st.sampled_from([None, 0, 23])
SHOWN = st.one_of(
    st.none(),
    st.just({"frequency": "NONE", "day_of_week": "MON"}),
    st.just({"frequency": "DAILY", "day_of_week": "MON", "hour": 3}),
    st.just({"frequency": "DAILY", "hour": 23}),
    st.just({"frequency": "WEEKLY", "day_of_week": "SUN", "hour": 0}),
)


@given(
    grouped=st.booleans(),
    shown=SHOWN,
    day=DAYS,
    hour=HOURS,
    state=st.sampled_from(["present", "absent"]),
    hindered=st.booleans(),
)
def test_planning_schedules(
    grouped: bool, shown: dict[str, Any] | None, day: str | None, hour: int | None, state: str, hindered: bool
) -> None:
    kind: Any = schedule.GroupSchedule if grouped else schedule.VolumeSchedule
    resource = kind({"state": state, "day_of_week": day, "hour": hour}, CLIENT)
    owner = {**(GROUP if grouped else OWNER), "snapshot_schedule": shown}
    there = shown is not None and shown["frequency"] != "NONE"
    begin = resource._with_schedule(schedule.ScheduleState(None, blockers=("it cannot",) if hindered else ()), owner)
    assert (begin.schedule is not None) == there
    resource.check()
    impossible = state == "present" and not there and (hindered or hour is None)
    try:
        plan = make_plan(resource, begin)
    except StorageError:
        # What is there may keep a schedule from being made; a change of one is the service's affair.
        assert impossible or (hindered and there)
        return
    assert not impossible
    CONTRACT.check(plan)
    assert resource.next_step(plan.after) is None
    assert len(plan.steps) <= 1
    if state == "absent":
        assert plan.after.schedule is None
        assert bool(plan.steps) == there
        return
    after = plan.after.schedule
    assert after["frequency"] == ("WEEKLY" if day else "DAILY")
    assert after["day_of_week"] == day
    assert after["hour"] == (hour if hour is not None else (shown or {})["hour"])


#: Minutes before now at which snapshots were taken, and whether a replication made each.
TAKEN = st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=8, unique_by=lambda item: item[0])
TABLES = {
    "volume": (snapshot.VolumeSnapshot, OWNER),
    "group": (snapshot.GroupSnapshot, GROUP),
    "file": (file_snapshot.Snapshot, {**OWNER, "state": "available"}),
}


@given(
    which=st.sampled_from(sorted(TABLES)),
    taken=TAKEN,
    hour=st.none() | st.integers(0, 23),
    keep=st.none() | st.integers(1, 4),
    age=st.none() | st.sampled_from(["1h", "1d", "3d"]),
    spare=st.booleans(),
)
@example(which="file", taken=[(890, False)], hour=6, keep=1, age=None, spare=False)
@example(which="file", taken=[(889, False)], hour=6, keep=1, age=None, spare=False)
def test_planning_snapshots(
    which: str, taken: list[tuple[int, bool]], hour: int | None, keep: int | None, age: str | None, spare: bool
) -> None:
    kind, owner = TABLES[which]
    table = kind.table
    resource: Any = kind(
        {table.option: "data", "state": "present", "snapshot": None, "max_age": age, "keep": keep},
        CLIENT,  # type: ignore[arg-type]
    )
    listed = []
    for number, (minutes, system) in enumerate(taken):
        moment = NOW - timedelta(minutes=minutes)
        stamp = moment.astimezone(KOREAN_TIME).strftime("%Y-%m-%d_%H%M%S")
        prefix = snapshots.SYSTEM_PREFIX if system else "vo1___data."
        created = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        listed.append({table.id: f"s{number}", table.name: prefix + stamp, table.created: created})
    found = table.in_order(listed)
    assert [item.moment for item in found] == sorted(NOW - timedelta(minutes=minutes) for minutes, _system in taken)
    begin = snapshots.SnapshotState(
        owner,
        found,
        known=frozenset(item.id for item in found),
        schedule={"hour": hour} if hour is not None else None,
        spared=frozenset(["s0"] if spare else []),
        now=NOW,
    )
    plan = make_plan(resource, begin)
    if which != "file":
        CONTRACT.check(plan)
    assert resource.next_step(plan.after) is None
    young = (
        any(minutes <= {"1h": 60, "1d": 1440, "3d": 4320}[age] for minutes, system in taken if not system) if age else 0
    )
    assert plan.operations.count(table.create.name) == (0 if young else 1)
    removed = {item.id for item in plan.after.removed}
    at = {item.id: item.moment.astimezone(KOREAN_TIME) for item in found if item.moment}
    # The first one of an hour's first ten minutes, the last one included, is taken for the schedule's.
    own = [item.id for item in found if not item.system]
    hours = [(at[name].date(), at[name].hour == hour and at[name].minute <= 10) for name in own]
    scheduled = {name for number, name in enumerate(own) if hours[number][1] and hours.index(hours[number]) == number}
    not_mine = {item.id for item in found if item.system or (spare and item.id == "s0")} | scheduled
    assert not removed & not_mine
    mine = [item.id for item in plan.after.snapshots if item.id not in not_mine]
    if keep is None:
        assert not removed
    else:
        assert len(mine) <= keep
        assert not removed or len(mine) == keep
        assert all(at[gone] <= at[kept] for gone in removed for kept in mine if kept in at)


def _resource(**options: Any) -> Any:
    asked = {"volume": "data", "state": "present", "snapshot": None, "max_age": None, "keep": None, **options}
    return file_snapshot.Snapshot(asked, CLIENT)  # type: ignore[arg-type]


def _state(taken: dict[str, tuple[float, str]], **more: Any) -> snapshots.SnapshotState:
    """A File Storage volume with snapshots: by name, how many hours before now each was taken, and its state."""
    listed = [
        {"id": name, "name": name, "created_at": (NOW - timedelta(hours=age)).isoformat(), "state": state}
        for name, (age, state) in taken.items()
    ]
    found = file_snapshot.SNAPSHOTS.in_order(listed)
    owner = {**OWNER, "state": "available"}
    return snapshots.SnapshotState(owner, found, known=frozenset(one.id for one in found), now=NOW, **more)


@pytest.mark.parametrize(
    ("taken", "operations", "removed", "shown"),
    [
        # What cannot be restored is not a reason to take none, and never the reason to delete what can.
        (
            {"good": (26, "available"), "bad": (0.5, "error")},
            ["CreateSnapshot", "DeleteSnapshot", "DeleteSnapshot"],
            ["good", "bad"],
            "good",
        ),
        ({"good": (6, "available"), "bad": (0.5, "error")}, [], [], "good"),
        ({"good": (6, "available"), "hangs": (2, "creating")}, [], [], "good"),
        ({"hangs": (2, "creating")}, ["CreateSnapshot", "DeleteSnapshot"], ["hangs"], None),
        # It goes when it is older than what is kept.
        ({"bad": (8, "error"), "good": (6, "available")}, ["DeleteSnapshot"], ["bad"], "good"),
        # One that has just begun is waited for by no second one.
        ({"old": (26, "available"), "begun": (0.1, "creating")}, [], [], "begun"),
        ({"gone": (1, "Error")}, ["CreateSnapshot", "DeleteSnapshot"], ["gone"], None),
    ],
)
def test_snapshot_that_cannot_be_restored_counts_for_nothing(
    taken: dict[str, tuple[float, str]], operations: list[str], removed: list[str], shown: str | None
) -> None:
    resource, begin = _resource(max_age="12h", keep=1), _state(taken)
    plan = make_plan(resource, begin)
    assert plan.operations == operations
    assert [snapshot.id for snapshot in plan.after.removed] == removed
    assert resource.view(begin).get("id") == shown


def test_creation_that_takes_a_while_is_followed_by_the_planned_deletion() -> None:
    """The service may answer with a snapshot in state creating; the plan goes on as check mode predicts."""
    resource, begin = _resource(keep=1), _state({"good": (26, "available")})
    create = resource.next_step(begin)
    answer = {"snapshot": {"id": "new", "name": "new", "created_at": NOW.isoformat(), "state": "creating"}}
    delete = resource.next_step(create.effect(begin, answer))
    assert [create.operation.name, delete.operation.name] == make_plan(resource, begin).operations
    assert not create.no_wait


def test_restore_refuses_a_snapshot_that_cannot_be_restored() -> None:
    resource = _resource(state="restored", snapshot="bad")
    with pytest.raises(StorageError, match=r"cannot be restored: its state is error\. .*there are: good\)"):
        make_plan(resource, _state({"good": (26, "available"), "bad": (0.5, "error")}))


def test_schedule_owns_one_snapshot_each_day_and_as_many_as_it_keeps() -> None:
    """Others of the same minutes, and those of days that the schedule has forgotten, are counted by ``keep``."""
    hour = NOW.astimezone(KOREAN_TIME).replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=1)
    taken = {
        f"{kind}{day}": ((NOW - hour).total_seconds() / 3600 + 24 * day - minutes / 60, "available")
        for day in range(4)
        for kind, minutes in (("schedule", 0), ("job", 5))
        if (kind, day) != ("schedule", 3)
    }
    state = _state(taken, schedule={"hour": "3", "snapshot_retention_count": 3})
    assert state.scheduled == {"schedule0", "schedule1", "schedule2"}
    plan = make_plan(_resource(max_age="7d", keep=2), state)
    assert [snapshot.id for snapshot in plan.after.removed] == ["job3", "job2"]


class Snapshots(ConvergingRunner):
    """Runs the modules of one kind of owner, against a simulator in fast time."""

    def __init__(self, simulator: Simulator, grouped: bool, **switches: Any) -> None:
        super().__init__(simulator)
        self.grouped = grouped
        self.option = "volume_group" if grouped else "volume"
        group_id = "c" * 32 if grouped else ""
        names = ["data-a", "data-b"] if grouped else ["data"]
        self.owner_id = group_id or "1" * 32
        simulator.reset()
        simulator.switch(**switches)
        volumes = [
            {"id": f"{number}" * 32, "name": name, "snapshot_rate": 50, "group_id": group_id}
            for number, name in enumerate(names, 1)
        ]
        groups = [{"id": group_id, "name": "data"}] if grouped else []
        simulator.patch_world({SERVICE: {"volumes": volumes, "volume_groups": groups}})

    def module(self, volume: Any, group: Any) -> Any:
        return group if self.grouped else volume

    def call(self, module: Any, check: bool = False, **params: Any) -> dict[str, Any]:
        return super().call(module, check, **{self.option: "data", **params})

    def converge(self, module: Any, *, predictable: bool = False, **params: Any) -> dict[str, Any]:
        """The same, where the service decides on the names."""
        return super().converge(module, predictable=predictable, **params)

    def shown(self) -> list[str]:
        """Names of the owner's snapshots, oldest first."""
        module = self.module(scp_bm_volume_snapshot_info, scp_bm_volume_group_snapshot_info)
        return [item["snapshot_name"] for item in self.call(module)["snapshots"]]


UNKNOWNS = st.fixed_dictionaries(
    {
        "bm_conflict_status": st.sampled_from(["409", "400"]),
        "bm_snapshot_same_second": st.sampled_from(["next", "409"]),
        "bm_restore_drops_newer": st.booleans(),
        "bm_group_snapshots_show_on_members": st.booleans(),
        "bm_group_holds_members": st.booleans(),
        "bm_schedule_shows_monday": st.booleans(),
        "bm_schedule_duplicate": st.sampled_from(["409", "400"]),
        "bm_schedule_missing": st.sampled_from(["404", "400"]),
        "bm_name_duplicate": st.sampled_from(["allow", "409"]),
    }
)
SLOW = share_of_examples(0.1)
SCHEDULES = st.fixed_dictionaries({"day_of_week": DAYS, "hour": st.sampled_from([0, 9, 23])})


@SLOW
@given(unknowns=UNKNOWNS, grouped=st.booleans(), first=SCHEDULES, second=SCHEDULES, keep_hour=st.booleans())
def test_schedules(
    simulator: Simulator,
    unknowns: dict[str, Any],
    grouped: bool,
    first: dict[str, Any],
    second: dict[str, Any],
    keep_hour: bool,
) -> None:
    bench = Snapshots(simulator, grouped, **unknowns)
    module = bench.module(scp_bm_volume_snapshot_schedule, scp_bm_volume_group_snapshot_schedule)
    made = bench.converge(module, predictable=True, **first)
    change = {**second, "hour": None if keep_hour else second["hour"]}
    changed = bench.converge(module, predictable=True, **change)
    expected = {"frequency": "WEEKLY" if second["day_of_week"] else "DAILY", "day_of_week": second["day_of_week"]}
    hour = first["hour"] if keep_hour else second["hour"]
    assert changed["snapshot_schedule"] == {f"{bench.option}_id": bench.owner_id, **expected, "hour": hour}
    assert set(made["snapshot_schedule"]) == set(changed["snapshot_schedule"])
    bench.converge(module, state="absent")
    assert simulator.world()[SERVICE]["snapshot_schedules"] == []


@SLOW
@given(
    unknowns=UNKNOWNS, grouped=st.booleans(), count=st.integers(1, 3), keep=st.integers(1, 3), back=st.integers(0, 3)
)
def test_snapshots(
    simulator: Simulator, unknowns: dict[str, Any], grouped: bool, count: int, keep: int, back: int
) -> None:
    """Take some, keep some, go back to one, delete it."""
    bench = Snapshots(simulator, grouped, **unknowns)
    module = bench.module(scp_bm_volume_snapshot, scp_bm_volume_group_snapshot)
    for number in range(count):
        taken = bench.converge(module, repeats=True)
        assert taken["snapshot"]["snapshot_name"] == bench.shown()[-1]
        assert len(bench.shown()) == number + 1
    before = bench.shown()
    bench.converge(module, max_age="12h")
    kept = bench.converge(module, max_age="12h", keep=keep)
    assert bench.shown() == before[-keep:]
    assert kept["deleted_snapshots"] == before[:-keep]
    assert kept["dropped_snapshots"] == []
    wanted = bench.shown()[min(back, len(bench.shown()) - 1)]
    newer = bench.shown()[bench.shown().index(wanted) + 1 :]
    restored = bench.converge(module, repeats=True, snapshot=wanted, state="restored")
    assert restored["dropped_snapshots"] == (newer if unknowns["bm_restore_drops_newer"] else [])
    assert restored["deleted_snapshots"] == []
    gone = bench.converge(module, snapshot=wanted, state="absent")
    assert gone["snapshot"]["snapshot_name"] == wanted
    assert wanted not in bench.shown()


@SLOW
@given(unknowns=UNKNOWNS, grouped=st.booleans(), names=st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_recoveries(simulator: Simulator, unknowns: dict[str, Any], grouped: bool, names: list[str]) -> None:
    """Make some, each once, whatever others there are."""
    bench = Snapshots(simulator, grouped, **unknowns)
    module = bench.module(scp_bm_volume_recovery, scp_bm_volume_group_recovery)
    naming = "block_storage_name_prefix" if grouped else "name"
    bench.call(bench.module(scp_bm_volume_snapshot, scp_bm_volume_group_snapshot))
    made: dict[str, str] = {}
    for name in names:
        done = bench.converge(module, predictable=True, snapshot="latest", **{naming: f"{name}-x-"})
        assert done["changed"] is (name not in made)
        assert (done["snapshot"] is None) is (name in made)
        assert made.setdefault(name, done["recovery"]["id"]) == done["recovery"]["id"]
        assert (done["recovery"]["state"], done["recovery"]["purpose"]) == ("AVAILABLE", "RECOVERY")
    world = simulator.world()[SERVICE]
    second = {volume["name"] for volume in world["volumes"] if volume["purpose"] == "RECOVERY"}
    assert second == {f"{name}-x-{part}" for name in names for part in (("data-a", "data-b") if grouped else ("",))}
    assert len(world["volumes"]) == (2 if grouped else 1) * (1 + len(made))


@pytest.mark.parametrize("keep", [None, 1])
def test_parts_of_a_groups_snapshots_are_left_alone(simulator: Simulator, keep: int | None) -> None:
    """Where they show in a member's list, ``keep`` counts none of them and deletes none."""
    bench = Snapshots(simulator, True, bm_group_snapshots_show_on_members=True)
    bench.call(scp_bm_volume_group_snapshot)
    simulator.advance(60)
    bench.option = "volume"
    for _time in range(2):
        bench.call(scp_bm_volume_snapshot, volume="data-a")
        simulator.advance(60)
    kept = bench.converge(scp_bm_volume_snapshot, volume="data-a", max_age="1h", keep=keep)
    assert kept["operations"] == (["DeleteVolumeSnapshot"] if keep else [])
    left = bench.call(scp_bm_volume_snapshot_info, volume="data-a")["snapshots"]
    assert len(left) == (2 if keep else 3)


def test_full_space(simulator: Simulator) -> None:
    """Snapshots that went when another was taken are reported; how full the space is can be read."""
    bench = Snapshots(simulator, False, bm_snapshot_base_percent=20.0, bm_snapshot_growth_percent=0)
    first = bench.call(scp_bm_volume_snapshot)["snapshot"]["snapshot_name"]
    simulator.advance(60)
    bench.call(scp_bm_volume_snapshot)
    simulator.advance(60)
    reported = bench.call(scp_bm_volume_snapshot)
    assert reported["dropped_snapshots"] == [first]
    assert reported["deleted_snapshots"] == []
    space = bench.call(scp_bm_volume_snapshot_info)
    assert space["is_snapshot_policy"] is True
    assert space["snapshot_capacity_rate"] == 50
    assert space["snapshot_total_usage"] == pytest.approx(0.8 * space["snapshot_capacity_mb"])
    no_user = bench.call(scp_bm_volume_snapshot_info, volume="nobody")
    assert (no_user["snapshots"], no_user["snapshot_capacity_mb"]) == ([], None)
    assert set(no_user) == set(space)
