# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup: agents and their connections (platform-behaviour.md §8)."""

from __future__ import annotations

import re

import pytest

from tests.simulator.fixture import Simulator

from .backups import BackupApi, backup

__all__ = ["backup"]


def check(api: BackupApi, agent: str) -> str | None:
    """Let the connection of an agent be checked; what comes of it."""
    answer = api("GET", f"/v1/backup-agents/{agent}/check-connection-state")
    assert (answer.status, answer.body["resource"]["id"]) == (202, agent)
    api.simulator.advance(1)
    found: str | None = api.ok("GET", f"/backup-agents/{agent}")["connection_state"]
    return found


@pytest.mark.parametrize("status", [202, 200])
def test_the_life_of_an_agent(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_agent_answer=status)
    server = simulator.server("west-db1")
    body = {"server_uuid": server["id"], "tags": [{"key": "a", "value": "b"}]}
    answer = backup("POST", "/v1/backup-agents", body)
    assert answer.status == status
    agent = answer.body["resource"]["id"]
    assert re.fullmatch(r"BACKUP_AGENT-[a-z0-9]{12}", agent)
    assert backup.ok("GET", f"/backup-agents/{agent}")["state"] == "CREATING"
    simulator.advance(2)
    shown = backup.ok("GET", f"/backup-agents/{agent}")
    expected = {
        "state": "AVAILABLE", "connection_state": None, "connection_check_time": None, "backup_policy_count": 0,
        "server_name": "west-db1", "server_uuid": server["id"], "server_category": "BAREMETAL_SERVER",
        "server_os_type": "LINUX", "server_backup_agent_ip": "10.10.1.14", "server_gateway_ip": "10.10.1.1",
        "subnet_id": server["subnet_id"], "subnet_name": "west-app-subnet",
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert re.fullmatch(r"agent_[a-z0-9]{6}", shown["name"])
    assert len(shown["media_servers"]) == 1
    assert simulator.world()["backup"]["agents"][0]["tags"] == body["tags"]
    answer = backup("DELETE", f"/v1/backup-agents/{agent}")
    assert (answer.status, answer.body["resource"]["id"]) == (status, agent)
    assert backup.ok("GET", f"/backup-agents/{agent}")["state"] == "DELETING"
    assert backup("DELETE", f"/v1/backup-agents/{agent}").status == 409
    simulator.advance(2)
    assert backup("GET", f"/v1/backup-agents/{agent}").error["code"] == "Backup.NotFoundBackupAgent"


def test_what_create_refuses(backup: BackupApi, simulator: Simulator) -> None:
    server = simulator.server("west-db1")["id"]

    def status(**body: object) -> int:
        return backup("POST", "/v1/backup-agents", body).status

    assert status(server_uuid="nonsense") == 404
    assert status(server_uuid=simulator.server("east-db1")["id"]) == 404
    assert status(server_uuid=simulator.server("west-gpunode1")["id"]) == 404
    assert status(server_uuid=server, subnet_id="nonsense") == 404
    assert status(server_uuid=server, subnet_id=simulator.server("east-db1")["subnet_id"]) == 404
    assert status(server_uuid=server, tags=[{"key": "k" * 129, "value": ""}]) == 400
    agent = backup.agent("west-db1", subnet_id=simulator.server("west-db1")["subnet_id"])
    assert status(server_uuid=server) == 409
    simulator.switch(backup_agent_duplicate="400")
    assert status(server_uuid=server) == 400
    backup.ok("DELETE", f"/backup-agents/{agent}")
    assert status(server_uuid=server) == 202


def test_creating_may_fail(backup: BackupApi, simulator: Simulator) -> None:
    simulator.switch(backup_agent_create_ends_in="ERROR")
    agent = backup.agent()
    assert backup.ok("GET", f"/backup-agents/{agent}")["state"] == "ERROR"
    assert backup("GET", f"/v1/backup-agents/{agent}/check-connection-state").status == 409
    assert backup("DELETE", f"/v1/backup-agents/{agent}").status == 202


@pytest.mark.parametrize("status", [409, 400])
def test_an_agent_in_use_stays(backup: BackupApi, simulator: Simulator, status: int) -> None:
    simulator.switch(backup_agent_delete_used=status)
    target = backup.of_files()
    agent = backup.show(target)["backup_agent_id"]
    assert backup.ok("GET", f"/backup-agents/{agent}")["backup_policy_count"] == 1
    assert backup("DELETE", f"/v1/backup-agents/{agent}").status == status
    backup.ok("DELETE", f"/backups/{target}")
    simulator.advance(3)
    assert backup("DELETE", f"/v1/backup-agents/{agent}").status == 202


def test_the_check_of_a_connection(backup: BackupApi, simulator: Simulator) -> None:
    agent = backup.agent()
    before = simulator.operations()[-1]["sequence"]
    assert check(backup, agent) == "SUCCESS"
    (entry, _ignored) = simulator.operations(before)[-2:]
    assert (entry["operation"], entry["write"]) == ("CheckBackupMasterConnectionState", False)
    shown = backup.ok("GET", f"/backup-agents/{agent}")
    assert shown["connection_check_time"] > shown["created_at"]
    simulator.switch(backup_connection_result="FAILED", backup_connection_checking="INPROGRESS")
    backup.ok("GET", f"/backup-agents/{agent}/check-connection-state")
    assert backup.ok("GET", f"/backup-agents/{agent}")["connection_state"] == "INPROGRESS"
    simulator.advance(1)
    assert backup.ok("GET", f"/backup-agents/{agent}")["connection_state"] == "FAILED"
    simulator.switch(backup_connection_result="SUCCESS", backup_connection_checking="before")
    backup.ok("GET", f"/backup-agents/{agent}/check-connection-state")
    simulator.advance(0.9)
    backup.ok("GET", f"/backup-agents/{agent}/check-connection-state")
    simulator.advance(0.2)
    assert backup.ok("GET", f"/backup-agents/{agent}")["connection_state"] == "FAILED"
    simulator.advance(0.8)
    assert backup.ok("GET", f"/backup-agents/{agent}")["connection_state"] == "SUCCESS"
    assert backup("GET", "/v1/backup-agents/nonsense/check-connection-state").status == 404


def test_an_agent_on_a_stopped_server(backup: BackupApi, simulator: Simulator) -> None:
    agent = backup.agent("west-stopped1")
    assert check(backup, agent) == "FAILED"
    simulator.patch_world({"servers": [{"id": simulator.server("west-stopped1")["id"], "state": "RUNNING"}]})
    assert check(backup, agent) == "SUCCESS"
    simulator.patch_world({"servers": [{"id": simulator.server("west-stopped1")["id"], "removed": True}]})
    assert check(backup, agent) == "FAILED"
    simulator.switch(backup_agent_stopped="400")
    body = {"server_uuid": simulator.server("west-stopped2")["id"]}
    assert backup("POST", "/v1/backup-agents", body).status == 400


def test_lists(backup: BackupApi, simulator: Simulator) -> None:
    agents = [backup.agent(server) for server in ("west-db1", "west-db2", "west-web1")]
    found = backup.ok("GET", "/backup-agents")
    assert (found["count"], [item["id"] for item in found["contents"]]) == (3, agents[::-1])
    assert set(found["contents"][0]) == {
        *("account_id", "backup_policy_count", "connection_state", "created_at", "created_by", "id", "modified_at"),
        *("modified_by", "name", "server_backup_agent_ip", "server_category", "server_name", "state"),
    }
    name = found["contents"][2]["name"]
    for query in (f"name={name}", "server_backup_agent_ip=10.10.1.14", "server_name=db1"):
        assert [item["id"] for item in backup.ok("GET", f"/backup-agents?{query}")["contents"]] == agents[:1]
    page = backup.ok("GET", "/backup-agents?sort=server_name:asc&size=2&page=1")
    assert ([item["server_name"] for item in page["contents"]], page["count"]) == (["west-web1"], 3)
    assert backup.ok("GET", "/backup-agents", region="kr-east1") == {"count": 0, "contents": []}
    assert backup("GET", "/v1/backup-agents?sort=ip:asc").status == 400


def test_servers_for_agents(backup: BackupApi, simulator: Simulator) -> None:
    def names(query: str) -> list[str]:
        return [item["server_name"] for item in backup.ok("GET", f"/backup-agents/targets?{query}")["contents"]]

    assert names("server_category=VIRTUAL_SERVER") == ["west-app1", "west-stopped1", "west-web1", "west-web2"]
    assert names("server_category=BAREMETAL_SERVER&sort=server_name:desc&size=2") == ["west-stopped2", "west-db9"]
    assert names("server_category=VIRTUAL_SERVER&server_name=web&size=1&page=1") == ["west-web2"]
    backup.agent("west-web2")
    assert names("server_category=VIRTUAL_SERVER&server_name=web") == ["west-web1"]
    shown = backup.ok("GET", "/backup-agents/targets?server_category=VIRTUAL_SERVER&sort=server_state:desc")
    server = simulator.server("west-stopped1")
    assert shown["contents"][0] == {
        "server_backup_agent_ip": server["ip"], "server_name": "west-stopped1", "server_state": "STOPPED",
        "server_type": "s1v1m2", "server_uuid": server["id"], "vpc_id": simulator.world()["subnets"][0]["vpc_id"],
    }  # fmt: skip
    for query in ("server_category=VM", "server_category=GPU_SERVER&sort=ip:asc"):
        assert backup("GET", f"/v1/backup-agents/targets?{query}").status == 400


def test_where_agents_are_fetched(backup: BackupApi) -> None:
    path = "/v1/backup-agents/agent-install-file-path?os_type="
    assert backup("GET", f"{path}LINUX").body["install_file_path"].endswith(".tar.gz")
    assert backup("GET", f"{path}WINDOWS").body["install_file_path"].endswith(".zip")
    assert backup("GET", f"{path}linux").error["code"] == "ValidationError"
    agent = backup.agent("west-app1")
    shown = backup.ok("GET", f"/backup-agents/{agent}")
    assert (shown["install_file_path"], shown["server_os_type"]) == (
        backup("GET", f"{path}WINDOWS").body["install_file_path"],
        "WINDOWS",
    )
