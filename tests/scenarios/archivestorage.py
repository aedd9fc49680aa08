# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that scenarios of Archive Storage share.

Objects come into a bucket by archiving only, which happens at midnight. So a scenario has a bucket of Object Storage of
its own, and moves the time on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.harness.tasks import task
from tests.scenarios.steps import Step

OLD = "2024-10-01T00:00:00.000000"
#: Longer than any life.
LONG = 1e6
#: The usual duration of archiving and of recovery.
USUAL = 10.0


def happens(name: str, **what: Any) -> dict[str, Any]:
    """A task in which the world moves on; see the action ``simulator_world``."""
    return task("simulator_world", what, name=name)


MIDNIGHT = happens("it is midnight", midnight=True)


class Archive:
    """A bucket, the bucket of Object Storage that it archives, and one for recoveries."""

    def __init__(self, name: str) -> None:
        """Name them after ``name``."""
        self.name = f"{name}-archive"
        self.source = f"{name}-logs"
        self.target = f"{name}-back"

    def filled(self, files: Mapping[str, int]) -> dict[str, Any]:
        """A task in which there is nothing but these old files, by path with their sizes, to archive."""
        objects = [{"path": path, "size": size, "modified_at": OLD} for path, size in files.items()]
        buckets: list[dict[str, Any]] = [
            {"id": f"id-of-{self.source}", "name": self.source, "region": "kr-west1", "objects": objects},
            {"id": f"id-of-{self.target}", "name": self.target, "region": "kr-west1"},
        ]
        return happens(f"files in {self.source}", world={"object_buckets": buckets})

    def bucket(self, name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        """A step of the bucket."""
        return Step(name, "scp_archive_bucket", {"name": self.name, **args}, operations, **more)

    def step(self, noun: str, name: str, args: dict[str, Any], *operations: str, **more: Any) -> Step:
        """A step of what is in the bucket."""
        return Step(name, f"scp_archive_{noun}", {"bucket": self.name, **args}, operations, **more)

    def archiving(self, files: Mapping[str, int]) -> list[Step]:
        """The bucket comes to be, and will archive files at midnight."""
        policy = {"archiving_source_bucket_name": self.source, "object_lifecycle": 1}
        return [
            self.bucket(f"the bucket {self.name}", {}, "CreateBucket"),
            self.step(
                "policy",
                f"archive {self.source}",
                policy,
                "CreateArchivingPolicy",
                before=(self.filled(files), MIDNIGHT),
            ),
        ]

    def emptied(self) -> Step:
        """All objects go."""
        all_of_it = {"state": "absent", "paths": ["/"]}
        return self.step("object", f"nothing in {self.name}", all_of_it, "DeleteBucketObjects")

    def gone(self) -> list[Step]:
        """The bucket goes."""
        return [
            self.step("policy", f"no more of {self.source}", {"state": "inactive"}, "SetArchivingPolicyState"),
            self.bucket(f"the bucket {self.name} goes", {"state": "absent"}, "DeleteBucket"),
        ]

    def gone_with_policies(self) -> list[Step]:
        """The policy goes, which older API versions do not have, and then the bucket."""
        return [
            self.step("policy", f"no policy of {self.source}", {"state": "absent"}, "DeleteArchivingPolicy"),
            self.bucket(f"the bucket {self.name} goes", {"state": "absent"}, "DeleteBucket"),
        ]

    def versions(self, path: str, register: str) -> dict[str, Any]:
        """A task that reads the ids of the older versions of an object."""
        return task(
            "scp_archive_object_info",
            {"bucket": self.name, "versions_of": path, "query": "versions[?!latest].object_version_id"},
            name=f"versions of {path}",
            register=register,
        )
