# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of Resource Manager: of one resource, by SRN or by its parts, and of all together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import ApiError, validation_error
from ...service import Call, Reply, operation
from ..common import TAG_VALUE_LENGTH, check_tags
from .entries import Entry, environments

if TYPE_CHECKING:
    from .service import ResourceManager

_ALLOWED = re.compile(r"[a-zA-Z0-9가-힣ㄱ-ㅎㅏ-ㅣ +\-=._:/@]*")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of one resource, as a row of a list."""

    entry: Entry
    key: str
    value: str

    @property
    def id(self) -> str:
        """The unique id of the tag."""
        return f"{self.entry.srn}#{self.key}"

    @property
    def created_at(self) -> str:
        """When its resource was created."""
        return self.entry.created_at


class Tags:
    """The operations on tags."""

    def __init__(self, service: ResourceManager) -> None:
        """Work on the resources of ``service``."""
        self._service = service
        self._world = service.world

    # --- of one resource ----------------------------------------------------------------------------------------

    @operation("ListResourceTags", "ListComponentsTags")
    def of_resource(self, call: Call) -> Reply:
        """One page of the tags of a resource."""
        entry, query = self._service.entry(call), call.query
        rows = [
            Tag(entry, tag["key"], tag["value"] or "")
            for tag in entry.tags
            if (not query["key"] or tag["key"] == query["key"])
            and (query["value"] is None or (tag["value"] or "") == query["value"])
        ]
        rows = _sorted(rows, query["sort"])
        shown, beside = self._service.page(call, rows)
        tags = [{"key": tag.key, "value": tag.value} for tag in shown]
        return Reply(200, {**beside, "content": {"srn": entry.srn, "tags": tags}})

    @operation("UpdateResourceTags", "UpdateComponentsTags")
    def set(self, call: Call) -> Reply:
        """Set several tags at once."""
        entry = self._service.entry(call)
        self._set(entry, call.body["tags"])
        return Reply(200, {"content": {entry.srn: entry.tags}})

    @operation("DeleteResourceTags", "DeleteComponentsTags")
    def clear(self, call: Call) -> Reply:
        """Delete all tags of a resource."""
        self._service.entry(call).set_tags({})
        return Reply(204)

    @operation("ShowResourceTag", "ShowComponentsTag")
    def show(self, call: Call) -> Reply:
        """One tag of a resource."""
        entry = self._service.entry(call)
        tags = {tag["key"]: tag for tag in entry.tags}
        if call.path["key"] not in tags:
            raise _no_tag()
        return Reply(200, {"content": {"srn": entry.srn, "tag": tags[call.path["key"]]}})

    @operation("UpdateResourceTagValue", "UpdateComponentsTagValue")
    def set_value(self, call: Call) -> Reply:
        """Set the value of one key."""
        entry, key, value = self._service.entry(call), call.path["key"], call.body["value"]
        tags = _values(entry)
        if key not in tags and self._world.switches.text("tag_key_missing") == "404":
            raise _no_tag()
        # The contract has the rule for keys and values only in bodies with both.
        for text in (key, value):
            if not _ALLOWED.fullmatch(text):
                raise validation_error(f"String should match pattern '^{_ALLOWED.pattern}$'")
        if len(value) > TAG_VALUE_LENGTH:
            raise validation_error(f"String should have at most {TAG_VALUE_LENGTH} characters")
        self._put(entry, {**tags, key: value})
        return Reply(200, {"content": {entry.srn: [{"key": key, "value": value}]}})

    @operation("DeleteResourceTag", "DeleteComponentsTag")
    def remove(self, call: Call) -> Reply:
        """Delete one tag of a resource."""
        self._remove(self._service.entry(call), [call.path["key"]])
        return Reply(204)

    # --- of all -------------------------------------------------------------------------------------------------

    @operation("ListTags")
    def of_all(self, call: Call) -> Reply:
        """One page of the tags of all resources."""
        shown, beside = self._service.page(call, self._service.listed(call, lambda: self._found(call)))
        return Reply(200, {**beside, "content": [{"key": t.key, "srn": t.entry.srn, "value": t.value} for t in shown]})

    def _found(self, call: Call) -> Sequence[Any]:
        query = call.query
        same: dict[str, Callable[[Tag], str]] = {
            "account_id": lambda tag: tag.entry.account_id,
            "key": lambda tag: tag.key,
            "value": lambda tag: tag.value,
            "resource_identifier": lambda tag: tag.entry.resource_id,
            "resource_type": lambda tag: tag.entry.kind.type,
            "service": lambda tag: tag.entry.kind.service,
            "region": lambda tag: tag.entry.region,
        }
        rows = [Tag(e, t["key"], t["value"] or "") for e in self._service.entries(call) for t in e.tags]
        for name, value_of in same.items():
            if query[name] is not None:
                rows = [tag for tag in rows if value_of(tag) == query[name]]
        if query["offering"] is not None:
            rows = [tag for tag in rows if query["offering"] in environments(tag.entry.region)]
        return _sorted(rows, query["sort"])

    @operation("UpdateTags")
    def set_all(self, call: Call) -> Reply:
        """Set tags of several resources: either all or none."""
        wanted = [(self._service.entry_of(call, srn), tags) for srn, tags in call.body["tags"].items()]
        before = [(entry, _values(entry)) for entry, _ignored in wanted]
        try:
            for entry, tags in wanted:
                self._set(entry, tags)
        except ApiError:
            for entry, values in before:
                entry.set_tags(values)
            raise
        return Reply(200, {"content": {entry.srn: entry.tags for entry, _ignored in wanted}})

    @operation("DeleteTags")
    def remove_all(self, call: Call) -> Reply:
        """Delete tags of several resources."""
        for srn, keys in call.body["tags"].items():
            self._remove(self._service.entry_of(call, srn), keys)
        return Reply(204)

    @operation("ListTagKeys")
    def keys(self, call: Call) -> Reply:
        """The keys in use."""
        keys = sorted({tag.key for tag in self._used(call)})
        return Reply(200, {"count": len(keys), "keys": keys})

    @operation("ListTagValues")
    def values(self, call: Call) -> Reply:
        """The values in use, of one key or of all."""
        asked = call.query["value"]
        values = sorted({tag.value for tag in self._used(call) if asked is None or tag.value == asked})
        return Reply(200, {"count": len(values), "values": values})

    def _used(self, call: Call) -> list[Tag]:
        region, key = call.query["region"], call.query["key"]
        return [
            Tag(entry, tag["key"], tag["value"] or "")
            for entry in self._service.entries(call)
            if not region or entry.region == region
            for tag in entry.tags
            if not key or tag["key"] == key
        ]

    # --- changing -----------------------------------------------------------------------------------------------

    def _set(self, entry: Entry, tags: Sequence[Mapping[str, Any]]) -> None:
        check_tags(tags)
        kept = _values(entry) if self._world.switches.text("tags_bulk") == "merge" else {}
        self._put(entry, {**kept, **{tag["key"]: tag["value"] for tag in tags}})

    @staticmethod
    def _put(entry: Entry, tags: Mapping[str, str | None]) -> None:
        check_tags([{"key": key, "value": value} for key, value in tags.items()])
        entry.set_tags(tags)

    def _remove(self, entry: Entry, keys: Sequence[str]) -> None:
        tags = _values(entry)
        if any(key not in tags for key in keys) and self._world.switches.text("tag_delete_missing") == "404":
            raise _no_tag()
        entry.set_tags({key: value for key, value in tags.items() if key not in keys})


def _values(entry: Entry) -> dict[str, str | None]:
    return {tag["key"]: tag["value"] for tag in entry.tags}


def _sorted(rows: list[Tag], sort: str | None) -> list[Tag]:
    """Tags in the order of their resources, or as ``key:asc`` says.

    :raises ApiError: 400.
    """
    if not sort:
        return rows
    column, _ignored, way = sort.partition(":")
    if column not in ("key", "value") or way not in ("asc", "desc"):
        raise validation_error("Value error, invalid sort")
    return sorted(rows, key=lambda tag: (getattr(tag, column), tag.id), reverse=way == "desc")


def _no_tag() -> ApiError:
    return ApiError(404, "ResourceManager.NotFound.tag", "The tag does not exist.")
