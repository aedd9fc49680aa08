# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between tasks on one machine: who gets one, and where it lies."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine.locks import NameLock, private_folder

KEY = ("https://storage", "account", "kr-west1", "volume 'web'")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep locks in a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    return tmp_path / "cache" / "scp_storage" / "locks"


def test_lock_is_held_by_one_and_describes_it(cache: Path) -> None:
    first, second = NameLock(KEY), NameLock(KEY)
    assert first.try_acquire() == ""
    assert second.try_acquire().startswith(f"process {os.getpid()}, since ")
    assert NameLock((*KEY[:-1], "another")).try_acquire() == ""
    (file, _other) = sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime)
    assert "web" not in file.name
    first.release()
    assert second.try_acquire() == ""
    second.release()
    second.release()
    assert file not in cache.iterdir()


def test_lock_ends_with_its_process() -> None:
    child = os.fork()
    if child == 0:
        NameLock(KEY).try_acquire()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    lock = NameLock(KEY)
    assert lock.try_acquire() == ""
    lock.release()


def test_lock_is_never_held_by_two() -> None:
    """Holders remove the file of the lock while others open it."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _round in range(50):
            lock = NameLock(KEY)
            while lock.try_acquire():
                time.sleep(0)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            lock.release()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(most) == 200
    assert max(most) == 1


def test_folder_of_locks_is_private(cache: Path, tmp_path: Path) -> None:
    assert private_folder() == cache
    assert cache.stat().st_mode & 0o777 == 0o700
    cache.chmod(0o777)
    (tmp_path / "tmp").mkdir()
    other = private_folder()
    assert other == tmp_path / "tmp" / f"scp_storage_locks_{os.geteuid()}"
    other.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    other.symlink_to(tmp_path / "elsewhere")
    assert private_folder() is None
    lock = NameLock(KEY)
    assert lock.try_acquire() == ""
    lock.release()
