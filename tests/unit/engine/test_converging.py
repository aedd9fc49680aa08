# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of planning and carrying out, driven at random against the simulator (architecture.md, decision 1).

For random things that are there and random tasks: check mode shows exactly the operations of the real run and sends
none; the real run's operations are what reaches the service; after it nothing is left to do; and nothing changes that
was not asked for.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.modules import (
    scp_filestorage_replication,
    scp_filestorage_snapshot_schedule,
    scp_filestorage_volume,
)
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

SLOW_BUT_MANY = share_of_examples(0.2)


class Servers(ConvergingRunner):
    """Knows some servers too."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.servers = [
            {"object_type": server["type"], "object_id": server["id"]}
            for server in simulator.world()["servers"]
            if server["region"] == "kr-west1"
        ][:4]


@pytest.fixture
def bench(simulator: Simulator) -> Servers:
    return Servers(simulator)


def _rules(bench: Servers, chosen: set[int]) -> list[dict[str, str]]:
    return [bench.servers[number] for number in sorted(chosen)]


CHOSEN = st.sets(st.integers(0, 3))
MAYBE_BOOL = st.sampled_from([None, True, False])


@SLOW_BUT_MANY
@given(before=CHOSEN, recovery=MAYBE_BOOL, after=st.none() | CHOSEN, purge=st.booleans(), wanted=MAYBE_BOOL)
def test_volumes(
    bench: Servers, before: set[int], recovery: bool | None, after: set[int] | None, purge: bool, wanted: bool | None
) -> None:
    bench.simulator.reset()
    common: dict[str, Any] = {"name": "data", "protocol": "NFS", "type_name": "SSD"}
    bench.converge(
        scp_filestorage_volume, **common, access_rules=_rules(bench, before), file_unit_recovery_enabled=recovery
    )
    task = {**common, "purge_access_rules": purge, "file_unit_recovery_enabled": wanted}
    if after is not None:
        task["access_rules"] = _rules(bench, after)
    first = bench.call(scp_filestorage_volume, **common, access_rules=[])["volume"]
    bench.converge(scp_filestorage_volume, **task)
    volume = bench.call(scp_filestorage_volume, **common, access_rules=[])["volume"]
    present = {rule["object_id"] for rule in volume["access_rules"]}
    listed = {rule["object_id"] for rule in _rules(bench, after or set())}
    kept = {rule["object_id"] for rule in _rules(bench, before)}
    if after is None:
        assert present == kept
    else:
        assert present == (listed if purge else listed | kept)
    if wanted is None:
        assert volume["file_unit_recovery_enabled"] == first["file_unit_recovery_enabled"]
    else:
        assert volume["file_unit_recovery_enabled"] is wanted
    bench.converge(scp_filestorage_volume, name="data", state="absent")


DAYS = st.sampled_from(["SUN", "WED"])
HOURS = st.sampled_from(["0", "9", "23"])
COUNTS = st.sampled_from([None, 1, 10, 128])
SCHEDULES = st.one_of(
    st.fixed_dictionaries({"frequency": st.just("DAILY"), "hour": HOURS, "snapshot_retention_count": COUNTS}),
    st.fixed_dictionaries(
        {"frequency": st.just("WEEKLY"), "day_of_week": DAYS, "hour": HOURS, "snapshot_retention_count": COUNTS}
    ),
)
CHANGES = st.one_of(
    SCHEDULES,
    st.fixed_dictionaries({"hour": HOURS}),
    st.fixed_dictionaries({"snapshot_retention_count": COUNTS}),
    st.just({}),
)


@SLOW_BUT_MANY
@given(first=SCHEDULES, second=CHANGES)
def test_schedules(bench: ConvergingRunner, first: dict[str, Any], second: dict[str, Any]) -> None:
    bench.simulator.reset()
    bench.call(scp_filestorage_volume, name="data", protocol="NFS", type_name="SSD")
    made = bench.converge(scp_filestorage_snapshot_schedule, volume="data", **first)["snapshot_schedule"]
    changed = bench.converge(scp_filestorage_snapshot_schedule, volume="data", **second)["snapshot_schedule"]
    for name in ("frequency", "day_of_week", "hour", "snapshot_retention_count"):
        if second.get(name) is not None:
            assert changed[name] == second[name]
        elif name != "day_of_week" or second.get("frequency") is None:
            assert changed[name] == made[name]
    assert changed["id"] == made["id"]
    bench.converge(scp_filestorage_snapshot_schedule, volume="data", state="absent")


REPLICATION_CHANGES = st.fixed_dictionaries(
    {
        "replication_policy": st.sampled_from([None, "use", "paused"]),
        "replication_frequency": st.sampled_from([None, "5min", "daily"]),
    }
)


@share_of_examples(0.1)
@given(first=REPLICATION_CHANGES, second=REPLICATION_CHANGES, from_target=st.booleans(), delete=st.booleans())
def test_replications(
    bench: ConvergingRunner, first: dict[str, Any], second: dict[str, Any], from_target: bool, delete: bool
) -> None:
    bench.simulator.reset()
    bench.call(scp_filestorage_volume, name="data", protocol="NFS", type_name="SSD")
    start = {"volume": "data", "name": "copy", "target_region": "kr-east1"}
    made = bench.converge(
        scp_filestorage_replication,
        **start,
        **{**first, "replication_frequency": first["replication_frequency"] or "5min"},
    )["replication"]
    seen_from = {"region": "kr-east1", "volume": made["replication_volume_id"]} if from_target else {"volume": "data"}
    changed = bench.converge(scp_filestorage_replication, **seen_from, **second)["replication"]
    for name, value in second.items():
        assert changed[name] == (made[name] if value is None else value)
    bench.converge(
        scp_filestorage_replication,
        **(seen_from if from_target else start),
        state="absent",
        delete_target_volume=delete,
    )
    left = {volume["name"].rpartition("_")[0] for volume in bench.simulator.world()["filestorage"]["volumes"]}
    assert left == ({"data"} if delete else {"data", "copy"})
    for region, name in (("kr-west1", "data"), ("kr-east1", "copy")):
        bench.converge(scp_filestorage_volume, region=region, name=name, state="absent")
