# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of planning alone, with no service behind it: for any state and any task.

The plan ends; planning again from where it leads gives nothing; every step is one that the contract allows; and nothing
that was not asked for is touched.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.engine.plan import UNKNOWN_ID, Plan
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage import replication, snapshot, volume
from tests.unit.resources.planning import Contract, plan

CONTRACT = Contract("filestorage")
HOME, AWAY = "kr-west1", "kr-east1"
CLIENT = SimpleNamespace(settings=SimpleNamespace(region=HOME, zone_of=lambda _region: ""))

TEXTS = st.sampled_from(["a1", "b2", "c3", "d4"])
RULES = st.lists(
    st.fixed_dictionaries({"object_type": st.sampled_from(["VM", "BM"]), "object_id": TEXTS}),
    max_size=4,
    unique_by=lambda rule: (rule["object_type"], rule["object_id"]),
)
SYSTEM_SNAPSHOTS = st.lists(TEXTS, max_size=3, unique=True).map(
    lambda ids: tuple({"id": text, "name": f"snapmirror.{text}"} for text in ids)
)


def _params(module_options: dict[str, Any], **given_options: Any) -> dict[str, Any]:
    return {"state": "present", "wait": True, **dict.fromkeys(module_options), **given_options}


def _plan(resource: Resource[Any], state: Any) -> Plan[Any]:
    return plan(resource, state, CONTRACT)


VOLUMES = st.none() | st.fixed_dictionaries(
    {
        "id": st.just("0" * 32),
        "name": st.just("data_2m060u"),
        "protocol": st.sampled_from(["NFS", "CIFS"]),
        "type_name": st.sampled_from(["SSD", "HDD"]),
        "state": st.sampled_from(["available", "creating", "error"]),
        "purpose": st.just("none"),
        "file_unit_recovery_enabled": st.sampled_from([None, True, False]),
    }
)
VOLUME_TASKS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "absent"]),
        "name": st.just("data"),
        "protocol": st.sampled_from([None, "NFS", "CIFS"]),
        "type_name": st.sampled_from([None, "SSD", "HDD"]),
        "cifs_password": st.sampled_from([None, "Secret-1"]),
        "file_unit_recovery_enabled": st.sampled_from([None, True, False]),
        "access_rules": st.none() | RULES,
        "purge_access_rules": st.booleans(),
    }
)


@given(found=VOLUMES, rules=RULES, leftovers=SYSTEM_SNAPSHOTS, task=VOLUME_TASKS)
def test_volumes(
    found: dict[str, Any] | None, rules: list[dict[str, str]], leftovers: tuple[Any, ...], task: dict[str, Any]
) -> None:
    resource = volume.Volume(_params({}, **task), CLIENT)  # type: ignore[arg-type]
    known = task["access_rules"] is not None or task["state"] == "absent"
    present = tuple({**rule, "access_rule_state": "active"} for rule in rules) if found else ()
    state = volume.VolumeState(found, present if known else None, leftovers=leftovers if found else ())
    plan = _plan(resource, state)
    operations = plan.operations
    if task["state"] == "absent":
        assert resource.managed(plan.after) is None
        assert ("DeleteVolume" in operations) == (found is not None)
        assert operations.count("SetAccessRule") == len(present)
        return
    assert not {"DeleteVolume", "DeleteSnapshot"} & set(operations)
    assert ("CreateVolume" in operations) == (found is None)
    if task["file_unit_recovery_enabled"] is None:
        assert "SetVolume" not in operations
    removed = [step.body for step in plan.steps if (step.body or {}).get("action") == "remove"]
    if task["access_rules"] is None:
        assert "SetAccessRule" not in operations
    if not task["purge_access_rules"]:
        assert removed == []


SCHEDULES = st.none() | st.fixed_dictionaries(
    {
        "id": st.just("s1"),
        "volume_id": st.just("v1"),
        "frequency": st.sampled_from(["DAILY", "WEEKLY"]),
        "day_of_week": st.sampled_from(["MON", "SUN"]),
        "hour": st.sampled_from(["0", "23"]),
        "snapshot_retention_count": st.sampled_from([1, 10]),
    }
).map(
    lambda schedule: {**schedule, "day_of_week": schedule["day_of_week"] if schedule["frequency"] == "WEEKLY" else None}
)
SCHEDULE_TASKS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "absent"]),
        "frequency": st.sampled_from([None, "DAILY", "WEEKLY"]),
        "day_of_week": st.sampled_from([None, "MON", "SUN"]),
        "hour": st.sampled_from([None, "0", "23"]),
        "snapshot_retention_count": st.sampled_from([None, 1, 10]),
    }
)


@given(found=SCHEDULES, task=SCHEDULE_TASKS)
def test_schedules(found: dict[str, Any] | None, task: dict[str, Any]) -> None:
    resource = snapshot.SnapshotSchedule(_params({}, **task), CLIENT)  # type: ignore[arg-type]
    state = snapshot.ScheduleState({"id": "v1", "name": "data_2m060u"}, found)
    plan = _plan(resource, state)
    assert len(plan.steps) <= 1
    if task["state"] == "absent":
        assert plan.after.schedule is None
        return
    for name in ("frequency", "day_of_week", "hour", "snapshot_retention_count"):
        if task[name] is not None:
            assert plan.after.schedule[name] == task[name]


REPLICATIONS = st.none() | st.fixed_dictionaries(
    {
        "replication_id": st.just("r1"),
        "replication_type": st.sampled_from(["replication", "backup"]),
        "replication_frequency": st.sampled_from(["5min", "daily"]),
        "replication_policy": st.sampled_from(["use", "paused"]),
        "replication_status": st.sampled_from(["available", "deleting"]),
        "backup_retention_count": st.none(),
        "source_volume_id": st.just("v1"),
        "source_volume_name": st.just("data_2m060u"),
        "source_volume_region": st.just(HOME),
        "replication_volume_id": st.just("v2"),
        "replication_volume_name": st.just("copy_9xk2ab"),
        "replication_volume_region": st.just(AWAY),
    }
)
REPLICATION_TASKS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "absent"]),
        "name": st.sampled_from([None, "copy", "other"]),
        "target_region": st.sampled_from([None, HOME, AWAY]),
        "replication_type": st.sampled_from([None, "replication", "backup"]),
        "replication_frequency": st.sampled_from([None, "5min", "daily"]),
        "replication_policy": st.sampled_from([None, "use", "paused"]),
        "backup_retention_count": st.sampled_from([None, 3]),
        "delete_target_volume": st.booleans(),
    }
)


@given(
    found=REPLICATIONS,
    from_target=st.booleans(),
    source=SYSTEM_SNAPSHOTS,
    target=SYSTEM_SNAPSHOTS,
    rules=RULES,
    task=REPLICATION_TASKS,
)
def test_replications(
    found: dict[str, Any] | None,
    from_target: bool,
    source: tuple[Any, ...],
    target: tuple[Any, ...],
    rules: list[dict[str, str]],
    task: dict[str, Any],
) -> None:
    resource = replication.Replication(_params({}, **task), CLIENT)  # type: ignore[arg-type]
    deletes = task["delete_target_volume"] and task["state"] == "absent"
    ends = (
        replication.End(HOME, "v1", leftovers=source),
        replication.End(AWAY, "v2", leftovers=target, rules=tuple(rules) if deletes else (), is_target=True),
    )
    near, far = reversed(ends) if from_target else ends
    named = {"id": near.volume_id, "name": "data_2m060u", "protocol": "NFS"}
    plan = _plan(resource, replication.ReplicationState(near, far, found, named))
    operations = plan.operations
    for step in plan.steps:
        # Changes and removals go to the target's host, with the target's volume id (platform-behaviour.md §5.4).
        if step.operation.name in ("SetVolumeReplication", "DeleteVolumeReplication"):
            # What is only planned has no id yet.
            assert (step.region, step.query) == (AWAY, {"volume_id": "v2" if found else UNKNOWN_ID})
        if step.operation.name == "DeleteVolume":
            assert step.path == {"volume_id": "v2"}
    assert ("DeleteVolume" in operations) == deletes
    if task["state"] == "present":
        assert not {"DeleteSnapshot", "DeleteVolumeReplication", "SetAccessRule"} & set(operations)
        return
    if "DeleteVolumeReplication" in operations:
        assert found is not None
        paused = found["replication_policy"] == "paused"
        assert operations.index("DeleteVolumeReplication") == (0 if paused else 1)
    if deletes and not from_target:
        # The near end keeps the trace of a removal that was interrupted, so it is cleared last.
        left = [step.region for step in plan.steps if step.operation.name in ("DeleteSnapshot", "DeleteVolume")]
        assert left == sorted(left, key=lambda region: region == HOME)
