# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role storage_mount on a server: see ``server`` for what of it is real, and what stands in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.dr.scenario import assert_no_crash, failure
from tests.integration.server import Server

PASSWORD = "mount-Secret-1"
WEB, OFFICE, TRAIN = "10.1.1.1:/scp_web_data_aaaaaa", "//10.1.1.2/scp_office_bbbbbb", "10.1.1.3:/scp_train_cccccc"
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(3)]
VOLUMES: list[Any] = [
    {"name": "web_data", "path": "/srv/web", "options": "rw,hard,_netdev"},
    {"name": "office", "path": "/srv/office"},
    {"name": "train", "kind": "pfs", "path": "/srv/train"},
]
#: CIFS shares on paths that are nearly alike; the platform is not asked.
ALIKE: list[Any] = [
    {"name": "office", "source": OFFICE, "path": path, "cifs_username": "ours"} for path in ("/srv/a-b", "/srv/a/b")
]
LEDGER = {"name": "ledger", "kind": "bm_volume"}
TARGET = "iqn.1992-08.com.example:sn.1:vs.2"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that nothing is mounted on."""
    made = Server(tmp_path / "server")
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _volumes(controller: Controller) -> None:
    controller.simulator.patch_world(
        {
            "filestorage": {
                "volumes": [
                    {"id": IDS[0], "name": "web_data_aaaaaa", "path": WEB},
                    {
                        "id": IDS[1],
                        "name": "office_bbbbbb",
                        "protocol": "CIFS",
                        "cifs_id": "cifs1a2b3c",
                        "path": OFFICE.replace("/", "\\"),
                    },
                ]
            },
            "parallel-filestorage": {"volumes": [{"id": IDS[2], "name": "train_cccccc", "mount_path": TRAIN}]},
            "baremetal-blockstorage": {
                "volumes": [{"id": "1" * 32, "name": "ledger", "iscsi_target_ips": ["10.2.2.1", "10.2.2.2"]}]
            },
        }
    )


def mount(controller: Controller, server: Server, volumes: Any, *arguments: str, times: int = 1, **more: Any) -> Run:
    """Run the playbook on the server, so often in one start."""
    variables = {
        "storage_mount_volumes": volumes,
        "storage_mount_become": False,
        "storage_mount_packages": False,
        "storage_mount_services": False,
        "storage_mount_cifs_passwords": {"office": PASSWORD},
        "storage_mount_device_timeout": 2,
        **more,
    }
    plays = [{"import_playbook": "scp.storage.storage_mount"}] * times
    run = controller.playbook(
        plays,
        variables=variables,
        arguments=["-i", str(server.inventory()), *arguments],
        # Three processes fewer for each task on the server.
        environ={"ANSIBLE_PIPELINING": "1"},
        verbosity=2,
    )
    assert_no_crash(run)
    assert not controller.simulator.writes()
    assert PASSWORD not in run.output
    return run


def changes(run: Run) -> list[str]:
    """The names of the tasks that say that they changed something on a server, in the last of the plays."""
    starts = [place for place, result in enumerate(run) if result.name.endswith("Make one list of what is asked for")]
    return [result.name.partition(" : ")[2] for result in list(run)[starts[-1] :] if result.changed]


def test_shares(controller: Controller, server: Server) -> None:
    """They are mounted and stay so, follow a path that changes, and go again; check mode says so before."""
    fstab = server.fstab()
    planned = mount(controller, server, VOLUMES, "--check").succeeded()
    assert (server.mounts(), server.fstab()) == ({}, fstab)
    assert changes(planned).count("Say what would be mounted") == 3
    assert changes(planned).count("Have it mounted when the server starts") == 3

    again = mount(controller, server, VOLUMES, times=2).succeeded()
    assert changes(again) == []
    assert server.mounts() == {"/srv/web": WEB, "/srv/office": OFFICE, "/srv/train": TRAIN}
    credentials = "/etc/scp_storage/srv_office.credentials"
    assert server.fstab() == [
        *fstab,
        f"{WEB} /srv/web nfs rw,hard,_netdev 0 0",
        f"{OFFICE} /srv/office cifs defaults,_netdev,nofail,credentials={credentials} 0 0",
        f"{TRAIN} /srv/train nfs defaults,_netdev,nofail 0 0",
    ]
    assert server.run("cat", credentials) == f"username=cifs1a2b3c\npassword={PASSWORD}\n"
    assert server.run("stat", "-c", "%a", credentials, "/etc/scp_storage").split() == ["600", "700"]
    # Neither a command line nor the table of file systems has the password.
    assert PASSWORD not in "".join(server.calls("mount.cifs") + server.fstab())

    moved = WEB.replace("10.1.1.1", "10.7.7.7")
    world = controller.simulator.world()
    next(volume for volume in world["filestorage"]["volumes"] if volume["id"] == IDS[0])["path"] = moved
    controller.simulator.put_world(world)
    other = [VOLUMES[0], VOLUMES[1], {**VOLUMES[2], "options": "ro,_netdev"}]
    planned = mount(controller, server, other, "--check").succeeded()
    said = [item.message for item in planned if item.name.endswith("Say what would be mounted") and item.changed]
    assert said == [f"{moved} on /srv/web in place of {WEB}"]
    again = mount(controller, server, other, times=2).succeeded()
    assert changes(again) == []
    assert server.mounts() == {"/srv/web": moved, "/srv/office": OFFICE, "/srv/train": TRAIN}
    assert server.fstab()[3:] == [
        f"{moved} /srv/web nfs rw,hard,_netdev 0 0",
        f"{OFFICE} /srv/office cifs defaults,_netdev,nofail,credentials={credentials} 0 0",
        f"{TRAIN} /srv/train nfs ro,_netdev 0 0",
    ]
    assert any("remount" in call and "/srv/train" in call for call in server.calls("mount.nfs"))

    # The volumes may be gone by then: nothing is asked.
    gone = [{**volume, "name": "gone", "state": "absent"} for volume in VOLUMES]
    planned = mount(controller, server, gone, "--check").succeeded()
    assert changes(planned).count("Say what would be unmounted") == 3
    assert len(server.mounts()) == 3
    again = mount(controller, server, gone, times=2).succeeded()
    assert changes(again) == []
    assert (server.mounts(), server.fstab()) == ({}, fstab)
    assert server.run("ls", "/etc/scp_storage") == ""


@pytest.mark.newest_core
def test_what_is_in_the_way(controller: Controller, server: Server) -> None:
    """Nothing that is not a volume is unmounted or taken out of the table, and a refused mount is explained."""
    server.run("mkdir", "/srv/data")
    server.run("mount", "-t", "tmpfs", "/dev/vdx1", "/srv/data")
    fstab = server.fstab()
    run = mount(controller, server, [{**VOLUMES[0], "path": "/srv/data"}, {**VOLUMES[2], "path": "/srv/local"}])
    message = failure(run)
    assert f"/dev/vdx1 is mounted on /srv/data, which is not {WEB}. It is left alone" in message
    assert f"/etc/fstab has /dev/vdz1 on /srv/local, which is not {TRAIN}. It is left alone" in message
    # A mount by way of a link would be looked for at the wrong place, by each run again.
    server.run("mkdir", "/srv/real")
    server.run("ln", "-s", "/srv/real", "/srv/link")
    run = mount(controller, server, [{**VOLUMES[0], "path": "/srv/link/web"}, {**VOLUMES[2], "path": "/srv//train"}])
    assert "path /srv/link/web leads to /srv/real/web, and a mount is known by the place" in failure(run)
    assert "path /srv//train leads to /srv/train, " in failure(run)
    # Each has a separate file for its password.
    work = mount(controller, server, ALIKE, "--check")["scp.storage.storage_mount : Decide what is to be done"]
    assert len({each["credentials"] for each in work.result["ansible_facts"]["storage_mount_work"]}) == len(ALIKE)
    run = mount(controller, server, [{"path": "/srv/data", "state": "absent"}])
    assert "/dev/vdx1 on /srv/data is not a volume of File Storage. It is left alone; check path." in failure(run)
    assert (server.mounts(), server.fstab()) == ({"/srv/data": "/dev/vdx1"}, fstab)
    run = mount(controller, server, [{"source": "10.9.9.9:/scp_x_000000", "path": "/srv/x"}])
    assert failure(run).startswith("10.9.9.9:/scp_x_000000 could not be mounted on /srv/x: mount.nfs: access denied by")
    assert "Check that the server has an access rule of the volume" in failure(run)


def test_mistakes(controller: Controller, server: Server) -> None:
    """All that is wrong with the list is reported at once; so is what the platform does not have."""
    volumes = [
        "web_data",
        {"name": "office", "path": "mnt", "pth": "/srv"},
        {"name": "x", "kind": "nfs", "path": "/srv/x", "state": "mounted"},
        {**LEDGER, "path": "/srv/ledger"},
        {**LEDGER, "portals": ["10.2.2.1", "fd00::1", "10.2.2.2:3260"]},
        {"name": "files", "source": "//10.1.1.2/x", "path": "/srv/files", "cifs_username": "ours"},
    ]
    run = mount(controller, server, volumes)
    assert failure(run) == (
        "storage_mount_volumes cannot be worked on, and nothing was changed."
        " Item 1 (web_data): it has no path, which is the folder of the server to mount it on."
        " Item 2 (office): pth is not known for kind filestorage; the keys are name, kind, region, state, path, source,"
        " options, cifs_username; path is mnt; it is the whole path of a folder, without blanks, and not /."
        " Item 3 (x): kind is nfs, and there is filestorage, pfs, bm_volume only; state is mounted; it can be present"
        " or absent."
        " Item 4 (ledger): to mount it, it needs device (as /dev/mapper/mpatha; the platform does not show which one it"
        " is) and fstype (as xfs)."
        " Item 5 (ledger): portals is a list of IP addresses, without ports."
        " Item 6 (files): with a source that is a CIFS share it needs cifs_username, and its password in"
        " storage_mount_cifs_passwords, by its name."
    )
    assert not run.calls
    run = mount(controller, server, "", storage_mount_cifs_passwords=PASSWORD)
    assert failure(run).endswith(
        " storage_mount_cifs_passwords must be a dictionary: a password by each name of the list."
        " The list is empty; name at least one volume."
    )
    run = mount(
        controller,
        server,
        [{"name": "web_dat", "path": "/srv/web"}, {**VOLUMES[1]}],
        storage_mount_cifs_passwords={},
        storage_mount_region="kr-west1",
    )
    assert failure(run) == (
        "storage_mount changed nothing on west-db1. There is no File Storage volume web_dat in kr-west1; check its name"
        " and the region. File Storage volume office in kr-west1 is a CIFS volume; give its password in"
        " storage_mount_cifs_passwords, by the name in the list."
    )


@pytest.mark.newest_core
def test_sources_in_another_spelling_are_left_alone(controller: Controller, server: Server) -> None:
    """The kernel shows no slash at the end and no second one, and names of servers are the same in any case."""
    # Shows the source as an NFS 4 client does.
    stand_in = "/usr/sbin/mount.nfs"
    plain = "s|:/*|:/|; s|//*|/|g; s|/$||"
    script = f'#!/bin/sh\necho "$@" >> {server.folder}/mount.nfs.log\n'
    script += f'exec mount -i -t tmpfs "$(echo "$1" | sed \'{plain}\')" "$2"\n'
    (server.folder / "stand-in").write_text(script)
    server.run(
        "sh",
        "-c",
        f"cp {server.folder}/stand-in {stand_in}.new; chmod 755 {stand_in}.new; mv {stand_in}.new {stand_in}",
    )
    volumes = [
        {"source": "Files.example:/export/", "path": "/srv/slash"},
        {"source": "10.1.1.1://a//b", "path": "/srv/slashes"},
        {**ALIKE[0], "source": "//Files.example/Office/", "path": "/srv/share"},
    ]
    mount(controller, server, volumes).succeeded()
    # As another client, or the user, has mounted them.
    server.run("umount", "/srv/slash", "/srv/share")
    server.run("mount", "-i", "-t", "tmpfs", "files.example:/export", "/srv/slash")
    server.run("mount", "-i", "-t", "tmpfs", "//files.example/office", "/srv/share")
    mounted = server.mounts()
    again = mount(controller, server, volumes).succeeded()
    assert changes(again) == []
    assert server.mounts() == mounted
    other = [{**volumes[1], "source": "10.1.1.1:/a/c"}]
    assert "Mount it" in changes(mount(controller, server, other).succeeded())


SILENT = """
import ctypes, os, sys, time
fd = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
source, path = (os.fsencode(argument) for argument in sys.argv[1:])
print(ctypes.CDLL(None).mount(source, path, b"fuse", 0, options), flush=True)
time.sleep(300)
"""


@pytest.mark.newest_core
def test_mount_whose_server_is_gone_does_not_hang(controller: Controller, server: Server) -> None:
    """Within a limit it is forced off where the platform has given another address, and refused otherwise."""
    if not (server.can_have_disks and Path("/dev/fuse").exists()):
        pytest.skip("a mount without an answer requires root and FUSE")
    limits = {"storage_mount_unmount_timeout": 1, "storage_mount_mount_timeout": 5}
    gone = WEB.replace("10.1.1.1", "10.7.7.7")
    for source, volume, message in (
        (
            gone,
            {**VOLUMES[0], "state": "absent"},
            f"{gone} could not be unmounted from /srv/web on west-db1 within 1 s",
        ),
        (
            "10.7.7.7:/another",
            VOLUMES[0],
            "its server does not answer. If it is gone for good, run umount -f -l /srv/web",
        ),
        (gone, VOLUMES[0], ""),
    ):
        server.run("mkdir", "-p", "/srv/web")
        with server.start(sys.executable, "-c", SILENT, source, "/srv/web") as silent:
            try:
                assert silent.stdout is not None
                if silent.stdout.readline() != "0\n":
                    pytest.skip("no FUSE here")
                run = mount(controller, server, [volume], **limits)
            finally:
                silent.kill()
        if message:
            assert message in failure(run)
            server.run("umount", "-l", "/srv/web")
        else:
            run.succeeded()
            assert server.mounts() == {"/srv/web": WEB}


@pytest.mark.newest_core
def test_second_block_volume_behind_an_address_with_a_session(controller: Controller, server: Server) -> None:
    """Its target is discovered and logged in to, and the session that was there is looked through again."""
    second = "iqn.1992-08.com.example:sn.1:vs.3"
    ledger = {**LEDGER, "portals": ["10.2.2.1"]}
    offers = server.folder / "offers"
    offers.write_text(f"10.2.2.1 {TARGET}\n")
    mount(controller, server, [ledger]).succeeded()
    offers.write_text(f"10.2.2.1 {TARGET}\n10.2.2.1 {second}\n")
    both = [ledger, {**ledger, "name": "journal"}]
    planned = mount(controller, server, both, "--check").succeeded()
    assert [result.message for result in planned if result.changed] == ["10.2.2.1", "10.2.2.1"]
    before = len(server.calls("iscsiadm"))
    again = mount(controller, server, both, times=2).succeeded()
    assert changes(again) == []
    calls = server.calls("iscsiadm")[before:]
    assert [call for call in calls if call.endswith("--login")] == [f"-m node -T {second} -p 10.2.2.1:3260 --login"]
    assert f"-m node -T {TARGET} -p 10.2.2.1:3260 --rescan" in calls
    # An address that is down for a while does not fail what has a session there.
    offers.write_text("")
    assert changes(mount(controller, server, both).succeeded()) == []


@pytest.mark.newest_core
def test_block_volumes(controller: Controller, server: Server) -> None:
    """The server logs in at each address, does so again when it starts, and logs out."""
    server.offer(a10_2_2_1=TARGET)
    run = mount(controller, server, [LEDGER])
    assert "10.2.2.2" in run.output
    assert run.rc != 0
    server.offer(a10_2_2_1=TARGET, a10_2_2_2=TARGET)
    planned = mount(controller, server, [LEDGER], "--check").succeeded()
    assert [result.message for result in planned if result.changed] == ["10.2.2.1, 10.2.2.2"]
    again = mount(controller, server, [LEDGER], times=2).succeeded()
    assert changes(again) == []
    logins = [call for call in server.calls("iscsiadm") if call.endswith("--login")]
    assert logins == [f"-m node -T {TARGET} -p {address}:3260 --login" for address in ("10.2.2.1", "10.2.2.2")]
    nodes = sorted((server.folder / "nodes").iterdir())
    # What an array shows other addresses is not noted: some systems log in to that when they start.
    assert [node.name for node in nodes] == ["10.2.2.1:3260", "10.2.2.2:3260"]
    assert [node.read_text() for node in nodes] == [f"{TARGET} automatic\n"] * 2

    absent = {**LEDGER, "state": "absent"}
    # One that stays has an address in common.
    mount(controller, server, [absent, {**LEDGER, "name": "other", "portals": ["10.2.2.2"]}]).succeeded()
    assert [node.name for node in (server.folder / "nodes").iterdir()] == ["10.2.2.2:3260"]
    # As a run leaves it that was killed when it had logged out.
    (server.folder / "sessions").write_text("")
    planned = mount(controller, server, [absent], "--check").succeeded()
    assert changes(planned) == ["Say where it would log out"]
    again = mount(controller, server, [absent], times=2).succeeded()
    assert changes(again) == []
    assert not list((server.folder / "nodes").iterdir())


@pytest.mark.newest_core
def test_file_systems_of_block_volumes(controller: Controller, server: Server) -> None:
    """One is made on an empty disk on demand only, never over anything, and is mounted and unmounted."""
    if not server.can_have_disks:
        pytest.skip("disks made of files want root")
    server.offer(a10_2_2_1=TARGET, a10_2_2_2=TARGET)
    file = server.folder / "disk"
    with file.open("wb") as disk:
        disk.truncate(64 * 1024**2)
    device = subprocess.run(
        ["/usr/sbin/losetup", "--find", "--show", str(file)], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        wanted = {**LEDGER, "path": "/srv/ledger", "device": device, "fstype": "ext4"}
        unasked = mount(controller, server, [wanted])
        assert (
            f"ledger: {device} has no file system. If it is a new volume, set format to true to make one."
            in failure(unasked)
        )
        planned = mount(controller, server, [{**wanted, "format": True}], "--check").succeeded()
        assert "Say that a file system would be made" in changes(planned)
        assert set(file.read_bytes()) == {0}
        again = mount(controller, server, [{**wanted, "format": True}], times=2).succeeded()
        assert changes(again) == []
        assert server.mounts() == {"/srv/ledger": device}
        server.run("touch", "/srv/ledger/data")
        over = mount(controller, server, [{**wanted, "fstype": "xfs", "format": True}])
        assert f"ledger: {device} holds ext4, and fstype is xfs. What is there is never overwritten" in failure(over)
        assert server.run("ls", "/srv/ledger").split() == ["data", "lost+found"]
        mount(controller, server, [{**wanted, "state": "absent"}]).succeeded()
        assert server.mounts() == {}
        assert not [line for line in server.fstab() if "ledger" in line]
    finally:
        server.stop()
        subprocess.run(["/usr/sbin/losetup", "--detach", device], check=True)
