# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes, in the form that Ansible shows: before and after in one shape, without secrets."""

from __future__ import annotations

from typing import Any


def make_diff(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Compare two objects; ``None`` stands for "not there", and both sides get the same keys."""
    keys = list(dict.fromkeys([*(before or {}), *(after or {})]))

    def side(item: dict[str, Any] | None) -> dict[str, Any]:
        return {"state": "absent" if item is None else "present", **{key: (item or {}).get(key) for key in keys}}

    return {"before": side(before), "after": side(after)}
