# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what a run of `make test` left in its folder of results; the last line says how many passed and failed.

A session without separate tests (lint, sanity ...) counts as one check.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from xml.etree import ElementTree


def summarize(results: Path) -> tuple[list[str], bool]:
    """Return the lines to print, and whether all is well."""
    lines: list[str] = []
    passed = failed = 0
    file = results / "sessions.json"
    report = json.loads(file.read_text()) if file.is_file() else {"sessions": [], "seconds": 0}
    sessions = report["sessions"]
    for session in sessions:
        name, result = session["name"], session["result"]
        tests = broken = skipped = 0
        for file in sorted(results.glob(f"{name}-*.xml")):
            for suite in ElementTree.parse(file).getroot().iter("testsuite"):
                bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                skips = int(suite.get("skipped", 0))
                tests += int(suite.get("tests", 0)) - bad - skips
                broken += bad
                skipped += skips
        if result != "success" and not broken:
            broken = 1
        elif not tests and not broken:
            tests = 1
        passed += tests
        failed += broken
        seconds = session.get("duration", 0)
        lines.append(f"{name:16} {result:8} {tests:5} passed {broken:4} failed {skipped:4} skipped {seconds:7.1f} s")
    lines.append(f"{'all sessions, two at a time':51} {report['seconds']:16.1f} s")
    lines += _coverage(results / "coverage.json")
    lines.append(f"{passed} passed, {failed} failed")
    return lines, bool(sessions) and not failed


def _coverage(report: Path) -> list[str]:
    """Return a line on the lines of plugins that unit tests and modules in process run, if that was measured."""
    if not report.is_file():
        return []
    totals = json.loads(report.read_text())["totals"]
    share, lines = totals["percent_covered"], totals["num_statements"]
    return [f"unit tests and modules in process run {share:.1f} % of the {lines} lines of plugins/"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python3 -m tests.summary", description=__doc__)
    parser.add_argument("results", type=Path, help="the folder of results")
    text, good = summarize(parser.parse_args().results)
    print("\n".join(text))
    sys.exit(not good)
