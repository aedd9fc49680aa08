# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tasks of a role that only compute: ``set_fact``, ``assert``, and blocks of these.

Templates, filters and conditions are evaluated by Ansible. A run of ``ansible-playbook`` takes a second; this takes
milliseconds, so every mistake in a list of volumes can be a test.

>>> run_tasks("dr", "plan.yml", {"dr_wanted": ["web"], "dr_wanted_by": "dr_replication"})            # doctest: +SKIP
"""

from __future__ import annotations

import atexit
import functools
import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

from tests.collection_path import COLLECTIONS, ROOT

ASSERT, SET_FACT = "ansible.builtin.assert", "ansible.builtin.set_fact"
#: Keywords of tasks that are understood, beside the two actions.
KEYWORDS = {"name", "vars", "block"}


class TaskFailed(Exception):
    """A task of a role failed; the text is its message."""


def run_tasks(role: str, file: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Run the tasks of a file in a role's ``tasks``, and return the facts that they set.

    They run in another process: Ansible's loader of collections has to come before the first import of one, and the
    test's process has imported the collection in Python's own way.

    :raises TaskFailed: an assertion failed, or Ansible refused a template.
    :raises ValueError: a task does more than compute.
    """
    return _process().submit(_run, role, file, dict(variables)).result()


@functools.cache
def _process() -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), init_plugin_loader, ([str(COLLECTIONS)],))
    atexit.register(pool.shutdown)
    return pool


@functools.cache
def _tasks_of(role: str) -> _RoleTasks:
    return _RoleTasks(role)


def _run(role: str, file: str, variables: dict[str, Any]) -> dict[str, Any]:
    try:
        return _tasks_of(role).run(file, variables)
    except AnsibleError as error:
        raise TaskFailed(str(error)) from None


class _RoleTasks:
    """The tasks of a role, with its defaults and variables."""

    def __init__(self, role: str) -> None:
        self._folder = ROOT / "roles" / role
        self._loader = DataLoader()
        self._variables: dict[str, Any] = {"ansible_search_path": [str(self._folder)], "role_path": str(self._folder)}
        for name in ("defaults", "vars"):
            file = self._folder / name / "main.yml"
            if file.is_file():
                self._variables.update(self._read(file) or {})

    def run(self, file: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run the tasks of a file, and return the facts that they set."""
        facts: dict[str, Any] = {}
        for task, scope in self._flat(self._read(self._folder / "tasks" / file), {**self._variables, **variables}):
            templar = Templar(loader=self._loader, variables={**scope, **facts})
            if SET_FACT in task:
                facts |= {name: templar.template(value) for name, value in task[SET_FACT].items()}
            else:
                self._check(task[ASSERT], templar)
        # Ansible's texts know where they are from, which no other process has to.
        plain: dict[str, Any] = json.loads(json.dumps(facts))
        return plain

    def _read(self, file: Path) -> Any:
        """Read a file of the role, whose texts are templates."""
        try:
            return self._loader.load_from_file(str(file), trusted_as_template=True)
        except TypeError:
            # Before ansible-core 2.19 all texts were.
            return self._loader.load_from_file(str(file))

    def _flat(
        self, tasks: Sequence[Mapping[str, Any]], scope: Mapping[str, Any]
    ) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
        """Yield the tasks of blocks too, each with its variables."""
        for task in tasks:
            actions = task.keys() - KEYWORDS
            inner = {**scope, **task.get("vars", {})}
            if "block" in task and not actions:
                yield from self._flat(task["block"], inner)
            elif actions in ({ASSERT}, {SET_FACT}):
                yield task, inner
            else:
                raise ValueError(f"{task.get('name')} has {', '.join(sorted(actions))}, which this cannot run")

    @staticmethod
    def _check(arguments: Mapping[str, Any], templar: Any) -> None:
        conditions = arguments["that"] if isinstance(arguments["that"], list) else [arguments["that"]]
        for condition in conditions:
            if hasattr(templar, "evaluate_conditional"):
                holds = templar.evaluate_conditional(condition)
            else:
                holds = templar.template(f"{{{{ ({condition}) | bool }}}}") in (True, "True")
            if not holds:
                raise TaskFailed(templar.template(arguments["fail_msg"]))
