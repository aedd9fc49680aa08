# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that scenarios of Parallel File Storage share."""

from __future__ import annotations

from typing import Any

from tests.scenarios.steps import Step


def volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    """Return a step of ``scp_pfs_volume``."""
    return Step(name, "scp_pfs_volume", args, operations)
