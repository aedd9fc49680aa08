# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which address a service has: template, default, catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.endpoints import Endpoints
from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallError, SettingsError
from tests.unit.client.conftest import LIST, Caller, Serve, make_settings
from tests.unit.client.raw_server import answer

CATALOGUE: list[dict[str, Any]] = [
    {"region": "kr-west1", "service_type": "scp-filestorage", "url": "https://file.west.example/v1"},
    {"region": "kr-east1", "service_type": "scp-filestorage", "url": "https://file.east.example/"},
    {"region": "kr-west1", "service_type": "scp-backup", "url": "https://backup.west.example"},
    {"region": "kr-south1", "service_type": "scp-filestorage", "url": ""},
    {"region": "kr-west2", "service_type": "scp-filestorage", "url": "https://file.west.example/two/v1/"},
    {"region": "kr-east2", "service_type": "scp-filestorage", "url": "http://file.example"},
]


def endpoints(**values: Any) -> tuple[Endpoints, list[str]]:
    """Endpoints over the catalogue above, and the URLs under which it was read."""
    read: list[str] = []

    def catalogue(url: str) -> list[dict[str, Any]]:
        read.append(url)
        return CATALOGUE

    return Endpoints(make_settings(**values), catalogue), read


@pytest.mark.parametrize(
    ("region", "environment", "host"),
    [
        ("kr-west1", "", "filestorage.kr-west1.e.samsungsdscloud.com"),
        ("kr-east1", "", "filestorage.kr-east1.e.samsungsdscloud.com"),
        ("kr-south1", "", "filestorage.kr-south1.g.samsungsdscloud.com"),
        ("kr-south3", "", "filestorage.kr-south3.g.samsungsdscloud.com"),
        ("kr-west1", "s", "filestorage.kr-west1.s.samsungsdscloud.com"),
        ("kr-south1", "e", "filestorage.kr-south1.e.samsungsdscloud.com"),
    ],
)
def test_default(region: str, environment: str, host: str) -> None:
    found, read = endpoints(environment=environment)
    assert found.url("filestorage", region) == f"https://{host}"
    assert not read


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("http://127.0.0.1:8/{service}/{region}", "http://127.0.0.1:8/backup/kr-east1"),
        ("https://{service}.{region}.{environment}.example/", "https://backup.kr-east1.e.example"),
        ("https://all.example//", "https://all.example"),
    ],
)
def test_template(template: str, url: str) -> None:
    found, read = endpoints(endpoint_url=template, auth_url="https://iam.example")
    assert found.url("backup", "kr-east1") == url
    # An override needs no catalogue.
    assert not read


@pytest.mark.parametrize(
    "part", ["{zone}", "{}", "{0}", "{service", "}", "{service.name}", "{service[x]}", "{region!z}", "{region:d}"]
)
def test_unknown_placeholder(part: str) -> None:
    with pytest.raises(SettingsError, match="unknown placeholder") as caught:
        endpoints(endpoint_url=f"https://{part}.example")[0].url("backup", "kr-east1")
    assert "{service}, {region} and {environment}" in caught.value.message


@pytest.mark.parametrize("region", ["evil.example/", "a@b", "", "kr-west1\n"])
def test_a_region_that_would_change_the_host_is_refused(region: str) -> None:
    with pytest.raises(SettingsError, match="is not a name of a region"):
        endpoints()[0].url("filestorage", region)


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/v1/endpoints", "/v1/endpoints/"])
def test_catalogue(end: str) -> None:
    found, read = endpoints(auth_url=f"https://iam.example{end}")
    assert found.url("filestorage", "kr-west1") == "https://file.west.example"
    assert found.url("filestorage", "kr-east1") == "https://file.east.example"
    assert found.url("filestorage", "kr-west2") == "https://file.west.example/two"
    assert found.url("backup", "kr-west1") == "https://backup.west.example"
    assert read == ["https://iam.example/v1/endpoints"]


@pytest.mark.parametrize(
    ("service", "region", "regions"),
    [
        ("backup", "kr-east1", "regions there: kr-west1"),
        ("filestorage", "kr-west9", "regions there: kr-east1, kr-east2, kr-south1, kr-west1, kr-west2"),
        ("filestorage", "kr-south1", "regions there"),
        ("archivestorage", "kr-west1", "regions there: none"),
    ],
)
def test_missing_from_the_catalogue(service: str, region: str, regions: str) -> None:
    with pytest.raises(SettingsError, match=regions) as caught:
        endpoints(auth_url="https://iam.example")[0].url(service, region)
    assert f"no {service} in region '{region}'" in caught.value.message
    assert "apply for the service" in caught.value.message


def test_a_catalogue_does_not_lead_to_clear_text() -> None:
    with pytest.raises(SettingsError, match="plain http to another machine"):
        endpoints(auth_url="https://iam.example")[0].url("filestorage", "kr-east2")


def test_the_client_reads_the_catalogue_once(serve: Serve, connect: Callable[..., Caller]) -> None:
    storage = serve(answer(200, {"things": [], "count": 0}))
    entry = {"region": "kr-west1", "service_type": "scp-filestorage", "url": f"{storage.url}/v1"}
    iam = serve(answer(200, {"endpoints": [entry, None, "x"]}))
    client = connect("", auth_url=iam.url, api_versions=(("iam", "1.4"),)).client
    for _ignored in range(3):
        client.read_list(LIST)
    (read,) = iam.received
    assert read.target == "/v1/endpoints"
    assert read.headers["scp-api-version"] == "iam 1.4"
    assert read.verifies(client.settings.secret_key)
    assert [request.target.partition("?")[0] for request in storage.received] == ["/v1/things"] * 3


@pytest.mark.parametrize("body", [{}, {"endpoints": None}, {"endpoints": 5}, {"endpoints": "x"}, {"endpoints": {}}])
def test_a_catalogue_without_endpoints(serve: Serve, connect: Callable[..., Caller], body: Any) -> None:
    iam = serve(answer(200, body))
    with pytest.raises(SettingsError, match="regions there: none"):
        connect("", auth_url=iam.url).client.call(LIST)


def test_a_catalogue_that_refuses_names_the_call(serve: Serve, connect: Callable[..., Caller]) -> None:
    iam = serve(answer(401, {"status": "UNAUTHORIZED", "name": "rejected", "message": "HmacValidFail"}))
    with pytest.raises(CallError, match="ListEndpoints of iam in kr-west1 was refused with 401"):
        connect("", auth_url=iam.url).client.call(LIST)


def test_versions(serve: Serve, connect: Callable[..., Caller]) -> None:
    entries = [{"id": "v1.1", "status": "CURRENT", "not_before": "", "links": []}]
    server = serve(answer(200, {"versions": entries}))
    assert connect(f"{server.url}/{{service}}/{{region}}").client.versions("filestorage", "kr-east1") == (
        f"{server.url}/filestorage/kr-east1",
        entries,
    )
    assert server.received[0].target == "/filestorage/kr-east1/"


def test_client_in_region_calls_there_with_all_other_settings(serve: Serve, connect: Callable[..., Caller]) -> None:
    server = serve(answer(200, {"things": [], "count": 0}))
    client = connect(f"{server.url}/{{region}}", account_id="AC-1").client
    assert client.in_region("kr-west1") is client
    other = client.in_region("kr-east1")
    assert other.settings == replace(client.settings, region="kr-east1")
    other.read_list(LIST)
    client.read_list(LIST)
    assert [request.target.split("/")[1] for request in server.received] == ["kr-east1", "kr-west1"]
