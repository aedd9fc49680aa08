# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_plan_info``: how replications are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ...engine.resource import Info
from ..messages import group_alike
from . import report
from .model import HEALTHS, TITLES, Found
from .options import likely_region, read_volumes
from .outcome import Outcome
from .run import Run


class PlanInfo(Info):
    """``scp_dr_plan_info``."""

    plural = "replicas"

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        return likely_region(params)

    def read(self) -> dict[str, Any]:
        prefix = self.params.get("variable_prefix") or ""
        run = Run(
            {**self.params, "state": "status"}, read_volumes(self.params, self.client, prefix), self.client, prefix
        )
        own = run.begin("source")
        run.ask_other_region(missing=True)
        outcomes = list(run.outcomes.values())
        for outcome in outcomes:
            outcome.note = _note(outcome, own[outcome.volume.key])
        result = run.result()
        counts = Counter(outcome.health for outcome in outcomes)
        healths = {health: counts[health] for health in HEALTHS if counts[health]}
        summary = ", ".join(f"{count} {health}" for health, count in healths.items())
        lines = report.note_lines(outcomes)
        table = [*report.table(result["replicas"], lines), summary]
        shown = {"replicas": result["replicas"], "mounts": result["mounts"], "table": table, "summary": summary}
        shown["healths"] = healths
        unhealthy = [one for one in outcomes if one.health in self.params["fail_on"]]
        if unhealthy:
            lines = group_alike(((one.volume.label, _why(one.health, one.note)) for one in unhealthy), "volume")
            verb = "has" if len(unhealthy) == 1 else "have"
            count, fails = f"{len(unhealthy)} of {len(outcomes)} volumes", ", ".join(self.params["fail_on"])
            message = f"{count} {verb} a health that is to fail the run ({fails}). {' '.join(lines)}"
            shown |= {"failed": True, "msg": message}
        return shown


def _note(outcome: Outcome, own: Found) -> str:
    """Return what is noteworthy beside the health.

    :param own: what the region of the volume knows; the region of the replica may have been asked after it.
    """
    volume, before = outcome.volume, outcome.before
    if before.message:
        return before.message
    if before.link is not None and own.link is None:
        here = "shows no replication of it" if own.volumes else f"has no {TITLES[volume.kind]} of this name"
        why = own.message.rstrip(".") if own.unread else f"{volume.region} {here}"
        return f"{why}. What is shown is what {volume.target_region} reports"
    return "" if before.volumes else f"there is no {TITLES[volume.kind]} of this name in its region"


def _why(health: str, note: str) -> str:
    return f"{health}: {note}" if note else health
