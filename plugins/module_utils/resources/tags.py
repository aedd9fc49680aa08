# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of any resource: read from Resource Manager, and kept there (platform-behaviour.md §10).

The services accept tags at creation and never return them. :class:`Tagged` adds them to a resource of any kind, so
that the kinds do not depend on Resource Manager.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Self

from ..client.errors import CallError, NotFound, StorageError, is_refusal
from ..client.paging import Paging, read_all
from ..client.session import Client
from ..client.tags import tags_by_resource
from ..client.versions import MissingFields
from ..engine.listing import ListEntry
from ..engine.lookup import LookupSpec
from ..engine.options import MAX_TAGS
from ..engine.overlay import ResponsePatch
from ..engine.plan import StateT, Step, known_id
from ..engine.resource import Info, Resource
from ..operations import resourcemanager as api

#: Maximum number of reads until Resource Manager lists a new resource. How soon it does is not known.
MAX_LOOKS = 12

#: What ``gather`` of info modules calls the tags.
TAGS_PART = "tags"

#: The list of the tags of one resource. One that is missing would be lost if a bulk change replaces all.
_OF_RESOURCE = Paging("tags", "count", "page", size="size", by_page=True, key="key")

#: Keys that no path can have: programs take them for a folder, however they are escaped.
_NOT_IN_PATHS = frozenset({".", ".."})

_UNKNOWN_RESOURCE = "Resource Manager does not know this resource. Run the task again later."

Tags = Mapping[str, str]


def _is_unknown(refusal: CallError) -> bool:
    return isinstance(refusal, NotFound)


class UnreadableTags(StorageError):
    """Resource Manager did not show tags."""

    def __init__(self, problem: str, cause: StorageError) -> None:
        """Say what follows from the cause, what it was, and what to do."""
        super().__init__(f"{problem} {cause.message}{_advice(cause)}", **cause.facts)


@dataclass(frozen=True)
class TagTarget:
    """What Resource Manager calls the resources of one kind."""

    service: str
    resource_type: str


def target_of(kind: LookupSpec) -> TagTarget:
    """Return what Resource Manager calls the resources of a kind."""
    return TagTarget(kind.listing.service, kind.resource_type)


def as_dictionary(tags: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Return a list of tags as a dictionary; a tag without a value has an empty one."""
    return {str(tag["key"]): str(tag.get("value") or "") for tag in tags or ()}


def as_list(tags: Tags) -> list[dict[str, str]]:
    """Return a dictionary of tags as bodies of calls have them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


@dataclass(frozen=True)
class TagChanges:
    """The difference between the tags of a resource and those of a task.

    :ivar present: the tags that the resource has.
    :ivar remove: keys.
    :ivar result: all tags that the resource has at the end.
    :ivar is_update: whether tags are added or changed.
    """

    present: Tags
    remove: tuple[str, ...]
    result: Tags
    is_update: bool


def tag_changes(present: Tags, wanted: Tags, *, purge: bool) -> TagChanges:
    """Return what is to be done.

    :raises StorageError: the resource would have too many tags.
    """
    surplus = tuple(key for key in present if key not in wanted) if purge else ()
    result = {**{key: value for key, value in present.items() if key not in surplus}, **wanted}
    if len(result) > MAX_TAGS:
        raise StorageError(
            f"The resource has {len(present)} tags, and would have {len(result)} with the tags of the task. The"
            f" limit is {MAX_TAGS}. Remove tags with purge_tags: true, or with scp_tag and state: absent."
        )
    return TagChanges(present, surplus, result, any(present.get(key) != value for key, value in wanted.items()))


@dataclass(frozen=True)
class Tagging:
    """Calls about the tags of one resource.

    :param path: what names the resource in paths.
    """

    path: Mapping[str, str]
    listing: Any = api.LIST_COMPONENTS_TAGS
    update: Any = api.UPDATE_COMPONENTS_TAGS
    deletion: Any = api.DELETE_COMPONENTS_TAG

    def read(self, client: Client) -> dict[str, str] | None:
        """Read the tags; ``None`` where Resource Manager does not know the resource, or not yet.

        :raises CallError: they cannot be read.
        """

        def fetch(place: Mapping[str, Any]) -> Mapping[str, Any]:
            answer = client.call(self.listing, path=self.path, query=place)
            return {"tags": (answer.get("content") or {}).get("tags"), "count": answer.get("count")}

        try:
            return as_dictionary(read_all(fetch, _OF_RESOURCE))
        except NotFound:
            return None

    def next_step(self, changes: TagChanges, with_tags: Callable[[StateT, Tags], StateT]) -> Step[StateT] | None:
        """Return the next step of the changes; ``None`` when nothing is left.

        :param with_tags: returns a state with other tags.
        """
        path = self.path
        if fixed := [key for key in changes.remove if key in _NOT_IN_PATHS]:
            raise StorageError(
                f"The tag {fixed[0]!r} cannot be removed by a call, because its key cannot be part of an address."
                " Remove it in the console, or give it in tags."
            )
        if changes.remove:
            key = changes.remove[0]
            left = {name: value for name, value in changes.present.items() if name != key}
            return Step(
                self.deletion, lambda before, _answer: with_tags(before, left), path={**path, "key": key}, no_wait=True
            )
        if not changes.is_update:
            return None
        return Step(
            self.update,
            lambda before, _answer: with_tags(before, changes.result),
            path=path,
            # It is not known whether the call replaces all tags or adds some, so it has all tags that must remain.
            body={"tags": as_list(changes.result)},
            # A new resource can be tagged only some time after its creation.
            is_retryable=_is_unknown,
            advises=_is_unknown,
            advice=_UNKNOWN_RESOURCE,
        )


def tagging_of(target: TagTarget, region: str, identifier: str) -> Tagging:
    """Return the calls about one resource by the parts of its SRN."""
    return Tagging(
        {
            "region": region,
            "service": target.service,
            "resource_type": target.resource_type,
            "resource_identifier": identifier,
        }
    )


def read_all_tags(client: Client, target: TagTarget, region: str) -> dict[str, dict[str, str]]:
    """Read the tags of all resources of a kind in a region, by id; one call for each page.

    A resource without tags is not in the answer.

    :raises UnreadableTags: they cannot be read; the message says what to do.
    """
    try:
        return tags_by_resource(client.read_whole(api.LIST_TAGS, query=_listing_query(target, region)))
    except StorageError as error:
        raise UnreadableTags("The tags cannot be read.", error) from None


def _listing_query(target: TagTarget, region: str) -> dict[str, Any]:
    return {"service": target.service, "resource_type": target.resource_type, "region": region}


def _advice(error: StorageError) -> str:
    """Return what to do where the user of the key may not read tags."""
    if not is_refusal(error):
        return ""
    return (
        " Grant the user of this key the IAM actions of Resource Manager (resourcemanager) that list and set tags, or"
        " leave out tags."
    )


@dataclass(frozen=True)
class TaggedState(Generic[StateT]):
    """The state of a resource, and its tags.

    :ivar tags: ``None`` where they are not known.
    :ivar is_new: the resource came with this task, which gave it its tags.
    :ivar looks: how often a resource that Resource Manager does not know was looked for there.
    :ivar unreadable: why the tags could not be read.
    """

    resource: StateT
    tags: Tags | None = None
    is_new: bool = False
    looks: int = 0
    unreadable: UnreadableTags | None = None


class Tagged(Resource[TaggedState[StateT]]):
    """A resource whose tags the task gives: the resource itself, and then its tags."""

    def __init__(self, inner: Resource[StateT], target: TagTarget) -> None:
        self.inner = inner
        self.target = target
        self.wanted = as_dictionary(inner.params.get("tags"))
        self.purge = bool(inner.params.get("purge_tags"))
        self._was_missing = False
        self._looks = 0
        super().__init__(inner.params, inner.client)

    # -- what is the inner resource's own -----------------------------------------------------------------------------

    @property
    def result_key(self) -> str:  # type: ignore[override]
        return self.inner.result_key

    @property
    def slowest_poll(self) -> float:  # type: ignore[override]
        return self.inner.slowest_poll

    @property
    def repairs(self) -> bool:  # type: ignore[override]
        return self.inner.repairs

    @property
    def client(self) -> Client:
        return self.inner.client

    @client.setter
    def client(self, client: Client) -> None:
        self.inner.client = client

    def reading_through(self, client: Client) -> Self:
        other = copy.copy(self)
        other.inner = self.inner.reading_through(client)
        return other

    @property
    def wants_absent(self) -> bool:
        return self.inner.wants_absent

    @property
    def exclusive_name(self) -> str:
        return self.inner.exclusive_name

    def check(self) -> None:
        self.inner.check()

    def resolve(self) -> None:
        self.inner.resolve()

    def explain(self, missing: MissingFields) -> StorageError:
        return self.inner.explain(missing)

    def failed(self, state: TaggedState[StateT]) -> str:
        return self.inner.failed(state.resource)

    def identity(self, state: TaggedState[StateT]) -> str:
        return self.inner.identity(state.resource)

    def list_entries(self, state: TaggedState[StateT]) -> Sequence[ListEntry] | None:
        return self.inner.list_entries(state.resource)

    def planned_responses(self, before: TaggedState[StateT], after: TaggedState[StateT]) -> Iterable[ResponsePatch]:
        return self.inner.planned_responses(before.resource, after.resource)

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> TaggedState[StateT]:
        state = TaggedState(self.inner.find(), is_new=self._was_missing)
        if not self._id(state):
            self._was_missing = True
            return state
        state = self._read(state)
        return state if state.tags is not None else replace(state, looks=self._looks)

    def refresh(self, state: TaggedState[StateT]) -> TaggedState[StateT]:
        state = replace(state, resource=self.inner.refresh(state.resource))
        if not self._is_awaited(state) or self.inner.pending(state.resource):
            return state
        # Each look begins with the same state, so they are counted here.
        self._looks += 1
        return replace(self._read(state), looks=self._looks)

    def _read(self, state: TaggedState[StateT]) -> TaggedState[StateT]:
        identifier = self._id(state)
        try:
            return replace(state, tags=self._tags_of(identifier), unreadable=None)
        except StorageError as error:
            why = UnreadableTags("The tags cannot be compared with those of the task.", error)
            return replace(state, tags=None, unreadable=why)

    def _tags_of(self, identifier: str) -> dict[str, str] | None:
        client = self.client
        query = _listing_query(self.target, self.region)
        if client.reads_whole(api.LIST_TAGS, query=query):

            def mine(item: Mapping[str, Any]) -> bool:
                return str(item.get("srn")).endswith(f"/{identifier}")

            listed = as_dictionary(client.read_whole(api.LIST_TAGS, query=query, where=mine))
            # One without tags is not in the list, like one that Resource Manager does not know yet.
            if listed or not self.wanted:
                return listed
        return tagging_of(self.target, self.region, identifier).read(client)

    def _id(self, state: TaggedState[StateT]) -> str:
        """Return the id of the resource; empty where there is none, or it is only planned."""
        if self.inner.managed(state.resource) is None:
            return ""
        return known_id(self.inner.view(state.resource))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: TaggedState[StateT]) -> Step[TaggedState[StateT]] | None:
        step = self.inner.next_step(state.resource)
        if step is not None:
            return self._around(step)
        if state.is_new:
            return None
        if state.unreadable:
            raise state.unreadable
        if state.tags is None and self._is_compared and (state.looks >= MAX_LOOKS or not self.wanted):
            raise StorageError(f"The tags cannot be compared with those of the task. {_UNKNOWN_RESOURCE}")
        changes = tag_changes(state.tags or {}, self.wanted, purge=self.purge)
        tagging = tagging_of(self.target, self.region, self._id(state))
        return tagging.next_step(changes, lambda before, tags: replace(before, tags=tags))

    def _around(self, step: Step[StateT]) -> Step[TaggedState[StateT]]:
        """Return a step of the inner resource as one of this resource."""

        def effect(before: TaggedState[StateT], answer: Mapping[str, Any]) -> TaggedState[StateT]:
            is_new = before.is_new or self.inner.managed(before.resource) is None
            return replace(before, resource=step.effect(before.resource, answer), is_new=is_new)

        done, taken, fallback = step.done, step.taken, step.fallback
        # Only what sees the state differs.
        same: Step[Any] = step
        return replace(
            same,
            effect=effect,
            done=None if done is None else lambda state: done(state.resource),
            fallback=None if fallback is None else self._around(fallback),
            taken=lambda state: taken(state.resource),
        )

    # -- waiting ------------------------------------------------------------------------------------------------------

    def pending(self, state: TaggedState[StateT]) -> str:
        under_way = self.inner.pending(state.resource)
        if under_way or not self._is_awaited(state):
            return under_way
        return "the tags to be listed by Resource Manager"

    def _is_awaited(self, state: TaggedState[StateT]) -> bool:
        """Whether Resource Manager has yet to list the tags.

        Those of a new resource, so that the next task finds them; and those of another one, because a bulk change that
        does not contain them could remove them.
        """
        if state.unreadable or state.looks >= MAX_LOOKS or not self._id(state):
            return False
        if not state.is_new:
            return state.tags is None and self._is_compared
        return bool(self.wanted) and not self.wanted.items() <= (state.tags or {}).items()

    @property
    def _is_compared(self) -> bool:
        """Whether the task depends on the tags that the resource has."""
        return bool(self.wanted) or self.purge

    # -- showing ------------------------------------------------------------------------------------------------------

    def view(self, state: TaggedState[StateT]) -> dict[str, Any]:
        view, tags = self.inner.view(state.resource), self._known_tags(state)
        return view if tags is None or not view else {**view, "tags": dict(tags)}

    def managed(self, state: TaggedState[StateT]) -> dict[str, Any] | None:
        managed = self.inner.managed(state.resource)
        if managed is None:
            return None
        return {**managed, "tags": dict(sorted((self._known_tags(state) or {}).items()))}

    def _known_tags(self, state: TaggedState[StateT]) -> Tags | None:
        """Return the tags of a resource. A new one has those of the task, also before they are listed."""
        return self.wanted if state.is_new and state.tags is None else state.tags

    def extras(self, before: TaggedState[StateT], after: TaggedState[StateT]) -> dict[str, Any]:
        extras = self.inner.extras(before.resource, after.resource)
        if not (after.is_new and self.wanted):
            return extras
        if after.unreadable:
            return {**extras, "warnings": [f"The tags were sent with the creation. {after.unreadable.message}"]}
        return extras


class Taggable(Resource[StateT]):
    """A resource whose tags are managed if the task sets them."""

    #: The kind that has the tags.
    kind: ClassVar[LookupSpec]

    @classmethod
    def for_task(cls, params: Mapping[str, Any], client: Client) -> Resource[Any]:
        resource = cls(params, client)
        if resource.wants_absent or params.get("tags") is None:
            return resource
        return Tagged(resource, target_of(cls.kind))


class TaggableInfo(Info):
    """Reads resources that have tags."""

    #: The kind that has the tags.
    kind: ClassVar[LookupSpec]
    #: Ids of the resources that have the tags of the task; ``None`` where it gives none.
    selected: Collection[str] | None = None

    @classmethod
    def for_task(cls, params: Mapping[str, Any], client: Client) -> Info:
        gather = list(params.get("gather") or ())
        if TAGS_PART not in gather and params.get("tags") is None:
            return cls(params, client)
        others = {**params, "gather": [part for part in gather if part != TAGS_PART]}
        return TaggedInfo(cls(others, client), target_of(cls.kind))

    def select(self, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the items that have the tags of the task."""
        selected = self.selected
        return [item for item in items if selected is None or str(item["id"]) in selected]


class TaggedInfo(Info):
    """What an info module reads, with the tags of each resource."""

    def __init__(self, inner: TaggableInfo, target: TagTarget) -> None:
        super().__init__(inner.params, inner.client)
        self.inner = inner
        self.target = target

    def read(self) -> dict[str, Any]:
        tags = read_all_tags(self.client, self.target, self.region)
        if self.params.get("tags") is not None:
            wanted = as_dictionary(self.params["tags"]).items()
            self.inner.selected = {identifier for identifier, present in tags.items() if wanted <= present.items()}
            if not wanted:
                self.inner.selected = None
        result = self.inner.read()
        plural = self.inner.plural
        return {**result, plural: [{**item, "tags": tags.get(str(item["id"]), {})} for item in result[plural]]}
