# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this interpreter is supported. What it imports, older interpreters know too."""

from __future__ import annotations

import sys

REQUIRED = (3, 11)


def unsupported_python() -> str:
    """Return what is wrong with this interpreter and what to do, in sentences; empty if it is supported."""
    if sys.version_info[:2] >= REQUIRED:
        return ""
    found, required = (".".join(str(part) for part in version[:2]) for version in (sys.version_info, REQUIRED))
    return (
        f"{sys.executable} is Python {found}, and scp.storage requires Python {required} or newer. Set"
        " ansible_python_interpreter to such an interpreter, or let Ansible run the task in its own process: on"
        " localhost, without ansible_python_interpreter and async."
    )
