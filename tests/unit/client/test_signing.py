# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, against the verified vectors and against what a server really receives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client, without_default_port
from ansible_collections.scp.storage.plugins.module_utils.client.signing import signature
from tests.harness.properties import share_of_examples
from tests.unit.client.conftest import LIST, READ, SECRET_KEY, WRITES, Caller, Serve, make_settings
from tests.unit.client.raw_server import Received, answer, serving

Connect = Callable[..., Caller]
VECTORS = json.loads((Path(__file__).parent / "signing_vectors.json").read_text(encoding="utf-8"))
OK = answer(200, {"things": [], "count": 0})


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, str]) -> None:
    made = signature(
        VECTORS["secret_key"],
        method=vector["method"],
        url=vector["url"],
        timestamp=VECTORS["timestamp"],
        access_key=VECTORS["access_key"],
        account_id=vector["account_id"],
    )
    assert made == vector["signature"]


def only(received: list[Received]) -> Received:
    """The one request, with a signature that fits it."""
    (request,) = received
    assert request.verifies(SECRET_KEY), request
    return request


@pytest.mark.parametrize(
    "query",
    [
        {"name": "my volume"},
        {"name": "내 볼륨"},
        {"sort": "created_at:desc,name:asc"},
        {"name": "a+b%20c%&=?#;/\\~'\"<>"},
        {"name": ""},
        {"state": ["a b", "c"], "limit": 5},
    ],
    ids=str,
)
def test_queries_are_signed_as_sent(serve: Serve, connect: Connect, query: dict[str, Any]) -> None:
    server = serve(OK)
    connect(server).client.call(LIST, query=query)
    request = only(server.received)
    sent = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
    asked = [
        (name, str(value))
        for name, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    assert sent == asked


def test_parameters_without_a_value_are_left_out(serve: Serve, connect: Connect) -> None:
    server = serve(OK)
    connect(server).client.call(LIST, query={"name": None})
    assert only(server.received).target == "/v1/things"


@pytest.mark.parametrize("thing", ["a/b/../c", "a b", "볼륨", "100%", "a%2Fb", "?x=1", "a;b:c@d,e", "..a", "~"])
def test_an_id_is_one_segment_of_the_path(serve: Serve, connect: Connect, thing: str) -> None:
    server = serve(answer(200, {}))
    connect(server).client.call(READ, path={"thing_id": thing})
    parts = only(server.received).target.split("/")
    assert parts[:3] == ["", "v1", "things"]
    assert [unquote(part) for part in parts[3:]] == [thing]


@pytest.mark.parametrize("thing", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(serve: Serve, connect: Connect, thing: str) -> None:
    server = serve(answer(200, {}))
    with pytest.raises(StorageError, match=r"thing_id '.*' is not an id"):
        connect(server).client.call(READ, path={"thing_id": thing})
    assert server.received == []


@share_of_examples(0.4)
@given(
    thing=st.text(st.characters(codec="utf-8"), min_size=3),
    query=st.dictionaries(st.text("name ", min_size=1), st.text(st.characters(codec="utf-8"))),
)
def test_whatever_is_asked_for_is_signed_as_sent(thing: str, query: dict[str, str]) -> None:
    with serving(answer(200, {})) as server:
        client = Client(make_settings(endpoint_url=f"{server.url}/filestorage/kr-west1"))
        client.call(READ, path={"thing_id": thing}, query=query)
        client.close()
        target = urlsplit(only(server.received).target)
        assert unquote(target.path) == f"/filestorage/kr-west1/v1/things/{thing}"
        assert dict(parse_qsl(target.query, keep_blank_values=True)) == query


def test_ipv6_loopback(serve: Serve, connect: Connect) -> None:
    try:
        server = serve(OK, host="::1")
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    connect(server).client.call(LIST, query={"name": "a b"})
    assert only(server.received).headers["host"] == f"[::1]:{server.port}"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.example:80/v1?x=:80", "http://a.example/v1?x=:80"),
        ("https://a.example:443/v1", "https://a.example/v1"),
        ("https://a.example:80/v1", "https://a.example:80/v1"),
        ("http://a.example:443/v1", "http://a.example:443/v1"),
        ("http://[::1]:80/v1", "http://[::1]/v1"),
        ("http://a.example:8080/v1", "http://a.example:8080/v1"),
        ("http://[fe80::80]/v1", "http://[fe80::80]/v1"),
    ],
)
def test_default_ports(url: str, sent: str) -> None:
    assert without_default_port(url) == sent


def test_an_explicit_default_port_is_signed_as_sent(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No process may bind port 80 here, but a proxy receives such a request whole.
    server = serve(OK)
    monkeypatch.setenv("http_proxy", server.url)
    connect("http://Storage.example:80/base", validate_certs=False).client.call(LIST, query={"name": "a b"})
    request = only(server.received)
    assert request.target == "http://storage.example/base/v1/things?name=a%20b"
    assert request.headers["host"] == "storage.example"


@pytest.mark.parametrize("account_id", ["", "36827d9b643f46c2ae6bb7e63d633bfe"])
def test_account_id(serve: Serve, connect: Connect, account_id: str) -> None:
    server = serve(OK)
    connect(server, account_id=account_id).client.call(LIST)
    assert only(server.received).headers.get("scp-accountid", "") == account_id
    assert ("scp-accountid" in server.received[0].headers) == bool(account_id)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("body", [None, {}, {"names": ["볼륨", "b"]}], ids=str)
def test_bodies(serve: Serve, connect: Connect, method: str, body: dict[str, Any] | None) -> None:
    server = serve(answer(202, {"id": "one"}))
    assert connect(server).client.call(WRITES[method], body=body) == {"id": "one"}
    request = only(server.received)
    assert request.method == method
    assert request.headers.get("content-type") == (None if body is None else "application/json")
    assert (json.loads(request.body) if request.body else None) == body


def test_headers(serve: Serve, connect: Connect) -> None:
    server = serve(OK)
    connect(server).client.call(LIST)
    head = only(server.received).headers
    assert head["scp-clienttype"] == "Openapi"
    assert head["scp-api-version"] == "filestorage 1.1"
    assert head["accept-language"] == "en-US"
    assert len(head["scp-timestamp"]) == 13
    assert not {"x-auth-token", "authorization", "cookie", "content-type", "scp-accountid"} & set(head)


def test_headers_that_settings_change(serve: Serve, connect: Connect) -> None:
    server = serve(OK)
    versions = (("backup", "9.9"), ("filestorage", "1.2"))
    connect(server, auth_token="token-1", language="ko-KR", api_versions=versions).client.call(LIST)
    head = only(server.received).headers
    assert head["x-auth-token"] == "token-1"
    assert head["accept-language"] == "ko-KR"
    assert head["scp-api-version"] == "filestorage 1.2"


def test_nothing_of_an_earlier_answer_is_sent_again(serve: Serve, connect: Connect) -> None:
    server = serve(answer(200, {}, Set_Cookie="session=1; Path=/"))
    client = connect(server).client
    for _ignored in range(2):
        client.call(LIST)
    assert "cookie" not in server.received[1].headers


def test_each_try_is_signed_anew(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(answer(503), OK)
    moments = iter(range(1_700_000_000, 1_800_000_000))
    monkeypatch.setattr("time.time", lambda: float(next(moments)))
    connect(server).client.call(LIST)
    first, second = server.received
    assert first.headers["scp-timestamp"] < second.headers["scp-timestamp"]
    assert first.verifies(SECRET_KEY)
    assert second.verifies(SECRET_KEY)
