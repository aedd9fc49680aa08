# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup 1.2: all 31 operations (reference: Backup), and what 1.3 and 1.4 do otherwise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..client.paging import Paging
from .table import Change, Operation, Repeat, Service

SERVICE = Service("backup", "1.2", "Backup", newer=("1.3", "1.4"))

_operation = partial(Operation, SERVICE)
#: The type of backups of File Storage volumes, from 1.3 on.
FILE_STORAGE = "policy_type FILE_STORAGE"
#: From 1.3 on, servers and subnets can be listed by zone.
_OF_A_ZONE = (Change("1.3", query=("zone",)),)
#: 1.4 takes the id of a session with a one-time password. Whether it refuses a deletion without one is not confirmed.
_WITH_SESSION = (Change("1.4", body=("session_id",)),)

CREATE_BACKUP_AGENT = _operation(
    "CreateBackupAgent",
    "POST",
    "/v1/backup-agents",
    body=("server_uuid", "subnet_id", "tags"),
    action="CreateBackupAgent",
    repeat=Repeat.BOUNDED,
    changes=(
        Change(
            "1.3",
            body=("server_backup_agent_ip", "zone"),
            nullable=("server_backup_agent_ip", "zone"),
        ),
    ),
)
SHOW_BACKUP_AGENT = _operation(
    "ShowBackupAgent", "GET", "/v1/backup-agents/{backup_agent_id}", action="ShowBackupAgent"
)
SHOW_BACKUP_AGENT_INSTALL_FILE_PATH = _operation(
    "ShowBackupAgentInstallFilePath",
    "GET",
    "/v1/backup-agents/agent-install-file-path",
    query=("os_type",),
    action="ShowBackupAgentInstallFilePath",
)
LIST_BACKUP_AGENTS = _operation(
    "ListBackupAgents",
    "GET",
    "/v1/backup-agents",
    query=("size", "page", "sort", "name", "server_backup_agent_ip", "server_name"),
    paging=Paging("contents", "count", "page", size="size", by_page=True),
    action="ListBackupAgents",
)
LIST_TARGETS_OF_BACKUP_AGENT = _operation(
    "ListTargetsOfBackupAgent",
    "GET",
    "/v1/backup-agents/targets",
    query=("size", "page", "sort", "server_category", "server_name"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key="server_uuid"),
    action="ListBackupAgentTargets",
    changes=_OF_A_ZONE,
)
CHECK_BACKUP_MASTER_CONNECTION_STATE = _operation(
    "CheckBackupMasterConnectionState",
    "GET",
    "/v1/backup-agents/{backup_agent_id}/check-connection-state",
    action="CheckBackupAgentConnectionState",
)
DELETE_BACKUP_AGENT = _operation(
    "DeleteBackupAgent", "DELETE", "/v1/backup-agents/{backup_agent_id}", action="DeleteBackupAgent"
)
CREATE_BACKUP = _operation(
    "CreateBackup",
    "POST",
    "/v1/backups",
    body=(
        "dr_enabled",
        "encrypt_enabled",
        "filesystem_paths",
        "is_all_filesystem",
        "name",
        "policy_category",
        "policy_type",
        "region",
        "retention_period",
        "schedules",
        "server_category",
        "server_guid",
        "server_uuid",
        "tags",
    ),
    action="CreateBackup",
    repeat=Repeat.CREATES,
    changes=(Change("1.3", body=("zone",), values=(FILE_STORAGE,)),),
)
SHOW_BACKUP = _operation("ShowBackup", "GET", "/v1/backups/{backup_id}", action="ShowBackup")
LIST_AGENT_BACKUP_RESTORE_TARGET_SERVERS = _operation(
    "ListAgentBackupRestoreTargetServers",
    "GET",
    "/v1/backups/{backup_id}/agent-backup-restore-targets",
    query=("server_name", "page", "size"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key="server_uuid"),
    action="ListAgentBackupRestoreTargetServers",
)
LIST_BACKUP_HISTORIES = _operation(
    "ListBackupHistories",
    "GET",
    "/v1/backups/{backup_id}/backup-histories",
    query=("backup_start_time", "backup_end_time", "backup_job_state", "page", "size", "sort"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key="backup_job_guid"),
    action="ListBackupHistories",
)
LIST_BACKUP_REGION_RELATIONSHIP = _operation(
    "ListBackupRegionRelationship",
    "GET",
    "/v1/backups/region-relationship",
    query=("from_region", "from_availability_zone", "to_region", "to_availability_zone", "backup_master_type"),
    paging=Paging("contents", "count", key=""),
    action="ListBackupRegionRelationship",
    changes=(
        Change(
            "1.3",
            places={"from_availability_zone": "from_zone", "to_availability_zone": "to_zone"},
        ),
    ),
)
LIST_BACKUP_RESTORE_HISTORIES = _operation(
    "ListBackupRestoreHistories",
    "GET",
    "/v1/backups/{backup_id}/restore-histories",
    query=("page", "size", "sort", "restore_state", "start_time", "end_time"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key=""),
    action="ListRestoreHistories",
)
LIST_BACKUP_RESTORE_SUBNETS = _operation(
    "ListBackupRestoreSubnets",
    "GET",
    "/v1/backups/{backup_id}/restore/restorable-subnets",
    query=("vpc_id", "state", "region"),
    paging=Paging("subnets", "count"),
    action="ListRestoreSubnets",
    changes=_OF_A_ZONE,
)
LIST_BACKUP_RESTORE_TARGETS = _operation(
    "ListBackupRestoreTargets",
    "GET",
    "/v1/backups/{backup_id}/restore-targets",
    query=("backup_start_time", "backup_end_time", "page", "size", "sort"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key="restore_target_id"),
    action="ListRestoreTargets",
)
LIST_BACKUP_SCHEDULES = _operation(
    "ListBackupSchedules",
    "GET",
    "/v1/backups/{backup_id}/schedules",
    paging=Paging("contents", "count"),
    action="ListBackupSchedules",
)
LIST_BACKUP_TARGETS = _operation(
    "ListBackupTargets",
    "GET",
    "/v1/backups/backup-targets",
    query=("server_name", "server_category", "policy_type", "region", "page", "size"),
    paging=Paging("contents", "count", "page", size="size", by_page=True, key="server_uuid"),
    action="ListBackupTargets",
    changes=(replace(_OF_A_ZONE[0], values=(FILE_STORAGE,)),),
)
LIST_BACKUPS = _operation(
    "ListBackups",
    "GET",
    "/v1/backups",
    query=("size", "page", "sort", "name", "server_name"),
    paging=Paging("contents", "count", "page", size="size", by_page=True),
    action="ListBackups",
)
LIST_FILESYSTEM_PATH = _operation(
    "ListFilesystemPath",
    "GET",
    "/v1/backups/{backup_id}/filesystem-path",
    query=("restore_target_id", "path"),
    paging=Paging("contents", "count"),
)
CHECK_BACKUP_NAME_DUPLICATE = _operation(
    "CheckBackupNameDuplicate",
    "GET",
    "/v1/backups/check-name-duplication",
    query=("backup_name",),
    action="CheckDuplicationBackupName",
)
CHECK_BACKUP_RESTORE_SERVER_NAME_DUPLICATE = _operation(
    "CheckBackupRestoreServerNameDuplicate",
    "GET",
    "/v1/backups/restore/check-name-duplication",
    query=("restore_server_name",),
    action="CheckDuplicationRestoreServerName",
)
CHECK_FILESYSTEM_PATH_DUPLICATION = _operation(
    "CheckFilesystemPathDuplication",
    "GET",
    "/v1/backups/check-filesystem-duplication",
    query=("filesystem_path", "server_uuid"),
    action="CheckDuplicationFilesystem",
)
SET_BACKUP_SCHEDULE = _operation(
    "SetBackupSchedule", "PUT", "/v1/backups/{backup_id}/schedules", body=("schedules",), action="SetBackupSchedule"
)
SET_FILESYSTEM_PATH = _operation(
    "SetFilesystemPath",
    "PUT",
    "/v1/backups/{backup_id}/filesystem-path",
    body=("backup_filesystem_paths", "is_all_filesystem"),
    action="SetFilesystemBackupPath",
)
UPDATE_REPLICATION_USE = _operation(
    "UpdateReplicationUse", "PUT", "/v1/backups/{backup_id}/replication", body=("dr_enabled",)
)
UPDATE_RETENTION_PERIOD = _operation(
    "UpdateRetentionPeriod",
    "PUT",
    "/v1/backups/{backup_id}/retention-period",
    body=("retention_period",),
    action="SetBackupRetentionPeriod",
)
MANUAL_BACKUP = _operation(
    "ManualBackup", "POST", "/v1/backups/{backup_id}/manual-backup", action="CreateManualBackup", repeat=Repeat.CREATES
)
RESTORE_AGENT_BACKUP = _operation(
    "RestoreAgentBackup",
    "POST",
    "/v1/backups/{backup_id}/restore-agent-backup",
    body=("filesystem_paths", "overwrite", "restore_server_uuid", "restore_target_id"),
    action="RestoreAgentBackup",
    repeat=Repeat.DESTROYS,
)
RESTORE_BACKUP = _operation(
    "RestoreBackup",
    "POST",
    "/v1/backups/{backup_id}/restore",
    body=(
        "networks",
        "restore_region",
        "restore_server_name",
        "restore_target_id",
        "security_groups",
        "server_type_id",
    ),
    action="RestoreBackup",
    repeat=Repeat.CREATES,
    changes=(Change("1.3", body=("restore_zone",)),),
)
DELETE_BACKUP = _operation(
    "DeleteBackup",
    "DELETE",
    "/v1/backups/{backup_id}",
    action="DeleteBackup",
    changes=_WITH_SESSION,
    prefers_older=True,
)
DELETE_BACKUP_RESTORE_TARGET = _operation(
    "DeleteBackupRestoreTarget",
    "DELETE",
    "/v1/backups/{backup_id}/restore-targets",
    body=("restore_target_ids",),
    action="DeleteRestoreTarget",
    changes=_WITH_SESSION,
    prefers_older=True,
)
