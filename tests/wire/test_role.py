# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ``storage_mount`` on the managed host; volumes of the simulator are on the storage server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.tasks import Run
from tests.wire.conftest import PASSWORD, PORTAL, STATE, TARGET, Wire, disk

pytestmark = pytest.mark.module("scp_mount", "scp_iscsi_session", "scp_mount_source_info")

SHARES: list[dict[str, Any]] = [
    {"name": "web", "path": "/srv/web"},
    {"name": "data", "path": "/srv/data", "options": "rw,hard,vers=4.1,_netdev,nofail"},
    {"name": "office", "path": "/srv/office"},
]
LEDGER: dict[str, Any] = {
    "name": "ledger",
    "kind": "bm_volume",
    "path": "/srv/ledger",
    "device": disk(1),
    "fstype": "ext4",
    "format": True,
}
PATHS = ("/srv/web", "/srv/data", "/srv/office")


def seed(wire: Wire, address: str) -> None:
    """Let the API show the volumes at an address of the storage server."""
    shares = [
        {"id": f"00000000-0000-4000-8000-{number:012d}", "name": f"{name}_aaaaaa", "path": path, **more}
        for number, (name, path, more) in enumerate(
            [
                ("web", f"{address}:/srv/web", {}),
                ("data", f"{address}:/srv/data", {}),
                ("office", f"\\\\{address}\\office", {"protocol": "CIFS", "cifs_id": "alice"}),
            ]
        )
    ]
    wire.controller.simulator.patch_world(
        {
            "filestorage": {"volumes": shares},
            "baremetal-blockstorage": {
                "volumes": [{"id": "1" * 32, "name": "ledger", "iscsi_target_ips": [PORTAL]}],
            },
        }
    )


def mount(wire: Wire, volumes: list[dict[str, Any]], *arguments: str, **more: Any) -> Run:
    """Run the playbook of the role on the managed host."""
    run = wire.controller.playbook(
        "scp.storage.storage_mount",
        variables={
            "storage_mount_hosts": "host",
            "storage_mount_volumes": volumes,
            "storage_mount_cifs_passwords": {"office": PASSWORD},
            **more,
        },
        arguments=[*wire.arguments, *arguments],
        environ={"ANSIBLE_PIPELINING": "1"},
    )
    assert PASSWORD not in run.output
    assert not wire.controller.simulator.writes()
    return run


def done(run: Run) -> list[str]:
    """Return what the role did on the managed host, or would do."""
    found = []
    for result in run.succeeded():
        if not result.name.endswith("Check that nothing blocks the mounts"):
            parts = result.result.get("sessions", []) + result.result.get("mounts", [])
            found += [action for part in parts for action in part.get("actions", [])]
    return found


def test_role_mounts_volumes_of_all_kinds_and_unmounts_them(target: Wire) -> None:
    seed(target, "192.0.2.1")
    volumes = [*SHARES, LEDGER]
    before = target.host.run(STATE)
    planned = done(mount(target, volumes, "--check"))
    assert target.host.run(STATE) == before
    first = done(mount(target, volumes))
    assert first == planned
    assert [action for action in first if action.startswith(("log in", "create ext4", "mount"))] == [
        f"log in to {TARGET} at {PORTAL}:3260",
        "mount 192.0.2.1:/srv/web on /srv/web",
        "mount 192.0.2.1:/srv/data on /srv/data",
        "mount //192.0.2.1/office on /srv/office",
        f"create ext4 on {disk(1)}",
        f"mount {disk(1)} on /srv/ledger",
    ]
    assert [target.mounted(path) for path in PATHS] == [
        [("192.0.2.1:/srv/web", "nfs4")],
        [("192.0.2.1:/srv/data", "nfs4")],
        [("//192.0.2.1/office", "cifs")],
    ]
    assert [kind for _source, kind in target.mounted("/srv/ledger")] == ["ext4"]
    for path in PATHS:
        target.host.run(f"echo written > {path}/file && sync {path}/file")
        assert target.storage.run(f"cat {path}/file") == "written\n"

    mounted = target.host.run(STATE)
    again = mount(target, volumes)
    assert (done(again), again.count("changed")) == ([], 0)
    assert target.host.run(STATE) == mounted

    gone = [{**volume, "state": "absent"} for volume in volumes]
    removed = done(mount(target, gone))
    assert f"log out of {TARGET} at {PORTAL}:3260" in removed
    assert [target.mounted(path) for path in (*PATHS, "/srv/ledger")] == [[], [], [], []]
    assert target.fstab() == []
    assert "iscsiadm: No active sessions" in target.host.attempt("iscsiadm -m session").stderr
    assert target.host.run("ls /etc/scp_storage") == ""
    again = mount(target, gone)
    assert (done(again), again.count("changed")) == ([], 0)


def test_role_follows_volumes_whose_former_address_is_dead(wire: Wire) -> None:
    """As after a failover: no answer from the former address, and the API shows that of another server."""
    seed(wire, "192.0.2.1")
    assert done(mount(wire, SHARES))
    wire.silence("192.0.2.1")
    wire.replace_server()
    seed(wire, "192.0.2.2")
    limits = {"storage_mount_unmount_timeout": 5, "storage_mount_mount_timeout": 60}
    moved = done(mount(wire, SHARES, **limits))
    assert [action for action in moved if action.startswith("mount ")] == [
        "mount 192.0.2.2:/srv/web on /srv/web",
        "mount 192.0.2.2:/srv/data on /srv/data",
        "mount //192.0.2.2/office on /srv/office",
    ]
    assert [wire.mounted(path) for path in PATHS] == [
        [("192.0.2.2:/srv/web", "nfs4")],
        [("192.0.2.2:/srv/data", "nfs4")],
        [("//192.0.2.2/office", "cifs")],
    ]
    assert [line.split()[:2] for line in wire.fstab()] == [
        ["192.0.2.2:/srv/web", "/srv/web"],
        ["192.0.2.2:/srv/data", "/srv/data"],
        ["//192.0.2.2/office", "/srv/office"],
    ]
    for path in PATHS:
        wire.host.run(f"echo moved > {path}/file && sync {path}/file", limit=30)
        assert wire.storage.run(f"cat {path}/file") == "moved\n"
    again = mount(wire, SHARES, **limits)
    assert (done(again), again.count("changed")) == ([], 0)
