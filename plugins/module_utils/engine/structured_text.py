# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and dictionaries that were given as text: in JSON or YAML, or as words."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

try:
    import yaml
    from yaml.composer import Composer

    YAML_ERROR = None
except ImportError as error:
    YAML_ERROR = error
else:

    class _Finite(Composer):
        """Refuses aliases: with them a text can be endless."""

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            """Make a node of the next events."""
            if self.check_event(yaml.AliasEvent):  # type: ignore[attr-defined]
                event = self.peek_event()  # type: ignore[attr-defined]
                raise yaml.MarkedYAMLError(problem_mark=event.start_mark)
            return super().compose_node(parent, index)

    class _TypedLoader(_Finite, yaml.SafeLoader):
        """YAML as Ansible reads it elsewhere, with numbers and booleans."""

    class _TextLoader(_Finite, yaml.BaseLoader):
        """YAML whose scalars stay text, but for null: Ansible converts them by the option's type, as it does elsewhere.

        YAML's own rules would make 60 of ``01:00``, and a number of an id of digits.
        """

    _NULL = "tag:yaml.org,2002:null"
    _TextLoader.add_implicit_resolver(_NULL, re.compile(r"(~|null|)$"), ["~", "n", ""])
    _TextLoader.add_constructor(_NULL, lambda _loader, _node: None)

_WORD = re.compile(r"[^,\s]+")


class TextError(ValueError):
    """A text is not what its option wants. The message names the option and never quotes the text: it may be secret."""


def words(text: str) -> list[str]:
    """Return the words of a text, with commas or blanks between them."""
    return _WORD.findall(text)


def parse_structured(value: Any, name: str) -> Any:
    """Return what a variable or option holds that may have been given as text, as surveys give it.

    :param name: of the variable, for messages.
    :return: the list or dictionary that a text holds in JSON or YAML, and of any other text the list of its words, with
        commas or blanks between them. ``None`` for an empty text; what is not a text, unchanged.
    :raises TextError: a text begins as JSON or YAML, and is neither.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    if value.lstrip().startswith("*"):
        # A pattern; YAML would take it for an alias, and those are refused.
        return words(value)
    found = read_structured(value, name, "a list or a dictionary", '[{"key": "value"}]', typed=True)
    return found if isinstance(found, list | Mapping) else words(value)


def read_structured(text: str, name: str, wanted: str, example: str, *, typed: bool = False) -> Any:
    """Read a text in JSON or YAML.

    :param wanted: what the text must be, and ``example`` an example of it, for the message.
    :param typed: whether numbers and booleans of YAML become such; otherwise they stay texts.
    :raises TextError: it is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if YAML_ERROR is not None:
        # Words alone need no library.
        if re.fullmatch(r"[\w.,\s-]*", text):
            return text
        raise TextError(
            f"{name} is a text that is not JSON, and to read it as YAML {sys.executable} requires PyYAML."
            f" Give it as JSON, like {name}={example}."
        )
    try:
        return yaml.load(text, Loader=_TypedLoader if typed else _TextLoader)  # noqa: S506  # It makes nothing but data.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TextError(
            f"{name} is a text that cannot be read as {wanted}{place}. Give it as JSON, like {name}={example}."
            " On a command line, put it in quotes once more, so that the shell leaves its quotes alone."
        ) from None
