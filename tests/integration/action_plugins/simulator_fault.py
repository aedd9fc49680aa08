# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of tests: ends all faults of the simulator, and sets the one in ``fault`` if there is one.

Returns ``fired``, how often those that it ended had happened, and ``counts``, how many things there are in each
``service.table``.
"""

from __future__ import annotations

import http.client
import json
import os
from typing import Any

from ansible.plugins.action import ActionBase

#: Tables of what was, and of nothing that is there.
MEMORIES = ("used_names",)


class ActionModule(ActionBase):  # type: ignore[misc]
    """The action."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        fired = sum(fault["fired"] for fault in _control("GET", "faults")["faults"])
        _control("DELETE", "faults")
        if self._task.args.get("fault"):
            _control("POST", "faults", self._task.args["fault"])
        services = {name: part for name, part in _control("GET", "world").items() if isinstance(part, dict)}
        return {
            **result,
            "changed": False,
            "fired": fired,
            "counts": {
                f"{name}.{table}": len(rows)
                for name, part in services.items()
                for table, rows in part.items()
                if table not in MEMORIES
            },
        }


def _control(method: str, path: str, document: Any = None) -> Any:
    connection = http.client.HTTPConnection(os.environ["TASK_LOG_SIMULATOR"].removeprefix("http://"), timeout=30)
    try:
        connection.request(method, f"/_control/{path}", None if document is None else json.dumps(document))
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
