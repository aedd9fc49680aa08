# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a label of a service must say about itself so that the engine can manage or read it."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self

from ..client.errors import StorageError
from ..client.session import Client
from ..client.versions import MissingFields
from .listing import ListEntry
from .lookup import LookupSpec
from .overlay import ResponsePatch, deleted, upserted
from .plan import StateT, Step, TaskPlanner, known_id


class Resource(ABC, Generic[StateT]):
    """One resource that a task manages: how to find it, and the steps to the desired state.

    :param params: validated module options; ``None`` means "not given".
    """

    #: How the resource is looked up, for kinds that have tags or that others of a batch refer to.
    kind: ClassVar[LookupSpec | None] = None
    #: The state in which the service shows it when no change is under way.
    settled_state: ClassVar[str] = ""
    #: Whether the API can delete it.
    deletable: ClassVar[bool] = True
    #: Key of the resource in results.
    result_key: ClassVar[str]
    #: Seconds between two looks at the slowest.
    slowest_poll: ClassVar[float] = 5.0
    #: Whether a thing in error may be changed, which can repair it.
    repairs: ClassVar[bool] = False
    #: By option, the fields that it is compared with and that only newer API versions show.
    shown_by: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        self.params = params
        fields = [field for option, shown in self.shown_by.items() if params.get(option) for field in shown]
        self.client = client.wanting(*fields) if fields else client
        self.region = client.settings.region

    @classmethod
    def for_task(cls, params: Mapping[str, Any], client: Client) -> Resource[Any]:
        """Return the resource of a task, with what its options ask for beside it."""
        return cls(params, client)

    def reading_through(self, client: Client) -> Self:
        """Return the same resource, as far as nothing was read for it yet, that reads through another client."""
        other = copy.copy(self)
        other.client = client
        return other

    @property
    def wants_absent(self) -> bool:
        """Whether the task asks for the thing to go."""
        return bool(self.params.get("state") == "absent")

    @property
    def exclusive_name(self) -> str:
        """What two tasks at the same time must not both create, for example ``File Storage volume 'web'``.

        Empty where the service refuses the second one, where the task creates nothing, and where it gives an id.
        """
        return ""

    def check(self) -> None:
        """Refuse options that cannot work whatever is there; sends nothing.

        :raises StorageError: with what to do.
        """

    def resolve(self) -> None:
        """Replace names in the options by ids, before the first read. Sends no writing call.

        :raises StorageError: names match nothing, or several resources; the message lists all of these names.
        """

    @abstractmethod
    def find(self) -> StateT:
        """Read what is there, by name or id.

        In a first look (``client.look``), lists may be shared, and what lists have may stand for what show operations
        have (:meth:`engine.lookup.Finder.list_will_do`). The executor looks again, without either, before it acts.
        """

    def refresh(self, state: StateT) -> StateT:
        """Read again what ``state`` knows, with as few calls as that takes."""
        return self.find()

    @abstractmethod
    def next_step(self, state: StateT) -> Step[StateT] | None:
        """See :class:`engine.plan.Planner`; pure."""

    def pending(self, state: StateT) -> str:
        """What is still under way, as ``volume data: creating``; empty when settled."""
        return ""

    def failed(self, state: StateT) -> str:
        """Why the thing cannot be used any more, in the service's words; empty when it can."""
        return ""

    def explain(self, missing: MissingFields) -> StorageError:
        """Return the error for fields that the API version of a call requires and the task does not set."""
        return missing

    @abstractmethod
    def view(self, state: StateT) -> dict[str, Any]:
        """The object as results show it."""

    @abstractmethod
    def managed(self, state: StateT) -> dict[str, Any] | None:
        """What a diff compares: the fields a task can set, without secrets; ``None`` where nothing is there."""

    def extras(self, before: StateT, after: StateT) -> dict[str, Any]:
        """Further keys of the result."""
        return {}

    def planned_responses(self, before: StateT, after: StateT) -> Iterable[ResponsePatch]:
        """Return what the service answers once the plan of this resource has been carried out.

        It is used in a dry run of a batch, for resources that depend on this one or share something with it, and only
        if the plan has a step. The default is for kinds with :attr:`kind` and :meth:`listed`.

        :param after: the state that the plan leads to. The answers show the resource as it is when it has settled.
        """
        resource = self.listed(after)
        if self.kind is None or resource is None:
            return ()
        if self.wants_absent and self.deletable:
            patches = deleted(self.kind, str(resource["id"]))
        else:
            patches = upserted(self.kind, {**resource, "state": self.settled_state})
        return [*patches, *self.further_responses(before, after)]

    def listed(self, state: StateT) -> Mapping[str, Any] | None:
        """Return the resource as the service shows it, with its ``id``; ``None`` if there is none."""
        return None

    def identity(self, state: StateT) -> str:
        """Return the id of what the name in the task stands for; empty if there is nothing, or no id is known yet.

        It is empty as well for kinds of which the newest is meant, for example snapshots: another task may take one.
        """
        listed = self.listed(state)
        return known_id(listed) if listed else ""

    def list_entries(self, state: StateT) -> Sequence[ListEntry] | None:
        """Return what lists have to show before the next task can find what a step of this task created.

        It includes what the service created beside the resource, also in other regions. ``None`` stands for what
        :meth:`find` finds. That is not enough for kinds that can also be found without their list, for example through
        other resources.

        :param state: as it was read last.
        """
        return None

    def further_responses(self, before: StateT, after: StateT) -> Iterable[ResponsePatch]:
        """Return what :meth:`planned_responses` has for other operations. The resource exists in ``after``."""
        return ()


class PlannedResource(Resource[StateT]):
    """A resource whose planning is a separate class without a client."""

    planner_type: ClassVar[type[TaskPlanner[Any]]]

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        super().__init__(params, client)
        self.use_options(self.params)

    def use_options(self, params: Mapping[str, Any]) -> None:
        """Plan with these options from now on, for example after names in them were replaced by ids."""
        self.params = params
        self.planner = self.planner_type(params, self.region, self.client.settings.zone_of)

    def next_step(self, state: StateT) -> Step[StateT] | None:
        return self.planner.next_step(state)


class Info(ABC):
    """Reads one kind of thing; nothing found is an empty list."""

    #: Key of the list in results.
    plural: ClassVar[str]

    def __init__(self, params: Mapping[str, Any], client: Client) -> None:
        self.params = params
        self.client = client
        self.region = client.settings.region

    @classmethod
    def for_task(cls, params: Mapping[str, Any], client: Client) -> Info:
        """Return what reads for a task, with what its options ask for beside it."""
        return cls(params, client)

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        """Return the region of a task for which none is set; empty where one must be."""
        return ""

    @abstractmethod
    def read(self) -> dict[str, Any]:
        """Return the result: the list under :attr:`plural`, and what else was gathered."""

    @property
    def gather(self) -> frozenset[str]:
        """The parts that were asked for."""
        return frozenset(self.params.get("gather") or ())


class Batch:
    """The handler of a module that manages many resources in one task; see ``engine.batch.kinds.KindRegistry``."""

    #: By kind, what the batch has to know of it.
    kinds: ClassVar[Mapping[str, Any]]
