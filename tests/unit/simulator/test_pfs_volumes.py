# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage: volumes and access rules (platform-behaviour.md §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Answer, Api

ASKED = {"name": "my_volume", "capacity_tb": 10}


@dataclass
class PfsApi(Api):
    """Calls Parallel File Storage."""

    service: str = "parallel-filestorage"
    version: str = "parallel-filestorage 1.0"

    def volume(self, name: str = "my_volume", region: str = "", **fields: Any) -> dict[str, Any]:
        """A new volume, available, as it is shown."""
        made = self("POST", "/v1/volumes", {**ASKED, "name": name, **fields}, region=region)
        assert made.status == 202, made.body
        self.simulator.advance(2)
        return self.show(made.body["id"], region)

    def grow(self, volume: dict[str, Any], capacity_tb: int) -> Answer:
        """Ask for a capacity."""
        return self("PUT", f"/v1/volumes/{volume['id']}/capacity", {"capacity_tb": capacity_tb})

    def node(self, number: int, region: str = "west") -> dict[str, str]:
        """A GPU node as access rules name it."""
        return {"object_id": self.simulator.server(f"{region}-gpunode{number}")["id"], "object_type": "GPU_NODE"}

    def set_rules(self, volume: dict[str, Any], add: list[Any], remove: list[Any]) -> Answer:
        """Change access rules."""
        body = {"add_access_rules": add, "remove_access_rules": remove}
        return self("PUT", f"/v1/volumes/{volume['id']}/access-rules", body)

    def rules(self, volume: dict[str, Any]) -> list[dict[str, Any]]:
        """The access rules of a volume."""
        answer = self("GET", f"/v1/volumes/{volume['id']}/access-rules")
        assert answer.status == 200, answer.body
        assert (answer.body["count"], answer.body["volume_id"]) == (len(answer.body["access_rules"]), volume["id"])
        found: list[dict[str, Any]] = answer.body["access_rules"]
        return found


@pytest.fixture
def pfs(simulator: Simulator) -> PfsApi:
    """A client of Parallel File Storage."""
    simulator.scale(0)
    return PfsApi(simulator)


def test_create_answers_the_volume_and_adds_a_suffix(pfs: PfsApi, simulator: Simulator) -> None:
    made = pfs("POST", "/v1/volumes", ASKED)
    assert made.status == 202
    shown = pfs.show(made.body["id"])
    assert shown == {**made.body, "mount_path": None}
    assert re.fullmatch(r"my_volume_[a-z0-9]{6}", shown["name"])
    assert (shown["state"], shown["capacity_tb"]) == ("creating", 10)
    simulator.advance(2)
    shown = pfs.show(shown["id"])
    assert shown["state"] == "available"
    assert re.fullmatch(rf"10\.\d+\.\d+\.\d+:/{shown['name']}", shown["mount_path"])
    simulator.switch(pfs_create_answer_name="asked")
    assert pfs("POST", "/v1/volumes", ASKED).body["name"] == "my_volume"


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    "fields",
    [{"capacity_tb": 0}, {"capacity_tb": 1001}, {"name": "My_volume"}, {"name": "my"}, {"name": "a" * 22}],
)
def test_limits(pfs: PfsApi, fields: dict[str, Any]) -> None:
    assert pfs("POST", "/v1/volumes", {**ASKED, **fields}).error["code"] == "ValidationError"


def test_the_edges_are_allowed(pfs: PfsApi) -> None:
    assert pfs.volume("a" * 21, capacity_tb=1)["capacity_tb"] == 1
    assert pfs.volume("abc", capacity_tb=1000, tags=[{"key": "k"}])["capacity_tb"] == 1000
    assert pfs("POST", "/v1/volumes", {**ASKED, "tags": [{"key": "k", "value": "v" * 257}]}).status == 400


def test_lists(pfs: PfsApi, simulator: Simulator) -> None:
    for index in range(22):
        pfs.volume(f"vol_{index:02d}")
    first = pfs("GET", "/v1/volumes").body
    assert (first["count"], len(first["parallel_filestorages"])) == (22, 20)
    assert "mount_path" not in first["parallel_filestorages"][0]
    names = [v["name"] for v in pfs("GET", "/v1/volumes?limit=50&sort=name:asc").body["parallel_filestorages"]]
    assert names == sorted(names)
    assert len(names) == 22
    assert pfs("GET", "/v1/volumes?offset=20").body["parallel_filestorages"][1]["name"] == names[0]
    assert pfs("GET", "/v1/volumes?name=l_07").body["count"] == 1
    simulator.switch(name_filter="exact")
    assert pfs("GET", "/v1/volumes?name=vol_07").body["count"] == 0
    assert pfs("GET", f"/v1/volumes?name={names[7]}").body["count"] == 1
    assert pfs("GET", "/v1/volumes?sort=size:asc").status == 400
    assert pfs("GET", "/v1/volumes", region="kr-east1").body["count"] == 0


def test_a_volume_grows_online(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    answer = pfs.grow(volume, 20)
    assert (answer.status, answer.body) == (202, "")
    shown = pfs.show(volume["id"])
    assert (shown["state"], shown["capacity_tb"]) == ("extending", 10)
    assert shown["mount_path"] == volume["mount_path"]
    assert pfs.grow(volume, 30).status == 409
    simulator.advance(3)
    shown = pfs.show(volume["id"])
    assert (shown["state"], shown["capacity_tb"]) == ("available", 20)


def test_growing_may_not_show_in_the_state(pfs: PfsApi, simulator: Simulator) -> None:
    simulator.switch(pfs_grow_state="available")
    volume = pfs.volume()
    pfs.grow(volume, 20)
    shown = pfs.show(volume["id"])
    assert (shown["state"], shown["capacity_tb"]) == ("available", 10)
    simulator.advance(3)
    assert pfs.show(volume["id"])["capacity_tb"] == 20


def test_growing_may_fail(pfs: PfsApi, simulator: Simulator) -> None:
    simulator.switch(pfs_grow_ends_in="error")
    volume = pfs.volume()
    pfs.grow(volume, 20)
    simulator.advance(3)
    shown = pfs.show(volume["id"])
    assert (shown["state"], shown["capacity_tb"]) == ("error", 10)
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == 202


def test_a_volume_never_shrinks(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    assert pfs.grow(volume, 9).status == 400
    for status in ("409", "500"):
        simulator.switch(pfs_shrink_status=status)
        assert pfs.grow(volume, 9).status == int(status)
    assert pfs.grow(volume, 10).status == 202
    assert pfs.show(volume["id"])["state"] == "available"
    simulator.switch(pfs_same_capacity="400")
    assert pfs.grow(volume, 10).status == 400


def test_delete(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    path = f"/v1/volumes/{volume['id']}"
    assert pfs("DELETE", path, region="kr-east1").status == 404
    assert (pfs("DELETE", path).status, pfs("DELETE", path).status) == (202, 409)
    assert pfs.show(volume["id"])["state"] == "deleting"
    simulator.advance(2)
    assert pfs("GET", path).error["code"] == "parallel-filestorage.Notfound.volume"


@pytest.mark.parametrize("state", ["creating", "extending", "restoring", "deleting", "error"])
def test_one_change_at_a_time(pfs: PfsApi, simulator: Simulator, state: str) -> None:
    volume = pfs.volume()
    simulator.patch_world({"parallel-filestorage": {"volumes": [{"id": volume["id"], "state": state}]}})
    for status in (409, 400):
        simulator.switch(pfs_conflict_status=status)
        assert pfs.grow(volume, 20).status == status
        assert pfs.set_rules(volume, [pfs.node(1)], []).status == status
        assert pfs("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == status


def test_a_volume_that_ends_in_error(pfs: PfsApi, simulator: Simulator) -> None:
    simulator.switch(pfs_create_ends_in="error")
    volume = pfs.volume()
    assert (volume["state"], volume["mount_path"]) == ("error", None)
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == 202


# --- access rules -------------------------------------------------------------------------------------------------


def test_one_call_has_both_lists(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    first, second, third = (pfs.node(number) for number in (1, 2, 8))
    answer = pfs.set_rules(volume, [first, second], [])
    expected = {"add_access_rules": [first, second], "remove_access_rules": [], "volume_id": volume["id"]}
    assert (answer.status, answer.body) == (202, expected)
    simulator.advance(0.5)
    assert pfs.set_rules(volume, [third], [first]).status == 202
    assert [rule["access_state"] for rule in pfs.rules(volume)] == ["deleting", "all", "activating"]
    simulator.advance(0.5)
    assert [rule["object_id"] for rule in pfs.rules(volume)] == [second["object_id"], third["object_id"]]


def test_a_rule_and_its_addresses_have_states(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    node = simulator.server("west-gpunode1")
    simulator.patch_world({"servers": [{"id": node["id"], "ip": "10.10.1.17, 10.10.9.17"}]})
    pfs.set_rules(volume, [pfs.node(1)], [])

    def states() -> tuple[str, list[str]]:
        rule = pfs.rules(volume)[0]
        assert [address["access_ip"] for address in rule["access_ip_list"]] == ["10.10.1.17", "10.10.9.17"]
        assert (rule["object_name"], rule["object_state"]) == ("west-gpunode1", "RUNNING")
        return rule["access_state"], [address["access_ip_state"] for address in rule["access_ip_list"]]

    assert states() == ("activating", ["activating"] * 2)
    simulator.advance(0.2)
    assert states() == ("activating", ["active"] * 2)
    simulator.advance(0.3)
    assert states() == ("all", ["active"] * 2)
    simulator.switch(pfs_access_state="active")
    assert states() == ("active", ["active"] * 2)
    simulator.switch(pfs_access_rule_ends_in="error")
    pfs.set_rules(volume, [pfs.node(2)], [])
    simulator.advance(0.5)
    failed = pfs.rules(volume)[1]
    assert (failed["access_state"], failed["access_ip_list"][0]["access_ip_state"]) == ("error", "error")
    assert pfs.set_rules(volume, [], [pfs.node(2)]).status == 202


def test_rules_are_for_gpu_nodes(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    for server in (simulator.server("west-db1"), simulator.server("east-gpunode1"), {"id": "nobody"}):
        rule = {"object_id": server["id"], "object_type": "GPU_NODE"}
        assert pfs.set_rules(volume, [pfs.node(1), rule], []).status == 404
    assert pfs.rules(volume) == []


@pytest.mark.violations_expected
def test_other_types_break_the_contract(pfs: PfsApi) -> None:
    volume = pfs.volume()
    assert pfs.set_rules(volume, [{**pfs.node(1), "object_type": "VM"}], []).error["code"] == "ValidationError"
    assert pfs("PUT", f"/v1/volumes/{volume['id']}/access-rules", {"add_access_rules": []}).status == 400


def test_rules_twice_and_missing(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    first, second = pfs.node(1), pfs.node(2)
    assert pfs.set_rules(volume, [first, first], []).status == 400
    assert pfs.set_rules(volume, [first], [first]).status == 400
    assert pfs.set_rules(volume, [], [first]).status == 404
    assert pfs.set_rules(volume, [first], []).status == 202
    simulator.advance(0.5)
    assert pfs.set_rules(volume, [first, second], []).status == 409
    assert pfs.set_rules(volume, [second], [pfs.node(3)]).status == 404
    assert len(pfs.rules(volume)) == 1
    simulator.switch(pfs_access_rule_duplicate="accept", pfs_access_rule_missing="accept")
    assert pfs.set_rules(volume, [first, second], [pfs.node(3)]).status == 202
    assert len(pfs.rules(volume)) == 2
    assert pfs.set_rules(volume, [], [first]).status == 202
    assert pfs.set_rules(volume, [first], []).status == 409


def test_empty_lists(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    assert pfs.set_rules(volume, [], []).status == 202
    simulator.switch(pfs_access_rules_empty="400")
    assert pfs.set_rules(volume, [], []).status == 400


@pytest.mark.parametrize(("answer", "status"), [("409", 409), ("400", 400), ("accept", 202)])
def test_rules_hold_a_volume(pfs: PfsApi, simulator: Simulator, answer: str, status: int) -> None:
    volume = pfs.volume()
    simulator.switch(pfs_delete_with_rules=answer)
    pfs.set_rules(volume, [pfs.node(1)], [])
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == status
    simulator.advance(2)
    pfs.set_rules(volume, [], [pfs.node(1)])
    # A rule that is still going holds it too.
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == (404 if status == 202 else status)
    simulator.advance(0.5)
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == (404 if status == 202 else 202)
    simulator.advance(2)
    assert simulator.world()["parallel-filestorage"] == {"volumes": [], "access_rules": [], "snapshots": []}


# --- snapshots ----------------------------------------------------------------------------------------------------


def take(pfs: PfsApi, volume: dict[str, Any]) -> dict[str, Any]:
    answer = pfs("POST", "/v1/snapshots", {"volume_id": volume["id"]})
    assert answer.status == 202, answer.body
    found: dict[str, Any] = answer.body["snapshot"]
    return found


def test_snapshots(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    first = take(pfs, volume)
    assert re.fullmatch(r"snapshot\.\d{4}-\d\d-\d\d_\d{6}", first["name"])
    assert (first["volume_id"], first["state"]) == (volume["id"], "available")
    # Names are in Korean time: nine hours before UTC, in which created_at is.
    hour = int(first["created_at"][11:13])
    assert int(first["name"][20:22]) == (hour + 9) % 24
    second = take(pfs, volume)
    assert second["name"] != first["name"]
    listed = pfs.snapshots(volume["id"])
    assert [snapshot["id"] for snapshot in listed] == [first["id"], second["id"]]
    path = f"/v1/snapshots/{first['id']}?volume_id={volume['id']}"
    assert (pfs("DELETE", path).status, pfs("DELETE", path).status) == (202, 409)
    simulator.advance(0.2)
    assert pfs("DELETE", path).error["code"] == "parallel-filestorage.Notfound.snapshot"
    assert len(pfs.snapshots(volume["id"])) == 1


def test_fifty_snapshots_a_volume(pfs: PfsApi) -> None:
    volume = pfs.volume()
    for _ignored in range(50):
        take(pfs, volume)
    assert pfs("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == 400
    assert len({snapshot["name"] for snapshot in pfs.snapshots(volume["id"])}) == 50


def test_two_snapshots_in_one_second(pfs: PfsApi, simulator: Simulator) -> None:
    volume = pfs.volume()
    simulator.switch(pfs_snapshot_same_second="409")
    first = take(pfs, volume)
    assert pfs("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == 409
    simulator.switch(pfs_snapshot_same_second="same")
    assert take(pfs, volume)["name"] == first["name"]


@pytest.mark.parametrize("busy", ["409", "500"])
def test_deleting_a_snapshot_may_be_refused_at_first(pfs: PfsApi, simulator: Simulator, busy: str) -> None:
    volume = pfs.volume()
    simulator.switch(pfs_snapshot_delete_busy=busy)
    path = f"/v1/snapshots/{take(pfs, volume)['id']}?volume_id={volume['id']}"
    assert [pfs("DELETE", path).status for _ignored in range(2)] == [int(busy), 202]


@pytest.mark.parametrize("drops", [True, False])
def test_restore(pfs: PfsApi, simulator: Simulator, drops: bool) -> None:
    simulator.switch(pfs_snapshot_restore_drops_newer=drops)
    volume = pfs.volume()
    first, _ignored = take(pfs, volume), take(pfs, volume)
    answer = pfs("PUT", f"/v1/snapshots/{first['id']}/restore?volume_id={volume['id']}")
    assert (answer.status, answer.body) == (202, "")
    assert pfs.show(volume["id"])["state"] == "restoring"
    simulator.advance(1)
    assert pfs.show(volume["id"])["state"] == "available"
    assert len(pfs.snapshots(volume["id"])) == (1 if drops else 2)
    other = pfs.volume()
    assert pfs("PUT", f"/v1/snapshots/{first['id']}/restore?volume_id={other['id']}").status == 404


@pytest.mark.parametrize("answer", ["accept", "409", "400"])
def test_snapshots_and_deleting_a_volume(pfs: PfsApi, simulator: Simulator, answer: str) -> None:
    volume = pfs.volume()
    take(pfs, volume)
    simulator.switch(pfs_delete_with_snapshots=answer)
    assert pfs("DELETE", f"/v1/volumes/{volume['id']}").status == (202 if answer == "accept" else int(answer))
    simulator.advance(2)
    assert len(simulator.world()["parallel-filestorage"]["snapshots"]) == (answer != "accept")


def test_seeds(pfs: PfsApi, simulator: Simulator) -> None:
    volumes = [{"id": "v1", "name": "seeded_abc123", "capacity_tb": 7}]
    simulator.patch_world({"parallel-filestorage": {"volumes": volumes, "snapshots": [{"volume_id": "v1"}]}})
    assert pfs.show("v1")["mount_path"].endswith(":/seeded_abc123")
    assert len(pfs.snapshots("v1")) == 1
