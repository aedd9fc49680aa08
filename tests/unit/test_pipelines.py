# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines of code hosts run what `make test` runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.collection_path import ROOT
from tests.lanes import LANES

ALL = sorted(name for lane in LANES.values() for name in lane)


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_github_runs_all_sessions() -> None:
    job = _read(".github/workflows/ci.yml")["jobs"]["session"]
    assert sorted(" ".join(job["strategy"]["matrix"]["session"]).split()) == ALL
    assert job["steps"][-1]["run"] == 'make test SESSIONS="${{ matrix.session }}"'


def test_gitlab_runs_all_sessions() -> None:
    job = _read(".gitlab-ci.yml")["session"]
    (matrix,) = job["parallel"]["matrix"]
    assert sorted(" ".join(matrix["SESSION"]).split()) == ALL
    assert job["script"] == ['make test SESSIONS="$SESSION"']


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_file_of_code_host_is_valid_yaml(path: Any) -> None:
    assert _read(path)


def test_hooks_run_sessions() -> None:
    """Each hook names a session that exists."""
    (repository,) = _read(".pre-commit-config.yaml")["repos"]
    assert {hook["entry"].rpartition(" ")[2] for hook in repository["hooks"]} <= set(ALL)


def test_development_container_has_the_newest_python() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["image"] == _read(".gitlab-ci.yml")["session"]["image"]
