# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md and the guides show users to type, and the messages that they quote, is what there is."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import ansible.module_utils.common.parameters
import ansible.parsing.mod_args
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ModuleArgumentSpecValidator
from ansible.parsing.splitter import parse_kv

from ansible_collections.scp.storage.plugins.action.scp_connection_info import load_spec, validator
from ansible_collections.scp.storage.plugins.plugin_utils.arguments import parse
from tests.collection_path import ROOT
from tests.documents import GUIDES, README, Block, blocks, commands, documents, extra_variables
from tests.module_files import HOST_MODULES, MODULES
from tests.simulator.__main__ import _parser
from tests.simulator.app import known_switches

COLLECTION = "scp.storage."
PLAYBOOKS = {file.stem for file in (ROOT / "playbooks").glob("*.yml")}
ROLES = {file.parent.parent.name for file in (ROOT / "roles").glob("*/meta/argument_specs.yml")}
ALL = [block for document in documents() for block in blocks(document)]
#: Programs of the machine that the documents use; what they are reported is not looked at here.
OTHERS = {
    *("ansible-builder", "ansible-galaxy", "ansible-runner", "ansible-vault", "apt-get"),
    *("cp", "curl", "echo", "export", "mkdir", "pip", "source"),
}
#: The guide that quotes messages.
TROUBLE = GUIDES / "guide_troubleshooting.rst"
_QUOTED = re.compile(r"^``(.+)``\n {4}\S", re.MULTILINE)


def of(*languages: str) -> list[Block]:
    """All blocks in one of these languages."""
    return [block for block in ALL if block.language in languages]


def test_every_language_is_looked_at() -> None:
    # What is no more than text is a drawing.
    assert {block.language for block in ALL} == {"json", "python", "shell", "text", "yaml"}


# Playbooks, tasks and files of variables


def tasks(data: Any) -> Iterator[dict[str, Any]]:
    """All tasks in a playbook, or in a list of tasks; those in blocks too."""
    for entry in data if isinstance(data, list) else []:
        inner = [
            key for key in ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always") if key in entry
        ]
        for key in inner:
            yield from tasks(entry[key])
        if not inner:
            yield entry


def modules_of(task: Mapping[str, Any]) -> dict[str, Any]:
    """The modules of this collection that a task names, with their options."""
    return {key.removeprefix(COLLECTION): value for key, value in task.items() if key.startswith(COLLECTION)}


def filled(value: Any, option: Mapping[str, Any]) -> Any:
    """A value of an option, with one that fits in place of each template."""
    if isinstance(value, str) and "{{" in value:
        if option.get("choices"):
            return option["choices"][0]
        return {"list": [], "dict": {}, "int": 1, "float": 1.0, "bool": True}.get(option.get("type", "str"), "1")
    if isinstance(value, list):
        each = {**option, "type": option.get("elements", "str")}
        return [filled(item, each) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, option.get("options", {}).get(key, {})) for key, item in value.items()}
    return value


def checker(module: str) -> tuple[Mapping[str, Any], ArgumentSpecValidator]:
    """The options of a module, and what checks them."""
    if module in HOST_MODULES:
        arguments = import_module(f"ansible_collections.scp.storage.plugins.modules.{module}").ARGUMENTS
        return arguments, ArgumentSpecValidator(arguments)
    return load_spec(module).argument_spec, validator(module)


def problems(module: str, options: Any) -> list[str]:
    """What is wrong with the options of a task, as the module itself would say it."""
    if module not in MODULES:
        return [f"there is no module {module}"]
    spec, check = checker(module)
    given = parse_kv(options) if isinstance(options, str) else options or {}
    if module not in HOST_MODULES:
        # The action plugin reads what is given as text.
        given = parse(spec, given)
    checked = check.validate({name: filled(value, spec.get(name, {})) for name, value in given.items()})
    return [f"{module}: {message}" for message in checked.error_messages]


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_tasks_have_the_options_of_their_modules(block: Block) -> None:
    data = block.data
    assert data
    wrong = [
        problem
        for task in tasks(data)
        for module, options in modules_of(task).items()
        for problem in problems(module, options)
    ]
    for name, defaults in data.items() if isinstance(data, dict) else []:
        if name == "module_defaults":
            spec = ModuleArgumentSpecValidator(load_spec("scp_connection_info").argument_spec)
            wrong += [message for group in defaults.values() for message in spec.validate(group).error_messages]

    assert not wrong


def test_tasks_are_found_at_all() -> None:
    assert len([module for block in of("yaml") for task in tasks(block.data) for module in modules_of(task)]) > 20


def test_a_wrong_option_is_found() -> None:
    assert problems("scp_filestorage_volume", {"name": "{{ name }}", "protokol": "NFS"})
    assert problems("scp_filestorage_volume", {"name": "web_data", "protocol": "NSF"})
    assert problems("scp_filestorage_snapshot", {})
    assert not problems("scp_filestorage_snapshot", "volume=web_data keep=3")


# Commands


def variables(playbook: str) -> set[str]:
    """Names of variables that a playbook of the collection, and its role, take."""
    texts = [(ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")]
    # Roles read variables that several of them share in their defaults.
    texts += [
        (ROOT / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8")
        for role in ROLES
        if role == playbook and (ROOT / "roles" / role / "defaults" / "main.yml").is_file()
    ]
    specs = [ROOT / "roles" / role / "meta" / "argument_specs.yml" for role in ROLES if role == playbook]
    known = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", "\n".join(texts)))
    for spec in specs:
        known |= yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"].keys()
    return known


def family(playbook: str) -> set[str]:
    """Names of variables that a file may give to all playbooks whose names begin alike."""
    alike = [other for other in PLAYBOOKS if other.split("_")[0] == playbook.split("_")[0]]
    return set().union(*map(variables, alike))


def wrong_with(words: list[str], files: Mapping[str, Any]) -> list[str]:
    """What is wrong with one command."""
    program, *rest = words
    if "=" in program:
        return wrong_with(rest, files) if rest else []
    if program == "ansible-playbook":
        if not rest[0].startswith(COLLECTION):
            return [] if rest[0] in files or "$" in rest[0] else [f"nothing says what {rest[0]} is"]
        playbook = rest[0].removeprefix(COLLECTION)
        if playbook not in PLAYBOOKS:
            return [f"there is no playbook {playbook}"]
        unknown = extra_variables(rest, {name: {} for name in files}).keys() - variables(playbook)
        unknown |= extra_variables(rest, files).keys() - family(playbook)
        return [f"{playbook} has no variable {', '.join(unknown)}"] if unknown else []
    if program == "ansible":
        module = rest[rest.index("-m") + 1].removeprefix(COLLECTION)
        return problems(module, rest[rest.index("-a") + 1] if "-a" in rest else {})
    if program == "ansible-doc":
        name = rest[-1].removeprefix(COLLECTION)
        return [] if name in (ROLES if "role" in rest else MODULES) else [f"there is no {name}"]
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return [] if rest[0] in targets else [f"make has no {rest[0]}"]
    if words[:3] == ["python3", "-m", "tests.simulator"]:
        # Ends the test if an option is not known.
        options = _parser(known_switches()).parse_args(words[3:])
        known_switches().set(dict(switch.split("=") for switch in options.switch), as_start=True)
        return []
    return [] if program in OTHERS else [f"what is {program}?"]


@pytest.mark.parametrize("block", of("shell"), ids=str)
def test_commands_name_what_there_is(block: Block) -> None:
    without_running = ["bash", "-n"]
    subprocess.run(without_running, input=block.content, text=True, check=True)
    if block.file:
        # A separate script, which a test runs.
        return
    files = {other.file: other.data for other in ALL if other.document == block.document and other.language == "yaml"}
    wrong = [
        problem
        for line in commands(block)
        if not re.fullmatch(r"[A-Z]=\S+", line)
        for problem in wrong_with(shlex.split(line, comments=True), files)
    ]

    assert not wrong


def test_a_wrong_command_is_found() -> None:
    for command in (
        "ansible-playbook scp.storage.dr_replicate",
        "ansible-playbook scp.storage.dr_failover -e dr_failover_acept_lag=true",
        "ansible localhost -m scp.storage.scp_filestorage_volume_info -a nane=web",
        "ansible-doc scp.storage.scp_volume",
        "make demon",
        "ansible-pull",
    ):
        assert wrong_with(shlex.split(command), {}), command


# Everything else


@pytest.mark.parametrize("block", of("json", "python"), ids=str)
def test_it_is_what_it_says(block: Block) -> None:
    if block.language == "json":
        assert json.loads(block.content)
    else:
        compile(block.content, str(block), "exec")


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]

    assert links
    assert not missing


# Messages


@cache
def spoken() -> list[str]:
    """All texts of the collection, and of those parts of Ansible whose messages are quoted; each in one line."""
    found = []
    ansibles = [
        Path(str(module.__file__)) for module in (ansible.module_utils.common.parameters, ansible.parsing.mod_args)
    ]
    for file in [*(ROOT / "plugins").rglob("*.py"), *ansibles]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"%s|\{\w*\}", "…", node.value))
    for pattern in ("*/tasks/*.yml", "*/templates/*.j2"):
        found += [file.read_text(encoding="utf-8") for file in (ROOT / "roles").glob(pattern)]
    return [" ".join(text.split()) for text in found]


def pieces(message: str) -> list[str]:
    """The parts of a quoted message that are the same each time."""
    return [piece.strip() for piece in message.split("…") if len(piece.strip()) > 3]


@pytest.mark.parametrize("message", _QUOTED.findall(TROUBLE.read_text(encoding="utf-8")))
def test_a_quoted_message_can_be_seen(message: str) -> None:
    unheard = [piece for piece in pieces(message) if not any(piece in text for text in spoken())]

    assert any(len(piece) > 9 for piece in pieces(message)), "too little to distinguish it from others"
    assert not unheard


def test_messages_are_quoted() -> None:
    assert len(_QUOTED.findall(TROUBLE.read_text(encoding="utf-8"))) > 30


def test_artifacts_of_jobs_are_documented() -> None:
    """What playbooks hand to later jobs of a workflow stands in the guide, with the playbook."""
    guide = (GUIDES / "guide_awx.rst").read_text(encoding="utf-8").partition("these artifacts of earlier jobs:")[2]
    handed: dict[str, set[str]] = {}
    for playbook in (ROOT / "playbooks").glob("*.yml"):
        for task in tasks(yaml.safe_load(playbook.read_text(encoding="utf-8"))):
            if "ansible.builtin.set_stats" in task:
                handed[playbook.stem] = set(task["ansible.builtin.set_stats"]["data"])

    assert len(handed) > 5
    assert [name for name, data in handed.items() for word in {name} | data if f"``{word}``" not in guide] == []


def test_every_playbook_hands_on_the_last_result_of_a_real_run_under_a_name_of_its_own() -> None:
    """No fact of a role has the name of an artifact, nothing adds up, and check mode hands on nothing."""
    facts = {
        name
        for file in ROOT.glob("roles/*/tasks/*.yml")
        for found in tasks(yaml.safe_load(file.read_text(encoding="utf-8")))
        for name in found.get("ansible.builtin.set_fact", {})
    }
    handing = [
        found
        for file in ROOT.glob("playbooks/*.yml")
        for found in tasks(yaml.safe_load(file.read_text(encoding="utf-8")))
        if "ansible.builtin.set_stats" in found
    ]
    assert len(handing) > 8
    for found in handing:
        stats = found["ansible.builtin.set_stats"]
        assert stats["aggregate"] is False
        assert "not ansible_check_mode" in str(found["when"])
        assert not facts & set(stats["data"])
