# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs of the workflows that are one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine.deferred import deferred
from ..engine.spec import ModuleSpec
from ..resources.backup.specs import BACKUP, DEFAULT_CATEGORY
from .items import LIST_OPTIONS

if TYPE_CHECKING:
    from . import archive_lifecycle, backup_policy, mount_sources
else:
    archive_lifecycle, backup_policy, mount_sources = deferred(
        __package__, "archive_lifecycle", "backup_policy", "mount_sources"
    )

ARCHIVE_LIFECYCLE = ModuleSpec(
    load=lambda: archive_lifecycle.ArchiveLifecycle,
    options={
        "buckets": {"type": "raw", "required": True},
        "versioning": {"type": "bool"},
        "encryption": {"type": "bool"},
        "tags": {"type": "raw"},
        "object_lifecycle": {"type": "str"},
        "wait_timeout": {"type": "int", "default": 600},
        **LIST_OPTIONS,
    },
)

BACKUP_POLICY = ModuleSpec(
    load=lambda: backup_policy.BackupPolicy,
    options={
        "servers": {"type": "raw", "required": True},
        "server_category": {**BACKUP.options["server_category"], "default": DEFAULT_CATEGORY},
        "policy_category": BACKUP.options["policy_category"],
        "schedules": {"type": "raw"},
        "retention_period": BACKUP.options["retention_period"],
        "backup_region": {"type": "str"},
        "dr_enabled": {"type": "bool"},
        "agents": {"type": "bool", "default": True},
        "first_backup": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 7200},
        **LIST_OPTIONS,
    },
)

MOUNT_SOURCE_INFO = ModuleSpec(
    load=lambda: mount_sources.MountSourceInfo,
    options={
        "volumes": {"type": "raw", "required": True},
        "options": {"type": "str", "default": "defaults,_netdev,nofail"},
        "lazy": {"type": "str", "choices": ["never", "moved", "always"], "default": "moved"},
        # Names, and no passwords.
        "cifs_password_names": {"type": "list", "elements": "str", "default": [], "no_log": False},
        **LIST_OPTIONS,
    },
)
