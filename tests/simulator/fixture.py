# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator for tests: a separate process, and pytest fixtures.

Tests take the fixtures over with ``pytest_plugins = ["tests.simulator.fixture"]`` in the topmost ``conftest.py``.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pytest

from .behaviors import GENERATIONS, REGIONS
from .headers import ADVANCE, EVENT_WITHIN

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "SCP_TEST_GENERATIONS"
"""The environment variable that says which generations of the API the simulators of a test run offer."""
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
#: Names of what is gone.
_GONE = "archivestorage.used_names"
_READY = re.compile(r"SCP simulator ready at (\S+) access_key=(\S+) secret_key=(\S+)")


class ControlRefused(Exception):
    """The control interface refused; the text says why."""


class Simulator:
    """A running simulator. ``url`` has no slash at the end; ``access_key`` and ``secret_key`` are what it accepts."""

    def __init__(self, *arguments: str, region: str = "kr-west1", generations: str = "") -> None:
        """Start one on a free port, with more command line ``arguments``.

        :param generations: which generations of the API all services offer; otherwise what the test run is for.
        :raises RuntimeError: it did not start; the text is what it printed.
        """
        self.region = region
        self.generations = generations or tested_generations()
        self._kept = threading.local()
        self._numbers = itertools.count(1)
        self._owed = self._event_within = 0.0
        self._owing = threading.Lock()
        keep = {name: value for name, value in os.environ.items() if name in _KEPT}
        self._errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        # The package is found from the root of the checkout, under whatever name this file was imported.
        offer = ("--switch", f"generations={self.generations}")
        command = [sys.executable, "-m", "tests.simulator", "--port", "0", *offer, *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=keep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = _READY.search(line)
        if found is None:
            self.stop()
            raise RuntimeError(f"the simulator did not start: {line}{self.errors()}")
        self.url, self.access_key, self.secret_key = found.groups()

    # --- the process --------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> int:
        """End it cleanly; the exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def errors(self) -> str:
        """What it printed on stderr so far: simulator bugs, and with ``-v`` every request."""
        self._errors.seek(0)
        return self._errors.read()

    def __enter__(self) -> Simulator:
        """Nothing is left to do: it runs."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it cleanly."""
        self.stop()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def environ(self) -> dict[str, str]:
        """The environment variables with which the collection talks to this simulator.

        Where only the newer versions are offered, they have a default zone for each region.
        """
        zones = {region: f"{region}-a" for region in REGIONS} if self.generations == "new" else {}
        return {
            **({"SCP_ZONES": json.dumps(zones)} if zones else {}),
            "SCP_ACCESS_KEY": self.access_key,
            "SCP_SECRET_KEY": self.secret_key,
            "SCP_REGION": self.region,
            "SCP_ENDPOINT_URL": f"{self.url}/{{service}}/{{region}}",
            "SCP_AUTH_URL": f"{self.url}/iam/v1",
        }

    # --- control ------------------------------------------------------------------------------------------------

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """Call the control interface, e.g. ``control("GET", "clock")``.

        :raises ControlRefused: the call was wrong; the text says how.
        """
        data = None if document is None else json.dumps(document)
        status, content = self._ask(method, f"/_control/{path}", data)
        found = json.loads(content)
        if status != 200:
            raise ControlRefused(found["error"])
        return found

    def _ask(self, method: str, path: str, data: str | None) -> tuple[int, bytes]:
        """Send a request over the connection that this thread of this process keeps."""
        kept = self._kept.__dict__
        if kept.get("pid") != os.getpid():
            # A connection that is shared with a forked process would mix up the answers of both.
            kept["pid"] = os.getpid()
            kept["connection"] = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        connection: http.client.HTTPConnection = kept["connection"]
        headers = self.passing()
        try:
            connection.request(method, path, data, headers)
        except (ConnectionError, http.client.CannotSendRequest):
            # The simulator closes connections that were idle for long.
            connection.close()
            connection.request(method, path, data, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def operations(self, since: int = 0) -> list[dict[str, Any]]:
        """The operation log, the oldest first."""
        found: list[dict[str, Any]] = self.control("GET", f"operations?since={since}")["operations"]
        return found

    def writes(self, since: int = 0) -> list[dict[str, Any]]:
        """Those entries of the log that are not a GET."""
        return [entry for entry in self.operations(since) if entry["write"]]

    def check(self, *, violations: bool = False) -> None:
        """Assert that the log shows no bug of the simulator, and no broken contract.

        :param violations: whether the API's contract may be broken.
        """
        log = self.operations()
        bugs = [entry["bug"] for entry in log if entry["bug"]]
        assert not bugs, f"simulator bugs: {bugs}"
        broken = [f"{entry['method']} {entry['path']}: {entry['violation']}" for entry in log if entry["violation"]]
        assert violations or not broken, f"the API's contract was broken: {broken}"

    def clear_operations(self) -> None:
        """Empty the log."""
        self.control("DELETE", "operations")

    def fault(self, kind: str, **fields: Any) -> int:
        """Set a fault; its id."""
        return int(self.control("POST", "faults", {"kind": kind, **fields})["id"])

    def faults(self) -> list[dict[str, Any]]:
        """All faults with how often they happened."""
        found: list[dict[str, Any]] = self.control("GET", "faults")["faults"]
        return found

    def clear_faults(self) -> None:
        """End all faults."""
        self.control("DELETE", "faults")

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def advance(self, seconds: float) -> None:
        """Push simulated time forward."""
        self.control("PUT", "clock", {"advance": seconds})

    def go_to_noon(self) -> None:
        """Go to the next noon in Korea: far from midnight, when archivings run, and from the hours of all schedules.

        What tests compare with each other must not depend on the hour at which they run.
        """
        self.control("PUT", "clock", {"korean_hour": 12})

    def pass_time(self, seconds: float, *, event_within: float = 0.0) -> None:
        """Push simulated time forward with the next request to the simulator, which saves one.

        Requests of :class:`Simulator` take the time along. Other requests do if they have :meth:`passing` as headers.

        :param event_within: seconds; time goes on to what happens next, if that is due so soon.
        """
        with self._owing:
            self._owed += seconds
            self._event_within = max(self._event_within, event_within)

    def passing(self) -> dict[str, str]:
        """Headers for the next request, which take along the time that has not passed yet."""
        with self._owing:
            owed, self._owed = self._owed, 0.0
            within, self._event_within = self._event_within, 0.0
        return {**({ADVANCE: repr(owed)} if owed else {}), **({EVENT_WITHIN: repr(within)} if within else {})}

    def catch_up(self) -> None:
        """Let the time pass that has not passed yet: before something else than this process looks at the simulator."""
        if self._owed:
            self.control("GET", "clock")

    def scale(self, scale: float) -> None:
        """Let simulated time run ``scale`` times as fast; 0 holds it still."""
        self.control("PUT", "clock", {"scale": scale})

    def switch(self, **values: Any) -> None:
        """Set switches."""
        self.control("PUT", "switches", values)

    def offers(self, service: str) -> str:
        """Which generations of the API a service offers at the moment, as its switch says it."""
        switches = self.control("GET", "switches")["switches"]
        return str(switches[f"{service.replace('-', '_')}_generations"]["value"])

    def world(self) -> dict[str, Any]:
        """Everything there is, without secrets."""
        found: dict[str, Any] = self.control("GET", "world")
        return found

    def checkpoint(self) -> str:
        """Keep the present state until the next reset, for :meth:`go_back`; its name."""
        name = str(next(self._numbers))
        self.control("POST", "checkpoints", {"name": name})
        return name

    def go_back(self, checkpoint: str) -> None:
        """Put a state that was kept in place of everything; time does not go back."""
        self.control("PUT", "checkpoints", {"name": checkpoint})

    def counts(self) -> dict[str, int]:
        """How many there are of what the services hold, by ``service.table``; without names of what is gone."""
        counts: dict[str, int] = self.control("GET", "counts")["counts"]
        return {name: count for name, count in counts.items() if name != _GONE}

    def resources(self) -> dict[str, list[Any]]:
        """What the services hold, by ``service.table``; empty tables, and names of what is gone, are left out."""
        parts = {name: part for name, part in self.world().items() if isinstance(part, dict)}
        held = {f"{name}.{table}": rows for name, part in parts.items() for table, rows in part.items() if rows}
        return {name: rows for name, rows in held.items() if name != _GONE}

    def patch_world(self, parts: Mapping[str, Any]) -> None:
        """Add parts of a seed, or change what has the same id."""
        self.control("PATCH", "world", dict(parts))

    def set_tags(self, table: str, identifier: str, tags: Mapping[str, str]) -> None:
        """Change the tags of a resource by hand, e.g. of one in ``filestorage.volumes`` or ``servers``."""
        row = {"id": identifier, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
        service, _ignored, name = table.rpartition(".")
        self.patch_world({service: {name: [row]}} if service else {name: [row]})

    def tags(self, table: str, identifier: str) -> dict[str, str]:
        """The tags of a resource."""
        service, _ignored, name = table.rpartition(".")
        world = self.world()
        rows = (world[service] if service else world)[name]
        found = next(row for row in rows if row["id"] == identifier)
        return {tag["key"]: tag.get("value") or "" for tag in found["tags"]}

    def put_world(self, seed: Mapping[str, Any]) -> None:
        """Put a seed in place of everything."""
        self.control("PUT", "world", dict(seed))

    def reset(self) -> None:
        """Everything as at the start."""
        self.control("DELETE", "")

    def server(self, name: str) -> dict[str, Any]:
        """The server of this name, e.g. ``west-web1``."""
        found: dict[str, Any] = next(server for server in self.world()["servers"] if server["name"] == name)
        return found


def tested_generations() -> str:
    """The generations of the API that this test run is for.

    :raises pytest.UsageError: there is no such choice.
    """
    chosen = os.environ.get(VARIABLE) or "both"
    if chosen not in GENERATIONS:
        raise pytest.UsageError(f"{VARIABLE} is {chosen!r}; it is one of {', '.join(GENERATIONS)}")
    return chosen


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--generations``."""
    parser.addoption(
        "--generations",
        choices=GENERATIONS,
        help=f"which generations of the API the simulators offer; default: ${VARIABLE}, or both",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and the option to all processes of the test run."""
    if config.option.generations:
        os.environ[VARIABLE] = config.option.generations
    tested_generations()
    config.addinivalue_line("markers", "violations_expected: the test breaks the API's contract on purpose")


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """One simulator for all tests of this process; ``simulator`` is what a test wants."""
    with Simulator() as running:
        yield running


@pytest.fixture
def simulator(request: pytest.FixtureRequest, simulator_process: Simulator) -> Iterator[Simulator]:
    """A simulator as new. After the test it must have found no separate bug, and no broken contract."""
    simulator_process.reset()
    yield simulator_process
    simulator_process.check(violations=request.node.get_closest_marker("violations_expected") is not None)
