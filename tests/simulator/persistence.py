# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state file: written before a change is answered, so that a simulator can be killed at any time and continued."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from .state import World


class StateFile:
    """Keeps a file up to date with the state.

    The file holds the key pairs with their secrets, so only its owner may read it.
    """

    def __init__(self, path: Path, world: World) -> None:
        """Write ``world`` to ``path`` (nothing is written yet)."""
        self.path = path
        self._world = world
        self._written = -1

    def keep(self) -> None:
        """Write, if there is anything new.

        :raises OSError: the file cannot be written.
        """
        if self._world.changes != self._written:
            self.write()

    def write(self) -> None:
        """Write at once.

        :raises OSError: the file cannot be written.
        """
        self._written = self._world.changes
        write_atomically(self.path, self._text())

    def _text(self) -> str:
        document = self._world.dump(secrets=True)
        document["clock"] = {"ahead": round(self._world.clock.ahead(), 6)}
        return json.dumps(document, ensure_ascii=False, indent=1)


def write_atomically(path: Path, text: str) -> None:
    """Put ``text`` into ``path`` so that a reader, or a crash, sees the old or the new file and nothing between."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
