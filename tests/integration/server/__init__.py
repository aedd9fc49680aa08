# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server to mount volumes on: this machine in a separate mount namespace, with its own ``/etc`` and ``/usr/sbin``.

All is real there, programs, kernel and ``/etc/fstab``, but for three stand-ins that have no network storage to talk to:
``mount.nfs`` and ``mount.cifs`` mount a file system in memory under the name of the share, and ``iscsiadm`` keeps its
nodes and sessions in files. What is done there is not seen outside, and goes with the namespace.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAME = "west-db1"


class Server:
    """The server; ``folder`` is where its namespace begins, and is seen from outside too."""

    def __init__(self, folder: Path) -> None:
        """Start it; the test is skipped where the kernel does not let this user have mount namespaces."""
        self.folder = folder
        folder.mkdir()
        self._privileged = os.geteuid() == 0
        new = ["--mount"] if self._privileged else ["--user", "--map-root-user", "--mount"]
        self._process = subprocess.Popen(
            [
                "/usr/bin/unshare",
                *new,
                "--propagation",
                "private",
                "/bin/sh",
                str(HERE / "begin.sh"),
                str(folder),
                str(HERE),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self._process.wait()
            errors = self._process.stderr.read() if self._process.stderr else ""
            pytest.skip(f"no mount namespace for this user: {errors}")
        enter = ["--mount"] if self._privileged else ["--user", "--mount", "--preserve-credentials"]
        self._enter = ["/usr/bin/nsenter", *enter, f"--target={self._process.pid}"]
        self.interpreter = folder / "python"
        path = "/usr/sbin:/usr/bin:/sbin:/bin"
        command = shlex.join([*self._enter, "env", f"PATH={path}", sys.executable])
        self.interpreter.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        self.interpreter.chmod(0o755)

    @property
    def can_have_disks(self) -> bool:
        """Whether it can make a disk of a file."""
        return self._privileged and Path("/dev/loop-control").exists()

    def stop(self) -> None:
        """End it, with all that is mounted in it."""
        self._process.kill()
        self._process.communicate()

    def run(self, *command: str) -> str:
        """Run a command in it; what it prints."""
        return subprocess.run([*self._enter, *command], check=True, capture_output=True, text=True).stdout

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in it, and go on; its output can be read."""
        return subprocess.Popen([*self._enter, *command], stdout=subprocess.PIPE, text=True)

    def inventory(self) -> Path:
        """An inventory with this server, and nothing else."""
        file = self.folder / "inventory.ini"
        file.write_text(f"{NAME} ansible_connection=local ansible_python_interpreter={self.interpreter}\n")
        return file

    def mounts(self) -> dict[str, str]:
        """What is mounted below ``/srv``: sources by path."""
        lines = [line.split(" ") for line in self.run("cat", "/proc/self/mounts").splitlines()]
        return {line[1]: line[0] for line in lines if line[1].startswith("/srv/")}

    def fstab(self) -> list[str]:
        """The lines of ``/etc/fstab``."""
        return self.run("cat", "/etc/fstab").splitlines()

    def calls(self, program: str) -> list[str]:
        """The arguments of each call of a stand-in so far."""
        log = self.folder / f"{program}.log"
        return log.read_text().splitlines() if log.exists() else []

    def offer(self, **targets: str) -> None:
        """Let addresses offer iSCSI targets, ``a10_0_0_1="iqn..."``."""
        lines = [f"{address[1:].replace('_', '.')} {target}" for address, target in targets.items()]
        (self.folder / "offers").write_text("".join(f"{line}\n" for line in lines))
