# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what Python compiles of the collection and of modules, which Ansible compiles again for each run and task.

Python itself keeps that only for files that it loads itself. Those of a collection are loaded by Ansible, and those of
a module come in an archive. Python runs this file first in each process that has its folder in ``PYTHONPATH``, as those
of :class:`tests.harness.playbooks.Controller` have.
"""

from __future__ import annotations

import _imp
import builtins
import marshal
import os
import sys
from importlib.util import source_hash
from typing import Any

_ROOT = os.path.abspath(f"{__file__}/../../../..")
FOLDER = os.path.join(_ROOT, ".cache", "compiled", str(sys.implementation.cache_tag))
#: What files have in their paths that are the same in each run: the script that starts a module has its options in it.
PATHS = ("/ansible_collections/scp/", ".zip/ansible/", ".zip/ansible_collections/")

_compile = builtins.compile


def compile_once(
    source: Any, filename: Any, mode: str, flags: int = 0, dont_inherit: bool = False, optimize: int = -1, **more: Any
) -> Any:
    """Compile as ``compile`` does, or take what an earlier process compiled from the same text."""
    whole_file = mode == "exec" and dont_inherit and not flags and isinstance(source, (bytes, str))
    if not whole_file or not any(part in str(filename) for part in PATHS):
        return _compile(source, filename, mode, flags, dont_inherit, optimize, **more)
    text = source.encode() if isinstance(source, str) else source
    kept = os.path.join(FOLDER, source_hash(text).hex())
    try:
        with open(kept, "rb") as file:
            code = marshal.load(file)  # noqa: S302  # Only this program writes there.
    except FileNotFoundError:
        code = _compile(source, filename, mode, flags, dont_inherit, optimize, **more)
        os.makedirs(FOLDER, exist_ok=True)
        # Another process may do the same at this moment.
        own = f"{kept}.{os.getpid()}"
        with open(own, "wb") as file:
            marshal.dump(code, file)
        os.replace(own, kept)
    else:
        # Tracebacks show it, and Ansible finds a plugin's name by it. An archive has another path each time.
        _imp._fix_co_filename(code, str(filename))  # type: ignore[attr-defined]
    return code


builtins.compile = compile_once
