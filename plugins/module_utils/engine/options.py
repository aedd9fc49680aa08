# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the options of all modules, and what their types do not say: empty texts, and tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..client.errors import StorageError

#: What the service takes (platform-behaviour.md §10).
MAX_TAGS = 50
MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256
_TAG_TEXT = re.compile(r"[a-zA-Z0-9가-힣ㄱ-ㅎㅏ-ㅣ +\-=._:/@]")
TAG_CHARACTERS = "Latin and Korean letters, digits, blanks and + - = . _ : / @"
#: The option of modules that create what can have tags; its documentation is the fragment of this name.
TAGS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {"key": {"type": "str", "required": True, "no_log": False}, "value": {"type": "str"}},
}
#: The same where it must be given.
REQUIRED_TAGS: dict[str, Any] = {**TAGS, "required": True}
#: The rule of an argument spec that says of which options one must be given.
ONE_OF = "required_one_of"

Options = Mapping[str, Mapping[str, Any]]


def gather_option(*parts: str) -> dict[str, Any]:
    """Return the option of an info module that names what it reads beside a list, at the cost of further calls."""
    return {"type": "list", "elements": "str", "choices": list(parts), "default": []}


def is_tags(option: Mapping[str, Any]) -> bool:
    """Return whether an option holds tags."""
    return option.get("options") is TAGS["options"]


def tags_as_list(value: Any) -> Any:
    """Return tags that are written as a dictionary, such as ``{team: web}``, as the list that the API takes.

    A dictionary with nothing but ``key`` and ``value`` is one tag, whose brackets were left out.
    """
    if not isinstance(value, Mapping):
        return value
    if "key" in value and set(value) <= {"key", "value"}:
        return [value]
    return [{"key": key, "value": text} for key, text in value.items()]


def form_of_tags(value: Any, name: str) -> str:
    """Return what is wrong with the form of tags; empty for nothing.

    Ansible would take a list or a dictionary as a value for the text that Python shows of it.
    """
    listed = tags_as_list(value)
    expected = "Give a dictionary such as {team: web}, or a list of dictionaries with a key and a value."
    if not isinstance(listed, list):
        return f"{name} is not a dictionary or a list. {expected}"
    for position, tag in enumerate(listed):
        if not isinstance(tag, Mapping):
            return f"{name}[{position}] is not a dictionary. {expected}"
        if tag.get("key") is None:
            return f"{name}[{position}] has no key. {expected}"
        for part in ("key", "value"):
            if isinstance(tag.get(part), Mapping | list):
                return f"{name}[{position}] has a {part} that is not a text. {expected}"
    return ""


def needed(options: Options, rules: Mapping[str, Any]) -> set[str]:
    """Return the options that must have a value, alone or instead of another one."""
    required = {name for name, option in options.items() if option.get("required")}
    return required.union(*rules.get(ONE_OF, ()))


def check_options(options: Options, rules: Mapping[str, Any], params: Mapping[str, Any]) -> None:
    """Refuse empty texts, and tags that the service would refuse.

    An empty name would otherwise fit everything, nothing, or something else, which depends on the service.

    :param options: an argument spec without the options about the connection.
    :param params: validated.
    :raises StorageError: the message has all that is wrong.
    """
    mistakes = [*_missing(options, rules, params), *_empty(options, params)]
    if params.get("tags") and is_tags(options.get("tags", {})):
        mistakes += _tag_mistakes(params["tags"])
    if mistakes:
        raise StorageError(" ".join(mistakes))


def _missing(options: Options, rules: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[str]:
    """Find options that are given as null although the task needs them, which Ansible takes for given."""
    for name, option in options.items():
        if option.get("required") and params.get(name) is None:
            yield f"{name} is empty. Give a value."
    for names in rules.get(ONE_OF, ()):
        if all(params.get(name) is None for name in names):
            yield f"{names[0]} is empty. Give {' or '.join(names)}."


def _empty(options: Options, params: Mapping[str, Any], within: str = "") -> Iterator[str]:
    for name, option in options.items():
        value, path = params.get(name), f"{within}{name}"
        if is_tags(option):
            continue
        if isinstance(value, str) and not value.strip():
            advice = "" if option.get("required") else ", or leave it out"
            yield f"{path} is empty. Give a value{advice}."
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else []
        for position, item in enumerate(items):
            if isinstance(item, str) and not item.strip():
                yield f"{path}[{position}] is empty. Give a value, or leave the entry out."
            elif isinstance(item, Mapping):
                yield from _empty(option.get("options", {}), item, f"{path}[{position}].")
        if isinstance(value, Mapping):
            yield from _empty(option.get("options", {}), value, f"{path}.")


def _tag_mistakes(tags: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    keys = [str(tag["key"]) for tag in tags]
    if len(keys) > MAX_TAGS:
        yield f"tags has {len(keys)} tags, and a resource has {MAX_TAGS} at most."
    if any(not key.strip() for key in keys):
        yield "tags has a tag with an empty key. Each tag needs a key."
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"tags has the key {_short(key)} {count} times. Give each key once."
        if len(key) > MAX_TAG_KEY:
            yield f"tags has the key {_short(key)} of {len(key)} characters. A key has {MAX_TAG_KEY} at most."
        yield from _foreign(f"the key {_short(key)}", key)
    for tag in tags:
        value = tag.get("value") or ""
        length = len(value)
        yield from _foreign(f"a value for the key {_short(str(tag['key']))}", value)
        if length > MAX_TAG_VALUE:
            yield (
                f"tags has a value of {length} characters for the key {_short(str(tag['key']))}. A value has"
                f" {MAX_TAG_VALUE} at most."
            )


def _foreign(what: str, text: str) -> Iterator[str]:
    """Find characters that the service refuses."""
    if foreign := _TAG_TEXT.sub("", text):
        listed = " ".join(repr(character) for character in dict.fromkeys(foreign[:5]))
        yield f"tags has {what} with {listed}. Tags consist of {TAG_CHARACTERS}."


def _short(key: str) -> str:
    return repr(key if len(key) <= 40 else f"{key[:40]}…")
