# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the surroundings gets into a call: proxies yes, netrc no, and nothing secret into messages."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client import session
from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallError,
    TransientError,
    UnknownOutcome,
    Unreachable,
)
from ansible_collections.scp.storage.plugins.module_utils.client.proxies import is_valid_proxy
from tests.unit.client.conftest import LIST, SECRET_KEY, WRITES, Caller, Serve, make_settings
from tests.unit.client.raw_server import RESET, answer

Connect = Callable[..., Caller]
OK = answer(200, {"things": [], "count": 0})
#: No machine has this name; only a proxy can be asked for it.
ELSEWHERE = "http://storage.invalid/{service}"
PROXY_PASSWORD = "proxy-password-made-up"


@pytest.fixture(autouse=True)
def _no_proxies_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_proxy_of_the_environment_is_used(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(OK)
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//me:{PROXY_PASSWORD}@"))
    connect(ELSEWHERE, validate_certs=False).client.call(LIST, query={"name": "a b,c"})
    (request,) = proxy.received
    assert request.target == "http://storage.invalid/filestorage/v1/things?name=a%20b%2Cc"
    assert request.headers["host"] == "storage.invalid"
    assert request.verifies(SECRET_KEY)
    expected = base64.b64encode(f"me:{PROXY_PASSWORD}".encode()).decode()
    assert request.headers["proxy-authorization"] == f"Basic {expected}"


def test_no_proxy_is_honoured(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(OK)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "storage.invalid")
    with pytest.raises(Unreachable):
        connect(ELSEWHERE, validate_certs=False, max_retries=0).client.call(LIST)
    assert proxy.received == []


def test_loopback_needs_no_proxy(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    # Plain http is accepted for loopback, so it must not leave the machine by a proxy.
    proxy, server = serve(answer(500)), serve(OK)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    connect(server).client.call(LIST)
    assert len(server.received) == 1
    assert proxy.received == []


def test_a_proxy_that_refuses(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answer(407, b"who are you?"))
    monkeypatch.setenv("https_proxy", proxy.url.replace("//", f"//me:{PROXY_PASSWORD}@"))
    caller = connect("https://storage.invalid", max_retries=1)
    with pytest.raises(Unreachable, match=r"the proxy for https://storage\.invalid did not let it through") as caught:
        caller.client.call(WRITES["POST"])
    assert "407" in caught.value.message
    assert "Check https_proxy and NO_PROXY" in caught.value.message
    assert PROXY_PASSWORD not in caught.value.message
    assert [request.method for request in proxy.received] == ["CONNECT", "CONNECT"]
    # The secrets of a call are behind the tunnel only.
    assert not [name for request in proxy.received for name in request.headers if name.startswith("scp-")]


def test_a_proxy_that_is_not_there(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{PROXY_PASSWORD}@127.0.0.1:1")
    caller = connect(ELSEWHERE, validate_certs=False, max_retries=1)
    with pytest.raises(Unreachable, match="was not sent: the proxy") as caught:
        caller.client.call(WRITES["POST"])
    assert PROXY_PASSWORD not in caught.value.message
    assert len(caller.pauses) == 1


def test_a_connection_lost_behind_a_proxy_is_of_unknown_outcome(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(RESET)
    monkeypatch.setenv("http_proxy", proxy.url)
    client = connect(ELSEWHERE, validate_certs=False, max_retries=1).client
    with pytest.raises(UnknownOutcome):
        client.call(WRITES["POST"])
    assert len(proxy.received) == 1
    with pytest.raises(TransientError):
        client.call(LIST)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "http://127.0.0.1:99999", "nonsense://x.invalid"])
def test_a_proxy_that_can_not_be_used(connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(CallError, match="was not sent") as caught:
        connect(ELSEWHERE, validate_certs=False, max_retries=0).client.call(WRITES["POST"])
    assert not isinstance(caught.value, UnknownOutcome)
    assert "http_proxy" in caught.value.message
    assert ("PySocks" in caught.value.message) == proxy.startswith("socks")


#: What is in a password, and is not percent-encoded.
UNENCODED = [f"Hunter2a{character}b" for character in "#/?\\[]@ "]


@pytest.mark.parametrize(
    "proxy",
    [
        *(f"http://robot:{password}@proxy.example:3128" for password in UNENCODED),
        "http://robot:Hunter2a@proxy.example:99999",
        "http://robot:Hunter2a@proxy.example:Hunter2a",
        "robot:Hunter2a#b@proxy.example:3128",
        "http://robot:Hunter2a@/",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxy_that_cannot_be_parsed_is_named_without_its_value(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(CallError) as caught:
        connect("https://storage.invalid", max_retries=0).client.call(LIST)
    assert f"was not sent: {variable} is not a valid address of a proxy. Expected for example" in caught.value.message
    assert "Hunter2" not in str(caught.value)
    assert "robot" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://robot:Hunter%232a@127.0.0.1:{port}",
        "http://127.0.0.1:{port}/",
        "127.0.0.1:{port}",
        "http://robot:Hu!$&'()*+,;=:nter@127.0.0.1:{port}",
    ],
)
def test_valid_proxy_is_used(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    server = serve(OK)
    monkeypatch.setenv("http_proxy", proxy.format(port=server.url.rpartition(":")[2]))
    connect(ELSEWHERE, validate_certs=False).client.call(LIST)
    assert len(server.received) == 1


@pytest.mark.parametrize("proxy", ["http://[::1]:3128", "socks5h://proxy.example:1", "https://proxy.example", "proxy"])
def test_valid_proxy_is_accepted(proxy: str) -> None:
    assert is_valid_proxy(proxy)


@pytest.mark.parametrize("proxy", ["robot:Hunter2a@proxy.example:1", "proxy:3128", "//proxy.example:3128"])
def test_proxy_without_scheme_that_requests_cannot_read_is_refused(proxy: str) -> None:
    """It takes the word before the first colon for the scheme."""
    assert not is_valid_proxy(proxy)
    assert is_valid_proxy(f"http://{proxy.lstrip('/')}")


def test_proxy_of_the_task_is_named_as_its_own(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    client = connect(ELSEWHERE, validate_certs=False, max_retries=0, timeout=0.1).client
    client.begin(None, {"http_proxy"})
    with pytest.raises(Unreachable, match=r"Check http_proxy \(environment: of the task\) and NO_PROXY"):
        client.call(LIST)


def test_proxy_is_read_again_for_each_item_of_a_task(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = serve(OK), serve(OK)
    client = connect(ELSEWHERE, validate_certs=False).client
    for proxy in (first, second):
        monkeypatch.setenv("http_proxy", proxy.url)
        client.begin(None, ())
        client.call(LIST)
        assert len(proxy.received) == 1


def test_netrc_is_not_used(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-made-up\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server = serve(OK)
    connect(server).client.call(LIST)
    assert "authorization" not in server.received[0].headers


def test_kept_client_is_one_for_each_settings_and_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was forked must not share the connections of the one that it comes from."""
    monkeypatch.setattr(session, "_kept", {})
    first = session.cached_client(make_settings())
    assert first.settings == make_settings()
    assert session.cached_client(make_settings()) is first
    other = session.cached_client(make_settings(region="kr-east1"))
    assert other.settings.region == "kr-east1"
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert session.cached_client(make_settings()) is not first
