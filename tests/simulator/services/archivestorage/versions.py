# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of archived objects, and how objects come into a bucket."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...state import ObjectBucket
from .models import UNVERSIONED, Bucket, Version

if TYPE_CHECKING:
    from .service import ArchiveStorage

_LETTERS = f"{string.ascii_letters}{string.digits}.-"
_LENGTH = 31


class Versions:
    """The operations on versions."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    # --- operations ---------------------------------------------------------------------------------------------

    @operation("ListBucketObjectVersions")
    def listed(self, call: Call) -> Reply:
        """One page of the versions of an object, the newest first [assumed]."""
        service, query = self._service, call.query
        found = service.versions_of(service.bucket(call), query["object_path"])[::-1]
        if not found and self._world.switches.text("archive_versions_unknown") == "404":
            raise service.not_found("object")
        page, count = call.page(found, query["offset"], query["limit"])
        return Reply(200, {"count": count, "contents": [self._shown(version) for version in page]})

    @staticmethod
    def _shown(version: Version) -> dict[str, Any]:
        return {
            "object_path": version.path,
            "object_version_id": version.version_id,
            "latest": version.current,
            "modified_at": f"{version.modified_at}+00:00",
            "etag": version.etag,
            "size": str(version.size),
        }

    @operation("DeleteBucketObjectVersions")
    def delete(self, call: Call) -> Reply:
        """Accept the end of versions of an object, all that are named or none."""
        service, body = self._service, call.body
        if not body["versions"]:
            raise validation_error("List should have at least 1 item after validation, not 0")
        bucket = service.active(call)
        doomed = [self.find(bucket, body["path"], version_id) for version_id in body["versions"]]
        self.end_later(doomed)
        return Reply(202)

    def find(self, bucket: Bucket, path: str, version_id: str) -> Version:
        """A version of an object.

        :raises ApiError: 404.
        """
        found = (v for v in self._service.versions_of(bucket, path) if v.version_id == version_id)
        version = next(found, None)
        if version is None:
            raise self._service.not_found("object_version")
        return version

    def end_later(self, versions: list[Version]) -> None:
        """Let versions be gone in a while."""
        seconds = self._world.switches.number("archive_object_delete_seconds")
        self._service.after(seconds, "versions_gone", ids=[version.id for version in versions])

    @event("versions_gone")
    def _gone(self, data: Mapping[str, Any]) -> None:
        """Deleted versions are gone; where one was the object itself, the next older one is."""
        service = self._service
        for version in filter(None, map(service.objects.get, data["ids"])):
            service.objects.remove(version.id)
            bucket = service.buckets.get(version.bucket_id)
            if version.current and bucket is not None:
                for older in service.versions_of(bucket, version.path)[-1:]:
                    older.current = True

    # --- objects that come --------------------------------------------------------------------------------------

    def put(self, bucket: Bucket, item: Mapping[str, Any]) -> None:
        """Put an object into a bucket: as a new version, or in place of the one without an id."""
        version_id = UNVERSIONED
        if bucket.versioning:
            version_id = "".join(_LETTERS[self._world.number(0, len(_LETTERS) - 1)] for _ignored in range(_LENGTH))
        for old in self._service.versions_of(bucket, item["path"]):
            old.current = False
            if old.version_id == version_id:
                self._service.objects.remove(old.id)
        fields = {name: item[name] for name in ("path", "size", "etag")}
        row = Version(account_id=bucket.account_id, bucket_id=bucket.id, version_id=version_id, **fields)
        self._service.objects.add(row)

    def fact(self, item: Mapping[str, Any], source: ObjectBucket) -> dict[str, Any]:
        """An object of Object Storage with all that a seed may have left out."""
        size = int(item.get("size", 0))
        known = {"size": size, "modified_at": source.created_at, "etag": self.etag(item["path"], size)}
        return {**known, **{name: item[name] for name in ("path", "modified_at", "etag") if name in item}}

    @staticmethod
    def etag(path: str, size: int) -> str:
        """A text that stands for the content of an object, of which only its path and size are known."""
        return hashlib.md5(f"{path}:{size}".encode(), usedforsecurity=False).hexdigest()
