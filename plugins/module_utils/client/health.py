# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of each endpoint, which all threads of a client and all items of a task share.

A retry budget: after the first failure without a success in between, all calls together retry for a limited time.
A circuit breaker: of the calls to an endpoint that does not answer, one goes on trying. The others wait for its result
without a turn. When it gives up, they fail at once, and so does every call for a while.
Requested pauses: a ``Retry-After`` holds back every call to the endpoint.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .clock import Clock
from .errors import CallContext, CallError, NoAnswer, Unreachable

#: Longest time (seconds) that a call waits because a service asks for it, unless the caller sets another.
LONGEST_REQUESTED_PAUSE = 300.0
#: A requested pause of at least so many seconds is reported.
REPORTED_PAUSE = 3.0


@dataclass
class Endpoint:
    """A service in a region.

    :param budget: seconds for which failing calls are retried, and for which an endpoint that did not answer is left
        alone (``timeout``).
    :ivar report: gets a line of progress.
    """

    name: str
    clock: Clock
    budget: float
    report: Callable[[str], None] | None = None
    _failing_since: float | None = None
    _failed_at: float = 0.0
    _left_alone_until: float = 0.0
    _reason: str = ""
    _resumes_at: float = 0.0
    _answers: bool = True
    _probe: object = None
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @contextmanager
    def begin(self) -> Iterator[object]:
        """Begin a call, and yield what stands for it, with all its attempts."""
        call = object()
        try:
            yield call
        finally:
            with self._changed:
                if self._probe is call:
                    # Another one is to find out whether the endpoint answers again.
                    self._probe = None
                    self._changed.notify_all()

    def may_send(self, call: object) -> bool:
        """Return whether a call may be sent now; otherwise it has to :meth:`wait`."""
        with self._changed:
            now = self.clock.monotonic()
            return max(self._resumes_at, self._left_alone_until) <= now and (self._answers or self._probe is call)

    def wait(self, where: CallContext, patience: float, call: object) -> float:
        """Wait until the endpoint may be called, and return the seconds of the pause that the service asked for.

        :param patience: longest pause that is waited for.
        :param call: what :meth:`begin` yielded.
        :raises Unreachable: it is left alone, or the pause is longer; nothing was sent.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._answers or self._probe in (None, call))
            now = self.clock.monotonic()
            if now < self._left_alone_until:
                raise Unreachable(
                    where,
                    "was not sent, because the endpoint failed a moment ago",
                    advice=f"{self._reason} It is called again {self.budget:g} seconds after that.",
                )
            if not self._answers:
                self._probe = call
            pause = self._resumes_at - now
        if pause <= 0:
            return 0.0
        if pause > patience:
            raise Unreachable(where, "was not sent", advice=_too_long(pause, patience))
        self.clock.sleep(pause)
        return pause

    def request_pause(self, seconds: float) -> None:
        """Hold back all calls, because the service asks for it."""
        with self._changed:
            now = self.clock.monotonic()
            announced = now + seconds > self._resumes_at + 1 and seconds >= REPORTED_PAUSE
            self._resumes_at = max(self._resumes_at, now + seconds)
        if announced and self.report is not None:
            self.report(f"{self.name} asks for a pause of {seconds:.0f} seconds (Retry-After)")

    def note_answer(self) -> None:
        """Note an answer, whatever it is: all calls find out for themselves again."""
        with self._changed:
            if not self._answers:
                self._answers = True
                self._changed.notify_all()

    def note_success(self) -> None:
        """Note an answer that is not a failure of the endpoint."""
        with self._changed:
            self._failing_since = None
            self._left_alone_until = 0.0

    def note_failure(self, error: CallError, pause: float) -> bool:
        """Note a failure; return whether the budget allows a retry after ``pause`` seconds."""
        with self._changed:
            now = self.clock.monotonic()
            self._answers = self._answers and not _is_unanswered(error)
            # A failure of long ago, with no call since, says nothing of now.
            if self._failing_since is None or now - self._failed_at > 2 * self.budget:
                self._failing_since = now
            self._failed_at = now
            return now + pause - self._failing_since <= self.budget

    def give_up(self, error: CallError) -> None:
        """Leave the endpoint alone for a while if it did not answer."""
        if _is_unanswered(error):
            with self._changed:
                self._left_alone_until = self.clock.monotonic() + self.budget
                self._reason = f"{error.message.rstrip('.')}."


def _is_unanswered(error: CallError) -> bool:
    return isinstance(error, (NoAnswer, Unreachable))


class Health:
    """The endpoints of a client."""

    def __init__(self, clock: Clock, budget: float) -> None:
        self._clock = clock
        self._budget = budget
        self._report: Callable[[str], None] | None = None
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._lock = threading.Lock()

    def endpoint(self, service: str, region: str) -> Endpoint:
        """Return the endpoint of a service in a region."""
        with self._lock:
            found = self._endpoints.get((service, region))
            if found is None:
                found = Endpoint(f"{service} in {region}", self._clock, self._budget, self._report)
                self._endpoints[service, region] = found
            return found

    def report_to(self, report: Callable[[str], None] | None) -> None:
        """Set what gets lines of progress."""
        with self._lock:
            self._report = report
            for endpoint in self._endpoints.values():
                endpoint.report = report


def _too_long(pause: float, patience: float) -> str:
    return (
        f"The service asks to be called again after {pause:.0f} seconds (Retry-After), and a call waits"
        f" {patience:.0f} seconds at most. Run the task again after that time."
    )


def explain_pause(error: CallError, seconds: float, patience: float) -> None:
    """Add to a failure which pause the service asked for, and why it was not waited for."""
    if seconds > patience:
        error.add(_too_long(seconds, patience))
    else:
        error.add(f"The service asks to be called again after {seconds:.0f} seconds (Retry-After).")
