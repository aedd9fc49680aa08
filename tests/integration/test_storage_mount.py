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


def last_play(run: Run) -> list[Any]:
    """The results of the last of the plays."""
    starts = [
        place
        for place, result in enumerate(run)
        if result.name.endswith("Get the mount paths and addresses of the volumes")
    ]
    return list(run)[starts[-1] :]


def actions(run: Run) -> list[str]:
    """What was done on the server in the last of the plays, or would be done; tasks that did nothing are unchanged."""
    found = []
    for result in last_play(run):
        parts = result.result.get("sessions", []) + result.result.get("mounts", [])
        if result.name.endswith("Check that nothing blocks the mounts") or not (parts and "actions" in parts[0]):
            continue
        done = [action for part in parts for action in part["actions"]]
        assert result.changed is bool(done), result.name
        found += done
    return found


def test_shares_follow_the_platform_and_go_again(controller: Controller, server: Server) -> None:
    """They are mounted and stay so, follow a path and options that change, and go; check mode predicts it."""
    fstab = server.fstab()
    planned = mount(controller, server, VOLUMES, "--check").succeeded()
    assert (server.mounts(), server.fstab()) == ({}, fstab)
    first = mount(controller, server, VOLUMES).succeeded()
    assert actions(planned) == actions(first)
    assert [action for action in actions(first) if action.startswith("mount ")] == [
        f"mount {source} on {path}"
        for source, path in ((WEB, "/srv/web"), (OFFICE, "/srv/office"), (TRAIN, "/srv/train"))
    ]
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
    report = first["scp.storage.storage_mount : Return the volumes"].result["ansible_facts"]["storage_mount_result"]
    assert [(one["name"], one["kind"], one["path"], one["source"]) for one in report] == [
        ("web_data", "filestorage_volume", "/srv/web", WEB),
        ("office", "filestorage_volume", "/srv/office", OFFICE),
        ("train", "pfs_volume", "/srv/train", TRAIN),
    ]

    moved = WEB.replace("10.1.1.1", "10.7.7.7")
    world = controller.simulator.world()
    next(volume for volume in world["filestorage"]["volumes"] if volume["id"] == IDS[0])["path"] = moved
    controller.simulator.put_world(world)
    other = [VOLUMES[0], VOLUMES[1], {**VOLUMES[2], "options": "ro,_netdev"}]
    again = mount(controller, server, other, times=2).succeeded()
    assert actions(again) == []
    assert server.mounts() == {"/srv/web": moved, "/srv/office": OFFICE, "/srv/train": TRAIN}
    assert server.fstab()[3:] == [
        f"{moved} /srv/web nfs rw,hard,_netdev 0 0",
        f"{OFFICE} /srv/office cifs defaults,_netdev,nofail,credentials={credentials} 0 0",
        f"{TRAIN} /srv/train nfs ro,_netdev 0 0",
    ]
    assert any("remount" in call and "/srv/train" in call for call in server.calls("mount.nfs"))

    # The volumes may be gone by then: nothing is asked.
    gone = [{**volume, "name": "gone", "state": "absent"} for volume in VOLUMES]
    again = mount(controller, server, gone, times=2).succeeded()
    assert (actions(again), again.calls) == ([], [])
    assert (server.mounts(), server.fstab()) == ({}, fstab)
    assert server.run("ls", "/etc/scp_storage") == ""


@pytest.mark.newest_core
def test_blockers_and_failures(controller: Controller, server: Server) -> None:
    """What is not a share blocks all before anything is changed. If one share fails, the others are mounted."""
    fstab = server.fstab()
    run = mount(controller, server, [VOLUMES[0], {**VOLUMES[2], "path": "/srv/local"}, LEDGER])
    assert f"/etc/fstab has /dev/vdz1 on /srv/local, which is not {TRAIN}. It is left alone" in failure(run)
    assert (server.mounts(), server.fstab(), server.calls("iscsiadm")) == ({}, fstab, [])
    run = mount(controller, server, [{"source": "10.9.9.9:/scp_x_000000", "path": "/srv/x"}, VOLUMES[0], LEDGER])
    message = failure(run)
    assert message.startswith("storage_mount: ledger: 10.2.2.1, 10.2.2.2 offers this server no target.")
    assert "10.9.9.9:/scp_x_000000 could not be mounted on /srv/x: mount.nfs: access denied by" in message
    assert server.mounts() == {"/srv/web": WEB}
    run = mount(controller, server, ["web_data"], storage_mount_cifs_passwords=PASSWORD)
    assert failure(run).startswith("storage_mount_cifs_passwords must be a dictionary")
    run = mount(controller, server, [{"name": "web_data", "pth": "/srv"}])
    assert failure(run).startswith(
        "storage_mount_volumes has mistakes, and nothing was changed. Item 1 (web_data): pth is"
    )


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
def test_block_volumes_are_logged_in_to_and_out_of(controller: Controller, server: Server) -> None:
    server.offer(a10_2_2_1=TARGET, a10_2_2_2=TARGET)
    planned = mount(controller, server, [LEDGER], "--check").succeeded()
    assert not (server.folder / "sessions").exists()
    done = mount(controller, server, [LEDGER]).succeeded()
    assert actions(planned) == actions(done)
    assert actions(done) == [f"log in to {TARGET} at {address}:3260" for address in ("10.2.2.1", "10.2.2.2")]
    absent = {**LEDGER, "state": "absent"}
    # One that stays has an address in common.
    again = mount(controller, server, [absent, {**LEDGER, "name": "other", "portals": ["10.2.2.2"]}], times=2)
    assert actions(again.succeeded()) == []
    assert [node.name for node in (server.folder / "nodes").iterdir()] == ["10.2.2.2:3260"]


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
            f"ledger: {device} has no file system. If it is a new volume, set format to true to create one."
            in failure(unasked)
        )
        planned = mount(controller, server, [{**wanted, "format": True}], "--check").succeeded()
        assert f"create ext4 on {device}" in actions(planned)
        assert set(file.read_bytes()) == {0}
        again = mount(controller, server, [{**wanted, "format": True}], times=2).succeeded()
        assert actions(again) == []
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


@pytest.mark.newest_core
def test_shares_below_each_other_are_mounted_from_the_outside_in(controller: Controller, server: Server) -> None:
    """The kernel shows which mount hides another one, whatever the order of the list."""
    inner, outer = {**VOLUMES[2], "path": "/srv/web/train"}, VOLUMES[0]
    again = mount(controller, server, [inner, outer], times=2).succeeded()
    assert actions(again) == []
    assert list(server.mounts()) == ["/srv/web", "/srv/web/train"]
    assert [line.split()[1] for line in server.fstab()[-2:]] == ["/srv/web", "/srv/web/train"]

    server.run("umount", "/srv/web/train")
    server.run("umount", "/srv/web")
    server.run("mkdir", "-p", "/srv/web/train")
    server.run("mount", "-t", "tmpfs", TRAIN, "/srv/web/train")
    above = mount(controller, server, [inner, outer])
    assert f"A mount on /srv/web would hide the mounts below it: /srv/web/train ({TRAIN})." in failure(above)
    server.run("mount", "-t", "tmpfs", WEB, "/srv/web")
    hidden = mount(controller, server, [inner, outer])
    assert f"{TRAIN} is mounted on /srv/web/train, but hidden: {WEB} was mounted on /srv/web later" in failure(hidden)
    assert sorted(server.mounts()) == ["/srv/web", "/srv/web/train"]
