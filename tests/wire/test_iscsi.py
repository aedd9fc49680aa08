# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_iscsi_session`` with open-iscsi and a target in user space (tgt)."""

from __future__ import annotations

import pytest

from tests.harness.tasks import task
from tests.wire.conftest import LUN, PORTAL, TARGET, Wire, actions, disk

pytestmark = pytest.mark.module("scp_iscsi_session")

SESSION = {"name": "ledger", "portals": [PORTAL]}


def sessions(wire: Wire) -> list[str]:
    """Return the sessions of the host, by open-iscsi."""
    return [line for line in wire.host.attempt("iscsiadm -m session").stdout.splitlines() if line]


def disks(wire: Wire) -> int:
    """Return how many disks of the target the kernel of the host has."""
    return wire.host.run("udevadm settle; lsblk -d -n -o NAME,TRAN").count("iscsi")


def test_login_second_disk_and_logout(target: Wire) -> None:
    done = target.converged("scp_iscsi_session", {"sessions": [SESSION]})
    assert actions(done) == [f"log in to {TARGET} at {PORTAL}:3260"]
    first = sessions(target)
    assert len(first) == 1
    assert f"{PORTAL}:3260,1 {TARGET}" in first[0]
    assert disks(target) == 1
    assert target.host.run("systemctl is-enabled open-iscsi") == "enabled\n"

    # A second volume behind the portal is found by a rescan of the same session.
    target.storage.run(LUN.format(lun=2))
    again = target.module("scp_iscsi_session", {"sessions": [SESSION]})
    assert not again.failed, again.message
    assert disks(target) == 2
    assert sessions(target) == first

    done = target.converged("scp_iscsi_session", {"sessions": [{**SESSION, "state": "absent"}]})
    assert actions(done) == [f"log out of {TARGET} at {PORTAL}:3260", f"remove the record of {TARGET} at {PORTAL}:3260"]
    assert sessions(target) == []
    assert disks(target) == 0
    assert target.host.run("find /etc/iscsi/nodes -type f") == ""


def test_file_system_on_a_disk_is_created_once_and_keeps_the_session(target: Wire) -> None:
    assert not target.module("scp_iscsi_session", {"sessions": [SESSION]}).failed
    mount = {"name": "ledger", "path": "/srv/ledger", "source": disk(1), "fstype": "ext4", "format": True}
    done = target.converged("scp_mount", {"mounts": [mount]})
    assert f"create ext4 on {disk(1)}" in actions(done)
    target.host.run("echo written > /srv/ledger/file && sync")

    refused = target.module("scp_iscsi_session", {"sessions": [{**SESSION, "state": "absent"}]})
    assert refused.failed
    assert "is mounted on /srv/ledger" in refused.message
    assert len(sessions(target)) == 1

    absent = {"path": "/srv/ledger", "source": disk(1), "fstype": "ext4", "state": "absent"}
    target.converged("scp_mount", {"mounts": [absent]})
    assert not target.module("scp_iscsi_session", {"sessions": [{**SESSION, "state": "absent"}]}).failed
    assert (sessions(target), disks(target)) == ([], 0)

    # It has the same data after another login.
    assert not target.module("scp_iscsi_session", {"sessions": [SESSION]}).failed
    assert not target.mount(mount).failed
    assert target.host.run("cat /srv/ledger/file") == "written\n"


def test_portal_that_does_not_answer_ends_in_bounded_time(target: Wire) -> None:
    target.silence(PORTAL)
    done = target.module("scp_iscsi_session", {"sessions": [SESSION], "timeout": 20})
    assert done.failed
    assert PORTAL in done.message
    assert sessions(target) == []
    target.restore()
    assert not target.module("scp_iscsi_session", {"sessions": [SESSION]}).failed
    assert len(sessions(target)) == 1


def test_sessions_and_mounts_come_back_after_a_reboot(target: Wire) -> None:
    mounts = [
        {"path": "/srv/ledger", "source": disk(1), "fstype": "ext4", "format": True},
        {"path": "/srv/web", "source": "192.0.2.1:/srv/web"},
    ]
    run = target.play(
        [task("scp_iscsi_session", {"sessions": [SESSION]}), task("scp_mount", {"mounts": mounts})]
    ).succeeded()
    assert run.count("changed") == 2
    target.host.run("echo written > /srv/ledger/file && sync")
    target.host.reboot()
    assert len(sessions(target)) == 1
    assert [kind for _source, kind in target.mounted("/srv/ledger")] == ["ext4"]
    assert target.mounted("/srv/web") == [("192.0.2.1:/srv/web", "nfs4")]
    assert target.host.run("cat /srv/ledger/file") == "written\n"
    again = target.play([task("scp_iscsi_session", {"sessions": [SESSION]}), task("scp_mount", {"mounts": mounts})])
    assert again.succeeded().count("changed") == 0
