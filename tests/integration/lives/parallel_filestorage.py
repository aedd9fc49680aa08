# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of the nouns of Parallel File Storage."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.story import Step
from tests.simulator.fixture import Simulator


def volume_life(simulator: Simulator) -> list[Step]:
    """A volume with rules: made, enlarged, opened to others, removed. Another one with tags."""
    rules = [{"object_id": simulator.server(f"west-gpunode{number}")["id"]} for number in range(1, 6)]
    volume = {"name": "train_data", "capacity_tb": 10}
    tagged = {"name": "eval_data", "capacity_tb": 1, "tags": [{"key": "team", "value": "x"}]}
    return [
        _volume("make a GPU volume", {**volume, "access_rules": rules[:3]}, "CreateVolume", "SetAccessRule"),
        _volume(
            "enlarge it, and swap nodes",
            {**volume, "capacity_tb": 20, "access_rules": rules[2:], "purge_access_rules": True},
            "SetVolumeCapacity",
            "SetAccessRule",
        ),
        _volume("enlarge it again", {"name": "train_data", "capacity_tb": 1000}, "SetVolumeCapacity"),
        _volume("no nodes", {"name": "train_data", "access_rules": [], "purge_access_rules": True}, "SetAccessRule"),
        _volume("nodes again", {"name": "train_data", "access_rules": rules[:2]}, "SetAccessRule"),
        _volume("a tagged GPU volume", tagged, "CreateVolume"),
        _volume("the tagged GPU volume goes", {"name": "eval_data", "state": "absent"}, "DeleteVolume"),
        _volume(
            "the GPU volume goes with its rules",
            {"name": "train_data", "state": "absent"},
            "SetAccessRule",
            "DeleteVolume",
        ),
    ]


def snapshot_life() -> list[Step]:
    """Snapshots of a volume: taken, kept, gone back to, deleted."""

    def snapshot(name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        return Step(name, "scp_pfs_snapshot", {"volume": "ckpt_data", **args}, operations, **more)

    first = "{{ first_of_gpu.snapshot.id }}"
    return [
        _volume("a GPU volume for snapshots", {"name": "ckpt_data", "capacity_tb": 2}, "CreateVolume"),
        snapshot("a GPU snapshot", {"max_age": "12h"}, "CreateSnapshot"),
        snapshot("a first GPU snapshot", {}, "CreateSnapshot", repeats=True, keywords={"register": "first_of_gpu"}),
        snapshot("a newer GPU snapshot", {}, "CreateSnapshot", repeats=True),
        snapshot("go back on GPU", {"snapshot": first, "state": "restored"}, "RestoreSnapshot", repeats=True),
        snapshot("the first GPU snapshot goes", {"snapshot": first, "state": "absent"}, "DeleteSnapshot"),
        snapshot("one more GPU snapshot", {}, "CreateSnapshot", repeats=True),
        snapshot("one GPU snapshot is kept", {"max_age": "12h", "keep": 1}, "DeleteSnapshot"),
        _volume(
            "the GPU volume with a snapshot goes",
            {"name": "ckpt_data", "state": "absent"},
            "DeleteSnapshot",
            "DeleteVolume",
        ),
    ]


def _volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    return Step(name, "scp_pfs_volume", args, operations)


LIVES = {
    "pfs-volume": volume_life,
    "pfs-snapshot": lambda _ignored: snapshot_life(),
}
