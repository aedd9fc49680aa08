# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, which newer API versions require to create resources (platform-behaviour.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..client.errors import StorageError
from ..client.session import Call, Client
from ..client.settings import check_zone, region_of
from ..client.versions import MissingFields

#: The options about zones: that of what is created, and that of the other end of a replication.
ZONE = "zone"
TARGET_ZONE = "target_zone"


def chosen(
    params: Mapping[str, Any], default_zone: Callable[[str], str], region: str, option: str = ZONE
) -> str | None:
    """Return the zone in which something is created: that of the task, or that of the settings for the region.

    :param default_zone: returns the zone that the settings have for a region; an empty text for none.
    """
    return params.get(option) or default_zone(region) or None


def check(params: Mapping[str, Any], region: str, option: str = ZONE) -> None:
    """Refuse a zone that does not belong to a region.

    :param region: empty for any.
    """
    if zone := params.get(option):
        check_zone(option, zone, region)


def explicit(params: Mapping[str, Any], option: str = ZONE) -> tuple[str, ...]:
    """Return the field that must be sent because the task gives its option; a setting alone does not ask for that."""
    return (ZONE,) if params.get(option) else ()


def shown(answer: Mapping[str, Any], field: str = ZONE) -> dict[str, Any]:
    """Return the zone that an answer has, as a part of what results show; nothing where the API version has none."""
    return {field: answer[ZONE]} if answer.get(ZONE) else {}


def differs(present: Any, asked: str | None) -> bool:
    """Return whether a resource is in another zone than the task asks for.

    One of an API version without zones matches every zone, and so does one that shows its region in place of a zone:
    whether the platform does that is not known (platform-behaviour.md §1).
    """
    return bool(present and asked) and present not in (asked, region_of(str(asked)))


def unlike(present: Any, params: Mapping[str, Any], option: str = ZONE) -> dict[str, tuple[Any, Any]]:
    """Return the zone for the comparison of options that cannot be changed, if it differs."""
    asked = params.get(option)
    return {option: (present, asked)} if differs(present, asked) else {}


def target_region(params: Mapping[str, Any]) -> str | None:
    """Return the target region of a replication. It follows from the zone if only that is set."""
    zone = params.get(TARGET_ZONE)
    return params.get("target_region") or (region_of(zone) if zone else None)


def check_target(params: Mapping[str, Any]) -> None:
    """Refuse a zone that does not belong to the target's region."""
    check(params, params.get("target_region") or "", TARGET_ZONE)


def explain_zone(
    missing: MissingFields,
    client: Client,
    listing: Call,
    *,
    option: str = ZONE,
    region: str = "",
    listed: Iterable[str] = (),
) -> StorageError:
    """Return the error for a zone that an API version requires, with the zones that are known.

    :param listing: a list whose items show their zones.
    :param option: the option that can give it; empty where only settings can.
    :param region: the region of the zone; the client's by default.
    :param listed: zones that the service lists for this.
    """
    if ZONE not in missing.names:
        return missing
    region = region or client.settings.region
    known = {zone for zone in listed if region_of(zone) == region}
    try:
        items = client.wanting(ZONE).read_list(listing, region=region)
    except StorageError:
        items = []
    known |= {str(item[ZONE]) for item in items if item.get(ZONE)}
    reported = (
        f"Known zones of {region} are {', '.join(sorted(known))}."
        if known
        else f"No zone of {region} is known. Zones have names such as {region}-a."
    )
    given_by = f"the option {option}, " if option else ""
    default = client.settings.zone
    if default:
        # Without this, one zone would be set in place of the other, over and over.
        reported += f" The zone of the settings (SCP_ZONE) is {default}, in another region."
        ways = f"{f'the option {option}, or ' if option else ''}zones (SCP_ZONES), which has a zone for each region"
    else:
        ways = f"{given_by}the environment variable SCP_ZONE, or zones (SCP_ZONES) for {region}"
    return StorageError(
        f"{missing.operation} of {missing.place} was not sent, because version {missing.version} requires a zone of"
        f" {region}, and none is set. {reported} Set {ways}."
    )
