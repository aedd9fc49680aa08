# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who has only README.md gets from a clone to a separate playbook, by typing what it says."""

from __future__ import annotations

import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.collection_path import ROOT
from tests.documents import README, Block, blocks

pytestmark = pytest.mark.newest_core

#: Seconds from the clone to the end of the second run, with all that is installed; the promise is five minutes.
LONGEST = 300
LONGEST_END = 10
#: What a machine needs to reach a package index, and to use again what pip has fetched before.
KEPT = re.compile(r"(?i)(https?|no)_proxy|PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|LANG|TMPDIR")


def first_playbook() -> dict[str, Block]:
    """The blocks below "Your first playbook": for each terminal, the playbook, and the two runs."""
    text = README.read_text(encoding="utf-8")
    begin = text[: text.index("## Your first playbook")].count("\n")
    first, second, playbook, runs = [block for block in blocks(README) if block.line > begin][:4]
    return {"first terminal": first, "second terminal": second, "playbook": playbook, "runs": runs}


def environment(home: Path) -> dict[str, str]:
    """A new user's: the system's programs, the Python below this one's environment, and nothing of Ansible."""
    home.mkdir()
    users = Path(pwd.getpwuid(os.getuid()).pw_dir)
    return {
        "PIP_CACHE_DIR": str(Path(os.environ.get("XDG_CACHE_HOME", users / ".cache")) / "pip"),
        **{name: value for name, value in os.environ.items() if KEPT.fullmatch(name)},
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.base_prefix) / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]),
    }


def free_port() -> int:
    """A port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def start(script: str, folder: Path, environ: dict[str, str], output: Path) -> subprocess.Popen[bytes]:
    """Type a script into a separate terminal, in which Ctrl-C reaches all that it runs."""
    typing = ["bash", "-ec", script]
    with output.open("wb") as file:
        return subprocess.Popen(
            typing,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is not a clone that can be cloned")
def test_from_a_clone_to_the_first_playbook(tmp_path: Path) -> None:
    """The first run changes two things and the second none, all within five minutes of the clone."""
    typed = first_playbook()
    begin = time.monotonic()
    clone, output = tmp_path / "clone", tmp_path / "simulator.txt"
    cloning = ["git", "clone", "--quiet", str(ROOT), str(clone)]
    subprocess.run(cloning, check=True)
    # The README's port may be taken on the machine of a test.
    port = str(free_port())
    environ = {**environment(tmp_path / "home"), "PORT": port}
    simulator = start(typed["first terminal"].content, clone, environ, output)
    try:
        while "SCP simulator ready" not in output.read_text():
            assert simulator.poll() is None, output.read_text()
            assert time.monotonic() < begin + LONGEST, output.read_text()
            time.sleep(0.1)
        (clone / typed["playbook"].file).write_text(typed["playbook"].content)
        script = typed["second terminal"].content.replace(":8080/", f":{port}/") + typed["runs"].content
        typing = ["bash", "-ec", script]
        done = subprocess.run(
            typing, cwd=clone, env=environ, capture_output=True, text=True, timeout=LONGEST, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        taken = time.monotonic() - begin
    finally:
        # Ctrl-C, for make and what it runs.
        os.killpg(simulator.pid, signal.SIGINT)
        simulator.wait(LONGEST_END)
    assert re.findall(r"changed=(\d+) +unreachable=0 +failed=0", done.stdout) == ["2", "0"]
    assert re.search(r'"msg": "\S+:/scp_web_data_\w+"', done.stdout)
    assert taken < LONGEST
    print(f"from the clone to the end of the second run: {taken:.0f} s")
    status = ["git", "status", "--short"]
    left = subprocess.run(status, cwd=clone, capture_output=True, text=True, check=True).stdout
    assert left == "?? first.yml\n"
