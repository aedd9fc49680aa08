# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routing, version discovery, the catalogue, headers and error envelopes."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest

from tests.simulator.fixture import ControlRefused, Simulator

from .conftest import Answer, Api

REGIONS = ["kr-east1", "kr-south1", "kr-south2", "kr-south3", "kr-west1"]
SERVICES = ["archivestorage", "backup", "baremetal-blockstorage", "filestorage", "parallel-filestorage"]
NEIGHBOURS = ["baremetal", "multinodegpucluster", "virtualserver", "vpc"]
PLAIN = {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("service", [*SERVICES, *NEIGHBOURS])
def test_versions(api: Api, service: str, slash: str) -> None:
    answer = api.send("GET", f"/{service}/kr-south2{slash}")
    assert answer.status == 200
    current = [version for version in answer.body["versions"] if version["status"] == "CURRENT"]
    assert len(current) == 1
    assert current[0]["id"].startswith("v1.")
    assert current[0]["not_before"] == ""
    assert current[0]["links"] == [{"href": f"{api.simulator.url}/{service}/kr-south2/v1", "rel": "self"}]
    for version in answer.body["versions"]:
        assert version["not_before"] == "" or len(version["not_before"]) == 10


def test_catalogue(api: Api, simulator: Simulator) -> None:
    raw = "/iam/v1/endpoints"
    answer = api.send("GET", raw, headers=api.headers("GET", raw))
    assert answer.status == 200
    found = {(item["service_type"], item["region"]): item["url"] for item in answer.body["endpoints"]}
    regional = {(f"scp-{s}", r): f"{simulator.url}/{s}/{r}" for s in (*SERVICES, *NEIGHBOURS) for r in REGIONS}
    assert found == regional | {("scp-resourcemanager", ""): f"{simulator.url}/resourcemanager"}
    assert {"region", "service_type", "service_name", "url"} == set(answer.body["endpoints"][0])
    simulator.switch(catalogue_global_region="global")
    [manager] = [
        item
        for item in api.send("GET", raw, headers=api.headers("GET", raw)).body["endpoints"]
        if item["service_type"] == "scp-resourcemanager"
    ]
    assert (manager["region"], manager["url"]) == ("global", f"{simulator.url}/resourcemanager")
    assert api.send("GET", raw).status == 404
    wrong = api.headers("GET", raw) | {"Scp-Signature": "AAAA"}
    assert api.send("GET", raw, headers=wrong).status == 401


@pytest.mark.parametrize("raw", ["/", "/filestorage", "/filestorage/kr-north1/v1/volumes", "/efs/kr-west1/v1/volumes"])
def test_wrong_host_is_html(api: Api, raw: str) -> None:
    answer = api.send("GET", raw, headers=api.headers("GET", raw))
    assert answer.status == 404
    assert answer.headers.get_content_type() == "text/html"
    assert "<html>" in answer.body


def test_other_root_is_unroutable(api: Api) -> None:
    answer = api("GET", "/v2/volumes")
    assert (answer.status, answer.body["error"]) == (404, "Not Found")


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/snapshots/abc"), ("PATCH", "/v1/volumes"), ("GET", "/v1/nothing"), ("GET", "/v1/volumes/")],
)
def test_operation_that_does_not_exist(api: Api, simulator: Simulator, method: str, path: str) -> None:
    answer = api(method, path)
    assert answer.status == 403
    assert (answer.error["code"], answer.error["detail"]) == ("Forbidden", "Action definition is not found")
    assert isinstance(answer.error["response"], dict)
    entry = simulator.operations()[-1]
    assert entry["operation"] is None
    assert "no operation" in entry["violation"]


def test_envelope_a(api: Api) -> None:
    error = api("GET", "/v1/volumes/nothing-like-an-id").error
    assert sorted(error) == [
        "code", "detail", "global_request_id", "links", "related_resources", "request_id", "response", "status",
        "title",
    ]  # fmt: skip
    assert isinstance(error["status"], int)
    assert (error["status"], error["title"], type(error["detail"])) == (404, "Not Found", str)


@pytest.mark.violations_expected
def test_no_version_is_answered_and_logged(api: Api, simulator: Simulator) -> None:
    raw = "/filestorage/kr-west1/v1/volumes"
    headers = api.headers("GET", raw)
    del headers["Scp-Api-Version"]
    assert api.send("GET", raw, headers=headers).status == 200
    assert "Scp-Api-Version is missing" in simulator.operations()[-1]["violation"]


@pytest.mark.violations_expected
@pytest.mark.parametrize("version", ["filestorage 9.9", "backup 1.1", "1.1", "filestorage 1.0", "filestorage v1.1"])
def test_unknown_or_retired_version(api: Api, simulator: Simulator, version: str) -> None:
    api.version = version
    error = api("GET", "/v1/volumes").error
    number = version.rpartition(" ")[2]
    assert (error["status"], error["code"]) == (406, "NoSuchVersion")
    assert error["detail"] == f"API version {number} is not supported on this method"
    simulator.switch(unknown_version_status=400)
    assert api("GET", "/v1/volumes").error["status"] == 400


def test_old_versions_can_be_served(api: Api, simulator: Simulator) -> None:
    simulator.switch(old_versions="serve")
    api.version = "filestorage 1.0"
    assert api("GET", "/v1/volumes").status == 200


@pytest.mark.violations_expected
def test_languages(api: Api) -> None:
    api.extra = {"Accept-Language": "ko-KR"}
    assert api("GET", "/v1/volumes").status == 200
    api.extra = {"Accept-Language": "de-DE"}
    assert api("GET", "/v1/volumes").status == 400


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    ("body", "detail", "violation"),
    [
        ({"name": "my_volume", "protocol": "NFS"}, "Field required", "lacks 'type_name'"),
        ({**PLAIN, "size": 1}, "Extra inputs are not permitted", "unknown fields 'size'"),
        ({**PLAIN, "name": 7}, "Input should be a valid string", "name must be of type string"),
        ({**PLAIN, "name": "7up"}, "String should match pattern '^[a-z]([a-z0-9_]){2,20}$'", "name: String"),
        ({**PLAIN, "name": "my_volume\n"}, "String should match pattern '^[a-z]([a-z0-9_]){2,20}$'", "name: String"),
        ({**PLAIN, "tags": [{"key": "k" * 129}]}, "String should have at most 128 characters", "tags.0.key"),
        ([], "Input should be a valid dictionary", "of type object"),
    ],
)
def test_bodies(api: Api, simulator: Simulator, body: object, detail: str, violation: str) -> None:
    answer = api("POST", "/v1/volumes", body)
    assert answer.status == 400
    assert answer.error["code"] == "ValidationError"
    assert answer.error["detail"] == [detail]
    assert violation in simulator.operations()[-1]["violation"]
    assert api("GET", "/v1/volumes").body["count"] == 0


@pytest.mark.violations_expected
def test_malformed_body(api: Api, simulator: Simulator) -> None:
    raw = "/filestorage/kr-west1/v1/volumes"
    headers = api.headers("POST", raw) | {"Content-Type": "application/json"}
    answer = api.send("POST", raw, b"{nothing", headers)
    assert answer.status == 500
    assert answer.error["code"] == "ContactAdminForAssistance"
    assert answer.error["detail"].endswith("Contact us through Support Center > Contact Us.")
    assert simulator.operations()[-1]["violation"] == "the body is not JSON"
    assert api.send("POST", raw, None, api.headers("POST", raw)).status == 400
    assert api.send("POST", raw, b"{}", api.headers("POST", raw) | {"Content-Type": "text/plain"}).status == 400


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    ("path", "detail"),
    [
        # The query comes before the existence check, even where the id does not exist.
        ("/v1/snapshots", ["Field required"]),
        ("/v1/replications/nothing", ["Field required"]),
        ("/v1/volumes?colour=red", ["Extra inputs are not permitted"]),
        ("/v1/volumes?limit=many", ["Input should be a valid integer, unable to parse string as an integer"]),
        ("/v1/volumes?limit=1&limit=2", ["Input should be a valid string"]),
        ("/v1/volumes?name=%FF", ["Input should be a valid string"]),
    ],
)
def test_queries(api: Api, simulator: Simulator, path: str, detail: list[str]) -> None:
    answer = api("GET", path)
    assert (answer.status, answer.error["code"], answer.error["detail"]) == (400, "ValidationError", detail)
    assert simulator.operations()[-1]["violation"]


@pytest.mark.parametrize("path", ["/v1/volumes?limit=0", "/v1/volumes?offset=-1", "/v1/volumes?sort=size:asc"])
def test_values_that_make_no_sense(api: Api, path: str) -> None:
    assert api("GET", path).error["code"] == "ValidationError"


@pytest.mark.violations_expected
def test_a_body_where_none_belongs(api: Api) -> None:
    volume = api.volume()
    assert api("DELETE", f"/v1/volumes/{volume['id']}", {"force": True}).status == 400
    assert api("DELETE", f"/v1/volumes/{volume['id']}", {}).status == 202


def test_services_to_come_are_routed(api: Api) -> None:
    api.service, api.version = "backup", "backup 1.2"
    assert api("GET", "/v1/backups").status == 200
    assert api("GET", "/v1/backups/check-name-duplication?backup_name=a").status == 200


def _date(answer: Answer) -> float:
    return parsedate_to_datetime(answer.headers["Date"]).timestamp()


def test_the_date_of_an_answer_is_simulated_time(api: Api) -> None:
    api.simulator.advance(86_400)
    assert _date(api("GET", "/v1/volumes")) - time.time() == pytest.approx(86_400, abs=60)


@pytest.mark.violations_expected
def test_the_date_of_a_refused_signature_is_the_gateways(api: Api) -> None:
    api.simulator.advance(86_400)
    api.simulator.switch(gateway_clock_offset_seconds=3600)
    refused = api("GET", "/v1/volumes")
    assert refused.status == 401
    assert _date(refused) - time.time() == pytest.approx(3600, abs=60)


@pytest.mark.violations_expected
@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "my_volume", "protocol": "NFS", "type_name": "\\ud800"}',
        b'{"name": "my_volume", "protocol": "NFS", "type_name": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"name": "my_volume", "protocol": "NFS", "type_name": ' + b"[" * 700 + b"]" * 700 + b"}",
    ],
)
def test_json_that_cannot_be_worked_with_is_a_bad_body(api: Api, simulator: Simulator, body: bytes) -> None:
    """Half of a surrogate pair and endless brackets are the caller's fault, and no bug of the simulator."""
    answer = api("POST", "/v1/volumes", data=body)
    assert answer.status == 500
    assert answer.error["code"] == "ContactAdminForAssistance"
    assert simulator.operations()[-1]["bug"] is None


@pytest.mark.violations_expected
def test_body_that_is_too_large_is_refused_in_json(api: Api, simulator: Simulator) -> None:
    answer = api("POST", "/v1/volumes", data=b" " * 2_000_000)
    assert (answer.status, answer.error["status"]) == (413, 413)
    assert simulator.operations()[-1]["status"] == 413
    with pytest.raises(ControlRefused, match="too large"):
        simulator.control("PUT", "world", {"servers": "x" * 2_000_000})


def test_older_name_of_a_service_is_taken(simulator: Simulator) -> None:
    """In the address and in the version, each by itself."""
    for service in ("baremetalblockstorage", "baremetal-blockstorage"):
        for named in ("baremetalblockstorage", "baremetal-blockstorage"):
            older = Api(simulator, service=service, version=f"{named} 1.3")
            assert older("GET", "/v1/volumes").status == 200
            assert simulator.operations()[-1]["service"] == "baremetal-blockstorage"
