# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of the services in host variables: no template is ever made of them, whatever they hold.

Ansible writes a text that must not become a template as an object ``__ansible_unsafe``, which readers of its JSON take
for something else than a text (AWX does so with ``ansible_host``). So only those are marked that could be a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ansible.template

#: From 2.19 on a text is a template only if it is marked as trusted; before, unless it is marked as unsafe.
_trust: Callable[[str], Any] | None = getattr(ansible.template, "trust_as_template", None)
if _trust is None:
    from ansible.utils.unsafe_proxy import wrap_var

#: None of these begins an expression, a statement or a comment of a template, or changes what begins one.
_PLAIN = re.compile(r"[\w .,:;/@+=()-]*")


class _Inert(dict[str, Any]):
    """Texts as variables hold them, by what they say: most are words that come again with every volume."""

    def __missing__(self, text: str) -> Any:
        marked = self[text] = _marked(text)
        return marked


def _marked(text: str) -> Any:
    plain = _PLAIN.fullmatch(text) is not None
    if _trust is not None:
        return _trust(text) if plain else text
    return text if plain else wrap_var(text)


def make_inert(answer: dict[str, Any] | list[Any]) -> None:
    """Mark all texts in what a service answered, where they are, for use as variables."""
    _mark(answer, _Inert())


def _mark(part: dict[str, Any] | list[Any], inert: _Inert) -> None:
    places: Any = part.items() if isinstance(part, dict) else enumerate(part)
    for place, value in places:
        # By their exact types, as JSON gives them: there are many, and that is quicker.
        kind = type(value)
        if kind is str:
            part[place] = inert[value]
        elif kind is dict or kind is list:
            _mark(value, inert)
