# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount`` with the kernel's CIFS client and Samba."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.modules import scp_mount
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


#: Options that the kernel changes by a remount, as it shows them; some are a default or have an opposite.
TAKEN = (
    *("uid=1000", "gid=1000", "forceuid", "forcegid", "file_mode=0644", "dir_mode=0700", "noperm", "dynperm"),
    *("actimeo=30", "closetimeo=5", "mfsymlinks", "rwpidforward", "mapchars", "nostrictsync"),
)
OPPOSITES = {"noforceuid", "noforcegid", "perm", "nodynperm", "nomapchars", "mapposix", "nomapposix", "strictsync"}
REFUSED = ("sec=ntlmsspi", "username=bob", "domain=X", "iocharset=utf8")
IGNORED = ("vers=3.0", "seal", "sign", "port=139", "hard", "multichannel", "max_channels=2", "echo_interval=30")


def test_kernel_changes_some_options_of_cifs_by_a_remount(office: Wire) -> None:
    """The table of the module is what the kernel does."""
    assert not office.module("scp_mount", given()).failed
    login = f"credentials={CREDENTIALS}"
    fresh = office.shown("/srv/office")
    for options, is_taken in ((REFUSED, False), (IGNORED, True)):
        done = office.remount(SOURCE, "/srv/office", *(f"{login},{one}" for one in options))
        assert done == [is_taken] * len(options)
    assert office.shown("/srv/office") == fresh
    assert office.remount(SOURCE, "/srv/office", ",".join([login, *TAKEN])) == [True]
    assert set(TAKEN) <= office.shown("/srv/office")
    assert office.remount(SOURCE, "/srv/office", login) == [True]
    assert office.shown("/srv/office") == fresh
    assert office.remount(SOURCE, "/srv/office", f"{login},acregmax=5,acdirmax=6") == [True]
    assert {"acregmax=5", "acdirmax=6"} <= office.shown("/srv/office")
    names = {one.partition("=")[0] for one in TAKEN} | {"acregmax", "acdirmax"} | OPPOSITES
    assert set(scp_mount.REMOUNT_OPTIONS["cifs"]) == names | set(scp_mount.ALL_FLAGS)


def test_options_take_effect_by_a_remount_where_the_kernel_takes_them(office: Wire) -> None:
    by_unmount = [f"unmount {SOURCE} from /srv/office", f"mount {SOURCE} on /srv/office", "write /etc/fstab"]
    assert not office.module("scp_mount", given()).failed
    office.host.run("echo written > /srv/office/file")
    done = office.converged("scp_mount", given(options="ro,uid=1000,file_mode=0640,_netdev"))
    assert actions(done) == ["remount /srv/office", "write /etc/fstab"]
    # Also of a file that is known already, when its attributes are read again.
    assert office.host.run("sleep 2; stat -c '%u %a' /srv/office/file") == "1000 640\n"
    assert office.host.attempt("echo refused > /srv/office/file").returncode != 0
    done = office.converged("scp_mount", given(options="rw,_netdev"))
    assert actions(done) == ["remount /srv/office", "write /etc/fstab"]
    assert office.host.run("sleep 2; stat -c '%u %a' /srv/office/file; echo again > /srv/office/file") == "0 755\n"
    # Refused, and ignored: a remount with these would succeed, and change nothing.
    for options, shown in (("sec=ntlmsspi", "sec=ntlmsspi"), ("vers=3.0,seal", "seal"), ("rw", "vers=3.1.1")):
        assert actions(office.converged("scp_mount", given(options=f"{options},_netdev"))) == by_unmount
        assert shown in office.shown("/srv/office")
    assert "seal" not in office.shown("/srv/office")
