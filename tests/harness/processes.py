# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs code in another process, which has imported nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.collection_path import place


def run_code(code: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run code in another process, where the collection can be imported, and is found by Ansible.

    :param check: the code is to end without an error.
    :raises subprocess.CalledProcessError: it ended with one.
    """
    collections = str(place())
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": collections, "ANSIBLE_COLLECTIONS_PATH": collections},
        capture_output=True,
        text=True,
        check=check,
    )
