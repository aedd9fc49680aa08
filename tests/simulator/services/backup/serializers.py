# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Backup prints what several of its nouns have."""

from __future__ import annotations

from typing import Any

from .models import Owned


def zulu(text: str | None) -> str | None:
    """A record's time in whole seconds with a Z."""
    return f"{text[:19]}Z" if text else None


def authored(row: Owned) -> dict[str, Any]:
    """When something was made and changed, and by whom."""
    return {
        "created_at": zulu(row.created_at),
        "created_by": row.created_by,
        "modified_at": zulu(row.modified_at),
        "modified_by": row.modified_by,
    }
