# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers of all formats as one kind of exception, and their advice (platform-behaviour.md §2)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NotEntitled,
    NotFound,
    TransientError,
    UnknownOutcome,
    from_answer,
)

GET = CallContext("filestorage", "ShowVolume", "kr-west1", "GET")
POST = CallContext("filestorage", "CreateVolume", "kr-west1", "POST")
HTML = b"<html><head><title>404 Not Found</title></head>\n<body>\n<h1>Not Found</h1></body></html>"


def error_a(status: int, **fields: Any) -> dict[str, Any]:
    """Envelope A."""
    entry: dict[str, Any] = {
        "code": "Some.Code",
        "detail": "Some words",
        "global_request_id": "req-global",
        "links": [],
        "related_resources": [],
        "request_id": "req-1",
        "response": None,
        "status": status,
        "title": "Some Title",
    }
    return {"errors": [{**entry, **fields}]}


def made(body: Any, status: int = 400, where: CallContext = GET, headers: Mapping[str, str] | None = None) -> CallError:
    """The exception for an answer; a body that is not bytes is sent as JSON."""
    error = from_answer(where, status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert error.status == status
    assert str(error) == error.message
    return error


# --- shapes


def test_shape_a() -> None:
    error = made(error_a(409), 409)
    assert error.message == (
        "ShowVolume of filestorage in kr-west1 was refused with 409 (Some.Code: Some words) [request req-1]"
    )
    assert error.facts == {
        "service": "filestorage",
        "operation": "ShowVolume",
        "region": "kr-west1",
        "status": 409,
        "code": "Some.Code",
        "detail": "Some words",
        "request_id": "req-1",
    }


@pytest.mark.parametrize(
    ("detail", "reported"),
    [
        ("One\nTwo", "One Two"),
        (["Field required", "Field required"], "Field required; Field required"),
        (["One\r\n", 2], "One; 2"),
        (None, "Some Title"),
        ("", "Some Title"),
        ([], "Some Title"),
        ({"a": "b"}, "{'a': 'b'}"),
    ],
)
def test_detail(detail: Any, reported: str) -> None:
    assert made(error_a(400, detail=detail)).detail == reported


def test_without_detail_and_title() -> None:
    error = made({"errors": [{"code": "Some.Code", "status": 400}]})
    assert error.message == "ShowVolume of filestorage in kr-west1 was refused with 400 (Some.Code)"


def test_request_id_falls_back() -> None:
    assert made(error_a(400, request_id=None)).facts["request_id"] == "req-global"
    body = error_a(400, request_id=None, global_request_id=None)
    assert made(body, headers={"x-request-id": "req-header"}).facts["request_id"] == "req-header"


def test_shape_b() -> None:
    body = {"status": "UNAUTHORIZED", "name": "Request was rejected by gateway", "message": "Something\nelse"}
    error = made(body, 401)
    assert (error.code, error.detail) == ("UNAUTHORIZED", "Something else")
    assert "refused with 401 (UNAUTHORIZED: Something else)" in error.message


def test_shape_c() -> None:
    body = {"timestamp": "x", "path": "/v1/volumes", "status": 404, "error": "Not Found", "requestId": "abc-1"}
    error = made(body, 404)
    assert not isinstance(error, NotFound)
    assert "was not routed by the gateway (404 Not Found, path /v1/volumes)" in error.message
    assert "endpoint_url, region and environment" in error.message
    assert error.facts["request_id"] == "abc-1"
    assert (error.facts["code"], error.facts["detail"]) == ("Not Found", "path /v1/volumes")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"path": "/v1/volumes", "error": "Not Found"}, 404),
        ({"path": "/v1/volumes", "error": "Not Found", "requestId": "abc-1"}, 403),
    ],
    ids=["no request id", "another status"],
)
def test_error_with_a_path_is_a_routing_error_only_of_the_gateway(body: dict[str, Any], status: int) -> None:
    error = made(body, status)
    assert f"was refused with {status} (Not Found: path /v1/volumes)" in error.message
    assert "was not routed" not in error.message


def test_error_with_a_name_only_is_shown_as_it_is() -> None:
    assert made({"name": "x"}).detail == '{"name": "x"}'
    assert made({"message": "x", "name": "y"}).code == ""


@pytest.mark.parametrize("where", [GET, POST], ids=["read", "write"])
def test_service_that_is_not_in_the_catalogue_is_not_entitled(where: CallContext) -> None:
    """What reads many services leaves those out that the account does not have, and no others."""
    assert isinstance(made(error_b(NOT_ENTITLED), 401, where), NotEntitled)
    assert isinstance(made(error_b(NOT_ENTITLED.upper()), 401, where), NotEntitled)
    other = made(error_b("HmacValidFail"), 401, where)
    assert isinstance(other, CallError)
    assert not isinstance(other, NotEntitled)


def test_shape_d() -> None:
    error = made(HTML, 404)
    assert not isinstance(error, NotFound)
    assert "404 Not Found Not Found" in error.message
    assert "<" not in error.message
    assert "not a storage service: check endpoint_url, region and environment" in error.message


@pytest.mark.parametrize("where", [GET, POST])
@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        5,
        "x",
        {},
        {"errors": None},
        {"errors": []},
        {"errors": {}},
        {"errors": [], "error": "x"},
        {"detail": "Not Found"},
    ],
    ids=json.dumps,
)
def test_only_the_service_says_that_something_does_not_exist(where: CallContext, body: Any) -> None:
    assert not isinstance(made(body, 404, where), NotFound)
    assert isinstance(made(error_a(404), 404, where), NotFound)


@pytest.mark.parametrize(
    ("entry", "detail"), [("x\ny", "x y"), (None, "None"), (5, "5"), (["a"], "['a']"), ({}, "")], ids=repr
)
def test_entries_that_are_no_errors(entry: Any, detail: str) -> None:
    error = made({"errors": [entry]})
    assert (error.code, error.detail) == ("", detail)
    assert error.message == f"ShowVolume of filestorage in kr-west1 was refused with 400{f' ({detail})' * bool(detail)}"


def test_no_body() -> None:
    assert made(b"", 400).message == "ShowVolume of filestorage in kr-west1 was answered with 400 and no body"


def test_a_long_page_is_cut() -> None:
    assert len(made(b"<p>" + b"word " * 10_000, 500).message) < 500


@pytest.mark.parametrize(("length", "cut"), [(199, False), (200, False), (201, True)])
def test_excerpt_of_a_body_is_cut_only_where_it_is_too_long(length: int, cut: bool) -> None:
    detail = made(b"x" * length, 400).detail
    assert detail == "x" * min(length, 200) + ("…" if cut else "")


@pytest.mark.parametrize("where", [GET, POST], ids=["read", "write"])
@pytest.mark.parametrize("status", [300, 400, 404, 405, 429, 500, 503])
def test_answer_without_json_keeps_its_status_and_excerpt(where: CallContext, status: int) -> None:
    """What waits and what sends again decides by the status, also behind a proxy that answers with a page."""
    error = made(HTML, status, where)
    assert error.facts["status"] == error.status == status
    assert error.facts["detail"] == error.detail == "404 Not Found Not Found"
    assert (error.code, error.facts["code"]) == ("", "")


@pytest.mark.parametrize(
    ("where", "status", "advice"),
    [
        (GET, 405, "This is not a storage service: check endpoint_url"),
        (POST, 405, "This is not a storage service: check endpoint_url"),
        (GET, 429, "Try again later; max_retries and timeout say"),
        (POST, 429, "Try again later; max_retries and timeout say"),
        (GET, 503, "Try again later; max_retries and timeout say"),
        (GET, 500, "). Try again later."),
    ],
)
def test_answer_without_json_has_advice(where: CallContext, status: int, advice: str) -> None:
    assert advice in made(HTML, status, where).message


def test_json_that_is_too_deep() -> None:
    assert "not JSON" in made(b"[" * 100_000, 400).message


@pytest.mark.parametrize("body", [HTML, b"", b"{}", json.dumps(error_a(302)).encode()])
@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
@pytest.mark.parametrize("where", [GET, POST])
def test_redirects(where: CallContext, status: int, body: bytes) -> None:
    error = made(body, status, where, {"Location": "https://elsewhere.example/"})
    assert not isinstance(error, (NotFound, TransientError, UnknownOutcome))
    assert f"redirect ({status})" in error.message
    assert "set endpoint_url" in error.message


# --- kinds


@pytest.mark.parametrize("body", [HTML, b"", json.dumps(error_a(0)).encode(), b"{}", b"[]", b'{"errors": [{'])
def test_kinds(body: bytes) -> None:
    kinds = {
        (method, status): type(from_answer(CallContext("s", "o", "r", method), status, {}, body))
        for method in ("GET", "POST", "PUT", "DELETE")
        for status in (400, 401, 403, 405, 408, 409, 413, 418, 429, 500, 501, 502, 503, 504, 507)
    }
    for (method, status), kind in kinds.items():
        if status == 429:
            expected: type[CallError] = TransientError
        elif status < 500 or (method == "GET" and status not in (502, 503, 504)):
            # A write that was refused was not done; a read that failed for good is not repeated.
            expected = CallError
        else:
            expected = TransientError if method == "GET" else UnknownOutcome
        assert kind is expected, (method, status)


@pytest.mark.parametrize(("method", "kind"), [("GET", TransientError), ("POST", UnknownOutcome)])
def test_page_of_the_firewall_passes(method: str, kind: type[CallError]) -> None:
    """A burst of calls is answered with 417 and a page. Whether a call can have passed is not known."""
    error = from_answer(CallContext("s", "o", "r", method), 417, {}, HTML)
    assert isinstance(error, kind)
    assert "Try again later" in error.message


# --- advice


def error_b(message: str) -> dict[str, Any]:
    """Envelope B."""
    return {"status": "UNAUTHORIZED", "name": "Request was rejected by gateway", "message": message}


def dated(seconds: float) -> dict[str, str]:
    """The header of a gateway whose clock differs by so much from this machine's."""
    return {"Date": formatdate(time.time() + seconds, usegmt=True)}


NOT_ENTITLED = "Service Account catalog has not target's endpoint. target : scp-archivestorage_hmac"


@pytest.mark.parametrize(
    ("body", "status", "skew", "advice"),
    [
        (error_b("HmacValidFail"), 401, None, "check secret_key, account_id, and the clock"),
        (error_b("HmacValidFail"), 401, 0, "check secret_key, account_id, and the clock"),
        (error_b("HmacValidFail"), 401, -3600, "60 minutes ahead of the gateway's: set it by NTP"),
        (error_b("Timestamp is too old"), 401, 3600, "60 minutes behind the gateway's: set it by NTP"),
        (b"", 401, 600, "10 minutes behind the gateway's"),
        (error_b("Timestamp is too old"), 401, None, "set it by NTP"),
        (error_b("Unknown access key"), 401, None, "Check access_key, secret_key"),
        (HTML, 401, None, "Check access_key, secret_key"),
        (
            error_b(NOT_ENTITLED),
            401,
            None,
            "not entitled to filestorage in kr-west1: apply for the service in the console",
        ),
        (error_b(NOT_ENTITLED), 401, -3600, "not entitled to filestorage"),
        (error_b("The clock differs"), 401, None, "set it by NTP"),
        (error_b("HmacValidFail"), 401, -70, "1 minutes ahead of the gateway's"),
        (error_b("HmacValidFail"), 401, 50, "check secret_key, account_id, and the clock"),
        (error_a(429, code="TooMany"), 429, None, "Try again later; max_retries and timeout say"),
        (error_a(503, code="Busy"), 503, None, "Try again later; max_retries and timeout say"),
        (error_a(400, detail="API version 9.9 is unknown"), 400, None, "correct or leave out api_versions"),
        (error_a(403, code="Forbidden", response={"a": 1}), 403, None, "has the IAM action"),
        (HTML, 403, None, "has the IAM action"),
        (error_a(400, detail="Unsupported Scp-Api-Version"), 400, None, "correct or leave out api_versions"),
        (error_a(500, code="ContactAdminForAssistance"), 500, None, "check the options, then try again later"),
        (error_a(400, detail="Replication is not available."), 400, None, "choose another target_region"),
        (error_a(404, code="VirtualServer.VirtualServerNotFound"), 404, None, "Check object_id and object_type"),
        (error_a(400, code="filestorage.BadRequest.Invalid.zone"), 400, None, "valid depends on the account"),
        (error_a(406, code="NoSuchVersion"), 406, None, "correct or leave out api_versions"),
    ],
)
def test_advice(body: Any, status: int, skew: float | None, advice: str) -> None:
    message = made(body, status, POST, {} if skew is None else dated(skew)).message
    assert advice in message
    assert message.endswith(".")


@pytest.mark.parametrize("status", [400, 404, 409])
def test_refusal_of_unknown_cause_has_no_advice(status: int) -> None:
    assert made(error_a(status), status).message.endswith("(Some.Code: Some words) [request req-1]")


@pytest.mark.parametrize(
    "date", ["", "x", "Mon, 32 Foo 2026", "Mon, 01 Jan 0001 00:00:00 -0000", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_date_that_is_none(date: str) -> None:
    assert "refused with 401" in made(error_b("HmacValidFail"), 401, POST, {"Date": date}).message


# --- anything

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "error",
                    "name",
                    "message",
                    "status",
                    "code",
                    "detail",
                    "title",
                    "request_id",
                    "requestId",
                    "path",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
ANSWERS = JSON.map(lambda value: json.dumps(value).encode()) | st.binary() | st.text().map(str.encode)


@given(
    status=st.integers(300, 599),
    body=ANSWERS,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    headers=st.fixed_dictionaries({}, optional={"Date": st.text(), "x-request-id": st.text()}),
)
def test_any_answer_is_one_paragraph(status: int, body: bytes, method: str, headers: dict[str, str]) -> None:
    where = CallContext("filestorage", "SomeOperation", "kr-west1", method)
    error = from_answer(where, status, headers, body)
    assert isinstance(error, CallError)
    assert error.message.splitlines() == [error.message]
    for part in ("SomeOperation", "filestorage", "kr-west1", str(status)):
        assert part in error.message
    json.dumps(error.facts)
