# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones: which ones an account can use, and what is shown for resources without one (platform-behaviour.md §13)."""

from __future__ import annotations

from .behaviors import REGIONS, Switch
from .errors import ApiError
from .service import Call
from .state import World

SWITCHES = (
    Switch("zones", "a+b", "Which zones each region has, e.g. a+b,kr-east1=a.", regional=True),
    Switch(
        "zone_bare_region",
        "refuse",
        "Whether the name of a region is taken as a zone, as the official provider's examples have it [unknown].",
        ("refuse", "accept"),
    ),
    Switch(
        "zone_of_older",
        "assigned",
        "Which zone is shown of what was created by a version without zones: the first one of its region, or none "
        "(empty, null or left out, as the version prints it) [unknown].",
        ("assigned", "none"),
    ),
    Switch(
        "zone_refusal",
        "Invalid.zone",
        "The code of the refusal of a zone that is not valid; all were seen in other services.",
        ("Invalid.zone", "InvalidAvailabilityZone", "InvalidServerType.Zone"),
    ),
)


def zones_of(world: World, region: str, account_id: str) -> list[str]:
    """The zones of a region that an account can use.

    Those of its key pairs count, where one of them has any.
    """
    letters = world.switches.text_in("zones", region).split("+")
    found = [f"{region}-{letter.strip()}" for letter in letters if letter.strip()]
    limits = {zone for pair in world.keys if pair.account_id == account_id for zone in pair.zones}
    return [zone for zone in found if not limits or zone in limits]


def region_of(zone: str) -> str:
    """The region that a zone is in: what stands before the last hyphen, or the zone itself where it is a region."""
    return zone if zone in REGIONS else zone.rpartition("-")[0]


def check_zone(call: Call, zone: str, region: str) -> str:
    """Return a zone that the caller can use in a region.

    :raises ApiError: 400.
    """
    switches = call.world.switches
    if zone == region and switches.text("zone_bare_region") == "accept":
        return zone
    if zone not in zones_of(call.world, region, call.account_id):
        code = f"{call.target.service}.BadRequest.{switches.text('zone_refusal')}"
        raise ApiError(400, code, "Check the zone.")
    return zone


def shown_zone(world: World, zone: str, region: str, account_id: str) -> str:
    """The zone of a resource as it is shown; empty if it has none."""
    if zone or world.switches.text("zone_of_older") == "none":
        return zone
    return next(iter(zones_of(world, region, account_id)), "")
