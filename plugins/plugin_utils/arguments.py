# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that were given as text: ad-hoc calls, ``key=value`` strings, surveys and ``-e`` know nothing else.

Ansible turns text into numbers and booleans, and splits a list at its commas. That takes lists of dictionaries apart,
so what is JSON or YAML is read here, before either route validates it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from yaml.composer import Composer

from ansible_collections.scp.storage.plugins.module_utils.engine.options import TAGS, tags_as_list

#: How Ansible's own form of a dictionary begins, ``object_type=VM object_id=…``, with commas between several.
_KEY_VALUE = re.compile(r"\s*\w+=")
_WORD = re.compile(r"[^,\s]+")


class TextError(ValueError):
    """A text is not what its option wants. The message names the option and never quotes the text: it may be secret."""


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


def parse(spec: Mapping[str, Mapping[str, Any]], args: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Return the arguments with the lists and dictionaries among them read, at any depth; the rest stays unchanged.

    :param spec: an argument spec, by option.
    :param within: where these options are, for messages: ``schedules[0].``.
    :raises TextError: a text is not a list of dictionaries, or no dictionary, where one is wanted.
    """
    return {
        name: _value(spec[name], value, f"{within}{name}") if name in spec else value for name, value in args.items()
    }


def parse_structured(value: Any, name: str) -> Any:
    """What a variable of a role or playbook holds: a survey gives lists and dictionaries as texts.

    :param name: of the variable, for messages.
    :return: the list or dictionary that a text holds in JSON or YAML, and of any other text the list of its words, with
        commas or blanks between them. ``None`` for an empty text; what is not a text, as it is.
    :raises TextError: a text begins as JSON or YAML, and is neither.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    found = _read(value, name, "a list or a dictionary", '[{"key": "value"}]', _TypedLoader)
    return found if isinstance(found, list | Mapping) else words(value)


def words(text: str) -> list[str]:
    """The words of a text, with commas or blanks between them."""
    return _WORD.findall(text)


def _value(option: Mapping[str, Any], value: Any, name: str) -> Any:
    many = option.get("type") == "list"
    if isinstance(value, str):
        if many and option.get("elements") != "dict":
            return _simple_list(value)
        if option.get("type") == "dict":
            value = _dictionary(value, name)
        elif many:
            value = _dictionaries(value, name, tags_as_list if option is TAGS else lambda found: [found])
    elif option is TAGS:
        value = tags_as_list(value)
    if "options" not in option:
        return value
    if isinstance(value, Mapping) and not many:
        return parse(option["options"], value, f"{name}.")
    if isinstance(value, list):
        return [
            parse(option["options"], item, f"{name}[{position}].") if isinstance(item, Mapping) else item
            for position, item in enumerate(value)
        ]
    return value


def _simple_list(text: str) -> Any:
    """A JSON list of texts as that list; anything else is Ansible's to split. A name in brackets stays a name."""
    if not text.lstrip().startswith("["):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if all(isinstance(item, str) for item in found) else text


def _dictionary(text: str, name: str) -> Any:
    if not text.lstrip().startswith("{"):
        return text
    found = _read(text, name, "a dictionary", '{"key": "value"}')
    if not isinstance(found, Mapping):
        raise TextError(f'{name} is a text that is not a dictionary. Give it as JSON, like {name}={{"key": "value"}}.')
    return found


def _dictionaries(text: str, name: str, from_one: Callable[[Mapping[str, Any]], Any]) -> Any:
    if _KEY_VALUE.match(text):
        return text
    wanted, example = "a list of dictionaries", '[{"key": "value"}]'
    if not text.strip():
        raise TextError(f"{name} is an empty text. Leave it out, or give [] for an empty list.")
    found = _read(text, name, wanted, example)
    items = from_one(found) if isinstance(found, Mapping) else found
    if not isinstance(items, list):
        raise TextError(f"{name} is a text that is not {wanted}. Give it as JSON, like {name}={example}.")
    for position, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise TextError(f"{name}[{position}] is not a dictionary. Give {wanted}, like {name}={example}.")
    return items


def _read(
    text: str, name: str, wanted: str, example: str, loader: type[_TextLoader] | type[_TypedLoader] = _TextLoader
) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506  # It makes nothing but data.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TextError(
            f"{name} is a text that cannot be read as {wanted}{place}. Give it as JSON, like {name}={example}."
            " On a command line, put it in quotes once more, so that the shell leaves its quotes alone."
        ) from None
