# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about many items: alike ones together, with the names at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..client.errors import StorageError
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


#: What differs in messages that say the same: ids of requests and of resources.
_REQUEST = re.compile(r" \[request [^\]]*\]")
_ID = re.compile(r"\b([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b")


def collect_alike(messages: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return each message once, with the names that it is about, in the order in which they first come.

    Messages that differ only in the name of what they are about, in ids, or in the ids of requests are alike. What
    differs is ``<name>`` and ``<id>`` in a message about several. An id that all of them have stays.

    :param messages: a name, such as ``web (kr-west1 to kr-east1)``, and what is to be said about it.
    """
    found: dict[str, dict[str, str]] = {}
    for name, message in messages:
        texts = message.strip().rstrip(".")
        found.setdefault(_pattern(name, texts), {}).setdefault(name, texts)
    return [(_in_one(texts), list(texts)) for texts in found.values()]


def _pattern(name: str, message: str) -> str:
    return _ID.sub("<id>", _nameless(name, message))


def _nameless(name: str, message: str) -> str:
    bare = re.escape(name.partition(" (")[0])
    return re.sub(rf"(?<![\w-]){bare}(_[a-z0-9]{{6}})?(?![\w-])", "<name>", _REQUEST.sub("", message))


def _in_one(texts: Mapping[str, str]) -> str:
    """Return one message for several that are alike, by the names that they are about."""
    plain = [text if len(texts) == 1 else _REQUEST.sub("", text) for text in texts.values()]
    if len(set(plain)) == 1:
        return plain[0]
    nameless = [_nameless(name, text) for name, text in texts.items()]
    ids = zip(*([match[0] for match in _ID.finditer(text)] for text in nameless), strict=True)
    shown = iter([found[0] if len(set(found)) == 1 else "<id>" for found in ids])
    return _ID.sub(lambda _match: next(shown), nameless[0])


def group_alike(messages: Iterable[tuple[str, str]], singular: str, plural: str = "") -> list[str]:
    """Return a line for each message of :func:`collect_alike`.

    :param singular: what the names are of, for example ``volume``.
    :param plural: by default with an s.

    >>> group_alike([("a", "It is paused."), ("b", "It is paused."), ("c", "It is missing.")], "volume")
    ['2 volumes: It is paused: a, b.', 'c: It is missing.']
    """
    return [_line(message, names, plural or f"{singular}s") for message, names in collect_alike(messages)]


def refuse_mistakes(option: str, mistakes: Iterable[tuple[str, str]]) -> None:
    """Refuse a list that has mistakes.

    :param option: the option or variable that holds the list.
    :param mistakes: the title of an item, and what is wrong with it.
    :raises StorageError: there are mistakes; the message has all of them.
    """
    if lines := group_alike(mistakes, "item"):
        raise StorageError(f"{option} has mistakes, and nothing was changed. {' '.join(lines)}", mistakes=lines)


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
    texts = [f"{count} {_CHANGES[change]}" for change, count in counts.items() if count or change in always]
    return f"{'Plan, nothing was changed: ' if dry_run else ''}{', '.join(texts)}"
