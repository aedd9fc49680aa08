# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a workflow: stages of resources that the batch runner converges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..client.errors import StorageError
from ..client.session import Client
from .batch.dry_run import DryRunClient, PlannedChanges, display_ids
from .batch.kinds import ResourceKind
from .batch.resource_list import LISTED, find_mistakes
from .batch.runner import BatchRunner
from .journal import Journal
from .mode import Mode
from .results import failure_of
from .workflow import Blocked, Change, Converged, Workflow


class Stages:
    """Converges resources in stages, as ``scp_storage_apply`` converges a list.

    In check mode nothing is sent. Later stages, and what is read through :attr:`client`, then see what earlier stages
    have planned.

    :ivar client: what a workflow reads with.
    :ivar dry_run: whether nothing is sent. Only results may differ by it.
    """

    def __init__(
        self, kinds: Mapping[str, ResourceKind], params: Mapping[str, Any], client: Client, mode: Mode
    ) -> None:
        self._kinds = kinds
        self._common = {name: params.get(name) for name in ("concurrency", "wait", "wait_timeout")}
        self._plain = client
        self._mode = mode
        self._planned_changes = PlannedChanges()
        self._diffs: list[dict[str, Any]] = []
        self._planned: list[str] = []
        self.dry_run = mode.check
        self.client: Client = DryRunClient(client, self._planned_changes) if mode.check else client

    def mistakes(self, resources: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return what is wrong with the options of resources, each thing once; sends nothing."""
        found = [find_mistakes(self._kinds, resource, self.client) for resource in resources]
        return list(dict.fromkeys(mistake for mistakes in found for mistake in mistakes))

    def converge(
        self,
        resources: Sequence[Mapping[str, Any]],
        needs: Sequence[Collection[int]] | None = None,
        labels: Sequence[str] = (),
        **common: Any,
    ) -> list[Converged]:
        """Converge resources, as many as possible at the same time, and return what became of each.

        :param resources: ``kind``, and options of the module of that kind, each.
        :param needs: for each resource the indices of those that it needs. By default this is found out from names, as
            ``scp_storage_apply`` does it.
        :param labels: what messages call each resource, if its options have only ids.
        :param common: ``wait`` and ``wait_timeout`` for this stage, in place of those of the task.
        :raises StorageError: an option is invalid; nothing of this stage was sent.
        """
        if not resources:
            return []
        params = {**self._common, **common, LISTED: list(resources)}
        runner = BatchRunner(
            self._kinds,
            params,
            self._plain,
            self._mode,
            planned_changes=self._planned_changes,
            needs=needs,
            labels=labels,
        )
        return self._recorded(runner, runner.run())

    def converge_all(self, resources: Sequence[Mapping[str, Any]], **common: Any) -> list[Converged]:
        """Converge resources, or none of them if one cannot be converged.

        All are planned first. Only those with something to do, or with something under way, are then converged.

        :param common: as in :meth:`converge`.
        :raises Blocked: a plan failed; nothing was sent.
        :raises StorageError: an option is invalid; nothing was sent.
        """
        if not resources:
            return []
        params = {**self._common, **common, LISTED: list(resources)}
        mode = replace(self._mode, check=True, journal=Journal())
        planning = BatchRunner(
            self._kinds,
            params,
            self._plain,
            mode,
            planned_changes=self._planned_changes if self.dry_run else PlannedChanges(),
        )
        plan = planning.run()
        converged = _all_converged(planning, plan)
        if not all(one.succeeded for one in converged):
            raise Blocked([_not_sent(one) if one.operations else one for one in converged])
        if self.dry_run:
            return self._recorded(planning, plan)
        due = [index for index, one in enumerate(converged) if one.operations or index in planning.unsettled]
        for index, done in zip(due, self.converge([resources[index] for index in due], **common), strict=True):
            converged[index] = done
        return converged

    def _recorded(self, runner: BatchRunner, result: Mapping[str, Any]) -> list[Converged]:
        """Note what a run did, or would do, for the task's result."""
        if self.dry_run:
            self._planned += result["operations"]
        self._diffs += result.get("diff", [])
        return _all_converged(runner, result)

    def result(self) -> dict[str, Any]:
        """Return the part of the task's result that all workflows have in common."""
        operations = list(self._planned if self.dry_run else self._mode.journal.operations)
        result: dict[str, Any] = {"changed": bool(operations), "operations": operations}
        return {**result, "diff": list(self._diffs)} if self._mode.diff else result


def _all_converged(runner: BatchRunner, result: Mapping[str, Any]) -> list[Converged]:
    done = zip(result["resources"], runner.changes, runner.ended, strict=True)
    return [_converged(resource, change, ended) for resource, change, ended in done]


def _not_sent(planned: Converged) -> Converged:
    """Return what became of a resource whose plan was not carried out."""
    return replace(planned, change="skipped", operations=(), result={})


def _converged(resource: Mapping[str, Any], change: Change, ended: float | None) -> Converged:
    rest = {name: value for name, value in resource.items() if name not in ("kind", "name", "region")}
    return Converged(
        resource["kind"],
        resource["name"],
        resource["region"],
        change,
        tuple(rest["operations"]),
        str(rest.get("msg") or rest.get("skip_reason") or ""),
        rest,
        ended,
    )


def run_workflow(handler: type[Workflow], params: Mapping[str, Any], client: Client, mode: Mode) -> dict[str, Any]:
    """Run a workflow, and return the result of the task."""
    batch = Stages(handler.kinds, params, client, mode)
    try:
        own = handler(params, batch).run()
    except StorageError as failure:
        own = failure_of(failure)
    if not mode.diff:
        own.pop("diff", None)
    result = {**batch.result(), **own}
    return dict(display_ids(result)) if mode.check else result
