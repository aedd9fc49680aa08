# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets that archive others, and all that a list can change of them."""

from __future__ import annotations

from typing import Any

from tests.scenarios.archivestorage import Archive
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    archive = Archive("cycle")
    own: dict[str, Any] = {"name": archive.name, "archiving_source_bucket_name": archive.source}
    plain = "plain-archive"
    return [
        lifecycle(
            "a list of buckets",
            [{**own, "versioning": True}, plain],
            *("CreateBucket", "SetBucketVersioning", "SetBucketEncryption", "CreateArchivingPolicy"),
            *("CreateBucket", "SetBucketEncryption"),
            before=(archive.filled({}),),
            encryption=True,
        ),
        lifecycle(
            "archive later, and no more versions",
            [own],
            *("SetBucketVersioning", "SetArchivingPolicy"),
            versioning=False,
            object_lifecycle="60",
        ),
        lifecycle("archive no more", [{**own, "state": "inactive"}], "SetArchivingPolicyState", object_lifecycle=60),
        lifecycle(
            "archive again after a week",
            [{**own, "object_lifecycle": 7}, plain],
            *("SetArchivingPolicy", "SetArchivingPolicyState"),
        ),
        *archive.gone(),
        Step(f"the bucket {plain} goes", "scp_archive_bucket", {"name": plain, "state": "absent"}, ("DeleteBucket",)),
    ]


def lifecycle(name: str, buckets: list[Any], *operations: str, **more: Any) -> Step:
    """Return a step of ``scp_archive_lifecycle``."""
    before = more.pop("before", ())
    args = {"buckets": buckets, "object_lifecycle": 30, **more}
    return Step(name, "scp_archive_lifecycle", args, operations, before=before, parallel=True)
