# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request signatures (platform-behaviour.md §1; held to the verified vectors by a test)."""

from __future__ import annotations

import base64
import hashlib
import hmac

CLIENT_TYPE = "Openapi"


def signature(secret_key: str, *, method: str, url: str, timestamp: str, access_key: str, account_id: str = "") -> str:
    """Return the standard Base64 HMAC-SHA256 of a request.

    :param url: the absolute URL byte for byte as it goes on the wire, query included.
    :param timestamp: milliseconds since the epoch, as sent in ``Scp-Timestamp``.
    :param account_id: the value of ``Scp-AccountId``; empty where that header is not sent.

    Neither body nor headers are signed (platform-behaviour.md §1).
    """
    message = f"{method}{url}{timestamp}{access_key}{account_id}{CLIENT_TYPE}"
    digest = hmac.new(secret_key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
