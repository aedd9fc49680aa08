# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount`` with the kernel's NFS client and server."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.modules import scp_mount
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


@pytest.mark.parametrize("lazy", ["moved", "always"])
def test_shares_of_one_server_leave_a_dead_address_together(wire: Wire, lazy: str) -> None:
    """From 4.1 on, a mount from the new address waits for the former one as long as a mount of it remains."""
    data = {**WEB, "name": "data", "path": "/srv/data", "source": "192.0.2.1:/srv/data"}
    assert not wire.mount(WEB, data).failed
    wire.silence("192.0.2.1")
    if lazy == "always":
        wire.host.run("nohup sh -c 'echo lost > /srv/web/lost' >/dev/null 2>&1 &")
    moved = [{**WEB, "source": SECOND}, {**data, "source": "192.0.2.2:/srv/data"}]
    done = wire.mount(*({**one, "lazy": lazy} for one in moved), unmount_timeout=5, mount_timeout=60)
    assert not done.failed, done.message
    assert [wire.mounted(path) for path in ("/srv/web", "/srv/data")] == [
        [(SECOND, "nfs4")],
        [("192.0.2.2:/srv/data", "nfs4")],
    ]
    for path in ("/srv/web", "/srv/data"):
        wire.host.run(f"echo {lazy} > {path}/file && sync {path}/file", limit=30)
        assert wire.storage.run(f"cat {path}/file") == f"{lazy}\n"
    assert not wire.mount(*moved).changed


def test_share_that_stays_on_a_dead_address_is_named(wire: Wire) -> None:
    data = {**WEB, "name": "data", "path": "/srv/data", "source": "192.0.2.1:/srv/data"}
    assert not wire.mount(WEB, data).failed
    wire.silence("192.0.2.1")
    done = wire.mount({**WEB, "source": SECOND, "lazy": "moved"}, unmount_timeout=5, mount_timeout=20)
    assert done.failed
    assert "/srv/data is still mounted from 192.0.2.1." in done.message


#: Options of NFS itself that the kernel refuses to change on a mount with the defaults, and some that it ignores.
REFUSED = (
    *("soft", "softerr", "timeo=100", "retrans=5", "rsize=32768", "wsize=32768", "acregmin=5", "acdirmax=90", "noac"),
    *("sec=none", "nosharecache", "nocto", "lookupcache=none", "noresvport", "nordirplus", "local_lock=all", "noacl"),
)
IGNORED = ("nconnect=2", "max_connect=4", "proto=udp", "namlen=200", "bsize=4096")


@pytest.mark.parametrize("version", ["vers=3", "vers=4.1", "vers=4.2"])
def test_kernel_changes_flags_and_no_option_of_nfs_by_a_remount(wire: Wire, version: str) -> None:
    """The table of the module is what the kernel does."""
    wire.host.run(f"mkdir -p /srv/web && mount -t nfs -o {version} {FIRST} /srv/web")
    fresh = wire.shown("/srv/web")
    assert wire.remount(FIRST, "/srv/web", *REFUSED) == [False] * len(REFUSED)
    assert wire.remount(FIRST, "/srv/web", *IGNORED) == [True] * len(IGNORED)
    assert wire.shown("/srv/web") == fresh
    assert wire.remount(FIRST, "/srv/web", "ro,nosuid,nodev,noexec,noatime,sync") == [True]
    assert wire.shown("/srv/web") - fresh == {"ro", "nosuid", "nodev", "noexec", "noatime", "sync"}
    # Access times stay as they are where no flag of theirs is given.
    assert wire.remount(FIRST, "/srv/web", "rw") == [True]
    assert wire.shown("/srv/web") == fresh - {"relatime"} | {"noatime"}
    assert wire.remount(FIRST, "/srv/web", "rw,relatime") == [True]
    assert wire.shown("/srv/web") == fresh
    # That an option is gone is ignored too.
    wire.host.run(f"umount /srv/web && mount -t nfs -o {version},soft,timeo=100 {FIRST} /srv/web")
    assert wire.remount(FIRST, "/srv/web", "rw", version) == [True, True]
    assert {"soft", "timeo=100"} <= wire.shown("/srv/web")
    names = {one.partition("=")[0] for one in (*REFUSED, *IGNORED)}
    assert not names & set(scp_mount.REMOUNT_OPTIONS["nfs"])


def test_options_take_effect_by_a_remount_where_the_kernel_takes_them(wire: Wire) -> None:
    def given(options: str) -> dict[str, Any]:
        return {"mounts": [{**WEB, "options": f"{options},rsize=1048576,vers=4.2,_netdev"}]}

    by_unmount = [f"unmount {FIRST} from /srv/web", f"mount {FIRST} on /srv/web", "write /etc/fstab"]
    assert not wire.module("scp_mount", given("rw")).failed
    # Taken, although the size that the kernel and the server agreed on is another.
    assert actions(wire.converged("scp_mount", given("ro,nosuid,noatime"))) == ["remount /srv/web", "write /etc/fstab"]
    assert {"ro", "nosuid", "noatime"} <= wire.shown("/srv/web")
    assert actions(wire.converged("scp_mount", given("rw"))) == ["remount /srv/web", "write /etc/fstab"]
    assert not {"ro", "nosuid", "noatime"} & wire.shown("/srv/web")
    # In force already.
    assert actions(wire.converged("scp_mount", given("rw,hard,timeo=600"))) == ["write /etc/fstab"]
    # Refused. Each run fails as long as the share is in use, and fstab has what is in force.
    wire.host.run("cd /srv/web; nohup sleep 600 >/dev/null 2>&1 & echo $! > /run/user-of-web")
    for _time in range(2):
        refused = wire.module("scp_mount", given("rw,soft,timeo=100"))
        assert refused.failed
        assert "(needed because soft, timeo cannot be changed by a remount)" in refused.message
        assert wire.fstab()[0].split()[3].startswith("rw,hard,timeo=600,")
    wire.host.run("kill $(cat /run/user-of-web)")
    assert actions(wire.converged("scp_mount", given("rw,soft,timeo=100"))) == by_unmount
    assert {"soft", "timeo=100"} <= wire.shown("/srv/web")
    # Ignored: a remount without them would succeed, and change nothing.
    assert actions(wire.converged("scp_mount", given("rw"))) == by_unmount
    assert {"hard", "timeo=600"} <= wire.shown("/srv/web")
