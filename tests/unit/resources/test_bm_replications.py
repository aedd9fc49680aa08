# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of Block Storage (BM) volumes and groups: what the service's words mean, and planning and carrying out
at random against the simulator, with whatever is unknown of the service at random too."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.replication import judged
from ansible_collections.scp.storage.plugins.modules import (
    scp_bm_volume_group_replication,
    scp_bm_volume_replication,
)
from tests.convergence import Bench
from tests.simulator.fixture import Simulator

SERVICE = "baremetal-blockstorage"
WEST, EAST = "kr-west1", "kr-east1"
CYCLES = st.sampled_from([None, "5MIN", "DAILY"])
POLICIES = st.sampled_from([None, "RESYNC", "BREAK"])
CHANGES = st.fixed_dictionaries({"cycle": CYCLES, "policy": POLICIES})
#: What is not known of the service.
UNKNOWNS = st.fixed_dictionaries(
    {
        "bm_replication_side": st.sampled_from(["source", "target", "both"]),
        "bm_replication_answer": st.sampled_from(["source", "target"]),
        "bm_replication_none": st.sampled_from(["404", "empty"]),
        "bm_replication_related": st.sampled_from(["both", "other"]),
        "bm_policy_same": st.sampled_from(["accept", "400"]),
        "bm_conflict_status": st.sampled_from(["409", "400"]),
        "bm_sync_state_broken": st.sampled_from(["BROKEN_OFF", "BROKEN-OFF", "BREAK"]),
        "bm_sync_state_synced": st.sampled_from(["SNAPMIRROED", "SNAPMIRRORED"]),
        "bm_group_holds_members": st.booleans(),
    }
)
#: Simulated seconds in one real one.
TIME_SCALE = 200.0


def shown(word: str | None, auth: str | None, lag: str | None = None) -> dict[str, Any]:
    """A replication with this state, as far as its meaning goes."""
    end = {"id": "0" * 32, "name": "data", "region": WEST, "auth": "READ_WRITE"}
    return {"sync_state": word, "lag_time": lag, "source": end, "target": {**end, "region": EAST, "auth": auth}}


@pytest.mark.parametrize(
    ("word", "auth", "health"),
    [
        ("SNAPMIRROED", "READ", "ok"),
        ("SnapMirrored", None, "ok"),
        ("snapmirrored", "UNKNOWN", "ok"),
        ("SNAPMIRROED", "READ_WRITE", "broken"),
        ("BROKEN_OFF", "READ_WRITE", "broken"),
        ("Broken-Off", None, "broken"),
        ("BREAK", "UNKNOWN", "broken"),
        ("RESYNCING", "READ", "resyncing"),
        ("UNINITIALIZED", "UNKNOWN", "creating"),
        ("PAUSED", "READ", "stalled"),
        ("QUIESCED", None, "stalled"),
        ("ERROR", "READ_WRITE", "error"),
        ("SYNC_FAILED", "READ", "error"),
        ("TRANSFERRING", "READ", "ok"),
        ("TRANSFERRING", "UNKNOWN", "unknown"),
        (None, None, "unknown"),
        (None, "READ_WRITE", "broken"),
    ],
)
def test_what_a_state_means(word: str | None, auth: str | None, health: str) -> None:
    found = judged(shown(word, auth))
    assert found["health"] == health
    if auth is not None:
        assert found["target"]["auth"] == auth
    elif health == "broken":
        assert found["target"]["auth"] == "READ_WRITE"


@pytest.mark.parametrize(
    ("told", "seconds"), [("00:00:00", 0), ("01:23:45", 5025), ("123:00:01", 442801), (None, None), ("soon", None)]
)
def test_lag(told: str | None, seconds: int | None) -> None:
    assert judged(shown("SNAPMIRROED", "READ", told))["lag_seconds"] == seconds


class Replications(Bench):
    """Runs one of the two modules, in fast time."""

    def __init__(self, simulator: Simulator, grouped: bool) -> None:
        super().__init__(simulator)
        self.grouped = grouped
        self.module: Any = scp_bm_volume_group_replication if grouped else scp_bm_volume_replication
        self.option = "volume_group" if grouped else "volume"

    def begin(self, **switches: Any) -> None:
        """A world with a group ``data`` of two volumes, or with a volume of this name that a server uses."""
        simulator = self.simulator
        simulator.reset()
        simulator.scale(TIME_SCALE)
        simulator.switch(**switches)
        group = "c" * 32 if self.grouped else ""
        names = ["data-a", "data-b"] if self.grouped else ["data"]
        volumes = [
            {"id": f"{number}" * 32, "name": name, "snapshot_rate": 20, "group_id": group, "region": WEST}
            for number, name in enumerate(names, 1)
        ]
        parts: dict[str, Any] = {"volumes": volumes}
        if self.grouped:
            parts["volume_groups"] = [{"id": group, "name": "data", "region": WEST}]
        simulator.patch_world({SERVICE: parts})

    @property
    def start(self) -> dict[str, Any]:
        """What a new replication needs."""
        prefix = {"replication_volume_name_prefix": "copy-"} if self.grouped else {}
        return {self.option: "data", "name": "copy", "target_region": EAST, "cycle": "HOURLY", **prefix}

    def names(self) -> set[tuple[str, str]]:
        """Name and region of all volumes and groups."""
        world = self.simulator.world()[SERVICE]
        return {(item["name"], item["region"]) for item in (*world["volumes"], *world["volume_groups"])}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    unknowns=UNKNOWNS,
    grouped=st.booleans(),
    first=POLICIES,
    second=CHANGES,
    from_target=st.booleans(),
    delete=st.booleans(),
)
def test_converging(
    simulator: Simulator,
    unknowns: dict[str, Any],
    grouped: bool,
    first: str | None,
    second: dict[str, Any],
    from_target: bool,
    delete: bool,
) -> None:
    """Make, change and end a replication, from either side."""
    bench = Replications(simulator, grouped)
    bench.begin(**unknowns)
    before = bench.names()
    made = bench.converge(bench.module, **bench.start, policy=first)["replication"]
    assert (made["source"]["name"], made["source"]["region"]) == ("data", WEST)
    assert (made["target"]["name"], made["target"]["region"]) == ("copy", EAST)
    seen_from = {"region": EAST, bench.option: made["target"]["id"]} if from_target else {bench.option: "data"}
    changed = bench.converge(bench.module, **seen_from, **second)["replication"]
    assert set(changed) == set(made)
    assert changed["sync_cycle"] == (second["cycle"] or "HOURLY")
    broken = (second["policy"] or first) == "BREAK"
    assert (changed["health"], changed["target"]["auth"]) == (("broken", "READ_WRITE") if broken else ("ok", "READ"))
    deleting = {"delete_target_volume": delete} if not grouped else {}
    ended = bench.converge(bench.module, **seen_from, state="absent", **deleting)
    assert ended["operations"][: 2 - broken] == [
        name.replace("Volume", "VolumeGroup") if grouped else name
        for name in ("SetVolumeReplicationPolicy", "DeleteVolumeReplication")[broken:]
    ]
    assert simulator.world()[SERVICE]["replications"] == []
    copies = {("copy", EAST), *((f"copy-data-{part}", EAST) for part in "ab" if grouped)}
    assert bench.names() == (before if delete and not grouped else before | copies)
