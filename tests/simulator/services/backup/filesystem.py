# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as Backup sees them: with slashes only, a drive being a folder below the root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...errors import validation_error
from ...state import Server

_USUAL = ("etc/hosts", "data/app/app.log", "data/app/config.yml", "data/db/main.db", "home/user/notes.txt")
_ABSOLUTE = re.compile(r"(/|[a-zA-Z]:[\\/]).*")


def checked(paths: Sequence[str]) -> list[str]:
    """Paths that someone sent, as they are.

    :raises ApiError: 400, one does not begin at the root or at a drive.
    """
    for path in paths:
        if not _ABSOLUTE.fullmatch(path):
            raise validation_error("Value error, invalid filesystem path")
    return list(paths)


def plain(path: str) -> str:
    """A path with slashes only, without one at its end: ``C:\\data\\`` is ``/C/data``, the root is empty."""
    drive = re.sub(r"^([a-zA-Z]):", r"/\1", path.replace("\\", "/"))
    return drive.rstrip("/")


def files_of(server: Server) -> list[str]:
    """All files on a server."""
    if server.files:
        return [str(path) for path in server.files]
    return [f"C:/{path}" if server.os_type == "WINDOWS" else f"/{path}" for path in _USUAL]


def below(files: Iterable[str], path: str) -> list[str]:
    """Those of the files that ``path`` is, or is a folder of; all as :func:`plain` has them."""
    top = plain(path)
    return [found for found in map(plain, files) if found == top or found.startswith(f"{top}/")]


def entries(files: Iterable[str], path: str, moment: int) -> list[dict[str, Any]]:
    """What a folder of a restore target holds, as the service shows it; ``moment`` (epoch) is part of the ids."""
    folder = plain(path) + "/"
    names = {}
    for file in below(files, path):
        head, more, _ignored = file.removeprefix(folder).partition("/")
        if file.startswith(folder):
            names[head + more] = "DIR" if more else "FILE"
    return [
        {"id": f"{folder}{name}_{moment}", "item_type": kind, "name": name, "path": folder}
        for name, kind in sorted(names.items())
    ]


def moved(files: Iterable[str], source: str, destination: str) -> list[str]:
    """Where the files of ``source`` come to lie: a folder's under ``destination`` as they did, a file in it."""
    top, target = plain(source), plain(destination)
    return [f"{target}/{file.rsplit('/', 1)[-1] if file == top else file[len(top) + 1 :]}" for file in files]
