# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of Backup, from servers without anything to servers that are backed up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task
from tests.integration.conftest import TIME_SCALE

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
    {"server": "west-web1"},
    {"server": "west-web2", "retention_period": "MONTH_3", "schedules": SCHEDULES[:1], "name": "web two"},
    {
        "server": "west-db3",
        "server_category": "BAREMETAL_SERVER",
        "filesystem_paths": ["/data"],
        "dr_enabled": True,
        "tags": [{"key": "team", "value": "x"}],
    },
]


def policies(controller: Controller, *arguments: str, **variables: Any) -> Run:
    """Run the playbook of backups."""
    given = {"backup_servers": WANTED, "backup_schedules": SCHEDULES, **variables}
    run = controller.playbook("scp.storage.backup_policy", variables=given, arguments=arguments)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _writes(run: Run) -> list[str]:
    return [call["operation"] for call in run.calls if call["write"]]


def test_policies(controller: Controller) -> None:
    """All servers get theirs, and a first backup; a second run does nothing, and a change only what is asked."""
    simulator = controller.simulator
    by_name = policies(controller, backup_servers="west-web1").succeeded()
    assert _writes(by_name) == ["CreateBackup"]
    predicted = policies(controller, "--check", backup_policy_first_backup=True).succeeded()
    assert _writes(predicted) == []
    assert sum(item.operations == ["ManualBackup"] for result in predicted for item in result.items) == 1
    assert predicted["scp.storage.backup_policy : Say which would run that are not there yet"].changed
    run = policies(controller, backup_policy_first_backup=True).succeeded()
    assert sorted(_writes(run)) == ["CreateBackup"] * 2 + ["CreateBackupAgent"] + ["ManualBackup"] * 3
    world = simulator.world()[SERVICE]
    original = {backup["name"]: backup for backup in world["backups"] if backup["role_type"] == "ORIGINAL"}
    assert sorted(original) == ["web two", "west-db3-files", "west-web1-image"]
    assert original["web two"]["retention_period"] == "MONTH_3"
    assert original["west-db3-files"]["policy_type"] == "FILESYSTEM"
    assert original["west-db3-files"]["dr_enabled"] is True
    assert sorted(job["backup_job_state"] for job in world["histories"]) == ["SUCCESS"] * 3
    again = policies(controller, backup_policy_first_backup=True).succeeded()
    assert (again.count("changed"), _writes(again)) == (0, [])
    # What is in the desired state is looked at once.
    assert [call["operation"] for call in again.calls].count("ListBackupSchedules") == len(WANTED)
    as_texts = {"backup_servers": json.dumps(["west-web1", *WANTED[1:]]), "backup_schedules": json.dumps(SCHEDULES[:1])}
    assert _writes(policies(controller, **as_texts).succeeded()) == ["SetBackupSchedule"] * 2


@pytest.mark.newest_core
def test_agents_on_the_way(controller: Controller) -> None:
    """Check mode shows one agent for a server, and its images; a killed run whose agent is on its way goes on."""
    simulator = controller.simulator
    files = {"server": "west-web1", "is_all_filesystem": True}
    servers = [files, {**files, "name": "more"}, {"server": "west-web1"}]
    predicted = policies(controller, "--check", backup_servers=servers).succeeded()
    said = [name for result in predicted if result.changed for item in result.items for name in item.operations or []]
    assert said == ["CreateBackupAgent", "CreateBackup"]

    simulator.switch(backup_agent_create_seconds=4 * TIME_SCALE)
    agent = {"server": "west-web1", "wait": False}
    controller.run([task("scp_backup_agent", agent)]).succeeded()
    assert _writes(policies(controller, backup_servers=servers[:1]).succeeded()) == ["CreateBackup"]


@pytest.mark.newest_core
def test_nothing_is_changed_before_all_is_looked_at(controller: Controller) -> None:
    """What blocks some servers is reported of all of them at once, and the others get nothing yet."""
    servers = [*WANTED, {"server": "no-such"}, {"server": "none-such", "server_category": "BAREMETAL_SERVER"}]
    for arguments in ((), ("--check",)):
        run = policies(controller, *arguments, backup_servers=servers)
        assert run.rc != 0
        assert _writes(run) == []
        message = run[-1].message
        assert message.startswith("backup_policy cannot work on 2 of 5 backups, and nothing was changed.")
        assert "no-such: no-such-image: " in message
        assert "none-such: none-such-files: " in message
        assert run.count("changed") == 0


def test_lists_that_can_not_be(controller: Controller) -> None:
    """What is wrong is reported before anything is sent."""
    mistakes: dict[str, tuple[Any, tuple[str, ...]]] = {
        "nothing": ([], ("backup_policy_servers is empty",)),
        "a key": ([{"server": "west-web1", "retention": "WEEK_2"}], ("retention", "retention_period")),
        "twice": ([{"server": "west-web1"}, {"server": "x", "name": "west-web1-image"}], ("west-web1-image", "own")),
        "no server": ([{"name": "x"}], ("server",)),
        "no list": ("server: west-web1", ("backup_servers must be a list", "with a server")),
        "a broken text": ("[{server: west-web1", ("backup_servers is a text that cannot be read", "line 1", "as JSON")),
    }
    for servers, words in mistakes.values():
        run = policies(controller, backup_servers=servers)
        assert run.rc != 0
        reported = " ".join(
            f"{result.message} {result.result.get('argument_errors', '')}" for result in run if result.failed
        )
        assert [word for word in words if word not in reported] == [], reported
        assert run.calls == []
