# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: the two machines, and a controller that reaches the managed host."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, TaskResult, task
from tests.simulator.fixture import Simulator
from tests.wire.disk import DISK, FOLDER, check_requirements, is_current
from tests.wire.machine import Machine, free_port

PASSWORD = "wire-Secret-1"
#: Prints what a module may change.
STATE = (
    "cut -d' ' -f1-4 /proc/mounts; cat /etc/fstab; ls -lR /etc/scp_storage /etc/iscsi/nodes 2>&1;"
    " iscsiadm -m session 2>&1; ls /srv /dev/disk/by-path; systemctl is-enabled open-iscsi; true"
)
PREPARED = f"""
set -e
mkdir -p /srv/web /srv/data /srv/office
echo '/srv/web *(rw,sync,no_subtree_check,no_root_squash)' > /etc/exports
echo '/srv/data *(rw,sync,no_subtree_check,no_root_squash)' >> /etc/exports
chown alice /srv/office
printf '{PASSWORD}\\n{PASSWORD}\\n' | smbpasswd -s -a alice
mkdir -p /etc/nfs.conf.d
printf '[nfsd]\\ngrace-time=10\\n' > /etc/nfs.conf.d/wire.conf
systemctl start nfs-server smbd tgt
exportfs -r
"""
#: The address of the iSCSI target, and what makes it with one disk and removes it.
PORTAL = "192.0.2.3"
TARGET = "iqn.2026-01.com.example:ledger"
CREATE = f"""
set -e
for lun in 1 2; do truncate -s 64M /srv/lun$lun; done
tgtadm --lld iscsi --op new --mode target --tid 1 -T {TARGET}
tgtadm --lld iscsi --op bind --mode target --tid 1 -I ALL
"""
LUN = "tgtadm --lld iscsi --op new --mode logicalunit --tid 1 --lun {lun} -b /srv/lun{lun}"
REMOVE = """
tgtadm --lld iscsi --op delete --force --mode target --tid 1
rm -f /srv/lun?
"""


@dataclass(frozen=True)
class Wire:
    """The machines and the controller of one test."""

    host: Machine
    storage: Machine
    controller: Controller

    def play(self, tasks: Sequence[Mapping[str, Any]], **options: Any) -> Run:
        """Run tasks on the managed host, with ansible-playbook over SSH."""
        plays = [{"hosts": "host", "gather_facts": False, "tasks": list(tasks)}]
        return self.controller.playbook(plays, arguments=self.arguments, environ={"ANSIBLE_PIPELINING": "1"}, **options)

    @property
    def arguments(self) -> list[str]:
        """Arguments of ansible-playbook that name the managed host."""
        file = self.controller.folder / "inventory.ini"
        file.write_text(
            f"host ansible_host=127.0.0.1 ansible_port={self.host.port} ansible_user=root"
            f" ansible_python_interpreter=/usr/bin/python3 ansible_ssh_args='{' '.join(self.host.ssh_options)}'\n"
        )
        return ["-i", str(file)]

    def module(self, name: str, args: Mapping[str, Any], *, check: bool = False) -> TaskResult:
        """Run one task on the managed host; it may fail."""
        run = self.play([task(name, args, check=check, diff=True)])
        assert run.results, run.output
        assert PASSWORD not in run.output
        return run[-1]

    def mount(self, *mounts: Mapping[str, Any], check: bool = False, **more: Any) -> TaskResult:
        """Run ``scp_mount``; it may fail."""
        return self.module("scp_mount", {"mounts": list(mounts), **more}, check=check)

    def converged(self, module: str, args: Mapping[str, Any]) -> TaskResult:
        """Run a module three times: check mode predicts the run and changes nothing, nor does the third run."""
        state = task("ansible.builtin.shell", {"cmd": STATE}, changed_when=False)
        ways = [task(module, args, check=check, diff=True) for check in (True, False, False)]
        run = self.play([state, ways[0], state, *ways[1:]]).succeeded()
        assert PASSWORD not in run.output
        before, planned, after, done, again = run
        assert before.result["stdout"] == after.result["stdout"]
        assert actions(planned) == actions(done)
        assert (again.changed, actions(again)) == (False, [])
        return done

    def mounted(self, path: str) -> list[tuple[str, str]]:
        """Return source and type of each layer on a path, by the kernel of the host, the topmost last."""
        lines = [line.split() for line in self.host.run("cat /proc/mounts").splitlines()]
        return [(line[0], line[2]) for line in lines if line[1] == path]

    def shown(self, path: str) -> set[str]:
        """Return the options that the kernel of the host shows for what is mounted on a path."""
        lines = [line.split() for line in self.host.run("cat /proc/mounts").splitlines()]
        return set(next(line[3] for line in reversed(lines) if line[1] == path).split(","))

    def remount(self, source: str, path: str, *options: str) -> list[bool]:
        """Remount with each of these options, and return whether the kernel took them without an error."""
        kind = "cifs" if source.startswith("//") else "nfs"
        tries = [f"mount -t {kind} -o remount,{one} {source} {path} >/dev/null 2>&1; echo $?" for one in options]
        return [code == "0" for code in self.host.run("\n".join(tries)).split()]

    def fstab(self) -> list[str]:
        """Return the lines of fstab of all but the host's root."""
        return self.host.run("grep -v ' / ' /etc/fstab || true").splitlines()

    def silence(self, address: str) -> None:
        """Let the storage server drop all that is sent to one of its addresses."""
        self.storage.run(
            "nft add table inet wire && nft 'add chain inet wire input { type filter hook input priority 0; }'"
            f" && nft add rule inet wire input ip daddr {address} drop"
        )

    def replace_server(self) -> None:
        """Let another NFS server answer at the addresses of the storage server that are not silent.

        A client recognizes a server by its name (RFC 8881, section 2.10.5); the new one knows no client of the former.
        """
        self.storage.run("hostname replica && systemctl restart nfs-server")

    def restore(self) -> None:
        """Let the storage server answer at all addresses."""
        self.storage.run("hostname storage; nft delete table inet wire 2>/dev/null; true")


def actions(result: TaskResult) -> list[str]:
    """Return what a module did for all items."""
    parts = result.result.get("mounts", []) + result.result.get("sessions", [])
    return [action for part in parts for action in part["actions"]]


@pytest.fixture(scope="session")
def machines() -> Iterator[tuple[Machine, Machine]]:
    """The managed host and the storage server, booted."""
    check_requirements()
    assert is_current(), f"{DISK} is missing or of another recipe: python -m tests.wire makes it"
    ports = [free_port(socket.SOCK_DGRAM) for _end in range(2)]
    with tempfile.TemporaryDirectory(prefix="run-", dir=FOLDER) as name:
        storage = Machine("storage", Path(name), (ports[0], ports[1]))
        host = Machine("host", Path(name), (ports[1], ports[0]))
        try:
            for machine in (storage, host):
                machine.start()
            for machine in (storage, host):
                machine.wait()
            storage.run(PREPARED)
            yield host, storage
        finally:
            for machine in (host, storage):
                machine.stop()


@pytest.fixture
def wire(machines: tuple[Machine, Machine], simulator: Simulator, tmp_path: Path) -> Iterator[Wire]:
    """The machines, with nothing mounted and no session."""
    host, storage = machines
    controller = Controller(simulator, tmp_path)
    made = Wire(host, storage, controller)
    yield made
    controller.stop()
    made.restore()
    host.run(
        "for path in $(awk '$2 ~ \"^/srv/\" {print $2}' /proc/mounts | tac); do umount -f -l $path; done;"
        "sed -i '/ \\/srv\\//d' /etc/fstab; systemctl daemon-reload; rm -rf /srv/* /etc/scp_storage;"
        "iscsiadm -m session >/dev/null 2>&1 && iscsiadm -m node --logoutall=all; rm -rf /etc/iscsi/nodes/*; true"
    )


@pytest.fixture
def target(wire: Wire) -> Iterator[Wire]:
    """A target with one disk."""
    wire.storage.run(CREATE + LUN.format(lun=1))
    yield wire
    wire.host.run(
        "for path in $(awk '$2 ~ \"^/srv/\" {print $2}' /proc/mounts | tac); do umount -f -l $path; done;"
        "iscsiadm -m node --logoutall=all; true"
    )
    wire.storage.run(REMOVE)


def disk(lun: int) -> str:
    """Return the name of a disk that stays the same."""
    return f"/dev/disk/by-path/ip-{PORTAL}:3260-iscsi-{TARGET}-lun-{lun}"
