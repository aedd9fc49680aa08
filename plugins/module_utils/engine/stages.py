# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a workflow: stages of resources that the batch runner converges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..client.errors import StorageError
from ..client.session import Client
from .batch.dry_run import DryRunClient, PlannedChanges, display_ids
from .batch.kinds import ResourceKind
from .batch.resource_list import LISTED
from .batch.runner import BatchRunner
from .mode import Mode
from .results import failure_of
from .workflow import Change, Converged, Workflow


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

    def converge(
        self,
        resources: Sequence[Mapping[str, Any]],
        needs: Sequence[Collection[int]] | None = None,
        **common: Any,
    ) -> list[Converged]:
        """Converge resources, as many as possible at the same time, and return what became of each.

        :param resources: ``kind``, and options of the module of that kind, each.
        :param needs: for each resource the indices of those that it needs. By default this is found out from names, as
            ``scp_storage_apply`` does it.
        :param common: ``wait`` and ``wait_timeout`` for this stage, in place of those of the task.
        :raises StorageError: an option is invalid; nothing of this stage was sent.
        """
        if not resources:
            return []
        params = {**self._common, **common, LISTED: list(resources)}
        runner = BatchRunner(
            self._kinds, params, self._plain, self._mode, planned_changes=self._planned_changes, needs=needs
        )
        result = runner.run()
        if self.dry_run:
            self._planned += result["operations"]
        self._diffs += result.get("diff", [])
        return [
            _converged(resource, change) for resource, change in zip(result["resources"], runner.changes, strict=True)
        ]

    def result(self) -> dict[str, Any]:
        """Return the part of the task's result that all workflows have in common."""
        operations = list(self._planned if self.dry_run else self._mode.journal.operations)
        result: dict[str, Any] = {"changed": bool(operations), "operations": operations}
        return {**result, "diff": list(self._diffs)} if self._mode.diff else result


def _converged(resource: Mapping[str, Any], change: Change) -> Converged:
    rest = {name: value for name, value in resource.items() if name not in ("kind", "name", "region")}
    return Converged(
        resource["kind"],
        resource["name"],
        resource["region"],
        change,
        tuple(rest["operations"]),
        str(rest.get("msg") or rest.get("skip_reason") or ""),
        rest,
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
