# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts each deliberate fault into a copy of the project and runs the tests: ``python3 -m tests.deliberate_faults``.

It prints which fault was caught by what, and ends with 1 where one was not caught, or not by the quick tests that have
to. With names as arguments it tries these faults only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from tests.collection_path import CACHE, ROOT
from tests.deliberate_faults import FAULTS, Fault
from tests.suites import QUICK

COPY = CACHE / "deliberate_faults"
#: Folders of the project; files in its root are copied as well.
COPIED = (
    *(".ci", ".devcontainer", ".github", "LICENSES"),
    *("changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles", "tests"),
)
#: What else `make test` runs in process.
REST = ("tests/modules",)


def main() -> int:
    """Try the faults; return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.deliberate_faults", description=__doc__)
    names = [fault.name for fault in FAULTS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)}")
    asked = parser.parse_args().names or names
    if unknown := set(asked) - set(names):
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if find_spec("pytest") is None:
        parser.error(f"pytest is missing for {sys.executable}. Use the Python of an environment of make test.")
    if _fails(_copy(), QUICK):
        print("The quick tests fail in a copy without any fault, so they show nothing about faults.")
        return 1
    missed = 0
    for fault in FAULTS:
        if fault.name in asked:
            missed += not _caught(fault)
    print(f"{len(asked) - missed} passed, {missed} failed")
    return 1 if missed else 0


def _caught(fault: Fault) -> bool:
    began = time.monotonic()
    root = _copy()
    for edit in fault.edits:
        edit.apply(root)
    by = next((name for name, tests in (("make check", QUICK), ("make test", REST)) if _fails(root, tests)), "")
    good = by == "make check" or (bool(by) and not fault.quick)
    verdict = f"caught by {by}" if by else "NOT CAUGHT"
    print(f"{fault.name:42} {verdict}{'' if good else ', too late'} after {time.monotonic() - began:.0f} s", flush=True)
    return good


def _copy() -> Path:
    """Make a copy of the project without any fault."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__", "output"), symlinks=True)
    for file in ROOT.iterdir():
        # In a worktree, .git is a file.
        if file.is_file() and file.name != ".git":
            shutil.copy2(file, COPY / file.name)
    return COPY


def _fails(root: Path, tests: tuple[str, ...]) -> bool:
    """Run tests until the first fails."""
    environ = {**os.environ, "HYPOTHESIS_PROFILE": "check", "CI": "true"}
    environ.pop("ANSIBLE_COLLECTIONS_PATH", None)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--numprocesses=2", "--dist=worksteal", *tests]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"pytest ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
