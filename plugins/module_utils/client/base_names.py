# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform makes of a name that was asked for."""

from __future__ import annotations

import re

#: What File Storage and Parallel File Storage append to a name (platform-behaviour.md §5).
_SUFFIX = re.compile(r"_[a-z0-9]{6}$")


def without_suffix(name: str) -> str:
    """The name that was asked for, from one that a service has appended its suffix to."""
    return _SUFFIX.sub("", name)


def likely_base_name(name: str) -> str:
    """The name that was asked for, from a text that may have the suffix or not, as far as the look of it shows.

    The suffix is by chance, so most have a digit; six letters are taken for a word.
    """
    found = _SUFFIX.search(name)
    return name[: found.start()] if found and re.search(r"\d", found[0]) else name
