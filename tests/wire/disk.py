# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk that both machines start from; it is made again when its recipe changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.collection_path import CACHE

#: What is kept between runs.
FOLDER = CACHE / "wire"
DISK = FOLDER / "disk.img"
KERNEL = FOLDER / "vmlinuz"
INITRD = FOLDER / "initrd.img"
KEY = FOLDER / "id_ed25519"
STAMP = FOLDER / "made-from"
PROGRAMS = ("debootstrap", "qemu-system-x86_64", "qemu-img", "mke2fs", "ssh", "ssh-keygen")
SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
SIZE = "3G"
PACKAGES = (
    *("systemd-sysv", "udev", "dbus", "kmod", "linux-image-amd64", "initramfs-tools", "zstd"),
    *(
        "openssh-server",
        "sudo",
        "python3",
        "python3-apt",
        "iproute2",
        "nftables",
        "e2fsprogs",
        "util-linux-extra",
        "procps",
    ),
    *("nfs-common", "nfs-kernel-server", "cifs-utils", "samba", "smbclient", "open-iscsi", "tgt"),
)
#: Addresses for documentation: the storage server has several, so that one can be taken down.
STORAGE_ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
HOST_ADDRESS = "192.0.2.10"
#: Of the second network card of each machine, by which it knows its addresses.
MACS = {"storage": "52:54:00:77:00:01", "host": "52:54:00:77:00:10"}
#: Of the card that SSH is forwarded to.
FORWARDED_MAC = "52:54:00:77:01:01"
CONTENT = {
    "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
    "etc/hosts": "127.0.0.1 localhost host storage\n",
    "etc/initramfs-tools/conf.d/wire": "MODULES=list\nCOMPRESS=zstd\n",
    "etc/initramfs-tools/modules": "virtio_pci\nvirtio_blk\next4\ncrc32c_generic\n",
    "etc/systemd/network/forwarded.network": (
        f"[Match]\nMACAddress={FORWARDED_MAC}\n[Network]\nAddress=10.0.2.15/24\nLinkLocalAddressing=no\n"
    ),
    "etc/systemd/network/storage.network": (
        f"[Match]\nMACAddress={MACS['storage']}\n[Network]\nLinkLocalAddressing=no\n"
        + "".join(f"Address={address}/24\n" for address in STORAGE_ADDRESSES)
    ),
    "etc/systemd/network/host.network": (
        f"[Match]\nMACAddress={MACS['host']}\n[Network]\nLinkLocalAddressing=no\nAddress={HOST_ADDRESS}/24\n"
    ),
    "etc/ssh/sshd_config.d/wire.conf": "UseDNS no\nUsePAM no\nPermitRootLogin prohibit-password\n",
    "etc/exports": "",
    "etc/samba/smb.conf": (
        "[global]\nserver role = standalone server\nserver min protocol = SMB2\nload printers = no\n"
        "[office]\npath = /srv/office\nread only = no\nvalid users = alice\n"
    ),
}
#: Servers are started where a test needs them, and the timers of a machine that stays are not needed.
DISABLED = (
    *("nfs-server.service", "smbd.service", "nmbd.service", "samba-ad-dc.service", "tgt.service"),
    *("open-iscsi.service", "nfs-blkmap.service"),
)
MASKED = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"),
    *("e2scrub_reap.service", "getty@tty1.service", "systemd-timesyncd.service", "nftables.service"),
)
UNREAD = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists")
#: What apt needs to see what is installed.
EMPTY = ("var/cache/apt/archives/partial", "var/lib/apt/lists/partial")


class WireFailed(Exception):
    """The machines cannot be made; the text is meant for users."""


def check_requirements() -> None:
    """Check that this machine has what is needed.

    :raises WireFailed: something is missing.
    """
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        raise WireFailed(
            f"{', '.join(missing)} not found. On Debian: apt-get install debootstrap qemu-system-x86 qemu-utils"
            " e2fsprogs openssh-client"
        )
    if os.geteuid() != 0:
        raise WireFailed("debootstrap requires root. Run it with sudo")


def recipe() -> str:
    """Return what the disk depends on, as one text."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def is_current() -> bool:
    """Return whether there is a disk made from this recipe."""
    return DISK.exists() and STAMP.exists() and STAMP.read_text() == recipe()


def _run(*words: str | Path) -> None:
    """Run a command.

    :raises WireFailed: it failed; the text has the end of what it printed.
    """
    print(f"$ {' '.join(map(str, words))}", flush=True)
    done = subprocess.run(
        [str(word) for word in words],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode != 0:
        raise WireFailed(f"{words[0]} ended with exit code {done.returncode}: {done.stdout[-2000:]}")


def make(mirror: str) -> None:
    """Make the disk, the kernel and the key for SSH."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "scp-storage-wire", "-f", KEY)
    with tempfile.TemporaryDirectory(prefix="root-", dir=FOLDER) as name:
        root = Path(name) / "root"
        _run("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, root, mirror)
        configure(root)
        KERNEL.write_bytes((root / "vmlinuz").resolve().read_bytes())
        INITRD.write_bytes((root / "initrd.img").resolve().read_bytes())
        for unread in UNREAD:
            shutil.rmtree(root / unread, ignore_errors=True)
        for empty in EMPTY:
            (root / empty).mkdir(parents=True)
        _run("mke2fs", "-q", "-t", "ext4", "-d", root, DISK, SIZE)
    STAMP.write_text(recipe())


def configure(root: Path) -> None:
    """Write the settings of both machines."""
    for name, text in CONTENT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    authorized = root / "root" / ".ssh" / "authorized_keys"
    authorized.parent.mkdir(mode=0o700, exist_ok=True)
    authorized.write_text(KEY.with_suffix(".pub").read_text())
    _run("chroot", root, "systemctl", "enable", "systemd-networkd.service", "ssh.service")
    _run("chroot", root, "systemctl", "disable", *DISABLED)
    _run("chroot", root, "systemctl", "mask", *MASKED)
    _run("chroot", root, "update-initramfs", "-u")
    _run("chroot", root, "useradd", "--no-create-home", "alice")
