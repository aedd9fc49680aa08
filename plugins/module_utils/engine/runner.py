# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module: the same for the module process and for the controller's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..client.errors import StorageError
from ..client.session import kept_client
from ..client.settings import resolve
from .diff import make_diff
from .executor import Executor
from .query import Query
from .resource import Info, Resource
from .spec import ModuleSpec
from .waiter import Waiter


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
    secrets: tuple[str, ...] = ()


def run(spec: ModuleSpec, params: Mapping[str, Any], environ: Mapping[str, str], mode: Mode) -> Report:
    """Run a module with validated options; a failure is a result with ``failed``, never an exception.

    :param environ: the environment variables that count for this task.
    """
    secrets: tuple[str, ...] = ()
    try:
        settings = resolve(params, environ)
        secrets = settings.secrets
        client = kept_client(settings)
        if issubclass(spec.handler, Info):
            return Report(_read(spec.handler(params, client)), secrets)
        return Report(_converge(spec.handler(params, client), mode), secrets)
    except StorageError as failure:
        return Report(_failure(failure), secrets)


def _read(info: Info) -> dict[str, Any]:
    query = info.params.get("query")
    expression = Query(query) if query else None
    result = info.read()
    if expression is not None:
        result["result"] = expression.search(result)
    return {"changed": False, **result}


def _converge(resource: Resource[Any], mode: Mode) -> dict[str, Any]:
    waiter = Waiter(float(resource.params["wait_timeout"]), resource.slowest_poll, mode.report)
    executor = Executor(resource, waiter, wait=bool(resource.params["wait"]))
    try:
        if mode.check:
            executor.show()
        else:
            executor.apply()
    except StorageError as failure:
        return {**_told(resource, executor, mode, failed=True), **_failure(failure)}
    return _told(resource, executor, mode)


def _told(resource: Resource[Any], executor: Executor[Any], mode: Mode, *, failed: bool = False) -> dict[str, Any]:
    """The result of a writing module: the object, the operations, the difference."""
    outcome = executor.outcome
    result: dict[str, Any] = {"changed": bool(outcome.operations), "operations": list(outcome.operations)}
    if outcome.before is None:
        return result
    before, after = outcome.before, outcome.after
    gone = resource.managed(after) is None
    result[resource.noun] = resource.view(before if gone else after)
    if not failed:
        result.update(resource.extras(before, after))
    if mode.diff:
        result["diff"] = make_diff(resource.managed(before), resource.managed(after))
    return result


def _failure(failure: StorageError) -> dict[str, Any]:
    result: dict[str, Any] = {"failed": True, "msg": failure.message}
    if failure.facts:
        result["error"] = failure.facts
    return result
