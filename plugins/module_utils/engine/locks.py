# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between the tasks of one user on one machine.

Most services accept two resources of one name. Two tasks that look for a name at the same time would both find nothing
and both create it, so that looking and creating happen under a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

#: Bytes that describe a holder; more than a lock file ever has.
MAX_HOLDER = 200


class NameLock:
    """A lock that the operating system releases when its process ends, however it ends.

    Where the machine has no private folder, or its file system no locks, everybody gets it: what was created twice is
    then reported after the creation.

    :param key: what the lock is about; only a hash of it is stored.
    """

    def __init__(self, key: Sequence[str]) -> None:
        folder = private_folder()
        self._path = folder / hashlib.sha256("\0".join(key).encode()).hexdigest() if folder else None
        self._descriptor: int | None = None

    def try_acquire(self) -> str:
        """Return an empty text once the lock is held, and a description of its holder as long as it is not."""
        while self._path is not None and self._descriptor is None:
            try:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            except OSError:
                break
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(descriptor, MAX_HOLDER).decode("utf-8", "replace")
                os.close(descriptor)
                return holder or "another process"
            except OSError:
                os.close(descriptor)
                break
            if _is_at(descriptor, self._path):
                self._descriptor = descriptor
                with contextlib.suppress(OSError):
                    os.write(descriptor, f"process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC".encode())
            else:
                # Its last holder has removed the file in the meantime.
                os.close(descriptor)
        return ""

    def release(self) -> None:
        """Release the lock, and leave no file behind."""
        if self._descriptor is None or self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = None


def private_folder() -> Path | None:
    """Return a folder that only this user can write to; ``None`` where there is none.

    In a folder that others can write to, they could keep a lock for as long as they like.
    """
    cache = os.environ.get("XDG_CACHE_HOME", "")
    home = os.path.expanduser("~")
    candidates = (
        Path(cache if os.path.isabs(cache) else f"{home}/.cache") / "scp_storage" / "locks",
        Path(tempfile.gettempdir()) / f"scp_storage_locks_{os.geteuid()}",
    )
    return next(filter(_is_private, candidates), None)


def _is_private(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return False
    mode = stat.S_IMODE(status.st_mode)
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and not mode & 0o077
        and os.access(folder, os.W_OK | os.X_OK)
    )


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether an open file is still the one of that path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
