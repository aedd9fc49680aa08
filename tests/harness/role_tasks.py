# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tasks of a role that only compute (``set_fact``, ``assert``, blocks of these) in the test's own process.

Templates, filters and conditions are evaluated by Ansible. A run of ``ansible-playbook`` takes a second; this takes
milliseconds, so every mistake in a list of volumes can be a test.

>>> checked = RoleTasks("dr")                                                                        # doctest: +SKIP
>>> checked.run("plan.yml", {"dr_wanted": ["web"], "dr_wanted_by": "dr_replication"})["dr_items"]    # doctest: +SKIP
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

from tests.placement import COLLECTIONS, ROOT

ASSERT, SET_FACT = "ansible.builtin.assert", "ansible.builtin.set_fact"
#: Keywords of tasks that are understood, beside the two actions.
KEYWORDS = {"name", "vars", "block"}


class TaskFailed(Exception):
    """An assertion of a role failed; the text is its message."""


@functools.cache
def _find_collections() -> None:
    """Let Ansible find this collection's plugins; it can be said only once in a process."""
    init_plugin_loader([str(COLLECTIONS)])


class RoleTasks:
    """The tasks of a role, with its defaults and variables."""

    def __init__(self, role: str) -> None:
        _find_collections()
        self._folder = ROOT / "roles" / role
        self._loader = DataLoader()
        self._variables: dict[str, Any] = {"ansible_search_path": [str(self._folder)], "role_path": str(self._folder)}
        for name in ("defaults", "vars"):
            file = self._folder / name / "main.yml"
            if file.is_file():
                self._variables.update(self._read(file) or {})

    def run(self, file: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run the tasks of a file in ``tasks``, and return the facts that they set.

        :raises TaskFailed: an assertion failed.
        :raises ValueError: a task does more than compute.
        """
        facts: dict[str, Any] = {}
        for task, scope in self._flat(self._read(self._folder / "tasks" / file), {**self._variables, **variables}):
            templar = Templar(loader=self._loader, variables={**scope, **facts})
            if SET_FACT in task:
                facts |= {name: templar.template(value) for name, value in task[SET_FACT].items()}
            else:
                self._check(task[ASSERT], templar)
        return facts

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
