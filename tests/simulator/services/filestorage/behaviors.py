# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of File Storage: its durations, and what is assumed or unknown (platform-behaviour.md §5)."""

from __future__ import annotations

from ...behaviors import Switch
from ..common import CONFLICTS

SWITCHES = (
    # durations, in seconds of simulated time
    Switch("filestorage_create_seconds", 1.0, "File Storage: from creating to available."),
    Switch("filestorage_delete_seconds", 1.0, "File Storage: from deleting to gone."),
    Switch("access_rule_seconds", 0.5, "File Storage: until an access rule is active, or removed."),
    Switch("snapshot_delete_seconds", 0.2, "File Storage: until a deleted snapshot is gone."),
    Switch("snapshot_restore_seconds", 1.0, "File Storage: how long a volume is restoring [assumed state]."),
    Switch("replication_create_seconds", 3.0, "File Storage: until replication_policy is use."),
    Switch("replication_update_seconds", 0.0, "File Storage: until a changed replication shows the change [assumed]."),
    Switch("replication_delete_seconds", 20.0, "File Storage: until a deleted replication is gone from both regions."),
    # volumes
    Switch(
        "filestorage_create_ends_in",
        "available",
        "File Storage: the state in which a created volume ends.",
        ("available", "error"),
    ),
    Switch(
        "filestorage_conflict_status",
        "409",
        "File Storage: a change to something that is changing [assumed].",
        CONFLICTS,
    ),
    Switch(
        "filestorage_delete_with_rules",
        "409",
        "File Storage: deleting a volume that has access rules [assumed]; accept removes the rules with it.",
        (*CONFLICTS, "accept"),
    ),
    Switch("filestorage_usage_per_minute", 4096, "File Storage: bytes by which a volume's usage grows each minute."),
    Switch(
        "filestorage_unit_recovery_default",
        "false",
        "File Storage: file_unit_recovery_enabled of a new volume [assumed].",
        ("false", "true", "null"),
    ),
    Switch(
        "volume_delete_busy_attempts",
        1,
        "File Storage: how many deletes of a volume still answer 400 right after "
        "a system snapshot or a replication of it has gone.",
    ),
    # access rules
    Switch(
        "access_rule_duplicate",
        "409",
        "File Storage: adding an access rule that is there [assumed].",
        (*CONFLICTS, "accept"),
    ),
    Switch(
        "access_rule_missing",
        "404",
        "File Storage: removing an access rule that is not there [assumed].",
        ("404", *CONFLICTS, "accept"),
    ),
    # snapshots and schedules
    Switch(
        "snapshot_delete_busy", "off", "File Storage: what a snapshot's first deletes answer.", ("off", "409", "500")
    ),
    Switch("snapshot_delete_busy_attempts", 1, "File Storage: how many of them, with snapshot_delete_busy."),
    Switch(
        "snapshot_same_second",
        "next",
        "File Storage: the name of a second snapshot in one second: the next free "
        "second's, refused with 409, or the same name again [assumed].",
        ("next", "409", "same"),
    ),
    Switch("snapshot_restore_drops_newer", True, "File Storage: restoring drops newer snapshots [assumed]."),
    Switch(
        "snapshot_on_target",
        "refuse",
        "File Storage: taking a snapshot of a replication's target, or giving it a schedule [assumed].",
        ("refuse", "allow"),
    ),
    Switch("schedule_duplicate", "409", "File Storage: a second schedule for a volume [assumed].", CONFLICTS),
    # replication
    Switch(
        "replication_create_ends_in",
        "use",
        "File Storage: how making a replication ends: in replication_policy use, or in replication_status error.",
        ("use", "error"),
    ),
    Switch(
        "replication_second",
        "409",
        "File Storage: a second replication of the same source [assumed].",
        (*CONFLICTS, "allow"),
    ),
    Switch(
        "replication_within_region",
        "refuse",
        "File Storage: replication from one zone to another of the same region, which are listed then [unknown].",
        ("refuse", "allow"),
    ),
    Switch(
        "replication_extra_fields",
        "ignore",
        "File Storage: fields that do not belong to replication_update_type; the official provider always sends them.",
        ("ignore", "400"),
    ),
    Switch(
        "replication_backup_count_missing",
        "400",
        "File Storage: a disk backup without backup_retention_count [assumed]; accept leaves it null.",
        ("400", "accept"),
    ),
    Switch(
        "replication_target_writable_when_paused",
        True,
        "File Storage: the target's access level is rw while paused [assumed].",
    ),
    Switch(
        "replication_backup_delete",
        "refuse",
        "File Storage: DeleteVolumeReplication of a disk backup [assumed]; it is ended by deleting the backup volume.",
        ("refuse", "allow"),
    ),
    Switch(
        "replication_backup_leaves_snapshots",
        True,
        "File Storage: when a disk backup has gone, system snapshots stay on the source [assumed].",
    ),
)
