# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder makes a context for an image from this collection, and finds what it needs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.collection_path import COLLECTIONS, ROOT
from tests.harness.playbooks import PROGRAMS

pytestmark = pytest.mark.newest_core

WHOLE = ROOT / "extensions" / "execution-environment" / "execution-environment.yml"
#: What someone else's definition says to have this collection among others.
NAMED = {
    "version": 3,
    "images": {"base_image": {"name": "registry.example.com/base:1"}},
    "dependencies": {"galaxy": {"collections": ["scp.storage"]}},
}


def _builder(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run([PROGRAMS / "ansible-builder", *words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("whole", [True, False], ids=["own definition", "named by another"])
def test_a_context_is_made(tmp_path: Path, whole: bool) -> None:
    """Of the definition for a whole image, and of one that names the collection."""
    definition = tmp_path / "execution-environment.yml"
    if whole:
        shutil.copy(WHOLE, definition)
        (tmp_path / "scp-storage.tar.gz").touch()
    else:
        definition.write_text(yaml.safe_dump(NAMED))
    # The name would depend on what runs containers on this machine.
    _builder("create", "--context", "context", "--output-filename", "Containerfile", cwd=tmp_path)
    context = tmp_path / "context"
    assert "FROM $EE_BASE_IMAGE" in (context / "Containerfile").read_text()
    (wanted,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    if whole:
        assert (context / "_build" / wanted["name"].removeprefix("/build/")).is_file()
    else:
        assert wanted in ("scp.storage", {"name": "scp.storage"})


def test_the_libraries_of_the_collection_get_in(tmp_path: Path) -> None:
    """By ``meta/execution-environment.yml``, as the image's build asks for them."""
    _builder("introspect", COLLECTIONS, "--write-pip", "pip.txt", "--write-bindep", "bindep.txt", cwd=tmp_path)
    wanted = {line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")}
    found = {line.partition("  #")[0].strip() for line in (tmp_path / "pip.txt").read_text().splitlines()}
    assert found == wanted
    assert not (tmp_path / "bindep.txt").exists()
