# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects are archived and deleted, and versions of one."""

from __future__ import annotations

from tests.scenarios.archivestorage import MIDNIGHT, Archive
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    archive = Archive("object")
    files = {"app/1.log": 100, "app/2.log": 200, "db/audit/1.csv": 300, "readme.txt": 400}
    some = ["app/1.log", "db/", "no/such/file"]
    newer = {"readme.txt": 500}
    older = {"path": "readme.txt", "versions": "{{ older_readme.result }}"}
    return [
        *archive.archiving(files),
        archive.step(
            "object",
            "a file and a folder go",
            {"state": "absent", "paths": some},
            "DeleteBucketObjects",
            before=(MIDNIGHT,),
        ),
        archive.bucket("keep versions", {"versioning": True}, "SetBucketVersioning"),
        archive.step(
            "object",
            "an older version goes",
            {"state": "absent", **older},
            "DeleteBucketObjectVersions",
            before=(archive.filled(newer), MIDNIGHT, archive.versions("readme.txt", "older_readme")),
        ),
        archive.bucket("keep versions no longer", {"versioning": False}, "SetBucketVersioning"),
        archive.emptied(),
        *archive.gone(),
    ]
