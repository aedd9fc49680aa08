# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of Block Storage (BM) volumes and groups: what the service's words mean, and planning and carrying out
at random against the simulator, with whatever is unknown of the service at random too."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import make_plan
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.replication import (
    GroupReplication,
    VolumeReplication,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.replication_state import (
    ReplicationState,
    judged,
)
from ansible_collections.scp.storage.plugins.modules import (
    scp_bm_volume_group_replication,
    scp_bm_volume_replication,
)
from tests.collection_path import ROOT
from tests.harness.convergence import ConvergingRunner
from tests.harness.properties import share_of_examples
from tests.simulator.fixture import Simulator

CONTRACT = json.loads((ROOT / "tests/simulator/contract/baremetal-blockstorage.openapi.json").read_text("utf-8"))
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
    ("reported", "seconds"), [("00:00:00", 0), ("01:23:45", 5025), ("123:00:01", 442801), (None, None), ("soon", None)]
)
def test_lag(reported: str | None, seconds: int | None) -> None:
    assert judged(shown("SNAPMIRROED", "READ", reported))["lag_seconds"] == seconds


def schema_of(operation: str) -> dict[str, Any] | None:
    """The schema of an operation's body, if it has one."""
    (found,) = (
        call for path in CONTRACT["paths"].values() for call in path.values() if call["operationId"] == operation
    )
    body = found.get("requestBody")
    return CONTRACT["components"]["schemas"][body_name(body)] if body else None


def body_name(body: dict[str, Any]) -> str:
    """The name of a body's schema."""
    return str(body["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def end(name: str, region: str, auth: str | None) -> dict[str, Any]:
    """An end of a replication."""
    return {"id": f"id-of-{name}", "name": name, "region": region, "auth": auth}


FOUND = st.builds(
    lambda word, auth, cycle: judged(
        {
            "sync_state": word,
            "lag_time": None,
            "sync_cycle": cycle,
            "source": end("data", WEST, "READ_WRITE"),
            "target": end("copy", EAST, auth),
        }
    ),
    st.sampled_from(["SNAPMIRROED", "BROKEN_OFF", "PAUSED", "ERROR", "RESYNCING", "NEW"]),
    st.sampled_from(["READ", "READ_WRITE", "UNKNOWN", None]),
    st.sampled_from(["5MIN", "HOURLY"]),
)
TASKS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "absent"]),
        "name": st.sampled_from([None, "copy", "other"]),
        "target_region": st.sampled_from([None, EAST, WEST]),
        "cycle": CYCLES,
        "policy": POLICIES,
    }
)


@given(
    found=st.none() | FOUND,
    task=TASKS,
    near_is_target=st.booleans(),
    grouped=st.booleans(),
    delete=st.booleans(),
    rate=st.sampled_from([0, 20]),
    servers=st.lists(st.just({"id": "s1", "name": "db1"}), max_size=1),
)
def test_planning(
    found: dict[str, Any] | None,
    task: dict[str, Any],
    near_is_target: bool,
    grouped: bool,
    delete: bool,
    rate: int,
    servers: list[dict[str, str]],
) -> None:
    """Of any state and any task: the plan ends where nothing is left to do, and every step is one that there is."""
    home, away = (EAST, WEST) if near_is_target else (WEST, EAST)
    names = ("copy", "data") if near_is_target else ("data", "copy")
    member = {"id": "m", "name": "member", "snapshot_rate": rate}
    parts = {"member_volumes": [member]} if grouped else {"snapshot_rate": rate, "attachments": servers}
    near, far = (
        {"id": f"id-of-{name}", "name": name, "state": "AVAILABLE", "purpose": "ORG", **parts} for name in names
    )
    params = {"delete_target_volume": delete and not grouped, "replication_volume_name_prefix": None, **task}
    if grouped:
        params["replication_volume_name_prefix"] = "copy-"
    client: Any = SimpleNamespace(settings=SimpleNamespace(region=home, zone_of=lambda _region: ""))
    resource = (GroupReplication if grouped else VolumeReplication)(params, client)
    state = ReplicationState(near, found, None if near_is_target else far, away, near_is_target)
    try:
        plan = make_plan(resource, state)
    except StorageError:
        assume(False)
    assert resource.next_step(plan.after) is None
    operations = [name.replace("VolumeGroup", "Volume") for name in plan.operations]
    for step in plan.steps:
        schema = schema_of(step.operation.name)
        assert (step.body is None) == (schema is None)
        if schema is not None:
            body = step.operation.outgoing(step.operation.version, step.body or {})
            assert set(body) <= set(schema["properties"])
            jsonschema_rs.validate(schema, body)
        if step.fallback is not None:
            assert [way.region for way in (step, step.fallback)] == [home, away]
        else:
            assert (step.region or home) == (EAST if step.operation.name == "DeleteVolume" else home)
    if task["state"] == "present":
        assert not {"DeleteVolumeReplication", "DeleteVolume"} & set(operations)
        assert ("CreateVolumeReplication" in operations) == (found is None)
        assert rate or found is not None, "a new one needs a snapshot rate"
        after = plan.after.replication or {}
        assert after["sync_cycle"] == (task["cycle"] or (found or {})["sync_cycle"])
        assert task["policy"] in (None, plan.after.policy)
        if task["policy"] is None:
            assert "SetVolumeReplicationPolicy" not in operations
        return
    assert resource.managed(plan.after) is None
    assert ("DeleteVolumeReplication" in operations) == (found is not None)
    assert ("DeleteVolume" in operations) == bool(params["delete_target_volume"])
    assert not (servers and "DeleteVolume" in operations), "a volume in use is not deleted"
    if found is not None:
        broken = found["health"] in ("broken", "error")
        assert ("SetVolumeReplicationPolicy" in operations) == (not broken), "broken first, then deleted"


@pytest.mark.parametrize(("owner_state", "fails"), [("IN_USE", False), ("ERROR_EDITING", True)])
def test_an_old_error_of_a_server_stops_no_failover(owner_state: str, fails: bool) -> None:
    errors = [{"object_type": "BM", "status": 403, "code": "Forbidden"}]
    near = {"id": "id-of-copy", "name": "copy", "state": owner_state, "external_errors": errors}
    client: Any = SimpleNamespace(settings=SimpleNamespace(region=EAST, zone_of=lambda _region: ""))
    resource = VolumeReplication({"policy": "BREAK"}, client)
    found = judged({**shown("SNAPMIRROED", "READ"), "sync_cycle": "HOURLY"})
    reported = resource.failed(ReplicationState(near, found, None, WEST, near_is_target=True))
    assert ("403 Forbidden" in reported) is fails


class Replications(ConvergingRunner):
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


@share_of_examples(0.15)
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
