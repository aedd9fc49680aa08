# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume with access rules is created, enlarged and removed; another one with tags."""

from __future__ import annotations

from tests.scenarios.parallel_filestorage import volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    rules = [{"object_id": simulator.server(f"west-gpunode{number}")["id"]} for number in range(1, 6)]
    named = [{"object_name": "west-gpunode1"}, {"object_name": "west-gpunode2"}]
    train_data = {"name": "train_data", "capacity_tb": 10}
    tagged = {"name": "eval_data", "capacity_tb": 1, "tags": [{"key": "team", "value": "x"}]}
    return [
        volume("make a GPU volume", {**train_data, "access_rules": rules[:3]}, "CreateVolume", "SetAccessRule"),
        volume(
            "enlarge it, and swap nodes",
            {**train_data, "capacity_tb": 20, "access_rules": rules[2:], "purge_access_rules": True},
            "SetVolumeCapacity",
            "SetAccessRule",
        ),
        volume("enlarge it again", {"name": "train_data", "capacity_tb": 1000}, "SetVolumeCapacity"),
        volume("no nodes", {"name": "train_data", "access_rules": [], "purge_access_rules": True}, "SetAccessRule"),
        volume("nodes again", {"name": "train_data", "access_rules": named}, "SetAccessRule"),
        volume("a tagged GPU volume", tagged, "CreateVolume"),
        volume("the tagged GPU volume goes", {"name": "eval_data", "state": "absent"}, "DeleteVolume"),
        volume(
            "the GPU volume goes with its rules",
            {"name": "train_data", "state": "absent"},
            "SetAccessRule",
            "DeleteVolume",
        ),
    ]
