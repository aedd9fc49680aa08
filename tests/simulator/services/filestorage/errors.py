# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How File Storage words its refusals."""

from __future__ import annotations

from ...errors import ApiError


def not_found(noun: str) -> ApiError:
    """404, as the sister service words it (platform-behaviour.md §2)."""
    return ApiError(404, f"filestorage.Notfound.{noun}", f"The {noun.replace('_', ' ')} does not exist.")


def bad_request(what: str, detail: str) -> ApiError:
    """400 with a text."""
    return ApiError(400, f"filestorage.BadRequest.{what}", detail)


def wrong_purpose(detail: str = "Check the volume purpose") -> ApiError:
    """400, seen live (platform-behaviour.md §2)."""
    return bad_request("Invalid.volume.purpose", detail)
