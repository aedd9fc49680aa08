# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway's check of a request's signature (platform-behaviour.md §1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

from .behaviors import Switches
from .credentials import KeyPair
from .errors import GatewayError, Unroutable

CLIENT_TYPE = "Openapi"
SIGNED_WITH = ("Scp-Accesskey", "Scp-Signature", "Scp-Timestamp", "Scp-ClientType")


def sign(method: str, url: str, timestamp: str, access_key: str, account_id: str, secret_key: str) -> str:
    """The signature in Base64: HMAC-SHA256 over the parts without separators.

    ``url`` is the absolute URL byte for byte as on the wire, ``timestamp`` is in milliseconds since the epoch,
    ``account_id`` is the value of the header ``Scp-AccountId``, empty where it is absent.
    """
    message = f"{method}{url}{timestamp}{access_key}{account_id}{CLIENT_TYPE}".encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.new(secret_key.encode(), message, hashlib.sha256).digest()).decode()


def gateway_time(switches: Switches) -> float:
    """The gateway's own time, in seconds since the epoch."""
    return time.time() + switches.number("gateway_clock_offset_seconds")


def check(
    method: str, url: str, headers: Mapping[str, str], key_pairs: Mapping[str, KeyPair], switches: Switches
) -> KeyPair:
    """The key pair that signed the request.

    :raises Unroutable: a header that makes a signed request is missing (404, not 401: platform-behaviour.md §2).
    :raises GatewayError: the key is unknown, or the signature, account, token or time does not fit it.
    """
    if any(name not in headers for name in SIGNED_WITH):
        raise Unroutable
    if headers["Scp-ClientType"] != CLIENT_TYPE:
        raise GatewayError("Unsupported client type.")
    pair = key_pairs.get(headers["Scp-Accesskey"])
    if pair is None:
        raise GatewayError("Access key does not exist.")
    timestamp = headers["Scp-Timestamp"]
    account_id = headers.get("Scp-AccountId", "")
    expected = sign(method, url, timestamp, pair.access_key, account_id, pair.secret_key)
    given = headers["Scp-Signature"].encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(expected.encode(), given):
        raise GatewayError("HmacValidFail : signature is not valid.")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise GatewayError("Request timestamp is not valid.")
    if abs(gateway_time(switches) - int(timestamp) / 1000) > switches.number("clock_skew_seconds"):
        raise GatewayError("Request timestamp is expired.")
    if account_id and account_id != pair.account_id:
        raise GatewayError("Account does not match the access key.")
    if pair.auth_token is not None and not hmac.compare_digest(
        pair.auth_token.encode(), headers.get("X-Auth-Token", "").encode("utf-8", "surrogateescape")
    ):
        raise GatewayError("Session token is not valid.")
    return pair


def check_entitlement(pair: KeyPair, service: str) -> None:
    """Refuse where the account of ``pair`` has not got ``service``.

    :raises GatewayError: with the text seen live (platform-behaviour.md §2).
    """
    if service not in pair.entitlements:
        message = f"Service Account catalog has not target's endpoint. target : scp-{service}_hmac"
        raise GatewayError(message)
