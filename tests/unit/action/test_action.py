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

from ansible_collections.scp.storage.plugins.action import scp_connection_info as action_plugin
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Report

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
) -> action_plugin.ActionModule:
    """The plugin for a task; fields of the task by keyword."""
    fields = {"async_val": 0, "check_mode": False, "diff": False, "environment": None, "no_log": False}
    fields |= {"_uuid": "task", "register": None, "retries": None, "until": []}
    fields |= {"delegate_to": None, "timeout": 0, "get_ds": lambda: {"environment": task.get("environment")}, **task}
    connection = SimpleNamespace(
        transport=transport, become=become, socket_path=None, has_native_async=False, _shell=Shell(tmpdir="/tmp/x")
    )
    connection.set_become_plugin = lambda plugin: setattr(connection, "become", plugin)
    made = action_plugin.ActionModule(
        task=SimpleNamespace(action=name, args=dict(args or {"name": "my_volume"}), **fields),
        connection=connection,
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
        monkeypatch.setattr(action_plugin, "run", lambda _spec, params, environ, mode: behave(params, environ, mode))

    install(lambda _params, _environ, _mode: Report({"changed": False, "ran": "here"}))
    return install


# --- what items of a loop share


def test_items_of_a_loop_belong_together_and_attempts_do_not(runner: Callable[[Behave], None]) -> None:
    tasks: list[str] = []

    def behave(_params: Any, _environ: Any, mode: Mode) -> Report:
        tasks.append(mode.task)
        return Report({"changed": False})

    runner(behave)
    for fields in ({}, {"_uuid": "other"}, {"until": ["x is changed"]}, {"retries": 3}):
        for host in ("one", "two"):
            action(**fields).run(task_vars={"inventory_hostname": host})
    assert tasks == ["task one", "task two", "other one", "other two", "", "", "", ""]


@pytest.mark.parametrize("register", [None, "found"])
def test_details_are_read_where_something_can_read_the_result(
    runner: Callable[[Behave], None], register: str | None
) -> None:
    def behave(_params: Any, _environ: Any, mode: Mode) -> Report:
        return Report({"details": mode.details})

    runner(behave)
    assert action(register=register).run(task_vars={})["details"] is bool(register)


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


@pytest.mark.parametrize(
    ("of_host", "of_localhost", "here"),
    [
        ("/opt/other/python", None, True),
        ("/opt/other/python", sys.executable, True),
        (None, "/opt/other/python", False),
        (sys.executable, "{{ other_python }}", False),
    ],
)
def test_delegated_task_asks_the_host_that_it_is_delegated_to(
    runner: Callable[[Behave], None], of_host: str | None, of_localhost: str | None, here: bool
) -> None:
    variables = {
        "ansible_python_interpreter": of_host,
        "ansible_delegated_vars": {"localhost": {"ansible_python_interpreter": of_localhost}},
    }
    result = action(delegate_to="localhost").run(task_vars=variables)
    assert result.get("ran" if here else "handed") == ("here" if here else "over")


@pytest.mark.parametrize(("async_val", "expected"), [(0, {"ran": "here"}), (60, HANDED_OVER)])
def test_local_task_never_becomes_another_user(
    runner: Callable[[Behave], None], async_val: int, expected: dict[str, str]
) -> None:
    made = action(become="sudo", async_val=async_val)
    assert expected.items() <= made.run(task_vars={}).items()
    assert made._connection.become is None


def test_remote_task_becomes_as_it_says(runner: Callable[[Behave], None]) -> None:
    made = action(become="sudo", transport="ssh")
    assert made.run(task_vars={})["handed"] == "over"
    assert made._connection.become == "sudo"


def test_async_under_mitogen_is_refused(runner: Callable[[Behave], None]) -> None:
    made = action(async_val=60)
    base = type("Connection", (SimpleNamespace,), {"__module__": "ansible_mitogen.connection"})
    made._connection = type("Connection", (base,), {})(**vars(made._connection))
    result = made.run(task_vars={})
    assert result["failed"]
    assert "does not support async with the strategies of mitogen" in result["msg"]


@pytest.mark.parametrize("value", ["", " ", None])
def test_blank_connection_option_is_left_out_before_it_is_converted(
    runner: Callable[[Behave], None], value: str | None
) -> None:
    names = {"timeout", "region", "environment", "access_key", "validate_certs", "api_versions"}
    seen: list[Mapping[str, Any]] = []
    runner(lambda params, _environ, _mode: seen.append(params) or Report({"msg": "two words"}))
    result = action({"name": "x", **dict.fromkeys(names, value)}).run(task_vars={})
    assert result["msg"] == "two words"
    assert {seen[0][name] for name in names} == {None}
    handed = action({"name": "x", **dict.fromkeys(names, value)}, transport="ssh").run(task_vars={})
    assert handed["args"] == {"name": "x"}


def test_blank_secret_does_not_mask_blanks(runner: Callable[[Behave], None]) -> None:
    runner(lambda _params, _environ, _mode: Report({"msg": "two words"}))
    assert action({"name": "x", "cifs_password": " "}).run(task_vars={})["msg"] == "two words"


# --- ended from outside


class TaskTimeoutError(BaseException):
    """Named as Ansible's own."""


@pytest.mark.parametrize(
    ("check", "changed", "reported"),
    [
        (
            False,
            True,
            " Done before: CreateVolume (my_volume). Under way, and perhaps done: SetVolumeReplication. Run the task"
            " again: it continues from the current state.",
        ),
        (True, False, ""),
    ],
)
def test_task_that_its_timeout_ends_reports_what_was_done(
    runner: Callable[[Behave], None], check: bool, changed: bool, reported: str
) -> None:
    def end(_params: Mapping[str, Any], _environ: Mapping[str, str], mode: Mode) -> Report:
        mode.journal.note("CreateVolume", "my_volume")
        with mode.journal.sending("SetVolumeReplication", ""):
            raise TaskTimeoutError

    runner(end)
    result = action(check_mode=check, timeout=7).run(task_vars={})
    assert (result["failed"], result["changed"]) == (True, changed)
    assert result["operations"] == (["CreateVolume"] if changed else [])
    assert result["msg"] == f"The task was ended by its timeout of 7 seconds.{reported}"
    assert result["timedout"] == {"period": 7}


def test_task_that_is_ended_while_it_creates_says_what_to_look_for(runner: Callable[[Behave], None]) -> None:
    """A run while a list does not show it yet would create a second one."""

    def end(_params: Mapping[str, Any], _environ: Mapping[str, str], mode: Mode) -> Report:
        with mode.journal.sending("SetVolume", "a"), mode.journal.sending("CreateVolume", "b", once=True):
            raise TaskTimeoutError

    runner(end)
    assert action(timeout=7).run(task_vars={})["msg"] == (
        "The task was ended by its timeout of 7 seconds. No change was made before. Under way, and perhaps done:"
        " SetVolume (a), CreateVolume (b). Before you run the task again, wait a minute and see whether"
        " CreateVolume (b) was done: the task goes on from what is listed by then."
    )


@pytest.mark.parametrize(
    ("module", "check", "changed"),
    [
        ("scp_filestorage_volume", False, True),
        ("scp_filestorage_volume", True, False),
        ("scp_pfs_volume_info", False, False),
    ],
)
def test_task_that_its_timeout_ends_says_that_its_process_may_still_run(
    monkeypatch: pytest.MonkeyPatch, module: str, check: bool, changed: bool
) -> None:
    """What a process has changed cannot be seen from outside, so nothing says that it has changed nothing."""

    def end(*_args: Any, **_options: Any) -> Any:
        raise TaskTimeoutError

    monkeypatch.setattr(action_plugin.ActionModule, "_hand_over", end)
    result = action(name=f"scp.storage.{module}", transport="ssh", check_mode=check, timeout=7).run(task_vars={})
    assert (result["failed"], result["changed"]) == (True, changed)
    assert ("may still be running" in result["msg"]) is changed


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_text_is_read_before_either_way_is_taken(runner: Callable[[Behave], None], transport: str) -> None:
    rules = [{"object_type": "VM", "object_id": "8f"}]
    seen: list[Any] = []
    runner(lambda params, _environ, _mode: seen.append(params["access_rules"]) or Report({}))
    result = action({"name": "x", "access_rules": json.dumps(rules)}, transport=transport).run(task_vars={})
    read = [*seen, *([result["args"]["access_rules"]] if "args" in result else [])]
    given = [[{key: value for key, value in rule.items() if value is not None} for rule in one] for one in read]
    assert given == [rules]

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
    action(environment=[{"SCP_REGION": "kr-east1", "SCP_TIMEOUT": "1"}, {"SCP_TIMEOUT": 5, "SCP_PROFILE": None}]).run()
    assert seen == {**before, "SCP_REGION": "kr-east1", "SCP_TIMEOUT": "5", "SCP_PROFILE": ""}
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, {"SCP_REGION": "kr-east1"}),
        ({"HTTPS_PROXY": "{{ other_python }}"}, {"SCP_REGION": "kr-east1", "HTTPS_PROXY": "http://servers.example:1"}),
        ([{"PATH": "x"}], {"SCP_REGION": "kr-east1", "PATH": "/opt/servers/bin"}),
    ],
)
def test_delegated_task_ignores_variables_of_the_play_that_are_for_its_hosts(
    runner: Callable[[Behave], None], monkeypatch: pytest.MonkeyPatch, own: Any, expected: dict[str, str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://controller.example:1")
    of_play = {"SCP_REGION": "kr-east1", "HTTPS_PROXY": "http://servers.example:1", "PATH": "/opt/servers/bin"}
    before = dict(os.environ)
    seen: list[tuple[dict[str, str], Any]] = []
    runner(lambda _params, environ, mode: seen.append((dict(environ), mode.set_by_task)) or Report({}))
    made = action(environment=[of_play], delegate_to="localhost", get_ds=lambda: {"environment": own})
    made.run(task_vars={})
    assert seen == [({**before, **expected}, frozenset(expected))]

    made = action(environment=[of_play])
    made.run(task_vars={})
    assert seen[-1] == ({**before, **of_play}, frozenset(of_play))


def test_handed_over_secrets_of_the_environment_are_options(runner: Callable[[Behave], None]) -> None:
    """Ansible puts the environment of a process on its command line, where other users can read it."""
    made = action(
        {"name": "x", "access_key": "AK-of-the-task"},
        transport="ssh",
        environment=[{"SCP_ACCESS_KEY": "AK-1", "SCP_TF_SECRET_KEY": "SK-1", "SCP_AUTH_TOKEN": "", "SCP_REGION": "r"}],
    )
    prefixes: list[dict[str, str]] = []
    made._connection._shell.env_prefix = lambda **variables: prefixes.append(variables) or ""
    # The second time as for the keyword until.
    for _attempt in range(2):
        result = made.run(task_vars={})
        assert result["args"] == {"name": "x", "access_key": "AK-of-the-task", "secret_key": "SK-1"}
        made._compute_environment_string()
        assert prefixes[-1] == {"SCP_REGION": "r"}


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


def test_progress_is_shown_with_the_host(runner: Callable[[Behave], None], monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, bool]] = []
    monkeypatch.setattr(action_plugin.display, "display", lambda text, stderr=False: lines.append((text, stderr)))

    def report_line(_params: Mapping[str, Any], _environ: Mapping[str, str], mode: Mode) -> Report:
        assert mode.report is not None
        mode.report("my_volume: creating, 5 s")
        return Report({})

    runner(report_line)
    action().run(task_vars={"inventory_hostname": "east"})
    # Programs read what callbacks write to stdout.
    assert lines == [("[east] my_volume: creating, 5 s", True)]


def test_no_log_shows_no_progress(runner: Callable[[Behave], None]) -> None:
    reports = []
    runner(lambda _params, _environ, mode: reports.append(mode.report) or Report({}))
    action(no_log=True).run()
    assert reports == [None]


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
        reported = " and ".join(str(params[name]) for name in (*KEYS, "cifs_password"))
        return Report({"msg": reported, "diff": {"before": {"a": [reported]}, "after": None}, "volume": dict(params)})

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


def handed_over(made: action_plugin.ActionModule, variables: dict[str, Any]) -> dict[str, Any]:
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
def test_system_log_lacks_what_ansible_does_not_know_to_be_secret(
    name: str, args: dict[str, Any] | None, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = action(args, name=name, transport="ssh")
    monkeypatch.setattr(action_plugin.ActionModule, "_update_module_args", update_arguments, raising=True)
    assert bool(handed_over(made, {})["_ansible_no_log"]) is silent


def update_arguments(
    made: action_plugin.ActionModule, _name: str, args: dict[str, Any], variables: dict[str, Any]
) -> None:
    """What Ansible makes of the variable that has it log nothing; the rest needs a whole Ansible."""
    silent = constants.config.get_config_value("DEFAULT_NO_TARGET_SYSLOG", variables=variables)
    args["_ansible_no_log"] = made._task.no_log or silent


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_secrets_in_a_list_are_censored_where_options_do_not_fit(transport: str) -> None:
    """Even where the module would run elsewhere, which would show all of its options."""
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
        run_module(action_plugin.load_spec(name.rpartition(".")[2]))
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


@pytest.mark.parametrize("args", MISFITS, ids=str)
def test_options_that_do_not_fit_are_reported_as_by_the_module(
    args: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = action(args).run()
    assert result["failed"]
    assert result == from_the_module(VOLUME, args, monkeypatch, capsys)


def test_a_misspelt_option_is_named() -> None:
    message = action({"name": "my_volume", "nmae": "my_volume"}).run()["msg"]
    assert message.startswith(f"Unsupported parameters for ({VOLUME}) module: nmae. Supported parameters include: ")


@pytest.mark.parametrize("kept", [KEYS, {**KEYS, "region": "kr-west1", "endpoint_url": "http://127.0.0.1.example.com"}])
def test_failure_is_reported_as_by_the_module(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = {"name": "my_volume", **kept}
    result = action(args).run()
    assert result["failed"]
    assert result == from_the_module(VOLUME, args, monkeypatch, capsys)
