# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures and what the gateway refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulator.fixture import Simulator
from tests.simulator.signature import sign

from .conftest import Api

VECTORS = json.loads((Path(__file__).parent / "signing_vectors.json").read_text(encoding="utf-8"))
TEMPORARY = ("SIMULATORTEMPORARYKEY00000", "simulator-secret-worth-nothing-222222222")
PARTIAL = ("SIMULATORPARTIALKEY0000000", "simulator-secret-worth-nothing-111111111")


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, str]) -> None:
    made = sign(
        vector["method"],
        vector["url"],
        VECTORS["timestamp"],
        VECTORS["access_key"],
        vector["account_id"],
        VECTORS["secret_key"],
    )
    assert made == vector["signature"]


@pytest.mark.parametrize("query", ["?name=my%20vol%20%EB%B3%BC,a", "?name=my+vol%2Ca", "?name=%6Dy&limit=1"])
def test_any_legal_encoding_verifies(api: Api, query: str) -> None:
    assert api("GET", f"/v1/volumes{query}").status == 200


@pytest.mark.parametrize("missing", ["Scp-Accesskey", "Scp-Signature", "Scp-Timestamp", "Scp-ClientType"])
def test_unsigned_is_not_found(api: Api, missing: str) -> None:
    raw = "/filestorage/kr-west1/v1/volumes"
    headers = api.headers("GET", raw)
    del headers[missing]
    answer = api.send("GET", raw, headers=headers)
    assert (answer.status, answer.body["status"], answer.body["error"]) == (404, 404, "Not Found")
    assert answer.body["path"] == raw
    assert set(answer.body) == {"timestamp", "path", "status", "error", "requestId"}


def test_wrong_signature(api: Api) -> None:
    raw = "/filestorage/kr-west1/v1/volumes?name=a%20b"
    # The classic: what goes over the wire was encoded once more than what was signed.
    answer = api.send("GET", raw, headers=api.headers("GET", raw.replace("%", "%25")))
    assert answer.status == 401
    assert answer.body["status"] == "UNAUTHORIZED"
    assert answer.body["name"] == "Request was rejected by gateway"
    assert "HmacValidFail" in answer.body["message"]


def test_unknown_key(api: Api) -> None:
    api.access_key = "NOBODY"
    answer = api("GET", "/v1/volumes")
    assert (answer.status, answer.body["status"]) == (401, "UNAUTHORIZED")


def test_other_client_type(api: Api) -> None:
    api.extra = {"Scp-ClientType": "Console"}
    assert api("GET", "/v1/volumes").status == 401


@pytest.mark.parametrize(("skew", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401)])
def test_clock_skew(api: Api, skew: float, status: int) -> None:
    assert api("GET", "/v1/volumes", skew=skew).status == status


def test_clock_skew_is_of_the_real_clock(api: Api, simulator: Simulator) -> None:
    simulator.advance(86400)
    assert api("GET", "/v1/volumes").status == 200
    simulator.switch(gateway_clock_offset_seconds=-400)
    assert api("GET", "/v1/volumes").status == 401
    assert api("GET", "/v1/volumes", skew=-400).status == 200
    simulator.switch(gateway_clock_offset_seconds=0, clock_skew_seconds=10)
    assert api("GET", "/v1/volumes", skew=-20).status == 401


def test_timestamp_is_checked(api: Api) -> None:
    raw = "/filestorage/kr-west1/v1/volumes"
    headers = api.headers("GET", raw)
    url = api.simulator.url + raw
    headers["Scp-Timestamp"] = "yesterday"
    headers["Scp-Signature"] = sign("GET", url, "yesterday", api.simulator.access_key, "", api.simulator.secret_key)
    assert api.send("GET", raw, headers=headers).status == 401


def test_account_id(api: Api, simulator: Simulator) -> None:
    api.account_id = simulator.world()["key_pairs"][0]["account_id"]
    assert api("GET", "/v1/volumes").status == 200
    api.account_id = "0" * 32
    assert api("GET", "/v1/volumes").status == 401


def test_session_token(api: Api) -> None:
    api.access_key, api.secret_key = TEMPORARY
    assert api("GET", "/v1/volumes").status == 401
    api.extra = {"X-Auth-Token": "wrong"}
    assert api("GET", "/v1/volumes").status == 401
    api.extra = {"X-Auth-Token": "simulator-session-token-worth-nothing"}
    assert api("GET", "/v1/volumes").status == 200


def test_not_entitled(api: Api) -> None:
    api.access_key, api.secret_key = PARTIAL
    api.service, api.version = "archivestorage", "archivestorage 1.1"
    answer = api("GET", "/v1/buckets")
    assert answer.status == 401
    expected = "Service Account catalog has not target's endpoint. target : scp-archivestorage_hmac"
    assert answer.body["message"] == expected


def test_accounts_do_not_see_each_other(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    simulator.patch_world(
        {
            "key_pairs": [
                {"access_key": "OTHER", "secret_key": "s", "account_id": "b" * 32, "entitlements": ["filestorage"]}
            ]
        }
    )
    api.access_key, api.secret_key = "OTHER", "s"
    assert api("GET", "/v1/volumes").body["count"] == 0
    assert api("GET", f"/v1/volumes/{volume['id']}").status == 404
    assert api("GET", f"/v1/replications?volume_id={volume['id']}").status == 404
