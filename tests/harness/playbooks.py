# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``ansible-playbook`` against a simulator, and reads what each task returned and which calls it made.

>>> controller = Controller(simulator, folder)                                                       # doctest: +SKIP
>>> run = controller.run([task("scp_filestorage_volume", {"name": "web", "protocol": "NFS", "type_name": "SSD"})])
>>> run.rc, run[0].changed, run[0].writes, run[0].result["volume"]["base_name"]
(0, True, ['CreateVolume'], 'web')

A start of ``ansible-playbook`` takes about a second, so tasks that belong together should share one run.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.collection_path import ROOT, place
from tests.coverage import coverage_log
from tests.harness.tasks import Run, TaskResult, in_a_version, task
from tests.simulator.fixture import Simulator

#: Plugins of the tests themselves.
PLUGINS = ROOT / "tests" / "integration"
#: Makes starts of Ansible quicker.
COMPILED = ROOT / "tests" / "harness" / "compiled"
#: Where the programs of the Python environment are that the tests run in.
PROGRAMS = Path(sys.executable).parent
#: Seconds after which a run of ansible-playbook counts as hanging.
LONGEST_RUN = 300.0

Route = Literal["in_process", "module"]
ROUTES: tuple[Route, ...] = ("in_process", "module")


def other_spelling() -> str:
    """This interpreter under another name, for which the action plugin hands a task over to the module."""
    names = ("python3", "python", f"python3.{sys.version_info.minor}")
    return next(str(PROGRAMS / name) for name in names if str(PROGRAMS / name) != sys.executable)


class Running:
    """A run that goes on; ``process`` can be watched and killed."""

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path) -> None:
        """Start it in ``folder``, as the leader of a separate process group."""
        self.log = log
        self._stdout = (folder / f"{log.stem}.stdout").open("w+", encoding="utf-8")
        self._stderr = (folder / f"{log.stem}.stderr").open("w+", encoding="utf-8")
        # Files and not pipes: what outlives a killed run must not keep a reader waiting.
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End it as a lost machine would, with its workers and all that they began.

        Workers of newer ansible-cores and asynchronous jobs lead separate sessions and outlive their parent, so
        they are known by the log in their environment.
        """
        self.process.send_signal(signal.SIGSTOP)
        for one in processes_with(f"TASK_LOG_FILE={self.log}"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def finish(self, timeout: float = LONGEST_RUN) -> Run:
        """Wait for its end.

        :raises AssertionError: it did not end within ``timeout`` seconds; the text has its output.
        """
        try:
            rc = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"ansible-playbook did not end within {timeout} s\n{self._printed()}") from None
        stdout, stderr = self._printed()
        self._stdout.close()
        self._stderr.close()
        results, recap = _read(self.log)
        for result in results:
            coverage_log.record(result.action, result.calls)
        return Run(rc, stdout, stderr, results, recap)

    def _printed(self) -> tuple[str, str]:
        self._stdout.seek(0)
        self._stderr.seek(0)
        return self._stdout.read(), self._stderr.read()


@dataclass(frozen=True)
class Inventory:
    """What ``ansible-inventory`` said.

    :ivar calls: entries of the simulator's operation log that came while it ran.
    """

    rc: int
    stdout: str
    stderr: str
    calls: list[dict[str, Any]]

    @property
    def output(self) -> str:
        """All that it printed."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """The variables of each host, after ``--list``; texts that are marked as unsafe are texts."""
        found = json.loads(self.stdout, object_hook=lambda one: one.get("__ansible_unsafe", one))
        hosts: dict[str, dict[str, Any]] = found["_meta"]["hostvars"]
        return hosts

    def group(self, name: str) -> list[str]:
        """The hosts of a group, after ``--list``; none where there is no such group."""
        return sorted(json.loads(self.stdout).get(name, {}).get("hosts", []))

    @property
    def in_a_version(self) -> list[dict[str, Any]]:
        """The calls without those that find out a version; see :func:`tests.harness.tasks.in_a_version`."""
        return in_a_version(self.calls)

    @property
    def operations(self) -> list[str]:
        """Each operation that was called, once, as ``region service.operation``."""
        return sorted({f"{call['region']} {call['service']}.{call['operation']}" for call in self.calls})

    def succeeded(self) -> Inventory:
        """The inventory itself, after the assertion that nothing went wrong."""
        assert self.rc == 0, self.output
        assert not self.stderr, self.output
        return self


class Controller:
    """A machine with Ansible on it that knows nothing but this collection and one simulator.

    :ivar environ: environment variables of every run; a test may change them.
    """

    def __init__(self, simulator: Simulator, folder: Path, route: Route = "in_process") -> None:
        """Work in ``folder``, which holds the home, the playbooks and the logs.

        :param route: ``module`` makes Ansible start a process for each task, as it would on another machine.
        """
        self.simulator = simulator
        self.folder = folder
        self.route = route
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        (folder / "ansible.cfg").touch()
        self._runs = 0
        self._started: list[Running] = []
        self.environ = {
            "PATH": os.pathsep.join([str(PROGRAMS), "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(COMPILED),
            # Nothing of the real home: modules find it, whatever HOME says.
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(place()),
            "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action_plugins"),
            "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback_plugins"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "TASK_LOG_SIMULATOR": simulator.url,
            **simulator.environ(),
        }

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
        run = self.run([task(module, args, check=check, diff=diff)], **options)
        assert run.results, run.output
        return run[-1]

    def run(self, tasks: Sequence[Mapping[str, Any]], *, play: Mapping[str, Any] | None = None, **options: Any) -> Run:
        """Run tasks on localhost, without facts.

        :param play: further keywords of the play, for example ``vars`` or ``module_defaults``.
        :param options: those of :meth:`playbook`.
        """
        return self.playbook(
            [{"hosts": "localhost", "gather_facts": False, **(play or {}), "tasks": list(tasks)}], **options
        )

    def playbook(
        self, plays: Sequence[Mapping[str, Any]] | str, *, timeout: float = LONGEST_RUN, **options: Any
    ) -> Run:
        """Run a playbook to its end: plays, the path of a file, or a name as ``scp.storage.dr_replication``.

        :param timeout: seconds.
        :param options: those of :meth:`start`.
        """
        return self.start(plays, **options).finish(timeout)

    def start(
        self,
        plays: Sequence[Mapping[str, Any]] | str,
        *,
        arguments: Sequence[str] = (),
        variables: Mapping[str, Any] | None = None,
        environ: Mapping[str, str | None] | None = None,
        verbosity: int = 0,
    ) -> Running:
        """Start a playbook.

        :param arguments: further arguments of ansible-playbook, for example ``--check``.
        :param variables: extra variables.
        :param environ: environment variables for this run; ``None`` takes one away.
        :param verbosity: how many ``-v``.
        """
        self.simulator.catch_up()
        self._runs += 1
        name = plays if isinstance(plays, str) else self._written(plays)
        extra = dict(variables or {})
        if self.route == "module":
            extra["ansible_python_interpreter"] = other_spelling()
        command = [
            sys.executable,
            str(PROGRAMS / "ansible-playbook"),
            name,
            "--extra-vars",
            json.dumps(extra),
            *arguments,
            *([f"-{'v' * verbosity}"] if verbosity else []),
        ]
        log = self.folder / f"run{self._runs}.jsonl"
        merged: dict[str, str | None] = {**self.environ, "TASK_LOG_FILE": str(log), **(environ or {})}
        running = Running(command, self.folder, {key: value for key, value in merged.items() if value is not None}, log)
        self._started.append(running)
        return running

    def stop(self) -> None:
        """End what a test has left running: it would go on in the simulator of the next one."""
        for running in self._started:
            if running.process.poll() is None:
                running.kill()

    def inventory(
        self,
        config: Mapping[str, Any] | str,
        *arguments: str,
        environ: Mapping[str, str | None] | None = None,
    ) -> Inventory:
        """Run ``ansible-inventory --list``.

        :param config: options of the inventory plugin, or the path of a file with them.
        :param arguments: further arguments.
        :param environ: environment variables for this run; ``None`` takes one away.
        """
        path = config if isinstance(config, str) else self.inventory_file(config)
        calls = self.simulator.operations()
        # One that fails is an error, and no warning.
        merged = {**self.environ, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1", **(environ or {})}
        done = subprocess.run(
            [sys.executable, str(PROGRAMS / "ansible-inventory"), "-i", path, "--list", *arguments],
            cwd=self.folder,
            env={name: value for name, value in merged.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=False,
        )
        since = calls[-1]["sequence"] if calls else 0
        return Inventory(done.returncode, done.stdout, done.stderr, self.simulator.operations(since))

    def inventory_file(self, config: Mapping[str, Any], name: str = "scp_storage.yml") -> str:
        """Write the options of the inventory plugin to a file; its path."""
        file = self.folder / name
        file.write_text(json.dumps({"plugin": "scp.storage.scp_storage", **config}), encoding="utf-8")
        return str(file)

    def _written(self, plays: Sequence[Mapping[str, Any]]) -> str:
        """A playbook's file; JSON is YAML."""
        file = self.folder / f"run{self._runs}.yml"
        file.write_text(json.dumps(list(plays), indent=1), encoding="utf-8")
        return str(file)


def processes_with(variable: str) -> list[int]:
    """Ids of the processes that were started with this environment variable, ``NAME=value``."""
    found = []
    for folder in Path("/proc").iterdir():
        # Processes come and go, and some are not ours to look at.
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _read(log: Path) -> tuple[list[TaskResult], dict[str, dict[str, int]]]:
    """The lines of the callback ``task_log``; a run that was killed may have left half a line."""
    results: list[TaskResult] = []
    recap: dict[str, dict[str, int]] = {}
    items: dict[tuple[str, str], list[TaskResult]] = {}
    lines = log.read_text(encoding="utf-8").split("\n") if log.exists() else []
    for line in lines[:-1]:
        entry = json.loads(line)
        event = entry.pop("event")
        if event == "recap":
            recap = entry["hosts"]
            continue
        result = TaskResult(**entry)
        if event == "item":
            items.setdefault((result.host, result.name), []).append(result)
            continue
        for item in items.pop((result.host, result.name), []):
            result.items.append(item)
            result.calls[:0] = item.calls
        result.calls.sort(key=lambda call: int(call["sequence"]))
        results.append(result)
    return results, recap
