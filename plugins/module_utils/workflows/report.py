# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readable part of a workflow's result: a table, one line that counts, and the failures, alike ones together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..client.errors import StorageError
from ..engine.workflow import Change, Converged
from .messages import group_alike, summarize
from .text_table import format_table

#: A longer table leaves out what is unchanged.
MAX_ROWS = 40


@dataclass(frozen=True)
class Failure:
    """Why something failed.

    :ivar facts: what is known of the call that failed.
    """

    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def failure_from(failed: StorageError | Converged) -> Failure:
    """Return why an item could not be read, or a resource failed."""
    if isinstance(failed, StorageError):
        return Failure(failed.message, failed.facts)
    return Failure(failed.message, failed.result.get("error") or {})


def join_messages(failures: Sequence[Failure]) -> str:
    """Return all that went wrong with one item, in one text."""
    return "; ".join(dict.fromkeys(failure.message.rstrip(".") for failure in failures))


@dataclass(frozen=True)
class Row:
    """One item of a report.

    :ivar cells: without the last column, which says what was done.
    """

    name: str
    region: str
    cells: Sequence[str]
    change: Change
    operations: Sequence[str] = ()
    failures: Sequence[Failure] = ()


@dataclass(frozen=True)
class Report:
    """What became of a list of items.

    :ivar label: what an item is, for example ``volume``.
    :ivar header: of the table, without the last column.
    :ivar blocked: whether nothing was changed, because some items cannot be worked on.
    """

    label: str
    header: Sequence[str]
    rows: Sequence[Row]
    dry_run: bool = False
    blocked: bool = False

    def result(self) -> dict[str, Any]:
        """Return the part of the task's result that is the same for all lists.

        :return: ``operations`` in the order of the list, ``table``, ``summary`` and ``failures``, and where something
            failed ``failed`` and ``msg``.
        """
        operations = [operation for row in self.rows for operation in row.operations]
        result: dict[str, Any] = {
            "changed": bool(operations),
            "operations": operations,
            "table": self.table(),
            "summary": summarize((row.change for row in self.rows), dry_run=self.dry_run),
            "failures": self.failures(),
        }
        failed = [row for row in self.rows if row.failures]
        if not failed:
            return result
        failure = {"failed": True, "msg": self._message(len(failed), result["failures"])}
        facts = next((one.facts for row in failed for one in row.failures if one.facts), None)
        return {**result, **failure, **({"error": dict(facts)} if facts else {})}

    def table(self) -> list[str]:
        """Return the table as lines."""
        shown = [row for row in self.rows if len(self.rows) <= MAX_ROWS or row.change != "unchanged"]
        cells = [[*row.cells, _done(row)] for row in shown]
        lines = format_table([*self.header, "PLANNED" if self.dry_run else "DONE"], cells)
        left_out = len(self.rows) - len(shown)
        return [*lines, f"({left_out} unchanged {self.label}s are not shown)"] if left_out else lines

    def failures(self) -> list[str]:
        """Return a line for each failure, with the names of the items at its end or beginning."""
        messages = [
            (name, failure.message)
            for row, name in zip(self.rows, self._names(), strict=True)
            for failure in row.failures
        ]
        return group_alike(messages, self.label)

    def _names(self) -> list[str]:
        """Return the names of the items, with the region if several have the same name."""
        counts = Counter(row.name for row in self.rows)
        return [f"{row.name} ({row.region})" if counts[row.name] > 1 else row.name for row in self.rows]

    def _message(self, failed: int, lines: Sequence[str]) -> str:
        total = len(self.rows)
        kinds = self.label if total == 1 else f"{self.label}s"
        if self.blocked:
            return f"{failed} of {total} {kinds} cannot be worked on, and nothing was changed. {' '.join(lines)}"
        return (
            f"{failed} of {total} {kinds} failed. {' '.join(lines)} Run the task again when the cause is removed. It"
            " continues from the current state."
        )


def _done(row: Row) -> str:
    if row.failures:
        return ", ".join(["FAILED", *_counted(row.operations)])
    return ", ".join(_counted(row.operations))


def _counted(operations: Sequence[str]) -> list[str]:
    """Return operations once each, with how often they were sent."""
    return [name if count == 1 else f"{name} ({count})" for name, count in Counter(operations).items()]
