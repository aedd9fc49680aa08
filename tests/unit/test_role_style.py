# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles call modules and report; what computes is Python, where types and unit tests see it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.collection_path import ROOT

#: What roles must not have, by name: which files, and which text in them; an empty text means the file itself.
FORBIDDEN = {
    "ansible_check_mode": ("*.yml", r"\bansible_check_mode\b"),
    "ignore_errors": ("*.yml", r"\bignore_errors:"),
    "template that makes JSON": ("*.json.j2", ""),
    "from_yaml of a template": ("*", r"template'.*\|\s*from_(yaml|json)\b"),
    "set _": ("*", r"\bset _ ="),
}


def found(role: Path) -> dict[str, int]:
    """Return how often a role has what roles must not have."""
    counts: Counter[str] = Counter()
    for name, (files, pattern) in FORBIDDEN.items():
        for file in role.rglob(files):
            if file.is_file():
                counts[name] += len(re.findall(pattern, file.read_text(encoding="utf-8"))) if pattern else 1
    return {name: count for name, count in counts.items() if count}


def test_roles_do_not_compute() -> None:
    left = {role.name: found(role) for role in sorted((ROOT / "roles").iterdir()) if found(role)}
    assert left == {}
