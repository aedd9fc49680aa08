# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read all that a report covers, concurrently. What cannot be read does not keep the rest from being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...client.errors import APPLY, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.resource import Info
from ...resources.archivestorage.bucket import BucketInfo
from ...resources.archivestorage.lookup import KINDS as JOB_KINDS
from ...resources.archivestorage.lookup import recent_jobs
from ...resources.backup.backup import BackupInfo
from ...resources.baremetal_blockstorage.group import VolumeGroupInfo
from ...resources.baremetal_blockstorage.volume import VolumeInfo as BlockVolumeInfo
from ...resources.filestorage.volume import VolumeInfo as FileVolumeInfo
from ...resources.parallel_filestorage.volume import VolumeInfo as ParallelVolumeInfo
from ...resources.tags import TAGS_PART, UnreadableTags
from .parse import Reading

#: By kind, what reads it, and which parts a report needs.
SOURCES: Mapping[str, tuple[type[Info], Sequence[str]]] = {
    "filestorage_volume": (FileVolumeInfo, ("snapshots", "snapshot_schedule", "replications")),
    "pfs_volume": (ParallelVolumeInfo, ("snapshots",)),
    "bm_volume": (BlockVolumeInfo, ("detail", "snapshots", "replication")),
    "bm_volume_group": (VolumeGroupInfo, ("detail", "snapshots", "replication")),
    "backup": (BackupInfo, ("detail", "histories", "restore_points")),
    "archive_bucket": (BucketInfo, ("policies",)),
}


def read_all(client: Client, kinds: Sequence[str], regions: Sequence[str], *, tags: bool = False) -> list[Reading]:
    """Read kinds in regions, and return a reading for each pair, by kind.

    :param tags: whether to read tags as well.
    """
    pairs = [(kind, region) for kind in kinds for region in regions]
    more = (TAGS_PART,) if tags else ()
    return map_concurrently(lambda pair: _read(client.in_region(pair[1]), *pair, more), pairs)


def _read(client: Client, kind: str, region: str, more: Sequence[str]) -> Reading:
    source, gather = SOURCES[kind]
    problems = []
    try:
        try:
            listed = source.for_task({"gather": [*gather, *more]}, client).read()[source.plural]
        except UnreadableTags as error:
            # The report is about more than tags.
            problems.append(error.message)
            listed = source({"gather": list(gather)}, client).read()[source.plural]
    except StorageError as error:
        return Reading(kind, region, None, error.message, entitled=APPLY not in error.message)
    reading = Reading(kind, region, listed, problems=problems)
    return _with_jobs(client, reading, listed) if kind == "archive_bucket" else reading


def _with_jobs(client: Client, reading: Reading, buckets: Sequence[Mapping[str, Any]]) -> Reading:
    """Add what became of the archiving of buckets that archive others."""
    sources = [str(bucket["id"]) for bucket in buckets if bucket.get("archiving_source_bucket_name")]

    def read(bucket_id: str) -> list[dict[str, Any]] | str:
        try:
            return recent_jobs(client, JOB_KINDS["archiving"], bucket_id)
        except StorageError as error:
            return error.message

    found = dict(zip(sources, map_concurrently(read, sources), strict=True))
    jobs = {bucket_id: one for bucket_id, one in found.items() if isinstance(one, list)}
    problems = [one for one in found.values() if isinstance(one, str)]
    return replace(reading, jobs=jobs, problems=list(dict.fromkeys([*reading.problems, *problems])))
