# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of planning for Parallel File Storage, for any state and any task, and what the states of rules mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import make_plan
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage import snapshot, volume
from tests.unit.resources.planning import Contract, plan

CONTRACT = Contract("parallel-filestorage")
CLIENT: Any = SimpleNamespace(settings=SimpleNamespace(region="kr-west1", zone_of=lambda _region: ""))

NODES = st.lists(st.sampled_from(["n1", "n2", "n3", "n4"]), max_size=4, unique=True)
CAPACITIES = st.sampled_from([1, 10, 1000])
VOLUMES = st.none() | st.fixed_dictionaries(
    {
        "id": st.just("0" * 32),
        "name": st.just("data_2m060u"),
        "state": st.sampled_from(["available", "creating", "extending", "error"]),
        "capacity_tb": CAPACITIES,
        "mount_path": st.sampled_from([None, "10.0.0.1:/data_2m060u"]),
    }
)


def _rule(node: str, state: str = "", *addresses: str) -> dict[str, Any]:
    """An access rule; with a state, as the service shows it."""
    rule: dict[str, Any] = {"object_type": "GPU_NODE", "object_id": node}
    listed = [{"access_ip": f"10.0.0.{number}", "access_ip_state": word} for number, word in enumerate(addresses)]
    return {**rule, "access_state": state, "access_ip_list": listed} if state else rule


TASKS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "absent"]),
        "name": st.sampled_from(["data", "data_2m060u"]),
        "capacity_tb": st.none() | CAPACITIES,
        "tags": st.sampled_from([None, [{"key": "team", "value": None}]]),
        "access_rules": st.none() | NODES.map(lambda nodes: [_rule(node) for node in nodes]),
        "purge_access_rules": st.booleans(),
    }
)
SNAPSHOTS = st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=3, unique=True).map(
    lambda ids: tuple({"id": text, "name": f"snapshot.{text}", "state": "available"} for text in ids)
)


def _nodes(rules: Any) -> set[str]:
    return {rule["object_id"] for rule in rules}


@given(found=VOLUMES, nodes=NODES, snapshots=SNAPSHOTS, task=TASKS)
def test_volumes(
    found: dict[str, Any] | None, nodes: list[str], snapshots: tuple[Any, ...], task: dict[str, Any]
) -> None:
    resource = volume.Volume({"wait": True, **task}, CLIENT)
    gone = task["state"] == "absent"
    known = task["access_rules"] is not None or gone
    rules = tuple(_rule(node, "all", "active") for node in nodes) if found else ()
    state = volume.VolumeState(found, rules if known else None, snapshots=snapshots if found and gone else ())
    made = plan(resource, state, CONTRACT)
    operations = made.operations
    changes = [step.body or {} for step in made.steps if step.operation.name == "SetAccessRule"]
    # However many rules come and go, it is one call, and an object is in one of its lists only.
    assert len(changes) <= 1
    lists = [change[f"{way}_access_rules"] for way in ("add", "remove") for change in changes] or [[], []]
    added, removed = map(_nodes, lists)
    assert len(added | removed) == sum(map(len, lists))
    if gone:
        assert resource.managed(made.after) is None
        assert operations.count("DeleteVolume") == (found is not None)
        assert (added, removed) == (set(), _nodes(rules))
        assert operations.count("DeleteSnapshot") == len(snapshots if found else ())
        assert operations[-1:] == (["DeleteVolume"] if found else [])
        return
    assert not {"DeleteVolume", "DeleteSnapshot"} & set(operations)
    assert ("CreateVolume" in operations) == (found is None)
    grows = found is not None and task["capacity_tb"] is not None and task["capacity_tb"] > found["capacity_tb"]
    assert ("SetVolumeCapacity" in operations) == grows
    if task["access_rules"] is None:
        assert changes == []
        return
    asked = _nodes(task["access_rules"])
    assert added == asked - _nodes(rules)
    assert removed == (_nodes(rules) - asked if task["purge_access_rules"] else set())


@given(present=CAPACITIES, wanted=CAPACITIES)
def test_a_volume_never_shrinks(present: int, wanted: int) -> None:
    found = {"id": "0" * 32, "name": "data_2m060u", "state": "available", "capacity_tb": present}
    resource = volume.Volume({"name": "data", "state": "present", "capacity_tb": wanted}, CLIENT)
    if wanted >= present:
        assert make_plan(resource, volume.VolumeState(found)).after.volume == {**found, "capacity_tb": wanted}
        return
    with pytest.raises(StorageError, match=f"{present}.*{wanted}"):
        make_plan(resource, volume.VolumeState(found))


@pytest.mark.parametrize(
    ("state", "addresses", "word"),
    [
        ("all", ("active",), "active"),
        ("ALL", ("ACTIVE", "active"), "active"),
        ("active", (), "active"),
        ("all", (), "active"),
        # The states of the addresses count where there are any: "all" may be what is allowed, and no state.
        ("all", ("active", "activating"), "activating"),
        ("activating", ("active",), "active"),
        ("activating", (), "activating"),
        # An address of the node that goes does not make the rule go.
        ("all", ("active", "deleting"), "active"),
        ("all", ("deleting", "deleting"), "deleting"),
        ("deleting", ("active",), "deleting"),
        ("all", ("active", "error"), "error"),
        ("ERROR_ADDING", ("active",), "error_adding"),
        ("error", (), "error"),
        ("whatever", (), "whatever"),
    ],
)
def test_the_state_of_a_rule(state: str, addresses: tuple[str, ...], word: str) -> None:
    assert volume.state_of(_rule("n1", state, *addresses)) == word


@pytest.mark.parametrize(("state", "addresses"), [("deleting", ()), ("all", ("deleting",))])
def test_a_rule_that_is_leaving_does_not_count(state: str, addresses: tuple[str, ...]) -> None:
    """It is added again where it is asked for, once it has gone, and not removed twice."""
    found = {"id": "0" * 32, "name": "data_2m060u", "state": "available", "capacity_tb": 1, "mount_path": None}
    rules = (_rule("n1", state, *addresses),)
    asked = {"name": "data", "state": "present", "access_rules": [_rule("n1")], "purge_access_rules": False}
    resource = volume.Volume(asked, CLIENT)
    assert resource.pending(volume.VolumeState(found, rules)) == "access rule for GPU_NODE n1: deleting"
    assert make_plan(resource, volume.VolumeState(found, rules)).operations == ["SetAccessRule"]
    resource = volume.Volume({**asked, "access_rules": [], "purge_access_rules": True}, CLIENT)
    assert make_plan(resource, volume.VolumeState(found, rules)).operations == []


@pytest.mark.parametrize(("keep", "possible"), [(1, True), (49, True), (50, False), (0, False)])
def test_how_many_snapshots_can_be_kept(keep: int, possible: bool) -> None:
    resource = snapshot.Snapshot({"volume": "data", "state": "present", "keep": keep}, CLIENT)
    if possible:
        resource.check()
        return
    with pytest.raises(StorageError, match="keep must be"):
        resource.check()
