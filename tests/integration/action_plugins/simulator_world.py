# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``simulator_world``: what happens in the simulator's world, and not through the API.

Options, done in this order: ``switches`` to set, parts of a seed to add as ``world``, seconds to ``advance``, and
``midnight``, which moves the time on until ten minutes after the next midnight in Korea, when all that runs daily has
begun.
"""

from __future__ import annotations

import http.client
import json
import os
from typing import Any

from ansible.plugins.action import ActionBase

#: Ten past midnight, when all that runs daily has begun.
AFTER_MIDNIGHT = 1 / 6


class ActionModule(ActionBase):  # type: ignore[misc]
    """The action."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        if args.get("switches"):
            _control("PUT", "switches", args["switches"])
        if args.get("world"):
            _control("PATCH", "world", args["world"])
        if args.get("advance"):
            _control("PUT", "clock", {"advance": args["advance"]})
        if args.get("midnight"):
            _control("PUT", "clock", {"korean_hour": AFTER_MIDNIGHT})
        return {**result, "changed": False}


def _control(method: str, path: str, document: Any = None) -> Any:
    connection = http.client.HTTPConnection(os.environ["TASK_LOG_SIMULATOR"].removeprefix("http://"), timeout=30)
    try:
        connection.request(method, f"/_control/{path}", None if document is None else json.dumps(document))
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 400:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer
    finally:
        connection.close()
