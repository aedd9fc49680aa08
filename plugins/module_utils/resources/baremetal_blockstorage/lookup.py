# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of Block Storage (BM) share: volumes and groups as owners of all else, and their states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...engine.lookup import Finder, LookupSpec
from ...operations import baremetal_blockstorage as api

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{2,27}")
_NAME_RULE = "3 to 28 characters, letters, digits and hyphens, a letter first"

VOLUMES = LookupSpec(
    title="Block Storage (BM) volume",
    listing=api.LIST_VOLUMES,
    show=api.SHOW_VOLUME,
    option="volume_id",
    module="scp_bm_volume",
    rule=_NAME,
    rule_text=_NAME_RULE,
    unwrap="result",
    resource_type="volume",
)
GROUPS = LookupSpec(
    title="Block Storage (BM) volume group",
    listing=api.LIST_VOLUME_GROUPS,
    show=api.SHOW_VOLUME_GROUP,
    option="volume_group_id",
    module="scp_bm_volume_group",
    rule=_NAME,
    rule_text=_NAME_RULE,
    unwrap="result",
    resource_type="volume-group",
)
#: States in which nothing is changing and nothing is wrong.
SETTLED = ("IN_USE", "AVAILABLE")
DELETING = "DELETING"
DELETED = "DELETED"
#: ``purpose`` of what was made from a snapshot, and its word in older platforms.
RECOVERY = "RECOVERY"
_RECOVERIES = (RECOVERY, "CLONE")
#: For refusals of calls that take a group's last volume away; what becomes of the group then is not documented.
ABOUT_LAST_MEMBERS = (
    "If the service wants a group to keep its last volume, that one stays: no call of the API deletes a group."
)
#: The schedule of what has none.
NO_SCHEDULE = {"frequency": "NONE"}


def in_error(owner: Mapping[str, Any]) -> bool:
    """Whether a volume or a group is in one of the states ERROR, ERROR_EDITING, ERROR_DELETING."""
    return str(owner.get("state")).startswith("ERROR")


def leaving(owner: Mapping[str, Any]) -> bool:
    """Whether a volume or a group is on its way out, or gone and still shown."""
    return owner.get("state") in (DELETING, DELETED)


def is_recovery(owner: Mapping[str, Any]) -> bool:
    """Return whether a volume or a group was made from a snapshot."""
    return owner.get("purpose") in _RECOVERIES


def replicated(owner: Mapping[str, Any] | None) -> bool:
    """Whether a volume or a group is an end of a replication."""
    return bool(owner and (owner.get("has_replication") or owner.get("has_origin")))


def under_way(label: str, owner: Mapping[str, Any] | None) -> str:
    """What changes about a volume or a group, as ``volume db-data: EDITING``; empty when it is at rest."""
    if owner is None or owner.get("state") in SETTLED or in_error(owner):
        return ""
    return f"{label} {owner['name']}: {owner['state']}"


def label_of(kind: LookupSpec) -> str:
    """What the user calls an owner of this kind."""
    return "volume" if kind is VOLUMES else "volume group"


def volumes_of(kind: LookupSpec, owner: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A volume itself, or the members of a group as its show operation shows them."""
    return [owner] if kind is VOLUMES else list(owner.get("member_volumes") or ())


def changing(kind: LookupSpec, owner: Mapping[str, Any] | None) -> str:
    """What changes about a volume, or about a group and its members; empty when all is at rest."""
    if owner is None:
        return ""
    reported = under_way(label_of(kind), owner)
    members = [] if kind is VOLUMES else [volume for volume in volumes_of(kind, owner) if volume.get("state")]
    return reported or next((reported for volume in members if (reported := under_way("volume", volume))), "")


def describe_failure(label: str, owner: Mapping[str, Any] | None) -> str:
    """Why a volume or a group cannot be used, in the service's words; empty when it can (platform-behaviour.md §7).

    A call to a server that went wrong shows in ``external_errors``, whatever the state is.
    """
    if owner is None:
        return ""
    reasons = "; ".join(
        f"the call to the {error.get('object_type')} server was answered with {error.get('status')} {error.get('code')}"
        for error in owner.get("external_errors") or ()
    )
    if not (reasons or in_error(owner)):
        return ""
    reported = reasons or "the service gives no reason"
    return f"{label.capitalize()} {owner['name']} ({owner['id']}) is in state {owner['state']}: {reported}."


def show_owner(finder: Finder, identifier: str) -> dict[str, Any] | None:
    """A volume or a group in full; ``None`` where there is none, or one that is deleted and still shows."""
    shown = finder.by_id(identifier)
    return None if shown is None or shown.get("state") == DELETED else shown


def find_owner(
    finder: Finder, wanted: str, *, leaving_counts: bool = False, listed: bool = False
) -> dict[str, Any] | None:
    """A volume or a group in full, by name or id; ``None`` where there is none.

    A volume is not listed with ``external_errors``, which may show that it failed, nor a group with its members.

    :param leaving_counts: one that is on its way out is found too, if there is no other.
    :param listed: what the list has of it will do in a first look.
    """
    found = finder.one(wanted, leave_out=leaving, last_resort=leaving_counts)
    if found is None or found.get("state") == DELETED:
        return None
    if listed and finder.list_will_do():
        return found
    return found if "snapshot_schedule" in found else show_owner(finder, str(found["id"]))


def schedule_of(owner: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The snapshot schedule of a volume or a group from its show operation, or ``None`` (platform-behaviour.md §7).

    A daily one may come with the default of the reference as its ``day_of_week``, which means nothing there.
    """
    schedule = (owner or {}).get("snapshot_schedule") or {}
    if schedule.get("frequency") in (None, "NONE"):
        return None
    if schedule["frequency"] == "WEEKLY":
        return dict(schedule)
    return {name: value for name, value in schedule.items() if name != "day_of_week"}
