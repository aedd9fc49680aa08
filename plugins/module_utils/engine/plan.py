# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans: what leads from what is there to what is asked, as values (architecture.md, decision 1).

Planning sends nothing. A resource says the *next* step for a state; a step says the state it leads to.
A plan is the walk along these steps until none is left, so check mode and the real run take the same walk.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ..client.errors import CallError, StorageError
from ..client.session import Call

StateT = TypeVar("StateT")

#: A plan longer than this is a resource that goes in circles.
MAX_STEPS = 10_000
#: Stands for an id that only the service can give, in plans that are shown and not carried out.
UNKNOWN_ID = "known after creation"


def known_id(resource: Mapping[str, Any]) -> str:
    """Return the id of a resource; empty if it is only planned, or no answer had its id."""
    identifier = str(resource.get("id") or "")
    return "" if identifier.startswith(UNKNOWN_ID) else identifier


def always(_refusal: CallError) -> bool:
    """Of every refusal."""
    return True


def never(_error: CallError) -> bool:
    """No refusal means "not yet"."""
    return False


def not_seen(_state: object) -> bool:
    """No state proves that a call was taken, other than its effect."""
    return False


@dataclass(frozen=True)
class Step(Generic[StateT]):
    """One writing call, and what it does to the state.

    :param region: where the call goes; empty for the task's region.
    :param effect: the state after it, from the state before it and the answer. When it is only planned, the answer has
        what would be sent of the fields that only newer API versions have.
    :param done: whether a state that was read shows the effect; asked before the next step and at the end.
    :param replan_after: things come to light only after it, so the rest is planned again from what is read then.
    :param no_wait: the next step need not wait for it.
    :param is_retryable: shows a refusal that passes by itself; the step is planned and sent again a little later.
    :param fallback: the same step by another way, taken when this one is refused and nothing else is under way.
    :param taken: whether a state that was read proves that the service took the call, though its effect is to come.
    :param listed: the next task finds what it creates only once lists show it. Operations that create a second one when
        they are sent twice need not say so.
    :param advice: what the user can do when it is refused, beyond the service's words.
    :param advises: the refusals to which the advice belongs.
    :param insist: names of fields that must be sent, which excludes API versions without them.
    """

    operation: Call
    effect: Callable[[StateT, Mapping[str, Any]], StateT]
    region: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    done: Callable[[StateT], bool] | None = None
    replan_after: bool = False
    no_wait: bool = False
    is_retryable: Callable[[CallError], bool] = never
    fallback: Step[StateT] | None = None
    taken: Callable[[StateT], bool] = not_seen
    listed: bool = False
    advice: str = ""
    advises: Callable[[CallError], bool] = always
    insist: tuple[str, ...] = ()

    @property
    def once(self) -> bool:
        """Whether it must not be sent again unless it certainly was not done."""
        return self.operation.creates or self.operation.destroys

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for two steps that ask for the same thing."""
        return (
            self.operation.name,
            self.region,
            tuple(sorted(self.path.items())),
            tuple(sorted(self.query.items())),
            repr(self.body),
        )


class Planner(Protocol[StateT]):
    """Whatever can say the next step; pure."""

    def next_step(self, state: StateT) -> Step[StateT] | None:
        """The first step that leads from ``state`` to what is asked; ``None`` when nothing is left to do.

        :raises StorageError: what is asked cannot be reached; the message says why and what to do.
        """


class TaskPlanner(ABC, Generic[StateT]):
    """Plans by the options of a task. It has no client, so that planning cannot read (architecture.md, decision 1).

    :param params: validated module options; ``None`` means "not given".
    :param region: the region of the task.
    :param default_zone: returns the zone that the settings have for a region; an empty text for none.
    """

    def __init__(
        self, params: Mapping[str, Any], region: str, default_zone: Callable[[str], str] = lambda _region: ""
    ) -> None:
        self.params = params
        self.region = region
        self.default_zone = default_zone

    @property
    def wants_absent(self) -> bool:
        """Whether the task asks for the resource to go."""
        return bool(self.params.get("state") == "absent")

    @abstractmethod
    def next_step(self, state: StateT) -> Step[StateT] | None:
        """See :class:`Planner`."""


@dataclass(frozen=True)
class Plan(Generic[StateT]):
    """Steps in order, and the state they lead to."""

    steps: tuple[Step[StateT], ...]
    after: StateT

    @property
    def operations(self) -> list[str]:
        """The ``operationId`` of each step."""
        return [step.operation.name for step in self.steps]


def make_plan(planner: Planner[StateT], state: StateT) -> Plan[StateT]:
    """Walk from ``state`` to the end.

    :raises StorageError: what is asked cannot be reached.
    """
    steps: list[Step[StateT]] = []
    while (step := planner.next_step(state)) is not None:
        steps.append(step)
        state = step.effect(state, {})
        if len(steps) > MAX_STEPS:
            raise StorageError(f"Planning {step.operation.name} does not end. This is an error in the collection.")
    return Plan(tuple(steps), state)
