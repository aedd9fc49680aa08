# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary at the end of `make test`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.summary import summarize

SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="0" skipped="1"/></testsuites>'


def _results(folder: Path, *, failures: int = 0) -> Path:
    sessions = [
        {"name": "lint", "result": "success", "duration": 1.5},
        {"name": "unit", "result": "failed" if failures else "success", "duration": 2.0},
    ]
    (folder / "sessions.json").write_text(json.dumps({"sessions": sessions, "seconds": 2.25}))
    (folder / "unit-newest.xml").write_text(SUITE.format(5, failures))
    (folder / "coverage.json").write_text(json.dumps({"totals": {"percent_covered": 91.25, "num_statements": 4}}))
    return folder


def test_summary_counts_tests_and_seconds(tmp_path: Path) -> None:
    """Each session has its seconds, one without tests counts as one, and the last line has the count."""
    lines, good = summarize(_results(tmp_path))
    assert good
    assert [line.split()[0] for line in lines[:2]] == ["lint", "unit"]
    assert lines[1].split()[-2:] == ["2.0", "s"]
    assert lines[2].split() == ["all", "sessions,", "two", "at", "a", "time", "2.2", "s"]
    assert lines[3] == "unit tests and modules in process run 91.2 % of the 4 lines of plugins/"
    assert lines[-1] == "5 passed, 0 failed"


def test_summary_with_failures_is_not_good(tmp_path: Path) -> None:
    """A failed test makes the whole fail, and so does a run without sessions."""
    lines, good = summarize(_results(tmp_path, failures=2))
    assert (good, lines[-1]) == (False, "3 passed, 2 failed")
    assert summarize(tmp_path / "nothing") == (
        ["all sessions, two at a time".ljust(51) + f" {0:16.1f} s", "0 passed, 0 failed"],
        False,
    )
