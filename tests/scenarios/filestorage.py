# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that scenarios of File Storage share."""

from __future__ import annotations

from typing import Any

from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator

TARGET_REGION = "kr-east1"
NFS = {"protocol": "NFS", "type_name": "SSD"}


def volume(name: str, args: dict[str, Any], *operations: str) -> Step:
    """Return a step of ``scp_filestorage_volume``."""
    return Step(name, "scp_filestorage_volume", args, operations)


def rule(simulator: Simulator, server: str) -> dict[str, str]:
    """Return the access rule for a server, by its name."""
    found = simulator.server(server)
    return {"object_type": found["type"], "object_id": found["id"]}
