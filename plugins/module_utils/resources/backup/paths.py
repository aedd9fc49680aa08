# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of servers whose files are backed up: how they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: The root of a Linux server, or a drive of a Windows one.
_ABSOLUTE = re.compile(r"/.*|[A-Za-z]:[\\/].*")
_DRIVE = re.compile(r"[A-Za-z]:/")


def is_absolute(path: str) -> bool:
    """Whether a path begins at the root or at a drive."""
    return _ABSOLUTE.fullmatch(path) is not None


def plain(path: str) -> str:
    """What makes two paths the same: no slash at the end, and on Windows either slash and any case of the drive."""
    if path.startswith("/"):
        return path.rstrip("/") or "/"
    slashed = path.replace("\\", "/")
    if _DRIVE.match(slashed):
        slashed = slashed[0].upper() + slashed[1:]
    return slashed.rstrip("/")


def distinct(paths: Iterable[str]) -> list[str]:
    """Paths as they were given, each once."""
    return list({plain(path): path for path in reversed(list(paths))}.values())[::-1]
