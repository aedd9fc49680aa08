# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of Block Storage (BM) tasks as the user sees them, and how volumes and groups get out of trouble."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.messages import Case, check_case, each, seed_server
from tests.scenarios.baremetal_blockstorage import HDD, SSD, server
from tests.simulator.fixture import Simulator

VOLUME, GROUP = "scp_bm_volume", "scp_bm_volume_group"
EIGHT = [{"object_type": "BM", "object_id": f"{number:032x}"} for number in range(8)]


def _volume(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-of-{name}", "name": name, "size_gb": 100, "iops": 5000, "throughput": 250, **more}


def _world(simulator: Simulator) -> dict[str, Any]:
    """One volume of each kind that matters, and two of one name."""
    servers = [simulator.server(name)["id"] for name in ("west-db1", "west-db2")]
    return {
        "volumes": [
            _volume("busy", snapshot_rate=30, state="IN_USE"),
            _volume("free", snapshot_rate=30),
            _volume("plain"),
            _volume("kept", snapshot_rate=30),
            _volume("kept-again", purpose="RECOVERY", origin_id="id-of-kept"),
            _volume("twin", id="twin1"),
            _volume("second", purpose="RECOVERY"),
            _volume("twin", id="twin2"),
            _volume("member", snapshot_rate=30, group_id="g1"),
            _volume("sent", snapshot_rate=30),
            _volume("sent-member", snapshot_rate=30, group_id="g3"),
            _volume("copy", snapshot_rate=30, region="kr-east1", purpose="REPL"),
            _volume("archive", disk_type="HDD", iops=None, throughput=None),
            _volume(
                "broken", state="ERROR", external_errors=[{"code": "Forbidden", "object_type": "BM", "status": 403}]
            ),
            *(_volume(f"m{number}", snapshot_rate=10, group_id="g2") for number in range(16)),
        ],
        "volume_groups": [
            *(
                {"id": f"g{number}", "name": name}
                for number, name in enumerate(("group-one", "group-full", "group-sent"), 1)
            ),
            {"id": "g4", "name": "group-copy", "region": "kr-east1", "purpose": "REPL"},
        ],
        "attachments": [
            {"volume_id": "id-of-busy", "server_id": servers[0]},
            {"volume_id": "id-of-busy", "server_id": servers[1]},
        ],
        "snapshot_schedules": [{"owner_id": "id-of-busy", "hour": 3}],
        "snapshots": [{"owner_id": "id-of-kept", "name": "kept.2026-01-01_000000"}],
        "replications": [
            {"source_id": "id-of-sent", "target_id": "id-of-copy"},
            {"source_id": "g3", "target_id": "g4"},
        ],
    }


FIRST = [seed_server("west-db1")]
NEW = {"name": "new-data", **SSD, "attachments": FIRST}
CASES = [
    Case("nothing said of a new volume", VOLUME, {"name": "new-data"}, ("disk_type", "size_gb", "attachments")),
    Case("an SSD volume without QoS", VOLUME, {**NEW, "qos": {"iops": 5000}}, ("qos.throughput",)),
    Case("an HDD volume with QoS", VOLUME, {**NEW, "disk_type": "HDD"}, ("qos", "SSD", "Leave it out")),
    Case("no servers for a new volume", VOLUME, {**NEW, "attachments": []}, ("attachments", "one server")),
    Case("a name that breaks the rule", VOLUME, {**NEW, "name": "new_data"}, ("'new_data'", "hyphens")),
    Case("too large", VOLUME, {**NEW, "size_gb": 20000}, ("size_gb", "16384", "20000")),
    Case("too fast", VOLUME, {**NEW, "qos": {"iops": 1, "throughput": 250}}, ("qos.iops", "5000", "20000")),
    Case("nine servers", VOLUME, {**NEW, "attachments": [*EIGHT, *FIRST]}, ("9 servers", "8")),
    Case(
        "one server as two",
        VOLUME,
        {**NEW, "attachments": [*FIRST, {**FIRST[0], "object_type": "MNGC"}]},
        ("BM and as MNGC", FIRST[0]["object_id"]),
    ),
    Case(
        "a server of another type",
        VOLUME,
        {"name": "busy", "attachments": [{**FIRST[0], "object_type": "MNGC"}]},
        ("object_type", "MNGC", "as BM"),
    ),
    Case("no room for servers", VOLUME, {"name": "busy", "attachments": EIGHT}, ("purge_attachments", "8")),
    Case(
        "a server that does not exist",
        VOLUME,
        {**NEW, "attachments": EIGHT[:1]},
        ("404", "Check object_id"),
        sends=("CreateVolume",),
    ),
    Case("another size", VOLUME, {"name": "free", "size_gb": 200}, ("size_gb", "100", "200", "another name")),
    Case("another size, in check mode", VOLUME, {"name": "free", "size_gb": 200}, ("100", "200"), check=True),
    Case(
        "another size and another type, in check mode",
        VOLUME,
        {"name": "free", "size_gb": 200, "disk_type": "HDD"},
        ("disk_type is 'SSD'", "'HDD', and size_gb is 100", "200"),
        check=True,
    ),
    Case("another type", VOLUME, {"name": "free", "disk_type": "HDD"}, ("disk_type", "'SSD'", "'HDD'")),
    Case("another name", VOLUME, {"volume_id": "id-of-free", "name": "other"}, ("name", "'free'", "'other'")),
    Case("QoS of an HDD volume", VOLUME, {"name": "archive", "qos": {"iops": 5000}}, ("HDD", "only SSD")),
    Case(
        "too much space for snapshots", VOLUME, {**NEW, "snapshot_rate": 101}, ("snapshot_rate must be from 0 to 100",)
    ),
    Case(
        "less than no space", VOLUME, {**NEW, "snapshot_rate": -1}, ("snapshot_rate must be from 0 to 100",), check=True
    ),
    Case("two of one name", VOLUME, {"name": "twin"}, ("fits 2", "twin1", "twin2")),
    Case("no such id", VOLUME, {"volume_id": "nobody"}, ("'nobody'", "kr-west1")),
    Case(
        "all that keeps it from going",
        VOLUME,
        {"name": "busy", "state": "absent"},
        ("schedule", "end_snapshot_schedule", "west-db1", "west-db2", "detach"),
    ),
    Case(
        "a member that should go",
        VOLUME,
        {"name": "member", "state": "absent"},
        ("group-one", "leave_volume_group"),
    ),
    Case(
        "a member of a replicated group that should go",
        VOLUME,
        {"name": "sent-member", "state": "absent"},
        ("group-sent", "leave_volume_group", "scp_bm_volume_group_replication"),
    ),
    Case("a replicated group without members", GROUP, {"name": "group-sent", "state": "absent"}, ("dr_teardown",)),
    Case(
        "a replicated volume that should go",
        VOLUME,
        {"name": "sent", "state": "absent", "detach": True},
        ("replicated", "end_replication"),
    ),
    Case("no snapshots with a schedule", VOLUME, {"name": "busy", "snapshot_rate": 0}, ("end_snapshot_schedule",)),
    Case("snapshots of a recovery", VOLUME, {"name": "second", "snapshot_rate": 10}, ("second", "recovery")),
    Case("no snapshots of a member", VOLUME, {"name": "member", "snapshot_rate": 0}, ("group-one", "purge_volumes")),
    Case(
        "no snapshots of a replicated volume",
        VOLUME,
        {"name": "sent", "snapshot_rate": 0},
        ("replicated", "scp_bm_volume_replication with state absent"),
    ),
    Case("a volume in error", VOLUME, {"name": "broken"}, ("ERROR", "403 Forbidden", "BM server", "absent")),
    Case("nothing said of a new group", GROUP, {"name": "new-group"}, ("volumes", "one volume")),
    Case(
        "volumes that cannot be members",
        GROUP,
        {"name": "new-group", "volumes": ["free", "plain", "member", "busy", "sent", "nobody"]},
        ("plain has no snapshot rate", "group-one", "schedule", "replication", "'nobody'"),
    ),
    Case(
        "volumes that cannot be members of a group that cannot change",
        GROUP,
        {"name": "group-sent", "volumes": ["plain", "nobody"]},
        ("plain has no snapshot rate", "'nobody'", "while the group is replicated", "dr_teardown"),
    ),
    Case("too many members", GROUP, {"name": "group-full", "volumes": ["free"]}, ("16", "purge_volumes")),
    Case("seventeen volumes", GROUP, {"name": "new-group", "volumes": [f"v{n}" for n in range(17)]}, ("17", "16")),
    Case("another name of a group", GROUP, {"volume_group_id": "g1", "name": "other"}, ("'group-one'", "'other'")),
    Case(
        "a group that keeps its last member",
        GROUP,
        {"name": "group-one", "state": "absent"},
        ("RemoveVolumeGroupMember", "400", "at least one volume", "no call of the API deletes a group"),
        switches={"bm_group_empty": "400"},
        sends=("RemoveVolumeGroupMemberOnVolumeGroup",),
    ),
    Case(
        "a volume that its snapshots keep",
        VOLUME,
        {"name": "kept", "state": "absent"},
        ("DeleteVolume", "400", "it has snapshots", "snapshot_rate 0", "kept-again", "remove that first"),
        switches={"bm_delete_with_snapshots": "400"},
        sends=("DeleteVolume",),
    ),
]


@pytest.mark.violations_expected
@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help, and nothing of the program's inside."""
    runner.simulator.patch_world({"baremetal-blockstorage": _world(runner.simulator)})
    check_case(runner, case)


@pytest.mark.module(VOLUME)
@pytest.mark.parametrize("what", ["create", "attach", "detach", "edit"])
def test_a_volume_in_error_is_repaired(runner: ModuleRunner, what: str) -> None:
    """What went wrong is reported, with the answer of the servers' service; the next run repairs the volume."""
    simulator = runner.simulator
    servers = [server(simulator, "west-db1"), server(simulator, "west-db2")]
    made = {"name": "data", **SSD, "attachments": servers[:1]}
    wanted = {
        "create": made,
        "attach": {**made, "attachments": servers},
        "detach": {**made, "attachments": servers[1:], "purge_attachments": True},
        "edit": {**made, "qos": {"iops": 9000, "throughput": 900}},
    }[what]
    begin = [task(VOLUME, {**made, **({"attachments": servers} if what == "detach" else {})})]
    runner.run([] if what == "create" else begin).succeeded()
    simulator.switch(bm_fails=what)
    run = runner.run([task(VOLUME, wanted, ignore_errors=True)]).succeeded()
    assert run[0].failed
    assert run[0].changed
    assert "ERROR" in run[0].message
    assert ("403 Forbidden" in run[0].message) is (what != "edit")
    simulator.switch(bm_fails="off")
    again = runner.run([task(VOLUME, wanted), task(VOLUME, wanted)]).succeeded()
    assert again[0].changed
    assert again[0].result["volume"]["state"] == "IN_USE"
    assert again[0].result["volume"]["external_errors"] == []
    assert not again[1].changed


@pytest.mark.module(VOLUME)
def test_a_volume_in_error_can_go(runner: ModuleRunner) -> None:
    """A volume in error is removed; a deletion that goes wrong is reported, and the next run deletes it."""
    simulator = runner.simulator
    made = {"name": "data", **HDD, "attachments": [server(simulator, "west-db1")]}
    absent = {"name": "data", "state": "absent", "detach": True}
    simulator.switch(bm_fails="create")
    run = runner.run([task(VOLUME, made, ignore_errors=True), task(VOLUME, absent), task(VOLUME, absent)])
    assert run[0].failed
    assert [(result.failed, result.changed) for result in run][1:] == [(False, True), (False, False)]
    assert run[1].operations == ["DeleteVolume"]
    simulator.switch(bm_fails="off")
    runner.run([task(VOLUME, made)]).succeeded()
    simulator.switch(bm_fails="delete")
    failed = runner.run([task(VOLUME, absent, ignore_errors=True)]).succeeded()[0]
    assert failed.failed
    assert "ERROR_DELETING" in failed.message
    simulator.switch(bm_fails="off")
    assert runner.run([task(VOLUME, absent)]).succeeded()[0].operations == ["DeleteVolume"]
    assert simulator.resources() == {}


@pytest.mark.module(VOLUME, GROUP, f"{GROUP}_replication")
def test_what_is_changing_is_waited_for(runner: ModuleRunner) -> None:
    """A volume that is about to get its snapshot rate, or that someone else changes, can be a member soon."""
    simulator = runner.simulator
    simulator.patch_world({"baremetal-blockstorage": _world(simulator)})
    simulator.switch(bm_conflict_status="400", bm_edit_seconds=20)
    remove = {"state": "absent", "leave_volume_group": True}

    def somebody_changes(name: str, iops: int) -> dict[str, Any]:
        return task(VOLUME, {"name": name, "qos": {"iops": iops}, "wait": False}, name="another process changes it")

    copied = {"name": "all-copy", "target_region": "kr-east1", "cycle": "DAILY", "replication_volume_name_prefix": "c-"}
    run = runner.run(
        [
            task(VOLUME, {"name": "plain", "snapshot_rate": 20, "wait": False}, name="another process changes it"),
            task(GROUP, {"name": "all", "volumes": ["plain"]}, name="make", check=True),
            task(GROUP, {"name": "all", "volumes": ["plain"]}, name="make"),
            somebody_changes("plain", 6000),
            task(GROUP, {"name": "all", "volumes": ["free"]}, name="add"),
            somebody_changes("plain", 7000),
            task(GROUP, {"name": "all", "volumes": ["free"]}, name="nothing to do"),
            task(f"{GROUP}_replication", {"volume_group": "all", **copied}, name="replicate"),
            somebody_changes("plain", 8000),
            task(f"{GROUP}_replication", {"volume_group": "all", "state": "absent"}, name="end that"),
            somebody_changes("plain", 9000),
            task(VOLUME, {"name": "free", **remove}, name="a member goes"),
        ]
    ).succeeded()
    assert [result.name for result in run if not result.changed] == ["nothing to do"]
    # Nothing was tried before its time.
    assert all(call["status"] < 400 for call in simulator.writes())


@pytest.mark.module(VOLUME, GROUP, "scp_bm_volume_info")
def test_calls_of_unchanged_items(runner: ModuleRunner) -> None:
    """An unchanged volume or group takes two calls, one by id, whatever else there is."""
    simulator = runner.simulator
    simulator.patch_world({"baremetal-blockstorage": _world(simulator)})
    servers = [server(simulator, name) for name in ("west-db1", "west-db2")]
    members = [f"m{number}" for number in range(16)]
    run = runner.run(
        [
            task(VOLUME, {"name": "busy", "attachments": servers, "snapshot_rate": 30}, name="volume"),
            task(VOLUME, {"volume_id": "id-of-busy", "attachments": servers}, name="by id"),
            task(GROUP, {"name": "group-full", "volumes": members, "purge_volumes": True}, name="group"),
            task("scp_bm_volume_info", name="all"),
            task("scp_bm_volume_info", {"object_name": "west-db1"}, name="of a server"),
            task("scp_bm_volume_info", {"volume_group_name": "group-one", "name": "member"}, name="of a group"),
        ]
    ).succeeded()
    assert not any(result.changed for result in run)
    assert run["volume"].reads == ["ListVolumes", "ShowVolume"]
    assert run["by id"].reads == ["ShowVolume"]
    assert run["group"].reads == ["ListVolumeGroups", "ShowVolumeGroup"]
    assert run["all"].reads == ["ListVolumes"]
    assert [volume["name"] for volume in run["of a server"].result["volumes"]] == ["busy"]
    assert [volume["name"] for volume in run["of a group"].result["volumes"]] == ["member"]


@pytest.mark.module(GROUP)
def test_many_members_change_in_few_calls(runner: ModuleRunner) -> None:
    """Sixteen other members take as few calls as the limit allows, and the group is never empty."""
    simulator = runner.simulator
    others = [_volume(f"n{number}", snapshot_rate=10) for number in range(16)]
    world = _world(simulator)
    simulator.patch_world({"baremetal-blockstorage": {**world, "volumes": [*world["volumes"], *others]}})
    wanted = {"name": "group-full", "volumes": [volume["name"] for volume in others], "purge_volumes": True}
    run = runner.run([task(GROUP, wanted, check=True), task(GROUP, wanted), task(GROUP, wanted)]).succeeded()
    remove, add = "RemoveVolumeGroupMemberOnVolumeGroup", "AddVolumeGroupMemberOnVolumeGroup"
    assert run[1].operations == run[0].operations == [remove, add, remove, add]
    assert {volume["name"] for volume in run[1].result["volume_group"]["member_volumes"]} == set(wanted["volumes"])
    assert not run[2].changed
