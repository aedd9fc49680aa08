# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make image``: an execution environment for AWX with this collection, where no image registry is reached.

The base comes from Debian packages (debootstrap), Python libraries are downloaded as wheels, pinned by
``tests/requirements``, and ``ansible-builder`` makes the context from
``extensions/execution-environment/execution-environment.yml``. The image itself is then built without any network.

Wants root, and the Debian packages debootstrap, buildah, podman and runc. What it makes on the way goes into a folder
that is removed; what stays are two images: the base, which the next run uses again, and the execution environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.collection_path import ROOT

BASE = "localhost/scp-storage-base:latest"
IMAGE = "localhost/scp-storage-ee:latest"
PROGRAMS = ("debootstrap", "buildah", "podman")
DEFINITION = ROOT / "extensions" / "execution-environment" / "execution-environment.yml"
REQUIREMENTS = ROOT / "tests" / "requirements"
#: With the newest ansible-core, what makes and runs the image, and what else is in it.
PINS = ("core-2.21", "awx", "image")
SUITE = "trixie"
#: The Python of that suite.
PYTHON = "3.13"
#: ssh and sshpass log in to servers.
PACKAGES = ("ca-certificates", "openssh-client", "python3", "python3-pip", "sshpass")
MIRROR = "http://deb.debian.org/debian"
#: Not needed in a container.
UNREAD = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists")


class ImageFailed(Exception):
    """The image cannot be built; the text is meant for users."""


def environment() -> dict[str, str]:
    """The environment of podman and buildah; it names settings of our own where there is no systemd and no others."""
    found = dict(os.environ)
    if not Path("/run/systemd/system").exists():
        found.setdefault("CONTAINERS_CONF", str(Path(__file__).parent / "containers.conf"))
    return found


def _run(*words: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command that prints for itself.

    :raises ImageFailed: it did not end well.
    """
    print(f"$ {' '.join(map(str, words))}", flush=True)
    done = subprocess.run([str(word) for word in words], check=False, cwd=cwd, env=env and dict(env))
    if done.returncode != 0:
        raise ImageFailed(f"{words[0]} ended with exit code {done.returncode}")


def _program(name: str) -> Path:
    """A program of the Python environment that this runs in."""
    return Path(sys.executable).parent / name


def has(image: str) -> bool:
    """Whether podman has an image of this name."""
    return subprocess.run(["podman", "image", "exists", image], check=False, env=environment()).returncode == 0


def make_base(folder: Path, mirror: str) -> None:
    """Make the base image from Debian packages."""
    root = folder / "base"
    _run("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, root, mirror)
    for name in UNREAD:
        shutil.rmtree(root / name, ignore_errors=True)
    archive = folder / "base.tar"
    _run("tar", "--create", "--file", archive, "--directory", root, ".")
    _run("podman", "import", "--quiet", archive, BASE, env=environment())


def make_context(folder: Path) -> Path:
    """Make what the image is built from: collection, wheels, and the files of ansible-builder."""
    shutil.copy(DEFINITION, folder)
    # From a copy: what is ignored in this clone must not get in, and nothing be written into it.
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / "sources" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / "sources" / name)
    _run(_program("ansible-galaxy"), "collection", "build", "--output-path", folder, folder / "sources")
    (archive,) = folder.glob("scp-storage-*.tar.gz")
    archive.rename(folder / "scp-storage.tar.gz")
    wheels = folder / "wheels"
    pins = [option for name in PINS for option in ("--requirement", REQUIREMENTS / f"{name}.txt")]
    only = ("--only-binary=:all:", f"--python-version={PYTHON}")
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels, *only, *pins)
    (folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    context = folder / "context"
    _run(_program("ansible-builder"), "create", "--file", DEFINITION.name, "--context", context, cwd=folder)
    return context


def build(folder: Path, context: Path) -> None:
    """Build the image, without any network."""
    _run(
        *("buildah", "build", "--layers=false", "--network=none", f"--tag={IMAGE}"),
        # There is nothing of dnf to clean up.
        "--build-arg=PKGMGR_PRESERVE_CACHE=always",
        f"--volume={folder / 'wheels'}:/wheels:ro",
        f"--volume={folder / 'pip.conf'}:/etc/pip.conf:ro",
        *("--file", context / "Containerfile", context),
        env=environment(),
    )


def main() -> int:
    """Build it, and clean up."""
    parser = argparse.ArgumentParser(prog="make image", description="Build an execution environment for AWX.")
    parser.add_argument("--fresh", action="store_true", help="make the base again, with the newest packages of Debian")
    parser.add_argument("--mirror", default=MIRROR, help=f"where Debian packages come from ({MIRROR})")
    options = parser.parse_args()
    try:
        if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
            raise ImageFailed(
                f"{', '.join(missing)} not found. On Debian: apt-get install debootstrap buildah podman runc"
            )
        if os.geteuid() != 0:
            raise ImageFailed("debootstrap wants root. Run it with sudo")
        with tempfile.TemporaryDirectory(prefix="scp-storage-image-") as name:
            folder = Path(name)
            if options.fresh or not has(BASE):
                make_base(folder, options.mirror)
            build(folder, make_context(folder))
    except ImageFailed as failure:
        print(f"\nThe image was not built: {failure}.", file=sys.stderr)
        return 1
    print(f"\nBuilt {IMAGE}. Run playbooks in it with ansible-runner or AWX; podman push takes it to a registry.")
    print(f"To remove it: podman rmi {IMAGE} {BASE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
