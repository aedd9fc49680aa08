# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of Block Storage (BM) share: volumes and groups as owners of all else, and their states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...engine.references import Finder, Kind
from ...operations import baremetal_blockstorage as api

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{2,27}")
_NAME_RULE = "3 to 28 characters, letters, digits and hyphens, a letter first"

VOLUMES = Kind(
    title="Block Storage (BM) volume",
    listing=api.LIST_VOLUMES,
    show=api.SHOW_VOLUME,
    option="volume_id",
    rule=_NAME,
    rule_text=_NAME_RULE,
    unwrap="result",
)
GROUPS = Kind(
    title="Block Storage (BM) volume group",
    listing=api.LIST_VOLUME_GROUPS,
    show=api.SHOW_VOLUME_GROUP,
    option="volume_group_id",
    rule=_NAME,
    rule_text=_NAME_RULE,
    unwrap="result",
)
#: States in which nothing is changing, or will by itself; those in error are among them.
SETTLED = ("IN_USE", "AVAILABLE")
DELETING = "DELETING"
DELETED = "DELETED"


def in_error(owner: Mapping[str, Any]) -> bool:
    """Whether a volume or a group is in one of the states ERROR, ERROR_EDITING, ERROR_DELETING."""
    return str(owner.get("state")).startswith("ERROR")


def leaving(owner: Mapping[str, Any]) -> bool:
    """Whether a volume or a group is on its way out, or gone and still shown."""
    return owner.get("state") in (DELETING, DELETED)


def under_way(noun: str, owner: Mapping[str, Any] | None) -> str:
    """What changes about a volume or a group, as ``volume db-data: EDITING``; empty when it is at rest."""
    if owner is None or owner.get("state") in SETTLED or in_error(owner):
        return ""
    return f"{noun} {owner['name']}: {owner['state']}"


def told_failure(noun: str, owner: Mapping[str, Any] | None) -> str:
    """Why a volume or a group can't be used, in the service's words; empty when it can (behaviour.md §7)."""
    if owner is None or not in_error(owner):
        return ""
    reasons = "; ".join(
        f"the call to the {error['object_type']} server was answered with {error['status']} {error['code']}"
        for error in owner.get("external_errors") or ()
    )
    told = f": {reasons}" if reasons else ", and the service gives no reason"
    return f"{noun.capitalize()} {owner['name']} ({owner['id']}) is in state {owner['state']}{told}."


def show_owner(finder: Finder, identifier: str) -> dict[str, Any] | None:
    """A volume or a group in full; ``None`` where there is none, or one that is deleted and still shows."""
    shown = finder.by_id(identifier)
    return None if shown is None or shown.get("state") == DELETED else shown


def find_owner(finder: Finder, wanted: str, *, required: bool) -> dict[str, Any] | None:
    """A volume or a group in full, by name or id; one on its way out counts only where it is not required.

    :raises NoSuchThing: it is required, and there is none.
    """
    found = finder.one(wanted, leave_out=leaving, last_resort=not required)
    if found is not None and (found.get("state") == DELETED or (required and leaving(found))):
        found = None
    if found is not None and _complete(found):
        return found
    shown = show_owner(finder, str(found["id"])) if found is not None else None
    if shown is None and required:
        raise finder.missing(wanted)
    return shown


def _complete(owner: Mapping[str, Any]) -> bool:
    """Whether it came from the show operation: only that tells of the schedule."""
    return "snapshot_schedule" in owner
