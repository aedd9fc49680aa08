# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of Archive Storage for the tests, and the short words in which they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Api, to_monday

EAST = "kr-east1"
DAY = 86400
SOURCE = "west-app-logs"
TARGET = "west-recovered"
FILES = {"app/1.log": 10, "app/2.log": 20, "app/old/0.log": 5, "readme.txt": 3}
ALWAYS = "start_at_from=2000-01-01T00:00:00Z&start_at_to=2999-12-31T00:00:00Z"


@dataclass
class ArchiveApi(Api):
    """Calls Archive Storage."""

    service: str = "archivestorage"
    version: str = "archivestorage 1.1"

    def ok(self, method: str, path: str, body: Any = None, *, region: str = "") -> Any:
        """The body of an answer that is not a refusal."""
        answer = self(method, f"/v1{path}", body, region=region)
        assert answer.status in (200, 201, 202), answer.body
        return answer.body

    def made(self, name: str = "astest", **fields: Any) -> str:
        """A bucket that is active; its id."""
        bucket = self.ok("POST", "/buckets", {"name": name, **fields})["id"]
        self.simulator.advance(1)
        return str(bucket)

    def show(self, identifier: str, region: str = "") -> dict[str, Any]:
        """A bucket as it is shown."""
        found: dict[str, Any] = self.ok("GET", f"/buckets/{identifier}", region=region)
        return found

    def policy(self, bucket: str, days: str = "1", source: str = SOURCE) -> str:
        """A new policy; its id."""
        body = {"archiving_source_bucket_name": source, "object_lifecycle": days, "object_path": "/"}
        return str(self.ok("POST", f"/archiving-policies?bucket_id={bucket}", body)["id"])

    def fill(self, files: dict[str, int] | None = None, name: str = SOURCE) -> None:
        """Let an Object Storage bucket hold new files, by path and size, and nothing else."""
        now = self.simulator.control("GET", "clock")["now"].removesuffix("Z")
        items = [{"path": p, "size": size, "modified_at": now} for p, size in (files or FILES).items()]
        self.simulator.patch_world({"object_buckets": [{"id": self.object_bucket(name)["id"], "objects": items}]})

    def object_bucket(self, name: str) -> dict[str, Any]:
        """An Object Storage bucket."""
        found = self.simulator.world()["object_buckets"]
        return next(dict(bucket) for bucket in found if bucket["name"] == name)

    def stored(self, name: str) -> dict[str, int]:
        """What an Object Storage bucket holds: sizes by path."""
        return {item["path"]: item["size"] for item in self.object_bucket(name)["objects"]}

    def archived(self, files: dict[str, int] | None = None, name: str = "astest", **fields: Any) -> str:
        """A bucket with these files, and an inactive policy; its id."""
        bucket = self.made(name)
        for what, enabled in fields.items():
            self.ok("PUT", f"/buckets/{bucket}/{what}", {"enabled": enabled})
        self.fill(files)
        policy = self.policy(bucket)
        self.simulator.advance(2 * DAY)
        state = {"state": "INACTIVE"}
        self.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", state)
        return bucket

    def again(self, bucket: str, files: dict[str, int]) -> None:
        """Let a bucket archive more files by the policy that it has."""
        self.fill(files)
        policy = self.ok("GET", f"/archiving-policies?bucket_id={bucket}")["archiving_policies"][0]["id"]
        for state in ("ACTIVE", "INACTIVE"):
            self.ok("PUT", f"/archiving-policies/{policy}/state?bucket_id={bucket}", {"state": state})
            self.simulator.advance(2 * DAY)

    def names(self, bucket: str, query: str = "") -> list[str]:
        """The names in a list of objects."""
        found = self.ok("GET", f"/buckets/{bucket}/objects{query}")["contents"]
        return [item["object_name"] for item in found]

    def versions(self, bucket: str, path: str, query: str = "") -> list[dict[str, Any]]:
        """The versions of an object."""
        found: list[dict[str, Any]] = self.ok("GET", f"/buckets/{bucket}/object-versions?object_path={path}{query}")[
            "contents"
        ]
        return found

    def histories(self, bucket: str, kind: str = "archiving", query: str = "") -> list[dict[str, Any]]:
        """The histories of a bucket."""
        answer = self.ok("GET", f"/{kind}-histories?bucket_id={bucket}&{ALWAYS}{query}")
        assert answer["bucket_id"] == bucket
        found: list[dict[str, Any]] = answer["contents"]
        return found

    def detail(self, bucket: str, kind: str = "archiving") -> dict[str, Any]:
        """The newest history of a bucket with all that it says."""
        newest = self.histories(bucket, kind)[0]["id"]
        found: dict[str, Any] = self.ok("GET", f"/{kind}-histories/detail?id={newest}&bucket_id={bucket}")
        return found


@pytest.fixture
def archive(simulator: Simulator) -> ArchiveApi:
    """A client of Archive Storage. Time stands still, at nine on a Monday in Korea, unless it is advanced."""
    to_monday(simulator)
    return ArchiveApi(simulator)
