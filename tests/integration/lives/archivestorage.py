# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of Archive Storage.

Objects come into a bucket by archiving only, which happens at midnight. So a life has a bucket of Object Storage of its
own, and moves the time on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.harness.tasks import task
from tests.integration.lives.story import Step

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

    def versions(self, path: str, register: str) -> dict[str, Any]:
        """A task that reads the ids of the older versions of an object."""
        return task(
            "scp_archive_object_info",
            {"bucket": self.name, "versions_of": path, "query": "versions[?!latest].object_version_id"},
            name=f"versions of {path}",
            register=register,
        )


def bucket_life() -> list[Step]:
    """Buckets with and without versioning and encryption."""
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


def policy_life() -> list[Step]:
    """A policy and all that can be changed of it."""
    archive = Archive("policy")
    both = ("SetArchivingPolicy", "SetArchivingPolicyState")
    return [
        *archive.archiving({}),
        archive.step("policy", "archive after a week", {"object_lifecycle": "7"}, "SetArchivingPolicy"),
        archive.step("policy", "archive no more", {"state": "inactive"}, "SetArchivingPolicyState"),
        archive.step("policy", "archive again, after a month", {"object_lifecycle": 30}, *both),
        *archive.gone(),
    ]


def object_life() -> list[Step]:
    """Objects are archived and deleted, and versions of one."""
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


def recovery_life() -> list[Step]:
    """Objects come back, and a version of one."""
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


def job_life() -> list[Step]:
    """An archiving and a recovery are cancelled."""
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


LIVES = {
    "archive-bucket": lambda _ignored: bucket_life(),
    "archive-policy": lambda _ignored: policy_life(),
    "archive-object": lambda _ignored: object_life(),
    "archive-recovery": lambda _ignored: recovery_life(),
    "archive-job": lambda _ignored: job_life(),
}
