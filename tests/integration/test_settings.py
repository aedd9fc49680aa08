# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings come from everywhere users keep them, in their order; and tasks run where they are delegated to."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.harness.playbooks import Controller, other_spelling
from tests.harness.tasks import task, task_that_awaits

INFO = "scp_filestorage_volume_info"
VOLUMES = [
    {"name": "west_data_aaaaaa", "region": "kr-west1", "type_name": "SSD"},
    {"name": "east_data_bbbbbb", "region": "kr-east1", "type_name": "SSD"},
]


def _unset(controller: Controller) -> dict[str, str]:
    """Take all settings away; what they were."""
    taken = {name: value for name, value in controller.environ.items() if name.startswith("SCP_")}
    for name in taken:
        del controller.environ[name]
    controller.simulator.patch_world({"filestorage": {"volumes": VOLUMES}})
    return taken


def _files(controller: Controller, folder: str, **files: dict[str, Any]) -> None:
    place = controller.home / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / f"{name.replace('_', '-') if name == 'cli_config' else name}.json").write_text(json.dumps(content))


def _found(controller: Controller, args: dict[str, Any] | None = None, **options: Any) -> list[str]:
    """Names of the volumes that a task finds."""
    result = controller.run_task(INFO, {**(args or {}), "query": "volumes[].base_name"}, **options)
    assert not result.failed, result.message
    found: list[str] = result.result["result"]
    return found


def test_files_of_the_official_tools(routed: Controller) -> None:
    """``~/.scpconf`` is enough; a profile and a file of one's own count before it."""
    was = _unset(routed)
    config = {
        "endpoint-override": was["SCP_ENDPOINT_URL"],
        "default-region": "kr-west1",
        "profiles": {"east": {"default-region": "kr-east1"}},
    }
    keys = {"access-key": was["SCP_ACCESS_KEY"], "secret-key": was["SCP_SECRET_KEY"]}
    _files(routed, ".scpconf", config=config, credentials=keys)
    _files(routed, "other", config={**config, "default-region": "kr-east1"}, credentials=keys)
    run = routed.run(
        [
            task(INFO, {"query": "volumes[].base_name"}),
            task(INFO, {"query": "volumes[].base_name", "profile": "east"}),
            task(INFO, {"query": "volumes[].base_name", "config_file": "~/other/config.json"}),
            task(INFO, {"query": "volumes[].base_name"}, environment={"SCP_REGION": "kr-east1"}),
            task(
                INFO,
                {"query": "volumes[].base_name", "region": "kr-west1"},
                environment={"SCP_TF_DEFAULT_REGION": "kr-east1"},
            ),
        ]
    ).succeeded()
    assert [result.result["result"] for result in run] == [
        ["west_data"],
        ["east_data"],
        ["east_data"],
        ["east_data"],
        ["west_data"],
    ]


@pytest.mark.newest_core
def test_file_of_the_command_line_tool(controller: Controller) -> None:
    """``~/scp/cli-config.json`` is enough, and leads to the catalogue."""
    was = _unset(controller)
    config = {
        "auth_url": was["SCP_AUTH_URL"],
        "access_key": was["SCP_ACCESS_KEY"],
        "access_secret_key": was["SCP_SECRET_KEY"],
        "default_scp_region": "kr-east1",
    }
    _files(controller, "scp", cli_config=config)
    assert _found(controller) == ["east_data"]
    assert [entry["operation"] for entry in controller.simulator.operations()][:2] == ["ListEndpoints", "ListVolumes"]


@pytest.mark.newest_core
@pytest.mark.parametrize("auth_url", ["/iam", "/iam/", "/iam/v1", "/iam/v1/endpoints"])
def test_catalogue(controller: Controller, auth_url: str) -> None:
    """The catalogue is found however much of its address is given, and read once for all items of a loop."""
    del controller.environ["SCP_ENDPOINT_URL"]
    controller.environ["SCP_AUTH_URL"] = f"{controller.simulator.url}{auth_url}"
    controller.simulator.patch_world({"filestorage": {"volumes": VOLUMES}})
    looped = task(
        INFO, {"region": "{{ item }}", "query": "volumes[].base_name"}, loop=["kr-west1", "kr-east1", "kr-west1"]
    )
    run = controller.run([looped]).succeeded()
    assert [item.result["result"] for item in run[0].items] == [["west_data"], ["east_data"], ["west_data"]]
    assert 1 <= run[0].reads.count("ListEndpoints") <= 2


def test_terraform_names(routed: Controller) -> None:
    """The variables of the Terraform provider do, and give way to those of the collection."""
    was = _unset(routed)
    environ: dict[str, str | None] = {
        "SCP_TF_ACCESS_KEY": was["SCP_ACCESS_KEY"],
        "SCP_TF_SECRET_KEY": was["SCP_SECRET_KEY"],
        "SCP_TF_DEFAULT_REGION": "kr-east1",
        "SCP_TF_ENDPOINT_OVERRIDE": was["SCP_ENDPOINT_URL"],
    }
    assert _found(routed, environ=environ) == ["east_data"]
    assert _found(routed, environ={**environ, "SCP_REGION": "kr-west1"}) == ["west_data"]


@pytest.mark.newest_core
def test_temporary_credentials_and_account(controller: Controller) -> None:
    """A session token is sent with its key, and an account id is signed."""
    controller.simulator.patch_world({"filestorage": {"volumes": VOLUMES}})
    environ: dict[str, str | None] = {
        "SCP_ACCESS_KEY": "SIMULATORTEMPORARYKEY00000",
        "SCP_SECRET_KEY": "simulator-secret-worth-nothing-222222222",
        "SCP_AUTH_TOKEN": "simulator-session-token-worth-nothing",
        "SCP_ACCOUNT_ID": "5109a8be3c5d4e1f9a77c0de51a10001",
    }
    assert _found(controller, environ=environ) == ["west_data"]


def test_environment_and_module_defaults(routed: Controller) -> None:
    """``environment:`` and the group's defaults are in force, with variables in them, for their tasks only."""
    was = _unset(routed)
    defaults = {
        "access_key": was["SCP_ACCESS_KEY"],
        "secret_key": was["SCP_SECRET_KEY"],
        "endpoint_url": was["SCP_ENDPOINT_URL"],
        "region": "{{ where }}",
    }
    east = {"SCP_REGION": "{{ where }}"}
    nothing = {"query": "volumes[].base_name"}
    run = routed.playbook(
        [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "vars": {"where": "kr-east1"},
                "module_defaults": {"group/scp.storage.scp": defaults},
                "tasks": [
                    task(INFO, nothing),
                    task(INFO, {**nothing, "region": "kr-west1"}),
                    task(INFO, nothing, vars={"where": "kr-west1"}),
                ],
            },
            {
                "hosts": "localhost",
                "gather_facts": False,
                "vars": {"where": "kr-east1"},
                "environment": {**was, "SCP_REGION": "kr-west1"},
                "tasks": [task(INFO, nothing), task(INFO, nothing, environment=east), task(INFO, nothing)],
            },
            {"hosts": "localhost", "gather_facts": False, "tasks": [task(INFO, nothing, ignore_errors=True)]},
        ]
    ).succeeded()
    found = [result.result.get("result") for result in run]
    assert found == [["east_data"], ["west_data"], ["west_data"], ["west_data"], ["east_data"], ["west_data"], None]
    assert "SCP_ACCESS_KEY" in run[-1].message


@pytest.mark.newest_core
def test_module_defaults_of_one_module(controller: Controller) -> None:
    """Defaults of a single module are in force too, by its full name."""
    controller.simulator.patch_world({"filestorage": {"volumes": VOLUMES}})
    defaults = {"scp.storage.scp_filestorage_volume_info": {"region": "kr-east1", "query": "volumes[].base_name"}}
    run = controller.run([task(INFO, {})], play={"module_defaults": defaults}).succeeded()
    assert run[0].result["result"] == ["east_data"]


def _async(*, poll: int) -> dict[str, Any]:
    """Keywords of a task that runs beside the others; ``async`` is not a name in Python."""
    return {"async": 60, "poll": poll}


def test_handed_over(controller: Controller) -> None:
    """What is not the controller's own runs as a module: async, another interpreter, another connection.

    On the controller, ``become`` is ignored.
    """
    controller.simulator.patch_world({"filestorage": {"volumes": VOLUMES}})
    query = {"query": "volumes[].base_name"}
    become = {"become": True, "become_method": "ansible.builtin.su", "become_exe": str(controller.folder / "su")}
    # In place of su: no test needs a password or another user.
    (controller.folder / "su").write_text('#!/bin/sh\nwhile [ "$1" != -c ]; do shift; done\nexec /bin/sh -c "$2"\n')
    (controller.folder / "su").chmod(0o755)
    run = controller.run(
        [
            task(INFO, query, name="here"),
            task(INFO, query, name="polled", **_async(poll=1)),
            task(INFO, query, name="begun", register="begun", **_async(poll=0)),
            task_that_awaits("begun", name="done", register="done"),
            task(INFO, query, name="interpreter", vars={"ansible_python_interpreter": other_spelling()}),
            task(INFO, query, name="same interpreter", vars={"ansible_python_interpreter": sys.executable}),
            task(INFO, query, name="become", vars={f"ansible_{key}": value for key, value in become.items()}),
        ],
        verbosity=3,
    ).succeeded()
    for name in ("here", "polled", "done", "interpreter", "same interpreter", "become"):
        assert run[name].result["result"] == ["west_data"], name
    # polled, begun and interpreter; async_status is a module of Ansible's own.
    assert run.stdout.count("modules/scp_filestorage_volume_info.py") == 3
