# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operation log: every call that reached a service, the catalogue or version discovery."""

from __future__ import annotations

import itertools
from collections import deque
from typing import Any

KEPT = 200_000
CENSORED = "********"
_SECRET = ("password", "secret", "token", "signature", "credential", "session_id")


def censor(value: Any) -> Any:
    """A JSON value with the values of all fields that sound secret replaced."""
    if isinstance(value, dict):
        return {
            name: CENSORED if item is not None and any(word in str(name).lower() for word in _SECRET) else censor(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [censor(item) for item in value]
    return value


class OperationLog:
    """The newest ``KEPT`` calls, numbered from 1 since the start of the process (emptying does not restart it)."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._sequence = 0
        self.bugs = 0
        self.violations = 0

    def add(self, entry: dict[str, Any]) -> None:
        """Number an entry and keep it; bugs and broken contracts are counted."""
        self._sequence += 1
        self.bugs += entry["bug"] is not None
        self.violations += entry["violation"] is not None
        self._entries.append({"sequence": self._sequence, **entry})

    def since(self, sequence: int) -> list[dict[str, Any]]:
        """All entries after number ``sequence``, the oldest first."""
        missing = min(self._sequence - sequence, len(self._entries))
        newest = list(itertools.islice(reversed(self._entries), max(0, missing)))
        return newest[::-1]

    def clear(self) -> None:
        """Forget all entries and both counts."""
        self._entries.clear()
        self.bugs = self.violations = 0
