# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_mount_source_info``: what servers need to mount volumes, and every mistake and blocker of its list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner

pytestmark = pytest.mark.module("scp_mount_source_info")

MODULE = "scp_mount_source_info"
WEB, OFFICE, TRAIN = "10.1.1.1:/scp_web_data_aaaaaa", "//10.1.1.2/scp_office_bbbbbb", "10.1.1.3:/scp_train_cccccc"
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(4)]
REGION = "kr-west1"
SHARES: list[Any] = [
    {"name": "web_data", "path": "/srv/web", "options": "rw,hard,_netdev"},
    {"name": "office", "path": "/srv/office"},
    {"name": "train", "kind": "pfs", "path": "/srv/train"},
]
LEDGER: dict[str, Any] = {"name": "ledger", "kind": "bm_volume"}
ORDERS: dict[str, Any] = {"name": "orders", "kind": "bm_volume_group"}
GROUP, BLOCKS = "9" * 32, ["1" * 32, "2" * 32, "3" * 32]


@pytest.fixture(autouse=True)
def _volumes(runner: ModuleRunner) -> None:
    cifs = {"protocol": "CIFS", "cifs_id": "cifs1a2b3c", "path": OFFICE.replace("/", "\\")}
    runner.simulator.patch_world(
        {
            "filestorage": {
                "volumes": [
                    {"id": IDS[0], "name": "web_data_aaaaaa", "path": WEB},
                    {"id": IDS[1], "name": "office_bbbbbb", **cifs},
                ]
            },
            "parallel-filestorage": {"volumes": [{"id": IDS[2], "name": "train_cccccc", "mount_path": TRAIN}]},
            "baremetal-blockstorage": {
                "volume_groups": [{"id": GROUP, "name": "orders"}],
                "volumes": [
                    {"id": BLOCKS[0], "name": "ledger", "iscsi_target_ips": ["10.2.2.1", "10.2.2.2"]},
                    {"id": BLOCKS[1], "name": "one", "group_id": GROUP, "iscsi_target_ips": ["10.2.2.3"]},
                    {"id": BLOCKS[2], "name": "two", "group_id": GROUP, "iscsi_target_ips": ["10.2.2.3", "10.2.2.4"]},
                ],
            },
        }
    )


def read(runner: ModuleRunner, volumes: Any, **more: Any) -> Any:
    """Run the module; the password of office is known."""
    return runner.run_task(MODULE, {"volumes": volumes, "cifs_password_names": ["office"], **more})


def found(runner: ModuleRunner, volumes: Any, **more: Any) -> dict[str, Any]:
    """Return the result of a run that goes well."""
    run = read(runner, volumes, **more)
    assert not run.failed, run.message
    assert (run.changed, run.writes) == (False, [])
    result: dict[str, Any] = run.result
    return result


@pytest.mark.parametrize("by", ["name", "ip", "id"])
def test_endpoint_replaces_the_address_of_the_volume(runner: ModuleRunner, by: str) -> None:
    endpoint = runner.simulator.server("west-endpoint1")
    shares = [{**share, "endpoint": endpoint[by]} for share in SHARES[:2]]
    run = read(runner, [*shares, {"name": "gone", "path": "/srv/gone", "state": "absent", "endpoint": "nobody"}])
    assert not run.failed, run.message
    sources = [mount["source"] for mount in run.result["mounts"]]
    assert sources[:2] == [f"{endpoint['ip']}:/scp_web_data_aaaaaa", f"//{endpoint['ip']}/scp_office_bbbbbb"]
    lists = [call for call in run.calls if call["operation"] == "ListVpcEndpoints"]
    assert len(lists) == (0 if by == "ip" else 1)


@pytest.mark.parametrize(
    ("endpoint", "denied", "says"),
    [
        ("west-endpoint2", "", "There is no VPC endpoint with the name or address 'west-endpoint2' in kr-west1"),
        ("0" * 32, "", "There is no VPC endpoint with the id"),
        ("west-endpoint1", "vpc", "vpc:ListVpcEndpoints"),
        ("0" * 32, "vpc", "give an address in endpoint"),
    ],
)
def test_endpoint_that_is_not_found_is_an_error(runner: ModuleRunner, endpoint: str, denied: str, says: str) -> None:
    runner.simulator.switch(denied=denied)
    run = read(runner, [{**SHARES[0], "endpoint": endpoint}])
    assert run.failed
    assert says in run.message
    assert len(run.message) < 600


def test_shares_and_block_volumes_become_lists_for_the_modules_on_servers(runner: ModuleRunner) -> None:
    result = found(runner, [*SHARES, LEDGER, ORDERS])
    assert result["mounts"] == [
        {
            "name": "web_data",
            "path": "/srv/web",
            "source": WEB,
            "state": "present",
            "options": "rw,hard,_netdev",
            "lazy": "moved",
        },
        {
            "name": "office",
            "path": "/srv/office",
            "source": OFFICE,
            "state": "present",
            "options": "defaults,_netdev,nofail",
            "lazy": "moved",
            "cifs_username": "cifs1a2b3c",
        },
        {
            "name": "train",
            "path": "/srv/train",
            "source": TRAIN,
            "state": "present",
            "options": "defaults,_netdev,nofail",
            "lazy": "moved",
        },
    ]
    assert result["logins"] == [
        {"name": "ledger", "portals": ["10.2.2.1", "10.2.2.2"], "state": "present"},
        {"name": "orders", "portals": ["10.2.2.3", "10.2.2.4"], "state": "present"},
    ]
    assert (result["logouts"], result["needs"]) == ([], ["cifs", "iscsi", "nfs"])
    assert [one["kind"] for one in result["volumes"]] == [
        *("filestorage_volume", "filestorage_volume", "pfs_volume", "bm_volume", "bm_volume_group"),
    ]
    assert {one["region"] for one in result["volumes"]} == {REGION}


def test_each_list_is_read_once_and_each_share_once(runner: ModuleRunner) -> None:
    more = [
        {"id": f"00000000-0000-4000-9000-{n:012d}", "name": f"v{n:02d}_aaaaaa", "path": f"10.1.1.1:/v{n}"}
        for n in range(20)
    ]
    runner.simulator.patch_world({"filestorage": {"volumes": more}})
    run = read(runner, [{"name": f"v{number:02d}", "path": f"/srv/{number}"} for number in range(20)])
    assert not run.failed, run.message
    # A call that is refused for its version is none of them.
    operations = [call["operation"] for call in run.calls if call["status"] != 406]
    assert (operations.count("ListVolumes"), operations.count("ShowVolume")) == (1, 20)


def test_nothing_is_asked_where_all_is_known(runner: ModuleRunner) -> None:
    volumes = [
        {"source": "10.9.9.9:/x", "path": "/srv/x/"},
        {"name": "gone", "path": "/srv/gone", "state": "absent"},
        {"path": "/srv/old", "state": "absent"},
        {**LEDGER, "portals": ["10.2.2.9"]},
        {"name": "office", "source": "\\\\10.1.1.9\\x", "path": "/srv/o", "cifs_username": "ours", "lazy": "always"},
    ]
    run = read(runner, volumes)
    assert not run.failed, run.message
    assert run.calls == []
    assert [(one["path"], one["source"], one["lazy"]) for one in run.result["mounts"]] == [
        ("/srv/x", "10.9.9.9:/x", "never"),
        ("/srv/gone", "", "moved"),
        ("/srv/old", "", "never"),
        ("/srv/o", "//10.1.1.9/x", "always"),
    ]
    assert run.result["needs"] == ["cifs", "iscsi", "nfs"]


def test_file_system_of_a_block_volume(runner: ModuleRunner) -> None:
    disk = {**LEDGER, "path": "/srv/ledger", "device": "/dev/mapper/mpatha", "fstype": "xfs", "format": "yes"}
    (one,) = found(runner, [disk])["mounts"]
    assert (one["source"], one["fstype"], one["format"]) == ("/dev/mapper/mpatha", "xfs", True)
    (one,) = found(runner, [{**LEDGER, "path": "/srv/ledger", "state": "absent"}])["mounts"]
    assert (one["source"], one["fstype"], one["format"]) == ("", "auto", False)


def test_addresses_that_another_volume_has_are_not_logged_out_of(runner: ModuleRunner) -> None:
    result = found(runner, [{**LEDGER, "state": "absent"}, {**LEDGER, "name": "other", "portals": ["10.2.2.2"]}])
    assert result["logouts"] == [{"name": "ledger", "portals": ["10.2.2.1"], "state": "absent"}]
    gone = found(runner, [{**LEDGER, "name": "gone", "state": "absent"}])
    assert (gone["logouts"], gone["volumes"][0]["portals"]) == ([], [])


def test_ids_are_accepted_in_both_places(runner: ModuleRunner) -> None:
    result = found(
        runner,
        [
            {"name": IDS[0], "path": "/srv/web"},
            {"name": "office", "volume_id": IDS[1], "path": "/srv/office"},
            {"volume_id": BLOCKS[0], "kind": "bm"},
            {"name": GROUP, "kind": "bm_group"},
        ],
    )
    assert [one["source"] for one in result["mounts"]] == [WEB, OFFICE]
    assert [one["name"] for one in result["logins"]] == [BLOCKS[0], GROUP]


def test_replicas_of_disaster_recovery_are_accepted_unchanged(runner: ModuleRunner) -> None:
    """The end in the region where the data is in use counts; groups have their members' addresses."""
    common = {
        "region": REGION,
        "source_region": REGION,
        "target_region": "kr-east1",
        "health": "paused",
        "policy": "use",
    }
    replicas = [
        {
            **common,
            "kind": "filestorage_volume",
            "name": "web_data",
            "active_region": "kr-east1",
            "source_id": IDS[0],
            "source_path": WEB,
            "target_id": IDS[3],
            "target_path": "10.8.8.8:/web",
            "mount_path": "/srv/web",
            "members": [],
        },
        {
            **common,
            "kind": "bm_volume",
            "name": "ledger",
            "active_region": REGION,
            "source_id": BLOCKS[0],
            "source_path": "10.2.2.1,10.2.2.2",
            "target_id": "4" * 32,
            "target_path": None,
            "mount_path": None,
            "members": [],
        },
        {
            **common,
            "kind": "bm_volume_group",
            "name": "orders",
            "active_region": "kr-east1",
            "source_id": GROUP,
            "target_id": "5" * 32,
            "mount_path": None,
            "members": [
                {"id": "6" * 32, "name": "dr-one", "addresses": ["10.3.3.1"]},
                {"id": "7" * 32, "name": "dr-two", "addresses": ["10.3.3.1", "10.3.3.2"]},
            ],
        },
    ]
    run = read(runner, replicas)
    assert not run.failed, run.message
    assert run.calls == []
    assert [(one["name"], one["source"]) for one in run.result["mounts"]] == [("web_data", "10.8.8.8:/web")]
    assert [one["portals"] for one in run.result["logins"]] == [["10.2.2.1", "10.2.2.2"], ["10.3.3.1", "10.3.3.2"]]
    assert [one["region"] for one in run.result["volumes"]] == ["kr-east1", REGION, "kr-east1"]
    # A group that is in use at its source has no members in the result; the API is asked.
    back = found(runner, [{**replicas[2], "active_region": REGION}])
    assert back["logins"][0]["portals"] == ["10.2.2.3", "10.2.2.4"]
    unclear = read(runner, [{**replicas[0], "active_region": "unknown", "active_side": None}])
    assert "the region in which its data is in use is unknown" in unclear.message
    lost = read(runner, [{**replicas[0], "mount_path": None}])
    assert "Item 1 (web_data): it has no path, which is the folder of the server to mount it on." in lost.message


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ("web_data", "it has no path, which is the folder of the server to mount it on"),
        ({"path": "/srv/x"}, "it has no name"),
        ({"name": "x", "pth": "/srv"}, "pth is not a known key, did you mean path?"),
        (
            {"name": "x", "path": "mnt"},
            "path 'mnt' is invalid. Give the absolute path of a folder",
        ),
        ({"name": "x", "path": "/"}, "path '/' is invalid."),
        ({"name": "x", "path": "/srv/x", "kind": "nfs"}, "kind 'nfs' is not supported"),
        ({"name": "x", "path": "/srv/x", "state": "mounted"}, "state 'mounted' is not supported"),
        (
            {"name": "x", "path": "/srv/x", "options": "ro, hard"},
            "options are invalid. Give a text, and separate them by commas",
        ),
        # What is wrong may hold a password, and is not repeated.
        *(
            ({"name": "x", "path": "/srv/x", "options": options}, "(x): options are invalid. Give a text")
            for options in ("ro, password = x", {"password": "x"}, ["ro", "password=x"])
        ),
        *(
            ({"name": "x", "path": "/srv/x", "options": options}, "options contain a password. Use cifs_passwords")
            for options in ("password=a b", "ro,pass=x", "username=u%x")
        ),
        ({"name": "x", "path": "/srv/x", "source": "//u:x@h/x"}, "source with a user or a password is invalid."),
        *(
            (
                {"name": "x", "path": "/srv/x", "source": source},
                f"source '{source}' is invalid. Expected address:/share",
            )
            for source in ("web", "nfs://h/x", "fe80::1:/x", "-o:/x", "a b:/x", "//h", "///x", "//-o/x")
        ),
        ({"name": "x", "path": "/srv/x", "format": True}, "format has no meaning for kind filestorage_volume"),
        ({"name": "x", "path": "/srv/x", "device": "/dev/x"}, "device has no meaning for kind filestorage_volume"),
        (
            {**LEDGER, "path": "/srv/x"},
            "to mount it, it needs device (for example /dev/mapper/mpatha; the API does",
        ),
        ({**LEDGER, "device": "/dev/x"}, "device and format need a path to mount it on"),
        (
            {**LEDGER, "path": "/srv/x", "fstype": "xfs", "device": "sdb"},
            "device 'sdb' is invalid. Give the path",
        ),
        ({**LEDGER, "portals": ["10.2.2.2:3260"]}, "portals must be a list of IP addresses, without ports"),
        ({**ORDERS, "path": "/srv/x"}, "path has no meaning for kind bm_volume_group"),
        (
            {"name": "files", "source": "//10.1.1.2/x", "path": "/srv/x"},
            "with a source that is a CIFS share it needs cifs_username and its password in cifs_passwords, by its name",
        ),
    ],
)
def test_mistakes_are_reported_before_any_call(runner: ModuleRunner, volume: Any, message: str) -> None:
    run = read(runner, [*SHARES, volume])
    assert run.message.startswith("volumes has mistakes, and nothing was changed. Item 4")
    assert message in run.message
    assert run.calls == []


def test_mistakes_of_a_list_are_reported(runner: ModuleRunner) -> None:
    run = read(runner, [{"name": "a", "path": "/srv/web"}, {"name": "b", "path": "/srv/web/"}])
    assert "Item 2 (b): Item 1 (a) has the same path. Remove one of them." in run.message
    assert "The list is empty. Name at least one volume" in read(runner, []).message
    assert "must be a list of dictionaries" in read(runner, 5).message
    many = read(runner, ["a", "b", 5], variable_prefix="storage_mount_")
    assert many.message.startswith("storage_mount_volumes has mistakes")
    assert "2 items: it has no path" in many.message


def test_text_of_a_survey_is_accepted(runner: ModuleRunner) -> None:
    assert found(runner, '[{"name": "web_data", "path": "/srv/web"}]')["mounts"][0]["source"] == WEB
    assert found(runner, "- {name: train, kind: pfs_volume, path: /srv/t}")["mounts"][0]["source"] == TRAIN


def test_all_volumes_that_cannot_be_mounted_are_reported_at_once(runner: ModuleRunner) -> None:
    runner.simulator.patch_world(
        {
            "filestorage": {
                "volumes": [
                    {"id": IDS[0], "name": "twice_aaaaaa", "path": WEB},
                    {"id": IDS[3], "name": "twice_bbbbbb", "path": WEB},
                    {"id": IDS[1], "name": "office_bbbbbb", "protocol": "CIFS", "path": OFFICE.replace("/", "\\")},
                ]
            },
            "baremetal-blockstorage": {"volumes": [{"id": BLOCKS[0], "name": "ledger", "iscsi_target_ips": []}]},
        }
    )
    volumes = [{"name": name, "path": f"/srv/{name}"} for name in ("nothing", "twice", "office")]
    run = read(runner, [*volumes, LEDGER], cifs_password_names=[], variable_prefix="storage_mount_")
    for message in (
        "There is no File Storage volume nothing in kr-west1. Check its name and the region.",
        f"There are 2 File Storage volumes named twice in kr-west1 ({IDS[0]}, {IDS[3]}). Give the id.",
        "File Storage volume office in kr-west1 is a CIFS volume. Give its password in storage_mount_cifs_passwords",
        "Block Storage (BM) volume ledger in kr-west1",
        "has no address to log in at.",
    ):
        assert message in run.message
    assert run.message.startswith("Nothing was changed. nothing: There is no ")


def test_failed_call_is_reported_with_its_volume(runner: ModuleRunner) -> None:
    runner.simulator.fault("status", status=403, operation="ListVolumes", times=None)
    assert "File Storage volume web_data in kr-west1 could not be read: " in read(runner, SHARES[:1]).message
