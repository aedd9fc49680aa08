# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls it takes."""

from __future__ import annotations

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task

VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}


@pytest.mark.module("scp_filestorage_volume", "scp_filestorage_volume_info", "scp_filestorage_snapshot_info")
def test_calls_of_unchanged_items(runner: ModuleRunner) -> None:
    """An unchanged volume takes two calls, three with access rules, whatever else there is."""
    rules = [{"object_type": "VM", "object_id": runner.simulator.server("west-web1")["id"]}]
    others = [{"name": f"web_data{number}_abc123", "type_name": "HDD"} for number in range(30)]
    runner.simulator.patch_world({"filestorage": {"volumes": others}})
    run = runner.run(
        [
            task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}, register="made"),
            task("scp_filestorage_volume", VOLUME, name="volume"),
            task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}, name="with rules"),
            task("scp_filestorage_volume", {"volume_id": "{{ made.volume.id }}", "access_rules": rules}, name="by id"),
            task("scp_filestorage_snapshot_info", {"volume": "web_data"}, name="snapshots"),
            task("scp_filestorage_volume_info", name="all"),
        ]
    ).succeeded()
    assert run["volume"].reads == ["ListVolumes", "ShowVolume"]
    assert run["with rules"].reads == ["ListVolumes", "ShowVolume", "ListAccessRules"]
    assert run["by id"].reads == ["ShowVolume", "ListAccessRules"]
    assert run["snapshots"].reads == ["ListVolumes", "ListSnapshots"]
    assert sorted(run["all"].reads) == ["ListVolumes", *["ShowVolume"] * 31]
