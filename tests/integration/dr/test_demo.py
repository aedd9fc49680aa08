# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``'s script: it says what it does, does it, and leaves nothing, also when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.simulator.fixture import ROOT

pytestmark = pytest.mark.newest_core

#: Seconds.
LONGEST_DEMO = 240
LONGEST_END = 20


def start(folder: Path, output: Path) -> subprocess.Popen[bytes]:
    """Start the demo with ``folder`` for its temporary files."""
    environ = {**os.environ, "TMPDIR": str(folder), "ANSIBLE_STDOUT_CALLBACK": "none-of-the-users-settings-count"}
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "tests/demo/run.py"],
            cwd=ROOT,
            env=environ,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def left_over(folder: Path) -> list[str]:
    """Processes that know the folder from their environment, and files in it."""
    found = [path.name for path in folder.iterdir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def test_demo(tmp_path: Path) -> None:
    """From beginning to end."""
    folder, output = tmp_path / "tmp", tmp_path / "output"
    folder.mkdir()
    assert start(folder, output).wait(LONGEST_DEMO) == 0, output.read_text()
    text = output.read_text()
    counts = [int(count) for count in re.findall(r"changed=(\d+) +unreachable=0 +failed=0", text)]
    assert [count > 0 for count in counts] == [True, False, True, False, True]
    assert "orders_db" in text
    assert re.search(r"web_data +kr-west1 +kr-east1 +paused .* \d+\.\d+\.\d+\.\d+:/scp_web_data_", text)
    assert left_over(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_is_interrupted(tmp_path: Path, number: signal.Signals) -> None:
    """In the middle of the first playbook."""
    folder, output = tmp_path / "tmp", tmp_path / "output"
    folder.mkdir()
    running = start(folder, output)
    deadline = time.monotonic() + LONGEST_DEMO
    while "Validating arguments" not in output.read_text():
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)
    running.send_signal(number)
    assert running.wait(LONGEST_END) == 128 + number
    assert left_over(folder) == []
