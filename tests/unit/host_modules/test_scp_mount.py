# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount`` over a server in a folder."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.scp.storage.plugins.module_utils.workflows import mount_sources
from ansible_collections.scp.storage.plugins.modules import scp_mount
from tests.unit.host_modules.folder_server import FSTAB, FolderServer

pytestmark = pytest.mark.module("scp_mount")

WEB = "10.1.1.1:/scp_web_data_aaaaaa"
MOVED = WEB.replace("10.1.1.1", "10.7.7.7")
OFFICE = "//10.1.1.2/scp_office_bbbbbb"
PASSWORD = "mount-Secret-1"
SHARE: dict[str, Any] = {"name": "web", "path": "/srv/web", "source": WEB, "options": "rw,hard,_netdev"}
CIFS: dict[str, Any] = {"name": "office", "path": "/srv/office", "source": OFFICE, "cifs_username": "ours"}
DISK: dict[str, Any] = {"name": "ledger", "path": "/srv/ledger", "source": "/dev/mpatha", "fstype": "ext4"}
CREDENTIALS = "/etc/scp_storage/srv_office.credentials"


def items_of(*mounts: dict[str, Any], **more: Any) -> tuple[list[scp_mount.Item], list[str]]:
    """Read a list as the module does. Older ansible-cores refuse null by themselves, and newer ones hand it on."""
    listed = [_without_null(item) for item in mounts]
    given = {"mounts": listed, "cifs_passwords": {"office": PASSWORD}, **_without_null(more)}
    checked = ArgumentSpecValidator(scp_mount.ARGUMENTS).validate(given)
    assert not checked.error_messages, checked.error_messages
    params = {**checked.validated_parameters, **more}
    params["mounts"] = [{**known, **item} for known, item in zip(params["mounts"], mounts, strict=True)]
    return scp_mount.read_items(params)


def _without_null(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def mount(server: FolderServer, *mounts: dict[str, Any], check: bool = False, **more: Any) -> dict[str, Any]:
    """Converge a list once; keywords are settings, and passwords."""
    passwords = {name: more.pop(name) for name in ("cifs_passwords", "credentials_dir") if name in more}
    items, mistakes = items_of(*mounts, **passwords)
    assert not mistakes
    settings = scp_mount.Settings(check=check, **{"unmount_timeout": 1, "device_timeout": 0, **more})
    result = scp_mount.converge(scp_mount.Host(str(server.root)), items, settings)
    assert PASSWORD not in str(result)
    return result


def actions(result: dict[str, Any]) -> list[str]:
    """Return what was done for all items."""
    assert not result.get("failed"), result["msg"]
    return [action for one in result["mounts"] for action in one["actions"]]


def converged(server: FolderServer, *mounts: dict[str, Any], **more: Any) -> list[str]:
    """Converge a list: check mode predicts it and changes nothing, and a second run does nothing."""
    before = server.read("etc/fstab"), server.mounts()
    server.forget_calls()
    planned = mount(server, *mounts, check=True, **more)
    assert (server.read("etc/fstab"), server.mounts()) == before
    assert [call for call in server.calls() if call.startswith(("mount", "umount", "mkfs", "systemctl"))] == []
    done = mount(server, *mounts, **more)
    assert actions(planned) == actions(done)
    assert [one["change"] for one in planned["mounts"]] == [one["change"] for one in done["mounts"]]
    assert planned.get("diff") == done.get("diff")
    server.forget_calls()
    again = mount(server, *mounts, **more)
    assert (actions(again), again["changed"], "diff" in again) == ([], False, False)
    assert [call for call in server.calls() if call.startswith(("mount", "umount"))] == []
    assert done["changed"] is bool(actions(done))
    return actions(done)


# -- shares ----------------------------------------------------------------------------------------------------------


def test_share_is_mounted_moved_and_unmounted(server: FolderServer) -> None:
    assert converged(server, SHARE) == ["create /srv/web", "write /etc/fstab", f"mount {WEB} on /srv/web"]
    assert server.mounts() == [(WEB, "/srv/web")]
    assert server.fstab_lines() == [f"{WEB} /srv/web nfs rw,hard,_netdev 0 0"]

    moved = {**SHARE, "source": MOVED}
    assert converged(server, moved) == [
        f"unmount {WEB} from /srv/web",
        "write /etc/fstab",
        f"mount {MOVED} on /srv/web",
    ]
    assert server.mounts() == [(MOVED, "/srv/web")]
    assert server.fstab_lines() == [f"{MOVED} /srv/web nfs rw,hard,_netdev 0 0"]

    gone = {"path": "/srv/web", "state": "absent"}
    assert converged(server, gone) == [f"unmount {MOVED} from /srv/web", "remove the line from /etc/fstab"]
    assert (server.mounts(), server.read("etc/fstab")) == ([], FSTAB)
    assert (server.root / "srv/web").is_dir()


def test_results_count_and_show_what_became_of_each(server: FolderServer) -> None:
    mount(server, SHARE)
    result = mount(server, SHARE, CIFS)
    assert result["summary"] == "1 created, 0 changed, 1 unchanged, 0 failed"
    assert result["table"][0].split() == ["PATH", "SOURCE", "CHANGE", "ACTIONS"]
    assert result["diff"]["after"].startswith(f"{OFFICE} /srv/office cifs ")
    assert result["diff"]["before"] == ""


def test_failure_of_one_share_leaves_the_others_to_be_mounted(server: FolderServer) -> None:
    server.control("deny", "deny-me")
    result = mount(server, {**SHARE, "path": "/srv/x", "options": "deny-me"}, SHARE)
    assert [one["change"] for one in result["mounts"]] == ["failed", "created"]
    assert result["failed"]
    assert result["changed"]
    assert result["msg"] == (
        f"web: {WEB} could not be mounted on /srv/x: mount.nfs: access denied Check that the server has an access rule"
        " of the volume, and that it reaches the address."
    )


@pytest.mark.parametrize(
    ("mounted", "given"),
    [
        ("10.1.1.1:/x", "10.1.1.1:/x/"),
        ("10.1.1.1:/x", "10.1.1.1://x"),
        ("10.1.1.1:/a/b", "10.1.1.1:/a//b/"),
        ("files.example:/x", "Files.Example:/x"),
        ("[fd00::1]:/x", "[FD00:0:0::1]:/x/"),
        ("//files.example/office", "//Files.example/Office/"),
        ("//10.1.1.1/office", "\\\\10.1.1.1\\office"),
        ("10.1.1.1:/x", "files.example:/x"),
        ("files.example:/x", "10.1.1.1:/x"),
    ],
)
def test_source_in_another_spelling_is_the_same(server: FolderServer, mounted: str, given: str) -> None:
    fstype = "cifs" if mounted.startswith("//") else "nfs4"
    server.mounted(mounted, "/srv/web", fstype)
    one = {**CIFS, "path": "/srv/web", "source": given, "options": "defaults"}
    mount(server, one)
    server.write("authenticated")
    assert converged(server, one) == []
    assert len(server.mounts()) == 1
    assert [call for call in server.calls() if given in call] == []


def test_name_counts_as_the_address_that_the_kernel_shows(server: FolderServer) -> None:
    server.mounted("unknown.example:/x", "/srv/web", options="rw,addr=10.1.1.9")
    assert converged(server, {**SHARE, "source": "10.1.1.9:/x", "options": "defaults"}) == ["write /etc/fstab"]
    other = mount(server, {**SHARE, "source": "10.1.1.8:/x", "options": "defaults"})
    assert "unmount unknown.example:/x from /srv/web" in actions(other)


def test_path_with_blanks_is_escaped_in_fstab(server: FolderServer) -> None:
    one = {**SHARE, "path": "/srv/a b", "source": "10.1.1.1:/a b"}
    mount(server, one, check=False)
    assert server.fstab_lines() == ["10.1.1.1:/a\\040b /srv/a\\040b nfs rw,hard,_netdev 0 0"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a\u3000b", "a\u3000b"),
        ("a\u00a0b", "a\u00a0b"),
        ("a\u2028b\x85c", "a\u2028b\x85c"),
        ("a\x0bb\x0cc\x1cd\re", "a\x0bb\x0cc\x1cd\re"),
        ("a#b", "a#b"),
        ("a b\tc\\d", "a\\040b\\011c\\134d"),
        ("a\nb", "a\\012b"),
    ],
)
def test_path_of_any_characters_is_one_line_of_fstab(server: FolderServer, name: str, written: str) -> None:
    one = {**SHARE, "path": f"/srv/{name}"}
    (server.root / "srv" / name).mkdir()
    host = scp_mount.Host(str(server.root))
    for _time in range(2):
        scp_mount.Work(host, items_of(one)[0][0], scp_mount.Settings())._write_line()
        line = f"{WEB} /srv/{written} nfs rw,hard,_netdev 0 0\n"
        assert (server.root / "etc/fstab").read_bytes() == f"{FSTAB}{line}".encode()
    # What the kernel shows, because the programs of this server know blanks only.
    root = server.read("proc/self/mountinfo")
    server.write("proc/self/mountinfo", f"{root}2 1 0:7 / /srv/{written} rw,relatime - nfs4 {WEB} rw,hard\n")
    assert actions(mount(server, one)) == []
    server.write("proc/self/mountinfo", root)
    assert converged(server, {**one, "state": "absent"}) == ["remove the line from /etc/fstab"]
    assert server.read("etc/fstab") == FSTAB


def test_escapes_are_bytes() -> None:
    assert scp_mount.decode("/srv/\\343\\200\\200a\\040b\\134040") == "/srv/\u3000a b\\040"
    assert scp_mount.decode("/srv/\\377\\400") == "/srv/\udcff\\400"


# -- options ---------------------------------------------------------------------------------------------------------


def test_other_options_take_effect_by_a_remount(server: FolderServer) -> None:
    mount(server, SHARE)
    read_only = {**SHARE, "options": "ro,hard,_netdev"}
    assert converged(server, read_only) == ["remount /srv/web", "write /etc/fstab"]
    assert server.fstab_lines() == [f"{WEB} /srv/web nfs ro,hard,_netdev 0 0"]
    # Without ro it is to be written to again.
    assert converged(server, {**SHARE, "options": "hard,_netdev"}) == ["remount /srv/web", "write /etc/fstab"]


#: How other options take effect.
REMOUNT, UNMOUNT, NOTHING = ["remount"], ["unmount", "mount"], []


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("rw,hard", "ro,hard", REMOUNT),
        ("ro,nosuid,vers=4.1", "vers=4.1", REMOUNT),
        ("rw", "rw,noatime,sync", REMOUNT),
        ("noatime,sync", "", REMOUNT),
        ("noatime", "atime", REMOUNT),
        ("soft", "hard", UNMOUNT),
        # The kernel ignores that an option is gone.
        ("soft", "", UNMOUNT),
        ("timeo=100", "", UNMOUNT),
        ("nocto", "cto", UNMOUNT),
        ("vers=4.1", "vers=4.2", UNMOUNT),
        ("ro,soft", "rw,hard", UNMOUNT),
        ("", "nconnect=4", UNMOUNT),
        ("", "an-option-of-tomorrow", UNMOUNT),
        # These are in force already.
        ("", "hard,cto,lookupcache=all", NOTHING),
        ("hard,acl", "", NOTHING),
        ("vers=4.1", "vers=4", NOTHING),
        ("", "bg,retry=1,intr", NOTHING),
    ],
)
def test_options_of_nfs_take_effect_as_the_kernel_lets_them(
    server: FolderServer, before: str, after: str, way: list[str]
) -> None:
    mount(server, {**SHARE, "options": before})
    done = converged(server, {**SHARE, "options": after})
    assert [action.split()[0] for action in done] == [*way, "write"]


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("uid=1000", "uid=1001,file_mode=0644", REMOUNT),
        ("uid=1000,noperm", "", REMOUNT),
        ("rw", "ro", REMOUNT),
        ("vers=3.0", "vers=3.1.1", UNMOUNT),
        ("seal", "", UNMOUNT),
        ("hard", "soft", UNMOUNT),
        ("cache=loose", "cache=strict", UNMOUNT),
        ("", "multichannel", UNMOUNT),
        ("", "soft", NOTHING),
    ],
)
def test_options_of_cifs_take_effect_as_the_kernel_lets_them(
    server: FolderServer, before: str, after: str, way: list[str]
) -> None:
    mount(server, {**CIFS, "options": before})
    done = converged(server, {**CIFS, "options": after})
    assert [action.split()[0] for action in done] == [*way, "write"]


def test_remount_of_nfs_passes_flags_alone(server: FolderServer) -> None:
    """The kernel refuses the size that was asked for if it has agreed on another one with the server."""
    mount(server, {**SHARE, "options": "rw,rsize=1048576,_netdev"})
    server.forget_calls()
    converged(server, {**SHARE, "options": "ro,nodev,rsize=1048576,_netdev"})
    assert server.calls() == []
    mount(server, {**SHARE, "options": "nodev,rsize=1048576,_netdev"})
    assert server.calls() == [f"mount -t nfs -o remount,nodev,rw {WEB} /srv/web"]


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("ro,noatime", "", "remount,rw,relatime"),
        ("ro,noatime", "ro,atime", "remount,ro,atime,relatime"),
        ("noatime", "strictatime", "remount,strictatime"),
        ("nodiratime", "noatime", "remount,noatime"),
        ("nosuid,nodev,noexec", "dev", "remount,dev,suid,exec"),
    ],
)
def test_remount_ends_flags_that_are_gone(server: FolderServer, before: str, after: str, asked: str) -> None:
    """The kernel leaves flags of access times as they are where none is given, and newer programs leave all."""
    mount(server, {**SHARE, "options": before})
    server.forget_calls()
    mount(server, {**SHARE, "options": after})
    assert server.calls() == [f"mount -t nfs -o {asked} {WEB} /srv/web"]


def test_flag_that_a_remount_does_not_end_is_ended_by_an_unmount(server: FolderServer) -> None:
    mount(server, {**SHARE, "options": "nosuid,hard"})
    server.control("ignore-remount")
    result = mount(server, {**SHARE, "options": "hard"})
    assert [action.split()[0] for action in actions(result)] == ["remount", "unmount", "mount", "write"]
    assert "nosuid" not in server.read("proc/self/mountinfo")


def test_options_that_only_programs_read_need_no_remount(server: FolderServer) -> None:
    mount(server, SHARE)
    other = {**SHARE, "options": "hard,rw,nofail,x-systemd.requires=network.target"}
    assert converged(server, other) == ["write /etc/fstab"]


def test_remount_that_was_refused_is_tried_again_by_each_run(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("refuse-remount")
    server.control("busy")
    for _time in range(3):
        server.forget_calls()
        result = mount(server, {**SHARE, "options": "ro,hard"})
        assert result["failed"]
        assert "target is busy. (needed because mount.nfs: an incorrect mount option was specified)" in result["msg"]
        assert any("remount," in call for call in server.calls())
        # What fstab has is what is in force.
        assert server.fstab_lines() == [f"{WEB} /srv/web nfs rw,hard,_netdev 0 0"]
    server.release("busy")
    result = mount(server, {**SHARE, "options": "ro,hard"})
    assert actions(result)[-1] == "write /etc/fstab"
    assert server.fstab_lines() == [f"{WEB} /srv/web nfs ro,hard 0 0"]


def test_remount_without_effect_is_followed_by_an_unmount(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("ignore-remount")
    result = mount(server, {**SHARE, "options": "ro,hard"})
    assert actions(result) == [
        "remount /srv/web",
        f"unmount {WEB} from /srv/web",
        f"mount {WEB} on /srv/web",
        "write /etc/fstab",
    ]


def test_options_that_nothing_brings_into_force_fail_each_run_and_the_former_mount_is_restored(
    server: FolderServer,
) -> None:
    mount(server, SHARE)
    server.control("always-rw")
    for _time in range(2):
        result = mount(server, {**SHARE, "options": "ro,hard"})
        assert "ro is not in force. It is mounted as before. Each run tries again." in result["msg"]
        assert server.mounts() == [(WEB, "/srv/web")]


def test_option_that_a_remount_does_not_change_is_applied_by_an_unmount(server: FolderServer) -> None:
    mount(server, {**SHARE, "options": "vers=4.1"})
    assert converged(server, {**SHARE, "options": "vers=4.2"}) == [
        f"unmount {WEB} from /srv/web",
        f"mount {WEB} on /srv/web",
        "write /etc/fstab",
    ]
    refused = mount(server, {**SHARE, "options": "vers=3"}, unmount_to_apply=False)
    assert "vers cannot be changed by a remount. Unmount it, or set unmount_to_apply to true." in refused["msg"]


def test_options_of_a_mount_that_another_process_made_are_compared(server: FolderServer) -> None:
    mount(server, SHARE)
    server.write("proc/self/mountinfo", server.read("proc/self/mountinfo").replace("hard", "soft"))
    assert converged(server, SHARE) == [f"unmount {WEB} from /srv/web", f"mount {WEB} on /srv/web"]
    server.write("proc/self/mountinfo", server.read("proc/self/mountinfo").replace("rw,hard", "ro,hard"))
    assert converged(server, SHARE) == ["remount /srv/web"]


@pytest.mark.parametrize(
    ("given", "shown", "is_same"),
    [
        ("vers=4", "vers=4.2", True),
        ("vers=4.1", "vers=4.2", False),
        ("vers=3.11", "vers=3.1.1", True),
        ("vers=default", "vers=3.1.1", True),
        ("sec=krb5:krb5i", "sec=krb5i", True),
        ("sec=krb5", "sec=sys", False),
        ("timeo=600", "timeo=600", True),
        ("timeo=600", "timeo=100", False),
        ("timeo=600", "retrans=2", True),
        ("soft", "hard", False),
        ("ro", "rw", False),
        ("rw", "ro", False),
        ("nosuid", "nosuid", True),
        ("nodev", "nosuid", False),
        ("_netdev,nofail,x-systemd.automount,rsize=1048576", "rsize=65536", True),
    ],
)
def test_options_are_compared_with_what_the_kernel_shows(given: str, shown: str, is_same: bool) -> None:
    (item,), _mistakes = items_of({**SHARE, "options": given})
    mounted = scp_mount.Mounted(WEB, "/srv/web", "nfs4", shown.split(","))
    assert (scp_mount.not_in_force(item, mounted, given) == []) is is_same


@pytest.mark.parametrize(
    ("given", "shown", "is_same"),
    [
        ("uid=1000", "uid=1000", True),
        ("uid=1000", "uid=0", False),
        # A name of a user is shown as a number.
        ("uid=web", "uid=1000", True),
        ("file_mode=644", "file_mode=0644", True),
        ("dir_mode=0755", "dir_mode=0700", False),
    ],
)
def test_options_of_cifs_are_compared_with_what_the_kernel_shows(given: str, shown: str, is_same: bool) -> None:
    (item,), _mistakes = items_of({**CIFS, "options": given})
    mounted = scp_mount.Mounted(OFFICE, "/srv/office", "cifs", shown.split(","))
    assert (scp_mount.not_in_force(item, mounted, given) == []) is is_same


def test_remount_has_a_time_limit(server: FolderServer) -> None:
    mount(server, SHARE)
    server.write("bin/mount", "#!/bin/sh\nexec sleep 30\n")
    begin = time.monotonic()
    result = mount(server, {**SHARE, "options": "ro,hard"}, mount_timeout=1)
    assert "could not be remounted on /srv/web: it did not answer within 1 s (mount_timeout)." in result["msg"]
    assert time.monotonic() - begin < 10


def test_mount_without_an_answer_fails_with_its_limit_and_a_hint(server: FolderServer) -> None:
    server.write("bin/mount", "#!/bin/sh\nexec sleep 30\n")
    result = mount(server, SHARE, mount_timeout=1)
    assert result["msg"] == (
        f"web: {WEB} could not be mounted on /srv/web: it did not answer within 1 s (mount_timeout). Check that the"
        " server has an access rule of the volume, and that it reaches the address."
    )


# -- CIFS ------------------------------------------------------------------------------------------------------------


def test_password_is_in_a_file_of_root_and_nowhere_else(server: FolderServer) -> None:
    converged(server, CIFS)
    file = server.root / CREDENTIALS[1:]
    assert file.read_text() == f"username=ours\npassword={PASSWORD}\n"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    options = f"defaults,_netdev,nofail,credentials={CREDENTIALS}"
    assert server.fstab_lines() == [f"{OFFICE} /srv/office cifs {options} 0 0"]
    assert PASSWORD not in server.read("calls") + server.read("etc/fstab")
    converged(server, {"path": "/srv/office", "state": "absent"})
    assert not file.exists()


def test_password_that_others_can_read_is_protected_again(server: FolderServer) -> None:
    mount(server, CIFS)
    file = server.root / CREDENTIALS[1:]
    file.chmod(0o644)
    assert converged(server, CIFS) == [f"protect {CREDENTIALS}"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_changed_password_takes_effect(server: FolderServer) -> None:
    mount(server, CIFS)
    other = {"cifs_passwords": {"office": "another-Secret-2"}}
    # As long as the share is in use, each run fails, and the file has the password that is in force.
    server.control("busy")
    for _time in range(2):
        result = mount(server, CIFS, **other)
        assert "target is busy. (needed because its password or user has changed)" in result["msg"]
        assert server.read(CREDENTIALS[1:]).endswith(f"password={PASSWORD}\n")
    server.release("busy")
    assert converged(server, CIFS, **other) == [
        f"unmount {OFFICE} from /srv/office",
        f"write {CREDENTIALS}",
        f"mount {OFFICE} on /srv/office",
    ]
    assert server.read("authenticated").endswith("password=another-Secret-2\n")


def test_changed_user_takes_effect(server: FolderServer) -> None:
    mount(server, CIFS)
    assert f"mount {OFFICE} on /srv/office" in converged(server, {**CIFS, "cifs_username": "theirs"})
    assert server.read("authenticated").startswith("username=theirs\n")


def test_password_that_the_server_refuses_leaves_the_former_mount(server: FolderServer) -> None:
    mount(server, CIFS)
    server.write(
        "bin/mount",
        server.read("bin/mount").replace("shown=", f'grep -q wrong "{server.root}{CREDENTIALS}" && exit 32\nshown=', 1),
    )
    result = mount(server, CIFS, cifs_passwords={"office": "wrong-Secret-3"})
    assert "could not be mounted on /srv/office" in result["msg"]
    assert "It is mounted as before." in result["msg"]
    assert server.mounts() == [(OFFICE, "/srv/office")]
    assert server.read(CREDENTIALS[1:]).endswith(f"password={PASSWORD}\n")


def test_folder_of_credentials_changes_without_an_unmount(server: FolderServer) -> None:
    mount(server, CIFS)
    mount(server, SHARE)
    other = {"credentials_dir": "/etc/other"}
    # A share that is in use does not fail.
    server.control("busy", "/srv/office")
    assert converged(server, CIFS, **other) == [
        "write /etc/other/srv_office.credentials",
        f"remove {CREDENTIALS}",
        "write /etc/fstab",
    ]
    server.release("busy")
    assert not (server.root / CREDENTIALS[1:]).exists()
    assert "credentials=/etc/other/srv_office.credentials" in server.read("etc/fstab")
    # Its folder is the one that fstab shows, also when it goes.
    converged(server, {"path": "/srv/office", "state": "absent"})
    assert list((server.root / "etc/other").iterdir()) == []


def test_folder_and_password_that_change_take_effect_by_an_unmount(server: FolderServer) -> None:
    mount(server, CIFS)
    other = {"credentials_dir": "/etc/other", "cifs_passwords": {"office": "another-Secret-2"}}
    assert converged(server, CIFS, **other) == [
        f"unmount {OFFICE} from /srv/office",
        "write /etc/other/srv_office.credentials",
        f"mount {OFFICE} on /srv/office",
        f"remove {CREDENTIALS}",
        "write /etc/fstab",
    ]
    assert server.read("authenticated").endswith("password=another-Secret-2\n")


@pytest.mark.parametrize("more", [{}, {"credentials_dir": "/etc/other"}])
def test_share_that_becomes_another_type_leaves_no_password(server: FolderServer, more: dict[str, Any]) -> None:
    mount(server, CIFS)
    share = {**SHARE, "path": "/srv/office"}
    assert f"remove {CREDENTIALS}" in converged(server, share, **more)
    assert not (server.root / CREDENTIALS[1:]).exists()


def test_paths_that_are_nearly_alike_have_separate_files() -> None:
    paths = ("/srv/a-b", "/srv/a/b", "/srv/a_b", "/srv/한글")
    assert len({scp_mount.credentials_file("/etc/x", path) for path in paths}) == len(paths)


# -- automount -------------------------------------------------------------------------------------------------------

AUTOMOUNT = {**SHARE, "options": "noauto,x-systemd.automount,_netdev"}


def test_autofs_of_systemd_belongs_to_the_mount(server: FolderServer) -> None:
    """It is on the path until the first access, and goes with state absent."""
    mount(server, AUTOMOUNT)
    server.write("proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/vda1 rw\n")
    server.mounted("systemd-1", "/srv/web", "autofs")
    assert converged(server, AUTOMOUNT) == []
    moved = {**AUTOMOUNT, "source": MOVED}
    assert converged(server, moved) == ["write /etc/fstab"]
    assert converged(server, {"path": "/srv/web", "state": "absent"}) == [
        "end the automount of /srv/web",
        "remove the line from /etc/fstab",
    ]
    assert server.mounts() == []


def test_mount_on_top_of_autofs_is_unmounted_first(server: FolderServer) -> None:
    (server.root / "run/systemd/system").mkdir(parents=True)
    server.mounted("systemd-1", "/srv/web", "autofs")
    server.mounted(WEB, "/srv/web")
    mount(server, AUTOMOUNT)
    assert "systemctl daemon-reload" in server.calls()
    server.forget_calls()
    result = mount(server, {"path": "/srv/web", "state": "absent"})
    assert server.calls() == [
        "umount /srv/web",
        "systemctl stop srv-web.automount",
        "umount /srv/web",
        "systemctl daemon-reload",
    ]
    assert (result["changed"], server.mounts()) == (True, [])


def test_autofs_goes_when_the_options_no_longer_have_it(server: FolderServer) -> None:
    mount(server, AUTOMOUNT)
    server.write("proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/vda1 rw\n")
    server.mounted("systemd-1", "/srv/web", "autofs")
    assert converged(server, SHARE) == [
        "end the automount of /srv/web",
        "write /etc/fstab",
        f"mount {WEB} on /srv/web",
    ]


@pytest.mark.parametrize(
    ("path", "unit"),
    [("/srv/web", "srv-web"), ("/srv/a-b", "srv-a\\x2db"), ("/.x/한", ".x".replace(".", "\\x2e") + "-\\xed\\x95\\x9c")],
)
def test_automount_unit_is_named_as_systemd_does(path: str, unit: str) -> None:
    assert scp_mount.automount_unit(path) == f"{unit}.automount"


# -- servers that do not answer --------------------------------------------------------------------------------------


def test_unmount_without_an_answer_fails_within_its_limit(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("hang")
    begin = time.monotonic()
    result = mount(server, {"path": "/srv/web", "state": "absent"})
    assert time.monotonic() - begin < 10
    assert f"{WEB} could not be unmounted from /srv/web within 1 s: its server does not answer." in result["msg"]
    assert "umount -f -l /srv/web" in result["msg"]
    assert server.mounts() == [(WEB, "/srv/web")]
    # The line stays, so that the next run tries again.
    assert server.fstab_lines()


@pytest.mark.parametrize(
    ("lazy", "source", "is_detached"),
    [
        ("never", MOVED, False),
        ("moved", MOVED, True),
        ("moved", "10.7.7.7:/another", False),
        ("always", "10.7.7.7:/another", True),
    ],
)
def test_mount_is_detached_on_request_only(server: FolderServer, lazy: str, source: str, is_detached: bool) -> None:
    mount(server, SHARE)
    server.control("hang")
    result = mount(server, {**SHARE, "source": source, "lazy": lazy})
    assert bool(result.get("failed")) is not is_detached
    assert server.mounts() == [(source if is_detached else WEB, "/srv/web")]
    assert any(call.startswith("umount -l") for call in server.calls()) is is_detached


def test_moved_share_in_use_is_not_detached(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("busy")
    result = mount(server, {**SHARE, "source": MOVED, "lazy": "moved"})
    assert result["msg"].endswith("target is busy.")


def test_path_that_is_mounted_is_never_looked_into(server: FolderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    mount(server, SHARE)
    real_stat = scp_mount.os.stat

    def stat(path: Any, *arguments: Any, **keywords: Any) -> Any:
        assert not str(path).endswith("/srv/web")
        return real_stat(path, *arguments, **keywords)

    monkeypatch.setattr(scp_mount.os, "stat", stat)
    server.forget_calls()
    assert actions(mount(server, SHARE)) == []
    assert actions(mount(server, {**SHARE, "source": MOVED})) != []


DATA = {**SHARE, "name": "data", "path": "/srv/data", "source": "10.1.1.1:/scp_data_cccccc"}
DATA_MOVED = {**DATA, "source": "10.7.7.7:/scp_data_cccccc"}
WEB_MOVED = {**SHARE, "source": MOVED}


def test_all_shares_leave_an_address_before_one_is_mounted_from_the_next(server: FolderServer) -> None:
    mount(server, SHARE, DATA)
    server.control("same-server", "10.1.1.1")
    server.forget_calls()
    done = mount(server, WEB_MOVED, DATA_MOVED, mount_timeout=5)
    assert actions(done) == [
        f"unmount {WEB} from /srv/web",
        "write /etc/fstab",
        f"mount {MOVED} on /srv/web",
        f"unmount {DATA['source']} from /srv/data",
        "write /etc/fstab",
        f"mount {DATA_MOVED['source']} on /srv/data",
    ]
    assert server.calls() == [
        "umount /srv/web",
        "umount /srv/data",
        f"mount -t nfs -o rw,hard,_netdev {MOVED} /srv/web",
        f"mount -t nfs -o rw,hard,_netdev {DATA_MOVED['source']} /srv/data",
    ]
    assert server.mounts() == [(MOVED, "/srv/web"), (DATA_MOVED["source"], "/srv/data")]
    assert converged(server, WEB_MOVED, DATA_MOVED) == []


def test_several_shares_that_move_are_predicted(server: FolderServer) -> None:
    mount(server, SHARE, DATA)
    assert len(converged(server, WEB_MOVED, DATA_MOVED)) == 6


def test_shares_are_detached_from_a_dead_address_before_one_is_mounted_from_the_next(server: FolderServer) -> None:
    mount(server, SHARE, DATA)
    server.control("same-server", "10.1.1.1")
    server.control("hang")
    server.forget_calls()
    lazy = {"lazy": "moved"}
    assert not mount(server, {**WEB_MOVED, **lazy}, {**DATA_MOVED, **lazy}, mount_timeout=5).get("failed")
    assert [call.split()[0] for call in server.calls()] == ["umount"] * 6 + ["mount"] * 2
    assert server.mounts() == [(MOVED, "/srv/web"), (DATA_MOVED["source"], "/srv/data")]


def test_share_that_cannot_leave_an_address_is_named_where_another_waits_for_it(server: FolderServer) -> None:
    mount(server, SHARE, DATA)
    server.control("same-server", "10.1.1.1")
    server.control("busy", "/srv/data")
    result = mount(server, WEB_MOVED, DATA_MOVED, mount_timeout=1)
    assert result["failures"] == [
        f"web: {MOVED} could not be mounted on /srv/web: it did not answer within 1 s (mount_timeout). /srv/data is"
        " still mounted from 10.1.1.1. If that is another address of the same server, the kernel waits for it from"
        " NFS 4.1 on: unmount it first. If it does not help, restart this server.",
        f"data: {DATA['source']} could not be unmounted from /srv/data: umount: /srv/data: target is busy.",
    ]
    # What is not mounted again is not unmounted: its line is the former one too.
    assert server.mounts() == [(DATA["source"], "/srv/data")]
    assert server.fstab_lines()[1].startswith(DATA["source"])
    server.release("busy")
    assert not mount(server, WEB_MOVED, DATA_MOVED, mount_timeout=1).get("failed")


def test_processes_that_keep_a_detached_share_are_named(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("busy")
    server.write("bin/mount", "#!/bin/sh\nexec sleep 30\n")
    result = mount(server, {**WEB_MOVED, "lazy": "always"}, mount_timeout=1)
    assert "Processes may still use what was detached from 10.1.1.1. If that is another address" in result["msg"]


def test_connection_that_outlives_the_mounts_is_named(server: FolderServer) -> None:
    mount(server, SHARE)
    server.write("bin/mount", "#!/bin/sh\nexec sleep 30\n")
    unreachable = mount(server, WEB_MOVED, mount_timeout=1)
    assert "given up its connection" not in unreachable["msg"]
    server.write("proc/fs/nfsfs/servers", "NV SERVER   PORT USE HOSTNAME\nv4 0a010101  801   1 10.1.1.1\n")
    result = mount(server, WEB_MOVED, mount_timeout=1)
    assert "The kernel has not given up its connection to 10.1.1.1. If that is another address" in result["msg"]
    assert "run this again in some minutes" in result["msg"]


def test_share_that_is_not_replaced_stays_on_the_former_address(server: FolderServer) -> None:
    """Neither one that is not in the list nor one whose item is blocked or unchanged."""
    other = {**DATA, "name": "other", "path": "/srv/other"}
    mount(server, SHARE, DATA, other)
    server.forget_calls()
    assert len(actions(mount(server, WEB_MOVED, DATA))) == 3
    assert [call for call in server.calls() if call.startswith("umount")] == ["umount /srv/web"]
    server.forget_calls()
    blocked = mount(server, {**SHARE, "path": "/srv/local"}, DATA_MOVED)
    assert [one["change"] for one in blocked["mounts"]] == ["failed", "skipped"]
    assert server.calls() == []
    assert server.mounts() == [(DATA["source"], "/srv/data"), (DATA["source"], "/srv/other"), (MOVED, "/srv/web")]


def test_share_below_another_one_is_unmounted_before_it(server: FolderServer) -> None:
    below = {**DATA, "path": "/srv/web/data"}
    (server.root / "srv/web/data").mkdir(parents=True)
    mount(server, SHARE, below)
    server.forget_calls()
    assert not mount(server, WEB_MOVED, {**below, "source": DATA_MOVED["source"]}).get("failed")
    assert [call.split()[-1] for call in server.calls()] == ["/srv/web/data", "/srv/web", "/srv/web", "/srv/web/data"]


#: A share below another one.
INNER = {**SHARE, "name": "data", "path": "/srv/web/data", "source": "10.1.1.1:/scp_data_cccccc"}
INNER_MOVED = {**INNER, "source": DATA_MOVED["source"]}
GONE, INNER_GONE = ({"path": path, "state": "absent"} for path in ("/srv/web", "/srv/web/data"))


@pytest.mark.parametrize("order", [(SHARE, INNER), (INNER, SHARE)])
def test_share_below_another_one_is_mounted_after_it(server: FolderServer, order: tuple[dict[str, Any], ...]) -> None:
    planned = mount(server, *order, check=True)
    assert server.calls() == []
    done = mount(server, *order)
    assert [one["path"] for one in done["mounts"]] == [one["path"] for one in order]
    assert planned["mounts"] == done["mounts"]
    assert planned["diff"] == done["diff"]
    assert server.mounts() == [(WEB, "/srv/web"), (INNER["source"], "/srv/web/data")]
    assert [line.split()[1] for line in server.fstab_lines()] == ["/srv/web", "/srv/web/data"]
    assert (server.root / "srv/web/data").is_dir()
    assert converged(server, *order) == []
    assert actions(mount(server, *order[::-1])) == []


def test_shares_below_each_other_move_and_go_in_any_order(server: FolderServer) -> None:
    deepest = {**INNER, "name": "deep", "path": "/srv/web/data/deep", "source": "10.1.1.1:/scp_deep_dddddd"}
    converged(server, deepest, SHARE, INNER)
    assert [path for _source, path in server.mounts()] == ["/srv/web", "/srv/web/data", "/srv/web/data/deep"]
    moved = [{**one, "source": str(one["source"]).replace("10.1.1.1", "10.7.7.7")} for one in (SHARE, deepest, INNER)]
    converged(server, *moved)
    assert [path for _source, path in server.mounts()] == ["/srv/web", "/srv/web/data", "/srv/web/data/deep"]
    converged(server, *({"path": one["path"], "state": "absent"} for one in moved))
    assert (server.mounts(), server.fstab_lines()) == ([], [])


def test_share_above_an_existing_mount_is_not_mounted(server: FolderServer) -> None:
    mount(server, INNER)
    server.forget_calls()
    before = server.read("etc/fstab")
    for others in ((), (INNER,)):
        for check in (True, False):
            result = mount(server, SHARE, *others, check=check)
            assert result["mounts"][0]["message"] == (
                "A mount on /srv/web would hide the mounts below it: /srv/web/data (10.1.1.1:/scp_data_cccccc)."
                " Unmount them, and run this again."
            )
            assert result["msg"].startswith("Nothing was changed. ")
    assert (server.calls(), server.read("etc/fstab")) == ([], before)
    # An item that unmounts it is enough, and its line comes after that of the folder above it.
    assert "unmount 10.1.1.1:/scp_data_cccccc from /srv/web/data" in converged(server, SHARE, INNER_GONE)
    mount(server, GONE)
    mount(server, INNER)
    converged(server, INNER_MOVED, SHARE)
    assert [path for _source, path in server.mounts()] == ["/srv/web", "/srv/web/data"]
    assert [line.split()[1] for line in server.fstab_lines()] == ["/srv/web", "/srv/web/data"]


@pytest.mark.parametrize("given", [GONE, WEB_MOVED])
@pytest.mark.parametrize("lazy", ["never", "always"])
def test_share_above_another_mount_is_not_unmounted(server: FolderServer, given: dict[str, Any], lazy: str) -> None:
    mount(server, SHARE)
    server.mounted("/dev/vdx1", "/srv/web/disk", "ext4", number="8:17")
    server.forget_calls()
    result = mount(server, {**given, "lazy": lazy})
    assert result["msg"].startswith("Nothing was changed. ")
    assert result["mounts"][0]["message"] == (
        "/srv/web cannot be unmounted because of the mounts below it: /srv/web/disk (/dev/vdx1). Unmount them, and run"
        " this again."
    )
    assert server.calls() == []
    # Neither is it unmounted where only the options show that it has to be.
    refused = mount(server, {**SHARE, "options": "soft", "lazy": lazy})
    assert "/srv/web cannot be unmounted because of the mounts below it: /srv/web/disk (/dev/vdx1)." in refused["msg"]
    assert server.calls() == []


@pytest.mark.parametrize("given", [INNER, INNER_MOVED, INNER_GONE])
def test_mount_that_a_later_one_hides_is_not_unchanged(server: FolderServer, given: dict[str, Any]) -> None:
    mount(server, INNER)
    text = server.read("proc/self/mountinfo")
    server.write("proc/self/mountinfo", text + f"70 1 0:7 / /srv/web rw - nfs4 {WEB} rw\n")
    server.forget_calls()
    for items in ([given], [SHARE, given]):
        result = mount(server, *items)
        assert result["mounts"][-1]["message"] == (
            f"{INNER['source']} is mounted on /srv/web/data, but hidden: {WEB} was mounted on /srv/web later, and"
            " programs use a folder of that. Check what they wrote there, unmount /srv/web and then /srv/web/data, and"
            " run this again."
        )
    assert server.calls() == []
    assert actions(mount(server, GONE))[0] == f"unmount {WEB} from /srv/web"
    assert server.mounts() == [(INNER["source"], "/srv/web/data")]
    assert actions(mount(server, INNER)) == []


def test_mount_on_a_folder_of_a_share_that_hides_a_former_one_is_unchanged(server: FolderServer) -> None:
    mount(server, INNER)
    text = server.read("proc/self/mountinfo")
    server.write("proc/self/mountinfo", text + f"70 1 0:7 / /srv/web rw - nfs4 {WEB} rw\n")
    server.mounted(INNER["source"], "/srv/web/data", options="rw,hard")
    assert converged(server, INNER) == []


def test_share_below_one_that_fails_is_not_mounted(server: FolderServer) -> None:
    server.control("deny", "deny-me")
    denied = {**SHARE, "options": "deny-me"}
    result = mount(server, INNER, denied)
    assert result["mounts"][0]["message"] == (
        f"{INNER['source']} was not mounted on /srv/web/data, because /srv/web above it could not be mounted."
    )
    assert [one["change"] for one in result["mounts"]] == ["failed", "failed"]
    assert server.mounts() == []
    server.release("deny")
    assert not mount(server, INNER, denied).get("failed")


@pytest.mark.parametrize("outer", [WEB_MOVED, GONE])
def test_share_below_one_that_is_not_unmounted_is_mounted_as_before(
    server: FolderServer, outer: dict[str, Any]
) -> None:
    """On the former share above it, its mount would keep that from leaving, in each run."""
    mount(server, SHARE, INNER)
    before = server.read("etc/fstab")
    server.control("busy", "/srv/web")
    for _time in range(2):
        result = mount(server, INNER_MOVED, outer)
        assert "target is busy" in result["mounts"][1]["message"]
        assert result["mounts"][0]["message"] == (
            f"{INNER_MOVED['source']} was not mounted on /srv/web/data, because /srv/web above it could not be changed."
            " It is mounted as before."
        )
        assert result["mounts"][0]["actions"] == [
            f"unmount {INNER['source']} from /srv/web/data",
            f"mount {INNER['source']} on /srv/web/data",
        ]
        assert server.mounts() == [(WEB, "/srv/web"), (INNER["source"], "/srv/web/data")]
        assert server.read("etc/fstab") == before
    server.release("busy")
    assert not mount(server, INNER_MOVED, outer).get("failed")
    assert (MOVED if outer is WEB_MOVED else WEB) in str(server.mounts()) or outer is GONE
    assert (INNER_MOVED["source"], "/srv/web/data") in server.mounts()


def test_new_share_below_one_that_is_not_unmounted_is_not_mounted(server: FolderServer) -> None:
    mount(server, SHARE)
    server.control("busy", "/srv/web")
    result = mount(server, INNER, WEB_MOVED)
    assert result["mounts"][0]["message"] == (
        f"{INNER['source']} was not mounted on /srv/web/data, because /srv/web above it could not be changed."
    )
    assert (result["mounts"][0]["actions"], server.mounts()) == ([], [(WEB, "/srv/web")])
    server.release("busy")
    converged(server, INNER, WEB_MOVED)


def test_line_of_a_share_is_moved_before_those_of_folders_below_it(server: FolderServer) -> None:
    inner, other, outer = f"{WEB} /srv/web/data nfs rw 0 0\n", "# other\n", f"{WEB} /srv/web nfs rw,hard,_netdev 0 2\n"
    server.write("etc/fstab", inner + other + outer)
    done = mount(server, SHARE)
    assert server.read("etc/fstab") == outer + inner + other
    assert done["diff"]["before"] == inner + other + outer
    assert done["diff"]["after"] == outer + inner + other
    assert converged(server, SHARE) == []


# -- blockers --------------------------------------------------------------------------------------------------------


def test_nothing_but_a_share_is_replaced_and_all_blockers_come_at_once(server: FolderServer) -> None:
    server.mounted("/dev/vdx1", "/srv/data", "ext4", number="8:17")
    (server.root / "srv/real").mkdir()
    (server.root / "srv/link").symlink_to(server.root / "srv/real")
    before = server.read("etc/fstab"), server.mounts()
    result = mount(
        server,
        {**SHARE, "path": "/srv/data"},
        {**SHARE, "path": "/srv/local"},
        {**SHARE, "path": "/srv/link/web"},
        {**SHARE, "path": "/srv//train"},
        SHARE,
    )
    assert [one["change"] for one in result["mounts"]] == ["failed"] * 4 + ["skipped"]
    assert result["msg"].startswith("Nothing was changed. ")
    for message in (
        f"/dev/vdx1 is mounted on /srv/data, which is not {WEB}. It is left alone: unmount it, or choose another path.",
        f"/etc/fstab has /dev/vdz1 on /srv/local, which is not {WEB}. It is left alone: remove the line",
        "path /srv/link/web leads to /srv/real/web, and a mount is known by the place where it really is.",
        "path /srv//train leads to /srv/train, ",
    ):
        assert message in result["msg"]
    assert not result["changed"]
    assert (server.read("etc/fstab"), server.mounts()) == before


def test_absent_leaves_what_is_not_a_share(server: FolderServer) -> None:
    server.mounted("/dev/vdx1", "/srv/data", "ext4", number="8:17")
    for path, source in (("/srv/data", "/dev/vdx1 is mounted"), ("/srv/local", "/etc/fstab has /dev/vdz1")):
        result = mount(server, {"path": path, "state": "absent"})
        assert source in result["msg"]
        assert "which is not a share. It is left alone; check path." in result["msg"]


# -- devices ---------------------------------------------------------------------------------------------------------


def test_file_system_is_created_on_an_empty_device_on_demand_only(server: FolderServer) -> None:
    server.write("dev/mpatha")
    assert "/dev/mpatha has no file system. If it is a new volume, set format to true" in mount(server, DISK)["msg"]
    server.control("traces", "0x1fe dos")
    new = {**DISK, "format": True}
    assert "/dev/mpatha shows traces of something: 0x1fe dos. It is left alone." in mount(server, new)["msg"]
    server.release("traces")
    assert converged(server, new) == [
        "create ext4 on /dev/mpatha",
        "create /srv/ledger",
        "write /etc/fstab",
        "mount /dev/mpatha on /srv/ledger",
    ]
    over = mount(server, {**new, "fstype": "xfs"})
    assert "/dev/mpatha holds ext4, and fstype is xfs. What is there is never overwritten" in over["msg"]
    gone = {"name": "ledger", "path": "/srv/ledger", "fstype": "auto", "state": "absent"}
    assert converged(server, gone) == ["unmount /dev/mpatha from /srv/ledger", "remove the line from /etc/fstab"]


def test_unmounted_device_with_another_file_system_blocks(server: FolderServer) -> None:
    server.write("dev/mpatha", "TYPE=xfs\n")
    assert "/dev/mpatha holds xfs, and fstype is ext4." in mount(server, {**DISK, "format": True})["msg"]
    server.write("dev/mpatha", "PTTYPE=gpt\n")
    assert "holds a partition table or something else" in mount(server, {**DISK, "format": True})["msg"]


def test_device_that_is_a_link_is_the_device_that_is_mounted(server: FolderServer) -> None:
    server.write("dev/sdb", "TYPE=ext4\n")
    (server.root / "dev/mpatha").symlink_to(server.root / "dev/sdb")
    server.control("shown-source", "/dev/sdb")
    converged(server, DISK)


def test_device_that_does_not_come_up_fails_and_check_mode_predicts_that_it_does(server: FolderServer) -> None:
    new = {**DISK, "format": True}
    assert actions(mount(server, new, check=True))[0] == "create ext4 on /dev/mpatha"
    assert "/dev/mpatha did not come up within 0 s (device_timeout)." in mount(server, new)["msg"]


# -- fstab -----------------------------------------------------------------------------------------------------------


def test_fstab_keeps_other_lines_its_mode_and_the_last_fields(server: FolderServer, tmp_path: Path) -> None:
    text = "# one\n\n\t/dev/x\t/mnt  ext4 defaults\n" + f"{WEB}\t/srv/web/\tnfs\tdefaults\t0\t2\nodd line\n# last"
    server.write("etc/fstab", text)
    file = server.root / "etc/fstab"
    file.chmod(0o640)
    mount(server, SHARE)
    expected = text.replace(f"{WEB}\t/srv/web/\tnfs\tdefaults\t0\t2", f"{WEB} /srv/web nfs rw,hard,_netdev 0 2")
    assert file.read_text() == expected
    assert file.stat().st_mode & 0o777 == 0o640
    mount(server, {**SHARE, "path": "/srv/other"})
    assert file.read_text() == f"{expected}\n{WEB} /srv/other nfs rw,hard,_netdev 0 0\n"
    assert [one.name for one in file.parent.iterdir()] == ["fstab"]


def test_fstab_with_two_lines_of_a_path(server: FolderServer) -> None:
    server.write("etc/fstab", f"{WEB} /srv/web nfs ro 0 0\n{MOVED} /srv/web nfs ro 0 0\n")
    assert "/etc/fstab has 2 lines for /srv/web, of different sources." in mount(server, SHARE)["msg"]
    server.write("etc/fstab", f"{WEB} /srv/web nfs ro 0 0\n# x\n{WEB}/ /srv/web nfs ro 0 0\n")
    mount(server, SHARE)
    assert server.read("etc/fstab") == f"# x\n{WEB} /srv/web nfs rw,hard,_netdev 0 0\n"


@pytest.mark.parametrize("spelling", ["/srv//web", "//srv/web", "/srv/./web/", "/./srv/web/."])
def test_fstab_with_a_path_in_another_spelling(server: FolderServer, spelling: str) -> None:
    server.write("etc/fstab", f"{FSTAB}{WEB} {spelling} nfs rw,hard 0 2\n")
    mount(server, SHARE)
    assert server.fstab_lines() == [f"{WEB} /srv/web nfs rw,hard,_netdev 0 2"]
    assert converged(server, SHARE) == []
    server.write("etc/fstab", f"{FSTAB}{WEB} {spelling} nfs rw,hard 0 2\n")
    mount(server, {"path": "/srv/web", "state": "absent"})
    assert server.read("etc/fstab") == FSTAB


def test_run_that_was_killed_after_any_step_is_continued_by_the_next(
    server: FolderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ended."""

    real = scp_mount.Host.run, scp_mount.Host.write
    total = 0

    def counted(function: Any) -> Any:
        def step(*arguments: Any) -> Any:
            nonlocal total
            result = function(*arguments)
            total -= 1
            if total == 0:
                raise Killed
            return result

        return step

    for path, number in ((f"/srv/w{number}", number) for number in range(1, 12)):
        one = {**CIFS, "path": path}
        for desired in (one, {**one, "source": "//10.7.7.7/scp_office_bbbbbb"}, {"path": path, "state": "absent"}):
            total = number
            monkeypatch.setattr(scp_mount.Host, "run", counted(real[0]))
            monkeypatch.setattr(scp_mount.Host, "write", counted(real[1]))
            with contextlib.suppress(Killed):
                mount(server, desired)
            monkeypatch.setattr(scp_mount.Host, "run", real[0])
            monkeypatch.setattr(scp_mount.Host, "write", real[1])
            mount(server, desired)
            assert len(server.mounts()) == len(server.fstab_lines()) == (0 if "state" in desired else 1)


# -- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": "srv"}, "path srv is invalid. Give the absolute path of a folder, and not /"),
        ({"path": "/"}, "path / is invalid."),
        ({"source": ""}, "it has no source"),
        ({"source": "web"}, "source web is invalid. Expected address:/share, //address/share or /dev/…"),
        ({"source": "/dev/x"}, "a device needs fstype, for example xfs"),
        ({"options": "ro, hard"}, "options are separated by commas, without blanks"),
        ({"options": "password=x"}, "options contain a password. Use cifs_passwords"),
        ({"options": "ro,username=u%x"}, "options contain a password. Use cifs_passwords"),
        ({"options": "user=DOMAIN/u%x"}, "options contain a password. Use cifs_passwords"),
        ({"source": OFFICE}, "a CIFS share needs cifs_username; a CIFS share needs its password in cifs_passwords"),
        ({**CIFS, "cifs_username": "a\nb"}, "the user or the password contains a line break"),
    ],
)
def test_mistakes_are_reported(given: dict[str, Any], message: str) -> None:
    _items, (mistake,) = items_of({**SHARE, **given})
    assert message in mistake


@pytest.mark.parametrize(
    "source",
    [
        *(
            "smb://h/x",
            "nfs://h/x",
            "http://h/x",
            "cifs://files.example/x",
            "fe80::1:/x",
            "-o:/x",
            "//-o/x",
            "h:x",
            "h",
        ),
        *(
            "//h",
            "//h/",
            "///x",
            "////",
            ":/x",
            "a b:/x",
            "//a b/x",
            "h:/x\n",
            "h:/a\nb",
            "h:/a\tb",
            " h:/x",
            "h:/x ",
            "h:/\x7f",
        ),
        *("h:/a\u2028b", "//h/a\rb", "[fd00::1:/x", "[h]:/x", "[10.1.1.1]:/x", "[fe80::1%]:/x", "a,b:/x", "user@h:/x"),
        *("/dev/", "/dev/../etc/x", "/dev/a b", "/dev//"),
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_source_of_another_form_is_reported(source: str, state: str) -> None:
    _items, (mistake,) = items_of({**SHARE, "source": source, "fstype": "nfs", "state": state})
    assert "is invalid. Expected address:/share, //address/share or /dev/…, with an IPv6 address in brackets" in mistake
    assert not mount_sources.is_share(source)


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"source": "//ours:Secret-1@h/x"}, "Secret-1"),
        ({"source": "\\\\ours:Sec\\ret@h\\x"}, "Sec\\ret"),
        ({"source": "smb://ours:Se@cr/et@h/x"}, "Se@cr/et"),
        ({"options": "ro,username=ours%Secret-1"}, "Secret-1"),
        ({"options": "pass=Secret-1"}, "Secret-1"),
    ],
)
@pytest.mark.parametrize("name", ["office", ""])
def test_password_outside_its_option_is_refused_and_not_shown(
    given: dict[str, str], secret: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ansible shows the options of the task beside the message."""
    args = {"mounts": [{**CIFS, **given, "name": name}], "cifs_passwords": {"office": PASSWORD}}
    # Older cores always show them, and do not have the first setting.
    settings = {"inject_invocation": True, "no_log": False}
    shown = {f"_ansible_{name}": value for name, value in settings.items() if name in basic.PASS_VARS}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": {**args, **shown}}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        scp_mount.main()
    result = json.loads(capsys.readouterr().out)
    assert "cifs_passwords" in result["msg"]
    assert "invocation" in result
    assert secret not in str(result).replace("\\\\", "\\")


@pytest.mark.parametrize(
    "source",
    [
        *("h:/x", "h:/", "10.1.1.1://x", "files.example://x", "my_host-1:/x", "[fd00::1]:/x", "[fe80::1%eth0]:/x"),
        *("h:/a b", "h:/a:/b", "//h/x", "//h//x", "\\\\h\\x y", "//fd00::1/x", "//fd00--1.ipv6-literal.net/x"),
        *("//[fd00::1]/x", "h:/a\u3000b", "/dev/sdb", "/dev/disk/by-id/scsi-1:2"),
    ],
)
def test_source_of_a_documented_form_is_accepted(source: str) -> None:
    given = {**CIFS, "source": source, **({"fstype": "xfs"} if source.startswith("/dev") else {})}
    assert items_of(given)[1] == []
    assert mount_sources.is_share(source.replace("\\", "/")) != source.startswith("/dev")


@pytest.mark.parametrize("fstype", ["../x", "-t", "xfs ro", "xfs\n"])
def test_invalid_fstype_is_reported(fstype: str) -> None:
    _items, (mistake,) = items_of({**DISK, "fstype": fstype})
    assert f"fstype {fstype!r} is invalid. Expected the name of a file system, for example xfs" in mistake


@pytest.mark.parametrize("folder", [None, ""])
def test_empty_credentials_dir_is_the_default(folder: str | None) -> None:
    (item,), mistakes = items_of(CIFS, credentials_dir=folder)
    assert (item.credentials, mistakes) == (CREDENTIALS, [])


@pytest.mark.parametrize("folder", ["etc/x", ".", "/", "//", "/etc/a,b", "/etc/a\nb"])
def test_invalid_credentials_dir_is_reported(folder: str) -> None:
    _items, (mistake,) = items_of(SHARE, credentials_dir=folder)
    assert mistake == (
        f"credentials_dir {folder!r} is invalid. Give the absolute path of a folder, without commas, and not /."
    )


SYSTEM = ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var"]


@pytest.mark.parametrize(
    "path", [*SYSTEM, "/etc/", "/etc/.", "/srv/../etc", "/proc/x", "/sys/fs/x", "/dev/shm/x", "/usr//", "/srv/../dev/x"]
)
def test_path_of_the_system_is_reported(path: str) -> None:
    _items, (mistake,) = items_of({**SHARE, "path": path})
    assert "is a folder of the system. Choose another one, for example below /srv or /mnt." in mistake
    # What is there can be unmounted.
    assert items_of({"path": path, "state": "absent"})[1] == []


@pytest.mark.parametrize(
    "path", ["/var/lib/data", "/usr/local/share/x", "/run/x", "/etc/x", "/home", "/devices", "/opt"]
)
def test_path_below_folders_of_the_system_is_accepted(path: str) -> None:
    assert items_of({**SHARE, "path": path})[1] == []


@pytest.mark.parametrize("path", ["/.", "/..", "/srv/..", "//"])
def test_path_that_leads_to_the_root_is_reported(path: str) -> None:
    assert "is invalid. Give the absolute path of a folder, and not /" in items_of({**SHARE, "path": path})[1][0]


def test_null_is_not_given() -> None:
    (item,), mistakes = items_of({**SHARE, "name": None, "fstype": None, "cifs_username": None})
    assert (item.name, item.fstype, mistakes) == ("", "nfs", [])
    _items, (mistake,) = items_of({"path": "", "source": None})
    assert "path  is invalid" in mistake
    assert "it has no source" in mistake


def test_mistakes_of_lists_are_reported() -> None:
    assert items_of()[1] == ["mounts is empty. Give at least one item."]
    assert "item 1 has the same path; remove one of them" in items_of(SHARE, {**SHARE, "path": "/srv/web/"})[1][0]
    assert "item 1 has the same path; remove one of them" in items_of(SHARE, {**SHARE, "path": "/srv/./web"})[1][0]


def test_program_that_is_missing_is_named(server: FolderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scp_mount.Host().run(["no-such-program"]).message == "no-such-program: No such file or directory"
