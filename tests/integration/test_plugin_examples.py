# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of inventory and lookups run as they stand."""

from __future__ import annotations

import pytest

from tests.examples import documents
from tests.harness.playbooks import Controller
from tests.integration.inventory_data import populate


def test_inventory(controller: Controller) -> None:
    """All find servers, and the groups that they speak of."""
    simulator = controller.simulator
    populate(simulator)
    tagged_volume = {"id": "fs-web", "tags": [{"key": "team", "value": "web"}]}
    simulator.patch_world({"filestorage": {"volumes": [{"id": "fs-east", "removed": True}, tagged_volume]}})
    keys = {"OTHER_ACCESS_KEY": simulator.access_key, "OTHER_SECRET_KEY": simulator.secret_key}
    found = [controller.inventory(config, environ=keys).succeeded() for config in documents("inventory/scp_storage")]
    everything, metal, trouble, tagged, mounts = found
    assert {"west-db1", "west-web1", "west-gpunode1"} <= set(everything.hosts)
    assert metal.group("region_kr_west1") == ["west-db1", "west-db2"]
    assert metal.group("group_orders") == ["west-db1"]
    assert int(metal.hosts["west-db1"]["storage_gb"]) == 120
    assert trouble.group("agent_lost") == ["west-db1"]
    assert trouble.group("backup_failed") == ["west-web1"]
    assert tagged.group("tag_team_web") == [
        simulator.server("west-endpoint1")["id"],
        "west-db1",
        "west-web1",
    ]
    assert "west-gpunode1" in mounts.hosts
    assert len(mounts.hosts) == 4


@pytest.mark.parametrize("lookup", ["scp_volume", "scp_query", "scp_server"])
def test_lookup(controller: Controller, lookup: str) -> None:
    """All tasks show something, and none writes."""
    populate(controller.simulator)
    parts = {
        "baremetal-blockstorage": {"volumes": [{"id": name, "name": name} for name in ("app-data", "app-log")]},
        "filestorage": {
            "volumes": [
                {"id": "fs-ssd", "name": "fast_aaaaaa", "type_name": "SSD", "tags": [{"key": "team", "value": "ml"}]}
            ],
            "snapshots": [
                {"id": f"s{day}", "volume_id": "fs-ssd", "name": f"s{day}", "created_at": f"2024-10-0{day}T00:00:00.0"}
                for day in (1, 2)
            ],
        },
    }
    controller.simulator.patch_world(parts)
    (tasks,) = documents(f"lookup/{lookup}")
    run = controller.run(tasks).succeeded()
    shown = [item.result["msg"] for result in run for item in result.items or [result]]
    # Before 2.19 what a template makes of a number or a truth is a text.
    reported = [found if isinstance(found, list) else str(found) for found in shown]
    assert (
        reported
        == {
            "scp_volume": ["10.1.1.1:/scp_web_data_2m060u", [10, 10], "False"],
            "scp_server": [
                controller.simulator.server("west-web1")["id"],
                [controller.simulator.server(name)["id"] for name in ("east-db1", "east-db2")],
                "False",
            ],
            "scp_query": [
                ["fast_aaaaaa", "web_data_2m060u", "alone_aaaaaa"],
                ["west-db1"],
                ["s2"],
                sorted(
                    one["name"]
                    for one in controller.simulator.world()["servers"]
                    if (one["region"], one["state"]) == ("kr-west1", "RUNNING") and one["type"] in ("VM", "GPU")
                ),
                ["ml"],
                "6",
            ],
        }[lookup]
    )
    assert not [call for call in run.calls if call["write"]]
