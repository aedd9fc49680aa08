# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_snapshot_policy``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...engine.batch.resource_list import read_entries
from ...engine.workflow import Change, Converged, Workflow
from ..report import Failure, Report, Row, failure_from, join_messages
from ..selection import select_by_tags, selectable
from .kinds import BATCH_KINDS, OWNER_KINDS
from .policies import Policy, read_policies
from .protection import Protection, attempt, desired_entries, find_owners, is_due, read_protection

HEADER = ("VOLUME", "REGION", "KIND", "SNAPSHOTS", "NEWEST (UTC)", "SCHEDULE (KST)")
NOT_FOUND = Protection({})
#: What an item of the list can select by tags.
SELECTABLE = {name: selectable(kind.owners) for name, kind in OWNER_KINDS.items()}


@dataclass(frozen=True)
class Outcome:
    """What was found of a policy's volume, and what became of it."""

    policy: Policy
    protection: Protection
    results: tuple[Converged, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def operations(self) -> list[str]:
        """The writing calls, in order."""
        return [operation for result in self.results for operation in result.operations]

    @property
    def change(self) -> Change:
        """What became of the volume, which exists in any case."""
        if self.failures:
            return "failed"
        return "changed" if self.operations else "unchanged"

    def with_results(self, results: Sequence[Converged]) -> Outcome:
        """Return the outcome with what became of its resources; one that was skipped has its reason in another."""
        failed = [failure_from(result) for result in results if result.change == "failed"]
        return replace(self, results=tuple(results), failures=(*self.failures, *failed))

    def without_listed(self) -> Outcome:
        """Return the outcome with nothing of its volume but what identifies it."""
        owner = {name: self.protection.owner[name] for name in ("id", "name")}
        return replace(self, protection=replace(self.protection, owner=owner))

    def view(self) -> dict[str, Any]:
        """Return the volume as results show it."""
        policy, protection = self.policy, self.protection
        return {
            "kind": policy.kind.name,
            "name": policy.name,
            "region": policy.region,
            "id": str(protection.owner.get("id") or ""),
            "volume_name": str(protection.owner.get("name") or ""),
            "snapshots": len(protection.usable),
            "newest": protection.newest,
            "unusable_snapshots": protection.unusable,
            "schedule": protection.shown_schedule,
            "max_age": policy.max_age,
            "keep": policy.keep,
            "change": self.change,
            "operations": self.operations,
            "message": join_messages(self.failures),
        }

    def row(self) -> Row:
        """Return the volume as a row of the report."""
        view = self.view()
        unusable = len(view["unusable_snapshots"])
        schedule = view["schedule"]
        cells = (
            self.policy.name,
            self.policy.region,
            self.policy.kind.name,
            str(view["snapshots"]) + (f" ({unusable} unusable)" if unusable else ""),
            str((view["newest"] or {}).get("created_at", ""))[:19],
            f"{schedule['day_of_week'] or 'daily'} at {schedule['hour']}" if schedule else "",
        )
        return Row(self.policy.name, self.policy.region, cells, self.change, self.operations, self.failures)


class SnapshotPolicy(Workflow):
    """``scp_snapshot_policy``."""

    kinds: ClassVar = BATCH_KINDS

    def run(self) -> dict[str, Any]:
        client, params = self.batch.client, self.params
        region = client.settings.region
        option = f"{params.get('variable_prefix') or ''}volumes"
        defaults = {"kind": params.get("kind"), "region": region}
        volumes = select_by_tags(option, params["volumes"], SELECTABLE, client, defaults)
        policies = read_policies({**params, "volumes": volumes}, region)
        outcomes = self._converge(self._read(policies))
        report = Report("volume", HEADER, [outcome.row() for outcome in outcomes], dry_run=self.batch.dry_run)
        return {"volumes": [outcome.view() for outcome in outcomes], **report.result()}

    def _read(self, policies: Sequence[Policy]) -> list[Outcome]:
        """Read what each volume has, with few calls."""
        client = self.batch.client
        found = list(zip(policies, find_owners(client, policies), strict=True))

        def read(one: tuple[Policy, dict[str, Any] | StorageError]) -> Outcome:
            policy, owner = one
            if isinstance(owner, StorageError):
                return Outcome(policy, NOT_FOUND, failures=(failure_from(owner),))
            return self._read_again(Outcome(policy, Protection(owner)))

        return map_concurrently(read, found)

    def _read_again(self, outcome: Outcome) -> Outcome:
        policy = outcome.policy
        client = self.batch.client.in_region(policy.region)
        read = attempt(lambda owner: read_protection(client, policy.kind, owner))(outcome.protection.owner)
        if isinstance(read, StorageError):
            return replace(outcome, failures=(*outcome.failures, failure_from(read)))
        return replace(outcome, protection=read)

    def _converge(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Let the batch converge what is due, and read again what was changed."""
        entries: list[dict[str, Any]] = []
        owners: list[int] = []
        for number, outcome in enumerate(outcomes):
            due = [] if outcome.failures else self._due(outcome)
            entries += due
            owners += [number] * len(due)
        results: defaultdict[int, list[Converged]] = defaultdict(list)
        labels = [outcomes[owner].policy.name for owner in owners]
        for owner, result in zip(owners, self.batch.converge(entries, labels=labels), strict=True):
            results[owner].append(result)
        converged = [outcome.with_results(results[number]) for number, outcome in enumerate(outcomes)]
        if self.batch.dry_run:
            return converged
        # What the list said of space is no longer true of a volume that was changed.
        return map_concurrently(
            lambda one: self._read_again(one.without_listed()) if one.operations else one, converged
        )

    def _due(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the entries of a volume that have something to do, by what was read."""
        client = self.batch.client
        desired = desired_entries(outcome.policy, outcome.protection)
        common: Mapping[str, Any] = {"wait": True}
        entries = read_entries(self.kinds, desired, common, client)
        now = client.now()
        return [
            wanted
            for wanted, entry in zip(desired, entries, strict=True)
            if is_due(entry.resource, outcome.protection, now)
        ]
