# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least an action can do: one kept session, a GET for each URL. What the collection is compared with."""

from __future__ import annotations

from typing import Any

import requests
from ansible.plugins.action import ActionBase

_session = requests.Session()


class ActionModule(ActionBase):  # type: ignore[misc]
    """``bare_get``: ``requests`` is a list of ``url`` and ``headers``."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send the GETs and return the last answer."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        for request in self._task.args["requests"]:
            answer = _session.get(request["url"], headers=request["headers"], timeout=30)
            answer.raise_for_status()
            result["json"] = answer.json()
        return result
