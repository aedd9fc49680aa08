# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version discovery and the IAM catalogue of endpoints (platform-behaviour.md §1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .contract import Contract, Operation, Versions, ordered
from .credentials import KeyPair
from .state import World

NOTICE = timedelta(days=90)
"""How long before its end a version is deprecated (platform-behaviour.md §1)."""


def offered(versions: Versions, world: World, region: str) -> list[Contract]:
    """The contracts of the versions that a service offers in a region just now, the oldest first."""
    found = list(versions.contracts.values())
    if len(found) == 1:
        return found
    switches = world.switches
    generation = switches.text_in(f"{versions.service.replace('-', '_')}_generations", region)
    if generation == "old":
        return found[:1]
    older, found = found[:1], found[1:]
    if versions.service == "backup" and not switches.on("backup_1_3_offered"):
        found = found[-1:]
    ended = _ends(world) is not None and _today(world) >= (_ends(world) or date.max)
    if generation == "both" and not (ended and switches.text("old_versions") == "refuse"):
        return [*older, *found]
    return found


def _ends(world: World) -> date | None:
    """When versions other than the newest end, if that is known."""
    text = world.switches.text("old_versions_end")
    return date.fromisoformat(text) if text else None


def _today(world: World) -> date:
    return datetime.fromtimestamp(world.now, tz=UTC).date()


def choose(versions: Versions, world: World, region: str, operation: str, asked: str | None) -> Operation | None:
    """The operation in the version that answers a call: the one asked for, or the newest that has the operation.

    :return: None where no such version is offered.
    """
    found = [contract for contract in offered(versions, world, region) if operation in contract.operations]
    kept = world.switches.text("operations_of_older_versions")
    if kept == "kept" or (kept == "headerless" and asked is None):
        # Versions are checked for each operation. One that newer versions no longer have is answered in its own.
        have = {contract.version for contract in found}
        ceilings = {contract.ceilings.get(operation) for contract in offered(versions, world, region)}
        found += [c for v, c in versions.contracts.items() if v in ceilings and v not in have]
    if asked is None:
        newest = max(found, key=lambda contract: ordered(contract.version), default=None)
        return newest.operations[operation] if newest else None
    if asked in versions.retired and world.switches.text("old_versions") == "serve":
        return versions.oldest.operations.get(operation)
    return next((contract.operations[operation] for contract in found if contract.version == asked), None)


def listed(versions: Versions, world: World, region: str, root: str) -> dict[str, Any]:
    """The versions of a service in a region; ``root`` is the URL of its host, without a slash at the end."""
    shown: list[dict[str, Any]] = []
    for contract in reversed(offered(versions, world, region)):
        ends = _ends(world) if shown else None
        status = "SUPPORTED" if shown else "CURRENT"
        if ends is not None and _today(world) > ends - NOTICE:
            status = "DEPRECATED"
        shown.append(_version(contract.version, root, ends.isoformat() if ends else "", status))
    if versions.oldest in offered(versions, world, region):
        shown += [_version(v, root, _day(printed), "DEPRECATED") for v, printed in versions.retired.items()]
    return {"versions": shown}


def _version(number: str, root: str, not_before: str, status: str) -> dict[str, Any]:
    links = [{"href": f"{root}/v1", "rel": "self"}]
    return {"id": f"v{number}", "links": links, "not_before": not_before, "status": status}


def _day(printed: str) -> str:
    """``20251231`` as ``2025-12-31``; the contract's ``-`` is empty."""
    return f"{printed[:4]}-{printed[4:6]}-{printed[6:]}" if len(printed) == 8 else ""


def endpoints(services: Mapping[str, Versions], world: World, root: str, pair: KeyPair) -> dict[str, Any]:
    """The catalogue for the account of ``pair``: what it is entitled to, in every region, at this simulator.

    A service without regions is in it once.
    """
    nowhere = world.switches.text("catalogue_global_region")
    found = []
    for versions in services.values():
        if versions.service in pair.entitlements:
            places = versions.regions if versions.regional else [""]
            found += [
                {
                    "region": region or nowhere,
                    "service_type": f"scp-{versions.service}",
                    "service_name": versions.title,
                    "url": f"{root}/{versions.service}/{region}".rstrip("/"),
                }
                for region in places
            ]
    return {"endpoints": found}
