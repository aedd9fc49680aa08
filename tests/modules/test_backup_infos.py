# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the info modules of Backup return, read to the end whatever the pages are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.simulator.fixture import Simulator

SERVICE = "backup"
INFO, AGENTS, TARGETS = "scp_backup_info", "scp_backup_agent_info", "scp_backup_target_info"
PARTS = ["detail", "schedules", "histories", "restore_histories", "restore_points"]


def _world(simulator: Simulator) -> dict[str, Any]:
    """Two backups whose names look alike, and what the first has kept; two agents on servers of similar names."""
    web, db, db10 = (simulator.server(name) for name in ("west-web1", "west-db1", "west-db10"))
    times = ["2026-10-01T01:00:00.000000", "2026-10-03T01:00:00.000000", "2026-10-02T01:00:00.000000"]
    mine = {"backup_id": "id-of-one", "schedule_name": "FULL_DAILY_01:00:00-abc123"}
    return {
        "backups": [
            {
                "id": f"id-of-{name}",
                "name": shown,
                "server_uuid": web["id"],
                "server_name": web["name"],
                "created_at": f"2026-09-0{number}T00:00:00.000000",
            }
            for number, name, shown in ((2, "one", "image"), (1, "other", "image-2"))
        ],
        "schedules": [{"backup_id": "id-of-one", "type": "FULL", "frequency": "DAILY", "start_time": "01:00:00"}],
        "histories": [{**mine, "backup_start_time": time, "backup_end_time": time} for time in times],
        "restore_targets": [{**mine, "backup_start_time": time, "expires_at": 4102444800.0} for time in times],
        "restore_histories": [{**mine, "restore_server_name": "back", "restore_start_time": time} for time in times],
        "agents": [
            {
                "id": f"BACKUP_AGENT-{server['name']}",
                "name": f"agent_{server['name']}",
                "server_uuid": server["id"],
                "server_name": server["name"],
                "server_category": "BAREMETAL_SERVER",
                "server_backup_agent_ip": server["ip"],
            }
            for server in (db, db10)
        ],
    }


@pytest.mark.module(INFO, AGENTS, TARGETS)
@pytest.mark.parametrize("largest_page", [0, 1])
def test_infos(runner: ModuleRunner, largest_page: int) -> None:
    """Names are exact, parts are whole and sorted, nothing found is an empty list."""
    simulator = runner.simulator
    simulator.patch_world({SERVICE: _world(simulator)})
    simulator.switch(largest_page=largest_page)
    metal = {"server_category": "BAREMETAL_SERVER"}
    run = runner.run(
        [
            task(INFO, name="all"),
            task(INFO, {"name": "image", "gather": PARTS}, name="one"),
            task(INFO, {"backup_id": "id-of-other"}, name="by id"),
            task(INFO, {"name": "image", "server_name": "west-web"}, name="no server"),
            task(INFO, {"backup_id": "nobody"}, name="no id"),
            task(AGENTS, {"server_name": "west-db1", "gather": ["detail"], "os_type": "WINDOWS"}, name="agent"),
            task(AGENTS, {"server_backup_agent_ip": "10.10.1.14"}, name="address"),
            task(AGENTS, {"name": "agent_west-db"}, name="no agent"),
            task(TARGETS, {"kind": "servers", "policy_type": "FILESYSTEM", **metal}, name="servers"),
            task(TARGETS, {"kind": "agent_servers", "server_name": "west-db2", **metal}, name="agent servers"),
            task(TARGETS, {"kind": "subnets", "backup": "image", "restore_region": "kr-east1"}, name="subnets"),
            task(TARGETS, {"kind": "subnets", "backup": "image", "subnet_state": "LOST"}, name="no subnets"),
            task(TARGETS, {"kind": "regions", "from_region": "kr-west1", "to_region": "kr-east1"}, name="regions"),
        ]
    ).succeeded()
    assert all(not result.changed and result.writes == [] for result in run)

    def names(step: str, key: str, field: str = "name") -> list[str]:
        return [str(one[field]) for one in run[step].result[key]]

    assert names("all", "backups") == ["image-2", "image"]
    (one,) = run["one"].result["backups"]
    assert (one["id"], one["server_uuid"]) == ("id-of-one", simulator.server("west-web1")["id"])
    days = ["2026-10-03", "2026-10-02", "2026-10-01"]
    assert [job["backup_start_time"][:10] for job in one["histories"]] == days
    assert [point["backup_start_time"][:10] for point in one["restore_points"]] == days
    assert [restore["restore_start_time"][:10] for restore in one["restore_histories"]] == days
    assert [schedule["start_time"] for schedule in one["schedules"]] == ["01:00:00"]
    assert run["by id"].result["backups"][0]["policy_category"] == "AGENTLESS"
    assert names("no server", "backups") == names("no id", "backups") == names("no agent", "agents") == []
    (agent,) = run["agent"].result["agents"]
    assert (agent["server_uuid"], agent["server_os_type"]) == (simulator.server("west-db1")["id"], "LINUX")
    assert run["agent"].result["install_file_path"] != agent["install_file_path"]
    assert names("address", "agents") == ["agent_west-db1"]
    assert names("servers", "targets", "server_name") == ["west-db1", "west-db10"]
    assert names("agent servers", "targets", "server_name") == ["west-db2"]
    assert all(name.startswith("east-") for name in names("subnets", "targets"))
    assert len(names("subnets", "targets")) > 0
    assert names("no subnets", "targets") == []
    # Newer versions list each pair of zones.
    assert set(names("regions", "targets", "to_region")) == {"kr-east1"}
