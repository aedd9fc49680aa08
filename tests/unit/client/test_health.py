# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry budget, circuit breaker and requested pauses of an endpoint, counted on a server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    TransientError,
    UnknownOutcome,
    Unreachable,
)
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.turns import FIRST_LIMIT
from tests.unit.client.conftest import LIST, WRITES, Caller, Serve, make_settings
from tests.unit.client.raw_server import RESET, SILENCE, answer

Connect = Callable[..., Caller]
DONE = answer(200, {"things": [{"id": "one"}], "count": 1})
NOWHERE = "http://127.0.0.1:1"


# --- requested pauses


@pytest.mark.parametrize("operation", [LIST, *WRITES.values()], ids=lambda operation: operation.method)
def test_requested_pause_beyond_timeout_is_waited_for(serve: Serve, connect: Connect, operation: object) -> None:
    server = serve(answer(429, Retry_After="200"), DONE)
    caller = connect(server, timeout=1)
    reported: list[str] = []
    caller.client.begin(reported.append, ())
    caller.client.call(operation)  # type: ignore[arg-type]
    assert caller.pauses == [pytest.approx(200, abs=1)]
    assert reported == ["filestorage in kr-west1 asks for a pause of 200 seconds (Retry-After)"]


def test_requested_pause_beyond_patience_fails_at_once_and_is_named(serve: Serve, connect: Connect) -> None:
    server = serve(answer(429, Retry_After="400"))
    caller = connect(server)
    with pytest.raises(TransientError, match=r"429.* asks to be called again after 400 seconds .*waits 300 seconds at"):
        caller.client.call(LIST)
    # Nor are others sent meanwhile, which the service asked not to get.
    with pytest.raises(Unreachable, match=r"was not sent\. The service asks to be called again after 400 seconds"):
        caller.client.call(WRITES["POST"])
    assert caller.pauses == []
    assert len(server.received) == 1


def test_patience_of_a_call_is_its_own_and_at_least_timeout(serve: Serve, connect: Connect) -> None:
    server = serve(answer(429, Retry_After="20"), answer(429, Retry_After="40"), DONE)
    caller = connect(server, timeout=30)
    with pytest.raises(TransientError, match=r"called again after 40 seconds .*and a call waits 10 seconds at most"):
        caller.client.call(WRITES["PUT"], patience=5)
    caller.client.call(WRITES["PUT"], patience=100)
    assert caller.pauses == [pytest.approx(20, abs=1), pytest.approx(40, abs=1)]


def test_requested_pause_is_named_where_no_retry_is_left(serve: Serve, connect: Connect) -> None:
    caller = connect(serve(answer(429, Retry_After="7")), max_retries=0)
    with pytest.raises(TransientError, match=r"called again after 7 seconds \(Retry-After\)\.$"):
        caller.client.call(LIST)


def test_requested_pause_holds_all_threads_back(serve: Serve, connect: Connect) -> None:
    server = serve(answer(429, Retry_After="1"), DONE)
    client = Client(make_settings(endpoint_url=server.url))
    first = threading.Thread(target=client.call, args=(LIST,))
    first.start()
    while client._health.endpoint("filestorage", "kr-west1").may_send(None):
        first.join(0.01)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(client.call, [LIST] * 4))
    first.join()
    client.close()
    moments = [int(request.headers["scp-timestamp"]) / 1000 for request in server.received]
    assert len(moments) == 6
    assert min(moments[1:]) - moments[0] >= 0.9


# --- retry budget


def test_calls_share_one_retry_budget(serve: Serve, connect: Connect) -> None:
    """What fails again and again is retried for ``timeout`` seconds altogether, and once for each call after that."""
    server = serve(answer(503))
    caller = connect(server, timeout=5, max_retries=20)
    for _item in range(10):
        with pytest.raises(TransientError):
            caller.client.call(LIST)
    assert sum(caller.pauses) <= 5
    assert len(server.received) == 10 + len(caller.pauses)


def test_success_renews_the_budget(serve: Serve, connect: Connect) -> None:
    server = serve(*[RESET, DONE] * 50)
    caller = connect(server, timeout=1)
    for _item in range(50):
        caller.client.call(LIST)
    assert len(caller.pauses) == 50


def test_refusal_is_an_answer_and_renews_the_budget(serve: Serve, connect: Connect) -> None:
    server = serve(*[answer(503), answer(400, {"errors": [{"code": "x"}]})] * 50)
    caller = connect(server, timeout=1)
    for _item in range(50):
        with pytest.raises(CallError, match="400"):
            caller.client.call(LIST)


def test_budget_includes_the_time_of_attempts(serve: Serve, connect: Connect) -> None:
    server = serve(SILENCE)
    caller = connect(server, timeout=0.4, max_retries=10)
    with pytest.raises(TransientError, match="got no answer"):
        caller.client.call(LIST)
    assert len(caller.pauses) == 1


# --- circuit breaker


def test_endpoint_that_did_not_answer_is_left_alone(serve: Serve, connect: Connect) -> None:
    server = serve(SILENCE)
    caller = connect(server, timeout=0.4, max_retries=0)
    with pytest.raises(TransientError, match="got no answer"):
        caller.client.call(LIST)
    messages = set()
    for _item in range(3):
        with pytest.raises(Unreachable) as caught:
            caller.client.call(LIST)
        messages.add(caught.value.message)
    assert messages == {
        "ListThings of filestorage in kr-west1 was not sent, because the endpoint failed a moment ago. ListThings of"
        f" filestorage in kr-west1 got no answer from {server.url} in time (timeout 0.4 seconds). It is called again"
        " 0.4 seconds after that."
    }
    assert len(server.received) == 1


def test_one_call_finds_out_whether_the_endpoint_answers_again(serve: Serve, connect: Connect) -> None:
    """The first calls are under way before any has failed. After that, the others wait for the one that tries."""
    server = serve(SILENCE)
    client = connect(server, timeout=0.4, max_retries=10).client

    def call(_number: int) -> str:
        try:
            client.call(LIST)
        except CallError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(30) as pool:
        messages = list(pool.map(call, range(30)))
    assert len(server.received) <= FIRST_LIMIT + 2
    assert all("got no answer" in message for message in messages), messages


def test_others_go_on_when_the_one_that_tries_is_answered(serve: Serve) -> None:
    server = serve(*[SILENCE] * FIRST_LIMIT, DONE)
    client = Client(make_settings(endpoint_url=server.url, timeout=1))
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _number: client.call(LIST), range(30)))
    client.close()
    assert len(answers) == 30
    assert len(server.received) == 30 + FIRST_LIMIT


def test_endpoint_is_called_again_after_a_while(serve: Serve, connect: Connect) -> None:
    server = serve(SILENCE, DONE)
    caller = connect(server, timeout=0.4, max_retries=0)
    with pytest.raises(TransientError):
        caller.client.call(LIST)
    caller.client.clock.sleep(0.4)
    caller.client.call(LIST)
    caller.client.call(WRITES["POST"])


def test_other_regions_and_services_are_not_affected(serve: Serve, connect: Connect) -> None:
    server = serve(DONE)
    caller = connect(f"{server.url}/{{service}}/{{region}}", timeout=30, max_retries=0)
    caller.client._health.endpoint("filestorage", "kr-east1").give_up(
        Unreachable(where=_where("kr-east1"), reason="was not sent")
    )
    with pytest.raises(Unreachable):
        caller.client.call(LIST, region="kr-east1")
    caller.client.call(LIST)


def test_write_of_unknown_outcome_leaves_the_endpoint_open_for_the_look_at_it(serve: Serve, connect: Connect) -> None:
    server = serve(SILENCE, DONE)
    caller = connect(server, timeout=0.4)
    with pytest.raises(UnknownOutcome):
        caller.client.call(WRITES["POST"])
    assert caller.client.read_list(LIST) == [{"id": "one"}]


def test_other_proxy_is_another_way_to_the_endpoint(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(DONE)
    client = connect("http://storage.invalid", validate_certs=False, max_retries=0).client
    for address, works in (("http://127.0.0.1:1", False), (proxy.url, True)):
        monkeypatch.setenv("http_proxy", address)
        client.begin(None, ())
        if works:
            client.call(LIST)
        else:
            with pytest.raises(Unreachable, match="did not let it through"):
                client.call(LIST)
    client.begin(None, ())


def test_write_of_unknown_outcome_passes_on_the_pause_that_the_service_asks_for(serve: Serve, connect: Connect) -> None:
    caller = connect(serve(answer(503, Retry_After="9"), DONE))
    with pytest.raises(UnknownOutcome):
        caller.client.call(WRITES["POST"])
    assert caller.pauses == []
    caller.client.call(LIST)
    assert caller.pauses == [pytest.approx(9, abs=1)]


def test_failure_of_long_ago_counts_no_more(connect: Connect) -> None:
    caller = connect(NOWHERE, timeout=10, max_retries=1)
    for calls in (1, 2):
        with pytest.raises(Unreachable, match="cannot be reached"):
            caller.client.call(LIST)
        assert len([pause for pause in caller.pauses if pause < 1]) == calls
        caller.client.clock.sleep(21)


def _where(region: str) -> CallContext:
    return CallContext("filestorage", "ListThings", region, "GET")
