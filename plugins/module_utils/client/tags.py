# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags as Resource Manager lists them (platform-behaviour.md §10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def resource_id(srn: str) -> str:
    """Return the id at the end of an SRN."""
    return srn.rpartition("/")[2]


def tags_by_resource(items: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the tags of each resource by its id.

    :param items: of the operation ListTags, each with an SRN, a key and a value, which may be null.
    """
    found: dict[str, dict[str, str]] = {}
    for item in items:
        found.setdefault(resource_id(str(item.get("srn"))), {})[str(item["key"])] = str(item.get("value") or "")
    return found


def tag_texts(tags: Mapping[str, str]) -> list[str]:
    """Return tags as texts such as ``team=web``, or ``team`` for a tag without a value."""
    return sorted(f"{key}={value}" if value else key for key, value in tags.items())
