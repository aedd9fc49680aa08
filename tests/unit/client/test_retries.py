# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again and what never is, counted on a server (architecture.md, decision 4)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallError,
    NotFound,
    TransientError,
    UnknownOutcome,
    Unreachable,
)
from ansible_collections.scp.storage.plugins.module_utils.client.retry import LONGEST_PAUSE, Retries, retry_after
from tests.unit.client.conftest import LIST, WRITES, Caller, Serve
from tests.unit.client.raw_server import RESET, SILENCE, answer

Connect = Callable[..., Caller]
HTML = b"<html><body>Maintenance</body></html>"
DONE = answer(200, {"things": [{"id": "one"}], "count": 1})
#: Answers after which the outcome of a call is unknown.
UNCLEAR = {
    "502": answer(502, HTML),
    "503": answer(503, {"errors": [{"code": "x", "status": 503}]}),
    "504": answer(504),
    "reset": RESET,
    "closed without a word": b"",
    "half a body": answer(200, {"things": [{"id": "one"}], "count": 1}, cut=10),
    "a body that never began": answer(200, {"things": []}, cut=len('{"things": []}')),
    "HTML with 200": answer(200, HTML),
    "a list with 200": answer(200, []),
    "no HTTP": b"what?\r\n\r\n",
    "two lengths": answer(200, {}, Content_Length="7"),
}


@pytest.mark.parametrize("said", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_a_read_is_repeated(serve: Serve, connect: Connect, said: bytes | str) -> None:
    server = serve(said, said, DONE)
    caller = connect(server)
    assert caller.client.read_list(LIST) == [{"id": "one"}]
    assert len(server.received) == 3
    first, second = caller.pauses
    assert 0.125 <= first <= 0.25 <= second <= 0.5


@pytest.mark.parametrize("said", [*UNCLEAR.values(), answer(200)], ids=[*UNCLEAR, "nothing with 200"])
def test_a_read_is_repeated_max_retries_times(serve: Serve, connect: Connect, said: bytes | str) -> None:
    server = serve(said)
    with pytest.raises(TransientError, match="ListThings of filestorage in kr-west1"):
        connect(server, max_retries=2).client.call(LIST)
    assert len(server.received) == 3


def test_nothing_is_repeated_with_max_retries_0(serve: Serve, connect: Connect) -> None:
    server = serve(answer(503))
    with pytest.raises(TransientError):
        connect(server, max_retries=0).client.call(LIST)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 500, 501])
@pytest.mark.parametrize("body", [HTML, {"errors": [{"code": "x", "detail": "y"}]}], ids=["HTML", "error"])
def test_a_read_that_was_answered_is_not_repeated(serve: Serve, connect: Connect, status: int, body: Any) -> None:
    server = serve(answer(status, body, Location="/elsewhere"))
    with pytest.raises(CallError) as caught:
        connect(server).client.call(LIST)
    assert not isinstance(caught.value, TransientError)
    assert isinstance(caught.value, NotFound) == (status == 404 and body != HTML)
    assert len(server.received) == 1


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    "said",
    [*UNCLEAR.values(), answer(500, {"errors": [{"code": "x"}]}), answer(500, HTML)],
    ids=[*UNCLEAR, "500", "500 with HTML"],
)
def test_a_write_of_unknown_outcome_is_sent_once(
    serve: Serve, connect: Connect, method: str, said: bytes | str
) -> None:
    server = serve(said)
    caller = connect(server)
    with pytest.raises(UnknownOutcome, match="of filestorage in kr-west1"):
        caller.client.call(WRITES[method], body={"a": 1})
    assert len(server.received) == 1
    assert caller.pauses == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(200, HTML), 200),
        (answer(200, []), 200),
        (answer(502, HTML), 502),
        (answer(503), 503),
        (answer(503, {"errors": [{"code": "x", "status": 1}]}), 503),
        (RESET, 0),
    ],
    ids=["HTML with 200", "a list with 200", "HTML with 502", "nothing with 503", "error with 503", "reset"],
)
def test_call_of_unknown_outcome_keeps_the_status(
    serve: Serve, connect: Connect, said: bytes | str, status: int
) -> None:
    """What sends again decides by it; 0 stands for no answer."""
    with pytest.raises(UnknownOutcome) as caught:
        connect(serve(said)).client.call(WRITES["POST"], body={"a": 1})
    assert caught.value.status == caught.value.facts["status"] == status


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413])
@pytest.mark.parametrize("body", [HTML, None], ids=["HTML", "nothing"])
def test_a_write_that_was_refused_was_not_done(
    serve: Serve, connect: Connect, method: str, status: int, body: Any
) -> None:
    server = serve(answer(status, body))
    with pytest.raises(CallError) as caught:
        connect(server).client.call(WRITES[method], body={"a": 1})
    assert not isinstance(caught.value, UnknownOutcome)
    assert len(server.received) == 1


@pytest.mark.parametrize("operation", [LIST, *WRITES.values()], ids=lambda operation: operation.method)
@pytest.mark.parametrize(
    "body", [None, HTML, {"errors": [{"code": "TooMany", "status": 429}]}], ids=["", "HTML", "error"]
)
def test_429_is_repeated_for_all(serve: Serve, connect: Connect, operation: Any, body: Any) -> None:
    server = serve(answer(429, body, Retry_After="2"), answer(429, body), DONE)
    caller = connect(server)
    caller.client.call(operation)
    assert len(server.received) == 3
    assert caller.pauses[0] == pytest.approx(2.0, abs=0.2)
    assert 0.25 <= caller.pauses[1] <= 0.5


@pytest.mark.parametrize("operation", [LIST, *WRITES.values()], ids=lambda operation: operation.method)
def test_a_connection_that_could_not_be_made_is_tried_again_for_all(connect: Connect, operation: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    caller = connect(f"http://127.0.0.1:{port}", max_retries=3)
    with pytest.raises(Unreachable, match=f"was not sent: http://127.0.0.1:{port} cannot be reached") as caught:
        caller.client.call(operation)
    assert len(caller.pauses) == 3
    # Of what the libraries say only the innermost reason, without the address and the names of their objects.
    assert re.search(rf"127.0.0.1:{port} cannot be reached \(\[Errno \d+\] Connection refused\)", caught.value.message)
    assert "object at 0x" not in caught.value.message
    assert "Check region, environment, endpoint_url" in caught.value.message


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b.example", "x" * 70 + ".example"])
def test_a_host_that_can_not_be_found(connect: Connect, host: str) -> None:
    with pytest.raises(CallError, match=r"was not sent|cannot be called") as caught:
        connect(f"https://{host}", max_retries=0).client.call(WRITES["POST"])
    assert not isinstance(caught.value, UnknownOutcome)


@pytest.mark.parametrize("operation", [LIST, WRITES["POST"]], ids=lambda operation: operation.method)
def test_no_answer_in_time(serve: Serve, connect: Connect, operation: Any) -> None:
    server = serve(SILENCE)
    caller = connect(server, timeout=0.5, max_retries=1)
    kind = TransientError if operation is LIST else UnknownOutcome
    with pytest.raises(kind, match=r"got no answer from http://127.0.0.1:\d+ in time \(timeout 0.5 seconds\)"):
        caller.client.call(operation)
    assert len(caller.pauses) == (1 if operation is LIST else 0)
    assert len(server.received) <= 1 + len(caller.pauses)


def test_a_write_may_answer_nothing(serve: Serve, connect: Connect) -> None:
    server = serve(answer(202), answer(204), answer(200, b"\n"), answer(202, b"null"))
    client = connect(server).client
    assert [client.call(WRITES["DELETE"]) for _ignored in range(4)] == [{}, {}, {}, {}]


@pytest.mark.parametrize(
    ("given_text", "pause"),
    [
        ("0", 0.0),
        ("3", 3.0),
        ("1.5", 1.5),
        ("-4", 0.0),
        *((text, None) for text in ("soon", "", "Mon, 32 Foo 2026", "nan", "inf")),
    ],
)
def test_retry_after(given_text: str, pause: float | None) -> None:
    assert retry_after({"Retry-After": given_text}) == pause


def test_retry_after_as_a_date() -> None:
    assert retry_after({"Retry-After": formatdate(time.time() + 10, usegmt=True)}) == pytest.approx(9, abs=1)
    assert retry_after({"Retry-After": formatdate(0, usegmt=True)}) == 0.0


def test_retry_after_as_a_date_is_of_the_services_clock() -> None:
    assert retry_after({"Retry-After": formatdate(1010, usegmt=True), "Date": formatdate(1000, usegmt=True)}) == 10.0


@given(allowed=st.integers(0, 20))
def test_pauses_stay_within_max_retries(allowed: int) -> None:
    retries = Retries(allowed)
    assert sum(retries.take() for _ignored in range(25)) == allowed


def test_pauses_grow_to_a_limit() -> None:
    retries = Retries(12)
    for number in range(12):
        assert retries.take()
        longest = min(LONGEST_PAUSE, 0.25 * 2**number)
        assert longest / 2 <= retries.pause() <= longest


def test_the_time_is_the_platforms(serve: Serve, connect: Connect) -> None:
    server = serve(answer(200, {}, Date="Tue, 03 Mar 2026 04:05:06 GMT"))
    client = connect(server).client
    before = client.now()
    assert abs(before.timestamp() - time.time()) < 60
    client.call(LIST)
    assert client.now().isoformat() == "2026-03-03T04:05:06+00:00"


@pytest.mark.parametrize("call", ["ListVersions", "ListEndpoints"])
def test_discovery_call_is_repeated_and_named(serve: Serve, connect: Connect, call: str) -> None:
    """What the client asks for by itself is a read like any other."""
    server = serve(answer(503))
    if call == "ListVersions":
        caller, service = connect(server, max_retries=2), "filestorage"
    else:
        caller, service = connect("", auth_url=server.url, max_retries=2), "iam"
    with pytest.raises(TransientError, match=f"{call} of {service} in kr-west1 was answered with 503") as caught:
        caller.client.versions("filestorage")
    assert [request.method for request in server.received] == ["GET"] * 3
    assert not any("scp-api-version" in request.headers for request in server.received)
    assert caught.value.facts["status"] == 503


def test_now_is_aware_of_its_zone(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Times are UTC whatever the zone of this machine is, before the first answer too."""
    request.addfinalizer(time.tzset)
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    client = connect(serve(answer(200, {}, Date="Tue, 03 Mar 2026 04:05:06 GMT"))).client
    assert client.now().utcoffset() == timedelta(0)
    client.call(LIST)
    assert client.now().isoformat() == "2026-03-03T04:05:06+00:00"


def test_connection_that_breaks_is_named_with_its_address(serve: Serve, connect: Connect) -> None:
    server = serve(RESET)
    with pytest.raises(UnknownOutcome) as caught:
        connect(server).client.call(WRITES["POST"])
    said = f"CreateThing of filestorage in kr-west1 lost its connection to {server.url} ([Errno 104] Connection reset"
    assert caught.value.message.startswith(said)


def test_retry_after_in_the_older_form_of_http_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        given = {"Retry-After": "Thu Jan  1 00:16:50 1970", "Date": formatdate(1000, usegmt=True)}
        assert retry_after(given) == 10.0
    finally:
        monkeypatch.undo()
        time.tzset()
