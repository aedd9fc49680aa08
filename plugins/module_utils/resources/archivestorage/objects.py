# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archived objects: which of them are there, and deleting them or versions of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.plan import Step
from ...engine.resource import Info, Resource
from ...operations import archivestorage as api
from ..snapshots import busy
from .lookup import bucket_failure, bucket_under_way, describe_bucket, find_bucket

#: The folder that all others are in.
ROOT = "/"
FOLDER = "FOLDER"


def plain(path: str) -> str:
    """A path without the slash that it may begin with; folders end in one, and the root is empty."""
    return path.lstrip("/")


def as_sent(path: str) -> str:
    """A path as the service has it: without a slash before it, but for the root."""
    return plain(path) or ROOT


def parent(path: str) -> str:
    """The folder that a file or a folder is in, as the list operation wants it."""
    above = plain(path).rstrip("/").rpartition("/")[0]
    return f"{above}/" if above else ROOT


def _path(entry: Mapping[str, Any]) -> str:
    """The path of a line of a list, without a slash before it."""
    name = plain(str(entry["object_name"]))
    return f"{name.rstrip('/')}/" if entry.get("object_type") == FOLDER else name


def present_paths(client: Client, bucket_id: str, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that are there, each once; the root is there if anything is.

    How the service's own filter by name compares is not documented, so the folders that they are in are read.
    """
    asked = list(dict.fromkeys(paths))
    folders = list(dict.fromkeys(map(parent, asked)))

    def inside(folder: str) -> set[str]:
        try:
            listed = client.read_list(
                api.LIST_BUCKET_OBJECTS, path={"bucket_id": bucket_id}, query={"object_path": folder}
            )
        except NotFound:
            return set()
        return set(map(_path, listed))

    there: set[str] = set()
    for found in map_concurrently(inside, folders):
        there |= found
    return [path for path in asked if (plain(path) in there if plain(path) else bool(there))]


def read_versions(client: Client, bucket_id: str, path: str) -> list[dict[str, Any]]:
    """All versions of an object; none where there is no such object."""
    try:
        return client.read_list(
            api.LIST_BUCKET_OBJECT_VERSIONS, path={"bucket_id": bucket_id}, query={"object_path": path}
        )
    except NotFound:
        return []


@dataclass(frozen=True)
class ObjectState:
    """Which of the things that a task names are there.

    :ivar bucket: ``None`` where it is gone, and all objects with it.
    :ivar present: paths, or ids of versions of one path, in the order of the task.
    """

    bucket: dict[str, Any] | None
    present: tuple[str, ...] = ()


class Objects(Resource[ObjectState]):
    """``scp_archive_object``."""

    result_key = "object"

    @property
    def _versioned(self) -> bool:
        """Whether the task is about versions of one object."""
        return self.params.get("path") is not None

    @property
    def _asked(self) -> list[str]:
        """The paths, or the ids of versions, that the task names, each once."""
        return list(dict.fromkeys(self.params["versions"] if self._versioned else map(as_sent, self.params["paths"])))

    @property
    def _path(self) -> str:
        """The object whose versions the task names."""
        return as_sent(self.params["path"])

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        option = "versions" if self._versioned else "paths"
        if not all(self.params[option]):
            raise StorageError(f"{option} has an empty entry. Name each, or leave it out.")
        if self._versioned and (self.params["path"].endswith("/") or not self.params["path"]):
            raise StorageError(
                f"path {self.params['path']!r} is that of a folder, and only files have versions. Name a file, or use"
                " paths to delete a folder with all that is in it."
            )

    def find(self) -> ObjectState:
        bucket = find_bucket(self.client, self.params["bucket"])
        return ObjectState(None) if bucket is None else ObjectState(bucket, self._present(str(bucket["id"])))

    def _present(self, bucket_id: str) -> tuple[str, ...]:
        if not self._versioned:
            return tuple(present_paths(self.client, bucket_id, self._asked))
        versions = read_versions(self.client, bucket_id, self._path)
        there = {str(version["object_version_id"]) for version in versions}
        return tuple(version for version in self._asked if version in there)

    def refresh(self, state: ObjectState) -> ObjectState:
        if state.bucket is None:
            return state
        if self.pending(state):
            return self.find()
        return replace(state, present=self._present(str(state.bucket["id"])))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: ObjectState) -> Step[ObjectState] | None:
        if state.bucket is None or not state.present:
            return None
        listed = list(state.present)
        operation, body = api.DELETE_BUCKET_OBJECTS, dict[str, Any](paths=listed)
        if self._versioned:
            operation, body = api.DELETE_BUCKET_OBJECT_VERSIONS, {"path": self._path, "versions": listed}
        return Step(
            operation,
            lambda before, _answer: replace(before, present=()),
            path={"bucket_id": state.bucket["id"]},
            body=body,
            done=lambda seen: not seen.present,
            is_retryable=busy,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: ObjectState) -> str:
        return bucket_under_way(state.bucket)

    def failed(self, state: ObjectState) -> str:
        return bucket_failure(state.bucket)

    def view(self, state: ObjectState) -> dict[str, Any]:
        if state.bucket is None:
            return {}
        asked: dict[str, Any] = {"paths": self._asked}
        if self._versioned:
            asked = {"path": self._path, "versions": self._asked}
        return {"bucket_id": state.bucket["id"], **asked}

    def managed(self, state: ObjectState) -> dict[str, Any]:
        named = {"path": self._path} if self._versioned else {}
        present = list(state.present)
        return {"bucket": (state.bucket or {}).get("name"), **named, ("versions" if named else "paths"): present}

    def extras(self, before: ObjectState, after: ObjectState) -> dict[str, Any]:
        """What was there when the task began, and is there no more."""
        gone: Sequence[str] = [item for item in before.present if item not in after.present]
        return {"deleted_versions" if self._versioned else "deleted_paths": gone}


class ObjectInfo(Info):
    """``scp_archive_object_info``."""

    plural = "objects"

    def read(self) -> dict[str, Any]:
        bucket = find_bucket(self.client, self.params["bucket"])
        of_one = self.params.get("versions_of")
        if bucket is None:
            return {"versions" if of_one else self.plural: []}
        if of_one:
            return {"versions": read_versions(self.client, str(bucket["id"]), as_sent(of_one))}
        filters = {name: self.params.get(name) for name in ("object_path", "object_name", "object_type")}
        try:
            listed = self.client.read_list(api.LIST_BUCKET_OBJECTS, path={"bucket_id": bucket["id"]}, query=filters)
        except NotFound:
            return {self.plural: []}
        return {self.plural: listed}


def describe_missing(bucket: Mapping[str, Any], missing: Sequence[str]) -> str:
    """Objects that are not there, for the user."""
    return (
        f"Bucket {describe_bucket(bucket)} has no {', '.join(missing)}. The path of a folder ends in '/';"
        " scp_archive_object_info shows what is there."
    )
