# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converging many things in one task, each through the same resource and executor as its module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from ...client.errors import CallError, StorageError
from ...client.session import Client
from ..executor import Executor, Outcome
from ..mode import Mode
from ..resource import Resource
from ..results import build_result, failure_of
from ..waiter import REPORT_AFTER, REPORT_EVERY, Waiter
from ..workflow import Change
from . import dry_run
from .graph import Graph, arrange, build
from .kinds import ResourceKind
from .resource_list import LISTED, Entry, read_entries
from .scheduler import Scheduler

#: As many things are named in a line of progress.
MAX_NAMED = 3


class BatchRunner:
    """One run over a list.

    :param params: of the task: ``resources``, ``concurrency``, ``wait``, ``wait_timeout``.
    :param planned_changes: what earlier runs of the same task have planned, in check mode.
    :param needs: for each entry the indices of those that it needs; by default that is found out from their names.
    :param labels: what messages call each entry, if its options have only ids.
    :raises StorageError: the list has mistakes; the message shows all of them, and nothing was sent.
    """

    def __init__(
        self,
        kinds: Mapping[str, ResourceKind],
        params: Mapping[str, Any],
        client: Client,
        mode: Mode,
        *,
        planned_changes: dry_run.PlannedChanges | None = None,
        needs: Sequence[Collection[int]] | None = None,
        labels: Sequence[str] = (),
    ) -> None:
        common = {name: params[name] for name in ("wait", "wait_timeout") if params.get(name) is not None}
        concurrency = int(params["concurrency"])
        if concurrency < 1:
            raise StorageError(f"concurrency must be at least 1, not {concurrency}.")
        self.mode = mode
        self.planned_changes = planned_changes or dry_run.PlannedChanges()
        reading = dry_run.DryRunClient(client, self.planned_changes) if mode.check else client
        self.entries: list[Entry] = read_entries(kinds, params[LISTED], common, reading)
        if labels:
            named = zip(self.entries, labels, strict=True)
            self.entries = [replace(entry, label=label) for entry, label in named]
        self.graph: Graph = build(self.entries, kinds) if needs is None else arrange(self.entries, kinds, needs)
        self._numbers = Counter((entry.kind, entry.region) for entry in self.entries)
        self.clock = client.clock
        self.scheduler = Scheduler(concurrency, self._report if mode.report else None, clock=self.clock)
        self.results: list[dict[str, Any]] = [{} for _entry in self.entries]
        #: What became of each entry.
        self.changes: list[Change] = ["skipped" for _entry in self.entries]
        #: When each entry was done, on the monotonic clock; ``None`` where it was not tried.
        self.ended: list[float | None] = [None for _entry in self.entries]
        #: In check mode, entries about which something is still under way that an earlier run has begun.
        self.unsettled: set[int] = set()
        self._put_off: set[int] = set()
        self._awaited: dict[int, str] = {}
        self._began = self.clock.monotonic()
        self._next_report = self._began + REPORT_AFTER

    def run(self) -> dict[str, Any]:
        """Do it, and return the result of the task."""
        self.scheduler.work(self.graph.order, self.graph.after, self._converge)
        return dry_run.display_ids(self._build_result()) if self.mode.check else self._build_result()

    # -- one entry ----------------------------------------------------------------------------------------------------

    def _converge(self, index: int) -> Set[int] | None:
        """Converge one entry, unless something that it needs was not done.

        :return: the entries that may block it until they have ended; then the entry is tried once more.
        """
        entry = self.entries[index]
        lacking = sorted(needed for needed in self.graph.needs[index] if not self._succeeded(needed))
        if lacking:
            reason = f"It needs {' and '.join(str(self.entries[needed]) for needed in lacking)}."
            self.results[index] = {"changed": False, "operations": [], "skipped": True, "skip_reason": reason}
            return None
        resource = entry.resource

        def awaited(text: str) -> None:
            self._awaited[index] = text

        waiter = Waiter(
            float(entry.params["wait_timeout"]),
            resource.slowest_poll,
            awaited,
            report_after=0.0,
            report_every=0.0,
            sleep=self.scheduler.pause,
            clock=self.clock.monotonic,
        )
        # What something else needs has to be there, whether anybody wants to wait or not.
        wait = bool(entry.params["wait"]) or self.graph.needed(index)
        executor = Executor(
            resource,
            waiter,
            wait=wait,
            journal=self.mode.journal,
            target=str(entry),
            several=self._numbers[entry.kind, entry.region] > 1,
            details=self.mode.details,
        )
        holders = {holder for holder in self.graph.holders[index] if not self.results[holder]}
        try:
            if self.mode.check:
                executor.show()
            else:
                executor.apply()
        except StorageError as failure:
            of_what_is_there = not (executor.planned or isinstance(failure, CallError))
            if of_what_is_there and holders and index not in self._put_off:
                self._put_off.add(index)
                return holders
            self.results[index] = {
                **build_result(executor.resource, executor.outcome, self.mode, failed=True),
                **failure_of(failure),
            }
            self.changes[index] = "failed"
            self.ended[index] = self.clock.monotonic()
            return None
        # The one that acted, which may have read again.
        resource, outcome = executor.resource, executor.outcome
        self.results[index] = build_result(resource, outcome, self.mode)
        self.changes[index] = _change(resource, outcome)
        self.ended[index] = self.clock.monotonic()
        if self.mode.check and outcome.before is not None and resource.pending(outcome.before):
            self.unsettled.add(index)
        if self.mode.check and outcome.operations:
            self.planned_changes.note(resource.planned_responses(outcome.before, outcome.after), entry.region)
        return None

    def _succeeded(self, index: int) -> bool:
        result = self.results[index]
        return not (result.get("failed") or result.get("skipped"))

    # -- results ------------------------------------------------------------------------------------------------------

    def _build_result(self) -> dict[str, Any]:
        resources, diffs = [], []
        for entry, found in zip(self.entries, self.results, strict=True):
            known = dict(found)
            diff = known.pop("diff", None)
            if diff is not None and diff["before"] != diff["after"]:
                header = f"{entry.kind} {entry.name} in {entry.region}"
                diffs.append({**diff, "before_header": header, "after_header": header})
            resources.append({"kind": entry.kind, "name": entry.name, "region": entry.region, **known})
        result: dict[str, Any] = {
            "changed": any(one["changed"] for one in resources),
            "operations": self._planned() if self.mode.check else list(self.mode.journal.operations),
            "resources": resources,
        }
        if self.mode.diff:
            result["diff"] = diffs
        if not all(map(self._succeeded, range(len(self.entries)))):
            result |= {"failed": True, "msg": self._failures()}
        return result

    def _planned(self) -> list[str]:
        """What would be sent, one thing after the other: which of several comes first, only a real run shows."""
        return [name for index in self.graph.order for name in self.results[index].get("operations", ())]

    def _failures(self) -> str:
        """Each branch that failed, those alike together, and what was not tried because of that."""
        failed = [index for index, result in enumerate(self.results) if result.get("failed")]
        skipped = [index for index, result in enumerate(self.results) if result.get("skipped")]
        done = len(self.entries) - len(failed) - len(skipped)
        alike: dict[str, list[str]] = {}
        for index in failed:
            alike.setdefault(self.results[index]["msg"], []).append(str(self.entries[index]))
        messages = [f"{', '.join(entries)}: {message}" for message, entries in alike.items()]
        if skipped:
            messages.append(f"Not tried because of that: {', '.join(str(self.entries[index]) for index in skipped)}.")
        rest = f"{done} {'would be' if self.mode.check else 'are'} in the desired state"
        counts = f"{len(failed)} of {len(self.entries)} resources failed, {len(skipped)} were not tried, and {rest}."
        return " ".join([counts, *messages])

    def _report(self, running: Set[int]) -> None:
        """One line for the user now and then: how far all of it is, and what is waited for."""
        now = self.clock.monotonic()
        report: Callable[[str], None] | None = self.mode.report
        if report is None or now < self._next_report:
            return
        self._next_report = now + REPORT_EVERY
        done = sum(bool(result) for result in self.results)
        known = [self._awaited[index] for index in sorted(running) if index in self._awaited]
        more = f", and {len(running) - MAX_NAMED} more" if len(known) > MAX_NAMED else ""
        details = f": {'; '.join(known[:MAX_NAMED])}{more}" if known else ""
        report(f"{done} of {len(self.entries)} resources done after {now - self._began:.0f}s{details}")


def _change(resource: Resource[Any], outcome: Outcome[Any]) -> Change:
    """Return what became of a resource that did not fail."""
    if not outcome.operations or outcome.before is None or outcome.after is None:
        return "unchanged"
    if resource.managed(outcome.before) is None:
        return "created"
    return "deleted" if resource.managed(outcome.after) is None else "changed"
