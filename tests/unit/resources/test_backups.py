# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups and agents, driven at random against the simulator, whatever is unknown of the service."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.resources.backup import paths, schedules, servers
from ansible_collections.scp.storage.plugins.modules import scp_backup, scp_backup_agent
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

SERVICE = "backup"
SLOW_BUT_MANY = share_of_examples(0.15)
UNKNOWNS = st.fixed_dictionaries(
    {
        "backup_conflict_status": st.sampled_from(["409", "400", "500"]),
        "backup_server_twice": st.sampled_from(["accept", "409"]),
        "backup_schedule_extra": st.sampled_from(["drop", "show", "400"]),
        "backup_dr_off": st.sampled_from(["goes", "stays"]),
        "backup_agent_answer": st.sampled_from(["200", "202"]),
        "backup_connection_checking": st.sampled_from(["before", "INPROGRESS"]),
        "backup_connection_check_seconds": st.sampled_from([0, 1, 20]),
        "name_filter": st.sampled_from(["part", "prefix", "exact"]),
        "largest_page": st.sampled_from([0, 1]),
    }
)
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
WEEKS = ("WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4", "WEEK_LAST")
TIMES = st.builds(
    lambda hour, half, seconds, short: f"{hour if short else format(hour, '02')}:{half}{seconds}",
    st.integers(0, 23),
    st.sampled_from(["00", "30"]),
    st.sampled_from(["", ":00"]),
    st.booleans(),
)
#: With days and weeks also where they mean nothing.
ONE = st.fixed_dictionaries(
    {
        "frequency": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
        "start_time": TIMES,
        "start_day": st.sampled_from(DAYS),
        "start_week": st.sampled_from(WEEKS),
    }
)

#: Options of a schedule; results have more.
OPTIONS = ("type", "frequency", "start_week", "start_day", "start_time")


@st.composite
def some_schedules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Schedules that a backup can have."""
    full = {"type": "FULL", **draw(ONE)}
    more = draw(st.lists(ONE, max_size=schedules.MAX_INCREMENTAL, unique_by=lambda one: tuple(_meant(one))))
    return [full, *({"type": "INCREMENTAL", **one} for one in more)]


def _meant(one: dict[str, Any]) -> schedules.Meaning:
    return schedules.meaning({"type": "", **one})


RETENTIONS = st.sampled_from([None, "WEEK_2", "MONTH_1", "YEAR_1"])
PATHS = st.sets(st.sampled_from(["/data", "/data/app", "/etc", "/", "/home"]), min_size=1)
KEPT = st.one_of(st.just({"is_all_filesystem": True}), PATHS.map(lambda kept: {"filesystem_paths": sorted(kept)}))


def _begin(simulator: Simulator, unknowns: dict[str, Any]) -> ConvergingRunner:
    """A new world in fast time, with a backup whose name looks like that of the one that is driven."""
    simulator.reset()
    simulator.switch(**unknowns)
    server = simulator.server("west-web2")
    other = {"server_uuid": server["id"], "server_name": server["name"]}
    simulator.patch_world({SERVICE: {"backups": [{"name": f"my-{name}-2", **other} for name in ("image", "files")]}})
    return ConvergingRunner(simulator)


def _left(simulator: Simulator) -> list[str]:
    return sorted(
        backup["name"] for backup in simulator.world()[SERVICE]["backups"] if backup["role_type"] == "ORIGINAL"
    )


@SLOW_BUT_MANY
@given(
    unknowns=UNKNOWNS,
    times=st.tuples(some_schedules(), st.none() | some_schedules()),
    kept=st.tuples(RETENTIONS, RETENTIONS),
    by_id=st.booleans(),
)
def test_images(
    simulator: Simulator,
    unknowns: dict[str, Any],
    times: tuple[list[dict[str, Any]], list[dict[str, Any]] | None],
    kept: tuple[str | None, str | None],
    by_id: bool,
) -> None:
    """A backup of images is made, changed and removed; only what was asked for changes."""
    bench = _begin(simulator, unknowns)
    server = simulator.server("west-web1")
    new = {"name": "image", "server": server["id" if by_id else "name"], "server_category": "VIRTUAL_SERVER"}
    made = bench.converge(scp_backup, **new, policy_category="AGENTLESS", schedules=times[0], retention_period=kept[0])[
        "backup"
    ]
    assert made["server_uuid"] == server["id"]
    name = {"backup_id": made["id"]} if by_id else {"name": "image"}
    changed = bench.converge(scp_backup, **name, schedules=times[1], retention_period=kept[1])["backup"]
    assert changed["id"] == made["id"]
    assert changed["retention_period"] == (kept[1] or kept[0] or "WEEK_2")
    mixed = [dict(one) for one in times[1] or times[0]]
    random.Random(1).shuffle(mixed)
    assert bench.converge(scp_backup, **name, schedules=mixed)["operations"] == []
    read = bench.converge(scp_backup, **name, schedules=mixed)["backup"]["schedules"]
    assert schedules.meanings(read) == schedules.meanings(mixed)
    shown = [{option: one[option] for option in OPTIONS if one.get(option)} for one in read]
    assert bench.converge(scp_backup, **name, schedules=shown)["operations"] == []
    bench.converge(scp_backup, **name, state="absent")
    assert bench.call(scp_backup, **name, state="absent")["changed"] is False
    assert _left(simulator) == ["my-files-2", "my-image-2"]


@SLOW_BUT_MANY
@given(unknowns=UNKNOWNS, kept=st.tuples(KEPT, KEPT), replicated=st.tuples(st.booleans(), st.none() | st.booleans()))
def test_files(
    simulator: Simulator,
    unknowns: dict[str, Any],
    kept: tuple[dict[str, Any], dict[str, Any]],
    replicated: tuple[bool, bool | None],
) -> None:
    """An agent is made and checked, and with it a backup of files; both are changed and removed."""
    bench = _begin(simulator, unknowns)
    agent = bench.converge(scp_backup_agent, server="west-db1", check_connection=True)["agent"]
    assert agent["connection_state"] == "SUCCESS"
    checked = bench.call(scp_backup_agent, server=agent["server_uuid"], check_connection=True)
    assert checked["changed"] is False
    assert checked["agent"]["connection_check_time"] >= agent["connection_check_time"]
    times = [{"type": "FULL", "frequency": "DAILY", "start_time": "09:00"}]
    new = {"name": "files", "server": "west-db1", "server_category": "BAREMETAL_SERVER", "policy_type": "FILESYSTEM"}
    made = bench.converge(scp_backup, **new, **kept[0], schedules=times, dr_enabled=replicated[0])["backup"]
    assert made["backup_agent_id"] == agent["id"]
    changed = bench.converge(scp_backup, name="files", **kept[1], dr_enabled=replicated[1])["backup"]
    assert sorted(changed["filesystem_paths"]) == kept[1].get("filesystem_paths", [])
    assert changed["is_all_filesystem"] == kept[1].get("is_all_filesystem", False)
    assert changed["dr_enabled"] == (replicated[0] if replicated[1] is None else replicated[1])
    used = bench.call(scp_backup_agent, check=True, server="west-db1", state="absent")
    assert f"files ({made['id']})" in used["msg"]
    bench.converge(scp_backup, name="files", state="absent")
    bench.converge(scp_backup_agent, server=agent["server_uuid"], state="absent")
    assert _left(simulator) == ["my-files-2", "my-image-2"]
    assert simulator.world()[SERVICE]["agents"] == []


@given(some_schedules(), st.randoms())
def test_schedules_are_what_they_mean(asked: list[dict[str, Any]], chance: random.Random) -> None:
    """Neither order nor spelling matters, nor what a frequency has no use for."""
    assert schedules.problems(asked) == []
    sent = schedules.body(asked)
    other = [{"id": "x", "start_day": None, "start_week": None, **one} for one in sent]
    chance.shuffle(other)
    assert schedules.meanings(other) == schedules.meanings(asked)
    assert all(len(one["start_time"]) == len("09:00:00") for one in sent)


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("/data", "/data/", True),
        ("/", "//", True),
        ("C:\\Data", "c:/Data/", True),
        ("C:\\", "C:", True),
        ("/data", "/Data", False),
        ("/data", "/data/app", False),
        ("/a\\b", "/a/b", False),
    ],
)
def test_paths_are_what_they_mean(one: str, another: str, same: bool) -> None:
    """A slash at the end means nothing; on Windows slashes lean either way."""
    assert (paths.plain(one) == paths.plain(another)) is same


def test_each_path_once() -> None:
    """As it was given first."""
    assert paths.distinct(["/b/", "/a", "/b", "/a/"]) == ["/b/", "/a"]


def test_uuid_of_a_server_wins_over_a_name() -> None:
    uuid, other = "1c5397df-b2d2-4423-9610-f5c200c0f1be", "aaaaaaaa-0000-4000-8000-000000000001"
    named = {"server_uuid": other, "server_name": uuid}
    meant = {"server_uuid": uuid, "server_name": "web1"}
    assert servers.the_one([named, meant], uuid, "kr-south1") == meant
    with pytest.raises(StorageError, match=r"'web1' fits 2 servers in kr-south1: .* Give the uuid of the one you mean"):
        servers.the_one([meant, {**meant, "server_uuid": other}], "web1", "kr-south1")
