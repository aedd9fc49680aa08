# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks on the controller whatever inventory and play set for servers, and what they report when they end early."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task, task_that_awaits

INFO = "scp_filestorage_volume_info"
VOLUME = {"name": "slow_data", "protocol": "NFS", "type_name": "SSD"}
SECRET = "simulator-secret-worth-nothing-000000000"


@pytest.fixture
def servers(controller: Controller) -> list[str]:
    """Arguments for an inventory that says everything about its servers that must not count on the controller."""
    folder = controller.folder / "bin"
    folder.mkdir()
    (folder / "sudo").write_text('#!/bin/sh\necho "sudo was called" >&2\nexit 127\n')
    (folder / "sudo").chmod(0o755)
    controller.environ["PATH"] = f"{folder}{os.pathsep}{controller.environ['PATH']}"
    inventory = controller.folder / "inventory.ini"
    inventory.write_text(
        "web1 ansible_connection=local ansible_python_interpreter=/nowhere/python\n"
        f"[all:vars]\nansible_become=true\nansible_become_user={other_user()}\n"
    )
    return ["-i", str(inventory)]


def other_user() -> str:
    """Ansible leaves sudo out where both users are the same."""
    return "nobody" if os.getuid() == 0 else "root"


def test_delegated_tasks_are_the_controllers_own(controller: Controller, servers: list[str]) -> None:
    """Neither the server's interpreter counts nor ``become`` nor proxies, and no secret gets on a command line."""
    nowhere = "http://proxy-of-the-servers.example:3128"
    elsewhere = {"endpoint_url": "https://storage.invalid/{service}", "max_retries": 0}
    asks = "lookup('scp.storage.scp_query', 'filestorage.ListVolumes', query='length(@)', region='', timeout=' ')"
    local = {"delegate_to": "localhost"}
    # Older ansible-cores poll with the server's interpreter, so this asks by itself.
    job = task_that_awaits("begun", name="async", register="ended", vars={"ansible_become": False})
    secret = {"environment": {"SCP_SECRET_KEY": SECRET}}
    tasks = [
        task(INFO, {}, name="plain", **local, **secret),
        task(INFO, {}, name="begun", **local, **secret, register="begun", **{"async": 30, "poll": 0}),
        {**job, **local},
        task(INFO, elsewhere, name="proxy of the play", **local, ignore_errors=True),
        task(INFO, elsewhere, name="proxy", **local, ignore_errors=True, environment={"HTTPS_PROXY": nowhere}),
        task("ansible.builtin.debug", {"msg": f"{{{{ {asks} }}}}"}, name="lookup"),
    ]
    # What a template makes of a variable that is not defined hides nothing.
    blank = {"region": "{{ none }}", "endpoint_url": "{{ mine | default('') }}", "timeout": "", "access_key": " "}
    play: dict[str, Any] = {
        "hosts": "web1",
        "gather_facts": False,
        "environment": {"HTTPS_PROXY": nowhere, "SCP_LANGUAGE": "ko-KR"},
        "module_defaults": {
            "group/scp.storage.scp": blank,
            "group/scp.storage.manage": {"wait_timeout": 5, "wait": True},
        },
        "tasks": [{**one, "args": {"region": ""}} if one["name"] == "plain" else one for one in tasks],
    }
    for one in play["tasks"][3:5]:
        # Where the endpoint is one of the task's own, the module's other defaults are not of interest.
        one["module_defaults"] = {"group/scp.storage.scp": {}}
    run = controller.playbook([play], arguments=servers, verbosity=4).succeeded()
    assert "sudo was called" not in run.output
    assert SECRET not in run.output
    assert run["plain"].result["volumes"] == run["async"].result["volumes"] == []
    assert "storage.invalid cannot be reached" in run["proxy of the play"].message
    assert "Check HTTPS_PROXY (environment: of the task) and NO_PROXY." in run["proxy"].message
    assert run["lookup"].message in ("0", "[0]")
    started = [line for line in run.stdout.splitlines() if " EXEC " in line and "async_wrapper" not in line]
    assert not [line for line in started if f"AnsiballZ_{INFO}" in line], started


@pytest.mark.newest_core
def test_report_needs_no_sudo_on_the_controller(controller: Controller, servers: list[str], tmp_path: Path) -> None:
    run = controller.playbook(
        "scp.storage.storage_report",
        arguments=[*servers, "--become", "--become-user", other_user()],
        variables={"storage_report_folder": str(tmp_path / "report")},
    ).succeeded()
    assert "sudo was called" not in run.output
    assert list((tmp_path / "report").iterdir())


def test_timeout_of_a_task_reports_what_was_done(controller: Controller) -> None:
    """The progress before that is on stderr, and none of a task with ``no_log``."""
    controller.simulator.switch(filestorage_create_seconds=100_000)
    apply = {"resources": [{"kind": "filestorage_volume", **VOLUME, "name": "hidden_data"}]}
    run = controller.run(
        [
            task("scp_filestorage_volume", VOLUME, name="slow", timeout=6, ignore_errors=True),
            task("scp_storage_apply", apply, name="hidden", timeout=6, ignore_errors=True, no_log=True),
            task(INFO, {}, name="next"),
        ]
    ).succeeded()
    slow = run["slow"]
    assert (slow.failed, slow.changed, slow.operations) == (True, True, ["CreateVolume"])
    assert slow.message == (
        "The task was ended by its timeout of 6 seconds. Done before: CreateVolume. Run the task again: it continues"
        " from the current state."
    )
    assert run["hidden"].failed
    assert len(run["next"].result["volumes"]) == 2
    # Of a task that is interrupted or killed, this is what is known.
    assert re.search(
        r"\[localhost\] waiting for volume slow_data\w*: creating \(\ds\), done: CreateVolume\n", run.stderr
    )
    assert "waiting for" not in run.stdout
    assert "hidden_data" not in run.stderr
