# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module: the same for the module process and for the controller's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..client.errors import StorageError
from ..client.session import Client
from ..client.settings import Settings, resolve
from .entries import LISTED, secrets_of
from .executor import Executor
from .many import Many
from .resource import Info, Resource
from .results import failure_of, told
from .spec import ModuleSpec
from .topology import Topology
from .waiter import Waiter

try:
    import jmespath

    JMESPATH_ERROR = None
except ImportError as error:
    JMESPATH_ERROR = error

#: Sessions are kept for as long as the process lives: for all items of a loop in the controller's worker.
_clients: dict[Settings, Client] = {}


@dataclass(frozen=True)
class Mode:
    """How a task runs, beside its options.

    :param report: gets a line for a person while the task waits.
    """

    check: bool = False
    diff: bool = False
    report: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Report:
    """What a run gives back: the result for the task, and values that must not be shown."""

    result: dict[str, Any]
    secrets: Collection[str] = ()


def secrets_in(spec: ModuleSpec, params: Mapping[str, Any]) -> set[str]:
    """Values of options that must not be shown and that Ansible does not know to be secret."""
    return secrets_of(spec.handler.nouns, params.get(LISTED)) if issubclass(spec.handler, Topology) else set()


def run(spec: ModuleSpec, params: Mapping[str, Any], environ: Mapping[str, str], mode: Mode) -> Report:
    """Run a module with validated options; a failure is a result with ``failed``, never an exception.

    :param environ: the environment variables that count for this task.
    """
    secrets = secrets_in(spec, params)
    try:
        settings = resolve(params, environ)
        secrets |= set(settings.secrets)
        client = _clients.get(settings) or _clients.setdefault(settings, Client(settings))
        if issubclass(spec.handler, Info):
            return Report(_read(spec.handler(params, client)), secrets)
        if issubclass(spec.handler, Topology):
            return Report(Many(spec.handler.nouns, params, client, mode).run(), secrets)
        return Report(_converge(spec.handler(params, client), mode), secrets)
    except StorageError as failure:
        return Report(failure_of(failure), secrets)


def _read(info: Info) -> dict[str, Any]:
    query = info.params.get("query")
    expression = _compiled(query) if query else None
    result = info.read()
    if expression is not None:
        result["result"] = _searched(expression, result, str(query))
    return {"changed": False, **result}


def _compiled(query: str) -> Any:
    if JMESPATH_ERROR is not None:
        raise StorageError(
            "The Python library jmespath, which the option query needs, is missing for the interpreter that runs"
            " this task. Install it there (pip install jmespath), or leave out query."
        )
    try:
        return jmespath.compile(query)
    except jmespath.exceptions.JMESPathError as error:
        raise StorageError(f"query {query!r} is no JMESPath expression: {' '.join(str(error).split())}.") from None


def _searched(expression: Any, result: Mapping[str, Any], query: str) -> Any:
    try:
        return expression.search(result)
    except jmespath.exceptions.JMESPathError as error:
        raise StorageError(f"query {query!r} does not fit the result: {' '.join(str(error).split())}.") from None


def _converge(resource: Resource[Any], mode: Mode) -> dict[str, Any]:
    waiter = Waiter(float(resource.params["wait_timeout"]), resource.slowest_poll, mode.report)
    executor = Executor(resource, waiter, wait=bool(resource.params["wait"]))
    try:
        if mode.check:
            executor.show()
        else:
            executor.apply()
    except StorageError as failure:
        return {**told(resource, executor.outcome, mode, failed=True), **failure_of(failure)}
    return told(resource, executor.outcome, mode)
