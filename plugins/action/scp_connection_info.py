# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action plugin: runs every module of the collection in the controller's own process.

An item of a loop then costs milliseconds, not an interpreter start, and all items share one HTTP session. Where the
task is not the controller's own, it is handed over to the module (architecture.md, decision 3).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.scp.storage.plugins.module_utils.client.redaction import worth_hiding
from ansible_collections.scp.storage.plugins.module_utils.client.settings import SOURCES, given_secrets, without_blanks
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.kinds import KindRegistry
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Info
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import run, secrets_in
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.plugin_utils.arguments import TextError, parse

MODULES = "ansible_collections.scp.storage.plugins.modules"
#: Values of ansible_python_interpreter that ask for no interpreter in particular.
ANY_INTERPRETER = frozenset({"", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent"})

#: Environment variables that hold secret keys.
SECRET_VARIABLES = frozenset(name for source in SOURCES.values() if source.secret for name in source.environment)
#: What Ansible raises where the time of a task's ``timeout:`` is over; its module differs by version.
TIMEOUT_ERROR = "TaskTimeoutError"

display = Display()

#: Modules by their former names, which meta/runtime.yml redirects.
RENAMED = {"scp": "scp_connection_info"}


@cache
def load_spec(name: str) -> ModuleSpec:
    """The spec that the module file holds."""
    spec: ModuleSpec = import_module(f"{MODULES}.{name}").SPEC
    return spec


@cache
def validator(name: str) -> ModuleArgumentSpecValidator:
    """The validator that the module process would use."""
    spec = load_spec(name)
    return ModuleArgumentSpecValidator(spec.argument_spec, **spec.rules)


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs a module here, or hands it over."""

    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task and return its result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        name = self._task.action.rpartition(".")[2]
        name = RENAMED.get(name, name)
        try:
            args = parse(load_spec(name).argument_spec, without_blanks(self._task.args))
        except TextError as problem:
            return {**result, "failed": True, "msg": str(problem)}
        if self._is_local():
            # Calls to the API need no other user, who would have neither this one's environment nor its files.
            self._connection.set_become_plugin(None)
        if self._belongs_elsewhere(variables):
            try:
                return {**result, **self._hand_over(name, args, variables)}
            except BaseException as error:
                if type(error).__name__ != TIMEOUT_ERROR:
                    raise
                return {**result, **self._process_timed_out(name)}
        with self._environment() as set_by_task:
            result.update(self._run_here(name, args, variables, set_by_task))
        return result

    def _is_local(self) -> bool:
        return bool(self._connection.transport == "local")

    def _belongs_elsewhere(self, variables: Mapping[str, Any]) -> bool:
        """Whether the task is not the controller's own."""
        if self._task.delegate_to:
            # What the inventory says of the play's host is not about the host that the task runs on.
            variables = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        interpreter = str(self._templar.template(variables.get("ansible_python_interpreter") or ""))
        return bool(
            not self._is_local()
            or self._task.async_val
            or (interpreter not in ANY_INTERPRETER and interpreter != sys.executable)
        )

    def _hand_over(self, name: str, args: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Run the module as a separate process.

        A list of things can hold what Ansible does not know to be secret. It stays out of what that process writes to
        the system's log; and where the options are wrong, there is no process that would show all of them.
        """
        if self._task.async_val and _is_of_mitogen(self._connection):
            return {
                "failed": True,
                "msg": f"{name} does not support async with the strategies of mitogen. Remove async.",
            }
        args = {**self._secrets_to_options(), **args}
        if issubclass(load_spec(name).handler, KindRegistry):
            if validator(name).validate(args).error_messages:
                return self._run_here(name, args, variables)
            variables = {**variables, "ansible_no_target_syslog": True}
        handed: dict[str, Any] = self._execute_module(
            module_args=args, task_vars=variables, wrap_async=self._task.async_val
        )
        return handed

    # -- the task's environment ---------------------------------------------------------------------------------------

    def _secrets_to_options(self) -> dict[str, str]:
        """Take the secret keys out of the environment of a process, which Ansible puts on its command line.

        :return: the options that hand them over instead.
        """
        asked = self._task_environment
        found = {}
        for option, source in SOURCES.items():
            values = [str(asked[name]) for name in source.environment if source.secret and asked.get(name)]
            if values:
                found[option] = values[0]
        # For the processes too that Ansible starts to ask what became of an asynchronous one.
        self._task.environment = [{name: value for name, value in asked.items() if name not in SECRET_VARIABLES}]
        return found

    @cached_property
    def _task_environment(self) -> dict[str, Any]:
        """The variables of ``environment:`` that count for this task.

        What a play, a role or a block sets is meant for its hosts, with their proxies and paths. Where a task is
        delegated, only the variables of this collection are taken from there, and all that the task itself sets.
        """
        asked: dict[str, Any] = {}
        self._compute_environment_string(asked)
        # A variable without a value is an empty one, and not the word None.
        asked = {name: "" if value is None else value for name, value in asked.items()}
        if not self._task.delegate_to:
            return asked
        own = self._own_variables()
        return {name: value for name, value in asked.items() if name.startswith("SCP_") or name in own}

    def _own_variables(self) -> set[str]:
        """Names of the variables that the task itself sets."""
        given = self._templar.template((self._task.get_ds() or {}).get("environment"))
        return {str(name) for part in (given if isinstance(given, list) else [given]) for name in part or ()}

    @contextmanager
    def _environment(self) -> Iterator[frozenset[str]]:
        """Put the task's ``environment:`` in force; safe, as a task has its worker process for itself.

        :return: the names of its variables.
        """
        asked = {name: str(value) for name, value in self._task_environment.items()}
        before = dict(os.environ)
        os.environ.update(asked)
        try:
            yield frozenset(asked)
        finally:
            os.environ.clear()
            os.environ.update(before)

    # -- in this process ----------------------------------------------------------------------------------------------

    def _run_here(
        self,
        name: str,
        args: dict[str, Any],
        variables: dict[str, Any],
        set_by_task: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        self._update_module_args(self._task.action, args, variables)
        internal = {key: args.pop(key) for key in list(args) if key.startswith("_ansible_")}
        mode = Mode(
            check=self._task.check_mode,
            diff=bool(self._task.diff),
            report=self._progress(variables),
            set_by_task=set_by_task,
            task=self._shared_by(variables),
            # Without a name nothing in the playbook can read the result.
            details=bool(self._task.register),
        )
        try:
            return run_in_process(
                name,
                args,
                mode,
                called=str(internal.get("_ansible_module_name", name)),
                invocation=bool(internal.get("_ansible_inject_invocation", True)),
            )
        except BaseException as error:
            if type(error).__name__ != TIMEOUT_ERROR:
                raise
            return self._timed_out(mode)

    def _shared_by(self, variables: Mapping[str, Any]) -> str:
        """What all items of the task's loop have in common; empty for a task that looks again until something holds."""
        if self._task.until or self._task.retries is not None:
            return ""
        return f"{self._task._uuid} {variables.get('inventory_hostname', '')}"

    def _progress(self, variables: Mapping[str, Any]) -> Callable[[str], None] | None:
        """What shows lines of progress: on stderr, because programs read what callbacks write to stdout."""
        if self._task.no_log:
            return None
        host = variables.get("inventory_hostname", "localhost")
        return lambda text: display.display(f"[{host}] {text}", stderr=True)

    def _timed_out(self, mode: Mode) -> dict[str, Any]:
        """The result of a task that its ``timeout:`` ended: Ansible's own, and what was done."""
        operations = [] if mode.check else list(mode.journal.operations)
        done = "" if mode.check else f" {mode.journal.summary()}"
        return {
            "failed": True,
            "changed": bool(operations),
            "operations": operations,
            "msg": f"The task was ended by its timeout of {self._task.timeout} seconds.{done}",
            "timedout": {"period": self._task.timeout},
        }

    def _process_timed_out(self, name: str) -> dict[str, Any]:
        """The result where the ``timeout:`` of a task ended the waiting for a process, which Ansible does not end."""
        writes = not self._task.check_mode and not issubclass(load_spec(name).handler, Info)
        unknown = (
            " The process that ran it may still be running, and what it has changed is not known. Wait until it has"
            " ended, then run the task again: it continues from the current state."
        )
        return {
            "failed": True,
            # Ansible's own word for it would be that nothing was changed.
            "changed": writes,
            "msg": f"The task was ended by its timeout of {self._task.timeout} seconds.{unknown if writes else ''}",
            "timedout": {"period": self._task.timeout},
        }


def _is_of_mitogen(connection: Any) -> bool:
    """Whether a strategy of mitogen made a connection, by the class that it inherits from."""
    return any(base.__module__.startswith("ansible_mitogen.") for base in type(connection).__mro__)


def run_in_process(
    name: str, args: Mapping[str, Any], mode: Mode, *, called: str = "", invocation: bool = True
) -> dict[str, Any]:
    """Run a module of the collection in this process and return its result, with secrets censored.

    :param args: options as the task gives them; the environment variables that count are those of this process.
    :param called: the module's name as the task has it, for messages about options.
    :param invocation: whether the result has the options.
    """
    spec = load_spec(name)
    checked = validator(name).validate(args)
    hidden = {*checked._no_log_values, *secrets_in(spec, args), *given_secrets(args, os.environ)}
    params = checked.validated_parameters
    if checked.error_messages:
        result = {"failed": True, "msg": _format_errors(checked.errors, called or name)}
    else:
        report = run(spec, params, os.environ, mode)
        hidden.update(report.secrets)
        result = report.result
    if invocation:
        result["invocation"] = {"module_args": params}
    return dict(remove_values(result, worth_hiding(hidden)))


def _format_errors(errors: Any, name: str) -> str:
    """The message that the module process would give for options that do not fit."""
    message = str(errors.msg)
    if isinstance(errors[0], UnsupportedError):
        return f"Unsupported parameters for ({name}) module: {message}"
    return message
