# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state file: written after every change, so that a simulator can be stopped at any moment and continued."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path

from .world import World

DEBOUNCE = 0.05


class StateFile:
    """Keeps a file up to date with the world: changes within ``DEBOUNCE`` seconds are written together.

    The file holds the key pairs with their secrets, so only its owner may read it.
    """

    def __init__(self, path: Path, world: World) -> None:
        """Write ``world`` to ``path`` (nothing is written yet)."""
        self.path = path
        self._world = world
        self._written = -1
        self._task: asyncio.Task[None] | None = None

    def touch(self) -> None:
        """Let the file be written soon, if there is anything new."""
        if self._world.changes != self._written and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._soon())

    async def _soon(self) -> None:
        while self._world.changes != self._written:
            await asyncio.sleep(DEBOUNCE)
            self._written = self._world.changes
            await asyncio.to_thread(write_atomically, self.path, self._text())

    async def close(self) -> None:
        """Write what is not written yet."""
        if self._task is not None:
            await self._task
        self.write()

    def write(self) -> None:
        """Write at once.

        :raises OSError: the file can't be written.
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
