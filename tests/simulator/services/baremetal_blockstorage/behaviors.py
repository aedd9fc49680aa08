# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of Block Storage (BM): its durations, and what is assumed or unknown (platform-behaviour.md §7)."""

from __future__ import annotations

from ...behaviors import Switch


def _seconds(name: str, default: float, meaning: str) -> Switch:
    return Switch(f"bm_{name}_seconds", default, f"BM: {meaning}")


def _either(name: str, default: str, meaning: str, *others: str) -> Switch:
    return Switch(f"bm_{name}", default, f"BM: {meaning}", (default, *others))


SWITCHES = (
    # durations, in seconds of simulated time
    _seconds("create", 5.0, "from CREATING to IN_USE."),
    _seconds("attach", 2.0, "how long a volume is ATTACHING."),
    _seconds("detach", 2.0, "how long a volume is DETACHING."),
    _seconds("edit", 1.0, "how long a volume is EDITING when its QoS or snapshot rate changes [assumed state]."),
    _seconds("delete", 3.0, "from DELETING to gone."),
    _seconds("deleted_shows", 0.0, "how long a deleted volume still shows, in state DELETED [assumed]."),
    _seconds("snapshot_delete", 0.2, "until a deleted snapshot is gone."),
    _seconds("restore", 2.0, "how long what is restored is EDITING [assumed state]."),
    _seconds("recovery", 5.0, "until what a recovery makes is AVAILABLE."),
    _seconds("group_create", 3.0, "from CREATING to AVAILABLE, for a group."),
    _seconds("group_edit", 1.0, "how long a group is EDITING when its members change."),
    _seconds("group_delete", 2.0, "from DELETING to gone, for a group."),
    _seconds("replication_create", 5.0, "until a replication has done its first transfer."),
    _seconds("replication_edit", 1.0, "until a new cycle or a BREAK is done; both ends are EDITING [assumed state]."),
    _seconds("replication_resync", 5.0, "until a RESYNC is done."),
    _seconds("replication_delete", 5.0, "until a deleted replication is gone from both regions."),
    # states and failures
    _either("conflict_status", "409", "a change to something that is changing [assumed].", "400"),
    _either(
        "fails",
        "off",
        "what fails from now on. create, attach and detach leave external_errors behind, as the servers' service "
        "refuses; the volume ends in ERROR, ERROR_EDITING or ERROR_DELETING.",
        *("create", "attach", "detach", "edit", "delete", "replicate", "recover"),
    ),
    _either(
        "recovery_purpose", "RECOVERY", "purpose of what was made from a snapshot; older platforms say CLONE.", "CLONE"
    ),
    Switch("bm_fail_status", 403, "BM: the status in external_errors."),
    _either(
        "repair_in_error",
        "allow",
        "attaching, detaching and editing a volume in ERROR or ERROR_EDITING, which repairs it [assumed].",
        "refuse",
    ),
    _either("name_duplicate", "allow", "a second volume, or group, of the same name in a region [assumed].", "409"),
    # attachments
    _either("attach_duplicate", "400", "attaching a server that is attached [assumed].", "409", "accept"),
    _either("detach_missing", "400", "detaching a server that is not attached [assumed].", "404", "accept"),
    # deleting
    _either("delete_with_snapshots", "accept", "deleting a volume that has snapshots [assumed].", "400"),
    _either("delete_with_recovery", "accept", "deleting a volume of which there is a recovery [assumed].", "400"),
    # snapshots
    Switch("bm_snapshot_rate_min", 1, "BM: the lowest snapshot rate, in percent [assumed]."),
    Switch("bm_snapshot_rate_max", 100, "BM: the highest snapshot rate, in percent [assumed]."),
    _either("rate_duplicate", "400", "creating a snapshot rate where there is one [assumed].", "409"),
    _either("rate_missing", "400", "setting or deleting a snapshot rate where there is none [assumed].", "404"),
    _either(
        "rate_delete_with_schedule",
        "accept",
        "deleting the snapshot rate of a volume with a schedule, which goes too [assumed].",
        "400",
    ),
    Switch(
        "bm_snapshot_base_percent",
        0.1,
        "BM: what each snapshot takes at once, in percent of the volume's size [assumed].",
    ),
    Switch(
        "bm_snapshot_growth_percent",
        1.0,
        "BM: what the newest snapshot takes more each day, in percent of the volume's size [assumed].",
    ),
    Switch("bm_snapshot_space_limit", 90, "BM: how full, in percent, the snapshot space gets before the oldest go."),
    _either(
        "snapshot_same_second",
        "next",
        "the name of a second snapshot in one second: the next free second's, refused with 409, or the same name "
        "again [assumed].",
        *("409", "same"),
    ),
    Switch("bm_restore_drops_newer", True, "BM: restoring drops newer snapshots."),
    _either("snapshot_on_target", "400", "snapshots and schedules of a replication's target [assumed].", "allow"),
    Switch(
        "bm_group_snapshots_show_on_members",
        False,
        "BM: a group's snapshots show in its members' lists too [assumed].",
    ),
    # schedules
    _either("schedule_duplicate", "409", "a second schedule for a volume or group [assumed].", "400"),
    _either("schedule_missing", "404", "changing or ending a schedule that is not there [assumed].", "400"),
    _either("member_schedule", "400", "a schedule for a member of a group [assumed].", "allow"),
    Switch(
        "bm_schedule_shows_monday",
        True,
        "BM: where a schedule is not weekly, show says day_of_week MON, the printed default [assumed].",
    ),
    # groups
    _either(
        "group_empty",
        "goes",
        "when a group's last member leaves: the group goes too, stays empty, or it is refused [assumed].",
        *("stays", "400"),
    ),
    _either("member_duplicate", "400", "adding a volume to the group that it is in [assumed].", "accept"),
    _either("member_missing", "400", "removing a volume that is not in the group [assumed].", "404", "accept"),
    _either("group_change_with_replication", "400", "changing the members of a replicated group [assumed].", "allow"),
    Switch(
        "bm_group_holds_members",
        True,
        "BM: while a group changes, its members are EDITING too, and must be settled before it [assumed].",
    ),
    # replication
    _either("replication_side", "both", "whose region takes cycle, policy and delete [assumed].", "source", "target"),
    _either("replication_answer", "target", "whose id CreateVolumeReplication answers [assumed].", "source"),
    _either("replication_none", "404", "showing a replication that is not there [assumed].", "empty"),
    _either("replication_second", "409", "a second replication of the same volume or group.", "400"),
    _either("replication_related", "both", "what related_volumes lists: both ends or the other [assumed].", "other"),
    _either("policy_same", "accept", "BREAK where it is broken, RESYNC where it is not [assumed].", "400"),
    _either("resync_attached", "accept", "RESYNC while servers use the target [assumed].", "400"),
    _either("delete_unbroken", "400", "deleting a replication before BREAK.", "409"),
    _either("sync_state_synced", "SNAPMIRROED", "sync_state while it works; printed with one R.", "SNAPMIRRORED"),
    _either("sync_state_broken", "BROKEN_OFF", "sync_state after BREAK [assumed].", "BROKEN-OFF", "BREAK"),
    Switch(
        "bm_replication_pauses_when_full",
        False,
        "BM: transfers stop when snapshots go for lack of space, until there is more of it; sync_state says PAUSED.",
    ),
)
