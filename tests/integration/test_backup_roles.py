# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of Backup, from servers without anything to servers that are backed up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run

SERVICE = "backup"
SERVERS = ("west-db3", "west-db4")
#: What must not be seen in any output.
CRASHES = ("Traceback", "MODULE FAILURE", "unexpected", "object has no attribute", "is undefined")


def agents(controller: Controller, *arguments: str, **variables: Any) -> Run:
    """Run the playbook of agents on servers that are all this machine."""
    inventory = controller.folder / "inventory.json"
    hosts = {name: {"ansible_connection": "local"} for name in SERVERS}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    installer = controller.folder / "installer"
    installer.write_text("#!/bin/sh\necho installed >> installed.txt\n", encoding="utf-8")
    given = {
        "backup_agent_installer_url": installer.as_uri(),
        "backup_agent_installer": str(controller.folder / "fetched-{{ inventory_hostname }}"),
        "backup_agent_install_become": False,
        "backup_agent_install_command": f'cd {controller.folder} && "$INSTALLER" && echo $BACKUP_MASTER >> masters.txt',
        "backup_agent_connection_delay": 0,
        "backup_agent_connection_retries": 2,
        **variables,
    }
    run = controller.playbook("scp.storage.backup_agent", variables=given, arguments=["-i", str(inventory), *arguments])
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _lines(controller: Controller, file: str) -> list[str]:
    path = controller.folder / file
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def test_agents(controller: Controller) -> None:
    """They are made and installed, with the address of Backup's master at hand; a second run does nothing."""
    predicted = agents(controller, "--check").succeeded()
    assert sum(result.operations == ["CreateBackupAgent"] for result in predicted) == len(SERVERS)
    assert controller.simulator.writes() == []
    agents(controller).succeeded()
    found = controller.simulator.world()[SERVICE]["agents"]
    assert sorted(agent["server_name"] for agent in found) == list(SERVERS)
    assert [agent["connection_state"] for agent in found] == ["SUCCESS"] * len(SERVERS)
    assert _lines(controller, "installed.txt") == ["installed"] * len(SERVERS)
    assert all(address.startswith("100.64.") for address in _lines(controller, "masters.txt"))
    assert not list(controller.folder.glob("*.scp-backup-agent"))
    again = agents(controller).succeeded()
    assert again.count("changed") == 0
    assert len(_lines(controller, "installed.txt")) == len(SERVERS)


@pytest.mark.newest_core
def test_installer_is_private_and_removed_after_a_failure(controller: Controller) -> None:
    """A file that another user has made under its name is not run, and what fails leaves nothing behind."""
    for server in SERVERS:
        (controller.folder / f"fetched-{server}").write_text("of someone else", encoding="utf-8")
    look = f'stat -c %a "$(dirname "$INSTALLER")" >> {controller.folder}/modes.txt; echo no way >&2; exit 126'
    run = agents(controller, backup_agent_install_command=look)
    assert run.rc != 0
    assert _lines(controller, "modes.txt") == ["700"] * len(SERVERS)
    assert not list(controller.folder.glob("*.scp-backup-agent"))
    for server in SERVERS:
        assert (controller.folder / f"fetched-{server}").read_text(encoding="utf-8") == "of someone else"
    messages = [result.message for result in run if result.failed]
    assert len(messages) == len(SERVERS)
    for words in ("ended with 126: no way", "mounted noexec, set backup_agent_installer to a path"):
        assert all(words in message for message in messages), messages


@pytest.mark.newest_core
def test_agents_that_do_not_connect(controller: Controller) -> None:
    """What is wrong is reported after as many checks as were asked for; the next run installs them again."""
    controller.simulator.switch(backup_connection_result="FAILED")
    run = agents(controller)
    assert run.rc != 0
    reported = [result for result in run if result.name.endswith("Wait until Backup is connected to it")]
    assert len(reported) == len(SERVERS)
    assert all("has no connection" in result.message for result in reported)
    checks = {call["sequence"] for call in run.calls if call["operation"] == "CheckBackupMasterConnectionState"}
    assert len(checks) == len(SERVERS) * (1 + 2)
    # Check mode predicts no installation, because whether the agent connects meanwhile is not known.
    planned = agents(controller, "--check").succeeded()
    assert [call["operation"] for call in planned.calls if call["write"]] == []
    assert len(_lines(controller, "installed.txt")) == len(SERVERS)
    controller.simulator.switch(backup_connection_result="SUCCESS")
    again = agents(controller, backup_agent_server_category="BAREMETAL_SERVER").succeeded()
    assert [call["operation"] for call in again.calls if call["write"]] == []


@pytest.mark.newest_core
def test_agents_installed_in_another_way(controller: Controller) -> None:
    """A file of tasks takes the place of those of the role; without it or a command, the role says what is missing."""
    controller.simulator.switch(backup_connection_result="FAILED")
    run = agents(controller, backup_agent_install_command="")
    assert run.rc != 0
    reported = [result.message for result in run if result.failed]
    assert len(reported) == len(SERVERS)
    assert all("backup_agent_install_command" in message and "file://" in message for message in reported)
    tasks, mine = controller.folder / "mine.yml", str(controller.folder / "mine-{{ inventory_hostname }}")
    copy = {"content": "{{ backup_agent_url }} {{ backup_agent_facts.id }}", "dest": mine, "mode": "0600"}
    tasks.write_text(json.dumps([{"name": "My own way", "ansible.builtin.copy": copy}]), encoding="utf-8")
    agents(controller, backup_agent_install_tasks=str(tasks), backup_agent_connection_retries=1)
    written = {path.name: path.read_text(encoding="utf-8") for path in controller.folder.glob("mine-*")}
    assert sorted(written) == [f"mine-{name}" for name in SERVERS]
    assert all(text.startswith("file://") and " BACKUP_AGENT-" in text for text in written.values())
    assert _lines(controller, "installed.txt") == []


SCHEDULES = [
    {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "01:00"},
    {"type": "INCREMENTAL", "frequency": "DAILY", "start_time": "02:30"},
]
WANTED = [
    "west-web1",
    {
        "server": "west-db3",
        "server_category": "BAREMETAL_SERVER",
        "filesystem_paths": ["/data"],
        "dr_enabled": True,
        "tags": [{"key": "team", "value": "x"}],
    },
]
OPERATIONS = ["CreateBackup", "ManualBackup", "CreateBackupAgent", "CreateBackup", "ManualBackup"]
MODULE = "scp.storage.backup_policy : Converge agents and backups, and run first backups"


def policies(controller: Controller, *arguments: str, **variables: Any) -> Run:
    """Run the playbook of backups."""
    given = {"backup_servers": WANTED, "backup_schedules": SCHEDULES, **variables}
    run = controller.playbook("scp.storage.backup_policy", variables=given, arguments=arguments)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _writes(run: Run) -> list[str]:
    return sorted(call["operation"] for call in run.calls if call["write"])


def test_policies(controller: Controller) -> None:
    """All servers get theirs, and a first backup; a second run does nothing, and a change only what is asked."""
    planned = policies(controller, "--check", "--diff", backup_policy_first_backup=True).succeeded()
    assert (_writes(planned), planned[MODULE].operations) == ([], OPERATIONS)
    assert "backup west-db3-files in kr-west1" in planned.output
    run = policies(controller, backup_policy_first_backup=True).succeeded()
    assert (_writes(run), run[MODULE].operations) == (sorted(OPERATIONS), OPERATIONS)
    facts = run["scp.storage.backup_policy : Return the backups"].result["ansible_facts"]
    assert [backup["name"] for backup in facts["backup_policy_backups"]] == ["west-web1-image", "west-db3-files"]
    table = run["scp.storage.backup_policy : Show the report"].result["msg"]
    assert table[-1] == "2 created, 0 changed, 0 unchanged, 0 failed"
    again = policies(controller, backup_policy_first_backup=True).succeeded()
    assert (again.count("changed"), _writes(again)) == (0, [])
    as_texts = {"backup_servers": json.dumps(WANTED), "backup_schedules": json.dumps(SCHEDULES[:1])}
    assert _writes(policies(controller, **as_texts).succeeded()) == ["SetBackupSchedule"] * 2


@pytest.mark.newest_core
def test_policies_report_blockers_and_mistakes(controller: Controller) -> None:
    run = policies(controller, backup_servers="west-web1, no-such")
    assert run.rc != 0
    assert _writes(run) == []
    assert run[-1].message.startswith(
        "backup_policy: 1 of 2 backups cannot be worked on, and nothing was changed. no-such (no-such-image): "
    )
    run = policies(controller, backup_servers=[{"server": "west-web1", "retention": "WEEK_2"}])
    assert run.rc != 0
    assert run.calls == []
    assert "Item 1 (west-web1): retention is not a known key, did you mean retention_period?" in run[-1].message
