# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a line of JSON for each task: its name, and how many seconds passed until the next one began."""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_times
type: notification
short_description: Seconds of each task
description:
  - Writes how long tasks take.
options:
  file:
    description: File to write to.
    type: path
    required: true
    env:
      - name: TASK_TIMES_FILE
"""

import json
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_times"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = ""
        self._since = 0.0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._end()
        self._name, self._since = task.get_name(), time.monotonic()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._end()

    def _end(self) -> None:
        if self._name:
            line = {"task": self._name, "seconds": time.monotonic() - self._since}
            with Path(self.get_option("file")).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
