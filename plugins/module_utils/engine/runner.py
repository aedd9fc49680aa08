# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module: the same for the module process and for the controller's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..client.errors import StorageError
from ..client.redaction import Redactor
from ..client.settings import given_secrets, resolve
from .batch.resource_list import LISTED, secrets_of
from .batch.runner import BatchRunner
from .executor import Executor
from .mode import Mode
from .options import check_options
from .query import Query
from .resource import Batch, Info, Resource
from .results import build_result, failure_of
from .spec import ModuleSpec
from .stages import run_workflow
from .waiter import Waiter
from .workflow import Workflow


@dataclass(frozen=True)
class Report:
    """What a run gives back: the result for the task, and values that must not be shown."""

    result: dict[str, Any]
    secrets: Collection[str] = ()


def secrets_in(spec: ModuleSpec, params: Mapping[str, Any]) -> set[str]:
    """Values of options that must not be shown and that Ansible does not know to be secret."""
    return secrets_of(spec.handler.kinds, params.get(LISTED)) if issubclass(spec.handler, Batch) else set()


def run(spec: ModuleSpec, params: Mapping[str, Any], environ: Mapping[str, str], mode: Mode) -> Report:
    """Run a module with validated options; a failure is a result with ``failed``, never an exception.

    :param environ: the environment variables that count for this task.
    """
    secrets = secrets_in(spec, params) | given_secrets(params, environ)
    try:
        check_options(spec.options, spec.rules, params)
        handler = spec.handler
        default_region = handler.default_region(params) if issubclass(handler, (Info, Workflow)) else ""
        settings = resolve(params, environ, default_region)
        secrets |= set(settings.secrets)
        mode = _discreet(mode, secrets)
        client = mode.connect(settings)
        client.begin(mode.report, mode.set_by_task, mode.task)
        if issubclass(spec.handler, Info):
            return Report(_read(spec.handler.for_task(params, client.sharing())), secrets)
        if issubclass(spec.handler, Batch):
            return Report(BatchRunner(spec.handler.kinds, params, client, mode).run(), secrets)
        if issubclass(spec.handler, Workflow):
            return Report(run_workflow(spec.handler, params, client, mode), secrets)
        return Report(_converge(spec.handler.for_task(params, client), mode), secrets)
    except StorageError as failure:
        return Report(failure_of(failure), secrets)


def _discreet(mode: Mode, secrets: Collection[str]) -> Mode:
    """Return the mode with secrets masked in lines of progress."""
    report = mode.report
    if report is None:
        return mode
    redact = Redactor(secrets)
    return replace(mode, report=lambda text: report(redact(text)))


def _read(info: Info) -> dict[str, Any]:
    query = info.params.get("query")
    expression = Query(query) if query else None
    result = info.read()
    if expression is not None:
        result["result"] = expression.search(result)
    return {"changed": False, **result}


def _converge(resource: Resource[Any], mode: Mode) -> dict[str, Any]:
    clock = resource.client.clock
    report = mode.report
    waiter = Waiter(
        float(resource.params["wait_timeout"]),
        resource.slowest_poll,
        None if report is None else lambda text: report(mode.journal.progress(text)),
        sleep=clock.sleep,
        clock=clock.monotonic,
    )
    executor = Executor(
        resource, waiter, wait=bool(resource.params["wait"]), journal=mode.journal, details=mode.details
    )
    try:
        if mode.check:
            executor.show()
        else:
            executor.apply()
    except StorageError as failure:
        return {**build_result(executor.resource, executor.outcome, mode, failed=True), **failure_of(failure)}
    return build_result(executor.resource, executor.outcome, mode)
