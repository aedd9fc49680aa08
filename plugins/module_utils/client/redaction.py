# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown: every message, line of progress and warning of the collection goes through this module.

Results are censored by Ansible, with the values that are collected here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

MASK = "********"
#: Longest value of an option, or text of a service, that a message repeats.
LONGEST_SHOWN = 200
#: A shorter password inside a URL is not searched for elsewhere: it would mask parts of ordinary words.
_SHORTEST_SEARCHED = 4
#: User and password of a URL. They end at the last ``@``: a password whose characters are not encoded can hold others.
_USER_INFO = re.compile(r"(?<=://)[^\s'\"]*@")
_USER_INFO_OF_VALUE = re.compile(r"(?<=://).*@")


def redact_urls(text: str) -> str:
    """Return ``text`` with user and password of each URL masked."""
    return _USER_INFO.sub(f"{MASK}@", text) if "@" in text else text


def secrets_of_url(url: str) -> set[str]:
    """Return user and password of a URL, and its password alone, as they are written and decoded."""
    start, separator, rest = url.strip().partition("://")
    user_info = (rest if separator else start).rpartition("@")[0]
    password = user_info.partition(":")[2]
    found = {user_info, password, unquote(password)}
    return {secret for secret in found if len(secret) >= _SHORTEST_SEARCHED}


def worth_hiding(secrets: Iterable[str]) -> set[str]:
    """Return the secrets without blank ones, which would mask every blank."""
    return {secret for secret in secrets if secret.strip()}


def shown(value: object) -> str:
    """Return a value in quotes for a message, shortened and without passwords of URLs."""
    # In one value, what is before the @ may hold anything.
    return shorten(_USER_INFO_OF_VALUE.sub(f"{MASK}@", repr(value)))


def shorten(text: str, limit: int = LONGEST_SHOWN) -> str:
    """Return the beginning of a text that is too long for a message."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def shorten_list(words: Sequence[str], limit: int) -> str:
    """Return the first words of a list that is too long for a message, and how many more there are."""
    more = f" and {len(words) - limit} more" if len(words) > limit else ""
    return f"{', '.join(words[:limit])}{more}"


class Redactor:
    """Masks secrets in texts.

    :param secrets: values that must not be shown.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one can be a part of another.
        self._secrets = sorted(worth_hiding(secrets), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return ``text`` with every secret masked."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return redact_urls(text)
