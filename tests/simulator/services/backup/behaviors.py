# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of Backup: its durations, and what is assumed or unknown (platform-behaviour.md §8)."""

from __future__ import annotations

from ...behaviors import Switch


def _seconds(name: str, default: float, meaning: str) -> Switch:
    return Switch(f"backup_{name}_seconds", default, f"Backup: {meaning}")


def _either(name: str, default: str, meaning: str, *others: str) -> Switch:
    return Switch(f"backup_{name}", default, f"Backup: {meaning}", (default, *others))


SWITCHES = (
    # newer versions
    Switch(
        "backup_session_id",
        "required",
        "Backup 1.4: whether a deletion needs the session_id of its contract; the official provider sends none "
        "[unknown].",
        ("required", "optional"),
    ),
    Switch(
        "backup_session_ids",
        "",
        "Backup 1.4: the session ids that are valid, with commas between; empty: any [unknown].",
    ),
    Switch(
        "backup_file_storage",
        "accept",
        "Backup 1.3: backups of type FILE_STORAGE, AGENTLESS and of a File Storage volume, whose id is the "
        "server_uuid [assumed].",
        ("accept", "refuse"),
    ),
    # durations, in seconds of simulated time
    _seconds("create", 5.0, "from CREATING to AVAILABLE."),
    _seconds("edit", 1.0, "how long a backup is EDITING when something about it changes [assumed state]."),
    _seconds("delete", 3.0, "from DELETING to gone."),
    _seconds("job", 10.0, "how long a full backup runs."),
    _seconds("incremental", 5.0, "how long an incremental backup runs."),
    _seconds("history", 0.5, "until a job that has begun shows in the histories [assumed]."),
    _seconds("replicate", 5.0, "until a new restore target is in the other region too."),
    _seconds("point_delete", 0.5, "until a deleted restore target is gone."),
    _seconds("restore", 10.0, "how long the restoring of a server runs."),
    _seconds("file_restore", 5.0, "how long the restoring of files runs."),
    _seconds("agent_create", 2.0, "from CREATING to AVAILABLE, for an agent."),
    _seconds("agent_delete", 2.0, "from DELETING to gone, for an agent."),
    _seconds("connection_check", 1.0, "until the check of a connection has its result."),
    # states, and how things end
    _either("create_ends_in", "AVAILABLE", "the state in which a created backup ends.", "ERROR"),
    _either("delete_ends_in", "gone", "how deleting a backup ends.", "ERROR"),
    _either("agent_create_ends_in", "AVAILABLE", "the state in which a created agent ends.", "ERROR"),
    _either(
        "job_ends_in",
        "SUCCESS",
        "how a job ends, unless its server is gone, its agent out of reach or its paths missing.",
        *("PARTIAL_SUCCESS", "FAILED"),
    ),
    _either("restore_ends_in", "COMPLETED", "how a restore ends.", "PARTIAL_SUCCESS", "FAILED"),
    _either("conflict_status", "409", "a change to something that is changing [assumed].", "400", "500"),
    _either("delete_busy", "409", "deleting a backup while a job or a restore runs.", "500"),
    _either("run_busy", "409", "a manual backup while a job runs [assumed].", "400", "500"),
    _either(
        "state_while_running",
        "AVAILABLE",
        "the state of a backup while a job runs [assumed].",
        "INPROGRESS",
    ),
    # creating
    _either("name_duplicate", "409", "a second backup of the same name in a region [assumed].", "400"),
    _either(
        "server_twice",
        "accept",
        "a second image backup of the same server; refused, such servers are not backup-targets [assumed].",
        *("409", "400"),
    ),
    _either("guid_missing", "accept", "an image backup without server_guid [assumed].", "400"),
    _either("paths_agentless", "400", "paths of a backup that has no agent: refused or ignored [assumed].", "ignore"),
    _either("path_duplicate", "409", "a path of a server that is under backup already [assumed].", "400"),
    _either("unconnected_agent", "accept", "a file backup before a good connection check [assumed].", "400"),
    _either("vm_targets", "list", "listing targets of policy type VM_IMAGE, which was seen to answer 500.", "500"),
    # schedules
    _either("schedule_zone", "KST", "the zone in which start_time is meant [assumed].", "UTC"),
    _either(
        "schedule_extra",
        "drop",
        "a start_day or start_week that the frequency has no use for: forgotten, shown as it was sent, or refused "
        "[assumed].",
        *("show", "400"),
    ),
    # jobs and restore targets
    _either("run_answer", "backup", "whose id ManualBackup answers [assumed].", "job"),
    _either(
        "manual_schedule",
        "own",
        "the schedule in a manual job's history: a separate one or the FULL one [assumed].",
        "full",
    ),
    _either("job_guid", "always", "when a history has its backup_job_guid [assumed].", "ended"),
    Switch("backup_partial_restorable", True, "Backup: a job that partly succeeds leaves a restore target [assumed]."),
    Switch("backup_month_days", 30, "Backup: the days of a month of retention; a year has 365 [assumed]."),
    _either("retention_applies", "new", "which restore targets a changed retention period is for [assumed].", "all"),
    _either(
        "point_chain",
        "free",
        "deleting a full restore target on which incremental ones build: they stay good, go too, cannot be restored "
        "any more, or it is refused [assumed].",
        *("goes", "breaks", "400"),
    ),
    # restores
    _either("restore_answer", "backup", "whose id RestoreBackup answers [assumed].", "server"),
    _either("restore_busy", "accept", "a restore while a job or another restore runs [assumed].", "409"),
    _either(
        "restore_existing",
        "PARTIAL_SUCCESS",
        "how the restoring of files ends that exist and may not be overwritten [assumed].",
        *("COMPLETED", "FAILED"),
    ),
    _either("path_unknown", "404", "listing a path that the restore target does not have [assumed].", "empty"),
    # replication
    _either(
        "dr_agentless",
        "create",
        "dr_enabled of image backups: on create only, never, or like that of the others [assumed].",
        "never",
        "always",
    ),
    _either(
        "dr_off", "goes", "the replica when dr_enabled is taken back: it goes or stays on its own [assumed].", "stays"
    ),
    _either(
        "delete_with_replica",
        "goes",
        "deleting a backup with a replica: that goes too, stays, or it is refused [assumed].",
        "stays",
        "400",
    ),
    _either("replica_delete", "400", "deleting a replica by itself [assumed].", "accept"),
    Switch("backup_relations_to_self", True, "Backup: region-relationship lists each region with itself [assumed]."),
    # agents
    _either("agent_answer", "202", "the answer to creating and deleting agents; both are printed.", "200"),
    _either("agent_duplicate", "409", "a second agent for a server [assumed].", "400"),
    _either("agent_stopped", "accept", "an agent for a server that is stopped; its connection fails [assumed].", "400"),
    _either("agent_delete_used", "409", "deleting an agent that backups use [assumed].", "400"),
    _either("connection_result", "SUCCESS", "what a connection check finds on a server that runs.", "FAILED"),
    _either(
        "connection_checking",
        "before",
        "connection_state during a check: as before it, or INPROGRESS [assumed].",
        "INPROGRESS",
    ),
)
