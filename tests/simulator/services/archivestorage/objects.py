# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archived objects: lists of files and folders, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import validation_error
from ...service import Call, Reply, event, operation
from ...tables import Record
from ..common import name_matches
from .models import Bucket, Version

if TYPE_CHECKING:
    from .service import ArchiveStorage


@dataclass(slots=True)
class _Entry(Record):
    """A line of a list: a file, or a folder, which is there as long as something is in it. Its ``id`` is its path."""

    size: int | None = None
    modified_at: str = ""

    @property
    def type(self) -> str:
        """FILE or FOLDER."""
        return "FOLDER" if self.id.endswith("/") else "FILE"


class Objects:
    """The operations on objects."""

    def __init__(self, service: ArchiveStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    @operation("ListBucketObjects")
    def listed(self, call: Call) -> Reply:
        """Files and folders by their paths, those after ``marker``; the last one is the next marker."""
        query, switches = call.query, self._world.switches
        if query["limit"] > switches.count("archive_object_page"):
            raise validation_error(f"Input should be less than or equal to {switches.count('archive_object_page')}")
        if query["object_type"] not in (None, "FILE", "FOLDER"):
            raise validation_error("Input should be 'FILE' or 'FOLDER'")
        found = self._entries(self._service.bucket(call), query["object_path"])
        if query["object_type"]:
            found = [entry for entry in found if entry.type == query["object_type"]]
        if query["object_name"]:
            found = [e for e in found if name_matches(e.id, query["object_name"], switches.text("name_filter"))]
        rest = [entry for entry in found if entry.id > (query["marker"] or "")]
        page, _ignored = call.page(rest, 0, query["limit"])
        cut = bool(page) and page[-1].id != rest[-1].id
        answer = {
            "count": len(found if switches.text("archive_object_count") == "all" else page),
            "marker": page[-1].id if cut else None,
            "is_truncated": cut,
            "contents": [self._shown(entry) for entry in page],
        }
        return Reply(200, answer)

    def _entries(self, bucket: Bucket, folder: str | None) -> list[_Entry]:
        """What is in a folder, or in all of the bucket where none is named, by path."""
        entries: dict[str, _Entry] = {}
        for path, version in self._service.current_of(bucket).items():
            entries[path] = _Entry(path, "", version.created_at, version.size, version.modified_at)
            steps = path.split("/")[:-1]
            for depth in range(len(steps)):
                name = "/".join(steps[: depth + 1]) + "/"
                entries.setdefault(name, _Entry(name, "", version.created_at))
        if folder is None and self._world.switches.text("archive_list_depth") == "root":
            folder = "/"
        if folder is not None:
            top = f"{folder.strip('/')}/".lstrip("/")
            inside = {path: path.removeprefix(top) for path in entries if path.startswith(top) and path != top}
            entries = {path: entries[path] for path, rest in inside.items() if "/" not in rest[:-1]}
        return [entries[path] for path in sorted(entries)]

    @staticmethod
    def _shown(entry: _Entry) -> dict[str, Any]:
        return {
            "object_name": entry.id,
            "object_type": entry.type,
            "object_size": None if entry.size is None else str(entry.size),
            "modified_at": f"{entry.modified_at}+00:00" if entry.modified_at else None,
        }

    @operation("DeleteBucketObjects")
    def delete(self, call: Call) -> Reply:
        """Accept the end of files, and of folders with all that is in them, all that are named or none."""
        service, paths = self._service, call.body["paths"]
        if not paths:
            raise validation_error("List should have at least 1 item after validation, not 0")
        bucket = service.active(call)
        there = service.current_of(bucket)
        doomed: dict[str, Version] = {}
        for path in paths:
            found = {name: version for name, version in there.items() if is_in(name, path)}
            if not found and self._world.switches.text("archive_delete_missing") == "404":
                raise service.not_found("object")
            doomed |= found
        if not bucket.versioning or self._world.switches.text("archive_delete_versioned") == "all":
            gone = [version for path in doomed for version in service.versions_of(bucket, path)]
            service.version_part.end_later(gone)
        else:
            seconds = self._world.switches.number("archive_object_delete_seconds")
            service.after(seconds, "objects_hidden", ids=[version.id for version in doomed.values()])
        return Reply(202)

    @event("objects_hidden")
    def _hidden(self, data: Mapping[str, Any]) -> None:
        """Deleted objects are gone, but their versions are not."""
        for version in filter(None, map(self._service.objects.get, data["ids"])):
            version.current = False


def is_in(name: str, path: str) -> bool:
    """Whether an object is what ``path`` names, or is in the folder that it names; the root is a folder too."""
    return name == path or (path.endswith("/") and name.startswith(path.lstrip("/")))
