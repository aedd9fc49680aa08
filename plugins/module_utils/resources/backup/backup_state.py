# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup with what a task has to know of it (platform-behaviour.md §8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

#: What the service takes where a task does not say (reference: Create Backup).
DEFAULTS = {"retention_period": "WEEK_2", "encrypt_enabled": True}
#: Regions that replicate nothing begin with this (platform-behaviour.md §1).
WITHOUT_REPLICATION = "kr-south"


@dataclass(frozen=True)
class BackupState:
    """A backup as the show operation gives it, and what a task has to know beside it.

    :ivar schedules: ``None`` where the task has no interest in them.
    :ivar server: the one that the task names, where that is not plain from the backup: ``server_uuid``,
        ``server_name``, and ``server_guid`` where known.
    :ivar blockers: what keeps the task from what it asks, found when it began.
    :ivar leaving: another backup of the same name that is on its way out.
    :ivar busy: what runs of a backup that is to go.
    :ivar removing: this task has sent the call that deletes it.
    """

    backup: dict[str, Any] | None = None
    schedules: tuple[dict[str, Any], ...] | None = None
    server: dict[str, Any] | None = None
    blockers: tuple[str, ...] = ()
    leaving: dict[str, Any] | None = None
    busy: str = ""
    removing: bool = False

    def with_fields(self, **fields: Any) -> BackupState:
        """The state with some of the backup's fields replaced."""
        return replace(self, backup={**(self.backup or {}), **fields})
