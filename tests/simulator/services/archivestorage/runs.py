# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What archiving and recovery have in common: they wait, run, can be cancelled, and get somewhere meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...service import event
from .models import Archiving, Bucket, Recovery, Run

if TYPE_CHECKING:
    from .service import ArchiveStorage

UNDER_WAY = ("PENDING", "RUNNING", "CANCELLING")
"""The states that end by themselves."""


class Runs:
    """The way of a run from its begin to its end."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def running(self, bucket: Bucket) -> bool:
        """Whether archiving into a bucket, or recovery out of it, has not ended."""
        runs: list[Run] = [*self._service.archivings, *self._service.recoveries]
        return any(run.bucket_id == bucket.id and run.state in UNDER_WAY for run in runs)

    def begin(self, run: Run) -> None:
        """Let a run begin."""
        run.state = "PENDING"
        run.start_at = self._world.stamp()
        if isinstance(run, Archiving):
            self._service.archivings.add(run)
        elif isinstance(run, Recovery):
            self._service.recoveries.add(run)
        self._service.after(self._world.switches.number("archive_pending_seconds"), "run_starts", run_id=run.id)

    def cancel(self, run: Run) -> None:
        """Let a run that is under way end before its time; what it has done until then stays done."""
        run.done = self.progress(run)
        run.state = "CANCELLING"
        self._service.after(self._world.switches.number("archive_cancel_seconds"), "run_cancelled", run_id=run.id)

    def progress(self, run: Run) -> int:
        """How many objects are done by now."""
        if run.state != "RUNNING":
            return run.done
        total = sum(len(part["objects"]) for part in run.parts)
        whole = self._world.switches.number(_duration(run))
        share = (self._world.now - run.runs_at) / whole if whole else 1.0
        return min(total, int(total * share))

    def _find(self, data: Mapping[str, Any]) -> Run | None:
        service = self._service
        return service.archivings.get(data["run_id"]) or service.recoveries.get(data["run_id"])

    @event("run_starts")
    def _starts(self, data: Mapping[str, Any]) -> None:
        """A run that was waiting runs."""
        run = self._find(data)
        if run is not None and run.state == "PENDING":
            run.state, run.runs_at = "RUNNING", self._world.now
            self._service.after(self._world.switches.number(_duration(run)), "run_ends", run_id=run.id)

    @event("run_ends")
    def _ends(self, data: Mapping[str, Any]) -> None:
        """A run has come to its end."""
        run = self._find(data)
        if run is not None and run.state == "RUNNING":
            ends_in = self._world.switches.text(f"archive_{_kind(run)}_ends_in")
            if ends_in == "SUCCESS":
                run.done = sum(len(part["objects"]) for part in run.parts)
            self._close(run, ends_in)

    @event("run_cancelled")
    def _cancelled(self, data: Mapping[str, Any]) -> None:
        """A run has been stopped."""
        run = self._find(data)
        if run is not None and run.state == "CANCELLING":
            self._close(run, "CANCELLED")

    def _close(self, run: Run, state: str) -> None:
        """Let a run have its effect, and its last state."""
        failed = ""
        if isinstance(run, Archiving):
            failed = self._service.archiving_part.finish(run)
        elif isinstance(run, Recovery):
            failed = self._service.recovery_part.finish(run)
        run.state = failed or state
        run.end_at = self._world.stamp()


def done_objects(run: Run) -> list[dict[str, Any]]:
    """The objects of a run that are done."""
    return [item for part in run.parts for item in part["objects"]][: run.done]


def _kind(run: Run) -> str:
    return "recovery" if isinstance(run, Recovery) else "archiving"


def _duration(run: Run) -> str:
    return f"archive_{_kind(run)}_seconds"
