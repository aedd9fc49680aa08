# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: send, read again where an outcome is unknown, wait (architecture.md, decisions 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic

from ..client.errors import CallError, NotFound, StorageError, UnknownOutcome
from ..client.versions import MissingFields
from .journal import Journal
from .listing import ListEntry
from .locks import NameLock
from .lookup import AmbiguousName
from .plan import Plan, StateT, Step, make_plan
from .resource import Resource
from .waiter import Waiter

#: Pauses (seconds) before each look for the trace of a write whose outcome is unknown: lists can lag.
LOOKS_AFTER_UNKNOWN = (0.3, 0.7, 1.5, 3.0)
#: Further pauses where the write must not be done twice: a list that lags may hide for so long what it did.
MORE_LOOKS = (5.0, 10.0, 20.0, 30.0)
#: What a call is refused with if what it makes exists already, or is being changed.
CONFLICT = 409
#: How often one step is sent again after its outcome was unknown.
MAX_RESENDS = 3
#: Answers that refuse a call because of what is there, and not because of who calls or how.
REFUSALS = (400, 404, 409, 422)
#: Pauses (seconds) after a refusal that passes by itself, and for how long such refusals are believed.
FIRST_REFUSAL_PAUSE = 0.3
LONGEST_REFUSAL_PAUSE = 5.0
LONGEST_REFUSAL = 90.0
#: Seconds between two attempts to get a lock; they cost no call.
SLOWEST_LOCK_POLL = 1.0


@dataclass
class Outcome(Generic[StateT]):
    """What a task found and did so far; complete enough to report when something fails half-way.

    :ivar doubts: what the task could not find out, for the user.
    """

    before: StateT | None = None
    after: StateT | None = None
    operations: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _ReadAgain(Generic[StateT]):
    """What is there, read again instead of an answer."""

    state: StateT


class Executor(Generic[StateT]):
    """Converges one resource.

    :param wait: whether to wait for the last step to settle; between steps the executor always waits.
    :param journal: gets each writing call, also while its outcome is not known.
    :param target: what the resource is called in the journal.
    :param several: the task has several resources of this kind, which are looked up in the same lists.
    :param details: the result needs fields that only show operations have.
    :ivar resource: the one that made :attr:`outcome`, which only it can describe.
    :ivar planned: whether there was a plan; a failure before that is about what is there, and nothing was sent.
    """

    def __init__(
        self,
        resource: Resource[StateT],
        waiter: Waiter,
        *,
        wait: bool,
        journal: Journal | None = None,
        target: str = "",
        several: bool = False,
        details: bool = True,
    ) -> None:
        self.resource = resource
        self.waiter = waiter
        self.wait = wait
        self.journal = journal or Journal()
        self.target = target
        self.outcome: Outcome[StateT] = Outcome()
        self.planned = False
        self._several = several
        self._details = details
        self._resends: dict[tuple[Any, ...], int] = {}
        self._unknown: set[tuple[Any, ...]] = set()
        self._refused_for = 0.0
        #: The last step that created something.
        self._created: Step[StateT] | None = None
        #: Whether its answer came. Otherwise another process may have created what was seen afterwards.
        self._answered = False

    def show(self) -> None:
        """Find and plan only; sends no writing call."""
        self._check()
        state, plan = self._find_and_plan()
        steps = plan.steps if self.wait else _until_replanned(plan.steps)
        for step in steps:
            state = step.effect(state, self._prepare(step))
        self.outcome.after = state
        for step in steps:
            self._note(step)

    def apply(self) -> None:
        """Find, plan, send what is planned, and wait.

        :raises StorageError: with :attr:`outcome` telling what was done before.
        """
        self._check()
        with ExitStack() as alone:
            alone.enter_context(self._alone())
            state, plan = self._find_and_plan()
            if not any(step.operation.creates for step in plan.steps):
                alone.close()
            try:
                self._converge(state, plan)
            except AmbiguousName as error:
                if self._created is None or not self._answered:
                    raise
                created = self.resource.view(self.outcome.after or state)
                raise error.with_created(str(created.get("id"))) from None

    def _converge(self, state: StateT, plan: Plan[StateT]) -> None:
        """Send what is planned, and wait."""
        if plan.steps and self.resource.pending(state):
            self._settle(state, None)
            state = self.resource.find()
        state = self._carry_out(state)
        self.outcome.after = state
        if self.wait:
            self.outcome.after = self._settle(state, None)
        if self._created is not None and self._answered and self._list_entries() is None:
            self._wait_until_found(self._created)
        if self.outcome.operations and not self.wait:
            self._refresh_once(state)
        if self._created is not None:
            # What was read last has the ids that no answer has.
            self._wait_for_entries(self._created, self._list_entries() or ())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other task of this user on this machine look for the same name, and create it, at the same time."""
        name = self.resource.exclusive_name
        if not name:
            yield
            return
        settings = self.resource.client.settings
        place = settings.endpoint_url or settings.auth_url or settings.environment
        account = settings.account_id or settings.access_key
        lock = NameLock((place, account, self.resource.region, name))

        def awaited(holder: str) -> str:
            return holder and f"another task on this machine ({holder}) that may create {name}"

        self.waiter.until(lock.try_acquire, awaited, slowest=SLOWEST_LOCK_POLL)
        try:
            yield
        finally:
            lock.release()

    def _carry_out(self, state: StateT) -> StateT:
        """Send step by step until none is left; return the state as it was last seen, or as it must be by now.

        The walk goes on from the planned state, as in check mode. Only where something came otherwise, it goes on from
        what was read.
        """
        actual = planned = state
        while (step := self.resource.next_step(planned)) is not None:
            answer = self._send(step)
            if isinstance(answer, _ReadAgain):
                actual = planned = answer.state
                continue
            actual = planned = step.effect(planned, answer)
            self.outcome.after = actual
            if step.replan_after and not self.wait:
                break
            if self._must_settle(step, planned):
                actual = self._settle(actual, step, just_sent=True)
            if step.replan_after:
                actual = planned = self.resource.find()
            self.outcome.after = actual
        return actual

    def _send(self, step: Step[StateT]) -> Mapping[str, Any] | _ReadAgain[StateT]:
        """Send one step; the answer, or what is there now where the step was not, or may not have been, done."""
        with self.journal.sending(step.operation.name, self.target, once=step.once):
            return self._send_in_any_way(step)

    def _send_in_any_way(self, step: Step[StateT]) -> Mapping[str, Any] | _ReadAgain[StateT]:
        try:
            return self._send_by(step, step)
        except CallError as refusal:
            if refusal.status not in REFUSALS:
                raise
            if step.fallback is None:
                if step.advice and step.advises(refusal):
                    raise StorageError(f"{refusal.message.rstrip('.')}. {step.advice}", **refusal.facts) from None
                raise
            try:
                return self._send_by(step, step.fallback)
            except StorageError as second:
                reported = f"{refusal.message.rstrip('.')}. The other way failed too: {second.message}"
                raise StorageError(reported, **refusal.facts) from None

    def _send_by(self, step: Step[StateT], way: Step[StateT]) -> Mapping[str, Any] | _ReadAgain[StateT]:
        """Send a step in one of the ways that there are to do it."""
        try:
            answer = self.resource.client.call(
                way.operation,
                region=way.region,
                path=way.path,
                query=way.query,
                body=way.body,
                insist=way.insist,
                patience=self.waiter.remaining,
            )
        except MissingFields as error:
            raise self.resource.explain(error) from None
        except UnknownOutcome as error:
            return _ReadAgain(self._resolve_unknown_outcome(step, error))
        except CallError as error:
            return _ReadAgain(self._retry_after_rejection(step, error))
        self._refused_for = 0.0
        self._note(step, answered=True)
        return {**self._prepare(way), **answer}

    def _prepare(self, step: Step[StateT]) -> Mapping[str, Any]:
        """Return what will be sent of the fields that only newer API versions have.

        :raises StorageError: the version requires more than the task gives.
        """
        try:
            return self.resource.client.prepare(
                step.operation, region=step.region, query=step.query, body=step.body, insist=step.insist
            )
        except MissingFields as error:
            raise self.resource.explain(error) from None

    def _note(self, step: Step[StateT], *, answered: bool = False) -> None:
        """Keep in mind that a step was done."""
        if step.operation.creates or step.listed:
            self._created, self._answered = step, answered
        self.outcome.operations.append(step.operation.name)
        self.journal.note(step.operation.name, self.target)

    def _find_and_plan(self) -> tuple[StateT, Plan[StateT]]:
        """Find and plan; all blockers are reported before the first write.

        The first look may use what was read for other resources of the task. It suffices where nothing is to be done;
        what is to be done, or fails, is planned from a second look that reads everything again.
        """
        resource = self.resource
        resource.resolve()
        client = resource.client.sharing(several=self._several, details=self._details)
        self.resource = resource.reading_through(client)
        look = client.look
        try:
            state, plan = self._plan()
            suffices = not (plan.steps or self.resource.pending(state))
        except StorageError:
            if look is None or look.conclusive:
                raise
            suffices = False
        finally:
            self.resource.client = resource.client
        if not (suffices or look is None or look.conclusive):
            self.resource, self.outcome = resource, Outcome()
            state, plan = self._plan()
        self.planned = True
        for step in plan.steps:
            self._prepare(step)
        return state, plan

    def _plan(self) -> tuple[StateT, Plan[StateT]]:
        """Find and plan once."""
        state = self._find()
        return state, make_plan(self.resource, state)

    def _check(self) -> None:
        """Refuse what cannot work whatever is there."""
        if self.waiter.limit < 0:
            raise StorageError(f"wait_timeout is {self.waiter.limit:g}. Give a number of seconds, from 0 on.")
        self.resource.check()

    def _find(self) -> StateT:
        """The first look, with what makes all else pointless said at once."""
        state = self.resource.find()
        self.outcome.before = self.outcome.after = state
        if not (self.resource.repairs and self.resource.next_step(state)):
            self._refuse_failed(state)
        return state

    def _refuse_failed(self, state: StateT) -> None:
        failure = self.resource.failed(state)
        if failure and not self.resource.wants_absent:
            raise StorageError(failure)

    def _must_settle(self, step: Step[StateT], planned: StateT) -> bool:
        """Whether to wait after a step: before the next one that needs it, or at the end of a task that waits."""
        if step.replan_after or self.resource.next_step(planned) is None:
            return self.wait
        return not step.no_wait

    def _settle(self, state: StateT, step: Step[StateT] | None, *, just_sent: bool = False) -> StateT:
        """Wait until nothing is under way and, after a step, until its effect is seen."""

        def missing(seen: StateT) -> str:
            self.outcome.after = seen
            self._refuse_failed(seen)
            under_way = self.resource.pending(seen)
            if under_way:
                return under_way
            if step is not None and step.done is not None and not step.done(seen):
                return f"{step.operation.name} to take effect"
            return ""

        if not just_sent and not missing(state):
            return state
        return self.waiter.until(lambda: self.resource.refresh(state), missing)

    def _list_entries(self) -> Sequence[ListEntry] | None:
        """Return what lists have to show before the next task can find what was made."""
        after = self.outcome.after
        return None if after is None else self.resource.list_entries(after)

    def _wait_for_entries(self, created: Step[StateT], entries: Iterable[ListEntry]) -> None:
        """Wait until lists show what a step made.

        A list can lag behind, and the next task would make another. So this is not part of what ``wait`` is about.
        What was made is in the desired state by then. So a list of another region that cannot be read, for example
        because the user of the key may not read it, does not make the task fail.
        """
        left = list(entries)

        def first_missing() -> ListEntry | None:
            while left:
                try:
                    if not left[0].is_shown():
                        return left[0]
                    del left[0]
                except StorageError as error:
                    entry = left[0]
                    if entry.region == self.resource.region:
                        raise
                    self.outcome.doubts.append(
                        f"{created.operation.name} made {entry.label} in {entry.region}. Whether the service lists it"
                        f" there could not be read, so the next task may not find it by its name yet. {error.message}"
                    )
                    left[:] = [other for other in left if other.region != entry.region]
            return None

        def missing(entry: ListEntry | None) -> str:
            if entry is None:
                return ""
            return f"the service to list {entry.label} in {entry.region}, which {created.operation.name} made"

        self.waiter.until(first_missing, missing)

    def _wait_until_found(self, created: Step[StateT]) -> None:
        """Wait until a lookup by name finds what a step made, whatever ``wait`` says.

        What another process made under the same name does not count, even where the list shows it first: the user
        must learn of both, and only a list with both shows that.
        """
        own = self.resource.identity(self.outcome.after) if self.outcome.after is not None else ""

        def missing(seen: StateT) -> str:
            awaited = f"the service to list what {created.operation.name} made"
            found = self.resource.identity(seen)
            if own and found and found != own:
                return f"{awaited} ({own}), beside {found}, which has the same name"
            # What was found knows nothing of what this task did beside it, so it is not what the task shows.
            planned = [step.key for step in make_plan(self.resource, seen).steps]
            return awaited if created.key in planned else ""

        self.waiter.until(self.resource.find, missing)

    def _refresh_once(self, state: StateT) -> None:
        """See once what became of what was sent, for a task that does not wait."""
        try:
            self.outcome.after = self.resource.refresh(state)
        except CallError:
            self.outcome.after = state

    def _resolve_unknown_outcome(self, step: Step[StateT], error: UnknownOutcome) -> StateT:
        """Find out whether a write of unknown outcome was done; return what is there now.

        :raises StorageError: it left no trace, and sending it again could create, or destroy, a second time.
        """
        self._unknown.add(step.key)
        state: StateT | None = None
        explained = False
        for seconds in (*LOOKS_AFTER_UNKNOWN, *(MORE_LOOKS if step.once else ())):
            self.waiter.pause(seconds)
            try:
                state = self.resource.find()
                if step.taken(state):
                    self._note(step)
                    return step.effect(state, {})
                if self._still_planned(step, state) and self.resource.pending(state):
                    # What is under way may be this write, or the reason why it was not done.
                    explained = True
                    self._settle(state, None)
                    state = self.resource.find()
            except CallError:
                continue
            if not self._still_planned(step, state):
                self._note(step)
                return state
            if self.waiter.expired:
                break
        resends = self._resends.get(step.key, 0) + (not explained)
        if state is None or step.once or resends > MAX_RESENDS or self.waiter.expired:
            raise StorageError(f"{error.message.rstrip('.')}. {_not_sent_again(step, resends)}", **error.facts)
        self._resends[step.key] = resends
        return state

    def _find_what_was_done(self, step: Step[StateT], conflict: CallError) -> StateT | None:
        """Return what is there once it shows that a call was done that was refused when it was sent again.

        :return: ``None`` if it does not show, and the refusal can have another reason, which passes.
        :raises StorageError: it does not show.
        """
        retryable = step.is_retryable(conflict)
        for seconds in (*LOOKS_AFTER_UNKNOWN, *(MORE_LOOKS[:2] if retryable else MORE_LOOKS)):
            self.waiter.pause(seconds)
            try:
                state = self.resource.find()
                taken = step.taken(state)
                if taken or not self._still_planned(step, state):
                    self._note(step)
                    return step.effect(state, {}) if taken else state
            except CallError:
                continue
            if self.waiter.expired:
                break
        if retryable:
            return None
        raise StorageError(
            f"{conflict.message.rstrip('.')}. It was sent before and got no answer: it may have been done then, and not"
            " be listed yet. Wait a minute, and run the task again: it goes on from what is listed then.",
            **conflict.facts,
        )

    def _still_planned(self, step: Step[StateT], state: StateT) -> bool:
        """Whether a step is still to be done in a state that was read."""
        return step.key in [again.key for again in make_plan(self.resource, state).steps]

    def _retry_after_rejection(self, step: Step[StateT], error: CallError) -> StateT:
        """What is there once a refusal has passed that passes by itself, or that something under way explains.

        :raises CallError: it is final.
        """
        if error.status == CONFLICT and step.key in self._unknown:
            seen = self._find_what_was_done(step, error)
            if seen is not None:
                return seen
        if self._refused_for > LONGEST_REFUSAL or self.waiter.expired:
            raise error
        if step.is_retryable(error) or _gone_already(step, error):
            pause = min(FIRST_REFUSAL_PAUSE + self._refused_for / 2, LONGEST_REFUSAL_PAUSE)
            self.waiter.pause(pause)
            self._refused_for += pause
            state = self.resource.find()
            if not self.resource.pending(state):
                return state
        else:
            if error.status not in REFUSALS:
                raise error
            try:
                state = self.resource.find()
            except CallError:
                raise error from None
            if not self.resource.pending(state):
                if self._still_planned(step, state):
                    raise error
                return state
        # Someone else, or a schedule, changes the thing as well: let that end first.
        self._refused_for += FIRST_REFUSAL_PAUSE
        self._settle(state, None)
        return self.resource.find()


def _not_sent_again(step: Step[Any], resends: int) -> str:
    """What the user is to do after a write whose outcome stays unknown."""
    if step.operation.destroys:
        return (
            "It was sent once, and whether it was done could not be seen. It is not sent again, because that would"
            " replace what has changed since. See whether it was done before you run the task again."
        )
    if step.operation.creates:
        return (
            "It was sent once, and nothing of it was seen afterwards. It is not sent again, because that could create a"
            " second one. See whether it was created before you run the task again: the task goes on from what is"
            " listed by then."
        )
    return (
        f"It was sent {'once' if resends <= 1 else f'{resends} times'}, and nothing of it was seen afterwards."
        " Run the task again: it goes on from what is there by then."
    )


def _gone_already(step: Step[Any], error: CallError) -> bool:
    """Whether what a step deletes is not there any more, so that only a list that lags behind still shows it."""
    return step.operation.method == "DELETE" and isinstance(error, NotFound) and step.fallback is None


def _until_replanned(steps: Sequence[Step[StateT]]) -> Sequence[Step[StateT]]:
    """What a task that does not wait sends: it ends where the rest depends on what shows only later."""
    for number, step in enumerate(steps, 1):
        if step.replan_after:
            return steps[:number]
    return steps
