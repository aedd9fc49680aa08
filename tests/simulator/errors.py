# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four shapes in which the real services refuse a request (platform-behaviour.md §2, envelopes A to D)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

CONTACT_ADMIN = "There was a problem processing your request.\nContact us through Support Center > Contact Us."


class ApiError(Exception):
    """A service's refusal; it becomes envelope A.

    ``detail`` is a text, or a list of texts for ``ValidationError``.
    """

    def __init__(self, status: int, code: str, detail: str | list[str]) -> None:
        """Refuse with the HTTP ``status``."""
        super().__init__(status, code, detail)
        self.status = status
        self.code = code
        self.detail = detail


class GatewayError(Exception):
    """The gateway's refusal, 401; it becomes envelope B."""

    def __init__(self, message: str) -> None:
        """Refuse with ``message``."""
        super().__init__(message)
        self.message = message


class Unroutable(Exception):
    """A request without a signature or without a route, 404; it becomes envelope C."""


class WrongHost(Exception):
    """A host that serves nothing, 404; it becomes envelope D, a page of HTML."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that refuses: the body is JSON where it is a dict, otherwise text of ``content_type``."""

    status: int
    body: dict[str, Any] | str
    content_type: str = "application/json"


def validation_error(*detail: str) -> ApiError:
    """400 with a list of texts, none of which names the field (platform-behaviour.md §2)."""
    return ApiError(400, "ValidationError", list(detail))


def contact_admin() -> ApiError:
    """500, which stands for almost anything (platform-behaviour.md §2)."""
    return ApiError(500, "ContactAdminForAssistance", CONTACT_ADMIN)


def reason(status: int) -> str:
    """The standard phrase of a status, ``Error`` where there is none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def envelope_a(error: ApiError) -> Refusal:
    """The service's envelope."""
    item: dict[str, Any] = {
        "code": error.code,
        "detail": error.detail,
        "global_request_id": f"req-{uuid.uuid4()}",
        "links": [],
        "related_resources": [],
        "request_id": f"req-{uuid.uuid4()}",
        "response": {} if error.status == 403 else None,
        "status": error.status,
        "title": reason(error.status),
    }
    return Refusal(error.status, {"errors": [item]})


def envelope_b(error: GatewayError) -> Refusal:
    """The gateway's envelope."""
    body = {"status": "UNAUTHORIZED", "name": "Request was rejected by gateway", "message": error.message}
    return Refusal(401, body)


def envelope_c(path: str, timestamp: str) -> Refusal:
    """The router's envelope."""
    body = {
        "timestamp": f"{timestamp[:-3]}+00:00",
        "path": path,
        "status": 404,
        "error": "Not Found",
        "requestId": uuid.uuid4().hex[:8],
    }
    return Refusal(404, body)


def envelope_d(status: int = 404) -> Refusal:
    """A page of HTML, as a host that serves nothing of this gives it."""
    text = f"{status} {reason(status)}"
    page = f"<html>\r\n<head><title>{text}</title></head>\r\n<body>\r\n<center><h1>{text}</h1></center>\r\n"
    return Refusal(status, f"{page}<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", "text/html")
