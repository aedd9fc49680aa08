# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin: what it hands over, what is in force while it runs, and what it hides."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.module_utils import basic

from ansible_collections.scp.storage.plugins.action import scp
from ansible_collections.scp.storage.plugins.module_utils.engine.entry import run_module
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Mode, Report

CENSORED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
VOLUME = "scp.storage.scp_filestorage_volume"
KEYS = {"access_key": "AK-made-up-one", "secret_key": "SK-made-up-two", "auth_token": "token-made-up-three"}
HANDED_OVER = {"handed": "over"}


class Shell(SimpleNamespace):
    """What the base class asks of a shell."""

    def env_prefix(self, **variables: str) -> str:
        """Not used in this process."""
        return " ".join(variables)

    def get_option(self, _name: str) -> str:
        """The one option that is read."""
        return "/tmp/ansible"


class Templar:
    """Knows one variable; everything else is as it is."""

    def template(self, value: Any, **_options: Any) -> Any:
        """Fill in."""
        return "/opt/other/python" if value == "{{ other_python }}" else value


def action(
    args: Mapping[str, Any] | None = None,
    *,
    name: str = VOLUME,
    transport: str = "local",
    become: Any = None,
    **task: Any,
) -> scp.ActionModule:
    """The plugin for a task; fields of the task by keyword."""
    fields = {"async_val": 0, "check_mode": False, "diff": False, "environment": None, "no_log": False, **task}
    made = scp.ActionModule(
        task=SimpleNamespace(action=name, args=dict(args or {"name": "my_volume"}), **fields),
        connection=SimpleNamespace(
            transport=transport, become=become, socket_path=None, has_native_async=False, _shell=Shell(tmpdir="/tmp/x")
        ),
        play_context=SimpleNamespace(executable="/bin/sh"),
        loader=None,
        templar=Templar(),
        shared_loader_obj=None,
    )
    made._execute_module = lambda **options: {
        **HANDED_OVER,
        "wrap_async": options["wrap_async"],
        "args": options["module_args"],
    }
    return made


Behave = Callable[[Mapping[str, Any], Mapping[str, str], Mode], Report]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Callable[[Behave], None]:
    """Put something in the engine's place."""

    def install(behave: Behave) -> None:
        monkeypatch.setattr(scp, "run", lambda _spec, params, environ, mode: behave(params, environ, mode))

    install(lambda _params, _environ, _mode: Report({"changed": False, "ran": "here"}))
    return install


# --- here or there


@pytest.mark.parametrize(
    "interpreter", [None, "", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent", sys.executable]
)
def test_a_task_of_the_controllers_own_runs_here(runner: Callable[[Behave], None], interpreter: str | None) -> None:
    variables = {} if interpreter is None else {"ansible_python_interpreter": interpreter}
    assert action().run(task_vars=variables)["ran"] == "here"


@pytest.mark.parametrize(
    ("fields", "variables"),
    [
        ({"transport": "ssh"}, {}),
        ({"transport": "paramiko"}, {}),
        ({"async_val": 60}, {}),
        ({"become": "sudo"}, {}),
        ({}, {"ansible_python_interpreter": "/opt/other/python"}),
        ({}, {"ansible_python_interpreter": "{{ other_python }}"}),
    ],
    ids=str,
)
def test_other_tasks_are_handed_over(
    runner: Callable[[Behave], None], fields: dict[str, Any], variables: dict[str, Any]
) -> None:
    result = action(**fields).run(task_vars=variables)
    assert result == {**HANDED_OVER, "wrap_async": fields.get("async_val", 0), "args": {"name": "my_volume"}}


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_text_is_read_before_either_way_is_taken(runner: Callable[[Behave], None], transport: str) -> None:
    rules = [{"object_type": "VM", "object_id": "8f"}]
    seen: list[Any] = []
    runner(lambda params, _environ, _mode: seen.append(params["access_rules"]) or Report({}))
    result = action({"name": "x", "access_rules": json.dumps(rules)}, transport=transport).run(task_vars={})
    assert [*seen, *([result["args"]["access_rules"]] if "args" in result else [])] == [rules]

    result = action({"name": "x", "access_rules": "VM"}, transport=transport).run(task_vars={})
    assert result["failed"]
    assert result["msg"].startswith("access_rules is a text that is not a list of dictionaries.")
    assert len(seen) == (transport == "local")


# --- what is in force


def test_the_environment_of_the_task(runner: Callable[[Behave], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCP_REGION", "kr-west1")
    monkeypatch.setenv("SCP_LANGUAGE", "en-US")
    before = dict(os.environ)
    seen: dict[str, str] = {}

    def look(_params: Mapping[str, Any], environ: Mapping[str, str], _mode: Mode) -> Report:
        seen.update(os.environ)
        assert dict(environ) == seen
        os.environ["LEFT_BEHIND"] = "x"
        del os.environ["SCP_LANGUAGE"]
        return Report({})

    runner(look)
    action(environment=[{"SCP_REGION": "kr-east1", "SCP_TIMEOUT": "1"}, {"SCP_TIMEOUT": 5}]).run()
    assert seen == {**before, "SCP_REGION": "kr-east1", "SCP_TIMEOUT": "5"}
    assert dict(os.environ) == before


def test_the_environment_is_restored_after_a_crash(runner: Callable[[Behave], None]) -> None:
    before = dict(os.environ)

    def crash(_params: Mapping[str, Any], _environ: Mapping[str, str], _mode: Mode) -> Report:
        raise RuntimeError("a bug")

    runner(crash)
    with pytest.raises(RuntimeError):
        action(environment=[{"SCP_REGION": "kr-east1"}]).run()
    assert dict(os.environ) == before


@pytest.mark.parametrize(("check", "diff"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_mode(runner: Callable[[Behave], None], check: bool, diff: bool) -> None:
    modes = []

    def keep(_params: Mapping[str, Any], _environ: Mapping[str, str], mode: Mode) -> Report:
        modes.append((mode.check, mode.diff))
        return Report({})

    runner(keep)
    action(check_mode=check, diff=diff).run()
    assert modes == [(check, diff)]


def test_progress_is_told_with_the_host(runner: Callable[[Behave], None], monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(scp.display, "display", lines.append)

    def tell(_params: Mapping[str, Any], _environ: Mapping[str, str], mode: Mode) -> Report:
        assert mode.report is not None
        mode.report("my_volume: creating, 5 s")
        return Report({})

    runner(tell)
    action().run(task_vars={"inventory_hostname": "east"})
    assert lines == ["[east] my_volume: creating, 5 s"]


def test_options_come_with_defaults_and_types(runner: Callable[[Behave], None]) -> None:
    got: dict[str, Any] = {}

    def keep(params: Mapping[str, Any], _environ: Mapping[str, str], _mode: Mode) -> Report:
        got.update(params)
        return Report({})

    runner(keep)
    action({"name": "my_volume", "wait": "no", "max_retries": "3"}).run()
    assert got == {**got, "wait": False, "max_retries": 3, "state": "present", "access_key": None}
    assert not [name for name in got if name.startswith("_ansible")]


def test_the_tasks_own_options_stay_as_they_are(runner: Callable[[Behave], None]) -> None:
    # A loop uses the same task for all its items.
    plugin = action({"name": "my_volume"})
    plugin.run()
    assert plugin._task.args == {"name": "my_volume"}


# --- what is hidden


def test_options_that_are_secret_are_censored(
    runner: Callable[[Behave], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The newer ones leave the options out of the result unless they are asked for.
    monkeypatch.setenv("ANSIBLE_INJECT_INVOCATION", "true")

    def leak(params: Mapping[str, Any], _environ: Mapping[str, str], _mode: Mode) -> Report:
        told = " and ".join(str(params[name]) for name in (*KEYS, "cifs_password"))
        return Report({"msg": told, "diff": {"before": {"a": [told]}, "after": None}, "volume": dict(params)})

    runner(leak)
    secrets = {**KEYS, "cifs_password": "Passw0rd-made-up!"}
    result = action({"name": "my_volume", **secrets}).run()
    text = json.dumps(result)
    assert not [value for value in secrets.values() if value in text]
    assert result["msg"].count("********") == len(secrets)
    for place in (result["invocation"]["module_args"], result["volume"]):
        assert place["name"] == "my_volume"
        assert {place[name] for name in secrets} == {CENSORED}


def test_secrets_of_the_settings_are_censored(runner: Callable[[Behave], None]) -> None:
    secret = "SK-from-a-file"
    runner(lambda _params, _environ, _mode: Report({"msg": f"x{secret}y", "values": [secret]}, (secret,)))
    result = action().run()
    assert result["msg"] == "x********y"
    assert result["values"] == [CENSORED]


def test_secrets_are_censored_where_options_do_not_fit() -> None:
    result = action({"name": "my_volume", "secret_key": "SK-made-up-two", "protocol": "SK-made-up-two"}).run()
    assert result["failed"]
    assert "SK-made-up-two" not in json.dumps(result)


# --- lists of things, with secrets that Ansible does not know of

APPLY = "scp.storage.scp_storage_apply"
OFFICE = {"kind": "filestorage_volume", "name": "office", "cifs_password": "Passw0rd-made-up!"}


def handed_over(made: scp.ActionModule, variables: dict[str, Any]) -> dict[str, Any]:
    """The arguments with which Ansible would start the module process."""
    seen: dict[str, Any] = {}

    def execute(**options: Any) -> dict[str, Any]:
        seen.update(made._task.args)
        made._update_module_args(made._task.action, seen, options["task_vars"])
        return dict(HANDED_OVER)

    made._task.no_log = False
    made._connection.become = None
    made._execute_module = execute
    assert made.run(task_vars=variables) == HANDED_OVER
    return seen


@pytest.mark.parametrize(("name", "args", "silent"), [(APPLY, {"resources": [OFFICE]}, True), (VOLUME, None, False)])
def test_the_system_is_not_told_what_ansible_does_not_know_to_be_secret(
    name: str, args: dict[str, Any] | None, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = action(args, name=name, transport="ssh")
    monkeypatch.setattr(scp.ActionModule, "_update_module_args", update_arguments, raising=True)
    assert bool(handed_over(made, {})["_ansible_no_log"]) is silent


def update_arguments(made: scp.ActionModule, _name: str, args: dict[str, Any], variables: dict[str, Any]) -> None:
    """What Ansible makes of the variable that has it log nothing; the rest needs a whole Ansible."""
    silent = constants.config.get_config_value("DEFAULT_NO_TARGET_SYSLOG", variables=variables)
    args["_ansible_no_log"] = made._task.no_log or silent


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_secrets_in_a_list_are_censored_where_options_do_not_fit(transport: str) -> None:
    """Even where the module would run elsewhere, which would tell all of its options."""
    result = action({"resources": [OFFICE], "resource": "office"}, name=APPLY, transport=transport).run()
    assert result["failed"]
    assert result["msg"].startswith(f"Unsupported parameters for ({APPLY}) module: resource.")
    assert OFFICE["cifs_password"] not in json.dumps(result)


# --- the same as from the module process

MISFITS: list[dict[str, Any]] = [
    {"nmae": "my_volume"},
    {"name": "my_volume", "protcol": "NFS", "colour": "red"},
    {"name": "my_volume", "protocol": "FTP"},
    {"name": "my_volume", "max_retries": "many"},
    {"name": "my_volume", "access_rules": [{"object_type": "VM", "object_idd": "x"}]},
    {"name": "my_volume", "access_rules": [{"object_type": "VM"}]},
    {"name": "my_volume", "wait": "perhaps", "timeout": "soon", **KEYS},
    {"state": "absent"},
    {"name": "my_volume", **KEYS, "protocol": "SK-made-up-two"},
]


def from_the_module(
    name: str, args: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """What the module process prints for these options."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {**args, "_ansible_module_name": name}})
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given.encode())
    # Only the newer ones have profiles.
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        run_module(scp.load_spec(name.rpartition(".")[2]))
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


@pytest.mark.parametrize("args", MISFITS, ids=str)
def test_options_that_do_not_fit_are_told_as_by_the_module(
    args: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = action(args).run()
    assert result["failed"]
    assert result == from_the_module(VOLUME, args, monkeypatch, capsys)


def test_a_misspelt_option_is_named() -> None:
    message = action({"name": "my_volume", "nmae": "my_volume"}).run()["msg"]
    assert message.startswith(f"Unsupported parameters for ({VOLUME}) module: nmae. Supported parameters include: ")


@pytest.mark.parametrize("kept", [KEYS, {**KEYS, "region": "kr-west1", "endpoint_url": "http://127.0.0.1.example.com"}])
def test_a_failure_is_told_as_by_the_module(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = {"name": "my_volume", **kept}
    result = action(args).run()
    assert result["failed"]
    assert result == from_the_module(VOLUME, args, monkeypatch, capsys)
