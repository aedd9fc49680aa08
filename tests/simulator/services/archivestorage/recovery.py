# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery: from an archive bucket to an Object Storage bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, operation
from .models import PREFIXES, Bucket, Recovery, Version
from .objects import is_in
from .runs import done_objects

if TYPE_CHECKING:
    from .service import ArchiveStorage


class Recoveries:
    """The operations that recover."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("RecoverObjects")
    def objects(self, call: Call) -> Reply:
        """Begin to recover files, and folders with all that is in them; the path of a folder ends in a slash."""
        service, infos = self._service, call.body["recovery_infos"]
        if not infos:
            raise validation_error("List should have at least 1 item after validation, not 0")
        for info in infos:
            if info["source_object_path"].endswith("/") != (info["object_type"] == "FOLDER"):
                raise validation_error("Value error, the path of a folder ends in /")
        bucket = service.active(call)
        parts = [self._part(bucket, info["source_object_path"]) for info in infos]
        return self._begin(call, bucket, parts)

    @operation("RecoverObjectVersions")
    def version(self, call: Call) -> Reply:
        """Begin to recover one version of an object."""
        service, body = self._service, call.body
        bucket = service.active(call)
        path = body["source_object_path"]
        version = service.version_part.find(bucket, path, body["source_object_version"])
        return self._begin(call, bucket, [{"path": path, "objects": [_fact(version)]}])

    def _part(self, bucket: Bucket, path: str) -> dict[str, Any]:
        """What a path stands for.

        :raises ApiError: 404, nothing.
        """
        there = self._service.current_of(bucket)
        found = [there[name] for name in sorted(there) if is_in(name, path)]
        if not found:
            raise self._service.not_found("object")
        return {"path": path, "objects": [_fact(version) for version in found]}

    def _begin(self, call: Call, bucket: Bucket, parts: Sequence[dict[str, Any]]) -> Reply:
        service, body = self._service, call.body
        if call.since(PREFIXES):
            target = body["recovery_target"]["bucket_name"]
            service.check_zone(call, body["recovery_target"].get("zone"))
        else:
            target = body["recovery_target_bucket_name"]
        if service.object_bucket(target, call.region, call.account_id) is None:
            raise service.not_found("recovery_target_bucket")
        busy = self._world.switches.text("archive_recovery_busy")
        if busy != "accept" and service.run_part.running(bucket):
            raise service.refused_as("archive_recovery_busy", "Archiving or recovery is running.")
        run = Recovery(
            account_id=call.account_id,
            bucket_id=bucket.id,
            target=target,
            overwrite=body["overwrite"],
            parts=list(parts),
        )
        service.run_part.begin(run)
        ids = {"bucket": bucket.id, "history": run.id, "recovery": run.recovery_id}
        answered = ids[self._world.switches.text("archive_recover_answer")]
        return Reply(202, {"id": answered, "recovery_target_bucket_name": target})

    def finish(self, run: Recovery) -> str:
        """Put what is done into the Object Storage bucket; FAILED where that cannot be, otherwise empty."""
        service = self._service
        bucket = service.buckets.get(run.bucket_id)
        target = service.object_bucket(run.target, bucket.region, bucket.account_id) if bucket else None
        if target is None:
            run.done = 0
            return "FAILED"
        there = {item["path"]: item for item in target.objects}
        stays = [] if run.overwrite else [item for item in done_objects(run) if item["path"] in there]
        for item in done_objects(run):
            if item in stays:
                item["skipped"] = True
            else:
                there[item["path"]] = {**item, "modified_at": self._world.stamp()}
        target.objects = list(there.values())
        failed = stays and self._world.switches.text("archive_recovery_existing") == "FAILED"
        return "FAILED" if failed else ""


def _fact(version: Version) -> dict[str, Any]:
    """A version as a run remembers it."""
    return {name: getattr(version, name) for name in ("path", "size", "etag", "modified_at")}
