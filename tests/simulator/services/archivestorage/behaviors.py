# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of Archive Storage: its durations, and what is assumed or unknown (platform-behaviour.md §9).

No success of this service was ever seen, so nearly all of it is assumed.
"""

from __future__ import annotations

from ...behaviors import Switch


def _seconds(name: str, default: float, meaning: str) -> Switch:
    return Switch(f"archive_{name}_seconds", default, f"Archive: {meaning}")


def _either(name: str, default: str, meaning: str, *others: str) -> Switch:
    return Switch(f"archive_{name}", default, f"Archive: {meaning}", (default, *others))


SWITCHES = (
    # durations, in seconds of simulated time
    _seconds("create", 1.0, "from CREATING to ACTIVE [assumed state]."),
    _seconds("delete", 2.0, "from DELETING to gone."),
    _seconds("name_free", 3600.0, "until the name of a bucket that is gone can be taken again."),
    _seconds("pending", 1.0, "how long archiving and recovery are PENDING [assumed]."),
    _seconds("archiving", 10.0, "how long archiving runs then."),
    _seconds("recovery", 10.0, "how long recovery runs then; in truth up to hours."),
    _seconds("cancel", 0.5, "until what is cancelled has ended."),
    _seconds("object_delete", 0.5, "until deleted objects and versions are gone."),
    # states, and how things end
    _either("create_ends_in", "ACTIVE", "the state in which a created bucket ends.", "ERROR"),
    _either("archiving_ends_in", "SUCCESS", "how archiving ends.", "FAILED"),
    _either("recovery_ends_in", "SUCCESS", "how recovery ends.", "FAILED"),
    _either("running_state", "IN_PROGRESS", "the word for what runs [assumed].", "INPROGRESS", "RUNNING"),
    _either("cancelled_state", "CANCELLED", "the word for what was cancelled [assumed].", "CANCELED"),
    _either("conflict_status", "409", "a change to a bucket that is changing [assumed].", "400"),
    # buckets
    _either("name_duplicate", "409", "the name of a bucket that is there, or that was until lately [assumed].", "400"),
    _either("quota_status", "400", "more buckets than an account may have [assumed].", "409"),
    _either("delete_running", "409", "deleting a bucket while archiving or recovery runs [assumed].", "400"),
    _either("delete_not_empty", "409", "deleting a bucket with objects in it [assumed].", "400", "accept"),
    _either("delete_active_policy", "accept", "deleting a bucket with an ACTIVE policy [assumed].", "409", "400"),
    Switch("archive_encryption_default", False, "Archive: whether a new bucket is encrypted [assumed]."),
    # policies
    _either(
        "policy_duplicate",
        "409",
        "a second policy for a bucket, as all are for the same path, or in newer versions for the prefix [assumed].",
        "400",
        "accept",
    ),
    _either(
        "policy_name_duplicate",
        "409",
        "1.3: a policy with a name that another of the bucket has [unknown].",
        "400",
        "accept",
    ),
    _either("policy_older_name", "id", "1.3: what a policy of an older version is called [unknown].", "empty"),
    _either("policy_delete_running", "accept", "1.3: deleting a policy while it archives [assumed].", "409", "400"),
    Switch("archive_zone", "sds", "Archive 1.3: what follows the region in the zone of Object Storage buckets."),
    _either("zone_missing", "accept", "1.3: an Object Storage bucket without a zone [unknown].", "400"),
    _either("source_changed", "400", "a policy with another source than the bucket's [assumed].", "409"),
    Switch("archive_policy_hour", 0, "Archive: the Korean hour at which policies run each day, up to 23 [assumed]."),
    _either("source_objects", "go", "what becomes of objects in Object Storage that are archived [assumed].", "stay"),
    _either(
        "nothing_to_do",
        "SUCCESS",
        "what the history says of a run that had nothing to do, if there is one [assumed].",
        "SKIPPED",
        "none",
    ),
    # archiving and recovery
    _either("cancel_ended", "409", "cancelling what has ended [assumed].", "400"),
    _either(
        "recover_answer",
        "bucket",
        "whose id a recovery answers: the printed example has a bucket's form; or the "
        "id of its history, or its recovery_id [assumed].",
        "history",
        "recovery",
    ),
    _either("recovery_busy", "accept", "recovery while archiving or another recovery runs [assumed].", "409"),
    _either(
        "recovery_existing",
        "SUCCESS",
        "how recovery ends where something is there that may not be overwritten [assumed].",
        "FAILED",
    ),
    # objects
    Switch("archive_object_page", 10000, "Archive: the largest limit of a list of objects; more is 400 [assumed]."),
    _either(
        "object_count", "all", "the count of a list of objects: all matches or those of the page [assumed].", "page"
    ),
    _either(
        "list_depth",
        "all",
        "what is listed without object_path: all folders and files, or those at the root [assumed].",
        "root",
    ),
    _either("delete_missing", "404", "deleting an object that is not there [assumed].", "accept"),
    _either(
        "delete_versioned",
        "hide",
        "deleting an object of a bucket with versioning: its versions stay, or go too [assumed].",
        "all",
    ),
    _either("versions_unknown", "empty", "listing the versions of a path that has none [assumed].", "404"),
)
