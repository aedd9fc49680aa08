# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM) volumes and groups, driven at random against the simulator, whatever is unknown of the service."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.engine.plan import make_plan
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage import group as group_module
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.volume import (
    Volume,
    VolumeState,
)
from ansible_collections.scp.storage.plugins.modules import scp_bm_volume, scp_bm_volume_group
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

SERVICE = "baremetal-blockstorage"
SLOW_BUT_MANY = share_of_examples(0.2)
UNKNOWNS = st.fixed_dictionaries(
    {
        "bm_conflict_status": st.sampled_from(["409", "400"]),
        "bm_rate_delete_with_schedule": st.sampled_from(["accept", "400"]),
        "bm_attach_duplicate": st.sampled_from(["400", "409", "accept"]),
        "bm_deleted_shows_seconds": st.sampled_from([0, 600]),
        "bm_schedule_shows_monday": st.booleans(),
        "bm_group_empty": st.sampled_from(["goes", "stays"]),
        "bm_group_holds_members": st.booleans(),
    }
)
SERVERS = st.sets(st.integers(0, 9), max_size=8)
QOS = st.fixed_dictionaries({"iops": st.integers(5000, 20000), "throughput": st.integers(250, 1000)})
RATES = st.sampled_from([None, 0, 10, 90])


def _begin(simulator: Simulator, unknowns: dict[str, Any]) -> list[dict[str, str]]:
    """A new world in fast time; its bare-metal servers in one region as attachments list them."""
    simulator.reset()
    simulator.switch(**unknowns)
    return [
        {"object_type": server["type"], "object_id": server["id"]}
        for server in simulator.world()["servers"]
        if server["region"] == "kr-west1" and server["type"] in ("BM", "MNGC")
    ]


@SLOW_BUT_MANY
@given(
    unknowns=UNKNOWNS,
    first=SERVERS.filter(bool),
    second=st.none() | SERVERS,
    purge=st.booleans(),
    rates=st.tuples(RATES, RATES),
    qos=st.tuples(QOS, st.none() | QOS),
    scheduled=st.booleans(),
)
def test_volumes(
    simulator: Simulator,
    unknowns: dict[str, Any],
    first: set[int],
    second: set[int] | None,
    purge: bool,
    rates: tuple[int | None, int | None],
    qos: tuple[dict[str, int], dict[str, int] | None],
    scheduled: bool,
) -> None:
    """A volume is made, changed and removed; only what was asked for changes."""
    servers = _begin(simulator, unknowns)
    bench = ConvergingRunner(simulator)
    new = {"name": "data", "disk_type": "SSD", "size_gb": 10, "qos": qos[0]}
    made = bench.converge(
        scp_bm_volume, **new, attachments=[servers[number] for number in sorted(first)], snapshot_rate=rates[0]
    )["volume"]
    if scheduled and rates[0]:
        simulator.patch_world({SERVICE: {"snapshot_schedules": [{"owner_id": made["id"], "hour": 3}]}})
    change = {"name": "data", "qos": qos[1], "snapshot_rate": rates[1], "purge_attachments": purge}
    if second is not None:
        change["attachments"] = [servers[number] for number in sorted(second)]
    wanted = first if second is None else second if purge else first | second
    if len(wanted) > 8:
        refused = bench.call(scp_bm_volume, check=True, **change)
        assert "purge_attachments" in refused["msg"] or "end_snapshot_schedule" in refused["msg"]
        return
    changed = bench.converge(scp_bm_volume, **change, end_snapshot_schedule=True)["volume"]
    assert changed["id"] == made["id"]
    assert {item["id"] for item in changed["attachments"]} == {servers[number]["object_id"] for number in wanted}
    assert changed["qos"] == (qos[1] or qos[0])
    assert changed["snapshot_rate"] == (made["snapshot_rate"] if rates[1] is None else rates[1])
    assert changed["state"] == ("IN_USE" if wanted else "AVAILABLE")
    bench.converge(scp_bm_volume, name="data", state="absent", detach=True, end_snapshot_schedule=True)
    assert bench.call(scp_bm_volume, name="data", state="absent")["changed"] is False


MEMBERS = st.sets(st.integers(0, 19), max_size=16)


@SLOW_BUT_MANY
@given(unknowns=UNKNOWNS, first=MEMBERS.filter(bool), second=MEMBERS, purge=st.booleans())
def test_groups(simulator: Simulator, unknowns: dict[str, Any], first: set[int], second: set[int], purge: bool) -> None:
    """A group gets members and loses them, in the fewest calls."""
    _begin(simulator, unknowns)
    volumes = [
        {"id": f"{number:032x}", "name": f"data-{number}", "snapshot_rate": 20, "region": "kr-west1"}
        for number in range(20)
    ]
    simulator.patch_world({SERVICE: {"volumes": volumes}})
    bench = ConvergingRunner(simulator)

    def words(numbers: set[int]) -> list[str]:
        """Every other one by its id."""
        return [str(volumes[number]["id" if number % 2 else "name"]) for number in sorted(numbers)]

    bench.converge(scp_bm_volume_group, name="group", volumes=words(first))
    wanted = second if purge else first | second
    change = {"name": "group", "volumes": words(second), "purge_volumes": purge}
    if len(wanted) > 16:
        assert "purge_volumes" in bench.call(scp_bm_volume_group, check=True, **change)["msg"]
        return
    changed = bench.converge(scp_bm_volume_group, **change)
    if wanted:
        found = {volume["name"] for volume in changed["volume_group"]["member_volumes"]}
        assert found == {f"data-{number}" for number in wanted}
    room = len(first | wanted) <= 16
    assert len(changed["operations"]) == bool(wanted - first) + bool(first - wanted) or not room
    bench.converge(scp_bm_volume_group, name="group", state="absent")
    groups = simulator.world()[SERVICE]["volume_groups"]
    assert len(groups) == (unknowns["bm_group_empty"] == "stays")
    assert not any(volume["group_id"] for volume in simulator.world()[SERVICE]["volumes"])


def test_a_replication_that_is_not_shown_any_more_is_not_ended() -> None:
    """A volume may still say that it is replicated when the service has no replication of it left."""
    shown = {
        "id": "0" * 32,
        "name": "data",
        "state": "IN_USE",
        "has_replication": True,
        "attachments": [{"id": "1" * 32, "type": "BM"}],
    }
    client: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
    params = {"name": "data", "state": "absent", "detach": True, "end_replication": True}
    planned = make_plan(Volume(params, client), VolumeState(shown))
    assert planned.operations == ["DetachVolume", "DeleteVolume"]


@pytest.mark.parametrize("shows_newer", [True, False])
def test_volume_that_joined_after_the_group_was_read_does_not_block(
    monkeypatch: pytest.MonkeyPatch, *, shows_newer: bool
) -> None:
    """The change of a run that died can end between two reads: the group is read again, and the volume is a member."""
    group = {"id": "c" * 32, "name": "group", "state": "EDITING", "member_volumes": [{"id": "1" * 32, "name": "one"}]}
    two = {"id": "2" * 32, "name": "two", "state": "AVAILABLE", "purpose": "ORG", "volume_group": group}
    newer = {**group, "state": "AVAILABLE", "member_volumes": [*group["member_volumes"], two]}
    monkeypatch.setattr(group_module, "find_owner", lambda finder, *_args, **_more: group if "group" in _args else two)
    monkeypatch.setattr(group_module, "show_owner", lambda *_args: newer if shows_newer else group)
    client: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))
    resource = group_module.VolumeGroup({"name": "group", "volumes": ["one", "two"]}, client)
    state = resource.find()
    assert state.blockers == ()
    if shows_newer:
        assert make_plan(resource, state).operations == []
    else:
        # It is waited for, and read again, before anything is sent.
        assert resource.pending(state)
