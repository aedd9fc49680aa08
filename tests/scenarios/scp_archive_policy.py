# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy and all that can be changed of it."""

from __future__ import annotations

from tests.scenarios.archivestorage import Archive
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps. The policy is deleted at the end where the newer API versions alone are offered."""
    archive = Archive("policy")
    both = ("SetArchivingPolicy", "SetArchivingPolicyState")
    return [
        *archive.archiving({}),
        archive.step("policy", "archive after a week", {"object_lifecycle": "7"}, "SetArchivingPolicy"),
        archive.step("policy", "archive no more", {"state": "inactive"}, "SetArchivingPolicyState"),
        archive.step("policy", "archive again, after a month", {"object_lifecycle": 30}, *both),
        *(archive.gone_with_policies() if simulator.offers("archivestorage") == "new" else archive.gone()),
    ]
