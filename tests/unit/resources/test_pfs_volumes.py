# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage volumes, driven at random against the simulator, whatever is unknown of the service."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.modules import scp_pfs_snapshot, scp_pfs_volume, scp_pfs_volume_info
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

SERVICE = "parallel-filestorage"
SLOW_BUT_MANY = share_of_examples(0.25)
CONFLICTS = ["409", "400"]
UNKNOWNS = st.fixed_dictionaries(
    {
        "pfs_create_answer_name": st.sampled_from(["suffixed", "asked"]),
        "pfs_conflict_status": st.sampled_from(CONFLICTS),
        "pfs_grow_state": st.sampled_from(["extending", "available"]),
        "pfs_same_capacity": st.sampled_from(["accept", "400"]),
        "pfs_delete_with_rules": st.sampled_from(["accept", *CONFLICTS]),
        "pfs_delete_with_snapshots": st.sampled_from(["accept", *CONFLICTS]),
        "pfs_access_state": st.sampled_from(["all", "active"]),
        "pfs_access_rule_duplicate": st.sampled_from(["accept", *CONFLICTS]),
        "pfs_access_rule_missing": st.sampled_from(["accept", "404", *CONFLICTS]),
        "pfs_access_rules_empty": st.sampled_from(["accept", "400"]),
        "pfs_access_ip_seconds": st.sampled_from([0, 0.2, 10]),
        "pfs_snapshot_delete_busy": st.sampled_from(["off", "409"]),
        "pfs_snapshot_same_second": st.sampled_from(["next", "409", "same"]),
        "name_filter": st.sampled_from(["part", "exact"]),
    }
)
NODES = st.sets(st.integers(0, 7), max_size=8)
CAPACITIES = st.integers(1, 1000)


@SLOW_BUT_MANY
@given(
    unknowns=UNKNOWNS,
    capacities=st.tuples(CAPACITIES, st.none() | CAPACITIES),
    first=st.none() | NODES,
    second=st.none() | NODES,
    purge=st.booleans(),
    snapshots=st.integers(0, 3),
)
def test_volumes(
    simulator: Simulator,
    unknowns: dict[str, Any],
    capacities: tuple[int, int | None],
    first: set[int] | None,
    second: set[int] | None,
    purge: bool,
    snapshots: int,
) -> None:
    """A volume is made, changed and removed in the fewest calls; only what was asked for changes."""
    simulator.reset()
    simulator.switch(**unknowns)
    nodes = [
        server["id"]
        for server in simulator.world()["servers"]
        if (server["region"], server["type"]) == ("kr-west1", "GPU_NODE")
    ]
    bench = ConvergingRunner(simulator)

    def rules(numbers: set[int] | None) -> list[dict[str, str]] | None:
        if numbers is None:
            return None
        return [{"object_type": "GPU_NODE", "object_id": nodes[number]} for number in sorted(numbers)]

    made = bench.converge(scp_pfs_volume, name="data", capacity_tb=capacities[0], access_rules=rules(first))
    assert made["operations"] == ["CreateVolume", *(["SetAccessRule"] if first else [])]
    volume = made["volume"]
    assert (volume["base_name"], volume["state"], volume["capacity_tb"]) == ("data", "available", capacities[0])
    assert volume["mount_path"]
    for _ignored in range(snapshots):
        taken = bench.call(scp_pfs_snapshot, volume="data")
        assert taken["operations"] == ["CreateSnapshot"], taken

    change = {"capacity_tb": capacities[1], "access_rules": rules(second), "purge_access_rules": purge}
    if capacities[1] is not None and capacities[1] < capacities[0]:
        simulator.clear_operations()
        reported = bench.call(scp_pfs_volume, name="data", **change)["msg"]
        assert f"is {capacities[0]} and cannot be changed to {capacities[1]}" in reported
        assert simulator.writes() == []
        change["capacity_tb"] = None
    changed = bench.converge(scp_pfs_volume, volume_id=volume["id"], **change)
    before, asked = first or set(), second or set()
    wanted = before if second is None else asked if purge else before | asked
    assert {rule["object_id"] for rule in _rules(bench)} == {nodes[number] for number in wanted}
    grown = change["capacity_tb"] not in (None, capacities[0])
    assert changed["operations"] == [*["SetVolumeCapacity"] * grown, *["SetAccessRule"] * (wanted != before)]

    gone = bench.converge(scp_pfs_volume, name="data", state="absent")
    assert gone["operations"] == [
        *["SetAccessRule"] * bool(wanted),
        *["DeleteSnapshot"] * snapshots,
        "DeleteVolume",
    ]
    assert simulator.resources() == {}


def _rules(bench: ConvergingRunner) -> list[dict[str, Any]]:
    found = bench.call(scp_pfs_volume_info, name="data", gather=["access_rules"])["volumes"]
    rules: list[dict[str, Any]] = found[0]["access_rules"]
    return rules
