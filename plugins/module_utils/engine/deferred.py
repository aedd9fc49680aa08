# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python modules that are imported when something of them is first used.

A module process runs from a zip file, where Python compiles every file that it imports at every start. The specs of a
service stand in one file, so this file imports no handler by itself. Type checkers, and Ansible, which packs what a
file imports, need the statements nevertheless::

    if TYPE_CHECKING:
        from . import snapshot, volume
    else:
        snapshot, volume = deferred(__package__, "snapshot", "volume")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Deferred:
    """Stand in for a Python module until an attribute of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def deferred(package: str, *names: str) -> tuple[Deferred, ...]:
    """Return stand-ins for Python modules of a package."""
    return tuple(Deferred(f"{package}.{name}") for name in names)
