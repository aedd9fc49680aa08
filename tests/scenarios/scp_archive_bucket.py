# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets with and without versioning and encryption are created, changed and removed."""

from __future__ import annotations

from tests.scenarios.archivestorage import Archive
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    full, plain = Archive("full"), Archive("plain")
    tags = {"tags": [{"key": "team", "value": "x"}, {"key": "empty"}]}
    return [
        full.bucket(
            "a bucket with all there is",
            {"versioning": True, "encryption": True},
            *("CreateBucket", "SetBucketVersioning", "SetBucketEncryption"),
        ),
        full.bucket("no versioning", {"versioning": False}, "SetBucketVersioning"),
        full.bucket("no encryption", {"encryption": False}, "SetBucketEncryption"),
        full.bucket(
            "both again", {"versioning": True, "encryption": True}, "SetBucketVersioning", "SetBucketEncryption"
        ),
        plain.bucket("a tagged bucket", tags, "CreateBucket"),
        plain.bucket("the tagged bucket goes", {"state": "absent"}, "DeleteBucket"),
        full.bucket("the full bucket goes", {"state": "absent"}, "DeleteBucket"),
    ]
