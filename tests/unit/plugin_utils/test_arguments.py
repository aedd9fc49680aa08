# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options given as text: what is read, what is left to Ansible, and what a mistake is reported as."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.splitter import parse_kv

from ansible_collections.scp.storage.plugins.plugin_utils.arguments import TextError, parse, parse_structured
from tests.examples import MODULES, examples, key_value

RULES = [{"object_type": "VM", "object_id": "8f"}, {"object_type": "BM", "object_id": "9a"}]
RULE = {"type": "str"}
SPEC: dict[str, dict[str, Any]] = {
    "rules": {"type": "list", "elements": "dict", "options": {"object_type": RULE, "object_id": RULE}},
    "resources": {"type": "list", "elements": "dict"},
    "qos": {"type": "dict", "options": {"iops": {"type": "int"}}},
    "outer": {
        "type": "list",
        "elements": "dict",
        "options": {"rules": {"type": "list", "elements": "dict"}, "qos": {"type": "dict"}, "name": {"type": "str"}},
    },
    "paths": {"type": "list", "elements": "str"},
    "name": {"type": "str"},
    "anything": {"type": "raw"},
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RULES),
        json.dumps(RULES, indent=2),
        "[{object_type: VM, object_id: 8f}, {object_type: BM, object_id: 9a}]",
        "- object_type: VM\n  object_id: 8f\n- {object_type: BM, object_id: 9a}\n",
        "---\n- {object_type: 'VM', object_id: \"8f\"}\n- object_type: BM\n  object_id: 9a",
    ],
)
def test_a_list_of_dictionaries_is_read(text: str) -> None:
    assert parse(SPEC, {"rules": text, "resources": text}) == {"rules": RULES, "resources": RULES}


@pytest.mark.parametrize("text", ['{"object_type": "VM", "object_id": "8f"}', "object_type: VM\nobject_id: 8f"])
def test_one_dictionary_is_a_list_of_one(text: str) -> None:
    assert parse(SPEC, {"rules": text}) == {"rules": RULES[:1]}


@pytest.mark.parametrize(("text", "items"), [("[]", []), ("[{a: ~, b: null, c: }]", [dict.fromkeys("abc")])])
def test_nothing_is_nothing(text: str, items: list[Any]) -> None:
    assert parse(SPEC, {"rules": text}) == {"rules": items}


def test_words_of_yaml_stay_texts() -> None:
    """A time of day is not a number of minutes, and an id no number."""
    assert parse(SPEC, {"resources": "[{at: 01:00, id: 0123, on: yes, size: 10, when: 2026-01-01, tag: !!int 5}]"}) == {
        "resources": [{"at": "01:00", "id": "0123", "on": "yes", "size": "10", "when": "2026-01-01", "tag": "5"}]
    }


def test_numbers_of_json_stay_numbers() -> None:
    assert parse(SPEC, {"resources": '[{"size_gb": 10, "wait": true}]'}) == {
        "resources": [{"size_gb": 10, "wait": True}]
    }


def test_dictionaries_and_what_is_in_them() -> None:
    outer = [{"rules": json.dumps(RULES), "qos": "{iops: 3000}", "name": "[x]"}]
    read = [{"rules": RULES, "qos": {"iops": "3000"}, "name": "[x]"}]
    assert parse(SPEC, {"qos": '{"iops": 3000}', "outer": outer}) == {"qos": {"iops": 3000}, "outer": read}
    assert parse(SPEC, {"outer": json.dumps(outer)}) == {"outer": read}


@pytest.mark.parametrize(
    "args",
    [
        {"rules": "object_type=VM object_id=8f,object_type=BM object_id=9a"},
        {"rules": RULES},
        {"rules": None},
        {"rules": 5},
        {"rules": ["object_type=VM object_id=8f"]},
        {"qos": "iops=3000"},
        {"qos": {"iops": 3}},
        {"paths": "a,b"},
        {"paths": "[draft].txt"},
        {"paths": "[1]"},
        {"paths": "[a, b]"},
        {"name": '["a"]'},
        {"unknown": '[{"a": 1}]'},
        {"_ansible_check_mode": True},
    ],
)
def test_what_ansible_reads_is_left_to_it(args: dict[str, Any]) -> None:
    assert parse(SPEC, args) == args


@pytest.mark.parametrize("text", ['["a", {"name": "b"}]', "- a\n- name: b"])
def test_parse_reads_names_and_dictionaries(text: str) -> None:
    assert parse(SPEC, {"anything": text}) == {"anything": ["a", {"name": "b"}]}
    assert parse(SPEC, {"anything": "a, b"}) == {"anything": ["a", "b"]}


def test_a_simple_list_can_be_json() -> None:
    assert parse(SPEC, {"paths": '["a,b", "c"]'}) == {"paths": ["a,b", "c"]}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"rules": '[{"object_type": "hunter2"'},
            "rules is a text that cannot be read as a list of dictionaries (line 1, column 27). Give it as JSON, like "
            'rules=[{"key": "value"}]. On a command line, put it in quotes once more, so that the shell leaves its '
            "quotes alone.",
        ),
        (
            {"rules": "[{a: *hunter2}]"},
            "rules is a text that cannot be read as a list of dictionaries (line 1, column 6)",
        ),
        ({"rules": "&a [*a]"}, "rules is a text that cannot be read as a list of dictionaries (line 1, column 5)"),
        ({"rules": "[" * 20_000}, "rules is a text that cannot be read as a list of dictionaries"),
        ({"rules": "hunter2"}, "rules is a text that is not a list of dictionaries. Give it as JSON, like rules=[{"),
        ({"rules": " "}, "rules is an empty text. Leave it out, or give [] for an empty list."),
        ({"rules": '[{"a": 1}, "hunter2"]'}, "rules[1] is not a dictionary. Give a list of dictionaries, like rules="),
        (
            {"qos": "{iops: hunter2"},
            "qos is a text that cannot be read as a dictionary (line 1, column 15). Give it as",
        ),
        ({"qos": "{a: 1}\n---\n{}"}, "qos is a text that cannot be read as a dictionary (line 2, column 1)"),
        ({"outer": [{}, {"rules": "hunter2"}]}, "outer[1].rules is a text that is not a list of dictionaries. Give it"),
        ({"outer": '[{"qos": "{hunter2"}]'}, "outer[0].qos is a text that cannot be read as a dictionary"),
    ],
    ids=str,
)
def test_mistake_is_reported_without_the_text(args: dict[str, Any], message: str) -> None:
    with pytest.raises(TextError) as raised:
        parse(SPEC, args)
    assert str(raised.value).startswith(message)
    assert "hunter2" not in str(raised.value)
    assert "hunter2" not in str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("a, b c\nd,", ["a", "b", "c", "d"]),
        ("12345678901234567890123456789012", ["12345678901234567890123456789012"]),
        ("[a, {name: b, keep: 3, format: true}]", ["a", {"name": "b", "keep": 3, "format": True}]),
        ("- a\n- b\n", ["a", "b"]),
        ('{"a": "b"}', {"a": "b"}),
        ("a: b", {"a": "b"}),
        ("[]", []),
        (" \n", None),
        ("", None),
        (None, None),
        (["a"], ["a"]),
        ({"a": "b"}, {"a": "b"}),
        (7, 7),
    ],
)
def test_what_a_survey_gives_is_read(value: Any, read: Any) -> None:
    assert parse_structured(value, "volumes") == read


@pytest.mark.parametrize("text", ["[{a: hunter2", "{hunter2", "a: &b [hunter2]\nc: *b", "@hunter2"])
def test_a_survey_that_can_not_be_read(text: str) -> None:
    with pytest.raises(
        TextError, match=r"volumes is a text that cannot be read as a list or a dictionary \(line"
    ) as raised:
        parse_structured(text, "volumes")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("module", MODULES)
def test_every_example_can_be_typed(module: str) -> None:
    """Typed as ``key=value``, the options of every example come out as they do from YAML."""
    spec = import_module(f"ansible_collections.scp.storage.plugins.modules.{module}").SPEC
    validator = ArgumentSpecValidator(spec.argument_spec, **spec.rules)
    seen = 0
    for example in examples(module):
        if f"scp.storage.{module}" not in example:
            continue
        args = json.loads(re.sub(r"\{\{.*?\}\}", "filled in", json.dumps(example[f"scp.storage.{module}"] or {})))
        wanted, typed = (
            validator.validate(parse(spec.argument_spec, given)) for given in (args, parse_kv(key_value(args)))
        )
        assert not wanted.error_messages
        assert not typed.error_messages
        assert typed.validated_parameters == wanted.validated_parameters, example["name"]
        seen += 1
    assert seen
