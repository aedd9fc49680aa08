# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: which are accepted, and what is said of those that are not."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallError, UnknownOutcome
from tests.unit.client.conftest import LIST, WRITES, Caller, Serve
from tests.unit.client.raw_server import answer

Connect = Callable[..., Caller]
OK = answer(200, {"things": [], "count": 0})
LOOPBACK = "127.0.0.1"


class Certificate(NamedTuple):
    """A certificate that signs itself, as a file, and the server's side of it."""

    path: Path
    context: ssl.SSLContext


def self_signed(folder: Path, address: str) -> Certificate:
    """A certificate for an IP address, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / f"{address}.pem", folder / f"{address}.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return Certificate(path, context)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of this machine's loopback."""
    return self_signed(tmp_path_factory.mktemp("tls"), LOOPBACK)


def refusal(caller: Caller) -> str:
    """What is said of a write that could not be sent."""
    with pytest.raises(CallError) as caught:
        caller.client.call(WRITES["POST"], body={})
    assert not isinstance(caught.value, UnknownOutcome)
    assert caller.pauses == []
    return caught.value.message


def test_an_unknown_authority(serve: Serve, connect: Connect, certificate: Certificate) -> None:
    server = serve(OK, context=certificate.context)
    message = refusal(connect(server))
    assert f"was not sent: the certificate of {server.url} was not accepted" in message
    assert "accepted ([SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self" in message
    assert message.endswith("Set ca_path to the authority that signed it.")
    assert server.received == []


def test_another_host(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    other = self_signed(tmp_path, "127.0.0.9")
    server = serve(OK, context=other.context)
    assert "was not accepted" in refusal(connect(server, ca_path=str(other.path)))


def test_ca_path(serve: Serve, connect: Connect, certificate: Certificate) -> None:
    server = serve(OK, context=certificate.context)
    connect(server, ca_path=str(certificate.path)).client.call(LIST)
    assert len(server.received) == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_bundle_of_the_environment(
    serve: Serve, connect: Connect, certificate: Certificate, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server = serve(OK, context=certificate.context)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(certificate.path))
    connect(server).client.call(LIST)
    assert len(server.received) == 1


def test_a_bundle_that_is_not_there(
    serve: Serve, connect: Connect, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    message = refusal(connect(serve(OK, context=certificate.context)))
    assert "/nowhere/bundle.pem" in message
    assert "REQUESTS_CA_BUNDLE" in message


def test_a_bundle_that_is_none(serve: Serve, connect: Connect, certificate: Certificate, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate\n")
    assert "ca_path" in refusal(connect(serve(OK, context=certificate.context), ca_path=str(path)))


def test_without_verification(serve: Serve, connect: Connect, certificate: Certificate) -> None:
    server = serve(OK, context=certificate.context)
    with warnings.catch_warnings(record=True) as reported:
        connect(server, validate_certs=False).client.call(LIST)
    assert len(server.received) == 1
    # It is what was asked for; there is nothing to warn of in every task.
    assert not reported


def test_a_server_without_tls(serve: Serve, connect: Connect) -> None:
    server = serve(OK)
    message = refusal(connect(server.url.replace("http:", "https:")))
    assert f"was not sent: no secure connection to https://127.0.0.1:{server.port} could be made ([SSL: " in message
    assert message.endswith("Check endpoint_url and ca_path.")
