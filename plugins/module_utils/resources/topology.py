# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All nouns that last, and what they have to do with each other: the one table behind ``scp_storage_apply``.

What acts in every run (running a backup, restoring, recovering archived objects, deleting them) is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..engine import topology
from ..engine.topology import Noun, Product, Reference
from .archivestorage import specs as archive
from .backup import specs as backup
from .baremetal_blockstorage import specs as bm
from .filestorage import specs as filestorage
from .parallel_filestorage import specs as pfs


def _acts_always(params: Mapping[str, Any]) -> str:
    """Why a snapshot would be taken, or restored, in every run."""
    if params["state"] == "restored":
        return "going back to a snapshot acts in every run; use the module of this kind in a task of its own"
    if params["state"] == "present" and not (params.get("max_age") or params.get("snapshot")):
        return "without max_age a snapshot would be taken in every run; say how old the newest may be, as 1d"
    return ""


def _of_files(params: Mapping[str, Any]) -> bool:
    """Whether a backup needs an agent."""
    return params.get("policy_category") == "AGENT" or params.get("policy_type") == "FILESYSTEM"


def _snapshot(spec: Any, *owner: Reference) -> Noun:
    return Noun(spec, called=("snapshot",), refers=owner, objection=_acts_always)


_FILE_VOLUME = Reference("volume", "filestorage_volume")
_PARALLEL_VOLUME = Reference("volume", "pfs_volume")
_BLOCK_VOLUME = Reference("volume", "bm_volume")
_GROUP = Reference("volume_group", "bm_volume_group")


class Storage(topology.Topology):
    """``scp_storage_apply``."""

    # Of what hangs on one volume or group, the first here is done first: a snapshot is kept by what the schedule says,
    # members have no schedule of their own, and a recovery is made of the newest snapshot.
    nouns: ClassVar = {
        "filestorage_volume": Noun(
            filestorage.VOLUME, called=("name", "volume_id"), suffixed=True, short="filestorage"
        ),
        "filestorage_snapshot_schedule": Noun(filestorage.SNAPSHOT_SCHEDULE, refers=(_FILE_VOLUME,)),
        "filestorage_snapshot": _snapshot(filestorage.SNAPSHOT, _FILE_VOLUME),
        "filestorage_replication": Noun(
            filestorage.REPLICATION,
            called=("name", "target_region"),
            refers=(_FILE_VOLUME,),
            makes=(Product("filestorage_volume", "name", "target_region"),),
            frees=("filestorage_volume",),
            suffixed=True,
        ),
        "pfs_volume": Noun(pfs.VOLUME, called=("name", "volume_id"), suffixed=True, short="pfs"),
        "pfs_snapshot": _snapshot(pfs.SNAPSHOT, _PARALLEL_VOLUME),
        "bm_volume": Noun(bm.VOLUME, called=("name", "volume_id"), short="bm"),
        "bm_volume_snapshot_schedule": Noun(bm.VOLUME_SNAPSHOT_SCHEDULE, refers=(_BLOCK_VOLUME,)),
        "bm_volume_snapshot": _snapshot(bm.VOLUME_SNAPSHOT, _BLOCK_VOLUME),
        "bm_volume_replication": Noun(
            bm.VOLUME_REPLICATION,
            called=("name", "target_region"),
            refers=(_BLOCK_VOLUME,),
            makes=(Product("bm_volume", "name", "target_region"),),
            frees=("bm_volume",),
        ),
        "bm_volume_group": Noun(
            bm.VOLUME_GROUP,
            called=("name", "volume_group_id"),
            refers=(Reference("volumes", "bm_volume", owner=False),),
            frees=("bm_volume",),
            purge="purge_volumes",
            short="bm_group",
        ),
        "bm_volume_recovery": Noun(
            bm.VOLUME_RECOVERY,
            called=("name",),
            refers=(_BLOCK_VOLUME,),
            makes=(Product("bm_volume", "name"),),
            needs=("bm_volume_snapshot",),
        ),
        "bm_volume_group_snapshot_schedule": Noun(bm.VOLUME_GROUP_SNAPSHOT_SCHEDULE, refers=(_GROUP,)),
        "bm_volume_group_snapshot": _snapshot(bm.VOLUME_GROUP_SNAPSHOT, _GROUP),
        "bm_volume_group_replication": Noun(
            bm.VOLUME_GROUP_REPLICATION,
            called=("name", "target_region"),
            refers=(_GROUP,),
            makes=(
                Product("bm_volume_group", "name", "target_region"),
                Product("bm_volume", "replication_volume_name_prefix", "target_region", prefix=True),
            ),
            frees=("bm_volume", "bm_volume_group"),
        ),
        "bm_volume_group_recovery": Noun(
            bm.VOLUME_GROUP_RECOVERY,
            called=("block_storage_name_prefix",),
            refers=(_GROUP,),
            makes=(Product("bm_volume", "block_storage_name_prefix", prefix=True),),
            needs=("bm_volume_group_snapshot",),
        ),
        "backup_agent": Noun(backup.AGENT, called=("server",)),
        "backup": Noun(
            backup.BACKUP,
            called=("name", "backup_id"),
            refers=(Reference("server", "backup_agent", owner=False, when=_of_files),),
            frees=("backup_agent",),
        ),
        "archive_bucket": Noun(archive.BUCKET, called=("name", "bucket_id")),
        "archive_policy": Noun(archive.POLICY, refers=(Reference("bucket", "archive_bucket"),)),
    }


def full_kind(text: str) -> str:
    """Return a kind in its full form; what is not a short form, unchanged."""
    return next((kind for kind, noun in Storage.nouns.items() if noun.short == text), text)
