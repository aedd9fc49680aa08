# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action plugin: runs every module of the collection in the controller's own process.

An item of a loop then costs milliseconds, not an interpreter start, and all items share one HTTP session. Where the
task is not the controller's own, it is handed over to the module (architecture, decision 3).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Mode, run, secrets_in
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.engine.topology import Topology
from ansible_collections.scp.storage.plugins.plugin_utils.arguments import TextError, parse

MODULES = "ansible_collections.scp.storage.plugins.modules"
#: Values of ansible_python_interpreter that ask for no interpreter in particular.
ANY_INTERPRETER = frozenset({"", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent"})

display = Display()


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
        try:
            args = parse(load_spec(name).argument_spec, self._task.args)
        except TextError as problem:
            return {**result, "failed": True, "msg": str(problem)}
        if self._belongs_elsewhere(variables):
            return {**result, **self._hand_over(name, args, variables)}
        with self._environment():
            result.update(self._run_here(name, args, variables))
        return result

    def _belongs_elsewhere(self, variables: Mapping[str, Any]) -> bool:
        """Whether the task is not the controller's own."""
        interpreter = str(self._templar.template(variables.get("ansible_python_interpreter") or ""))
        return bool(
            self._connection.transport != "local"
            or self._task.async_val
            or self._connection.become is not None
            or (interpreter not in ANY_INTERPRETER and interpreter != sys.executable)
        )

    def _hand_over(self, name: str, args: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Run the module as a process of its own.

        A list of things can hold what Ansible does not know to be secret. It stays out of what that process writes to
        the system's log; and where the options are wrong, there is no process that would tell all of them.
        """
        if issubclass(load_spec(name).handler, Topology):
            if validator(name).validate(args).error_messages:
                return self._run_here(name, args, variables)
            variables = {**variables, "ansible_no_target_syslog": True}
        handed: dict[str, Any] = self._execute_module(
            module_args=args, task_vars=variables, wrap_async=self._task.async_val
        )
        return handed

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """Put the task's ``environment:`` in force; safe, as a task has its worker process for itself."""
        asked: dict[str, str] = {}
        self._compute_environment_string(asked)
        before = dict(os.environ)
        os.environ.update({name: str(value) for name, value in asked.items()})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _run_here(self, name: str, args: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        self._update_module_args(self._task.action, args, variables)
        internal = {key: args.pop(key) for key in list(args) if key.startswith("_ansible_")}
        host = variables.get("inventory_hostname", "localhost")
        mode = Mode(
            check=self._task.check_mode,
            diff=bool(self._task.diff),
            report=lambda text: display.display(f"[{host}] {text}"),
        )
        return run_in_process(
            name,
            args,
            mode,
            called=str(internal.get("_ansible_module_name", name)),
            invocation=bool(internal.get("_ansible_inject_invocation", True)),
        )


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
    hidden = {*checked._no_log_values, *secrets_in(spec, args)}
    params = checked.validated_parameters
    if checked.error_messages:
        result = {"failed": True, "msg": _told(checked.errors, called or name)}
    else:
        report = run(spec, params, os.environ, mode)
        hidden.update(report.secrets)
        result = report.result
    if invocation:
        result["invocation"] = {"module_args": params}
    return dict(remove_values(result, hidden))


def _told(errors: Any, name: str) -> str:
    """The message that the module process would give for options that do not fit."""
    message = str(errors.msg)
    if isinstance(errors[0], UnsupportedError):
        return f"Unsupported parameters for ({name}) module: {message}"
    return message
