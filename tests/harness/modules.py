# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in the test's own process, exactly as the action plugin does, without ``ansible-playbook``.

>>> runner = ModuleRunner(simulator)                                                                 # doctest: +SKIP
>>> run = runner.run([task("scp_filestorage_volume", {"name": "web", "protocol": "NFS", "type_name": "SSD"})])
>>> run.rc, run[0].changed, run[0].writes, run[0].result["volume"]["base_name"]
(0, True, ['CreateVolume'], 'web')

Waiting costs no time: what the client and the engine wait for passes in the simulator at once (:class:`SkippedTime`).
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import jinja2
import requests
from requests.adapters import HTTPAdapter

from ansible_collections.scp.storage.plugins.action.scp_connection_info import load_spec, run_in_process
from ansible_collections.scp.storage.plugins.module_utils.client.clock import Clock
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client, cached_connections
from ansible_collections.scp.storage.plugins.module_utils.client.settings import Settings
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.plugin_utils.arguments import TextError, parse
from tests.harness.tasks import COLLECTION, Run, TaskResult, task
from tests.simulator.fixture import Simulator
from tests.simulator.headers import CALLER, DELAY

#: Exit code of a process that a test let die.
CRASHED = 137
#: Simulated seconds between two tasks: as many as a playbook needs at least.
BETWEEN_TASKS = 1.0
#: How soon something has to be due to have happened after a wait: longer than it takes the service to make anything.
SOON = 100.0
#: Ten past midnight, when all that runs daily has begun.
AFTER_MIDNIGHT = 1 / 6
WORLD = "simulator_world"
_RUNS = itertools.count(1)
#: Real seconds between two looks at what other threads do, how often in a row all have to wait, and how long at most
#: they are waited for.
A_MOMENT = 0.001
QUIET_LOOKS = 3
LONGEST_WORK = 0.5
KEYWORDS = frozenset({"name", "register", "check_mode", "diff", "ignore_errors", "environment", "loop"})
_WHOLE_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)


class SkippedTime(Clock):
    """Time that passes in the simulator instead of being waited for.

    Threads that wait at the same time wait through the same seconds: time goes on to the end of the shortest wait, once
    no thread of the collection has anything left to do before.

    :ivar event_within: simulated seconds. After a wait, what happens next has happened, if it is due so soon: one look
        is enough then. The client's own time does not jump, so this does not end a wait by its limit.
    """

    def __init__(self, simulator: Simulator, event_within: float = SOON) -> None:
        self.event_within = event_within
        self._simulator = simulator
        self._skipped = 0.0
        self._turn = threading.Lock()
        self._ends: list[float] = []

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back, and jumps where something waits."""
        return super().monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass in the simulator."""
        end = self.monotonic() + seconds
        self._ends.append(end)
        try:
            while self.monotonic() < end:
                if not self._is_first(end):
                    time.sleep(A_MOMENT)
                    continue
                # Others may begin a shorter wait before they come to rest.
                _let_others_come_to_rest()
                with self._turn:
                    if self._is_first(end):
                        self._skip_to(end)
        finally:
            self._ends.remove(end)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Let so many seconds pass in the simulator, unless the event is set already."""
        if not event.is_set():
            self.sleep(seconds)
        return event.is_set()

    def _is_first(self, end: float) -> bool:
        return end <= min(self._ends)

    def _skip_to(self, end: float) -> None:
        missing = end - self.monotonic()
        if missing > 0:
            self._simulator.pass_time(missing, event_within=self.event_within)
            self._skipped += missing


def _let_others_come_to_rest() -> None:
    """Return when all other threads of the collection wait, or hang in something that this cannot see."""
    deadline = time.monotonic() + LONGEST_WORK
    quiet = 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline:
        others = [frame for thread, frame in sys._current_frames().items() if thread != threading.get_ident()]
        if not any(map(_is_of_the_collection, others)):
            return
        quiet = 0 if any(_is_of_the_collection(frame) and not _waits(frame) for frame in others) else quiet + 1
        time.sleep(A_MOMENT)


def _is_of_the_collection(frame: FrameType) -> bool:
    return any("/ansible_collections/scp/storage/plugins/" in code.co_filename for code in _stack(frame))


def _waits(frame: FrameType) -> bool:
    """Return whether a thread waits for another one, or for simulated time."""
    if frame.f_code in (SkippedTime.sleep.__code__, _let_others_come_to_rest.__code__):
        return True
    # One that waits for a thread to start does so for a moment, in which that thread cannot be recognised yet.
    return frame.f_code.co_filename == threading.__file__ and threading.Thread.start.__code__ not in _stack(frame)


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


class Transport(HTTPAdapter):
    """Connections to the simulator.

    An answer that the fault ``delay`` holds back comes at once; the client's time runs, or runs out, all the same.

    :ivar calls_left: answers after which this process dies; ``None`` lets it live.
    """

    def __init__(self, clock: Clock, simulator: Simulator, caller: Callable[[], str]) -> None:
        """Send to ``simulator``, in whose log ``caller`` is named; what waits does so in ``clock``."""
        self._clock = clock
        self._simulator = simulator
        self._caller = caller
        self._kept = cached_connections()
        self._counting = threading.Lock()
        self.calls_left: int | None = None
        super().__init__()

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *args: Any, **options: Any) -> Any:
        """Send a request.

        :raises requests.exceptions.ReadTimeout: the answer would have been too late.
        """
        if request.url.startswith(self._simulator.url):
            request = request.copy()
            request.headers.update({CALLER: self._caller(), **self._simulator.passing()})
        try:
            response = self._kept.send(request, stream, timeout, *args, **options)
        finally:
            self._count()
        late = float(response.headers.get(DELAY, 0))
        if late:
            patience = timeout[1]
            self._clock.sleep(min(late, patience))
            if late > patience:
                response.close()
                raise requests.exceptions.ReadTimeout(f"Read timed out. (read timeout={patience:g})")
        return response

    def close(self) -> None:
        """Close all connections."""
        self._kept.close()

    def _count(self) -> None:
        with self._counting:
            if self.calls_left is not None:
                self.calls_left -= 1
                if self.calls_left == 0:
                    os._exit(CRASHED)


class ModuleRunner:
    """A machine that knows nothing but the collection and one simulator, whose time it moves.

    :ivar environ: the environment variables of every run; a test may change them.
    :ivar variables: what tasks have registered.
    :ivar between_tasks: simulated seconds that pass after each task.
    :ivar reported: the lines of progress of the last run.
    :ivar one_task: all runs count as items of one task, which share what they read.
    """

    def __init__(self, simulator: Simulator, clock: Clock | None = None) -> None:
        """Use ``simulator``.

        :param clock: what modules wait in, if they are not to skip time.
        """
        self.simulator = simulator
        self.clock = clock or SkippedTime(simulator)
        self.variables: dict[str, Any] = {}
        self.between_tasks = BETWEEN_TASKS
        self.reported: list[str] = []
        self.one_task = False
        self.environ: dict[str, str] = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **simulator.environ()}
        self._clients: dict[Settings, Client] = {}
        self._calls_left: int | None = None
        self._seen = 0
        self._run_id = ""
        self._tasks = 0

    def run_task(
        self,
        module: str,
        args: Mapping[str, Any] | str | None = None,
        *,
        check: bool | None = None,
        diff: bool | None = None,
        **options: Any,
    ) -> TaskResult:
        """Run one task, and return its result; it may have failed. ``options`` are those of :meth:`run`."""
        return self.run([task(module, args, check=check, diff=diff)], **options)[-1]

    def run(
        self,
        tasks: Sequence[Mapping[str, Any]],
        *,
        environ: Mapping[str, str | None] | None = None,
        variables: dict[str, Any] | None = None,
    ) -> Run:
        """Run tasks up to the first that fails.

        :param environ: environment variables for this run; ``None`` takes one away.
        :param variables: what tasks have registered, in place of the runner's own; what these tasks register is added.
        :return: its ``stdout`` begins with the lines that the modules reported to the user while they waited.
        """
        results: list[TaskResult] = []
        variables = self.variables if variables is None else variables
        rc = 0
        self.reported.clear()
        self._run_id = f"{os.getpid()}-{next(_RUNS)}"
        for one in tasks:
            result = self._run(one, variables, environ or {})
            results.append(result)
            if "register" in one:
                variables[one["register"]] = {"failed": False, "changed": False, **result.result}
            self.simulator.pass_time(self.between_tasks)
            if result.failed and not one.get("ignore_errors"):
                rc = 2
                break
        printed = "\n".join(
            [*self.reported, *(f"{one.name}: {one.status} {json.dumps(one.result, default=str)}" for one in results)]
        )
        counts = {
            "ok": sum(not one.failed for one in results),
            "changed": sum(one.changed for one in results),
            "failures": sum(one.failed for one in results),
        }
        return Run(rc, printed, "", results, {"localhost": counts})

    def crash(self, module: str, args: Mapping[str, Any], *, after: int, **options: Any) -> bool:
        """Run one task in a separate process, which dies right after it got its answer number ``after`` (from 1).

        :param options: those of :meth:`run_task`.
        :return: whether it made so many calls; otherwise it came to its end.
        """
        self.simulator.catch_up()
        with warnings.catch_warnings():
            # Threads that run now are those of pytest-xdist, and hold no lock that the child needs.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            code = 1
            try:
                self._clients.clear()
                self._calls_left = after
                result = self.run_task(module, args, **options)
                code = int(result.failed)
                if result.failed:
                    print(result.message, file=sys.stderr, flush=True)
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                os._exit(code)
        _ignored, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, CRASHED), f"{module} failed in its process"
        return code == CRASHED

    def new_process(self) -> None:
        """Forget what the process knows of the services, as each task of a playbook does."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    # -- one task -----------------------------------------------------------------------------------------------------

    def _run(
        self, one: Mapping[str, Any], variables: Mapping[str, Any], environ: Mapping[str, str | None]
    ) -> TaskResult:
        (action,) = [word for word in one if "." in word or word == WORLD]
        if unknown := set(one) - KEYWORDS - {action}:
            raise TypeError(f"{', '.join(sorted(unknown))}: only a playbook knows that; use Controller")
        name = str(one.get("name", action))
        self._tasks += not self.one_task
        if "loop" not in one:
            return self._run_item(name, action, one, variables, environ)
        items = [
            self._run_item(name, action, one, {**variables, "item": item}, environ)
            for item in _filled(one["loop"], variables)
        ]
        failed = any(item.failed for item in items)
        result = {"changed": any(item.changed for item in items), "results": [item.result for item in items]}
        result |= {"failed": True, "msg": "One or more items failed"} if failed else {}
        calls = [call for item in items for call in item.calls]
        return TaskResult(name, action, "localhost", "", "failed" if failed else "ok", result, calls, items)

    def _run_item(
        self,
        name: str,
        action: str,
        one: Mapping[str, Any],
        variables: Mapping[str, Any],
        environ: Mapping[str, str | None],
    ) -> TaskResult:
        args = _filled(one[action] or {}, variables)
        asked = {**self.environ, **environ, **_filled(one.get("environment", {}), variables)}
        if action == WORLD:
            self._happen(**args)
            result: dict[str, Any] = {"changed": False}
        else:
            assert action.startswith(f"{COLLECTION}."), action
            mode = Mode(
                check=bool(one.get("check_mode")),
                diff=bool(one.get("diff")),
                report=lambda text: self.reported.append(f"[localhost] {text}"),
                connect=self._client,
                task=f"task {self._tasks}",
                details="register" in one,
            )
            with _environment({key: str(value) for key, value in asked.items() if value is not None}):
                result = run_module(action, args, mode)
        status = "failed" if result.get("failed") else "ok"
        return TaskResult(name, action, "localhost", "", status, result, self._new_calls())

    def _happen(
        self,
        switches: Mapping[str, Any] | None = None,
        world: Mapping[str, Any] | None = None,
        advance: float = 0.0,
        midnight: bool = False,
    ) -> None:
        """Do what the action ``simulator_world`` does in playbooks."""
        if switches:
            self.simulator.switch(**switches)
        if world:
            self.simulator.patch_world(world)
        self.simulator.pass_time(advance)
        if midnight:
            self.simulator.control("PUT", "clock", {"korean_hour": AFTER_MIDNIGHT})

    def _client(self, settings: Settings) -> Client:
        if settings not in self._clients:
            transport = Transport(self.clock, self.simulator, lambda: self._run_id)
            transport.calls_left = self._calls_left
            self._clients[settings] = Client(settings, clock=self.clock, adapter=transport)
        return self._clients[settings]

    def _new_calls(self) -> list[dict[str, Any]]:
        """Return the calls since the last task of this run; those that a test made itself belong to none."""
        calls = self.simulator.operations(self._seen)
        if calls:
            self._seen = calls[-1]["sequence"]
        return [call for call in calls if call["caller"] == self._run_id]

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def run_module(action: str, args: Mapping[str, Any] | str, mode: Mode) -> dict[str, Any]:
    """Run a module as the action plugin does where the task is the controller's own; results are without invocation."""
    name = action.rpartition(".")[2]
    try:
        given = parse(load_spec(name).argument_spec, json.loads(json.dumps(args)))
    except TextError as problem:
        return {"failed": True, "msg": str(problem)}
    result = run_in_process(name, given, mode, called=action, invocation=False)
    # As playbooks get it: what is not JSON would not come through.
    return dict(json.loads(json.dumps(result)))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


_jinja = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701  # Values, and no page.


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """A value of a task with its expressions worked out; one that is nothing but an expression keeps its type."""
    if isinstance(value, Mapping):
        return {name: _filled(item, variables) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    if not (isinstance(value, str) and "{{" in value):
        return value
    whole = _WHOLE_EXPRESSION.fullmatch(value.strip())
    if whole:
        return _jinja.compile_expression(whole.group(1), undefined_to_none=False)(**variables)
    return _jinja.from_string(value).render(**variables)
