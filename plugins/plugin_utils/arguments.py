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

from ansible_collections.scp.storage.plugins.module_utils.engine.options import form_of_tags, is_tags, tags_as_list
from ansible_collections.scp.storage.plugins.module_utils.engine.structured_text import (
    TextError,
    parse_structured,
    read_structured,
    words,
)

__all__ = ["TextError", "parse", "parse_structured", "words"]

#: How Ansible's own form of a dictionary begins, ``object_type=VM object_id=…``, with commas between several.
_KEY_VALUE = re.compile(r"\s*\w+=")


def parse(spec: Mapping[str, Mapping[str, Any]], args: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Return the arguments with the lists and dictionaries among them read, at any depth; the rest stays unchanged.

    :param spec: an argument spec, by option.
    :param within: where these options are, for messages: ``schedules[0].``.
    :raises TextError: a text is not a list of dictionaries, or no dictionary, where one is wanted.
    """
    return {
        name: _value(spec[name], value, f"{within}{name}") if name in spec else value for name, value in args.items()
    }


def _value(option: Mapping[str, Any], value: Any, name: str) -> Any:
    many = option.get("type") == "list"
    if is_tags(option):
        return _tags(value, name)
    if option.get("type") == "raw":
        # A list of names and dictionaries. The interpreter of a module may be unable to read YAML.
        return parse_structured(value, name)
    if isinstance(value, str):
        if many and option.get("elements") != "dict":
            return _simple_list(value)
        if option.get("type") == "dict":
            value = _dictionary(value, name)
        elif many:
            value = _dictionaries(value, name)
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
    found = read_structured(text, name, "a dictionary", '{"key": "value"}')
    if not isinstance(found, Mapping):
        raise TextError(f'{name} is a text that is not a dictionary. Give it as JSON, like {name}={{"key": "value"}}.')
    return found


def _tags(value: Any, name: str) -> Any:
    """Return tags as the list that the API takes, from any form that they may have."""
    if value is None:
        return None
    if isinstance(value, str):
        if value.lstrip().startswith("key="):
            # Ansible's own form of a list of dictionaries.
            return value
        value = value if _KEY_VALUE.match(value) else _dictionaries(value, name, tags_as_list)
    if mistake := form_of_tags(value, name):
        raise TextError(mistake)
    return tags_as_list(value)


def _dictionaries(text: str, name: str, from_one: Callable[[Mapping[str, Any]], Any] = lambda found: [found]) -> Any:
    if _KEY_VALUE.match(text):
        return text
    wanted, example = "a list of dictionaries", '[{"key": "value"}]'
    if not text.strip():
        raise TextError(f"{name} is an empty text. Leave it out, or give [] for an empty list.")
    found = read_structured(text, name, wanted, example)
    items = from_one(found) if isinstance(found, Mapping) else found
    if not isinstance(items, list):
        raise TextError(f"{name} is a text that is not {wanted}. Give it as JSON, like {name}={example}.")
    for position, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise TextError(f"{name}[{position}] is not a dictionary. Give {wanted}, like {name}={example}.")
    return items
