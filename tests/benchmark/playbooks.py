# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ``ansible-playbook`` for the benchmark, and how long each task took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.collection_path import place
from tests.simulator.fixture import Simulator

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Timed:
    """A run: all seconds, start included, and those of each task by its name.

    :ivar started: the number of tasks, each time one was started and whether or not it was then skipped.
    """

    seconds: float
    tasks: dict[str, float]
    started: int
    stdout: str

    @property
    def changed(self) -> int:
        """The recap's count of changed tasks."""
        return int(self.stdout.rpartition("changed=")[2].split()[0])


@dataclass(frozen=True)
class Stage:
    """Where playbooks run: a simulator and a folder for files."""

    simulator: Simulator
    folder: Path

    def play(self, tasks: Sequence[Mapping[str, Any]]) -> Timed:
        """Run tasks on localhost."""
        file = self.folder / "playbook.yml"
        file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]), "utf-8")
        return self.run(str(file))

    def run(self, playbook: str, variables: Mapping[str, Any] | None = None) -> Timed:
        """Run a playbook.

        :raises RuntimeError: it failed; the text is what it printed.
        """
        times = self.folder / "times.jsonl"
        times.unlink(missing_ok=True)
        environ = {
            "PATH": os.pathsep.join([str(PROGRAMS), "/usr/bin", "/bin"]),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(place()),
            "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_times",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
            "TASK_TIMES_FILE": str(times),
            **self.simulator.environ(),
        }
        command = [str(PROGRAMS / "ansible-playbook"), playbook, "--extra-vars", json.dumps(dict(variables or {}))]
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - began
        if done.returncode:
            raise RuntimeError(f"ansible-playbook ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        lines = [json.loads(line) for line in times.read_text("utf-8").splitlines()]
        return Timed(seconds, {line["task"]: line["seconds"] for line in lines}, len(lines), done.stdout)
