# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects are recovered, and a version of one."""

from __future__ import annotations

from tests.scenarios.archivestorage import MIDNIGHT, Archive
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    archive = Archive("recovery")
    files = {"app/1.log": 100, "app/2.log": 200, "readme.txt": 400}
    back = {"recovery_target_bucket_name": archive.target, "overwrite": True}
    folder = {"source_object_path": "app/", "object_type": "FOLDER"}
    file = {"source_object_path": "readme.txt", "object_type": "FILE"}
    version = {"source_object_path": "readme.txt", "source_object_version": "{{ older_text.result[0] }}"}
    return [
        *archive.archiving(files),
        archive.step(
            "recovery",
            "a folder and a file come back",
            {**back, "recovery_infos": [folder, file]},
            "RecoverObjects",
            before=(MIDNIGHT,),
        ),
        archive.step("recovery", "a folder comes back", {**back, "recovery_infos": [folder]}, "RecoverObjects"),
        archive.bucket("versions to recover", {"versioning": True}, "SetBucketVersioning"),
        archive.step(
            "recovery",
            "an older version comes back",
            {**back, **version},
            "RecoverObjectVersions",
            before=(archive.filled({"readme.txt": 500}), MIDNIGHT, archive.versions("readme.txt", "older_text")),
        ),
        archive.bucket("no versions to recover", {"versioning": False}, "SetBucketVersioning"),
        archive.emptied(),
        *archive.gone(),
    ]
