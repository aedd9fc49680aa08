# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The histories of archiving and recovery, and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, operation
from ..common import asked_moment, between, moment_of
from .models import PREFIXES, Archiving, Bucket, Recovery, Run
from .runs import UNDER_WAY

if TYPE_CHECKING:
    from .service import ArchiveStorage


class Histories:
    """The operations on histories; those of archiving and recovery differ in words only."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("ListArchivingHistories", "ListRecoveryHistories")
    def listed(self, call: Call) -> Reply:
        """One page of what began in a span of time, the newest first [assumed]."""
        query, service = call.query, self._service
        earliest, latest = asked_moment(query["start_at_from"]), asked_moment(query["start_at_to"])
        if earliest is not None and latest is not None and earliest > latest:
            raise validation_error("Value error, start_at_from is later than start_at_to")
        bucket = service.bucket(call)
        found = self._runs(call, bucket)
        found = [run for run in found if between(moment_of(run.start_at), earliest, latest)]
        if query.get("archiving_policy_id"):
            wanted = query["archiving_policy_id"]
            found = [run for run in found if isinstance(run, Archiving) and run.policy_id == wanted]
        if query["state"]:
            found = [run for run in found if self._state(run) == query["state"]]
        found.sort(key=lambda run: (run.start_at, run.id), reverse=True)
        page, count = call.page(found, query["offset"], query["limit"])
        answer = {"total_count": count, "bucket_id": bucket.id, "contents": [self._shown(call, run) for run in page]}
        return Reply(200, answer)

    @operation("ShowArchivingHistory", "ShowRecoveryHistory")
    def show(self, call: Call) -> Reply:
        """One history with how far each of its paths has come."""
        return Reply(200, self._whole(call, self._this(call)))

    def _whole(self, call: Call, run: Run) -> dict[str, Any]:
        infos = "archiving_infos" if isinstance(run, Archiving) else "recovery_infos"
        return {**self._shown(call, run), "bucket_id": run.bucket_id, infos: self._infos(call, run)}

    @operation("CancelArchiving", "CancelRecovery")
    def cancel(self, call: Call) -> Reply:
        """Accept the end of something that is under way."""
        run = self._this(call)
        if run.state not in ("PENDING", "RUNNING"):
            raise self._service.refused_as("archive_cancel_ended", f"It is in state {self._state(run)}.")
        self._service.run_part.cancel(run)
        return Reply(202, self._whole(call, run) if call.since(PREFIXES) else None)

    def _runs(self, call: Call, bucket: Bucket) -> list[Run]:
        """All that ran in a bucket, of the kind that is asked for."""
        if "Recovery" in (call.target.operation or ""):
            return [*self._service.recoveries.having("bucket_id", bucket.id)]
        return [*self._service.archivings.having("bucket_id", bucket.id)]

    def _this(self, call: Call) -> Run:
        """The history of the query.

        :raises ApiError: 404, also where it is another bucket's.
        """
        bucket = self._service.bucket(call)
        found = (run for run in self._runs(call, bucket) if run.id == call.query["id"])
        run = next(found, None)
        if run is None:
            raise self._service.not_found("history")
        return run

    # --- as it is shown -----------------------------------------------------------------------------------------

    def _state(self, run: Run) -> str:
        """The state in the words of the service; what is being cancelled still runs."""
        words = {"RUNNING": "running", "CANCELLING": "running", "CANCELLED": "cancelled"}
        word = words.get(run.state)
        return self._world.switches.text(f"archive_{word}_state") if word else run.state

    def _shown(self, call: Call, run: Run) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": run.id,
            "state": self._state(run),
            "start_at": self._service.korean(run.start_at),
            "end_at": None if run.state in UNDER_WAY else self._service.korean(run.end_at),
        }
        if isinstance(run, Archiving):
            shown |= {"archiving_id": run.policy_id, "archiving_policy_id": run.policy_id}
            if call.since(PREFIXES):
                shown["archiving_policy_name"] = run.policy_name or None
        if isinstance(run, Recovery):
            shown |= {"recovery_id": run.recovery_id, "recovery_target_bucket_name": run.target}
        return shown

    def _infos(self, call: Call, run: Run) -> list[dict[str, Any]]:
        """How far each path has come; they are worked off one after the other."""
        verb = "archiving" if isinstance(run, Archiving) else "recovery"
        left = self._service.run_part.progress(run)
        infos = []
        path = "archiving_prefix" if call.since(PREFIXES) and isinstance(run, Archiving) else "source_object_path"
        for part in run.parts:
            total = len(part["objects"])
            done = min(left, total)
            left -= done
            through = [item for item in part["objects"][:done] if not item.get("skipped")]
            infos.append(
                {
                    path: part["path"],
                    "usage": str(sum(item["size"] for item in through)),
                    "total_object_count": total,
                    f"{verb}_object_count": len(through),
                    f"{verb}_rate": done * 100 // total if total else 100,
                }
            )
        return infos
