# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a server in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.host_modules.folder_server import FolderServer


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderServer:
    """Return a server whose programs come first in the path."""
    made = FolderServer(tmp_path)
    monkeypatch.setenv("PATH", made.path)
    return made
