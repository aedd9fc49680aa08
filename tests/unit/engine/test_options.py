# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Empty texts and tags, for the options of all modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.action.scp_connection_info import load_spec
from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.options import TAGS, check_options, tags_as_list
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import run
from ansible_collections.scp.storage.plugins.plugin_utils.arguments import TextError, parse
from tests.module_files import API_MODULES as MODULES


def connect(_settings: Any) -> Any:
    """Fail the test: nothing may be sent."""
    raise AssertionError("a client was made")


def texts(name: str) -> Iterator[tuple[str, Any]]:
    """Return the options of a module that hold texts, each with an empty one."""
    for option, spec in load_spec(name).options.items():
        if spec["type"] == "str" and "choices" not in spec:
            yield option, ""
            yield option, " "
        if spec.get("elements") == "str" and "choices" not in spec:
            yield option, ["a", ""]


@pytest.mark.parametrize(
    ("module", "option", "value"),
    [(module, option, value) for module in MODULES for option, value in texts(module)],
)
def test_empty_text_is_refused_by_each_module(module: str, option: str, value: Any) -> None:
    """Whatever the state is, and with the same words everywhere."""
    spec = load_spec(module)
    given = dict.fromkeys(spec.options) | {"state": "absent", option: value}
    result = run(spec, given, {}, Mode(connect=connect)).result
    assert result["failed"]
    where = f"{option}[1]" if isinstance(value, list) else option
    assert f"{where} is empty. Give a value" in result["msg"]


@pytest.mark.parametrize("module", MODULES)
def test_null_is_refused_where_a_value_is_needed(module: str) -> None:
    spec = load_spec(module)
    required = [name for name, option in spec.options.items() if option.get("required")]
    required += [names[0] for names in spec.rules.get("required_one_of", ())]
    if required:
        result = run(spec, dict.fromkeys(spec.options), {}, Mode(connect=connect)).result
        assert [name for name in required if f"{name} is empty. Give" not in result["msg"]] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"team": "web", "env": None}, [{"key": "team", "value": "web"}, {"key": "env", "value": None}]),
        ({"key": "team", "value": "web"}, [{"key": "team", "value": "web"}]),
        ('{"team": "web"}', [{"key": "team", "value": "web"}]),
        ("{team: web}", [{"key": "team", "value": "web"}]),
        ('{"key": "team"}', [{"key": "team"}]),
        ([{"key": "team", "value": "web"}], [{"key": "team", "value": "web"}]),
        ({}, []),
        (None, None),
    ],
)
def test_tags_as_dictionary_are_taken(given: Any, expected: Any) -> None:
    assert parse({"tags": TAGS}, {"tags": given}) == {"tags": expected}


def tags(**values: str | None) -> list[dict[str, Any]]:
    """Return tags."""
    result: list[dict[str, Any]] = tags_as_list(values)
    return result


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (tags(**{"k" * 129: "v"}), "of 129 characters. A key has 128 at most."),
        (tags(team="v" * 257), "tags has a value of 257 characters for the key 'team'. A value has 256 at most."),
        (tags(**{"": "v"}), "tags has a tag with an empty key."),
        (tags(**{" ": "v"}), "tags has a tag with an empty key."),
        ([*tags(team="a"), *tags(team="b")], "tags has the key 'team' 2 times. Give each key once."),
        (
            tags(**{"a%b": "v"}),
            "tags has the key 'a%b' with '%'. Tags consist of Latin and Korean letters, digits, blanks",
        ),
        (tags(**{"a\n": "v"}), "tags has the key 'a\\n' with '\\n'."),
        (tags(team="日本 50%"), "tags has a value for the key 'team' with '日' '本' '%'."),
        (tags(**{f"k{number}": "v" for number in range(51)}), "tags has 51 tags, and a resource has 50 at most."),
    ],
)
def test_tags_that_the_service_refuses_are_refused(given: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(StorageError) as caught:
        check_options({"tags": TAGS}, {}, {"tags": given})
    assert says in caught.value.message


def test_tags_up_to_the_limits_are_taken() -> None:
    full = tags(**{f"{number:03}{'k' * 125}": "v" * 256 for number in range(50)})
    check_options({"tags": TAGS}, {}, {"tags": full})
    check_options({"tags": TAGS}, {}, {"tags": tags(empty="", none=None)})
    check_options({"tags": TAGS}, {}, {"tags": tags(**{"한국 어/a:b@c=d+e_f.g-h": "값 입니다 ㄱㅏ", "..": "bulk"})})


@pytest.mark.parametrize("given", [{"a": {"b": 1}}, {"a": ["x"]}, ["a"], [{"k": "a"}], [{"key": None}], 5, True, "a=b"])
def test_tags_of_another_form_are_refused_before_they_become_text(given: Any) -> None:
    with pytest.raises(TextError, match=r"^tags(\[0\])? .*Give a dictionary such as \{team: web\}"):
        parse({"tags": TAGS}, {"tags": given})
    assert parse({"tags": TAGS}, {"tags": "key=a value=b,key=c"}) == {"tags": "key=a value=b,key=c"}
