# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the sessions of noxfile.py in two lanes at a time: tests, and static checks, which keep one processor busy.

Within a lane, one session follows the other. Tests print as they go; what the checks print follows when they are done.
``sessions.json`` in the folder of results has what nox reports of all sessions, and the seconds of the whole.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.collection_path import CACHE, ROOT

NOX = CACHE / "nox" / "bin" / "python"
#: By lane, its sessions in their order; the first lane's output is seen as it comes.
LANES: dict[str, tuple[str, ...]] = {
    "tests": ("unit", "integration", "coverage_table"),
    "checks": ("lint", "license-check", "extra-checks", "docs", "docsite", "ansible_lint", "galaxy", "sanity"),
}


@dataclass
class Lane:
    """Sessions that run one after the other.

    :ivar printed: what they printed, if that was kept.
    """

    name: str
    sessions: Sequence[str]
    results: Path
    passed: bool = False
    printed: str = ""

    @property
    def report(self) -> Path:
        """The file in which nox reports on them."""
        return self.results / f"{self.name}.json"

    def run(self, *, shown: bool) -> Lane:
        """Run them to their end."""
        done = subprocess.run(
            [NOX, "-m", "nox", "--report", self.report, "--session", *self.sessions],
            cwd=ROOT,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        self.passed = done.returncode == 0
        self.printed = done.stdout or ""
        return self


def lanes_of(sessions: Sequence[str], results: Path) -> list[Lane]:
    """Share sessions out to lanes; all, if none is named. What is in no lane runs with the tests."""
    checks = [name for name in LANES["checks"] if not sessions or name in sessions]
    tests = [name for name in sessions or LANES["tests"] if name not in checks]
    shared = {"tests": tests, "checks": checks}
    return [Lane(name, named, results) for name, named in shared.items() if named]


def run(sessions: Sequence[str], results: Path) -> bool:
    """Run sessions in their lanes; return whether all passed."""
    begin = time.monotonic()
    lanes = lanes_of(sessions, results)
    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [pool.submit(lane.run, shown=lane is lanes[0]) for lane in lanes]
        for ended in as_completed(running):
            sys.stdout.write(ended.result().printed)
            sys.stdout.flush()
    reports = [json.loads(lane.report.read_text(encoding="utf-8")) for lane in lanes if lane.report.is_file()]
    merged = {
        "sessions": [session for report in reports for session in report["sessions"]],
        "seconds": time.monotonic() - begin,
    }
    (results / "sessions.json").write_text(json.dumps(merged, indent=1), encoding="utf-8")
    return all(lane.passed for lane in lanes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python3 -m tests.lanes", description=__doc__)
    parser.add_argument("sessions", nargs="*", help="sessions of noxfile.py instead of all that `nox` runs")
    parser.add_argument("--results", type=Path, default=CACHE / "results", help="the folder of results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    sys.exit(not run(options.sessions, options.results))
