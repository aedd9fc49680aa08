# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deliberate faults still fit the code; trying them takes minutes, and is not done here."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.collection_path import ROOT
from tests.deliberate_faults import FAULTS, misplaced
from tests.deliberate_faults.__main__ import COPIED


def test_deliberate_faults_fit_the_code() -> None:
    """Each text that a fault replaces stands in its file once."""
    assert misplaced() == []
    assert len(FAULTS) >= 10
    assert sum(fault.quick for fault in FAULTS) >= 7


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(),
    reason="the files of the project are those that git lists",
)
def test_copy_has_every_folder_of_the_project() -> None:
    """A test that misses a file fails without any fault, and then every fault would count as found."""
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert {path.partition("/")[0] for path in listed if "/" in path} == set(COPIED)
