# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.simulator.fixture import ControlRefused, Simulator

from .conftest import Api

PLAIN = {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}


def count(api: Api) -> int:
    return int(api("GET", "/v1/volumes").body["count"])


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 409])
def test_status_does_nothing(api: Api, simulator: Simulator, status: int) -> None:
    simulator.fault("status", operation="CreateVolume", status=status)
    answer = api("POST", "/v1/volumes", PLAIN)
    assert answer.status == status
    if status == 429:
        assert answer.headers["Retry-After"] == "1"
    if status == 500:
        assert answer.error["code"] == "ContactAdminForAssistance"
    if status in (502, 503, 504):
        assert answer.headers.get_content_type() == "text/plain"
    assert count(api) == 0
    assert api("POST", "/v1/volumes", PLAIN).status == 202
    entry = simulator.writes()[0]
    assert (entry["status"], entry["fault"], entry["operation"]) == (status, "status", "CreateVolume")
    assert simulator.faults()[0]["fired"] == 1


def test_retry_after(api: Api, simulator: Simulator) -> None:
    simulator.fault("status", status=503, retry_after=2)
    assert api("GET", "/v1/volumes").headers["Retry-After"] == "2"


def test_error_after_does_the_work(api: Api, simulator: Simulator) -> None:
    simulator.fault("error_after", operation="CreateVolume", status=504)
    assert api("POST", "/v1/volumes", PLAIN).status == 504
    assert count(api) == 1


def test_lost_does_the_work(api: Api, simulator: Simulator) -> None:
    simulator.fault("lost", operation="CreateVolume")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        api("POST", "/v1/volumes", PLAIN)
    assert count(api) == 1
    assert simulator.writes()[0]["status"] == 0


def test_reset_does_nothing(api: Api, simulator: Simulator) -> None:
    simulator.fault("reset", operation="CreateVolume")
    with pytest.raises(ConnectionResetError):
        api("POST", "/v1/volumes", PLAIN)
    assert count(api) == 0
    assert simulator.writes()[0]["status"] == 0


@pytest.mark.parametrize("operation", ["CreateVolume", "DeleteVolume"])
def test_truncated_does_the_work(api: Api, simulator: Simulator, operation: str) -> None:
    volume = api.volume()
    simulator.fault("truncated", operation=operation)
    call: Callable[[], object] = {
        "CreateVolume": lambda: api("POST", "/v1/volumes", PLAIN),
        "DeleteVolume": lambda: api("DELETE", f"/v1/volumes/{volume['id']}"),
    }[operation]
    with pytest.raises(http.client.IncompleteRead):
        call()
    simulator.advance(1)
    assert count(api) == (2 if operation == "CreateVolume" else 0)


def test_html(api: Api, simulator: Simulator) -> None:
    simulator.fault("html", operation="CreateVolume")
    simulator.fault("html_after", operation="CreateVolume", status=202)
    first, second = api("POST", "/v1/volumes", PLAIN), api("POST", "/v1/volumes", PLAIN)
    assert (first.status, second.status) == (404, 202)
    assert first.headers.get_content_type() == second.headers.get_content_type() == "text/html"
    assert count(api) == 1


def test_redirect(api: Api, simulator: Simulator) -> None:
    simulator.fault("redirect", location="http://127.0.0.1:1/there")
    answer = api("POST", "/v1/volumes", PLAIN)
    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:1/there")
    assert count(api) == 0


def test_delay_is_real_time(api: Api, simulator: Simulator) -> None:
    simulator.fault("delay", seconds=0.2)
    before = time.monotonic()
    assert api("GET", "/v1/volumes").status == 200
    assert time.monotonic() - before >= 0.2
    assert simulator.operations()[0]["fault"] == "delay"


def test_delays_of_concurrent_calls_overlap(api: Api, simulator: Simulator) -> None:
    """A delay stands for a distant service, so it must not hold back other calls."""
    calls, seconds = 20, 0.5
    simulator.fault("delay", seconds=seconds, times=None)
    before = time.monotonic()
    with ThreadPoolExecutor(calls) as pool:
        statuses = list(pool.map(lambda _ignored: api("GET", "/v1/volumes").status, range(calls)))
    assert statuses == [200] * calls
    assert time.monotonic() - before < calls * seconds / 2


def test_skip_and_times_and_matching(api: Api, simulator: Simulator) -> None:
    simulator.fault("status", service="filestorage", region="kr-west1", method="get", writes=False, skip=1, times=2)
    statuses = [api("GET", "/v1/volumes").status for _ignored in range(4)]
    assert statuses == [200, 503, 503, 200]
    simulator.clear_faults()
    simulator.fault("status", writes=True, times=None)
    assert api("GET", "/v1/volumes").status == 200
    assert [api("POST", "/v1/volumes", PLAIN).status for _ignored in range(3)] == [503] * 3
    simulator.clear_faults()
    simulator.fault("status", region="kr-east1")
    assert api("GET", "/v1/volumes").status == 200
    assert api("GET", "/v1/volumes", region="kr-east1").status == 503


def test_faults_on_the_catalogue(api: Api, simulator: Simulator) -> None:
    simulator.fault("status", operation="ListEndpoints")
    raw = "/iam/v1/endpoints"
    assert api.send("GET", raw, headers=api.headers("GET", raw)).status == 503


def test_list_lag(api: Api, simulator: Simulator) -> None:
    simulator.fault("list_lag", seconds=5)
    volume = api.volume()
    assert count(api) == 0
    assert api.show(volume["id"])["state"] == "available"
    simulator.advance(4)
    assert count(api) == 1


def test_page_cap(api: Api, simulator: Simulator) -> None:
    for _ignored in range(3):
        api.volume()
    simulator.fault("page_cap", count=2)
    body = api("GET", "/v1/volumes?limit=100").body
    assert (body["count"], len(body["filestorages"])) == (3, 2)
    assert len(api("GET", "/v1/volumes?limit=100&offset=2").body["filestorages"]) == 1


def test_an_item_twice_over_a_page_boundary(api: Api, simulator: Simulator) -> None:
    for _ignored in range(3):
        api.volume()
    simulator.fault("duplicate", operation="ListVolumes")
    first = api("GET", "/v1/volumes?limit=2").body
    second = api("GET", "/v1/volumes?limit=2&offset=2").body
    assert (first["count"], second["count"]) == (3, 4)
    assert second["filestorages"][0]["id"] == first["filestorages"][1]["id"]


def test_an_item_missing_once(api: Api, simulator: Simulator) -> None:
    ids = [api.volume()["id"] for _ignored in range(3)]
    simulator.fault("drop", item=ids[1])
    for expected in (2, 3):
        body = api("GET", "/v1/volumes").body
        assert (body["count"], len(body["filestorages"])) == (3, expected)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({}, "no kind of fault None"),
        ({"kind": "storm"}, "the kinds are status"),
        ({"kind": "status", "operations": "x"}, "the fields are kind"),
        ({"kind": "status", "times": "x"}, "cannot be 'x'"),
        ({"kind": "status", "times": -1}, "less than 0"),
        ({"kind": "status", "status": 99}, "from 200 to 599"),
        ([], "a JSON object"),
    ],
)
def test_bad_faults(simulator: Simulator, fault: object, text: str) -> None:
    with pytest.raises(ControlRefused, match=text):
        simulator.control("POST", "faults", fault)


def test_one_fault_can_be_ended(api: Api, simulator: Simulator) -> None:
    number = simulator.fault("status", times=None)
    simulator.control("DELETE", f"faults/{number}")
    assert api("GET", "/v1/volumes").status == 200
    with pytest.raises(ControlRefused, match="no fault"):
        simulator.control("DELETE", f"faults/{number}")
