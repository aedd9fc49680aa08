# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with one call, and how messages name it."""

from __future__ import annotations

from typing import Any

#: Seconds that a call may take here, and by how much the fault ``delay`` exceeds them.
TIMEOUT = 2.0
#: What can go wrong with one call. Each is set for the call of the task with a certain number.
AT_A_CALL: dict[str, dict[str, Any]] = {
    "lost": {"kind": "lost"},
    "reset": {"kind": "reset"},
    "status-429": {"kind": "status", "status": 429, "retry_after": 0.2},
    "status-500": {"kind": "status", "status": 500},
    "status-503": {"kind": "status", "status": 503},
    "error-after-500": {"kind": "error_after", "status": 500},
    "error-after-503": {"kind": "error_after", "status": 503},
    "html": {"kind": "html", "status": 404},
    "html-after": {"kind": "html_after", "status": 200},
    "truncated": {"kind": "truncated"},
    "delay": {"kind": "delay", "seconds": TIMEOUT + 0.5},
}
#: Words of which one says what went wrong with a call.
CAUSES = ("connection", "no answer", "no JSON", "within", "refused with", "answered with", "an answer")
