# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version discovery and the IAM catalogue of endpoints (platform-behaviour.md §1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from .contract import Contract
from .credentials import KeyPair


def versions(contract: Contract, root: str) -> dict[str, Any]:
    """The versions of a service; ``root`` is the URL of its host, without a slash at the end."""
    return {
        "versions": [
            {
                "id": f"v{version['version']}",
                "links": [{"href": f"{root}/v1", "rel": "self"}],
                "not_before": _day(version["not_before"]),
                "status": version["status"],
            }
            for version in contract.versions
        ]
    }


def _day(printed: str) -> str:
    """``20251231`` as ``2025-12-31``; the contract's ``-`` is empty."""
    return f"{printed[:4]}-{printed[4:6]}-{printed[6:]}" if len(printed) == 8 else ""


def is_served(contract: Contract, version: str, today: date, *, old_too: bool) -> bool:
    """Whether a service answers in ``version``: the newest always, older ones until their day (or with ``old_too``).

    The newest version's format is all that the contract has, so older ones are answered in that.
    """
    for known in contract.versions:
        if known["version"] == version:
            day = _day(known["not_before"])
            return old_too or known["status"] == "CURRENT" or (bool(day) and today < date.fromisoformat(day))
    return False


def endpoints(contracts: Mapping[str, Contract], root: str, pair: KeyPair) -> dict[str, Any]:
    """The catalogue for the account of ``pair``: what it is entitled to, in every region, at this simulator."""
    return {
        "endpoints": [
            {
                "region": region,
                "service_type": f"scp-{contract.service}",
                "service_name": contract.title,
                "url": f"{root}/{contract.service}/{region}",
            }
            for contract in contracts.values()
            if contract.service in pair.entitlements
            for region in contract.regions
        ]
    }
