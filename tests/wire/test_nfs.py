# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount`` with the kernel's NFS client and server."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.wire.conftest import Wire, actions

pytestmark = pytest.mark.module("scp_mount")

FIRST, SECOND = "192.0.2.1:/srv/web", "192.0.2.2:/srv/web"
WEB: dict[str, Any] = {"name": "web", "path": "/srv/web", "source": FIRST, "options": "rw,hard,vers=4.2,_netdev,nofail"}
#: A machine under software emulation needs some seconds for a task alone.
OVERHEAD = 40


def test_share_is_mounted_and_unmounted(wire: Wire) -> None:
    done = wire.converged("scp_mount", {"mounts": [WEB]})
    assert actions(done) == ["create /srv/web", "write /etc/fstab", f"mount {FIRST} on /srv/web"]
    assert wire.mounted("/srv/web") == [(FIRST, "nfs4")]
    assert wire.fstab() == [f"{FIRST} /srv/web nfs rw,hard,vers=4.2,_netdev,nofail 0 0"]
    wire.host.run("echo written > /srv/web/file && sync /srv/web/file")
    assert wire.storage.run("cat /srv/web/file") == "written\n"
    wire.converged("scp_mount", {"mounts": [{"path": "/srv/web", "state": "absent"}]})
    assert (wire.mounted("/srv/web"), wire.fstab()) == ([], [])


def test_share_follows_an_address_that_moves(wire: Wire) -> None:
    assert not wire.mount(WEB).failed
    done = wire.converged("scp_mount", {"mounts": [{**WEB, "source": SECOND}]})
    assert actions(done) == [
        f"unmount {FIRST} from /srv/web",
        "write /etc/fstab",
        f"mount {SECOND} on /srv/web",
    ]
    assert wire.mounted("/srv/web") == [(SECOND, "nfs4")]
    assert wire.fstab() == [f"{SECOND} /srv/web nfs rw,hard,vers=4.2,_netdev,nofail 0 0"]


def test_share_leaves_an_address_that_no_longer_answers(wire: Wire) -> None:
    """The write that the former address never took is lost, and the share is detached from it."""
    assert not wire.mount(WEB).failed
    wire.silence("192.0.2.1")
    wire.host.run("nohup sh -c 'echo lost > /srv/web/lost' >/dev/null 2>&1 &")
    moved = {**WEB, "source": SECOND}
    begun = time.monotonic()
    refused = wire.mount(moved, unmount_timeout=5)
    assert time.monotonic() - begun < 5 + OVERHEAD
    assert refused.failed
    assert wire.mounted("/srv/web") == [(FIRST, "nfs4")]
    done = wire.mount({**moved, "lazy": "always"}, unmount_timeout=5)
    assert not done.failed, done.message
    assert "umount -f /srv/web" in actions(done)
    assert wire.mounted("/srv/web") == [(SECOND, "nfs4")]
    wire.host.run("echo written > /srv/web/file && cat /srv/web/file", limit=30)


def test_server_that_does_not_answer_ends_in_bounded_time(wire: Wire) -> None:
    wire.silence("192.0.2.1")
    begun = time.monotonic()
    done = wire.mount(WEB, mount_timeout=10)
    assert time.monotonic() - begun < 10 + OVERHEAD
    assert done.failed
    assert f"{FIRST} could not be mounted on /srv/web: it did not answer within 10 s (mount_timeout)." in done.message
    assert wire.mounted("/srv/web") == []
    # The next run finds what is left, and completes it when the server answers again.
    wire.restore()
    assert not wire.mount(WEB).failed
    assert wire.mounted("/srv/web") == [(FIRST, "nfs4")]


def test_mount_whose_server_does_not_answer_blocks_nothing(wire: Wire) -> None:
    """An unchanged mount is not touched, and an unmount ends within its limit; only ``lazy`` detaches."""
    assert not wire.mount(WEB).failed
    wire.silence("192.0.2.1")
    # From 4.1 on, the kernel would use its connection to the first address, since it is the same server.
    other = {"name": "data", "path": "/srv/data", "source": "192.0.2.2:/srv/data", "options": "vers=3,nolock,_netdev"}
    done = wire.mount(WEB, other)
    assert [one["change"] for one in done.result["mounts"]] == ["unchanged", "created"], done.message
    wire.host.run("nohup sh -c 'echo lost > /srv/web/lost' >/dev/null 2>&1 &")
    gone = {"path": "/srv/web", "state": "absent"}
    begun = time.monotonic()
    refused = wire.mount(gone, unmount_timeout=5)
    assert time.monotonic() - begun < 5 + OVERHEAD
    assert refused.failed
    assert "could not be unmounted from /srv/web" in refused.message
    assert wire.mounted("/srv/web") == [(FIRST, "nfs4")]
    done = wire.mount({**gone, "lazy": "always"}, unmount_timeout=5)
    assert not done.failed, done.message
    assert (wire.mounted("/srv/web"), len(wire.fstab())) == ([], 1)
