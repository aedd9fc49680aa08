# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of `make test` in lanes."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from tests import lanes

#: Stands in for nox: reports on its sessions, and fails if `lint` is one of them.
NOX = """#!{python}
import json, pathlib, sys
report, sessions = pathlib.Path(sys.argv[4]), sys.argv[6:]
print("ran", *sessions)
report.write_text(json.dumps({{"sessions": [{{"name": name}} for name in sessions]}}))
sys.exit("lint" in sessions)
"""


@pytest.fixture(autouse=True)
def _nox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nox"
    program.write_text(NOX.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(lanes, "NOX", program)


def test_all_sessions_run_when_none_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What a lane in the background prints is not lost, and one that fails makes the whole fail."""
    assert not lanes.run([], tmp_path)
    printed = capfd.readouterr().out
    assert f"ran {' '.join(lanes.LANES['tests'])}\n" in printed
    assert f"ran {' '.join(lanes.LANES['checks'])}\n" in printed
    report = json.loads((tmp_path / "sessions.json").read_text())
    assert [session["name"] for session in report["sessions"]] == [*lanes.LANES["tests"], *lanes.LANES["checks"]]
    assert report["seconds"] > 0


def test_named_sessions_run_in_their_lanes(tmp_path: Path) -> None:
    """One that is in no lane runs with the tests, and no lane starts for nothing."""
    assert [(lane.name, lane.sessions) for lane in lanes.lanes_of(["galaxy", "image", "unit"], tmp_path)] == [
        ("tests", ["image", "unit"]),
        ("checks", ["galaxy"]),
    ]
    assert lanes.run(["unit"], tmp_path)
    assert not (tmp_path / "checks.json").exists()
    assert not lanes.run(["lint"], tmp_path)
