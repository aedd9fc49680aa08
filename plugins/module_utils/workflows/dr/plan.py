# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_plan``: volumes with a replica in another region, in one of four desired states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ...engine.workflow import Workflow
from ...resources.kinds import Storage
from .options import likely_region, read_volumes
from .run import Refused, Run
from .set_up import set_up
from .switch import fail_back, fail_over
from .tear_down import tear_down

STATES = {"present": set_up, "failed_over": fail_over, "failed_back": fail_back, "absent": tear_down}


class Plan(Workflow):
    """``scp_dr_plan``."""

    kinds: ClassVar = Storage.kinds

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        return likely_region(params)

    def run(self) -> dict[str, Any]:
        prefix = self.params.get("variable_prefix") or ""
        run = Run(
            self.params, read_volumes(self.params, self.batch.client, prefix), self.batch.client, prefix, self.batch
        )
        try:
            STATES[self.params["state"]](run)
        except Refused as refused:
            return run.result(refused.message)
        return run.result()
