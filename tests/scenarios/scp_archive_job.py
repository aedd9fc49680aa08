# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archiving and a recovery are cancelled."""

from __future__ import annotations

from tests.scenarios.archivestorage import LONG, MIDNIGHT, USUAL, Archive, happens
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    archive = Archive("job")
    everything = {"source_object_path": "/", "object_type": "FOLDER"}
    back = {"recovery_target_bucket_name": archive.target, "recovery_infos": [everything]}
    return [
        *archive.archiving({"app/1.log": 100, "readme.txt": 400}),
        archive.step(
            "job",
            "an archiving is cancelled",
            {"kind": "archiving", "state": "cancelled"},
            "CancelArchiving",
            before=(happens("archiving takes long", switches={"archive_archiving_seconds": LONG}), MIDNIGHT),
        ),
        archive.step(
            "recovery",
            "all comes back",
            {**back, "wait": False},
            "RecoverObjects",
            before=(
                happens(
                    "recovery takes long",
                    switches={"archive_archiving_seconds": USUAL, "archive_recovery_seconds": LONG},
                ),
                MIDNIGHT,
            ),
        ),
        archive.step("job", "a recovery is cancelled", {"kind": "recovery", "state": "cancelled"}, "CancelRecovery"),
        archive.emptied(),
        *archive.gone(),
    ]
