# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_storage_report``: read, evaluate, and say it in a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...client.errors import StorageError
from ...engine.resource import Info
from ...resources.connection import read_deprecations
from ..messages import group_alike
from .models import KINDS, place
from .options import FAIL_ON, read_options, regions_of
from .reading import read_all
from .report import facts

#: As many findings are in the lines for users, and in the message of a failure.
MAX_LINES = 20
MAX_IN_MESSAGE = 5


class StorageReport(Info):
    """``scp_storage_report``."""

    plural = "findings"

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        return next(iter(regions_of(params)), "")

    def read(self) -> dict[str, Any]:
        options = read_options(self.params)
        regions = options.regions or [self.region]
        readings = read_all(self.client, options.kinds, regions, tags=bool(self.params["gather_tags"]))
        keep = int(self.params["history_keep"])
        made = facts(readings, options.limits, self.client.now(), str(self.params.get("history") or ""), keep)
        report = made["report"]
        used = [(KINDS[one["kind"]].host, one["region"]) for one in report["services"] if one["state"] == "read"]
        warnings = read_deprecations(self.client, dict.fromkeys(used))
        report["notes"] += warnings
        states = ("failed", "not_entitled") if self.params["require_services"] else ("failed",)
        unread = [one for one in report["services"] if one["state"] in states]
        failures = group_alike(((f"{one['kind']} ({one['region']})", one["message"]) for one in unread), "service")
        if all(one["state"] == "failed" for one in report["services"]):
            raise StorageError(
                f"No report was made, because nothing could be read. {report['services'][0]['message']}",
                failures=failures,
            )
        summary = _summary(report["counts"])
        result = {**made, "table": [summary, *_lines(report)], "summary": summary, "failures": failures}
        if warnings:
            result["warnings"] = warnings
        if failures:
            return {**result, "failed": True, "msg": f"The report is not complete: {' '.join(failures)}"}
        return {**result, **self._failure(report["findings"])}

    def _failure(self, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the failure that the findings are by the option ``fail_on``."""
        fail_on = self.params["fail_on"]
        severities, areas = FAIL_ON[fail_on]
        found = [one for one in findings if one["severity"] in severities and one["area"] in areas]
        if not found:
            return {}
        prefix = self.params.get("variable_prefix") or ""
        first = "; ".join(
            f"{one['name']}{' in ' * bool(one['region'])}{place(one['region'], one['zone'])} {one['message']}"
            for one in found[:MAX_IN_MESSAGE]
        )
        return {
            "failed": True,
            "msg": f"{len(found)} findings, and {prefix}fail_on is {fail_on}. The first are: {first}.",
        }


def _summary(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['critical']} critical, {counts['warning']} warnings: {counts['unprotected']} unprotected,"
        f" {counts['replications_bad']} of {counts['replications']} replications and {counts['backups_bad']} of"
        f" {counts['backups']} backups in trouble, {counts['snapshots_due']} of {counts['volumes']} volumes without a"
        " snapshot that is young enough"
    )


def _lines(report: Mapping[str, Any]) -> list[str]:
    """Return the first findings and the notes as lines for users."""
    findings = report["findings"]
    lines = [
        f"{one['severity'].upper()}  {one['name']}"
        f"{' (' + place(one['region'], one['zone']) + ')' if one['region'] else ''}: {one['message']}"
        for one in findings[:MAX_LINES]
    ]
    more = [f"and {len(findings) - MAX_LINES} more"] if len(findings) > MAX_LINES else []
    return [*lines, *more, *report["notes"]]
