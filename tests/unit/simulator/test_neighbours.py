# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services beside the five: lists of servers, endpoints and subnets (platform-behaviour.md §13)."""

from __future__ import annotations

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Answer, Api

LISTS = {
    "virtualserver": ("servers", "servers", "name", "name"),
    "baremetal": ("baremetals", "baremetals", "server_name", "server_name"),
    "multinodegpucluster": ("gpu-nodes", "gpu_nodes", "gpu_node_name", "gpu_node_name"),
    "vpc": ("subnets", "subnets", "name", "name"),
}
"""By service: the path, the list in the answer, the filter of names, the field with the name."""
OLDEST = {"virtualserver": "1.3", "baremetal": "1.1", "multinodegpucluster": "1.2", "vpc": "1.2"}
NEWEST = {"virtualserver": "1.5", "baremetal": "1.2", "multinodegpucluster": "1.3", "vpc": "1.4"}


def caller(simulator: Simulator, service: str, version: str = "", region: str = "kr-south1") -> Api:
    return Api(simulator, service=service, version=f"{service} {version or NEWEST[service]}", region=region)


def names(answer: Answer, service: str) -> list[str]:
    assert answer.status == 200, answer.body
    _path, items, _filter, field = LISTS[service]
    return [item[field] for item in answer.body[items]]


@pytest.mark.parametrize("version", ["old", "new"])
@pytest.mark.parametrize("service", LISTS)
def test_list_and_show_agree(simulator: Simulator, service: str, version: str) -> None:
    number = (OLDEST if version == "old" else NEWEST)[service]
    api = caller(simulator, service, number)
    path, items, _filter, _field = LISTS[service]
    paging = "limit" if service == "virtualserver" else "size"
    listed = api("GET", f"/v1/{path}?{paging}=100")
    assert listed.status == 200, listed.body
    for item in listed.body[items]:
        shown = api("GET", f"/v1/{path}/{item['id']}")
        assert shown.status == 200, shown.body
        body = shown.body["subnet"] if service == "vpc" else shown.body
        assert {name: body[name] for name in item} == item
    zones = "zones" if service == "vpc" else "zone"
    assert (zones in listed.body[items][0]) == (version == "new")
    assert simulator.operations()[0]["version"] == number
    assert api("GET", f"/v1/{path}/nothing").status == 404


@pytest.mark.parametrize(
    ("service", "types"),
    [("virtualserver", ["VM", "GPU"]), ("baremetal", ["BM"]), ("multinodegpucluster", ["GPU_NODE", "MNGC"])],
)
@pytest.mark.parametrize("region", ["kr-west1", "kr-east1"])
def test_lists_have_the_servers_that_storage_knows(
    simulator: Simulator, service: str, types: list[str], region: str
) -> None:
    paging = "limit" if service == "virtualserver" else "size"
    path, items, _filter, _field = LISTS[service]
    answer = caller(simulator, service)("GET", f"/v1/{path}?{paging}=100", region=region)
    ids = {s["id"] for s in simulator.world()["servers"] if s["type"] in types and s["region"] == region}
    assert {item["id"] for item in answer.body[items]} == ids


@pytest.mark.parametrize("service", LISTS)
@pytest.mark.parametrize(("how", "wanted"), [("part", True), ("prefix", False), ("exact", False)])
def test_name_filter(simulator: Simulator, service: str, how: str, wanted: bool) -> None:
    simulator.switch(name_filter=how)
    path, _items, parameter, _field = LISTS[service]
    api = caller(simulator, service)
    part = {"virtualserver": "twin", "baremetal": "db14", "multinodegpucluster": "mngc2", "vpc": "twin"}[service]
    found = names(api("GET", f"/v1/{path}?{parameter}={part}"), service)
    assert bool(found) == wanted
    whole = {"virtualserver": "south1-twin", "vpc": "south1-twin-subnet"}.get(service, f"south1-{part}")
    assert set(names(api("GET", f"/v1/{path}?{parameter}={whole}"), service)) == {whole}


def test_two_servers_have_one_name(simulator: Simulator) -> None:
    answer = caller(simulator, "virtualserver")("GET", "/v1/servers?name=south1-twin")
    assert names(answer, "virtualserver") == ["south1-twin"] * 2
    first, second = answer.body["servers"]
    assert first["addresses"] != second["addresses"]


def test_owners_of_servers_are_shown(simulator: Simulator) -> None:
    api = caller(simulator, "virtualserver")
    [scaled] = api("GET", "/v1/servers?name=south1-autoscaled1").body["servers"]
    assert scaled["auto_scaling_group_id"]
    assert names(api("GET", f"/v1/servers?auto_scaling_group_id={scaled['auto_scaling_group_id']}"), "virtualserver")
    [node] = api("GET", "/v1/servers?product_category=container").body["servers"]
    assert (node["name"], node["product_offering"]) == ("south1-k8s-node1", "k8s_vm")


@pytest.mark.parametrize("limit", [None, 1, 3, 100])
def test_marker_continues_a_list(simulator: Simulator, limit: int | None) -> None:
    simulator.switch(unprinted_page_size=2)
    api = caller(simulator, "virtualserver")
    query = f"limit={limit}&" if limit else ""
    whole = names(api("GET", "/v1/servers?limit=100"), "virtualserver")
    found: list[str] = []
    marker = ""
    while page := api("GET", f"/v1/servers?{query}{marker}".rstrip("?&")).body["servers"]:
        assert len(page) <= (limit or 2)
        found += [server["name"] for server in page]
        marker = f"marker={page[-1]['id']}"
    assert found == whole
    assert api("GET", "/v1/servers?marker=nothing").status == 400


def test_pages_without_a_size_have_the_switch_s(simulator: Simulator) -> None:
    simulator.switch(unprinted_page_size=3)
    answer = caller(simulator, "baremetal")("GET", "/v1/baremetals")
    assert (len(answer.body["baremetals"]), answer.body["count"]) == (3, 15)
    assert len(caller(simulator, "baremetal")("GET", "/v1/baremetals?page=4&size=4").body["baremetals"]) == 0


def test_endpoints(simulator: Simulator) -> None:
    api = caller(simulator, "vpc")
    [endpoint] = api("GET", "/v1/vpc-endpoints?resource_type=FS").body["vpc_endpoints"]
    assert endpoint["id"] == simulator.server("south1-endpoint1")["id"]
    assert endpoint["subnet_name"] == "south1-app-subnet"
    shown = api("GET", f"/v1/vpc-endpoints/{endpoint['id']}").body["vpc_endpoint"]
    assert shown == {**endpoint, "description": None}
    assert api("GET", "/v1/vpc-endpoints?resource_type=OBS").body["vpc_endpoints"] == []
    assert api("GET", "/v1/vpc-endpoints/nothing").status == 404


def test_private_subnets_cannot_be_read(simulator: Simulator) -> None:
    private = next(net for net in simulator.world()["subnets"] if net["type"] == "PRIVATE")
    api = caller(simulator, "vpc")
    assert api("GET", "/v1/subnets?type=PRIVATE").status == 400
    assert api("GET", f"/v1/subnets/{private['id']}").status == 404
    assert private["name"] not in names(api("GET", "/v1/subnets?size=100"), "vpc")
    simulator.switch(vpc_private_subnets="readable")
    assert names(api("GET", "/v1/subnets?type=PRIVATE"), "vpc") == [private["name"]]
    assert api("GET", f"/v1/subnets/{private['id']}").body["subnet"]["name"] == private["name"]
    assert private["name"] in names(api("GET", "/v1/subnets?size=100"), "vpc")


def test_filters_of_subnets(simulator: Simulator) -> None:
    api = caller(simulator, "vpc")
    assert names(api("GET", "/v1/subnets?zone=kr-south1-b"), "vpc") == ["south1-twin-subnet"]
    assert names(api("GET", "/v1/subnets?cidr=10.31.2.0/24"), "vpc") == ["south1-db-subnet"]
    assert api("GET", "/v1/subnets?type=LOCAL").body["count"] == 0


@pytest.mark.violations_expected
def test_filter_of_a_newer_version_is_refused_by_an_older_one(simulator: Simulator) -> None:
    assert caller(simulator, "vpc", "1.2")("GET", "/v1/subnets?zone=kr-south1-b").status == 400


@pytest.mark.parametrize("service", LISTS)
@pytest.mark.parametrize("by", ["pair", "switch", "operation"])
def test_denied_service_is_forbidden(simulator: Simulator, service: str, by: str) -> None:
    path = LISTS[service][0]
    api = caller(simulator, service)
    if by == "pair":
        api.access_key, api.secret_key = "SIMULATORSTORAGEONLYKEY000", "simulator-secret-worth-nothing-333333333"
    elif by == "switch":
        simulator.switch(denied=f"backup, {service}")
    else:
        assert api("GET", f"/v1/{path}").status == 200
        operation = simulator.operations()[-1]["operation"]
        simulator.switch(denied=f"{service}:{operation}")
    answer = api("GET", f"/v1/{path}")
    assert (answer.status, answer.error["code"]) == (403, "Forbidden")
    assert (api("GET", f"/v1/{path}/nothing").status == 403) == (by != "operation")


def test_account_without_the_service_is_refused_by_the_gateway(simulator: Simulator) -> None:
    api = caller(simulator, "vpc")
    api.access_key, api.secret_key = "SIMULATORPARTIALKEY0000000", "simulator-secret-worth-nothing-111111111"
    assert api("GET", "/v1/subnets").status == 401
