# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Help with words that are not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, known: Iterable[str]) -> str:
    """Return what may be meant instead, for the end of a sentence about an unknown word."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1)
    return f"{f', did you mean {near[0]}?' if near else '.'} There is {', '.join(known)}"
