# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of Parallel File Storage: its durations, and what is assumed or unknown (platform-behaviour.md §6)."""

from __future__ import annotations

from ...behaviors import Switch
from ..common import CONFLICTS

SWITCHES = (
    # durations, in seconds of simulated time
    Switch("pfs_create_seconds", 2.0, "Parallel File Storage: from creating to available."),
    Switch("pfs_delete_seconds", 2.0, "Parallel File Storage: from deleting to gone."),
    Switch("pfs_grow_seconds", 3.0, "Parallel File Storage: until a volume has its new capacity."),
    Switch("pfs_access_rule_seconds", 0.5, "Parallel File Storage: until an access rule is in force, or gone."),
    Switch("pfs_access_ip_seconds", 0.2, "Parallel File Storage: until the addresses of an access rule are active."),
    Switch("pfs_snapshot_delete_seconds", 0.2, "Parallel File Storage: until a deleted snapshot is gone."),
    Switch("pfs_snapshot_restore_seconds", 1.0, "Parallel File Storage: how long a volume is restoring [assumed]."),
    # volumes
    Switch(
        "pfs_create_ends_in",
        "available",
        "Parallel File Storage: the state in which a created volume ends.",
        ("available", "error"),
    ),
    Switch(
        "pfs_create_answer_name",
        "suffixed",
        "Parallel File Storage: the name in the answer to CreateVolume: the whole one, or as it was asked [assumed].",
        ("suffixed", "asked"),
    ),
    Switch(
        "pfs_conflict_status",
        "409",
        "Parallel File Storage: a change to something that is changing [assumed].",
        CONFLICTS,
    ),
    Switch(
        "pfs_grow_state",
        "extending",
        "Parallel File Storage: the state of a volume that grows [assumed]; with available only the capacity shows.",
        ("extending", "available"),
    ),
    Switch(
        "pfs_grow_ends_in",
        "available",
        "Parallel File Storage: how growing ends; with error the capacity stays as it was.",
        ("available", "error"),
    ),
    Switch(
        "pfs_shrink_status", "400", "Parallel File Storage: making a volume smaller [assumed].", (*CONFLICTS, "500")
    ),
    Switch(
        "pfs_same_capacity",
        "accept",
        "Parallel File Storage: asking for the capacity that is there [assumed].",
        ("accept", "400"),
    ),
    Switch(
        "pfs_delete_with_rules",
        "409",
        "Parallel File Storage: deleting a volume that has access rules [assumed]; accept removes the rules with it.",
        (*CONFLICTS, "accept"),
    ),
    Switch(
        "pfs_delete_with_snapshots",
        "accept",
        "Parallel File Storage: deleting a volume that has snapshots [assumed]; accept removes them with it.",
        ("accept", *CONFLICTS),
    ),
    # access rules
    Switch(
        "pfs_access_state",
        "all",
        "Parallel File Storage: the access_state of a rule that is in force: all is what the reference prints.",
        ("all", "active"),
    ),
    Switch(
        "pfs_access_rule_ends_in",
        "active",
        "Parallel File Storage: how adding an access rule ends, for the rule and its addresses.",
        ("active", "error"),
    ),
    Switch(
        "pfs_access_rule_duplicate",
        "409",
        "Parallel File Storage: adding an access rule that is there [assumed].",
        (*CONFLICTS, "accept"),
    ),
    Switch(
        "pfs_access_rule_missing",
        "404",
        "Parallel File Storage: removing an access rule that is not there [assumed].",
        ("404", *CONFLICTS, "accept"),
    ),
    Switch(
        "pfs_access_rules_empty",
        "accept",
        "Parallel File Storage: a change of access rules with two empty lists [assumed].",
        ("accept", "400"),
    ),
    # snapshots
    Switch(
        "pfs_snapshot_delete_busy",
        "off",
        "Parallel File Storage: what a snapshot's first delete answers.",
        ("off", "409", "500"),
    ),
    Switch(
        "pfs_snapshot_same_second",
        "next",
        "Parallel File Storage: the name of a second snapshot in one second: the next free second's, refused with "
        "409, or the same name again [assumed].",
        ("next", "409", "same"),
    ),
    Switch("pfs_snapshot_restore_drops_newer", True, "Parallel File Storage: restoring drops newer ones [assumed]."),
)
