# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine that starts from the disk and is reached over SSH."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.wire.disk import DISK, FORWARDED_MAC, INITRD, KERNEL, KEY, MACS

#: Seconds until a machine has started, under software emulation on a busy computer.
MAX_BOOT = 600.0
#: Seconds for one command on a machine.
MAX_COMMAND = 120.0
MEMORY = "768"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of this computer that nothing uses."""
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Machine:
    """One of the two machines.

    :ivar port: where its SSH is forwarded to on this computer.
    """

    def __init__(self, name: str, folder: Path, wire: tuple[int, int]) -> None:
        """Prepare a machine whose disk is an overlay in ``folder``.

        :param wire: the UDP ports of this and of the other end of the cable between the machines.
        """
        self.name = name
        self.port = free_port()
        self.console = folder / f"{name}.console"
        self._overlay = folder / f"{name}.qcow2"
        self._wire = wire
        self._process: subprocess.Popen[bytes] | None = None
        # Paths of sockets are short, and that of the clone may be long.
        self._sockets = tempfile.TemporaryDirectory(prefix="scp-wire-")
        self._master: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting until it has booted."""
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", DISK, self._overlay], check=True)
        here, there = self._wire
        kernel = f"root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off systemd.hostname={self.name}"
        self._process = subprocess.Popen(
            [
                *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", MEMORY),
                *("-nographic", "-nodefaults", "-no-user-config", "-serial", f"file:{self.console}"),
                *("-kernel", KERNEL, "-initrd", INITRD, "-append", kernel),
                *("-drive", f"file={self._overlay},if=virtio,format=qcow2,cache=unsafe"),
                *("-device", "virtio-rng-pci"),
                *("-netdev", f"user,id=ssh,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22"),
                *("-device", f"virtio-net-pci,netdev=ssh,mac={FORWARDED_MAC},romfile="),
                *("-netdev", f"socket,id=wire,udp=127.0.0.1:{there},localaddr=127.0.0.1:{here}"),
                *("-device", f"virtio-net-pci,netdev=wire,mac={MACS[self.name]},romfile="),
            ],
            stdin=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """End it at once."""
        self._disconnect()
        self._sockets.cleanup()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def ssh_options(self) -> list[str]:
        """Options of SSH that know the machine and ignore what the user has set."""
        return [
            *("-F", "/dev/null", "-i", str(KEY), "-o", "StrictHostKeyChecking=no"),
            *("-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes"),
            *("-o", "ConnectTimeout=30", "-o", "IdentitiesOnly=yes", "-o", f"ControlPath={self._sockets.name}/ssh"),
        ]

    def attempt(self, command: str, *, limit: float = MAX_COMMAND, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the shell on it, which may fail."""
        return subprocess.run(
            ["ssh", *self.ssh_options, "-p", str(self.port), "root@127.0.0.1", command],
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=limit,
        )

    def run(self, command: str, *, limit: float = MAX_COMMAND, stdin: str = "") -> str:
        """Run a command of the shell on it, and return what it prints.

        :raises AssertionError: it failed.
        """
        done = self.attempt(command, limit=limit, stdin=stdin)
        assert done.returncode == 0, f"{self.name}: {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _connect(self) -> None:
        """Keep one connection open that all others share: each would take seconds to be agreed on."""
        self._disconnect()
        self._master = subprocess.Popen(
            ["ssh", *self.ssh_options, "-o", "ControlMaster=yes", "-N", "-p", str(self.port), "root@127.0.0.1"],
            stdin=subprocess.DEVNULL,
        )

    def _disconnect(self) -> None:
        if self._master is not None:
            self._master.kill()
            self._master.wait()
            self._master = None
        Path(self._sockets.name, "ssh").unlink(missing_ok=True)

    def boot_id(self) -> str:
        """Return what identifies the boot of the machine; empty while it does not answer."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.attempt("cat /proc/sys/kernel/random/boot_id", limit=45).stdout.strip()
        return ""

    def wait(self, former: str = "") -> None:
        """Wait until it has booted and answers over SSH.

        :param former: identifies the boot before, where it restarts.
        :raises AssertionError: it does not; the text has the end of its console.
        """
        end = time.monotonic() + MAX_BOOT
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, f"{self.name} ended:\n{self._console()}"
            if self.boot_id() not in ("", former):
                self._connect()
                self.attempt("systemctl is-system-running --wait", limit=MAX_BOOT)
                return
            time.sleep(1)
        raise AssertionError(f"{self.name} did not boot within {MAX_BOOT} s:\n{self._console()}")

    def reboot(self) -> None:
        """Restart it in the normal way, and wait until it has booted."""
        former = self.boot_id()
        # The connection may end before the command does.
        self.attempt("systemctl reboot")
        self._disconnect()
        self.wait(former)

    def _console(self) -> str:
        return self.console.read_text(errors="replace")[-3000:] if self.console.exists() else ""
