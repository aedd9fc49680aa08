# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a line of JSON for each result, with the calls that reached the simulator meanwhile.

A line has ``event`` (``item`` or ``task``), ``status`` (ok, failed, skipped, unreachable), ``play``, ``name``,
``action``, ``host``, ``result`` and ``calls``: entries of the simulator's operation log since the line before. The
last line has ``event: recap`` and ``hosts``, the counts of each host.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_log
type: notification
short_description: Lines of JSON for tests
description:
  - Writes what tasks return, and which calls they made to the simulator.
options:
  file:
    description: File to write to.
    type: path
    required: true
    env:
      - name: TASK_LOG_FILE
  simulator:
    description: URL of the simulator, without a slash at its end.
    type: str
    default: ""
    env:
      - name: TASK_LOG_SIMULATOR
  between_tasks:
    description: Simulated seconds that pass after each task.
    type: float
    default: 0.0
    env:
      - name: TASK_LOG_BETWEEN_TASKS
"""

import http.client
import importlib
import json
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import filter_loader, test_loader

COLLECTION = "scp.storage."
PLUGINS = "ansible_collections.scp.storage.plugins"


def _load_once() -> None:
    """Load the filters and tests of templates before any worker is forked: each worker would search for them again."""
    for loader in (filter_loader, test_loader):
        for _plugin in loader.all():
            pass
    (filters,) = importlib.import_module(f"{PLUGINS}.filter").__path__
    for file in Path(filters).glob("[!_]*.py"):
        filter_loader.get(COLLECTION + file.stem)


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_log"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._play = ""
        self._seen = 0

    def v2_playbook_on_start(self, playbook: Any) -> None:
        _load_once()
        self._new_calls()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play.get_name()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("task", "ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("task", "failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("task", "skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("task", "unreachable", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._write("item", "ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._write("item", "failed", result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        self._write("item", "skipped", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._append({"event": "recap", "hosts": {host: stats.summarize(host) for host in stats.processed}})

    def _write(self, event: str, status: str, outcome: Any) -> None:
        # ansible-core 2.19 made the underscored attributes public ones.
        task = getattr(outcome, "task", None) or outcome._task
        host = getattr(outcome, "host", None) or outcome._host
        result = outcome.result if hasattr(type(outcome), "result") else outcome._result
        reported = {key: value for key, value in dict(result).items() if not str(key).startswith("_ansible")}
        self._append(
            {
                "event": event,
                "status": status,
                "play": self._play,
                "name": task.get_name(),
                "action": task.action,
                "host": host.get_name(),
                "result": reported,
                "calls": self._new_calls(),
            }
        )
        seconds = self.get_option("between_tasks")
        if event == "task" and seconds:
            self._control("PUT", "clock", {"advance": seconds})

    def _append(self, line: dict[str, Any]) -> None:
        with open(self.get_option("file"), "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def _new_calls(self) -> list[dict[str, Any]]:
        """What the simulator's log has gained."""
        if not self.get_option("simulator"):
            return []
        calls: list[dict[str, Any]] = self._control("GET", f"operations?since={self._seen}")["operations"]
        if calls:
            self._seen = calls[-1]["sequence"]
        return calls

    def _control(self, method: str, path: str, document: Any = None) -> Any:
        """Call the simulator's control interface."""
        url = self.get_option("simulator")
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, f"/_control/{path}", None if document is None else json.dumps(document))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()
