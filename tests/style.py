# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find wording that docs/dev/style.md replaces.

``python3 -m tests.style`` lists each place with what to write instead. Files from before the rules have an allowance in
``style_allowance.json``, which can only shrink: ``--shrink`` writes what is left of it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALLOWANCE = Path(__file__).with_name("style_allowance.json")
TEXTS = (".cfg", ".j2", ".json", ".md", ".py", ".rst", ".toml", ".yaml", ".yml")
#: The rules themselves, texts of others, and what is generated.
EXCLUDED = (
    "CHANGELOG.rst",
    "CODE_OF_CONDUCT.md",
    "LICENSES/",
    "docs/dev/style.md",
    "tests/simulator/contract/",
    "tests/simulator/seed.json",
    "tests/style",
    "tests/unit/test_style.py",
)

#: Pattern, and what to write instead.
RULES = {
    r"\b(told|tells?)\b(?!\()": "reports, returns, lists, shows",
    r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b|matter\b)[a-z]+": "is not a valid …, invalid …",
    r"\bcan't\b|\bcan not\b": "cannot",
    r"\bhangs? on\b": "depends on, dependents",
    r"\bin (the|its|their) way\b": "blocks, blockers",
    r"\b(take|takes|taken|took) up again\b": "resume",
    r"\bside by side\b": "in parallel, concurrently",
    r"\banew\b|\bmend(s|ed|ing)?\b|\bfor ever\b|\bforet(ell|ells|old)\b": "again, fix, indefinitely, predict",
    r", for (it|they|there) (is|are|may|can|has|have)\b": "because",
    r"\bclear yes\b": "requires an option",
    r"(?<![\"'])\b(nobody|somebody|whoever|a person|people)\b": "you, the user, another process",
    r"\bas (it|they) should be\b|\bas asked\b": "in the desired state",
    r"\bof (its|their|your) own\b": "separate, dedicated, its own …",
    r"\bhow bad\b|\bworst first\b": "severity",
    r"short_description: (Read|Make|Give|Bring)\b": "Get information about, Create, Restore",
    r"\b(bring|brings|brought) back\b": "restore, fail back",
}


@dataclass(frozen=True)
class Finding:
    """One place with wording to replace; lines are counted from 1."""

    path: str
    line: int
    words: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words!r}; write {self.instead}"


def find(path: str, text: str) -> Iterator[Finding]:
    """Yield what is to be replaced in a text, rule by rule."""
    for pattern, instead in RULES.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Finding(path, text.count("\n", 0, match.start()) + 1, match.group(), instead)


def find_all() -> dict[str, list[Finding]]:
    """Return the findings of each file of the project that has some."""
    names = subprocess.run(
        [shutil.which("git") or "git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    found = {}
    for name in names:
        file = ROOT / name
        if name.startswith(EXCLUDED) or not name.endswith(TEXTS) or not file.is_file():
            continue
        findings = sorted(find(name, file.read_text(encoding="utf-8")), key=lambda finding: finding.line)
        if findings:
            found[name] = findings
    return found


def check(found: dict[str, list[Finding]], allowed: dict[str, int]) -> list[str]:
    """Return what is wrong: findings of files with more than they are allowed, and allowances that are too large."""
    problems = []
    for name, findings in found.items():
        if len(findings) > allowed.get(name, 0):
            problems += [str(finding) for finding in findings]
            problems.append(f"{name}: {len(findings)} places, {allowed.get(name, 0)} allowed")
    for name, number in allowed.items():
        left = len(found.get(name, ()))
        if left < number:
            problems.append(f"{name}: {left} places are left of {number} allowed; run python3 -m tests.style --shrink")
    return problems


def main() -> int:
    """Check the project, or shrink the allowance to what is left."""
    parser = argparse.ArgumentParser(description="Find wording that docs/dev/style.md replaces.")
    parser.add_argument("--shrink", action="store_true", help="write what is left of the allowance first")
    options = parser.parse_args()
    found = find_all()
    allowed: dict[str, int] = json.loads(ALLOWANCE.read_text(encoding="utf-8")) if ALLOWANCE.exists() else {}
    if options.shrink:
        left = {name: min(number, len(found.get(name, ()))) for name, number in allowed.items()}
        allowed = {name: number for name, number in left.items() if number}
        ALLOWANCE.write_text(json.dumps(allowed, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    problems = check(found, allowed)
    print(*problems, sep="\n")
    print(f"{sum(allowed.values())} places in {len(allowed)} files are left from before the rules.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
