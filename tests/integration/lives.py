# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of all nouns of File Storage, step by step: what tests of different kinds put them through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integration.harness import Run, TaskResult, task
from tests.simulator.fixture import Simulator

TARGET_REGION = "kr-east1"


@dataclass(frozen=True)
class Step:
    """One step of a life: a task that changes something.

    :ivar operations: what it sends, by ``operationId``.
    :ivar repeats: it acts in every run, and is no step to run twice.
    """

    name: str
    module: str
    args: dict[str, Any]
    operations: tuple[str, ...]
    repeats: bool = False
    keywords: dict[str, Any] = field(default_factory=dict)

    def task(self, **keywords: Any) -> dict[str, Any]:
        """The task."""
        return task(self.module, self.args, **{"name": self.name, **self.keywords, **keywords})


def volume_life(simulator: Simulator) -> list[Step]:
    """A volume with rules: made, changed, removed. Another one with CIFS."""
    rules = [_rule(simulator, "west-web1"), _rule(simulator, "west-db1")]
    volume = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
    change = {**volume, "file_unit_recovery_enabled": False, "access_rules": rules[1:], "purge_access_rules": True}
    cifs = {
        "name": "office",
        "protocol": "CIFS",
        "type_name": "HDD",
        "cifs_password": "S3cret!pass",
        "tags": [{"key": "team", "value": "x"}],
    }
    return [
        _volume(
            "make a volume",
            {**volume, "file_unit_recovery_enabled": True, "access_rules": rules},
            "CreateVolume",
            "SetVolume",
            "SetAccessRule",
            "SetAccessRule",
        ),
        _volume("change it", change, "SetVolume", "SetAccessRule"),
        _volume("no rules", {"name": "web_data", "access_rules": [], "purge_access_rules": True}, "SetAccessRule"),
        _volume("a rule again", {"name": "web_data", "access_rules": rules[:1]}, "SetAccessRule"),
        _volume("a CIFS volume", cifs, "CreateVolume"),
        _volume("the CIFS volume goes", {"name": "office", "state": "absent"}, "DeleteVolume"),
        _volume(
            "the volume goes with its rule", {"name": "web_data", "state": "absent"}, "SetAccessRule", "DeleteVolume"
        ),
    ]


def snapshot_life() -> list[Step]:
    """Snapshots of a volume and its schedule."""

    def snapshot(name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        return Step(name, "scp_filestorage_snapshot", {"volume": "snap_data", **args}, operations, **more)

    def schedule(name: str, args: dict[str, Any], *operations: str) -> Step:
        return Step(name, "scp_filestorage_snapshot_schedule", {"volume": "snap_data", **args}, operations)

    first = "{{ first.snapshot.id }}"
    return [
        _volume("a volume for snapshots", {"name": "snap_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
        schedule(
            "a schedule", {"frequency": "DAILY", "hour": "3", "snapshot_retention_count": 30}, "CreateSnapshotSchedule"
        ),
        schedule("another schedule", {"frequency": "WEEKLY", "day_of_week": "SUN"}, "SetSnapshotSchedule"),
        schedule("daily again", {"frequency": "DAILY"}, "SetSnapshotSchedule"),
        schedule("fewer kept", {"snapshot_retention_count": 5}, "SetSnapshotSchedule"),
        schedule("no schedule", {"state": "absent"}, "DeleteSnapshotSchedule"),
        snapshot("a snapshot", {"max_age": "12h"}, "CreateSnapshot"),
        snapshot("a first snapshot", {}, "CreateSnapshot", repeats=True, keywords={"register": "first"}),
        snapshot("a newer one", {}, "CreateSnapshot", repeats=True),
        snapshot("go back", {"snapshot": first, "state": "restored"}, "RestoreSnapshot", repeats=True),
        snapshot("the first one goes", {"snapshot": first, "state": "absent"}, "DeleteSnapshot"),
        _volume("the volume with snapshots goes", {"name": "snap_data", "state": "absent"}, "DeleteVolume"),
    ]


def replication_life() -> list[Step]:
    """A replication and a disk backup, with their volumes."""

    def replication(name: str, args: dict[str, Any], *operations: str, volume: str = "repl_data") -> Step:
        return Step(name, "scp_filestorage_replication", {"volume": volume, **args}, operations)

    target = {"name": "repl_copy", "target_region": TARGET_REGION}
    backup = {"name": "disk_copy", "target_region": TARGET_REGION, "replication_type": "backup"}
    return [
        _volume("a volume to replicate", {"name": "repl_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
        replication("replicate", {**target, "replication_frequency": "daily"}, "CreateVolumeReplication"),
        replication("more often", {"replication_frequency": "hourly"}, "SetVolumeReplication"),
        replication("pause", {"replication_policy": "paused"}, "SetVolumeReplication"),
        replication("take up again", {**target, "replication_policy": "use"}, "SetVolumeReplication"),
        replication(
            "end it",
            {**target, "delete_target_volume": True, "state": "absent"},
            "SetVolumeReplication",
            "DeleteVolumeReplication",
            "DeleteSnapshot",
            "DeleteSnapshot",
            "DeleteVolume",
            "DeleteSnapshot",
            "DeleteSnapshot",
        ),
        _volume("the source goes", {"name": "repl_data", "state": "absent"}, "DeleteVolume"),
        _volume("a volume to back up", {"name": "disk_data", "protocol": "NFS", "type_name": "SSD"}, "CreateVolume"),
        replication(
            "back it up",
            {**backup, "replication_frequency": "daily", "backup_retention_count": 7},
            "CreateVolumeReplication",
            volume="disk_data",
        ),
        replication("keep more", {"backup_retention_count": 9}, "SetVolumeReplication", volume="disk_data"),
        replication(
            "no backup",
            {**backup, "delete_target_volume": True, "state": "absent"},
            "DeleteVolume",
            "DeleteSnapshot",
            volume="disk_data",
        ),
        _volume("the volume that was backed up goes", {"name": "disk_data", "state": "absent"}, "DeleteVolume"),
    ]


def all_lives(simulator: Simulator) -> list[Step]:
    """Every noun's life."""
    return [*volume_life(simulator), *snapshot_life(), *replication_life()]


def played(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Each step in check mode, for real, again, and again in check mode; all with a diff."""
    tasks = []
    for step in steps:
        tasks += [step.task(name=f"check {step.name}", check=True, diff=True, register="_"), step.task(diff=True)]
        if not step.repeats:
            tasks += [
                step.task(name=f"again {step.name}", diff=True),
                step.task(name=f"unchanged {step.name}", check=True),
            ]
    return tasks


def check_life(run: Run, steps: Sequence[Step]) -> None:
    """Assert that every step did what it was to do, that check mode foretold it, and that it was done once."""
    assert run.rc == 0, run.output[-4000:]
    for step in steps:
        done, foretold = run[step.name], run[f"check {step.name}"]
        assert done.operations == list(step.operations), step.name
        assert done.accepted == done.operations, step.name
        assert done.changed, step.name
        assert foretold.writes == [], step.name
        assert foretold.operations == done.operations, step.name
        assert foretold.changed, step.name
        _check_diffs(step, foretold, done)
        if step.repeats:
            continue
        for name in ("again", "unchanged"):
            repeated = run[f"{name} {step.name}"]
            assert (repeated.changed, repeated.operations, repeated.writes) == (False, [], []), (name, step.name)
        diff = run[f"again {step.name}"].result["diff"]
        assert diff["before"] == diff["after"], step.name


def _check_diffs(step: Step, foretold: TaskResult, done: TaskResult) -> None:
    for result in (foretold, done):
        diff = result.result["diff"]
        assert diff["before"].keys() == diff["after"].keys(), step.name
        assert diff["before"] != diff["after"], step.name
    assert foretold.result["diff"]["before"] == done.result["diff"]["before"], step.name
    assert foretold.result["diff"]["after"].keys() == done.result["diff"]["after"].keys(), step.name


def _volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    return Step(name, "scp_filestorage_volume", args, operations)


def _rule(simulator: Simulator, server: str) -> dict[str, str]:
    found = simulator.server(server)
    return {"object_type": found["type"], "object_id": found["id"]}
