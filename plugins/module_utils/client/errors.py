# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that can go wrong with a call, as one kind of exception with what to do about it (platform-behaviour.md §2)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from .python_version import unsupported_python
from .redaction import LONGEST_SHOWN, redact_urls, shorten
from .retry import FIREWALL, PASSING, TOO_MANY, is_retried

if problem := unsupported_python():
    # Everything that calls the API imports this file. A plugin of Ansible reports the text of the exception.
    raise ImportError(problem)

_TAGS = re.compile(r"<[^>]+>")
#: Longest explanation of a service that is repeated in a message.
_LONGEST_DETAIL = 1000
#: The code of a version that is not offered. That of one that has ended may come with another status than 406.
_NO_SUCH_VERSION = "NoSuchVersion"
#: What a service answers to a key or a user that may not call it.
DENIALS = frozenset({401, 403})
#: The regions that a user can choose from (platform-behaviour.md §1).
REGIONS = "Regions are kr-west1 and kr-east1, and in environment g kr-south1, kr-south2 and kr-south3."
#: In the gateway's words where an account does not have a service (platform-behaviour.md §2).
_NOT_IN_CATALOGUE = "service account catalog"
#: For what was tried as often as the settings allow.
BUSY = "The service is busy or away. Try again later; max_retries and timeout say how long a call is tried."
#: What to do where an account does not have a service; what reads many services knows these errors by it.
APPLY = "apply for the service in the console"
#: A difference of clocks (seconds) that is worth telling when a signature is refused.
_NOTABLE_SKEW = 60


class StorageError(Exception):
    """Anything this collection reports to the user: one paragraph that says what to do.

    :ivar facts: machine-readable companions of the message, returned beside it.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        self.message = redact_urls(one_line(message))
        super().__init__(self.message)
        self.facts = {name: value for name, value in facts.items() if value is not None}

    def add(self, sentence: str) -> None:
        """Append a sentence to the message."""
        self.message = redact_urls(one_line(f"{self.message.rstrip('.')}. {sentence}"))
        self.args = (self.message,)


class SettingsError(StorageError):
    """A connection option is missing or cannot be used; nothing was sent."""


class NotOffered(SettingsError):
    """The account's catalogue of endpoints does not have the service in that region."""


@dataclass(frozen=True)
class CallContext:
    """Which call went wrong: ``service`` and ``operation`` as in the API reference, and the region called."""

    service: str
    operation: str
    region: str
    method: str

    def __str__(self) -> str:
        return f"{self.operation} of {self.service} in {self.region}"


class CallError(StorageError):
    """A call that did not succeed.

    :ivar status: HTTP status, 0 where no answer came.
    :ivar code: the service's own code, empty where there is none.
    :ivar detail: the service's own words.
    """

    def __init__(
        self,
        where: CallContext,
        reason: str,
        *,
        status: int = 0,
        code: str = "",
        detail: str = "",
        request_id: str = "",
        advice: str = "",
    ) -> None:
        text = f"{where} {reason}"
        if advice:
            text = f"{text.rstrip('.')}. {advice}"
        super().__init__(
            text,
            service=where.service,
            operation=where.operation,
            region=where.region,
            status=status,
            code=code,
            detail=detail,
            request_id=request_id,
        )
        self.where = where
        self.status = status
        self.code = code
        self.detail = detail


class NotEntitled(CallError):
    """The account does not have the service in that region."""


class NotFound(CallError):
    """The service says that the object does not exist (envelope A with 404)."""


class VersionNotOffered(CallError):
    """The service does not have this operation in the version that was asked for; nothing was done (406)."""


class Unreachable(CallError):
    """No connection could be made; nothing was sent."""


class UnknownOutcome(CallError):
    """A write that may or may not have been done: read again before anything else (architecture.md, decision 4)."""


class TransientError(CallError):
    """A read that may succeed when it is repeated (429, 5xx, broken connection or body)."""


class NoAnswer(TransientError):
    """A read that was not answered within ``timeout``."""


def is_refusal(error: StorageError) -> bool:
    """Return whether the account or its user is denied the service, which lasts; whatever else went wrong may pass."""
    if isinstance(error, (NotOffered, NotEntitled)):
        return True
    return isinstance(error, CallError) and error.status in DENIALS


def ambiguous_failure(where: CallContext, reason: str, **facts: Any) -> CallError:
    """What no usable answer means: a read may be repeated, a write may have been done."""
    return (TransientError if where.method == "GET" else UnknownOutcome)(where, reason, **facts)


def one_line(text: str) -> str:
    """The text as one paragraph: what services, libraries and options hold may have line ends in it."""
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body holds, ``None`` where it holds something else."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def from_answer(where: CallContext, status: int, headers: Mapping[str, str], body: bytes) -> CallError:
    """Turn an error answer of any of the four shapes A-D into one exception.

    A write answered with 5xx becomes :class:`UnknownOutcome`; a read with 429 or 5xx :class:`TransientError`.
    """
    payload = json_object(body)
    if payload is None or 300 <= status < 400:
        return _unreadable(where, status, headers, body)
    code, detail, request_id = "", "", headers.get("x-request-id", "")
    kind: type[CallError] = CallError
    listed = payload.get("errors")
    if isinstance(listed, list) and listed:
        code, detail, request_id = _service_error(listed[0], request_id)
        # Only the service itself knows what does not exist; the gateway's 404 is another thing.
        kind = NotFound if status == 404 else CallError
        if status == 406 or code == _NO_SUCH_VERSION:
            kind = VersionNotOffered
    elif "name" in payload and "message" in payload:
        code, detail = (
            one_line(str(payload.get("status", ""))),
            shorten(one_line(str(payload["message"])), _LONGEST_DETAIL),
        )
        kind = NotEntitled if _NOT_IN_CATALOGUE in detail.lower() else CallError
    elif "error" in payload:
        code, detail = one_line(str(payload["error"])), one_line(f"path {payload.get('path', 'unknown')}")
        request_id = str(payload.get("requestId") or request_id)
        if status == 404 and "requestId" in payload:
            return CallError(
                where,
                f"was not routed by the gateway (404 {code}, {detail})",
                status=status,
                code=code,
                detail=detail,
                request_id=request_id,
                advice="Check endpoint_url, region and environment: the path or the signature headers did not arrive"
                " as the gateway wants them.",
            )
    else:
        detail = _excerpt(body)
    said = ": ".join(part for part in (code, detail) if part)
    reason = f"was refused with {status}{f' ({said})' if said else ''}"
    if request_id:
        reason += f" [request {request_id}]"
    if is_retried(status, where.method):
        kind = TransientError
    elif status >= 500 and where.method != "GET":
        kind = UnknownOutcome
    return kind(
        where,
        reason,
        status=status,
        code=code,
        detail=detail,
        request_id=request_id,
        advice=_advice(where, status, code, detail, _skew(headers)),
    )


def _service_error(error: Any, request_id: str) -> tuple[str, str, str]:
    """Code, detail and request id of envelope A; ``detail`` may be a string or a list of strings."""
    if not isinstance(error, Mapping):
        return "", shorten(one_line(str(error)), _LONGEST_DETAIL), request_id
    detail = error.get("detail")
    if isinstance(detail, list):
        detail = "; ".join(one_line(str(item)) for item in detail)
    return (
        one_line(str(error.get("code") or "")),
        shorten(one_line(str(detail or error.get("title") or "")), _LONGEST_DETAIL),
        str(error.get("request_id") or error.get("global_request_id") or request_id),
    )


def _unreadable(where: CallContext, status: int, headers: Mapping[str, str], body: bytes) -> CallError:
    """Envelope D (an HTML page), an empty or a broken body, and a redirect, whatever it says."""
    excerpt = _excerpt(body)
    reason = f"was answered with {status} and {'no body' if not body else f'something that is not JSON ({excerpt})'}"
    if 300 <= status < 400:
        reason = f"was answered with a redirect ({status})"
        advice = (
            "Redirects are not followed, they would carry the signature elsewhere:"
            " set endpoint_url to the final address."
        )
    elif status in (404, 405):
        advice = f"This is not a storage service: check endpoint_url, region and environment. {REGIONS}"
    elif status == FIREWALL:
        # Whether a call can have passed the firewall is not known.
        return ambiguous_failure(where, reason, status=status, detail=excerpt, advice=BUSY)
    elif is_retried(status, where.method):
        return TransientError(where, reason, status=status, detail=excerpt, advice=BUSY)
    elif status >= 500 and where.method != "GET":
        return UnknownOutcome(where, reason, status=status, detail=excerpt)
    elif status >= 500:
        advice = "Try again later."
    else:
        advice = _advice(where, status, "", "", _skew(headers))
    return CallError(where, reason, status=status, detail=excerpt, advice=advice)


def _skew(headers: Mapping[str, str]) -> float:
    """Seconds by which this machine's clock is ahead of the gateway's, by the ``Date`` of the answer; 0 if unknown."""
    try:
        return time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0.0


def _advice(where: CallContext, status: int, code: str, detail: str, skew: float) -> str:
    """What the user can do, where that is known."""
    lowered = f"{code} {detail}".lower()
    if _NOT_IN_CATALOGUE in lowered:
        return (
            f"The account is not entitled to {where.service} in {where.region}: {APPLY},"
            " or use another account or region."
        )
    if status == 401 and abs(skew) > _NOTABLE_SKEW:
        way = "ahead of" if skew > 0 else "behind"
        minutes = f"{abs(skew) / 60:.0f} minutes"
        return f"The clock of this machine is {minutes} {way} the gateway's: set it by NTP and run again."
    if status == 401 and ("timestamp" in lowered or "clock" in lowered):
        return "The clock of this machine differs too much from the gateway's: set it by NTP and run again."
    if status == 401 and "hmac" in lowered:
        return "The signature does not fit: check secret_key, account_id, and the clock of this machine."
    if status == 401:
        return "Check access_key, secret_key and, for temporary credentials, auth_token (they may have expired)."
    if status == 403:
        return "Check that the user of this key has the IAM action for it, and that the region offers the service."
    if status == 406 or (status == 400 and ("api-version" in lowered or "api version" in lowered)):
        return "The service does not offer this version: correct or leave out api_versions."
    if status == TOO_MANY or status in PASSING:
        return BUSY
    return _advice_by_words(status, code, lowered)


def _advice_by_words(status: int, code: str, lowered: str) -> str:
    """What the user can do where a service says the reason in its own words."""
    if code == "ContactAdminForAssistance":
        return (
            "The service gives this answer for many causes, wrong values included;"
            " check the options, then try again later."
        )
    if "replication is not available" in lowered:
        return (
            "It cannot be replicated to that region: choose another target_region. Where the service shows which are"
            " possible, the info module of the replication lists those, with gather regions."
        )
    if status == 400 and "zone" in code.lower():
        return (
            "Check the zone (the options that end with zone, and SCP_ZONE, SCP_ZONES). Which zones are valid depends"
            " on the account."
        )
    if status == 404 and "servernotfound" in code.lower():
        return "Check object_id and object_type: the server must exist in the region of the volume."
    return ""


def _excerpt(body: bytes) -> str:
    text = " ".join(_TAGS.sub(" ", body.decode("utf-8", "replace")).split())
    return shorten(text, LONGEST_SHOWN)
