# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about many items: alike ones together, with the names at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..client.redaction import shorten_list
from ..engine.workflow import Change

#: As many names follow a message that is about several items.
MAX_NAMED = 20
_CHANGES: Mapping[Change, str] = {
    "created": "created",
    "changed": "changed",
    "deleted": "deleted",
    "unchanged": "unchanged",
    "failed": "failed",
    "skipped": "skipped",
}


def group_alike(messages: Iterable[tuple[str, str]], resource_kind: str, kinds: str = "") -> list[str]:
    """Return a line for each message, in the order in which they first come.

    :param messages: a name, and what is to be said about it.
    :param resource_kind: what the names are of, for example ``volume``; ``kinds`` its plural, by default with an s.

    >>> group_alike([("a", "It is paused."), ("b", "It is paused."), ("c", "It is missing.")], "volume")
    ['2 volumes: It is paused: a, b.', 'c: It is missing.']
    """
    alike: dict[str, list[str]] = {}
    for name, message in messages:
        names = alike.setdefault(message.strip().rstrip("."), [])
        if name not in names:
            names.append(name)
    return [_line(message, names, kinds or f"{resource_kind}s") for message, names in alike.items()]


def _line(message: str, names: Sequence[str], kinds: str) -> str:
    if len(names) == 1:
        return f"{names[0]}: {message}."
    return f"{len(names)} {kinds}: {message}: {shorten_list(names, MAX_NAMED)}."


def summarize(changes: Iterable[Change], *, dry_run: bool) -> str:
    """Return one line that counts what became of items, for example ``1 created, 0 changed, 4 unchanged, 0 failed``.

    :param dry_run: whether nothing was changed, and this is what would become of them.
    """
    counts = dict.fromkeys(_CHANGES, 0)
    for change in changes:
        counts[change] += 1
    always = ("created", "changed", "unchanged", "failed")
    told = [f"{count} {_CHANGES[change]}" for change, count in counts.items() if count or change in always]
    return f"{'Plan, nothing was changed: ' if dry_run else ''}{', '.join(told)}"
