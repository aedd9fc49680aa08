# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage: volumes and access rules (platform-behaviour.md §5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Api

SUFFIXED = re.compile(r"my_volume_[a-z0-9]{6}")
PLAIN = {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}
CIFS = {**PLAIN, "protocol": "CIFS", "cifs_password": "cifspwd0!!"}


def names(api: Api, query: str = "") -> list[str]:
    return [volume["name"] for volume in api("GET", f"/v1/volumes{query}").body["filestorages"]]


def test_create_needs_nothing_and_adds_a_suffix(api: Api, simulator: Simulator) -> None:
    made = api("POST", "/v1/volumes", PLAIN)
    assert made.status == 202
    assert made.body["volume_name"] == "my_volume"
    shown = api.show(made.body["volume_id"])
    assert shown["id"] == made.body["volume_id"]
    assert SUFFIXED.fullmatch(shown["name"])
    assert (shown["state"], shown["purpose"], shown["encryption_enabled"]) == ("creating", "none", True)
    assert shown["path"] is None
    simulator.advance(1)
    shown = api.show(shown["id"])
    assert shown["state"] == "available"
    assert re.fullmatch(rf"10\.\d+\.\d+\.\d+:/scp_{shown['name']}", shown["path"])
    assert shown["account_id"] == simulator.world()["key_pairs"][0]["account_id"]


def test_two_volumes_from_one_name(api: Api) -> None:
    first, second = api.volume(), api.volume()
    assert first["name"] != second["name"]
    assert first["id"] != second["id"]
    assert first["type_id"] == second["type_id"]


def test_cifs(api: Api, simulator: Simulator) -> None:
    volume = api.volume(protocol="CIFS", cifs_password="cifspwd0!!")
    assert re.fullmatch(r"\\\\10\.\d+\.\d+\.\d+\\scp_my_volume_\w{6}", volume["path"])
    assert volume["cifs_id"]
    assert "cifspwd0!!" not in str([volume, simulator.world(), simulator.operations()])
    assert simulator.operations()[0]["body"]["cifs_password"] == "********"


@pytest.mark.parametrize(
    "password",
    [
        None,
        "short",
        "nodigits!!",
        "12345678!",
        "nospecial1",
        "a1!" + "x" * 18,
        *(f"Abc123!{other}" for other in ("$", "(", "%", '"', "\\", "[", "{", " ", "ä", "\uff11")),
        "Abc123$x",
        "Äöü123!!",
    ],
)
def test_cifs_needs_a_good_password(api: Api, password: str | None) -> None:
    answer = api("POST", "/v1/volumes", {**CIFS, "cifs_password": password})
    assert answer.status == 400
    assert answer.error["code"].startswith("filestorage.BadRequest")


@pytest.mark.parametrize("special", "!#&'*+,-.:;<=>?@^_`~/|")
def test_cifs_takes_each_special_character(api: Api, special: str) -> None:
    assert api("POST", "/v1/volumes", {**CIFS, "cifs_password": f"abc12{special}"}).status == 202


def test_nfs_takes_no_password(api: Api) -> None:
    assert api("POST", "/v1/volumes", {**CIFS, "protocol": "NFS"}).status == 400
    assert api("POST", "/v1/volumes", {**PLAIN, "cifs_password": None}).status == 202


def test_types_and_tags(api: Api, simulator: Simulator) -> None:
    for kind in ("HDD", "SSD", "HighPerformanceSSD", "SSD_SAP_S", "SSD_SAP_E"):
        assert api.volume(type_name=kind)["type_name"] == kind
    assert api("POST", "/v1/volumes", {**PLAIN, "type_name": "TAPE"}).status == 400
    for tags in (
        [{"key": "a", "value": "v" * 257}],
        [{"key": "", "value": "v"}],
        [{"key": " ", "value": "v"}],
        [{"key": "k!", "value": "v"}],
        [{"key": "k", "value": "#1"}],
        [{"key": "a", "value": "v"}, {"key": "a", "value": "w"}],
        [{"key": f"k{number}"} for number in range(51)],
    ):
        assert api("POST", "/v1/volumes", {**PLAIN, "tags": tags}).status == 400
    assert "tags" not in api.volume(tags=[{"key": "team", "value": "a"}, {"key": "b"}])
    assert simulator.world()["filestorage"]["volumes"][-1]["tags"][0]["key"] == "team"


def test_lists(api: Api, simulator: Simulator) -> None:
    for index in range(23):
        api.volume(f"vol_{index:02d}", type_name="SSD" if index % 2 else "HDD")
    first = api("GET", "/v1/volumes").body
    assert (first["count"], len(first["filestorages"])) == (23, 20)
    assert first["filestorages"][0]["name"].startswith("vol_22")
    assert len(names(api, "?offset=20")) == 3
    assert len(names(api, "?limit=2147483647")) == 23
    assert names(api, "?offset=99") == []
    ordered = names(api, "?limit=30&sort=name:asc")
    assert ordered == sorted(ordered)
    assert names(api, "?limit=30&sort=name:desc") == ordered[::-1]
    assert names(api, "?limit=30&sort=created_at%3Aasc") == ordered
    assert api("GET", "/v1/volumes?type_name=SSD&limit=2").body["count"] == 11
    assert api("GET", "/v1/volumes", region="kr-east1").body == {"count": 0, "filestorages": []}
    simulator.switch(largest_page=5)
    assert len(names(api, "?limit=30")) == 5


def test_the_name_filter(api: Api, simulator: Simulator) -> None:
    whole = api.volume()["name"]
    api.volume("my_volume_x")
    api.volume("other")
    assert len(names(api, "?name=volume")) == 2
    simulator.switch(name_filter="prefix")
    assert names(api, "?name=volume") == []
    assert len(names(api, "?name=my_volume")) == 2
    simulator.switch(name_filter="exact")
    assert names(api, "?name=my_volume") == []
    assert names(api, f"?name={whole}") == [whole]


def test_set_volume(api: Api) -> None:
    volume = api.volume()
    assert volume["file_unit_recovery_enabled"] is False
    answer = api("PUT", f"/v1/volumes/{volume['id']}", {"file_unit_recovery_enabled": True})
    assert (answer.status, answer.body) == (202, {"file_unit_recovery_enabled": True})
    assert api.show(volume["id"])["file_unit_recovery_enabled"] is True


def test_usage_grows(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    simulator.advance(3600)
    assert api.show(volume["id"])["usage"] > volume["usage"]


def test_delete(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    answer = api("DELETE", f"/v1/volumes/{volume['id']}")
    assert (answer.status, answer.body) == (202, "")
    assert api.show(volume["id"])["state"] == "deleting"
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 409
    simulator.advance(1)
    assert api("GET", f"/v1/volumes/{volume['id']}").error["code"] == "filestorage.Notfound.volume"
    assert names(api) == []


@pytest.mark.parametrize("state", ["creating", "deleting"])
def test_one_change_at_a_time(api: Api, simulator: Simulator, state: str) -> None:
    volume = api.volume()
    simulator.patch_world({"filestorage": {"volumes": [{"id": volume["id"], "state": state}]}})
    path = f"/v1/volumes/{volume['id']}"
    body = {"file_unit_recovery_enabled": True}
    assert api("PUT", path, body).status == 409
    assert api("POST", "/v1/snapshots", {"volume_id": volume["id"]}).status == 409
    simulator.switch(filestorage_conflict_status=400)
    assert api("PUT", path, body).status == 400
    assert api("DELETE", path).status == 400


def test_a_volume_that_ends_in_error(api: Api, simulator: Simulator) -> None:
    simulator.switch(filestorage_create_ends_in="error")
    volume = api.volume()
    assert (volume["state"], volume["path"]) == ("error", None)
    assert api("PUT", f"/v1/volumes/{volume['id']}", {"file_unit_recovery_enabled": True}).status == 409
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 202


def test_regions_are_apart(api: Api) -> None:
    volume = api.volume(region="kr-south1")
    assert api("GET", f"/v1/volumes/{volume['id']}").status == 404
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 404


# --- access rules -------------------------------------------------------------------------------------------------


def rule(simulator: Simulator, server: str, action: str = "add") -> dict[str, Any]:
    found = simulator.server(server)
    return {"object_id": found["id"], "object_type": found["type"], "action": action}


def rules(api: Api, volume: dict[str, Any]) -> list[tuple[str, str]]:
    answer = api("GET", f"/v1/volumes/{volume['id']}/access-rules")
    assert answer.body["count"] == len(answer.body["access_rules"])
    assert answer.body["volume_id"] == volume["id"]
    return [(item["object_type"], item["access_rule_state"]) for item in answer.body["access_rules"]]


def test_access_rules(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    path = f"/v1/volumes/{volume['id']}/access-rules"
    add = rule(simulator, "west-web1")
    answer = api("PUT", path, add)
    assert (answer.status, answer.body) == (202, {"volume_id": volume["id"], **add})
    assert rules(api, volume) == [("VM", "activating")]
    for server in ("west-db1", "west-gpu1", "west-gpunode1", "west-endpoint1"):
        assert api("PUT", path, rule(simulator, server)).status == 202
    simulator.advance(0.5)
    assert rules(api, volume) == [(k, "active") for k in ("VM", "BM", "GPU", "GPU_NODE", "ENDPOINT")]
    assert api("PUT", path, {**add, "action": "remove"}).status == 202
    assert rules(api, volume)[0] == ("VM", "deleting")
    assert api("PUT", path, add).status == 409
    simulator.advance(0.5)
    assert len(rules(api, volume)) == 4


def test_access_rule_for_an_unknown_server(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    path = f"/v1/volumes/{volume['id']}/access-rules"
    web = rule(simulator, "west-web1")
    for wrong in ({**web, "object_id": "nobody"}, {**web, "object_type": "BM"}, rule(simulator, "east-web1")):
        answer = api("PUT", path, wrong)
        assert (answer.status, answer.error["code"]) == (404, "VirtualServer.VirtualServerNotFound")


def test_access_rule_twice_and_missing(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    path = f"/v1/volumes/{volume['id']}/access-rules"
    add, remove = rule(simulator, "west-web1"), rule(simulator, "west-web1", "remove")
    assert api("PUT", path, remove).status == 404
    simulator.switch(access_rule_missing="accept")
    assert api("PUT", path, remove).status == 202
    assert api("PUT", path, add).status == 202
    assert api("PUT", path, add).status == 409
    simulator.switch(access_rule_duplicate="400")
    assert api("PUT", path, add).status == 400
    simulator.switch(access_rule_duplicate="accept")
    assert api("PUT", path, add).status == 202
    assert len(rules(api, volume)) == 1


def test_access_rules_hold_a_volume(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    platform = {"volume_id": volume["id"], "object_type": "VM", "object_id": "autoscaled-1", "origin": "platform"}
    simulator.patch_world({"filestorage": {"access_rules": [platform]}})
    assert rules(api, volume) == [("VM", "active")]
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 409
    simulator.switch(filestorage_delete_with_rules="400")
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 400
    simulator.switch(filestorage_delete_with_rules="accept")
    assert api("DELETE", f"/v1/volumes/{volume['id']}").status == 202
    simulator.advance(1)
    assert simulator.world()["filestorage"]["access_rules"] == []
