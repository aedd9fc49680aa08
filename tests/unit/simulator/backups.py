# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of Backup for the tests, and the short words in which they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Answer, Api, to_monday

EAST = "kr-east1"
DAY = 86400
FULL = {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "01:00:00"}
MONTHLY = {"type": "FULL", "frequency": "MONTHLY", "start_time": "00:00:00"}
SELDOM = {**MONTHLY, "start_day": "MON", "start_week": "WEEK_1"}
DAILY = {"type": "INCREMENTAL", "frequency": "DAILY", "start_time": "02:30:00"}
IMAGE = {
    "name": "backup-001",
    "policy_category": "AGENTLESS",
    "policy_type": "VM_IMAGE",
    "server_category": "VIRTUAL_SERVER",
    "schedules": [FULL],
}
FILES = {
    **IMAGE,
    "policy_category": "AGENT",
    "policy_type": "FILESYSTEM",
    "server_category": "BAREMETAL_SERVER",
    "filesystem_paths": ["/data"],
}
CATEGORIES = {"VM": "VIRTUAL_SERVER", "GPU": "GPU_SERVER", "BM": "BAREMETAL_SERVER"}


@dataclass
class BackupApi(Api):
    """Calls Backup."""

    service: str = "backup"
    version: str = "backup 1.2"

    def ok(self, method: str, path: str, body: Any = None, *, region: str = "") -> Any:
        """The body of an answer that is not a refusal."""
        answer = self(method, f"/v1{path}", body, region=region)
        assert answer.status in (200, 202), answer.body
        return answer.body

    def asked(self, server: str = "west-web1", **fields: Any) -> Answer:
        """Ask for a backup: of images, or of files where ``fields`` say so."""
        found = self.simulator.server(server)
        kind = FILES if fields.get("policy_category") == "AGENT" else IMAGE
        body = {**kind, "server_uuid": found["id"], "server_category": CATEGORIES[found["type"]], **fields}
        return self("POST", "/v1/backups", body, region=found["region"])

    def made(self, server: str = "west-web1", **fields: Any) -> str:
        """A backup that is available; its id."""
        answer = self.asked(server, **fields)
        assert answer.status == 200, answer.body
        self.simulator.advance(5)
        return str(answer.body["resource"]["id"])

    def of_files(self, server: str = "west-db1", **fields: Any) -> str:
        """A backup of files, and an agent for it if there is none; its id."""
        if server not in [agent["server_name"] for agent in self.ok("GET", "/backup-agents")["contents"]]:
            self.agent(server)
        return self.made(server, policy_category="AGENT", **fields)

    def agent(self, server: str = "west-db1", **fields: Any) -> str:
        """An agent that is available; its id."""
        body = {"server_uuid": self.simulator.server(server)["id"], **fields}
        agent = self.ok("POST", "/backup-agents", body)["resource"]["id"]
        self.simulator.advance(2)
        return str(agent)

    def show(self, identifier: str, region: str = "") -> dict[str, Any]:
        """A backup as it is shown."""
        found: dict[str, Any] = self.ok("GET", f"/backups/{identifier}", region=region)
        return found

    def run(self, backup: str) -> str:
        """Let a backup run to its end; how it ended."""
        self.ok("POST", f"/backups/{backup}/manual-backup")
        self.simulator.advance(10)
        return str(self.jobs(backup)[0]["backup_job_state"])

    def jobs(self, backup: str, query: str = "") -> list[dict[str, Any]]:
        """The histories of a backup."""
        return self._contents(f"/backups/{backup}/backup-histories{query}", "")

    def points(self, backup: str, query: str = "", region: str = "") -> list[dict[str, Any]]:
        """The restore targets of a backup."""
        return self._contents(f"/backups/{backup}/restore-targets{query}", region)

    def point(self, backup: str) -> str:
        """The newest restore target, after a run if there is none."""
        if not self.points(backup):
            self.run(backup)
        return str(self.points(backup)[0]["restore_target_id"])

    def restores(self, backup: str, query: str = "", region: str = "") -> list[dict[str, Any]]:
        """The restore histories of a backup."""
        return self._contents(f"/backups/{backup}/restore-histories{query}", region)

    def _contents(self, path: str, region: str) -> list[dict[str, Any]]:
        answer = self.ok("GET", path, region=region)
        found: list[dict[str, Any]] = answer["contents"]
        if "size=" not in path:
            assert answer["count"] == len(found)
        return found

    def patch(self, table: str, row_id: str, **fields: Any) -> None:
        """Change something behind the service's back."""
        self.simulator.patch_world({"backup": {table: [{"id": row_id, **fields}]}})


@pytest.fixture
def backup(simulator: Simulator) -> BackupApi:
    """A client of Backup. Time stands still, at nine on a Monday in Korea, unless it is advanced."""
    to_monday(simulator)
    return BackupApi(simulator)
