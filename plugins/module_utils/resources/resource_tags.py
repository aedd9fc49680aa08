# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags of one resource of any service, and the resources that have tags (platform-behaviour.md §10)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..client.errors import StorageError
from ..engine.lookup import AmbiguousName
from ..engine.plan import Step
from ..engine.resource import Info, Resource
from ..operations import resourcemanager as api
from .tags import TagChanges, Tagging, Tags, TagTarget, as_dictionary, tag_changes, tagging_of

SRN_EXAMPLE = (
    "srn:e::0e3dffc50eb247a1adf4f2e5c82c4f99:kr-west1::filestorage:volume/bfdbabf2-04d9-4e8b-a205-020f8e6da438"
)


class Srn(NamedTuple):
    """The parts of an SRN, ``srn:{environment}::{account}:{region}::{service}:{type}/{id}``."""

    region: str
    service: str
    resource_type: str
    identifier: str


def parse_srn(srn: str) -> Srn | None:
    """Return the parts of an SRN; ``None`` for a text that is not one."""
    head, colons, tail = srn.rpartition("::")
    service, _colon, rest = tail.partition(":")
    resource_type, _slash, identifier = rest.partition("/")
    if not (srn.startswith("srn:") and colons and service and resource_type and identifier):
        return None
    return Srn(head.rpartition(":")[2], service, resource_type, identifier)


@dataclass(frozen=True)
class ResourceTagsState:
    """The tags of a resource.

    :ivar tagging: the calls about them; ``None`` where no resource of the name was found.
    :ivar tags: ``None`` where Resource Manager does not know the resource.
    """

    tagging: Tagging | None = None
    tags: Tags | None = None


class ResourceTags(Resource[ResourceTagsState]):
    """``scp_tag``."""

    result_key = "resource"

    @property
    def _wanted(self) -> dict[str, str]:
        return as_dictionary(self.params["tags"])

    @property
    def _subject(self) -> str:
        """What the task calls the resource."""
        params = self.params
        if params.get("srn"):
            return str(params["srn"])
        return (
            f"{params['service']} {params['resource_type']} {params.get('resource_id') or params.get('name')!r}"
            f" in {self.region}"
        )

    def check(self) -> None:
        params = self.params
        if srn := params.get("srn"):
            if parse_srn(srn) is None:
                raise StorageError(f"{srn!r} is not a valid SRN. Expected for example {SRN_EXAMPLE}.")
            return
        missing = [name for name in ("service", "resource_type") if not params.get(name)]
        if missing:
            raise StorageError(f"Give {' and '.join(missing)} together with resource_id or name, or give srn.")

    def find(self) -> ResourceTagsState:
        tagging = self._tagging()
        return ResourceTagsState() if tagging is None else ResourceTagsState(tagging, tagging.read(self.client))

    def refresh(self, state: ResourceTagsState) -> ResourceTagsState:
        return state if state.tagging is None else replace(state, tags=state.tagging.read(self.client))

    def _tagging(self) -> Tagging | None:
        params = self.params
        srn = params.get("srn")
        if srn and (parts := parse_srn(srn)):
            if parts.region:
                target = TagTarget(parts.service, parts.resource_type)
                return tagging_of(target, parts.region, parts.identifier)
            # Without a region there is no path of the parts.
            encoded = base64.b64encode(srn.encode()).decode()
            return Tagging({"srn": encoded}, api.LIST_RESOURCE_TAGS, api.UPDATE_RESOURCE_TAGS, api.DELETE_RESOURCE_TAG)
        target = TagTarget(params["service"], params["resource_type"])
        identifier = params.get("resource_id") or self._id_of(target, params["name"])
        return tagging_of(target, self.region, identifier) if identifier else None

    def _id_of(self, target: TagTarget, name: str) -> str:
        """Find the id of the resource with a name; empty where there is none."""
        listed = self.client.lookup(
            api.LIST_RESOURCES, name, field="resource_name", suffixed=True, query={"region": self.region}
        )
        found = [
            item
            for item in listed
            if (item.get("service"), item.get("resource_type")) == (target.service, target.resource_type)
        ]
        if len(found) > 1:
            named = [{**item, "name": item.get("resource_name")} for item in found]
            subject = f"{name!r} fits {len(found)} resources of {target.service} in {self.region}"
            cause = "Resource Manager can list a resource for some time after its deletion; resource_id takes the id."
            raise AmbiguousName(subject, named, self.client.now(), cause=cause)
        return str(found[0]["id"]) if found else ""

    def next_step(self, state: ResourceTagsState) -> Step[ResourceTagsState] | None:
        tagging, tags = state.tagging, state.tags
        if self.wants_absent:
            if tagging is None or tags is None:
                return None
            surplus = tuple(key for key in tags if key in self._wanted)
            return tagging.next_step(TagChanges(tags, surplus, tags, is_update=False), _with_tags)
        if tagging is None or tags is None:
            raise StorageError(
                f"Resource Manager does not know {self._subject}. Check service, resource_type, region, and the name or"
                " id. A new resource is known only some time after its creation."
            )
        changes = tag_changes(tags, self._wanted, purge=bool(self.params.get("purge_tags")))
        return tagging.next_step(changes, _with_tags)

    def view(self, state: ResourceTagsState) -> dict[str, Any]:
        if state.tagging is None or state.tags is None:
            return {}
        path, tags = state.tagging.path, dict(state.tags)
        if "srn" not in path:
            parts = Srn(path["region"], path["service"], path["resource_type"], path["resource_identifier"])
            return {**_shown(parts), "tags": tags}
        named = parse_srn(self.params["srn"])
        return {**(_shown(named) if named else {}), "srn": self.params["srn"], "tags": tags}

    def managed(self, state: ResourceTagsState) -> dict[str, Any] | None:
        return None if state.tags is None else {"tags": dict(sorted(state.tags.items()))}


def _with_tags(state: ResourceTagsState, tags: Tags) -> ResourceTagsState:
    return replace(state, tags=tags)


def _shown(parts: Srn) -> dict[str, str]:
    """Return the parts of an SRN as results have them."""
    return {
        "id": parts.identifier,
        "region": parts.region,
        "service": parts.service,
        "resource_type": parts.resource_type,
    }


class ResourceTagsInfo(Info):
    """``scp_tag_info``."""

    plural = "resources"

    def read(self) -> dict[str, Any]:
        params = self.params
        query = {name: params.get(name) for name in ("service", "resource_type")}
        if params.get("resource_id"):
            query["resource_identifier"] = params["resource_id"]
        listed = self.client.read_list(api.LIST_TAGS, query={**query, "region": self.region})
        found: dict[str, dict[str, Any]] = {}
        for item in listed:
            srn = str(item.get("srn"))
            parts = parse_srn(srn)
            if parts is None or not self._suits(parts):
                continue
            entry = found.setdefault(srn, {**_shown(parts), "srn": srn, "tags": {}})
            entry["tags"][str(item["key"])] = str(item.get("value") or "")
        wanted = as_dictionary(params.get("tags")).items()
        return {self.plural: [entry for entry in found.values() if wanted <= entry["tags"].items()]}

    def _suits(self, parts: Srn) -> bool:
        """Whether a resource is one of those that are asked for: how the service's filters compare is not known."""
        given: Mapping[str, Any] = self.params
        return (
            given.get("service") in (None, parts.service)
            and given.get("resource_type") in (None, parts.resource_type)
            and given.get("resource_id") in (None, parts.identifier)
            and parts.region in (self.region, "")
        )
