# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds that last, and what they have to do with each other: the one table behind ``scp_storage_apply``.

What acts in every run (running a backup, restoring, recovering archived objects, deleting them) is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from ..engine.batch import kinds
from ..engine.batch.kinds import Product, Reference, ResourceKind
from ..engine.spec import CONCURRENCY, ModuleSpec
from .archivestorage import specs as archive
from .backup import specs as backup
from .baremetal_blockstorage import specs as bm
from .filestorage import specs as filestorage
from .parallel_filestorage import specs as pfs


def _acts_always(params: Mapping[str, Any]) -> str:
    """Why a snapshot would be taken, or restored, in every run."""
    if params["state"] == "restored":
        return "going back to a snapshot acts in every run; use the module of this kind in a separate task"
    if params["state"] == "present" and not (params.get("max_age") or params.get("snapshot")):
        return "without max_age a snapshot would be taken in every run; say how old the newest may be, for example 1d"
    return ""


def _of_files(params: Mapping[str, Any]) -> bool:
    """Whether a backup needs an agent."""
    return params.get("policy_category") == "AGENT" or params.get("policy_type") == "FILESYSTEM"


def _snapshot(spec: Any, *owner: Reference) -> ResourceKind:
    return ResourceKind(spec, identified_by=("snapshot",), references=owner, reject_if=_acts_always)


_FILE_VOLUME = Reference("volume", "filestorage_volume")
_PARALLEL_VOLUME = Reference("volume", "pfs_volume")
_BLOCK_VOLUME = Reference("volume", "bm_volume")
_GROUP = Reference("volume_group", "bm_volume_group")


class Storage(kinds.KindRegistry):
    """``scp_storage_apply``."""

    # Of the dependents of one volume or group, the first here is managed first: a snapshot is kept by what the schedule
    # says, members have no separate schedule, and a recovery is made of the newest snapshot.
    kinds: ClassVar = {
        "filestorage_volume": ResourceKind(
            filestorage.VOLUME, identified_by=("name", "volume_id"), suffixed=True, short="filestorage"
        ),
        "filestorage_snapshot_schedule": ResourceKind(filestorage.SNAPSHOT_SCHEDULE, references=(_FILE_VOLUME,)),
        "filestorage_snapshot": _snapshot(filestorage.SNAPSHOT, _FILE_VOLUME),
        "filestorage_replication": ResourceKind(
            filestorage.REPLICATION,
            identified_by=("name", "target_region", "target_zone"),
            references=(_FILE_VOLUME,),
            produces=(Product("filestorage_volume", "name", "target_region", zone="target_zone"),),
            releases=("filestorage_volume",),
            suffixed=True,
        ),
        "pfs_volume": ResourceKind(pfs.VOLUME, identified_by=("name", "volume_id"), suffixed=True, short="pfs"),
        "pfs_snapshot": _snapshot(pfs.SNAPSHOT, _PARALLEL_VOLUME),
        "bm_volume": ResourceKind(bm.VOLUME, identified_by=("name", "volume_id"), short="bm"),
        "bm_volume_snapshot_schedule": ResourceKind(bm.VOLUME_SNAPSHOT_SCHEDULE, references=(_BLOCK_VOLUME,)),
        "bm_volume_snapshot": _snapshot(bm.VOLUME_SNAPSHOT, _BLOCK_VOLUME),
        "bm_volume_replication": ResourceKind(
            bm.VOLUME_REPLICATION,
            identified_by=("name", "target_region", "target_zone"),
            references=(_BLOCK_VOLUME,),
            produces=(Product("bm_volume", "name", "target_region", zone="target_zone"),),
            releases=("bm_volume",),
        ),
        "bm_volume_group": ResourceKind(
            bm.VOLUME_GROUP,
            identified_by=("name", "volume_group_id"),
            references=(Reference("volumes", "bm_volume", owner=False),),
            releases=("bm_volume",),
            purge_option="purge_volumes",
            short="bm_group",
        ),
        "bm_volume_recovery": ResourceKind(
            bm.VOLUME_RECOVERY,
            identified_by=("name",),
            references=(_BLOCK_VOLUME,),
            produces=(Product("bm_volume", "name"),),
            requires=("bm_volume_snapshot",),
        ),
        "bm_volume_group_snapshot_schedule": ResourceKind(bm.VOLUME_GROUP_SNAPSHOT_SCHEDULE, references=(_GROUP,)),
        "bm_volume_group_snapshot": _snapshot(bm.VOLUME_GROUP_SNAPSHOT, _GROUP),
        "bm_volume_group_replication": ResourceKind(
            bm.VOLUME_GROUP_REPLICATION,
            identified_by=("name", "target_region", "target_zone"),
            references=(_GROUP,),
            produces=(
                Product("bm_volume_group", "name", "target_region", zone="target_zone"),
                Product(
                    "bm_volume", "replication_volume_name_prefix", "target_region", prefix=True, zone="target_zone"
                ),
            ),
            releases=("bm_volume", "bm_volume_group"),
        ),
        "bm_volume_group_recovery": ResourceKind(
            bm.VOLUME_GROUP_RECOVERY,
            identified_by=("block_storage_name_prefix",),
            references=(_GROUP,),
            produces=(Product("bm_volume", "block_storage_name_prefix", prefix=True),),
            requires=("bm_volume_group_snapshot",),
        ),
        "backup_agent": ResourceKind(backup.AGENT, identified_by=("server",)),
        "backup": ResourceKind(
            backup.BACKUP,
            identified_by=("name", "backup_id"),
            references=(Reference("server", "backup_agent", owner=False, when=_of_files),),
            releases=("backup_agent",),
        ),
        "archive_bucket": ResourceKind(archive.BUCKET, identified_by=("name", "bucket_id"), short="archive"),
        "archive_policy": ResourceKind(
            archive.POLICY, identified_by=("name", "object_path"), references=(Reference("bucket", "archive_bucket"),)
        ),
    }


STORAGE_APPLY = ModuleSpec(
    load=lambda: Storage,
    options={
        "resources": {"type": "list", "elements": "dict", "required": True},
        "concurrency": {"type": "int", "default": CONCURRENCY},
    },
)

#: The full forms of kinds by their short forms.
SHORT_FORMS = {resource_kind.short: kind for kind, resource_kind in Storage.kinds.items() if resource_kind.short}


def full_kind(text: str) -> str:
    """Return a kind in its full form; what is not a short form, unchanged."""
    return SHORT_FORMS.get(text, text)


def with_short_forms(kinds: Iterable[str]) -> list[str]:
    """Return kinds as an option accepts them: in their full forms, then in the short ones."""
    full = list(kinds)
    return [*full, *(Storage.kinds[kind].short for kind in full if Storage.kinds[kind].short)]
