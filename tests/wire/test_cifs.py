# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount`` with the kernel's CIFS client and Samba."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.conftest import PASSWORD, Wire, actions

pytestmark = pytest.mark.module("scp_mount")

SOURCE = "//192.0.2.1/office"
OFFICE: dict[str, Any] = {
    "name": "office",
    "path": "/srv/office",
    "source": SOURCE,
    "cifs_username": "alice",
    "options": "rw,_netdev,nofail",
}
CREDENTIALS = "/etc/scp_storage/srv_office.credentials"
OTHER = "wire-Secret-2"


def given(password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    """Return arguments of the module that mount the share."""
    return {"mounts": [{**OFFICE, **more}], "cifs_passwords": {"office": password}}


def set_password(wire: Wire, password: str) -> None:
    """Change the password of the user on the server."""
    wire.storage.run("smbpasswd -s alice", stdin=f"{password}\n{password}\n")


@pytest.fixture
def office(wire: Wire) -> Iterator[Wire]:
    """The machines; the user has the first password again afterwards."""
    yield wire
    set_password(wire, PASSWORD)


def test_share_is_mounted_and_its_password_stays_secret(office: Wire) -> None:
    done = office.converged("scp_mount", given())
    assert f"mount {SOURCE} on /srv/office" in actions(done)
    assert office.mounted("/srv/office") == [(SOURCE, "cifs")]
    assert office.host.run(f"stat -c '%a %U' {CREDENTIALS}; stat -c %a /etc/scp_storage") == "600 root\n700\n"
    assert office.fstab() == [f"{SOURCE} /srv/office cifs rw,_netdev,nofail,credentials={CREDENTIALS} 0 0"]
    assert PASSWORD not in office.host.run("cat /etc/fstab /proc/mounts; journalctl -b --no-pager | cat")
    office.host.run("echo written > /srv/office/file && sync")
    assert office.storage.run("cat /srv/office/file") == "written\n"
    office.converged("scp_mount", {"mounts": [{"path": "/srv/office", "state": "absent"}]})
    assert (office.mounted("/srv/office"), office.fstab()) == ([], [])


def test_changed_password_takes_effect(office: Wire) -> None:
    assert not office.module("scp_mount", given()).failed
    set_password(office, OTHER)
    office.converged("scp_mount", given(OTHER))
    assert office.mounted("/srv/office") == [(SOURCE, "cifs")]
    # With the password in the file, as systemd mounts it at the next boot.
    office.host.run("umount /srv/office && mount /srv/office && echo written > /srv/office/file")


def test_password_that_the_server_refuses_leaves_the_former_mount(office: Wire) -> None:
    assert not office.module("scp_mount", given()).failed
    done = office.module("scp_mount", given("wrong"))
    assert done.failed
    assert "It is mounted as before." in done.message
    assert office.mounted("/srv/office") == [(SOURCE, "cifs")]
    office.host.run("echo written > /srv/office/file")
    assert office.host.run(f"cat {CREDENTIALS}") == f"username=alice\npassword={PASSWORD}\n"
